"""The engine's own file, and the wait for what is under way; nothing is worked off here."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from queue import Empty, SimpleQueue
from types import SimpleNamespace
from typing import Any

import pytest
from dbos import DBOS
from sqlalchemy.exc import OperationalError

from bot.confirmation import engine
from bot.confirmation.stop import Stop
from bot.errors import NotFit
from bot.ledger.lock import only_worker
from bot.settings import Settings

ROOT = Path(__file__).parents[3]
LAUNCH = """
import sys
from pathlib import Path

from dbos import DBOS

from bot.confirmation import engine
from bot.settings import Settings

with engine._launched(Settings(data_dir=Path(sys.argv[1]))):
    print(DBOS.list_workflows())
"""
FULL = OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full"))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The settings of a store that is there already."""
    settings = Settings(data_dir=tmp_path / "data")
    settings.store.mkdir(parents=True)
    return settings


def test_a_deleted_lock_file_lets_no_second_worker_in(settings: Settings):
    """The folder itself is locked too, by whatever path it is reached."""
    with only_worker(settings):
        settings.worker_lock.unlink()
        with pytest.raises(NotFit, match="另一个 single-window"), only_worker(settings):
            pass


def launch(settings: Settings) -> subprocess.CompletedProcess[str]:
    """Launch the engine in a process of its own, as a run does, and end it again."""
    command = [sys.executable, "-c", LAUNCH, str(settings.data_dir)]
    utf8 = os.environ | {"PYTHONUTF8": "1"}
    return subprocess.run(
        command, cwd=ROOT, env=utf8, capture_output=True, encoding="utf-8", check=False
    )


def test_a_damaged_file_of_the_engine_is_put_aside(settings: Settings):
    """Nothing in it is needed, so no run fails for it; it is kept for whoever wants to look."""
    damaged = b"garbage" * 1000
    (settings.store / "engine.sqlite").write_bytes(damaged)

    ended = launch(settings)
    (kept,) = settings.store.glob("engine-damaged-*.sqlite")

    assert (ended.returncode, ended.stdout) == (0, "[]\n")
    assert kept.read_bytes() == damaged
    assert f"移到 {kept.name}" in ended.stderr


def test_a_file_of_the_engine_that_cannot_be_opened_is_told(settings: Settings):
    """It may be in use or on a full disk; whatever it is, the operator reads what to do."""
    (settings.store / "engine.sqlite").mkdir()

    ended = launch(settings)

    assert (ended.returncode, ended.stdout) == (1, "")
    assert "NotFit" in ended.stderr
    assert "请检查磁盘空间和权限" in ended.stderr


def test_a_file_of_the_engine_that_lacks_its_tables_is_told(settings: Settings):
    """It is sound for a database and of no use; the operator is told that it may be deleted."""
    launch(settings)
    with closing(sqlite3.connect(settings.store / "engine.sqlite")) as connection:
        connection.execute("DROP TABLE workflow_status")

    ended = launch(settings)

    assert (ended.returncode, ended.stdout) == (1, "")
    assert "可以删除它" in ended.stderr


def fail() -> None:
    """Fail as the engine does on a full disk."""
    raise FULL


class Robot:
    """Stands in for the robot, as far as the engine waits for it."""

    def __init__(self) -> None:
        self.ended: Any = SimpleQueue()
        self.stopped: Stop | None = None

    def hurry(self) -> None:
        """Begin nothing more."""
        self.stopped = Stop.INTERRUPTED


def handle(status: str) -> Any:
    """Stand in for a workflow of which the engine knows this."""
    return SimpleNamespace(
        get_status=lambda: SimpleNamespace(status=status), get_workflow_id=lambda: ""
    )


def test_an_engine_that_takes_nothing_more_ends_the_run_in_order(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    """What is at hand is finished, what waits for its turn is dropped, and the disk is told."""
    robot, begun = Robot(), iter([handle("PENDING"), handle("ENQUEUED")])

    def begin(_: object, __: object, uscc: str, ___: object) -> Any:
        if uscc == "3":
            robot.ended.put("1")
            fail()
        return next(begun)

    monkeypatch.setattr(engine, "_begin", begin)
    monkeypatch.setattr(DBOS, "cancel_workflow", lambda _: fail())

    engine._work_off(robot, engine.Work.SERVE, ["1", "2", "3"], "", at_once=3)

    assert robot.stopped is Stop.STORAGE
    assert robot.ended.empty()
    assert "请检查磁盘空间和权限" in caplog.text


class Interrupted:
    """A queue with one word, which is lost: Ctrl-C comes when it was taken out."""

    is_empty = False

    def get(self, timeout: float) -> str:
        """Lose the word; later there is none."""
        if self.is_empty:
            raise Empty
        self.is_empty = True
        raise KeyboardInterrupt


def test_a_word_that_ctrl_c_has_swallowed_is_not_waited_for(monkeypatch: pytest.MonkeyPatch):
    """The engine knows that the enterprise is done, so no second Ctrl-C is needed."""
    robot = Robot()
    robot.ended = Interrupted()
    monkeypatch.setattr(engine, "_begin", lambda *_: handle("SUCCESS"))

    engine._work_off(robot, engine.Work.SERVE, ["1"], "", at_once=1)

    assert robot.stopped is Stop.INTERRUPTED
