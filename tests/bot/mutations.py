"""Mutated work lists: good ones that a seeded hand has spoilt, as people, programs or foes do."""

import csv
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from io import BytesIO, StringIO
from pathlib import Path
from random import Random
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from bot.work_list.template import write_template
from tests.bot.lists import fill_in, row

SUFFIXES = [".xlsx", ".csv", ".xls", ".xlsm", ".txt", ""]
ENCODINGS = ["utf-8", "utf-8-sig", "gb18030", "utf-16", "big5", "latin-1"]
TEXTS = [
    *("", " ", "无", "#N/A", "=1+1", "=HYPERLINK(1)", "@SUM(1)", "-", "0", "٣", "²", "１２３"),
    *("9.14E+17", "1.38E+10", "13800138000.0", "+86 13800138000", "020-87654321-1", "8765"),
    *(
        "<script>",
        "{{ 7 }}",
        "../../etc/passwd",
        "C:\\x",
        "https://example.com",
        "a@b",
        "a@b.cn,c@d.cn",
    ),
    *("\u202e", "模拟\u200b", "\ufffd", "\ufeff", "锟斤拷", "浼佷笟", "𠮷", "\ue000", "模" * 400),
    *(
        "第一行\n第二行",
        "\t",
        "'",
        '"',
        ",",
        ";",
        "|",
        "合计",
        "跳过",
        "\x1f",
        "_x0000_",
        "\U0010ffff",
    ),
]
VALUES: list[Any] = [
    *(914401010000000190, 1.38e10, True, False, -1, 0.1, 1e300, 10**18),
    *(date(2026, 1, 1), datetime(2026, 1, 1, 9), time(9), timedelta(days=1), "=1/0", "=A1"),
]
HEADINGS = [
    *row(),
    "密码",
    "操作",
    "组织机构代码",
    "申请号",
    " 备注*",
    "序号",
    "Password",
    "",
    "列名" * 99,
]


def mutated(seed: int, folder: Path) -> Path:
    """Write the list of this seed, and return where it lies."""
    hand = Random(seed)
    rows = [row(hand.randrange(12)) for _ in range(hand.choice([0, 1, 2, 3, 8]))]
    if hand.random() < 0.5:
        content = _spoil_workbook(hand, rows, folder)
        suffix = ".xlsx"
    else:
        content = _spoil_csv(hand, rows)
        suffix = ".csv"
    if hand.random() < 0.3:
        content = _spoil_bytes(hand, content)
    if hand.random() < 0.05:
        suffix = hand.choice(SUFFIXES)
    path = folder / f"清单{seed}{suffix}"
    path.write_bytes(content)
    return path


def _text(hand: Random) -> str:
    if hand.random() < 0.7:
        return hand.choice(TEXTS)
    return "".join(chr(hand.choice([*range(32, 127), *range(0x4E00, 0x4F00)])) for _ in range(9))


def _spoil_csv(hand: Random, rows: list[dict[str, str]]) -> bytes:
    table = [list(row()), *(list(one.values()) for one in rows)]
    for _ in range(hand.randrange(4)):
        line = hand.choice(table)
        hand.choice([_change, _drop, _insert])(hand, line)
    text = StringIO()
    writer = csv.writer(
        text,
        delimiter=hand.choice([",", ",", ",", ";", "\t"]),
        lineterminator=hand.choice(["\r\n", "\r\n", "\n", "\r"]),
        quoting=hand.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    )
    writer.writerows(table)
    lines = text.getvalue()
    if hand.random() < 0.2:
        at = hand.randrange(len(lines))
        lines = lines[:at] + hand.choice(['"', "\r", "\n", ",", "\0", "\ufeff"]) + lines[at:]
    half = hand.randrange(len(lines))
    if hand.random() < 0.1:
        return _encoded(hand, lines[:half]) + _encoded(hand, lines[half:])
    return _encoded(hand, lines)


def _encoded(hand: Random, text: str) -> bytes:
    return text.encode(hand.choice(["utf-8", "utf-8-sig", *ENCODINGS]), "replace")


def _change(hand: Random, line: list[str]) -> None:
    if line:
        line[hand.randrange(len(line))] = _text(hand)


def _drop(hand: Random, line: list[str]) -> None:
    if line:
        line.pop(hand.randrange(len(line)))


def _insert(hand: Random, line: list[str]) -> None:
    line.insert(hand.randrange(len(line) + 1), _text(hand))


def _spoil_workbook(hand: Random, rows: list[dict[str, str]], folder: Path) -> bytes:
    if hand.random() < 0.2:
        template = fill_in(write_template(folder / "模板.xlsx"), rows)
        content = template.read_bytes()
        template.unlink()
    else:
        content = _workbook(hand, rows)
    return _spoil_part(hand, content) if hand.random() < 0.4 else content


def _workbook(hand: Random, rows: list[dict[str, str]]) -> bytes:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    for line in (list(row()), *(list(one.values()) for one in rows)):
        sheet.append(line)
    for _ in range(hand.randrange(5)):
        hand.choice(SHEET_CHANGES)(hand, sheet)
    content = BytesIO()
    workbook.save(content)
    return content.getvalue()


