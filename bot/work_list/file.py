"""List files: the bytes of an .xlsx or .csv become a workbook, or are refused unopened."""

import re
import warnings
import zipfile
from contextlib import suppress
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from xml.parsers import expat

from openpyxl import Workbook, load_workbook
from openpyxl.utils import column_index_from_string
from openpyxl.worksheet.worksheet import Worksheet

from bot.work_list.encryption import OLE_MAGIC, check_not_encrypted
from bot.work_list.findings import Unfit
from bot.work_list.workbook import OWN_SHEETS, is_open, lock_names

MAX_ROWS = 5_000
MAX_COLUMNS = 100
MAX_CELLS = 150_000
MAX_ELEMENTS = 800_000
MAX_BYTES = 20 * 1024 * 1024
MAX_ENTRIES = 200
MAX_RATIO = 100
SMALL = 1024 * 1024  # no bomb, even at a high ratio

LINKS = ("xl/externalLinks/", "xl/connections.xml", "xl/queryTables/")
AREAS = frozenset({"mergeCell", "hyperlink", "comment"})  # openpyxl creates every cell they cover
AREA = re.compile(r"([A-Z]{1,3})([0-9]{1,7})(?::([A-Z]{1,3})([0-9]{1,7}))?")
STRICT = re.compile(rb"<(\w+:)?workbook\b[^>]*//purl\.oclc\.org/ooxml/spreadsheetml/main")
HEAD_BYTES = 4096  # of a part; its first element stands there
ESCAPED_UNDERSCORE = b"x005F_"
DRAWING = re.compile(r"xl/drawings/[^/]*\.xml")
VALUES = frozenset({"v", "f", "is"})

SAVE_AS_ORDINARY = (
    "请用 Excel 打开，另存时“保存类型”选“Excel 工作簿 (*.xlsx)”，不选“Strict Open XML 电子表格”"
)
SAVE_AS_XLSX = "请用 Excel 打开，另存为“Excel 工作簿 (*.xlsx)”"
SAVE_AGAIN = "请用 Excel 打开并另存一份，或重新导出"
SPLIT = "请删除用不到的行和列，或分成几份清单"
DELETE_REST = "请选中数据下方和右侧的空行空列，整行整列删除后保存"


def read_bytes(path: Path) -> bytes:
    """Return what the file holds.

    Raises:
        Unfit: it cannot be read, or is too large.
    """
    try:
        if path.is_dir():
            raise Unfit("B01", "这是文件夹，不是文件", "请指定文件夹里的 .xlsx 或 .csv 文件")
        if path.is_symlink():
            raise Unfit("B14", "这是指向别处的符号链接", "请指定文件本身")
        if not path.is_file():
            raise Unfit("B01", "找不到这个文件", "请检查路径和文件名")
        if path.stat().st_size > MAX_BYTES:
            raise Unfit("B09", f"文件超过 {MAX_BYTES // 2**20} MB", SPLIT)
        return path.read_bytes()
    except OSError as error:
        raise Unfit("B01", "文件无法读取", "请检查权限，并关闭正在使用它的程序") from error


def digest_of(path: Path) -> str:
    """Return the digest of what the file holds now; empty if it cannot be read."""
    with suppress(Unfit):
        return sha256(read_bytes(path)).hexdigest()
    return ""


def check_closed(path: Path) -> None:
    """Raise Unfit if a spreadsheet program has the file open, perhaps with unsaved changes."""
    if is_open(path):
        told = "清单在表格软件中打开着，可能有没有保存的修改"
        locks = "或".join(lock_names(path))
        raise Unfit("B16", told, f"请保存并关闭；没有打开时请删除同一文件夹里的 {locks}")


