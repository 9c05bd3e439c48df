"""The account of a night: every expected scenario is accounted for, whatever went wrong."""

import json
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from fixtures import quarantine
from fixtures.verdict import ScenarioState
from reports import digest, junit
from reports.account import BROKEN_OFF, END, PLAN, UNKNOWN, End, Plan, account_of
from reports.expected import ExpectedScenario, expected_scenarios
from reports.front import Front
from tests.small_project import ROOT

EXPECTED = tuple(
    ExpectedScenario(
        name=f"功能 › 规则 › {title}",
        title=title,
        place=f"login.feature:{line}",
        nodeid=f"features/test_login.py::test_{title}",
        clauses=("guide-1.2",),
    )
    for line, title in enumerate("甲乙", start=7)
)
AT, COMMIT = "2026-01-02T02:00:00+08:00", "abc"


def attempt(title, outcome="passed", message=""):
    """Return a line of the record."""
    return {
        "kind": "attempt",
        "feature": "功能",
        "rule": "规则",
        "scenario": title,
        "example": [],
        "place": "login.feature:7",
        "clauses": ["guide-1.2"],
        "nodeid": f"features/test_login.py::test_{title}",
        "outcome": outcome,
        "quarantined": False,
        "step": "当 甲",
        "message": message,
        "browser": "",
        "seconds": 1.0,
        "reached": True,
    }


def error(place, message, **more):
    """Return a line of the record about what no attempt can tell."""
    return {"kind": "error", "place": place, "message": message, **more}


def shard(folder, *lines, number=1, total=1, end=0, said=""):
    """Write the results of a shard; without an end it was killed."""
    folder.mkdir(parents=True)
    Plan(EXPECTED, AT, COMMIT, "", number, total).write(folder)
    if end is not None:
        End(end, said).write(folder)
    written = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (folder / "attempts.jsonl").write_text(written, "utf-8")
    return folder


BOTH = (attempt("甲"), attempt("乙"))
DEAD = "portal: Connection refused"

# The results of one shard; the states of 甲 and 乙; where the trouble is, and words of it.
NIGHTS = {
    "all is well": ([*BOTH], 0, "", ["passed", "passed"], None, ""),
    "one failed": (
        [attempt("甲"), attempt("乙", "failed", "AssertionError: 一")],
        1,
        "",
        ["passed", "failed"],
        None,
        "",
    ),
    "the portal did not answer at the start": (
        [],
        4,
        "门户 http://a 没有应答",
        ["not_run", "not_run"],
        "测试",
        "测试没有开始：门户 http://a 没有应答",
    ),
    "the portal died half-way": (
        [attempt("甲"), attempt("乙", "failed", DEAD)],
        1,
        "",
        ["passed", "failed"],
        "环境",
        "门户没有应答，可能已经退出",
    ),
    "a feature could not be read": (
        [error("features/test_login.py", "第 3 行：没有定义的句子")],
        1,
        "",
        ["not_collected", "not_collected"],
        "features/login.feature",
        "第 3 行：没有定义的句子",
    ),
    "a worker died": (
        [attempt("甲"), error("features/test_login.py::test_乙", "进程死了")],
        1,
        "",
        ["passed", "not_run"],
        "features/login.feature:8",
        "进程死了",
    ),
    "the run was killed": ([attempt("甲")], -9, "", ["passed", "not_run"], "测试", "信号 9"),
    "the keeper was killed too": (
        [attempt("甲")],
        None,
        "",
        ["passed", "not_run"],
        "测试",
        "没有跑完",
    ),
    "a scenario vanished": (
        [attempt("甲")],
        0,
        "",
        ["passed", "not_collected"],
        "features/login.feature",
        UNKNOWN,
    ),
    "the run broke off": (
        [{"kind": "collected", "nodeids": [one.nodeid for one in EXPECTED]}, attempt("甲")],
        0,
        "",
        ["passed", "not_run"],
        "features/login.feature",
        BROKEN_OFF,
    ),
    "the quarantine is overdue": (
        [*BOTH, error("features/quarantine.toml", "“甲”的隔离期已过", title="甲")],
        1,
        "",
        ["passed", "passed"],
        "features/login.feature:7",
        "隔离期已过",
    ),
    "the run failed for no scenario": (
        [*BOTH],
        1,
        "秘密留在 a.json",
        ["passed", "passed"],
        "测试",
        "秘密留在 a.json",
    ),
    "a check failed beside a failure in quarantine": (
        [attempt("甲"), attempt("乙", "failed", "AssertionError: 一") | {"quarantined": True}],
        1,
        "assert False",
        ["passed", "quarantined"],
        "测试",
        "退出码 1：assert False",
    ),
    "the record is half a line": (
        [*BOTH, "{"],
        0,
        "",
        ["passed", "passed"],
        "attempts.jsonl",
        "只写了一半",
    ),
}


