"""What the browser sends past the latch, on its own, does not pass the valve."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Route

from bot.approval import ApprovedIntent
from bot.egress import Egress, host_of
from bot.press import press
from fixtures.portal import MockState
from pages.pending import ConfirmationPage


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
