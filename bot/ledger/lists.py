"""清单文件: which file has brought which work items, and what it does not name any more."""

from pathlib import Path

import sqlalchemy as sa

from bot.ledger.schema import LISTS, ROWS


def remember(transaction: sa.Connection, list_digest: str, file: Path) -> None:
    """Note that this list is the newest version of its file."""
    newest = transaction.execute(sa.select(sa.func.max(LISTS.c.number))).scalar() or 0
    transaction.execute(LISTS.delete().where(LISTS.c.list_digest == list_digest))
    values = {"list_digest": list_digest, "file": str(file.resolve()), "number": newest + 1}
    transaction.execute(LISTS.insert().values(**values))


def dropped(connection: sa.Connection, file: Path) -> set[str]:
    """Return what versions of this file have named, and the newest version of no other file names.

    The caller may have read a version that is newer than all of these.
    """
    here, elsewhere = str(file.resolve()), {}
    digests = set()
    for one in connection.execute(sa.select(LISTS).order_by(LISTS.c.number)):
        if one.file == here:
            digests.add(one.list_digest)
        else:
            elsewhere[one.file] = one.list_digest
    return _named(connection, digests) - _named(connection, set(elsewhere.values()))


def _named(connection: sa.Connection, digests: set[str]) -> set[str]:
    query = sa.select(ROWS.c.reference).where(ROWS.c.list_digest.in_(digests))
    return set(connection.execute(query).scalars())
