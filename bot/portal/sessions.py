"""The sessions of a run, spread over browser threads; one process at a time has an enterprise."""

from collections.abc import Callable
from contextlib import ExitStack
from threading import Lock
from typing import TypeVar

from bot import machine_lock
from bot.credentials.passwords import Passwords
from bot.errors import RUN_AGAIN, ApplicationException, Reason, SignInRefused
from bot.portal.browser_thread import BrowserThread
from bot.portal.session import Session
from bot.portal.sign_in import Attendant, Login, login_of
from bot.settings import Settings
from bot.work_item import WorkItem

T = TypeVar("T")


class Sessions:
    """The browser threads; an enterprise stays on the thread that signed it in.

    From its first act until `leave` no other process of this machine acts for this enterprise at
    this portal. A second process with its own ledger would press the same policies again.
    """

    def __init__(self, settings: Settings, passwords: Passwords, attendant: Attendant) -> None:
        self._threads = [
            BrowserThread(settings, passwords, attendant) for _ in range(settings.browsers)
        ]
        self.at_once = settings.browsers
        self._settings = settings
        self._homes: dict[str, BrowserThread] = {}
        self._refused: dict[Login, SignInRefused] = {}
        self._held: dict[str, ExitStack] = {}  # the locks of each enterprise
        self._lock = Lock()

    def do(self, item: WorkItem, act: Callable[[Session], T]) -> T:
        """Act in the session of the item's account; raises as `BrowserThread.do` says."""
        login = login_of(item, self._settings)
        if refused := self._refused.get(login):
            raise refused
        try:
            self._hold(item.uscc)
            return self._home(item.uscc).do(item, act)
        except SignInRefused as error:
            self._refused[login] = error
            raise

    def _hold(self, uscc: str) -> None:
        """Keep other processes away from this enterprise.

        Raises:
            SignInRefused: another process acts for it.
        """
        with self._lock:
            if uscc in self._held:
                return
            with ExitStack() as held:
                for origin in self._settings.origins:  # each is an address of the same portal
                    held.callback(_take(origin, uscc))
                self._held[uscc] = held.pop_all()

    def _home(self, uscc: str) -> BrowserThread:
        with self._lock:
            if uscc not in self._homes:
                used = list(self._homes.values())
                self._homes[uscc] = min(self._threads, key=used.count)
            return self._homes[uscc]

    def leave(self, uscc: str) -> None:
        """Close the session of this enterprise, if it has one, and release its locks."""
        try:
            if thread := self._homes.pop(uscc, None):
                thread.leave(uscc)
        finally:
            if held := self._held.pop(uscc, None):
                held.close()

    def hurry(self) -> None:
        """Give each act no more time than for one page, because the run is to end."""
        for thread in self._threads:
            thread.hurry()

    def close(self) -> None:
        """Close every browser."""
        self.hurry()  # closing waits for the end of an act that is stuck
        try:
            for thread in self._threads:
                thread.close()
        finally:
            while self._held:
                self._held.popitem()[1].close()


def _take(origin: str, uscc: str) -> machine_lock.Release:
    """Take the name of an enterprise of a portal on this machine.

    Raises:
        SignInRefused: another process has it.
        ApplicationException: the system gives no such names.
    """
    try:
        release = machine_lock.take(origin, uscc)
    except OSError as error:
        told = f"不能确认本机没有别的程序在办理这家企业（{error.strerror}）；没有登录"
        raise ApplicationException(Reason.LOCK, told, RUN_AGAIN) from error
    if not release:
        raise SignInRefused(
            Reason.BUSY,
            "本机另一个 single-window 正在办理这家企业；没有登录",
            "请等它结束后再运行一次",
        )
    return release
