"""联系人资料: where data of a person are, and how they are erased, by age or at a wish.

What was confirmed, when and by whom stays, and stays provable: seals name personal files by
their digests alone, and tell which of them were cleared.
"""

import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from bot.evidence.pack import Evidence
from bot.evidence.pack_file import is_personal
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
        moment = limit.isoformat(timespec="milliseconds")
        ended = (
            one for one in ledger.rounds() if one.state in DECIDED | FOLLOWED_UP | BEGUN_BY_A_LIST
        )
        old = [one for one in ended if one.changed_at < moment]
        for walk in (settings.store / canary.FOLDER).glob("*"):
            if walk.stat().st_mtime < limit.timestamp():  # its pictures may show a form
                shutil.rmtree(walk)
        return _erase(
            settings, ledger, evidence, old, lambda one: bool(one.list_digest) or one.is_answered
        )


def delete(settings: Settings, person: str) -> Erased:
    """Erase the data of one person; raises as `purge` says."""
    with _opened(settings) as (ledger, evidence):
        entries = ledger.rounds()
        sought = _sought(person, entries, evidence)
        theirs = [one for one in entries if _is_any(person, _contacts(one, evidence))]
        others = [one for one in entries if one not in theirs]
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
    entries: list[Entry],
    is_due: Callable[[BulkRequest], bool],
    also: Iterable[str] = (),
) -> Erased:
    """Erase the contacts of these entries; `also` names what else to look for in their packs."""
    known = [
        one.item.reference
        for one in entries
        if any(asdict(item.contact) != FORGOTTEN for item in one.items)
    ]
    due = [_personal({*details_of(_contacts(one, evidence)), *also}, one.item) for one in entries]
    ledger.forget(known, is_due, settings.operator)
    files = [_clear(ledger, evidence, *one) for one in zip(entries, due, strict=True)]
    return Erased(items=len(known), files=sum(files))


def _clear(ledger: Ledger, evidence: Evidence, entry: Entry, is_due: Callable[[Path], bool]) -> int:
    return evidence.clear(entry, ledger.history(entry.item.reference), is_due)


def _personal(details: Iterable[str], item: WorkItem) -> Callable[[Path], bool]:
    """Return what tells whether a file of this item's pack shows a person, by its kind or words."""
    names = _naming(details, item)
    return lambda file: is_personal(file.name) or names(file)


def _naming(details: Iterable[str], item: WorkItem) -> Callable[[Path], bool]:
    """Return what tells whether a file holds one of these details."""
    return lambda file: file.is_file() and holds(file.read_bytes(), details, item)


def _find(ledger: Ledger, evidence: Evidence, person: str) -> list[Held]:
    asked = [
        Held("", one.item.enterprise_name, "", one.explanation, (one.item.contact,), "")
        for one in ledger.requests(None)
        if _is(person, one.item.contact)
    ]
    entries = ledger.rounds()
    sought = _sought(person, entries, evidence)
    items = [_held(one, evidence, person, sought) for one in entries]
    return asked + [one for one in items if one.contacts or one.files]


def _held(entry: Entry, evidence: Evidence, person: str, sought: tuple[str, ...]) -> Held:
    """Return what one work item holds of a person; no contacts if they are somebody else's."""
    pack, contacts = evidence.pack(entry.item), _contacts(entry, evidence)
    names = _naming(sought, entry.item)
    files = sorted(pack.iterdir()) if sought and pack.is_dir() else []
    by_words = (one for one in files if not (is_personal(one.name) or is_seal(one)))
    return Held(
        entry.item.reference,
        entry.item.enterprise_name,
        entry.item.label,
        STATE_WORDS[entry.state],
        contacts if _is_any(person, contacts) else (),
        str(pack),
        tuple(one.name for one in by_words if names(one)),
    )


def _sought(person: str, entries: Iterable[Entry], evidence: Evidence) -> tuple[str, ...]:
    """Return what to look for in words: a number, an address, or the name of a known contact.

    Any other word may stand in every page, and nobody's data is meant by it.
    """
    is_known = any(_is_any(person, _contacts(one, evidence)) for one in entries)
    return (person.strip(),) if is_known or is_distinct(person) else ()


def _contacts(entry: Entry, evidence: Evidence) -> tuple[Contact, ...]:
    """Return everyone whom the ledger or the pack of an entry names, each once."""
    known = [item.contact for item in entry.items]
    return tuple(dict.fromkeys((*known, *evidence.contacts(entry.item))))


def _is_any(person: str, contacts: Iterable[Contact]) -> bool:
    return any(_is(person, one) for one in contacts)


def _is(person: str, contact: Contact) -> bool:
    details = (contact.name, contact.phone, contact.mobile, contact.email)
    return person.strip().casefold() in {detail.casefold() for detail in details if detail}
