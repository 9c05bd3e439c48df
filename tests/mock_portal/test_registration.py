"""立即注册, 忘记密码 and 忘记用户名 (guide-1.5, guide-1.6, guide-1.7, faq-4)."""

import re
from datetime import datetime

import pytest

from mock_portal.accounts import next_working_day
from mock_portal.clock import BEIJING
from mock_portal.rules import is_org_code
from mock_portal.store import synthetic_id_no, synthetic_uscc

USER = "/userserver/user"


@pytest.fixture
def newcomer(visitor):
    """An enterprise that is not registered yet."""
    return visitor.create(registered=False)


def register(visitor, enterprise, **changes):
    """Press 注册."""
    person = enterprise["legal_representative"]
    form = {
        "etpsUscc": enterprise["uscc"],
        "etpsOrgCode": enterprise["org_code"],
        "etpsName": "模拟新注册企业有限公司",
        "legalName": person["name"],
        "idNo": person["id_no"],
        "city": "广州市",
        "userName": "newcomer",
        "password": "Mock-new",
        "confirmPwd": "Mock-new",
        "mobile": "13800000001",
    }
    answer = visitor.client.post(f"{USER}/userEtpsRegister/register", data=form | changes)
    return answer.get_json()


def test_registered_enterprise_can_log_in(visitor, newcomer):
    """After 注册 the new account leads in, under the name that was typed."""
    said = register(visitor, newcomer)

    assert said["code"] == 0
    assert "注册成功" in visitor.client.get(said["data"]).text
    assert visitor.log_in("newcomer", "Mock-new").status_code == 302
    assert visitor.state(newcomer)["name"] == "模拟新注册企业有限公司"


def test_enterprise_that_the_portal_never_saw_can_register(visitor, newcomer):
    """A valid code of nobody makes a new enterprise."""
    said = register(visitor, newcomer, etpsUscc=synthetic_uscc(777), etpsOrgCode="")

    assert said["code"] == 0
    assert visitor.log_in("newcomer", "Mock-new").status_code == 302


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"etpsUscc": ""}, "此项为必填项"),
        ({"city": ""}, "此项为必填项"),
        ({"password": "", "confirmPwd": ""}, "此项为必填项"),
        ({"confirmPwd": ""}, "此项为必填项"),
        ({"mobile": ""}, "此项为必填项"),
        ({"etpsUscc": "91440100PDY00001X1"}, "请输入正确的统一社会信用代码"),
        ({"etpsOrgCode": "PDY000011"}, "请输入正确的组织机构代码"),
        ({"etpsOrgCode": "PDY99999-4"}, "统一社会信用代码与组织机构代码不一致"),
        ({"idNo": "440100190001010015"}, "请输入正确的证件号码"),
        ({"confirmPwd": "other"}, "两次输入的密码不一致"),
        ({"mobile": "1"}, "请输入正确的手机号码"),
    ],
)
def test_refused_registration_registers_nobody(visitor, newcomer, changes, message):
    """Each refusal names the first thing that is wrong."""
    said = register(visitor, newcomer, **changes)

    assert (said["code"], said["message"]) == (-1, message)
    assert visitor.log_in("newcomer", "Mock-new").status_code == 200


@pytest.mark.parametrize("code", ["uscc", "org_code"])
def test_registered_code_is_told_before_and_at_registration(visitor, newcomer, code):
    """组织机构代码已存在 is said beside the field, and again at the end."""
    registered = visitor.create()
    looked_up = visitor.client.get(
        f"{USER}/userEtpsRegister/lookUp?code={registered[code]}"
    ).get_json()
    unknown = visitor.client.get(f"{USER}/userEtpsRegister/lookUp?code={newcomer[code]}").get_json()

    assert (looked_up["code"], looked_up["message"]) == (-1, "组织机构代码已存在")
    assert (unknown["code"], unknown["message"]) == (0, "")
    assert register(visitor, registered)["message"] == "组织机构代码已存在"


