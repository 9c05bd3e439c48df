"""账号登录 (guide-1.1, guide-1.2)."""

import hashlib
import io
import re

import pytest
from PIL import Image


def test_front_door_leads_to_the_home_page(visitor):
    """The bare address of the portal leads to /index.action."""
    answer = visitor.client.get("/")

    assert (answer.status_code, answer.location) == (302, "/index.action")


def test_home_page_offers_the_log_in_box(visitor):
    """Who is not signed in sees 账号登录 in a frame of its own."""
    page = visitor.client.get("/index.action").text

    assert "<title>中国(广东)国际贸易单一窗口</title>" in page
    assert "账号登录" in page
    assert re.search(r'<div id="div_iframe1" class="shown">\s*<iframe id="loginIframe1"', page)
    assert "/cas/login?_local_login_flag=1&amp;edition=guangdong" in page


def test_log_in_form_has_the_fields_of_the_real_one(visitor):
    """The form carries every field that public log-in clients send."""
    page = visitor.client.get("/cas/login").text

    names = set(re.findall(r'<input[^>]* name="(\w+)"', page))
    assert names == {
        *("swy", "swm", "swm2", "verifyCode", "lt", "execution", "_eventId"),
        *("swLoginFlag", "lpid", "name"),
    }
    assert re.search(r'name="lt" value="LT-\d+-\w{20}-mock"', page)
    for label in ("请输入用户名", "请输入密码", "请输入验证码", ">登录<"):
        assert label in page


def test_captcha_is_a_small_jpeg_of_four_characters(visitor):
    """The picture is a JPEG of about 64x24 and says four letters or digits."""
    picture = visitor.client.get("/cas/plat_cas_verifycode_gen?r=0.5")
    text = visitor.client.get("/__mock__/captchas/0.5").get_json()["text"]

    image = Image.open(io.BytesIO(picture.data))
    assert (image.format, image.size) == ("JPEG", (64, 24))
    assert re.fullmatch(r"[0-9A-Za-z]{4}", text)


def test_right_user_password_and_captcha_lead_in(visitor):
    """登录 leads by a ticket to a page that says 登录成功 and sets the session cookie."""
    enterprise = visitor.create()

    answer = visitor.log_in(enterprise["account"], enterprise["password"])
    arrival = visitor.client.get(answer.location)

    assert answer.status_code == 302
    assert answer.location.startswith("/OAuthLoginController?ticket=ST-")
    assert "登录成功" in arrival.text
    assert "window.top.location.href = window.top.location.pathname" in arrival.text
    assert re.match(r"JSESSIONID=\w+;.* HttpOnly", arrival.headers["Set-Cookie"])


def test_home_page_greets_those_signed_in(visitor, enterprise):
    """Signed in, the home page shows the enterprise and 退出 instead of the log-in box."""
    page = visitor.client.get("/index.action").text

    assert f"欢迎您，{enterprise['name']}" in page
    assert "退出" in page
    assert "loginIframe1" not in page


@pytest.mark.parametrize(
    ("account", "password", "typed", "message"),
    [
        ("right", "wrong", "right", "1用户名或密码错误"),
        ("wrong", "right", "right", "1用户名或密码错误"),
        ("right", "right", "----", "2验证码错误请重新输入"),
        ("right", "wrong", "----", "2验证码错误请重新输入"),
        ("right", "right", "", "2验证码错误请重新输入"),
    ],
)
def test_refused_log_in_shows_the_form_again(visitor, account, password, typed, message):
    """A refusal is a page with status 200, the message in #msg, and the user name kept."""
    enterprise = visitor.create()
    user = enterprise["account"] if account == "right" else account
    secret = enterprise["password"] if password == "right" else password

    answer = visitor.log_in(user, secret, None if typed == "right" else typed)

    assert answer.status_code == 200
    assert f'<div id="msg">{message}</div>' in answer.text
    assert f'value="{user}"' in answer.text
    assert secret not in answer.text


def test_captcha_works_once(visitor):
    """A right captcha is used up by a log-in that fails for its password."""
    enterprise = visitor.create()
    text = visitor.see_captcha()
    visitor.log_in(enterprise["account"], "wrong", text)

    again = visitor.log_in(enterprise["account"], enterprise["password"], text)

    assert "2验证码错误请重新输入" in again.text


