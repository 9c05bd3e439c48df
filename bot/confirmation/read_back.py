"""结果核验: what a look after a press makes of a work item (guide-2.6).

Nothing here touches portal, ledger or clock. Whether a record is this press's is judged by
`positive_look`; what follows from that for the item is concluded here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.clock import in_beijing
from bot.confirmation.moving import WAIT_FOR_INSURER, doubt
from bot.confirmation.positive_look import Judgement
from bot.confirmation.records import PRESS_RECORD
from bot.errors import Reason
from bot.ledger.entry import Entry
from bot.ledger.history import History
from bot.ledger.states import State
from pages.models import PolicyRecord


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The state that follows, and what is written down with it."""

    state: State
    values: dict[str, Any]


def conclude(
    entry: Entry,
    history: History,
    look: Judgement,
    is_pending: bool,
    lack: Sequence[str],
    now: datetime,
) -> Conclusion:
    """Conclude from a look what became of an item that was pressed.

    `lack` names what its evidence is missing.
    """
    was_refused = entry.code == Reason.PRESS_REFUSED
    # the portal refused this press, so a confirmation that it shows since may be somebody else's
    if record := look.record or (look.elsewhere if was_refused else None):
        return _confirmed(entry, history, look, record, lack)
    if is_pending and was_refused and not look.is_news:
        told = {"explanation": entry.explanation, "next_step": "请按门户的提示改正后再运行"}
        return Conclusion(State.REFUSED, told)
    seen = {"code": entry.code, "seen_pending_at": now.isoformat() if is_pending else ""}
    return Conclusion(State.IN_DOUBT, seen | doubt(f"已按下，{look.told}"))


def pressed_here(history: History) -> str:
    """Say when the last press was that may have been sent; empty if none was."""
    at = history.sent_at
    return f"本机 {in_beijing(datetime.fromisoformat(at))} 按下过" if at else ""


def _confirmed(
    entry: Entry, history: History, look: Judgement, record: PolicyRecord, lack: Sequence[str]
) -> Conclusion:
    was_refused = entry.code == Reason.PRESS_REFUSED
    missing = f"；证据不全，缺少{'、'.join(lack)}" if lack else ""
    return Conclusion(
        State.ALREADY_CONFIRMED if was_refused else State.CONFIRMED,
        {
            "code": Reason.EVIDENCE_MISSING if lack else "",
            "explanation": f"{look.told}{_doubts(entry, history, lack)}{missing}",
            "next_step": WAIT_FOR_INSURER,
            "confirmed_at": record.confirmed_at,
        },
    )


def _doubts(entry: Entry, history: History, lack: Sequence[str]) -> str:
    """Say why somebody else may have confirmed it; empty if only this press can have."""
    if entry.code == Reason.PRESS_REFUSED:
        told = f"；{pressed_here(history)}，当时门户答复不予确认"
        return f"{told}；可能就是那一次，也可能是别人确认的"
    if entry.seen_pending_at:
        return "；按下以后曾仍在“待确认”中，不能排除是别人确认的"
    if entry.code == Reason.PRESS_FOUND:
        return "；那次按下不是这份台账记的，不能排除是别人确认的"
    if PRESS_RECORD in lack:
        return "；按下时程序被中断，不能排除是别人确认的"
    return ""
