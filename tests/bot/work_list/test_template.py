"""The template: empty it is refused, filled in it is a good list."""

from pathlib import Path

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from bot.work_list.columns import COLUMNS
from bot.work_list.reading import read_work_list
from bot.work_list.template import EXCEL_RULES, SAMPLES, write_template
from bot.work_list.workbook import OWN_SHEETS
from tests.bot.lists import ORIGIN, fill_in, row, write_xlsx


def test_an_empty_template_is_refused_in_one_clear_sentence(tmp_path: Path):
    """The operator reads that it is not filled in, and where to begin."""
    work_list = read_work_list(write_template(tmp_path / "清单.xlsx"), ORIGIN)
    (finding,) = work_list.findings

    assert (finding.code, finding.problem) == ("B02", "模板还没有填写")
    assert "第 2 行" in finding.fix
    assert work_list.items == ()


def test_a_template_filled_in_is_a_good_list(tmp_path: Path):
    """Its own sheets are no second list, and nothing is said of it."""
    made = fill_in(write_template(tmp_path / "清单.xlsx"), [row(1), row(2)])

    work_list = read_work_list(made, ORIGIN)

    assert work_list.findings == ()
    assert [item.row for item in work_list.items] == [2, 3]
    assert work_list.items[0].reference.endswith(row(1)["申请编号"])


def test_every_column_is_text_with_a_width_a_hint_and_a_frozen_heading(tmp_path: Path):
    """What is typed into a new row stays as it is typed, and the heading stays in sight."""
    sheet = _sheet(tmp_path)
    hints = {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}

    assert [cell.value for cell in sheet[1]] == [
        one.heading + "*" * one.is_required for one in COLUMNS
    ]
    assert sheet.freeze_panes == "A2"
    for letter, column in zip("ABCDEFGHIJ", COLUMNS, strict=True):
        dimension = sheet.column_dimensions[letter]
        rule = hints[f"{letter}2:{letter}5001"]
        assert (dimension.number_format, dimension.width >= 16) == ("@", True)
        assert rule.prompt
        assert rule.showInputMessage
        assert (rule.type == "custom") == (column.heading in EXCEL_RULES)


def test_notes_explain_every_column(tmp_path: Path):
    """A sheet in Chinese says of each column what belongs there."""
    write_template(tmp_path / "清单.xlsx")
    book = load_workbook(tmp_path / "清单.xlsx")
    told = {cells[0]: cells[2] for cells in book["填写说明"].iter_rows(values_only=True)}

    assert book.sheetnames == ["工作清单", "填写样例", "填写说明"]
    assert set(book.sheetnames[1:]) <= OWN_SHEETS
    assert all(told[column.heading] for column in COLUMNS)
    assert "密码" in told


def test_the_sample_keeps_its_own_rules(tmp_path: Path):
    """Whoever imitates it is not refused."""
    headings = [column.heading for column in COLUMNS]
    rows = [dict.fromkeys(headings, "") | sample for sample in SAMPLES]

    work_list = read_work_list(write_xlsx(tmp_path / "样例.xlsx", rows), ORIGIN)

    assert work_list.findings == ()
    assert len(work_list.items) == len(SAMPLES)


def test_every_sheet_is_printed_one_page_wide(tmp_path: Path):
    """Across A4, with its headings on each page."""
    book = load_workbook(write_template(tmp_path / "清单.xlsx"))

    for sheet in book:
        assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.print_title_rows


def _sheet(folder: Path) -> Worksheet:
    return load_workbook(write_template(folder / "清单.xlsx")).worksheets[0]
