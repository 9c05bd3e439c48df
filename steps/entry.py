"""From 地方特色应用 to 小微企业在线投保 (guide-1.8)."""

import pytest
from playwright.sync_api import expect
from pytest_bdd import given, parsers, then, when

from fixtures.portal import FillIn, MockState
from pages.desk import DeskPage
from pages.entry import HomePage
from pages.errors import PortalRefused, SessionLost
from pages.login import LoginPage


@given("企业已进入“小微企业在线投保”", target_fixture="desk")
@when("企业按指引走到“小微企业在线投保”", target_fixture="desk")
def open_desk(home: HomePage) -> DeskPage:
    return home.open_desk()


@given("企业的会话已失效")
def session_ended(mock_state: MockState) -> None:
    mock_state.set_faults({"id": "session_lost"})


@when("企业打开“待确认”，却要重新登录")
def open_pending_signed_out(desk: DeskPage) -> None:
    with pytest.raises(SessionLost):
        desk.open_pending()


@when(parsers.parse("企业点开“{service}”"), target_fixture="refusal")
def open_another_service(home: HomePage, service: str) -> PortalRefused:
    with pytest.raises(PortalRefused) as refusal:
        home.open_another(service)
    return refusal.value


@then("企业能进入“小微企业在线投保”")
def can_open_desk(home: HomePage) -> None:
    expect(home.open_desk().menu).to_have_text(["待确认", "保单查询"])


@then("没有打开新窗口")
def no_new_window(home: HomePage) -> None:
    assert len(home.tab.context.pages) == 1


@when("企业展开到“服务小微”")
def expand_local_apps(home: HomePage) -> None:
    home.expand_local_apps()


@then("首页上写着")
def home_page_says(home: HomePage, docstring: str, fill_in: FillIn) -> None:
    assert home.words() == fill_in(docstring)


@then(parsers.parse("新窗口的标题是“{title}”"))
def desk_title_is(desk: DeskPage, title: str) -> None:
    expect(desk.tab).to_have_title(title)


@then("投保界面上写着")
def desk_says(desk: DeskPage, docstring: str, fill_in: FillIn) -> None:
    assert desk.words() == fill_in(docstring)


@then("投保界面的首页写着")
def desk_welcomes(desk: DeskPage, docstring: str, fill_in: FillIn) -> None:
    assert desk.active_screen().words() == fill_in(docstring)


@then("首页仍在原来的窗口")
def home_page_stays(home: HomePage) -> None:
    expect(home.log_out_link).to_be_visible()


@then("首页没有“地方特色应用”")
def no_local_apps(login_page: LoginPage) -> None:
    expect(HomePage(login_page.surface).local_apps).to_be_hidden()


@then("门户又显示登录框")
def login_box_is_back(desk: DeskPage) -> None:
    expect(desk.active_screen().login_box).to_be_visible()
