"""The night: its states, what gates, what is quarantined, its memory, and what people hear."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pytest_bdd.feature import get_features

import reports.night
from fixtures import quarantine, sentences
from fixtures.verdict import ScenarioState, by_scenario, state
from reports import history, notify
from reports import night as night_runner
from reports.categories import CATEGORIES, category, meaning
from tests.listening import listening

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


def test_failure_is_tried_again_and_stays_one(run, tmp_path):
    """The second try tells whether a failure repeats; the run is red whatever it gives."""
    code, told = run(NIGHT, "--diagnose", "--deselect", f"{NIGHT}::test_一行一个结果[2]")
    lines = [json.loads(one) for one in (tmp_path / "a/attempts.jsonl").read_text().splitlines()]
    tries = by_scenario(lines)

    assert code == 1
    assert "场景：通过 2，时好时坏 1，隔离中失败 1；时好时坏率 25.00%" in told
    assert {name.rpartition(" › ")[2]: state(found) for name, found in tries.items()} == {
        "一直通过": ScenarioState.PASSED,
        "第二次才通过": ScenarioState.FLAKY,
        "隔离中的场景": ScenarioState.QUARANTINED,
        "一行一个结果（1）": ScenarioState.PASSED,
    }
    assert [line["kind"] for line in lines].count("run") == 1


def test_failure_that_repeats_is_no_flaky_one(run, tmp_path):
    """What fails at both tries has failed; clearing up between them proves nothing."""
    (tmp_path / "quarantine.toml").write_text("", "utf-8")

    code, told = run(NIGHT, "--diagnose", "--title=隔离中的场景")

    assert code == 1
    assert "场景：失败 1；" in told


def test_hang_is_not_tried_again(run):
    """The time-out watches a test once: a second try might never end, and the night neither."""
    code, told = run("tests/seeded/hanging.py", "--diagnose", "--timeout=2")

    assert code == 1
    assert "场景：失败 1；" in told


DEAD_WORKERS = """
INTERNALERROR> E                 raise suffixed_err(src, pos, "Expected")
INTERNALERROR> E             tomllib.TOMLDecodeError: Expected ']]'
INTERNALERROR> E           assert False
INTERNALERROR> /a/xdist/dsession.py:232: AssertionError
INTERNALERROR> RuntimeError: Unexpectedly no active workers available
"""


def test_cause_of_dead_workers_is_told(monkeypatch):
    """They tell it before pytest-xdist misses them, and that is the cause people hear."""
    monkeypatch.setattr(reports.night, "install", lambda: None)
    speak = [sys.executable, "-c", f"print({DEAD_WORKERS!r}); raise SystemExit(3)"]

    end = reports.night.run_scenarios(speak)

    assert (end.code, end.said) == (3, "tomllib.TOMLDecodeError: Expected ']]'")


def test_scenario_of_which_no_sentence_ran_has_not_passed(run):
    """`--setup-only` prepares and clears up; that proves nothing."""
    code, told = run(NIGHT, "--setup-only", "--title=一直通过")

    assert code == 1
    assert "一句也没有运行" in told


def test_without_a_diagnosis_a_failure_is_tried_once(run):
    """Only the night asks for a second try."""
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


@pytest.mark.parametrize(
    "text", ["[[scenario]", FIT.replace("2999-12-31", "'2999-12-31'")], ids=["no TOML", "no day"]
)
def test_quarantine_that_cannot_be_read_is_told_before_the_run(text, run, tmp_path):
    """The workers would die of it, and nobody would learn why."""
    (tmp_path / "quarantine.toml").write_text(text, "utf-8")

    code, told = run(NIGHT)

    assert code == 4
    assert "ERROR: features/quarantine.toml" in told


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
    with listening() as heard:
        yield heard


@pytest.mark.parametrize(
    ("given", "handed_on"),
    [
        ([], []),
        (["PORTAL="], ["--portal="]),
        (["PORTAL=http://a/?b&c d"], ["--portal=http://a/?b&c d"]),
    ],
)
def test_make_hands_the_address_on(given, handed_on, tmp_path):
    """An address reaches the night as it was typed; an empty one too, which the night refuses."""
    shown = tmp_path / "python"
    shown.write_text('#!/bin/sh\n[ "$1" = -c ] || printf "%s\\n" "$@"\n', "utf-8")
    shown.chmod(0o755)
    command = ["make", "-s", "-C", str(ROOT), "-o", ".venv/set-up-in", "nightly"]
    bare = {
        name: value for name, value in os.environ.items() if name != "PORTAL" and "MAKE" not in name
    }

    done = subprocess.run(
        [*command, f"BIN={tmp_path}", *given], capture_output=True, text=True, check=True, env=bare
    )

    assert [one for one in done.stdout.splitlines() if "portal" in one] == handed_on


def test_portal_without_doors_is_green_for_nobody(run, stranger):
    """Where no enterprise can be made scenarios are skipped, and the run says so and fails."""
    chosen = ["features/test_policies.py", f"--portal-url=http://{stranger[0]}", "-k", "确认以前"]

    code, told = run(*chosen)
    allowed_code, allowed = run(*chosen, "--allow-missing=doors")

    assert (code, allowed_code) == (1, 1)
    assert "跳过了 1 个场景：缺少 doors" in told
    assert "跳过了" not in allowed
    assert "没有一个场景到过门户" in allowed


@pytest.fixture
def memory(tmp_path, monkeypatch):
    """The memory of what people were told, empty."""
    for module, name, path in (
        (notify, "LAST", tmp_path / "memory/notified.json"),
        (notify, "SUMMARY", tmp_path / "summary.json"),
    ):
        monkeypatch.setattr(module, name, path)
    for name in ("CI_PIPELINE_URL", "GITHUB_RUN_ID", "BUILD_URL"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


GREEN = {"is_green": True, "message": "夜间回归：通过 3"}
RED = {"is_green": False, "message": "夜间回归：失败 1", "commit": "abc", "portal": ""}
RED |= {"at": "2026-01-02T02:00:00+08:00"}


def test_people_are_told_once_and_of_the_end(stranger, memory, monkeypatch, capsys):
    """A night that is not green sends one message, and so does the first green night after it."""
    address, got = stranger
    monkeypatch.setenv(notify.ADDRESSES, f"json://user:geheim@{address}/")
    monkeypatch.setenv(notify.LINK, "https://example.com/nights/7")

    codes = [notify.tell(one) for one in (GREEN, RED, RED, GREEN, GREEN)]

    assert codes == [0] * 5
    assert [json.loads(one)["message"] for one in got] == [
        "夜间回归：失败 1\n门户：自带的模拟门户\n提交：abc\n开始：2026-01-02 02:00\n"
        "报告：https://example.com/nights/7",
        "恢复正常。夜间回归：通过 3\n不全绿，自：2026-01-02 02:00\n"
        "报告：https://example.com/nights/7",
    ]
    assert "geheim" not in capsys.readouterr().out


def test_each_portal_has_its_own_news(stranger, memory, monkeypatch):
    """A green night against one portal is no end of the trouble with another."""
    address, got = stranger
    monkeypatch.setenv(notify.ADDRESSES, f"json://{address}/")

    for one in ({**RED, "portal": "https://b.example"}, {**GREEN, "portal": ""}, RED):
        notify.tell(one)

    assert ["恢复正常" in one for one in got] == [False, False]
    assert len(got) == 2


def test_night_without_a_report_is_told(stranger, memory, monkeypatch):
    """A night that got nowhere has no summary, and that is the message."""
    address, got = stranger
    monkeypatch.setenv(notify.ADDRESSES, f"json://{address}/")

    assert notify.main() == 0
    assert notify.NO_REPORT in json.loads(got[0])["message"]


@pytest.mark.parametrize("cut", ["SUMMARY", "LAST"])
def test_file_that_is_cut_off_silences_nobody(cut, stranger, memory, monkeypatch):
    """A full disk leaves half a summary, or half a memory; the message goes out all the same."""
    address, got = stranger
    monkeypatch.setenv(notify.ADDRESSES, f"json://{address}/")
    notify.LAST.parent.mkdir()
    notify.SUMMARY.write_text(json.dumps(RED), "utf-8")
    getattr(notify, cut).write_text('{"is_green": tr', "utf-8")

    assert notify.main() == 0
    assert len(got) == 1


def test_receiver_that_is_not_there_is_told(memory, monkeypatch, capsys):
    """A message that did not arrive is an error, no address is shown, and it stays due."""
    monkeypatch.setenv(notify.ADDRESSES, "json://user:geheim@127.0.0.1:9/")

    assert notify.tell(RED) == notify.NOT_SENT
    assert "geheim" not in "".join(capsys.readouterr())
    assert not notify.LAST.exists()


def test_messages_are_rare():
    """Other bad news waits for an hour, the same for most of a day; the first is due at once."""
    last = {"at": 0, "message": "一", "is_green": False}
    cases = [("一", last, 7200), ("二", last, 7200), ("二", last, 60), ("一", last, 80000)]

    assert [notify.is_due(*one) for one in cases] == [False, True, False, True]
    assert notify.is_due("一", {**last, "is_green": True}, 60)
    assert notify.is_due("一", {}, 60)


@pytest.mark.parametrize(
    ("environ", "address"),
    [
        ({}, ""),
        ({"CI_PIPELINE_URL": "https://a/1", notify.LINK: "https://b/2"}, "https://b/2"),
        ({"CI_PIPELINE_URL": "https://a/1"}, "https://a/1"),
        (
            {
                "GITHUB_SERVER_URL": "https://g",
                "GITHUB_REPOSITORY": "o/r",
                "GITHUB_RUN_ID": "7",
            },
            "https://g/o/r/actions/runs/7",
        ),
        ({"BUILD_URL": "https://j/1/"}, "https://j/1/"),
    ],
)
def test_message_links_to_the_report(environ, address):
    """The given address wins, else that of the pipeline's own page."""
    assert notify.link(environ) == address


