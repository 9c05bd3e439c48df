"""Work lists: good ones become work items, bad ones are told from end to end."""

import re
import zipfile
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from bot.work_item import WorkItem
from bot.work_list import CODES, Finding, read_work_list
from pages.models import Contact
from tests.bot.lists import ORIGIN, row, uscc, write_csv, write_xlsx

HEADINGS = list(row())
LETTERS = dict(zip(HEADINGS, "ABCDEFGHIJ", strict=True))
OLE = bytes.fromhex("d0cf11e0a1b11ae1")

WRONG_CELLS: list[tuple[str, Any, str]] = [
    ("统一社会信用代码", 914401010000000100, "B42"),
    ("统一社会信用代码", "914401010000001000", "B42"),
    ("统一社会信用代码", "9.14401E+17", "B43"),
    ("统一社会信用代码", uscc(1)[:-1], "B44"),
    ("统一社会信用代码", uscc(1)[:-1] + "O", "B45"),
    ("统一社会信用代码", uscc(1)[:-1] + "٣", "B45"),
    ("统一社会信用代码", uscc(1)[:-1] + ("A" if uscc(1)[-1] != "A" else "B"), "B46"),
    ("统一社会信用代码", "A" + uscc(1)[1:], "B47"),
    ("统一社会信用代码", True, "B42"),
    ("统一社会信用代码", "#N/A", "B38"),
    ("统一社会信用代码", "   ", "B58"),
    ("企业名称", "", "B58"),
    ("企业名称", "2026", "B57"),
    ("企业名称", "模拟" * 300, "B57"),
    ("企业名称", "模拟\u202e企业", "B22"),
    ("企业名称", "模拟\ufffd企业", "B22"),
    ("登录账号", "mock 0001", "B45"),
    ("登录账号", "m" * 65, "B44"),
    ("登录账号", 13800138000, "B42"),
    ("登录账号", "", "B58"),
    ("申请编号", "XW2026 0101", "B45"),
    ("申请编号", "../../etc", "B45"),
    ("申请编号", "XW1|XW2", "B45"),
    ("申请编号", "无", "B58"),
    ("申请编号", 20260101000001, "B42"),
    ("主要联系人姓名", "N/A", "B58"),
    ("主要联系人姓名", "13800138000", "B57"),
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
    ("备注", 2026, "B42"),
    ("备注", "模拟\u200b备注", "B22"),
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

    assert [_place(finding) for finding in work_list.errors] == [
        (code, "Sheet", 3, LETTERS[heading], heading)
    ]
    assert _says_what_to_do(work_list.errors[0])
    assert [item.row for item in work_list.items] == [2]


WRONG_CSV_CELLS = [
    ("统一社会信用代码", "9.14401E+17", "B43"),
    ("主要联系人手机", "1.38E+10", "B43"),
    ("主要联系人电话", "2087654321", "B50"),
    ("企业名称", "模拟\x07企业", "B22"),
    ("主要联系人邮箱", "=contact@", "B56"),
]


@pytest.mark.parametrize(("heading", "value", "code"), WRONG_CSV_CELLS)
def test_csv_cells_are_judged_alike(tmp_path: Path, heading: str, value: str, code: str) -> None:
    """What Excel or a person spoilt in a .csv file is told like in a workbook."""
    path = write_csv(tmp_path / "清单.csv", [row(2), row(1) | {heading: value}])

    work_list = read_work_list(path, ORIGIN)

    assert [_place(finding) for finding in work_list.errors] == [
        (code, "清单", 3, LETTERS[heading], heading)
    ]


def _good_zip(**members: str) -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), text)
    return content.getvalue()


def _damaged_xlsx() -> bytes:
    return _good_zip(xl__workbook_xml="<workbook", **{"[Content_Types]_xml": "<Types"})


def _entity_xlsx() -> bytes:
    content = BytesIO()
    source = BytesIO()
    workbook_xml = '<!DOCTYPE x [<!ENTITY e "eeee">]><workbook>&e;</workbook>'
    _workbook([row()]).save(source)
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(content, "w") as new:
        for name in old.namelist():
            new.writestr(name, workbook_xml if name == "xl/workbook.xml" else old.read(name))
    return content.getvalue()


def _workbook(rows: list[dict[str, Any]]) -> Any:
    buffer = BytesIO()
    write_xlsx(buffer, rows)  # type: ignore[arg-type]
    buffer.seek(0)
    return load_workbook(buffer)


