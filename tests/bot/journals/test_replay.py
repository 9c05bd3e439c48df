"""Recorded ledgers of every state, opened by today's version: the verdict is still the same."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.ledger.ledger import Ledger
from bot.ledger.states import DONE, State
from bot.settings import load_settings
from pages.models import PolicyStatus
from tests.bot.items import ITEM, MAKER
from tests.bot.journals.record import FOLDER
from tests.bot.stand_in import MANDATE, Portal, make_robot

JOURNALS = sorted(FOLDER.glob("*.sql"))


def load(journal: Path, file: Path) -> State:
    """Make the ledger that was recorded; return the state that its item is in."""
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(journal.read_text(encoding="utf-8"))
        (state,) = connection.execute("SELECT state FROM work_items").fetchone()
    return State(state)


@pytest.mark.parametrize("journal", JOURNALS, ids=lambda journal: journal.stem)
def test_a_recorded_ledger_comes_to_its_verdict_and_sends_nothing(journal: Path, tmp_path: Path):
    """A run without a list goes on with it, at a portal that shows what is described."""
    told = json.loads(journal.read_text(encoding="utf-8").partition("\n")[0].removeprefix("-- "))
    status = told["status"] and PolicyStatus[told["status"]]
    portal = Portal(told["is_pending"], status)
    file, marker = tmp_path / "ledger.sqlite", tmp_path / "marker"
    load(journal, file)
    marker.touch()
    ledger = Ledger(file, marker)
    settings = load_settings(tmp_path, data_dir=tmp_path)
    robot = make_robot(tmp_path, settings, ledger, portal)

    ledger.restart(MAKER)
    for reference in robot.collect(ITEM.uscc, ""):
        robot.confirm(reference)
    entry = ledger.entry(ledger.last_round(ITEM.reference))

    assert (entry.state, portal.requests) == (told["verdict"], 0)
    assert entry.next_step or entry.state in DONE


def test_every_state_was_recorded(tmp_path: Path):
    """At least twenty journals, and one at least of each state."""
    states = [load(one, tmp_path / f"{number}.sqlite") for number, one in enumerate(JOURNALS)]

    assert len(JOURNALS) >= 20
    assert set(states) == set(State)


def test_the_stand_in_counts_what_is_sent(tmp_path: Path):
    """The proof that the replay could fail: a press through the stand-in is one request."""
    ledger = Ledger(tmp_path / "ledger.sqlite", tmp_path / "marker")
    ledger.dispatch([ITEM], "list", MAKER)
    portal = Portal()
    settings = load_settings(tmp_path, data_dir=tmp_path, mandates=(MANDATE,))

    make_robot(tmp_path, settings, ledger, portal).confirm(ITEM.reference)

    assert (ledger.entry(ITEM.reference).state, portal.requests) == (State.CONFIRMED, 1)
