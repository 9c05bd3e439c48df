"""List files: what cannot be a list is refused unopened, in no time and little memory."""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from openpyxl import Workbook

from bot.work_list.reading import read_work_list
from tests.bot.lists import ORIGIN, row, says_what_to_do, write_csv, write_xlsx

ROOT = Path(__file__).parents[3]
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
SHEET = "xl/worksheets/sheet1.xml"
HEAD = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'


def _archive(**members: str) -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, text in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), text)
    return content.getvalue()


def _list_with(part: str, text: str | bytes) -> bytes:
    """Return a good list in which one part is another, or one more."""
    source, content = BytesIO(), BytesIO()
    workbook = Workbook()
    workbook.worksheets[0].append(list(row()))
    workbook.worksheets[0].append(list(row().values()))
    workbook.save(source)
    with (
        zipfile.ZipFile(source) as old,
        zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
        new.writestr(part, text)
    return content.getvalue()


def _strict(prefix: str = "") -> bytes:
    """Return a good list as Excel saves it as “Strict Open XML 电子表格”."""
    content = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(_list_with("xl/none.xml", "<x/>"))) as old,
        zipfile.ZipFile(content, "w") as new,
    ):
        for name in old.namelist():
            part = old.read(name)
            for ours, strict in NAMESPACES:
                part = part.replace(ours, strict)
            if name == "xl/workbook.xml" and prefix:
                part = part.replace(
                    b"<workbook xmlns=", f"<{prefix}:workbook xmlns:{prefix}=".encode()
                )
                part = part.replace(b"</workbook>", f"</{prefix}:workbook>".encode())
            new.writestr(name, part)
    return content.getvalue()


def _chance(count: int, start: bytes = b"") -> bytes:
    """Return bytes like those of an encrypted file."""
    return start + Random(7).randbytes(count)


def _guarded(text: str) -> bytes:
    """Return a .csv of two rows whose numbers another program guards against Excel."""
    lines = [",".join(row()), *(",".join(text % one for one in row(i).values()) for i in (1, 2))]
    return "\r\n".join(lines).encode()


def _sheet_of(data: str, rest: str = "") -> bytes:
    return _list_with(SHEET, f"{HEAD}<sheetData>{data}</sheetData>{rest}</worksheet>")


def _rows(count: int, cells: str) -> str:
    return "".join(f'<row r="{number}">{cells}</row>' for number in range(1, count + 1))


