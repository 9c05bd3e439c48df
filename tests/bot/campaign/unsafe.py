"""Bots that lack one safety each; what the judge must find in every one of them."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.confirmation import acts as confirmation
from bot.confirmation import approval
from bot.confirmation.acts import Confirmation
from bot.confirmation.approval import ApprovedIntent
from bot.confirmation.press import Pressed, PressOutcome
from bot.ledger.approval import Approval
from bot.ledger.entry import Entry
from bot.ledger.history import History
from bot.ledger.ledger import Ledger
from bot.ledger.states import MOVES, State
from bot.portal import latch
from bot.work_item import WorkItem
from tests.bot.campaign.fake_desk import SW, Form, Pending
from tests.bot.campaign.runner import Change
from tests.bot.campaign.trial import Plan
from tests.bot.stand_in import CONFIRM

BEFORE_THE_REQUEST = f"before POST {CONFIRM}"
LATE = Plan({"id": "late_commit", "params": {"seconds": 3600.0}}, [0, 0])  # two starts meet it
BUSY = Plan({"id": "late_commit", "params": {"seconds": 3600.0, "how": "busy"}}, [0, 0])
LOST_BEFORE = Plan({"id": "answer_lost_before_commit"})
LOST_AFTER = Plan({"id": "answer_lost_after_commit"})


@dataclass(frozen=True, slots=True)
class Variant:
    """What is left out, where that shows, and the invariant that breaks."""

    change: Change | None
    plan: Plan
    broken: str
    settings: Mapping[str, Any] = field(default_factory=dict)


def no_read_back() -> None:
    """Take a press for a confirmation."""

    def read_back(self: Confirmation, entry: Entry) -> None:
        self._move(entry, State.CONFIRMED)

    Confirmation.read_back = read_back


def result_before_the_act() -> None:
    """Write the result down, then press."""
    moved = Ledger.move

    def eager(self: Ledger, reference: str, old: State, new: State, by: str, **values: Any) -> bool:
        done = moved(self, reference, old, new, by, **values)
        if new is State.PRESSING:
            moved(self, reference, new, State.CONFIRMED, by)
        return done

    Ledger.move = eager


def check_then_press() -> None:
    """Press again whatever still stands in 待确认, at once."""
    approval.expect_settled = lambda *_: None
    History.has_open_press = property(lambda _: False)
    MOVES[State.PRESSING] |= {State.READY}
    MOVES[State.IN_DOUBT] |= {State.READY}

    def read_back(self: Confirmation, entry: Entry) -> None:
        history = self._ledger.history(entry.item.reference)
        look, is_pending = self._sessions.do(entry.item, lambda one: self.find(one, entry, history))
        if look.record:
            self._move(entry, State.CONFIRMED)
        elif is_pending:
            self._move(entry, State.READY)

    Confirmation.read_back = read_back


def no_quarantine() -> None:
    """Press again as soon as somebody runs the list again, since the portal has said no."""
    approval.expect_settled = lambda *_: None


def retry_at_once() -> None:
    """Press once more if the answer was lost."""
    once = confirmation.press

    def press(intent: ApprovedIntent, form: Any, latch: Any) -> Pressed:
        pressed = once(intent, form, latch)
        if pressed.outcome is PressOutcome.UNKNOWN:
            form.tab.context.unroute("", None)
            pressed = once(intent, form, latch)
        return pressed

    confirmation.press = press


def reload() -> None:
    """Load the page again that the confirmation has led to."""
    once = confirmation.press

    def press(intent: ApprovedIntent, form: Any, latch: Any) -> Pressed:
        pressed = once(intent, form, latch)
        form.tab.context.unroute("", None)
        form.tab.context.post(f"{SW}/pending/confirm", form.sent())
        return pressed

    confirmation.press = press


def rows_by_position() -> None:
    """Press 处理 in the row where the policy was, and send what its form holds."""
    latch.differences = lambda *_: []

    def process(self: Pending, application_no: str) -> Form:
        position = [one.application_no for one in self.read()].index(application_no)
        return Careless(self._browser, self.read()[position].application_no, application_no)

    class Careless(Form):
        def __init__(self, browser: Any, application_no: str, meant: str) -> None:
            super().__init__(browser, application_no)
            self._meant = meant

        def read(self, internal: Any) -> Any:
            details = super().read(internal)
            fields = dict(details.fields) | {"申请编号": self._meant}
            return replace(details, fields=tuple(fields.items()))

    Pending.process = process


def no_value_check() -> None:
    """Press whatever the form holds by now."""

    def intend(item: WorkItem, granted: Approval, *seen: Any) -> ApprovedIntent:
        return ApprovedIntent(seen[-1].details, item.contact, granted)

    approval.intend = intend


def no_unique_key() -> None:
    """Know a policy by another name in each run."""
    WorkItem.reference = property(
        lambda item: f"{item.portal_origin}#{os.getpid()}|{item.uscc}|{item.application_no}"
    )


def no_approval() -> None:
    """Approve what nobody has approved."""

    def by_mandate(mandates: Any, item: WorkItem, seen: Any, today: Any) -> Approval:
        return Approval("robot", approval.MANDATE, seen.digest(item.contact), "")

    approval.by_mandate = by_mandate


VARIANTS: Mapping[str, Variant] = {
    "no read-back": Variant(no_read_back, LOST_BEFORE, "I3"),
    "result before the act": Variant(result_before_the_act, Plan(kills=[BEFORE_THE_REQUEST]), "I3"),
    "check, then press": Variant(check_then_press, LATE, "I9"),
    "no quarantine": Variant(no_quarantine, BUSY, "I9"),
    "retry at once": Variant(retry_at_once, LOST_AFTER, "I1"),
    "reload": Variant(reload, Plan(), "I1"),
    "unguarded transport": Variant(
        None,
        LOST_AFTER,
        "I1",
        {"confirm_transport": "browser", "accept_double_sending": True},
    ),
    "rows by position": Variant(rows_by_position, Plan({"id": "list_repaged"}), "I4"),
    "no value check": Variant(
        no_value_check, Plan({"id": "values_changed"}, ["after move approved"]), "I3"
    ),
    "no unique key": Variant(no_unique_key, LATE, "I2"),
    "no approval": Variant(no_approval, Plan(), "I9", {"mandate": False}),
}