def test_taken_user_name_is_refused(visitor, newcomer):
    """Two enterprises cannot share a user name."""
    taken = visitor.create()["account"]

    assert register(visitor, newcomer, userName=taken)["message"] == "用户名已存在"


@pytest.mark.parametrize(
    ("code", "is_valid"),
    [("PDY999994", True), ("PDY999995", False), ("pdy999994", False), ("PDY99999", False)],
)
def test_check_digit_of_org_codes_is_judged(code, is_valid):
    """The ninth character of a 组织机构代码 follows from the eight before it."""
    assert is_org_code(code) is is_valid


def test_synthetic_identity_numbers_differ():
    """Each enterprise has a legal representative of its own."""
    assert synthetic_id_no(1) != synthetic_id_no(2)


def ask_for_sms(visitor, who, lost="password"):
    """Press 获取验证码."""
    return visitor.client.post(f"{USER}/recover/{lost}/sms", data={"who": who}).get_json()


def messages(visitor, enterprise):
    """Read the messages on the enterprise's phone by the door."""
    return visitor.client.get(f"/__mock__/enterprises/{enterprise['uscc']}/messages").get_json()


def verify(visitor, who, code, lost="password"):
    """Type the code and press 下一步."""
    form = {"who": who, "smsCode": code}
    return visitor.client.post(f"{USER}/recover/{lost}/phone", data=form).get_json()


def code_of(visitor, enterprise):
    """Read the newest code."""
    return re.search(r"\d{6}", messages(visitor, enterprise)[-1]["text"])[0]


def reset(visitor, proof, password="Mock-newer"):
    """Set a new password."""
    form = {"newPwd": password, "confirmPwd": password}
    return visitor.client.post(proof, data=form).get_json()


def test_code_by_sms_lets_the_password_be_reset_once(visitor):
    """The message arrives at the bound number; the old password ends, the proof works once."""
    enterprise = visitor.create()
    sent = ask_for_sms(visitor, enterprise["account"])
    proven = verify(visitor, enterprise["account"], code_of(visitor, enterprise))

    assert re.fullmatch(r"验证码已发送至138\*{4}\d{4}", sent["message"])
    assert messages(visitor, enterprise)[0]["mobile"].startswith("138")
    assert reset(visitor, proven["data"])["code"] == 0
    assert visitor.log_in(enterprise["account"], "Mock-newer").status_code == 302
    assert visitor.log_in(enterprise["account"], enterprise["password"]).status_code == 200
    assert "找回已完成或已失效" in visitor.client.get(proven["data"]).text
    assert reset(visitor, proven["data"])["message"] == "找回已完成或已失效，请重新找回"
    assert visitor.client.get("/__mock__/crashes").get_json() == []


def test_user_name_is_found_by_the_code_of_the_enterprise(visitor):
    """忘记用户名 asks for 统一社会信用代码 and shows the user name."""
    enterprise = visitor.create()
    ask_for_sms(visitor, enterprise["uscc"], "username")
    proven = verify(visitor, enterprise["uscc"], code_of(visitor, enterprise), "username")

    assert (
        f'<p id="userName">{enterprise["account"]}</p>' in visitor.client.get(proven["data"]).text
    )
    assert reset(visitor, proven["data"])["code"] == -1
    assert visitor.log_in(enterprise["account"], enterprise["password"]).status_code == 302


def test_password_is_kept_as_it_was_typed(visitor):
    """Blanks around it belong to it, as they do in the log-in box."""
    enterprise = visitor.create()
    ask_for_sms(visitor, enterprise["account"])
    proven = verify(visitor, enterprise["account"], code_of(visitor, enterprise))

    assert reset(visitor, proven["data"], " Mock newer ")["code"] == 0
    assert visitor.log_in(enterprise["account"], " Mock newer ").status_code == 302
    assert visitor.log_in(enterprise["account"], "Mock newer").status_code == 200


