"""查询审批: what the insurer has decided, and whether it has sent a policy back (guide-2.7)."""

from bot.confirmation import positive_look
from bot.confirmation.moving import ASK_PORTAL, BOTH, WAIT_FOR_INSURER, Acts, warn
from bot.errors import BusinessException, Reason
from bot.ledger.entry import Entry
from bot.ledger.states import DECIDED, State
from bot.portal.session import Session
from bot.work_item import WorkItem
from pages.models import PolicyRecord, PolicyStatus

RETURNED_NOW = "请按审批意见修改；重新提交、门户又列为“待确认”以后，再运行一次就办新一轮"
ASK_FOR_A_ROUND = (
    "请登录门户查明；确是退回后重新提交的，由审批人用 single-window approve --again 准许办新一轮"
)
DECISIONS = {
    PolicyStatus.UNDERWRITTEN: State.UNDERWRITTEN,
    PolicyStatus.RETURNED: State.RETURNED,
    PolicyStatus.DECLINED: State.DECLINED,
}
AFTER_DECISION = {
    State.UNDERWRITTEN: "",
    State.RETURNED: RETURNED_NOW,
    State.DECLINED: "请按审批意见联系保险公司",
}


class FollowingUp(Acts):
    """Looks at what was confirmed."""

    def look_up(self, entry: Entry) -> None:
        """See in 保单查询 what the insurer has decided."""
        record = self._sessions.do(entry.item, lambda session: self._decided(session, entry))
        if record is None:
            raise self._vanished(entry.item)
        if decided := DECISIONS.get(record.status):
            policy = f"，保单号 {record.policy_no}" if record.policy_no else ""
            effective = f"，{record.effective_on} 起生效" if record.effective_on else ""
            opinion = f"：{record.opinion}" if record.opinion else ""
            told = f"保险公司已审批，{record.status.value}{policy}{effective}{opinion}"
            self._move(entry, decided, explanation=told, next_step=AFTER_DECISION[decided])
        elif entry.code not in ("", Reason.EVIDENCE_MISSING):  # an earlier look had failed
            told = f"门户显示“{record.status.value}”"
            self._move(entry, entry.state, explanation=told, next_step=WAIT_FOR_INSURER)

    def _vanished(self, item: WorkItem) -> BusinessException:
        """Return the exception for a confirmation that the portal does not show any more."""
        if self._sessions.do(item, lambda session: session.is_pending(item)):
            told = "“保单查询”中查不到这次确认，“待确认”中又有这张保单"
            return BusinessException(Reason.PENDING_AGAIN, told, ASK_FOR_A_ROUND)
        told = "“保单查询”中现在查不到这张保单的这次确认"
        return BusinessException(Reason.VANISHED, told, "请登录门户查看，或致电 95198")

    def _decided(self, session: Session, entry: Entry) -> PolicyRecord | None:
        """Return the record of this confirmation; one from before its press is another round's."""
        item, before = entry.item, entry.baseline
        known = before.records if before else ()
        shown = [one for one in session.records(item) if one not in known]
        record = positive_look.of_time(shown, entry.confirmed_at)
        if record and record.status in DECISIONS:
            self._records.keep_found(session, item, record)
        return record

    def note_pending_again(self, entry: Entry) -> None:
        """Write down that 待确认 shows what is confirmed, though 保单查询 shows it too."""
        if entry.code not in ("", Reason.EVIDENCE_MISSING):
            return
        if not self._sessions.do(entry.item, lambda session: session.is_pending(entry.item)):
            return
        if entry.state in DECIDED:
            warn(entry, BOTH, ASK_PORTAL)
        else:
            self._move(
                entry, entry.state, code=Reason.IN_BOTH, explanation=BOTH, next_step=ASK_PORTAL
            )

    def renew(self, entry: Entry) -> None:
        """Begin a new round of what was returned, if it is pending again or confirmed since."""
        if self._sessions.do(entry.item, lambda session: _is_to_do_again(session, entry.item)):
            self._records.seal(entry, self._ledger.history(entry.item.reference))
            self._ledger.begin_round(entry.item.reference, self._settings.operator)


def _is_to_do_again(session: Session, item: WorkItem) -> bool:
    """Tell whether what was returned is pending again, or has gone its way by hand since.

    Both at once is a list that is late, and is looked at again in the next run.
    """
    is_pending, found = session.is_pending(item), positive_look.latest(session.records(item))
    has_gone_on = found is not None and found.status is not PolicyStatus.RETURNED
    return is_pending != has_gone_on
