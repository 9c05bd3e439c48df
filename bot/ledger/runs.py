"""The runs of a portal: when each began and ended, and what it confirmed by the audit."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from bot import clock
from bot.ledger.database import Database
from bot.ledger.schema import AUDIT, RUNS
from bot.ledger.states import FOLLOWED_UP


@dataclass(frozen=True, slots=True)
class Run:
    """One run, or one look at what the insurer has decided."""

    work: str  # what it did, by the name of the robot's workflow
    started: str  # UTC
    ended: str  # UTC; empty if it was killed
    stopped: str  # why it ended early, in the words of an operator
    done: int  # of the policies in question, how many it confirmed or found confirmed


class Runs:
    """The runs that a ledger remembers; one process at a time runs, so they never overlap."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, list_digest: str, work: str) -> int:
        """Write down that a run begins; return its number."""
        last = sa.select(sa.func.coalesce(sa.func.max(AUDIT.c.seq), 0)).scalar_subquery()
        values = {
            "list_digest": list_digest,
            "work": work,
            "started": clock.utc_now(),
            "audit_seq": last,
        }
        begun = RUNS.insert().values(**values).returning(RUNS.c.number)
        with self._database.writing() as transaction:
            return int(transaction.execute(begun).scalar_one())

    def end(self, number: int, stopped: str) -> None:
        """Write down that this run has ended, and why if it was early."""
        ended = (
            RUNS.update()
            .where(RUNS.c.number == number)
            .values(ended=clock.utc_now(), stopped=stopped)
        )
        with self._database.writing() as transaction:
            transaction.execute(ended)

    def of(self, list_digest: str, references: Collection[str]) -> list[Run]:
        """Return the runs that confirmed these work items, and the last run of this list.

        A run of another list, or of all the ledger, may have confirmed what this list names.
        """
        confirmed = sa.select(AUDIT.c.seq).where(
            AUDIT.c.reference.in_(references),
            AUDIT.c.new.in_(FOLLOWED_UP),
            AUDIT.c.old.not_in(FOLLOWED_UP),
        )
        with self._database.reading() as connection:
            runs = connection.execute(sa.select(RUNS).order_by(RUNS.c.number)).all()
            seqs = connection.execute(confirmed).scalars().all()
        begins = [run.audit_seq for run in runs]
        done = Counter(bisect_left(begins, seq) - 1 for seq in seqs)  # its last begin before
        last = max((i for i, run in enumerate(runs) if run.list_digest == list_digest), default=-1)
        return [
            Run(run.work, run.started, run.ended, run.stopped, done[index])
            for index, run in enumerate(runs)
            if done[index] or index == last
        ]
