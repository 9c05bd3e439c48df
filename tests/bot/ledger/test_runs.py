"""The runs of a portal, and which of them confirmed what."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.ledger.ledger import Ledger
from bot.ledger.states import State
from tests.bot.items import ITEM, MAKER, bring_to

SECOND = replace(ITEM, application_no="XW2", row=3)
BOTH = (ITEM.reference, SECOND.reference)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """A new ledger that holds two items of one list."""
    ledger = Ledger(tmp_path / "ledger.sqlite", tmp_path / "marker")
    ledger.dispatch([ITEM, SECOND], "list", MAKER)
    return ledger


def confirm(ledger: Ledger, *items: object) -> None:
    """Confirm these items."""
    for item in items:
        bring_to(ledger, State.CONFIRMED, item)


def run(
    ledger: Ledger, digest: str, *items: object, work: str = "serve", ends: bool = True
) -> None:
    """Be a run that confirms these items."""
    number = ledger.runs.begin(digest, work)
    confirm(ledger, *items)
    if ends:
        ledger.runs.end(number, "")


def done(ledger: Ledger, references: Iterable[str] = BOTH) -> list[int]:
    """Return how many each of the list's runs confirmed."""
    return [one.done for one in ledger.runs.of("list", list(references))]


def test_a_later_run_does_not_replace_the_one_that_confirmed(ledger: Ledger):
    """Begin and end of the first stay as they were, beside those of the last."""
    run(ledger, "list", ITEM, SECOND)
    (first,) = ledger.runs.of("list", BOTH)
    run(ledger, "list")
    run(ledger, "list")

    found = ledger.runs.of("list", BOTH)

    assert found[0] == first
    assert first.started <= first.ended
    assert done(ledger) == [2, 0]


@pytest.mark.parametrize(
    ("digest", "work"), [("", "serve"), ("another list", "serve"), ("", "follow_up")]
)
def test_whichever_run_confirmed_is_named(ledger: Ledger, digest: str, work: str):
    """A run of another list, or of all the ledger, may have worked this list's items off."""
    run(ledger, "list", ITEM)
    run(ledger, digest, SECOND, work=work)
    run(ledger, digest)

    assert done(ledger) == [1, 1]
    assert ledger.runs.of("list", BOTH)[1].work == work


def test_a_run_that_was_killed_has_no_end(ledger: Ledger):
    """What it confirmed counts for it, not for the run that came next."""
    run(ledger, "list", ITEM, ends=False)
    run(ledger, "list", SECOND)

    killed, last = ledger.runs.of("list", BOTH)

    assert (killed.ended, killed.done) == ("", 1)
    assert (last.ended > last.started, last.done) == (True, 1)


def test_why_a_run_ended_early_is_kept(ledger: Ledger):
    """In the words of an operator."""
    ledger.runs.end(ledger.runs.begin("list", "serve"), "操作员中断")

    assert [one.stopped for one in ledger.runs.of("list", BOTH)] == ["操作员中断"]


def test_items_of_other_lists_are_not_counted(ledger: Ledger):
    """A run counts for a list by what it did for that list."""
    run(ledger, "another list", ITEM, SECOND)

    assert done(ledger, [ITEM.reference]) == [1]
    assert done(ledger, []) == []


def test_what_was_confirmed_before_runs_were_kept_belongs_to_none(ledger: Ledger):
    """An older program wrote the audit, but no runs."""
    confirm(ledger, ITEM)
    run(ledger, "list", SECOND)

    assert done(ledger) == [1]


def test_the_next_look_does_not_count_as_another_confirmation(ledger: Ledger):
    """A follow-up that changes only the words of what is confirmed has confirmed nothing."""
    run(ledger, "list", ITEM)
    number = ledger.runs.begin("list", "follow_up")
    ledger.move(ITEM.reference, State.CONFIRMED, State.CONFIRMED, "robot", explanation="又看")
    ledger.runs.end(number, "")

    assert done(ledger) == [1, 0]
