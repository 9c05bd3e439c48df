"""应跑场景: every scenario that the features promise, those of an unreadable file included."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import takewhile
from pathlib import Path

from pytest_bdd.scenario import make_python_name

from fixtures.feature_blocks import SCENARIOS, blocks_of
from fixtures.feature_lines import Kind, Line, read_lines
from fixtures.guide import CLAUSES
from fixtures.places import FEATURES
from fixtures.verdict import Json, full_name

CLAUSE = re.compile(r"[@＠]([\w.-]+)")


@dataclass(frozen=True)
class ExpectedScenario:
    """A scenario that the night must account for."""

    name: str  # as the report and the history know it
    title: str
    place: str  # file and line
    nodeid: str
    clauses: tuple[str, ...]

    @property
    def module(self) -> str:
        """Return the module that binds its feature, as pytest names it."""
        return self.nodeid.partition("::")[0]

    def as_json(self) -> Json:
        """Return it as it is written down before the run."""
        return asdict(self)

    @classmethod
    def from_json(cls, written: Json) -> "ExpectedScenario":
        """Return it as it was written down."""
        return cls(**{**written, "clauses": tuple(written["clauses"])})


def expected_scenarios(folder: Path = FEATURES) -> list[ExpectedScenario]:
    """Return the scenarios of every feature in a folder; each row of 例子 is one."""
    files = sorted(folder.rglob("*.feature"))
    return [one for file in files for one in _read(file, file.relative_to(folder))]


def _read(file: Path, place: Path) -> Iterator[ExpectedScenario]:
    """Yield the scenarios that a person meant, also in a file that is badly written."""
    lines = list(read_lines(_text(file)))
    about: Json = {"feature": file.stem, "rule": "", "example": []}
    tags: dict[str, frozenset[str]] = {}
    waiting = _clauses(takewhile(lambda line: line.kind is not Kind.TITLE, lines))
    for block in blocks_of(lines):
        tags[block.keyword] = waiting
        waiting = _clauses([*block.body, *(line for one in block.examples for line in one.body)])
        if block.keyword == "功能":
            about |= {"feature": block.title.text}
        elif block.keyword == "规则":
            about |= {"rule": block.title.text}
        elif block.keyword in SCENARIOS:
            own = (
                tags[block.keyword] | tags.get("功能", frozenset()) | tags.get("规则", frozenset())
            )
            rows = [row for one in block.examples for row in one.rows[1:]] or [[]]
            for row in rows:
                found = about | {"scenario": block.title.text, "example": row}
                yield _expected(place, block.title.number, found, own)


def _text(file: Path) -> str:
    content = file.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", errors="replace")


def _clauses(lines: Iterable[Line]) -> frozenset[str]:
    return frozenset(
        clause for line in lines if line.kind is Kind.TAGS for clause in CLAUSE.findall(line.text)
    )


def _expected(place: Path, line: int, about: Json, tags: frozenset[str]) -> ExpectedScenario:
    row = f"[{'-'.join(about['example'])}]" if about["example"] else ""
    test = f"test_{make_python_name(about['scenario'])}{row}"
    return ExpectedScenario(
        name=full_name(about),
        title=about["scenario"],
        place=f"{place.as_posix()}:{line}",
        nodeid=f"features/{place.with_name(f'test_{place.stem}.py').as_posix()}::{test}",
        clauses=tuple(sorted(tags & CLAUSES.keys())),
    )
