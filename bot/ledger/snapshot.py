"""What was seen at the portal before a press, as the ledger keeps it."""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from hashlib import sha256
from typing import Any, Self

from pages.models import (
    Contact,
    Declaration,
    Document,
    PolicyDetails,
    PolicyRecord,
    PolicyStatus,
)


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
        """Return the snapshot that was `stored`."""
        return cls(
            origin=stored["origin"],
            fields=tuple((label, value) for label, value in stored["fields"]),
            declaration=Declaration(
                tuple(stored["declaration"]["clauses"]), stored["declaration"]["label"]
            ),
            documents=tuple((name, digest) for name, digest in stored["documents"]),
        )

    def stored(self) -> dict[str, Any]:
        """Return it as a JSON object."""
        return asdict(self)

    @property
    def details(self) -> PolicyDetails:
        """What the form showed."""
        names = tuple(name for name, _ in self.documents)
        return PolicyDetails(self.fields, names, self.declaration)

    def digest(self, contact: Contact) -> str:
        """Return what an approval covers: this snapshot and the contact data to be typed."""
        covered = json.dumps([asdict(self), asdict(contact)], ensure_ascii=False, sort_keys=True)
        return sha256(covered.encode()).hexdigest()

    def differences(self, now: Self) -> str:
        """Return the differences field by field; empty if there are none."""
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
class Baseline:
    """The look before a press: the records of this policy, and the portal's clock."""

    records: tuple[PolicyRecord, ...]
    portal_ahead: timedelta | None = None  # of this machine's clock; None if unknown

    def with_words(self, change: Callable[[str], str]) -> Self:
        """Return this look with the insurer's words changed; no later look compares them."""
        records = (replace(one, opinion=change(one.opinion)) for one in self.records)
        return replace(self, records=tuple(records))

    def stored(self) -> dict[str, Any]:
        """Return it as a JSON object."""
        ahead = self.portal_ahead
        return {
            "records": [as_facts(one) for one in self.records],
            "portal_ahead_seconds": ahead.total_seconds() if ahead is not None else None,
        }

    @classmethod
    def load(cls, stored: dict[str, Any]) -> Self:
        """Return the look that was `stored`."""
        seconds = stored["portal_ahead_seconds"]
        records = (one | {"status": PolicyStatus(one["status"])} for one in stored["records"])
        ahead = None if seconds is None else timedelta(seconds=seconds)
        return cls(tuple(PolicyRecord(**one) for one in records), ahead)


def as_facts(record: PolicyRecord) -> dict[str, Any]:
    """Return a record as a JSON object."""
    return asdict(record) | {"status": record.status.value}
