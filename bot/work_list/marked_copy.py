"""The marked copy: the person's own list, with every finding where it belongs."""

from collections.abc import Iterable, Sequence
from copy import copy
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.utils import column_index_from_string
from openpyxl.worksheet.worksheet import Worksheet

from bot.work_list.file import list_sheet
from bot.work_list.findings import CODES, Finding, Unfit, by_rule, is_from_finding
from bot.work_list.opened import open_list
from bot.work_list.reading import WorkList
from bot.work_list.workbook import PROBLEMS, OwnSheet, fit_to_paper, keep_texts, save

SUFFIX = "-问题"
AUTHOR = "single-window"
WRONG = PatternFill("solid", fgColor="FFFFC7CE")
QUESTIONABLE = PatternFill("solid", fgColor="FFFFEB9C")
OURS = frozenset({WRONG.fgColor.rgb, QUESTIONABLE.fgColor.rgb})
MAX_COMMENTS = 1_000  # more make a workbook that opens slowly
MAX_LISTED = 2_000  # more make the copy too large to be a list again
PROBLEM_COLUMNS = ("编号", "轻重", "行", "列", "列名", "内容", "规则", "问题", "怎样改")
WIDTHS = (8, 8, 8, 8, 22, 24, 26, 50, 50)


def write_marked_copy(work_list: WorkList) -> Path | None:
    """Write the copy beside the list, and return where; None if the list cannot be opened."""
    try:
        workbook = (work_list.source or open_list(work_list.path)).take_copy()
        sheet = list_sheet(workbook)
    except Unfit:
        return None
    _unmark(sheet)
    _mark(sheet, work_list.findings)
    _leave_passwords_out(sheet, work_list.findings)
    _list_all(workbook, work_list.findings)
    fit_to_paper(sheet)
    keep_texts(workbook)
    path = work_list.path
    stem = path.stem.removesuffix(SUFFIX)
    return save(workbook, path.with_name(f"{stem}{SUFFIX}.xlsx"), spare=path)


def _unmark(sheet: Worksheet) -> None:
    """Remove the marks of an earlier copy, since a person may go on working with one."""
    for cells in sheet.iter_rows():
        for cell in cells:
            if cell.has_style and cell.fill.fgColor.rgb in OURS:
                cell.fill = PatternFill()
            if cell.comment and is_from_finding(cell.comment.text):
                cell.comment = None


def _mark(sheet: Worksheet, findings: Iterable[Finding]) -> None:
    told: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.row:
            place = _shown_cell(sheet, f"{finding.column or 'A'}{finding.row}")
            told.setdefault(place, []).append(finding)
    for number, (place, here) in enumerate(told.items()):
        is_wrong = any(not finding.is_warning for finding in here)
        sheet[place].fill = copy(WRONG if is_wrong else QUESTIONABLE)
        if number < MAX_COMMENTS and isinstance(sheet[place], Cell):
            text = "\n".join(f"{one.problem}；{one.fix}。({one.code})" for one in here)
            height = 40 + 40 * len(here)
            sheet[place].comment = Comment(text, AUTHOR, height=height, width=320)


def _shown_cell(sheet: Worksheet, place: str) -> str:
    """Return the cell that a person sees there: the first cell of a merged area."""
    if not isinstance(sheet[place], MergedCell):
        return place
    areas = (area for area in sheet.merged_cells.ranges if place in area)
    return next((area.coord.partition(":")[0] for area in areas), place)


def _leave_passwords_out(sheet: Worksheet, findings: Iterable[Finding]) -> None:
    for finding in findings:
        if finding.code == "B73":
            column = column_index_from_string(finding.column)
            for row in range(2, sheet.max_row + 1):
                if isinstance(cell := sheet.cell(row, column), Cell):
                    cell.value = None


def _list_all(workbook: Workbook, findings: Sequence[Finding]) -> None:
    own = OwnSheet(workbook, PROBLEMS, WIDTHS)
    own.add(*PROBLEM_COLUMNS, is_heading=True)
    for one in by_rule(findings)[:MAX_LISTED]:
        weight = "提醒" if one.is_warning else "错误"
        place = (one.row or "", one.column, one.heading, one.value)
        own.add(one.code, weight, *place, CODES[one.code], one.problem, one.fix)
    if (rest := len(findings) - MAX_LISTED) > 0:
        own.add("", "", "", "", "", "", "", f"另有 {rest} 处没有列出", "请先改正以上各处")
    own.sheet.freeze_panes = "A2"
    own.sheet.auto_filter.ref = own.sheet.dimensions
