"""The durable confirmation: one enterprise after the other, each policy at most once.

Every step goes by the state in the ledger and leaves it one further, so a step that runs again
after a failure, a crash or in another run does nothing twice. What must never be done twice, the
press, is claimed by a compare-and-set that succeeds once.
"""

import logging
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from enum import StrEnum
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

from dbos import DBOS, DBOSConfiguredInstance
from dbos import error as engine_error

from bot import approval, declaration
from bot.approval import Approval, ApprovedIntent, Snapshot
from bot.errors import ApplicationException, BusinessException, WorkItemError
from bot.evidence import Evidence
from bot.ledger import BEFORE_PRESS, DONE, FOLLOWED_UP, RESTARTABLE, Entry, Ledger, State
from bot.press import Outcome, Pressed, press
from bot.session import RUN_AGAIN, Session, Sessions
from bot.settings import Settings
from bot.work_item import WorkItem
from pages.errors import PolicyNotListed
from pages.models import PolicyDetails, PolicyRecord, PolicyStatus
from pages.pending import ConfirmationPage

log = logging.getLogger(__name__)
FAILURES = 3  # technical ones, one after the other, that stop the run
STATE_OF = {  # the code of a business exception; any other needs a person
    "CHANGED": State.CHANGED,
    "NOT_APPROVED": State.CHANGED,
    "MISMATCH": State.REFUSED,
    "NOT_PENDING": State.REFUSED,
    "OUT_OF_TIME": State.FAILED,
}
DECISIONS = {
    PolicyStatus.UNDERWRITTEN: State.UNDERWRITTEN,
    PolicyStatus.RETURNED: State.RETURNED,
    PolicyStatus.DECLINED: State.DECLINED,
}
step = DBOS.step(  # a retry goes by the ledger like everything else, so it cannot press again
    retries_allowed=True,
    max_attempts=3,
    interval_seconds=1.0,
    backoff_rate=2.0,
    should_retry=lambda error: isinstance(error, ApplicationException | NotListedYet),
)


class Stop(StrEnum):
    """Why a run ends early."""

    INTERRUPTED = "操作员中断"
    DECLARATION = "投保声明的文字变了"
    BREAKER = "接连发生技术故障"
    HOURS = "不在设置的办理时间"
    ERROR = "程序出错"


class AlreadyClaimed(Exception):
    """Somebody else claimed this press; it cannot be, as one worker holds the ledger."""


class NotListedYet(Exception):
    """保单查询 does not show what was pressed; it may be late."""


