"""The rooms of the bot: how many levels they stand on, and that none becomes a dump."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "bot").rglob("*.py"))
ROOMS = sorted(file.parent for file in MODULES if file.name == "__init__.py")
LEVELS, LINES = 9, 350


def levels(graph: grimp.ImportGraph) -> dict[str, int]:
    """Return on which level each module stands: one above the highest that it imports.

    Raises:
        CycleError: two need each other.
    """
    needs = {
        module: graph.find_modules_directly_imported_by(module) - {module}
        for module in graph.modules
    }
    found: dict[str, int] = {}
    for module in TopologicalSorter(needs).static_order():
        found[module] = 1 + max((found[one] for one in needs[module]), default=0)
    return found


def test_the_bot_stands_on_few_levels():
    """A room, and a file beside the rooms, is one; a reader goes down at most so many."""
    graph = grimp.build_graph("bot")
    for room in ROOMS[1:]:
        graph.squash_module(".".join(room.relative_to(ROOT).parts))
    found = levels(graph)

    assert max(found.values()) <= LEVELS, found


def test_no_two_modules_of_the_bot_need_each_other():
    """Inside a room, too, imports lead one way."""
    levels(grimp.build_graph("bot"))


@pytest.mark.parametrize("edges", [[("a", "b"), ("b", "a")], [("a", "b"), ("b", "c"), ("c", "a")]])
def test_circle_is_found(edges: list[tuple[str, str]]):
    """Else the test before would say nothing."""
    graph = grimp.ImportGraph()
    for importer, imported in edges:
        graph.add_import(importer=importer, imported=imported)

    with pytest.raises(CycleError):
        levels(graph)


@pytest.mark.parametrize("module", MODULES, ids=lambda file: str(file.relative_to(ROOT)))
def test_module_is_no_dump(module: Path):
    """What is longer has more than one reason to exist."""
    assert len(module.read_text(encoding="utf-8").splitlines()) <= LINES


@pytest.mark.parametrize("room", ROOMS[1:], ids=lambda room: room.name)
def test_room_says_what_it_holds_and_what_it_may_import(room: Path):
    """One line of its `__init__.py`; nothing else stands there but what is called from outside."""
    tree = ast.parse((room / "__init__.py").read_text(encoding="utf-8"))
    told, *rest = tree.body

    assert "; imports " in ast.literal_eval(told.value)
    assert all(isinstance(node, ast.ImportFrom) for node in rest)
