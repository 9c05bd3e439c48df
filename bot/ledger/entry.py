"""Work items and requests as the ledger has them, and as its tables keep them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from bot.ledger.approval import Approval
from bot.ledger.snapshot import Baseline, Snapshot
from bot.ledger.states import USUAL_STEPS, State
from bot.traces import mask_facts
from bot.work_item import WorkItem
from pages.models import Contact

FORGOTTEN = asdict(Contact("", "", "", ""))


@dataclass(frozen=True, slots=True)
class BulkRequest:
    """A row without 申请编号: it asks for all pending policies of its enterprise."""

    item: WorkItem
    code: str
    explanation: str
    next_step: str
    list_digest: str  # empty if it came without a list
    changed_at: str  # UTC; empty if an earlier version of the program wrote it

    @property
    def is_answered(self) -> bool:
        """Whether a run has expanded it."""
        return bool(self.explanation) and not self.next_step


@dataclass(frozen=True, slots=True)
class Entry:
    """One work item as the ledger has it."""

    item: WorkItem
    state: State
    code: str
    explanation: str
    next_step: str
    snapshot: Snapshot | None
    approval: Approval | None
    confirmed_at: str
    seen_pending_at: str  # in 待确认, after the press
    baseline: Baseline | None  # what was known before the press; old presses have none
    changed_at: str
    brought: WorkItem | None = None  # newer list data, for a round that may follow

    @property
    def items(self) -> tuple[WorkItem, ...]:
        """Its data for this round and, if a list has newer ones, for the round that may follow."""
        return (self.item, self.brought) if self.brought else (self.item,)

    @property
    def seen(self) -> Snapshot:
        """The snapshot of an item that has been inspected.

        Raises:
            LookupError: it was never inspected.
        """
        if not self.snapshot:
            raise LookupError(f"{self.item.reference} was never inspected")
        return self.snapshot

    @property
    def digest(self) -> str:
        """The digest of what a decision about it covers; it need not have been opened here."""
        return digest_of(self.item, self.snapshot)

    @property
    def granted(self) -> Approval:
        """The approval of an item that has been approved.

        Raises:
            LookupError: it was never approved.
        """
        if not self.approval:
            raise LookupError(f"{self.item.reference} was never approved")
        return self.approval


def digest_of(item: WorkItem, seen: Snapshot | None) -> str:
    """Return the digest of what a decision about this item covers, opened here or not."""
    if seen:
        return seen.digest(item.contact)
    return sha256(f"{item.reference}\0never opened".encode()).hexdigest()


def data_of(item: WorkItem) -> dict[str, Any]:
    """Return the list data of a work item as the tables store them."""
    return {
        "portal_origin": item.portal_origin,
        "uscc": item.uscc,
        "enterprise_name": item.enterprise_name,
        "account": item.account,
        "application_no": item.application_no,
        "contact": asdict(item.contact),
        "expected_documents": list(item.expected_documents),
    }


def item_of(data: Mapping[str, Any], row: int = 0) -> WorkItem:
    """Return the work item of these stored data."""
    return WorkItem(
        portal_origin=data["portal_origin"],
        uscc=data["uscc"],
        enterprise_name=data["enterprise_name"],
        account=data["account"],
        application_no=data["application_no"],
        contact=Contact(**data["contact"]),
        expected_documents=tuple(data["expected_documents"]),
        row=row,
        round=data.get("round", 1),
    )


def brought_by(row: sa.Row[Any]) -> WorkItem | None:
    """Return the work item with the newer list data, if a list has brought any."""
    return replace(item_of(row.brought), round=row.round) if row.brought else None


def request_of(row: sa.Row[Any]) -> BulkRequest:
    """Return the request of a row of its table."""
    item = item_of(row.data, row.row)
    told = (row.code, row.explanation, row.next_step)
    return BulkRequest(item, *told, row.list_digest, row.changed_at)


def without_contact(row: sa.Row[Any]) -> dict[str, Any]:
    """Return what changes in a row when its contact is erased; a list may bring it again.

    What the portal has repeated of it on its form or in its words is masked.
    """
    changed: dict[str, Any] = {"contact": FORGOTTEN, "brought": None}
    words = {"snapshot": row.snapshot, "explanation": row.explanation, "next_step": row.next_step}
    for item in entry_of(row).items:
        words = mask_facts(words, item)
    return changed | words


def entry_of(row: sa.Row[Any]) -> Entry:
    """Return the entry of a row of its table."""
    return Entry(
        item=item_of(row._asdict()),
        state=State(row.state),
        code=row.code,
        explanation=row.explanation,
        next_step=row.next_step or USUAL_STEPS.get(State(row.state), ""),
        snapshot=Snapshot.load(row.snapshot) if row.snapshot else None,
        approval=Approval(**row.approval) if row.approval else None,
        confirmed_at=row.confirmed_at,
        seen_pending_at=row.seen_pending_at,
        baseline=Baseline.load(row.baseline) if row.baseline else None,
        changed_at=row.changed_at,
        brought=brought_by(row),
    )
