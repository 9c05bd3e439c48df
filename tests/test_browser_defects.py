"""Defects made in the browser: each does what it says, and only where its texts stand."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from fixtures import defects
from fixtures.defects import BrowserDefect, browser_defects, every_defect, of_portal, plant
from fixtures.guide import CLAUSES
from mock_portal.defects import KINDS
from tests.listening import listening

ROOT = Path(__file__).parent.parent
TABLE = "<table><tbody><tr><td>甲</td></tr><tr><td>乙</td></tr></tbody></table>"


@pytest.fixture
def show(context: BrowserContext, page: Page, monkeypatch):
    """Show a page that is wrong by one operator."""

    def show(html: str, does: str, *on: str) -> Page:
        defect = BrowserDefect("一句", "guide-1.1", "words", does, list(on))
        monkeypatch.setitem(browser_defects(), "browser_trial", defect)
        plant(context, ["browser_trial", "hotline_wrong"])
        page.route(
            "http://trial.test/*",
            lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"),
        )
        page.goto("http://trial.test/")
        return page

    return show


@pytest.mark.parametrize(
    ("html", "does", "on", "shown"),
    [
        ("<p>甲</p><p>甲乙</p>", "rewrite", ["甲", "丙"], ["丙", "甲乙"]),
        ("<p>甲</p><p>乙</p><p>丙</p>", "swap", ["甲", "乙"], ["乙", "甲", "丙"]),
        ("<p><b>*</b>姓名</p><p><b>*</b>手机</p>", "unmark", ["姓名"], ["姓名", "*手机"]),
        ("<div><p>*手机：</p></div>", "unmark", ["手机"], ["手机："]),
    ],
)
def test_words_are_wrong_where_they_stand(show, html, does, on, shown):
    """A text is changed where it stands alone, and nowhere else."""
    page = show(html, does, *on)

    assert page.locator("p").all_inner_texts() == shown


def test_what_comes_later_is_wrong_too(show):
    """A script of the portal may write the text at any time, once more into the same place."""
    page = show("<p>甲</p><p></p>", "swap", "甲", "乙")
    page.evaluate("document.querySelectorAll('p')[1].textContent = '乙'")
    page.evaluate("document.querySelector('p').firstChild.data = '丙'")
    page.evaluate("document.querySelector('p').firstChild.data = '甲'")

    assert page.locator("p").all_inner_texts() == ["乙", "甲"]


@pytest.mark.parametrize(
    ("does", "rows"), [("hide_last_row", ["甲"]), ("repeat_first_row", ["甲", "甲", "乙"])]
)
def test_rows_are_wrong(show, does, rows):
    """A row is missing, or is there twice; a table of one row stays as it is."""
    page = show(TABLE + "<table><tbody><tr><td>单</td></tr></tbody></table>", does)

    assert page.locator("td").filter(visible=True).all_inner_texts() == [*rows, "单"]


@pytest.mark.parametrize(
    ("does", "html", "state"),
    [
        ("show_secrets", "<input type=password>", "field.type === 'text'"),
        ("open_read_only", "<input readonly>", "!field.readOnly"),
        ("drop_hints", "<input title=a placeholder=b>", "!field.title && !field.placeholder"),
        ("drop_title", "<title>门户</title><input>", "document.title === ''"),
        ("tick", "<input type=checkbox>", "field.checked"),
        ("never_closes", "<input>", "(window.close(), true)"),
    ],
)
def test_page_is_wrong(show, does, html, state):
    """A property of the page is what it must not be."""
    page = show(html, does)

    assert page.locator("input").evaluate(f"field => {state}")


def test_tick_is_set_once(show):
    """A person can take the tick away; the page only was opened with it."""
    page = show("<input type=checkbox><p></p>", "tick")
    page.locator("input").uncheck()
    page.evaluate("document.querySelector('p').textContent = '变了'")

    assert not page.locator("input").is_checked()


def test_pictures_are_hidden(show):
    """The picture keeps its place, and is invisible."""
    page = show("<img src=x width=9 height=9>", "hide_pictures")

    assert not page.locator("img").is_visible()


def test_dead_button_does_nothing(show):
    """Only the button with these words is dead."""
    counting = "onclick='this.dataset.pressed = 1'"
    page = show(
        f"<button {counting}>确认投保</button><button {counting}>返回</button>", "dead", "确认投保"
    )
    page.get_by_role("button", name="确认投保").click()
    page.get_by_role("button", name="返回").click()

    assert page.locator("[data-pressed]").all_inner_texts() == ["返回"]


def test_window_opens_in_place(show):
    """What should open beside the page replaces it."""
    page = show("<button onclick=\"window.open('/other')\">打开</button>", "opens_in_place")
    page.get_by_role("button").click()

    page.wait_for_url("**/other")
    assert len(page.context.pages) == 1


@pytest.mark.parametrize(
    ("does", "on", "left"),
    [("forgets", "姓名", ["", "广州市"]), ("cuts_input", "2", ["张模", "广州"])],
)
def test_input_is_lost(show, does, on, left):
    """What a person has typed is gone, or not all there."""
    fields = "<div>{}<div><input><i>必填项</i></div></div>"
    page = show(fields.format("姓名") + fields.format("地市"), does, on)
    for field, text in zip(page.locator("input").all(), ["张模拟", "广州市"], strict=True):
        field.fill(text)
        field.blur()

    assert [field.input_value() for field in page.locator("input").all()] == left


def test_enter_does_nothing(show):
    """The key is dead, in every field."""
    page = show(
        "<form onsubmit=\"document.title = '已提交'; return false\"><input></form>", "ignores_enter"
    )
    page.locator("input").press("Enter")

    assert page.title() == ""


@pytest.mark.parametrize("id_", browser_defects())
def test_every_defect_is_understood(id_):
    """Its operator is there, its clause and kind exist, and its texts are the portal's own."""
    defect = browser_defects()[id_]
    texts = "".join(
        file.read_text(encoding="utf-8")
        for file in (ROOT / "mock_portal").rglob("*")
        if file.suffix in {".html", ".js"} or file.name == "wording.py"
    )

    assert id_.startswith("browser_")
    assert re.search(rf"^        {defect.does}\b", defects.SCRIPT, re.MULTILINE)
    assert defect.clause in CLAUSES
    assert defect.kind in KINDS
    assert all(text in texts for text in defect.on[:1])


def test_no_defect_has_the_name_or_the_sentence_of_another():
    """A person can tell all defects apart."""
    sentences = [one.sentence for one in every_defect().values()]

    assert len(set(sentences)) == len(sentences)
    assert of_portal(["browser_title_dropped", "hotline_wrong"]) == ["hotline_wrong"]


@pytest.mark.parametrize(
    ("defect", "told"),
    [("no_such", "没有这些缺陷：no_such。"), ("hotline_wrong", "不能再植入hotline_wrong")],
)
def test_defect_that_cannot_be_planted_stops_the_run(defect, told):
    """A run whose defect is not there would prove nothing."""
    with listening() as (address, _):
        options = [f"--portal-url=http://{address}", f"--defect={defect}"]
        ended = subprocess.run(
            [sys.executable, "-m", "pytest", "features", *options],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    assert ended.returncode == pytest.ExitCode.USAGE_ERROR
    assert told in ended.stderr
