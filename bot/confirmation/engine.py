"""The durable engine: one worker per ledger, one queue per portal."""

import logging
import os
import signal
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from queue import Empty
from threading import Event
from time import monotonic
from uuid import uuid4

from dbos import DBOS, DBOSClient, SetEnqueueOptions, SetWorkflowID, WorkflowHandle
from sqlalchemy.exc import OperationalError

from bot.confirmation.stop import Stop
from bot.confirmation.workflow import Robot
from bot.errors import NotFit
from bot.evidence.pack import Evidence
from bot.ledger.entry import Entry
from bot.ledger.ledger import Ledger
from bot.portal.sessions import Sessions
from bot.settings import Settings

log = logging.getLogger(__name__)
QUEUE = "portal"
UNFINISHED = ["PENDING", "ENQUEUED"]
POLLING_SECONDS = 0.1
AWAKE_SECONDS = 1.0  # how long a wait may be deaf to Ctrl-C on Windows
CLOSING_SECONDS = 5  # for the engine to write down what has ended


class Work(StrEnum):
    """What is done for each enterprise: the name of the robot's workflow."""

    SERVE = "serve"
    FOLLOW_UP = "follow_up"


def run(
    settings: Settings,
    ledger: Ledger,
    sessions: Sessions,
    evidence: Evidence,
    work: Work,
    enterprises: Iterable[str],
    list_digest: str,
    tell: Callable[[Entry], None],
) -> Stop | None:
    """Do this work for these enterprises; return why it ended early, if it did.

    It goes by the items of a list, or by all of the ledger if there is no list. The caller is the
    `only_worker`.

    Raises:
        NotFit: the engine's file is not to be had; nothing was begun.
    """
    robot = Robot(settings, ledger, sessions, evidence, tell)
    with _launched(settings):
        _work_off(robot, work, enterprises, list_digest, settings.browsers)
    return robot.stopped


@contextmanager
def _launched(settings: Settings) -> Iterator[None]:
    file = settings.store / "engine.sqlite"
    try:
        if not _is_whole(file):
            _put_aside(file)
        _launch(file, settings)
    except (sqlite3.OperationalError, OperationalError) as error:
        DBOS.destroy()
        raise NotFit(
            f"运行记录 {file} 打不开、写不进去或正被占用",
            "请检查磁盘空间和权限，"
            "关闭正在使用它的其他程序，然后再运行一次；仍不行时可以删除它，它只管一次运行",
        ) from error
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends like Ctrl-C
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
        _let_write()
        DBOS.destroy()


def _is_whole(file: Path) -> bool:
    """Tell whether the engine's file, made here if there is none, can be read to its end."""
    try:
        with closing(sqlite3.connect(file)) as connection:
            found: str = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        return False
    return found == "ok"


def _put_aside(file: Path) -> None:
    """Put the engine's file aside; nothing in it is needed, as the ledger knows what was done."""
    aside = file.with_name(f"engine-damaged-{datetime.now():%Y%m%d-%H%M%S}.sqlite")
    for end in ("", "-wal", "-shm"):
        if (part := Path(f"{file}{end}")).exists():
            part.rename(f"{aside}{end}")
    log.warning(
        "运行记录 %s 已损坏，移到 %s，另建了一份；办过什么由台账记着，不受影响。请检查磁盘。",
        file,
        aside.name,
    )


def _launch(file: Path, settings: Settings) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")  # the setting stays in the file
    url = f"sqlite:///{file}"
    DBOS.migrate(url)
    _prepare(url, settings)
    DBOS(
        config={
            "name": "single-window",
            "system_database_url": url,
            "application_version": "1",  # else every edit of ours would strand what is under way
            "notification_listener_polling_interval_sec": POLLING_SECONDS,
            "log_level": "CRITICAL",
        }
    )
    DBOS.launch()


def _let_write() -> None:
    """Let the engine write down what has ended; its own wait for that takes a second at least."""
    until, pause = monotonic() + CLOSING_SECONDS, Event()
    with suppress(OperationalError):  # on a full disk it never can
        while DBOS.list_workflows(status="PENDING") and monotonic() < until:
            pause.wait(0.01)


