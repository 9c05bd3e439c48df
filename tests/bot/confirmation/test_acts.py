"""The acts of the protocol, and evidence: it is never worth more than what was done."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Error as PlaywrightError

from bot.cli.entries import print_entries
from bot.clock import in_beijing
from bot.confirmation import expansion
from bot.confirmation.acts import Confirmation, fill_in
from bot.confirmation.following_up import FollowingUp
from bot.confirmation.inspection import Inspection
from bot.confirmation.records import Records
from bot.declaration import GUIDE_DECLARATION
from bot.errors import BusinessException, EvidenceNotKept, Reason
from bot.evidence.pack import Evidence
from bot.ledger.approval import PERSON, Approval
from bot.ledger.entry import Entry
from bot.ledger.ledger import Ledger
from bot.ledger.snapshot import Snapshot
from bot.ledger.states import State
from bot.settings import Settings
from bot.work_item import WorkItem
from pages.models import Contact, PendingPolicy, PolicyRecord, PolicyStatus
from pages.visible import visible
from tests.bot.items import ITEM, MAKER, bring_to
from tests.bot.stand_in import Portal, make_robot, under_mandate

SOON = in_beijing(datetime.now(UTC) + timedelta(days=1))  # after any press of these tests
FOUND = PolicyRecord("XW1", "", "产品", PolicyStatus.CONFIRMED, SOON, "", "")


class FakeDesk:
    """A desk whose pictures fail as often as told."""

    def __init__(self, failures: int) -> None:
        self._failures = failures

    def picture(self) -> bytes:
        """Return a picture, or fail."""
        self._failures -= 1
        if self._failures >= 0:
            raise PlaywrightError("no picture")
        return b"picture"


class FakeSessions:
    """Sessions in which 保单查询 shows the policy."""

    def __init__(self, failures: int = 0) -> None:
        self._session = SimpleNamespace(
            desk=FakeDesk(failures),
            is_spent=False,
            records=lambda _: (FOUND,),
            is_pending=lambda _: False,
        )

    def do(self, _: WorkItem, act: Callable[[Any], Any]) -> Any:
        """Act at once."""
        return act(self._session)


def read_back(ledger: Ledger, evidence: Evidence, failures: int = 0) -> Any:
    """Let the read-back find the policy, and seal; return its entry."""
    bring_to(ledger, State.PRESSING)
    evidence.begin()
    confirmation = Confirmation(Settings(), ledger, FakeSessions(failures), evidence)
    with suppress(EvidenceNotKept):
        evidence.keep_record(ITEM, "press", {})
    confirmation.read_back(ledger.entry(ITEM.reference))
    Records(Settings(), evidence).seal(ledger.entry(ITEM.reference), ledger.history(ITEM.reference))
    return ledger.entry(ITEM.reference)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """A ledger that holds one item."""
    ledger = Ledger(tmp_path / "store" / "ledger.sqlite", tmp_path / "marker")
    ledger.dispatch([ITEM], "list", MAKER)
    return ledger


@pytest.fixture
def evidence(tmp_path: Path) -> Evidence:
    """An empty evidence folder."""
    return Evidence(tmp_path / "store" / "evidence")


def test_a_picture_that_fails_once_is_taken_again(ledger: Ledger, evidence: Evidence):
    """Nothing was pressed for it, so it is simply read once more."""
    entry = read_back(ledger, evidence, failures=1)

    assert (entry.state, entry.code) == (State.CONFIRMED, "")
    assert evidence.picture(ITEM, "after").read_bytes() == b"picture"


def test_a_picture_that_cannot_be_taken_does_not_undo_a_confirmation(
    ledger: Ledger, evidence: Evidence
):
    """Confirmed stays confirmed; that its evidence is not whole is told."""
    entry = read_back(ledger, evidence, failures=9)

    assert (entry.state, entry.code) == (State.CONFIRMED, "EVIDENCE_MISSING")
    assert "证据不全，缺少确认后的画面" in entry.explanation
    assert (evidence.pack(ITEM) / "manifest.json").exists()


def test_a_full_disk_does_not_undo_a_confirmation(
    ledger: Ledger, evidence: Evidence, monkeypatch: pytest.MonkeyPatch
):
    """Confirmed stays confirmed, its evidence is told as missing, and no further item is begun."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("bot.evidence.pack.write_private", full)
    entry = read_back(ledger, evidence)

    assert (entry.state, entry.code) == (State.CONFIRMED, "EVIDENCE_MISSING")
    assert evidence.is_failing


