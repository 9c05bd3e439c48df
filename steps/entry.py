"""From 地方特色应用 to 小微企业在线投保 (guide-1.8)."""

import pytest
from playwright.sync_api import expect
from pytest_bdd import given, parsers, then, when

from fixtures.portal import MockState
from pages.desk import DeskPage
from pages.entry import HomePage
from pages.errors import SessionLost
from pages.login import LoginPage


@given("企业已进入“小微企业在线投保”", target_fixture="desk")
@when("企业按指引走到“小微企业在线投保”", target_fixture="desk")
def open_desk(home: HomePage) -> DeskPage:
    return home.open_desk()


@when("企业的会话失效")
def session_ends(mock_state: MockState) -> None:
    mock_state.set_faults({"id": "session_lost"})


@then(parsers.parse("首页的栏目依次是“{section}”、“{first}”、“{second}”、“{third}”、“{last}”"))
def home_page_leads(
    home: HomePage, section: str, first: str, second: str, third: str, last: str
) -> None:
    assert home.way_in() == (section, first, second, third, last)


@then(parsers.parse("投保界面的左边菜单是“{first}”和“{second}”"))
def desk_menu_is(desk: DeskPage, first: str, second: str) -> None:
    expect(desk.menu).to_have_text([first, second])


@then("首页仍在原来的窗口")
def home_page_stays(home: HomePage) -> None:
    expect(home.log_out_link).to_be_visible()


@then("首页没有“地方特色应用”")
def no_local_apps(login_page: LoginPage) -> None:
    expect(HomePage(login_page.surface).local_apps).to_be_hidden()


@then("打开“待确认”时门户要求重新登录")
def desk_demands_login(desk: DeskPage) -> None:
    with pytest.raises(SessionLost):
        desk.open_pending()
