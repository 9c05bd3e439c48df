"""Work lists: good ones become work items, bad ones are told from end to end."""

import re
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.packaging.custom import IntProperty
from openpyxl.worksheet.worksheet import Worksheet

from bot.work_item import WorkItem
from bot.work_list.findings import CODES
from bot.work_list.reading import read_work_list
from bot.work_list.template import MARK, VERSION
from pages.models import Contact
from tests.bot.lists import (
    ORIGIN,
    place,
    row,
    says_what_to_do,
    uscc,
    with_check_character,
    write_csv,
    write_xlsx,
)

HEADINGS = list(row())
LETTERS = dict(zip(HEADINGS, "ABCDEFGHIJ", strict=True))

WRONG_CELLS: list[tuple[str, Any, str]] = [
    ("统一社会信用代码", 914401010000000100, "B42"),
    ("统一社会信用代码", "914401010000001000", "B42"),
    ("统一社会信用代码", "9.14401E+17", "B43"),
    ("统一社会信用代码", uscc(1)[:-1], "B44"),
    ("统一社会信用代码", uscc(1)[:-1] + "O", "B45"),
    ("统一社会信用代码", uscc(1)[:-1] + "٣", "B51"),
    ("统一社会信用代码", uscc(1)[:-1] + "²", "B51"),
    ("统一社会信用代码", with_check_character("9A440101000000019"), "B47"),
    ("统一社会信用代码", with_check_character("91990101000000019"), "B47"),
    ("统一社会信用代码", uscc(1)[:-1] + ("A" if uscc(1)[-1] != "A" else "B"), "B46"),
    ("统一社会信用代码", "A" + uscc(1)[1:], "B47"),
    ("统一社会信用代码", True, "B42"),
    ("统一社会信用代码", "#N/A", "B38"),
    ("统一社会信用代码", "   ", "B58"),
    ("企业名称", "", "B58"),
    ("企业名称", "2026", "B57"),
    ("企业名称", "模拟" * 300, "B57"),
    ("企业名称", "模拟\u202e企业", "B22"),
    ("企业名称", "模拟\ufffd企业", "B21"),
    ("企业名称", "模拟出口企业".encode().decode("gb18030"), "B21"),
    ("企业名称", "模拟出口企业".encode().decode("latin-1"), "B21"),
    ("企业名称", "锟斤拷锟斤拷", "B21"),
    ("企业名称", "=HYPERLINK(1)", "B71"),
    ("企业名称", "https://example.com", "B74"),
    ("企业名称", "C:\\清单", "B74"),
    ("登录账号", "mock 0001", "B45"),
    ("登录账号", "m" * 65, "B44"),
    ("登录账号", 13800138000, "B42"),
    ("登录账号", "", "B58"),
    ("登录账号", "@mock", "B71"),
    ("申请编号", "XW2026 0101", "B45"),
    ("申请编号", "../../etc", "B45"),
    ("申请编号", "XW1|XW2", "B45"),
    ("申请编号", "无", "B58"),
    ("申请编号", 20260101000001, "B42"),
    ("主要联系人姓名", "N/A", "B58"),
    ("主要联系人姓名", "13800138000", "B57"),
    ("主要联系人姓名", "模" * 26, "B57"),
    ("主要联系人姓名", "../模拟", "B74"),
    ("主要联系人电话", "", "B58"),
    ("主要联系人电话", "87654321", "B55"),
    ("主要联系人电话", "2087654321", "B50"),
    ("主要联系人电话", "020-87654321-801", "B55"),
    ("主要联系人电话", "020-87654321转801", "B55"),
    ("主要联系人电话", "400-123-4567", "B55"),
    ("主要联系人手机", "", "B58"),
    ("主要联系人手机", 13800138000, "B42"),
    ("主要联系人手机", datetime(2026, 1, 1), "B53"),
    ("主要联系人手机", "1.38E+10", "B43"),
    ("主要联系人手机", "13800138000.0", "B52"),
    ("主要联系人手机", "+86 13800138000", "B52"),
    ("主要联系人手机", "138 0013 8000", "B52"),
    ("主要联系人手机", "1380013800", "B52"),
    ("主要联系人手机", "12345678901", "B52"),
    ("主要联系人手机", "020-87654321", "B54"),
    ("主要联系人邮箱", "无", "B58"),
    ("主要联系人邮箱", "contact.example.com", "B56"),
    ("主要联系人邮箱", "contact@example", "B56"),
    ("主要联系人邮箱", "contact@example.com.", "B56"),
    ("主要联系人邮箱", "a@example.com；b@example.com", "B56"),
    ("主要联系人邮箱", "a@example.com，b@example.com", "B56"),
    ("主要联系人邮箱", "-a@example.com", "B71"),
    ("备注", 2026, "B42"),
    ("备注", "模" * 101, "B59"),
    ("备注", "第一行\n第二行", "B59"),
    ("备注", "+1", "B71"),
    ("备注", "见 www.example.com", "B74"),
    ("预期单证名称", "\\\\server\\单证.pdf", "B74"),
    ("备注", "模拟\u200b备注", "B22"),
    ("备注", "\u3164\u3164模拟", "B22"),
    ("备注", "不要办\u0338", "B22"),
    ("企业名称", "模拟企业\uffa0", "B22"),
    ("主要联系人姓名", "模拟\ufe0f联系人", "B22"),
    ("主要联系人姓名", "模拟\u2800联系人", "B22"),
]


