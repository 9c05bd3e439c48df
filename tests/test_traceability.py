"""Every tag leads to the guide, and every clause that is due has its scenario."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_bdd import parsers

from fixtures.guide import clause_markers, clauses, known_tags
from mock_portal.wording import ASSUMED, Wording
from tests.scenarios import ACT, OUTCOME, Scenario, read_scenarios

SCENARIOS = read_scenarios(Path(__file__).parent.parent / "features")
STEM_OF = {clause.id: clause.stem for clause in clauses()}
REFUSABLE = [clause.id for clause in clauses() if clause.refusals]
REFUSED = "refused"
ANSWER = "answer"  # the fixture that keeps how the portal answered
STEPS = Path(__file__).parent.parent / "steps"


def sentences(folder: Path) -> Iterator[tuple[ast.FunctionDef, ast.Call]]:
    """Yield every step function, with each decorator that gives it a sentence."""
    for path in folder.glob("*.py"):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef):
                calls = (one for one in function.decorator_list if isinstance(one, ast.Call))
                yield from ((function, call) for call in calls if call.args)


def _parser(pattern: ast.expr) -> parsers.StepParser:
    if isinstance(pattern, ast.Call):
        kind = getattr(parsers, ast.unparse(pattern.func).rpartition(".")[2])
        return kind(ast.literal_eval(pattern.args[0]))
    return parsers.string(ast.literal_eval(pattern))


def _target(call: ast.Call) -> str:
    named = {word.arg: word.value for word in call.keywords}
    return ast.literal_eval(named["target_fixture"]) if "target_fixture" in named else ""


REFUSING = [_parser(call.args[0]) for _, call in sentences(STEPS) if _target(call) == ANSWER]
JUDGING = [
    _parser(call.args[0])
    for function, call in sentences(STEPS)
    if ANSWER in {argument.arg for argument in function.args.args}
]


def says(sentence: str, parsers: list[parsers.StepParser]) -> bool:
    """Tell whether one of these parsers reads a sentence."""
    return any(one.is_matching(sentence) for one in parsers)


def is_refused(scenario: Scenario) -> bool:
    """Tell whether the last thing that the enterprise does in a scenario is refused."""
    return bool(scenario.acts) and says(scenario.acts[-1], REFUSING)


def unjudged(scenario: Scenario) -> list[str]:
    """Return the acts that should be refused and are not followed by a 那么 that says so."""
    following = [*scenario.turns[1:], ("", "")]
    return [
        sentence
        for (kind, sentence), (next_kind, verdict) in zip(scenario.turns, following, strict=True)
        if kind == ACT
        and says(sentence, REFUSING)
        and not (next_kind == OUTCOME and says(verdict, JUDGING))
    ]


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


@pytest.mark.parametrize("clause", STEM_OF)
def test_clause_has_a_scenario_that_ends_well(clause):
    """What the guide promises is proven somewhere."""
    assert [one.name for one in SCENARIOS if clause in one.tags and REFUSED not in one.tags]


@pytest.mark.parametrize("clause", REFUSABLE)
def test_clause_that_can_be_refused_has_such_a_scenario(clause):
    """Where guide or portal name a refusal, it is proven too."""
    assert [one.name for one in SCENARIOS if clause in one.tags and REFUSED in one.tags]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_scenario_with_assumed_words_says_so(scenario):
    """Whoever has seen the real portal finds every guess by its tag."""
    guessed = [word for word in Wording if word.source == ASSUMED and word in scenario.text]

    assert "assumed" in scenario.tags or not guessed


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_refused_scenario_carries_its_tag(scenario):
    """Whoever selects the refusals by their tag misses none."""
    assert REFUSED in scenario.tags or not is_refused(scenario)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_refusal_is_judged_by_the_next_sentence(scenario):
    """A portal that accepts what it should refuse fails in a 那么, at once."""
    assert not unjudged(scenario)


def test_refusal_without_a_verdict_is_found(tmp_path):
    """It is not enough that another 那么 follows, or that the verdict comes later."""
    wrong = "# language: zh-CN\n功能: 甲\n场景: 乙\n 当 企业用错误的密码登录\n"
    verdict = "那么 登录框提示“1用户名或密码错误”\n"
    for number, after in enumerate(("", "那么 企业仍未登录\n" + verdict, "当 企业打开门户\n")):
        (tmp_path / f"{number}.feature").write_text(wrong + after, "utf-8")
    (tmp_path / "3.feature").write_text(wrong + verdict, "utf-8")

    assert [len(unjudged(one)) for one in read_scenarios(tmp_path)] == [1, 1, 1, 0]


@pytest.mark.parametrize("path", sorted(STEPS.glob("*.py")), ids=lambda path: path.name)
def test_step_swallows_no_error(path):
    """What the portal should refuse is done by `answer_to`, which keeps what it did instead."""
    assert "raises(" not in path.read_text("utf-8")


def test_markers_name_every_tag_with_its_meaning():
    """Every tag becomes a marker: each clause, each section, `assumed` and `refused`."""
    names = [marker.partition(": ")[0] for marker in clause_markers()]

    assert names == list(known_tags())
    assert {"assumed", "refused", "faq-4", "guide-2", "guide-1.10"} < set(names)


def test_bad_tags_are_found(tmp_path):
    """A mistyped tag, a clause of another file and a missing clause do not pass."""
    text = "# language: zh-CN\n@guide-9.9\n功能: 坏\n@guide-2.1\n规则: 甲\n场景: 乙\n 当 一\n"
    (tmp_path / "login.feature").write_text(text, "utf-8")
    (tmp_path / "pending.feature").write_text("# language: zh-CN\n功能: 丙\n场景: 丁\n", "utf-8")

    tagged, untagged = read_scenarios(tmp_path)

    assert unknown_tags(tagged) == {"guide-9.9"}
    assert foreign_clauses(tagged) == {"guide-2.1"}
    assert clauses_proven(untagged) == set()
