"""The empty work list: an .xlsx to fill in, with a sample and notes in Chinese."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.packaging.custom import IntProperty
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from bot.work_list.columns import COLUMNS, Column
from bot.work_list.findings import Unfit
from bot.work_list.workbook import NOTES, SAMPLE, TITLE, OwnSheet, fit_to_paper, put_text, save

VERSION = 1
MARK = "single-window template"  # the property of the workbook that holds the version
LAST_ROW = 5_001
REQUIRED = PatternFill("solid", fgColor="17508F")
OPTIONAL = PatternFill("solid", fgColor="6B8FB8")
LINE = Border(right=Side(style="thin", color="FFFFFF"))

WIDTHS = {
    "统一社会信用代码": 24,
    "企业名称": 34,
    "登录账号": 16,
    "申请编号": 22,
    "主要联系人姓名": 18,
    "主要联系人电话": 18,
    "主要联系人手机": 18,
    "主要联系人邮箱": 26,
    "备注": 24,
    "预期单证名称": 40,
}
HINTS = {
    "统一社会信用代码": "营业执照上的 18 位代码。",
    "企业名称": "与门户登录后显示的完全一致，不用简称。",
    "登录账号": "单一窗口的登录账号。密码不写在这里。",
    "申请编号": "门户“待确认”中的申请编号；留空表示这家企业的全部待确认保单。",
    "主要联系人姓名": "填进“联系方式”，至多 25 个汉字。",
    "主要联系人电话": "区号-号码，例如 020-12345678，不带分机号；也可以填手机号码。",
    "主要联系人手机": "11 位数字，不带 +86、空格和短横。",
    "主要联系人邮箱": "只填一个地址。",
    "备注": "没有就留空；一行，至多 100 个汉字。",
    "预期单证名称": "没有就留空；填了就核对门户上的单证，几份之间用分号隔开。",
}
EXCEL_RULES = {  # what Excel itself can check, with X for the cell
    "统一社会信用代码": "LEN(TRIM(X))=18",
    "主要联系人手机": "LEN(TRIM(X))=11",
    "主要联系人邮箱": 'AND(ISNUMBER(FIND("@",X)),ISNUMBER(FIND(".",X)))',
}
SAMPLES = (
    {
        "统一社会信用代码": "91440101000000019F",
        "企业名称": "模拟出口企业甲有限公司",
        "登录账号": "mock-a",
        "申请编号": "XW20260101000001",
        "主要联系人姓名": "模拟联系人甲",
        "主要联系人电话": "020-87654321",
        "主要联系人手机": "13800138001",
        "主要联系人邮箱": "a@example.com",
    },
    {
        "统一社会信用代码": "91440101000000027A",
        "企业名称": "模拟出口企业乙有限公司",
        "登录账号": "mock-b",
        "主要联系人姓名": "模拟联系人乙",
        "主要联系人电话": "0755-87654321",
        "主要联系人手机": "13800138002",
        "主要联系人邮箱": "b@example.com",
        "备注": "模拟数据",
    },
)
ADVICE = (
    ("从哪里填起", f"在“{TITLE}”的第 2 行起填写，每张保单一行，中间不留空行，末尾不写合计。"),
    ("带 * 的列", "必填。不带 * 的可以留空；多出来的列会保留，程序不看。"),
    ("不要改", "请不要改列名、合并单元格、隐藏行、写公式，也不要再加一张清单。"),
    ("编号变了样", "各列已设为文本。从别处复制时请用“选择性粘贴 - 数值”，以免变成数字。"),
    ("密码", "清单里不写密码；每个账号用 single-window credentials set 录入一次。"),
    ("填好以后", "保存并关闭，运行 single-window dispatch 清单.xlsx 检查；有问题会一次全部列出。"),
)


def write_template(target: Path, rows: Iterable[Mapping[str, str]] = ()) -> Path:
    """Write a work list to be filled in, and return where it lies.

    It is empty but for these rows, whose texts are given by their headings.
    """
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = TITLE
    _write_headings(sheet)
    for column in COLUMNS:
        _validate(sheet, column)
    _write_rows(sheet, rows)
    sample = workbook.create_sheet(SAMPLE)
    _write_headings(sample)
    _write_rows(sample, SAMPLES)
    _write_notes(workbook)
    _properties(workbook).append(IntProperty(name=MARK, value=VERSION))
    return save(workbook, target)


def is_template(workbook: Workbook) -> bool:
    """Tell whether this began as a template of ours."""
    return MARK in _properties(workbook).names


def check_version(workbook: Workbook) -> None:
    """Raise Unfit if this began as a template of another version."""
    if is_template(workbook) and (version := _properties(workbook)[MARK].value) != VERSION:
        told = f"清单用的是第 {version} 版模板，现在是第 {VERSION} 版"
        fix = "请用 single-window dispatch --template 另写一份模板，把数据按列复制过去"
        raise Unfit("B32", told, fix)


def _properties(workbook: Any) -> Any:
    return workbook.custom_doc_props  # which the types of openpyxl do not know


def _write_headings(sheet: Worksheet) -> None:
    for index, column in enumerate(COLUMNS, start=1):
        cell = sheet.cell(1, index)
        put_text(cell, column.heading + ("*" if column.is_required else ""))
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = REQUIRED if column.is_required else OPTIONAL
        cell.alignment = Alignment(vertical="center")
        cell.border = LINE
        dimension = sheet.column_dimensions[get_column_letter(index)]
        dimension.width = WIDTHS[column.heading]
        dimension.number_format = "@"
    sheet.row_dimensions[1].height = 24
    sheet.freeze_panes = "A2"
    fit_to_paper(sheet)


def _write_rows(sheet: Worksheet, rows: Iterable[Mapping[str, str]]) -> None:
    for row, texts in enumerate(rows, start=2):
        for index, column in enumerate(COLUMNS, start=1):
            put_text(sheet.cell(row, index), texts.get(column.heading, ""))
            sheet.cell(row, index).number_format = "@"


def _validate(sheet: Worksheet, column: Column) -> None:
    letter = get_column_letter(COLUMNS.index(column) + 1)
    rule = DataValidation(
        type="custom" if column.heading in EXCEL_RULES else None,
        formula1=EXCEL_RULES[column.heading].replace("X", f"{letter}2")
        if column.heading in EXCEL_RULES
        else None,
        allow_blank=True,
        showInputMessage=True,
        showErrorMessage=True,
        promptTitle=column.heading + ("（必填）" if column.is_required else "（可留空）"),
        prompt=HINTS[column.heading],
        errorTitle=column.heading,
        error=HINTS[column.heading],
    )
    rule.add(f"{letter}2:{letter}{LAST_ROW}")
    sheet.add_data_validation(rule)


def _write_notes(workbook: Workbook) -> None:
    notes = OwnSheet(workbook, NOTES, (22, 10, 80))
    notes.add("列", "必填", "怎样填", is_heading=True)
    for column in COLUMNS:
        notes.add(column.heading, "必填" if column.is_required else "", HINTS[column.heading])
    notes.add("")
    notes.add("注意", "", "", is_heading=True)
    for topic, advice in ADVICE:
        notes.add(topic, "", advice)
