"""账号登录 (guide-1.1, guide-1.2)."""

import re
from dataclasses import replace
from functools import partial
from hashlib import md5
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect
from pytest_bdd import given, parsers, then, when

from fixtures.account_forms import AccountForms, Attempts, attempts_by, written_out
from fixtures.person import press_twice
from fixtures.portal import MadeEnterprise, MockState
from fixtures.refusals import AnswerTo, PortalAnswer
from fixtures.wire import Wire
from fixtures.words import containing, lacking
from pages.desk import DeskPage
from pages.entry import HomePage
from pages.errors import LoginRefused, ScreenNotReached, SessionLost
from pages.login import LocalLoginPage, LoginPage, NoticePage, RealNamePage
from pages.models import Secret
from pages.parts import DialogLog
from pages.profile import GUANGDONG

CAPTCHA = "/cas/plat_cas_verifycode_gen"
FREE = {"lt", "execution", "verifyCode"}  # what the log-in sends and is new each time
BARE = replace(GUANGDONG, home="/")


@given("企业打开门户", target_fixture="login_page")
@when("企业打开门户", target_fixture="login_page")
def open_portal(page: Page, base_url: str, wire: Wire) -> LoginPage:
    """Open the home page; `wire` listens from here on."""
    return LoginPage.open(page, base_url)


@when("企业只输入门户的网址", target_fixture="login_page")
def open_bare_address(page: Page, base_url: str) -> LoginPage:
    return LoginPage.open(page, base_url, BARE)


@when("企业打开推荐浏览器的提示", target_fixture="notice")
def open_browser_advice(login_page: LoginPage) -> NoticePage:
    return login_page.open_browser_advice()


@pytest.fixture
def entered(outcome: PortalAnswer) -> HomePage:
    return outcome.accepted(HomePage)


@when("企业用正确的用户名和密码登录", target_fixture="outcome")
@when("企业按新的验证码登录", target_fixture="outcome")
def log_in_as_due(
    login_page: LoginPage, mock_state: MockState, enterprise: MadeEnterprise, answer_to: AnswerTo
) -> PortalAnswer:
    return answer_to(log_in, login_page, mock_state, enterprise)


@given("企业已登录", target_fixture="home")
def log_in(login_page: LoginPage, mock_state: MockState, enterprise: MadeEnterprise) -> HomePage:
    captcha = mock_state.read_captcha(login_page.captcha)
    return login_page.log_in(enterprise.account, enterprise.password, captcha)


@when("企业用错误的密码登录", target_fixture="answer")
def log_in_with_a_wrong_password(
    login_page: LoginPage, mock_state: MockState, enterprise: MadeEnterprise, answer_to: AnswerTo
) -> PortalAnswer:
    captcha = mock_state.read_captcha(login_page.captcha)
    almost = _other_case(enterprise.password)
    return answer_to(login_page.log_in, enterprise.account, almost, captcha)


@when("企业用不存在的用户名登录", target_fixture="answer")
def log_in_with_an_unknown_account(
    login_page: LoginPage, mock_state: MockState, enterprise: MadeEnterprise, answer_to: AnswerTo
) -> PortalAnswer:
    captcha = mock_state.read_captcha(login_page.captcha)
    almost = enterprise.account.upper()
    return answer_to(login_page.log_in, almost, enterprise.password, captcha)


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


@when("企业把验证码的大小写颠倒后登录", target_fixture="outcome")
@when("企业把验证码的大小写颠倒后登录，却被拒绝", target_fixture="answer")
def log_in_with_the_other_case(
    login_page: LoginPage, mock_state: MockState, enterprise: MadeEnterprise, answer_to: AnswerTo
) -> PortalAnswer:
    captcha = mock_state.read_captcha(login_page.captcha).swapcase()
    return answer_to(login_page.log_in, enterprise.account, enterprise.password, captcha)


@when(parsers.parse("企业没有填“{field}”就登录"), target_fixture="answer")
def log_in_without(
    login_page: LoginPage, enterprise: MadeEnterprise, field: str, answer_to: AnswerTo
) -> PortalAnswer:
    good = {"用户名": enterprise.account, "密码": "Mock-1", "验证码": "ABCD"}
    typed = good | dict.fromkeys(field.split("、"), "")
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


@given(parsers.parse("密码连续输错{attempts:d}次，账号就锁定"))
def account_locks(mock_state: MockState, attempts: int) -> None:
    mock_state.set_faults({"id": "account_locks", "params": {"attempts": attempts}})


