"""The results of earlier nights, in one small file that a pipeline can keep."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

FILE = Path(__file__).parent / "history.jsonl"
NIGHTS = 30
BAD = {"failed", "broken"}
KEPT = ("id", "name", "fullName", "status", "start", "stop", "duration", "historyId", "url")


@dataclass(frozen=True)
class Night:
    """One earlier run: when it was, which scenarios it knew, and which of them failed."""

    at: datetime
    known: frozenset[str]
    failed: frozenset[str]


def read(file: Path) -> list[Night]:
    """Return the earlier nights, the oldest first."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [_night(line) for line in lines]


def _night(line: str) -> Night:
    point = json.loads(line)
    tests = point["testResults"].values()
    return Night(
        at=datetime.fromtimestamp(point["timestamp"] / 1000).astimezone(),
        known=frozenset(test["fullName"] for test in tests),
        failed=frozenset(test["fullName"] for test in tests if test["status"] in BAD),
    )


def slim(file: Path) -> None:
    """Remove from the file the data that no later report needs: traces, messages and labels."""
    points = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    for point in points[-NIGHTS:]:
        for key, test in point["testResults"].items():
            point["testResults"][key] = {
                **{name: test.get(name) for name in KEPT},
                "labels": [],
                "reportLinks": [],
            }
    lines = [json.dumps(point, ensure_ascii=False) + "\n" for point in points[-NIGHTS:]]
    file.write_text("".join(lines), encoding="utf-8")


def failing_since(name: str, nights: Sequence[Night]) -> Night | None:
    """Return the night since which this has failed without a break, up to the last night."""
    first = None
    for night in reversed(nights):
        if name not in night.failed:
            break
        first = night
    return first
