"""`single-window run` as an operator runs it, on a mock portal, in a real browser."""

import json
import signal
import subprocess
from collections.abc import Callable

import pytest
from openpyxl import load_workbook

from fixtures.portal import MockState
from tests.bot.conftest import Workplace
from tests.bot.lists import write_xlsx


def test_the_same_list_twice_confirms_once(workplace: Workplace):
    """The first run confirms as approved; the second presses nothing and says so."""
    workplace.add()

    first, items = workplace.run()
    again = workplace.call("run", str(workplace.work_list))
    ((confirmation,),) = workplace.arrivals().values()

    assert first == 0
    assert [item["state"] for item in items.values()] == ["confirmed"]
    assert again.returncode == 0
    assert "先前已确认 1 张" in again.stdout
    assert confirmation["accepted"]
    assert confirmation["contact"] == workplace.typed()


def test_a_fresh_ledger_finds_the_policy_already_confirmed(
    workplaces: Callable[[str], Workplace],
):
    """Another machine with the same list sees it in 保单查询 and presses nothing."""
    here, there = workplaces("here"), workplaces("there")
    state = here.add()
    (application_no,) = state.ledger()
    there.enterprises.append(state)
    there.add_row(state, application_no)

    here.run()
    code, items = there.run()

    assert code == 0
    assert items[application_no]["state"] == "already_confirmed"
    assert len(here.arrivals()[application_no]) == 1


def test_a_row_without_a_number_takes_all_that_is_pending(workplace: Workplace):
    """A request becomes one work item for each pending policy, and its row tells them all."""
    state = workplace.add("")
    numbers = state.add_policies(2)

    code, items = workplace.run()
    result = load_workbook(workplace.folder / "清单-结果.xlsx").worksheets[0]
    told = [str(cell.value) for cell in result[2]]

    assert code == 0
    assert {number: item["state"] for number, item in items.items()} == dict.fromkeys(
        numbers, "confirmed"
    )
    assert all(any(number in text for text in told) for number in numbers)


@pytest.mark.parametrize(
    ("fault", "state", "arrivals", "code"),
    [
        ("answer_lost_after_commit", "confirmed", 1, 0),
        ("server_error_after_commit", "confirmed", 1, 0),
        ("answer_lost_before_commit", "in_doubt", 1, 1),
        ("confirmed_by_a_person", "already_confirmed", 1, 0),
        ("declaration_reworded", "needs_person", 0, 1),
    ],
)
def test_whatever_the_portal_does_one_press_is_one_request(
    workplace: Workplace, fault: str, state: str, arrivals: int, code: int
):
    """A lost answer is settled by looking in 保单查询, never by a second press."""
    enterprise = workplace.add()
    enterprise.set_faults({"id": fault})

    ended, items = workplace.run()
    (item,) = items.values()
    (arrived,) = workplace.arrivals().values()

    assert item["state"] == state
    assert item["next_step"] or state == "already_confirmed"
    assert len([one for one in arrived if one["by"] == "request"]) == arrivals
    assert ended == code


def test_nothing_is_confirmed_without_a_mandate(workplace: Workplace):
    """Without approval the item waits, and the operator is told what is missing."""
    workplace.add()
    workplace.write_settings(mandate=False)

    code, items = workplace.run()
    (item,) = items.values()

    assert code == 1
    assert item["state"] == "awaiting_approval"
    assert "授权委托" in item["next_step"]
    assert list(workplace.arrivals().values()) == [[]]


@pytest.mark.parametrize(
    ("column", "value"), [("企业名称", "别的企业有限公司"), ("预期单证名称", "别的单证")]
)
def test_a_row_that_does_not_fit_the_portal_is_not_confirmed(
    workplace: Workplace, column: str, value: str
):
    """Another enterprise's name or another document stops the item before anything is typed."""
    workplace.add(**{column: value})

    code, items = workplace.run()
    (item,) = items.values()

    assert code == 1
    assert item["state"] in ("refused", "needs_person")
    assert list(workplace.arrivals().values()) == [[]]


def test_a_number_that_is_not_pending_is_refused(workplace: Workplace):
    """An application number that the portal does not list is told as such."""
    workplace.add("XW20260101999999")

    code, items = workplace.run()

    assert code == 1
    assert items["XW20260101999999"]["state"] == "refused"


