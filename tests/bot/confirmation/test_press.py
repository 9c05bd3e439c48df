"""One press is one request, whatever happens to its answer."""

from dataclasses import replace
from typing import Any

import pytest

from bot.confirmation.approval import ApprovedIntent
from bot.confirmation.press import PressOutcome, press
from bot.portal.egress import Egress
from bot.portal.latch import Latch
from fixtures.portal import MockState
from pages.models import Contact
from pages.pending import ConfirmationPage
from tests.bot.stand_in import CONFIRM, POST


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any], egress: Egress) -> dict[str, Any]:
    """A browser behind the proxy, as the bot's."""
    return {**browser_context_args, "proxy": {"server": egress.address}}


@pytest.mark.parametrize(
    ("fault", "outcome", "accepted"),
    [
        (None, PressOutcome.ACCEPTED, [True]),
        ("answer_lost_before_commit", PressOutcome.UNKNOWN, [False]),
        ("answer_lost_after_commit", PressOutcome.UNKNOWN, [True]),
        ("server_error_after_commit", PressOutcome.UNKNOWN, [True]),
    ],
)
def test_one_press_arrives_once(
    form: ConfirmationPage,
    intent: ApprovedIntent,
    latch: Latch,
    mock_state: MockState,
    application_no: str,
    fault: str | None,
    outcome: PressOutcome,
    accepted: list[bool],
):
    """The browser would send a lost request again; the latch does not let it."""
    mock_state.set_faults(*([{"id": fault}] if fault else []))

    came_to = press(intent, form, latch).outcome
    arrived = [one["accepted"] for one in mock_state.confirmations(application_no)]

    assert (came_to, arrived) == (outcome, accepted)


def test_what_the_page_refuses_was_not_sent(
    form: ConfirmationPage,
    intent: ApprovedIntent,
    latch: Latch,
    mock_state: MockState,
    application_no: str,
):
    """A check in the page says no: nothing left the browser, and nothing can any more."""
    form.withdraw_acceptance()

    pressed = press(intent, form, latch)
    sent_later = form.tab.evaluate(POST)

    assert (pressed.outcome, pressed.words) == (PressOutcome.NOT_SENT, "请先阅读并同意投保声明")
    assert sent_later == 0
    assert mock_state.confirmations(application_no) == []


def test_a_press_without_the_session_is_not_sent(
    form: ConfirmationPage,
    intent: ApprovedIntent,
    latch: Latch,
    mock_state: MockState,
    application_no: str,
):
    """The browser's network crashed and forgot its cookies; what a page sets replaces none."""
    form.tab.context.clear_cookies()
    form.tab.evaluate("document.cookie = 'visited=1'")

    pressed = press(intent, form, latch)

    assert (pressed.outcome, pressed.told) == (PressOutcome.NOT_SENT, "浏览器丢失了登录状态")
    assert mock_state.confirmations(application_no) == []


def test_a_cookie_that_only_browsers_understand_is_no_lost_session(
    form: ConfirmationPage,
    intent: ApprovedIntent,
    latch: Latch,
    mock_state: MockState,
    application_no: str,
):
    """Portals keep JSON in cookies, and flags without a value."""
    form.tab.evaluate("document.cookie = 'prefs={\"lang\":\"zh\"}'; document.cookie = 'flag'")

    assert press(intent, form, latch).outcome is PressOutcome.ACCEPTED
    assert len(mock_state.confirmations(application_no)) == 1


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/static/visit.js"), ("POST", "/thirdparty/visit")]
)
def test_what_the_home_page_sends_meanwhile_is_not_the_press(
    form: ConfirmationPage,
    intent: ApprovedIntent,
    latch: Latch,
    mock_state: MockState,
    application_no: str,
    method: str,
    path: str,
):
    """The script of a third party goes on behind the desk; the outcome is as without it."""
    home = form.tab.context.pages[0]
    home.evaluate(f"setInterval(() => fetch('{path}', {{method: '{method}'}}), 50)")
    form.withdraw_acceptance()

    refused = press(intent, form, latch)
    arrived = mock_state.confirmations(application_no)

    assert (refused.outcome, arrived) == (PressOutcome.NOT_SENT, [])


def test_a_beacon_of_the_home_page_does_not_use_the_latch_up(
    form: ConfirmationPage,
    intent: ApprovedIntent,
    latch: Latch,
    mock_state: MockState,
    application_no: str,
):
    """The first request that is not a read must be the confirmation, not a third party's."""
    home = form.tab.context.pages[0]
    home.evaluate("setInterval(() => fetch('/thirdparty/visit', {method: 'POST'}), 50)")

    pressed = press(intent, form, latch)
    accepted = [one["accepted"] for one in mock_state.confirmations(application_no)]

    assert (pressed.outcome, accepted) == (PressOutcome.ACCEPTED, [True])