@given("同一企业只能在一处登录")
def single_session(mock_state: MockState) -> None:
    mock_state.set_faults({"id": "single_session"})


@given(parsers.parse("过了{minutes:d}分钟"))
def minutes_pass(mock_state: MockState, minutes: int) -> None:
    mock_state.forward(minutes)


@given(parsers.parse("过了{seconds:d}秒"))
def seconds_pass(mock_state: MockState, seconds: int) -> None:
    mock_state.forward(seconds / 60)


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
    local, almost = login_page.open_local(), _other_case(enterprise.local_password)
    captcha = mock_state.read_captcha(local.captcha)
    return answer_to(local.log_in, enterprise.local_account, almost, captcha)


@when("企业切换到“本地登录”，用地方（广东）版本的账号登录", target_fixture="outcome")
def log_in_locally(
    login_page: LoginPage, mock_state: MockState, enterprise: MadeEnterprise, answer_to: AnswerTo
) -> PortalAnswer:
    local = login_page.open_local()
    captcha = mock_state.read_captcha(local.captcha)
    return answer_to(local.log_in, enterprise.local_account, enterprise.local_password, captcha)


@given("企业又在别处登录")
def log_in_elsewhere(
    another_tab: Page, base_url: str, mock_state: MockState, enterprise: MadeEnterprise
) -> None:
    there = LoginPage.open(another_tab, base_url)
    captcha = mock_state.read_captcha(there.captcha)
    there.log_in(enterprise.account, enterprise.password, captcha)


@given("企业先后输错密码、登录成功、又输错密码")
def wrong_right_wrong(
    account_forms: AccountForms, enterprise: MadeEnterprise, answer_to: AnswerTo
) -> None:
    a_captcha_used_in_vain(account_forms, enterprise, answer_to)
    a_used_captcha(account_forms, enterprise)
    a_captcha_used_in_vain(account_forms, enterprise, answer_to)


@given("门户里还有一家后来的企业")
def a_later_enterprise(enterprise: MadeEnterprise, another_mock_state: MockState) -> None:
    """Make another enterprise after this one, which a careless portal would take."""


@given("企业填好了登录框")
def fill_in(login_page: LoginPage, mock_state: MockState, enterprise: MadeEnterprise) -> None:
    captcha = mock_state.read_captcha(login_page.captcha)
    login_page.fill_in(enterprise.account, enterprise.password, captcha)


@when("企业连按两下“登录”", target_fixture="outcome")
def press_log_in_twice(login_page: LoginPage, answer_to: AnswerTo) -> PortalAnswer:
    press_twice(login_page.login_button)
    return answer_to(HomePage(login_page.surface).appear)


@given("企业按一张验证码登录过", target_fixture="captcha")
def a_used_captcha(account_forms: AccountForms, enterprise: MadeEnterprise) -> str:
    captcha = account_forms.draw_captcha()
    account_forms.log_in(enterprise.account, enterprise.password, captcha)
    return captcha


@given("企业按一张验证码登录过，密码却输错了", target_fixture="captcha")
def a_captcha_used_in_vain(
    account_forms: AccountForms, enterprise: MadeEnterprise, answer_to: AnswerTo
) -> str:
    captcha, wrong = account_forms.draw_captcha(), _other_case(enterprise.password)
    assert answer_to(account_forms.log_in, enterprise.account, wrong, captcha).refusal()
    return captcha


@when("企业按同一张验证码再登录", target_fixture="answer")
def use_the_captcha_again(
    account_forms: AccountForms, enterprise: MadeEnterprise, captcha: str, answer_to: AnswerTo
) -> PortalAnswer:
    return answer_to(account_forms.log_in, enterprise.account, enterprise.password, captcha)


@given("企业登录时得到一张票据", target_fixture="ticket")
def a_ticket(account_forms: AccountForms, enterprise: MadeEnterprise) -> str:
    captcha = account_forms.draw_captcha()
    return account_forms.log_in(enterprise.account, enterprise.password, captcha)


@when("企业用这张票据", target_fixture="said")
def use_the_ticket(account_forms: AccountForms, ticket: str) -> str:
    return account_forms.use_ticket(ticket)


@when("有人再用这张票据", target_fixture="answer")
def use_the_ticket_again(
    account_forms: AccountForms, ticket: str, answer_to: AnswerTo
) -> PortalAnswer:
    return answer_to(account_forms.use_ticket, ticket)


