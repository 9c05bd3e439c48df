"""Scenarios of every state, without a browser (tests/test_night.py runs them)."""

from collections import Counter
from pathlib import Path

import pytest
from pytest_bdd import parsers, scenarios, then

scenarios("night.feature", features_base_dir=str(Path(__file__).parent))

TRIED: Counter[str] = Counter()


@then(parsers.re(r"第(?P<times>\d+)次[就才]通过"), converters={"times": int})
def passes_in_time(request: pytest.FixtureRequest, times: int) -> None:
    TRIED[request.node.name] += 1
    assert TRIED[request.node.name] >= times, "还没有到"
