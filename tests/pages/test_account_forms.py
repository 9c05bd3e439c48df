"""The forms for accounts take what a person would type there, however they are drawn."""

from collections.abc import Iterable

import pytest
from playwright.sync_api import Page, Route

from pages.binding import QuickRegistrationPage
from pages.errors import ScreenNotReached, SecretNotTyped
from pages.models import LocalAccount, Registration, Secret
from pages.parts import TrustedOrigins
from pages.registration import PhonePage, RegistrationPage, UserNamePage

SITE = "http://portal.test"
PASSWORD = Secret("Geheim-1")
ACCOUNT = LocalAccount("wir", PASSWORD, PASSWORD, "13800138000", "模拟", "contact@example.com")
LABELS = ("本地用户名", "本地密码", "确认密码", "手机", "姓名", "邮箱", "验证码")
TYPED = ["wir", "Geheim-1", "Geheim-1", "13800138000", "模拟", "contact@example.com", ""]
ROWS = {
    "groups": "<div class=g><label><b>*</b>LABEL</label><div>FIELD</div></div>",
    "a table": "<table><tr><td>LABEL：</td><td>FIELD</td><td>必填项</td></tr></table>",
    "labels around": "<p><label>LABEL FIELD</label></p>",
    "terms": "<dl><dt>＊ LABEL</dt><dd>FIELD</dd></dl>",
    "placeholders": "<p>HINTED</p>",
}


def field(label: str) -> str:
    """Return the control that a page has for this label."""
    return f"<input type={'password' if '密码' in label else 'text'} HINT>"


def form(row: str, labels: Iterable[str] = LABELS) -> str:
    """Return a form with these labels, each drawn like this."""
    drawn = (
        row.replace("FIELD", field(one)).replace("HINT>", ">").replace("LABEL", one)
        if "FIELD" in row
        else row.replace("HINTED", field(one).replace("HINT", f"placeholder=请输入{one}"))
        for one in labels
    )
    return (
        f"<form>{''.join(drawn)}<button type=button onclick='pressed = 1'>快速绑定</button></form>"
    )


@pytest.fixture
def tab(page: Page) -> Page:
    """A tab at a portal that it trusts."""
    page.context.set_default_timeout(1_500)
    TrustedOrigins.install(page.context, [SITE])
    return page


def show(tab: Page, html: str) -> Page:
    """Show this page at the portal."""

    def answer(route: Route) -> None:
        route.fulfill(content_type="text/html; charset=utf-8", body=html)

    tab.route(SITE, answer)
    tab.goto(SITE)
    return tab


def values(tab: Page) -> list[str]:
    """Return what stands in the fields, in their order."""
    held: list[str] = tab.locator("input").evaluate_all("all => all.map(one => one.value)")
    return held


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("is_turned", [False, True])
def test_each_value_ends_in_the_field_with_its_label(tab: Page, name: str, is_turned: bool):
    """Whatever draws the labels, and in whatever order they stand."""
    labels = LABELS[::-1] if is_turned else LABELS
    show(tab, form(ROWS[name], labels))

    QuickRegistrationPage(tab).ready().fill_account(ACCOUNT)

    assert values(tab) == (TYPED[::-1] if is_turned else TYPED)


@pytest.mark.parametrize("name", ROWS)
def test_a_password_that_would_be_shown_is_not_typed(tab: Page, name: str):
    """A field with the label of a password that is none gets nothing."""
    show(tab, form(ROWS[name]).replace("type=password", "type=text"))

    with pytest.raises(SecretNotTyped):
        QuickRegistrationPage(tab).fill_account(ACCOUNT)

    assert PASSWORD.reveal() not in values(tab)


@pytest.mark.parametrize("twice", ["姓名", "本地用户名"])
def test_of_two_fields_with_one_label_none_is_typed_into(tab: Page, twice: str):
    """Which of them is meant is for a person to say."""
    show(tab, form(ROWS["a table"], (*LABELS, twice)))

    with pytest.raises(ScreenNotReached):
        QuickRegistrationPage(tab).fill_account(ACCOUNT)

    assert TYPED[LABELS.index(twice)] not in values(tab)


def test_of_two_buttons_none_is_pressed(tab: Page):
    """One of them is not the form's."""
    again = "<p><a href=# onclick='pressed = 2'>快速绑定</a></p>"
    show(tab, form(ROWS["groups"]) + again)

    with pytest.raises(ScreenNotReached):
        QuickRegistrationPage(tab).quick_bind("ABCD")

    assert tab.evaluate("window.pressed") is None


ENTERPRISE = Registration(
    *("91440000MA0000000X", "MA0000000", "某企业", "模拟", "身份证", "110101199001011234"),
    *("广州市", "wir", PASSWORD, PASSWORD, "13800138000"),
)
PLACE = """<select><option>广东省</option></select>
<select onchange="city = this.value"><option>请选择</option><option>广州市</option></select>"""


def test_the_enterprise_is_registered_from_a_table(tab: Page):
    """Its choices are found by what they offer, and one press sends them."""
    rows = {
        "统一社会信用代码": "<input>",
        "组织机构代码（主体标识码）": "<input>",
        "企业中文名称": "<input>",
        "法人（负责人）姓名": "<input>",
        "法人（负责人）证件类型": "<select><option>身份证</option></select>",
        "法人（负责人）证件号码": "<input>",
        "所属地市": PLACE,
        "用户名": "<input>",
        "密码": "<input type=password>",
        "确认密码": "<input type=password>",
        "手机": "<input>",
    }
    drawn = "".join(f"<tr><th>{label}：</th><td>{one}</td></tr>" for label, one in rows.items())
    done = "document.body.innerHTML = '<p>注册成功</p>'"
    send = "sent = [...document.querySelectorAll('input')].map(one => one.value);"
    show(tab, f'<table>{drawn}</table><a role=button href=# onclick="{send}{done}">注 册</a>')

    RegistrationPage(tab).ready().register(ENTERPRISE)

    assert tab.evaluate("[city, ...sent]") == [
        "广州市",
        *("91440000MA0000000X", "MA0000000", "某企业", "模拟", "110101199001011234"),
        *("wir", PASSWORD.reveal(), PASSWORD.reveal(), "13800138000"),
    ]


@pytest.mark.parametrize("label", ["用户名", "统一社会信用代码"])
def test_who_is_asked_for_is_found_by_either_label(tab: Page, label: str):
    """It depends on what was lost."""
    show(tab, f"<p><label>{label}<input></label></p><p><label>短信验证码<input></label></p>")

    assert PhonePage(tab).who.count() == 1


@pytest.mark.parametrize(
    "html",
    [
        "<h3>您的用户名</h3><p>wir-1</p><p>请登录</p>",
        "<p>您的用户名：<b>wir-1</b></p><p>请登录</p>",
        "<table><tr><td>您的用户名<td>wir-1</tr></table>",
    ],
)
def test_the_user_name_stands_behind_its_words_or_under_them(tab: Page, html: str):
    """And nothing of what follows belongs to it."""
    assert UserNamePage(show(tab, html)).ready().read() == "wir-1"
