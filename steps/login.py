"""账号登录 (guide-1.1, guide-1.2)."""

from dataclasses import replace
from typing import Any

from playwright.sync_api import Page, expect
from pytest_bdd import given, parsers, then, when

from fixtures.portal import MadeEnterprise, MockState
from fixtures.refusals import AnswerTo, PortalAnswer
from pages.entry import HomePage
from pages.errors import LoginRefused
from pages.login import LoginPage, NoticePage
from pages.models import Secret
from pages.profile import GUANGDONG

BARE = replace(GUANGDONG, home="/")


@given("企业打开门户", target_fixture="login_page")
@when("企业打开门户", target_fixture="login_page")
def open_portal(page: Page, base_url: str) -> LoginPage:
    return LoginPage.open(page, base_url)


@when("企业只输入门户的网址", target_fixture="login_page")
def open_bare_address(page: Page, base_url: str) -> LoginPage:
    return LoginPage.open(page, base_url, BARE)


@when("企业打开推荐浏览器的提示", target_fixture="notice")
def open_browser_advice(login_page: LoginPage) -> NoticePage:
    return login_page.open_browser_advice()


@given("企业已登录", target_fixture="home")
@when("企业用正确的用户名和密码登录", target_fixture="home")
@when("企业按新的验证码登录", target_fixture="home")
def log_in(login_page: LoginPage, mock_state: MockState, enterprise: MadeEnterprise) -> HomePage:
    captcha = mock_state.read_captcha(login_page.captcha)
    return login_page.log_in(enterprise.account, enterprise.password, captcha)


@when("企业用错误的密码登录", target_fixture="answer")
def log_in_with_a_wrong_password(
    login_page: LoginPage, mock_state: MockState, enterprise: MadeEnterprise, answer_to: AnswerTo
) -> PortalAnswer:
    captcha = mock_state.read_captcha(login_page.captcha)
    return answer_to(login_page.log_in, enterprise.account, Secret("不对"), captcha)


@when("企业用不存在的用户名登录", target_fixture="answer")
def log_in_with_an_unknown_account(
    login_page: LoginPage, mock_state: MockState, enterprise: MadeEnterprise, answer_to: AnswerTo
) -> PortalAnswer:
    captcha = mock_state.read_captcha(login_page.captcha)
    return answer_to(
        login_page.log_in, "nobody-" + enterprise.account, enterprise.password, captcha
    )


@when("企业输错验证码登录", target_fixture="answer")
def log_in_with_a_wrong_captcha(
    login_page: LoginPage, enterprise: MadeEnterprise, answer_to: AnswerTo
) -> PortalAnswer:
    return answer_to(login_page.log_in, enterprise.account, enterprise.password, "????")


@given("企业输错过一次验证码")
def a_wrong_captcha_before(
    login_page: LoginPage, enterprise: MadeEnterprise, answer_to: AnswerTo
) -> None:
    assert log_in_with_a_wrong_captcha(login_page, enterprise, answer_to).refusal()


@when("企业把验证码的大小写颠倒后登录", target_fixture="home")
def log_in_with_the_other_case(
    login_page: LoginPage, mock_state: MockState, enterprise: MadeEnterprise
) -> HomePage:
    captcha = mock_state.read_captcha(login_page.captcha).swapcase()
    return login_page.log_in(enterprise.account, enterprise.password, captcha)


@when("企业把验证码的大小写颠倒后登录，却被拒绝", target_fixture="answer")
def log_in_with_the_other_case_in_vain(
    login_page: LoginPage, mock_state: MockState, enterprise: MadeEnterprise, answer_to: AnswerTo
) -> PortalAnswer:
    captcha = mock_state.read_captcha(login_page.captcha).swapcase()
    return answer_to(login_page.log_in, enterprise.account, enterprise.password, captcha)


