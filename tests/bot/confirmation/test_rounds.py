"""轮次: what the insurer has returned, and the portal lists again, is confirmed once a round."""

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.cli.approve import Desk
from bot.clock import now_in_beijing
from bot.confirmation import decisions
from bot.confirmation.workflow import Robot
from bot.credentials.passwords import ENVIRONMENT_PREFIX, Passwords
from bot.errors import BusinessException, Reason
from bot.evidence.pack import Evidence
from bot.evidence.slip import Act
from bot.ledger.entry import Entry
from bot.ledger.ledger import Ledger
from bot.ledger.states import State
from bot.operations import personal_data
from bot.operations.admission import admit
from bot.operations.reconcile import Agreement, compare
from bot.settings import Settings, load_settings
from bot.work_list.reading import read_work_list
from pages.models import PendingPolicy, PolicyRecord, PolicyStatus
from tests.bot.conftest import Workplace
from tests.bot.items import ITEM, MAKER, OTHER_CONTACT, bring_to
from tests.bot.stand_in import Portal, make_robot, under_mandate

CONFIRM = "/swProxy/xwtbserver/sw/pending/confirm"
AT_ONCE = Settings(quarantine_minutes=0)
SECOND = f"{ITEM.reference}|2"
OTHER = "另一经办人"
LONG_BEFORE = "2026-01-02 03:04:05"


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """A ledger that holds one policy, which the insurer has returned."""
    ledger = Ledger(tmp_path / "ledger.sqlite", tmp_path / "marker")
    ledger.dispatch([ITEM], "list", MAKER)
    bring_to(ledger, State.RETURNED)
    return ledger


def returned_record(at: str = LONG_BEFORE) -> PolicyRecord:
    """A record of 保单查询 that the insurer has returned."""
    return PolicyRecord(ITEM.application_no, "", "产品", PolicyStatus.RETURNED, at, "", "请核对")


def states(items: dict[str, dict[str, Any]]) -> list[tuple[str, int]]:
    """Return state and round of each item."""
    return [(one["state"], one["round"]) for one in items.values()]


@pytest.mark.slow
def test_a_returned_policy_that_is_pending_again_is_confirmed_in_a_new_round(
    workplace: Workplace,
):
    """Each round is pressed once, and has a pack of its own; what was sealed stays as it was."""
    enterprise = workplace.add()
    (number,) = enterprise.ledger()
    _, first = workplace.run()
    enterprise.return_to_pending(number, reason="请核对联系方式")
    followed_up = workplace.ask("follow-up")["items"]

    code, second = workplace.run()
    done, third = workplace.run()
    packs = {path.name for path in workplace.folder.glob(f"data/**/evidence/*/{number}*")}
    verified = workplace.call("verify", *evidence_of(workplace))

    assert states(first) == [("confirmed", 1)]
    assert [(one["state"], one["round"]) for one in followed_up] == [("returned", 1)]
    assert (code, states(second)) == (0, [("confirmed", 2)])
    assert (done, states(third)) == (0, [("confirmed", 2)])
    assert [(one["round"], one["accepted"]) for one in enterprise.confirmations(number)] == [
        (1, True),
        (2, True),
    ]
    assert packs == {number, f"{number}_2"}
    assert verified.returncode == 0, verified.stdout


def evidence_of(workplace: Workplace) -> tuple[str, str, str]:
    """Return the arguments of `verify`: all evidence, and the key."""
    (chain,) = workplace.folder.glob("data/**/evidence")
    (key,) = workplace.folder.glob("data/**/public-key.pem")
    return str(chain), "--key", str(key)


@pytest.mark.slow
def test_what_is_not_pending_again_stays_returned(workplace: Workplace):
    """It is neither done in silence nor pressed: the operator reads what to do."""
    enterprise = workplace.add()
    (number,) = enterprise.ledger()
    workplace.run()
    enterprise.decide(number, "returned", reason="请核对联系方式")
    workplace.ask("follow-up")

    code, items = workplace.run()

    assert (code, states(items)) == (1, [("returned", 1)])
    assert "请核对联系方式" in items[number]["explanation"]
    assert "办新一轮" in items[number]["next_step"]
    assert len(enterprise.confirmations(number)) == 1


@pytest.mark.slow
def test_a_record_of_an_earlier_round_proves_nothing(workplace: Workplace):
    """The press of the second round meets a gateway that is down, twice; nobody says confirmed."""
    enterprise = workplace.add()
    (number,) = enterprise.ledger()
    workplace.run()
    enterprise.return_to_pending(number)
    workplace.ask("follow-up")
    enterprise.set_faults({"id": "bad_gateway", "params": {"path": CONFIRM}})

    runs = [workplace.run() for _ in range(2)]
    arrived = enterprise.confirmations(number)

    assert [(code, states(items)) for code, items in runs] == [(1, [("in_doubt", 2)])] * 2
    assert [one["accepted"] for one in arrived if one["round"] == 1] == [True]
    assert [one for one in arrived if one["round"] == 2 and one["accepted"]] == []