@pytest.mark.parametrize(
    ("heading", "value", "code"), WRONG_CELLS, ids=[f"{c[0]}-{c[1]!a:.30}" for c in WRONG_CELLS]
)
def test_wrong_cell_is_told_with_row_column_and_fix(
    tmp_path: Path, heading: str, value: Any, code: str
) -> None:
    """A wrong cell gives one error with code, row, column and fix, and its row no work item."""
    path = write_xlsx(tmp_path / "清单.xlsx", [row(2), row(1) | {heading: value}])

    work_list = read_work_list(path, ORIGIN)

    assert [place(finding) for finding in work_list.errors] == [
        (code, "Sheet", 3, LETTERS[heading], heading)
    ]
    assert says_what_to_do(work_list.errors[0])
    assert [item.row for item in work_list.items] == [2]


WRONG_CSV_CELLS = [
    ("统一社会信用代码", "9.14401E+17", "B43"),
    ("主要联系人手机", "1.38E+10", "B43"),
    ("主要联系人电话", "2087654321", "B50"),
    ("企业名称", "模拟\x07企业", "B21"),
    ("主要联系人邮箱", "=contact@", "B56"),
]


@pytest.mark.parametrize(("heading", "value", "code"), WRONG_CSV_CELLS)
def test_csv_cells_are_judged_alike(tmp_path: Path, heading: str, value: str, code: str) -> None:
    """What Excel or a person spoilt in a .csv file is told like in a workbook."""
    path = write_csv(tmp_path / "清单.csv", [row(2), row(1) | {heading: value}])

    work_list = read_work_list(path, ORIGIN)

    assert [place(finding) for finding in work_list.errors] == [
        (code, "清单", 3, LETTERS[heading], heading)
    ]


def _workbook(rows: list[dict[str, Any]]) -> Any:
    buffer = BytesIO()
    write_xlsx(buffer, rows)  # type: ignore[arg-type]
    buffer.seek(0)
    return load_workbook(buffer)


def _without(*headings: str) -> Callable[[Worksheet], None]:
    def change(sheet: Worksheet) -> None:
        for heading in headings:
            sheet.delete_cols(HEADINGS.index(heading) + 1)

    return change


def _set(address: str, value: object) -> Callable[[Worksheet], None]:
    def change(sheet: Worksheet) -> None:
        sheet[address] = value

    return change


def _hide(sheet: Worksheet) -> None:
    sheet.row_dimensions[3].hidden = True


def _title_above(sheet: Worksheet) -> None:
    sheet.insert_rows(1)
    sheet["A1"] = "三月清单"


def _another_list(sheet: Worksheet) -> None:
    sheet.parent.copy_worksheet(sheet).title = "二月"