@when(parsers.parse("企业没有填“{field}”就登录"), target_fixture="answer")
def log_in_without(
    login_page: LoginPage, enterprise: MadeEnterprise, field: str, answer_to: AnswerTo
) -> PortalAnswer:
    typed = {"用户名": enterprise.account, "密码": "Mock-1", "验证码": "ABCD", field: ""}
    return answer_to(login_page.log_in, typed["用户名"], Secret(typed["密码"]), typed["验证码"])


@given("企业的账号是国标版的", target_fixture="wishes")
def national_account() -> dict[str, Any]:
    return {"edition": "national"}


@given("企业的账号还没有实名认证")
def no_real_name(mock_state: MockState) -> None:
    mock_state.set_faults({"id": "real_name_required"})


@given("门户的验证码分大小写")
def captcha_minds_the_case(mock_state: MockState) -> None:
    mock_state.set_faults({"id": "captcha_case_matters"})


@given("门户先显示的验证码图片已经作废")
def first_captcha_is_stale(mock_state: MockState) -> None:
    mock_state.set_faults({"id": "captcha_stale"})


@given("密码输错一次，账号就锁定")
def account_locks(mock_state: MockState) -> None:
    mock_state.set_faults({"id": "account_locks", "params": {"attempts": 1}})


@given("同一企业只能在一处登录")
def single_session(mock_state: MockState) -> None:
    mock_state.set_faults({"id": "single_session"})


@given(parsers.parse("过了{minutes:d}分钟"))
def minutes_pass(mock_state: MockState, minutes: int) -> None:
    mock_state.forward(minutes)


@when("企业点击验证码换一张", target_fixture="old_captcha")
def ask_for_another_captcha(login_page: LoginPage) -> str:
    return login_page.captcha.renew()


@when("企业按旧图片登录", target_fixture="answer")
def log_in_with_the_old_captcha(
    login_page: LoginPage,
    mock_state: MockState,
    enterprise: MadeEnterprise,
    old_captcha: str,
    answer_to: AnswerTo,
) -> PortalAnswer:
    return answer_to(
        login_page.log_in,
        enterprise.account,
        enterprise.password,
        mock_state.captcha_text(old_captcha),
    )


@given("企业用错误的密码登录过一次")
def a_wrong_password_before(
    login_page: LoginPage, mock_state: MockState, enterprise: MadeEnterprise, answer_to: AnswerTo
) -> None:
    assert log_in_with_a_wrong_password(login_page, mock_state, enterprise, answer_to).refusal()


@when("企业用正确的用户名和密码登录，却被拒绝", target_fixture="answer")
@when("企业用国标版的账号登录", target_fixture="answer")
def log_in_in_vain(
    login_page: LoginPage, mock_state: MockState, enterprise: MadeEnterprise, answer_to: AnswerTo
) -> PortalAnswer:
    captcha = mock_state.read_captcha(login_page.captcha)
    return answer_to(login_page.log_in, enterprise.account, enterprise.password, captcha)


@given("企业按作废的验证码登录过一次")
def a_stale_captcha_before(
    login_page: LoginPage, mock_state: MockState, enterprise: MadeEnterprise, answer_to: AnswerTo
) -> None:
    assert log_in_in_vain(login_page, mock_state, enterprise, answer_to).ended_by(LoginRefused)


@given("企业看到了国标版的弹窗")
def a_national_popup_before(
    login_page: LoginPage, mock_state: MockState, enterprise: MadeEnterprise, answer_to: AnswerTo
) -> None:
    answer = log_in_in_vain(login_page, mock_state, enterprise, answer_to)

    assert answer.ended_by(LoginRefused).is_national_edition


@when("企业在本地登录中没有填“密码”就登录", target_fixture="answer")
def log_in_locally_without_password(
    login_page: LoginPage, mock_state: MockState, enterprise: MadeEnterprise, answer_to: AnswerTo
) -> PortalAnswer:
    return answer_to(login_page.open_local().log_in, enterprise.local_account, Secret(""), "ABCD")


