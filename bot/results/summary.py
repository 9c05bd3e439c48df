"""The results of a run, item by item and row by row, for the workbook and the page."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.clock import in_beijing
from bot.ledger.states import NEXT_RUN, WAITING_FOR, State

GOOD = frozenset({State.CONFIRMED, State.ALREADY_CONFIRMED, State.UNDERWRITTEN})
BAD = frozenset({State.DECLINED, State.REFUSED, State.FAILED})
UNDER_WAY = frozenset({State.READY, State.APPROVED, State.INTENT, State.PRESSING})

NOT_TAKEN = "未受理"  # the state of a list row that was wrong


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
        """Who must take the next step."""
        return WAITING_FOR.get(self.state, NEXT_RUN)


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One run, for people who were not there."""

    title: str
    portal: str
    is_mock: bool
    started_at: datetime | None  # None if results are written again without a run
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
