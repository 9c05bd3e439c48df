"""Approval covers what was seen and what will be typed, and nothing else."""

from contextlib import nullcontext
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from json import dumps, loads
from pathlib import Path

import pytest

from bot.confirmation import approval, decisions
from bot.declaration import GUIDE_DECLARATION, digest
from bot.errors import BusinessException
from bot.ledger.approval import PERSON, Approval
from bot.ledger.history import History
from bot.ledger.ledger import Ledger
from bot.ledger.snapshot import Snapshot
from bot.ledger.states import State
from bot.parties import Mandate
from bot.settings import Settings
from bot.work_item import WorkItem
from tests.bot.items import ITEM, MAKER
from tests.bot.lists import ORIGIN, uscc

TODAY = date(2026, 1, 15)
SEEN = Snapshot(
    origin=ORIGIN,
    fields=(("申请编号", "XW1"), ("企业名称", ITEM.enterprise_name)),
    declaration=GUIDE_DECLARATION,
    documents=(("续转单证", "a" * 64),),
)
MANDATE = Mandate(
    signatory="模拟签字人",
    enterprises=(ITEM.uscc,),
    declaration=digest(GUIDE_DECLARATION),
    documents=("续转单证",),
    expires=TODAY,
)


def test_a_mandate_approves_what_it_covers():
    """The approval names the signatory and the digest of this very content."""
    approved = approval.by_mandate((MANDATE,), ITEM, SEEN, TODAY)

    assert approved
    assert (approved.by, approved.digest) == ("模拟签字人", SEEN.digest(ITEM.contact))


@pytest.mark.parametrize(
    "mandate",
    [
        MANDATE.model_copy(update={"enterprises": (uscc(2),)}),
        MANDATE.model_copy(update={"declaration": "0" * 64}),
        MANDATE.model_copy(update={"documents": ("别的单证",)}),
        MANDATE.model_copy(update={"expires": TODAY - timedelta(days=1)}),
    ],
    ids=["another enterprise", "another wording", "another document", "expired"],
)
def test_a_mandate_approves_nothing_beyond_its_limits(mandate: Mandate):
    """One limit that is passed is enough."""
    assert approval.by_mandate((mandate,), ITEM, SEEN, TODAY) is None


def test_a_form_without_documents_is_covered_by_no_mandate():
    """A mandate names kinds of documents; none at all is none of them."""
    assert approval.by_mandate((MANDATE,), ITEM, replace(SEEN, documents=()), TODAY) is None


def granted(mandate: Mandate = MANDATE, item: WorkItem = ITEM, now: Snapshot = SEEN) -> Approval:
    """Return what a mandate that covers this item approves."""
    approved = approval.by_mandate((mandate,), item, now, TODAY)
    assert approved
    return approved


def test_what_was_approved_may_be_intended():
    """The intent carries the contact data that were approved."""
    intent = approval.intend(ITEM, granted(), granted(), SEEN, SEEN)

    assert (intent.details, intent.contact) == (SEEN.details, ITEM.contact)


@pytest.mark.parametrize(
    ("now", "named"),
    [
        (replace(SEEN, fields=(("申请编号", "XW2"), SEEN.fields[1])), "申请编号"),
        (replace(SEEN, documents=(("续转单证", "b" * 64),)), "续转单证"),
        (replace(SEEN, declaration=replace(GUIDE_DECLARATION, label="同意")), "投保声明"),
        (replace(SEEN, origin="https://elsewhere.example"), "门户"),
        (replace(SEEN, fields=(*SEEN.fields, ("保费", "1"))), "保费"),
    ],
)
def test_a_difference_voids_the_approval_and_is_named(now: Snapshot, named: str):
    """Whatever differs at the press, the operator reads what it is."""
    with pytest.raises(BusinessException) as error:
        approval.intend(ITEM, granted(), granted(), SEEN, now)

    assert error.value.code == "CHANGED"
    assert named in error.value.explanation


OTHER_ITEM = replace(ITEM, contact=replace(ITEM.contact, email="other@example.com"))


@pytest.mark.parametrize(
    ("item", "before", "standing"),
    [
        (OTHER_ITEM, granted(), granted(item=OTHER_ITEM)),
        (ITEM, granted(item=OTHER_ITEM), granted()),
        (ITEM, granted(), None),
    ],
    ids=["other data in the list", "other data approved", "mandate gone or expired"],
)
def test_an_approval_that_does_not_stand_is_none(
    item: WorkItem, before: Approval, standing: Approval | None
):
    """The mandate must cover the item twice, when it is seen and when it is pressed."""
    with pytest.raises(BusinessException) as error:
        approval.intend(item, before, standing, SEEN, SEEN)

    assert error.value.code == "NOT_APPROVED"


