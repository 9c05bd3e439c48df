"""The page of a run: one file that can be mailed, with small pictures in it."""

import base64
from io import BytesIO
from pathlib import Path

from PIL import Image

from bot.errors import Reason
from bot.html import render
from bot.ledger.states import State
from bot.results.standing import WORDS, RowState
from bot.results.summary import BAD, QUIET, ItemSummary, RunSummary
from bot.work_list.workbook import publish

PICTURE_WIDTH = 360


def write_html(summary: RunSummary, target: Path) -> Path:
    """Write the run as one self-contained page, and return where it lies."""
    page = render(
        "results",
        summary=summary,
        confirmed=sum(item.is_confirmed for item in summary.items),
        still_open=sum(item.is_open for item in summary.items),
        nothing_pending=sum(item.state is RowState.NOTHING_PENDING for item in summary.items),
        words=WORDS,
        tone=_tone,
        tone_of_all=_tone_of_all,
        thumbnail=_thumbnail,
    )
    return publish(page, target, spare=None)


def _tone(item: ItemSummary) -> str:
    if item.is_confirmed:
        return "attention" if item.code == Reason.EVIDENCE_MISSING else "good"
    if item.state in BAD:
        return "bad"
    return "quiet" if item.state in QUIET else "attention"


def _tone_of_all(summary: RunSummary, state: State | RowState) -> str:
    """Return the tone of a count: good only if nothing that it counts is in question."""
    tones = {_tone(item) for item in summary.items if item.state == state}
    return tones.pop() if len(tones) == 1 else "attention"


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
