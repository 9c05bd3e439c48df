"""An impatient hand, a refresh or a lost session in between: nothing is done twice, or by half."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

from fixtures.portal import MadeEnterprise, MockState
from pages.desk import DeskPage
from pages.entry import HomePage
from pages.errors import PortalRefused, ScreenNotReached, SessionLost
from pages.login import LoginPage
from pages.models import Contact
from pages.parts import DialogLog, enter_secret
from pages.pending import ConfirmationPage, ConfirmedDialog

DESK = "/swProxy/xwtbserver/sw"
ANSWER_SECONDS = 0.5
QUESTION = "确定要确认投保吗？"
EMPTY = Contact(name="", phone="", mobile="", email="", remarks="")


@pytest.fixture
def form(desk: DeskPage, application_no: str, contact: Contact) -> ConfirmationPage:
    """A form that lacks nothing but the press."""
    form = desk.open_pending().process(application_no)
    return form.fill_contact(contact).accept_declaration()


def test_a_double_press_logs_in_once(
    login_page: LoginPage, mock_state: MockState, enterprise: MadeEnterprise, page: Page
):
    """While the answer is under way, a second press of 登录 does nothing."""
    slow = {"id": "slow", "params": {"path": "/cas/login", "seconds": ANSWER_SECONDS}}
    login_page.account.fill(enterprise.account)
    enter_secret(login_page.password, enterprise.password)
    login_page.captcha.field.fill(mock_state.read_captcha(login_page.captcha))
    mock_state.set_faults(slow)

    login_page.login_button.dblclick()
    HomePage(page).appear()

    assert len(mock_state.requests("POST", "/cas/login")) == 1


@pytest.mark.parametrize("hand", ["mouse", "keyboard"])
def test_a_double_press_confirms_once(
    form: ConfirmationPage, mock_state: MockState, application_no: str, hand: str
):
    """While the answer is under way, the busy mask keeps a second press of 确认投保 away."""
    mock_state.set_faults({"id": "slow", "params": {"path": DESK, "seconds": ANSWER_SECONDS}})

    if hand == "mouse":
        form.confirm_button.dblclick()
    else:
        form.confirm_button.press("Enter")
        form.tab.keyboard.press("Enter")
    form.surface.locator(".layui-layer-ico1").wait_for()

    assert len(mock_state.confirmations(application_no)) == 1


def test_a_refresh_submits_nothing(
    form: ConfirmationPage, mock_state: MockState, application_no: str
):
    """Refreshed in the middle of the form, the desk begins anew and the form is empty again."""
    form.tab.reload()
    opened_again = DeskPage(form.tab).ready().open_pending().process(application_no)

    assert opened_again.read_contact() == EMPTY
    assert not opened_again.is_accepted()
    assert mock_state.confirmations(application_no) == []


@pytest.mark.parametrize(
    ("path", "act", "refusal"),
    [
        ("pending/list", lambda desk, no: desk.open_pending(), SessionLost),
        ("pending/query", lambda desk, no: desk.open_pending(), PortalRefused),
        ("pending/form", lambda desk, no: desk.open_pending().process(no), SessionLost),
        ("pending/document", lambda desk, no: view_document(desk, no), ScreenNotReached),
        ("policies/list", lambda desk, no: desk.open_policies(), SessionLost),
        ("policies/query", lambda desk, no: desk.open_policies(), PortalRefused),
    ],
)
def test_a_session_lost_at_any_screen_is_noticed_there(
    desk: DeskPage,
    mock_state: MockState,
    application_no: str,
    path: str,
    act: Callable[[DeskPage, str], object],
    refusal: type[Exception],
):
    """Neither the log-in box nor a page where data was due is taken for the screen asked for."""
    mock_state.set_faults({"id": "session_lost", "params": {"path": f"{DESK}/{path}"}})
    desk.tab.set_default_timeout(3_000)

    with pytest.raises(refusal):
        act(desk, application_no)

    assert mock_state.confirmations(application_no) == []


def test_a_session_lost_on_the_way_to_the_desk_is_noticed(home: HomePage, mock_state: MockState):
    """The window that opens shows the log-in box, and that is what is said."""
    mock_state.set_faults({"id": "session_lost", "params": {"path": f"{DESK}/deskIndex"}})

    with pytest.raises(SessionLost):
        home.open_desk()


def test_a_session_lost_at_the_press_keeps_what_was_typed(
    form: ConfirmationPage, mock_state: MockState, application_no: str, contact: Contact
):
    """The portal has confirmed nothing, and the form stands as it was."""
    mock_state.set_faults({"id": "session_lost", "params": {"path": f"{DESK}/pending/confirm"}})

    with pytest.raises(PortalRefused) as refused:
        form.confirm()

    assert refused.value.messages == ("提交失败，请稍后再试！",)
    assert form.read_contact() == contact
    assert [one["accepted"] for one in mock_state.confirmations(application_no)] == [False]


@pytest.mark.parametrize(("how", "answers"), [("native", 1), ("twice", 2)])
def test_a_native_question_before_the_press_waits_for_its_yes(
    form: ConfirmationPage,
    desk: DeskPage,
    mock_state: MockState,
    application_no: str,
    contact: Contact,
    how: str,
    answers: int,
):
    """Without an answer nothing is sent; with all of them the confirmation goes its way."""
    mock_state.set_faults({"id": "confirmation_asked", "params": {"how": how}})
    form = desk.open_pending().process(application_no)
    form.fill_contact(contact).accept_declaration()
    dialogs = DialogLog.of(form.tab)

    form.confirm_button.click()
    asked, sent = dialogs.take(), mock_state.confirmations(application_no)
    for _ in range(answers):
        dialogs.accept(QUESTION)
    form.confirm()

    assert (asked, sent) == ((QUESTION,), [])
    assert [one["accepted"] for one in mock_state.confirmations(application_no)] == [True]


def test_a_question_on_a_layer_waits_for_its_yes(
    form: ConfirmationPage,
    desk: DeskPage,
    mock_state: MockState,
    application_no: str,
    contact: Contact,
):
    """取消 leaves the form as it was; 确定 sends it."""
    mock_state.set_faults({"id": "confirmation_asked", "params": {"how": "layer"}})
    form = desk.open_pending().process(application_no)
    form.fill_contact(contact).accept_declaration()

    form.confirm_button.click()
    form.surface.get_by_text("取消").click()
    left, sent = form.read_contact(), mock_state.confirmations(application_no)
    form.confirm_button.click()
    form.surface.get_by_text("确定", exact=True).click()
    ConfirmedDialog(form.surface).ready()

    assert (left, sent) == (contact, [])
    assert [one["accepted"] for one in mock_state.confirmations(application_no)] == [True]


@pytest.mark.parametrize(("at", "accepted"), [("typing", []), ("answer", [True])])
def test_a_window_that_closes_by_itself_is_noticed(
    desk: DeskPage,
    mock_state: MockState,
    application_no: str,
    contact: Contact,
    at: str,
    accepted: list[bool],
):
    """It is an error of its own, whether the portal has confirmed or not."""
    mock_state.set_faults({"id": "desk_closes", "params": {"at": at}})
    form = desk.open_pending().process(application_no)

    with pytest.raises(PlaywrightError, match="closed"):
        form.fill_contact(contact).accept_declaration().confirm()

    assert desk.tab.is_closed()
    assert [one["accepted"] for one in mock_state.confirmations(application_no)] == accepted


def view_document(desk: DeskPage, application_no: str) -> object:
    """Fetch the first 单证 of a policy."""
    form = desk.open_pending().process(application_no)
    return form.view_document(form.read().document_names[0])
