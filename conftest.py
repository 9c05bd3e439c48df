"""Registers the fixtures and steps, and the guide's clauses as markers."""

import pytest

from fixtures.guide import clause_markers

STEMS = ("login", "entry", "pending", "policies")

pytest_plugins = [
    "fixtures.portal",
    "fixtures.browser",
    "fixtures.people",
    "fixtures.report",
    *(f"steps.{stem}" for stem in STEMS),
]


def pytest_configure(config: pytest.Config) -> None:
    """Make every clause of the guide a marker, so that a mistyped tag stops collection."""
    for marker in clause_markers():
        config.addinivalue_line("markers", marker)


@pytest.fixture(scope="session")
def base_url(portal_url: str) -> str:
    """The portal's address; pytest-playwright sees this fixture only in a conftest."""
    return portal_url
