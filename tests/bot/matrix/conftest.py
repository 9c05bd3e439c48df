"""The fault matrix: by how many seeds each row is tried, and days that are lived once."""

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from random import Random

import pytest
from filelock import FileLock

from tests.bot.matrix.day import Came, Day

SEEDS = int(os.environ.get("FAULT_MATRIX_SEEDS", "1"))
Way = Callable[[Day], Came]  # to live a day
Lived = Callable[[Way], Came]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Try each row as often as there are seeds."""
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(1, SEEDS + 1), scope="session")


@pytest.fixture
def chances(seed: int, pytestconfig: pytest.Config) -> Callable[[str], Random]:
    """What the seed decides for each name; `--randomly-seed`, printed at the top, repeats it."""
    first = pytestconfig.getoption("randomly_seed", 0)
    return lambda name: Random(f"{first}/{seed}/{name}")


@pytest.fixture
def chance(chances: Callable[[str], Random], request: pytest.FixtureRequest) -> Random:
    """What the seed decides for this test."""
    return chances(request.node.name)


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the workers of a test run share."""
    mine = tmp_path_factory.getbasetemp()
    return mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine


@pytest.fixture
def lived(kept: Path, portal_url: str, chances: Callable[[str], Random], seed: int) -> Lived:
    """Live a day once for all of its tests, on whichever worker they run."""

    def live(way: Way) -> Came:
        folder = kept / f"{way.__name__}-{seed}"
        story = folder.with_suffix(".json")
        with FileLock(folder.with_suffix(".lock")):
            if not story.exists():
                came = way(Day(folder, portal_url, chances(way.__name__)))
                story.write_text(json.dumps(asdict(came)), encoding="utf-8")
            return Came(**json.loads(story.read_text(encoding="utf-8")))

    return live
