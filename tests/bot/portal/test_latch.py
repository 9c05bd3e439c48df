"""What the browser sends past the latch, on its own, has no way out."""

from typing import Any

import pytest

from bot.confirmation.approval import ApprovedIntent
from bot.confirmation.press import PressOutcome, press
from bot.portal.client import Answer, Outgoing
from bot.portal.egress import Egress
from bot.portal.latch import Latch
from fixtures.portal import MockState
from pages.pending import ConfirmationPage
from tests.bot.stand_in import POST


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any], egress: Egress) -> dict[str, Any]:
    """A browser behind the proxy, as the bot's."""
    return {**browser_context_args, "proxy": {"server": egress.address}}


@pytest.mark.parametrize(("is_shut", "accepted"), [(True, [True]), (False, [True, False])])
def test_what_the_latch_held_back_does_not_arrive_after_it_is_gone(
    form: ConfirmationPage,
    intent: ApprovedIntent,
    latch: Latch,
    egress: Egress,
    mock_state: MockState,
    application_no: str,
    monkeypatch: pytest.MonkeyPatch,
    is_shut: bool,
    accepted: list[bool],
):
    """Chromium sends it as soon as nobody intercepts any more; the valve lets nothing through."""
    send = latch._sender.send

    def send_and_let_go(outgoing: Outgoing, *limit: int) -> Answer:
        answer = send(outgoing, *limit)
        form.tab.context.unroute_all()
        return answer

    monkeypatch.setattr(latch._sender, "send", send_and_let_go)
    if not is_shut:
        egress.widen()

    pressed = press(intent, form, latch)
    arrived = [one["accepted"] for one in mock_state.confirmations(application_no)]

    assert (pressed.is_clean, arrived) == (False, accepted)


@pytest.mark.parametrize(("is_shut", "answered"), [(True, 0), (False, 1)])
def test_what_is_not_sent_cannot_be_sent_any_more(
    form: ConfirmationPage,
    intent: ApprovedIntent,
    latch: Latch,
    egress: Egress,
    is_shut: bool,
    answered: int,
):
    """The page refused by itself and the latch has gone since: the valve lets nothing through."""
    form.withdraw_acceptance()
    if not is_shut:
        egress.widen()

    pressed = press(intent, form, latch)
    form.tab.context.unroute_all()
    sent_later = form.tab.evaluate(POST)

    assert (pressed.outcome, sent_later) == (PressOutcome.NOT_SENT, answered)


def test_a_browser_that_is_gone_has_sent_nothing(
    form: ConfirmationPage,
    intent: ApprovedIntent,
    latch: Latch,
    mock_state: MockState,
    application_no: str,
):
    """It died with the click, and had no way out since the form was filled in."""
    form.tab.context.browser.contexts[0].close()

    pressed = press(intent, form, latch)

    assert (pressed.outcome, pressed.is_clean) == (PressOutcome.NOT_SENT, False)
    assert mock_state.confirmations(application_no) == []
