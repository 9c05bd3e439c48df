"""What became of each scenario: passed, flaky, failed, quarantined or skipped."""

from collections.abc import Iterable
from enum import StrEnum

from reports.prepare import Json


class State(StrEnum):
    """One state for all attempts at a scenario."""

    PASSED = "passed"
    FLAKY = "flaky"
    FAILED = "failed"
    QUARANTINED = "quarantined"
    SKIPPED = "skipped"


NAMES = {
    State.PASSED: "通过",
    State.FLAKY: "时好时坏",
    State.FAILED: "失败",
    State.QUARANTINED: "隔离中失败",
    State.SKIPPED: "没有运行",
}


def title(attempt: Json) -> str:
    """Return the scenario's title, with its row of 例子."""
    row = "，".join(attempt["example"])
    return f"{attempt['scenario']}（{row}）" if row else str(attempt["scenario"])


def full_name(attempt: Json) -> str:
    """Return the name by which the report and the history know a scenario."""
    return " › ".join(filter(None, (attempt["feature"], attempt["rule"], title(attempt))))


def by_scenario(lines: Iterable[Json]) -> dict[str, list[Json]]:
    """Return the attempts at each scenario, in order."""
    found: dict[str, list[Json]] = {}
    for line in lines:
        if line["kind"] == "attempt":
            found.setdefault(full_name(line), []).append(line)
    return found


def state(attempts: list[Json]) -> State:
    """Return the one state of a scenario: flaky is what has both passed and failed."""
    outcomes = {attempt["outcome"] for attempt in attempts}
    if outcomes == {"skipped"}:
        return State.SKIPPED
    if "failed" not in outcomes:
        return State.PASSED
    if any(attempt["quarantined"] for attempt in attempts):
        return State.QUARANTINED
    return State.FLAKY if "passed" in outcomes else State.FAILED
