"""The results of a list, item by item and row by row, for the workbook and the page."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.clock import in_beijing
from bot.ledger.runs import Run
from bot.ledger.states import State
from bot.results import standing
from bot.results.standing import WORDS, RowState

BAD = frozenset({State.DECLINED, State.REFUSED, State.FAILED, RowState.NOT_TAKEN})
QUIET = frozenset(
    {
        State.READY,
        State.APPROVED,
        State.INTENT,
        State.PRESSING,
        State.WITHDRAWN,
        RowState.NOTHING_PENDING,
    }
)
WORK_WORDS = {"serve": "运行", "follow_up": "查询审批"}  # by the name of the robot's workflow


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
    """What became of one work item with its pictures by caption, or of a row that led to none."""

    enterprise_name: str
    application_no: str  # or which row it is
    state: State | RowState
    explanation: str
    next_step: str
    confirmed_at: str
    pictures: Mapping[str, Path]
    code: str = ""  # the reason why it is where it is

    @property
    def words(self) -> str:
        """Its state as people read it."""
        return WORDS[self.state]

    @property
    def is_confirmed(self) -> bool:
        """Whether it is confirmed, and nobody has to look at it."""
        return standing.is_confirmed(self.state, self.code)

    @property
    def is_open(self) -> bool:
        """Whether somebody has to do something about it."""
        return standing.is_open(self.state, self.code)

    @property
    def waits_for(self) -> str:
        """Who must take the next step; empty if nobody has to."""
        return standing.who_acts(self.state, self.code)


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What became of one list, for people who were not there."""

    title: str
    portal: str
    is_mock: bool
    written_at: datetime
    operator: str  # who took the items in
    items: tuple[ItemSummary, ...]
    runs: tuple[Run, ...] = ()  # that confirmed something, and the last one of the list
    head: str = ""  # of the chain that seals the evidence
    fingerprint: str = ""  # of the public key that it is verified with

    @property
    def policies(self) -> int:
        """How many policies there are; rows that led to none are counted by their state."""
        return sum(isinstance(item.state, State) for item in self.items)

    def counts(self) -> list[tuple[State | RowState, int]]:
        """Return how many items are in each state, rows without a policy last."""
        counts = Counter(item.state for item in self.items)
        return [(state, counts[state]) for state in WORDS if counts[state]]

    def facts(self) -> list[tuple[str, str]]:
        """Return the portal, each run, when the results were written, and who took the list in."""
        return [
            ("门户", self.portal),
            *((WORK_WORDS.get(run.work, "运行"), _as_text(run)) for run in self.runs),
            ("写出于", f"{in_beijing(self.written_at)}（北京时间）"),
            ("交办", self.operator or "—"),
        ]


def _as_text(run: Run) -> str:
    started = in_beijing(datetime.fromisoformat(run.started))
    ended = in_beijing(datetime.fromisoformat(run.ended)) if run.ended else ""
    until = f"{started} 至 {ended}" if ended else f"{started} 开始，没有正常结束"
    stopped = f"，提前结束：{run.stopped}" if run.stopped else ""
    return f"{until}（北京时间），办妥 {run.done} 张{stopped}"
