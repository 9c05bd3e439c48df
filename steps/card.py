"""卡介质 and 卡控件 (guide-1.3, guide-1.4, faq-2, faq-3)."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_bdd import given, parsers, then, when

from fixtures.account_forms import CARD_LOGIN, AccountForms
from fixtures.browser import FarAway
from fixtures.faults import fault
from fixtures.person import press_twice
from fixtures.portal import MadeEnterprise, MockState
from fixtures.refusals import AnswerTo, PortalAnswer
from fixtures.wire import Wire, open_control
from fixtures.words import lacking
from pages.card import CardLoginPage, ControlDownloadPage, ControlState
from pages.entry import HomePage
from pages.errors import ScreenNotReached
from pages.login import LoginPage
from pages.models import Secret
from steps.login import expect_secret

FORM = {"random", "icCard", "certNo", "signData", "_eventId", "swLoginFlag", "lpid"}
# each is almost the PIN that a card has at first, and the second is the other card's
WRONG_PINS = ("88888880", "00000000", "08888888", "8888888", "88088888")
LOCAL_NETWORK = "local-network-access"  # the browser's name for the permission


@pytest.fixture
def card_login(login_page: LoginPage) -> CardLoginPage:
    return CardLoginPage.open(login_page)


# in words, since the report puts stars over PINs, and scenario names would become equal
FIRST_PINS = {"八个8": "88888888", "八个0": "00000000"}


@given(parsers.parse("法人卡的原始密码是“{words}”"), target_fixture="wishes")
def first_pin_is(words: str) -> dict[str, Any]:
    return {"card_pin": FIRST_PINS[words]}


@given(parsers.parse("卡或控件的状态是“{state}”"))
def card_is(mock_state: MockState, state: str) -> None:
    mock_state.set_faults(fault(state))


@when("企业打开“卡介质”", target_fixture="card_login")
def open_card_login(login_page: LoginPage) -> CardLoginPage:
    return CardLoginPage.open(login_page)


@when("企业打开“卡介质”，按提示继续安装", target_fixture="download")
def install_control(login_page: LoginPage) -> ControlDownloadPage:
    return CardLoginPage.install(login_page)


@when(parsers.parse("企业用法人卡的原始密码“{words}”登录"), target_fixture="outcome")
def log_in_with_the_first_pin(
    wire: Wire, card_login: CardLoginPage, words: str, answer_to: AnswerTo
) -> PortalAnswer:
    """Log in; `wire` listens from here on."""
    return answer_to(card_login.log_in, Secret(FIRST_PINS[words]))


@when("企业用法人卡登录", target_fixture="outcome")
@when("企业用法人卡登录，却被拒绝", target_fixture="answer")
def log_in(
    card_login: CardLoginPage, enterprise: MadeEnterprise, answer_to: AnswerTo
) -> PortalAnswer:
    return answer_to(card_login.log_in, enterprise.card_pin)


@then("企业填对卡密码以后，照常登录")
def logs_in_when_the_pin_is_right(
    card_login: CardLoginPage, enterprise: MadeEnterprise, answer_to: AnswerTo
) -> None:
    home = answer_to(card_login.log_in, enterprise.card_pin).accepted(HomePage)

    assert home.enterprise_name() == enterprise.name


@when("企业用错误的卡密码登录", target_fixture="answer")
def log_in_with_a_wrong_pin(card_login: CardLoginPage, answer_to: AnswerTo) -> PortalAnswer:
    return answer_to(card_login.log_in, Secret("00000000"))


@given("企业用错误的卡密码登录过，又用正确的登录，然后退出")
def wrong_and_right_pin(
    card_login: CardLoginPage, enterprise: MadeEnterprise, answer_to: AnswerTo
) -> None:
    assert log_in_with_a_wrong_pin(card_login, answer_to).refusal()
    card_login.log_in(enterprise.card_pin).log_out()
    LoginPage(card_login.surface).appear()


@given("企业重新打开“卡介质”", target_fixture="card_login")
def open_card_login_again(page: Page) -> CardLoginPage:
    return CardLoginPage.open(LoginPage(page))


@when("企业先后用五个错误的卡密码登录，再用正确的登录", target_fixture="answers")
def lock_the_card(
    card_login: CardLoginPage, enterprise: MadeEnterprise, answer_to: AnswerTo
) -> list[PortalAnswer]:
    pins = [*map(Secret, WRONG_PINS), enterprise.card_pin]
    return [answer_to(card_login.log_in, pin) for pin in pins]


@when("企业填好卡的密码，按回车", target_fixture="outcome")
def press_enter(
    card_login: CardLoginPage, enterprise: MadeEnterprise, answer_to: AnswerTo
) -> PortalAnswer:
    return answer_to(card_login.fill_in(enterprise.card_pin).press_enter)


@when("企业填好卡的密码，连按两下“登录”", target_fixture="outcome")
def press_log_in_twice(
    wire: Wire,
    card_login: CardLoginPage,
    enterprise: MadeEnterprise,
    answer_to: AnswerTo,
) -> PortalAnswer:
    press_twice(card_login.fill_in(enterprise.card_pin).login_button)
    return answer_to(HomePage(card_login.surface).appear)


@given("企业用法人卡登录过，有人留着当时的签名", target_fixture="signed")
def a_used_signature(
    wire: Wire, card_login: CardLoginPage, enterprise: MadeEnterprise
) -> dict[str, str]:
    card_login.log_in(enterprise.card_pin)
    return wire.forms("/cas/login")[0]


@when("有人再用这个签名登录", target_fixture="answer")
def use_the_signature_again(
    account_forms: AccountForms, signed: dict[str, str], answer_to: AnswerTo
) -> PortalAnswer:
    return answer_to(account_forms.send_login, CARD_LOGIN, signed)


@when("企业填好卡的密码，刚按“登录”", target_fixture="outcome")
def begin_to_log_in(
    card_login: CardLoginPage, enterprise: MadeEnterprise, answer_to: AnswerTo
) -> PortalAnswer:
    return answer_to(card_login.fill_in(enterprise.card_pin).begin)


@when("企业刚打开“卡介质”", target_fixture="card_login")
def begin_to_open_card_login(login_page: LoginPage) -> CardLoginPage:
    return CardLoginPage.begin_to_open(login_page)


@when("别的网站的页面来连接企业的卡控件", target_fixture="answer")
def connect_from_elsewhere(
    wire: Wire, card_login: CardLoginPage, answer_to: AnswerTo
) -> PortalAnswer:
    return answer_to(open_control, wire.controls[0], "https://example.com")


@when(parsers.re("企业用卡密码“(?P<pin>.*)”登录，却被拒绝"), target_fixture="answer")
def log_in_with_pin(card_login: CardLoginPage, pin: str, answer_to: AnswerTo) -> PortalAnswer:
    return answer_to(card_login.log_in, Secret(pin))


@given(parsers.parse("企业用法人卡登录时弹窗里有“{message}”"))
def refused_before(
    card_login: CardLoginPage, enterprise: MadeEnterprise, message: str, answer_to: AnswerTo
) -> None:
    dialog_contains(answer_to(card_login.log_in, enterprise.card_pin), message)


@when("企业重启控件，打开浏览器重新登录", target_fixture="outcome")
def restart_control(
    another_tab: Page,
    base_url: str,
    mock_state: MockState,
    enterprise: MadeEnterprise,
    answer_to: AnswerTo,
) -> PortalAnswer:
    mock_state.set_faults()
    return enter_again(another_tab, base_url, enterprise, answer_to)


@given("企业已清除缓存")
def clear_the_cache(login_page: LoginPage) -> None:
    login_page.clear_cache()


@when("企业重新进入门户，用法人卡登录", target_fixture="outcome")
@when("企业重新进入门户，用法人卡登录，却被拒绝", target_fixture="answer")
def enter_again(
    page: Page, base_url: str, enterprise: MadeEnterprise, answer_to: AnswerTo
) -> PortalAnswer:
    card_login = CardLoginPage.open(LoginPage.open(page, base_url))
    return answer_to(card_login.log_in, enterprise.card_pin)


@when("企业打开浏览器重新登录，却被拒绝", target_fixture="answer")
def only_restart_the_browser(
    another_tab: Page, base_url: str, enterprise: MadeEnterprise, answer_to: AnswerTo
) -> PortalAnswer:
    return enter_again(another_tab, base_url, enterprise, answer_to)


@then("新打开的浏览器里，企业仍未登录")
def still_signed_out_there(another_tab: Page, base_url: str) -> None:
    LoginPage.open(another_tab, base_url)
    expect(HomePage(another_tab).log_out_link).to_be_hidden()


@when("企业从外网的 http 门户打开“卡介质”", target_fixture="card_login")
def open_over_http(far_away: FarAway) -> CardLoginPage:
    return CardLoginPage.open(far_away(host="portal.test", permissions=[LOCAL_NETWORK]))


@when("企业从外网的 https 门户打开“卡介质”，没有允许网页访问本机", target_fixture="card_login")
def open_over_https_without_permission(far_away: FarAway) -> CardLoginPage:
    return CardLoginPage.open(far_away("--https"))


@when("企业允许网页访问本机，从外网的 https 门户打开“卡介质”", target_fixture="card_login")
def open_over_https(far_away: FarAway) -> CardLoginPage:
    return CardLoginPage.open(far_away("--https", permissions=[LOCAL_NETWORK]))


@then("卡介质登录框上写着")
def card_box_says(card_login: CardLoginPage, docstring: str) -> None:
    assert not lacking(card_login.box_words(), docstring.splitlines())


@then("卡介质登录框看不见密码，浏览器也不记住它")
def pin_is_hidden(card_login: CardLoginPage) -> None:
    expect_secret(card_login.pin)


@then("登录框发出的是卡号和签名，没有卡的密码")
def pin_was_not_sent(wire: Wire, enterprise: MadeEnterprise) -> None:
    (form,) = wire.forms("/cas/login")

    assert form.keys() == FORM
    assert (form["icCard"], form["swLoginFlag"]) == (enterprise.card_no, "swCard")
    assert enterprise.card_pin.reveal() not in form.values()


@then("浏览器没有弹窗")
def nothing_pops_up(card_login: CardLoginPage) -> None:
    assert card_login.notices() == ()


@then("卡控件只被叫了一次，门户只收到一次登录")
def one_call_and_one_login(wire: Wire, mock_state: MockState) -> None:
    assert (wire.called("ra_Is903Reader"), wire.called("security_SpcSignRandom")) == (1, 1)
    assert len(mock_state.requests("POST", "/cas/login")) == 1


@then("浏览器弹窗依次是")
def dialogs_are(answers: list[PortalAnswer], docstring: str) -> None:
    said = [message for answer in answers for message in answer.refusal().dialogs]

    assert said == docstring.splitlines()


@then(parsers.parse("登录框里正写着“{text}”"))
def box_is_busy_with(card_login: CardLoginPage, text: str) -> None:
    expect(card_login.busy).to_have_text(text)


@then("找到控件以后，页面认为“控件可用”")
def control_is_found(card_login: CardLoginPage) -> None:
    card_login.wait_while(card_login.busy)
    assert card_login.control_state() is ControlState.READY


@then("卡控件不让它连接")
def control_lets_nobody_in(answer: PortalAnswer) -> None:
    assert answer.ended_by(ScreenNotReached)


@then("下载页写着")
def download_page_says(download: ControlDownloadPage, docstring: str) -> None:
    assert not lacking(download.words(), docstring.splitlines())


@then(parsers.parse("浏览器弹窗提醒“{message}”"))
def page_notices(card_login: CardLoginPage, message: str) -> None:
    assert card_login.notices() == (message,)


@then(parsers.parse("浏览器弹窗里有“{message}”"))
def dialog_contains(answer: PortalAnswer, message: str) -> None:
    refusal = answer.refusal()

    assert message in "\n".join(refusal.dialogs)
    assert refusal.shown == ()


@then(parsers.parse("页面认为“{state}”"))
def control_is(card_login: CardLoginPage, state: str) -> None:
    assert card_login.control_state() is ControlState(state)