def _prepare(url: str, settings: Settings) -> None:
    """Set the queue's limits, and cancel what a killed run had begun, before the launch resumes it.

    The killed run went by a list that may have been edited since. The ledger knows what is left,
    and what was pressed; the run that begins now goes by its own list.
    """
    pace = settings.sign_ins_per_minute
    client = DBOSClient(system_database_url=url)
    try:
        client.register_queue(
            QUEUE,
            worker_concurrency=settings.browsers,
            partition_concurrency=1,
            limiter={"limit": pace, "period": 60.0} if pace else None,
            polling_interval_sec=POLLING_SECONDS,
            on_conflict="always_update",
        )
        for begun in client.list_workflows(status=UNFINISHED):
            client.cancel_workflow(begun.workflow_id)
    finally:
        client.destroy()


def _work_off(
    robot: Robot, work: Work, enterprises: Iterable[str], list_digest: str, at_once: int
) -> None:
    """Do the work for these enterprises, as many at once as there are browsers.

    No more is handed to the engine than is begun, so an interrupted run leaves nothing queued.
    """
    under_way: dict[str, WorkflowHandle[None]] = {}
    try:
        for uscc in enterprises:
            while len(under_way) >= at_once:
                _await_one(robot, under_way)
            if robot.stopped:
                break
            under_way[uscc] = _begin(robot, work, uscc, list_digest)
        while under_way:
            _await_one(robot, under_way)
    except KeyboardInterrupt:
        robot.hurry()
        log.warning(
            "收到中断：办完手头的保单就结束，卡住的页面不再等下去；再按一次 Ctrl-C 立即结束。"
        )
        _finish(robot, under_way)
    except OperationalError as error:
        robot.stopped = Stop.STORAGE
        log.error("运行记录写不进去（%s）。请检查磁盘空间和权限，然后再运行一次。", error.orig)
        _finish(robot, under_way)


def _is_taken_back(handle: WorkflowHandle[None]) -> bool:
    """Take a workflow back that only waits for its turn; tell whether it did."""
    if _status(handle) != "ENQUEUED":
        return False
    with suppress(OperationalError):  # it would find the run stopped
        DBOS.cancel_workflow(handle.get_workflow_id())
    return True


def _status(handle: WorkflowHandle[None]) -> str:
    """Return what the engine knows of a workflow; empty if its file is not to be read."""
    with suppress(OperationalError):
        return handle.get_status().status
    return ""


def _is_over(handle: WorkflowHandle[None]) -> bool:
    return _status(handle) not in ("", *UNFINISHED)


def _finish(robot: Robot, under_way: dict[str, WorkflowHandle[None]]) -> None:
    try:
        at_hand = {uscc: one for uscc, one in under_way.items() if not _is_taken_back(one)}
        while at_hand:
            _await_one(robot, at_hand)
    except KeyboardInterrupt:
        # as safe as a kill: the ledger has what matters, and threads cannot be stopped in between
        log.warning("已立即结束；再运行同一命令，由程序先核验再接着办。")
        os._exit(130)


def _begin(robot: Robot, work: Work, uscc: str, list_digest: str) -> WorkflowHandle[None]:
    with SetWorkflowID(f"{work}:{uscc}:{uuid4()}"), SetEnqueueOptions(queue_partition_key=uscc):
        return DBOS.enqueue_workflow(QUEUE, getattr(robot, work), uscc, list_digest)


def _await_one(robot: Robot, under_way: dict[str, WorkflowHandle[None]]) -> None:
    """Wait for the robot's own word: on a full disk the engine never learns that one has ended.

    The engine's status counts too: Ctrl-C may drop the robot's word from the queue.
    """
    while True:
        with suppress(Empty):
            under_way.pop(robot.ended.get(timeout=AWAKE_SECONDS), None)
            return
        if over := [uscc for uscc, one in under_way.items() if _is_over(one)]:
            del under_way[over[0]]
            return