def test_an_answer_that_is_late_is_not_taken_for_none(
    form: ConfirmationPage, intent: ApprovedIntent, latch: Latch, mock_state: MockState
):
    """The portal answers much later than the time-out: perhaps sent, and the outcome says so."""
    mock_state.set_faults({"id": "slow", "params": {"seconds": 3, "path": CONFIRM}})
    latch._sender._seconds = 1

    pressed = press(intent, form, latch)

    assert pressed.outcome is PressOutcome.UNKNOWN
    assert pressed.told == "没有明确的应答，提交失败，请稍后再试！"
    assert not pressed.is_clean


@pytest.mark.parametrize("other", [{"申请编号": "XW1"}, {"产品名称": "另一种产品"}])
def test_what_was_not_approved_is_not_pressed(
    form: ConfirmationPage,
    intent: ApprovedIntent,
    latch: Latch,
    mock_state: MockState,
    application_no: str,
    other: dict[str, str],
):
    """What is open must be what was approved, to the last field, at the very last moment."""
    approved = tuple((label, other.get(label, value)) for label, value in intent.details.fields)
    other_intent = replace(intent, details=replace(intent.details, fields=approved))
    pressed = press(other_intent, form, latch)
    sent_later = form.tab.evaluate(POST)

    assert pressed.outcome is PressOutcome.NOT_SENT
    assert sent_later == 0
    assert mock_state.confirmations(application_no) == []


def test_what_a_dialog_says_at_the_press_is_kept_and_told(
    form: ConfirmationPage, intent: ApprovedIntent, latch: Latch
):
    """A question that nobody expects is not agreed to, and nothing is sent."""
    form.confirm_button.evaluate(
        """button => button.addEventListener('click', event => {
            if (!confirm('系统升级，是否继续？')) event.stopImmediatePropagation()
        }, true)"""
    )
    form.tab.context.set_default_timeout(1_000)

    pressed = press(intent, form, latch)

    assert (pressed.outcome, pressed.dialogs) == (PressOutcome.NOT_SENT, ("系统升级，是否继续？",))
    assert pressed.told == "门户没有按时显示应有的页面，门户弹窗“系统升级，是否继续？”"


def test_the_portals_own_no_is_told_apart(
    form: ConfirmationPage,
    intent: ApprovedIntent,
    latch: Latch,
    mock_state: MockState,
    application_no: str,
):
    """Somebody else confirmed it meanwhile, and the portal says so in its own words."""
    mock_state.set_faults({"id": "confirmed_by_a_person"})
    opened_again = f"/swProxy/xwtbserver/sw/pending/form?applNo={application_no}"
    form.tab.evaluate("address => fetch(address).then(answer => answer.status)", opened_again)

    pressed = press(intent, form, latch)

    assert (pressed.outcome, pressed.words) == (PressOutcome.REFUSED, "该保单已确认，请勿重复提交")


def test_after_a_clean_press_the_desk_is_free_again(
    form: ConfirmationPage, intent: ApprovedIntent, latch: Latch
):
    """The latch is taken off with the record's tab; the next policy arms its own."""
    tab = form.tab

    pressed = press(intent, form, latch)

    assert (pressed.is_clean, pressed.words) == (True, "确认投保成功")
    assert tab.evaluate(POST) == 1


def test_after_an_unclear_press_nothing_more_goes_out(
    form: ConfirmationPage,
    intent: ApprovedIntent,
    latch: Latch,
    mock_state: MockState,
    application_no: str,
):
    """The latch stays on, so a second request of the same page does not arrive."""
    mock_state.set_faults({"id": "answer_lost_after_commit"})

    press(intent, form, latch)
    sent_later = form.tab.evaluate(POST)

    assert sent_later == 0
    assert len(mock_state.confirmations(application_no)) == 1


def test_a_picture_of_the_form_covers_who_the_contact_is(form: ConfirmationPage):
    """Whoever was typed, the picture is the same to the last byte."""
    other = Contact("另一联系人", "0755-12345678", "13900139000", "other@example.com", "别的备注")

    one = form.picture()
    another = form.fill_contact(other).picture()
    without_tick = form.withdraw_acceptance().picture()

    assert one == another != without_tick
