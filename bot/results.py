"""Results out: the work list with what became of each row, and one page for people."""

import base64
from collections import Counter
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from PIL import Image

from bot.clock import in_beijing
from bot.html import render
from bot.ledger.states import NEXT_RUN, STATE_WORDS, WAITING_FOR, State
from bot.work_list.file import list_sheet, open_list
from bot.work_list.workbook import (
    SUMMARY,
    OwnSheet,
    copy_look,
    fit_to_paper,
    keep_texts,
    make_room,
    publish,
    put_text,
    save,
    ungroup_columns,
    width,
)

HEADINGS = ("状态", "结果说明", "下一步", "确认时间", "证据包")
WIDTHS = (16, 44, 44, 22, 28)

GOOD = frozenset({State.CONFIRMED, State.ALREADY_CONFIRMED, State.UNDERWRITTEN})
BAD = frozenset({State.DECLINED, State.REFUSED, State.FAILED})
UNDER_WAY = frozenset({State.READY, State.APPROVED, State.INTENT, State.PRESSING})

NOT_TAKEN = "未受理"  # the row of a list that was wrong
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

    @property
    def waits_for(self) -> str:
        """Who has the next step."""
        return WAITING_FOR.get(self.state, NEXT_RUN)


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One run, for people who were not there."""

    title: str
    portal: str
    is_mock: bool
    started_at: datetime | None  # none where results are written again, without a run
    ended_at: datetime
    operator: str  # who took the items in
    items: tuple[ItemSummary, ...]
    head: str = ""  # of the chain that seals the evidence
    fingerprint: str = ""  # of the public key that it is verified with
    stopped: str = ""  # why it ended early

    def counts(self) -> list[tuple[State, int]]:
        """Return how many items are in each state."""
        counts = Counter(item.state for item in self.items)
        return [(state, counts[state]) for state in State if counts[state]]

    def facts(self) -> dict[str, str]:
        """Return what the run was, or when its results were written again, by name."""
        return {"门户": self.portal, **self._times(), "交办": self.operator or "—"}

    def _times(self) -> dict[str, str]:
        ended = f"{in_beijing(self.ended_at)}（北京时间）"
        if not self.started_at:
            return {"写出于": ended}
        return {
            "开始": f"{in_beijing(self.started_at)}（北京时间）",
            "结束": ended + (f"，提前结束：{self.stopped}" if self.stopped else ""),
        }


def write_workbook(
    work_list: Path, rows: Mapping[int, RowResult], summary: RunSummary, target: Path
) -> Path:
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
    _write_summary(workbook, rows, summary)
    fit_to_paper(sheet)
    keep_texts(workbook)
    return save(workbook, target, spare=work_list)


def _write_summary(workbook: Workbook, rows: Mapping[int, RowResult], summary: RunSummary) -> None:
    """Add a sheet that tells the run, the counts, and who must do what next."""
    sheet = OwnSheet(workbook, SUMMARY, (22, 34, 26, 44, 44))
    mark = "（模拟门户，非真实业务）" if summary.is_mock else ""
    sheet.add(summary.title + mark, is_heading=True)
    for name, fact in summary.facts().items():
        sheet.add(name, fact)
    sheet.add("")
    sheet.add("状态", "张数", is_heading=True)
    for state, count in summary.counts():
        sheet.add(STATE_WORDS[state], count)
    sheet.add("保单合计", len(summary.items))
    refused = [row for row, one in rows.items() if one.state == NOT_TAKEN and one.next_step]
    if refused:
        sheet.add("未受理的行", len(refused))
    waiting = [item for item in summary.items if item.state not in GOOD]
    if waiting or refused:
        sheet.add("")
        sheet.add("等谁", "企业名称", "申请编号", "下一步", "说明", is_heading=True)
    for item in sorted(waiting, key=lambda item: item.waits_for):
        named = (item.waits_for, item.enterprise_name, item.application_no)
        sheet.add(*named, item.next_step, item.explanation)
    for row in refused:
        sheet.add("经办人", f"清单第 {row} 行", "", rows[row].next_step, rows[row].explanation)


def write_html(summary: RunSummary, target: Path) -> Path:
    """Write the run as one page that needs nothing else, and return where it lies."""
    page = render(
        "results",
        summary=summary,
        confirmed=sum(item.state in GOOD for item in summary.items),
        words=STATE_WORDS,
        tone=_tone,
        thumbnail=_thumbnail,
    )
    return publish(page, target, spare=None)


def _first_result_column(sheet: Worksheet) -> int:
    headings = tuple(cell.value for cell in sheet[1])
    first = len(headings) - len(HEADINGS) + 1
    # a list that is itself an earlier result gets its columns written anew
    return first if headings[first - 1 :] == HEADINGS else len(headings) + 1


def _make_columns_readable(sheet: Worksheet, first: int) -> None:
    ungroup_columns(sheet, first + len(HEADINGS))
    for index in range(1, first):
        letter = get_column_letter(index)
        if letter not in sheet.column_dimensions:
            texts = [str(sheet.cell(row, index).value or "") for row in range(1, sheet.max_row + 1)]
            widest = max(map(width, texts)) + 2
            sheet.column_dimensions[letter].width = min(max(widest, 10), 40)
    for index, wide in enumerate(WIDTHS, start=first):
        sheet.column_dimensions[get_column_letter(index)].width = wide
    sheet.freeze_panes = sheet.freeze_panes or "A2"


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
    make_room(sheet, row, first, first + len(texts))


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
        copy_look(model, cell)
    for cell in sheet[1]:
        font: Any = copy(cell.font)
        font.bold = True
        cell.font = font


def _tone(state: State) -> str:
    if state in GOOD:
        return "good"
    if state in BAD:
        return "bad"
    return "quiet" if state in UNDER_WAY else "attention"


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
