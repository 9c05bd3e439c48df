"""What the steps of the protocol do to a work item from its approval on.

An act goes by the entry it is given, and moves it in the ledger when it is done. The order is in
`bot/confirmation/workflow.py`.
"""

from datetime import UTC, datetime, timedelta
from functools import cached_property

from bot.clock import now_in_beijing
from bot.confirmation import approval, positive_look
from bot.confirmation.approval import ApprovedIntent, expect_contact
from bot.confirmation.moving import Acts, doubt, expect_unconfirmed, warn
from bot.confirmation.positive_look import Judgement
from bot.confirmation.press import UNSENT, Pressed, PressOutcome, press
from bot.confirmation.read_back import conclude
from bot.confirmation.records import PRESS_RECORD
from bot.errors import RUN_AGAIN, BusinessException, Reason
from bot.ledger.entry import Entry
from bot.ledger.history import History
from bot.ledger.snapshot import Baseline, Snapshot, as_facts
from bot.ledger.states import (
    ADVANCING,
    BEFORE_PRESS,
    DECIDED,
    FOLLOWED_UP,
    State,
)
from bot.portal.first_visit import portal_ahead
from bot.portal.latch import Latch
from bot.portal.session import Session
from bot.work_item import WorkItem
from pages.errors import PolicyNotListed
from pages.models import Contact, PolicyDetails
from pages.pending import ConfirmationPage

DOUBTS = {PressOutcome.REFUSED: Reason.PRESS_REFUSED, PressOutcome.UNKNOWN: Reason.PRESS_UNCLEAR}
STATE_OF = {  # of a business exception; any other needs a person
    Reason.CHANGED: State.CHANGED,
    Reason.NOT_APPROVED: State.CHANGED,
    Reason.MISMATCH: State.REFUSED,
    Reason.NOT_PENDING: State.REFUSED,
    Reason.QUARANTINE: State.REFUSED,
}
PAGE_CHANGED = "请登录门户查看，并联系维护人员核对门户配置；查明以前不要再运行"


class NotListedYet(Exception):
    """保单查询 does not show what was pressed; it may be late."""


