"""The sheets of a workbook beside the one that is read: what may be missed in them."""

from collections.abc import Iterator

from openpyxl.worksheet.worksheet import Worksheet

from bot.work_list.findings import Doubt, Remark, Unfit
from bot.work_list.headings import headings_row
from bot.work_list.workbook import OWN_SHEETS

MOVE_IT_HERE = "如果那里也有要确认的保单，请移到这一张"


def list_elsewhere(sheet: Worksheet) -> Unfit | None:
    """Tell which other sheet of the workbook is the list, if this one is none."""
    if headings_row(sheet):
        return None
    for other in _others(sheet):
        if headings_row(other):
            is_visible = other.sheet_state == "visible"
            told = f"程序只读第一张工作表「{sheet.title}」，像清单的是"
            told += f"「{other.title}」" if is_visible else f"隐藏着的「{other.title}」"
            fix = "移到最前面" if is_visible else "取消隐藏，移到最前面"
            return Unfit("B33", told, f"请把「{other.title}」{fix}")
    return None


def other_sheets(sheet: Worksheet) -> Iterator[Remark]:
    """Tell every other sheet that holds something."""
    for other in _others(sheet):
        if other.max_row <= 1:
            continue
        if other.sheet_state != "visible":
            told = f"没有读取隐藏的工作表「{other.title}」，里面有数据"
            yield Remark(Doubt("B34", told, MOVE_IT_HERE))
        elif headings_row(other) == 1:
            told = f"「{sheet.title}」和「{other.title}」都像清单"
            yield Remark(Unfit("B33", told, "请只留一张，另一张移到别的文件"))
        else:
            told = f"只读取这一张工作表，没有读取「{other.title}」"
            yield Remark(Doubt("B33", told, MOVE_IT_HERE))


def _others(sheet: Worksheet) -> Iterator[Worksheet]:
    for other in sheet.parent.worksheets if sheet.parent else ():
        if other is not sheet and other.title not in OWN_SHEETS:
            yield other
