"""Turns a row of a list into a work item, a request, or newer data of a known item."""

from typing import Any

import sqlalchemy as sa

from bot import clock
from bot.ledger import audit
from bot.ledger.entry import FORGOTTEN, data_of
from bot.ledger.schema import AUDIT, ITEMS, REQUESTS, ROWS
from bot.ledger.states import BEFORE_PRESS, BEGUN_BY_A_LIST, MAY_BE_RETURNED, State
from bot.persons import ROBOT
from bot.work_item import WorkItem


def take_in(transaction: sa.Connection, item: WorkItem, list_digest: str, by: str) -> None:
    """Take in one row of a list; a pressed item only stores it for the round that may follow."""
    _take_in(transaction, item, _last_round(transaction, item), list_digest, by)


def take_found(transaction: sa.Connection, item: WorkItem, list_digest: str, by: str) -> None:
    """Take in a policy that a request has found; what a person has withdrawn stays as it is."""
    known = _last_round(transaction, item)
    if known and known.state == State.WITHDRAWN:
        _note_row(transaction, item, known.reference, list_digest)
    else:
        _take_in(transaction, item, known, list_digest, by)


def _last_round(transaction: sa.Connection, item: WorkItem) -> sa.Row[Any] | None:
    query = sa.select(ITEMS).where(audit.is_of_policy(ITEMS.c.reference, item.policy))
    return transaction.execute(query.order_by(ITEMS.c.round.desc())).first()


def _take_in(
    transaction: sa.Connection,
    item: WorkItem,
    known: sa.Row[Any] | None,
    list_digest: str,
    by: str,
) -> None:
    data = data_of(item)
    if known and data["contact"] == FORGOTTEN:  # an erased contact must not replace the stored one
        data["contact"] = known.contact
    if known is None:
        insert(transaction, item, by)
    else:
        state = State(known.state)
        changed = [name for name, value in data.items() if getattr(known, name) != value]
        if state in BEGUN_BY_A_LIST or (state in BEFORE_PRESS and changed):
            noted = (
                {"changed": changed} if changed else None
            )  # names alone, as some data are personal
            audit.move(transaction, known.reference, state, State.READY, by, noted, **data)
        elif state in MAY_BE_RETURNED:
            # an erased contact is not stored again before it is needed
            is_wanted = bool(changed) and (state is State.RETURNED or known.contact != FORGOTTEN)
            brought = data | {"by": by} if is_wanted else None
            of_it = ITEMS.update().where(ITEMS.c.reference == known.reference)
            transaction.execute(of_it.values(brought=brought))
    reference = known.reference if known else item.reference
    _note_row(transaction, item, reference, list_digest)


def _note_row(transaction: sa.Connection, item: WorkItem, reference: str, list_digest: str) -> None:
    """Note which row of the list has brought this item."""
    row = {"list_digest": list_digest, "row": item.row, "reference": reference}
    if not transaction.execute(sa.select(ROWS).filter_by(**row)).first():
        transaction.execute(ROWS.insert().values(**row))


def take_request(transaction: sa.Connection, item: WorkItem, list_digest: str) -> None:
    """Take in a row that asks for all pending policies."""
    key = {"list_digest": list_digest, "row": item.row}
    known = transaction.execute(sa.select(REQUESTS).filter_by(**key)).first()
    if known is None:
        values = {"uscc": item.uscc, "data": data_of(item), "changed_at": clock.utc_now()}
        transaction.execute(REQUESTS.insert().values(**key, **values))
    elif known.data["contact"] == FORGOTTEN:
        transaction.execute(REQUESTS.update().filter_by(**key).values(data=data_of(item)))


def insert(transaction: sa.Connection, item: WorkItem, by: str) -> None:
    """Begin a round of a work item, for this maker."""
    values = {"reference": item.reference, "round": item.round, "state": State.READY}
    transaction.execute(
        ITEMS.insert().values(**values, changed_at=clock.utc_now(), **data_of(item))
    )
    audit.record(transaction, item.reference, "", State.READY, by, {})


def makers(transaction: sa.Connection, before: sa.Row[Any]) -> list[str]:
    """Return who took a round in, restarted it, reported its return, or brought newer data."""
    query = sa.select(AUDIT.c.by).where(
        AUDIT.c.reference == before.reference,
        AUDIT.c.new.in_((State.READY, State.RETURNED)),
        AUDIT.c.by != ROBOT,
    )
    names = list(transaction.execute(query.order_by(AUDIT.c.seq)).scalars())
    return names + ([before.brought["by"]] if before.brought else [])