class Confirmation(Acts):
    """The acts of the protocol, at one portal."""

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
        mandates = approval.mandates(self._settings, history)
        if granted := approval.by_mandate(mandates, entry.item, seen, today):
            self._move(entry, State.APPROVED, by=granted.by, approval=granted)

    def prepare(self, entry: Entry) -> None:
        """Fill in the form as approved, and write the intent down."""
        self._sessions.do(entry.item, lambda session: self.fill(session, entry))
        self._move(entry, State.INTENT)

    def rehearse(self, entry: Entry) -> None:
        """Fill in the form as approved, tell so, and leave it without a press."""

        def fill(session: Session) -> None:
            self.fill(session, entry)
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
        if pressed.outcome is PressOutcome.ACCEPTED:
            return
        claimed = self._ledger.entry(entry.item.reference)
        if pressed.outcome in UNSENT:
            is_changed = pressed.outcome is PressOutcome.CHANGED
            self._move(
                claimed,
                State.CHANGED if is_changed else State.FAILED,
                explanation=f"确认没有发出：{pressed.told}",
                next_step=PAGE_CHANGED if is_changed else "请核对原因后再运行",
            )
        else:
            told = doubt(f"按下“确认投保”后：{pressed.told}")
            self._move(claimed, State.IN_DOUBT, code=DOUBTS[pressed.outcome], **told)

    def _claim_and_press(self, session: Session, entry: Entry, ahead: timedelta | None) -> Pressed:
        intent, form, latch = self.fill(session, entry)
        self._records.keep_filled(session, entry.item, form)
        history = self._ledger.history(entry.item.reference)
        approval.expect_standing(intent.approval, self._settings, entry.item, entry.seen, history)
        claim = doubt("已按下“确认投保”，还没有核验")
        claim |= {"by": intent.approval.by, "seen_pending_at": ""}
        known = Baseline(session.known, ahead)  # every later look compares with this
        if not self._move(entry, State.PRESSING, baseline=known, **claim):
            told = "按下之前被撤下，或已由别的程序办理"
            raise BusinessException(Reason.NOT_WAITING, told, RUN_AGAIN)
        at = datetime.now(UTC)
        pressed = press(intent, form, latch)
        session.is_spent = not pressed.is_clean
        session.leave_form()
        self._records.keep_pressed(entry.item, at, pressed)
        return pressed

    def fill(
        self, session: Session, entry: Entry
    ) -> tuple[ApprovedIntent, ConfirmationPage, Latch]:
        """Bring the form to where only the press is missing, and compare all of it once more."""
        item = entry.item
        expect_contact(item)
        try:
            form = session.form(item)
        except PolicyNotListed:
            raise BusinessException(
                Reason.CHANGED, "这张保单已不在“待确认”中", "请再运行一次，由程序在“保单查询”中核对"
            ) from None
        expect_unconfirmed(session)
        details = self._read(form)
        documents = session.documents(item, details.document_names)
        now = Snapshot.of(self._settings.origin, details, documents)
        granted, history = entry.granted, self._ledger.history(item.reference)
        approval.expect_settled(history, self._settings, now_in_beijing())
        standing = approval.standing(granted, self._settings, item, now, history, now_in_beijing())
        intent = approval.intend(item, granted, standing, entry.seen, now)
        latch = session.shut_in(self._settings, self._ledger.numbers())
        fill_in(form, item.contact)
        form.accept_declaration()
        is_the_same = self._read(form) == details
        latch.expect_quiet()
        if not is_the_same:
            raise BusinessException(
                Reason.CHANGED, "填写的时候，表单上的资料变了", "请再运行一次，由程序重新核对"
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
        history = self._ledger.history(entry.item.reference)
        look, is_pending = self._sessions.do(
            entry.item, lambda session: self.find(session, entry, history)
        )
        lack = self._lack(entry.item, history)
        came_to = conclude(entry, history, look, is_pending, lack, datetime.now(UTC))
        self._move(entry, came_to.state, **came_to.values)
        if came_to.state is State.IN_DOUBT:
            raise NotListedYet

    def _lack(self, item: WorkItem, history: History) -> list[str]:
        """Return what is missing of the evidence; a kill may have taken the record of a press."""
        lack = {*self._evidence.lack(item)}
        if self._evidence.presses(item) < len(history.claims):
            lack.add(PRESS_RECORD)
        return sorted(lack)

    def find(self, session: Session, entry: Entry, history: History) -> tuple[Judgement, bool]:
        """Look once, keep what is shown, and tell whether 待确认 still lists it."""
        item = entry.item
        is_pending, records = session.is_pending(item), session.records(item)
        look = positive_look.judge(
            datetime.fromisoformat(history.sent_at), entry.baseline, records, is_pending
        )
        facts = {
            "pending": is_pending,
            "records": [as_facts(one) for one in records],
            "known": entry.baseline.stored() if entry.baseline else None,
            "told": look.told,
        }
        self._records.keep_found(session, item, look.record or look.elsewhere, facts)
        return look, is_pending

    @cached_property
    def _portal_ahead(self) -> timedelta | None:
        """How far the portal's clock is ahead; measured once in a run."""
        return portal_ahead(self._settings)

    def refuse(self, entry: Entry, error: BusinessException) -> None:
        """Write down what stands against the item; after the press it only adds to the doubt."""
        told = {"explanation": error.explanation, "next_step": error.next_step}
        if entry.state in BEFORE_PRESS:
            state = STATE_OF.get(error.code, State.NEEDS_PERSON)
            self._move(entry, state, code=error.code, **told)
        elif entry.state in FOLLOWED_UP:
            self._move(entry, entry.state, code=error.code, **told)
        elif entry.state in DECIDED:
            warn(entry, _not_seen_again(error.explanation), error.next_step)
        else:  # the code of the press is what the next look needs
            self._move(entry, State.IN_DOUBT, code=entry.code, **told)

    def fail(self, entry: Entry, code: Reason, told: str, next_step: str = RUN_AGAIN) -> None:
        """Write down that it could not be done for a technical reason."""
        if entry.state in ADVANCING:
            unsent = f"{told}；确认没有发出"
            self._move(entry, State.FAILED, code=code, explanation=unsent, next_step=next_step)
        elif entry.state in FOLLOWED_UP:
            self._move(
                entry, entry.state, code=Reason.NOT_SEEN, explanation=told, next_step=next_step
            )
        elif entry.state in DECIDED:
            warn(entry, _not_seen_again(told), next_step)
        elif entry.state is State.PRESSING:
            self._move(entry, State.IN_DOUBT, **doubt(f"已按下，没有核验成功：{told}"))


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
            Reason.CHANGED,
            "门户改写了填写的联系方式",
            "请登录门户核对联系方式的格式，改正清单后再运行",
        )


def _not_seen_again(reason: str) -> str:
    """Say that the look whether a decided item is pending again has failed."""
    return f"没有看成是不是又待确认（{reason}）"
