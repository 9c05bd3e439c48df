"""The rules of the house that a linter does not know."""

import ast
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from fixtures.guide import clauses

ROOT = Path(__file__).parent.parent
STEMS = {clause.stem for clause in clauses()}

# The map of the project: a file that is in no line of it is a question, not a new module.
MAP = {
    "pages": STEMS
    | {"browser", "contract", "desk", "driver", "errors", "lists", "locators", "models"}
    | {"not_started", "parts", "profile", "reading", "screen", "visible"},
    "steps": STEMS,
    "mock_portal": STEMS
    | {"__main__", "accounts", "captcha", "card_control", "clock", "documents", "doors"}
    | {"edits", "faults", "insurer", "rules", "sessions", "store", "wording"},
    "mock_portal/defects": {"__main__"},
}

SLEEPS = {"sleep", "wait_for_timeout"}
ACTIONS = {"click", "dblclick", "fill", "check", "uncheck", "press", "select_option", "type"}
ACTIONS |= {"goto", "reload", "go_back", "set_input_files", "dispatch_event"}
FINDERS = {"locator", "frame_locator", "get_by_role", "get_by_label", "get_by_text"}
AGAIN = {"dblclick", "reload", "go_back"}  # each may send a second confirmation
FORBIDDEN_CALLS = {
    "pages": SLEEPS | AGAIN | {"expect", "nth", "print"},
    "steps": SLEEPS | ACTIONS | FINDERS,
    "bot": SLEEPS | ACTIONS | FINDERS,
    "fixtures": SLEEPS,
}
ALLOWED_CALLS = {"pages/browser.py": {"print"}}  # it is also the installer, and tells what it does
READINGS = {"inner_text", "all_inner_texts", "text_content", "all_text_contents", "inner_html"}
READINGS |= {"input_value", "get_attribute", "evaluate", "evaluate_all", "evaluate_handle"}
READINGS |= {"aria_snapshot", "title"}
POSITIONS = {"first", "last"}
BRANCHES = (ast.If, ast.For, ast.While, ast.Try, ast.Match)
STEP_KINDS = {"given", "when", "then", "step"}


def forbidden_calls(path: str, tree: ast.AST) -> Iterator[str]:
    """Nobody sleeps; only pages find or touch elements; pages neither judge nor print."""
    forbidden = FORBIDDEN_CALLS[path.split("/")[0]] - ALLOWED_CALLS.get(path, set())
    for call in _calls(tree):
        if _name(call) in forbidden:
            yield f"{_name(call)}() in line {call.lineno}"


def careless_words(path: str, tree: ast.AST) -> Iterator[str]:
    """No click is forced, no time-out is set where it is used, nothing waits for silence."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and isinstance(node.value, ast.Constant):
            if (node.arg, node.value.value) == ("force", True):
                yield f"force=True in line {node.value.lineno}"
            if node.arg == "timeout" and path.startswith(("pages/", "steps/")):
                yield f"a time-out in line {node.value.lineno}"
        if isinstance(node, ast.Constant) and node.value == "networkidle":
            yield f"networkidle in line {node.lineno}"


def positions(path: str, tree: ast.AST) -> Iterator[str]:
    """An element is found by what it says; only screen.py asks for the first of alternatives."""
    if path.startswith(("pages/", "steps/")) and path != "pages/screen.py":
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in POSITIONS:
                yield f".{node.attr} in line {node.lineno}"


def assertions(path: str, tree: ast.AST) -> Iterator[str]:
    """Only `then` steps and tests assert."""
    if not path.startswith("steps/"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Assert):
                yield f"assert in line {node.lineno}"


def stray_handlers(path: str, tree: ast.AST) -> Iterator[str]:
    """The latch of the bot holds the only route handlers, and parts.py the only ear for dialogs."""
    for call in _calls(tree):
        if _name(call) in {"route", "route_web_socket"} and path != "bot/portal/latch.py":
            yield f"{_name(call)}() in line {call.lineno}"
        if _name(call) == "on" and _says(call, "dialog") and path != "pages/parts.py":
            yield f"a dialog handler in line {call.lineno}"


def raw_readings(path: str, tree: ast.AST) -> Iterator[str]:
    """What the portal says enters in one place, which makes it visible."""
    if path.startswith(("pages/", "bot/")) and path != "pages/reading.py":
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and ast.unparse(node) == "dialog.message":
                yield f"dialog.message in line {node.lineno}"
        for call in _calls(tree):
            if _name(call) in READINGS:
                yield f"{_name(call)}() in line {call.lineno}"


def foreign_imports(path: str, tree: ast.AST) -> Iterator[str]:
    """Pages know Python, Playwright and each other."""
    if path.startswith("pages/"):
        known = sys.stdlib_module_names | {"pages", "playwright"}
        yield from sorted({name.split(".")[0] for name in _imports(tree)} - known)


def long_steps(path: str, tree: ast.AST) -> Iterator[str]:
    """A step has a name, no branch, and at most three statements beside what it asserts."""
    for step in ast.walk(tree):
        if not (isinstance(step, ast.FunctionDef) and _is_step(step)):
            continue
        acts = [node for node in step.body if not isinstance(node, ast.Assert)]
        acts = acts[1:] if ast.get_docstring(step) else acts
        if step.name == "_":
            yield f"a step without a name in line {step.lineno}"
        if len(acts) > 3 or any(isinstance(node, BRANCHES) for node in ast.walk(step)):
            yield f"{step.name} does more than a step should"


def confirmations(tree: ast.AST) -> list[int]:
    """Return the lines that press 确认投保."""
    return [call.lineno for call in _calls(tree) if _name(call) == "confirm"]


def factless_tests(tree: ast.AST) -> list[str]:
    """Return the tests that do not state their fact in one line."""
    return [
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        if "\n" in (ast.get_docstring(node) or "\n")
    ]


def _calls(tree: ast.AST) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def _name(call: ast.Call) -> str:
    """Return what is called on something else; one's own functions may bear any name."""
    called = ast.unparse(call.func)
    if called in {"expect", "print", "sleep"}:
        return called
    owner, _, name = called.rpartition(".")
    return name if owner not in {"", "self"} else ""


