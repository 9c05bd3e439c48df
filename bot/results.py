"""Results out: the work list with what became of each row, and one page for people."""

import base64
import os
import unicodedata
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

from openpyxl.styles import Alignment, Font
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from PIL import Image

from bot.html import template
from bot.ledger import State
from bot.work_list import list_sheet, open_list, put_text

HEADINGS = ("状态", "结果说明", "下一步", "确认时间", "证据包")
WIDTHS = (16, 44, 44, 22, 28)

STATE_WORDS = {
    State.READY: "待处理",
    State.AWAITING_APPROVAL: "等待授权",
    State.APPROVED: "已授权",
    State.INTENT: "准备确认",
    State.PRESSING: "正在确认",
    State.CONFIRMED: "已确认",
    State.UNDERWRITTEN: "已承保",
    State.RETURNED: "退回修改",
    State.DECLINED: "不予承保",
    State.ALREADY_CONFIRMED: "此前已确认",
    State.REFUSED: "不符合要求",
    State.CHANGED: "内容有变",
    State.FAILED: "未能提交",
    State.IN_DOUBT: "结果待核实",
    State.NEEDS_PERSON: "需要人工处理",
}
"""The states of the ledger as people read them."""
GOOD = frozenset({State.CONFIRMED, State.ALREADY_CONFIRMED, State.UNDERWRITTEN})
BAD = frozenset({State.DECLINED, State.REFUSED, State.FAILED})
UNDER_WAY = frozenset({State.READY, State.APPROVED, State.INTENT, State.PRESSING})

PICTURE_WIDTH = 360


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row of the list, as people read it."""

    state: str
    explanation: str
    next_step: str
    confirmed_at: str
    evidence: Path | None


NO_RESULT = RowResult("", "", "", "", None)


@dataclass(frozen=True, slots=True)
class ItemSummary:
    """What became of one work item, and its pictures by their captions."""

    enterprise_name: str
    application_no: str
    state: State
    explanation: str
    next_step: str
    confirmed_at: str
    pictures: Mapping[str, Path]


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One run, for people who were not there."""

    title: str
    portal: str
    is_mock: bool
    started_at: datetime
    ended_at: datetime
    items: tuple[ItemSummary, ...]
    head: str = ""  # of the chain that seals the evidence
    fingerprint: str = ""  # of the public key that it is verified with


def write_workbook(work_list: Path, rows: Mapping[int, RowResult], target: Path) -> Path:
    """Copy the list with a result beside each row, and return where the copy lies.

    Formulas in it become their last values; the list itself is never touched.
    """
    workbook = open_list(work_list)
    sheet = list_sheet(workbook)
    first = _first_result_column(sheet)
    _make_columns_readable(sheet, first)
    for row in range(2, sheet.max_row + 1):
        _write_row(sheet, row, first, rows.get(row, NO_RESULT), target.parent)
    _write_headings(sheet, first)
    for cells in sheet.iter_rows():
        for cell in cells:
            if isinstance(cell.value, str):
                put_text(cell, cell.value)
    content = BytesIO()
    workbook.save(content)
    return _publish(content.getvalue(), target, spare=work_list)


def write_html(summary: RunSummary, target: Path) -> Path:
    """Write the run as one page that needs nothing else, and return where it lies."""
    counts = Counter(item.state for item in summary.items)
    page = template("results.html").render(
        summary=summary,
        counts=[(state, counts[state]) for state in State if counts[state]],
        confirmed=sum(counts[state] for state in GOOD),
        words=STATE_WORDS,
        tone=_tone,
        when=_local_time,
        thumbnail=_thumbnail,
    )
    return _publish(page.encode(), target, spare=None)


def _first_result_column(sheet: Worksheet) -> int:
    headings = tuple(cell.value for cell in sheet[1])
    first = len(headings) - len(HEADINGS) + 1
    # a list that is itself an earlier result gets its columns written anew
    return first if headings[first - 1 :] == HEADINGS else len(headings) + 1


