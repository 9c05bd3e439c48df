"""What each step of the protocol does to one work item; `bot/workflow.py` has the order.

An act goes by the entry it is given, and moves it in the ledger when it is done.
"""

import logging
import secrets
from base64 import b64encode
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Error as PlaywrightError

from bot import declaration
from bot.clock import in_beijing, now_in_beijing, stamp
from bot.confirmation import approval, positive_look
from bot.confirmation.approval import ApprovedIntent
from bot.confirmation.positive_look import Judgement
from bot.confirmation.press import UNSENT, Outcome, Pressed, press
from bot.errors import (
    RUN_AGAIN,
    BusinessException,
    DeclarationChanged,
    EvidenceNotKept,
    WorkItemError,
)
from bot.evidence.pack import SEAL, Evidence, environment
from bot.ledger.entry import ROBOT, Entry
from bot.ledger.ledger import Ledger
from bot.ledger.snapshot import Baseline, Snapshot, as_facts
from bot.ledger.states import (
    BEFORE_PRESS,
    DECIDED,
    FOLLOWED_UP,
    IN_BOTH,
    PENDING_AGAIN,
    RESTARTABLE,
    VANISHED,
    State,
)
from bot.portal.confirm_request import label_of, read_fields
from bot.portal.first_visit import portal_ahead
from bot.portal.latch import Latch
from bot.portal.session import Session
from bot.portal.sessions import Sessions
from bot.settings import Settings
from bot.work_item import WorkItem, mask_text, mask_within
from bot.work_list.columns import RULES
from bot.work_list.findings import Unfit
from pages.errors import PolicyNotListed
from pages.models import Contact, PolicyDetails, PolicyRecord, PolicyStatus
from pages.pending import ConfirmationPage

log = logging.getLogger(__name__)
STATE_OF = {  # the code of a business exception; any other needs a person
    "CHANGED": State.CHANGED,
    "NOT_APPROVED": State.CHANGED,
    "MISMATCH": State.REFUSED,
    "NOT_PENDING": State.REFUSED,
    "QUARANTINE": State.REFUSED,
}
FOUND, PRESS_RECORD = "确认后的画面", "按下的记录"
SHOWN_OF_ANSWER = 500  # characters
EVIDENCE_MISSING = "EVIDENCE_MISSING"  # confirmed, and not all of its evidence could be kept
PAGE_CHANGED = "请登录门户查看，并联系维护人员核对门户配置；查明以前不要再运行"
NOT_SEEN = "NOT_SEEN"  # what the insurer has decided could not be looked up
CHECK_NUMBERS = "请登录门户查看这些申请，并联系维护人员；其余的照常办理"
SHOWN_NUMBERS, SHOWN = 5, 40  # of the odd numbers in a message, and of the characters of each
WAIT_FOR_INSURER = "等待保险公司审批，生效时间以审批为准"
BOTH = "“待确认”中有这张保单，“保单查询”中又有它的确认"
ASK_PORTAL = "请登录门户查看，并致电 95198；先不要确认"
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


class AlreadyClaimed(Exception):
    """Somebody else claimed this press; it cannot be, as one worker holds the ledger."""


class NotListedYet(Exception):
    """保单查询 does not show what was pressed; it may be late."""


