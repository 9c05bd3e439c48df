"""What a person may not see of a list's sheet: hidden rows and columns, text beside the list."""

from collections.abc import Iterator
from typing import Any

from openpyxl.styles import Font, PatternFill
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.utils.units import DEFAULT_COLUMN_WIDTH
from openpyxl.worksheet.worksheet import Worksheet

from bot.work_list.appearance import DELETE_ROW, Appearance, shows_text_alone
from bot.work_list.findings import Doubt, Remark, Unfit
from bot.work_list.headings import Headings
from bot.work_list.workbook import text_of

SLIVER = 1  # points of a row's height; less cannot be seen
NARROW = 2  # characters of a column's width; less does not show one of Chinese
UNHIDE = "请取消隐藏，看过里面的内容再运行；用不到的列请整列删除"


def is_row_hidden(sheet: Worksheet, row: int) -> bool:
    """Tell whether nobody sees this row."""
    usual = sheet.sheet_format.defaultRowHeight
    dimension = sheet.row_dimensions.get(row)
    if dimension is None:
        return usual < SLIVER
    return (
        bool(dimension.hidden) or (usual if dimension.height is None else dimension.height) < SLIVER
    )


def unseen_parts(sheet: Worksheet, headings: Headings, appearance: Appearance) -> Iterator[Remark]:
    """Tell what of a sheet is read and not seen, or seen and not read."""
    if is_row_hidden(sheet, 1):
        yield Remark(Unfit("B35", "列名所在的第 1 行隐藏着", "请取消隐藏，核对列名"), 1)
    hidden = _hidden_columns(sheet)
    for index in range(1, sheet.max_column + 1):
        letter, heading = get_column_letter(index), headings.names.get(index, "")
        if index in headings.columns and index in hidden and (rows := _filled(sheet, index)):
            told = f"{letter} 列隐藏着，里面有 {len(rows)} 格内容，没有人看见也会照样办理"
            yield Remark(Unfit("B77", told, UNHIDE), 1, heading)
        if not heading and (rows := _filled(sheet, index)):
            told = f"{letter} 列没有列名，程序不看里面的内容"
            yield Remark.of_all(Doubt("B78", told, f"请核对；{DELETE_ROW}"), rows, "")
    yield from _filters(sheet)
    yield from _conditions(sheet, appearance)


def _hidden_columns(sheet: Worksheet) -> set[int]:
    usual = sheet.sheet_format
    width = usual.defaultColWidth if usual.defaultColWidth is not None else usual.baseColWidth or 0
    hidden: set[int] = set()
    shown: set[int] = set()  # by a width of their own
    for dimension in sheet.column_dimensions.values():
        first = dimension.min or column_index_from_string(dimension.index)
        columns = range(first, min(dimension.max or first, sheet.max_column) + 1)
        if dimension.hidden or dimension.width < NARROW:
            hidden.update(columns)
        elif dimension.width != DEFAULT_COLUMN_WIDTH:  # openpyxl's, where the file has none
            shown.update(columns)
    return hidden | (set(range(1, sheet.max_column + 1)) - shown if width < NARROW else set())


def _filled(sheet: Worksheet, index: int) -> list[int]:
    rows = range(2, sheet.max_row + 1)
    return [row for row in rows if text_of(sheet.cell(row, index)).strip()]


def _filters(sheet: Worksheet) -> Iterator[Remark]:
    """Tell conditions that some programs apply only when they open the file."""
    filters = [sheet.auto_filter, *(table.autoFilter for table in sheet.tables.values())]
    if any(one is not None and one.filterColumn for one in filters):
        told = "工作表上有筛选条件，有的表格软件打开时会把不符合的行藏起来"
        yield Remark(Doubt("B35", told, "请清除筛选，核对全部的行；程序办理全部的行"))


def _ground(fill: Any) -> Any:
    """Return the fill of a conditional format, which names a plain colour as the background."""
    if not fill:
        return PatternFill()
    is_plain = fill.fill_type in (None, "solid")
    return PatternFill("solid", fgColor=fill.bgColor) if is_plain else fill


def _conditions(sheet: Worksheet, appearance: Appearance) -> Iterator[Remark]:
    """Tell conditional formats that may strike text out, hide it, or show it otherwise."""
    for area in sheet.conditional_formatting:
        for rule in area.rules:
            look = rule.dxf
            if look and (
                (look.font and look.font.strike)
                or appearance.is_unseen(look.font or Font(), _ground(look.fill))
                or (look.numFmt and not shows_text_alone(look.numFmt.formatCode))
            ):
                told = f"{area.sqref} 的条件格式会把文字划掉、藏起来，或换个样子显示"
                fix = "请清除条件格式，看清内容；程序不理会它，照样办理"
                yield Remark(Doubt("B79", told, fix))
