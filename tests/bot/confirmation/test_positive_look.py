"""A look after a press is positive only if what it shows is this press's."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.confirmation.positive_look import judge, latest, of_time
from bot.ledger.snapshot import Baseline
from pages.models import PolicyRecord, PolicyStatus

CLAIMED = datetime(2026, 11, 29, 2, 0, 30, tzinfo=UTC)  # 10:00:30 in Beijing
AFTER, BEFORE = "2026-11-29 10:00:31", "2026-11-29 10:00:29"
CONFIRMED, RETURNED = PolicyStatus.CONFIRMED, PolicyStatus.RETURNED
DECLINED, PENDING = PolicyStatus.DECLINED, PolicyStatus.PENDING


def record(at: str, status: PolicyStatus = CONFIRMED) -> PolicyRecord:
    """One row of 保单查询."""
    return PolicyRecord("XW1", "", "信保易", status, at, "", "")


def is_positive(
    *shown: PolicyRecord,
    known: tuple[PolicyRecord, ...] = (),
    is_pending: bool = False,
    ahead: timedelta | None = None,
) -> bool:
    """Whether a look is positive, after a press before which these records were known."""
    return judge(CLAIMED, Baseline(known, ahead), shown, is_pending).record is not None


@pytest.mark.parametrize(
    "at",
    [AFTER, "2026-11-29 10:00:30", "2026-11-29 10:00", "2026-11-29", "2026/11/29 10:01:00"],
)
def test_a_new_record_of_the_time_of_the_press_is_positive(at: str):
    """At the grain that the portal shows: a date is a date, a minute a minute."""
    assert is_positive(record(at))


@pytest.mark.parametrize("at", [BEFORE, "2026-11-29 09:59", "2026-11-28", "", "今天"])
def test_a_record_from_before_the_press_is_not(at: str):
    """Nor is one whose time is not there, or cannot be read."""
    assert not is_positive(record(at))


def test_a_record_that_was_there_before_is_not_this_press():
    """An older return of the same number, and an older confirmation, whatever they became since."""
    old = record("2026-11-01 09:00:00", RETURNED)

    assert not is_positive(old, known=(old,))
    assert not is_positive(record(BEFORE), known=(record(BEFORE),))
    assert not is_positive(record(old.confirmed_at, DECLINED), known=(old,))


def test_a_new_record_beside_an_old_one_is_found():
    """In whichever order the portal shows them."""
    old, new = record("2026-11-01 09:00:00", RETURNED), record(AFTER)

    assert is_positive(old, new, known=(old,))
    assert is_positive(new, old, known=(old,))


def test_what_is_still_pending_is_not_confirmed():
    """Two lists that say different things leave a doubt."""
    assert not is_positive(record(AFTER), is_pending=True)


def test_what_somebody_else_has_confirmed_meanwhile_is_told_apart():
    """A new confirmation from before the claim; where the portal refused, it settles the item."""
    told = judge(CLAIMED, Baseline(()), [record(BEFORE)], is_pending=False)
    still_there = judge(CLAIMED, Baseline(()), [record(BEFORE)], is_pending=True)
    returned = judge(CLAIMED, Baseline(()), [record(BEFORE, RETURNED)], is_pending=False)

    assert (told.record, told.elsewhere) == (None, record(BEFORE))
    assert (still_there.elsewhere, returned.elsewhere) == (None, None)


def test_nothing_is_not_positive():
    """A record that is not there, and one that no confirmation makes."""
    assert not is_positive()
    assert not is_positive(record(AFTER, PENDING))


@pytest.mark.parametrize(
    ("ahead", "is_ours"),
    [(None, False), (timedelta(seconds=-60), True), (timedelta(seconds=60), False)],
)
def test_a_portal_whose_clock_is_late_is_given_its_difference(
    ahead: timedelta | None, is_ours: bool
):
    """A clock that is ahead gives nothing: a record from before the claim stays one."""
    assert is_positive(record(BEFORE), ahead=ahead) == is_ours


def test_a_baseline_outlives_the_process():
    """The restarted run that looks back judges by what was known before its press."""
    known = Baseline((record(BEFORE, RETURNED),), timedelta(seconds=-3))

    assert Baseline.load(known.stored()) == known


def test_of_several_records_the_latest_counts():
    """And a follow-up asks for the one that the press has made."""
    old, new = record("2026-11-01 09:00:00", RETURNED), record(AFTER)

    assert latest([old, new]) == latest([new, old]) == new
    assert latest([]) is None
    assert of_time([old, new], AFTER) == new
    assert of_time([old], AFTER) is None
