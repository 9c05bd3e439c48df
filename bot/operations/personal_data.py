"""联系人资料: where data of a person are, and how they are erased, by age or at a wish.

What was confirmed, when and by whom stays, and stays provable: seals name personal files by
their digests alone, and tell which of them were cleared.
"""

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from bot.clock import utc
from bot.evidence.pack import Evidence
from bot.evidence.pack_file import is_document, is_personal
from bot.evidence.seal import is_seal
from bot.evidence.sealing import sealed
from bot.ledger.entry import FORGOTTEN, BulkRequest, Entry
from bot.ledger.ledger import Ledger
from bot.ledger.lock import only_worker
from bot.ledger.opening import existing_ledger, expect_ledger, opened_ledger
from bot.ledger.states import BEGUN_BY_A_LIST, DECIDED, FOLLOWED_UP, STATE_WORDS
from bot.operations import canary
from bot.private_files import write_private
from bot.settings import Settings
from bot.traces import details_of, holds, is_distinct
from bot.work_item import WorkItem
from pages.models import Contact


@dataclass(frozen=True, slots=True)
class Held:
    """One place where data of a person are held: a work item, or a row that asks for several."""

    reference: str  # empty for such a row
    enterprise_name: str
    application_no: str
    state: str
    contacts: tuple[Contact, ...]
    pack: str
    files: tuple[str, ...] = ()  # of the pack: in words of the portal they name the person


@dataclass(frozen=True, slots=True)
class Erased:
    """How much was erased."""

    items: int
    files: int


@dataclass(frozen=True, slots=True)
class _Known:
    """A work item with everyone whom the ledger or its pack names, each once."""

    entry: Entry
    contacts: tuple[Contact, ...]

    def names(self, person: str) -> bool:
        """Tell whether one of them is this person."""
        return any(_is(person, one) for one in self.contacts)


def purge(settings: Settings, limit: datetime) -> Erased:
    """Erase contact data and pictures of what has ended and has not changed since then.

    What is still to be confirmed needs its contact data, and so does a request that no list brings
    again and no run has answered. What the canary has left since before then goes too.

    Raises:
        NotFit: the ledger is not to be had, or another process works on it.
        EvidenceNotKept: the disk did not take a seal; what it would have told is not erased.
    """
    if not settings.store.exists():  # where there is one, a canary without a ledger may have been
        expect_ledger(settings)
    with _opened(settings) as (ledger, evidence):
        moment = utc(limit)
        ended = (
            one for one in ledger.rounds() if one.state in DECIDED | FOLLOWED_UP | BEGUN_BY_A_LIST
        )
        old = [one for one in ended if one.changed_at < moment]
        for walk in (settings.store / canary.FOLDER).glob("*"):
            if walk.stat().st_mtime < limit.timestamp():  # its pictures may show a form
                shutil.rmtree(walk)
        return _erase(
            settings,
            ledger,
            evidence,
            _known(old, evidence),
            lambda one: bool(one.list_digest) or one.is_answered,
        )


def delete(settings: Settings, person: str) -> Erased:
    """Erase the data of one person; raises as `purge` says."""
    with _opened(settings) as (ledger, evidence):
        known = _known(ledger.rounds(), evidence)
        sought = _sought(person, known)
        theirs = [one for one in known if one.names(person)]
        others = [one.entry for one in known if not one.names(person)]
        erased = _erase(
            settings, ledger, evidence, theirs, lambda one: _is(person, one.item.contact), sought
        )
        files = [_clear(ledger, evidence, one, _naming(sought, one.item)) for one in others]
        return replace(erased, files=erased.files + sum(files))


def find(settings: Settings, person: str) -> list[Held]:
    """Return where data of a person are, known by name, telephone, mobile or e-mail."""
    with existing_ledger(settings) as ledger:
        return _find(ledger, Evidence(settings.evidence), person)


def export(settings: Settings, person: str, to: Path) -> list[Held]:
    """Write all that is held of a person to a file, if anything is; return where it was found."""
    held = find(settings, person)
    if held:
        text = json.dumps([asdict(one) for one in held], ensure_ascii=False, indent=2)
        write_private(to, text.encode())
    return held


