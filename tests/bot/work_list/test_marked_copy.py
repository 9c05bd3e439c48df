"""The marked copy: the person's own list, with each finding where it belongs."""

from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.worksheet.worksheet import Worksheet

from bot.work_list import marked_copy
from bot.work_list.columns import COLUMNS
from bot.work_list.file import MAX_CELLS, MAX_ROWS
from bot.work_list.marked_copy import QUESTIONABLE, WRONG, write_marked_copy
from bot.work_list.reading import read_work_list
from tests.bot.lists import ORIGIN, row, write_csv, write_xlsx

WRONG_ROWS = [
    row(1) | {"主要联系人手机": "020-87654321", "主要联系人邮箱": "x"},
    row(2),
    row(3) | {"企业名称": " 模拟企业"},
]


def _marked(path: Path) -> tuple[Path, Worksheet]:
    made = write_marked_copy(read_work_list(path, ORIGIN))
    assert made
    return made, load_workbook(made).worksheets[0]


def _marks(sheet: Worksheet) -> dict[str, str]:
    marks = {WRONG.fgColor.rgb: "wrong", QUESTIONABLE.fgColor.rgb: "questionable"}
    return {
        cell.coordinate: marks[cell.fill.fgColor.rgb]
        for cells in sheet.iter_rows()
        for cell in cells
        if cell.fill.fgColor.rgb in marks
    }


@pytest.mark.parametrize("write", [write_xlsx, write_csv])
def test_wrong_cells_are_coloured_and_say_why(tmp_path: Path, write):
    """Errors and warnings have colours of their own, and a comment with the remedy."""
    path = write(tmp_path / f"清单.{write.__name__[6:]}", WRONG_ROWS)
    before = path.read_bytes()

    made, sheet = _marked(path)

    assert made == tmp_path / "清单-问题.xlsx"
    assert _marks(sheet) == {"G2": "wrong", "H2": "wrong", "B4": "questionable"}
    assert "请填写 11 位手机号码。(B54)" in sheet["G2"].comment.text
    assert sheet["G2"].value == "020-87654321"  # it is the person's own file
    assert path.read_bytes() == before


def test_a_sheet_lists_every_finding(tmp_path: Path):
    """Code, weight, place, masked value, rule, trouble and remedy, one in each row."""
    made, _ = _marked(write_xlsx(tmp_path / "清单.xlsx", WRONG_ROWS))

    told = list(load_workbook(made)["问题清单"].iter_rows(values_only=True))

    assert [cells[:6] for cells in told[1:]] == [
        ("B54", "错误", 2, "G", "主要联系人手机", "020****4321"),
        ("B56", "错误", 2, "H", "主要联系人邮箱", "x***"),
        ("B49", "提醒", 4, "B", "企业名称", None),
    ]
    assert told[1][6] == "手机号码与固定电话填反"
    assert all(cells[8] for cells in told)


def test_the_sheet_of_findings_can_be_printed(tmp_path: Path):
    """Across A4, no wider than one page, with its headings on each."""
    made, _ = _marked(write_xlsx(tmp_path / "清单.xlsx", WRONG_ROWS))

    book = load_workbook(made)
    sheet = book["问题清单"]

    assert book["Sheet"].sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$1:$1"


def test_a_finding_about_a_row_stands_at_its_beginning(tmp_path: Path):
    """A row that is hidden is marked in its first cell; what is about the file is listed alone."""
    path = write_xlsx(tmp_path / "清单.xlsx", [row(1), row(2)])
    book = load_workbook(path)
    book.worksheets[0].row_dimensions[3].hidden = True
    book.save(path)

    _, sheet = _marked(path)

    assert _marks(sheet) == {"A3": "wrong"}


def test_a_copy_that_was_put_right_is_a_good_list(tmp_path: Path):
    """The person goes on with the copy: neither marks nor the sheet of ours stand in the way."""
    made, _ = _marked(write_xlsx(tmp_path / "清单.xlsx", WRONG_ROWS))
    book = load_workbook(made)
    book.worksheets[0]["G2"], book.worksheets[0]["H2"] = "13800138000", "x@example.com"
    book.worksheets[0]["G2"].comment.author = " "  # as LibreOffice leaves it
    book.save(made)

    work_list = read_work_list(made, ORIGIN)

    assert [finding.code for finding in work_list.findings] == ["B49"]
    assert len(work_list.items) == 3


def test_marks_of_an_earlier_copy_go(tmp_path: Path):
    """A copy of a copy shows what is wrong now; a person's own comment stays."""
    made, _ = _marked(write_xlsx(tmp_path / "清单.xlsx", WRONG_ROWS))
    book = load_workbook(made)
    book.worksheets[0]["G2"] = "13800138000"
    book.worksheets[0]["C3"].comment = Comment("已核对", "模拟业务员")
    book.save(made)

    again, sheet = _marked(made)

    assert again == tmp_path / "清单-问题-2.xlsx"
    assert _marks(sheet) == {"H2": "wrong", "C3": "questionable", "B4": "questionable"}
    assert sheet["G2"].comment is None
    assert load_workbook(again).sheetnames == ["Sheet", "问题清单"]


def test_passwords_are_not_copied(tmp_path: Path):
    """A list that held passwords has them once, not twice."""
    path = write_xlsx(tmp_path / "清单.xlsx", [row(1) | {"登录密码": "Secret-1"}])

    made, sheet = _marked(path)

    assert _marks(sheet) == {"K1": "wrong"}
    assert sheet["K2"].value is None
    assert not [part for part in _parts(made) if b"Secret" in part]


def _parts(path: Path) -> list[bytes]:
    with ZipFile(path) as archive:
        return [archive.read(name) for name in archive.namelist()]


def test_merged_cells_and_many_findings_do_not_stop_it(tmp_path: Path, monkeypatch):
    """Of merged cells the first is marked; past a limit of comments the sheet alone tells why."""
    monkeypatch.setattr(marked_copy, "MAX_COMMENTS", 1)
    path = write_xlsx(tmp_path / "清单.xlsx", WRONG_ROWS)
    book = load_workbook(path)
    book.worksheets[0].merge_cells("D2:D3")
    book.save(path)

    _, sheet = _marked(path)

    assert set(_marks(sheet)) == {"G2", "H2", "D2", "B4"}
    assert [cell for cells in sheet.iter_rows() for cell in cells if cell.comment] == [sheet["G2"]]


def test_the_copy_is_no_larger_than_a_list_may_be(tmp_path: Path, monkeypatch):
    """However much is wrong, the copy can be read again: what is not listed is counted."""
    largest = MAX_ROWS * len(COLUMNS) + marked_copy.MAX_LISTED * len(marked_copy.PROBLEM_COLUMNS)
    monkeypatch.setattr(marked_copy, "MAX_LISTED", 2)

    made, _ = _marked(write_xlsx(tmp_path / "清单.xlsx", WRONG_ROWS))
    told = list(load_workbook(made)["问题清单"].iter_rows(values_only=True))

    assert largest < MAX_CELLS
    assert [cells[0] for cells in told] == ["编号", "B54", "B56", None]
    assert told[-1][7] == "另有 1 处没有列出"


def test_a_file_that_is_no_list_has_no_copy(tmp_path: Path):
    """What cannot be opened cannot be marked."""
    path = tmp_path / "清单.xlsx"
    path.write_bytes(b"x")

    assert write_marked_copy(read_work_list(path, ORIGIN)) is None
