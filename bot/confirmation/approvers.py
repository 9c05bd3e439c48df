"""审批人名册: who may sign for what, and whether a slip counts for a work item."""

from base64 import b64decode
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from bot.clock import in_beijing
from bot.errors import BusinessException, Reason
from bot.evidence.slip import Act, Slip, SlipFacts, SlipUnfit, key_digest
from bot.ledger.approval import Approval
from bot.ledger.history import History
from bot.parties import Approver
from bot.persons import plain
from bot.settings import Settings
from bot.work_item import WorkItem

ASK_ANEW = "请用 single-window approve --ask 另写一份，由审批人重新签字"


def key_of(approver: Approver) -> Ed25519PublicKey:
    """Return the key that verifies what this approver signs."""
    return Ed25519PublicKey.from_public_bytes(b64decode(approver.key))


def expect_registered(key: Ed25519PrivateKey, settings: Settings) -> None:
    """See that the register has this key.

    Raises:
        BusinessException: it has not.
    """
    if key_digest(key.public_key()) not in {key_digest(key_of(one)) for one in settings.approvers}:
        told = "这把密钥不在审批人名册里"
        raise BusinessException(Reason.UNSIGNED, told, "请管理设置的人把公钥登记到 [[approvers]]")


def read_slip(stored: str, settings: Settings) -> tuple[Approver, SlipFacts]:
    """Return who of the register has signed a slip, and what it says.

    Raises:
        BusinessException: nobody of the register has signed it.
    """
    try:
        slip = Slip.load(stored)
        facts = slip.facts_by(key_of(one) for one in settings.approvers)
    except SlipUnfit as error:
        raise _unfit(str(error)) from error
    for approver in settings.approvers:
        if key_digest(key_of(approver)) == facts.key and approver.name == facts.approver:
            return approver, facts
    raise _unfit(f"批准单写的是“{facts.approver}”，签字的密钥是另一个人的")


def expect_counts(
    approver: Approver,
    facts: SlipFacts,
    item: WorkItem,
    digest: str,
    act: Act,
    settings: Settings,
    history: History,
    moment: datetime,
) -> None:
    """See that a slip counts for this item, as it was seen, at this moment.

    Raises:
        BusinessException: the slip is for something else, has run out, or its signer may not.
    """
    if facts.act != act:
        raise _unfit("批准单准许的是另一件事")
    if facts.portal != settings.origin:
        raise _unfit(f"批准单是给另一个门户 {facts.portal} 的")
    if facts.reference != item.reference:
        raise _unfit("批准单是给另一张保单，或另一轮的")
    if facts.content != digest:
        raise _unfit("内容和签字的时候不同")
    _expect_in_time(facts, settings, moment)
    _expect_may(approver, item, act, history)


def _expect_in_time(facts: SlipFacts, settings: Settings, moment: datetime) -> None:
    """See that a slip has begun and has not run out, by its own limit and by the settings'.

    Raises:
        BusinessException: it has not begun, or it has run out.
    """
    try:
        since, until = (datetime.fromisoformat(one) for one in (facts.approved, facts.expires))
        until = min(until, since + timedelta(hours=settings.approval_hours))
        is_early, is_late = moment < since, moment > until
    except (ValueError, TypeError, OverflowError) as error:
        raise _unfit("批准单的时间读不懂") from error
    if is_early:
        told = f"批准单从北京时间 {in_beijing(since)} 起才有效"
        raise BusinessException(Reason.SLIP, told, "请核对两台电脑的时钟，稍后再交")
    if is_late:
        raise _unfit(f"批准单到北京时间 {in_beijing(until)} 为止，已经过期")


def _expect_may(approver: Approver, item: WorkItem, act: Act, history: History) -> None:
    """See that this approver may decide about this item.

    Raises:
        BusinessException: the register gives somebody else the say, or he took the list in.
    """
    if not approver.answers_for(item.uscc):
        told = f"名册里“{approver.name}”不管{item.enterprise_name}"
        raise BusinessException(Reason.UNSIGNED, told, "请由管这家企业的审批人签字")
    if act is Act.RELEASE and approver.role != "signatory":
        told = f"名册里“{approver.name}”是复核人，不能准许重新办理"
        raise BusinessException(Reason.UNSIGNED, told, "请由 role 是 signatory 的审批人签字")
    theirs = {plain(one) for one in (approver.name, approver.account) if one}
    if same := [one for one in sorted(history.makers) if plain(one) in theirs]:
        raise BusinessException(
            Reason.FOUR_EYES,
            f"清单由“{'、'.join(same)}”交办，不能由同一人批准",
            "请由另一位审批人签字",
        )


def expect_unused(facts: SlipFacts, history: History) -> None:
    """See that no earlier decision about the item was made by this slip.

    Raises:
        BusinessException: it was used.
    """
    for move in history:
        if (said := move.decision) and said.slip and _nonce(said) == facts.nonce:
            raise _unfit("批准单已经用过")


def still_counts(
    granted: Approval, settings: Settings, item: WorkItem, history: History, moment: datetime
) -> bool:
    """Tell whether the slip of an approval that was given counts for the press, too."""
    if not granted.slip:
        return False
    try:
        approver, facts = read_slip(granted.slip, settings)
        expect_counts(approver, facts, item, granted.digest, Act.APPROVE, settings, history, moment)
    except BusinessException:
        return False
    return True


def _nonce(said: Approval) -> str:
    try:
        return SlipFacts.parse(Slip.load(said.slip).signed).nonce
    except SlipUnfit:  # an older or later program's
        return ""


def _unfit(told: str) -> BusinessException:
    return BusinessException(Reason.SLIP, told, ASK_ANEW)
