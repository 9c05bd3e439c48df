"""The feature files as data, for the tests that guard them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gherkin.parser import Parser

ACT, OUTCOME = "Action", "Outcome"  # Gherkin's words for 当 and 那么


@dataclass(frozen=True)
class Scenario:
    """One 场景 or 场景大纲, with the tags of its 规则 and 功能."""

    place: str
    stem: str
    name: str
    tags: frozenset[str]
    sentences: tuple[str, ...]
    acts: tuple[str, ...]  # the sentences that say what the enterprise does
    turns: tuple[tuple[str, str], ...]  # the kind of each sentence, and the sentence
    text: str  # name, sentences, tables, texts and 例子


def read_scenarios(folder: Path) -> list[Scenario]:
    """Return every scenario of every feature file in a folder."""
    return [one for path in sorted(folder.glob("*.feature")) for one in _scenarios(path)]


def _scenarios(path: Path) -> Iterator[Scenario]:
    feature: Any = Parser().parse(path.read_text(encoding="utf-8"))["feature"]
    for scenario, inherited in _walk(feature, frozenset()):
        examples = scenario["examples"]
        own = _tags(scenario).union(*map(_tags, examples))
        yield Scenario(
            place=f"{path.name}:{scenario['location']['line']}",
            stem=path.stem,
            name=scenario["name"],
            tags=inherited | own,
            sentences=tuple(step["text"] for step in scenario["steps"]),
            acts=tuple(text for kind, text in _turns(scenario["steps"]) if kind == ACT),
            turns=tuple(_turns(scenario["steps"])),
            text="\n".join([_text(scenario), *_example_cells(examples)]),
        )


def _walk(parent: Any, inherited: frozenset[str]) -> Iterator[tuple[Any, frozenset[str]]]:
    tags = inherited | _tags(parent)
    for child in parent["children"]:
        if "rule" in child:
            yield from _walk(child["rule"], tags)
        elif "scenario" in child:
            yield child["scenario"], tags


def _turns(steps: list[Any]) -> Iterator[tuple[str, str]]:
    kind = ""
    for step in steps:
        kind = kind if step["keywordType"] == "Conjunction" else step["keywordType"]
        yield kind, step["text"]


def _tags(node: Any) -> frozenset[str]:
    return frozenset(tag["name"].removeprefix("@") for tag in node["tags"])


def _example_cells(examples: list[Any]) -> Iterator[str]:
    for table in examples:
        for row in table.get("tableBody", ()):
            yield from (cell["value"] for cell in row["cells"])


def _text(scenario: Any) -> str:
    parts = [scenario["name"]]
    for step in scenario["steps"]:
        rows = step.get("dataTable", {}).get("rows", ())
        cells = [cell["value"] for row in rows for cell in row["cells"]]
        parts += [step["text"], step.get("docString", {}).get("content", ""), *cells]
    return "\n".join(parts)
