"""The night: three states, what gates, what is quarantined, and what machines read of it."""

import json
import subprocess
import sys
import threading
import xml.etree.ElementTree as ET
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from pytest_bdd.feature import get_features

from fixtures import quarantine, sentences
from fixtures.verdict import ScenarioState, by_scenario, state
from reports import burn_in, digest, junit, notify
from reports.categories import CATEGORIES, category, meaning
from reports.history import Night, failing_since

ROOT = Path(__file__).parent.parent
NIGHT = "tests/seeded/night.py"
FIT = """
[[scenario]]
title = "隔离中的场景"
owner = "测试组"
reason = "植入"
link = "https://example.com/issues/1"
until = 2999-12-31
"""


@pytest.fixture
def run(tmp_path):
    """Run pytest, without a browser; give its exit code and what it said."""
    listed = tmp_path / "quarantine.toml"
    listed.write_text(FIT, "utf-8")

    def run(*options, name="a"):
        command = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:randomly"]
        command += [f"--alluredir={tmp_path / name}", f"--quarantine={listed}", *options]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    return run


def test_night_has_three_states_and_a_policy(run, tmp_path):
    """Flaky is what passed at another try; only the policy decides whether that fails the run."""
    one_bad = ["--deselect", f"{NIGHT}::test_一行一个结果[2]"]
    lenient, told = run(NIGHT, "--retries=2", *one_bad)
    strict, _ = run(NIGHT, "--retries=2", "--flaky=fail", *one_bad)
    lines = [json.loads(one) for one in (tmp_path / "a/attempts.jsonl").read_text().splitlines()]
    tries = by_scenario(lines[: len(lines) // 2])

    assert (lenient, strict) == (0, 1)
    assert "场景：通过 3，时好时坏 1，隔离中失败 1；时好时坏率 20.00%" in told
    assert {name.rpartition(" › ")[2]: state(found) for name, found in tries.items()} == {
        "一直通过": ScenarioState.PASSED,
        "第二次才通过": ScenarioState.FLAKY,
        "拒绝的场景不再试": ScenarioState.PASSED,
        "隔离中的场景": ScenarioState.QUARANTINED,
        "一行一个结果（1）": ScenarioState.PASSED,
    }
    assert [line["kind"] for line in lines].count("run") == 2
    case = ET.fromstring(
        junit.junit(tries, {"植入的夜晚 › 结果有三种 › 第二次才通过": "data/a.png"})
    )
    assert [one.get("name") for one in case.iter("testcase")] == [
        name.rpartition(" › ")[2] for name in tries
    ]
    assert [case.find(f".//{kind}") is not None for kind in ("flakyFailure", "skipped")] == [
        True
    ] * 2
    assert case.find(".//system-out").text == "[[ATTACHMENT|reports/site/data/a.png]]"
    assert case.find(".//failure") is None


def test_without_retries_a_failure_is_a_failure(run):
    """The tag alone allows nothing; the run has to."""
    code, told = run(NIGHT)

    assert code == 1
    assert "失败 2" in told


def test_overdue_quarantine_fails_the_run(run, tmp_path):
    """After its last day the scenario gates again, and the list itself is an error."""
    (tmp_path / "quarantine.toml").write_text(FIT.replace("2999", "2001"), "utf-8")

    code, told = run(NIGHT, "--title=隔离中的场景")
    passing, told_of_another = run(NIGHT, "--title=一直通过")

    assert code == passing == 1
    assert "“隔离中的场景”的隔离期已过" in told
    assert "“隔离中的场景”的隔离期已过" in told_of_another


@pytest.mark.parametrize("gone", ["owner", "until", "link"])
def test_quarantine_names_a_person_and_a_day(gone):
    """An entry without owner, reason, link or last day is none."""
    text = "\n".join(line for line in FIT.splitlines() if not line.startswith(gone))

    with pytest.raises(quarantine.NotAnEntry, match=gone):
        quarantine.read(text)


def test_quarantine_of_the_project_is_in_order():
    """Each entry of the committed list is complete, and names a scenario that exists."""
    entries = quarantine.read(quarantine.FILE.read_text("utf-8"))
    features = "".join(path.read_text("utf-8") for path in (ROOT / "features").glob("*.feature"))

    assert [one.title for one in entries if f": {one.title}\n" not in features] == []
    assert quarantine.expired(quarantine.read(FIT), date(2999, 12, 31)) == []
    assert quarantine.expired(quarantine.read(FIT), date(3000, 1, 1)) != []


def test_shards_need_one_seed():
    """Shards of different orders would run some scenarios twice and others never."""
    command = [sys.executable, "-m", "pytest", "-n0", "features", "--splits=2", "--group=1"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 4
    assert "各个分片要同一个种子" in done.stderr


def test_shards_are_disjoint_and_complete(run):
    """Two shards of one seed hold each scenario once."""
    parts = [run("features", "--collect-only", "--splits=2", f"--group={n}")[1] for n in (1, 2)]
    names = [{line for line in part.splitlines() if "::" in line} for part in parts]
    whole = {line for line in run("features", "--collect-only")[1].splitlines() if "::" in line}

    assert names[0] & names[1] == set()
    assert names[0] | names[1] == whole


def test_error_in_a_hook_fails_the_run(run):
    """What breaks in a hook is not lost."""
    code, told = run(NIGHT, "--title=一直通过", "-p", "tests.seeded.bad_hook")

    assert code != 0
    assert "钩子坏了" in told


def test_portal_that_is_not_there_is_told_at_once(run):
    """A wrong address stops the run before the first scenario."""
    code, told = run("features", "--portal-url=http://127.0.0.1:9")

    assert code == 4
    assert "门户 http://127.0.0.1:9 没有应答" in told


@pytest.fixture
def stranger():
    """A server that is no mock portal, and that keeps what is posted to it."""
    got = []

    class Stranger(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_error(404)

        def do_POST(self):
            got.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Stranger)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"127.0.0.1:{server.server_port}", got
    server.shutdown()
    thread.join()
    server.server_close()


def test_portal_without_doors_skips_by_name(run, stranger):
    """On a portal where no enterprise can be made, nothing is clicked and nothing fails."""
    code, told = run(
        "features/test_policies.py", f"--portal-url=http://{stranger[0]}", "-rs", "-k", "确认以前"
    )

    assert code == 0
    assert "1 skipped" in told
    assert "没有 /__mock__/ 的门" in told


def test_people_are_told_once(stranger, tmp_path, monkeypatch, capsys):
    """A night that is not green is told to every receiver, once; a green one to nobody."""
    address, got = stranger
    monkeypatch.setenv(notify.ADDRESSES, f"json://user:geheim@{address}/")
    monkeypatch.setattr(notify, "LAST", tmp_path / "notified.json")
    summary = tmp_path / "summary.json"
    monkeypatch.setattr(notify, "SUMMARY", summary)
    summary.write_text(json.dumps({"is_green": True, "message": "好"}), "utf-8")
    green = notify.main()
    summary.write_text(json.dumps({"is_green": False, "message": "夜间回归：失败 1"}), "utf-8")

    codes = [green, notify.main(), notify.main()]

    assert codes == [0, 0, 0]
    assert [json.loads(one)["message"] for one in got] == ["夜间回归：失败 1"]
    assert "geheim" not in capsys.readouterr().out


def test_receiver_that_is_not_there_is_told(tmp_path, monkeypatch, capsys):
    """A message that did not arrive is an error, and no address is shown."""
    monkeypatch.setattr(notify, "LAST", tmp_path / "notified.json")

    assert notify.send(["json://user:geheim@127.0.0.1:9/"], "一") == notify.NOT_SENT
    assert "geheim" not in "".join(capsys.readouterr())
    assert not notify.LAST.exists()


def test_messages_are_rare(tmp_path, monkeypatch):
    """Another message waits for an hour, the same one for most of a day."""
    monkeypatch.setattr(notify, "LAST", tmp_path / "notified.json")
    notify.LAST.write_text(json.dumps({"at": 0, "message": "一"}), "utf-8")

    due = [notify.is_due(*one) for one in (("一", 7200), ("二", 7200), ("二", 60), ("一", 80000))]

    assert due == [False, True, False, True]


def test_digest_says_what_is_wrong():
    """The digest counts, and a night in which something did not run at all is not green."""
    counts = {ScenarioState.PASSED: 3, ScenarioState.FLAKY: 1}

    assert digest.verdict(counts, 1) == "通过 3，时好时坏 1，没有能运行 1 处"
    assert [digest.is_green({ScenarioState.PASSED: 3}, n) for n in (0, 1)] == [True, False]
    assert not digest.is_green(counts, 0)
    assert not digest.is_green({}, 0)


def test_failing_since_goes_back_to_the_first_night_of_the_row():
    """A scenario that failed, passed and failed again has failed since the second time."""
    nights = [Night(None, frozenset("a"), frozenset(bad)) for bad in ("a", "", "a", "a")]

    assert failing_since("a", nights) is nights[2]
    assert failing_since("b", nights) is None


CAUSES = [
    ("AssertionError: assert 1 == 2", "门户缺陷", "看到的与场景写的不一致"),
    ("pages.errors.SessionLost: gone", "门户缺陷", "登录已失效，出现了登录框"),
    ("KeyError: 'a'", "用例缺陷", "场景的准备或代码出错"),
    ("Page.goto: net::ERR_CONNECTION_REFUSED", "环境问题", "门户没有应答，可能已经退出"),
    (
        "pytest_bdd.exceptions.StepDefinitionNotFoundError: x",
        "未定义的句子",
        "这句话还没有人写成步骤",
    ),
]


@pytest.mark.parametrize(("message", "whose", "plain"), CAUSES)
def test_failure_is_somebodys(message, whose, plain):
    """An error is the portal's, the test's, the surroundings' or an undefined sentence."""
    assert (category(message), meaning(message)) == (whose, plain)
    assert whose in {one.name for one in CATEGORIES}


def test_burn_in_finds_new_and_changed_scenarios():
    """A scenario is changed if its words are, not if it has moved."""
    before = "# language: zh-CN\n功能: 甲\n场景: 一\n当 a\n场景: 二\n当 b\n"
    after = "# language: zh-CN\n功能: 甲\n\n场景: 零\n当 z\n场景: 一\n当 a\n场景: 二\n当 c\n"
    old, new = burn_in.scenarios(before), burn_in.scenarios(after)

    assert {title for title in new if old.get(title) != new[title]} == {"零", "二"}


def test_definitions_that_nothing_calls_are_found():
    """Of the definitions only those are unused that no sentence of any feature matches."""
    files = sorted(str(path) for path in (ROOT / "features").glob("*.feature"))
    templates = [one for found in get_features(files) for one in found.scenarios.values()]
    everything, rest = sentences.unused([]), sentences.unused(templates)

    assert len(everything) > 100
    assert set(rest) < set(everything)
    assert len(rest) < 10
