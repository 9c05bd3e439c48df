"""Two processes of one machine never work on one enterprise of one portal at the same time."""

import errno
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest

from bot import machine_lock
from bot.credentials.passwords import Passwords
from bot.errors import SignInRefused
from bot.portal.browser_thread import BrowserThread
from bot.portal.sessions import Sessions
from bot.settings import Settings
from tests.bot.conftest import ROOT, Workplace
from tests.bot.items import ITEM

TAKE = """
import sys
from bot import machine_lock
machine_lock.SPACE = sys.argv[1]
print(machine_lock.take("portal", "enterprise") is not None)
"""


def taken_elsewhere() -> bool:
    """Let another process try to take the name."""
    command = [sys.executable, "-c", TAKE, machine_lock.SPACE]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return ended.stdout == "True\n"


def test_a_name_that_is_held_is_nobody_elses():
    """Another process gets it after its release, and has lost it when it ended."""
    release = machine_lock.take("portal", "enterprise")
    while_held = taken_elsewhere()
    release()
    afterwards = taken_elsewhere()
    machine_lock.take("portal", "enterprise")()

    assert (while_held, afterwards) == (False, True)


def test_a_file_serves_where_there_is_no_abstract_address(tmp_path: Path):
    """It is held as well by a second descriptor of this process, and free after its release."""
    release = machine_lock._lock_file(tmp_path / "lock")
    second = machine_lock._lock_file(tmp_path / "lock")
    release()
    machine_lock._lock_file(tmp_path / "lock")()

    assert second is None


@pytest.fixture
def sessions(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Sessions]:
    """Make the sessions of one process after the other, without a browser."""
    session = SimpleNamespace(
        context=SimpleNamespace(close=lambda: None),
        valve=SimpleNamespace(widen=lambda: None, refill=lambda: None),
        is_spent=False,
    )
    monkeypatch.setattr(BrowserThread, "sign_in", lambda *_: session)

    def make(**settings: Any) -> Sessions:
        return Sessions(Settings(**settings), Passwords(Settings(), {}), None)

    return make


def test_an_enterprise_is_held_until_it_is_left(sessions: Callable[..., Sessions]):
    """A second process does not sign in meanwhile, and is told so; later it does."""
    here, there, later = sessions(), sessions(), sessions()
    here.do(ITEM, lambda _: None)
    with pytest.raises(SignInRefused, match="BUSY"):
        there.do(ITEM, lambda _: None)
    here.leave(ITEM.uscc)
    later.do(ITEM, lambda _: None)
    for one in (here, there, later):
        one.close()


def test_a_portal_is_the_same_by_each_of_its_addresses(sessions: Callable[..., Sessions]):
    """Who works at it by another address does not sign in; what it had taken is free again."""
    first, second = "https://first.example", "https://second.example"
    here, there = sessions(portal_url=first), sessions(portal_url=second, trusted_origins=(first,))
    here.do(ITEM, lambda _: None)
    with pytest.raises(SignInRefused, match="BUSY"):
        there.do(ITEM, lambda _: None)
    here.leave(ITEM.uscc)
    later = sessions(portal_url=second)
    later.do(ITEM, lambda _: None)
    for one in (here, there, later):
        one.close()


def test_a_name_that_the_system_does_not_give_is_not_held_by_anybody(
    monkeypatch: pytest.MonkeyPatch,
):
    """Nobody is told to wait for a process that is not there."""
    denied = PermissionError(errno.EACCES, "denied")
    refuse = SimpleNamespace(bind=Mock(side_effect=denied), close=lambda: None)
    monkeypatch.setattr(machine_lock.socket, "socket", lambda *_: refuse)

    with pytest.raises(PermissionError):
        machine_lock._bind("name")


def test_the_end_of_a_run_lets_others_at_its_enterprises(sessions: Callable[..., Sessions]):
    """A canary, for one, leaves no enterprise by itself."""
    here, later = sessions(), sessions()
    here.do(ITEM, lambda _: None)
    here.close()
    later.do(ITEM, lambda _: None)
    later.close()


@pytest.mark.slow
def test_a_run_leaves_an_enterprise_that_another_works_on(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
):
    """Nothing of it arrives, the operator reads why, and the other enterprise is confirmed."""
    monkeypatch.setattr(machine_lock, "SPACE", "single-window")  # as the run has it
    busy, free = workplace.add(), workplace.add()
    release = machine_lock.take(workplace.portal_url, busy.enterprise.uscc)

    code, items = workplace.run()
    release()
    ((number, arrivals),) = busy.ledger().items()
    ((other, _),) = free.ledger().items()

    assert (code, arrivals) == (1, [])
    assert (items[number]["state"], items[other]["state"]) == ("needs_person", "confirmed")
    assert "另一个 single-window 正在办理这家企业" in items[number]["explanation"]
    assert workplace.run()[1][number]["state"] == "confirmed"


@pytest.mark.slow
def test_two_data_folders_confirm_each_policy_once(workplaces: Callable[[str], Workplace]):
    """Two operators run the same list at the same time; the portal's ledger is the witness."""
    here, there = workplaces("here"), workplaces("there")
    state = here.add()
    there.enterprises.append(state)
    numbers = [*state.ledger(), *state.add_policies(2)]
    here.forget_rows()
    for number in numbers:
        here.add_row(state, number)
        there.add_row(state, number)
    begun: list[Any] = [
        subprocess.Popen(
            one.command("run", str(one.work_list)),
            cwd=one.folder,
            env=one.environment(),
            stdout=subprocess.DEVNULL,
        )
        for one in (here, there)
    ]
    for one in begun:
        one.wait(100)

    assert [len(state.confirmations(number)) for number in numbers] == [1, 1, 1]