def is_workbook(path: Path, content: bytes) -> bool:
    """Tell whether this is a workbook, or else a .csv.

    Raises:
        Unfit: it is neither.
    """
    suffix = path.suffix.lower()
    is_archive = content.startswith(b"PK\x03\x04")
    if not content.strip():
        raise Unfit("B02", "文件是空的", "请填写至少一行再试")
    check_not_encrypted(content)
    if content.startswith(OLE_MAGIC):
        raise Unfit("B04", "这是旧版 .xls 工作簿", SAVE_AS_XLSX)
    if suffix in {".xlsm", ".xlsb"}:
        raise Unfit("B07", "不接受带宏的工作簿和二进制工作簿", SAVE_AS_XLSX)
    if suffix not in {".xlsx", ".csv"}:
        raise Unfit("B03", f"不认识的扩展名“{suffix}”", SAVE_AS_XLSX)
    if suffix == ".csv" and is_archive:
        raise Unfit("B03", "扩展名是 .csv，内容却不是文本", "请把扩展名改回原来的，或重新导出")
    if suffix == ".xlsx" and not is_archive:
        raise Unfit("B03", "扩展名是 .xlsx，内容却不是 Excel 工作簿", SAVE_AS_XLSX)
    return is_archive


def open_workbook(content: bytes, *, data_only: bool = False) -> Workbook:
    """Open a workbook after checking that it is small enough.

    Raises:
        Unfit: it is damaged, or holds what a list must not hold.
    """
    try:
        _check_archive(content)
        with warnings.catch_warnings():
            # openpyxl warns of Excel features that it leaves out; a list needs none of them
            warnings.simplefilter("ignore")
            return load_workbook(
                BytesIO(_escapes_kept(content)),
                data_only=data_only,
                keep_links=False,
                rich_text=True,
            )
    except Unfit:
        raise
    except Exception as error:  # a damaged file can break the parsers anywhere
        raise Unfit("B06", "工作簿已损坏，无法打开", SAVE_AGAIN) from error


def _escapes_kept(content: bytes) -> bytes:
    """Return a workbook that openpyxl reads with the escapes of underscores, which it drops.

    It removes every `x005F_` from a text, so each is written in a way that leaves one.
    """
    kept = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old:
        parts = {entry: old.read(entry) for entry in old.infolist()}
    texts = [part for entry, part in parts.items() if entry.filename.endswith(".xml")]
    if not any(ESCAPED_UNDERSCORE in text for text in texts):
        return content
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as new:
        for entry, part in parts.items():
            new.writestr(entry, part.replace(ESCAPED_UNDERSCORE, b"x005Fx005F__"))
    return kept.getvalue()


def has_drawings(content: bytes) -> bool:
    """Tell whether this is a workbook with shapes or pictures that lie on its sheets."""
    if not zipfile.is_zipfile(BytesIO(content)):
        return False
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return any(
            DRAWING.match(name) and b"Anchor" in archive.read(name) for name in archive.namelist()
        )


def _check_archive(content: bytes) -> None:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        entries = archive.infolist()
        _check_directory(entries)
        census = _Census()
        for entry in entries:
            part = archive.read(entry)
            if STRICT.search(part[:HEAD_BYTES]):
                told = "工作簿存成了“严格 Open XML”格式，程序读不了"
                raise Unfit("B81", told, SAVE_AS_ORDINARY)
            census.count(part)


def _check_directory(entries: list[zipfile.ZipInfo]) -> None:
    """Check the archive's directory; zipfile never unpacks more than the directory says."""
    names = [entry.filename for entry in entries]
    size = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if {"xl/vbaProject.bin", "xl/workbook.bin"} & set(names):
        raise Unfit("B07", "不接受带宏的工作簿和二进制工作簿", SAVE_AS_XLSX)
    if not any(name.startswith("xl/") for name in names):
        raise Unfit("B03", "这是压缩文件或别的文档，不是 Excel 工作簿", SAVE_AS_XLSX)
    if len(entries) > MAX_ENTRIES or (size > SMALL and size > MAX_RATIO * packed):
        told = f"解压后有 {len(entries)} 个部分、{size // 2**20} MB，像是压缩炸弹"
        raise Unfit("B08", told, "请勿使用这个文件；是自己的清单时请用 Excel 另存一份")
    if size > MAX_BYTES:
        raise Unfit("B09", f"工作簿解压后超过 {MAX_BYTES // 2**20} MB", SPLIT)
    if any(name.startswith(LINKS) for name in names):
        raise Unfit(
            "B13",
            "工作簿引用了别的文件或数据连接，显示的可能不是现在的内容",
            "请在 Excel 的“数据”中断开链接、删除连接后保存，或只把数值复制到新的工作簿",
        )