@when("企业绕过登录框登录，每次照表里填写", target_fixture="attempts")
def log_in_past_the_box(
    account_forms: AccountForms,
    enterprise: MadeEnterprise,
    datatable: list[list[str]],
    answer_to: AnswerTo,
) -> Attempts:
    log_in = partial(_log_in_past_the_box, account_forms, enterprise)
    return attempts_by(answer_to, log_in, datatable)


@when("企业在首页退出")
def log_out(home: HomePage) -> None:
    home.log_out()


@when("企业填了用户名，切换到“本地登录”", target_fixture="local_login")
def switch_to_local(login_page: LoginPage, enterprise: MadeEnterprise) -> LocalLoginPage:
    login_page.fill_in(enterprise.account, Secret(""), "")
    return login_page.open_local()


@when("企业关掉漂在首页上的提示")
def close_float_notice(login_page: LoginPage) -> None:
    login_page.close_float_notice()


@then("错误的原因是国标版的账号")
def reason_is_the_edition(answer: PortalAnswer) -> None:
    assert answer.ended_by(LoginRefused).is_national_edition


@then(parsers.parse("弹窗写着“{popup}”，登录框提示“{message}”"))
def popup_and_message_say(answer: PortalAnswer, popup: str, message: str) -> None:
    refusal = answer.ended_by(LoginRefused)

    assert (refusal.dialogs, refusal.shown) == ((popup,), (message,))


@then("过几秒，门户转到“实名认证”")
def real_name_page_comes(page: Page) -> None:
    expect(RealNamePage(page).appear().landmark).to_be_visible()


def expect_secret(field: Locator) -> None:
    """Expect a field that hides what is typed, and asks the browser not to keep it."""
    expect(field).to_have_attribute("type", "password")
    expect(field).to_have_attribute("autocomplete", "off")


@then("登录框看不见密码，浏览器也不记住它")
def password_is_hidden(login_page: LoginPage) -> None:
    expect_secret(login_page.password)
    expect(login_page.account).to_have_attribute("autocomplete", "off")


@then("登录框发出的是用户名、密码的摘要和验证码，没有密码的原文")
def only_the_digest_was_sent(wire: Wire, enterprise: MadeEnterprise) -> None:
    (form,) = wire.forms("/cas/login")
    password = enterprise.password.reveal()

    assert {name: form[name] for name in form.keys() - FREE} == {
        "swy": enterprise.account,
        "swm": md5(password.encode(), usedforsecurity=False).hexdigest(),
        "swm2": "",
        "_eventId": "submit",
        "swLoginFlag": "swUp",
        "lpid": "P1",
        "name": "",
    }
    assert form.keys() >= FREE
    assert password not in wire.texts()


@then("验证码是四位字母或数字")
def captcha_has_four_characters(login_page: LoginPage, mock_state: MockState) -> None:
    assert re.fullmatch("[0-9A-Za-z]{4}", mock_state.read_captcha(login_page.captcha))


@then("浏览器不留存登录以后的页面")
def pages_are_not_stored(account_forms: AccountForms) -> None:
    assert account_forms.open("/index.action").headers["cache-control"] == "no-store"


@then("页面的脚本读不到会话的编号")
def session_is_for_the_browser_alone(context: BrowserContext) -> None:
    cookies = [one for one in context.cookies() if one["name"] == "JSESSIONID"]

    assert [(one["httpOnly"], one["sameSite"]) for one in cookies] == [(True, "Lax")]


@then("登录框留着用户名，密码和验证码要重新填写，验证码换了一张")
def box_asks_again(
    login_page: LoginPage, mock_state: MockState, enterprise: MadeEnterprise
) -> None:
    expect(login_page.account).to_have_value(enterprise.account)
    expect(login_page.password).to_have_value("")
    expect(login_page.captcha.field).to_have_value("")
    assert mock_state.read_captcha(login_page.captcha)
    assert len(mock_state.requests("GET", CAPTCHA)) == 2


@then("门户只收到一次登录，浏览器没有弹窗")
def one_login_arrived(mock_state: MockState, page: Page) -> None:
    assert len(mock_state.requests("POST", "/cas/login")) == 1
    assert DialogLog.of(page).take() == ()


@then("门户说“登录成功”")
def portal_says_done(said: str) -> None:
    assert "<p>登录成功</p>" in said


