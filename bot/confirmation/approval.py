"""Approval: whether it still stands, and the intent that alone may be pressed."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot import declaration
from bot.clock import in_beijing, now_in_beijing
from bot.confirmation import approvers
from bot.errors import BusinessException, Reason
from bot.ledger.approval import MANDATE, PERSON, Approval
from bot.ledger.history import History
from bot.ledger.snapshot import Snapshot
from bot.parties import Mandate
from bot.settings import Settings
from bot.work_item import WorkItem
from pages.models import Contact, PolicyDetails


@dataclass(frozen=True, slots=True)
class ApprovedIntent:
    """The one thing that may be pressed; only `intend` makes it."""

    details: PolicyDetails
    contact: Contact
    approval: Approval


def by_mandate(
    given: tuple[Mandate, ...], item: WorkItem, seen: Snapshot, today: date
) -> Approval | None:
    """Return the approval of the first mandate that covers this item as it was seen."""
    for mandate in given:
        if (
            item.uscc in mandate.enterprises
            and declaration.digest(seen.declaration) == mandate.declaration
            and seen.documents
            and {name for name, _ in seen.documents} <= set(mandate.documents)
            and today <= mandate.expires
        ):
            return Approval.now(mandate.signatory, MANDATE, seen.digest(item.contact))
    return None


def standing(
    granted: Approval,
    settings: Settings,
    item: WorkItem,
    now: Snapshot,
    history: History,
    moment: datetime,
) -> Approval | None:
    """Return the approval as it stands at the press, by the settings of this run.

    A person's runs out, and may lack the signature that is asked for; a mandate may be gone.
    """
    if granted.ground == PERSON:
        since = datetime.fromisoformat(granted.at)
        until = since + timedelta(hours=settings.approval_hours)
        is_in_time = since <= moment <= until  # a clock set back lengthens nothing
        is_signed = approvers.still_counts(granted, settings, item, history, moment)
        return granted if is_in_time and (is_signed or not is_to_sign(settings, history)) else None
    return by_mandate(mandates(settings, history), item, now, moment.date())


def is_to_sign(settings: Settings, history: History) -> bool:
    """Tell whether an approval must be signed: here, or where the form was opened."""
    return settings.four_eyes or history.needs_signature


def mandates(settings: Settings, history: History) -> tuple[Mandate, ...]:
    """Return the mandates that count; where an approval must be signed, none does."""
    return () if is_to_sign(settings, history) else settings.mandates


def expect_contact(item: WorkItem) -> None:
    """See that there is something to type; contact data are erased by age, or at a wish."""
    if not item.contact.name:
        raise BusinessException(
            Reason.NO_CONTACT, "联系方式已从台账清除", "请在清单中填好联系方式，再运行这份清单"
        )


def unsettled_until(history: History, settings: Settings) -> datetime | None:
    """Return until when the portal may still be saving the last press; nothing if none was sent."""
    if not (at := history.sent_at):
        return None
    return datetime.fromisoformat(at) + timedelta(minutes=settings.quarantine_minutes)


def expect_settled(history: History, settings: Settings, moment: datetime) -> None:
    """See that nothing is pressed again while the portal may still be saving the last press.

    Raises:
        BusinessException: too little time has passed, even if the portal answered no.
    """
    until = unsettled_until(history, settings)
    if until and moment < until:
        said = f"{history.refusal}；" if history.refusal else ""
        raise unsettled(until, "再运行，那时才会再按", said)


def unsettled(until: datetime, then: str, said: str = "") -> BusinessException:
    """Return the exception for a press that may still be saved until then."""
    told = f"{said}门户可能还在保存上一次确认"
    return BusinessException(
        Reason.QUARANTINE, told, f"请在 {in_beijing(until)}（北京时间）以后{then}"
    )


def intend(
    item: WorkItem, granted: Approval, standing: Approval | None, seen: Snapshot, now: Snapshot
) -> ApprovedIntent:
    """Return the intent, if the approval that was granted still stands and nothing has changed.

    Raises:
        BusinessException: something differs from what was seen, or is not approved any more.
    """
    if different := seen.differences(now):
        raise BusinessException(
            Reason.CHANGED,
            f"表单内容与批准时不同：{different}",
            "请核对差异，确认无误后重新运行，由审批人重新批准",
        )
    if not standing or not granted.digest == standing.digest == now.digest(item.contact):
        raise _not_approved()
    return ApprovedIntent(now.details, item.contact, standing)


def expect_standing(
    granted: Approval, settings: Settings, item: WorkItem, seen: Snapshot, history: History
) -> None:
    """See right before the claim that the settings, read once more, still let it be approved.

    Raises:
        BusinessException: who has approved it may not any more.
    """
    if not standing(granted, settings.as_of_now(), item, seen, history, now_in_beijing()):
        raise _not_approved()


def _not_approved() -> BusinessException:
    return BusinessException(
        Reason.NOT_APPROVED,
        "批准的不是这份内容，或批准、授权委托已撤回、已过期",
        "请重新运行，由审批人重新批准",
    )
