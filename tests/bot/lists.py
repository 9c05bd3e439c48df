"""Work lists for tests: codes are computed, enterprises and people are invented."""

import csv
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from stdnum.cn import uscc as standard

from bot.work_list.findings import Finding

ORIGIN = "http://127.0.0.1:8765"


def uscc(number: int) -> str:
    """Return the 统一社会信用代码 of an invented enterprise, with valid check digits."""
    body = f"{number:08d}"
    remainder = sum(
        int(digit) * weight for digit, weight in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)
    )
    return with_check_character(f"91440101{body}{'0X987654321'[remainder % 11]}")


def with_check_character(code: str) -> str:
    """Return the first 17 characters of a 统一社会信用代码 with the last one that they demand."""
    return code + str(standard.calc_check_digit(code))


def row(number: int = 1) -> dict[str, str]:
    """Return a good row for one policy of an invented enterprise."""
    return {
        "统一社会信用代码": uscc(number),
        "企业名称": f"模拟出口企业{number:04d}有限公司",
        "登录账号": f"mock{number:04d}",
        "申请编号": f"XW20260101{number:06d}",
        "主要联系人姓名": "模拟联系人",
        "主要联系人电话": "020-87654321",
        "主要联系人手机": f"1380013{number:04d}",
        "主要联系人邮箱": "contact@example.com",
        "备注": "",
        "预期单证名称": "",
    }


def write_xlsx(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    """Write a workbook whose headings are those of the first row; texts stay texts."""
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.append(list(rows[0]))
    for number, values in enumerate(rows, start=2):
        for column, heading in enumerate(rows[0], start=1):
            cell = sheet.cell(number, column, values[heading])
            if isinstance(values[heading], str):
                cell.data_type = "s"
    workbook.save(path)
    return path


def fill_in(template: Path, rows: Sequence[Mapping[str, str]]) -> Path:
    """Type these rows into a template, below its headings."""
    workbook = load_workbook(template)
    sheet = workbook.worksheets[0]
    for number, values in enumerate(rows, start=2):
        for column, text in enumerate(values.values(), start=1):
            sheet.cell(number, column, text or None)
    workbook.save(template)
    return template


def write_csv(path: Path, rows: Sequence[Mapping[str, str]], encoding: str = "utf-8-sig") -> Path:
    """Write a .csv file whose headings are those of the first row."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def place(finding: Finding) -> tuple[str, str, int | None, str, str]:
    """Return the code of a finding, and where it is."""
    return finding.code, finding.sheet, finding.row, finding.column, finding.heading


def says_what_to_do(finding: Finding) -> bool:
    """Tell whether a person reads in Chinese what to do."""
    return re.search(r"请[\u4e00-\u9fff]|没有内容时请留空", finding.fix) is not None


# of the settings, as the first row of a list has it
ENTERPRISE = f"""[[enterprises]]
uscc = "{uscc(1)}"
name = "模拟出口企业0001有限公司"
account = "mock0001"
contact = {{ name = "甲", phone = "020-87654321", mobile = "13800138000", email = "a@example.com" }}
"""
