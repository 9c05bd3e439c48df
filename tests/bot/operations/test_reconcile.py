"""对账 that is interrupted."""

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from threading import Event
from typing import Any

import pytest

from bot.errors import OutOfTime
from bot.operations.reconcile import compare_all
from bot.work_item import WorkItem
from tests.bot.items import ITEM
from tests.bot.lists import uscc


class StuckSessions:
    """Sessions in which somebody presses Ctrl-C while the first page is stuck."""

    at_once = 1

    def __init__(self) -> None:
        self.served: list[str] = []
        self._hurried = Event()

    def do(self, item: WorkItem, _: Callable[[Any], Any]) -> Any:
        """Be stuck until no page is waited for any longer."""
        self.served.append(item.uscc)
        while not self._hurried.is_set():  # a busy machine may lose the first one
            os.kill(os.getpid(), signal.SIGINT)
            self._hurried.wait(30)
        raise OutOfTime("OUT_OF_TIME", "门户的页面卡住", "")

    def hurry(self) -> None:
        """Wait for no page any longer."""
        self._hurried.set()

    def leave(self, uscc: str) -> None:
        """Close no session."""


class EmptyLedger:
    """A ledger that has heard of nothing."""

    def entries(self) -> list[Any]:
        """Return nothing."""
        return []


def test_ctrl_c_ends_it_the_first_time():
    """The page at hand is waited for no longer, and no further enterprise is looked at."""
    sessions = StuckSessions()
    items = [replace(ITEM, uscc=uscc(number)) for number in range(3)]

    with pytest.raises(KeyboardInterrupt):
        compare_all(items, EmptyLedger(), sessions, lambda _: None)

    assert len(sessions.served) == 1