def _says(call: ast.Call, word: str) -> bool:
    return any(isinstance(one, ast.Constant) and one.value == word for one in call.args)


def _is_step(function: ast.FunctionDef) -> bool:
    decorators = [one for one in function.decorator_list if isinstance(one, ast.Call)]
    return any(ast.unparse(one.func).split(".")[-1] in STEP_KINDS for one in decorators)


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _modules(*folders: str) -> list[str]:
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path.relative_to(ROOT).as_posix() for path in found]


RULES = [forbidden_calls, careless_words, positions, assertions, stray_handlers, foreign_imports]
RULES += [long_steps, raw_readings]


@pytest.mark.parametrize("path", _modules(*FORBIDDEN_CALLS))
def test_module_keeps_the_rules(path):
    """A module of pages, steps, bot or fixtures does only what its layer is for."""
    tree = _tree(ROOT / path)

    assert [found for rule in RULES for found in rule(path, tree)] == []


SPECIMENS = [
    (forbidden_calls, "pages/pending.py", "time.sleep(1)"),
    (forbidden_calls, "pages/pending.py", "self.rows.nth(2).wait_for()"),
    (forbidden_calls, "pages/pending.py", "print('x')"),
    (forbidden_calls, "pages/pending.py", "expect(self.rows)"),
    (forbidden_calls, "pages/pending.py", "self.tab.reload()"),
    (forbidden_calls, "steps/pending.py", "form.confirm_button.click()"),
    (forbidden_calls, "bot/portal/session.py", "tab.locator('#a')"),
    (forbidden_calls, "fixtures/portal.py", "sleep(1)"),
    (careless_words, "bot/confirmation/press.py", "f(force=True)"),
    (careless_words, "pages/pending.py", "self.landmark.wait_for(timeout=5000)"),
    (careless_words, "pages/pending.py", "self.tab.wait_for_load_state('networkidle')"),
    (positions, "pages/pending.py", "self.rows.first"),
    (positions, "steps/pending.py", "table.rows.last"),
    (assertions, "bot/confirmation/press.py", "assert True"),
    (stray_handlers, "pages/pending.py", "tab.route('**', handle)"),
    (stray_handlers, "bot/portal/session.py", "tab.on('dialog', handle)"),
    (raw_readings, "pages/pending.py", "self.message.inner_text()"),
    (raw_readings, "pages/parts.py", "self._root.evaluate_all(READ_TABLES)"),
    (raw_readings, "bot/operations/doctor.py", "tab.title()"),
    (raw_readings, "pages/parts.py", "self._messages.append(dialog.message)"),
    (foreign_imports, "pages/pending.py", "import pytest"),
    (foreign_imports, "pages/pending.py", "from bot.confirmation.press import press"),
    (long_steps, "steps/pending.py", "@when('一')\ndef _(): ..."),
    (long_steps, "steps/pending.py", "@when('一')\ndef one():\n  if x: ..."),
    (long_steps, "steps/pending.py", "@given('一')\ndef one():\n  a()\n  b()\n  c()\n  d()"),
]


