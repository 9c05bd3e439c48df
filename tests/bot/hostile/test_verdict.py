"""The verdict finds each promise that is broken, and knows nothing of the bot."""

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.bot.hostile import verdict, witness
from tests.bot.hostile.tricks import DOUBT, ONE, Trick
from tests.bot.hostile.verdict import Run, Story, violations
from tests.bot.hostile.witness import CONFIRM, FOREIGN, PORTAL, Arrival, Witness

NUMBER, OUTSIDE = "XW20260101000001", "XW20260101000002"
TYPED = {"contactMobile": "13800138000"}
SAFE = frozenset({"confirmed", "failed"})


def arrival(at: float = 1.0, server: str = PORTAL, **fields: str) -> Arrival:
    """Return a confirmation that arrived, as approved unless told otherwise."""
    told = {"applNo": NUMBER} | TYPED | fields
    seen = Witness(lambda: dict.fromkeys((NUMBER, OUTSIDE), "owner"))
    noted = seen.note(server, "POST", CONFIRM, "owner", "", tuple(told.items()), b"")
    values = (noted.uscc, noted.kind, noted.fields, noted.numbers, noted.body)
    return Arrival(at, noted.server, noted.method, noted.path, *values)


def run(state: str, exit_code: int | None = 0, began: float = 0.0, **more: Any) -> Run:
    """Return a run that tells this state of the policy."""
    item = {"state": state, "explanation": more.pop("explanation", "")}
    items = {more.pop("number", NUMBER): item}
    return Run(exit_code, items, began, began + 5, 50, more.pop("megabytes", 100.0), "")


def story(
    *runs: Run, arrivals: tuple[Arrival, ...] = (), ends: frozenset[str] = SAFE, is_accepted: bool
) -> Story:
    """Return a story of one policy that was approved."""
    accepted: Mapping[str, list[Mapping[str, str]]] = {NUMBER: [TYPED] if is_accepted else []}
    trick = Trick("specimen", "It is made up.", 1, ends, ONE)
    return Story(trick, {NUMBER: TYPED}, runs, arrivals, accepted)


ALL_IS_WELL = story(run("confirmed"), arrivals=(arrival(),), is_accepted=True)
NOTHING_SENT = story(run("failed", 3), run("failed", 3, began=9.0), is_accepted=False)
SENT_IN_THE_SECOND = story(
    run("failed", 3), run("confirmed", began=9.0), arrivals=(arrival(10.0),), is_accepted=True
)


@pytest.mark.parametrize("good", [ALL_IS_WELL, NOTHING_SENT, SENT_IN_THE_SECOND])
def test_kept_promises_are_not_blamed(good: Story):
    """A press as approved, none, and one in a second run after none are in order."""
    assert violations(good) == []


BROKEN = {
    "unapproved": [
        story(run("confirmed"), arrivals=(arrival(contactMobile="1"),), is_accepted=True),
        story(run("confirmed"), arrivals=(arrival(applNos=OUTSIDE),), is_accepted=True),
        story(run("confirmed"), arrivals=(arrival(server=FOREIGN),), is_accepted=True),
    ],
    "double": [story(run("confirmed"), arrivals=(arrival(), arrival(2.0)), is_accepted=True)],
    "false confirmed": [story(run("confirmed", 1), arrivals=(arrival(),), is_accepted=False)],
    "not sent, and arrived": [
        story(run("failed", 3), arrivals=(arrival(),), is_accepted=True),
        story(run("failed", 3), arrivals=(arrival(7.0),), is_accepted=False),
    ],
    "in doubt, and nothing arrived": [story(run("in_doubt", 1), ends=DOUBT, is_accepted=False)],
    "beyond its deadline": [story(run("failed", None), is_accepted=False)],
    "grew to": [story(run("failed", 3, megabytes=5000.0), is_accepted=False)],
    "ended as": [story(run("refused", 1), is_accepted=False)],
}


@pytest.mark.parametrize(
    ("words", "bad"), [(words, bad) for words, stories in BROKEN.items() for bad in stories]
)
def test_broken_promise_is_found(words: str, bad: Story):
    """Each kind of broken promise is found by itself."""
    assert any(words in one for one in violations(bad)), violations(bad)


def test_unfit_number_is_found():
    """A number that no list may hold must not come back from the ledger."""
    bad = story(run("failed", 3, number="<img src=x>"), is_accepted=False)

    assert any("unfit number" in one for one in violations(bad))


@pytest.mark.parametrize("module", [verdict, witness])
def test_judge_and_witness_share_no_code_with_the_bot(module: Any):
    """Neither imports the bot or its pages."""
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    imported = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {
        name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names
    }

    assert {one.partition(".")[0] for one in imported} & {"bot", "pages"} == set()
