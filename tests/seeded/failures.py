"""Scenarios that fail, each for a cause of its own (tests/test_seeded.py runs them)."""

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_bdd import given, parsers, scenarios, then, when

from fixtures.portal import MadeEnterprise, MockState
from fixtures.refusals import AnswerTo, PortalAnswer
from pages.desk import DeskPage
from pages.login import LoginPage
from tests.seeded_portal import kill_portal

scenarios("failures.feature", features_base_dir=str(Path(__file__).parent))

PENDING = "/swProxy/xwtbserver/sw/pending"


@given("企业正在首页")
def on_the_home_page(login_page: LoginPage) -> None:
    assert login_page.landmark.is_visible()


@given("门户每次要30秒才应答，而我们只等1秒")
def slow_portal(mock_state: MockState, context: BrowserContext) -> None:
    mock_state.set_faults({"id": "slow", "params": {"seconds": 30}})
    context.set_default_timeout(1_000)


@given("门户的“待确认”出错，而我们只等2秒")
def failing_portal(mock_state: MockState, desk: DeskPage, context: BrowserContext) -> None:
    mock_state.set_faults({"id": "server_error", "params": {"path": PENDING}})
    context.set_default_timeout(2_000)


@when("企业照常登录，还以为会被拒绝", target_fixture="answer")
def log_in(
    login_page: LoginPage, mock_state: MockState, enterprise: MadeEnterprise, answer_to: AnswerTo
) -> PortalAnswer:
    captcha = mock_state.read_captcha(login_page.captcha)
    return answer_to(login_page.log_in, enterprise.account, enterprise.password, captcha)


@when("企业到“待确认”")
def open_pending(desk: DeskPage) -> None:
    desk.open_pending()


@when(parsers.parse("门户弹出“{message}”"))
def alert(page: Page, message: str) -> None:
    page.evaluate("message => alert(message)", message)


@when("门户退出")
def portal_exits() -> None:
    kill_portal()


@pytest.fixture
def unknown_fault(mock_state: MockState) -> None:
    mock_state.set_faults({"id": "no_such_fault"})


@given("企业带着不存在的故障")
def with_unknown_fault(unknown_fault: None) -> None: ...


@then(parsers.parse("首页上有按钮“{name}”"))
def has_button(page: Page, name: str) -> None:
    expect(page.get_by_role("button", name=name)).to_be_visible(timeout=500)


@then(parsers.parse("首页的标题是“{title}”，热线是“{hotline}”"))
def softly(page: Page, title: str, hotline: str) -> None:
    expect.soft(page).to_have_title(title, timeout=300)
    expect.soft(page.get_by_text("服务热线")).to_have_text(hotline, timeout=300)


@then("首页上有")
def shows(page: Page, datatable: list[list[str]]) -> None:
    for (text,) in datatable[1:]:
        expect(page.get_by_text(text)).to_be_visible()