def _other_version(sheet: Worksheet) -> None:
    sheet.parent.custom_doc_props.append(IntProperty(name=MARK, value=VERSION + 1))


def _footer(sheet: Worksheet) -> None:
    sheet["A4"], sheet["B4"] = "合计：", "2 家"


def _action(sheet: Worksheet) -> None:
    sheet["K1"], sheet["K2"], sheet["K3"] = "操作", "确认", "跳过"


WRONG_SHEETS: list[tuple[str, Callable[[Worksheet], Any], tuple[str, str, int | None, str]]] = [
    ("没有数据", lambda sheet: sheet.delete_rows(2, 9), ("B02", "Sheet", None, "")),
    ("没有列名", lambda sheet: sheet.delete_rows(1), ("B28", "Sheet", 1, "")),
    ("标题在列名上面", _title_above, ("B28", "Sheet", 1, "")),
    ("缺少列", _without("企业名称"), ("B31", "Sheet", 1, "")),
    ("列名写错", _set("D1", "申请号"), ("B30", "Sheet", 1, "D")),
    ("列名重复", _set("K1", "备注 *"), ("B29", "Sheet", 1, "I")),
    ("另一版模板", _other_version, ("B32", "", None, "")),
    ("两张清单", _another_list, ("B33", "Sheet", None, "")),
    ("密码列", _set("K1", "登录 密码"), ("B73", "Sheet", 1, "K")),
    ("口令列", _set("K1", "法人卡PIN"), ("B73", "Sheet", 1, "K")),
    ("英文密码列", _set("K1", "Ｐassword"), ("B73", "Sheet", 1, "K")),
    ("操作列", _action, ("B68", "Sheet", 3, "K")),
    ("隐藏的行", _hide, ("B35", "Sheet", 3, "")),
    ("合并单元格", lambda sheet: sheet.merge_cells("D2:D3"), ("B36", "Sheet", 3, "D")),
    ("公式", _set("B3", "=B2"), ("B37", "Sheet", 3, "B")),
    ("错误值", _set("G3", "#REF!"), ("B38", "Sheet", 3, "G")),
    ("合计行", _footer, ("B41", "Sheet", 4, "")),
    ("组织机构代码", _set("K1", "组织机构代码"), ("B48", "Sheet", 3, "K")),
]


@pytest.mark.parametrize(
    ("change", "expected"), [case[1:] for case in WRONG_SHEETS], ids=[c[0] for c in WRONG_SHEETS]
)
def test_wrong_sheet_is_told(
    tmp_path: Path,
    change: Callable[[Worksheet], Any],
    expected: tuple[str, str, int | None, str],
) -> None:
    """What is wrong with the sheet is told with the place where it is."""
    path = tmp_path / "清单.xlsx"
    workbook = _workbook([row(1), row(2)])
    if expected[0] == "B48":
        workbook.worksheets[0]["K3"] = "00000009-9"
    change(workbook.worksheets[0])
    workbook.save(path)

    work_list = read_work_list(path, ORIGIN)

    assert [place(finding)[:4] for finding in work_list.errors] == [expected]
    assert says_what_to_do(work_list.errors[0])
    usable = {3: [2], 4: [2, 3]}
    assert [item.row for item in work_list.items] == usable.get(expected[2] or 0, [])


def _comment(sheet: Worksheet) -> None:
    sheet["B3"].comment = Comment("不要", "模拟业务员")


def _hidden_sheet(sheet: Worksheet) -> None:
    sheet.parent.create_sheet("隐藏").append(["一行"])
    sheet.parent["隐藏"].append(["两行"])
    sheet.parent["隐藏"].sheet_state = "hidden"


def _other_sheet(sheet: Worksheet) -> None:
    sheet.parent.create_sheet("三月").append(["一行"])
    sheet.parent["三月"].append(["两行"])


def _blank_rows(sheet: Worksheet) -> None:
    sheet.insert_rows(3, 2)


