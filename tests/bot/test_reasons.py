"""Reasons are one vocabulary: what is given stands in the table, and what stands there is given."""

import ast
from pathlib import Path

import pytest

from bot import errors
from bot.errors import Reason, WorkItemError

SOURCES = [file for file in Path(errors.__file__).parent.rglob("*.py") if file.name != "errors.py"]
GIVEN = {
    node.attr
    for file in SOURCES
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "Reason"
}
ERRORS = {
    name
    for name, one in vars(errors).items()
    if isinstance(one, type) and issubclass(one, WorkItemError)
}


@pytest.mark.parametrize("reason", Reason)
def test_reason_is_given_somewhere(reason: Reason):
    """A row of the table that nothing gives would explain nothing."""
    assert reason.name in GIVEN


def test_no_error_has_a_code_of_its_own():
    """What is raised gives a reason of the table, or hands one on."""
    calls = [
        node
        for file in SOURCES
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ERRORS
    ]

    assert len(calls) > 30
    assert [ast.unparse(call) for call in calls if isinstance(call.args[0], ast.Constant)] == []


def test_code_of_a_later_program_has_no_reason():
    """A ledger may know more than the program that reads it; nothing breaks."""
    assert Reason.named("TOMORROWS") is None
    assert Reason.named("refused") is Reason.PRESS_REFUSED