def test_a_snapshot_survives_its_storage():
    """What the ledger gives back is what was put in."""
    assert Snapshot.load(loads(dumps(asdict(SEEN)))) == SEEN


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """A ledger with one item that was seen and waits for approval."""
    ledger = Ledger(tmp_path / "store" / "ledger.sqlite", tmp_path / "marker")
    ledger.dispatch([ITEM], "list", MAKER)
    move(ledger, State.READY, State.AWAITING_APPROVAL, snapshot=asdict(SEEN))
    return ledger


def move(ledger: Ledger, *states: State, **values: object) -> None:
    """Move the item through these states."""
    for old, new in pairwise(states):
        assert ledger.move(ITEM.reference, old, new, "robot", **values)


def test_a_person_approves_what_was_seen(ledger: Ledger):
    """The approval names the person and the digest of this very content."""
    decisions.approve(ledger, ledger.entry(ITEM.reference), "审批人", Settings())
    entry = ledger.entry(ITEM.reference)
    given = entry.granted

    assert entry.state is State.APPROVED
    assert (given.by, given.ground, given.digest) == ("审批人", PERSON, SEEN.digest(ITEM.contact))
    last = ledger.history(ITEM.reference).moves[-1]
    assert (last.new, last.by) == (State.APPROVED, "审批人")


@pytest.mark.parametrize(
    "decide",
    [
        lambda *decision: decisions.approve(*decision, Settings()),
        lambda *decision: decisions.reject(*decision, "不符", Settings()),
    ],
)
def test_only_what_waits_is_decided(ledger: Ledger, decide):
    """The second decision about the same item is told that it came too late."""
    entry = ledger.entry(ITEM.reference)
    decisions.approve(ledger, entry, "审批人", Settings())

    with pytest.raises(BusinessException) as error:
        decide(ledger, entry, "另一审批人")

    assert error.value.code == "NOT_WAITING"


def test_a_rejection_holds_for_the_same_content(ledger: Ledger):
    """The item ends as refused with the reason, and stays rejected when it comes again."""
    decisions.reject(ledger, ledger.entry(ITEM.reference), "审批人", "金额不符", Settings())
    refused = ledger.entry(ITEM.reference)
    ledger.dispatch([ITEM], "list", MAKER)

    assert (refused.state, refused.explanation) == (State.REFUSED, "审批人不同意：金额不符")
    assert rejection(ledger, SEEN) == "审批人不同意：金额不符"
    assert rejection(ledger, replace(SEEN, fields=())) == ""


def test_a_rejection_is_not_forgotten_for_what_came_between(ledger: Ledger):
    """Other content under a mandate does not undo it; the same person's second thought does."""
    decisions.reject(ledger, ledger.entry(ITEM.reference), "审批人", "金额不符", Settings())
    other = replace(SEEN, fields=())
    granted = Approval("签字人", approval.MANDATE, other.digest(ITEM.contact), "")
    for old, new, values in (
        (State.REFUSED, State.READY, {}),
        (State.READY, State.AWAITING_APPROVAL, {"snapshot": asdict(other)}),
        (State.AWAITING_APPROVAL, State.APPROVED, {"approval": asdict(granted)}),
        (State.APPROVED, State.READY, {}),
        (State.READY, State.AWAITING_APPROVAL, {"snapshot": asdict(SEEN)}),
    ):
        assert ledger.move(ITEM.reference, old, new, "robot", **values)
    in_between = rejection(ledger, SEEN)
    decisions.approve(ledger, ledger.entry(ITEM.reference), "审批人", Settings())

    assert in_between == "审批人不同意：金额不符"
    assert rejection(ledger, SEEN) == ""


def rejection(ledger: Ledger, seen: Snapshot) -> str:
    """In whose words this content was rejected."""
    return ledger.history(ITEM.reference).rejection(seen.digest(ITEM.contact))


def test_the_approval_of_a_person_runs_out():
    """Silence after that is no approval."""
    settings = Settings(approval_hours=1)
    at = datetime(2026, 1, 15, 8, tzinfo=UTC)
    given = Approval("审批人", PERSON, SEEN.digest(ITEM.contact), at.isoformat())

    in_time, late = (
        approval.standing(given, settings, ITEM, SEEN, History(()), at + timedelta(minutes=minutes))
        for minutes in (60, 61)
    )

    assert (in_time, late) == (given, None)


def test_the_approval_of_a_mandate_goes_with_the_mandate():
    """A mandate that was taken away approves nothing any more."""
    moment = datetime.combine(TODAY, datetime.min.time(), UTC)
    with_it, without = Settings(mandates=(MANDATE,)), Settings()

    assert approval.standing(granted(), with_it, ITEM, SEEN, History(()), moment)
    assert approval.standing(granted(), without, ITEM, SEEN, History(()), moment) is None


def test_what_is_approved_may_still_be_taken_back(ledger: Ledger):
    """Until it is pressed a person may say no after all."""
    decisions.approve(ledger, ledger.entry(ITEM.reference), "审批人", Settings())
    decisions.reject(ledger, ledger.entry(ITEM.reference), "审批人", "看错了", Settings())

    assert ledger.entry(ITEM.reference).state is State.REFUSED
    assert rejection(ledger, SEEN) == "审批人不同意：看错了"


