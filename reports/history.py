"""The memory of the nights: each scenario's result and length in the last thirty, by portal."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from statistics import median

from fixtures.verdict import ScenarioState
from reports.files import lines_of, write_whole

MEMORY = Path(__file__).parent / "memory"  # all that a pipeline has to keep between nights
FILE = MEMORY / "nights.jsonl"
NIGHTS = 30
FAILING = {ScenarioState.FAILED, ScenarioState.QUARANTINED}
JUDGED = FAILING | {ScenarioState.PASSED, ScenarioState.FLAKY}
ENOUGH = 5  # nights from which a usual length is known
SLOWER, SECONDS = 1.5, 2.0  # times and seconds more than usual


@dataclass(frozen=True)
class Night:
    """One night: when, of which commit, against which portal, and how each scenario ended."""

    at: str  # ISO, with the zone
    commit: str
    portal: str  # empty: the bundled mock portal
    states: dict[str, ScenarioState]
    seconds: dict[str, float]
    is_green: bool

    @property
    def when(self) -> datetime:
        """Return the time at which it began."""
        return datetime.fromisoformat(self.at)

    def failed(self) -> set[str]:
        """Return the scenarios that failed, also those in quarantine."""
        return {name for name, state in self.states.items() if state in FAILING}


def read(portal: str = "", file: Path = FILE) -> list[Night]:
    """Return the earlier nights against a portal, the oldest first."""
    return [night for night in _remembered(file) if night.portal == portal][-NIGHTS:]


def remember(night: Night, file: Path = FILE) -> None:
    """Append a night; forget what is older than the last thirty against the same portal."""
    kept: list[Night] = []
    for one in (night, *reversed(_remembered(file))):
        if sum(other.portal == one.portal for other in kept) < NIGHTS:
            kept.append(one)
    written = [json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in reversed(kept)]
    write_whole(file, "".join(written))


def _remembered(file: Path) -> list[Night]:
    """Return every night that is written down, the oldest first."""
    return [night for line in lines_of(file) if (night := _night(line))]


def _night(line: str) -> Night | None:
    """Return one night; a line that is cut off is as good as none."""
    try:
        written = json.loads(line)
        states = {name: ScenarioState(one) for name, one in written["states"].items()}
        return Night(**{**written, "states": states})
    except (ValueError, TypeError, KeyError):
        return None


def failing_since(name: str, nights: Sequence[Night]) -> Night | None:
    """Return the night since which a scenario has failed; nights without a verdict say nothing."""
    first = None
    for night in _judged(name, nights):
        if night.states[name] not in FAILING:
            break
        first = night
    return first


def last_good(name: str, nights: Sequence[Night]) -> Night | None:
    """Return the last night in which a scenario passed."""
    good = (one for one in _judged(name, nights) if one.states[name] is ScenarioState.PASSED)
    return next(good, None)


def _judged(name: str, nights: Sequence[Night]) -> Iterable[Night]:
    """Yield the nights with a verdict on a scenario, the latest first."""
    return (night for night in reversed(nights) if night.states.get(name) in JUDGED)


@dataclass(frozen=True)
class Habit:
    """What the nights tell of one scenario: how often it was flaky, and how long it takes."""

    name: str
    nights: int
    flaky: int
    usual: float  # seconds, the median of the nights before
    now: float

    @property
    def is_slower(self) -> bool:
        """Whether it took much longer than it usually does."""
        return (
            self.nights >= ENOUGH
            and self.now > SLOWER * self.usual
            and self.now > self.usual + SECONDS
        )


def habits(nights: Sequence[Night], now: dict[str, float]) -> list[Habit]:
    """Return the habit of each scenario that ran now, the slowest first."""
    found = []
    for name, seconds in now.items():
        judged = list(_judged(name, nights))
        times = [one.seconds[name] for one in judged if name in one.seconds]
        flaky = sum(one.states[name] is ScenarioState.FLAKY for one in judged)
        found.append(Habit(name, len(judged), flaky, median(times) if times else seconds, seconds))
    return sorted(found, key=lambda one: -one.now)
