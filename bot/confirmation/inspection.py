"""打开核对: what the portal shows of a policy, against the list and the last look (guide-2.2)."""

from bot import declaration
from bot.confirmation import positive_look, wordings
from bot.confirmation.approval import expect_contact
from bot.confirmation.moving import Acts, expect_unconfirmed
from bot.confirmation.read_back import pressed_here
from bot.errors import BusinessException, Reason
from bot.ledger.entry import Entry
from bot.ledger.history import FOUR_EYES
from bot.ledger.snapshot import Snapshot
from bot.ledger.states import State
from bot.portal.session import Session
from bot.work_item import WorkItem
from pages.errors import PolicyNotListed
from pages.models import PolicyDetails, PolicyRecord, PolicyStatus

WAIT_FOR_APPROVAL = "请由审批人用 single-window approve 查看后批准，或在设置中写明授权委托"
WAIT_FOR_SIGNATURE = "请用 single-window approve --ask 写一页，由审批人签字"


class Inspection(Acts):
    """Opens forms and compares them."""

    def inspect(self, entry: Entry) -> None:
        """Open the form, compare it with the work item, and take its snapshot."""
        item = entry.item
        seen = self._sessions.do(item, lambda session: self._look(session, item))
        if isinstance(seen, PolicyRecord):
            self._note_record(entry, seen)
            return
        self._evidence.keep_record(item, "snapshot", seen.stored())
        if not wordings.is_accepted(seen.declaration, item.uscc, self._ledger, self._settings):
            self._wait_for_acceptance(entry, seen)
            return
        before = entry.snapshot or seen
        changed = before.differences(seen)
        self._move(
            entry,
            State.AWAITING_APPROVAL,
            snapshot=seen,
            explanation=f"与上次所见不同：{changed}" if changed else "已与清单核对，等待批准",
            next_step=WAIT_FOR_SIGNATURE if self._settings.four_eyes else WAIT_FOR_APPROVAL,
            noted={FOUR_EYES: True} if self._settings.four_eyes else None,
        )

    def _wait_for_acceptance(self, entry: Entry, seen: Snapshot) -> None:
        """Leave an item whose 投保声明 nobody has accepted; nothing is ticked."""
        changed = declaration.differences(self._settings.declaration, seen.declaration)
        self._move(
            entry,
            State.NEEDS_PERSON,
            code=Reason.DECLARATION_CHANGED,
            snapshot=seen,
            explanation=f"投保声明与已接受的文字不同：{'；'.join(changed)}",
            next_step="没有打勾；请签字人用 single-window declaration 查看，接受以后再运行",
        )

    def _note_record(self, entry: Entry, record: PolicyRecord) -> None:
        """Write down what 保单查询 shows of a policy that is not pending any more."""
        pressed = pressed_here(self._ledger.history(entry.item.reference))
        if record.status in (PolicyStatus.RETURNED, PolicyStatus.DECLINED) and not pressed:
            raise BusinessException(
                Reason.NOT_PENDING,
                f"门户显示“{record.status.value}”：{record.opinion}",
                "请按审批意见联系保险公司",
            )
        whose = f"{pressed}，多半就是那一次" if pressed else "不是本机确认的"
        if self._is_of_an_earlier_round(entry.item, record):
            whose = "就是上一轮确认的那一次"
        self._move(
            entry,
            State.ALREADY_CONFIRMED,
            explanation=f"门户显示“{record.status.value}”，{whose}；没有再提交",
            confirmed_at=record.confirmed_at,
        )

    def _is_of_an_earlier_round(self, item: WorkItem, record: PolicyRecord) -> bool:
        earlier = (one for one in self._ledger.rounds_of(item) if one.item.round < item.round)
        return any(one.confirmed_at == record.confirmed_at for one in earlier)

    def _look(self, session: Session, item: WorkItem) -> Snapshot | PolicyRecord:
        expect_contact(item)
        try:
            form = session.form(item)
        except PolicyNotListed:
            if record := positive_look.latest(session.records(item)):
                self._records.keep_found(session, item, record)
                return record
            raise BusinessException(
                Reason.NOT_PENDING,
                "“待确认”和“保单查询”中都没有这个申请编号",
                "请核对申请编号，或登录门户查看该申请是否已撤回",
            ) from None
        details = form.read(self._settings.profile.confirmation.controls)
        self._check(item, details)
        documents = session.documents(item, details.document_names)
        for document in documents:
            self._evidence.keep_document(item, document)
        session.expect_quiet()
        expect_unconfirmed(session)
        self._records.keep_environment(session, item)
        return Snapshot.of(self._settings.origin, details, documents)

    def _check(self, item: WorkItem, details: PolicyDetails) -> None:
        due = {
            "申请编号": (item.application_no, details.application_no),
            "企业名称": (item.enterprise_name, details.enterprise_name),
            "统一社会信用代码": (item.uscc, details.uscc),
            "组织机构代码": (item.uscc[8:17], details.org_code),
            "状态": (PolicyStatus.PENDING, details.status),
            "单证": (
                sorted(item.expected_documents or details.document_names),
                sorted(details.document_names),
            ),
        }
        if wrong := [name for name, (wanted, shown) in due.items() if wanted != shown]:
            raise BusinessException(
                Reason.MISMATCH,
                f"门户显示的{'、'.join(wrong)}与清单不一致",
                "请登录门户核对，改正清单后再运行",
            )