def night(day, **states):
    """Return a night of January, with the state of each scenario."""
    return history.Night(
        f"2026-01-{day:02}T02:00:00+08:00",
        f"c{day}",
        "",
        {name: ScenarioState(state) for name, state in states.items()},
        {name: float(day) for name in states},
        False,
    )


def test_failing_since_goes_back_to_the_first_night_of_the_row():
    """A night in which a scenario had no verdict neither ends nor begins its row."""
    nights = [
        night(1, a="failed"),
        night(2, a="passed"),
        night(3, a="failed"),
        night(4, a="not_run"),
        night(5, a="failed"),
    ]

    assert history.failing_since("a", nights) is nights[2]
    assert history.last_good("a", nights) is nights[1]
    assert history.failing_since("b", nights) is None


def test_memory_keeps_thirty_nights_of_each_portal(tmp_path):
    """Nights against another portal neither count nor push others out."""
    file = tmp_path / "memory/nights.jsonl"
    elsewhere = replace(night(1, a="passed"), portal="https://staging.example")
    history.remember(elsewhere, file)
    for _ in range(2):
        for day in range(1, 21):
            history.remember(night(day, a="failed"), file)

    assert len(history.read(file=file)) == history.NIGHTS
    assert history.read(file=file)[-1] == night(20, a="failed")
    assert history.read("https://staging.example", file) == [elsewhere]