DOUBTFUL_SHEETS: list[tuple[str, Callable[[Worksheet], Any], tuple[str, int | None, str]]] = [
    ("批注", _comment, ("B39", 3, "B")),
    ("隐藏的工作表", _hidden_sheet, ("B34", None, "")),
    ("别的工作表", _other_sheet, ("B33", None, "")),
    ("空行", _blank_rows, ("B40", 3, "")),
    ("网页标记", _set("B3", "<b>模拟</b>企业"), ("B72", 3, "B")),
    ("没有申请编号列", _without("申请编号"), ("B76", 1, "")),
]


@pytest.mark.parametrize(
    ("change", "expected"),
    [case[1:] for case in DOUBTFUL_SHEETS],
    ids=[case[0] for case in DOUBTFUL_SHEETS],
)
def test_what_a_person_should_know_is_told_and_the_list_goes_on(
    tmp_path: Path, change: Callable[[Worksheet], Any], expected: tuple[str, int | None, str]
) -> None:
    """A warning names its place and leaves every row usable."""
    path = tmp_path / "清单.xlsx"
    workbook = _workbook([row(1), row(2)])
    change(workbook.worksheets[0])
    workbook.save(path)

    work_list = read_work_list(path, ORIGIN)
    (finding,) = work_list.warnings

    assert work_list.errors == ()
    assert (finding.code, finding.row, finding.column) == expected
    assert says_what_to_do(finding)
    assert len(work_list.items) == 2


def _summary_first(book: Workbook) -> str:
    book.create_sheet("概况", 0).append(["三月", "2 张"])
    return "概况"


def _summary_with_a_known_heading(book: Workbook) -> str:
    book.create_sheet("按企业", 0).append(["企业名称", "张数"])
    return "按企业"


def _title_above_the_list(book: Workbook) -> str:
    book.worksheets[0].insert_rows(1)
    return _summary_first(book)


def _list_hidden(book: Workbook) -> str:
    book.worksheets[0].sheet_state = "hidden"
    return _summary_first(book)


BEHIND: list[Callable[[Workbook], str]] = [
    _summary_first,
    _summary_with_a_known_heading,
    _title_above_the_list,
    _list_hidden,
]


@pytest.mark.parametrize("change", BEHIND)
def test_list_behind_another_sheet_is_found(
    tmp_path: Path, change: Callable[[Workbook], str]
) -> None:
    """One sentence names the sheet that is the list, and where to move it; none speaks of CSV."""
    book = _workbook([row(1), row(2)])
    first = change(book)
    book.save(tmp_path / "清单.xlsx")

    (finding,) = read_work_list(tmp_path / "清单.xlsx", ORIGIN).findings

    assert place(finding)[:3] == ("B33", first, None)
    assert "「Sheet」" in finding.problem
    assert "移到最前面" in finding.fix
    assert "取消隐藏" in finding.fix or change is not _list_hidden


@pytest.mark.parametrize("title", ["汇总", "填写样例"])
def test_a_name_of_ours_is_none_for_a_list(tmp_path: Path, title: str) -> None:
    """Such a sheet would be replaced in the results, so it is given another name first."""
    book = _workbook([row(1)])
    book.worksheets[0].title = title
    book.save(tmp_path / "清单.xlsx")
    text = write_csv(tmp_path / f"{title}.csv", [row(1)])

    (finding,) = read_work_list(tmp_path / "清单.xlsx", ORIGIN).findings

    assert finding.code == "B33"
    assert says_what_to_do(finding)
    assert read_work_list(text, ORIGIN).findings == ()


def test_one_mobile_number_for_many_enterprises_is_asked_about(tmp_path: Path) -> None:
    """A number that was copied down the column is told once, for the first of its rows."""
    same = {"主要联系人手机": "13800138000"}
    path = write_xlsx(tmp_path / "清单.xlsx", [row(number) | same for number in (1, 2, 3)])

    work_list = read_work_list(path, ORIGIN)
    (finding,) = work_list.warnings

    assert place(finding) == ("B60", "Sheet", 2, "G", "主要联系人手机")
    assert "第 2、3、4 行" in finding.problem
    assert finding.value == "138****8000"
    assert says_what_to_do(finding)
    assert len(work_list.items) == 3


