"""Runs `single-window` and lets something happen to it when a policy passes a checkpoint.

Called as a program: ACTS names a JSON file, {application number: [[checkpoint, act], ...]}, where *
is any policy. Each act happens once, in its order, and is crossed out before it happens, so that
the next start of the program goes on with the rest.
"""

import errno
import functools
import json
import os
import resource
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Timer
from types import ModuleType
from typing import Any

import psutil
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

from bot import cli
from bot.confirmation.acts import Confirmation
from bot.confirmation.inspection import Inspection
from bot.confirmation.workflow import Robot
from bot.evidence import pack as evidence
from bot.evidence.pack import Evidence
from bot.ledger import audit
from bot.ledger.entry import Entry
from bot.ledger.ledger import Ledger
from bot.operations import result_files
from bot.portal.browser_thread import BrowserThread
from bot.portal.latch import Latch
from bot.portal.session import Session
from bot.work_item import WorkItem
from pages.login import LoginPage
from pages.pending import ConfirmationPage

Act = Callable[[tuple[Any, ...]], None]  # gets the arguments of the call at the checkpoint
SEAMS: tuple[tuple[type | ModuleType, str], ...] = (
    (Ledger, "dispatch"),
    (Robot, "collect"),
    (Inspection, "inspect"),
    (Confirmation, "seek_approval"),
    (Confirmation, "prepare"),
    (Confirmation, "fill"),
    (Confirmation, "press"),
    (Confirmation, "read_back"),
    (Evidence, "keep_picture"),
    (BrowserThread, "sign_in"),
    (Session, "form"),
    (Confirmation, "find"),
    (ConfirmationPage, "confirm"),
    (Latch, "exchange"),  # the request of the press itself
    (result_files, "write_results"),
)
current = "*"  # the policy at hand; there is one browser


def _policy(args: tuple[Any, ...]) -> str:
    """Return whose turn it is, as far as the arguments of a call tell."""
    for arg in args[1:3]:
        if isinstance(arg, Entry):
            return arg.item.application_no
        if isinstance(arg, WorkItem):
            return arg.application_no
        if isinstance(arg, str) and arg.count("|") in (2, 3):  # a reference, perhaps of a round
            return arg.split("|")[2]
    return current


def _reach(checkpoint: str, args: tuple[Any, ...]) -> None:
    file = Path(os.environ["ACTS"])
    acts = json.loads(file.read_text(encoding="utf-8"))
    for number in (current, "*"):
        if [due[0] for due in acts.get(number, [])][:1] == [checkpoint]:
            _, act = acts[number].pop(0)
            file.write_text(json.dumps(acts), encoding="utf-8")
            ACTS[act](args)


def _watch(owner: type | ModuleType, name: str) -> None:
    act = getattr(owner, name)
    seam = f"{owner.__name__.split('.')[-1]}.{name}"

    @functools.wraps(act)
    def watched(*args: Any, **kwargs: Any) -> Any:
        global current
        current = _policy(args)
        _reach(f"before {seam}", args)
        result = act(*args, **kwargs)
        _reach(f"after {seam}", args)
        return result

    setattr(owner, name, watched)


def _watch_transactions() -> None:
    """Reach a checkpoint inside each move's transaction, before its commit."""
    record = audit.record

    def watched(
        transaction: Any, reference: str, old: str, new: str, by: str, detail: dict[str, Any]
    ) -> None:
        record(transaction, reference, old, new, by, detail)
        global current
        current = reference.split("|")[-1]
        _reach(f"inside {new}", ())

    audit.record = watched


def _introduce_browsers() -> None:
    """Let the portal tell the enterprise before its log-in, as the suite's browsers do."""
    sign_in, open_page = BrowserThread.sign_in, LoginPage.open.__func__
    at_the_door = []

    def signing_in(thread: BrowserThread, item: WorkItem) -> Session:
        at_the_door.append(item.uscc)
        return sign_in(thread, item)

    def opened(cls: type[LoginPage], tab: Page, portal_url: str, *args: Any) -> LoginPage:
        cookie = {"name": "mock_scope", "value": at_the_door[-1], "url": portal_url}
        tab.context.add_cookies([cookie])
        return open_page(cls, tab, portal_url, *args)

    BrowserThread.sign_in = signing_in
    LoginPage.open = classmethod(opened)


