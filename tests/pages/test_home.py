"""The home page is read as a person reads it: who is signed in, and where the business is."""

import pytest
from playwright.sync_api import Page

from pages.entry import HomePage
from pages.errors import ScreenNotReached

LEAVE = "<a href=#>退出</a>"
GREETINGS = {
    "in one text": f"<span>欢迎您，某企业</span>{LEAVE}",
    "with the way out": f"<p>欢迎您：某企业 {LEAVE}</p>",
    "in two parts": f"<span>欢迎您，</span><b>某企业</b> {LEAVE}",
    "in a part of its own": f"<div>欢迎您！ <em> 某企业 </em>{LEAVE}</div>",
    "beside a sign": f"<p><i>☆</i> 欢迎您, <span>—</span><a>某企业</a></p>{LEAVE}",
    "before the welcome": f"<p>您好，某企业，欢迎您！</p>{LEAVE}",
    "beside a hidden one": f"<p hidden>欢迎您，别家</p><p>欢迎您，某企业</p>{LEAVE}",
}


@pytest.mark.parametrize("name", GREETINGS)
def test_the_enterprise_is_the_one_that_is_greeted(page: Page, name: str):
    """However the greeting is drawn, its name is whole and nothing but the name."""
    page.set_content(GREETINGS[name])

    assert HomePage(page).appear().enterprise_name() == "某企业"


def test_of_two_greetings_none_is_believed(page: Page):
    """Whose page it is, is for a person to say."""
    page.set_content(f"<p>欢迎您，某企业</p><p>欢迎您，别家</p>{LEAVE}")

    with pytest.raises(ScreenNotReached):
        HomePage(page).enterprise_name()


def test_a_greeting_without_a_name_names_nobody(page: Page):
    """What follows it is not the enterprise, and no enterprise is called so."""
    page.set_content(f"<p>欢迎您，</p>{LEAVE}")

    assert HomePage(page).enterprise_name() == "退出"


LEVELS = ("金融服务", "出口信用", "服务小微", "小微企业在线投保")
DRAWN = {
    "lists": "<ul><li><div>WORD</div></li></ul>",
    "links": "<a href=#>WORD <i>&gt;</i></a>",
    "buttons": "<button>WORD</button>",
    "words": "<h4> WORD </h4>",
}


@pytest.mark.parametrize("name", DRAWN)
def test_the_entries_are_found_by_their_words(page: Page, name: str):
    """Beside a notice that has them in a sentence."""
    notice = "<p>请点击金融服务、出口信用、服务小微，进入小微企业在线投保</p>"
    page.set_content(notice + "".join(DRAWN[name].replace("WORD", one) for one in LEVELS))
    home = HomePage(page)
    entries = (home.financial_services, home.export_credit, home.small_business)

    assert [one.count() for one in (*entries, home.online_application)] == [1, 1, 1, 1]


def test_the_entries_may_stand_in_a_frame(page: Page):
    """The column is the frame that has the first of them."""
    column = "".join(f"<button>{one}</button>" for one in LEVELS)
    page.set_content(f"<iframe srcdoc='<p>广告</p>'></iframe><iframe srcdoc='{column}'></iframe>")

    assert HomePage(page).expand_local_apps().online_application.inner_text() == LEVELS[-1]