@pytest.mark.parametrize(
    ("agent_mobiles", "codes"),
    [
        (("13800138000",), []),
        (("13900139000", "13800138000"), []),
        (("13900139000",), ["B60"]),
        ((), ["B60"]),
    ],
)
def test_the_mobile_number_of_an_agent_is_no_question(
    tmp_path: Path, agent_mobiles: tuple[str, ...], codes: list[str]
) -> None:
    """The settings say that one contact stands for several enterprises; any other is told."""
    same = {"主要联系人手机": "13800138000"}
    path = write_xlsx(tmp_path / "清单.xlsx", [row(number) | same for number in (1, 2, 3)])

    work_list = read_work_list(path, ORIGIN, agent_mobiles)

    assert [finding.code for finding in work_list.warnings] == codes


def test_a_list_has_no_dates(tmp_path: Path) -> None:
    """There is no B75: no column takes a date, so none can lie outside the policy's time."""
    dates = dict.fromkeys(HEADINGS, datetime(2026, 1, 1))
    path = write_xlsx(tmp_path / "清单.xlsx", [row(), dates])

    work_list = read_work_list(path, ORIGIN)

    assert [finding.code for finding in work_list.errors] == ["B53"] * len(HEADINGS)
    assert not [heading for heading in HEADINGS if re.search("日期|时间|期限", heading)]


def test_ragged_csv_rows_are_told(tmp_path: Path) -> None:
    """Rows with a comma too many or too few are told; the other rows stay usable."""
    path = write_csv(tmp_path / "清单.csv", [row(1), row(2), row(3)])
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    lines[1] = lines[1].replace("mock0001", "mock,0001") + "x"
    lines[2] = lines[2].replace(",mock0002", "")
    path.write_text("\r\n".join(lines) + "\r\n\r\n", encoding="utf-8-sig", newline="")

    work_list = read_work_list(path, ORIGIN)

    assert [place(finding)[:3] for finding in work_list.errors] == [
        ("B25", "清单", 2),
        ("B26", "清单", 3),
    ]
    assert [item.row for item in work_list.items] == [4]


REPEATED: list[tuple[dict[str, str], str, str]] = [
    ({}, "B61", "申请编号"),
    ({"申请编号": "ｘｗ20260101000001"}, "B63", "申请编号"),
    ({"申请编号": "xw20260101000001"}, "B63", "申请编号"),
    ({"申请编号": " XW20260101000001"}, "B63", "申请编号"),
    ({"申请编号": "XW2", "企业名称": "另一家模拟企业"}, "B62", "企业名称"),
    ({"申请编号": "XW2", "登录账号": "other"}, "B62", "登录账号"),
]


@pytest.mark.parametrize(("change", "code", "heading"), REPEATED)
def test_rows_that_contradict_each_other_are_both_told(
    tmp_path: Path, change: dict[str, str], code: str, heading: str
) -> None:
    """Two rows that name one policy, or one enterprise in two ways, are both left out."""
    path = write_xlsx(tmp_path / "清单.xlsx", [row(1), row(2), row(1) | change])

    work_list = read_work_list(path, ORIGIN)

    assert [place(finding)[:4] for finding in work_list.errors] == [
        (code, "Sheet", 2, LETTERS[heading]),
        (code, "Sheet", 4, LETTERS[heading]),
    ]
    assert "第 2" in work_list.errors[0].problem
    assert [item.row for item in work_list.items] == [3]


@pytest.mark.parametrize(
    ("heading", "typo", "shown", "usual"),
    [
        ("企业名称", "模拟出口企业有限公司", "模拟出口企业有限公司", "模拟出口企业0001有限公司"),
        ("登录账号", "mock0002", "m***", "m***"),
    ],
)
def test_the_rarer_spelling_of_an_enterprise_is_the_one_to_mend(
    tmp_path: Path, heading: str, typo: str, shown: str, usual: str
) -> None:
    """One typo among many rows of one enterprise is one error, which shows both spellings."""
    rows = [row(1) | {"申请编号": f"XW{number}"} for number in range(30)]
    rows[19] |= {heading: typo}
    path = write_xlsx(tmp_path / "清单.xlsx", rows)

    work_list = read_work_list(path, ORIGIN)
    (finding,) = work_list.errors

    assert place(finding) == ("B62", "Sheet", 21, LETTERS[heading], heading)
    assert finding.problem == f"同一企业写法不一：第 21 行写“{shown}”，另有 29 行写“{usual}”"
    assert len(work_list.items) == 29