def test_without_evidence_nothing_is_pressed(
    ledger: Ledger, evidence: Evidence, monkeypatch: pytest.MonkeyPatch
):
    """What was filled in cannot be kept: the press is never claimed."""
    bring_to(ledger, State.INTENT)
    confirmation = Confirmation(Settings(), ledger, FakeSessions(), evidence)
    monkeypatch.setattr(confirmation, "fill", lambda *_: (None, None, None))

    def full(*_: object) -> None:
        raise EvidenceNotKept("EVIDENCE", "证据没有保存", "")

    monkeypatch.setattr(confirmation._records, "keep_filled", full)

    with pytest.raises(EvidenceNotKept):
        confirmation.press(ledger.entry(ITEM.reference))

    assert ledger.entry(ITEM.reference).state is State.INTENT


def test_what_was_seen_pending_after_the_press_may_be_somebody_elses(
    ledger: Ledger, evidence: Evidence
):
    """It is confirmed, and the doubt about who did it is told."""
    bring_to(ledger, State.PRESSING)
    doubt = (ITEM.reference, State.PRESSING, State.IN_DOUBT, "robot")
    ledger.move(*doubt, seen_pending_at="2026-01-02T01:00:00+00:00")
    confirmation = Confirmation(Settings(), ledger, FakeSessions(), evidence)
    confirmation.read_back(ledger.entry(ITEM.reference))

    confirmed = ledger.entry(ITEM.reference)

    assert confirmed.state is State.CONFIRMED
    assert "不能排除是别人确认的" in confirmed.explanation


def test_what_was_refused_and_is_confirmed_may_be_ours(ledger: Ledger, evidence: Evidence):
    """The portal said no at the press; a no may be saved all the same, so nobody is named."""
    bring_to(ledger, State.PRESSING)
    ledger.move(ITEM.reference, State.PRESSING, State.IN_DOUBT, "robot", code=Reason.PRESS_REFUSED)
    confirmation = Confirmation(Settings(), ledger, FakeSessions(), evidence)
    confirmation.read_back(ledger.entry(ITEM.reference))

    found = ledger.entry(ITEM.reference)

    assert found.state is State.ALREADY_CONFIRMED
    assert "按下过，当时门户答复不予确认；可能就是那一次" in found.explanation


def test_a_press_without_a_record_may_be_somebody_elses(ledger: Ledger, evidence: Evidence):
    """Killed between the claim and the answer: it is confirmed, and who did it is not sure."""
    bring_to(ledger, State.PRESSING)
    Confirmation(Settings(), ledger, FakeSessions(), evidence).read_back(
        ledger.entry(ITEM.reference)
    )

    confirmed = ledger.entry(ITEM.reference)

    assert (confirmed.state, confirmed.code) == (State.CONFIRMED, "EVIDENCE_MISSING")
    assert "不能排除是别人确认的；证据不全，缺少按下的记录" in confirmed.explanation


def test_what_was_sent_here_and_is_returned_is_followed_up(ledger: Ledger, evidence: Evidence):
    """A person let it begin anew, and it was accepted late after all: the insurer has decided."""
    bring_to(ledger, State.IN_DOUBT)
    ledger.move(ITEM.reference, State.IN_DOUBT, State.READY, "审批人")
    returned = replace(FOUND, status=PolicyStatus.RETURNED)
    inspection = Inspection(Settings(), ledger, FakeSessions(), evidence)
    inspection._note_record(ledger.entry(ITEM.reference), returned)

    assert ledger.entry(ITEM.reference).state is State.ALREADY_CONFIRMED


@pytest.mark.parametrize(
    "fail",
    [
        lambda acts, entry: acts.refuse(entry, BusinessException("VANISHED", "查不到", "")),
        lambda acts, entry: acts.fail(entry, Reason.PORTAL, "门户没有应答"),
    ],
)
def test_a_look_that_failed_is_told_until_one_succeeds(
    ledger: Ledger, evidence: Evidence, fail: Callable[[Confirmation, Entry], None]
):
    """What the insurer decides could not be seen; the code says so, and a good look clears it."""
    bring_to(ledger, State.PRESSING)
    ledger.move(ITEM.reference, State.PRESSING, State.CONFIRMED, "robot")
    confirmation = Confirmation(Settings(), ledger, FakeSessions(), evidence)
    fail(confirmation, ledger.entry(ITEM.reference))
    failed = ledger.entry(ITEM.reference)
    FollowingUp(Settings(), ledger, FakeSessions(), evidence).look_up(failed)
    seen = ledger.entry(ITEM.reference)

    assert (failed.state, bool(failed.code)) == (State.CONFIRMED, True)
    assert (seen.state, seen.code, seen.explanation) == (
        State.CONFIRMED,
        "",
        "门户显示“已确认(待审批)”",
    )