@pytest.mark.slow
def test_a_row_that_asks_for_all_finds_what_was_returned_meanwhile(workplace: Workplace):
    """The ledger still has it as confirmed: the insurer's decision is seen first."""
    enterprise = workplace.add("")
    enterprise.add_policies(1)
    (number,) = enterprise.ledger()
    workplace.run()
    enterprise.return_to_pending(number)
    workplace.forget_rows()
    workplace.add_row(enterprise, "", 备注="第二次")

    code, items = workplace.run()
    arrived = enterprise.confirmations(number)

    assert (code, states(items)) == (0, [("confirmed", 2)])
    assert [(one["round"], one["contact"]["remarks"]) for one in arrived] == [
        (1, workplace.contact.remarks),
        (2, "第二次"),
    ]


def test_a_round_is_begun_once_and_every_list_goes_on_with_it(ledger: Ledger):
    """A second call changes nothing; the round before stays as it was."""
    ledger.dispatch([replace(ITEM, row=7)], "another list", MAKER)

    for _ in range(2):
        ledger.begin_round(ITEM.reference, OTHER)
    before, now = ledger.rounds()

    assert ledger.last_round(ITEM.reference) == now.item.reference == SECOND
    assert (before.state, now.state, now.snapshot, now.approval) == (
        State.RETURNED,
        State.READY,
        None,
        None,
    )
    assert [one.item for one in ledger.entries()] == [replace(ITEM, row=0, round=2)]
    assert ledger.rows("list") == {2: [SECOND]}
    assert ledger.rows("another list") == {7: [SECOND]}


def test_nothing_but_what_was_returned_begins_a_round(tmp_path: Path):
    """What is pending, in doubt or confirmed is not to be pressed in another one."""
    ledger = Ledger(tmp_path / "ledger.sqlite", tmp_path / "marker")
    for number, state in enumerate(State):
        item = replace(ITEM, application_no=f"XW{number}")
        ledger.dispatch([item], "list", MAKER)
        bring_to(ledger, state, item)
        if state is not State.RETURNED:
            with pytest.raises(ValueError, match="ready"):
                ledger.begin_round(item.reference, MAKER)


def test_the_next_round_types_what_the_list_says_now(ledger: Ledger):
    """The round before stays as it was typed, and none of its makers approves this one."""
    ledger.dispatch([OTHER_CONTACT], "corrected list", OTHER)
    kept = ledger.entry(ITEM.reference)
    ledger.begin_round(ITEM.reference, "第三人")
    makers = ledger.history(SECOND).makers

    assert (kept.state, kept.item.contact) == (State.RETURNED, ITEM.contact)
    assert ledger.entry(SECOND).item.contact == OTHER_CONTACT.contact
    assert makers >= {MAKER, OTHER, "第三人"}


def test_a_list_that_says_the_same_again_brings_nothing_else(ledger: Ledger):
    """The last list counts."""
    ledger.dispatch([OTHER_CONTACT], "corrected list", OTHER)
    ledger.dispatch([ITEM], "list", MAKER)
    ledger.begin_round(ITEM.reference, MAKER)

    assert ledger.entry(SECOND).item.contact == ITEM.contact


def test_an_approval_of_an_earlier_round_is_none_of_this_one(ledger: Ledger, tmp_path: Path):
    """Without a mandate a person approves each round."""
    portal = Portal()
    robot = make_robot(tmp_path, Settings(data_dir=tmp_path), ledger, portal)

    robot.confirm(ITEM.reference)

    assert (ledger.entry(SECOND).state, portal.requests) == (State.AWAITING_APPROVAL, 0)


def test_what_a_colleague_confirmed_again_is_told(ledger: Ledger, tmp_path: Path):
    """It is not pending any more, and the last record is no longer the returned one."""
    portal = Portal(is_pending=False, status=PolicyStatus.CONFIRMED)
    portal.older = (returned_record(),)
    robot = make_robot(tmp_path, under_mandate(tmp_path), ledger, portal)

    robot.confirm(ITEM.reference)

    assert (ledger.entry(SECOND).state, portal.requests) == (State.ALREADY_CONFIRMED, 0)


def confirmed_and_pending_alone(
    tmp_path: Path,
) -> tuple[Ledger, Portal, Robot, Entry]:
    """A policy that was confirmed here; the portal has dropped the record, and lists it again."""
    ledger = Ledger(tmp_path / "ledger.sqlite", tmp_path / "marker")
    ledger.dispatch([ITEM], "list", MAKER)
    bring_to(ledger, State.CONFIRMED)
    portal = Portal()
    robot = make_robot(tmp_path, under_mandate(tmp_path), ledger, portal)
    robot.look(ITEM.reference)
    return ledger, portal, robot, ledger.entry(ITEM.reference)