def _set_value(hand: Random, sheet: Worksheet) -> None:
    cell = sheet.cell(hand.randrange(1, sheet.max_row + 2), hand.randrange(1, 12))
    if type(cell).__name__ == "Cell":
        text = _text(hand)
        cell.value = hand.choice([*VALUES, "".join(one for one in text if one >= " ")])


def _set_heading(hand: Random, sheet: Worksheet) -> None:
    cell = sheet.cell(1, hand.randrange(1, 12))
    if type(cell).__name__ == "Cell":
        cell.value = hand.choice(HEADINGS)


def _merge(hand: Random, sheet: Worksheet) -> None:
    top, left = hand.randrange(1, 5), hand.randrange(1, 9)
    sheet.merge_cells(
        start_row=top,
        end_row=top + hand.randrange(3),
        start_column=left,
        end_column=left + hand.randrange(3),
    )


def _hide(hand: Random, sheet: Worksheet) -> None:
    sheet.row_dimensions[hand.randrange(1, 9)].hidden = True


def _shift(hand: Random, sheet: Worksheet) -> None:
    if not sheet.merged_cells.ranges and sheet.max_row < 99 and sheet.max_column < 99:
        hand.choice([sheet.insert_rows, sheet.delete_rows, sheet.insert_cols, sheet.delete_cols])(
            hand.randrange(1, 9)
        )


def _note(hand: Random, sheet: Worksheet) -> None:
    cell = sheet.cell(hand.randrange(2, 9), hand.randrange(1, 9))
    if type(cell).__name__ == "Cell":
        cell.comment, cell.font = Comment("不要", "某人"), Font(strike=True)


def _add_sheet(hand: Random, sheet: Worksheet) -> None:
    other = sheet.parent.create_sheet(None, hand.randrange(2))
    other.append(list(row()) if hand.random() < 0.5 else ["甲"])
    other.append(["乙"])
    other.sheet_state = hand.choice(["visible", "hidden", "veryHidden"])


def _far_out(hand: Random, sheet: Worksheet) -> None:
    sheet.cell(hand.choice([1, 5_003, 1_048_576]), hand.choice([1, 101, 16_384]), "x")


SHEET_CHANGES: list[Callable[[Random, Worksheet], None]] = [
    *[_set_value] * 4,
    _set_heading,
    _merge,
    _hide,
    _shift,
    _note,
    _add_sheet,
    _far_out,
]


def _spoil_part(hand: Random, content: bytes) -> bytes:
    """Edit the text of one part of a workbook, or leave it out, and zip it again."""
    with zipfile.ZipFile(BytesIO(content)) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    name = hand.choice(sorted(parts))
    if hand.random() < 0.2:
        del parts[name]
    else:
        for _ in range(hand.randrange(1, 6)):
            parts[name] = _spoil_xml(hand, parts[name])
    made = BytesIO()
    with zipfile.ZipFile(made, "w", hand.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])) as new:
        for name, part in parts.items():
            new.writestr(name, part)
    return made.getvalue()


SWAPS = [
    (b"A1", b"XFD1048576"),
    (b'r="2"', b'r="1048577"'),
    (b'r="2"', b'r="-1"'),
    (b't="s"', b't="e"'),
    (b't="s"', b't="b"'),
    (b't="s"', b't="d"'),
    (b't="s"', b't="inlineStr"'),
    (b't="n"', b't="zz"'),
    (b"<v>1</v>", b"<v>99999</v>"),
    (b"<v>1</v>", b"<v>NaN</v>"),
    (b"<v>2</v>", b"<v>1E999</v>"),
    (b"<?xml", b"<!DOCTYPE x [<!ENTITY e 'e'>]><?xml"),
    (b"utf-8", b"utf-16"),
    (b"UTF-8", b"cp037"),
    (b'state="visible"', b'state="gone"'),
    (b"sheet1.xml", b"sheet9.xml"),
    (b"/xl/", b"../xl/"),
    (b"<row", b"<x:row"),
    (b"<sheetData>", b"<sheetData><row r='1'/><row r='1'/>"),
    (b"</sheetData>", b"</sheetData><mergeCells><mergeCell ref='A1:XFD1048576'/></mergeCells>"),
    (b"</sheetData>", b"</sheetData><hyperlinks><hyperlink ref='A1:B9'/></hyperlinks>"),
]


def _spoil_xml(hand: Random, part: bytes) -> bytes:
    fitting = [swap for swap in SWAPS if swap[0] in part]
    if fitting and hand.random() < 0.7:
        return part.replace(*hand.choice(fitting), 1 if hand.random() < 0.5 else -1)
    return _spoil_bytes(hand, part)


def _spoil_bytes(hand: Random, content: bytes) -> bytes:
    spoilt = bytearray(content)
    kind = hand.randrange(4)
    at = hand.randrange(len(spoilt) + 1)
    if kind == 0:
        return bytes(spoilt[:at])
    if kind == 1:
        return bytes(spoilt[:at] + hand.randbytes(hand.randrange(1, 9)) + spoilt[at:])
    if kind == 2:
        return bytes(spoilt[:at] + spoilt[at : at + 50] * 3 + spoilt[at + 50 :])
    for _ in range(hand.randrange(1, 9)):
        if spoilt:
            spoilt[hand.randrange(len(spoilt))] = hand.randrange(256)
    return bytes(spoilt)
