"""The matrix is whole: each of its rows has a test by its number, and a line in its page."""

import ast
import re
from pathlib import Path

FOLDER = Path(__file__).parent
PAGE = FOLDER.parents[2] / "docs" / "reliability.md"
ROWS = [f"F{number:02}" for number in range(1, 41)]
LINE = re.compile(r"^\| (F\d\d) \|.*\| (`[\w`, ]+`) \|$", re.MULTILINE)


def modules_by_row() -> dict[str, set[str]]:
    """Return the modules that hold tests of each row."""
    found: dict[str, set[str]] = {}
    for module in FOLDER.glob("test_*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and (row := re.match(r"test_(f\d\d)_", node.name)):
                found.setdefault(row[1].upper(), set()).add(module.stem)
    return found


def test_every_row_has_a_test():
    """F01 to F40."""
    assert sorted(modules_by_row()) == ROWS


def test_every_row_is_told_where_its_test_is():
    """The page of the matrix names for each row the module that holds its test."""
    lines = LINE.findall(PAGE.read_text(encoding="utf-8"))
    told = {row: set(re.findall(r"\w+", modules)) for row, modules in lines}

    assert told == modules_by_row()