@then("门户不再接受这张票据")
def ticket_is_refused(answer: PortalAnswer) -> None:
    assert answer.ended_by(ScreenNotReached)


@then("门户每次都照表里的提示拒绝")
def each_is_refused(attempts: Attempts) -> None:
    assert [answer.refusal().messages for answer, _ in attempts] == [
        (message,) for _, message in attempts
    ]


@then("看得见的登录框只有“本地登录”，上面写着“登录”")
def only_the_local_box_is_shown(login_page: LoginPage, local_login: LocalLoginPage) -> None:
    expect(login_page.login_button).to_be_hidden()
    assert local_login.box_words() == ("登录",)


@then("本地登录框里有“请输入用户名”、“请输入密码”、“请输入验证码”，看不见密码")
def local_box_asks(local_login: LocalLoginPage) -> None:
    password_is_hidden(local_login)
    assert local_login.placeholders() == ("请输入用户名", "请输入密码", "请输入验证码")


@then("切换回“账号登录”，填好的用户名还在")
def account_box_is_as_it_was(local_login: LocalLoginPage, enterprise: MadeEnterprise) -> None:
    account_login = local_login.open_account()

    expect(account_login.account).to_have_value(enterprise.account)
    expect(local_login.login_button).to_be_hidden()


@then("首页上没有这个提示，别的都在")
def only_the_notice_is_gone(login_page: LoginPage) -> None:
    expect(login_page.float_notice).to_be_hidden()
    assert not lacking(login_page.words(), ["模拟门户仅供测试与演示，与任何真实机构无关"])


@then("门户欢迎这家企业")
def portal_greets(entered: HomePage, enterprise: MadeEnterprise) -> None:
    assert entered.enterprise_name() == enterprise.name


@then("登录框的网页里没有密码，也没有它的摘要")
def page_holds_no_password(login_page: LoginPage, enterprise: MadeEnterprise) -> None:
    typed = _other_case(enterprise.password).reveal()
    digest = md5(typed.encode(), usedforsecurity=False).hexdigest()
    sources = "".join(frame.content() for frame in login_page.tab.frames)

    assert [typed in sources, digest in sources.lower()] == [False, False]


@then("企业填对以后，照常登录")
def logs_in_when_all_is_right(
    login_page: LoginPage, mock_state: MockState, enterprise: MadeEnterprise, answer_to: AnswerTo
) -> None:
    captcha = mock_state.read_captcha(login_page.captcha)
    answer = answer_to(login_page.log_in, enterprise.account, enterprise.password, captcha)

    assert answer.accepted(HomePage).enterprise_name() == enterprise.name


@then("门户首页上写着")
def home_page_says(login_page: LoginPage, docstring: str) -> None:
    assert not lacking(login_page.words(), docstring.splitlines())


@then(parsers.parse("登录框里有“{account}”、“{password}”、“{captcha}”"))
def login_box_asks_for(login_page: LoginPage, account: str, password: str, captcha: str) -> None:
    assert login_page.placeholders() == (account, password, captcha)


@then("登录框上写着")
def login_box_says(login_page: LoginPage, docstring: str) -> None:
    assert not lacking(login_page.box_words(), docstring.splitlines())


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
    expect(page).to_have_title(containing(title))


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


@then("首页又显示登录框")
def login_box_is_back_at_home(home: HomePage) -> None:
    expect(LoginPage(home.surface).appear().login_button).to_be_visible()
    expect(home.log_out_link).to_be_hidden()


@then("先前打开的投保界面要重新登录")
def desk_is_shut(desk: DeskPage, answer_to: AnswerTo) -> None:
    assert answer_to(desk.open_pending).ended_by(SessionLost)


@then("门户没有收到登录请求")
def no_login_arrived(mock_state: MockState) -> None:
    by_account_or_card = mock_state.requests("POST", "/cas/login")

    assert by_account_or_card + mock_state.requests("POST", "/pub/login/local") == []


def _other_case(password: Secret) -> Secret:
    """Return the password with small letters for capitals, and capitals for small letters."""
    return Secret(password.reveal().swapcase())


def _log_in_past_the_box(
    account_forms: AccountForms, enterprise: MadeEnterprise, *typed: str
) -> str:
    right = {
        "用户名": enterprise.account,
        "密码": enterprise.password.reveal(),
        "验证码": account_forms.draw_captcha(),
    }
    user, password, captcha = (written_out(value, right) for value in typed)
    return account_forms.log_in(user, Secret(password), captcha)
