"""Ends a browser whose page does not answer, so that no act lasts for ever.

Playwright gives many calls no time limit: `count`, `evaluate` or `is_visible` wait as long as the
page's own process is busy, with an endless script, an unanswered synchronous request or a storm
of dialogs. Only the end of the browser makes such a call return, with an error.
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from math import inf
from threading import RLock, Timer, current_thread
from time import monotonic

from playwright.sync_api import Browser


class Watchdog:
    """Watches the browser of one browser thread.

    A browser thread acts for one enterprise at a time, and a press is one act. So the act that the
    limit ends is the act that is stuck, and no press of another enterprise is under way in this
    browser. The other sessions in it are lost, and sign in again.
    """

    def __init__(self) -> None:
        self._lock = RLock()
        self._process: _Process | None = None
        self._timer: Timer | None = None
        self._begun = 0.0  # by the monotonic clock
        self._seconds = 0.0  # what the act under way may take
        self._most = inf  # what any act may take
        self.has_bitten = False  # the browser was ended since `watch`

    def watch(self, browser: Browser) -> None:
        """Be ready to end this browser."""
        session = browser.new_browser_cdp_session()
        found = session.send("SystemInfo.getProcessInfo")["processInfo"]
        session.detach()
        with self._lock:
            self.forget()
            self._process = _Process(next(one["id"] for one in found if one["type"] == "browser"))

    def forget(self) -> None:
        """Let go of the browser, which is closed or was ended."""
        with self._lock:
            if self._process:
                self._process.release()
            self._process, self.has_bitten = None, False

    @contextmanager
    def limit(self, seconds: float) -> Iterator[None]:
        """End the browser if this act takes longer."""
        with self._lock:
            self._begun, self._seconds = monotonic(), seconds
            self._wind()
        try:
            yield
        finally:
            with self._lock:  # after this it cannot bite any more
                self._stop()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Stop the clock while a person answers; afterwards the act has its full time again."""
        with self._lock:
            self._stop()
        try:
            yield
        finally:
            with self._lock:
                self._begun = monotonic()
                self._wind()

    def hurry(self, seconds: float) -> None:
        """Give the act under way, and every later act, no more than this."""
        with self._lock:
            is_under_way, self._most = self._timer is not None, seconds
            if is_under_way:
                left = self._begun + self._seconds - monotonic()
                self._begun, self._seconds = monotonic(), max(0.0, left)
                self._wind()

    @property
    def seconds(self) -> float:
        """How long an act may take under the limit that was set last."""
        return min(self._seconds, self._most)

    def _wind(self) -> None:
        self._stop()
        self._timer = Timer(self.seconds, self._bite)
        self._timer.daemon = True
        self._timer.start()

    def _stop(self) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = None

    def _bite(self) -> None:
        with self._lock:
            if self._process and current_thread() is self._timer:  # not an earlier timer, late
                self.has_bitten = True
                self._process.end()


class _Process:
    """A process to end; on Linux by descriptor, since the system may reuse its number."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._descriptor = os.pidfd_open(number) if sys.platform == "linux" else None

    def end(self) -> None:
        """End it at once."""
        with suppress(ProcessLookupError):
            if sys.platform == "win32":
                os.kill(self._number, signal.SIGTERM)  # which ends it at once there
            elif sys.platform == "linux" and self._descriptor is not None:
                signal.pidfd_send_signal(self._descriptor, signal.SIGKILL)
            else:
                os.kill(self._number, signal.SIGKILL)

    def release(self) -> None:
        """Let go of it."""
        if self._descriptor is not None:
            os.close(self._descriptor)
