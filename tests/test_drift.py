"""The score by redesigns: which scenarios walk, what counts as a wrong press, what is kept."""

import json
from pathlib import Path

import pytest

from fixtures.mutants import Kill, Known, Noticed, Outcome, Task
from fixtures.touches import MARK, SCRIPT, touched, wrong
from mock_portal.redesigns import KINDS, catalogue
from reports import drift, drift_score
from reports.crew import Crew
from reports.drift_score import PERSON, DriftScore, RedesignVerdict
from tests.scenarios import read_scenarios

LIST = f"提交保单确认 › {drift_score.LISTS[1]}"
DUE = ["填name", "填mobile", "按确认投保"]


def verdict(*noticed: Noticed, touched: dict[str, list[list[str]]] | None = None):
    outcome = Outcome("x", list(noticed), 3, 2.0, touched=touched or {})
    return RedesignVerdict("menu_by_click", outcome, {"甲": DUE})


def red(name: str = "甲", kill: Kill = Kill.PAGE, message: str = "ScreenNotReached: x") -> Noticed:
    return Noticed(name, kill, "一句", message, "PendingPage.read")


def test_every_walk_is_a_scenario():
    """The titles in the list are those of scenarios, and every stem has some."""
    names = {one.name for one in read_scenarios(Path(__file__).parents[1] / "features")}
    titles = [
        title
        for stem, data in drift.walk_data().items()
        if stem != "shared"
        for title in data["scenarios"]
    ]

    assert [
        title for title in titles if title.partition("（")[0] not in names and title not in names
    ] == []
    assert 15 <= len(titles) == len(set(titles))


def test_list_is_counted_in_a_scenario_that_walks():
    """What tells a silent cut is among the scenarios that are run."""
    titles = {
        title
        for stem, data in drift.walk_data().items()
        if stem != "shared"
        for title in data["scenarios"]
    }

    assert set(drift_score.LISTS) <= titles


def test_title_of_no_scenario_is_an_error():
    """A scenario that was renamed is not left out in silence."""
    with pytest.raises(LookupError, match="这些标题的场景应各有一个"):
        drift.walks([Known("功能 › 规则 › 别的", ())])


@pytest.mark.parametrize(
    ("id_", "screens"),
    [
        ("picker_under_body", {"policies"}),
        ("tick_drawn", {"pending"}),
        ("paging_in_words", {"pending", "policies"}),
        ("fields_held_twice", {"registration", "binding", "pending"}),
        (
            "help_widget",
            {"login", "card", "registration", "entry", "binding", "pending", "policies"},
        ),
    ],
)
def test_redesign_is_walked_where_it_shows(id_, screens):
    """The screens of a redesign are those whose files it edits."""
    assert drift.screens_of(catalogue()[id_]) == screens


def test_files_of_the_server_belong_to_screens_too():
    """By their name; what all of them share may show on any."""
    every = {"login", "card", "registration", "entry", "binding", "pending", "policies"}

    assert drift._screens("pending.py", every) == {"pending"}
    assert drift._screens("wording.py", every) == every


@pytest.mark.parametrize(
    ("seen", "first"),
    [
        (DUE, None),
        (DUE[:1], None),
        ([], None),
        (["填name", "按确认投保"], None),
        (["按服务小微", *DUE], None),
        (["填phone"], "填phone"),
        ([*DUE, "按确认投保"], "按确认投保"),
        (["填mobile", "填name"], "填name"),
    ],
)
def test_wrong_press_is_what_does_not_come_next(seen, first):
    """Another control, a control out of turn, and a second press are wrong; an early end is not."""
    assert wrong(seen, DUE, ()) == first


def test_press_that_the_redesign_asks_for_is_right():
    """A redesign may name what a person presses on top of the old look."""
    assert wrong(["按下一页"], [], ["按 下一页"]) is None


def test_touches_compare_between_looks():
    """A field counts once, a button each time; blanks, stars and numbers of policies do not."""
    pressed = ["按 ▸登 陆？", "按 处理 XW12345", "按 处理 XW12345", "按 ›", "按 ×"]
    found = touched(["填 swy", "填 swy", *pressed], {"XW12345": "#2"})

    assert found == ["填swy", "按登录", "按处理#2", "按处理#2", "按›", "按×"]