def test_what_was_pressed_here_before_is_not_called_somebody_elses(
    ledger: Ledger, evidence: Evidence
):
    """A person let it begin anew, and then the portal shows it confirmed after all."""
    bring_to(ledger, State.IN_DOUBT)
    ledger.move(ITEM.reference, State.IN_DOUBT, State.READY, "审批人")
    inspection = Inspection(Settings(), ledger, FakeSessions(), evidence)
    inspection._note_record(ledger.entry(ITEM.reference), FOUND)

    told = ledger.entry(ITEM.reference)

    assert told.state is State.ALREADY_CONFIRMED
    assert "按下过，多半就是那一次" in told.explanation


def test_a_look_after_one_press_says_nothing_of_the_next(
    ledger: Ledger, evidence: Evidence, monkeypatch: pytest.MonkeyPatch
):
    """Only a look after this press lets a person begin the item anew."""
    bring_to(ledger, State.IN_DOUBT)
    ledger.move(ITEM.reference, State.IN_DOUBT, State.IN_DOUBT, "robot", seen_pending_at="before")
    ledger.move(ITEM.reference, State.IN_DOUBT, State.READY, "审批人")
    seen = asdict(Snapshot(ITEM.portal_origin, (), GUIDE_DECLARATION, ()))
    for old, new in pairwise((State.READY, State.AWAITING_APPROVAL, State.APPROVED, State.INTENT)):
        ledger.move(ITEM.reference, old, new, "robot", snapshot=seen)
    confirmation = Confirmation(Settings(), ledger, FakeSessions(), evidence)
    intent = SimpleNamespace(approval=Approval.now("审批人", PERSON, ""))
    monkeypatch.setattr(confirmation, "fill", lambda *_: (intent, None, None))
    monkeypatch.setattr(confirmation._records, "keep_filled", lambda *_: None)
    session = SimpleNamespace(known=())

    with pytest.raises(AttributeError):  # there is no form to press; the claim stands
        confirmation._claim_and_press(session, ledger.entry(ITEM.reference), None)
    claimed = ledger.entry(ITEM.reference)

    assert (claimed.state, claimed.seen_pending_at) == (State.PRESSING, "")


def test_the_portals_words_are_kept_without_what_was_typed(ledger: Ledger, evidence: Evidence):
    """A message that repeats the contact's mobile is told with the number masked."""
    confirmation = Confirmation(Settings(), ledger, FakeSessions(), evidence)

    confirmation.fail(
        ledger.entry(ITEM.reference), Reason.PORTAL, f"手机号码 {ITEM.contact.mobile} 不对"
    )

    assert ledger.entry(ITEM.reference).explanation.startswith("手机号码 138****8000 不对")


def test_a_no_is_not_followed_by_another_press_while_it_may_be_saved(
    ledger: Ledger, tmp_path: Path
):
    """The portal says that it is busy, and saves late; whoever runs the list again waits."""
    portal = Portal()
    portal.refusal = "系统繁忙，请稍后再试"
    make_robot(tmp_path, under_mandate(tmp_path), ledger, portal).confirm(ITEM.reference)
    refused = ledger.entry(ITEM.reference)
    ledger.dispatch([ITEM], "list", MAKER)
    portal.refusal = ""
    make_robot(tmp_path, under_mandate(tmp_path), ledger, portal).confirm(ITEM.reference)
    waits, requests = ledger.entry(ITEM.reference), portal.requests
    ledger.dispatch([ITEM], "list", MAKER)
    make_robot(tmp_path, under_mandate(tmp_path, 0), ledger, portal).confirm(ITEM.reference)

    assert (refused.state, waits.state, requests) == (State.REFUSED, State.REFUSED, 1)
    assert "系统繁忙，请稍后再试；门户可能还在保存" in waits.explanation
    assert "那时才会再按" in waits.next_step
    assert (ledger.entry(ITEM.reference).state, portal.requests) == (State.CONFIRMED, 2)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (None, State.IN_DOUBT),
        (PolicyStatus.CONFIRMED, State.CONFIRMED),
        (PolicyStatus.UNDERWRITTEN, State.UNDERWRITTEN),
    ],
)
def test_what_was_pressed_is_verified_by_a_follow_up_and_never_pressed(
    ledger: Ledger, tmp_path: Path, status: PolicyStatus | None, state: State
):
    """It looks at what is in doubt without going on with anything else."""
    bring_to(ledger, State.IN_DOUBT)
    other = replace(ITEM, application_no="XW2")
    ledger.dispatch([other], "another list", MAKER)
    portal = Portal(is_pending=status is None, status=status)
    robot = make_robot(tmp_path, under_mandate(tmp_path), ledger, portal)

    for reference in robot.collect_pressed(ITEM.uscc, ""):
        robot.look(reference)

    assert (ledger.entry(ITEM.reference).state, portal.requests) == (state, 0)
    assert ledger.entry(other.reference).state is State.READY