NAMESPACES = [
    (
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        b"http://purl.oclc.org/ooxml/spreadsheetml/main",
    ),
    (
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
    ),
]
ENTITY = '<!DOCTYPE x [<!ENTITY e "eeee">]><workbook>&e;</workbook>'
LAUGHS = '<!DOCTYPE x [<!ENTITY a "haha"><!ENTITY b "&a;&a;">]><sst>&b;</sst>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><sst>&f;</sst>'
VALUE = "<c><v>1</v></c>"
WRONG_FILES: list[tuple[str, bytes, str, int | None]] = [
    ("空.xlsx", b"", "B02", None),
    ("空.csv", b"\r\n\r\n", "B02", None),
    ("文本.xlsx", "统一社会信用代码,企业名称\r\n".encode(), "B03", None),
    ("图片.xlsx", b"\x89PNG\r\n\x1a\n", "B03", None),
    ("文档.xlsx", _archive(word__document_xml="<w/>"), "B03", None),
    ("工作簿.csv", _archive(xl__workbook_xml="<w/>"), "B03", None),
    ("清单.txt", "统一社会信用代码\r\n".encode(), "B03", None),
    ("旧版.xls", OLE + bytes(600), "B04", None),
    ("旧版.xlsx", OLE + bytes(600), "B04", None),
    ("加密.xlsx", OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "B05", None),
    ("权限.xlsx", OLE + bytes(9) + "DRMEncryptedTransform".encode("utf-16-le"), "B05", None),
    ("公司加密.xlsx", b"\x62\x14\x23E-SafeNet" + bytes(4096), "B05", None),
    ("公司加密.csv", b"%TSD-Header-###%" + bytes(4096), "B05", None),
    ("不认识的加密.xlsx", _chance(4096), "B05", None),
    ("不认识的加密.csv", _chance(9000, b"\x00\x01"), "B05", None),
    ("照片.xlsx", _chance(9000, b"\xff\xd8\xff"), "B03", None),
    ("截断.xlsx", _archive(xl__workbook_xml="<w/>" * 99)[:-30], "B06", None),
    (
        "坏.xlsx",
        _archive(xl__workbook_xml="<workbook", **{"[Content_Types]_xml": "<"}),
        "B06",
        None,
    ),
    ("坏区域.xlsx", _sheet_of("", '<mergeCells><mergeCell ref="A:C"/></mergeCells>'), "B06", None),
    ("宏.xlsm", _archive(xl__workbook_xml="<w/>"), "B07", None),
    ("二进制.xlsb", _archive(xl__workbook_xml="<w/>"), "B07", None),
    ("宏.xlsx", _archive(xl__workbook_xml="<w/>", **{"xl__vbaProject.bin": "x"}), "B07", None),
    ("碎片.xlsx", _archive(**{f"xl__{number}_xml": "<w/>" for number in range(201)}), "B08", None),
    ("宽.csv", b"a," * 100 + b"\r\n", "B10", 1),
    ("一行在底.xlsx", _sheet_of('<row r="1048576"><c r="A1048576"/></row>'), "B11", None),
    ("一格在右.xlsx", _sheet_of('<row r="1"><c r="XFD1"/></row>'), "B11", None),
    ("实体.xlsx", _list_with("xl/workbook.xml", ENTITY), "B12", None),
    ("笑话.xlsx", _list_with("xl/sharedStrings.xml", LAUGHS), "B12", None),
    ("外部实体.xlsx", _list_with("xl/sharedStrings.xml", OUTSIDE.encode("utf-16")), "B12", None),
    ("外部链接.xlsx", _list_with("xl/externalLinks/externalLink1.xml", "<x/>"), "B13", None),
    ("数据连接.xlsx", _list_with("xl/connections.xml", "<x/>"), "B13", None),
    ("统一码.csv", "统一社会信用代码,企业名称".encode("utf-16"), "B18", None),
    ("二进制.csv", b"%PDF-1.7\0\xff", "B18", None),
    ("别的编码.csv", "統一社會信用代碼".encode("big5") + b"\xff\xff", "B19", None),
    ("混用.csv", "企业名称\r\n一,1\r\n".encode() + "模拟企业\r\n".encode("gb18030"), "B20", 3),
    ("反过来.csv", "企业名称\r\n".encode("gb18030") + "模拟企业\r\n".encode(), "B20", 2),
    ("分号.csv", "统一社会信用代码;企业名称\r\n".encode(), "B23", 1),
    ("制表符.csv", "统一社会信用代码\t企业名称\r\n".encode("gb18030"), "B23", 1),
    ("引号.csv", '统一社会信用代码,企业名称\r\n1,"模拟\r\n2,模拟\r\n'.encode(), "B24", 2),
    ("引号中断.csv", '统一社会信用代码,企业名称\r\n1,"模拟"企业\r\n'.encode(), "B24", 2),
    ("换行.csv", "统一社会信用代码,企业名称\r\n1,2\r3,4\r\n".encode(), "B27", 2),
    ("严格.xlsx", _strict(), "B81", None),
    ("有前缀的严格.xlsx", _strict("x"), "B81", None),
    ("等号.csv", _guarded('="%s"'), "B37", 2),
    ("引号里的等号.csv", _guarded('"=""%s"""'), "B37", 2),
    ("撇号.csv", _guarded("'%s"), "B37", 2),
    ("一格等号.csv", _guarded("%s").replace(b"13800130002", b'="13800130002"'), "B37", 3),
    ("标题.csv", "工作清单\r\n1,2\r\n".encode(), "B28", 1),
]