@contextmanager
def _opened(settings: Settings) -> Iterator[tuple[Ledger, Evidence]]:
    with (
        only_worker(settings),
        opened_ledger(settings) as ledger,
        sealed(settings, ledger) as evidence,
    ):
        yield ledger, evidence


def _erase(
    settings: Settings,
    ledger: Ledger,
    evidence: Evidence,
    known: Sequence[_Known],
    is_due: Callable[[BulkRequest], bool],
    also: Iterable[str] = (),
) -> Erased:
    """Erase the contacts of these items; `also` names what else to look for in their packs."""
    references = [
        one.entry.item.reference
        for one in known
        if any(asdict(item.contact) != FORGOTTEN for item in one.entry.items)
    ]
    ledger.forget(references, is_due, settings.operator)
    files = [
        _clear(
            ledger,
            evidence,
            one.entry,
            _personal({*details_of(one.contacts), *also}, one.entry.item),
        )
        for one in known
    ]
    return Erased(items=len(references), files=sum(files))


def _clear(ledger: Ledger, evidence: Evidence, entry: Entry, is_due: Callable[[Path], bool]) -> int:
    return evidence.clear(entry, ledger.history(entry.item.reference), is_due)


def _personal(details: Iterable[str], item: WorkItem) -> Callable[[Path], bool]:
    """Return what tells whether a file of this item's pack shows a person, by its kind or words."""
    names = _naming(details, item)
    return lambda file: is_personal(file.name) or names(file)


def _naming(details: Iterable[str], item: WorkItem) -> Callable[[Path], bool]:
    """Return what tells whether a file holds one of these details; of a 单证 nobody asks that."""
    return lambda file: (
        not is_document(file.name) and file.is_file() and holds(file.read_bytes(), details, item)
    )


def _find(ledger: Ledger, evidence: Evidence, person: str) -> list[Held]:
    asked = [
        Held("", one.item.enterprise_name, "", one.explanation, (one.item.contact,), "")
        for one in ledger.requests(None)
        if _is(person, one.item.contact)
    ]
    known = _known(ledger.rounds(), evidence)
    sought = _sought(person, known)
    items = [_held(one, evidence, person, sought) for one in known]
    return asked + [one for one in items if one.contacts or one.files]


def _held(known: _Known, evidence: Evidence, person: str, sought: tuple[str, ...]) -> Held:
    """Return what one work item holds of a person; no contacts if they are somebody else's."""
    entry = known.entry
    pack = evidence.pack(entry.item)
    names = _naming(sought, entry.item)
    files = sorted(pack.iterdir()) if sought and pack.is_dir() else []
    by_words = (one for one in files if not (is_personal(one.name) or is_seal(one)))
    return Held(
        entry.item.reference,
        entry.item.enterprise_name,
        entry.item.label,
        STATE_WORDS[entry.state],
        known.contacts if known.names(person) else (),
        str(pack),
        tuple(one.name for one in by_words if names(one)),
    )


def _sought(person: str, known: Iterable[_Known]) -> tuple[str, ...]:
    """Return what to look for in words: a number, an address, or the name of a known contact.

    Any other word may stand in every page, and nobody's data is meant by it.
    """
    is_known = any(one.names(person) for one in known)
    return (person.strip(),) if is_known or is_distinct(person) else ()


def _known(entries: Iterable[Entry], evidence: Evidence) -> list[_Known]:
    """Return each work item with its people; every pack is read once for that."""
    return [_Known(one, _contacts(one, evidence)) for one in entries]


def _contacts(entry: Entry, evidence: Evidence) -> tuple[Contact, ...]:
    listed = [item.contact for item in entry.items]
    return tuple(dict.fromkeys((*listed, *evidence.contacts(entry.item))))


def _is(person: str, contact: Contact) -> bool:
    details = (contact.name, contact.phone, contact.mobile, contact.email)
    return person.strip().casefold() in {detail.casefold() for detail in details if detail}