@pytest.mark.parametrize(
    ("then", "holds"),
    [
        ((State.APPROVED, State.FAILED, State.READY, State.AWAITING_APPROVAL), True),
        ((State.APPROVED, State.INTENT, State.PRESSING, State.IN_DOUBT, State.READY), False),
    ],
    ids=["a failure", "a press"],
)
def test_an_approval_outlives_a_failure_and_no_press(
    ledger: Ledger, then: tuple[State, ...], holds: bool
):
    """What a person approved and nothing has used is not asked again; a press uses it up."""
    decisions.approve(ledger, ledger.entry(ITEM.reference), "审批人", Settings())
    move(ledger, *then)
    history, digest = ledger.history(ITEM.reference), SEEN.digest(ITEM.contact)

    assert bool(history.earlier_approval(digest)) is holds
    assert history.earlier_approval("0" * 64) is None


@pytest.mark.parametrize("state", [State.APPROVED, State.INTENT, State.FAILED, State.NEEDS_PERSON])
@pytest.mark.parametrize(
    "other",
    [
        replace(ITEM, contact=replace(ITEM.contact, mobile="13900139000")),
        replace(ITEM, account="mock0009"),
        replace(ITEM, expected_documents=("续转单证",)),
    ],
    ids=["contact", "account", "documents"],
)
def test_a_list_that_changes_back_revives_no_approval(
    ledger: Ledger, state: State, other: WorkItem
):
    """The approval was void when the list had other data, and is not given again by itself."""
    decisions.approve(ledger, ledger.entry(ITEM.reference), "审批人", Settings())
    if state is not State.APPROVED:
        move(ledger, State.APPROVED, state)
    digest = SEEN.digest(ITEM.contact)
    before = ledger.history(ITEM.reference).earlier_approval(digest)

    for item in (other, ITEM):
        ledger.dispatch([item], "list", MAKER)

    assert before
    assert ledger.history(ITEM.reference).earlier_approval(digest) is None
    assert ledger.entry(ITEM.reference).item == replace(ITEM, row=0)


@pytest.mark.parametrize(
    ("end", "minutes", "is_settled"),
    [
        (State.REFUSED, 59, False),
        (State.REFUSED, 61, True),
        (State.FAILED, 0, True),
    ],
)
def test_nothing_is_pressed_again_while_the_last_press_may_be_saved(
    ledger: Ledger, end: State, minutes: int, is_settled: bool
):
    """Whatever the portal answered, it may still be saving; what was never sent leaves no doubt."""
    move(ledger, State.AWAITING_APPROVAL, State.APPROVED, State.INTENT, State.PRESSING)
    move(ledger, State.PRESSING, end, explanation="系统繁忙")
    moment = datetime.now(UTC) + timedelta(minutes=minutes)
    doubt = nullcontext() if is_settled else pytest.raises(BusinessException, match="还在保存")

    with doubt:
        approval.expect_settled(ledger.history(ITEM.reference), Settings(), moment)


DOUBTFUL = (State.AWAITING_APPROVAL, State.APPROVED, State.INTENT, State.PRESSING, State.IN_DOUBT)


def test_an_item_in_doubt_is_released_after_the_quarantine(ledger: Ledger):
    """Seen pending when time enough for a late commit had passed: a person may decide."""
    move(ledger, *DOUBTFUL)
    later = datetime.now(UTC) + timedelta(minutes=61)
    move(ledger, State.IN_DOUBT, State.IN_DOUBT, seen_pending_at=later.isoformat())

    decisions.release(ledger, ledger.entry(ITEM.reference), "审批人", Settings(), later)

    assert ledger.entry(ITEM.reference).state is State.READY
    last = ledger.history(ITEM.reference).moves[-1]
    assert (last.new, last.by) == (State.READY, "审批人")


@pytest.mark.parametrize(
    ("seen_pending_at", "minutes", "code"),
    [
        ("", 61, "NOT_RELEASED"),
        ("2026-01-15T08:00:00+00:00", 59, "QUARANTINE"),
        ("2026-01-15T08:00:00+00:00", 61, "NOT_RELEASED"),  # the look came before it was over
    ],
)
def test_an_item_in_doubt_is_not_released_too_early(
    ledger: Ledger, seen_pending_at: str, minutes: int, code: str
):
    """Never seen pending when it counts, or the portal may still be saving it."""
    move(ledger, *DOUBTFUL)
    move(ledger, State.IN_DOUBT, State.IN_DOUBT, seen_pending_at=seen_pending_at)
    moment = datetime.now(UTC) + timedelta(minutes=minutes)

    with pytest.raises(BusinessException) as error:
        decisions.release(ledger, ledger.entry(ITEM.reference), "审批人", Settings(), moment)

    assert error.value.code == code
    assert ledger.entry(ITEM.reference).state is State.IN_DOUBT