class Confirmation:
    """The acts of the protocol, at one portal."""

    def __init__(
        self, settings: Settings, ledger: Ledger, sessions: Sessions, evidence: Evidence
    ) -> None:
        self._settings = settings
        self._ledger = ledger
        self._sessions = sessions
        self._evidence = evidence

    def inspect(self, entry: Entry) -> None:
        """Open the form, compare it with the work item, and take its snapshot."""
        item = entry.item
        seen = self._sessions.do(item, lambda session: self._look(session, item))
        if isinstance(seen, PolicyRecord):
            self._note_record(entry, seen)
            return
        self._evidence.keep_record(item, "snapshot", seen.stored())
        before = entry.snapshot or seen
        changed = before.differences(seen)
        self._move(
            entry,
            State.AWAITING_APPROVAL,
            snapshot=seen,
            explanation=f"与上次所见不同：{changed}" if changed else "已与清单核对，等待批准",
            next_step="请由审批人用 single-window approve 查看后批准，或在设置中写明授权委托",
        )

    def _note_record(self, entry: Entry, record: PolicyRecord) -> None:
        """Write down what 保单查询 shows of a policy that is not pending any more."""
        pressed_here = self._pressed_here(entry.item)
        if record.status in (PolicyStatus.RETURNED, PolicyStatus.DECLINED) and not pressed_here:
            raise BusinessException(
                "NOT_PENDING",
                f"门户显示“{record.status.value}”：{record.opinion}",
                "请按审批意见联系保险公司",
            )
        whose = f"{pressed_here}，多半就是那一次" if pressed_here else "不是本机确认的"
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
        _expect_contact(item)
        try:
            form = session.form(item)
        except PolicyNotListed:
            if record := positive_look.latest(session.records(item)):
                self._keep_found(session, item, record)
                return record
            raise BusinessException(
                "NOT_PENDING",
                "“待确认”和“保单查询”中都没有这个申请编号",
                "请核对申请编号，或登录门户查看该申请是否已撤回",
            ) from None
        details = self._read(form)
        self._check(item, details)
        documents = session.documents(item, details.document_names)
        for document in documents:
            self._evidence.keep_document(item, document)
        session.expect_quiet()
        _expect_unconfirmed(session)
        self._keep_environment(session, item)
        return Snapshot.of(self._settings.origin, details, documents)

    def _check(self, item: WorkItem, details: PolicyDetails) -> None:
        if wording := declaration.differences(self._settings.declaration, details.declaration):
            raise DeclarationChanged(
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

    def seek_approval(self, entry: Entry) -> None:
        """Approve as a person did before a failure, or by a mandate; or leave it to a person."""
        seen, history = entry.seen, self._ledger.history(entry.item.reference)
        digest = seen.digest(entry.item.contact)
        if rejection := self._ledger.policy_history(entry.item).rejection(digest):
            self._move(
                entry,
                State.AWAITING_APPROVAL,
                explanation=f"{rejection}；内容没有变，授权委托也不能代替",
                next_step="请按意见改正清单；改变主意时由审批人用 single-window approve 批准",
            )
            return
        given, now = history.earlier_approval(digest), now_in_beijing()
        if given and approval.standing(given, self._settings, entry.item, seen, history, now):
            self._move(entry, State.APPROVED, approval=given)
            return
        today = now.date()
        if granted := approval.by_mandate(self._settings.mandates, entry.item, seen, today):
            self._move(entry, State.APPROVED, by=granted.by, approval=granted)

    def prepare(self, entry: Entry) -> None:
        """Fill in the form as approved, and write the intent down."""
        self._sessions.do(entry.item, lambda session: self._fill(session, entry))
        self._move(entry, State.INTENT)

    def rehearse(self, entry: Entry) -> None:
        """Fill in the form as approved, tell so, and leave it without a press."""

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

    def press(self, entry: Entry) -> None:
        """Claim the press, and press once."""
        ahead = self._portal_ahead  # a portal that is slow to tell must not delay the press itself
        pressed = self._sessions.do(
            entry.item, lambda session: self._claim_and_press(session, entry, ahead)
        )
        if pressed.outcome is Outcome.ACCEPTED:
            return
        claimed = self._ledger.entry(entry.item.reference)
        if pressed.outcome in UNSENT:
            is_changed = pressed.outcome is Outcome.CHANGED
            self._move(
                claimed,
                State.CHANGED if is_changed else State.FAILED,
                explanation=f"确认没有发出：{pressed.told}",
                next_step=PAGE_CHANGED if is_changed else "请核对原因后再运行",
            )
        else:
            told = doubt(f"按下“确认投保”后：{pressed.told}")
            self._move(claimed, State.IN_DOUBT, code=pressed.outcome, **told)

    def _claim_and_press(self, session: Session, entry: Entry, ahead: timedelta | None) -> Pressed:
        intent, form, latch = self._fill(session, entry)
        self._keep_filled(session, entry.item, form)
        claim = doubt("已按下“确认投保”，还没有核验")
        claim |= {"by": intent.approval.by, "seen_pending_at": ""}
        known = Baseline(session.known, ahead)  # for every later look, whoever makes it
        if not self._move(entry, State.PRESSING, baseline=known, **claim):
            raise AlreadyClaimed(entry.item.reference)
        at = datetime.now(UTC)
        pressed = press(intent, form, latch)
        session.is_spent = not pressed.is_clean
        session.leave_form()
        self._keep_pressed(entry.item, at, pressed)
        return pressed

    def _numbers(self) -> set[str]:
        """Return the number of every policy in the ledger."""
        return {entry.item.application_no for entry in self._ledger.entries()}

    def _fill(
        self, session: Session, entry: Entry
    ) -> tuple[ApprovedIntent, ConfirmationPage, Latch]:
        """Bring the form to where only the press is missing, and compare all of it once more."""
        item = entry.item
        _expect_contact(item)
        try:
            form = session.form(item)
        except PolicyNotListed:
            raise BusinessException(
                "CHANGED", "这张保单已不在“待确认”中", "请再运行一次，由程序在“保单查询”中核对"
            ) from None
        _expect_unconfirmed(session)
        details = self._read(form)
        documents = session.documents(item, details.document_names)
        now = Snapshot.of(self._settings.origin, details, documents)
        granted, history = entry.granted, self._ledger.history(item.reference)
        approval.expect_settled(history, self._settings, now_in_beijing())
        standing = approval.standing(granted, self._settings, item, now, history, now_in_beijing())
        intent = approval.intend(item, granted, standing, entry.seen, now)
        latch = session.shut_in(self._settings, self._numbers())
        fill_in(form, item.contact)
        form.accept_declaration()
        is_the_same = self._read(form) == details
        latch.expect_quiet()
        if not is_the_same:
            raise BusinessException(
                "CHANGED", "填写的时候，表单上的资料变了", "请再运行一次，由程序重新核对"
            )
        session.expect_quiet()
        return intent, form, latch

    def _read(self, form: ConfirmationPage) -> PolicyDetails:
        return form.read(self._settings.profile.confirmation.controls)

    def read_back(self, entry: Entry) -> None:
        """Look in 待确认 and 保单查询; only what this press has made there makes it confirmed.

        Raises:
            NotListedYet: neither tells; the item is in doubt, and a later look may know more.
        """
        look, is_pending = self._sessions.do(entry.item, lambda session: self._find(session, entry))
        was_refused = entry.code == Outcome.REFUSED
        # what the portal refused here and shows as confirmed since was somebody else's to confirm
        if record := look.record or (look.elsewhere if was_refused else None):
            lack = self._lack(entry.item)
            doubts = ""
            if was_refused:
                doubts = f"；{self._pressed_here(entry.item)}，当时门户答复不予确认；"
                doubts += "可能就是那一次，也可能是别人确认的"
            elif entry.seen_pending_at:
                doubts = "；按下以后曾仍在“待确认”中，不能排除是别人确认的"
            elif PRESS_RECORD in lack:
                doubts = "；按下时程序被中断，不能排除是别人确认的"
            missing = f"；证据不全，缺少{'、'.join(lack)}" if lack else ""
            self._move(
                entry,
                State.ALREADY_CONFIRMED if was_refused else State.CONFIRMED,
                code=EVIDENCE_MISSING if lack else "",
                explanation=f"{look.told}{doubts}{missing}",
                next_step=WAIT_FOR_INSURER,
                confirmed_at=record.confirmed_at,
            )
        elif is_pending and entry.code == Outcome.REFUSED and not look.is_news:
            told = entry.explanation
            self._move(
                entry, State.REFUSED, explanation=told, next_step="请按门户的提示改正后再运行"
            )
        else:
            self._move(
                entry,
                State.IN_DOUBT,
                code=entry.code,
                seen_pending_at=datetime.now(UTC).isoformat() if is_pending else "",
                **doubt(f"已按下，{look.told}"),
            )
            raise NotListedYet

    def _pressed_here(self, item: WorkItem) -> str:
        """Return when the last press was that may have been sent; empty if none was."""
        at = self._ledger.history(item.reference).sent_at
        return f"本机 {in_beijing(datetime.fromisoformat(at))} 按下过" if at else ""

    def _lack(self, item: WorkItem) -> list[str]:
        """Return what is missing of the evidence; a kill may have taken the record of a press."""
        lack = {*self._evidence.lack(item)}
        if self._evidence.presses(item) < len(self._ledger.history(item.reference).claims):
            lack.add(PRESS_RECORD)
        return sorted(lack)

    def _find(self, session: Session, entry: Entry) -> tuple[Judgement, bool]:
        item = entry.item
        claims = self._ledger.history(item.reference).claims
        is_pending, records = session.is_pending(item), session.records(item)
        look = positive_look.judge(
            datetime.fromisoformat(claims[-1]), entry.baseline, records, is_pending
        )
        facts = {
            "pending": is_pending,
            "records": [as_facts(one) for one in records],
            "known": entry.baseline.stored() if entry.baseline else None,
            "told": look.told,
        }
        self._keep_found(session, item, look.record or look.elsewhere, facts)
        return look, is_pending

    @cached_property
    def _portal_ahead(self) -> timedelta | None:
        """How far the portal's clock is ahead; measured once in a run."""
        return portal_ahead(self._settings)

    def _keep_environment(self, session: Session, item: WorkItem) -> None:
        browser = session.context.browser
        facts = environment(self._settings, browser.version if browser else "")
        facts["account"] = mask_text(item.account)
        self._evidence.keep_record(item, "environment", facts)

    def _keep_filled(self, session: Session, item: WorkItem, form: ConfirmationPage) -> None:
        """Keep what the form shows just before the press; nothing is pressed without it."""
        self._keep_environment(session, item)
        contact = {"typed": asdict(item.contact), "read_back": asdict(form.read_contact())}
        # who knows the digest of the file alone must not find the telephone number by trying
        salt = {"salt": secrets.token_hex(16)}
        self._evidence.keep_record(item, "contact", contact | salt)
        self._evidence.keep_picture(item, "before", form.picture())

    def _keep_pressed(self, item: WorkItem, at: datetime, pressed: Pressed) -> None:
        facts = {
            "pressed_at": stamp(at),
            "answered_at": stamp(datetime.now(UTC)),
            "outcome": pressed.outcome,
            "words": pressed.words,
            "dialogs": pressed.dialogs,
            "request": self._request(pressed),
            "answer": _answer(pressed, item.contact),
            "refused": pressed.refused,
            "tried": pressed.tried,
        }
        try:
            if pressed.sent:
                self._evidence.keep_record(item, "exchange", _exchange(pressed))
            self._evidence.keep_record(item, "press", facts)
        except EvidenceNotKept:
            self._evidence.note_lack(item, PRESS_RECORD)

    def _request(self, pressed: Pressed) -> dict[str, Any] | None:
        """Return the confirmation as it was sent, without what is personal or changes each time."""
        if not pressed.sent:
            return None
        expected = self._settings.profile.confirmation
        hidden = {*expected.contact, *expected.free}
        fields = read_fields(pressed.sent) if pressed.is_compared else {}
        shown = {name: values for name, values in fields.items() if name not in hidden}
        return {
            "method": pressed.sent.method,
            "path": urlsplit(pressed.sent.url).path,
            "is_compared": pressed.is_compared,
            "fields": {label_of(name, expected): "、".join(one) for name, one in shown.items()},
        }

    def _keep_found(
        self,
        session: Session,
        item: WorkItem,
        record: PolicyRecord | None,
        look: dict[str, Any] | None = None,
    ) -> None:
        """Keep what 保单查询 shows; whatever goes wrong with that, what was found stands."""
        try:
            if record:
                self._evidence.keep_record(item, "record", as_facts(record))
            if look:
                self._evidence.keep_record(item, "look", look)
            self._evidence.keep_picture(item, "after", _picture(session))
            self._evidence.note_kept(item, FOUND)
        except (EvidenceNotKept, PlaywrightError) as error:
            session.is_spent = session.is_spent or isinstance(error, PlaywrightError)
            self._evidence.note_lack(item, FOUND)

    def seal(self, reference: str) -> None:
        """Seal the evidence of an item; whatever goes wrong with that, its state stands."""
        entry = self._ledger.entry(reference)
        try:
            self._evidence.seal(entry, self._ledger.history(reference))
        except EvidenceNotKept:
            self._evidence.note_lack(entry.item, SEAL)

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
        elif entry.code not in ("", EVIDENCE_MISSING):  # an earlier look had failed
            told = f"门户显示“{record.status.value}”"
            self._move(entry, entry.state, explanation=told, next_step=WAIT_FOR_INSURER)

    def _vanished(self, item: WorkItem) -> BusinessException:
        """Return the exception for a confirmation that the portal does not show any more."""
        if self._sessions.do(item, lambda session: session.is_pending(item)):
            told = "“保单查询”中查不到这次确认，“待确认”中又有这张保单"
            return BusinessException(PENDING_AGAIN, told, ASK_FOR_A_ROUND)
        told = "“保单查询”中现在查不到这张保单的这次确认"
        return BusinessException(VANISHED, told, "请登录门户查看，或致电 95198")

    def _decided(self, session: Session, entry: Entry) -> PolicyRecord | None:
        """Return the record of this confirmation; one from before its press is another round's."""
        item, before = entry.item, entry.baseline
        known = before.records if before else ()
        shown = [one for one in session.records(item) if one not in known]
        record = positive_look.of_time(shown, entry.confirmed_at)
        if record and record.status in DECISIONS:
            self._keep_found(session, item, record)
        return record

    def note_pending_again(self, entry: Entry) -> None:
        """Write down that 待确认 shows what is confirmed, though 保单查询 shows it too."""
        if entry.code not in ("", EVIDENCE_MISSING):
            return
        if not self._sessions.do(entry.item, lambda session: session.is_pending(entry.item)):
            return
        if entry.state in DECIDED:
            _warn(entry, BOTH, ASK_PORTAL)
        else:
            self._move(entry, entry.state, code=IN_BOTH, explanation=BOTH, next_step=ASK_PORTAL)

    def renew(self, entry: Entry) -> None:
        """Begin a new round of what was returned, if it is pending again or confirmed since."""
        if self._sessions.do(entry.item, lambda session: _is_to_do_again(session, entry.item)):
            self.seal(entry.item.reference)
            self._ledger.begin_round(entry.item.reference, self._settings.operator)

    def expand(self, request: WorkItem, list_digest: str) -> set[str]:
        """Make a work item of each policy that is pending of an enterprise; return the numbers."""
        try:
            found = self._sessions.do(request, lambda session: session.desk.open_pending().read())
        except WorkItemError as error:
            self._ledger.note(request, list_digest, error.explanation, error.next_step)
            return set()
        numbers = dict.fromkeys(policy.application_no for policy in found)
        odd = [number for number in numbers if not _is_number(number)]
        items = [replace(request, application_no=one) for one in numbers if one not in odd]
        self._ledger.dispatch(items, list_digest, self._settings.operator)
        ours = (one for one in self._ledger.entries(list_digest) if one.item.uscc == request.uscc)
        decided = _decided_before(ours, numbers)
        told = f"待确认中有 {len(items)} 张保单"
        if decided:
            told += f"；其中 {len(decided)} 张台账中已有审批结果，没有再办：{_shown(decided)}"
        if odd:
            told += f"；另有 {len(odd)} 张的申请编号写法不对，没有办理：{_shown(odd)}"
        self._ledger.note(request, list_digest, told, CHECK_NUMBERS if odd or decided else "")
        return {item.application_no for item in items}

    def refuse(self, entry: Entry, error: BusinessException) -> None:
        """Write down what stands against the item; after the press it only adds to the doubt."""
        told = {"explanation": error.explanation, "next_step": error.next_step}
        if entry.state in BEFORE_PRESS:
            state = STATE_OF.get(error.code, State.NEEDS_PERSON)
            self._move(entry, state, code=error.code, **told)
        elif entry.state in FOLLOWED_UP:
            self._move(entry, entry.state, code=error.code, **told)
        elif entry.state in DECIDED:
            _warn(entry, _not_seen_again(error.explanation), error.next_step)
        else:  # the code of the press is what the next look needs
            self._move(entry, State.IN_DOUBT, code=entry.code, **told)

    def fail(self, entry: Entry, reason: str, next_step: str = RUN_AGAIN, code: str = "") -> None:
        """Write down that it could not be done for a technical reason."""
        if entry.state in BEFORE_PRESS - RESTARTABLE:
            told = f"{reason}；确认没有发出"
            self._move(entry, State.FAILED, code=code, explanation=told, next_step=next_step)
        elif entry.state in FOLLOWED_UP:
            self._move(entry, entry.state, code=NOT_SEEN, explanation=reason, next_step=next_step)
        elif entry.state in DECIDED:
            _warn(entry, _not_seen_again(reason), next_step)
        elif entry.state is State.PRESSING:
            self._move(entry, State.IN_DOUBT, **doubt(f"已按下，没有核验成功：{reason}"))

    def _move(self, entry: Entry, new: State, by: str = ROBOT, **values: Any) -> bool:
        if "explanation" in values:  # the portal's words may repeat what was typed
            values["explanation"] = mask_within(values["explanation"], entry.item.contact)
        return self._ledger.move(entry.item.reference, entry.state, new, by, **values)


def fill_in(form: ConfirmationPage, contact: Contact) -> None:
    """Fill in the contact; once more if what came up meanwhile has taken the focus away.

    Raises:
        BusinessException: the form still holds something else, so the portal rewrites it.
    """
    for _ in range(2):
        if form.read_contact() == contact:
            return
        form.fill_contact(contact)
    if form.read_contact() != contact:
        raise BusinessException(
            "CHANGED", "门户改写了填写的联系方式", "请登录门户核对联系方式的格式，改正清单后再运行"
        )


def _is_to_do_again(session: Session, item: WorkItem) -> bool:
    """Tell whether what was returned is pending again, or has gone its way by hand since.

    Both at once is a list that is late, and is looked at again in the next run.
    """
    is_pending, found = session.is_pending(item), positive_look.latest(session.records(item))
    has_gone_on = found is not None and found.status is not PolicyStatus.RETURNED
    return is_pending != has_gone_on


def _warn(entry: Entry, told: str, next_step: str) -> None:
    """Warn about an item that stays as it was decided."""
    log.warning("%s %s：%s。%s。", entry.item.enterprise_name, entry.item.label, told, next_step)


def _is_number(text: str) -> bool:
    """Tell whether the portal shows a number that a list could hold, letter by letter."""
    with suppress(Unfit):
        return bool(text) and RULES["申请编号"].accept(text) == text
    return False


def _decided_before(entries: Iterable[Entry], numbers: Collection[str]) -> list[str]:
    """Return those of the numbers that the insurer has decided on for good."""
    final = DECIDED - {State.RETURNED}
    known = (one.item.application_no for one in entries if one.state in final)
    return [number for number in known if number in numbers]


def _shown(odd: list[str]) -> str:
    """Return the beginning of some numbers, with their invisible characters spelled out."""
    spelled = [repr(number)[1:-1] for number in odd[:SHOWN_NUMBERS]]
    shown = [f"“{one[:SHOWN]}{'…' if len(one) > SHOWN else ''}”" for one in spelled]
    return "、".join(shown) + ("等" if len(odd) > SHOWN_NUMBERS else "")


def _expect_unconfirmed(session: Session) -> None:
    """See that 保单查询 does not show the policy as confirmed while 待确认 lists it."""
    found = positive_look.latest(session.known)
    if found and found.status in positive_look.CONFIRMED:
        raise BusinessException(IN_BOTH, BOTH, ASK_PORTAL)


def _expect_contact(item: WorkItem) -> None:
    """See that there is something to type; contact data are erased by age, or at a wish."""
    if not item.contact.name:
        raise BusinessException(
            "NO_CONTACT", "联系方式已从台账清除", "请在清单中填好联系方式，再运行这份清单"
        )


def _picture(session: Session) -> bytes:
    """Return what 保单查询 shows; it is only read, so a picture that fails may be taken again."""
    try:
        return session.desk.picture()
    except PlaywrightError:
        return session.desk.picture()


def _answer(pressed: Pressed, contact: Contact) -> dict[str, Any] | None:
    """Return the portal's answer to the confirmation, with the person of 联系方式 masked."""
    if not pressed.answer:
        return None
    said = mask_within(pressed.answer.body.decode("utf-8", "replace"), contact)
    return {"status": pressed.answer.status, "said": said[:SHOWN_OF_ANSWER]}


def _exchange(pressed: Pressed) -> dict[str, Any]:
    """Return request and answer byte for byte; as they name a person, they are cleared in time."""
    sent = pressed.sent.body if pressed.sent else None
    answered = pressed.answer.body if pressed.answer else None
    return {
        "request": b64encode(sent or b"").decode(),
        "answer": b64encode(answered or b"").decode(),
        "salt": secrets.token_hex(16),  # as for 联系方式
    }


def _not_seen_again(reason: str) -> str:
    """Say that the look whether a decided item is pending again has failed."""
    return f"没有看成是不是又待确认（{reason}）"


def doubt(explanation: str) -> dict[str, str]:
    """Return what is told of an item in doubt."""
    return {
        "explanation": explanation,
        "next_step": "请勿手工重复确认；稍后再运行一次由程序核验，仍存疑时登录门户查看或致电 95198",
    }
