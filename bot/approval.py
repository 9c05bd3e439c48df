"""Approval: what was seen, who approved it, and the intent that alone may be pressed."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any, Self

from bot import declaration
from bot.errors import BusinessException
from bot.settings import Mandate
from bot.work_item import WorkItem
from pages.models import Contact, Declaration, Document, PolicyDetails


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that stood on the opened form, and the digest of every 单证."""

    origin: str
    fields: tuple[tuple[str, str], ...]
    declaration: Declaration
    documents: tuple[tuple[str, str], ...]  # name, SHA-256

    @classmethod
    def of(cls, origin: str, details: PolicyDetails, documents: Iterable[Document]) -> Self:
        """Take the snapshot of a form and its documents."""
        digests = tuple((document.name, document.sha256) for document in documents)
        return cls(origin, details.fields, details.declaration, digests)

    @classmethod
    def load(cls, stored: dict[str, Any]) -> Self:
        """Return the snapshot that `asdict` and JSON have stored."""
        return cls(
            origin=stored["origin"],
            fields=tuple((label, value) for label, value in stored["fields"]),
            declaration=Declaration(
                tuple(stored["declaration"]["clauses"]), stored["declaration"]["label"]
            ),
            documents=tuple((name, digest) for name, digest in stored["documents"]),
        )

    def digest(self, contact: Contact) -> str:
        """Return what an approval covers: this snapshot and the contact data to be typed."""
        covered = json.dumps([asdict(self), asdict(contact)], ensure_ascii=False, sort_keys=True)
        return sha256(covered.encode()).hexdigest()

    def differences(self, now: Self) -> str:
        """Return field by field what is different now; empty if nothing is."""
        before, after = self._by_name(), now._by_name()
        return "；".join(
            f"{name}：原为“{before.get(name, '')}”，现为“{after.get(name, '')}”"
            for name in before | after
            if before.get(name) != after.get(name)
        )

    def _by_name(self) -> dict[str, str]:
        wording = "".join(self.declaration.clauses) + self.declaration.label
        named = {f"单证 {name}": digest for name, digest in self.documents}
        return dict(self.fields) | named | {"门户": self.origin, "投保声明": wording}


@dataclass(frozen=True, slots=True)
class Approval:
    """Who approved which digest, on what ground, and when."""

    by: str
    ground: str
    digest: str
    at: str


@dataclass(frozen=True, slots=True)
class ApprovedIntent:
    """The one thing that may be pressed; only `intend` makes it."""

    application_no: str
    contact: Contact
    approval: Approval


def by_mandate(
    mandates: tuple[Mandate, ...], item: WorkItem, seen: Snapshot, today: date
) -> Approval | None:
    """Return the approval of the first mandate that covers this item as it was seen."""
    for mandate in mandates:
        if (
            item.uscc in mandate.enterprises
            and declaration.digest(seen.declaration) == mandate.declaration
            and seen.documents
            and {name for name, _ in seen.documents} <= set(mandate.documents)
            and today <= mandate.expires
        ):
            return Approval(
                by=mandate.signatory,
                ground="授权委托",
                digest=seen.digest(item.contact),
                at=datetime.now(UTC).isoformat(timespec="seconds"),
            )
    return None


def intend(
    item: WorkItem, granted: Approval, standing: Approval | None, seen: Snapshot, now: Snapshot
) -> ApprovedIntent:
    """Return the intent, if the approval that was granted still stands and nothing has changed.

    Raises:
        BusinessException: something differs from what was seen, or is not approved any more.
    """
    if different := seen.differences(now):
        raise BusinessException(
            "CHANGED",
            f"表单内容与批准时不同：{different}",
            "请核对差异，确认无误后重新运行，由审批人重新批准",
        )
    if not standing or not granted.digest == standing.digest == now.digest(item.contact):
        raise BusinessException(
            "NOT_APPROVED",
            "批准的不是这份内容，或授权委托已撤回、已过期",
            "请重新运行，由审批人重新批准",
        )
    return ApprovedIntent(item.application_no, item.contact, standing)
