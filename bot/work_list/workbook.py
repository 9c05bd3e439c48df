"""Workbooks as we write them: text that stays text, columns that can be read, files made whole."""

import os
from collections.abc import Iterator
from contextlib import suppress
from copy import copy
from io import BytesIO
from math import ceil
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, MergedCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from bot.private_files import write_half
from bot.work_list.text import FORMULA_STARTS, decoded, encoded, width
from pages.visible import visible_lines

SAMPLE, NOTES, PROBLEMS, SUMMARY = "填写样例", "填写说明", "问题清单", "汇总"
OWN_SHEETS = frozenset({SAMPLE, NOTES, PROBLEMS, SUMMARY})
"""The sheets that we add; none of them is ever read as a list."""
TITLE = "工作清单"  # of the sheet that holds a list
LINE_HEIGHT = 16  # in points
HIGHEST_ROW = 409.5  # points; Excel shows no more
A4 = 9  # as spreadsheet programs count paper
HEADING_FILL = PatternFill("solid", fgColor="DCE6F1")


def text_of(cell: Cell | MergedCell) -> str:
    """Return the text of a cell as a spreadsheet program shows it, its escapes decoded."""
    return "" if cell.value is None else decoded(str(cell.value))


def put_text(cell: Cell | MergedCell, text: str) -> None:
    """Write text that no spreadsheet program will ever take for a formula or an escape."""
    _put(cell, encoded(text))


def _put(cell: Cell | MergedCell, text: str) -> None:
    cell.value = ILLEGAL_CHARACTERS_RE.sub("\ufffd", text) or None
    cell.data_type = "s" if text else "n"
    if text.startswith(FORMULA_STARTS):
        cell.quotePrefix = True


def put_words(cell: Cell | MergedCell, words: str) -> None:
    """Write what we say, with each hidden character spelled out."""
    put_text(cell, visible_lines(words))


def keep_texts(workbook: Workbook) -> None:
    """Let no text of the workbook become a formula, even if a person wrote it."""
    for sheet in workbook.worksheets:
        for cells in sheet.iter_rows():
            for cell in cells:
                if isinstance(cell.value, str):
                    _put(cell, cell.value)


class OwnSheet:
    """A sheet of ours at the end of a workbook, written row by row."""

    def __init__(self, workbook: Workbook, title: str, widths: tuple[int, ...]) -> None:
        """Add it; it replaces a sheet of the same name."""
        if title in workbook.sheetnames:
            workbook.remove(workbook[title])
        self.sheet: Worksheet = workbook.create_sheet(title)
        self._row = 0
        fit_to_paper(self.sheet)
        for index, wide in enumerate(widths, start=1):
            self.sheet.column_dimensions[get_column_letter(index)].width = wide

    def add(self, *texts: object, is_heading: bool = False) -> None:
        """Write the next row, as high as needed; the last heading is printed on each page."""
        self._row += 1
        if is_heading:
            self.sheet.print_title_rows = f"{self._row}:{self._row}"
        for index, text in enumerate(texts, start=1):
            cell = self.sheet.cell(self._row, index)
            if isinstance(text, int):
                cell.value = text
            else:
                put_words(cell, str(text or ""))
            cell.alignment = Alignment(wrap_text=not is_heading, vertical="top", horizontal="left")
            if is_heading:
                cell.font = Font(bold=True)
                cell.fill = HEADING_FILL
        if not is_heading:
            make_room(self.sheet, self._row, 1, len(texts))


def make_room(sheet: Worksheet, row: int, first: int, last: int) -> None:
    """Make a row as high as the texts of these columns need; some programs do not do it."""
    lines = [1]
    for index in range(first, last + 1):
        room = sheet.column_dimensions[get_column_letter(index)].width - 1
        texts = str(sheet.cell(row, index).value or "").split("\n")
        lines.append(sum(max(1, ceil(width(text) / room)) for text in texts))
    height = sheet.row_dimensions[row].height or 0
    sheet.row_dimensions[row].height = min(max(height, LINE_HEIGHT * max(lines)), HIGHEST_ROW)


def fit_to_paper(sheet: Worksheet) -> None:
    """Let all of a sheet be printed across A4, one page wide, with its headings on each."""
    sheet.print_area = None  # it might leave columns out
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.paperSize = A4
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0  # as many pages as its rows need
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:1"


def show_first(sheet: Worksheet) -> None:
    """Let a sheet be the first of its workbook, and the only one that is selected."""
    workbook = sheet.parent
    if workbook is None:
        return
    workbook.move_sheet(sheet, -workbook.index(sheet))
    workbook.active = sheet
    for other in workbook.worksheets:
        other.sheet_view.tabSelected = other is sheet


def ungroup_columns(sheet: Worksheet, last: int) -> None:
    """Give each column up to this one a width of its own.

    One width for a range of columns would overlap those set later, and Excel takes a workbook
    with overlapping widths for a damaged one.
    """
    groups: list[Any] = list(sheet.column_dimensions.values())
    for group in groups:
        first = column_index_from_string(group.index)
        for index in range(first + 1, min(group.max or first, last) + 1):
            column: Any = sheet.column_dimensions[get_column_letter(index)]
            column.width, column.hidden = group.width, group.hidden
            column._style = copy(group._style)
        group.min = group.max = first


def save(workbook: Workbook, target: Path, spare: Path | None = None) -> Path:
    """Write a workbook in one step, and return where it lies."""
    content = BytesIO()
    workbook.save(content)
    return publish(content.getvalue(), target, spare)


def publish(content: bytes, target: Path, spare: Path | None) -> Path:
    """Put a file that only this user may read in place in one step, and return where it lies.

    If somebody has the target open, the file gets a new name. The spare file is never replaced.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    half = write_half(target, content)
    for name in _names(target):
        if (spare and name.resolve() == spare.resolve()) or is_open(name):
            continue
        # Windows does not replace a file that somebody has open
        with suppress(PermissionError, IsADirectoryError):
            os.replace(half, name)
            return name
    half.unlink()
    raise FileExistsError(target)


def is_open(path: Path) -> bool:
    """Tell whether a spreadsheet program has this file open, by its lock file in the folder."""
    return any(path.with_name(name).exists() for name in lock_names(path))


def lock_names(path: Path) -> tuple[str, ...]:
    """Return the names of the lock files of Excel, WPS, and LibreOffice."""
    return f"~${path.name}", f".~{path.name}", f".~lock.{path.name}#"


def _names(target: Path) -> Iterator[Path]:
    yield target
    for number in range(2, 100):
        yield target.with_stem(f"{target.stem}-{number}")


def copy_look(model: Any, cell: Any) -> None:
    """Let a cell look like another."""
    for part in ("font", "fill", "border", "alignment"):
        setattr(cell, part, copy(getattr(model, part)))
