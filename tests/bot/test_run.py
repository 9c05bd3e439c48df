"""`single-window run` as an operator runs it, on a mock portal, in a real browser."""

import json
import re
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from openpyxl import load_workbook

from bot.list_template import write_template
from fixtures.portal import MockState
from tests.bot.conftest import Workplace
from tests.bot.lists import fill_in


def test_the_same_list_again_confirms_nothing_again(workplaces: Callable[[str], Workplace]):
    """Dispatched, run, run again, and run elsewhere from a template, with another ledger."""
    here, there = workplaces("here"), workplaces("there")
    state = here.add()
    (number,) = state.ledger()
    there.enterprises.append(state)
    there.add_row(state, number)
    fill_in(write_template(there.work_list), there.rows)
    listed = str(here.work_list)

    dispatched = here.call("dispatch", listed, "--json")
    first, items = here.run()
    again = here.call("run", listed)
    elsewhere, items_there = there.run()
    status = json.loads(here.call("status", "--json").stdout)
    workbook, _ = json.loads(here.call("results", listed, "--json").stdout)["files"]
    (confirmation,) = state.confirmations(number)

    assert "已确认" in [cell.value for cell in load_workbook(workbook).worksheets[0][2]]
    assert json.loads(dispatched.stdout)["items"][0]["state"] == "ready"
    assert (first, items[number]["state"]) == (0, "confirmed")
    assert (again.returncode, "先前已确认 1 张" in again.stdout) == (0, True)
    assert (elsewhere, items_there[number]["state"]) == (0, "already_confirmed")
    assert [item["state"] for item in status["items"]] == ["confirmed"]
    assert confirmation["accepted"]
    assert confirmation["contact"] == here.typed()


def test_a_run_leaves_evidence_that_verifies_and_shows_nobody_else_the_contact(
    workplace: Workplace,
):
    """One run: sealed evidence, contact data in the private pack alone, and gone after a purge."""
    workplace.add()

    ran = workplace.call("run", str(workplace.work_list))
    (manifest,) = workplace.folder.glob("data/*/evidence/*/*/manifest.json")
    pack = manifest.parent
    store = pack.parents[2]
    (head,) = re.findall("证据链头：(.*)", ran.stdout)
    verify = ("verify", str(store / "evidence"), "--key", str(store / "public-key.pem"))
    whole = workplace.call(*verify, "--head", head)
    page = (workplace.folder / "清单-结果.html").read_text(encoding="utf-8")
    printed = (pack / "page.html").read_text(encoding="utf-8")
    purged = workplace.call("purge", "--older-than", "0")
    still_whole = workplace.call(*verify)
    (store / "evidence" / "chain" / "00000001.sig").unlink()
    tampered = workplace.call(*verify, "--json")

    assert (ran.returncode, whole.returncode) == (0, 0), whole.stdout
    assert {path.name.split(".")[0].split("-")[0] for path in pack.iterdir()} >= {
        *("snapshot", "environment", "document", "press", "record", "page", "manifest")
    }
    assert head in page
    assert "确认投保成功" in printed
    for told in (ran.stdout, ran.stderr, page, printed):
        for detail in (workplace.contact.mobile, workplace.contact.email, workplace.contact.phone):
            assert detail not in told
    assert "已清除 1 张保单的联系方式，证据包中的 3 个文件" in purged.stdout
    assert (still_whole.returncode, "3 个文件已清除" in still_whole.stdout) == (0, True)
    assert tampered.returncode == 1
    assert json.loads(tampered.stdout)["findings"]


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


def test_what_is_pending_of_the_enterprises_in_the_settings(workplace: Workplace):
    """Without a list: asked for once, confirmed by the next run; what comes later is not."""
    state = workplace.add()
    numbers = [*state.ledger(), *state.add_policies(1)]
    workplace.write_enterprises()

    asked = workplace.call("dispatch", "--from-pending", "--json")
    first = workplace.call("run", "--json")
    (later,) = state.add_policies(1)
    second = workplace.call("run", "--json")
    items = json.loads(first.stdout)["items"]

    assert json.loads(asked.stdout)["requests"] == [
        {"enterprise_name": state.enterprise.name, "uscc": state.enterprise.uscc}
    ]
    assert {one["application_no"]: one["state"] for one in items} == dict.fromkeys(
        numbers, "confirmed"
    )
    assert (first.returncode, second.returncode) == (0, 0)
    assert state.confirmations(numbers[0])[0]["contact"] == workplace.typed()
    assert state.confirmations(later) == []


