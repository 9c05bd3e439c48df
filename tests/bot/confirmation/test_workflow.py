"""When a run leaves the rest of an enterprise, and when it ends, because of technical failures."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from bot.confirmation.stop import Stop
from bot.confirmation.workflow import Robot
from bot.errors import OutOfTime
from bot.ledger.ledger import Ledger
from bot.ledger.lock import only_worker
from bot.ledger.states import State
from bot.settings import Settings
from bot.work_item import WorkItem
from tests.bot.items import ITEM, MAKER, bring_to
from tests.bot.lists import uscc
from tests.bot.stand_in import Portal, make_robot

POLICIES = 5  # of each enterprise


class Failing(Portal):
    """A portal that fails for some enterprises."""

    def __init__(self, *enterprises: str) -> None:
        super().__init__()
        self._enterprises = enterprises

    def do(self, item: WorkItem, act: Callable[[Any], Any]) -> Any:
        """Act, or fail."""
        if item.uscc in self._enterprises:
            raise OutOfTime("OUT_OF_TIME", "页面卡住", "请再运行一次")
        return super().do(item, act)


@pytest.fixture
def serve(tmp_path: Path) -> Callable[[int, Portal], tuple[Robot, list[int]]]:
    """Serve some enterprises; return the robot, and how many policies of each were failed."""

    def serve(enterprises: int, portal: Portal) -> tuple[Robot, list[int]]:
        ledger = Ledger(tmp_path / "ledger.sqlite", tmp_path / "marker")
        codes = [uscc(number) for number in range(1, enterprises + 1)]
        items = [
            replace(ITEM, uscc=code, application_no=f"{code}-{number}")
            for code in codes
            for number in range(POLICIES)
        ]
        ledger.dispatch(items, "list", MAKER)
        robot = make_robot(tmp_path, Settings(data_dir=tmp_path), ledger, portal)
        for code in codes:
            references = [item.reference for item in items if item.uscc == code]
            robot._serve(code, lambda found=references: found, robot.confirm)
        failed = [one.item.uscc for one in ledger.entries() if one.state is State.FAILED]
        return robot, [failed.count(code) for code in codes]

    return serve


def test_an_enterprise_that_keeps_failing_is_left(serve: Callable[..., Any]):
    """Its first three policies have failed; the rest waits for the next run."""
    robot, failed = serve(1, Failing(uscc(1)))

    assert (robot.stopped, failed) == (None, [3])


def test_what_failed_comes_last_in_the_next_run(tmp_path: Path):
    """Three policies that always fail keep the others waiting for one run, not for ever."""
    ledger = Ledger(tmp_path / "ledger.sqlite", tmp_path / "marker")
    items = [replace(ITEM, application_no=f"XW{number}", row=number) for number in range(POLICIES)]
    ledger.dispatch(items, "list", MAKER)
    robot = make_robot(tmp_path, Settings(data_dir=tmp_path), ledger, Portal())
    first = robot.collect(ITEM.uscc, "list")
    with patch("bot.clock.utc_now", lambda: "2099-01-01T00:00:00.000+00:00"):  # later
        for item in items[:3]:
            bring_to(ledger, State.FAILED, item)
        ledger.dispatch(items, "list", MAKER)

    assert first == [item.reference for item in items]
    assert robot.collect(ITEM.uscc, "list") == [item.reference for item in (*items[3:], *items[:3])]


def test_an_enterprise_that_keeps_failing_stops_nobody_else(serve: Callable[..., Any]):
    """Odd records of one or two enterprises do not open the breaker; the others are served."""
    robot, failed = serve(5, Failing(uscc(1), uscc(2), uscc(4)))

    assert (robot.stopped, failed) == (None, [3, 3, 0, 3, 0])


def test_a_portal_that_fails_for_everybody_stops_the_run(serve: Callable[..., Any]):
    """The third enterprise in a row that fails opens the breaker."""
    robot, failed = serve(9, Failing(*(uscc(number) for number in range(1, 10))))

    assert (robot.stopped, failed) == (Stop.BREAKER, [3, 3, 1, 0, 0, 0, 0, 0, 0])


@pytest.mark.parametrize("is_replaced", [False, True])
def test_a_lock_file_that_is_gone_ends_the_run_before_the_next_policy(
    is_replaced: bool, tmp_path: Path
):
    """Another worker may be at the ledger since; a file of the same name is another's."""
    settings = Settings(data_dir=tmp_path)
    ledger = Ledger(tmp_path / "ledger.sqlite", tmp_path / "marker")
    begun = []
    with only_worker(settings):
        robot = make_robot(tmp_path, settings, ledger, Portal())

        def handle(reference: str) -> None:
            begun.append(reference)
            if is_replaced:
                (tmp_path / "new").touch()
                (tmp_path / "new").replace(settings.worker_lock)
            else:
                settings.worker_lock.unlink()

        robot._serve(ITEM.uscc, lambda: ["first", "second"], handle)

    assert (robot.stopped, begun) == (Stop.LOCK, ["first"])
