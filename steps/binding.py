"""老用户账号绑定 and 快速注册 (guide-1.9, guide-1.10)."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import expect
from pytest_bdd import given, parsers, then, when

from fixtures.account_forms import AccountForms, Attempts, attempts_by, written_out
from fixtures.person import press_twice
from fixtures.portal import MadeEnterprise, MockState
from fixtures.refusals import AnswerTo, PortalAnswer
from fixtures.words import expect_each, lacking
from pages.binding import BindingPage, QuickRegistrationPage
from pages.desk import DeskPage
from pages.entry import HomePage
from pages.errors import BindingRequired
from pages.login import LoginPage
from pages.models import LocalAccount, Secret
from steps.login import expect_secret

BIND, QUICK_BIND = (f"/swProxy/xwtbserver/sw/binding/{way}" for way in ("bind", "quick"))
CAPTCHA = "/cas/plat_cas_verifycode_gen"
ACCOUNT_FIELDS = {
    "本地用户名": ("user", str),
    "本地密码": ("password", Secret),
    "确认密码": ("repeated_password", Secret),
    "手机": ("mobile", str),
    "姓名": ("person", str),
    "邮箱": ("email", str),
}


@pytest.fixture
def binding(home: HomePage) -> BindingPage:
    return home.open_binding()


@pytest.fixture
def quick_registration(binding: BindingPage) -> QuickRegistrationPage:
    return binding.open_quick_registration()


@pytest.fixture
def logged_out(home: HomePage) -> LoginPage:
    home.log_out()
    return LoginPage(home.surface).appear()


@given("企业还没有绑定本地账号", target_fixture="wishes")
def unbound() -> dict[str, Any]:
    return {"bound": False}


@when("企业第一次走到“小微企业在线投保”", target_fixture="binding")
def enter_for_the_first_time(home: HomePage) -> BindingPage:
    return home.open_binding()


@given("企业正看着绑定页上的验证码", target_fixture="captcha")
def captcha_is_shown(binding: BindingPage, mock_state: MockState) -> str:
    return mock_state.read_captcha(binding.captcha)


@pytest.fixture
def bound_desk(outcome: PortalAnswer) -> DeskPage:
    return outcome.accepted(DeskPage)


@given("企业已绑定本地账号", target_fixture="desk")
def bind(binding: BindingPage, mock_state: MockState, enterprise: MadeEnterprise) -> DeskPage:
    captcha = mock_state.read_captcha(binding.captcha)
    return binding.bind(enterprise.local_account, enterprise.local_password, captcha)


@when("企业重新登录，按指引走到“小微企业在线投保”", target_fixture="outcome")
def enter_again(
    logged_out: LoginPage, mock_state: MockState, enterprise: MadeEnterprise, answer_to: AnswerTo
) -> PortalAnswer:
    captcha = mock_state.read_captcha(logged_out.captcha)
    home = logged_out.log_in(enterprise.account, enterprise.password, captcha)
    return answer_to(home.open_desk)


@when("企业用错误的本地密码绑定", target_fixture="answer")
def bind_with_a_wrong_password(
    binding: BindingPage, mock_state: MockState, enterprise: MadeEnterprise, answer_to: AnswerTo
) -> PortalAnswer:
    captcha = mock_state.read_captcha(binding.captcha)
    almost = Secret(enterprise.local_password.reveal().swapcase())
    return answer_to(binding.bind, enterprise.local_account, almost, captcha)


@when("企业用不存在的本地用户名绑定", target_fixture="answer")
def bind_an_unknown_name(
    binding: BindingPage, mock_state: MockState, enterprise: MadeEnterprise, answer_to: AnswerTo
) -> PortalAnswer:
    captcha = mock_state.read_captcha(binding.captcha)
    return answer_to(binding.bind, "没有这个用户名", enterprise.local_password, captcha)


@when("企业绑定已有的本地账号", target_fixture="outcome")
@when("企业绑定已有的本地账号，却被拒绝", target_fixture="answer")
def bind_as_told(
    binding: BindingPage, mock_state: MockState, enterprise: MadeEnterprise, answer_to: AnswerTo
) -> PortalAnswer:
    return answer_to(bind, binding, mock_state, enterprise)


@when("企业输错验证码绑定", target_fixture="answer")
def bind_with_a_wrong_captcha(
    binding: BindingPage, enterprise: MadeEnterprise, answer_to: AnswerTo
) -> PortalAnswer:
    return answer_to(binding.bind, enterprise.local_account, enterprise.local_password, "????")


@when("企业绑定别家企业的本地账号", target_fixture="answer")
def bind_somebody_else(
    binding: BindingPage, mock_state: MockState, another_mock_state: MockState, answer_to: AnswerTo
) -> PortalAnswer:
    other = another_mock_state.enterprise
    return answer_to(bind, binding, mock_state, other)


@given("企业填好了绑定页")
def fill_in(binding: BindingPage, mock_state: MockState, enterprise: MadeEnterprise) -> None:
    captcha = mock_state.read_captcha(binding.captcha)
    binding.fill_in(enterprise.local_account, enterprise.local_password, captcha)


@when("企业连按两下“绑定”", target_fixture="outcome")
def press_bind_twice(binding: BindingPage, answer_to: AnswerTo) -> PortalAnswer:
    press_twice(binding.bind_button)
    return answer_to(DeskPage(binding.surface).ready)


@when("企业在绑定页点击验证码换一张", target_fixture="old_captcha")
def ask_for_another_captcha(binding: BindingPage) -> str:
    return binding.captcha.renew()


@when("企业绕过页面绑定，每次照表里填写", target_fixture="attempts")
def bind_past_the_page(
    home: HomePage,
    account_forms: AccountForms,
    enterprise: MadeEnterprise,
    datatable: list[list[str]],
    answer_to: AnswerTo,
) -> Attempts:
    bind = partial(_bind_past_the_page, account_forms, enterprise)
    return attempts_by(answer_to, bind, datatable)


@when("企业绕过页面快速绑定，每次照表里改一项", target_fixture="attempts")
def quick_bind_past_the_page(
    home: HomePage,
    account_forms: AccountForms,
    local_account: LocalAccount,
    datatable: list[list[str]],
    answer_to: AnswerTo,
) -> Attempts:
    quick_bind = partial(_quick_bind_past_the_page, account_forms, local_account)
    return attempts_by(answer_to, quick_bind, datatable)


@given("企业绑定时用过一张验证码，密码却输错了", target_fixture="used_captcha")
def a_used_captcha(
    home: HomePage, account_forms: AccountForms, enterprise: MadeEnterprise, answer_to: AnswerTo
) -> str:
    captcha, wrong = account_forms.draw_captcha("bind"), Secret("不对")
    answer = answer_to(account_forms.bind, enterprise.local_account, wrong, captcha)
    assert answer.refusal().messages == ("本地用户名或密码错误",)
    return captcha


@given("企业看到过登录框的验证码", target_fixture="used_captcha")
def a_captcha_of_the_log_in(home: HomePage, account_forms: AccountForms) -> str:
    account_forms.draw_captcha("bind")
    return account_forms.draw_captcha()


@when("企业用这张验证码绑定", target_fixture="answer")
def bind_with_this_captcha(
    account_forms: AccountForms,
    enterprise: MadeEnterprise,
    used_captcha: str,
    answer_to: AnswerTo,
) -> PortalAnswer:
    account, password = enterprise.local_account, enterprise.local_password
    return answer_to(account_forms.bind, account, password, used_captcha)


@given("账号基本信息每一项都要填到最长", target_fixture="local_account")
def fill_each_field(longest_account: LocalAccount) -> LocalAccount:
    return longest_account


@when(parsers.parse("企业没有填“{field}”就绑定"), target_fixture="answer")
def bind_without(
    binding: BindingPage, enterprise: MadeEnterprise, field: str, answer_to: AnswerTo
) -> PortalAnswer:
    typed = {"用户名": enterprise.local_account, "密码": "不对", "验证码": "ABCD", field: ""}
    return answer_to(binding.bind, typed["用户名"], Secret(typed["密码"]), typed["验证码"])


@when("企业打开快速注册", target_fixture="quick_registration")
def open_quick_registration(binding: BindingPage) -> QuickRegistrationPage:
    return binding.open_quick_registration()


@when("企业填写资料快速绑定", target_fixture="outcome")
def quick_bind_as_due(
    quick_registration: QuickRegistrationPage,
    mock_state: MockState,
    local_account: LocalAccount,
    answer_to: AnswerTo,
) -> PortalAnswer:
    return answer_to(quick_bind, quick_registration, mock_state, local_account)


@given("企业已快速绑定", target_fixture="desk")
def quick_bind(
    quick_registration: QuickRegistrationPage, mock_state: MockState, local_account: LocalAccount
) -> DeskPage:
    quick_registration.fill_account(local_account)
    return quick_registration.quick_bind(mock_state.read_captcha(quick_registration.captcha))


@when("企业用登录单一窗口的用户名和密码快速绑定", target_fixture="outcome")
def quick_bind_the_same_account(
    quick_registration: QuickRegistrationPage,
    mock_state: MockState,
    enterprise: MadeEnterprise,
    local_account: LocalAccount,
    answer_to: AnswerTo,
) -> PortalAnswer:
    password = enterprise.password
    same = replace(
        local_account, user=enterprise.account, password=password, repeated_password=password
    )
    return answer_to(quick_bind, quick_registration, mock_state, same)


@when("企业退出，用新的本地账号登录", target_fixture="outcome")
def log_in_with_the_new_account(
    logged_out: LoginPage,
    mock_state: MockState,
    local_account: LocalAccount,
    answer_to: AnswerTo,
) -> PortalAnswer:
    local = logged_out.open_local()
    captcha = mock_state.read_captcha(local.captcha)
    return answer_to(local.log_in, local_account.user, local_account.password, captcha)


@when(parsers.parse("企业把“{field}”填成“{value}”就快速绑定"), target_fixture="answer")
def quick_bind_with(
    quick_registration: QuickRegistrationPage,
    local_account: LocalAccount,
    field: str,
    value: str,
    answer_to: AnswerTo,
) -> PortalAnswer:
    account = _with(local_account, field, value)
    return answer_to(quick_registration.fill_account(account).quick_bind, "ABCD")


@when(parsers.parse("企业没有填“{field}”就快速绑定"), target_fixture="answer")
def quick_bind_without(
    quick_registration: QuickRegistrationPage,
    local_account: LocalAccount,
    field: str,
    answer_to: AnswerTo,
) -> PortalAnswer:
    return quick_bind_with(quick_registration, local_account, field, "", answer_to)


@when("企业用别人的本地用户名快速绑定", target_fixture="answer")
def quick_bind_a_taken_name(
    quick_registration: QuickRegistrationPage,
    mock_state: MockState,
    another_mock_state: MockState,
    local_account: LocalAccount,
    answer_to: AnswerTo,
) -> PortalAnswer:
    taken = replace(local_account, user=another_mock_state.enterprise.local_account)
    return answer_to(quick_bind, quick_registration, mock_state, taken)


@when("企业没有输入验证码就快速绑定", target_fixture="answer")
def quick_bind_without_a_captcha(
    quick_registration: QuickRegistrationPage, local_account: LocalAccount, answer_to: AnswerTo
) -> PortalAnswer:
    return answer_to(quick_registration.fill_account(local_account).quick_bind, "")


@when("企业输错验证码快速绑定", target_fixture="answer")
def quick_bind_with_a_wrong_captcha(
    quick_registration: QuickRegistrationPage, local_account: LocalAccount, answer_to: AnswerTo
) -> PortalAnswer:
    quick_registration.fill_account(local_account)
    return answer_to(quick_registration.quick_bind, "????")


@then("绑定页看不见密码，浏览器也不记住它")
def password_is_hidden(binding: BindingPage) -> None:
    expect_secret(binding.password)


@then("快速注册页看不见密码，浏览器也不记住它")
def passwords_are_hidden(quick_registration: QuickRegistrationPage) -> None:
    expect_secret(quick_registration.password)
    expect_secret(quick_registration.repeated_password)


@then(parsers.parse("鼠标停在绑定页的验证码上，提示“{tip}”"))
def captcha_tip_is(binding: BindingPage, tip: str) -> None:
    expect(binding.captcha.image).to_have_attribute("title", tip)


@then("绑定页的验证码换了一张")
def captcha_is_another(binding: BindingPage, old_captcha: str) -> None:
    assert binding.captcha.captcha_id() != old_captcha


@then("绑定页换了一张验证码，要重新填写")
def captcha_is_asked_again(binding: BindingPage, mock_state: MockState) -> None:
    expect(binding.captcha.field).to_have_value("")
    assert mock_state.read_captcha(binding.captcha)
    asked = [one["query"] for one in mock_state.requests("GET", CAPTCHA)]
    assert len([query for query in asked if "box=bind" in query]) == 2


@then("门户只收到一次绑定")
def one_binding_arrived(mock_state: MockState) -> None:
    assert len(mock_state.requests("POST", BIND)) == 1


@then("门户没有收到绑定")
def no_binding_arrived(mock_state: MockState) -> None:
    assert mock_state.requests("POST", BIND) + mock_state.requests("POST", QUICK_BIND) == []


@then("绑定页上写着")
def binding_page_says(binding: BindingPage, docstring: str) -> None:
    assert not lacking(binding.words(), docstring.splitlines())


@then("快速注册页上写着")
def quick_registration_says(quick_registration: QuickRegistrationPage, docstring: str) -> None:
    assert not lacking(quick_registration.words(), docstring.splitlines())


@then(parsers.parse("投保界面的菜单是“{first}”和“{second}”"))
def desk_offers(desk: DeskPage, first: str, second: str) -> None:
    expect_each(desk.menu, first, second)


@then("企业进入投保界面，菜单是“待确认”和“保单查询”")
def bound_desk_offers(bound_desk: DeskPage) -> None:
    expect_each(bound_desk.menu, "待确认", "保单查询")


@then("企业填对以后，照常绑定")
def binds_when_all_is_right(
    binding: BindingPage, mock_state: MockState, enterprise: MadeEnterprise, answer_to: AnswerTo
) -> None:
    captcha = mock_state.read_captcha(binding.captcha)
    account, password = enterprise.local_account, enterprise.local_password
    answer_to(binding.close_refusal().bind, account, password, captcha).accepted(DeskPage)


@then("企业填对以后，照常快速绑定")
def quick_binds_when_all_is_right(
    quick_registration: QuickRegistrationPage,
    mock_state: MockState,
    local_account: LocalAccount,
    answer_to: AnswerTo,
) -> None:
    page = quick_registration.close_refusal()
    answer_to(quick_bind, page, mock_state, local_account).accepted(DeskPage)


@then("绑定页上填写的用户名还在")
def user_name_is_kept(binding: BindingPage, enterprise: MadeEnterprise) -> None:
    expect(binding.user).to_have_value(enterprise.local_account)


@then("企业仍没有绑定")
def still_unbound(
    home: HomePage, mock_state: MockState, enterprise: MadeEnterprise, answer_to: AnswerTo
) -> None:
    assert answer_to(home.open_desk).ended_by(BindingRequired)
    assert mock_state.seen()["local_account"] == enterprise.local_account


def _bind_past_the_page(
    account_forms: AccountForms, enterprise: MadeEnterprise, *typed: str
) -> str:
    right = {
        "用户名": enterprise.local_account,
        "密码": enterprise.local_password.reveal(),
        "少一位的密码": enterprise.local_password.reveal()[:-1],
        "验证码": account_forms.draw_captcha("bind"),
    }
    user, password, captcha = (written_out(value, right) for value in typed)
    return account_forms.bind(user, Secret(password), captcha)


def _quick_bind_past_the_page(
    account_forms: AccountForms, account: LocalAccount, field: str, value: str
) -> str:
    captcha = account_forms.draw_captcha("quick")
    return account_forms.quick_bind(_with(account, field, written_out(value)), captcha)


def _with(account: LocalAccount, field: str, value: str) -> LocalAccount:
    name, kind = ACCOUNT_FIELDS[field]
    return replace(account, **{name: kind(value)})