@pytest.mark.parametrize(
    ("seconds", "typed", "message"),
    [(0, "------", "短信验证码错误"), (301, None, "短信验证码已过期"), (0, "", "此项为必填项")],
)
def test_bad_code_by_sms_is_refused(visitor, seconds, typed, message):
    """A wrong code and one that is too old prove nothing."""
    enterprise = visitor.create()
    ask_for_sms(visitor, enterprise["account"])
    code = code_of(visitor, enterprise) if typed is None else typed
    if seconds:
        visitor.forward(enterprise, seconds)

    said = verify(visitor, enterprise["account"], code)

    assert (said["code"], said["message"], said["data"]) == (-1, message, None)


def test_code_by_sms_works_once(visitor):
    """A code that was tried is used up, right or wrong."""
    enterprise = visitor.create()
    ask_for_sms(visitor, enterprise["account"])
    verify(visitor, enterprise["account"], "000000")

    said = verify(visitor, enterprise["account"], code_of(visitor, enterprise))

    assert said["message"] == "短信验证码错误"


def test_messages_are_a_minute_apart(visitor):
    """A second message has to wait; a lost one can be sent again then."""
    enterprise = visitor.create()
    visitor.set_faults(enterprise, {"id": "sms_not_delivered"})
    lost = ask_for_sms(visitor, enterprise["account"])
    soon = ask_for_sms(visitor, enterprise["account"])
    visitor.forward(enterprise, 61)
    again = ask_for_sms(visitor, enterprise["account"])

    assert [lost["code"], soon["code"], again["code"]] == [0, -1, 0]
    assert soon["message"] == "请一分钟后再获取"
    assert len(messages(visitor, enterprise)) == 1


def test_nobody_gets_no_message(visitor):
    """An unknown user is told so, in every way."""
    form = {"who": "nobody", "mobile": "13800000001", "reason": "忘了"}
    review = visitor.client.post(f"{USER}/recover/password/review", data=form).get_json()

    assert ask_for_sms(visitor, "nobody")["message"] == "该用户不存在"
    assert verify(visitor, "nobody", "123456")["message"] == "该用户不存在"
    assert review["message"] == "该用户不存在"
    assert (
        "该用户不存在" in visitor.client.get(f"{USER}/recover/password/bank/window?who=nobody").text
    )


def test_bank_proves_who_the_enterprise_is(visitor):
    """The bank's page hands a proof to the page that opened it."""
    enterprise = visitor.create()
    page = visitor.client.post(
        f"{USER}/recover/password/bank", data={"who": enterprise["account"]}
    ).text
    proof = re.search(r'location.href = "([^"]+)"', page)[1]

    assert reset(visitor, proof)["code"] == 0
    assert visitor.log_in(enterprise["account"], "Mock-newer").status_code == 302


def test_review_takes_a_working_day(visitor):
    """Before it is due nothing can be reset; from then on it can."""
    enterprise = visitor.create()
    form = {"who": enterprise["account"], "mobile": "13800000001", "reason": "手机停用"}
    state = visitor.client.post(f"{USER}/recover/password/review", data=form).get_json()["data"]
    proof = f"{USER}/recover/proven/{state.rpartition('/')[2]}"

    assert "审核中" in visitor.client.get(state).text
    assert visitor.client.get(proof).location == state
    assert reset(visitor, proof)["code"] == -1
    assert visitor.log_in(enterprise["account"], enterprise["password"]).status_code == 302

    visitor.forward(enterprise, 15 * 86400)  # longer than any holiday
    assert "审核通过" in visitor.client.get(state).text
    assert reset(visitor, proof)["code"] == 0
    assert visitor.log_in(enterprise["account"], "Mock-newer").status_code == 302


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ("2026-11-18", "2026-11-19"),
        ("2026-11-20", "2026-11-23"),  # over a weekend
        ("2026-09-30", "2026-10-08"),  # over the national holiday
        ("2026-10-09", "2026-10-10"),  # a Saturday on which people work
    ],
)
def test_working_days_are_those_of_china(asked, due):
    """Weekends, holidays and shifted working days are counted as in China."""
    moment = datetime.fromisoformat(f"{asked}T10:30:00").replace(tzinfo=BEIJING)

    assert next_working_day(moment).isoformat() == f"{due}T10:30:00+08:00"
