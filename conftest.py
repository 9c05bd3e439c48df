"""Registers the fixtures and steps, and the guide's clauses as markers."""

import json
import os
import signal
from pathlib import Path

import pytest

from fixtures.guide import clause_markers
from pages.driver import prepare_driver

DURATIONS = Path(__file__).parent / "tests" / "durations.json"  # by `make durations`
STEMS = ("login", "card", "registration", "entry", "binding", "pending", "policies")

pytest_plugins = [
    "fixtures.defects",
    "fixtures.artifacts",
    "fixtures.portal",
    "fixtures.evidence",
    "fixtures.browser",
    "fixtures.refusals",
    "fixtures.people",
    "fixtures.past_the_page",
    "fixtures.account_forms",
    "fixtures.wire",
    "fixtures.looks",
    "fixtures.report",
    "fixtures.quarantine",
    "fixtures.attempts",
    "fixtures.selection",
    "fixtures.console",
    "fixtures.sentences",
    "fixtures.feature_guard",
    *(f"steps.{stem}" for stem in STEMS),
]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a campaign read more mutated work lists than everyday checks do."""
    parser.addoption("--lists", type=int, default=60, help="how many mutated work lists to read")


def pytest_configure(config: pytest.Config) -> None:
    """Make every clause of the guide a marker, so that a mistyped tag stops collection.

    The driver is prepared here, since pytest-playwright starts it by a fixture of its own.
    """
    prepare_driver()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
    for marker in clause_markers():
        config.addinivalue_line("markers", marker)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest, on every worker; each gets a slice, and steals when it is done."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    longest = list(json.loads(DURATIONS.read_text("utf-8"))) if DURATIONS.exists() else []
    heads: list[list[pytest.Item]] = [[] for _ in range(workers)]
    rest = []
    for item in items:
        module = item.nodeid.partition("::")[0]
        (heads[longest.index(module) % workers] if module in longest else rest).append(item)
    left = len(items)
    items.clear()
    for number, head in enumerate(heads):
        slice_ = left // (workers - number)
        left -= slice_
        room = max(slice_ - len(head), 0)
        items += [*head, *rest[:room]]
        del rest[:room]


@pytest.fixture(scope="session")
def base_url(portal_url: str) -> str:
    """The portal's address; pytest-playwright sees this fixture only in a conftest."""
    return portal_url
