"""The durable engine: one worker per ledger, one queue per portal."""

import logging
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from uuid import uuid4

from dbos import DBOS, DBOSClient, SetEnqueueOptions, SetWorkflowID, WorkflowHandle
from dbos import error as engine_error
from filelock import FileLock, Timeout

from bot.errors import NotFit
from bot.evidence import Evidence
from bot.ledger import Entry, Ledger
from bot.secrets import Passwords
from bot.session import AnswerCaptcha, Sessions
from bot.settings import Settings
from bot.workflow import Robot, Stop

log = logging.getLogger(__name__)
QUEUE = "portal"
UNFINISHED = ["PENDING", "ENQUEUED"]
POLLING_SECONDS = 0.1


def run(
    settings: Settings,
    ledger: Ledger,
    list_digest: str,
    passwords: Passwords,
    answer: AnswerCaptcha,
    tell: Callable[[Entry], None],
) -> Stop | None:
    """Work off a list, or all of the ledger; return why the run ended early, if it did.

    Raises:
        NotFit: another process works on the same ledger.
    """
    sessions = Sessions(settings, passwords, answer)
    robot = Robot(settings, ledger, sessions, Evidence(settings.store / "evidence"), tell)
    try:
        with worker(settings):
            _work_off(robot, ledger.enterprises(list_digest), list_digest, settings.browsers)
    finally:
        sessions.close()
    return robot.stopped


@contextmanager
def worker(settings: Settings) -> Iterator[None]:
    """Be the one worker of this portal's ledger; what was cut off before goes on at once.

    Raises:
        NotFit: another process is at it.
    """
    settings.store.mkdir(parents=True, exist_ok=True)
    try:
        lock = FileLock(settings.store / "worker.lock").acquire(timeout=0)
    except Timeout as error:
        raise NotFit(
            f"另一个 single-window 正在处理同一门户（{settings.store}）。请等它结束后再运行。"
        ) from error
    with lock:
        _launch(settings)
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends like Ctrl-C
        try:
            yield
        finally:
            DBOS.destroy()


def _launch(settings: Settings) -> None:
    file = settings.store / "engine.sqlite"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")  # the setting stays in the file
    url = f"sqlite:///{file}"
    DBOS.migrate(url)
    _register_queue(url, settings.browsers)
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


def _register_queue(url: str, browsers: int) -> None:
    """Set the queue's limits; before the launch, for a worker begins to poll at once."""
    client = DBOSClient(system_database_url=url)
    try:
        client.register_queue(
            QUEUE,
            worker_concurrency=browsers,
            partition_concurrency=1,
            polling_interval_sec=POLLING_SECONDS,
            on_conflict="always_update",
        )
    finally:
        client.destroy()


def _work_off(robot: Robot, enterprises: list[str], list_digest: str, at_once: int) -> None:
    """Serve the enterprises, as many at once as there are browsers.

    No more is handed to the engine than is begun, so a killed run leaves nothing queued behind.
    """
    under_way: list[WorkflowHandle[None]] = [
        DBOS.retrieve_workflow(status.workflow_id)
        for status in DBOS.list_workflows(status=UNFINISHED)
    ]
    try:
        for uscc in enterprises:
            while len(under_way) >= at_once:
                _await_one(under_way)
            if robot.stopped:
                break
            under_way.append(_begin(robot, uscc, list_digest))
        while under_way:
            _await_one(under_way)
    except KeyboardInterrupt:
        robot.stopped = Stop.INTERRUPTED
        log.warning("收到中断：办完手头的保单就结束。")
        while under_way:
            _await_one(under_way)


def _begin(robot: Robot, uscc: str, list_digest: str) -> WorkflowHandle[None]:
    with SetWorkflowID(f"serve:{uscc}:{uuid4()}"), SetEnqueueOptions(queue_partition_key=uscc):
        return DBOS.enqueue_workflow(QUEUE, robot.serve, uscc, list_digest)


def _await_one(under_way: list[WorkflowHandle[None]]) -> None:
    ended = DBOS.wait_first(under_way, polling_interval_sec=POLLING_SECONDS)
    under_way.remove(ended)
    # killed too often to be taken up again; the ledger knows what is left, and who serves next
    with suppress(engine_error.DBOSAwaitedWorkflowMaxRecoveryAttemptsExceeded):
        ended.get_result()