@pytest.mark.parametrize("night", NIGHTS)
def test_night_accounts_for_what_it_expected(night, tmp_path):
    """Each expected scenario has a state, and what went wrong is named wherever people look."""
    lines, end, said, states, place, words = NIGHTS[night]
    account = account_of([shard(tmp_path / "a", *lines, end=end, said=said)], is_night=True)
    front = Front(account)

    assert [account.states[one.name] for one in EXPECTED] == states
    assert account.is_green is (states == ["passed", "passed"] and place is None)
    assert [one.place for one in account.troubles] == ([place] if place else [])
    for told in (
        front.html(),
        junit.junit(account),
        digest.markdown(account, front.failures(), {}),
        digest.message(account, front.failures()),
    ):
        assert words in told
    errors = [one.get("message") for one in ET.fromstring(junit.junit(account)).iter("error")]
    assert bool(errors) is bool(place)


def test_trouble_names_clause_and_number_of_scenarios(tmp_path):
    """A feature that could not be read hides its scenarios, and says how many."""
    lines = [error("features/test_login.py", "坏")]

    account = account_of([shard(tmp_path / "a", *lines, end=1)], is_night=True)

    assert [one.reach for one in account.troubles] == ["guide-1.2，2 个场景"]
    assert junit.junit(account).count("<error") == 3


def test_missing_shard_is_named(tmp_path):
    """Of two shards one has come; what the other should have run has not run."""
    account = account_of([shard(tmp_path / "1", attempt("甲"), number=1, total=2)], is_night=True)

    assert account.states[EXPECTED[1].name] is ScenarioState.NOT_RUN
    assert [(one.place, one.scenarios) for one in account.troubles] == [("第 2 片（共 2 片）", 1)]
    assert not account.is_green


@pytest.mark.parametrize("differs", ["commit", "portal", "shards"])
def test_shards_of_two_nights_are_no_night(differs, tmp_path):
    """A shard that an earlier night has left behind proves nothing of this one."""
    parts = [
        shard(tmp_path / title, attempt(title), number=number, total=2)
        for number, title in enumerate("甲乙", start=1)
    ]
    plan = Plan.read(parts[1])
    replace(plan, **{differs: 1 if differs == "shards" else "别的"}).write(parts[1])

    account = account_of(parts, is_night=True)

    assert not account.is_green
    assert "各片不是同一夜的" in "".join(one.message for one in account.troubles)


def test_odd_characters_cut_no_line(tmp_path):
    """A line of the record ends where JSON says, whatever the portal has put into a message."""
    odd = attempt("乙", "failed", "AssertionError: 一\u2028二\u0085三")

    account = account_of([shard(tmp_path / "a", attempt("甲"), odd, end=1)], is_night=True)

    assert account.troubles == []
    assert account.states[EXPECTED[1].name] is ScenarioState.FAILED


def test_night_without_results_is_red(tmp_path):
    """Nothing came: nothing is green."""
    account = account_of([], is_night=True)

    assert not account.is_green
    assert "没有应跑场景的清单" in account.troubles[0].message


