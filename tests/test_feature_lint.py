"""What pytest-bdd loses without a word is an error here."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scenarios import read_scenarios

ROOT = Path(__file__).parent.parent
KINDS = {"given", "when", "then", "step"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def repeated_names(folder: Path) -> list[str]:
    """Of two scenarios with one name in a feature only the last is run; so a name exists once."""
    places = defaultdict(list)
    for scenario in read_scenarios(folder):
        places[scenario.name].append(scenario.place)
    return [f"{name}: {where}" for name, where in places.items() if len(where) > 1]


def empty_scenarios(folder: Path) -> list[str]:
    """A scenario without a sentence passes, and 例子 without a row is never run."""
    return [
        f"{scenario.place} {scenario.name}"
        for scenario in read_scenarios(folder)
        if not scenario.sentences or 0 in scenario.rows
    ]


def loose_placeholders(folder: Path) -> list[str]:
    """A <word> without a column stays as it is, and a column without a <word> is not told."""
    return [
        f"{scenario.place} {sorted(scenario.placeholders ^ columns)}"
        for scenario in read_scenarios(folder)
        for columns in scenario.columns or (frozenset(),)
        if scenario.placeholders != columns
    ]


def async_steps(folder: Path) -> list[str]:
    """An async step is never awaited, so whatever it asserts passes."""
    return [
        f"{place} {function.name}"
        for place, function, _, _ in _steps(folder)
        if isinstance(function, ast.AsyncFunctionDef)
    ]


def repeated_patterns(folder: Path) -> list[str]:
    """Of two steps with one sentence only the later one is used."""
    places = defaultdict(list)
    for place, _, kind, pattern in _steps(folder):
        for served in KINDS - {"step"} if kind == "step" else {kind}:
            places[served, pattern].append(place)
    return [f"{pattern}: {where}" for (_, pattern), where in places.items() if len(where) > 1]


def _steps(folder: Path) -> Iterator[tuple[str, Function, str, str]]:
    for path in sorted(folder.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for kind, pattern in _sentences(node):
                assert isinstance(node, Function)
                yield f"{path.name}:{node.lineno}", node, kind, pattern


def _sentences(node: ast.AST) -> Iterator[tuple[str, str]]:
    for call in getattr(node, "decorator_list", ()):
        kind = ast.unparse(call.func).rpartition(".")[2] if isinstance(call, ast.Call) else ""
        if kind in KINDS:
            pattern = call.args[0]
            # parsers.parse("...") and "..." are one sentence
            yield kind, ast.unparse(pattern.args[0] if isinstance(pattern, ast.Call) else pattern)


FEATURE_LINTS = [repeated_names, empty_scenarios, loose_placeholders]
STEP_LINTS = [async_steps, repeated_patterns]


@pytest.mark.parametrize("lint", FEATURE_LINTS)
def test_nothing_is_lost_in_the_features(lint):
    """No scenario of this project is dropped, empty, or half filled in."""
    assert read_scenarios(ROOT / "features")
    assert lint(ROOT / "features") == []


@pytest.mark.parametrize("lint", STEP_LINTS)
def test_nothing_is_lost_in_the_steps(lint):
    """No step of this project is async or defined twice."""
    assert list(_steps(ROOT / "steps"))
    assert lint(ROOT / "steps") == []


BAD_FEATURES = [
    (repeated_names, "场景: 甲\n 当 一\n规则: 乙\n 场景: 甲\n  当 二"),
    (empty_scenarios, "场景: 甲\n场景: 乙\n 当 一"),
    (empty_scenarios, "场景大纲: 甲\n 当 <一>\n 例子:\n  | 一 |"),
    (loose_placeholders, "场景: 甲\n 当 <一>"),
    (loose_placeholders, "场景大纲: 甲\n 当 <一>\n 例子:\n  | 一 | 二 |\n  | 1 | 2 |"),
    (loose_placeholders, "场景大纲: 甲\n 当 表\n  | <一> |\n 例子:\n  | 二 |\n  | 2 |"),
]


@pytest.mark.parametrize(("lint", "text"), BAD_FEATURES)
def test_bad_feature_is_found(lint, text, tmp_path):
    """Each lint of the features finds the mistake planted for it."""
    (tmp_path / "bad.feature").write_text(f"# language: zh-CN\n功能: 坏\n{text}\n", "utf-8")

    assert len(lint(tmp_path)) == 1


BAD_STEPS = [
    (async_steps, "@when('一')\nasync def one(): ..."),
    (repeated_patterns, "@when('一')\ndef one(): ...\n@when('一')\ndef two(): ..."),
    (repeated_patterns, "@when('一')\ndef one(): ...\n@bdd.step('一')\ndef two(): ..."),
    (repeated_patterns, "@then('一{x}')\n@then(parsers.parse('一{x}'))\ndef one(x): ..."),
]


@pytest.mark.parametrize(("lint", "code"), BAD_STEPS)
def test_bad_step_is_found(lint, code, tmp_path):
    """Each lint of the steps finds the mistake planted for it."""
    (tmp_path / "bad.py").write_text(code, "utf-8")

    assert len(lint(tmp_path)) == 1


def test_good_specimen_passes(tmp_path):
    """The lints stay silent about a feature and steps that are in order."""
    (tmp_path / "good.feature").write_text(
        "# language: zh-CN\n功能: 好\n场景大纲: 甲\n 当 <一>\n 例子:\n  | 一 |\n  | 1 |\n", "utf-8"
    )
    (tmp_path / "good.py").write_text(
        "@given('一')\n@when('一')\ndef one(): ...\nasync def helper(): ...\n", "utf-8"
    )

    assert [lint(tmp_path) for lint in FEATURE_LINTS + STEP_LINTS] == [[]] * 5
