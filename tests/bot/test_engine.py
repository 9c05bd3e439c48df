"""The engine's own file, and the wait for what is under way; nothing is worked off here."""

import sqlite3
from contextlib import closing
from pathlib import Path
from queue import Empty, SimpleQueue
from types import SimpleNamespace
from typing import Any

import pytest
from dbos import DBOS
from sqlalchemy.exc import OperationalError

from bot import engine
from bot.errors import NotFit
from bot.settings import Settings
from bot.workflow import Stop

FULL = OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full"))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The settings of a store that is there already."""
    settings = Settings(data_dir=tmp_path / "data")
    settings.store.mkdir(parents=True)
    return settings


@pytest.fixture
def file(settings: Settings) -> Path:
    """The engine's file, as a run has left it."""
    with engine._launched(settings):
        pass
    return settings.store / "engine.sqlite"


def test_a_damaged_file_of_the_engine_is_put_aside(
    settings: Settings, file: Path, caplog: pytest.LogCaptureFixture
):
    """Nothing in it is needed, so no run fails for it; it is kept for whoever wants to look."""
    damaged = b"garbage" * 1000
    file.write_bytes(damaged)

    with engine._launched(settings):
        launched = DBOS.list_workflows()
    (kept,) = settings.store.glob("engine-damaged-*.sqlite")

    assert (launched, kept.read_bytes()) == ([], damaged)
    assert f"移到 {kept.name}" in caplog.text


def test_a_file_of_the_engine_that_cannot_be_opened_is_told(settings: Settings):
    """It may be in use or on a full disk; whatever it is, the operator reads what to do."""
    (settings.store / "engine.sqlite").mkdir()

    with pytest.raises(NotFit, match="请检查磁盘空间和权限"), engine._launched(settings):
        pytest.fail("launched")


def test_a_file_of_the_engine_that_lacks_its_tables_is_told(settings: Settings, file: Path):
    """It is sound for a database and of no use; the operator is told that it may be deleted."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DROP TABLE workflow_status")

    with pytest.raises(NotFit, match="可以删除它"), engine._launched(settings):
        pytest.fail("launched")


def fail() -> None:
    """Fail as the engine does on a full disk."""
    raise FULL


class Robot:
    """Stands in for the robot, as far as the engine waits for it."""

    def __init__(self) -> None:
        self.ended: Any = SimpleQueue()
        self.stopped: Stop | None = None


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