@pytest.mark.parametrize(
    ("name", "content", "code", "line"), WRONG_FILES, ids=[case[0] for case in WRONG_FILES]
)
def test_file_that_is_no_list_is_refused(
    tmp_path: Path, name: str, content: bytes, code: str, line: int | None
) -> None:
    """A file that cannot be a list gives one error that says what to do, and no work item."""
    path = tmp_path / name
    path.write_bytes(content)

    work_list = read_work_list(path, ORIGIN)

    assert [(finding.code, finding.row) for finding in work_list.errors] == [(code, line)]
    assert work_list.warnings == ()
    assert says_what_to_do(work_list.errors[0])
    assert work_list.items == ()


@pytest.mark.parametrize(
    ("name", "content", "advice", "harm"),
    [
        ("清单.xlsx", b"\x62\x14\x23E-SafeNet" + bytes(4096), "管理员申请解密", "请用 Excel"),
        ("清单.csv", _chance(4096), "用 Excel 另存只会又加密一次", "请用 Excel"),
        ("清单.xlsx", _strict(), "不选“Strict Open XML 电子表格”", "CSV"),
        ("清单.xlsx", OLE + "DRMEncryptedTransform".encode("utf-16-le"), "取消限制", "取消密码"),
        ("清单.csv", _guarded('="%s"'), '去掉 ="…"', "CSV UTF-8"),
    ],
    ids=["driver", "chance", "strict", "rights", "guarded"],
)
def test_advice_mends_the_cause(
    tmp_path: Path, name: str, content: bytes, advice: str, harm: str
) -> None:
    """It names what a person has to do, and nothing that would make it again as it was."""
    path = tmp_path / name
    path.write_bytes(content)

    (finding,) = read_work_list(path, ORIGIN).findings

    assert advice in finding.fix
    assert harm not in finding.fix


def test_missing_file_and_folder_are_refused(tmp_path: Path) -> None:
    """A path where no file lies is told, not raised."""
    missing = read_work_list(tmp_path / "没有.xlsx", ORIGIN)
    folder = read_work_list(tmp_path, ORIGIN)

    assert [finding.code for finding in missing.errors + folder.errors] == ["B01", "B01"]
    assert missing.digest == ""


def test_file_that_may_not_be_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No right to read is told, not raised."""
    path = write_xlsx(tmp_path / "清单.xlsx", [row()])

    def refuse(_: Path) -> bytes:
        raise PermissionError

    monkeypatch.setattr(Path, "read_bytes", refuse)
    (finding,) = read_work_list(path, ORIGIN).errors

    assert finding.code == "B01"
    assert "权限" in finding.fix


def test_link_to_a_list_is_refused(tmp_path: Path) -> None:
    """What a name points to may be another list tomorrow."""
    write_xlsx(tmp_path / "清单.xlsx", [row()])
    link = tmp_path / "链接.xlsx"
    link.symlink_to(tmp_path / "清单.xlsx")

    (finding,) = read_work_list(link, ORIGIN).errors

    assert finding.code == "B14"
    assert says_what_to_do(finding)


def test_file_that_changes_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list that is still being copied or saved is never taken half."""
    path = write_csv(tmp_path / "清单.csv", [row(1)])
    read_bytes = Path.read_bytes

    def read_and_append(self: Path) -> bytes:
        content = read_bytes(self)
        with self.open("ab") as file:
            file.write(b"\r\n")
        return content

    monkeypatch.setattr(Path, "read_bytes", read_and_append)
    work_list = read_work_list(path, ORIGIN)

    assert [finding.code for finding in work_list.errors] == ["B15"]
    assert says_what_to_do(work_list.errors[0])
    assert work_list.items == ()