def _make_columns_readable(sheet: Worksheet, first: int) -> None:
    _ungroup_columns(sheet, first + len(HEADINGS))
    for index in range(1, first):
        letter = get_column_letter(index)
        if letter not in sheet.column_dimensions:
            texts = [str(sheet.cell(row, index).value or "") for row in range(1, sheet.max_row + 1)]
            width = max(map(_shown_width, texts)) + 2
            sheet.column_dimensions[letter].width = min(max(width, 10), 40)
    for index, width in enumerate(WIDTHS, start=first):
        sheet.column_dimensions[get_column_letter(index)].width = width
    sheet.freeze_panes = sheet.freeze_panes or "A2"


def _ungroup_columns(sheet: Worksheet, last: int) -> None:
    # one width for a range of columns would overlap the widths set here, and Excel
    # takes a workbook with overlapping widths for a damaged one
    for group in list(sheet.column_dimensions.values()):
        first = column_index_from_string(group.index)
        for index in range(first + 1, min(group.max or first, last) + 1):
            column = sheet.column_dimensions[get_column_letter(index)]
            column.width, column.hidden = group.width, group.hidden
        group.min = group.max = first


def _shown_width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _write_row(sheet: Worksheet, row: int, first: int, result: RowResult, folder: Path) -> None:
    texts = (result.state, result.explanation, result.next_step, result.confirmed_at)
    for index, text in enumerate(texts, start=first):
        cell = sheet.cell(row, index)
        put_text(cell, text)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    link = sheet.cell(row, first + len(texts))
    put_text(link, result.evidence.name if result.evidence else "")
    link.hyperlink = _address(result.evidence, folder) if result.evidence else None
    link.font = Font(color="0563C1", underline="single")
    link.alignment = Alignment(vertical="top")
    sheet.row_dimensions[row].height = None  # as high as the texts need


def _address(evidence: Path, folder: Path) -> str:
    evidence, folder = evidence.resolve(), folder.resolve()
    # a relative link still works when the whole folder is sent to somebody
    if evidence.is_relative_to(folder):
        return quote(evidence.relative_to(folder).as_posix())
    return evidence.as_uri()


def _write_headings(sheet: Worksheet, first: int) -> None:
    model = sheet.cell(1, first - 1)
    for index, heading in enumerate(HEADINGS, start=first):
        cell = sheet.cell(1, index)
        cell.value = heading
        for part in ("font", "fill", "border", "alignment"):
            setattr(cell, part, copy(getattr(model, part)))
    for cell in sheet[1]:
        font: Any = copy(cell.font)
        font.bold = True
        cell.font = font


def _publish(content: bytes, target: Path, spare: Path | None) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(f".{target.name}.part")
    half.write_bytes(content)
    names = [target, *(target.with_stem(f"{target.stem}-{n}") for n in range(2, 100))]
    for name in names:
        if spare and name.resolve() == spare.resolve():
            continue
        # Windows does not replace a file that somebody has open
        with suppress(PermissionError, IsADirectoryError):
            os.replace(half, name)
            return name
    half.unlink()
    raise FileExistsError(target)


def _tone(state: State) -> str:
    if state in GOOD:
        return "good"
    if state in BAD:
        return "bad"
    return "quiet" if state in UNDER_WAY else "attention"


def _local_time(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S}"


def _thumbnail(picture: Path) -> str:
    try:
        with Image.open(picture) as image:
            small = image.convert("RGB")
    except OSError:  # there may be no picture, or half of one
        return ""
    if small.width > PICTURE_WIDTH:
        height = max(1, round(small.height * PICTURE_WIDTH / small.width))
        small = small.resize((PICTURE_WIDTH, height), Image.Resampling.LANCZOS)
    content = BytesIO()
    small.save(content, "JPEG", quality=80)
    return f"data:image/jpeg;base64,{base64.b64encode(content.getvalue()).decode()}"
