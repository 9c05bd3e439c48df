"""One run from a checked list to its results, and the follow-up of what it has confirmed."""

import logging
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from bot.confirmation import engine
from bot.confirmation.engine import Work
from bot.confirmation.stop import Stop
from bot.errors import NotWritten
from bot.evidence.sealing import SealNote, seal_note, sealed
from bot.ledger.entry import Entry
from bot.ledger.ledger import Ledger
from bot.ledger.states import DECIDED, DONE, FINISHED, FOLLOWED_UP, PRESSED
from bot.operations import canary
from bot.operations.doctor import check_clock
from bot.operations.job import Job, working_on
from bot.operations.leaks import quarantined_leaks
from bot.operations.result_files import written_results
from bot.portal.sessions import Sessions
from bot.portal.sign_in import Attendant
from bot.results.list_rows import requests_without_list, rows_of
from bot.results.row_outcome import RowOutcome
from bot.work_item import WorkItem

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """What a run came to."""

    entries: list[Entry]
    elsewhere: list[Entry]  # of other lists, pressed and never verified
    rows: list[RowOutcome]  # that led to no policy, or not to all that they asked for
    done_before: int  # already in the ledger as done when the run began, and still so
    stopped: Stop | None  # why it ended early, if it did
    files: tuple[Path, ...]
    seal: SealNote | None
    leaks: tuple[Path, ...] = ()  # of what was written, what held a secret
    done_now: int = 0  # of a run, since it began


def run(job: Job, attendant: Attendant, tell: Callable[[Entry], None]) -> RunOutcome:
    """Take a list in and work it off, or go on with all that the ledger holds.

    Raises:
        NotFit: the ledger is not to be had, another process works on it, or the clock is wrong.
    """
    with working_on(job.settings) as ledger:
        check_clock(ledger.latest(), datetime.now(UTC), job.settings)
        ledger.try_to_write()
        if job.work_list:
            listed, by = job.work_list, job.settings.operator
            ledger.dispatch(listed.items, listed.digest, by, listed.path)
        else:
            ledger.restart(job.settings.operator)
        entries = ledger.entries(job.list_digest)
        asked = [request.item.uscc for request in ledger.requests(job.list_digest)]
        open_ = [entry.item.uscc for entry in entries if entry.state not in FINISHED]
        outcome = _work_off(job, ledger, Work.SERVE, asked + open_, attendant, tell)
        before = {entry.item.reference for entry in entries if entry.state in DONE}
        done = {entry.item.reference for entry in outcome.entries if entry.state in DONE}
        return replace(outcome, done_before=len(done & before), done_now=len(done - before))


def follow_up(job: Job, attendant: Attendant, tell: Callable[[Entry], None]) -> RunOutcome:
    """See what the insurer has decided about what is confirmed, of a list or of all the ledger.

    Raises:
        NotFit: the ledger is not to be had, or another process works on it.
    """
    with working_on(job.settings) as ledger:
        entries = ledger.entries(job.list_digest)
        followed_up = PRESSED | FOLLOWED_UP
        due = {one.item.reference: one.item.uscc for one in entries if one.state in followed_up}
        outcome = _work_off(job, ledger, Work.FOLLOW_UP, due.values(), attendant, tell)
        return replace(
            outcome,
            entries=[one for one in outcome.entries if one.item.reference in due],
            done_before=sum(entry.state in DECIDED for entry in entries),
        )


def _work_off(
    job: Job,
    ledger: Ledger,
    work: Work,
    enterprises: Iterable[str],
    attendant: Attendant,
    tell: Callable[[Entry], None],
) -> RunOutcome:
    """Do this work for these enterprises; seal its evidence and write its results."""
    settings, digest, due = job.settings, job.list_digest, list(dict.fromkeys(enterprises))
    with (
        sealed(settings, ledger) as evidence,
        closing(Sessions(settings, job.passwords, attendant)) as sessions,
    ):
        if settings.live and work is Work.SERVE:
            canary.expect_whole(settings, sessions, _one_each(ledger, due, digest))
        number = ledger.runs.begin(digest, work)
        stopped = engine.run(settings, ledger, sessions, evidence, work, due, digest, tell)
    _end(ledger, number, stopped)
    rows = rows_of(job.work_list, ledger, settings.origin) if job.work_list else None
    files = written_results(job, ledger, rows)
    return RunOutcome(
        entries=rows.policies if rows else ledger.entries(),
        elsewhere=_in_doubt_elsewhere(ledger, digest),
        rows=rows.others if rows else requests_without_list(ledger),
        done_before=0,
        stopped=stopped,
        files=files,
        seal=seal_note(ledger, evidence),
        leaks=quarantined_leaks(job, ledger, files),
    )


def _end(ledger: Ledger, number: int, stopped: Stop | None) -> None:
    try:
        ledger.runs.end(number, stopped or "")
    except NotWritten as error:  # what was done must be told all the same
        log.warning("%s", error)


def _in_doubt_elsewhere(ledger: Ledger, digest: str) -> list[Entry]:
    """Return what was pressed for other lists and never verified."""
    here = {entry.item.reference for entry in ledger.entries(digest)}
    pressed = (entry for entry in ledger.entries() if entry.state in PRESSED)
    return [entry for entry in pressed if entry.item.reference not in here]


def _one_each(ledger: Ledger, enterprises: Iterable[str], list_digest: str) -> list[WorkItem]:
    """Return a work item of each enterprise, to sign in with."""
    asked = [request.item for request in ledger.requests(list_digest)]
    listed = [entry.item for entry in ledger.entries(list_digest)]
    known = {item.uscc: item for item in asked + listed}
    return [known[uscc] for uscc in enterprises]
