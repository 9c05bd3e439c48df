"""The work item that most tests are about, and how it gets to a state."""

from dataclasses import replace
from itertools import pairwise

from bot.ledger.ledger import Ledger
from bot.ledger.states import BEFORE_PRESS, MOVES, State
from bot.work_item import WorkItem
from pages.models import Contact
from tests.bot.lists import ORIGIN, uscc

ITEM = WorkItem(
    portal_origin=ORIGIN,
    uscc=uscc(1),
    enterprise_name="模拟出口企业0001有限公司",
    account="mock0001",
    application_no="XW1",
    contact=Contact("模拟联系人", "020-87654321", "13800138000", "contact@example.com"),
    expected_documents=(),
    row=2,
)
MAKER = "经办人"
OTHER_CONTACT = replace(ITEM, contact=replace(ITEM.contact, mobile="13900139000"))


def undone(migration: str) -> str:
    """Return the statement that takes a migration of the ledger back."""
    act, _, table, *others = migration.split()
    return (
        f"DROP TABLE {table}" if act == "CREATE" else f"ALTER TABLE {table} DROP COLUMN {others[2]}"
    )


def bring_to(ledger: Ledger, state: State, item: WorkItem = ITEM) -> None:
    """Move the item to this state, by the shortest way that there is."""
    ways = [[State.READY]]
    while ways[0][-1] != state:
        first = ways.pop(0)
        usual = MOVES[first[-1]] - ({State.IN_DOUBT} if first[-1] in BEFORE_PRESS else set())
        ways += [[*first, new] for new in sorted(usual) if new not in first]
    for old, new in pairwise(ways[0]):
        assert ledger.move(item.reference, old, new, "test")