def test_a_portal_that_drops_the_returned_record_needs_a_person(tmp_path: Path):
    """No record says that the insurer returned it, so nothing is pressed until somebody says so."""
    ledger, portal, robot, seen = confirmed_and_pending_alone(tmp_path)
    robot.confirm(ITEM.reference)
    before = portal.requests

    decisions.release(ledger, seen, "审批人", AT_ONCE, datetime.now(UTC))
    robot.confirm(ITEM.reference)
    makers = ledger.history(SECOND).makers

    assert "审批人" in makers
    assert (seen.state, seen.code) == (State.CONFIRMED, Reason.PENDING_AGAIN)
    assert "approve --again" in seen.next_step
    assert (before, portal.requests) == (0, 1)
    assert [one.state for one in ledger.rounds()] == [State.RETURNED, State.CONFIRMED]


def test_a_portal_that_is_only_late_gets_no_other_press_so_soon(tmp_path: Path):
    """It may be saving still: nobody lets it begin anew before the quarantine is over."""
    ledger = Ledger(tmp_path / "ledger.sqlite", tmp_path / "marker")
    ledger.dispatch([ITEM], "list", MAKER)
    portal = Portal()
    robot = make_robot(tmp_path, under_mandate(tmp_path), ledger, portal)
    robot.confirm(ITEM.reference)
    portal.is_pending, portal.status = True, None
    robot.look(ITEM.reference)
    seen = ledger.entry(ITEM.reference)
    now = datetime.now(UTC)

    assert (seen.state, seen.code, portal.requests) == (State.CONFIRMED, Reason.PENDING_AGAIN, 1)
    with pytest.raises(BusinessException, match="还在保存"):
        decisions.release(ledger, seen, "审批人", Settings(), now)
    with pytest.raises(BusinessException, match="过了隔离期还没有再看过"):
        decisions.release(ledger, seen, "审批人", Settings(), now + timedelta(hours=2))


def test_what_a_person_has_rejected_stays_rejected_in_the_next_round(
    ledger: Ledger, tmp_path: Path
):
    """The same content, with a mandate that would cover it."""
    portal = Portal()
    robot = make_robot(tmp_path, Settings(data_dir=tmp_path), ledger, portal)
    robot.confirm(ITEM.reference)
    decisions.reject(ledger, ledger.entry(SECOND), "审批人", "金额不符", Settings())
    ledger.restart(MAKER)
    bring_to(ledger, State.RETURNED, replace(ITEM, round=2))
    make_robot(tmp_path, under_mandate(tmp_path), ledger, portal).confirm(SECOND)
    third = ledger.entries()[0]

    assert (third.item.round, third.state) == (3, State.AWAITING_APPROVAL)
    assert "审批人不同意：金额不符" in third.explanation


def test_who_decides_about_another_round_decides_once(tmp_path: Path):
    """Two people at once: the second gets an error."""
    ledger, _, _, seen = confirmed_and_pending_alone(tmp_path)
    decisions.release(ledger, seen, "审批人", AT_ONCE, datetime.now(UTC))

    with pytest.raises(BusinessException):
        decisions.release(ledger, seen, "审批人", AT_ONCE, datetime.now(UTC))


def test_what_the_portal_shows_as_confirmed_is_not_pressed_because_it_is_listed(
    ledger: Ledger, tmp_path: Path
):
    """One of its two lists is late: neither a first round nor a next one is pressed then."""
    portal = Portal(status=PolicyStatus.CONFIRMED)
    portal.older = (returned_record(),)
    ledger.dispatch([replace(ITEM, application_no="XW2")], "list", MAKER)
    robot = make_robot(tmp_path, under_mandate(tmp_path), ledger, portal)
    for reference in robot.collect(ITEM.uscc, "list"):
        robot.confirm(reference)
    returned, first = ledger.rounds()

    assert (returned.state, first.state, portal.requests) == (
        State.RETURNED,
        State.NEEDS_PERSON,
        0,
    )
    assert "“保单查询”中又有它的确认" in first.explanation


def test_a_record_of_an_earlier_round_is_no_decision_about_this_one(ledger: Ledger, tmp_path: Path):
    """A portal that shows dates alone: both rounds have the same one."""
    today = beijing_date()
    portal = Portal()
    portal.older, portal.at = (returned_record(today),), today
    robot = make_robot(tmp_path, under_mandate(tmp_path), ledger, portal)
    robot.confirm(ITEM.reference)
    confirmed = ledger.entry(SECOND).state
    robot.look(SECOND)
    undecided = ledger.entry(SECOND).state
    portal.status = PolicyStatus.DECLINED
    robot.look(SECOND)

    assert (confirmed, undecided) == (State.CONFIRMED, State.CONFIRMED)
    assert ledger.entry(SECOND).state is State.DECLINED


