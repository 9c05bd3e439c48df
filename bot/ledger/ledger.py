"""台账: what the bot knows of every work item, for ever."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot import clock
from bot.errors import BusinessException, Reason
from bot.ledger import audit, lists
from bot.ledger.database import Database
from bot.ledger.entry import (
    FORGOTTEN,
    BulkRequest,
    Entry,
    brought_by,
    entry_of,
    item_of,
    request_of,
    without_contact,
)
from bot.ledger.history import History
from bot.ledger.intake import insert, makers, take_found, take_in, take_request
from bot.ledger.runs import Runs
from bot.ledger.schema import AUDIT, ITEMS, REQUESTS, ROWS, VERSION
from bot.ledger.states import MOVES, RESTARTABLE, State
from bot.work_item import WorkItem, policy_of

ACCEPTED = "accepted_declaration"  # in the audit: the digest of the wording


class Ledger:
    """The work items of one portal; each change of state is a compare-and-set with an audit row."""

    def __init__(self, file: Path, marker: Path) -> None:
        """Open the ledger; raises as `Database` says."""
        self._database = Database(file, marker)
        self.runs = Runs(self._database)

    def dispatch(
        self, items: Iterable[WorkItem], list_digest: str, by: str, file: Path | None = None
    ) -> None:
        """Take these items in for this operator; never change what was pressed before.

        Newer data of a pressed item are stored for the round that may follow. The file of the list
        is remembered, if it is named.
        """
        with self._database.deciding() as transaction:
            if file:
                lists.remember(transaction, list_digest, file)
            for item in items:
                if item.asks_for_all:
                    take_request(transaction, item, list_digest)
                else:
                    take_in(transaction, item, list_digest, by)

    def take_found(self, items: Iterable[WorkItem], list_digest: str, by: str) -> None:
        """Take in the policies that a request has found, as `dispatch` does what a list names.

        No list names them, so what a person has withdrawn stays withdrawn.
        """
        with self._database.deciding() as transaction:
            for item in items:
                take_found(transaction, item, list_digest, by)

    def ask(self, requests: Iterable[WorkItem]) -> None:
        """Take in requests that come without a list; they replace the earlier ones.

        The next run without a list works them off; a later run does not repeat an answered one.
        """
        with self._database.writing() as transaction:
            transaction.execute(REQUESTS.delete().where(REQUESTS.c.list_digest == ""))
            for item in requests:
                take_request(transaction, item, "")

    def try_to_write(self) -> None:
        """Write an unchanged value, to check that the ledger can be written.

        Raises:
            NotWritten: as `Database.writing` says.
        """
        with self._database.writing() as transaction:
            transaction.exec_driver_sql(f"PRAGMA user_version = {VERSION}")

    def restart(self, by: str) -> None:
        """Restart every item that ended without a press."""
        with self._database.deciding() as transaction:
            for state in RESTARTABLE:
                ended = sa.select(ITEMS.c.reference).where(ITEMS.c.state == state)
                for reference in transaction.execute(ended).scalars().all():
                    audit.move(transaction, reference, state, State.READY, by)

    def begin_round(self, reference: str, by: str) -> None:
        """Begin the next round of a returned item with its newest data; a second call does nothing.

        Every list that has brought the item goes on with the new round. Its makers are those of
        the round before, the person who brought the newest data, and `by`.

        Raises:
            ValueError: the insurer has not returned it.
        """
        with self._database.deciding() as transaction:
            query = sa.select(ITEMS).where(ITEMS.c.reference == reference)
            before = transaction.execute(query).one()
            if before.state != State.RETURNED:
                raise ValueError(f"{before.state} → {State.READY}")
            item = replace(brought_by(before) or item_of(before._asdict()), round=before.round + 1)
            known = sa.select(ITEMS.c.reference).where(ITEMS.c.reference == item.reference)
            if transaction.execute(known).first():
                return
            first, *others = dict.fromkeys([*makers(transaction, before), by])
            insert(transaction, item, first)
            for maker in others:
                audit.move(transaction, item.reference, State.READY, State.READY, maker)
            rows = ROWS.update().where(ROWS.c.reference == reference)
            transaction.execute(rows.values(reference=item.reference))

    def move(self, reference: str, old: State, new: State, by: str, **values: Any) -> bool:
        """Change the state by compare-and-set; return whether this call changed it.

        Raises:
            ValueError: there is no such move.
            BusinessException: it claims a press, and an earlier press of the policy is not settled.
        """
        if new not in MOVES[old]:
            raise ValueError(f"{old} → {new}")
        is_claim = new is State.PRESSING
        with self._database.deciding() as transaction:
            past = audit.policy_history(transaction, policy_of(reference)) if is_claim else None
            is_ours = audit.move(transaction, reference, old, new, by, **values)
            if is_ours and past and past.has_open_press:
                raise _pressed_before()  # which takes the move back
        return is_ours

    def entry(self, reference: str) -> Entry:
        """Return one work item.

        Raises:
            KeyError: the ledger does not have it.
        """
        found = self._select(ITEMS.c.reference == reference)
        if not found:
            raise KeyError(reference)
        return found[0]

    def entries(self, list_digest: str = "") -> list[Entry]:
        """Return the work items of a list, or all, by enterprise, account and number.

        Of each policy only the last round is returned.
        """
        if not list_digest:
            return _last_rounds(self.rounds())
        named = sa.select(ROWS.c.reference).where(ROWS.c.list_digest == list_digest)
        return self._select(ITEMS.c.reference.in_(named))

    def dropped(self, file: Path) -> set[str]:
        """Return the references that this list file has named, and no other list's newest version.

        The caller may have read a version that is newer than all of these.
        """
        with self._database.reading() as connection:
            return lists.dropped(connection, file)

    def numbers(self) -> set[str]:
        """Return the application number of every work item."""
        query = sa.select(ITEMS.c.application_no).distinct()
        with self._database.reading() as connection:
            return set(connection.execute(query).scalars())

    def rounds(self) -> list[Entry]:
        """Return every round of every work item."""
        return self._select(sa.true())

    def rounds_of(self, item: WorkItem) -> list[Entry]:
        """Return every round of one policy, in order."""
        of_it = audit.is_of_policy(ITEMS.c.reference, item.policy)
        return sorted(self._select(of_it), key=lambda entry: entry.item.round)

    def last_round(self, reference: str) -> str:
        """Return the reference of the last round of the same policy."""
        return self.rounds_of(self.entry(reference).item)[-1].item.reference

    def history(self, reference: str) -> History:
        """Return every change of state of this item, in order."""
        with self._database.reading() as connection:
            return audit.history(connection, reference)

    def policy_history(self, item: WorkItem) -> History:
        """Return every change of state of this policy in all of its rounds, in order."""
        with self._database.reading() as connection:
            return audit.policy_history(connection, item.policy)

    def forget(
        self, references: Iterable[str], is_due: Callable[[BulkRequest], bool], by: str
    ) -> None:
        """Erase the contact data of these items, and of the requests that are due."""
        with self._database.deciding() as transaction:
            for reference in references:
                of_item = ITEMS.c.reference == reference
                row = transaction.execute(sa.select(ITEMS).where(of_item)).one()
                transaction.execute(ITEMS.update().where(of_item).values(without_contact(row)))
                audit.record(
                    transaction, reference, row.state, row.state, by, {"contact": "已清除"}
                )
            for row in transaction.execute(sa.select(REQUESTS)).all():
                if is_due(request_of(row)):
                    here = {"list_digest": row.list_digest, "row": row.row}
                    data = row.data | {"contact": FORGOTTEN}
                    transaction.execute(REQUESTS.update().filter_by(**here).values(data=data))
                    audit.record(transaction, "", "", "", by, {"contact": "已清除"})
        with self._database.reading() as connection:  # the write-ahead log still has them
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def origins(self) -> set[str]:
        """Return the origins of the portals that its work items and requests belong to."""
        query = sa.select(ITEMS.c.portal_origin).distinct()
        with self._database.reading() as connection:
            known = set(connection.execute(query).scalars())
        return known | {one.item.portal_origin for one in self.requests(None)}

    def rows(self, list_digest: str) -> dict[int, list[str]]:
        """Return the references that each row of a list has brought."""
        query = sa.select(ROWS).where(ROWS.c.list_digest == list_digest)
        found: dict[int, list[str]] = {}
        with self._database.reading() as connection:
            for row in connection.execute(query.order_by(ROWS.c.row, ROWS.c.reference)):
                found.setdefault(row.row, []).append(row.reference)
        return found

    def requests(self, list_digest: str | None = "") -> list[BulkRequest]:
        """Return the requests of a list; with None, all requests.

        With an empty digest, return those that came without a list and that no run has answered.
        """
        query = sa.select(REQUESTS)
        if list_digest is not None:
            query = query.where(REQUESTS.c.list_digest == list_digest)
        with self._database.reading() as connection:
            found = [request_of(row) for row in connection.execute(query.order_by(REQUESTS.c.row))]
        return [one for one in found if list_digest != "" or not one.is_answered]

    def note(
        self, request: WorkItem, list_digest: str, explanation: str, next_step: str, code: str = ""
    ) -> None:
        """Store the outcome of a request; without a next step it is answered."""
        change = REQUESTS.update().where(
            REQUESTS.c.list_digest == list_digest, REQUESTS.c.row == request.row
        )
        with self._database.writing() as transaction:
            told = {"code": code, "explanation": explanation, "next_step": next_step}
            transaction.execute(change.values(**told, changed_at=clock.utc_now()))

    def accept_declaration(self, references: Iterable[str], digest: str, by: str) -> None:
        """Note that a person has accepted this wording of 投保声明 for these items' enterprises."""
        told = {"next_step": f"{by}已接受新的投保声明：再运行就接着办"}
        with self._database.deciding() as transaction:
            for reference in references:
                of_item = ITEMS.c.reference == reference
                state = transaction.execute(sa.select(ITEMS.c.state).where(of_item)).scalar_one()
                transaction.execute(ITEMS.update().where(of_item).values(told))
                audit.record(transaction, reference, state, state, by, {ACCEPTED: digest})

    def has_accepted(self, uscc: str, digest: str) -> bool:
        """Tell whether an enterprise has accepted the wording of 投保声明 with this digest."""
        query = (
            sa.select(AUDIT.c.detail)
            .join(ITEMS, ITEMS.c.reference == AUDIT.c.reference)
            .where(ITEMS.c.uscc == uscc, AUDIT.c.old == AUDIT.c.new)
        )
        with self._database.reading() as connection:
            details = map(json.loads, connection.execute(query).scalars())
            return any(one.get(ACCEPTED) == digest for one in details)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def latest(self) -> str:
        """Return the time of the latest audit row; empty if there is none."""
        query = sa.select(sa.func.max(AUDIT.c.at))
        with self._database.reading() as connection:
            return connection.execute(query).scalar() or ""

    def _select(self, condition: sa.ColumnElement[bool]) -> list[Entry]:
        query = (
            sa.select(ITEMS)
            .where(condition)
            .order_by(ITEMS.c.uscc, ITEMS.c.account, ITEMS.c.application_no, ITEMS.c.round)
        )
        with self._database.reading() as connection:
            return [entry_of(row) for row in connection.execute(query)]


def _pressed_before() -> BusinessException:
    told = "台账的历史里有一次按下，结果没有查明；没有再按"
    next_step = "请勿手工重复确认；再运行一次，由程序核验那一次"
    return BusinessException(Reason.PRESS_FOUND, told, next_step)


def _last_rounds(entries: list[Entry]) -> list[Entry]:
    in_order = sorted(entries, key=lambda one: one.item.round)
    last = {one.item.policy: one for one in in_order}
    return [one for one in entries if last[one.item.policy] is one]
