"""What the browser sends past the latch, on its own, does not pass the valve."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Route

from bot.approval import ApprovedIntent
from bot.egress import Egress, host_of
from bot.press import Outcome, press
from fixtures.portal import MockState
from pages.pending import ConfirmationPage
from tests.bot.test_press import POST


@pytest.fixture
def egress(base_url: str, tmp_path: Path) -> Iterator[Egress]:
    """The browser's only way out."""
    egress = Egress([host_of(base_url)], tmp_path / "egress.log").start()
    yield egress
    egress.close()


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any], egress: Egress) -> dict[str, Any]:
    """A browser behind the proxy, as the bot's."""
    return {**browser_context_args, "proxy": {"server": egress.address}}


@pytest.mark.parametrize(("is_narrow", "accepted"), [(True, [True]), (False, [True, False])])
def test_what_the_latch_held_back_does_not_arrive_after_it_is_gone(
    form: ConfirmationPage,
    intent: ApprovedIntent,
    mock_state: MockState,
    application_no: str,
    egress: Egress,
    monkeypatch: pytest.MonkeyPatch,
    is_narrow: bool,
    accepted: list[bool],
):
    """Chromium sends it as soon as nobody intercepts any more; the valve has let one by already."""
    fetch = Route.fetch

    def fetch_and_let_go(route: Route, **options: Any) -> Any:
        answer = fetch(route, **options)
        form.tab.context.unroute_all()
        return answer

    monkeypatch.setattr(Route, "fetch", fetch_and_let_go)

    pressed = press(intent, form, valve=egress if is_narrow else None)
    arrived = [one["accepted"] for one in mock_state.confirmations(application_no)]

    assert (pressed.is_clean, arrived) == (False, accepted)


@pytest.mark.parametrize(("is_shut", "answered"), [(True, 0), (False, 1)])
def test_what_is_said_not_to_be_sent_cannot_be_sent_any_more(
    form: ConfirmationPage,
    intent: ApprovedIntent,
    egress: Egress,
    is_shut: bool,
    answered: int,
):
    """The page refused by itself and the latch has gone since: the valve lets nothing through."""
    form.withdraw_acceptance()

    pressed = press(intent, form, valve=egress if is_shut else None)
    form.tab.context.unroute_all()
    sent_later = form.tab.evaluate(POST)

    assert (pressed.outcome, sent_later) == (Outcome.NOT_SENT, answered)


def test_nobody_says_that_nothing_was_sent_for_a_browser_that_is_gone(
    form: ConfirmationPage,
    intent: ApprovedIntent,
    egress: Egress,
    monkeypatch: pytest.MonkeyPatch,
):
    """Whether the latch was there to the end is known of a browser that answers after the end."""
    done = []

    def shut() -> None:
        done.append("shut")
        Egress.shut(egress)

    def be_gone() -> None:
        done.append("asked")
        raise PlaywrightError("Connection closed")

    monkeypatch.setattr(egress, "shut", shut)
    monkeypatch.setattr(form, "words", be_gone)
    form.withdraw_acceptance()

    pressed = press(intent, form, valve=egress)

    assert (pressed.outcome, done) == (Outcome.UNKNOWN, ["shut", "asked"])