def test_a_wrong_password_is_tried_once(workplace: Workplace, monkeypatch: pytest.MonkeyPatch):
    """Two policies of one enterprise, one log-in attempt, and the other enterprise goes on."""
    locked_out = workplace.add()
    workplace.add_row(locked_out, *locked_out.add_policies(1))
    good = workplace.add()
    given = workplace.environment()
    given["SINGLE_WINDOW_PASSWORD_" + locked_out.enterprise.uscc] = "wrong"
    monkeypatch.setattr(workplace, "environment", lambda: given)

    code, items = workplace.run()
    states = [items[number]["state"] for number in locked_out.ledger()]

    assert code == 1
    assert states == ["needs_person", "needs_person"]
    assert [items[number]["state"] for number in good.ledger()] == ["confirmed"]
    assert len(locked_out.requests("POST", "/cas/login")) == 1


def test_ctrl_c_leaves_everything_resumable(workplace: Workplace):
    """An interrupted run finishes what it is at, says how to go on, and goes on."""
    enterprise = workplace.add()
    for number in enterprise.add_policies(3):
        workplace.add_row(enterprise, number)
    command = workplace.command("run", str(workplace.work_list))

    with subprocess.Popen(
        command,
        cwd=workplace.folder,
        env=workplace.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr
        process.stderr.readline()  # the first item is finished
        process.send_signal(signal.SIGINT)
        told, _ = process.communicate(timeout=60)
    code, items = workplace.run()

    assert process.returncode == 130
    assert "再运行同一命令" in told
    assert code == 0
    assert {item["state"] for item in items.values()} == {"confirmed"}
    assert [len(arrived) for arrived in workplace.arrivals().values()] == [1, 1, 1, 1]


def test_a_bad_list_is_refused_before_anything_starts(workplace: Workplace):
    """Every error is told at once, with sheet, row and column, and the exit code is 2."""
    state = workplace.add()
    workplace.add_row(state, "XW1", 统一社会信用代码="914401019550018901", 主要联系人手机="123")

    ended = workplace.call("run", str(workplace.work_list))

    assert ended.returncode == 2
    assert "第 3 行" in ended.stderr
    assert "统一社会信用代码" in ended.stderr
    assert "主要联系人手机" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not (workplace.folder / "data").exists()


def test_a_portal_that_does_not_answer_ends_in_one_sentence(workplace: Workplace):
    """Exit code 4 and no stack trace."""
    workplace.add()
    workplace.write_settings(portal_url="http://127.0.0.1:9")

    ended = workplace.call("run", str(workplace.work_list))

    assert ended.returncode == 4
    assert len(ended.stderr.strip().splitlines()) == 1
    assert "没有应答" in ended.stderr


def test_status_and_results_tell_what_the_ledger_knows(workplace: Workplace):
    """After dispatch the items stand in the ledger, and the results can be written any time."""
    workplace.add()
    listed = str(workplace.work_list)

    dispatched = workplace.call("dispatch", listed)
    status = json.loads(workplace.call("status", "--json").stdout)
    files = json.loads(workplace.call("results", listed, "--json").stdout)["files"]
    sheet = load_workbook(files[0]).worksheets[0]

    assert dispatched.returncode == 0
    assert [item["state"] for item in status["items"]] == ["ready"]
    assert "待处理" in [cell.value for cell in sheet[2]]


def test_only_one_worker_holds_a_ledger(workplace: Workplace):
    """A second run beside the first is told to wait, and touches nothing."""
    enterprise = workplace.add()
    enterprise.set_faults({"id": "slow", "params": {"seconds": 1.0}})
    command = workplace.command("run", str(workplace.work_list))

    with subprocess.Popen(
        command, cwd=workplace.folder, env=workplace.environment(), stderr=subprocess.PIPE
    ) as first:
        _wait_for_lock(workplace)
        second = workplace.call("run", str(workplace.work_list))
        first.communicate(timeout=60)

    assert second.returncode == 4
    assert "另一个 single-window" in second.stderr
    assert [len(arrived) for arrived in workplace.arrivals().values()] == [1]


def _wait_for_lock(workplace: Workplace) -> None:
    while not list(workplace.folder.glob("data/*/engine.sqlite")):
        pass


def test_a_list_that_is_dispatched_for_two_machines_keeps_one_ledger_each(
    workplaces: Callable[[str], Workplace],
):
    """A copied list does not bring a memory along: the ledger lies in the data folder."""
    here, there = workplaces("a"), workplaces("b")
    state = MockState(here.portal_url)
    number = state.add_policies(1)[0]
    for place in (here, there):
        place.enterprises.append(state)
        place.add_row(state, number)
        write_xlsx(place.work_list, place._rows)

    here.call("dispatch", str(here.work_list))
    known = json.loads(there.call("status", "--json").stdout)

    assert known["items"] == []
