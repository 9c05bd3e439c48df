"""One press is one request, whatever happens to its answer."""

import pytest
from playwright.sync_api import Page

from bot.approval import Approval, ApprovedIntent
from bot.press import Outcome, press, release
from fixtures.portal import MockState
from pages.desk import DeskPage
from pages.models import Contact
from pages.pending import ConfirmationPage


@pytest.fixture
def form(desk: DeskPage, application_no: str, contact: Contact) -> ConfirmationPage:
    """A form that lacks nothing but the press."""
    form = desk.open_pending().process(application_no)
    return form.fill_contact(contact).accept_declaration()


@pytest.fixture
def intent(application_no: str, contact: Contact) -> ApprovedIntent:
    """The intent to press it."""
    granted = Approval("模拟签字人", "授权委托", "", "")
    return ApprovedIntent(application_no, contact, granted)


@pytest.mark.parametrize(
    ("fault", "outcome", "accepted"),
    [
        (None, Outcome.ACCEPTED, [True]),
        ("answer_lost_before_commit", Outcome.UNKNOWN, [False]),
        ("answer_lost_after_commit", Outcome.UNKNOWN, [True]),
        ("server_error_after_commit", Outcome.UNKNOWN, [True]),
    ],
)
def test_one_press_arrives_once(
    form: ConfirmationPage,
    intent: ApprovedIntent,
    mock_state: MockState,
    application_no: str,
    fault: str | None,
    outcome: Outcome,
    accepted: list[bool],
):
    """The browser would send a lost request again; the latch does not let it."""
    mock_state.set_faults(*([{"id": fault}] if fault else []))

    came_to, _ = press(intent, form)
    arrived = [one["accepted"] for one in mock_state.confirmations(application_no)]

    assert (came_to, arrived) == (outcome, accepted)


def test_without_the_latch_the_browser_sends_again(
    form: ConfirmationPage, mock_state: MockState, application_no: str
):
    """The proof that the latch is needed: one click on the bare form, several arrivals."""
    mock_state.set_faults({"id": "answer_lost_before_commit"})

    form.confirm_button.click()
    form.refusal.wait_for()

    assert len(mock_state.confirmations(application_no)) > 1


def test_what_the_page_refuses_was_not_sent(
    form: ConfirmationPage, intent: ApprovedIntent, mock_state: MockState, application_no: str
):
    """A check in the page says no: nothing left the browser, and the outcome says so."""
    form.withdraw_acceptance()

    outcome, words = press(intent, form)

    assert (outcome, words) == (Outcome.NOT_SENT, "请先阅读并同意投保声明")
    assert mock_state.confirmations(application_no) == []


def test_the_latch_refuses_a_second_request_until_it_is_released(
    form: ConfirmationPage,
    intent: ApprovedIntent,
    page: Page,
    mock_state: MockState,
    application_no: str,
):
    """A second POST of the desk is stopped; after the read-back the desk is free again."""
    post = (
        "fetch('/swProxy/xwtbserver/sw/pending/confirm', {method: 'POST'}).then(() => 1, () => 0)"
    )

    press(intent, form)
    while_armed = form.tab.evaluate(post)
    release(form.tab.context)
    afterwards = form.tab.evaluate(post)

    assert (while_armed, afterwards) == (0, 1)
    assert len(mock_state.confirmations(application_no)) == 1