@DBOS.dbos_class("Robot")
class Robot(DBOSConfiguredInstance):
    """What confirms policies; one per process."""

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        sessions: Sessions,
        evidence: Evidence,
        tell: Callable[[Entry], None],
    ) -> None:
        super().__init__("robot")
        self._settings = settings
        self._ledger = ledger
        self._sessions = sessions
        self._evidence = evidence
        self._tell = tell
        self._failures = 0
        self._begun: dict[str, float] = {}  # when each item was begun, by the monotonic clock
        self.stopped: Stop | None = None  # no further item is begun

    @DBOS.workflow(name="serve")
    def serve(self, uscc: str, list_digest: str) -> None:
        """Confirm what is to be confirmed for one enterprise, one policy after the other."""
        self._serve(uscc, lambda: self.collect(uscc, list_digest), self.confirm)

    @DBOS.workflow(name="follow_up")
    def follow_up(self, uscc: str, list_digest: str) -> None:
        """See in 保单查询 what the insurer has decided about what is confirmed."""
        self._serve(uscc, lambda: self.collect_confirmed(uscc, list_digest), self.look_up)

    def _serve(
        self, uscc: str, collect: Callable[[], list[str]], handle: Callable[[str], None]
    ) -> None:
        try:
            for reference in collect():
                if self._is_open():
                    handle(reference)
        except Exception:
            log.exception("程序出错")
            self.stopped = Stop.ERROR
        finally:
            self._sessions.leave(uscc)

    def _is_open(self) -> bool:
        """Tell whether another item may be begun."""
        if (hours := self._settings.hours) and not hours[0] <= _beijing().time() < hours[1]:
            self.stopped = self.stopped or Stop.HOURS
        return not self.stopped

    def confirm(self, reference: str) -> None:
        """Take one policy from the list to 保单查询."""
        self._handle(
            reference,
            self.inspect,  # ready → awaiting_approval, or already_confirmed
            self.seek_approval,  # awaiting_approval → approved, or it waits
            *([self.rehearse] if self._settings.dry_run else [self.prepare, self.press]),
            self.read_back,  # pressing → confirmed
        )

    def _handle(self, reference: str, *steps: Callable[[str], None]) -> None:
        self._begun[reference] = monotonic()
        try:
            for step_ in steps:
                step_(reference)
        except engine_error.DBOSMaxStepRetriesExceeded as exceeded:
            self._give_up(reference, exceeded.errors[-1])
        except Exception as error:
            log.exception("程序出错")
            self.stopped = Stop.ERROR
            self._give_up(reference, error)
        else:
            self._failures = 0
        self._tell(self._ledger.entry(reference))

    @step
    def collect(self, uscc: str, list_digest: str) -> list[str]:
        """Return the references of this enterprise that are not done, expanding its requests."""
        for request in self._ledger.requests(list_digest):
            if request.item.uscc == uscc:
                self._expand(request.item, list_digest)
        return [
            entry.item.reference
            for entry in self._ledger.entries(list_digest)
            if entry.item.uscc == uscc and entry.state not in DONE
        ]

    @step
    def collect_confirmed(self, uscc: str, list_digest: str) -> list[str]:
        """Return the references of this enterprise whose fate the insurer decides."""
        return [
            entry.item.reference
            for entry in self._ledger.entries(list_digest)
            if entry.item.uscc == uscc and entry.state in FOLLOWED_UP
        ]

    @step
    def inspect(self, reference: str) -> None:
        """Sign in if need be, open the form and take its snapshot."""
        self._advance(reference, self._inspect, State.READY, State.AWAITING_APPROVAL)

    @step
    def seek_approval(self, reference: str) -> None:
        """Approve by a mandate, or leave the item to a person."""
        self._advance(reference, self._seek_approval, State.AWAITING_APPROVAL)

    @step
    def prepare(self, reference: str) -> None:
        """Fill in the form as approved, and write the intent down."""
        self._advance(reference, self._prepare, State.APPROVED)

    @step
    def press(self, reference: str) -> None:
        """Claim the press, and press once."""
        self._advance(reference, self._press, State.INTENT)

    @step
    def rehearse(self, reference: str) -> None:
        """Fill in the form as approved, tell so, and leave it without a press."""
        self._advance(reference, self._rehearse, State.APPROVED)

    @step
    def look_up(self, reference: str) -> None:
        """See what the insurer has decided."""
        self._advance(reference, self._look_up, *FOLLOWED_UP)

    @step
    def read_back(self, reference: str) -> None:
        """Look in 保单查询; nothing else makes a policy confirmed."""
        self._advance(reference, self._read_back, State.PRESSING, State.IN_DOUBT)

    def _advance(self, reference: str, act: Callable[[Entry], None], *states: State) -> None:
        entry = self._ledger.entry(reference)
        if entry.state not in states:
            return
        try:
            self._mind_the_time(entry)
            act(entry)
        except BusinessException as error:
            self._refuse(entry, error)

    def _mind_the_time(self, entry: Entry) -> None:
        minutes = self._settings.item_minutes
        begun = self._begun.get(entry.item.reference, monotonic())
        if entry.state in BEFORE_PRESS and monotonic() - begun > minutes * 60:
            told = f"{minutes:g} 分钟内没有办到确认这一步；确认没有发出"
            raise BusinessException("OUT_OF_TIME", told, RUN_AGAIN)

    def _expand(self, request: WorkItem, list_digest: str) -> None:
        try:
            found = self._sessions.do(request, lambda session: session.desk.open_pending().read())
        except WorkItemError as error:
            self._ledger.note(request, list_digest, error.explanation, error.next_step)
            return
        items = [replace(request, application_no=policy.application_no) for policy in found]
        self._ledger.dispatch(items, list_digest, self._settings.operator)
        self._ledger.note(request, list_digest, f"待确认中有 {len(items)} 张保单", "")

    def _inspect(self, entry: Entry) -> None:
        item = entry.item
        seen = self._sessions.do(item, lambda session: self._look(session, item))
        if isinstance(seen, PolicyRecord):
            self._note_record(entry, seen)
            return
        self._evidence.keep_record(item, "snapshot", asdict(seen))
        before = Snapshot.load(entry.snapshot) if entry.snapshot else seen
        changed = before.differences(seen)
        self._move(
            entry,
            State.AWAITING_APPROVAL,
            snapshot=asdict(seen),
            explanation=f"与上次所见不同：{changed}" if changed else "没有适用的授权委托",
            next_step="请由审批人用 single-window approve 查看后批准，或在设置中写明授权委托"
            f"（声明摘要 {declaration.digest(seen.declaration)}）",
        )

    def _note_record(self, entry: Entry, record: PolicyRecord) -> None:
        """Write down what 保单查询 shows of a policy that this ledger has not pressed."""
        if record.status in (PolicyStatus.RETURNED, PolicyStatus.DECLINED):
            raise BusinessException(
                "NOT_PENDING",
                f"门户显示“{record.status.value}”：{record.opinion}",
                "请按审批意见联系保险公司",
            )
        self._move(
            entry,
            State.ALREADY_CONFIRMED,
            explanation=f"门户显示“{record.status.value}”，不是本机确认的；没有再提交",
            confirmed_at=record.confirmed_at,
        )

    def _look(self, session: Session, item: WorkItem) -> Snapshot | PolicyRecord:
        try:
            form = session.form(item)
        except PolicyNotListed:
            if record := session.record(item):
                return record
            raise BusinessException(
                "NOT_PENDING",
                "“待确认”和“保单查询”中都没有这个申请编号",
                "请核对申请编号，或登录门户查看该申请是否已撤回",
            ) from None
        details = form.read()
        self._check(item, details)
        documents = session.documents(item, details.document_names)
        for document in documents:
            self._evidence.keep_document(item, document)
        session.expect_no_dialog()
        return Snapshot.of(self._settings.origin, details, documents)

    def _check(self, item: WorkItem, details: PolicyDetails) -> None:
        if wording := declaration.differences(self._settings.declaration, details.declaration):
            self.stopped = Stop.DECLARATION
            raise BusinessException(
                "DECLARATION_CHANGED",
                f"投保声明与已接受的文字不同：{wording}",
                "没有打勾，本次运行已停止；请由签字人阅读新声明，更新设置和授权委托后再运行",
            )
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
                "MISMATCH",
                f"门户显示的{'、'.join(wrong)}与清单不一致",
                "请登录门户核对，改正清单后再运行",
            )

    def _seek_approval(self, entry: Entry) -> None:
        seen = Snapshot.load(entry.snapshot or {})
        if approval.is_rejected(entry, seen):
            return
        today = _beijing().date()
        if granted := approval.by_mandate(self._settings.mandates, entry.item, seen, today):
            self._move(entry, State.APPROVED, by=granted.by, approval=asdict(granted))

    def _prepare(self, entry: Entry) -> None:
        self._sessions.do(entry.item, lambda session: self._fill(session, entry))
        self._move(entry, State.INTENT)

    def _rehearse(self, entry: Entry) -> None:
        def fill(session: Session) -> None:
            self._fill(session, entry)
            session.leave_form()

        self._sessions.do(entry.item, fill)
        self._move(
            entry,
            State.APPROVED,
            explanation="演练：除了按下“确认投保”，每一步都办到了；没有确认",
            next_step="不带 --dry-run 再运行一次就会确认",
        )

    def _look_up(self, entry: Entry) -> None:
        record = self._sessions.do(entry.item, lambda session: session.record(entry.item))
        if record is None:
            told = "“保单查询”中现在查不到这张保单"
            raise BusinessException("VANISHED", told, "请登录门户查看，或致电 95198")
        if decided := DECISIONS.get(record.status):
            policy = f"，保单号 {record.policy_no}" if record.policy_no else ""
            effective = f"，{record.effective_on} 起生效" if record.effective_on else ""
            opinion = f"：{record.opinion}" if record.opinion else ""
            told = f"保险公司已审批，{record.status.value}{policy}{effective}{opinion}"
            next_step = "" if decided is State.UNDERWRITTEN else "请按审批意见联系保险公司"
            self._move(entry, decided, explanation=told, next_step=next_step)

    def _press(self, entry: Entry) -> None:
        pressed = self._sessions.do(
            entry.item, lambda session: self._claim_and_press(session, entry)
        )
        if pressed.outcome is Outcome.ACCEPTED:
            return
        claimed = self._ledger.entry(entry.item.reference)
        if pressed.outcome is Outcome.NOT_SENT:
            told = f"确认没有发出：{pressed.words}"
            self._move(claimed, State.FAILED, explanation=told, next_step="请核对原因后再运行一次")
        else:
            doubt = _doubt(f"按下“确认投保”后：{pressed.words}")
            self._move(claimed, State.IN_DOUBT, code=pressed.outcome, **doubt)

    def _claim_and_press(self, session: Session, entry: Entry) -> Pressed:
        intent, form = self._fill(session, entry)
        self._evidence.keep_picture(entry.item, "before", form.picture())
        session.leave_form()
        claim = _doubt("已按下“确认投保”，还没有核验")
        if not self._move(entry, State.PRESSING, by=intent.approval.by, **claim):
            raise AlreadyClaimed(entry.item.reference)
        pressed = press(intent, form, self._settings.confirm_transport)
        session.is_spent = not pressed.is_clean
        return pressed

    def _fill(self, session: Session, entry: Entry) -> tuple[ApprovedIntent, ConfirmationPage]:
        """Bring the form to where only the press is missing, and compare all of it once more."""
        item = entry.item
        seen = Snapshot.load(entry.snapshot or {})
        try:
            form = session.form(item)
        except PolicyNotListed:
            raise BusinessException(
                "CHANGED", "这张保单已不在“待确认”中", "请再运行一次，由程序在“保单查询”中核对"
            ) from None
        details = form.read()
        documents = session.documents(item, details.document_names)
        now = Snapshot.of(self._settings.origin, details, documents)
        granted = Approval(**(entry.approval or {}))
        standing = approval.standing(granted, self._settings, item, now, _beijing())
        intent = approval.intend(item, granted, standing, seen, now)
        if form.read_contact() != item.contact:
            form.fill_contact(item.contact)
        if form.read_contact() != item.contact:
            raise BusinessException(
                "CHANGED",
                "门户改写了填写的联系方式",
                "请登录门户核对联系方式的格式，改正清单后再运行",
            )
        form.accept_declaration()
        session.expect_no_dialog()
        return intent, form

    def _read_back(self, entry: Entry) -> None:
        record, is_pending = self._sessions.do(
            entry.item, lambda session: self._find(session, entry.item)
        )
        if record:
            # refused, and confirmed all the same: it was somebody else's doing
            is_ours = entry.code != Outcome.REFUSED
            self._move(
                entry,
                State.CONFIRMED if is_ours else State.ALREADY_CONFIRMED,
                explanation=f"门户显示“{record.status.value}”",
                next_step="等待保险公司审批，生效时间以审批为准",
                confirmed_at=record.confirmed_at,
            )
        elif is_pending and entry.code == Outcome.REFUSED:
            told = entry.explanation
            self._move(
                entry, State.REFUSED, explanation=told, next_step="请按门户的提示改正后再运行"
            )
        else:
            seen = "仍在“待确认”中" if is_pending else "在“待确认”和“保单查询”中都查不到"
            self._move(
                entry,
                State.IN_DOUBT,
                code=entry.code,
                seen_pending_at=datetime.now(UTC).isoformat() if is_pending else "",
                **_doubt(f"已按下，门户{seen}"),
            )
            raise NotListedYet

    def _find(self, session: Session, item: WorkItem) -> tuple[PolicyRecord | None, bool]:
        record = session.record(item)
        try:
            self._evidence.keep_picture(item, "after", session.desk.picture())
        except OSError:
            log.warning("证据没有保存：%s", self._evidence.pack(item))
        return record, record is None and session.is_pending(item)

    def _refuse(self, entry: Entry, error: BusinessException) -> None:
        told = {"explanation": error.explanation, "next_step": error.next_step}
        if entry.state in BEFORE_PRESS:
            state = STATE_OF.get(error.code, State.NEEDS_PERSON)
            self._move(entry, state, code=error.code, **told)
        elif entry.state in FOLLOWED_UP:
            self._move(entry, entry.state, **told)
        else:  # the code of the press is what the next look needs
            self._move(entry, State.IN_DOUBT, code=entry.code, **told)

    def _give_up(self, reference: str, error: Exception) -> None:
        if isinstance(error, NotListedYet):
            return  # it stays in doubt; the portal itself is well
        self._failures += 1
        if self._failures >= FAILURES:
            self.stopped = self.stopped or Stop.BREAKER
        entry = self._ledger.entry(reference)
        told = (
            str(error)
            if isinstance(error, WorkItemError)
            else f"程序出错（{type(error).__name__}）"
        )
        if entry.state in BEFORE_PRESS - RESTARTABLE:
            told = f"{told}；确认没有发出"
            self._move(entry, State.FAILED, explanation=told, next_step=RUN_AGAIN)
        elif entry.state in FOLLOWED_UP:
            self._move(entry, entry.state, explanation=told, next_step=RUN_AGAIN)
        elif entry.state is State.PRESSING:
            self._move(entry, State.IN_DOUBT, **_doubt(f"已按下，没有核验成功：{told}"))

    def _move(self, entry: Entry, new: State, by: str = "robot", **values: Any) -> bool:
        return self._ledger.move(entry.item.reference, entry.state, new, by, **values)


def _doubt(explanation: str) -> dict[str, str]:
    return {
        "explanation": explanation,
        "next_step": "请勿手工重复确认；稍后再运行一次由程序核验，仍存疑时登录门户查看或致电 95198",
    }


def _beijing() -> datetime:
    return datetime.now(ZoneInfo("Asia/Shanghai"))  # where portal and signatories are
