"""应跑场景: every scenario that the features promise, those of an unreadable file included."""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gherkin.errors import ParserError
from gherkin.parser import Parser
from pytest_bdd.scenario import make_python_name

from fixtures.guide import clauses
from fixtures.verdict import Json, full_name

FEATURES = Path(__file__).parent.parent / "features"
CLAUSES = {clause.id for clause in clauses()}
# What a person means by it, though the parser may not: any colon, blanks around it.
HEADING = re.compile(r"\s*(功能|规则|场景大纲|场景)\s*[:：]\s*(.+?)\s*$")
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
    return [one for file in sorted(folder.glob("*.feature")) for one in _read(file)]


def _read(file: Path) -> Iterator[ExpectedScenario]:
    text = file.read_bytes().decode("utf-8-sig", errors="replace")
    try:
        feature: Any = Parser().parse(text).get("feature")
        yield from _walk(file, feature, _named(feature), frozenset()) if feature else ()
    except ParserError:
        yield from _guess(file, text)


def _walk(
    file: Path, parent: Any, about: Json, inherited: frozenset[str]
) -> Iterator[ExpectedScenario]:
    tags = inherited | _tags(parent)
    for child in parent["children"]:
        if rule := child.get("rule"):
            yield from _walk(file, rule, about | {"rule": rule["name"]}, tags)
        elif scenario := child.get("scenario"):
            found = about | {"scenario": scenario["name"]}
            for row in _rows(scenario):
                line = scenario["location"]["line"]
                yield _expected(file, line, found | {"example": row}, tags | _tags(scenario))


def _guess(file: Path, text: str) -> Iterator[ExpectedScenario]:
    """Yield the scenarios of a file that Gherkin cannot read, by its headings alone."""
    about: Json = {"feature": file.stem, "rule": "", "example": []}
    tags: dict[str, set[str]] = {"功能": set(), "规则": set(), "场景": set()}
    waiting: set[str] = set()
    for number, line in enumerate(text.splitlines(), start=1):
        if line.lstrip().startswith(("@", "＠")):
            waiting |= set(CLAUSE.findall(line))
        elif heading := HEADING.match(line):
            kind, words = heading[1].removesuffix("大纲"), heading[2]
            tags[kind], waiting = waiting, set()
            if kind == "功能":
                about |= {"feature": words}
            elif kind == "规则":
                about |= {"rule": words}
            else:
                found = frozenset().union(*tags.values())
                yield _expected(file, number, about | {"scenario": words}, found)


def _expected(file: Path, line: int, about: Json, tags: frozenset[str]) -> ExpectedScenario:
    row = f"[{'-'.join(about['example'])}]" if about["example"] else ""
    test = f"test_{make_python_name(about['scenario'])}{row}"
    return ExpectedScenario(
        name=full_name(about),
        title=about["scenario"],
        place=f"{file.name}:{line}",
        nodeid=f"features/test_{file.stem}.py::{test}",
        clauses=tuple(sorted(tags & CLAUSES)),
    )


def _named(feature: Any) -> Json:
    return {"feature": feature["name"], "rule": ""}


def _rows(scenario: Any) -> Iterator[list[str]]:
    tables = scenario["examples"]
    if not tables:
        yield []
    for table in tables:
        for row in table.get("tableBody", ()):
            yield [cell["value"] for cell in row["cells"]]


def _tags(node: Any) -> frozenset[str]:
    return frozenset(tag["name"].removeprefix("@") for tag in node["tags"])
