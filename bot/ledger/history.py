"""What the history of a work item tells of its presses."""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from bot.ledger.states import UNSENT, State


def is_claim(row: Mapping[str, Any]) -> bool:
    """Tell whether this row of a history claims a press."""
    return bool(row["old"] != State.PRESSING == row["new"])


def presses(history: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return when each press of an item was claimed."""
    return [one["at"] for one in history if is_claim(one)]


def sent_at(history: Iterable[Mapping[str, Any]]) -> str:
    """Return when the last press was claimed that may have been sent; empty if none was."""
    rows = pairwise([*history, {"new": ""}])
    sent = [one["at"] for one, then in rows if is_claim(one) and then["new"] not in UNSENT]
    return sent[-1] if sent else ""
