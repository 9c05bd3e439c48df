"""账号登录 (guide-1.1, guide-1.2)."""

import pytest
from playwright.sync_api import Page, expect
from pytest_bdd import given, parsers, then, when

from fixtures.portal import Enterprise, MockState
from pages.entry import HomePage
from pages.errors import LoginRefused, PortalRefused
from pages.login import LoginPage


@when("企业打开门户", target_fixture="login_page")
def open_portal(page: Page, base_url: str) -> LoginPage:
    return LoginPage.open(page, base_url)


@given("企业已登录", target_fixture="home")
@when("企业用正确的用户名和密码登录", target_fixture="home")
@when("企业按新的验证码登录", target_fixture="home")
def log_in(login_page: LoginPage, mock_state: MockState, enterprise: Enterprise) -> HomePage:
    captcha = mock_state.captcha_text(login_page.captcha.captcha_id())
    return login_page.log_in(enterprise.account, enterprise.password, captcha)


@when("企业用错误的密码登录", target_fixture="refusal")
def log_in_with_a_wrong_password(
    login_page: LoginPage, mock_state: MockState, enterprise: Enterprise
) -> LoginRefused:
    captcha = mock_state.captcha_text(login_page.captcha.captcha_id())
    with pytest.raises(LoginRefused) as refusal:
        login_page.log_in(enterprise.account, "not-" + enterprise.password, captcha)
    return refusal.value


@when("企业用不存在的用户名登录", target_fixture="refusal")
def log_in_with_an_unknown_account(
    login_page: LoginPage, mock_state: MockState, enterprise: Enterprise
) -> LoginRefused:
    captcha = mock_state.captcha_text(login_page.captcha.captcha_id())
    with pytest.raises(LoginRefused) as refusal:
        login_page.log_in("nobody-" + enterprise.account, enterprise.password, captcha)
    return refusal.value


@given("企业输错过一次验证码", target_fixture="refusal")
@when("企业输错验证码登录", target_fixture="refusal")
def log_in_with_a_wrong_captcha(login_page: LoginPage, enterprise: Enterprise) -> LoginRefused:
    with pytest.raises(LoginRefused) as refusal:
        login_page.log_in(enterprise.account, enterprise.password, "????")
    return refusal.value


@when("企业把验证码的大小写颠倒后登录", target_fixture="home")
def log_in_with_the_other_case(
    login_page: LoginPage, mock_state: MockState, enterprise: Enterprise
) -> HomePage:
    captcha = mock_state.captcha_text(login_page.captcha.captcha_id()).swapcase()
    return login_page.log_in(enterprise.account, enterprise.password, captcha)


@when(parsers.parse("企业没有填“{field}”就登录"), target_fixture="refusal")
def log_in_without(login_page: LoginPage, enterprise: Enterprise, field: str) -> PortalRefused:
    typed = {"用户名": enterprise.account, "密码": enterprise.password, "验证码": "ABCD", field: ""}
    with pytest.raises(PortalRefused) as refusal:
        login_page.log_in(typed["用户名"], typed["密码"], typed["验证码"])
    return refusal.value


@then("门户欢迎这家企业")
def portal_greets(home: HomePage, enterprise: Enterprise) -> None:
    assert home.enterprise_name() == enterprise.name


@then("门户首页上写着")
def home_page_says(login_page: LoginPage, docstring: str) -> None:
    assert login_page.words() == tuple(docstring.splitlines())


@then(parsers.parse("登录框里有“{account}”、“{password}”、“{captcha}”和按钮“{button}”"))
def login_box_asks_for(
    login_page: LoginPage, account: str, password: str, captcha: str, button: str
) -> None:
    assert login_page.placeholders() == (account, password, captcha)
    assert login_page.box_words() == (button,)


@then(parsers.parse("鼠标停在验证码上，提示“{tip}”"))
def captcha_tip_is(login_page: LoginPage, tip: str) -> None:
    expect(login_page.captcha.image).to_have_attribute("title", tip)


@then(parsers.parse("窗口的标题是“{title}”"))
def window_title_is(page: Page, title: str) -> None:
    expect(page).to_have_title(title)


@then(parsers.parse("登录框提示“{message}”"))
@then(parsers.parse("浏览器弹窗提示“{message}”"))
def login_box_answers(refusal: PortalRefused, message: str) -> None:
    assert refusal.messages == (message,)


@then("企业仍未登录")
def still_signed_out(page: Page, base_url: str) -> None:
    LoginPage.open(page, base_url)
    expect(HomePage(page).log_out_link).to_be_hidden()


@then("门户没有收到登录请求")
def no_login_arrived(mock_state: MockState) -> None:
    assert mock_state.requests("POST", "/cas/login") == []
