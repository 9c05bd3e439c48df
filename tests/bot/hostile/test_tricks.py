"""Each trick does what it says, to a browser that nobody guards; what does not is no trick."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from time import monotonic

import pytest
from playwright.sync_api import Browser

from fixtures.browser import introduce
from fixtures.people import CONTACT
from fixtures.portal import MockState
from pages.login import LoginPage
from pages.pending import ConfirmationPage, ConfirmedDialog
from tests.bot.hostile.conftest import FIELDS
from tests.bot.hostile.servers import HostilePortal
from tests.bot.hostile.tricks import TRICKS, Trick, tried
from tests.bot.hostile.witness import Arrival, as_approved, told

SHOWN = [name for name in tried() if not TRICKS[name].proof.why_not]
SECONDS = 8.0  # in which what a press sets loose arrives
LOOK_MS = 100

Arrived = tuple[str, list[Arrival], float]  # the number, what arrived, and since when
Press = Callable[[Trick], Arrived]


@pytest.fixture
def press(browser: Browser, hostile_portal: HostilePortal) -> Iterator[Press]:
    """Press 确认投保 as a person would, in a browser that nobody guards."""
    state = MockState(hostile_portal.url)
    uscc, witness = state.enterprise.uscc, hostile_portal.witness
    context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
    introduce(context, uscc, hostile_portal.url)

    def has_come(trick: Trick) -> bool:
        confirmations = witness.confirmations(uscc)
        others = len(witness.of(uscc)) - len(confirmations)
        return len(confirmations) >= trick.proof.confirmations and others >= trick.proof.others

    def go(trick: Trick) -> Arrived:
        number, *_ = numbers = state.add_policies(trick.listed + 1)
        hostile_portal.set_trick(uscc, trick, numbers[: trick.listed])
        login = LoginPage.open(context.new_page(), hostile_portal.url)
        captcha = state.read_captcha(login.captcha)
        home = login.log_in(state.enterprise.account, state.enterprise.password, captcha)
        since = monotonic()
        form = home.open_desk().open_pending().process(number)
        form.fill_contact(CONTACT).accept_declaration().confirm_button.click()
        while not has_come(trick) and monotonic() < since + SECONDS:
            close_answer(form)
            form.tab.wait_for_timeout(LOOK_MS)
        return number, witness.of(uscc), since

    yield go
    hostile_portal.end_trick(uscc)
    context.close()


def close_answer(form: ConfirmationPage) -> None:
    """Press 确定 if the portal says that it is done."""
    answer = ConfirmedDialog(form.surface)
    if answer.landmark.is_visible():
        answer.ok_button.click()


@pytest.mark.slow
@pytest.mark.parametrize("name", SHOWN)
def test_trick_does_what_it_says(name: str, press: Press):
    """Where nobody guards the browser, the trick's confirmations and noise arrive."""
    proof = TRICKS[name].proof
    number, arrivals, since = press(TRICKS[name])
    confirmations = [one for one in arrivals if one.is_confirmation]
    typed = {FIELDS[field]: value for field, value in asdict(CONTACT).items()}
    verdicts = {as_approved(one, {number: typed}) for one in confirmations}

    assert len(confirmations) >= proof.confirmations, told(arrivals, since)
    assert len(arrivals) - len(confirmations) >= proof.others, told(arrivals, since)
    assert proof.is_approved is None or verdicts == {proof.is_approved}, told(arrivals, since)


def test_tricks_are_told_apart():
    """No two tricks bear one name, and each that is not shown says why."""
    assert [name for name, trick in TRICKS.items() if not (trick.sentence and trick.ends)] == []