def test_whatever_happens_one_press_is_at_most_one_request(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
):
    """Thirteen enterprises, each with a trouble of its own; a lost answer is settled by looking."""
    troubles = {
        "none": ("confirmed", 1),
        "answer_lost_after_commit": ("confirmed", 1),
        "server_error_after_commit": ("confirmed", 1),
        "answer_lost_before_commit": ("in_doubt", 1),
        "confirmed_by_a_person": ("already_confirmed", 1),
        "input_rewritten": ("changed", 0),
        "form_refreshed": ("changed", 0),
        "another enterprise's name": ("needs_person", 0),
        "another document": ("refused", 0),
        "number not pending": ("refused", 0),
        "wrong password": ("needs_person", 0),
        "first entry": ("needs_person", 0),
        "national edition": ("needs_person", 0),
    }
    enterprises = {
        "another enterprise's name": workplace.add(企业名称="别的企业有限公司"),
        "another document": workplace.add(预期单证名称="别的单证"),
        "number not pending": workplace.add("XW20260101999999"),
        "first entry": workplace.add(wishes={"bound": False}),
        "national edition": workplace.add(wishes={"edition": "national"}),
    }
    for trouble in troubles.keys() - enterprises.keys():
        enterprises[trouble] = workplace.add()
        if trouble not in ("none", "wrong password"):
            enterprises[trouble].set_faults({"id": trouble})
    locked_out = enterprises["wrong password"]
    given = workplace.environment()
    given["SINGLE_WINDOW_PASSWORD_" + locked_out.enterprise.uscc] = "wrong"
    monkeypatch.setattr(workplace, "environment", lambda: given)

    code, items = workplace.run()
    came_to = {
        trouble: (_state(items, state), _requests(state)) for trouble, state in enterprises.items()
    }
    waiting = [item for item in items.values() if item["state"] in ("in_doubt", "refused")]

    assert came_to == troubles
    assert all(item["next_step"] for item in waiting)
    assert _next_step(items, enterprises["first entry"]).startswith("请先登录门户")
    assert "地方（广东）版本" in _next_step(items, enterprises["national edition"])
    assert len(locked_out.requests("POST", "/cas/login")) == 1  # a password is tried once
    assert code == 1


def test_a_reworded_declaration_stops_the_run(workplace: Workplace):
    """Nothing is ticked for anybody until a signatory has read the new wording."""
    for _ in range(2):
        workplace.add().set_faults({"id": "declaration_reworded"})

    code, items = workplace.run()
    states = sorted(item["state"] for item in items.values())

    assert states == ["needs_person", "ready"]
    assert list(workplace.arrivals().values()) == [[], []]
    assert code == 1


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


def test_a_session_lost_at_the_read_back_is_regained(workplace: Workplace):
    """The look in 保单查询 is tried again with a new sign-in; the press is not."""
    enterprise = workplace.add()
    query = "/swProxy/xwtbserver/sw/policies/query"
    enterprise.set_faults({"id": "session_lost", "params": {"path": query}})

    code, items = workplace.run()

    assert code == 0
    assert _state(items, enterprise) == "confirmed"
    assert _requests(enterprise) == 1
    assert len(enterprise.requests("POST", "/cas/login")) == 2


def test_a_row_that_was_taken_out_after_a_kill_is_not_confirmed(
    workplace: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The next run goes by its own list, not by what the killed one had in mind."""
    enterprise = workplace.add()
    kept, removed = *enterprise.ledger(), *enterprise.add_policies(1)
    workplace.add_row(enterprise, removed)
    diary = tmp_path / "diary"
    diary.write_text("after Ledger.dispatch", encoding="utf-8")  # so it dies after the next one
    monkeypatch.setenv("KILL_DIARY", str(diary))

    killed = workplace.call("run", str(workplace.work_list), program="tests.bot.kill_at")
    workplace.forget_rows()
    workplace.add_row(enterprise, kept)
    code, items = workplace.run()

    assert killed.returncode == -signal.SIGKILL
    assert (code, list(items)) == (0, [kept])
    assert {number: len(arrived) for number, arrived in enterprise.ledger().items()} == {
        kept: 1,
        removed: 0,
    }


def test_ctrl_c_leaves_everything_resumable(workplace: Workplace):
    """An interrupted run finishes what it is at, says how to go on, and goes on."""
    enterprise = workplace.add()
    for number in enterprise.add_policies(1):
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
    assert [len(arrived) for arrived in workplace.arrivals().values()] == [1, 1]


def test_a_bad_list_is_refused_before_anything_starts(workplace: Workplace):
    """Every error is told at once, with sheet, row and column, and the exit code is 2."""
    state = workplace.add()
    workplace.add_row(state, "XW1", 统一社会信用代码="914401019550018901", 主要联系人手机="123")

    ended = workplace.call("run", str(workplace.work_list))

    copy = load_workbook(workplace.folder / "清单-问题.xlsx")

    assert ended.returncode == 2
    assert copy.sheetnames == ["Sheet", "问题清单"]
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


def test_only_one_worker_holds_a_ledger(workplace: Workplace):
    """While another process works on the ledger, a run is told to wait and touches nothing."""
    workplace.add()
    (store,) = _stores(workplace)

    with FileLock(store / "worker.lock"):
        ended = workplace.call("run", str(workplace.work_list))

    assert ended.returncode == 4
    assert "另一个 single-window" in ended.stderr
    assert list(workplace.arrivals().values()) == [[]]


def _stores(workplace: Workplace) -> list[Path]:
    workplace.call("dispatch", str(workplace.work_list))
    return list(workplace.folder.glob("data/*"))


def _state(items: dict[str, dict[str, Any]], enterprise: MockState) -> str:
    return str(_item(items, enterprise)["state"])


def _next_step(items: dict[str, dict[str, Any]], enterprise: MockState) -> str:
    return str(_item(items, enterprise)["next_step"])


def _item(items: dict[str, dict[str, Any]], enterprise: MockState) -> dict[str, Any]:
    code = enterprise.enterprise.uscc
    (item,) = [one for one in items.values() if f"|{code}|" in one["reference"]]
    return item


def _requests(enterprise: MockState) -> int:
    return sum(
        one["by"] == "request" for arrived in enterprise.ledger().values() for one in arrived
    )
