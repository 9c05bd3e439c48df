"""The text of a .csv file: its encoding and line ends judged, its fields parsed row by row."""

import codecs
import csv
import re
from contextlib import suppress
from io import StringIO

from openpyxl import Workbook

from bot.work_list.file import MAX_COLUMNS, MAX_ROWS, SPLIT
from bot.work_list.findings import Unfit
from bot.work_list.workbook import OWN_SHEETS, TITLE, put_text

MAX_CSV_BYTES = 5 * 1024 * 1024
GUARDED = re.compile(r"""="[^"]*"|'[0-9A-Za-z-]+""")
SAVE_AS_CSV = "请另存为“CSV UTF-8（逗号分隔）”"


def csv_rows(content: bytes) -> list[list[str]]:
    """Return the fields of a .csv file, row by row.

    Raises:
        Unfit: it cannot be parsed.
    """
    if len(content) > MAX_CSV_BYTES:
        raise Unfit("B09", f"文件超过 {MAX_CSV_BYTES // 2**20} MB", SPLIT)
    text = _decode(content)
    _check_line_ends(text)
    rows: list[list[str]] = []
    try:
        for fields in csv.reader(StringIO(text, newline=""), strict=True):
            rows.append(fields)
            if len(rows) > MAX_ROWS + 1:
                raise Unfit("B10", f"数据超过 {MAX_ROWS} 行", SPLIT)
            if len(fields) > MAX_COLUMNS:
                told = f"这一行分成了 {len(fields)} 列，最多 {MAX_COLUMNS} 列"
                raise Unfit("B10", told, SPLIT, len(rows))
    except csv.Error as error:
        row = len(rows) + 1
        told = "从这一行起引号不成对"
        raise Unfit("B24", told, "请检查这一行的英文双引号，或用 .xlsx", row) from error
    while rows and not any(rows[-1]):
        rows.pop()
    _check_unguarded(rows)
    if rows and len(rows[0]) == 1 and re.search(r"[;\t|，；]", rows[0][0]):
        raise Unfit("B23", "列之间不是用英文逗号分隔", SAVE_AS_CSV, 1)
    return rows


def _check_unguarded(rows: list[list[str]]) -> None:
    """Refuse what other programs write lest Excel take a number for one; it is no text."""
    guarded = [
        (number, field)
        for number, fields in enumerate(rows, start=1)
        for field in fields
        if GUARDED.fullmatch(field)
    ]
    if guarded:
        row, field = guarded[0]
        sign = field[:1] if field.startswith("'") else '="…"'
        told = f"有 {len(guarded)} 格写成 {sign} 的样子，是导出清单的系统为防止 Excel 改写数字加的"
        fix = f"请在那个系统里导出 .xlsx；或用 Excel 打开，去掉 {sign}，列设为“文本”后另存为 .xlsx"
        raise Unfit("B37", told, fix, row)


def _check_line_ends(text: str) -> None:
    unquoted = re.sub(r'"[^"]*"', "", text)  # within quotes any line end is part of the text
    bare = re.search(r"\r(?!\n)", unquoted)
    if bare and "\n" in unquoted:
        row = len(unquoted[: bare.start()].splitlines())
        raise Unfit("B27", "两种换行方式混用，可能有几行连成一行", SAVE_AS_CSV, row)


def _decode(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in content:
        raise Unfit("B18", "文件是 UTF-16 编码或不是文本", SAVE_AS_CSV)
    # UTF-8 first: most of it would also pass as GB18030, and read as nonsense
    with suppress(UnicodeDecodeError):
        return content.decode("utf-8-sig")
    if row := _row_of_other_encoding(content):
        told = "这一行与前面的行编码不同，一种是 UTF-8，一种是 GB18030"
        raise Unfit("B20", told, "请重新导出整个文件，不要拼接", row)
    with suppress(UnicodeDecodeError):
        return content.decode("gb18030")
    raise Unfit("B19", "编码既不是 UTF-8，也不是 GB18030", SAVE_AS_CSV)


def _row_of_other_encoding(content: bytes) -> int:
    """Return the first Chinese row whose encoding differs from the rows before; 0 if none does."""
    first = ""
    for row, line in enumerate(content.splitlines(), start=1):
        encoding = _encoding(line)
        if encoding != first and first and encoding:
            return row
        first = first or encoding
    return 0


def _encoding(line: bytes) -> str:
    if line.isascii():
        return ""
    for encoding in ("utf-8", "gb18030"):
        with suppress(UnicodeDecodeError):
            # two bytes of GB18030 may pass for a Latin or Greek letter, hardly for Chinese
            if any("\u4e00" <= one <= "\u9fff" for one in line.decode(encoding)):
                return encoding
    return ""


def workbook_of(rows: list[list[str]], title: str) -> Workbook:
    """Return a workbook that holds these rows as texts."""
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    name = re.sub(r"[\[\]:*?/\\']", "", title)[:31]
    sheet.title = TITLE if name in OWN_SHEETS else name or TITLE
    for row, fields in enumerate(rows, start=1):
        for column, text in enumerate(fields, start=1):
            put_text(sheet.cell(row, column), text)
            sheet.cell(row, column).number_format = "@"
    return workbook