WRONG_FILES: list[tuple[str, bytes, str]] = [
    ("空.xlsx", b"", "B02"),
    ("空.csv", b"\r\n\r\n", "B02"),
    ("文本.xlsx", "统一社会信用代码,企业名称\r\n".encode(), "B03"),
    ("图片.xlsx", b"\x89PNG\r\n\x1a\n", "B03"),
    ("文档.xlsx", _good_zip(word__document_xml="<w/>"), "B03"),
    ("工作簿.csv", _good_zip(xl__workbook_xml="<w/>"), "B03"),
    ("清单.txt", "统一社会信用代码\r\n".encode(), "B03"),
    ("旧版.xls", OLE + bytes(600), "B04"),
    ("旧版.xlsx", OLE + bytes(600), "B04"),
    ("加密.xlsx", OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "B05"),
    ("截断.xlsx", _good_zip(xl__workbook_xml="<w/>" * 99)[:-30], "B06"),
    ("坏.xlsx", _damaged_xlsx(), "B06"),
    ("实体.xlsx", _entity_xlsx(), "B06"),
    ("宏.xlsm", _good_zip(xl__workbook_xml="<w/>"), "B07"),
    ("宏.xlsx", _good_zip(xl__workbook_xml="<w/>", **{"xl__vbaProject.bin": "x"}), "B07"),
    ("炸弹.xlsx", _good_zip(xl__workbook_xml=" " * (21 * 1024 * 1024)), "B09"),
    ("大.csv", b"x" * (20 * 1024 * 1024 + 1), "B09"),
    ("多.csv", b"a,b\r\n" * 5_002, "B10"),
    ("宽.csv", b"a," * 100 + b"\r\n", "B10"),
    ("统一码.csv", "统一社会信用代码,企业名称".encode("utf-16"), "B18"),
    ("二进制.csv", b"%PDF-1.7\0\xff", "B18"),
    ("别的编码.csv", "統一社會信用代碼".encode("big5") + b"\xff\xff", "B19"),
    ("分号.csv", "统一社会信用代码;企业名称\r\n".encode(), "B23"),
    ("制表符.csv", "统一社会信用代码\t企业名称\r\n".encode("gb18030"), "B23"),
    ("引号.csv", '统一社会信用代码,企业名称\r\n1,"模拟\r\n2,模拟\r\n'.encode(), "B24"),
    ("乱码.csv", "统一社会信用代码,企业名称\r\n".encode() + b"\xff,1\r\n", "B19"),
    ("标题.csv", "工作清单\r\n1,2\r\n".encode(), "B28"),
]


@pytest.mark.parametrize(
    ("name", "content", "code"), WRONG_FILES, ids=[name for name, _, _ in WRONG_FILES]
)
def test_file_that_is_no_list_is_refused(
    tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    """A file that cannot be a list gives one error that says what to do, and no work item."""
    path = tmp_path / name
    path.write_bytes(content)

    work_list = read_work_list(path, ORIGIN)

    assert [finding.code for finding in work_list.findings] == [code]
    assert _says_what_to_do(work_list.findings[0])
    assert work_list.items == ()


def test_missing_file_and_folder_are_refused(tmp_path: Path) -> None:
    """A path where no file lies is told, not raised."""
    missing = read_work_list(tmp_path / "没有.xlsx", ORIGIN)
    folder = read_work_list(tmp_path, ORIGIN)

    assert [finding.code for finding in missing.errors + folder.errors] == ["B01", "B01"]
    assert missing.digest == ""


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


WRONG_SHEETS: list[tuple[str, Callable[[Worksheet], Any], tuple[str, str, int | None, str]]] = [
    ("没有数据", lambda sheet: sheet.delete_rows(2, 9), ("B02", "Sheet", None, "")),
    ("行过多", _set("A5002", "x"), ("B10", "", None, "")),
    ("列过多", _set("CW1", "x"), ("B10", "", None, "")),
    ("没有列名", lambda sheet: sheet.delete_rows(1), ("B28", "Sheet", None, "")),
    ("缺少列", _without("企业名称"), ("B31", "Sheet", 1, "")),
    ("列名写错", _set("D1", "申请号"), ("B30", "Sheet", 1, "D")),
    ("密码列", _set("K1", "登录 密码"), ("B73", "Sheet", 1, "K")),
    ("口令列", _set("K1", "法人卡PIN"), ("B73", "Sheet", 1, "K")),
    ("英文密码列", _set("K1", "Ｐassword"), ("B73", "Sheet", 1, "K")),
    ("隐藏的行", _hide, ("B35", "Sheet", 3, "")),
    ("合并单元格", lambda sheet: sheet.merge_cells("D2:D3"), ("B36", "Sheet", 3, "D")),
    ("公式", _set("B3", "=B2"), ("B37", "Sheet", 3, "B")),
    ("错误值", _set("G3", "#REF!"), ("B38", "Sheet", 3, "G")),
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

    assert [_place(finding)[:4] for finding in work_list.errors] == [expected]
    assert _says_what_to_do(work_list.errors[0])
    assert [item.row for item in work_list.items] == ([2] if expected[2] == 3 else [])


def test_repeated_heading_is_refused(tmp_path: Path) -> None:
    """Two columns of one name are both told, and no row is used."""
    path = write_xlsx(tmp_path / "清单.xlsx", [row(1) | {"备注 *": "x"}])

    work_list = read_work_list(path, ORIGIN)

    assert [_place(finding) for finding in work_list.errors] == [
        ("B29", "Sheet", 1, "I", "备注"),
        ("B29", "Sheet", 1, "K", "备注"),
    ]
    assert work_list.items == ()


def test_ragged_csv_rows_are_told(tmp_path: Path) -> None:
    """Rows with a comma too many or too few are told; the other rows stay usable."""
    path = write_csv(tmp_path / "清单.csv", [row(1), row(2), row(3)])
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    lines[1] = lines[1].replace("mock0001", "mock,0001") + "x"
    lines[2] = lines[2].replace(",mock0002", "")
    path.write_text("\r\n".join(lines) + "\r\n\r\n", encoding="utf-8-sig", newline="")

    work_list = read_work_list(path, ORIGIN)

    assert [_place(finding)[:3] for finding in work_list.errors] == [
        ("B25", "清单", 2),
        ("B26", "清单", 3),
    ]
    assert [item.row for item in work_list.items] == [4]


REPEATED: list[tuple[dict[str, str], str, str]] = [
    ({}, "B61", "申请编号"),
    ({"申请编号": "ｘｗ20260101000001"}, "B61", "申请编号"),
    ({"申请编号": ""}, "B61", "申请编号"),
    ({"申请编号": "XW2", "企业名称": "另一家模拟企业"}, "B62", "企业名称"),
    ({"申请编号": "XW2", "登录账号": "other"}, "B62", "登录账号"),
]


@pytest.mark.parametrize(("change", "code", "heading"), REPEATED)
def test_rows_that_contradict_each_other_are_both_told(
    tmp_path: Path, change: dict[str, str], code: str, heading: str
) -> None:
    """Rows that name one policy twice, or one enterprise in two ways, are all left out."""
    path = write_xlsx(tmp_path / "清单.xlsx", [row(1), row(2), row(1) | change])

    work_list = read_work_list(path, ORIGIN)

    assert [_place(finding)[:4] for finding in work_list.errors] == [
        (code, "Sheet", 2, LETTERS[heading]),
        (code, "Sheet", 4, LETTERS[heading]),
    ]
    assert "2、4" in work_list.errors[0].problem
    assert [item.row for item in work_list.items] == [3]


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
    """Each code of the catalogue is asserted by one of the tables or tests above."""
    source = Path(__file__).read_text(encoding="utf-8")
    asserted = set(re.findall(r'"(B\d\d)"', source))

    assert asserted == set(CODES)


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
                "模拟联系人", "020-87654321", "13800138000", "contact@example.com", "模拟数据"
            ),
            expected_documents=("甲（一、二）", "乙", "丙"),
            row=2,
        ),
    )
    assert work_list.items[0].reference == f"{ORIGIN}|{uscc(7)}|XW20260101000007"
    assert not work_list.items[0].is_request


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

    assert item.is_request
    assert item.reference == f"{ORIGIN}|{uscc(1)}|"