def test_several_spellings_of_an_enterprise_are_told_each_by_its_rows(tmp_path: Path) -> None:
    """Where none is the usual one, every row is told, and what the others say."""
    names = ["甲有限公司", "乙有限公司", "甲有限公司", "乙有限公司", "丙有限公司"]
    rows = [row(1) | {"申请编号": f"XW{i}", "企业名称": name} for i, name in enumerate(names)]
    path = write_xlsx(tmp_path / "清单.xlsx", rows)

    errors = read_work_list(path, ORIGIN).errors

    assert [(one.row, one.problem.partition("：")[2]) for one in errors] == [
        (2, "第 2、4 行写“甲有限公司”，另有 2 行写“乙有限公司”"),
        (3, "第 3、5 行写“乙有限公司”，另有 2 行写“甲有限公司”"),
        (4, "第 2、4 行写“甲有限公司”，另有 2 行写“乙有限公司”"),
        (5, "第 3、5 行写“乙有限公司”，另有 2 行写“甲有限公司”"),
        (6, "第 6 行写“丙有限公司”，另有 2 行写“甲有限公司”"),
    ]


def test_the_row_that_asks_for_all_is_the_one_to_mend(tmp_path: Path) -> None:
    """Beside rows that name their policies, the one without a number is told, and it alone."""
    rows = [row(1) | {"申请编号": f"XW{number}"} for number in range(30)]
    rows[19] |= {"申请编号": ""}
    path = write_xlsx(tmp_path / "清单.xlsx", rows)

    work_list = read_work_list(path, ORIGIN)
    (finding,) = work_list.errors

    assert place(finding) == ("B61", "Sheet", 21, "D", "申请编号")
    assert "与该企业的其他 29 行重复" in finding.problem
    assert says_what_to_do(finding)
    assert len(work_list.items) == 29


def test_row_with_a_spoilt_number_asks_for_nothing(tmp_path: Path) -> None:
    """A row whose 申请编号 is unreadable is never taken for a request for all policies."""
    path = write_xlsx(tmp_path / "清单.xlsx", [row(1) | {"申请编号": 20260101}, row(1)])

    work_list = read_work_list(path, ORIGIN)

    assert [finding.code for finding in work_list.errors] == ["B42"]
    assert [item.application_no for item in work_list.items] == [row(1)["申请编号"]]


def test_many_repeated_rows_are_told_briefly(tmp_path: Path) -> None:
    """A message about many rows names the first ones and how many there are."""
    path = write_xlsx(tmp_path / "清单.xlsx", [row(1)] * 9)

    work_list = read_work_list(path, ORIGIN)

    assert {finding.problem for finding in work_list.errors} == {
        "第 2、3、4、5、6、7 等 9 行是同一张保单"
    }


def test_all_errors_are_told_at_once(tmp_path: Path) -> None:
    """Wrong headings do not hide wrong rows, nor one wrong row another."""
    rows = [
        row(1) | {"统一社会信用代码": "x", "主要联系人邮箱": "x", "密码": "Secret-1"},
        row(2) | {"主要联系人手机": "x", "密码": "Secret-2"},
    ]
    for values in rows:
        del values["登录账号"]
    path = write_xlsx(tmp_path / "清单.xlsx", rows)

    work_list = read_work_list(path, ORIGIN)

    assert [(finding.row, finding.code) for finding in work_list.errors] == [
        (1, "B73"),
        (1, "B31"),
        (2, "B44"),
        (2, "B56"),
        (3, "B52"),
    ]
    assert "Secret" not in repr(work_list)


