"""The audit: each change of a state is one row, written in the transaction that makes it."""

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from bot import clock
from bot.ledger.approval import Approval
from bot.ledger.history import History
from bot.ledger.marker import AuditRow
from bot.ledger.schema import AUDIT, ITEMS
from bot.ledger.snapshot import Baseline, Snapshot
from bot.ledger.states import State


def move(
    transaction: sa.Connection,
    reference: str,
    old: State,
    new: State,
    by: str,
    noted: Mapping[str, Any] | None = None,
    **values: Any,
) -> bool:
    """Change a state by compare-and-set with an audit row; return whether it was `old`.

    The audit row tells the new values, and what is `noted` beside them.
    """
    story = {"code": "", "explanation": "", "next_step": ""} | values
    change = (
        ITEMS.update()
        .where(ITEMS.c.reference == reference, ITEMS.c.state == old)
        .values(state=new, changed_at=clock.utc_now(), **_plain(story))
    )
    if transaction.execute(change).rowcount != 1:
        return False
    told = {name: value for name, value in values.items() if name not in ("contact", "snapshot")}
    record(transaction, reference, old, new, by, _plain(told) | dict(noted or {}))
    return True


def record(
    transaction: sa.Connection, reference: str, old: str, new: str, by: str, detail: dict[str, Any]
) -> None:
    """Write the audit row of one change, in the transaction that makes the change."""
    transaction.execute(
        AUDIT.insert().values(
            at=clock.utc_now(),
            reference=reference,
            old=old,
            new=new,
            by=by,
            detail=json.dumps(detail, ensure_ascii=False),
        )
    )


def history(connection: sa.Connection, reference: str) -> History:
    """Return every change of state of one work item, in order."""
    return _history(connection, AUDIT.c.reference == reference)


def policy_history(connection: sa.Connection, policy: str) -> History:
    """Return every change of state of all rounds of one policy, in order."""
    return _history(connection, is_of_policy(AUDIT.c.reference, policy))


def is_of_policy(reference: sa.Column[str], policy: str) -> sa.ColumnElement[bool]:
    """Select the rounds of a policy by their reference; a later round is `policy|number`."""
    later = reference.between(f"{policy}|", f"{policy}|:")  # ":" follows "9"
    return sa.or_(reference == policy, later)


def presses(connection: sa.Connection) -> int:
    """Return how many presses all work items have claimed."""
    is_press = (AUDIT.c.new == State.PRESSING) & (AUDIT.c.old != State.PRESSING)
    query = sa.select(sa.func.count()).select_from(AUDIT).where(is_press)
    return int(connection.execute(query).scalar_one())


def last_row(connection: sa.Connection, upto: int | None = None) -> AuditRow | None:
    """Return the last row, or the last up to this number; None if there is none."""
    columns = [AUDIT.c[name] for name in AuditRow._fields]
    query = sa.select(*columns).order_by(AUDIT.c.seq.desc()).limit(1)
    if upto is not None:
        query = query.where(AUDIT.c.seq <= upto)
    row = connection.execute(query).first()
    return AuditRow(*row) if row else None


def unknown_references(connection: sa.Connection) -> list[str]:
    """Return the references of the audit whose work items are gone; a request has none."""
    known = sa.select(ITEMS.c.reference)
    is_gone = (AUDIT.c.reference != "") & AUDIT.c.reference.not_in(known)
    query = sa.select(AUDIT.c.reference).distinct().where(is_gone)
    return list(connection.execute(query.order_by(AUDIT.c.reference)).scalars())


def _history(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> History:
    columns = [column for column in AUDIT.c if column is not AUDIT.c.reference]
    query = sa.select(*columns).where(condition).order_by(AUDIT.c.seq)
    rows = [row._asdict() for row in connection.execute(query)]
    return History.load(row | {"detail": json.loads(row["detail"])} for row in rows)


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values as JSON types."""
    return {
        name: one.stored() if isinstance(one, Approval | Baseline | Snapshot) else one
        for name, one in values.items()
    }
