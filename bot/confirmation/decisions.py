"""What a person decides about a policy: approved, rejected, or released to be done again."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from bot.confirmation import approvers
from bot.confirmation.approval import expect_contact, is_to_sign, unsettled, unsettled_until
from bot.errors import BusinessException, Reason
from bot.evidence.slip import Act
from bot.ledger.approval import PERSON, REJECTED, RELEASED, Approval
from bot.ledger.entry import Entry
from bot.ledger.ledger import Ledger
from bot.ledger.states import State
from bot.settings import Settings

GROUNDS = {Act.APPROVE: PERSON, Act.RELEASE: RELEASED}
SIGN = "请由审批人用 single-window approve 加 --key 签字，或用 --ask 写一份，在别处用 sign 签字"
RETURNED_SAYS_A_PERSON = {
    "explanation": "审批人查明：保险公司已退回，企业已重新提交",
    "next_step": "运行 single-window run，门户列为“待确认”的就办新一轮",
}


def waiting(ledger: Ledger, to_release: bool, with_approved: bool) -> list[Entry]:
    """Return the items that wait for a person: to be approved, or to be released.

    An approval may be taken back until the press, so a rejection reaches approved items too.
    """
    if to_release:
        return [
            one
            for one in ledger.entries()
            if one.state is State.IN_DOUBT or one.code == Reason.PENDING_AGAIN
        ]
    states = {State.AWAITING_APPROVAL} | ({State.APPROVED} if with_approved else set())
    return [one for one in ledger.entries() if one.state in states]


def decide(
    ledger: Ledger, entries: Iterable[Entry], decision: Callable[[Entry], None]
) -> tuple[list[Entry], list[tuple[Entry, BusinessException]]]:
    """Decide about each item; return the decided items, and why the others were not decided."""
    decided, undecided = [], []
    for entry in entries:
        try:
            decision(entry)
        except BusinessException as error:
            undecided.append((entry, error))
        else:
            decided.append(ledger.entry(entry.item.reference))
    return decided, undecided


def by_reference(slips: Iterable[str], settings: Settings) -> dict[str, tuple[Act, str]]:
    """Return the newest slip, and what it allows, by the reference that it answers.

    Raises:
        BusinessException: one is signed by nobody of the register, or allows nothing known.
    """
    read = [(approvers.read_slip(one, settings)[1], one) for one in slips]
    in_order = sorted(read, key=lambda one: one[0].approved)
    return {facts.reference: (Act(facts.act), slip) for facts, slip in in_order}


def approve(ledger: Ledger, entry: Entry, by: str, settings: Settings, slip: str = "") -> None:
    """Approve what was seen of an item that waits for it, for this person or by a slip.

    Raises:
        BusinessException: the item does not wait, or the person may not approve it.
    """
    expect_contact(entry.item)
    decision = _allowed(ledger, entry, Act.APPROVE, by, settings, slip)
    _decide(ledger, entry, State.AWAITING_APPROVAL, State.APPROVED, decision, {})


def reject(ledger: Ledger, entry: Entry, by: str, reason: str, settings: Settings) -> None:
    """Say no to an item that waits, or is approved and not pressed yet.

    No mandate overrules that for the same content.

    Raises:
        BusinessException: the item is not there any more.
    """
    told = {"explanation": f"{by}不同意：{reason}", "next_step": "请按意见改正清单后再运行"}
    decision = Approval.now(by, REJECTED, entry.digest, settings.operator)
    _decide(ledger, entry, entry.state, State.REFUSED, decision, told)


def release(
    ledger: Ledger,
    entry: Entry,
    by: str,
    settings: Settings,
    moment: datetime,
    slip: str = "",
) -> None:
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
        raise unsettled(until, "核验一次，再作决定")
    if until and datetime.fromisoformat(seen_at) < until:
        raise BusinessException(
            Reason.NOT_RELEASED,
            "过了隔离期还没有再看过这张保单是否仍在“待确认”中",
            f"请先运行 single-window {'follow-up' if is_again else 'run'}，由程序核验",
        )
    decision = _allowed(ledger, entry, Act.RELEASE, by, settings, slip)
    told = RETURNED_SAYS_A_PERSON if is_again else {}
    new = State.RETURNED if is_again else State.READY
    _decide(ledger, entry, entry.state, new, decision, told)


def _allowed(
    ledger: Ledger, entry: Entry, act: Act, by: str, settings: Settings, slip: str
) -> Approval:
    """Return the decision, if it needs no signature or a slip makes it.

    Raises:
        BusinessException: it must be signed and is not, or the slip does not count.
    """
    ground = GROUNDS[act]
    if not slip:
        if is_to_sign(settings, ledger.history(entry.item.reference)):
            where = "设置了 four_eyes" if settings.four_eyes else "在设置了 four_eyes 的地方打开过"
            told = f"{where}，批准要由名册里的审批人签字"
            raise BusinessException(Reason.UNSIGNED, told, SIGN)
        return Approval.now(by, ground, entry.digest, settings.operator)
    approver, facts = approvers.read_slip(slip, settings)
    history = ledger.history(entry.item.reference)
    approvers.expect_counts(
        approver, facts, entry.item, entry.digest, act, settings, history, datetime.now(UTC)
    )
    approvers.expect_unused(facts, history)
    return Approval(approver.name, ground, facts.content, facts.approved, settings.operator, slip)


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


def _not_waiting() -> BusinessException:
    return BusinessException(
        Reason.NOT_WAITING, "这张保单不在等待决定", "请用 single-window status 查看它到了哪一步"
    )
