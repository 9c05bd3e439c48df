"""立即注册, 忘记密码, 忘记用户名 (guide-1.5, guide-1.6, guide-1.7, faq-4)."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, ParamSpec

import pytest
from playwright.sync_api import expect
from pytest_bdd import given, parsers, then, when

from fixtures.account_forms import AccountForms, Attempts, attempts_by, written_out
from fixtures.person import is_beside
from fixtures.portal import FillIn, MadeEnterprise, MockState
from fixtures.refusals import AnswerTo, PortalAnswer
from fixtures.words import containing, lacking
from pages.errors import BindingRequired, LoginRefused
from pages.login import LoginPage
from pages.models import Registration, Secret
from pages.registration import (
    BankPage,
    BankWindow,
    PhonePage,
    Proven,
    RecoveryPage,
    RegisteredPage,
    RegistrationPage,
    ResetDonePage,
    ResetPage,
    ReviewPage,
    ReviewStatePage,
    UserNamePage,
)
from steps.login import expect_secret

SCREENS = {  # the fixture of each
    "注册页": "registration_page",
    "注册成功的页面": "registered",
    "找回页": "recovery",
    "验证手机号的页面": "phone_page",
    "这一页": "account_page",
    "银行页面": "bank",
    "找回完成的页面": "reset_done",
    "绑定页": "binding",
    "快速注册页": "quick_registration",
    "下载页": "download",
}
FIELDS = {
    "统一社会信用代码": ("uscc", str),
    "组织机构代码": ("org_code", str),
    "企业名称": ("name", str),
    "法人姓名": ("legal_name", str),
    "证件号码": ("id_no", str),
    "所属地市": ("city", str),
    "用户名": ("user", str),
    "密码": ("password", Secret),
    "手机": ("mobile", str),
    "确认密码": ("repeated_password", Secret),
}
NEW_PASSWORD = Secret("Mock-重设的密码Aa9!@#$%&+=")
OTHER_PASSWORD = Secret("Mock-又一个密码")
P = ParamSpec("P")
REGISTER = "/userserver/user/userEtpsRegister/register"


@pytest.fixture
def registration_page(login_page: LoginPage) -> RegistrationPage:
    return RegistrationPage.open(login_page)


@pytest.fixture
def ways(login_page: LoginPage) -> RecoveryPage:
    return RecoveryPage.open(login_page, "忘记密码").choose_enterprise_account()


@pytest.fixture
def ways_to_user_name(login_page: LoginPage) -> RecoveryPage:
    return RecoveryPage.open(login_page, "忘记用户名").choose_enterprise_account()


@pytest.fixture
def phone_page(ways: RecoveryPage) -> PhonePage:
    return ways.by_phone()


@pytest.fixture
def bank_page(ways: RecoveryPage) -> BankPage:
    return ways.by_bank()


@pytest.fixture
def review_page(ways: RecoveryPage) -> ReviewPage:
    return ways.by_review()


@given("企业还没有注册", target_fixture="wishes")
def unregistered() -> dict[str, Any]:
    return {"registered": False}


@when("企业打开“立即注册”", target_fixture="registration_page")
def open_registration(login_page: LoginPage) -> RegistrationPage:
    return RegistrationPage.open(login_page)


@pytest.fixture
def registered(outcome: PortalAnswer) -> RegisteredPage:
    return outcome.accepted(RegisteredPage)


@pytest.fixture
def reset_done(outcome: PortalAnswer) -> ResetDonePage:
    return outcome.accepted(ResetDonePage)


@given("每一项都要填到最长，代码要写成小写", target_fixture="registration")
def fill_each_field(longest_registration: Registration) -> Registration:
    return longest_registration


@given("企业已经注册")
def registered_before(account_forms: AccountForms, registration: Registration) -> None:
    account_forms.register(registration)


@when("企业换一个用户名和密码再注册", target_fixture="answer")
def register_again(
    account_forms: AccountForms, registration: Registration, answer_to: AnswerTo
) -> PortalAnswer:
    other = replace(registration, user=f"again-{registration.uscc}")
    return answer_to(
        account_forms.register,
        replace(other, password=OTHER_PASSWORD, repeated_password=OTHER_PASSWORD),
    )


@when("企业绕过页面注册，每次照表里改一项", target_fixture="attempts")
def register_past_the_page(
    account_forms: AccountForms,
    registration: Registration,
    datatable: list[list[str]],
    answer_to: AnswerTo,
) -> Attempts:
    def register(field: str, value: str) -> str:
        return account_forms.register(_with(registration, field, value))

    return attempts_by(answer_to, register, datatable)


@when("企业没有填组织机构代码，完成注册", target_fixture="outcome")
def register_without_org_code(
    registration_page: RegistrationPage, registration: Registration, answer_to: AnswerTo
) -> PortalAnswer:
    return answer_to(registration_page.register, replace(registration, org_code=""))


@when("企业没有选所属地市，也没有填手机就注册", target_fixture="answer")
def register_without_city(
    registration_page: RegistrationPage, registration: Registration, answer_to: AnswerTo
) -> PortalAnswer:
    return answer_to(registration_page.register, replace(registration, city="请选择", mobile=""))


@when("企业填写企业基本信息，完成注册", target_fixture="outcome")
@when("企业填写企业基本信息，却没有注册成功", target_fixture="answer")
def register(
    registration_page: RegistrationPage, registration: Registration, answer_to: AnswerTo
) -> PortalAnswer:
    return answer_to(registration_page.register, registration)


@given(parsers.parse("企业注册时，门户提示“{message}”"))
def registration_refused_before(
    registration_page: RegistrationPage,
    registration: Registration,
    message: str,
    answer_to: AnswerTo,
) -> None:
    assert answer_to(registration_page.register, registration).refusal().messages == (message,)


@when(parsers.re("企业把注册信息的“(?P<field>.+)”填成“(?P<value>.*)”"), target_fixture="answer")
def register_with(
    registration_page: RegistrationPage,
    registration: Registration,
    field: str,
    value: str,
    answer_to: AnswerTo,
) -> PortalAnswer:
    return answer_to(registration_page.register, _with(registration, field, value))


@when("企业用别人的用户名注册", target_fixture="answer")
def register_a_taken_name(
    registration_page: RegistrationPage,
    registration: Registration,
    another_mock_state: MockState,
    answer_to: AnswerTo,
) -> PortalAnswer:
    taken = replace(registration, user=another_mock_state.enterprise.account)
    return answer_to(registration_page.register, taken)


@when("企业在注册页输入自己的组织机构代码")
def look_up(registration_page: RegistrationPage, enterprise: MadeEnterprise) -> None:
    """Type the code as it is printed on certificates, with a hyphen before the check digit."""
    code = enterprise.org_code
    registration_page.look_up(f"{code[:8]}-{code[8:]}")


@when("企业在注册页输入自己的统一社会信用代码")
def look_up_uscc(registration_page: RegistrationPage, enterprise: MadeEnterprise) -> None:
    registration_page.look_up_uscc(enterprise.uscc)


@given("代码旁提示过组织机构代码已存在")
def own_code_is_known(registration_page: RegistrationPage, enterprise: MadeEnterprise) -> None:
    look_up(registration_page, enterprise)
    code_hint_is(registration_page, "组织机构代码已存在")


@given("代码旁提示过别家的组织机构代码已存在")
def code_of_others_is_known(
    registration_page: RegistrationPage, another_mock_state: MockState
) -> None:
    own_code_is_known(registration_page, another_mock_state.enterprise)


@when("企业打开“忘记密码”", target_fixture="recovery")
def open_recovery(login_page: LoginPage) -> RecoveryPage:
    return RecoveryPage.open(login_page, "忘记密码")


@when("企业打开“忘记密码”，选择企业账号", target_fixture="recovery")
def open_ways(ways: RecoveryPage) -> RecoveryPage:
    return ways


@when("企业打开“忘记密码”，选择操作员账号", target_fixture="recovery")
def open_ways_of_operator(login_page: LoginPage) -> RecoveryPage:
    return RecoveryPage.open(login_page, "忘记密码").choose_operator_account()


@when("企业打开“忘记用户名”，选择企业账号", target_fixture="recovery")
def open_ways_to_user_name(ways_to_user_name: RecoveryPage) -> RecoveryPage:
    return ways_to_user_name


@given("短信第一次没有送达")
def sms_is_lost(mock_state: MockState) -> None:
    mock_state.set_faults({"id": "sms_not_delivered"})


@given("企业在找回密码时已收到短信验证码")
@given("企业在找回密码时获取过短信验证码")
@when("企业在找回密码时获取短信验证码")
@when("企业再获取一次")
def ask_for_code(phone_page: PhonePage, enterprise: MadeEnterprise) -> None:
    phone_page.ask_for_code(enterprise.account)


@when("企业用不存在的用户名获取短信验证码")
def ask_for_code_of_nobody(phone_page: PhonePage, enterprise: MadeEnterprise) -> None:
    phone_page.ask_for_code(enterprise.account.upper())


@when("企业用新账号获取短信验证码")
def ask_for_code_of_new_account(account_forms: AccountForms, registration: Registration) -> None:
    account_forms.ask_for_code(registration.user)


@given("企业和另一家企业都收到了短信验证码", target_fixture="own_code")
def both_have_codes(
    account_forms: AccountForms, mock_state: MockState, another_mock_state: MockState
) -> str:
    account_forms.ask_for_code(another_mock_state.enterprise.account)
    account_forms.ask_for_code(mock_state.enterprise.account)
    return _code(mock_state)


@when("企业用自己的验证码，找回另一家企业的密码", target_fixture="answer")
def verify_for_another(
    account_forms: AccountForms, another_mock_state: MockState, own_code: str, answer_to: AnswerTo
) -> PortalAnswer:
    return answer_to(account_forms.verify_phone, another_mock_state.enterprise.account, own_code)


@given("企业用短信验证码证明过身份", target_fixture="own_code")
def code_was_used(
    account_forms: AccountForms, mock_state: MockState, enterprise: MadeEnterprise
) -> str:
    account_forms.ask_for_code(enterprise.account)
    account_forms.verify_phone(enterprise.account, _code(mock_state))
    return _code(mock_state)


@given("企业收到短信验证码，却输错过一次", target_fixture="own_code")
def code_was_mistyped(
    account_forms: AccountForms,
    mock_state: MockState,
    enterprise: MadeEnterprise,
    answer_to: AnswerTo,
) -> str:
    account_forms.ask_for_code(enterprise.account)
    wrong = _next_code(_code(mock_state))
    assert answer_to(account_forms.verify_phone, enterprise.account, wrong).refusal()
    return _code(mock_state)


@when("企业再用这个短信验证码", target_fixture="answer")
def use_the_code_again(
    account_forms: AccountForms, enterprise: MadeEnterprise, own_code: str, answer_to: AnswerTo
) -> PortalAnswer:
    return answer_to(account_forms.verify_phone, enterprise.account, own_code)


@when("企业绕过页面验证手机号，每次照表里填写", target_fixture="attempts")
def verify_past_the_page(
    account_forms: AccountForms,
    enterprise: MadeEnterprise,
    datatable: list[list[str]],
    answer_to: AnswerTo,
) -> Attempts:
    def verify(*typed: str) -> str:
        return account_forms.verify_phone(*_filled(typed, enterprise))

    return attempts_by(answer_to, verify, datatable)


@given("企业在找回密码时已证明身份", target_fixture="proof")
def identity_is_proven(
    account_forms: AccountForms, mock_state: MockState, enterprise: MadeEnterprise
) -> str:
    account_forms.ask_for_code(enterprise.account)
    return account_forms.verify_phone(enterprise.account, _code(mock_state))


@given("企业在找回用户名时已证明身份", target_fixture="proof")
def identity_is_proven_for_the_user_name(
    account_forms: AccountForms, mock_state: MockState, enterprise: MadeEnterprise
) -> str:
    account_forms.ask_for_code(enterprise.uscc, "username")
    return account_forms.verify_phone(enterprise.uscc, _code(mock_state), "username")


@given("企业已设置新密码")
def password_was_reset(account_forms: AccountForms, proof: str) -> None:
    account_forms.reset(proof, NEW_PASSWORD, NEW_PASSWORD)


@given("企业提交了人工资料审核，还没有通过", target_fixture="proof")
def review_is_under_way(account_forms: AccountForms, enterprise: MadeEnterprise) -> str:
    receipt = account_forms.ask_for_review(enterprise.account, "13800138000", "手机号已停用")
    return receipt.replace("/reviews/", "/proven/")


@given("企业提交的人工资料审核已经通过", target_fixture="proof")
def review_is_over(
    account_forms: AccountForms, mock_state: MockState, enterprise: MadeEnterprise
) -> str:
    proof = review_is_under_way(account_forms, enterprise)
    mock_state.forward_working_day()
    return proof


@when("有人用同一个地址再设置密码", target_fixture="answer")
@when("企业用这个证明去设置密码", target_fixture="answer")
@when("企业绕过审核去设置密码", target_fixture="answer")
def reset_again(account_forms: AccountForms, proof: str, answer_to: AnswerTo) -> PortalAnswer:
    return answer_to(account_forms.reset, proof, OTHER_PASSWORD, OTHER_PASSWORD)


@when("企业绕过页面设置密码，每次照表里填写", target_fixture="attempts")
def reset_past_the_page(
    account_forms: AccountForms, proof: str, datatable: list[list[str]], answer_to: AnswerTo
) -> Attempts:
    def reset(*typed: str) -> str:
        return account_forms.reset(proof, *map(_secret, typed))

    return attempts_by(answer_to, reset, datatable)


@when("企业绕过页面申请审核，每次照表里填写", target_fixture="attempts")
def ask_for_review_past_the_page(
    account_forms: AccountForms,
    enterprise: MadeEnterprise,
    datatable: list[list[str]],
    answer_to: AnswerTo,
) -> Attempts:
    def ask(*typed: str) -> str:
        return account_forms.ask_for_review(*_filled(typed, enterprise))

    return attempts_by(answer_to, ask, datatable)


@when("企业打开“企业实名认证”", target_fixture="account_page")
def open_bank_way(bank_page: BankPage) -> BankPage:
    return bank_page


@when("企业为找回用户名，打开“企业实名认证”", target_fixture="account_page")
def open_bank_way_to_user_name(ways_to_user_name: RecoveryPage) -> BankPage:
    return ways_to_user_name.by_bank()


@when("企业打开“人工资料审核”", target_fixture="account_page")
def open_review_way(review_page: ReviewPage) -> ReviewPage:
    return review_page


@when("企业用不存在的用户名打开银行页面", target_fixture="bank")
def open_bank_for_nobody(bank_page: BankPage, enterprise: MadeEnterprise) -> BankWindow:
    return bank_page.open_bank(enterprise.account.upper())


@when("企业输入短信验证码，设置新密码", target_fixture="outcome")
def reset_by_phone(
    phone_page: PhonePage, mock_state: MockState, answer_to: AnswerTo
) -> PortalAnswer:
    return answer_to(_reset_after, phone_page.verify, _code(mock_state))


@given("企业已输入短信验证码", target_fixture="reset_page")
def code_is_verified(phone_page: PhonePage, mock_state: MockState) -> ResetPage:
    return ResetPage(phone_page.verify(_code(mock_state)).surface).ready()


@when("企业两次输入的新密码不一致", target_fixture="answer")
def reset_with_different_passwords(reset_page: ResetPage, answer_to: AnswerTo) -> PortalAnswer:
    return answer_to(reset_page.reset, NEW_PASSWORD, Secret(NEW_PASSWORD.reveal().swapcase()))


@when(parsers.parse("企业输入短信验证码“{code}”"), target_fixture="answer")
def verify_with(phone_page: PhonePage, code: str, answer_to: AnswerTo) -> PortalAnswer:
    return answer_to(phone_page.verify, code)


@when("企业输入错了一位的短信验证码", target_fixture="answer")
def verify_with_a_wrong_digit(
    phone_page: PhonePage, mock_state: MockState, answer_to: AnswerTo
) -> PortalAnswer:
    return answer_to(phone_page.verify, _next_code(_code(mock_state)))


@when("企业输入短信验证码却被拒绝", target_fixture="answer")
def verify_in_vain(
    phone_page: PhonePage, mock_state: MockState, answer_to: AnswerTo
) -> PortalAnswer:
    return answer_to(phone_page.verify, _code(mock_state))


@when("企业用手机号找回用户名", target_fixture="proven")
def recover_user_name(
    ways_to_user_name: RecoveryPage, mock_state: MockState, enterprise: MadeEnterprise
) -> Proven:
    phone = ways_to_user_name.by_phone().ask_for_code(enterprise.uscc.lower())
    return phone.verify(_code(mock_state))


@when("企业在银行确认身份，找回用户名", target_fixture="proven")
def recover_user_name_by_bank(
    ways_to_user_name: RecoveryPage, enterprise: MadeEnterprise
) -> Proven:
    bank_page = ways_to_user_name.by_bank()
    return bank_page.open_bank(enterprise.uscc).confirm(bank_page)


@when("企业打开银行页面", target_fixture="bank")
def open_bank(bank_page: BankPage, enterprise: MadeEnterprise) -> BankWindow:
    return bank_page.open_bank(enterprise.account)


@when("企业在银行确认身份，设置新密码", target_fixture="outcome")
def reset_by_bank(
    bank_page: BankPage, enterprise: MadeEnterprise, answer_to: AnswerTo
) -> PortalAnswer:
    bank = bank_page.open_bank(enterprise.account)
    return answer_to(_reset_after, bank.confirm, bank_page)


@when("企业选择操作员账号，在银行确认身份，设置新密码", target_fixture="outcome")
def reset_as_operator(
    login_page: LoginPage, enterprise: MadeEnterprise, answer_to: AnswerTo
) -> PortalAnswer:
    return reset_by_bank(open_ways_of_operator(login_page).by_bank(), enterprise, answer_to)


@when("企业在银行取消")
def cancel_at_bank(bank_page: BankPage, enterprise: MadeEnterprise) -> None:
    bank_page.open_bank(enterprise.account).cancel()


@given("企业已提交人工资料审核", target_fixture="review")
def ask_for_review(ways: RecoveryPage, enterprise: MadeEnterprise) -> ReviewStatePage:
    return ways.by_review().submit(enterprise.account, "13800138000", "手机号已停用")


@given("企业为找回用户名，已提交人工资料审核", target_fixture="review")
def ask_for_review_of_user_name(
    ways_to_user_name: RecoveryPage, enterprise: MadeEnterprise
) -> ReviewStatePage:
    return ways_to_user_name.by_review().submit(enterprise.uscc, "13800138000", "手机号已停用")


@given(parsers.parse("今天下班以后至少要放{days:d}天假"))
def days_off_begin(mock_state: MockState, days: int) -> None:
    mock_state.forward_to_rest(days)


@given("过了一个工作日")
def working_day_passes(mock_state: MockState) -> None:
    mock_state.forward_working_day()


@given("离一个工作日还差一分钟")
def almost_a_working_day_passes(mock_state: MockState) -> None:
    mock_state.forward_working_day(minutes_less=1)


@when("企业查询进度", target_fixture="review")
def look_at_review(review: ReviewStatePage) -> ReviewStatePage:
    return review.refresh()


@when("企业查询进度，进入下一步", target_fixture="proven")
def go_on_after_review(review: ReviewStatePage) -> Proven:
    return review.refresh().go_on()


@when("企业查询进度，设置新密码", target_fixture="outcome")
def reset_after_review(review: ReviewStatePage, answer_to: AnswerTo) -> PortalAnswer:
    return answer_to(_reset_after, review.refresh().go_on)


@then("注册页看不见密码，浏览器也不记住它")
def passwords_are_hidden(registration_page: RegistrationPage) -> None:
    expect_secret(registration_page.password)
    expect_secret(registration_page.repeated_password)


@then("设置密码的页面看不见密码，浏览器也不记住它")
def new_passwords_are_hidden(reset_page: ResetPage) -> None:
    expect_secret(reset_page.password)
    expect_secret(reset_page.repeated_password)


@then("注册成功的页面写着")
def registered_page_says(
    registered: RegisteredPage, registration: Registration, docstring: str
) -> None:
    assert not lacking(
        registered.words(), docstring.replace("〔用户名〕", registration.user).splitlines()
    )


@then("门户没有收到注册申请")
def no_registration_arrived(mock_state: MockState) -> None:
    assert mock_state.requests("POST", REGISTER) == []


@then("门户没有收到新密码")
def no_new_password_arrived(mock_state: MockState) -> None:
    sent = [one["path"] for one in mock_state.journal() if one["method"] == "POST"]

    assert [path for path in sent if "/recover/proven/" in path] == []


@then("提示就在“所属地市”旁边")
def tip_stands_beside_the_city(registration_page: RegistrationPage) -> None:
    assert is_beside(registration_page.refusal, registration_page.city)


@then("另一家企业的旧密码仍能登录")
def old_password_of_the_other_works(
    login_page: LoginPage, mock_state: MockState, another_mock_state: MockState
) -> None:
    old_password_works(login_page, mock_state, another_mock_state.enterprise)


@then("先设置的新密码能登录")
def new_password_works(
    login_page: LoginPage, mock_state: MockState, enterprise: MadeEnterprise
) -> None:
    assert _log_in(login_page, mock_state, enterprise.account, NEW_PASSWORD) == enterprise.name


@then("验证手机号的页面写着")
def phone_page_says(phone_page: PhonePage, mock_state: MockState, docstring: str) -> None:
    (mobile,) = mock_state.phones()
    shown = f"{mobile[:3]}****{mobile[-4:]}"
    expect(phone_page.hint).not_to_be_empty()
    assert not lacking(phone_page.words(), docstring.replace("〔手机号〕", shown).splitlines())


@then("短信里有六位验证码，写着5分钟内有效")
def sms_says(mock_state: MockState) -> None:
    (message,) = mock_state.messages()

    assert re.fullmatch(r"【模拟单一窗口】您的验证码是\d{6}，5分钟内有效。", message)


@then("再打开这个地址，写着“找回已完成或已失效，请重新找回”")
def address_is_over(account_forms: AccountForms, proof: str) -> None:
    assert "<p>找回已完成或已失效，请重新找回</p>" in account_forms.open(proof).text()


@then("打开设置密码的地址，看到的仍是“审核中”")
def review_is_shown_instead(account_forms: AccountForms, proof: str) -> None:
    assert "<h3>审核中</h3>" in account_forms.open(proof).text()


@then("注册页上填写的内容都在")
def form_is_kept(registration_page: RegistrationPage, registration: Registration) -> None:
    expect(registration_page.name).to_have_value(registration.name)
    expect(registration_page.user).to_have_value(registration.user)
    expect(registration_page.password).to_have_value(registration.password.reveal())


@then(parsers.parse("{screen}的窗口标题是“{title}”"))
def window_title_of_screen_is(request: pytest.FixtureRequest, screen: str, title: str) -> None:
    tab = request.getfixturevalue(SCREENS[screen]).tab
    expect(tab).to_have_title(containing(title))


@then("短信发到注册时填的手机")
def sms_goes_to_the_registered_mobile(mock_state: MockState, registration: Registration) -> None:
    assert mock_state.phones() == [registration.mobile]


@then("这一页上写着")
def account_page_says(account_page: BankPage | ReviewPage, docstring: str) -> None:
    assert not lacking(account_page.words(), docstring.splitlines())


@then("找回完成的页面写着")
def reset_done_says(reset_done: ResetDonePage, docstring: str) -> None:
    assert not lacking(reset_done.words(), docstring.splitlines())


@then("审核的页面写着")
def review_says(review: ReviewStatePage, docstring: str) -> None:
    receipt = review.tab.url.rpartition("/")[2]

    assert not lacking(review.words(), docstring.replace("〔编号〕", receipt).splitlines())


@then("找回页写着企业的用户名")
def user_name_page_says(proven: Proven, enterprise: MadeEnterprise, docstring: str) -> None:
    assert not lacking(
        UserNamePage(proven.surface).words(),
        docstring.replace("〔用户名〕", enterprise.account).splitlines(),
    )


@then("注册页上写着")
def registration_page_says(registration_page: RegistrationPage, docstring: str) -> None:
    assert not lacking(registration_page.words(), docstring.splitlines())


@then(parsers.parse("证件类型已选好“{id_type}”，所属地市已选好“{province}”，城市还是“{city}”"))
def choices_are(
    registration_page: RegistrationPage, id_type: str, province: str, city: str
) -> None:
    assert registration_page.chosen() == (id_type, province, city)


@then("企业能用新账号登录")
def new_account_works(
    login_page: LoginPage, mock_state: MockState, registration: Registration
) -> None:
    captcha = mock_state.read_captcha(login_page.captcha)
    home = login_page.log_in(registration.user, registration.password, captcha)

    assert home.enterprise_name() == registration.name


@then("企业用新账号登录后，进入投保要绑定本地账号")
def new_account_is_not_bound(
    login_page: LoginPage,
    mock_state: MockState,
    registration: Registration,
    answer_to: AnswerTo,
) -> None:
    captcha = mock_state.read_captcha(login_page.captcha)
    home = login_page.log_in(registration.user, registration.password, captcha)

    assert answer_to(home.open_desk).ended_by(BindingRequired)


@then("新账号不能登录")
def new_account_does_not_work(
    login_page: LoginPage,
    mock_state: MockState,
    registration: Registration,
    answer_to: AnswerTo,
) -> None:
    captcha = mock_state.read_captcha(login_page.captcha)
    answer = answer_to(login_page.log_in, registration.user, registration.password, captcha)

    assert answer.ended_by(LoginRefused)


@then("找回页上写着")
def recovery_says(recovery: RecoveryPage, docstring: str) -> None:
    assert not lacking(recovery.words(), docstring.splitlines())


@then("新密码能登录，旧密码不能")
def only_the_new_password_works(
    reset_done: ResetDonePage,
    login_page: LoginPage,
    mock_state: MockState,
    enterprise: MadeEnterprise,
    answer_to: AnswerTo,
) -> None:
    old = answer_to(_log_in, login_page, mock_state, enterprise.account, enterprise.password)

    assert old.ended_by(LoginRefused)
    assert _log_in(login_page, mock_state, enterprise.account, NEW_PASSWORD) == enterprise.name


@then("两次输入相同以后，新密码能登录，旧密码不能")
def new_password_works_when_repeated(
    reset_page: ResetPage,
    login_page: LoginPage,
    mock_state: MockState,
    enterprise: MadeEnterprise,
    answer_to: AnswerTo,
) -> None:
    done = answer_to(reset_page.reset, NEW_PASSWORD, NEW_PASSWORD).accepted(ResetDonePage)

    only_the_new_password_works(done, login_page, mock_state, enterprise, answer_to)


@then("企业填对以后，照常注册")
def registers_when_all_is_right(
    registration_page: RegistrationPage,
    login_page: LoginPage,
    mock_state: MockState,
    registration: Registration,
    answer_to: AnswerTo,
) -> None:
    page = registration_page.close_refusal()
    answer_to(page.register, registration).accepted(RegisteredPage)

    new_account_works(login_page, mock_state, registration)


@then("旧密码仍能登录")
def old_password_works(
    login_page: LoginPage, mock_state: MockState, enterprise: MadeEnterprise
) -> None:
    name = _log_in(login_page, mock_state, enterprise.account, enterprise.password)

    assert name == enterprise.name


@then(parsers.parse("短信的提示是“{hint}”"))
def sms_hint_is(phone_page: PhonePage, hint: str) -> None:
    expect(phone_page.hint).to_have_text(hint)


@then("企业收到一条短信")
def one_sms_arrived(mock_state: MockState) -> None:
    assert len(mock_state.messages()) == 1


@then("企业没有收到短信")
def no_sms_arrived(mock_state: MockState) -> None:
    assert mock_state.messages() == []


@then("门户显示企业的用户名")
def user_name_is_shown(proven: Proven, enterprise: MadeEnterprise) -> None:
    assert UserNamePage(proven.surface).read() == enterprise.account


@then("银行页面上写着")
def bank_says(bank: BankWindow, docstring: str, fill_in: FillIn) -> None:
    assert not lacking(bank.words(), fill_in(docstring))


@then("找回页仍要企业去银行验证")
def bank_is_still_due(bank_page: BankPage) -> None:
    expect(bank_page.bank_button).to_be_visible()


@then(parsers.parse("进度是“{state}”"))
def review_is(review: ReviewStatePage, state: str) -> None:
    expect(review.state).to_have_text(state)


@then(parsers.parse("代码旁提示“{hint}”"))
def code_hint_is(registration_page: RegistrationPage, hint: str) -> None:
    expect(registration_page.code_hint).to_have_text(hint)


@then("代码旁没有提示")
def no_code_hint(registration_page: RegistrationPage) -> None:
    expect(registration_page.code_hint).to_be_hidden()


@then("注册页建议拿操作员卡登录，或联系客服 95198")
def way_out_is_told(registration_page: RegistrationPage) -> None:
    said = "\n".join(registration_page.words())

    assert re.search(r"拿操作员卡登录确认，或联系“单一窗口”客服 95198", said)


def _with(registration: Registration, field: str, value: str) -> Registration:
    name, kind = FIELDS[field]
    other_case = registration.password.reveal().swapcase()
    content = written_out(value, {"大小写不同的密码": other_case})
    return replace(registration, **{name: kind(content)})


def _secret(value: str) -> Secret:
    return Secret(written_out(value))


def _filled(row: Sequence[str], enterprise: MadeEnterprise) -> list[str]:
    return [written_out(value, {"用户名": enterprise.account}) for value in row]


def _reset_after(prove: Callable[P, Proven], *args: P.args, **kwargs: P.kwargs) -> ResetDonePage:
    """Prove who the enterprise is, and set the new password."""
    return ResetPage(prove(*args, **kwargs).surface).reset(NEW_PASSWORD, NEW_PASSWORD)


def _next_code(code: str) -> str:
    """Return a code that differs in its last digit."""
    return code[:5] + str((int(code[5]) + 1) % 10)


def _code(mock_state: MockState) -> str:
    (message,) = mock_state.messages()
    return re.sub(r"\D", "", message)[:6]


def _log_in(login_page: LoginPage, mock_state: MockState, user: str, password: Secret) -> str:
    login_page.captcha.renew()  # the captcha that is shown may have expired meanwhile
    captcha = mock_state.read_captcha(login_page.captcha)
    return login_page.log_in(user, password, captcha).enterprise_name()
