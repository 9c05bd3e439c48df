"""One start of the real command in a forked process, with a fake desk, killed where it is told."""

import functools
import gc
import itertools
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dbos._outcome
import keyring
from keyring.backends.fail import Keyring as NoKeyring

from bot import cli
from bot.evidence import pack as evidence
from bot.evidence import seal
from bot.ledger import audit
from bot.ledger.ledger import Ledger
from bot.operations import result_files
from bot.portal.browser_thread import BrowserThread
from tests.bot.campaign import fake_desk
from tests.bot.campaign.fake_desk import Browser

Change = Callable[[], None]
KILLED = -signal.SIGKILL
_hurried = SimpleNamespace(**vars(time) | {"sleep": lambda seconds: None})
WATCHED: tuple[tuple[Any, str, int | None], ...] = (
    # where a kill may leave something half done, besides every request; the argument that tells
    (Ledger, "dispatch", None),
    (Ledger, "move", 3),
    (audit, "record", 3),  # inside the transaction, before its commit
    (evidence, "write_private", 0),
    (seal, "write_private", 0),
    (result_files, "write_results", None),
)


@dataclass(frozen=True, slots=True)
class Start:
    """How one start ended: its exit code, and the checkpoints that it passed."""

    exit_code: int
    passed: tuple[str, ...]

    @property
    def was_killed(self) -> bool:
        """Whether the kill came before the end."""
        return self.exit_code == KILLED


def start(
    work_list: Path,
    environment: Mapping[str, str],
    kill_at: int | str = 0,
    change: Change | None = None,
) -> Start:
    """Run the list in a process of its own, and kill it at a checkpoint, by its number or name."""
    diary = work_list.with_suffix(".diary")
    diary.unlink(missing_ok=True)
    process = os.fork()
    if process == 0:
        _be_the_command(work_list, environment, diary, kill_at, change)
    _, status = os.waitpid(process, 0)
    passed = tuple(diary.read_text("utf-8").splitlines()) if diary.exists() else ()
    return Start(os.waitstatus_to_exitcode(status), passed)


def _be_the_command(
    work_list: Path,
    environment: Mapping[str, str],
    diary: Path,
    kill_at: int | str,
    change: Change | None,
) -> None:
    code = 70
    gc.freeze()  # what the campaign itself has loaded is nobody's garbage here
    try:
        sys.stdout = sys.stderr = work_list.with_suffix(".log").open("a", encoding="utf-8")
        os.environ |= environment
        _prepare(diary, kill_at)
        if change:
            change()
        cli.app(["run", str(work_list), "--quiet"])
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        os._exit(code)


def _prepare(diary: Path, kill_at: int | str) -> None:
    """Put the fake desk in, and a watch on every checkpoint."""
    passes = itertools.count(1)
    book = diary.open("a", encoding="utf-8", buffering=1)

    def reach(name: str) -> None:
        book.write(f"{name}\n")
        if kill_at in (next(passes), name):
            os.kill(os.getpid(), signal.SIGKILL)

    dbos._outcome.time = _hurried  # between the retries of a step
    keyring.set_keyring(NoKeyring())  # a machine without one; finding none takes time
    BrowserThread.sign_in = fake_desk.sign_in
    Browser.checkpoint = staticmethod(reach)
    for owner, name, told in WATCHED:
        setattr(owner, name, _watched(getattr(owner, name), told, reach))


def _watched(
    act: Callable[..., Any], told: int | None, reach: Callable[[str], None]
) -> Callable[..., Any]:
    @functools.wraps(act)
    def watched(*args: Any, **kwargs: Any) -> Any:
        name = act.__name__ if told is None else f"{act.__name__} {Path(args[told]).name}"
        reach(f"before {name}")
        result = act(*args, **kwargs)
        reach(f"after {name}")
        return result

    return watched