@pytest.mark.parametrize("file", [PLAN, END])
def test_half_written_file_is_as_good_as_none(file, tmp_path):
    """A full disk leaves half a file; it is no result."""
    folder = shard(tmp_path / "a", *BOTH)
    (folder / file).write_text("{", "utf-8")

    assert not account_of([folder], is_night=True).is_green


def test_both_shards_make_a_green_night(tmp_path):
    """Each shard ran its part, and all parts are there."""
    parts = [
        shard(tmp_path / title, attempt(title), number=number, total=2)
        for number, title in enumerate("甲乙", start=1)
    ]

    account = account_of(parts, is_night=True)

    assert account.is_green
    assert account.counts() == {ScenarioState.PASSED: 2}


def test_expected_scenarios_are_those_of_the_features():
    """Every row of every outline is expected, under the name that pytest gives it."""
    expected = expected_scenarios()

    assert len({one.name for one in expected}) == len({one.nodeid for one in expected})
    assert len(expected) == len({one.nodeid for one in expected}) > 150


def test_feature_in_a_folder_below_is_expected_too(tmp_path):
    """Wherever below features/ a file lies, pytest runs it."""
    (tmp_path / "sub").mkdir()
    text = "# language: zh-CN\n功能: 甲\n场景: 乙\n  那么 丙\n"
    (tmp_path / "sub/a.feature").write_text(text, "utf-8")

    (one,) = expected_scenarios(tmp_path)

    assert (one.place, one.nodeid) == ("sub/a.feature:3", "features/sub/test_a.py::test_乙")


BROKEN = [
    "功能: 坏\n\n@guide-1.2\n规则: 甲\n  场景: 一\n    当 一\n    场景：二\n  场景: 三\n",
    "功能: 坏\n场景: 一\n  当 一\n  如果 二\n@guide-1.2\n场景大纲: 三\n  当 <三>\n",
    "功能：坏\n场景：一\n 当 一\n@guide-1.2\n规则: 丁\n场景 三\n 当 二\n",
]


@pytest.mark.parametrize("text", BROKEN)
def test_scenarios_of_an_unreadable_file_are_expected_too(text, tmp_path):
    """What a person meant by a heading is expected, though Gherkin gives up on the file."""
    (tmp_path / "login.feature").write_text(f"# language: zh-CN\n{text}", "utf-8")

    expected = expected_scenarios(tmp_path)

    assert [one.title for one in expected if one.title in "一三"] == ["一", "三"]
    assert expected[-1].clauses == ("guide-1.2",)
    assert expected[-1].module == "features/test_login.py"
    assert (ROOT / "features/test_login.py").exists()


def test_quarantine_of_no_scenario_is_a_trouble(tmp_path, monkeypatch):
    """A changed or mistyped title excuses nothing, and the night itself says so."""
    monkeypatch.setattr(quarantine, "titles", lambda: ["甲", "没有的"])

    account = account_of([shard(tmp_path / "a", *BOTH)], is_night=True)

    assert [one.message for one in account.troubles] == ["“没有的”没有这个场景：请改名单"]


def test_one_name_for_two_scenarios_is_a_trouble(tmp_path, monkeypatch):
    """Two scenarios of one name would share a result."""
    twice = (*EXPECTED, replace(EXPECTED[0], nodeid="features/test_card.py::test_甲"))
    monkeypatch.setattr(quarantine, "titles", lambda: ["甲"])
    folder = shard(tmp_path / "a", *BOTH)
    Plan(twice, AT, COMMIT, "").write(folder)

    troubles = [one.message for one in account_of([folder], is_night=True).troubles]

    assert troubles == [
        "2 个场景同名，分不清是谁的结果：功能 › 规则 › 甲",
        "“甲”有几个功能都有这个场景：请改名单",
    ]


def test_night_that_proves_nothing_is_red_by_name(tmp_path):
    """Scenarios that are all quarantined fail nothing, and prove nothing."""
    lines = [{**attempt(title, "failed", "坏"), "quarantined": True} for title in "甲乙"]

    account = account_of([shard(tmp_path / "a", *lines)], is_night=True)

    assert [one.message for one in account.troubles] == ["没有一个场景通过"]
