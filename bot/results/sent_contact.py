"""Says where a list names other 联系方式 than the one that a policy was confirmed with."""

from collections.abc import Iterable
from dataclasses import asdict, replace

from bot.errors import Reason
from bot.ledger.entry import FORGOTTEN, Entry
from bot.ledger.states import CONTRADICTED, PRESSED, State
from bot.work_item import WorkItem, mask_contact
from pages.models import Contact

SENT = PRESSED | {State.CONFIRMED, State.UNDERWRITTEN, State.DECLINED}
"""The states in which the ledger's contact is the one that was pressed with."""
CORRECT_IT = "要用清单里的，请联系保险公司更正；以提交的为准时，请把清单改成提交的那样，再运行一次"


def compared(entries: Iterable[Entry], listed: Iterable[WorkItem]) -> list[Entry]:
    """Return the entries; one whose contact differs from the list's says so, masked, by its code.

    A row without 申请编号 stands for every policy of its enterprise that has no row of its own.
    """
    contacts = {item.policy: item.contact for item in listed}
    return [_compared(entry, _listed(entry.item, contacts)) for entry in entries]


def names_another_contact(entries: Iterable[Entry]) -> bool:
    """Tell whether a list names a contact that was never sent, beside one of these entries."""
    return any(entry.code == Reason.OTHER_CONTACT for entry in entries)


def _listed(item: WorkItem, contacts: dict[str, Contact]) -> Contact | None:
    whole_enterprise = replace(item, application_no="").policy
    return contacts.get(item.policy) or contacts.get(whole_enterprise)


def _compared(entry: Entry, listed: Contact | None) -> Entry:
    sent = entry.item.contact
    if entry.state not in SENT or listed is None or sent == listed:
        return entry
    if asdict(sent) == FORGOTTEN:
        told = "提交的联系方式已经清除，不能和清单比对"
        return replace(entry, explanation=f"{entry.explanation}；{told}")
    told = f"提交的联系方式和清单不同，清单里的从来没有提交过：{_differences(sent, listed)}"
    is_open = entry.state in PRESSED or entry.code in CONTRADICTED  # for a graver reason
    return replace(
        entry,
        code=entry.code if is_open else Reason.OTHER_CONTACT,
        explanation=f"{entry.explanation}；{told}",
        next_step=entry.next_step if is_open else CORRECT_IT,
    )


def _differences(sent: Contact, listed: Contact) -> str:
    """Name each field that differs; two masked values may look the same."""
    theirs, ours = mask_contact(sent), mask_contact(listed)
    values = zip(theirs, asdict(sent).values(), asdict(listed).values(), strict=True)
    return "，".join(
        f"{heading}提交的是“{theirs[heading]}”，清单里是“{ours[heading]}”"
        for heading, one, other in values
        if one != other
    )
