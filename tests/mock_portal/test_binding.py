"""老用户账号绑定 and 快速注册 (guide-1.9, guide-1.10)."""

import pytest

ACCOUNT = {
    "localName": "local-1",
    "localPwd": "Mock-local",
    "confirmPwd": "Mock-local",
    "mobile": "13800000001",
    "personName": "模拟联系人",
    "email": "contact@example.com",
}


@pytest.fixture
def newcomer(visitor):
    """An enterprise that enters for the first time, signed in."""
    created = visitor.create(bound=False)
    visitor.enter(created)
    return created


def bind(visitor, **form):
    """Press 绑定."""
    typed = {"verifyCode": visitor.see_captcha("bind")} | form
    answer = visitor.client.post("/swProxy/xwtbserver/sw/binding/bind", data=typed)
    return answer.get_json()


def quick_bind(visitor, **changes):
    """Press 快速绑定."""
    typed = {"verifyCode": visitor.see_captcha("quick")} | ACCOUNT | changes
    answer = visitor.client.post("/swProxy/xwtbserver/sw/binding/quick", data=typed)
    return answer.get_json()


def test_first_entry_asks_for_binding(visitor, newcomer):
    """Instead of the desk there is the binding page."""
    answer = visitor.get("deskIndex")

    assert answer.location == "/swProxy/xwtbserver/sw/binding/bind"
    assert "老用户账号绑定" in visitor.client.get(answer.location).text


def test_binding_leads_to_the_desk_for_good(visitor, newcomer):
    """Bound once, the desk opens, also after a new log-in."""
    said = bind(visitor, localName=newcomer["local_account"], localPwd=newcomer["local_password"])
    visitor.client.get("/logout")
    visitor.enter(newcomer)

    assert said["code"] == 0
    assert said["data"].startswith("/swProxy/xwtbserver/sw/deskIndex")
    assert visitor.get("deskIndex").status_code == 200


def test_local_log_in_needs_no_binding(visitor):
    """Who came in by the local account has nothing to bind."""
    enterprise = visitor.create(bound=False)
    answer = visitor.log_in_locally(enterprise["local_account"], enterprise["local_password"])
    visitor.client.get(answer.location)

    assert visitor.get("deskIndex").status_code == 200


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"localPwd": "wrong"}, "本地用户名或密码错误"),
        ({"localName": "nobody"}, "本地用户名或密码错误"),
        ({"localName": ""}, "此项为必填项"),
        ({"verifyCode": "----"}, "验证码输入错误"),
    ],
)
def test_refused_binding_binds_nothing(visitor, newcomer, changes, message):
    """Each refusal is an answer with a negative code, and the next entry asks again."""
    own = {"localName": newcomer["local_account"], "localPwd": newcomer["local_password"]}
    said = bind(visitor, **(own | changes))

    assert (said["code"], said["message"]) == (-1, message)
    assert visitor.get("deskIndex").status_code == 302


def test_local_account_of_another_is_refused(visitor, stranger, newcomer):
    """A local account belongs to one enterprise."""
    other = stranger.create()
    said = bind(visitor, localName=other["local_account"], localPwd=other["local_password"])

    assert said["message"] == "该本地账号已被其他企业绑定"
    assert visitor.state(newcomer)["bound"] is False


def test_quick_registration_makes_an_account_and_binds_it(visitor, newcomer):
    """快速绑定 leads to the desk, and the new account works with 本地登录."""
    said = quick_bind(visitor)

    assert said["code"] == 0
    assert visitor.get("deskIndex").status_code == 200
    assert visitor.log_in_locally("local-1", "Mock-local").status_code == 302


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"localName": ""}, "此项为必填项"),
        ({"confirmPwd": "other"}, "两次输入的密码不一致"),
        ({"mobile": "12345678901"}, "请输入正确的手机号码"),
        ({"email": "nobody"}, "请输入正确格式的电子邮件"),
        ({"personName": "名" * 26}, "字符长度超长，且一个汉字算两个字符！"),
        ({"verifyCode": "----"}, "验证码输入错误"),
    ],
)
def test_refused_quick_registration_makes_nothing(visitor, newcomer, changes, message):
    """Each refusal names the first thing that is wrong, and there is no new account."""
    said = quick_bind(visitor, **changes)

    assert (said["code"], said["message"]) == (-1, message)
    assert visitor.log_in_locally("local-1", "Mock-local").status_code == 200


def test_taken_local_name_is_refused(visitor, stranger, newcomer):
    """A name is taken among local accounts alone."""
    other = stranger.create()

    assert quick_bind(visitor, localName=other["local_account"])["message"] == "本地用户名已存在"
    assert quick_bind(visitor, localName=newcomer["account"])["code"] == 0


def test_captcha_of_one_page_is_not_good_for_another(visitor, newcomer):
    """Log-in, binding and quick registration have a captcha each."""
    said = quick_bind(visitor, verifyCode=visitor.see_captcha("bind"))

    assert said["message"] == "验证码输入错误"
