"""People in the loop: approvals, rehearsals, the insurer's decision, and the comparison of all."""

import json
import signal
import subprocess
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.credentials.passwords import ENVIRONMENT_PREFIX
from bot.ledger.states import State
from bot.operations.reconcile import Agreement, compare
from pages.models import PendingPolicy, PolicyRecord, PolicyStatus
from tests.bot.conftest import Workplace
from tests.bot.items import ITEM

DATA = ("--data-dir", "data")


def states(answer: dict[str, Any]) -> list[str]:
    """Return the states of the items in an answer."""
    return [item["state"] for item in answer["items"]]


def test_a_person_sees_and_approves_and_then_it_is_confirmed(workplace: Workplace):
    """Without a mandate the item waits; what is approved is what was seen, and is then pressed."""
    enterprise = workplace.add()
    (number,) = enterprise.ledger()
    workplace.write_settings(mandate=False)

    waits, _ = workplace.run()
    (seen,) = workplace.ask("approve")["waiting"]
    again, _ = workplace.run()
    approved = workplace.approve(number)
    code, items = workplace.run()
    (arrived,) = enterprise.confirmations(number)

    assert (waits, again, states(approved)) == (1, 1, ["approved"])
    assert seen["fields"]["申请编号"] == number
    assert seen["contact"]["主要联系人手机"] == "138****8000"
    assert list(seen["documents"]) == ["中小企业综合保险续转单证(小微企业适用)"]
    assert len(seen["declaration"]) == 4
    assert (code, items[number]["state"], arrived["contact"]) == (0, "confirmed", workplace.typed())


@pytest.mark.slow
def test_a_rejected_item_stays_rejected_whatever_a_mandate_says(workplace: Workplace):
    """Somebody said no to this content; a mandate written later does not overrule that."""
    enterprise = workplace.add()
    (number,) = enterprise.ledger()
    workplace.write_settings(mandate=False)
    workplace.run()

    rejected = workplace.ask("approve", number, "--by", "审批人", "--reject", "金额不符")
    workplace.write_settings(mandate=True)
    code, items = workplace.run()

    assert states(rejected) == ["refused"]
    assert "审批人不同意：金额不符" in rejected["items"][0]["explanation"]
    assert (code, items[number]["state"]) == (1, "awaiting_approval")
    assert "审批人不同意：金额不符" in items[number]["explanation"]
    assert enterprise.confirmations(number) == []


@pytest.mark.slow
def test_what_changed_after_the_approval_is_shown_and_approved_anew(workplace: Workplace):
    """The approval is void, the difference is told field by field, and nothing is pressed."""
    enterprise = workplace.add()
    (number,) = enterprise.ledger()
    workplace.write_settings(mandate=False)
    workplace.run()
    workplace.approve()
    enterprise.set_faults({"id": "values_changed"})
    opened_once, _ = workplace.run()

    enterprise.set_faults()
    code, items = workplace.run()
    (waiting,) = workplace.ask("approve")["waiting"]

    assert opened_once == 1
    assert enterprise.confirmations(number) == []
    assert (code, items[number]["state"]) == (1, "awaiting_approval")
    assert "产品名称：原为" in waiting["explanation"]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--by", "审批人"), 2, "请写明申请编号、--enterprise 或 --list"),
        (("XW404", "--reject", "金额不符"), 2, "请加上 --by"),
        (("XW404", "--by", "审批人", "--reject", ""), 2, "--reject 后面要写理由"),
        (("XW404", "--by", "审批人", "--reject", "金额不符", "--again"), 2, "只能给一个"),
        (("XW404", "--by", " "), 2, "--by 后面要写姓名"),
    ],
)
def test_an_approval_names_what_it_is_for(
    workplace: Workplace, words: tuple[str, ...], code: int, told: str
):
    """A slip approves nothing."""
    ended = workplace.call("approve", *words, *DATA)

    assert ended.returncode == code
    assert told in ended.stderr


def test_a_rehearsal_goes_all_the_way_but_the_press(workplace: Workplace):
    """It says what would be confirmed; the portal has received nothing; the real run then does."""
    enterprise = workplace.add()
    (number,) = enterprise.ledger()

    ended = workplace.call("run", str(workplace.work_list), "--dry-run", "--json")
    (rehearsed,) = json.loads(ended.stdout)["items"]
    nothing_yet = enterprise.confirmations(number)
    code, items = workplace.run()

    assert (ended.returncode, rehearsed["state"]) == (0, "approved")
    assert rehearsed["explanation"].startswith("演练")
    assert nothing_yet == []
    assert (code, items[number]["state"]) == (0, "confirmed")


def test_outside_the_hours_nothing_is_begun(workplace: Workplace):
    """The portal is left alone; the run says why, and the item waits."""
    workplace.add()
    is_morning = datetime.now(ZoneInfo("Asia/Shanghai")).hour < 12
    hours = ("20:00:00", "21:00:00") if is_morning else ("02:00:00", "03:00:00")
    workplace.write_settings(hours=hours)

    ended = workplace.call("run", str(workplace.work_list))

    assert ended.returncode == 1
    assert "不在设置的办理时间" in ended.stdout
    assert list(workplace.arrivals().values()) == [[]]


