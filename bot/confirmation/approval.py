"""Approval: what was seen, who approved it, and the intent that alone may be pressed."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from bot import declaration
from bot.clock import in_beijing
from bot.errors import BusinessException, Reason
from bot.ledger.approval import MANDATE, PERSON, REJECTED, Approval
from bot.ledger.entry import Entry
from bot.ledger.history import History
from bot.ledger.ledger import Ledger
from bot.ledger.snapshot import Snapshot
from bot.ledger.states import State
from bot.parties import Mandate
from bot.settings import Settings
from bot.work_item import WorkItem
from pages.models import Contact, PolicyDetails

RETURNED_SAYS_A_PERSON = {
    "explanation": "审批人查明：保险公司已退回，企业已重新提交",
    "next_step": "运行 single-window run，门户列为“待确认”的就办新一轮",
}


@dataclass(frozen=True, slots=True)
class ApprovedIntent:
    """The one thing that may be pressed; only `intend` makes it."""

    details: PolicyDetails
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
                ground=MANDATE,
                digest=seen.digest(item.contact),
                at=_now(),
            )
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

    A person's runs out, and may be the maker's own; a mandate may be gone.
    """
    if granted.ground == PERSON:
        since = datetime.fromisoformat(granted.at)
        until = since + timedelta(hours=settings.approval_hours)
        is_in_time = since <= moment <= until  # a clock set back lengthens nothing
        is_theirs = settings.four_eyes and history.makers & {granted.by, granted.operator}
        return granted if is_in_time and not is_theirs else None
    return by_mandate(settings.mandates, item, now, moment.date())


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
        raise _unsettled(until, "再运行，那时才会再按", said)


def approve(ledger: Ledger, entry: Entry, by: str, settings: Settings) -> None:
    """Approve what was seen of an item that waits for it, for this person.

    Raises:
        BusinessException: the item does not wait, or the person may not approve it.
    """
    if settings.four_eyes:
        theirs = ledger.history(entry.item.reference).makers
        if same := theirs & {by, settings.operator}:
            raise BusinessException(
                Reason.FOUR_EYES,
                f"清单由“{'、'.join(sorted(same))}”交办，不能由同一人批准",
                "请由另一人用自己的系统账号批准",
            )
    decision, waits = _decision(entry, by, PERSON, settings), State.AWAITING_APPROVAL
    _decide(ledger, entry, waits, State.APPROVED, decision, {})


def reject(ledger: Ledger, entry: Entry, by: str, reason: str, settings: Settings) -> None:
    """Say no to an item that waits, or is approved and not pressed yet.

    No mandate overrules that for the same content.

    Raises:
        BusinessException: the item is not there any more.
    """
    told = {"explanation": f"{by}不同意：{reason}", "next_step": "请按意见改正清单后再运行"}
    decision = _decision(entry, by, REJECTED, settings)
    _decide(ledger, entry, entry.state, State.REFUSED, decision, told)


def release(ledger: Ledger, entry: Entry, by: str, settings: Settings, moment: datetime) -> None:
    """Let an item in doubt begin anew, for a person who has made sure that it is not confirmed.

    What was confirmed, and is shown as pending alone, counts as returned from then on.

    Raises:
        BusinessException: it was never seen pending after the press, or too little time has gone.
    """
    is_again = entry.code == Reason.PENDING_AGAIN
    seen_at = entry.changed_at if is_again else entry.seen_pending_at
    if not (is_again or entry.state is State.IN_DOUBT) or not seen_at:
        raise BusinessException(
            Reason.NOT_RELEASED,
            "按下之后还没有看到这张保单仍在“待确认”中",
            "请先运行 single-window run，由程序核验",
        )
    until = unsettled_until(ledger.history(entry.item.reference), settings)
    if until and moment < until:
        raise _unsettled(until, "核验一次，再作决定")
    if until and datetime.fromisoformat(seen_at) < until:
        raise BusinessException(
            Reason.NOT_RELEASED,
            "过了隔离期还没有再看过这张保单是否仍在“待确认”中",
            f"请先运行 single-window {'follow-up' if is_again else 'run'}，由程序核验",
        )
    told = RETURNED_SAYS_A_PERSON if is_again else {}
    new = State.RETURNED if is_again else State.READY
    if not ledger.move(entry.item.reference, entry.state, new, by, **told):
        raise _not_waiting()


def _decision(entry: Entry, by: str, ground: str, settings: Settings) -> Approval:
    return Approval(by, ground, entry.seen.digest(entry.item.contact), _now(), settings.operator)


def _decide(
    ledger: Ledger, entry: Entry, old: State, new: State, decision: Approval, told: dict[str, str]
) -> None:
    if not ledger.move(
        entry.item.reference,
        old,
        new,
        decision.by,
        approval=decision,
        **told,
    ):
        raise _not_waiting()


def _unsettled(until: datetime, then: str, said: str = "") -> BusinessException:
    told = f"{said}门户可能还在保存上一次确认"
    return BusinessException(
        Reason.QUARANTINE, told, f"请在 {in_beijing(until)}（北京时间）以后{then}"
    )


def _not_waiting() -> BusinessException:
    return BusinessException(
        Reason.NOT_WAITING, "这张保单不在等待决定", "请用 single-window status 查看它到了哪一步"
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


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
        raise BusinessException(
            Reason.NOT_APPROVED,
            "批准的不是这份内容，或批准、授权委托已撤回、已过期",
            "请重新运行，由审批人重新批准",
        )
    return ApprovedIntent(now.details, item.contact, standing)