def test_memory_tells_what_was_written(tmp_path):
    """The states that are read from the file count as those of tonight do."""
    file = tmp_path / "memory/nights.jsonl"
    for day, ended in enumerate(("passed", "flaky", "failed"), start=1):
        history.remember(night(day, a=ended), file)

    nights = history.read(file=file)

    assert history.last_good("a", nights) is nights[0]
    assert [one.flaky for one in history.habits(nights, {"a": 1.0})] == [1]


def test_memory_outlives_a_line_that_is_cut_off(tmp_path):
    """What a full disk or another version has left in the memory is no night."""
    file = tmp_path / "memory/nights.jsonl"
    history.remember(night(1, a="passed"), file)
    with file.open("ab") as cut:
        cut.write('{"at": "2026"}\n{"at": "夜'.encode()[:-1])

    assert history.read(file=file) == [night(1, a="passed")]
    history.remember(night(2, a="passed"), file)
    assert [one.commit for one in history.read(file=file)] == ["c1", "c2"]


def test_habits_tell_what_is_flaky_and_what_became_slower():
    """The usual length is the median; a night or two do not make a habit."""
    nights = [night(day, a="passed", b="flaky" if day == 3 else "passed") for day in range(1, 7)]

    slow, flaky, new = history.habits(nights, {"a": 9.0, "b": 3.6, "c": 2.0})

    assert (slow.name, slow.usual, slow.flaky, slow.is_slower) == ("a", 3.5, 0, True)
    assert (flaky.flaky, flaky.nights, flaky.is_slower) == (1, 6, False)
    assert (new.nights, new.is_slower) == (0, False)


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


def test_definitions_that_nothing_calls_are_found():
    """Of the definitions only those are unused that no sentence of any feature matches."""
    files = sorted(str(path) for path in (ROOT / "features").glob("*.feature"))
    templates = [one for found in get_features(files) for one in found.scenarios.values()]
    everything, rest = sentences.unused([]), sentences.unused(templates)

    assert len(everything) > 100
    assert set(rest) < set(everything)
    assert len(rest) < 10


def test_process_that_is_left_over_does_not_hold_the_night(monkeypatch, capfd):
    """What a killed run leaves behind may keep the output open; the night goes on."""
    monkeypatch.setattr(night_runner, "install", lambda: None)
    monkeypatch.setattr(night_runner, "PATIENCE", 0.1)
    left = "import subprocess, sys; subprocess.Popen(['sleep', '30']); sys.exit('坏了')"

    end = night_runner.run_scenarios([sys.executable, "-c", left])

    assert (end.code, end.said) == (1, "坏了")
