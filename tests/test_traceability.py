"""Every tag leads to the guide, and every clause that is due has its scenario."""

from pathlib import Path

import pytest

from fixtures.guide import clause_markers, clauses, known_tags
from tests.scenarios import Scenario, read_scenarios

SCENARIOS = read_scenarios(Path(__file__).parent.parent / "features")
STEM_OF = {clause.id: clause.stem for clause in clauses()}
DUE = ["guide-1.1", "guide-1.2", "guide-1.8", *(f"guide-2.{number}" for number in range(1, 8))]


def unknown_tags(scenario: Scenario) -> set[str]:
    """Return the tags that are in no line of the guide."""
    return set(scenario.tags - known_tags().keys())


def foreign_clauses(scenario: Scenario) -> set[str]:
    """Return the clauses that belong into another stem's file."""
    return {tag for tag in scenario.tags if STEM_OF.get(tag, scenario.stem) != scenario.stem}


def clauses_proven(scenario: Scenario) -> set[str]:
    """Return the clauses that a scenario names."""
    return set(scenario.tags & STEM_OF.keys())


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_scenario_leads_to_the_guide(scenario):
    """A scenario names a clause of its own stem, and carries no tag that is not known."""
    assert clauses_proven(scenario)
    assert not foreign_clauses(scenario)
    assert not unknown_tags(scenario)


@pytest.mark.parametrize("clause", DUE)
def test_clause_that_is_due_has_a_scenario(clause):
    """What the guide promises, and this project says it covers, is proven somewhere."""
    assert [one.name for one in SCENARIOS if clause in one.tags]


def test_clauses_that_are_due_exist():
    """The list of what is due names clauses of the guide."""
    assert set(DUE) <= STEM_OF.keys()


def test_markers_name_every_tag_with_its_meaning():
    """Every tag becomes a marker: each clause, each section and `assumed`."""
    names = [marker.partition(": ")[0] for marker in clause_markers()]

    assert names == list(known_tags())
    assert {"assumed", "faq-4", "guide-2", "guide-1.10"} < set(names)


def test_bad_tags_are_found(tmp_path):
    """A mistyped tag, a clause of another file and a missing clause do not pass."""
    text = "# language: zh-CN\n@guide-9.9\n功能: 坏\n@guide-2.1\n规则: 甲\n场景: 乙\n 当 一\n"
    (tmp_path / "login.feature").write_text(text, "utf-8")
    (tmp_path / "pending.feature").write_text("# language: zh-CN\n功能: 丙\n场景: 丁\n", "utf-8")

    tagged, untagged = read_scenarios(tmp_path)

    assert unknown_tags(tagged) == {"guide-9.9"}
    assert foreign_clauses(tagged) == {"guide-2.1"}
    assert clauses_proven(untagged) == set()
