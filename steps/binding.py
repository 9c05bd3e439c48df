"""老用户账号绑定 and 快速注册 (guide-1.9, guide-1.10)."""

from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import expect
from pytest_bdd import given, parsers, then, when

from fixtures.portal import MadeEnterprise, MockState
from fixtures.refusals import AnswerTo, PortalAnswer
from pages.binding import BindingPage, QuickRegistrationPage
from pages.desk import DeskPage
from pages.entry import HomePage
from pages.errors import BindingRequired
from pages.login import LoginPage
from pages.models import LocalAccount, Secret

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


@given("企业已绑定本地账号", target_fixture="desk")
@when("企业绑定已有的本地账号", target_fixture="desk")
def bind(binding: BindingPage, mock_state: MockState, enterprise: MadeEnterprise) -> DeskPage:
    captcha = mock_state.read_captcha(binding.captcha)
    return binding.bind(enterprise.local_account, enterprise.local_password, captcha)


@when("企业重新登录，按指引走到“小微企业在线投保”", target_fixture="desk")
def enter_again(
    logged_out: LoginPage, mock_state: MockState, enterprise: MadeEnterprise
) -> DeskPage:
    captcha = mock_state.read_captcha(logged_out.captcha)
    return logged_out.log_in(enterprise.account, enterprise.password, captcha).open_desk()


@when("企业用错误的本地密码绑定", target_fixture="answer")
def bind_with_a_wrong_password(
    binding: BindingPage, mock_state: MockState, enterprise: MadeEnterprise, answer_to: AnswerTo
) -> PortalAnswer:
    captcha = mock_state.read_captcha(binding.captcha)
    return answer_to(binding.bind, enterprise.local_account, Secret("不对"), captcha)


@when("企业用不存在的本地用户名绑定", target_fixture="answer")
def bind_an_unknown_name(
    binding: BindingPage, mock_state: MockState, enterprise: MadeEnterprise, answer_to: AnswerTo
) -> PortalAnswer:
    captcha = mock_state.read_captcha(binding.captcha)
    return answer_to(binding.bind, "没有这个用户名", enterprise.local_password, captcha)


@when("企业绑定已有的本地账号，却被拒绝", target_fixture="answer")
def bind_in_vain(
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


@when(parsers.parse("企业没有填“{field}”就绑定"), target_fixture="answer")
def bind_without(
    binding: BindingPage, enterprise: MadeEnterprise, field: str, answer_to: AnswerTo
) -> PortalAnswer:
    typed = {"用户名": enterprise.local_account, "密码": "不对", "验证码": "ABCD", field: ""}
    return answer_to(binding.bind, typed["用户名"], Secret(typed["密码"]), typed["验证码"])


@when("企业打开快速注册", target_fixture="quick_registration")
def open_quick_registration(binding: BindingPage) -> QuickRegistrationPage:
    return binding.open_quick_registration()


@given("企业已快速绑定", target_fixture="desk")
@when("企业填写资料快速绑定", target_fixture="desk")
def quick_bind(
    quick_registration: QuickRegistrationPage, mock_state: MockState, local_account: LocalAccount
) -> DeskPage:
    quick_registration.fill_account(local_account)
    return quick_registration.quick_bind(mock_state.read_captcha(quick_registration.captcha))


@when("企业用登录单一窗口的用户名和密码快速绑定", target_fixture="desk")
def quick_bind_the_same_account(
    quick_registration: QuickRegistrationPage,
    mock_state: MockState,
    enterprise: MadeEnterprise,
    local_account: LocalAccount,
) -> DeskPage:
    password = enterprise.password
    same = replace(
        local_account, user=enterprise.account, password=password, repeated_password=password
    )
    return quick_bind(quick_registration, mock_state, same)


@when("企业退出，用新的本地账号登录", target_fixture="home")
def log_in_with_the_new_account(
    logged_out: LoginPage, mock_state: MockState, local_account: LocalAccount
) -> HomePage:
    local = logged_out.open_local()
    captcha = mock_state.read_captcha(local.captcha)
    return local.log_in(local_account.user, local_account.password, captcha)


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


@then("绑定页上写着")
def binding_page_says(binding: BindingPage, docstring: str) -> None:
    assert binding.words() == tuple(docstring.splitlines())


@then("快速注册页上写着")
def quick_registration_says(quick_registration: QuickRegistrationPage, docstring: str) -> None:
    assert quick_registration.words() == tuple(docstring.splitlines())


@then(parsers.parse("投保界面的菜单是“{first}”和“{second}”"))
def desk_offers(desk: DeskPage, first: str, second: str) -> None:
    expect(desk.menu).to_have_text([first, second])


@then("企业仍没有绑定")
def still_unbound(home: HomePage, answer_to: AnswerTo) -> None:
    assert answer_to(home.open_desk).ended_by(BindingRequired)


def _with(account: LocalAccount, field: str, value: str) -> LocalAccount:
    name, kind = ACCOUNT_FIELDS[field]
    return replace(account, **{name: kind(value)})
