"""Findings as a person reads them: rule by rule, what is the same said once."""

from pathlib import Path

from openpyxl import load_workbook

from bot.work_list.findings import by_rule, merged
from bot.work_list.marked_copy import write_marked_copy
from bot.work_list.reading import WorkList, read_work_list
from tests.bot.lists import ORIGIN, row, write_xlsx

ROWS = [
    row(1) | {"企业名称": " 模拟甲", "主要联系人手机": "020-87654321"},
    row(2) | {"主要联系人邮箱": "x"},
    row(3) | {"企业名称": " 模拟乙", "主要联系人手机": "020-87654322"},
    row(4) | {"主要联系人手机": "138"},
]


def _list(folder: Path) -> WorkList:
    return read_work_list(write_xlsx(folder / "清单.xlsx", ROWS), ORIGIN)


def test_errors_come_before_warnings_and_rules_together(tmp_path: Path):
    """The rows of one rule follow each other."""
    findings = by_rule(_list(tmp_path).findings)

    assert [(one.code, one.row) for one in findings] == [
        ("B52", 5),
        ("B54", 2),
        ("B54", 4),
        ("B56", 3),
        ("B49", 2),
        ("B49", 4),
    ]


def test_what_is_the_same_is_said_once_with_its_rows(tmp_path: Path):
    """One sentence names every row; values that differ are shown by the first, and as several."""
    told = merged(_list(tmp_path).findings)
    (phones,) = [one for one in told if one.code == "B54"]

    assert [one.code for one in told] == ["B52", "B54", "B56", "B49", "B49"]
    assert phones.rows == (2, 4)
    assert phones.place == "工作表「Sheet」第 2、4 行 G 列「主要联系人手机」"
    assert phones.value == "020****4321 等"


def test_nothing_is_lost_by_merging(tmp_path: Path):
    """Every row of every finding is in one of the sentences."""
    findings = _list(tmp_path).findings
    places = {(one.code, row) for one in findings for row in one.rows}

    assert {(one.code, row) for one in merged(findings) for row in one.rows} == places


def test_the_sheet_of_findings_is_in_the_same_order(tmp_path: Path):
    """A person mends one rule after the other, errors first."""
    made = write_marked_copy(_list(tmp_path))
    assert made
    told = list(load_workbook(made)["问题清单"].iter_rows(min_row=2, values_only=True))

    assert [cells[:3] for cells in told] == [
        ("B52", "错误", 5),
        ("B54", "错误", 2),
        ("B54", "错误", 4),
        ("B56", "错误", 3),
        ("B49", "提醒", 2),
        ("B49", "提醒", 4),
    ]
