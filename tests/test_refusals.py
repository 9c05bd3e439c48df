"""What a 那么 says when the portal did not refuse."""

import re

import pytest

from fixtures.refusals import NotAccepted, NotRefused
from pages.entry import HomePage
from pages.errors import LoginRefused, PortalRefused
from pages.models import Secret
from reports.categories import category, meaning


def test_accepted_act_is_told_with_what_the_portal_did(
    answer_to, login_page, mock_state, enterprise
):
    """What came on the screen, its address and the requests stand in the message."""
    captcha = mock_state.read_captcha(login_page.captcha)
    answer = answer_to(login_page.log_in, enterprise.account, enterprise.password, captcha)

    with pytest.raises(NotRefused) as told:
        answer.refusal()

    lines = str(told.value).splitlines()
    assert lines[:2] == ["门户接受了本该拒绝的操作", "门户说：（没有弹窗，也没有提示）"]
    assert f"欢迎您，{enterprise.name} 退出" in lines[2]
    assert re.fullmatch(r"现在的画面：《.*单一窗口》 http.*/index\.action", lines[3])
    assert "门户收到：POST /cas/login → 302" in lines


def test_accepted_confirmation_is_told_with_the_ledger(answer_to, desk, application_no, contact):
    """The portal's own words stand first, and the last lines count what it accepted."""
    form = desk.open_pending().process(application_no)
    answer = answer_to(form.fill_contact(contact).accept_declaration().confirm)

    with pytest.raises(NotRefused) as told:
        answer.refusal()

    lines = str(told.value).splitlines()
    assert lines[1] == "门户说：确认投保成功"
    assert f"保单 {application_no}：收到确认投保1次，接受1次" in lines[-5:]


def test_refusal_of_another_kind_is_no_refusal(answer_to, page, login_page, enterprise):
    """A dialog of the browser is not the portal's answer, and the message says what came."""
    answer = answer_to(login_page.log_in, "", Secret("x"), "ABCD")
    page.evaluate("alert('例行维护')")

    assert answer.refusal().dialogs == ("用户名不允许为空",)
    with pytest.raises(NotRefused) as told:
        answer.ended_by(LoginRefused)

    lines = str(told.value).splitlines()
    assert lines[0] == "门户既没有接受，也没有按应有的方式拒绝：PortalRefused: 用户名不允许为空"
    assert lines[1] == "门户说：例行维护"
    assert "门户没有收到请求" in lines


def test_error_that_is_not_the_portals_stays(answer_to):
    """Only what happened on the portal is an answer."""

    def fail() -> None:
        raise KeyError

    with pytest.raises(KeyError):
        answer_to(fail)


@pytest.mark.parametrize(
    ("first_line", "plain"),
    [
        ("门户接受了本该拒绝的操作", "门户接受了本该拒绝的操作"),
        ("门户既没有接受，也没有按应有的方式拒绝：SessionLost: x", "门户没有按应有的方式拒绝"),
    ],
)
def test_report_says_whose_it_is(first_line, plain):
    """Both are the portal's, whatever stands in the rest of the message."""
    message = f"fixtures.refusals.NotRefused: {first_line}\n门户说：PortalRefused"

    assert (category(message), meaning(message)) == ("门户缺陷", plain)


def test_error_names_where_the_words_stood():
    """The words of native dialogs come first, and each kind can be asked for."""
    refusal = PortalRefused(["页面上"], ["弹窗"])

    assert (refusal.messages, str(refusal)) == (("弹窗", "页面上"), "弹窗; 页面上")


def test_refusal_of_what_is_due_is_told(answer_to, login_page, enterprise):
    """A portal that refuses what it should accept fails with its own words and its requests."""
    answer = answer_to(login_page.log_in, "", Secret("x"), "ABCD")

    with pytest.raises(NotAccepted) as told:
        answer.accepted(HomePage)

    lines = str(told.value).splitlines()
    assert lines[0] == "门户没有接受：用户名不允许为空"
    assert "门户没有收到请求" in lines