@pytest.mark.parametrize(
    "cross",
    ['<a class="close"></a>', "<a>×</a>", "<a>关闭</a>", '<button aria-label="Close"></button>'],
)
def test_cross_is_a_cross_however_it_is_made(page, cross):
    """A cross may be drawn, a letter, or a word: a person presses the same thing."""
    page.set_content(f"<style>a, button {{ display: block; height: 9px }}</style>{cross}")
    page.evaluate(f"({SCRIPT})()")

    with page.expect_console_message() as told:
        page.locator("a, button").click()

    assert told.value.text == f"{MARK}按 ×"


def test_row_of_a_press_is_the_line_that_it_stands_in(page):
    """The button may stand in a table of its own, beside the one with the numbers."""
    page.set_content(
        "<style>table { float: left } td { height: 40px }</style><table><tr><td>XW00001<tr><td>"
        "XW00002</table><table><tr><td><a>处理</a><tr><td><a id=second>处理</a></table>"
    )
    page.evaluate(f"({SCRIPT})()")

    with page.expect_console_message() as told:
        page.locator("#second").click()

    assert told.value.text == f"{MARK}按 处理 XW00002"


def test_score_counts_what_a_person_can_walk():
    """One of two is 50 %; a redesign without a way for a person does not count."""
    score = DriftScore([verdict(), verdict(red()), verdict(red(PERSON))])

    assert (score.survived_share, len(score.counted)) == (50.0, 2)
    assert [one.word for one in score.verdicts] == ["保住", "停下", "人也走不通"]


def test_wrong_press_is_unsafe_even_in_a_green_scenario():
    """A green scenario does not excuse a control that a person would not have pressed."""
    pressed = verdict(touched={"甲": [["填phone"]]})

    assert pressed.wrong_presses == [("甲", "填phone")]
    assert (pressed.word, DriftScore([pressed]).is_unsafe) == ("按错了", True)


@pytest.mark.parametrize(
    ("noticed", "is_cut"),
    [
        (red(LIST, Kill.THEN, "AssertionError: 10 == 23"), True),
        (red(message="PolicyNotListed: XW1"), True),
        (red(LIST), False),
        (red(kill=Kill.THEN, message="AssertionError: x"), False),
    ],
)
def test_list_that_is_too_short_without_a_word_is_unsafe(noticed, is_cut):
    """An error that names the screen is safe; a short list that passes for all is not."""
    assert DriftScore([verdict(noticed)]).is_unsafe == is_cut


def test_slice_has_one_of_each_kind(monkeypatch):
    """A slice meets every kind, by a redesign that was survived where there is any."""
    chosen = drift._slice({"survivors": ["dates_typed"]})

    assert [catalogue()[id_].kind for id_ in chosen] == list(KINDS)
    assert "dates_typed" in chosen


def test_publish_writes_page_json_and_history(tmp_path, monkeypatch):
    """All that is known is on the page; the history gets one line."""
    for name in ("DATA", "PAGE", "HISTORY"):
        monkeypatch.setattr(drift_score, name, tmp_path / name)
    drift_score.publish(DriftScore([verdict(red())]))

    assert "PendingPage.read" in (tmp_path / "PAGE").read_text("utf-8")
    assert json.loads((tmp_path / "DATA").read_text("utf-8"))["redesigns"][0]["verdict"] == "停下"
    assert json.loads((tmp_path / "HISTORY").read_text("utf-8"))["total"] == 1


@pytest.mark.slow
def test_worker_writes_down_what_is_touched(tmp_path):
    """A scenario on a redesigned portal touches what it touches on the healthy one."""
    title = "登录单一窗口 › 已注册的企业用用户名和密码登录 › 用本地账号在“本地登录”中登录"
    tasks = [
        Task("healthy", (), (title,), stops=False, is_watched=True),
        Task("redesigned", (), (title,), False, ("buttons_wrapped",), is_watched=True),
    ]
    with Crew(1, tmp_path) as crew:
        found = {one.key: one.touched for one in crew.do(tasks)}

    assert found["healthy"] == found["redesigned"]
    assert found["healthy"][title] == [["按本地登录", "填swm2", "填swy", "填verifyCode", "按登录"]]
