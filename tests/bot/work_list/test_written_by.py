"""Lists that other programs have written: the same rows, whoever wrote them."""

from pathlib import Path

import pytest

from bot.work_list.marked_copy import write_marked_copy
from bot.work_list.opened import open_list
from bot.work_list.reading import read_work_list
from tests.bot.lists import ORIGIN, row, write_xlsx

FOLDER = Path(__file__).parent / "written_by"
FILES = sorted([*FOLDER.glob("*.xlsx"), *FOLDER.glob("*.csv")])
ROWS = [
    row(1),
    row(2) | {"备注": "加急，周五以前", "预期单证名称": "续转单证；投保单"},
    row(3) | {"申请编号": "", "企业名称": "模拟𠮷祥（广东）出口企业有限公司"},
]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_list_is_read_as_it_was_written(tmp_path: Path, file: Path):
    """Nothing is said of it, and every row says what it said in the other program."""
    ours = read_work_list(write_xlsx(tmp_path / "清单.xlsx", ROWS), ORIGIN)

    work_list = read_work_list(file, ORIGIN)

    assert work_list.findings == ()
    assert work_list.items == ours.items
    assert work_list.extra_columns == ("序号", "接单日期")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_list_is_copied_as_it_was_written(tmp_path: Path, file: Path):
    """The marked copy is a list again, with the same rows."""
    copied = tmp_path / file.name
    copied.write_bytes(file.read_bytes())
    work_list = read_work_list(copied, ORIGIN)

    made = write_marked_copy(work_list)

    assert made
    assert read_work_list(made, ORIGIN).items == work_list.items


@pytest.mark.parametrize("file", sorted(FOLDER.glob("line_ends/*")), ids=lambda file: file.stem)
def test_line_ends_that_a_program_wrote_are_cut_and_told(file: Path):
    """Columns are known by their names without them, and no name ends in one."""
    work_list = read_work_list(file, ORIGIN)

    assert work_list.errors == ()
    assert {item.contact.name for item in work_list.items} == {"模拟联系人"}
    assert [(one.code, one.heading) for one in work_list.warnings] == [
        ("B49", "主要联系人姓名")
    ] * 3
    assert all("个换行" in one.problem for one in work_list.warnings)
    assert work_list.extra_columns == ("序号", "接单日期")


def test_the_programs_write_in_different_ways():
    """Shared strings, strings in the cells and pieces of rich text are all among the files."""
    books = {file.stem: open_list(file).workbook for file in FOLDER.glob("*.xlsx")}
    kinds = {type(book.worksheets[0]["J3"].value).__name__ for book in books.values()}

    assert len(books) >= 6
    assert kinds == {"str", "CellRichText"}