def test_what_the_insurer_did_not_insure_is_not_done(
    ledger: Ledger, capsys: pytest.CaptureFixture[str]
):
    """It stays in the list of what waits, with what to do."""
    bring_to(ledger, State.PRESSING)
    ledger.move(ITEM.reference, State.PRESSING, State.CONFIRMED, "robot")
    told = {"next_step": "请按审批意见联系保险公司"}
    ledger.move(ITEM.reference, State.CONFIRMED, State.DECLINED, "robot", **told)
    print_entries(ledger.entries())
    shown = "".join(capsys.readouterr().out.split())

    assert "经办人" in shown
    assert "请按审批意见联系保险公司" in shown
    assert "没有要办的了" not in shown


class DistractedForm:
    """A form from which a layer takes the focus as often as told; what is typed then is lost."""

    def __init__(self, times: int) -> None:
        self._times = times
        self._contact = Contact("", "", "", "", "")

    def read_contact(self) -> Contact:
        """Return what the fields hold."""
        return self._contact

    def fill_contact(self, contact: Contact) -> None:
        """Fill in all of it, or lose the name."""
        self._times -= 1
        self._contact = replace(contact, name="") if self._times >= 0 else contact


def test_what_was_typed_beside_the_field_is_typed_once_more():
    """A layer that came up while the contact was filled in changes nothing in the end."""
    form: Any = DistractedForm(times=1)

    fill_in(form, ITEM.contact)

    assert form.read_contact() == ITEM.contact


def test_a_form_that_never_takes_the_contact_is_left():
    """What the portal rewrites each time is for a person, and is not typed for ever."""
    form: Any = DistractedForm(times=9)

    with pytest.raises(BusinessException, match="门户改写了填写的联系方式"):
        fill_in(form, ITEM.contact)


def expand(ledger: Ledger, evidence: Evidence, *numbers: str) -> Any:
    """Let 待确认 list these numbers; return what the ledger says of the request for all of them."""
    found = [PendingPolicy(one, "企业", "产品", PolicyStatus.PENDING) for one in numbers]
    sessions = FakeSessions()
    sessions._session.desk.open_pending = lambda: SimpleNamespace(read=lambda: found)
    request = replace(ITEM, application_no="", row=9)
    ledger.dispatch([request], "rows", MAKER)
    expansion.expand(request, "rows", ledger, sessions, MAKER)
    (told,) = ledger.requests("rows")
    return told


@pytest.mark.parametrize(
    "odd",
    [
        *(
            "",
            "<img src=x onerror=alert(1)>",
            "X" * 10_240,
            "../../etc/passwd",
            "=cmd|' /C calc'!A0",
        ),
        *("XW-１", "XW 2", "XW\u200b3", "无", "-X"),
    ],
)
def test_a_number_that_no_list_may_hold_is_not_taken_in(
    odd: str, ledger: Ledger, evidence: Evidence
):
    """What 待确认 lists passes the rule of a list's column; the good numbers go on."""
    told = expand(ledger, evidence, odd, "XW2")

    assert [one.item.application_no for one in ledger.entries("rows")] == ["XW2"]
    assert "待确认中有 1 张保单；另有 1 张的申请编号写法不对" in told.explanation
    assert "请登录门户查看" in told.next_step
    assert told.code == "NOT_ALL_TAKEN"


def test_odd_numbers_are_shown_short_and_spelled_out(ledger: Ledger, evidence: Evidence):
    """A message has the beginning of a few, and nothing that a terminal obeys."""
    told = expand(ledger, evidence, *(visible("\x1b[2J" + str(one) * 10_240) for one in range(8)))

    assert "“\\x1b[2J0000" in told.explanation
    assert told.explanation.isprintable()
    assert len(told.explanation) < 300
