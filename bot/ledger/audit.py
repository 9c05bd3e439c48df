"""The audit: each change of a state is one row, written in the transaction that makes it."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from bot.ledger.approval import Approval
from bot.ledger.history import History
from bot.ledger.schema import AUDIT, ITEMS
from bot.ledger.snapshot import Baseline, Snapshot
from bot.ledger.states import State


def move(
    transaction: sa.Connection, reference: str, old: State, new: State, by: str, **values: Any
) -> bool:
    """Change a state by compare-and-set with an audit row; return whether it was `old`."""
    story = {"code": "", "explanation": "", "next_step": ""} | values
    change = (
        ITEMS.update()
        .where(ITEMS.c.reference == reference, ITEMS.c.state == old)
        .values(state=new, changed_at=now(), **_plain(story))
    )
    if transaction.execute(change).rowcount != 1:
        return False
    told = {name: value for name, value in values.items() if name not in ("contact", "snapshot")}
    record(transaction, reference, old, new, by, _plain(told))
    return True


def record(
    transaction: sa.Connection, reference: str, old: str, new: str, by: str, detail: dict[str, Any]
) -> None:
    """Write the audit row of one change, in the transaction that makes the change."""
    transaction.execute(
        AUDIT.insert().values(
            at=now(),
            reference=reference,
            old=old,
            new=new,
            by=by,
            detail=json.dumps(detail, ensure_ascii=False),
        )
    )


def history(connection: sa.Connection, reference: str) -> History:
    """Return every change of state of one work item, in order."""
    columns = [column for column in AUDIT.c if column is not AUDIT.c.reference]
    query = sa.select(*columns).where(AUDIT.c.reference == reference).order_by(AUDIT.c.seq)
    rows = [row._asdict() for row in connection.execute(query)]
    return History.load(row | {"detail": json.loads(row["detail"])} for row in rows)


def presses(connection: sa.Connection) -> int:
    """Return how many presses all work items have claimed."""
    is_press = (AUDIT.c.new == State.PRESSING) & (AUDIT.c.old != State.PRESSING)
    query = sa.select(sa.func.count()).select_from(AUDIT).where(is_press)
    return int(connection.execute(query).scalar_one())


def now() -> str:
    """Return the current time as the ledger stores it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values as JSON types."""
    return {
        name: one.stored() if isinstance(one, Approval | Baseline | Snapshot) else one
        for name, one in values.items()
    }