class _Census:
    """Counts what the parts of a workbook hold, and stops before it is too much to open."""

    def __init__(self) -> None:
        self._elements = self._cells = self._area = 0

    def count(self, part: bytes) -> None:
        """Count one part, if it is XML.

        Raises:
            Unfit: the workbook holds too much.
        """
        self._rows = self._filled = 0
        self._is_filled = False
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        with suppress(expat.ExpatError):  # not XML; if it should be, opening it fails later
            parser.Parse(part, True)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        tag = name.rpartition(":")[2]
        if tag == "row":
            self._start_row(attributes)
        elif tag == "c":
            self._cells += 1
            self._check_place(attributes.get("r", ""))
        elif tag in VALUES and not self._is_filled:
            self._is_filled = True
            self._filled += 1
        elif tag in AREAS and "ref" in attributes:
            self._start_area(attributes["ref"])
        if self._elements > MAX_ELEMENTS or self._cells > MAX_CELLS:
            raise Unfit("B10", f"工作簿的单元格太多，最多 {MAX_CELLS} 个", SPLIT)

    def _start_row(self, attributes: dict[str, str]) -> None:
        self._rows += 1
        self._is_filled = False
        if self._filled > MAX_ROWS:
            raise Unfit("B10", f"数据超过 {MAX_ROWS} 行", SPLIT)
        number = attributes.get("r", "")
        if self._rows > MAX_ROWS + 1 or (number.isdecimal() and int(number[:9]) > MAX_ROWS + 1):
            raise _far_out(f"第 {number or self._rows} 行", f"{self._filled} 行有内容")

    def _check_place(self, place: str) -> None:
        if found := AREA.fullmatch(place.upper()):
            column, row = column_index_from_string(found[1]), int(found[2])
            if row > MAX_ROWS + 1 or column > MAX_COLUMNS:
                raise _far_out(f" {place} 单元格", f"第 1 行起 {self._filled} 行有内容")

    def _start_area(self, area: str) -> None:
        found = AREA.fullmatch(area)
        if not found:
            raise Unfit("B06", "工作簿里有不合规的区域", SAVE_AGAIN)
        first, top, last, bottom = found[1], found[2], found[3] or found[1], found[4] or found[2]
        self._check_place(last + bottom)
        columns = column_index_from_string(last) - column_index_from_string(first) + 1
        self._area += max(columns, 1) * max(int(bottom) - int(top) + 1, 1)
        if self._area > MAX_CELLS:
            raise Unfit("B10", "工作簿里合并、链接和批注的区域太多", SPLIT)

    def _refuse_doctype(self, *_: object) -> None:
        raise Unfit("B12", "工作簿里有 DTD 或实体定义，正常的清单没有", SAVE_AGAIN)


def _far_out(where: str, inside: str) -> Unfit:
    told = f"已用区域到了{where}，其中{inside}；最多 {MAX_ROWS} 行、{MAX_COLUMNS} 列"
    return Unfit("B11", told, DELETE_REST)


def visible_sheets(workbook: Workbook) -> list[Worksheet]:
    """Return the sheets that a person sees."""
    return [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]


def list_sheet(workbook: Workbook) -> Worksheet:
    """Return the sheet that holds the list: the first visible one that is not ours.

    Raises:
        Unfit: there is none, or it is too large.
    """
    visible = visible_sheets(workbook)
    sheets = [sheet for sheet in visible if sheet.title not in OWN_SHEETS]
    if visible and not sheets:
        told = f"只有工作表「{visible[0].title}」，这个名字留给程序自己加的工作表"
        raise Unfit("B33", told, "清单在这一张时，请给它改个名字，例如“工作清单”")
    if not sheets:
        raise Unfit("B02", "工作簿里没有可见的工作表", "请取消隐藏工作清单所在的工作表")
    rows, columns = sheets[0].max_row, sheets[0].max_column
    if rows > MAX_ROWS + 1 or columns > MAX_COLUMNS:
        raise _far_out(f"第 {rows} 行、第 {columns} 列", "只有前面的有内容")
    return sheets[0]