def test_every_code_has_a_test() -> None:
    """Each code of the catalogue is asserted by a test, and the catalogue has all but B75."""
    folders = Path(__file__).parent, Path(__file__).parents[1] / "operations"
    tests = [test for folder in folders for test in folder.glob("test_*.py")]
    asserted = {
        code for test in tests for code in re.findall(r'"(B\d\d)"', test.read_text("utf-8"))
    }

    assert asserted - {"B75"} == set(CODES)
    assert set(CODES) == {f"B{number:02d}" for number in range(1, 83)} - {"B75"}


def test_good_list_becomes_work_items(tmp_path: Path) -> None:
    """A row becomes a work item with everything that the portal is to be told."""
    values = row(7) | {"备注": "模拟数据", "预期单证名称": "甲（一、二）；乙\n丙;"}
    path = write_xlsx(tmp_path / "清单.xlsx", [values])

    work_list = read_work_list(path, ORIGIN)

    assert work_list.findings == ()
    assert work_list.items == (
        WorkItem(
            portal_origin=ORIGIN,
            uscc=uscc(7),
            enterprise_name="模拟出口企业0007有限公司",
            account="mock0007",
            application_no="XW20260101000007",
            contact=Contact(
                "模拟联系人", "020-87654321", "13800130007", "contact@example.com", "模拟数据"
            ),
            expected_documents=("甲（一、二）", "乙", "丙"),
            row=2,
        ),
    )
    assert work_list.items[0].reference == f"{ORIGIN}|{uscc(7)}|XW20260101000007"
    assert not work_list.items[0].asks_for_all


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_is_read_in_each_encoding(tmp_path: Path, encoding: str) -> None:
    """UTF-8 with and without mark and GB18030 give the same work items as a workbook."""
    rows = [row(1) | {"企业名称": "模拟𠮷祥企业"}, row(2)]
    workbook = read_work_list(write_xlsx(tmp_path / "清单.xlsx", rows), ORIGIN)

    work_list = read_work_list(write_csv(tmp_path / "清单.csv", rows, encoding), ORIGIN)

    assert work_list.findings == ()
    assert work_list.items == workbook.items


def test_row_without_number_is_a_request(tmp_path: Path) -> None:
    """An empty 申请编号 asks for all pending policies of the enterprise."""
    path = write_xlsx(tmp_path / "清单.xlsx", [row(1) | {"申请编号": ""}])

    item = read_work_list(path, ORIGIN).items[0]

    assert item.asks_for_all
    assert item.reference == f"{ORIGIN}|{uscc(1)}|"


def test_list_without_numbers_is_read_with_a_warning(tmp_path: Path) -> None:
    """A list that has no 申请编号 column says that it asks for everything."""
    values = row(1)
    del values["申请编号"]

    work_list = read_work_list(write_xlsx(tmp_path / "清单.xlsx", [values]), ORIGIN)

    assert work_list.errors == ()
    assert work_list.items[0].asks_for_all


NORMALISED = [
    ("统一社会信用代码", f"  {uscc(10).lower()}\u3000", uscc(10)),
    ("申请编号", "ＸＷ１ ", "XW1"),
    ("主要联系人手机", "１３８００１３８０００", "13800138000"),
    ("主要联系人电话", "（020）87654321", "(020)87654321"),
    ("主要联系人邮箱", "contact＠example.com", "contact@example.com"),
    ("企业名称", "模拟（广东）企业 ", "模拟（广东）企业"),
    ("备注", " 约 100m² ", "约 100m²"),
]


@pytest.mark.parametrize(("heading", "raw", "expected"), NORMALISED)
def test_other_spelling_is_put_right_and_told(
    tmp_path: Path, heading: str, raw: str, expected: str
) -> None:
    """Blanks, full-width signs and small letters are normalised, never silently."""
    path = write_xlsx(tmp_path / "清单.xlsx", [row(10) | {heading: raw}])

    work_list = read_work_list(path, ORIGIN)
    item = work_list.items[0]
    held = {
        "统一社会信用代码": item.uscc,
        "申请编号": item.application_no,
        "主要联系人手机": item.contact.mobile,
        "主要联系人电话": item.contact.phone,
        "主要联系人邮箱": item.contact.email,
        "企业名称": item.enterprise_name,
        "备注": item.contact.remarks,
    }

    assert work_list.errors == ()
    assert [place(finding) for finding in work_list.warnings] == [
        ("B49", "Sheet", 2, LETTERS[heading], heading)
    ]
    assert held[heading] == expected