def test_only_the_newest_captcha_is_valid(visitor):
    """A new picture makes the one before it worthless."""
    enterprise = visitor.create()
    old, _new = visitor.see_captcha(), visitor.see_captcha()

    answer = visitor.log_in(enterprise["account"], enterprise["password"], old)

    assert "2验证码错误请重新输入" in answer.text


def test_captcha_belongs_to_its_visit(visitor, stranger):
    """A captcha shown in one browser is worth nothing in another."""
    enterprise = visitor.create()
    stranger.client.get("/cas/login")

    answer = stranger.log_in(enterprise["account"], enterprise["password"], visitor.see_captcha())

    assert "2验证码错误请重新输入" in answer.text


@pytest.mark.parametrize(("faults", "status"), [([], 302), (["captcha_case_matters"], 200)])
def test_case_matters_only_if_the_fault_says_so(visitor, faults, status):
    """Upper and lower case are the same, unless the fault is on."""
    enterprise = visitor.create()
    visitor.set_faults(enterprise, *({"id": fault} for fault in faults))
    typed = visitor.see_captcha().swapcase()

    answer = visitor.log_in(enterprise["account"], enterprise["password"], typed)

    assert answer.status_code == status


@pytest.mark.parametrize(("seconds", "message"), [(299, ""), (301, "2验证码已过期请重新获取")])
def test_captcha_is_good_for_five_minutes(visitor, seconds, message):
    """A captcha that was shown longer ago is refused, by the enterprise's clock."""
    enterprise = visitor.create()
    text = visitor.see_captcha()
    visitor.forward(enterprise, seconds)

    answer = visitor.log_in(enterprise["account"], enterprise["password"], text)

    assert message in answer.text
    assert (answer.status_code == 302) is not bool(message)


def test_stale_captcha_is_shown_once(visitor):
    """The first picture is worth nothing, the next one is good."""
    enterprise = visitor.create()
    visitor.set_faults(enterprise, {"id": "captcha_stale"})

    first = visitor.log_in(enterprise["account"], enterprise["password"])
    second = visitor.log_in(enterprise["account"], enterprise["password"])

    assert (first.status_code, second.status_code) == (200, 302)


def test_account_locks_after_wrong_passwords_in_a_row(visitor):
    """The right password is refused then too; a right one before begins the count anew."""
    enterprise = visitor.create()
    visitor.set_faults(enterprise, {"id": "account_locks", "params": {"attempts": 2}})
    account, password = enterprise["account"], enterprise["password"]

    tried = [visitor.log_in(account, each) for each in ("wrong", password, "wrong", "wrong")]
    locked = visitor.log_in(account, password)
    visitor.set_faults(enterprise)

    assert [answer.status_code for answer in tried] == [200, 302, 200, 200]
    assert "1密码错误次数过多，账号已锁定" in locked.text
    assert visitor.log_in(account, password).status_code == 302


def test_national_account_is_sent_to_the_other_edition(visitor):
    """The right password of 国标版 leads to a popup and a line, and to no session."""
    enterprise = visitor.create(edition="national")

    answer = visitor.log_in(enterprise["account"], enterprise["password"])

    assert 'alert("您使用的是国标版的账号，请切换到地方（广东）版本登录")' in answer.text
    assert '<div id="msg">3请切换到地方（广东）版本</div>' in answer.text
    assert answer.status_code == 200


def test_national_account_is_right_at_the_national_home_page(visitor):
    """Where 国标版 is at home, its account leads in."""
    enterprise = visitor.create(edition="national")
    form = {"swy": enterprise["account"], "verifyCode": visitor.see_captcha()}
    form["swm"] = hashlib.md5(enterprise["password"].encode()).hexdigest()

    answer = visitor.client.post("/cas/login?edition=national", data=form)

    assert answer.status_code == 302


def test_account_without_real_name_is_sent_away(visitor):
    """An interstitial says why, and jumps to where that is done."""
    enterprise = visitor.create()
    visitor.set_faults(enterprise, {"id": "real_name_required"})

    answer = visitor.log_in(enterprise["account"], enterprise["password"])
    there = visitor.client.get("/userserver/user/realName")

    assert "请使用浏览器登录并完成实名认证" in answer.text
    assert 'location.href = "/userserver/user/realName"' in answer.text
    assert "实名认证" in there.text


