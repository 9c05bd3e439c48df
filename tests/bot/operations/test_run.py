"""`single-window run` as an operator runs it, on a mock portal, in a real browser."""

import json
import re
import signal
from base64 import b64encode
from collections.abc import Callable
from hashlib import md5

import pytest
from openpyxl import load_workbook

from bot.work_list.template import write_template
from tests.bot.conftest import Workplace
from tests.bot.lists import fill_in
from tests.bot.matrix.day import PROGRAM


@pytest.mark.slow
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

    password = state.enterprise.password.reveal().encode()
    left = [path for path in here.folder.rglob("*") if path.is_file()]
    secrets = (password, md5(password).hexdigest().encode(), b64encode(password))

    assert [one for one in left if any(secret in one.read_bytes() for secret in secrets)] == []
    assert "已确认" in [cell.value for cell in load_workbook(workbook).worksheets[1][2]]
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
    assert "已清除 1 张保单的联系方式，证据包中的 4 个文件" in purged.stdout
    assert (still_whole.returncode, "4 个文件已清除" in still_whole.stdout) == (0, True)
    assert tampered.returncode == 1
    assert json.loads(tampered.stdout)["findings"]


def test_a_password_in_the_remarks_fails_the_run(workplace: Workplace):
    """The result has stars; sealed evidence and the ledger stay, and are told."""
    enterprise = workplace.add()
    password = enterprise.enterprise.password.reveal()
    (number,) = enterprise.ledger()
    workplace.forget_rows()
    workplace.add_row(enterprise, number, 备注=f"密码 {password}")

    ended = workplace.call("run", str(workplace.work_list))
    row = load_workbook(workplace.folder / "清单-结果.xlsx").worksheets[1][2]
    put_away = [path.name for path in workplace.folder.rglob("quarantine/*/*")]

    assert ended.returncode == 3
    assert re.search(r"文件中留有密码.*ledger\.sqlite", ended.stdout)
    assert f"密码 {'*' * len(password)}" in [cell.value for cell in row]
    assert re.search(r"文件中留有密码.*contact\.json", ended.stdout)
    assert put_away == []
    assert list(workplace.folder.rglob("ledger.sqlite"))
    assert password not in ended.stdout + ended.stderr


def test_a_row_without_a_number_takes_all_that_is_pending(workplace: Workplace):
    """A request becomes one work item for each pending policy, and its row tells them all."""
    state = workplace.add("")
    numbers = state.add_policies(2)

    code, items = workplace.run()
    result = load_workbook(workplace.folder / "清单-结果.xlsx").worksheets[1]
    told = [str(cell.value) for cell in result[2]]

    assert code == 0
    assert {number: item["state"] for number, item in items.items()} == dict.fromkeys(
        numbers, "confirmed"
    )
    assert all(any(number in text for text in told) for number in numbers)


@pytest.mark.slow
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


@pytest.mark.slow
def test_a_reworded_declaration_keeps_nobody_else(workplace: Workplace):
    """Who sees the new wording waits until it is accepted; who sees the old one is confirmed."""
    (reworded,) = workplace.add().ledger()
    workplace.enterprises[0].set_faults({"id": "declaration_reworded"})
    (usual,) = workplace.add().ledger()

    code, items = workplace.run()
    (new,) = workplace.ask("declaration")["declarations"]
    before = workplace.arrivals()
    accepted = workplace.call(
        *("declaration", "--accept", new["digest"], "--by", "模拟签字人", "--data-dir", "data")
    )
    workplace.run()
    workplace.approve(reworded)
    again, after = workplace.run()

    assert code == 1
    assert (items[reworded]["state"], items[reworded]["code"]) == (
        "needs_person",
        "DECLARATION_CHANGED",
    )
    assert (before[reworded], len(before[usual])) == ([], 1)
    assert any(line.startswith("+") for line in new["differences"])
    assert accepted.returncode == 0
    assert (again, after[reworded]["state"]) == (0, "confirmed")


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


def test_a_row_that_was_taken_out_after_a_kill_is_not_confirmed(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
):
    """The next run goes by its own list, not by what the killed one had in mind."""
    enterprise = workplace.add()
    kept, removed = *enterprise.ledger(), *enterprise.add_policies(1)
    workplace.add_row(enterprise, removed)
    acts = workplace.folder / "acts.json"
    acts.write_text(json.dumps({"*": [["after Robot.collect", "kill"]]}), encoding="utf-8")
    monkeypatch.setenv("ACTS", str(acts))

    killed = workplace.call("run", str(workplace.work_list), program=PROGRAM)
    workplace.forget_rows()
    workplace.add_row(enterprise, kept)
    code, items = workplace.run()

    assert killed.returncode == -signal.SIGKILL
    assert (code, list(items)) == (0, [kept])
    assert {number: len(arrived) for number, arrived in enterprise.ledger().items()} == {
        kept: 1,
        removed: 0,
    }


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


def test_what_the_settings_say_is_real_is_never_a_mock(workplace: Workplace):
    """`live` holds in the settings as it does on the command line."""
    workplace.add()
    workplace.write_settings(live=True, allow_http=["127.0.0.1"])

    ended = workplace.call("run", str(workplace.work_list))

    assert ended.returncode == 4
    assert "是模拟门户，不能用 --live" in ended.stderr


def test_a_portal_that_does_not_answer_ends_in_one_sentence(workplace: Workplace):
    """Exit code 4 and no stack trace."""
    workplace.add()
    workplace.write_settings(portal_url="http://127.0.0.1:9")

    ended = workplace.call("run", str(workplace.work_list))

    assert ended.returncode == 4
    assert len(ended.stderr.strip().splitlines()) == 1
    assert "没有应答" in ended.stderr