def _tab(args: tuple[Any, ...]) -> Page:
    for arg in args:
        if isinstance(arg, Session):
            return arg.desk.tab
        if isinstance(arg, Latch):
            return arg._desk
        if isinstance(arg, ConfirmationPage):
            return arg.tab
    raise LookupError("no page is at hand here")


def _kill(is_meant: Callable[[psutil.Process, list[str]], bool]) -> Act:
    """Kill the processes below this one that are meant."""

    def kill(args: tuple[Any, ...]) -> None:
        meant = []
        for process in psutil.Process().children(recursive=True):
            with suppress(psutil.Error):  # it has ended meanwhile
                if is_meant(process, process.cmdline()):
                    process.kill()
                    meant.append(process)
        assert meant
        psutil.wait_procs(meant, timeout=60)

    return kill


def _of_type(word: str) -> Act:
    return _kill(lambda process, command: word in command)


def _is_browser(process: psutil.Process, command: list[str]) -> bool:
    return "chrom" in process.name() and not any(word.startswith("--type=") for word in command)


def _lose_picture(args: tuple[Any, ...]) -> None:
    """Let the next picture fail."""
    take = Page.screenshot

    def fail(page: Page, *args: Any, **kwargs: Any) -> bytes:
        Page.screenshot = take
        raise PlaywrightError("Page.screenshot: fonts did not load")

    Page.screenshot = fail


def _fill_evidence(args: tuple[Any, ...]) -> None:
    """Let no more evidence be written."""

    def fail(file: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(file))

    evidence.write_private = fail


def _misread(count: int) -> Act:
    """Let whoever reads the captchas be wrong this often."""

    def misread(args: tuple[Any, ...]) -> None:
        attendant = args[0]._sign_in.attendant
        read, wrong = attendant.captcha, iter(range(count))
        attendant.captcha = lambda picture: read(picture) if next(wrong, None) is None else "0000"

    return misread


def _fill_disk(args: tuple[Any, ...]) -> None:
    """Let no file grow beyond the ledger's journal as it is now, as if the disk were full."""
    (journal,) = Path("data").glob("*/ledger.sqlite-wal")
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (journal.stat().st_size, most))


def _reload(args: tuple[Any, ...]) -> None:
    with suppress(PlaywrightError):  # whatever the page makes of it
        _tab(args).reload()
        _tab(args).go_back()


def _double(args: tuple[Any, ...]) -> None:
    button = args[0].confirm_button
    button.click = button.dblclick


def _get_stuck(args: tuple[Any, ...]) -> None:
    """Let the page answer nothing any more."""
    _tab(args).evaluate("setTimeout(() => { for (;;); })")


def _get_stuck_and_be_told_to_stop(args: tuple[Any, ...]) -> None:
    """Send SIGTERM when the bot waits for the page."""
    _get_stuck(args)
    Timer(1.0, os.kill, (os.getpid(), signal.SIGTERM)).start()


def _signal(number: signal.Signals) -> Act:
    return lambda args: os.kill(os.getpid(), number)


ACTS: dict[str, Act] = {
    "kill": _signal(signal.SIGKILL),
    "SIGINT": _signal(signal.SIGINT),
    "SIGTERM": _signal(signal.SIGTERM),
    "renderer": _of_type("--type=renderer"),
    "gpu": _of_type("--type=gpu-process"),
    "network": _of_type("--utility-sub-type=network.mojom.NetworkService"),
    "browser": _kill(_is_browser),
    "driver": _kill(lambda process, command: process.name().startswith("node")),
    "tab": lambda args: _tab(args).close(),
    "disk full": _fill_disk,
    "reload": _reload,
    "double click": _double,
    "no room for evidence": _fill_evidence,
    "no picture": _lose_picture,
    "misread once": _misread(1),
    "misread always": _misread(3),
    "stuck": _get_stuck,
    "stuck, SIGTERM": _get_stuck_and_be_told_to_stop,
    "alert": lambda args: _tab(args).evaluate("alert('系统将于今晚维护')"),
}


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
    for owner, name in SEAMS:
        _watch(owner, name)
    _watch_transactions()
    _introduce_browsers()
    cli.main()