def test_list_without_numbers_is_read_with_a_warning(tmp_path: Path) -> None:
    """A list that has no 申请编号 column says that it asks for everything."""
    values = row(1)
    del values["申请编号"]

    work_list = read_work_list(write_xlsx(tmp_path / "清单.xlsx", [values]), ORIGIN)

    assert work_list.errors == ()
    assert [finding.code for finding in work_list.warnings] == ["B32"]
    assert work_list.items[0].is_request


NORMALISED = [
    ("统一社会信用代码", f"  {uscc(10).lower()}\u3000", uscc(10)),
    ("申请编号", "ＸＷ１ ", "XW1"),
    ("主要联系人手机", "１３８００１３８０００", "13800138000"),
    ("主要联系人电话", "（020）87654321", "(020)87654321"),
    ("主要联系人邮箱", "contact＠example.com", "contact@example.com"),
    ("企业名称", "模拟（广东）企业 ", "模拟（广东）企业"),
    ("备注", "第一行\n第二行", "第一行 第二行"),
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
    assert [_place(finding) for finding in work_list.warnings] == [
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


def test_first_visible_sheet_is_read_and_others_are_named(tmp_path: Path) -> None:
    """A hidden sheet is passed over, and a second sheet with data is not silently ignored."""
    workbook = _workbook([row(1)])
    workbook.create_sheet("隐藏", 0).sheet_state = "hidden"
    workbook.create_sheet("三月").append(["一行"])
    workbook["三月"].append(["两行"])
    workbook.save(tmp_path / "清单.xlsx")

    work_list = read_work_list(tmp_path / "清单.xlsx", ORIGIN)

    assert work_list.sheet == "Sheet"
    assert [finding.code for finding in work_list.findings] == ["B33"]
    assert "三月" in str(work_list.warnings[0])
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


def _place(finding: Finding) -> tuple[str, str, int | None, str, str]:
    return finding.code, finding.sheet, finding.row, finding.column, finding.heading


def _says_what_to_do(finding: Finding) -> bool:
    return re.search(r"请[\u4e00-\u9fff]|没有内容时请留空", finding.fix) is not None