def beijing_date() -> str:
    """Today, as a portal writes a date."""
    return f"{now_in_beijing():%Y-%m-%d}"


@pytest.mark.parametrize("state", [State.CONFIRMED, State.ALREADY_CONFIRMED])
def test_what_is_pending_and_confirmed_at_once_is_not_pressed(tmp_path: Path, state: State):
    """A row that asks for all has seen it in 待确认, and 保单查询 still has the confirmation."""
    ledger = Ledger(tmp_path / "ledger.sqlite", tmp_path / "marker")
    ledger.dispatch([ITEM], "list", MAKER)
    bring_to(ledger, state)
    portal = Portal(status=PolicyStatus.CONFIRMED)
    robot = make_robot(tmp_path, under_mandate(tmp_path), ledger, portal)

    robot.confirm(ITEM.reference)
    told = ledger.entry(ITEM.reference)

    assert (told.state, portal.requests) == (state, 0)
    assert "“待确认”中有这张保单" in told.explanation
    assert "先不要确认" in told.next_step


@pytest.mark.parametrize(
    ("state", "is_pending", "verdict"),
    [
        (State.RETURNED, True, Agreement.AGAIN),
        (State.CONFIRMED, True, Agreement.AGAIN),
        (State.READY, True, Agreement.TO_DO),
        (State.IN_DOUBT, True, Agreement.DOUBTFUL),
        (None, True, Agreement.UNLISTED),
        (State.RETURNED, False, Agreement.OURS),
        (State.IN_DOUBT, False, Agreement.DOUBTFUL),
        (State.AWAITING_APPROVAL, False, Agreement.SENT_BACK),
    ],
)
def test_reconciliation_tells_what_is_pending_again(
    state: State | None, is_pending: bool, verdict: Agreement
):
    """A returned record beside a pending policy is no contradiction."""
    number, name = ITEM.application_no, ITEM.enterprise_name
    pending = [PendingPolicy(number, name, "产品", PolicyStatus.PENDING)]
    items = [ITEM] if state else [replace(ITEM, application_no="XW2")]
    states = {ITEM.policy: state} if state else {}

    compared = compare(items, states, pending if is_pending else [], [returned_record()])
    verdicts = {one.application_no: one.verdict for one in compared}

    assert verdicts[ITEM.application_no] is verdict


def test_a_list_is_told_what_was_returned(workplace: Workplace, monkeypatch: pytest.MonkeyPatch):
    """Before any browser starts; it does not count as confirmed."""
    enterprise = workplace.add().enterprise
    monkeypatch.setenv(ENVIRONMENT_PREFIX + enterprise.uscc, enterprise.password.reveal())
    settings = load_settings(workplace.folder)
    checked = read_work_list(workplace.work_list, settings.origin)
    known = Ledger(settings.ledger_file, settings.ledger_marker)
    known.dispatch(checked.items, "list", MAKER)
    bring_to(known, State.RETURNED, checked.items[0])
    known.close()

    told = [one for one in admit(checked, settings, Passwords(settings)).findings if one.is_warning]

    assert [one.code for one in told] == ["B69"]
    assert "退回修改" in told[0].problem


def test_what_is_held_of_a_person_is_found_in_every_round(ledger: Ledger, tmp_path: Path):
    """The pack of an earlier round still names the contact of that round."""
    evidence = Evidence(tmp_path / "evidence")
    typed = asdict(ITEM.contact)
    evidence.keep_record(ITEM, "contact", {"typed": typed, "read_back": typed})
    ledger.dispatch([OTHER_CONTACT], "corrected list", OTHER)
    ledger.begin_round(ITEM.reference, OTHER)

    found = personal_data._find(ledger, evidence, ITEM.contact.mobile)

    assert [one.reference for one in found] == [ITEM.reference]


@pytest.mark.parametrize("as_json", [False, True])
def test_who_decides_about_another_round_sees_what_there_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], as_json: bool
):
    """Somebody else had confirmed it, so its form was never opened here."""
    ledger = Ledger(tmp_path / "ledger.sqlite", tmp_path / "marker")
    ledger.dispatch([ITEM], "list", MAKER)
    bring_to(ledger, State.ALREADY_CONFIRMED)
    settings = Settings(data_dir=tmp_path)
    make_robot(tmp_path, settings, ledger, Portal()).look(ITEM.reference)
    entries = ledger.entries()

    Desk(ledger, settings, Act.RELEASE, as_json).show(entries)
    shown = capsys.readouterr().out

    assert entries[0].code == Reason.PENDING_AGAIN
    assert ITEM.application_no in shown
    assert ITEM.contact.mobile not in shown
    assert as_json or "准许重新办理" in shown
