"""A command parses a list once; results and the marked copy reuse the workbook."""

import os
import stat
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from bot.results.page import write_html
from bot.results.summary import NO_RESULT, RunSummary
from bot.results.workbook import write_workbook
from bot.work_list import file as list_file
from bot.work_list.marked_copy import write_marked_copy
from bot.work_list.reading import read_work_list
from bot.work_list.template import write_template
from tests.bot.lists import ORIGIN, row, write_xlsx

NOW = datetime(2026, 1, 2)
SUMMARY = RunSummary("结果", ORIGIN, True, NOW, "模拟经办", ())


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """How often a workbook was parsed: each time, whether formulas became their values."""
    told: list[bool] = []

    def load(*args: object, data_only: bool, **options: object) -> Workbook:
        told.append(data_only)
        return load_workbook(*args, data_only=data_only, **options)

    monkeypatch.setattr(list_file, "load_workbook", load)
    return told


def test_results_are_written_on_the_workbook_that_was_checked(tmp_path: Path, parsed: list[bool]):
    """Nothing of the list is parsed again, and its rows come out as they went in."""
    work_list = read_work_list(write_xlsx(tmp_path / "清单.xlsx", [row(1), row(2)]), ORIGIN)
    made = write_workbook(work_list.source, {2: NO_RESULT}, SUMMARY, tmp_path / "结果.xlsx")
    sheet = load_workbook(made)["Sheet"]

    assert parsed == [False]
    assert [sheet["B2"].value, sheet["B3"].value] == [row(1)["企业名称"], row(2)["企业名称"]]


def test_what_is_written_on_is_handed_out_once(tmp_path: Path, parsed: list[bool]):
    """Marks of what is wrong do not come out in the results."""
    path = write_xlsx(tmp_path / "清单.xlsx", [row(1), row(2) | {"主要联系人手机": "x"}])
    work_list = read_work_list(path, ORIGIN)
    write_marked_copy(work_list)
    made = write_workbook(work_list.source, {2: NO_RESULT}, SUMMARY, tmp_path / "结果.xlsx")

    assert parsed == [False, True]
    assert [sheet.title for sheet in load_workbook(made).worksheets] == ["汇总", "Sheet"]
    assert load_workbook(made)["Sheet"]["G3"].comment is None


def test_formulas_of_other_columns_come_out_as_their_values(tmp_path: Path, parsed: list[bool]):
    """They may stand beside the columns of a list; a result keeps what they came to."""
    path = write_xlsx(tmp_path / "清单.xlsx", [row(1)])
    book = load_workbook(path)
    book.worksheets[0].append([])
    book.worksheets[0].cell(1, 12).value, book.worksheets[0].cell(2, 12).value = "另", "=1+1"
    book.save(path)
    work_list = read_work_list(path, ORIGIN)
    made = write_workbook(work_list.source, {2: NO_RESULT}, SUMMARY, tmp_path / "结果.xlsx")
    cells = [cell.value for line in load_workbook(made)["Sheet"] for cell in line]

    assert parsed == [False, True]
    assert "=1+1" not in cells


WRITERS = {
    "results": lambda path: write_workbook(
        read_work_list(path, ORIGIN).source, {2: NO_RESULT}, SUMMARY, path.with_stem("结果")
    ),
    "page": lambda path: write_html(SUMMARY, path.with_name("结果.html")),
    "marked copy": lambda path: write_marked_copy(read_work_list(path, ORIGIN)),
    "template": lambda path: write_template(path.with_stem("新清单"), [row(1)]),
}


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_what_names_people_is_private(tmp_path: Path, write: Callable[[Path], Path]):
    """Wherever the list lies, and whatever was there before, nobody else reads the copy."""
    source = write_xlsx(tmp_path / "清单.xlsx", [row(1) | {"主要联系人手机": "1"}])
    before = os.umask(0o022)
    try:
        old = write(source)
        old.chmod(0o644)  # as an older version has left it
        old.with_name(f".{old.name}.part").write_bytes(b"left by a kill")
        made = write(source)
    finally:
        os.umask(before)

    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert not list(tmp_path.glob(".*.part"))
