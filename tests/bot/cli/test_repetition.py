"""Repeated confirmations: a list to be filled in that begins with the list of last time."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import Result
from openpyxl import load_workbook
from typer.testing import CliRunner

from bot.cli import app
from bot.results.summary import NO_RESULT, RunSummary
from bot.results.workbook import write_workbook
from bot.work_list.opened import open_list
from bot.work_list.reading import read_work_list
from bot.work_list.repetition import CARRIED
from tests.bot.lists import ORIGIN, row, write_csv, write_xlsx

OLD = {"备注": "去年的备注", "预期单证名称": "续转单证"}
ROWS = [
    row(1) | OLD,
    row(2),
    row(1) | {"申请编号": "XW2", "主要联系人姓名": "后来的联系人"},
    row(2) | {"申请编号": "", "主要联系人手机": "x"},
]


@pytest.fixture(autouse=True)
def _at_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator's folder."""
    monkeypatch.chdir(tmp_path)


def _results(path: Path, rows: list[dict[str, str]]) -> Path:
    source = write_xlsx(path.with_name("去年.xlsx"), rows)
    now = datetime(2026, 1, 2)
    summary = RunSummary("去年", ORIGIN, True, now, "模拟经办", ())
    return write_workbook(open_list(source), {2: NO_RESULT}, summary, path.with_suffix(".xlsx"))


def _begin(*words: str) -> Result:
    return CliRunner().invoke(app, ["dispatch", "--template", "新清单.xlsx", *words])


@pytest.mark.parametrize("write", [write_xlsx, write_csv, _results])
def test_a_new_list_begins_with_the_accounts_of_the_last(write: Callable[..., Path]):
    """A row for each enterprise and account, with its last good contact and without numbers."""
    suffix = ".csv" if write is write_csv else ".xlsx"
    last = write(Path(f"去年-结果{suffix}"), ROWS)

    ended = _begin("--from", str(last))
    begun = read_work_list(Path("新清单.xlsx"), ORIGIN)
    first, second = begun.items

    assert ended.exit_code == 0
    assert "2 个账号" in ended.stdout
    assert begun.findings == ()
    assert (first.uscc, second.uscc) == (row(1)["统一社会信用代码"], row(2)["统一社会信用代码"])
    assert (first.contact.name, second.contact.mobile) == ("后来的联系人", row(2)["主要联系人手机"])
    assert first.asks_for_all
    assert second.asks_for_all
    assert {item.contact.remarks for item in begun.items} == {""}
    assert {item.expected_documents for item in begun.items} == {()}


def test_what_could_not_be_read_is_left_to_be_filled_in():
    """A cell that was wrong last time is empty, and the next check asks for it."""
    write_xlsx(Path("去年.xlsx"), [row(1) | {"主要联系人邮箱": "x"}])

    ended = _begin("--from", "去年.xlsx", "--json")
    begun = read_work_list(Path("新清单.xlsx"), ORIGIN)

    assert json.loads(ended.stdout) == {"template": "新清单.xlsx", "rows": 1}
    assert [(one.code, one.heading) for one in begun.findings] == [("B58", "主要联系人邮箱")]


def test_its_cells_are_text():
    """A number that a person types over them stays as it is typed."""
    write_xlsx(Path("去年.xlsx"), [row(1)])
    _begin("--from", "去年.xlsx")

    book = load_workbook("新清单.xlsx")

    assert book.sheetnames == ["工作清单", "填写样例", "填写说明"]
    assert {cell.number_format for cell in book.worksheets[0][2]} == {"@"}
    assert sum(cell.value is not None for cell in book.worksheets[0][2]) == len(CARRIED)


def _hide_a_column(path: Path) -> None:
    write_xlsx(path, [row(1)])
    book = load_workbook(path)
    book.worksheets[0].column_dimensions["E"].hidden = True
    book.save(path)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda path: None, "B01"),
        (lambda path: path.write_bytes(b"x"), "B03"),
        (lambda path: write_xlsx(path, [row(1) | {"统一社会信用代码": "x"}]), "B44"),
        (_hide_a_column, "B77"),
    ],
)
def test_a_last_list_that_cannot_be_read_begins_nothing(make: Callable[[Path], object], code: str):
    """The person reads why, and no file is written."""
    make(Path("去年.xlsx"))

    ended = _begin("--from", "去年.xlsx")

    assert ended.exit_code == 2
    assert code in ended.stderr
    assert not Path("新清单.xlsx").exists()


def test_last_time_is_for_a_new_list_alone():
    """Without a place for the new one, nothing is done."""
    write_xlsx(Path("去年.xlsx"), [row(1)])

    ended = CliRunner().invoke(app, ["dispatch", "去年.xlsx", "--from", "去年.xlsx"])

    assert ended.exit_code == 2
    assert "--from 和 --template 一起用" in ended.stderr