def test_headings_are_known_with_star_and_extra_columns_are_kept(tmp_path: Path) -> None:
    """The template's stars do not matter, and what the list has besides is named."""
    starred = {f"{heading} ＊": value for heading, value in row(1).items()}
    path = write_xlsx(
        tmp_path / "清单.xlsx", [{"序号": "1"} | starred | {" ": "", "  ": "", "负责人": "张"}]
    )

    work_list = read_work_list(path, ORIGIN)

    assert work_list.findings == ()
    assert work_list.extra_columns == ("序号", "负责人")
    assert len(work_list.items) == 1


def test_blank_rows_are_skipped_and_rows_keep_their_number(tmp_path: Path) -> None:
    """A work item knows the row that a person sees in the file."""
    blank = dict.fromkeys(HEADINGS, "")

    items = read_work_list(write_xlsx(tmp_path / "单.xlsx", [blank, row(1), blank]), ORIGIN).items

    assert [item.row for item in items] == [3]


def test_first_visible_sheet_is_read(tmp_path: Path) -> None:
    """A hidden sheet is passed over."""
    workbook = _workbook([row(1)])
    workbook.create_sheet("隐藏", 0).sheet_state = "hidden"
    workbook.save(tmp_path / "清单.xlsx")

    work_list = read_work_list(tmp_path / "清单.xlsx", ORIGIN)

    assert work_list.sheet == "Sheet"
    assert len(work_list.items) == 1


MASKED: list[tuple[str, Any, str]] = [
    ("主要联系人手机", 13800138000, "138****8000"),
    ("统一社会信用代码", "91440101000000100A", "91440101****0A"),
    ("主要联系人手机", "13800138000.0", "138****00.0"),
    ("主要联系人电话", "020-87654321-801", "020****-801"),
    ("主要联系人邮箱", "zhang@example", "z***@example"),
    ("主要联系人姓名", "13800138000", "1***"),
    ("登录账号", "pass word", "p***"),
]


@pytest.mark.parametrize(("heading", "value", "shown"), MASKED)
def test_message_shows_values_masked(tmp_path: Path, heading: str, value: Any, shown: str) -> None:
    """A finding names the place; of the value it shows only the ends."""
    path = write_xlsx(tmp_path / "清单.xlsx", [row(1) | {heading: value}])

    (finding,) = read_work_list(path, ORIGIN).errors

    assert finding.value == shown
    assert str(value) not in str(finding)


def test_message_is_one_chinese_sentence(tmp_path: Path) -> None:
    """A finding reads as one sentence with place, trouble, remedy and code."""
    path = write_xlsx(tmp_path / "清单.xlsx", [row(1) | {"主要联系人手机": "020-87654321"}])

    (finding,) = read_work_list(path, ORIGIN).errors

    assert str(finding) == (
        "工作表「Sheet」第 2 行 G 列「主要联系人手机」（020****4321）："
        "这一列填了固定电话；请填写 11 位手机号码。(B54)"
    )


def test_digest_is_of_the_bytes(tmp_path: Path) -> None:
    """The digest tells one content of a list from another."""
    path = write_csv(tmp_path / "清单.csv", [row(1)])
    before = read_work_list(path, ORIGIN).digest
    write_csv(path, [row(2)])

    after = read_work_list(path, ORIGIN).digest

    assert re.fullmatch(r"[0-9a-f]{64}", before)
    assert before != after


def test_large_list_is_read(tmp_path: Path) -> None:
    """The largest list that is allowed gives a work item for each row."""
    path = write_csv(tmp_path / "清单.csv", [row(number) for number in range(5_000)])

    work_list = read_work_list(path, ORIGIN)

    assert work_list.findings == ()
    assert len(work_list.items) == 5_000