@pytest.mark.parametrize("lock", ["~$清单.xlsx", ".~清单.xlsx", ".~lock.清单.xlsx#"])
def test_list_that_is_open_elsewhere_is_refused(tmp_path: Path, lock: str) -> None:
    """What is on the disk may not be what the person sees in Excel, WPS or LibreOffice."""
    path = write_xlsx(tmp_path / "清单.xlsx", [row()])
    (tmp_path / lock).touch()

    work_list = read_work_list(path, ORIGIN)

    assert [finding.code for finding in work_list.errors] == ["B16"]
    assert lock in work_list.errors[0].fix
    assert work_list.items == ()


BOMBS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "压缩比.xlsx": ("B08", lambda: _list_with("xl/media/a.bin", bytes(19 * 2**20))),
    "很大.xlsx": ("B09", lambda: _list_with("xl/a.txt", _digits(21 * 2**20))),
    "很大.csv": ("B09", lambda: _digits(21 * 2**20).encode()),
    "大.csv": ("B09", lambda: _digits(6 * 2**20).encode()),
    "多行.csv": ("B10", lambda: b"a,b\r\n" * 900_000),
    "很宽.csv": ("B10", lambda: b"," * 5_000_000),
    "多行.xlsx": ("B10", lambda: _sheet_of(_rows(300_000, VALUE))),
    "多格.xlsx": ("B10", lambda: _sheet_of(_wide_rows(4_000))),
    "多元素.xlsx": ("B10", lambda: _list_with("xl/sharedStrings.xml", _strings(810_000))),
    "空行到底.xlsx": ("B11", lambda: _sheet_of(_rows(5_002, ""))),
    "合并到底.xlsx": (
        "B11",
        lambda: _sheet_of("", '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
    ),
    "链接到底.xlsx": (
        "B11",
        lambda: _sheet_of("", '<hyperlinks><hyperlink display=">" ref="A1:XFD9"/></hyperlinks>'),
    ),
    "合并很多.xlsx": ("B10", lambda: _sheet_of("", _merged(2_000))),
}
MEASURE = """
import json, re, sys, time
from pathlib import Path
from random import Random
from bot.work_list.reading import read_work_list
def measured(path):
    begun = time.process_time()
    codes = [finding.code for finding in read_work_list(Path(path), "x").findings]
    return codes, time.process_time() - begun
codes, seconds = measured(sys.argv[1])
peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]
_, ordinary = measured(sys.argv[2])
print(json.dumps([codes, seconds / ordinary, int(peak) / 1024]))
"""


def _digits(count: int) -> str:
    return "".join(f"{number:08d}" for number in range(count // 8))


def _wide_rows(count: int) -> str:
    return "".join(
        f"<row>{''.join(f'<c><v>{row * column}</v></c>' for column in range(90))}</row>"
        for row in range(count)
    )


def _strings(count: int) -> str:
    texts = (f'<t a="{number:x}"/>' for number in range(count))
    return f"<sst>{''.join(texts)}</sst>"


def _merged(count: int) -> str:
    areas = (f'<mergeCell ref="A1:CV{number}"/>' for number in range(1, count))
    return f"<mergeCells>{''.join(areas)}</mergeCells>"


@pytest.fixture(scope="module")
def ordinary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A list of a thousand rows, as an operator may have."""
    folder = tmp_path_factory.mktemp("ordinary")
    return write_xlsx(folder / "清单.xlsx", [row(number) for number in range(1_000)])


@pytest.mark.parametrize("name", BOMBS)
def test_bomb_is_refused_in_no_time_and_little_memory(
    tmp_path: Path, ordinary: Path, name: str
) -> None:
    """A file that would fill the memory costs little more than a good list, and 150 MB in all."""
    code, made = BOMBS[name]
    file = tmp_path / name
    file.write_bytes(made())

    told = subprocess.run(
        [sys.executable, "-c", MEASURE, str(file), str(ordinary)],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    ).stdout
    codes, times_ordinary, megabytes = json.loads(told)

    assert codes == [code]
    assert times_ordinary < 2
    assert megabytes < 150
