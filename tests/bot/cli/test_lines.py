"""Without a terminal a log gets one line for each policy; a terminal gets the table."""

import re
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from bot.cli import entries, output, progress, reconcile
from bot.cli.output import SEPARATOR
from bot.ledger.ledger import Ledger
from bot.ledger.states import State
from bot.operations.reconcile import Agreement, Comparison, Reconciliation
from pages.visible import in_one_line
from tests.bot.cli.office import EVERY_KIND, Office, answer_requests
from tests.bot.items import bring_to
from tests.bot.lists import row

BOX = re.compile(r"[\u2500-\u257f]")
FIELDS = 8  # time, enterprise, number, state, code, who, explanation, next step


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """A folder whose portal knows each of the enterprises otherwise."""
    monkeypatch.chdir(tmp_path)
    office = Office(monkeypatch)
    office.play(answer_requests)
    return office


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """What a person at a terminal sees on stdout."""
    seen = StringIO()
    console = Console(file=seen, force_terminal=True, width=120, color_system=None)
    for module in (entries, output, reconcile):
        monkeypatch.setattr(module, "out", console)
    return seen


def lines(shown: str) -> list[list[str]]:
    """Return the fields of every line that is one of a log."""
    split = [line.split(SEPARATOR) for line in shown.splitlines()]
    return [fields for fields in split if len(fields) > 1]


@pytest.mark.parametrize("command", ["run", "status", "results"])
def test_every_policy_and_every_row_has_one_line(office: Office, command: str):
    """It begins with date, time and zone, and has every field, however long it is."""
    listed = office.write(*EVERY_KIND)
    office.call("run", listed, "--accept-valid")
    more = ("--accept-valid",) if command == "run" else ()

    shown = office.call(command, listed, *more).stdout
    found = lines(shown)

    assert [(fields[2], fields[3], fields[4]) for fields in found] == [
        (row(1)["申请编号"], "已确认", ""),
        ("XWFOUND1", "已确认", ""),
        ("清单第 3 行", "未受理", "B52"),
        ("清单第 4 行，全部待确认", "没有办到", "LOGIN_REFUSED"),
        ("清单第 5 行，全部待确认", "没有待确认", "NOTHING_PENDING"),
        ("清单第 6 行，全部待确认", "没有办到", "NOT_REACHED"),
    ]
    assert {len(fields) for fields in found} == {FIELDS}
    assert {datetime.fromisoformat(fields[0]).utcoffset() for fields in found} == {
        timedelta(hours=8)
    }
    assert found[3][5:] == ["经办人", "门户拒绝登录：密码错误", "请更正密码后再运行"]
    assert not BOX.search(shown)


@pytest.mark.parametrize("told", ["第一行\n第二行", "一 | 二", "甲\r\n\t乙", "门户：" + "长" * 400])
def test_what_the_portal_says_breaks_no_line(office: Office, told: str):
    """Line ends and separators in a text make no further line and no further field."""

    def refuse(ledger: Ledger, _: str) -> None:
        (entry,) = ledger.entries()
        reference = entry.item.reference
        ledger.move(reference, State.READY, State.REFUSED, "robot", explanation=told)

    office.play(refuse)
    (fields,) = lines(office.call("run", office.write(row(1))).stdout)

    assert len(fields) == FIELDS
    assert fields[6] == in_one_line(told).replace("|", "｜")


def test_findings_of_a_list_are_lines_too(office: Office):
    """Time, file, code, place, value, problem, fix."""
    listed = office.write(row(1) | {"主要联系人手机": "138"}, row(2) | {"主要联系人邮箱": "x"})

    found = lines(office.call("dispatch", listed).stderr)

    assert [(fields[1], fields[2]) for fields in found] == [(listed, "B52"), (listed, "B56")]
    assert {len(fields) for fields in found} == {7}
    assert found[0][3] == "工作表「Sheet」第 2 行 G 列「主要联系人手机」"


COMPARISONS = [
    Comparison("模拟甲", "XW1", "ours", Agreement.OURS, "已确认", "已确认", ""),
    Comparison("模拟甲", "XW2", "to_do", Agreement.TO_DO, "待确认", "", "运行 run 办理"),
]


def test_comparisons_are_lines_too(capsys: pytest.CaptureFixture[str]):
    """What agrees has its line as well."""
    reconcile.print_reconciled(Reconciliation(COMPARISONS, (), ()), as_json=False)
    shown = capsys.readouterr().out

    assert [fields[1:] for fields in lines(shown)] == [
        ["模拟甲", "XW1", "我方已确认", "ours", "已确认", "已确认", ""],
        ["模拟甲", "XW2", "待办", "to_do", "待确认", "", "运行 run 办理"],
    ]
    assert not BOX.search(shown)


@pytest.mark.parametrize("command", ["status", "results", "reconcile"])
def test_a_terminal_still_gets_the_table(office: Office, screen: StringIO, command: str):
    """With headings and boxes; what is done is only counted."""
    listed = office.write(*EVERY_KIND)
    office.call("run", listed, "--accept-valid")
    screen.truncate(0)

    if command == "reconcile":
        reconcile.print_reconciled(Reconciliation(COMPARISONS, (), ()), as_json=False)
    else:
        office.call(command, listed)
    shown = screen.getvalue()

    assert BOX.search(shown)
    assert "申请编号" in shown
    assert SEPARATOR not in shown.replace(" │ ", "")
    assert row(1)["申请编号"] not in shown


def test_progress_is_one_line_for_each_policy(office: Office, monkeypatch: pytest.MonkeyPatch):
    """A log that is written while the run goes on has no bar."""
    seen = StringIO()
    monkeypatch.setattr(progress, "err", Console(file=seen, width=40, soft_wrap=True))
    office.call("dispatch", office.write(row(1)))
    with office.ledger() as ledger:
        bring_to(ledger, State.NEEDS_PERSON, ledger.entries()[0].item)
        entry = ledger.entries()[0]

    with progress.shown_progress("确认投保", 1, is_silent=False) as shown:
        progress.teller(shown)(entry)
    (fields,) = lines(seen.getvalue())

    assert seen.getvalue().count("\n") == 1
    assert fields[1:4] == [entry.item.enterprise_name, entry.item.label, "需要人工处理"]
