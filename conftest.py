"""Registers the fixtures and steps, and the guide's clauses as markers."""

import pytest

from fixtures.guide import clause_markers

LONGEST = ("tests.bot.test_killed", "tests.bot.test_run")  # each test runs whole processes
STEMS = ("login", "card", "registration", "entry", "binding", "pending", "policies")

pytest_plugins = [
    "fixtures.portal",
    "fixtures.evidence",
    "fixtures.browser",
    "fixtures.people",
    "fixtures.looks",
    "fixtures.report",
    "fixtures.quarantine",
    "fixtures.attempts",
    "fixtures.sentences",
    *(f"steps.{stem}" for stem in STEMS),
]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a campaign read more mutated work lists than everyday checks do."""
    parser.addoption("--lists", type=int, default=60, help="how many mutated work lists to read")


def pytest_configure(config: pytest.Config) -> None:
    """Make every clause of the guide a marker, so that a mistyped tag stops collection."""
    for marker in clause_markers():
        config.addinivalue_line("markers", marker)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest, so that none of them is left for the end."""
    items.sort(key=lambda item: not item.nodeid.replace("/", ".").startswith(LONGEST))


@pytest.fixture(scope="session")
def base_url(portal_url: str) -> str:
    """The portal's address; pytest-playwright sees this fixture only in a conftest."""
    return portal_url
