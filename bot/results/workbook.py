"""结果工作簿: a copy of the work list with the result of each row, and a sheet of the run."""

from collections.abc import Mapping
from copy import copy
from pathlib import Path
from typing import Any
from urllib.parse import quote

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from bot.results.standing import WORDS
from bot.results.summary import NO_RESULT, RowResult, RunSummary
from bot.work_list.file import list_sheet
from bot.work_list.opened import OpenList
from bot.work_list.text import width
from bot.work_list.workbook import (
    OWN_SHEETS,
    SUMMARY,
    OwnSheet,
    copy_look,
    fit_to_paper,
    keep_texts,
    make_room,
    put_words,
    save,
    show_first,
    ungroup_columns,
)

RESULT_HEADINGS = ("状态", "结果说明", "下一步", "确认时间", "证据包")
WIDTHS = (16, 44, 44, 22, 28)


def write_workbook(
    source: OpenList, rows: Mapping[int, RowResult], summary: RunSummary, target: Path
) -> Path:
    """Copy the list with a result beside each row, and return where the copy lies.

    Formulas in it become their last values; the list itself is never touched.
    """
    workbook = source.take_copy()
    sheet = list_sheet(workbook)
    first = _first_result_column(sheet)
    _make_columns_readable(sheet, first)
    for row in range(2, sheet.max_row + 1):
        _write_row(sheet, row, first, rows.get(row, NO_RESULT), target.parent)
    _write_headings(sheet, first)
    for title in OWN_SHEETS & set(workbook.sheetnames):  # samples and notes are for the list alone
        workbook.remove(workbook[title])
    _write_summary(workbook, summary)
    fit_to_paper(sheet)
    keep_texts(workbook)
    return save(workbook, target, spare=source.path)


def _write_summary(workbook: Workbook, summary: RunSummary) -> None:
    """Put a sheet first with the runs, the counts, and who must do what next."""
    sheet = OwnSheet(workbook, SUMMARY, (22, 34, 26, 44, 44))
    mark = "（模拟门户，非真实业务）" if summary.is_mock else ""
    sheet.add(summary.title + mark, is_heading=True)
    for name, fact in summary.facts():
        sheet.add(name, fact)
    sheet.add("")
    sheet.add("状态", "张数", is_heading=True)
    for state, count in summary.counts():
        sheet.add(WORDS[state], count)
    sheet.add("保单合计", summary.policies)
    waiting = [item for item in summary.items if item.is_open]
    if waiting:
        sheet.add("")
        sheet.add("等谁", "企业名称", "申请编号", "下一步", "说明", is_heading=True)
    for item in sorted(waiting, key=lambda item: item.waits_for):
        named = (item.waits_for, item.enterprise_name, item.application_no)
        sheet.add(*named, item.next_step, item.explanation)
    show_first(sheet.sheet)


def _first_result_column(sheet: Worksheet) -> int:
    headings = tuple(cell.value for cell in sheet[1])
    first = len(headings) - len(RESULT_HEADINGS) + 1
    # a list that is itself an earlier result gets its result columns written again
    return first if headings[first - 1 :] == RESULT_HEADINGS else len(headings) + 1


def _make_columns_readable(sheet: Worksheet, first: int) -> None:
    ungroup_columns(sheet, first + len(RESULT_HEADINGS))
    for index in range(1, first):
        letter = get_column_letter(index)
        if letter not in sheet.column_dimensions:
            texts = [str(sheet.cell(row, index).value or "") for row in range(1, sheet.max_row + 1)]
            widest = max(map(width, texts)) + 2
            sheet.column_dimensions[letter].width = min(max(widest, 10), 40)
    for index, wide in enumerate(WIDTHS, start=first):
        sheet.column_dimensions[get_column_letter(index)].width = wide
    sheet.freeze_panes = sheet.freeze_panes or "A2"


def _write_row(sheet: Worksheet, row: int, first: int, result: RowResult, folder: Path) -> None:
    texts = (result.state, result.explanation, result.next_step, result.confirmed_at)
    for index, text in enumerate(texts, start=first):
        cell = sheet.cell(row, index)
        put_words(cell, text)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    link = sheet.cell(row, first + len(texts))
    put_words(link, result.evidence.name if result.evidence else "")
    link.hyperlink = _address(result.evidence, folder) if result.evidence else None
    link.font = Font(color="0563C1", underline="single")
    link.alignment = Alignment(vertical="top")
    make_room(sheet, row, first, first + len(texts))


def _address(evidence: Path, folder: Path) -> str:
    evidence, folder = evidence.resolve(), folder.resolve()
    # a relative link still works when the whole folder is sent to somebody
    if evidence.is_relative_to(folder):
        return quote(evidence.relative_to(folder).as_posix())
    return evidence.as_uri()


def _write_headings(sheet: Worksheet, first: int) -> None:
    model = sheet.cell(1, first - 1)
    for index, heading in enumerate(RESULT_HEADINGS, start=first):
        cell = sheet.cell(1, index)
        cell.value = heading
        copy_look(model, cell)
    for cell in sheet[1]:
        font: Any = copy(cell.font)
        font.bold = True
        cell.font = font
