"""A menu opens by pointing at it, and where that reveals nothing, by pressing it."""

import pytest
from playwright.sync_api import Page

from pages.errors import ScreenNotReached
from pages.screen import Screen

SHOW = "this.nextElementSibling.hidden = false; pressed.textContent += this.textContent"
MENU = f"""<a onEVENT="{SHOW}">一</a><div hidden>
<a onEVENT="{SHOW}">二</a><div hidden><a onclick="pressed.textContent += '三'">三</a></div></div>
<p id="pressed"></p>"""


def unfold(page: Page, html: str) -> str:
    """Walk this menu, and return what was opened on the way."""
    page.set_content(html)
    page.set_default_timeout(1_000)
    Screen(page).unfold(*(page.get_by_text(one, exact=True) for one in "一二三"))
    return page.locator("#pressed").inner_text()


@pytest.mark.parametrize("event", ["mouseenter", "click"])
def test_a_menu_unfolds_to_its_last_entry_which_is_not_pressed(page: Page, event: str):
    """By pointing, or by a press on each entry before the last."""
    assert unfold(page, MENU.replace("EVENT", event)) == "一二"


def test_an_entry_that_pointing_opens_is_not_pressed(page: Page):
    """What a press on it would do is nobody's wish."""
    danger = MENU.replace("EVENT", "mouseenter").replace("<a", "<a onclick='pressed.innerText = 0'")

    assert unfold(page, danger) == "一二"


def test_a_menu_that_neither_opens_is_told(page: Page):
    """There is no other way in."""
    with pytest.raises(ScreenNotReached):
        unfold(page, MENU.replace("EVENT", "dblclick"))