@when("企业用错误的密码本地登录", target_fixture="answer")
def log_in_locally_with_a_wrong_password(
    login_page: LoginPage, mock_state: MockState, enterprise: MadeEnterprise, answer_to: AnswerTo
) -> PortalAnswer:
    local, wrong = login_page.open_local(), Secret("不对")
    return answer_to(
        local.log_in, enterprise.local_account, wrong, mock_state.read_captcha(local.captcha)
    )


@when("企业切换到“本地登录”，用地方（广东）版本的账号登录", target_fixture="home")
def log_in_locally(
    login_page: LoginPage, mock_state: MockState, enterprise: MadeEnterprise
) -> HomePage:
    local = login_page.open_local()
    captcha = mock_state.read_captcha(local.captcha)
    return local.log_in(enterprise.local_account, enterprise.local_password, captcha)


@given("企业又在别处登录")
def log_in_elsewhere(
    another_tab: Page, base_url: str, mock_state: MockState, enterprise: MadeEnterprise
) -> None:
    there = LoginPage.open(another_tab, base_url)
    captcha = mock_state.read_captcha(there.captcha)
    there.log_in(enterprise.account, enterprise.password, captcha)


@then("错误的原因是国标版的账号")
def reason_is_the_edition(answer: PortalAnswer) -> None:
    assert answer.ended_by(LoginRefused).is_national_edition


@then(parsers.parse("弹窗写着“{popup}”，登录框提示“{message}”"))
def popup_and_message_say(answer: PortalAnswer, popup: str, message: str) -> None:
    refusal = answer.ended_by(LoginRefused)

    assert (refusal.dialogs, refusal.shown) == ((popup,), (message,))


@then("门户欢迎这家企业")
def portal_greets(home: HomePage, enterprise: MadeEnterprise) -> None:
    assert home.enterprise_name() == enterprise.name


@then("门户首页上写着")
def home_page_says(login_page: LoginPage, docstring: str) -> None:
    assert login_page.words() == tuple(docstring.splitlines())


@then(parsers.parse("登录框里有“{account}”、“{password}”、“{captcha}”"))
def login_box_asks_for(login_page: LoginPage, account: str, password: str, captcha: str) -> None:
    assert login_page.placeholders() == (account, password, captcha)


@then("登录框上写着")
def login_box_says(login_page: LoginPage, docstring: str) -> None:
    assert login_page.box_words() == tuple(docstring.splitlines())


@then(parsers.parse("鼠标停在验证码上，提示“{tip}”"))
def captcha_tip_is(login_page: LoginPage, tip: str) -> None:
    expect(login_page.captcha.image).to_have_attribute("title", tip)


@then(parsers.parse("提示写着“{text}”"))
def notice_says(notice: NoticePage, text: str) -> None:
    expect(notice.text).to_have_text(text)


@then(parsers.parse("地址栏里是门户的“{path}”"))
def address_is(page: Page, base_url: str, path: str) -> None:
    expect(page).to_have_url(base_url + path)


@then(parsers.parse("窗口的标题是“{title}”"))
def window_title_is(page: Page, title: str) -> None:
    expect(page).to_have_title(title)


@then(parsers.parse("登录框提示“{message}”"))
def login_box_answers(answer: PortalAnswer, message: str) -> None:
    refusal = answer.refusal()

    assert (refusal.shown, refusal.dialogs) == ((message,), ())


@then(parsers.parse("浏览器弹窗提示“{message}”"))
def browser_pops_up(answer: PortalAnswer, message: str) -> None:
    refusal = answer.refusal()

    assert (refusal.dialogs, refusal.shown) == ((message,), ())


@then("企业仍未登录")
def still_signed_out(page: Page, base_url: str) -> None:
    LoginPage.open(page, base_url)
    expect(HomePage(page).log_out_link).to_be_hidden()


@then("门户没有收到登录请求")
def no_login_arrived(mock_state: MockState) -> None:
    by_account_or_card = mock_state.requests("POST", "/cas/login")

    assert by_account_or_card + mock_state.requests("POST", "/pub/login/local") == []