@pytest.mark.parametrize(("rule", "path", "code"), SPECIMENS)
def test_broken_rule_is_found(rule, path, code):
    """Each rule finds the one mistake planted for it."""
    assert len(list(rule(path, ast.parse(code)))) == 1


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("pages/screen.py", "self.refusal.first.wait_for()"),
        ("pages/parts.py", "context.on('dialog', log.close)"),
        ("bot/portal/latch.py", "tab.route('**', latch)\npress(intent)\nself.press(intent)"),
        ("bot/ledger.py", "rows.first()"),
        ("steps/pending.py", "@then('一')\ndef one():\n  a()\n  assert b\n  assert c\n  assert d"),
    ],
)
def test_kept_rule_is_not_reported(path, code):
    """What the rules allow in one place is not reported there."""
    assert [found for rule in RULES for found in rule(path, ast.parse(code))] == []


def test_confirmation_is_pressed_in_one_place_of_the_bot():
    """The bot has exactly one call of `confirm`, and it is in its press."""
    found = {path: confirmations(_tree(ROOT / path)) for path in _modules("bot")}
    pressing = {path: lines for path, lines in found.items() if lines}

    assert list(pressing) == ["bot/confirmation/press.py"]
    assert len(pressing["bot/confirmation/press.py"]) == 1


def test_no_test_depends_on_the_tools_of_a_machine():
    """Set-up brings every tool; a skipped test would make a green run say less than it seems to."""
    looked_for = [
        f"{path}:{call.lineno}"
        for path in _modules("tests")
        for call in _calls(_tree(ROOT / path))
        if _name(call) in {"which", "importorskip"}
    ]

    assert looked_for == []


def test_second_confirmation_is_found():
    """The count sees every call, however the page is named."""
    assert confirmations(ast.parse("form.confirm()\nself.confirm()\nx.y().confirm()")) == [1, 3]


def unmapped(modules: list[str]) -> list[str]:
    """Return the modules that are in no line of the map, whatever room they lie in."""
    found = [Path(module) for module in modules if Path(module).stem != "__init__"]
    return [str(path) for path in found if path.stem not in MAP.get(path.parent.as_posix(), ())]


def class_names(trees: Mapping[str, ast.Module]) -> dict[str, list[str]]:
    """Return where each public class name is defined."""
    found: dict[str, list[str]] = {}
    for path, tree in trees.items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found.setdefault(node.name, []).append(path)
    return found


def test_public_class_has_a_name_of_its_own():
    """One name is one thing, wherever in the project it is read."""
    layers = ("bot", "fixtures", "mock_portal", "pages", "reports", "steps")
    found = class_names({path: _tree(ROOT / path) for path in _modules(*layers)})

    assert {name: paths for name, paths in found.items() if len(paths) > 1} == {}


def test_class_name_that_stands_twice_is_found():
    """A private class, or one inside another, has no name to be confused with."""
    one, other = ast.parse("class A: ...\nclass _B: ..."), ast.parse("class A: ...\nclass _B: ...")

    assert class_names({"one": one, "other": other}) == {"A": ["one", "other"]}


def test_module_is_on_the_map():
    """Every module of a layer is in the project's map; the rooms of the bot are a contract."""
    assert unmapped(_modules("pages", "steps", "mock_portal")) == []


def test_module_that_is_not_on_the_map_is_found():
    """A module without a line is reported, also in a folder that has none."""
    strays = ["pages/nothing.py", "pages/nowhere/login.py"]

    assert unmapped([*strays, "pages/login.py", "pages/__init__.py"]) == strays


@pytest.mark.parametrize(
    "path", [path for path in _modules("pages", "mock_portal") if Path(path).stem in STEMS]
)
def test_screen_module_names_its_clauses(path):
    """The first line of a screen's module says which clauses of the guide it holds."""
    first_line = (ast.get_docstring(_tree(ROOT / path)) or "").partition("\n")[0]

    assert [one.id for one in clauses() if one.stem == Path(path).stem and one.id in first_line]


@pytest.mark.parametrize("path", [path for path in _modules("tests") if "/test_" in path])
def test_test_states_its_fact(path):
    """Each test says in one line what it holds to be true."""
    assert factless_tests(_tree(ROOT / path)) == []


def test_test_without_a_fact_is_found():
    """A test without a docstring, or with a long one, is reported."""
    code = "def test_a(): ...\ndef test_b():\n  '''One.\n\n  Two.'''\ndef test_c():\n  '''One.'''"

    assert factless_tests(ast.parse(code)) == ["test_a", "test_b"]


def test_mock_portal_does_not_flatter():
    """The mock portal offers no handle for tests that the real portal lacks."""
    sources = [path for path in (ROOT / "mock_portal").rglob("*") if path.suffix != ".pyc"]
    texts = {path: path.read_bytes() for path in sources if path.is_file()}

    assert texts
    assert [path.name for path, text in texts.items() if b"data-test" in text] == []
