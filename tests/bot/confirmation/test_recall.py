"""A press is remembered wherever a trace of it is left, and nothing is pressed beside it."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import utc
from bot.confirmation import decisions
from bot.confirmation.press import Pressed, PressOutcome
from bot.errors import BusinessException, NotFit
from bot.ledger.ledger import Ledger
from bot.ledger.states import State
from bot.settings import Settings
from pages.models import PolicyStatus
from tests.bot.items import ITEM, MAKER, bring_to
from tests.bot.stand_in import Portal, make_robot, under_mandate

ALREADY = (State.READY, State.AWAITING_APPROVAL, State.APPROVED, State.INTENT)
LONG_AGO = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
AT_ONCE = 0  # minutes of quarantine


class Office:
    """One ledger with its marker, and the evidence beside it."""

    def __init__(self, folder: Path, portal: Portal) -> None:
        self.folder, self.portal = folder, portal
        self.settings: Settings = under_mandate(folder, AT_ONCE)
        self.ledger = Ledger(folder / "ledger.sqlite", folder / "marker")

    def run(self) -> State:
        """Confirm the item, as far as that goes; return its state."""
        self.ledger.dispatch([ITEM], "list", MAKER)
        robot = make_robot(self.folder, self.settings, self.ledger, self.portal)
        robot.confirm(ITEM.reference)
        return self.ledger.entry(ITEM.reference).state

    def save(self) -> None:
        """Copy the ledger and its marker away."""
        self.ledger.close()
        (self.folder / "backup").mkdir()
        for name in ("ledger.sqlite", "marker"):
            shutil.copy(self.folder / name, self.folder / "backup" / name)
        self.ledger = Ledger(self.folder / "ledger.sqlite", self.folder / "marker")

    def put_back(self) -> None:
        """Go on with the copies, and with the evidence as it is."""
        self._lose()
        for name in ("ledger.sqlite", "marker"):
            shutil.copy(self.folder / "backup" / name, self.folder / name)
        self.ledger = Ledger(self.folder / "ledger.sqlite", self.folder / "marker")

    def begin_anew(self) -> None:
        """Go on with a new ledger, beside the evidence of the old one."""
        self._lose()
        self.ledger = Ledger(self.folder / "ledger.sqlite", self.folder / "marker")

    def _lose(self) -> None:
        self.ledger.close()
        for file in (*self.folder.glob("ledger.sqlite*"), self.folder / "marker"):
            file.unlink()


@pytest.fixture
def portal() -> Portal:
    """A portal that lists the policy as pending."""
    return Portal()


@pytest.fixture
def office(tmp_path: Path, portal: Portal) -> Office:
    """An office that has saved its ledger before the first press."""
    office = Office(tmp_path, portal)
    office.ledger.dispatch([ITEM], "list", MAKER)
    office.save()
    return office


LOSSES = pytest.mark.parametrize("lose", [Office.put_back, Office.begin_anew])


@LOSSES
def test_a_press_in_the_evidence_alone_is_not_pressed_again(
    office: Office, portal: Portal, lose: Callable[[Office], None]
):
    """The portal has kept the policy pending: it may save it yet, so a person has the next word."""
    portal.happen = lambda: setattr(portal, "is_pending", True)
    office.run()
    portal.status = None
    lose(office)

    again = office.run()
    entry = office.ledger.entry(ITEM.reference)

    assert (again, entry.code, portal.requests) == (State.IN_DOUBT, "PRESS_FOUND", 1)
    assert entry.seen_pending_at


@LOSSES
def test_a_press_in_the_evidence_alone_is_looked_up(
    office: Office, portal: Portal, lose: Callable[[Office], None]
):
    """The same run finds it in 保单查询, and says that the ledger did not know of it."""
    office.run()
    lose(office)
    again = office.run()

    assert (again, portal.requests) == (State.CONFIRMED, 1)
    assert "不是这份台账记的" in office.ledger.entry(ITEM.reference).explanation


@pytest.mark.parametrize("state", ALREADY)
def test_a_press_is_found_before_any_form_is_opened(
    tmp_path: Path, portal: Portal, state: State, monkeypatch: pytest.MonkeyPatch
):
    """Wherever the older ledger stands on its way to the press."""
    office = Office(tmp_path, portal)
    office.ledger.dispatch([ITEM], "list", MAKER)
    bring_to(office.ledger, state)
    robot = make_robot(tmp_path, office.settings, office.ledger, portal)
    pressed = Pressed(PressOutcome.UNKNOWN, "", is_clean=False)
    robot._records.keep_pressed(ITEM, LONG_AGO, pressed)
    monkeypatch.setattr("tests.bot.stand_in.Session.form", lambda *_: pytest.fail("opened"))

    robot.confirm(ITEM.reference)
    entry = office.ledger.entry(ITEM.reference)
    found = office.ledger.history(ITEM.reference)

    assert (entry.state, entry.code) == (State.IN_DOUBT, "PRESS_FOUND")
    assert found.sent_at == utc(LONG_AGO)


def test_a_press_of_a_later_round_is_found_as_well(office: Office, portal: Portal):
    """A new ledger counts rounds from the first again; the packs of every round are asked."""
    robot = make_robot(office.folder, office.settings, office.ledger, portal)
    for number, at in enumerate((LONG_AGO, LONG_AGO + timedelta(days=9)), start=1):
        pressed = Pressed(PressOutcome.UNKNOWN, "", is_clean=False)
        robot._records.keep_pressed(replace(ITEM, round=number), at, pressed)

    office.run()

    told = office.ledger.history(ITEM.reference)
    assert (told.sent_at, told.presses) == (utc(LONG_AGO + timedelta(days=9)), 2)


def test_a_record_of_another_time_is_not_the_press_s(office: Office, portal: Portal):
    """What somebody confirmed before the press that was found is not taken for it."""
    office.run()
    office.begin_anew()
    portal.at = "2020-01-01 00:00:00"

    assert (office.run(), portal.requests) == (State.IN_DOUBT, 1)


def test_a_person_releases_what_was_found_and_it_is_pressed_once_more(
    office: Office, portal: Portal
):
    """A released press is known from then on; the next run does not find it again."""
    portal.happen = lambda: setattr(portal, "is_pending", True)
    office.run()
    portal.status, portal.happen = None, lambda: None
    office.begin_anew()
    office.run()

    entry = office.ledger.entry(ITEM.reference)
    decisions.release(office.ledger, entry, "审批人", office.settings, datetime.now(UTC))

    assert (office.run(), portal.requests) == (State.CONFIRMED, 2)


@pytest.mark.parametrize("status", [None, PolicyStatus.CONFIRMED])
def test_what_the_ledger_knows_is_not_found_again(
    office: Office, portal: Portal, status: PolicyStatus | None
):
    """A refused press is in ledger and evidence, and the item goes on."""
    portal.refusal = "系统繁忙"
    office.run()
    portal.refusal, portal.status, portal.is_pending = "", status, not status
    expected = State.ALREADY_CONFIRMED if status else State.CONFIRMED

    assert office.run() is expected


def press(ledger: Ledger, *then: State) -> None:
    """Press the item, and bring it to these states."""
    bring_to(ledger, State.PRESSING)
    states = (State.PRESSING, *then)
    for old, new in zip(states, then, strict=False):
        assert ledger.move(ITEM.reference, old, new, "robot")


def lose_row(folder: Path) -> None:
    """Delete the work item, and leave the audit."""
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as connection, connection:
        connection.execute("DELETE FROM work_items")


@pytest.mark.parametrize("then", [(), (State.IN_DOUBT,), (State.CONFIRMED,), (State.FAILED,)])
def test_a_ledger_whose_items_are_gone_is_not_opened(
    office: Office, tmp_path: Path, then: tuple[State, ...]
):
    """The audit still names them; the message does too."""
    press(office.ledger, *then)
    office.ledger.close()
    lose_row(tmp_path)

    with pytest.raises(NotFit, match=r"缺少 1 张保单.*XW1.*从最新的备份恢复"):
        Ledger(tmp_path / "ledger.sqlite", tmp_path / "marker")


@pytest.mark.parametrize(
    ("then", "is_settled"),
    [
        ((), False),
        ((State.IN_DOUBT,), False),
        ((State.CONFIRMED,), False),
        ((State.ALREADY_CONFIRMED,), False),
        ((State.CONFIRMED, State.UNDERWRITTEN), False),
        ((State.FAILED,), True),
        ((State.CHANGED,), True),
        ((State.REFUSED,), True),
        ((State.IN_DOUBT, State.REFUSED), True),
        ((State.IN_DOUBT, State.CONFIRMED, State.RETURNED), True),
    ],
)
def test_a_press_is_claimed_only_after_the_last_one_is_settled(
    office: Office, tmp_path: Path, then: tuple[State, ...], is_settled: bool
):
    """The item's row is gone while a run goes on, and its list brings it again."""
    press(office.ledger, *then)
    lose_row(tmp_path)
    office.ledger.dispatch([ITEM], "list", MAKER)
    bring_to(office.ledger, State.INTENT)

    def claim() -> bool:
        return office.ledger.move(ITEM.reference, State.INTENT, State.PRESSING, "robot")

    if is_settled:
        assert claim()
    else:
        with pytest.raises(BusinessException, match="结果没有查明"):
            claim()
        assert office.ledger.entry(ITEM.reference).state is State.INTENT
        assert len(office.ledger.history(ITEM.reference).claims) == 1


def test_a_press_in_the_history_alone_is_looked_up(office: Office, portal: Portal, tmp_path: Path):
    """Without row and evidence, the audit is enough of a trace."""
    office.run()
    shutil.rmtree(tmp_path / "evidence")
    lose_row(tmp_path)

    assert (office.run(), portal.requests) == (State.CONFIRMED, 1)