def test_sign_ins_keep_to_their_pace(workplace: Workplace):
    """The second enterprise waits for its minute; Ctrl-C does not have to wait with it."""
    for _ in range(2):
        workplace.add()
    workplace.write_settings(sign_ins_per_minute=1)
    # which the portal refuses, so that the first one's turn ends long before the minute does
    wrong = {ENVIRONMENT_PREFIX + state.enterprise.uscc: "wrong" for state in workplace.enterprises}

    with subprocess.Popen(
        workplace.command("run", str(workplace.work_list)),
        cwd=workplace.folder,
        env=workplace.environment() | wrong,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr
        process.stderr.readline()  # the first enterprise's item is finished
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=300)

    signed_in = [len(one.requests("POST", "/cas/login")) for one in workplace.enterprises]
    assert process.returncode == 130
    assert sorted(signed_in) == [0, 1]


def test_an_item_that_takes_too_long_is_not_pressed(workplace: Workplace):
    """The deadline is looked at before every step up to the press."""
    enterprise = workplace.add()
    enterprise.set_faults({"id": "slow", "params": {"seconds": 1.0, "path": "/swProxy/"}})
    workplace.write_settings(item_minutes=0.05)

    code, items = workplace.run()
    (item,) = items.values()

    assert (code, item["state"]) == (3, "failed")
    assert "内没有办到" in item["explanation"]
    assert list(workplace.arrivals().values()) == [[]]


@pytest.mark.slow
def test_what_the_insurer_decides_is_followed_up(workplace: Workplace):
    """Days later: underwritten with its number and day, returned and refused with the opinion."""
    enterprise = workplace.add()
    numbers = [*enterprise.ledger(), *enterprise.add_policies(3)]
    for number in numbers[1:]:
        workplace.add_row(enterprise, number)
    workplace.run()
    enterprise.decide(numbers[0], "underwritten", effective_date="2031-05-06")
    enterprise.decide(numbers[1], "returned", reason="请核对联系方式")
    enterprise.decide(numbers[2], "refused", reason="不符合承保条件")

    followed_up = {one["application_no"]: one for one in workplace.ask("follow-up")["items"]}
    again = workplace.ask("follow-up")["items"]

    assert [followed_up[number]["state"] for number in numbers] == [
        "underwritten",
        "returned",
        "declined",
        "confirmed",
    ]
    assert "2031-05-06 起生效" in followed_up[numbers[0]]["explanation"]
    assert "请核对联系方式" in followed_up[numbers[1]]["explanation"]
    assert [one["application_no"] for one in again] == [numbers[3]]
    assert [len(arrived) for arrived in workplace.arrivals().values()] == [1, 1, 1, 1]


def test_reconciliation_compares_list_ledger_and_portal(workplace: Workplace):
    """Ours, somebody else's, to do, not in the list, and gone: told apart, and nothing changed."""
    enterprise = workplace.add()
    (ours,) = enterprise.ledger()
    workplace.run()
    to_do, unlisted = enterprise.add_policies(2)
    enterprise.add_confirmed_policies(1)
    others = next(no for no in enterprise.ledger() if no not in (ours, to_do, unlisted))
    for number in (to_do, others, "XW20260101999999"):
        workplace.add_row(enterprise, number)

    compared = workplace.ask("reconcile", str(workplace.work_list))["comparisons"]
    verdicts = {one["application_no"]: one["verdict"] for one in compared}

    assert verdicts == {
        ours: "我方已确认",
        to_do: "待办",
        others: "门户已确认，非我方记录",
        unlisted: "清单外待确认",
        "XW20260101999999": "门户查不到",
    }
    assert len(workplace.ask("status")["items"]) == 1


PENDING = PendingPolicy("XW1", ITEM.enterprise_name, "", PolicyStatus.PENDING)
RECORD = PolicyRecord("XW1", "", "", PolicyStatus.CONFIRMED, "", "", "")


@pytest.mark.parametrize(
    ("state", "pending", "records", "verdict", "code"),
    [
        (None, [PENDING], [], Agreement.TO_DO, "to_do"),
        (State.FAILED, [PENDING], [], Agreement.TO_DO, "to_do"),
        (State.CONFIRMED, [], [RECORD], Agreement.OURS, "ours"),
        (State.IN_DOUBT, [], [RECORD], Agreement.OURS, "ours"),
        (State.READY, [], [RECORD], Agreement.OTHERS, "others"),
        (State.ALREADY_CONFIRMED, [], [RECORD], Agreement.OTHERS, "others"),
        (State.IN_DOUBT, [PENDING], [], Agreement.DOUBTFUL, "unknown"),
        (State.PRESSING, [], [], Agreement.DOUBTFUL, "unknown"),
        (State.CONFIRMED, [PENDING], [], Agreement.LOST, "PENDING_AGAIN"),
        (State.CONFIRMED, [], [], Agreement.LOST, "VANISHED"),
        (State.READY, [PENDING], [RECORD], Agreement.DUPLICATED, "IN_BOTH"),
        (State.READY, [], [], Agreement.VANISHED, "NOT_PENDING"),
    ],
)
def test_every_verdict(
    state: State | None,
    pending: list[PendingPolicy],
    records: list[PolicyRecord],
    verdict: Agreement,
    code: str,
):
    """What the ledger says, and in which of the two lists of the portal it stands."""
    known = {ITEM.reference: state} if state else {}
    whole = replace(ITEM, application_no="")  # a row for all of the enterprise

    (compared,) = compare([ITEM], known, pending, records)
    of_row = compare([whole], known, pending, records)

    assert (compared.verdict, compared.code) == (verdict, code)
    assert [one.verdict for one in of_row] == ([verdict] if known or pending else [])