def test_local_account_leads_in_by_its_own_box(visitor):
    """本地登录 knows the local account alone, and its captcha is its own."""
    enterprise = visitor.create()
    address = visitor.client.post("/pub/login/localloginurl").get_json()["data"]

    assert 'action="/pub/login/local"' in visitor.client.get(address).text
    assert visitor.log_in_locally(enterprise["account"], enterprise["password"]).status_code == 200
    answer = visitor.log_in_locally(enterprise["local_account"], enterprise["local_password"])
    assert answer.location.startswith("/OAuthLoginController?ticket=ST-")


def test_second_log_in_ends_the_first_only_if_the_fault_is_on(visitor, stranger, enterprise):
    """Two browsers may be signed in at once, unless the portal allows one."""
    stranger.enter(enterprise)
    assert visitor.get("pending/query").status_code == 200

    visitor.set_faults(enterprise, {"id": "single_session"})
    stranger.client.get("/logout")
    stranger.enter(enterprise)

    assert stranger.get("pending/query").status_code == 200
    assert visitor.get("pending/query").location == "/index.action"


@pytest.mark.parametrize(("minutes", "status"), [(29, 200), (31, 302)])
def test_idle_session_ends(visitor, enterprise, minutes, status):
    """A session that was not used for more than half an hour is gone."""
    visitor.forward(enterprise, minutes * 60)

    assert visitor.get("pending/list").status_code == status


def test_third_party_keeps_no_session_alive(visitor, enterprise):
    """What the script of the home page sends does not count as use."""
    for _ in range(2):
        visitor.forward(enterprise, 20 * 60)
        visitor.client.post("/thirdparty/visit")

    assert visitor.get("pending/list").status_code == 302


@pytest.mark.parametrize("ahead", [0, 1])
def test_clock_of_another_enterprise_does_not_matter(visitor, ahead):
    """In a browser that came as one enterprise, the account of another has its own time."""
    enterprises = [visitor.create() for _ in range(2)]
    visitor.forward(enterprises[ahead], 3600)
    visitor.enter(enterprises[0])

    assert visitor.get("pending/query").status_code == 200


def test_third_party_is_not_in_the_journal(visitor, enterprise):
    """The script that never comes to rest is answered, and is no request of the portal's."""
    answer = visitor.client.post("/thirdparty/visit")
    journal = visitor.client.get("/__mock__/requests").get_json()

    assert answer.status_code == 204
    assert "/thirdparty/visit" not in [line["path"] for line in journal]


def test_ticket_works_once(visitor):
    """A ticket that was redeemed leads home without a session."""
    enterprise = visitor.create()
    ticket = visitor.log_in(enterprise["account"], enterprise["password"]).location
    visitor.client.get(ticket)

    again = visitor.client.get(ticket)

    assert (again.status_code, again.location) == (302, "/index.action")
    assert "Set-Cookie" not in again.headers


def test_leaving_ends_the_session(visitor, enterprise):
    """After 退出 the desk is closed."""
    visitor.client.get("/logout")

    assert visitor.get("deskIndex").location == "/index.action"
    assert "loginIframe1" in visitor.client.get("/index.action").text


@pytest.mark.parametrize("path", ["/index.action", "/cas/login", "/no-such-page"])
def test_every_page_says_that_it_is_the_mock(visitor, path):
    """Each page has the banner, each answer the header."""
    answer = visitor.client.get(path)

    assert "模拟门户 · 非真实业务" in answer.text
    assert answer.headers["X-Mock-Portal"] == "1"


def test_a_moved_clock_keeps_nobody_out(visitor, stranger):
    """A browser that no scenario made logs in as well, however far the enterprise's time is."""
    enterprise = visitor.create(pending=1)
    visitor.forward(enterprise, 7 * 24 * 3600)

    stranger.enter(enterprise)

    assert stranger.get("pending/list").status_code == 200


def test_notice_says_the_guides_sentence_on_address_and_browser(visitor):
    """The home page leads to it."""
    home = visitor.client.get("/index.action").text
    notice = visitor.client.get("/notices/browser").text

    assert "/notices/browser" in home
    assert "http://www.singlewindow.gd.cn，建议使用谷歌浏览器" in notice
