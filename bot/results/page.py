"""The page of a run: one file that can be mailed, with small pictures in it."""

import base64
from io import BytesIO
from pathlib import Path

from PIL import Image

from bot.html import render
from bot.ledger.states import STATE_WORDS, State
from bot.results.summary import BAD, GOOD, UNDER_WAY, RunSummary
from bot.work_list.workbook import publish

PICTURE_WIDTH = 360


def write_html(summary: RunSummary, target: Path) -> Path:
    """Write the run as one self-contained page, and return where it lies."""
    page = render(
        "results",
        summary=summary,
        confirmed=sum(item.state in GOOD for item in summary.items),
        words=STATE_WORDS,
        tone=_tone,
        thumbnail=_thumbnail,
    )
    return publish(page, target, spare=None)


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
