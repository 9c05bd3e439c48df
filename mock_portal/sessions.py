"""Who is there: visits with their captchas, tickets, and sessions."""

import itertools
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from mock_portal.accounts import random_characters

# How long the real portal waits is not known (docs/mock-portal.md, assumed).
IDLE = timedelta(minutes=30)


@dataclass(frozen=True)
class IssuedCaptcha:
    """The text of a captcha, and when it was shown."""

    text: str
    shown_at: datetime


@dataclass
class WebSession:
    """One browser that is signed in."""

    uscc: str
    is_local: bool  # by 本地登录
    last_seen: datetime


class WebSessions:
    """Visits before log-in and sessions after it; every method may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._tickets: dict[str, WebSession] = {}
        self._sessions: dict[str, WebSession] = {}
        self._texts: dict[str, str] = {}
        self._captchas: dict[str, IssuedCaptcha] = {}
        self._randoms: dict[str, str] = {}
        self._serial = itertools.count(1)

    def show_captcha(self, captcha_id: str, text: str) -> None:
        """Keep the text of the picture with this id."""
        with self._lock:
            self._texts[captcha_id] = text

    def captcha_text(self, captcha_id: str) -> str | None:
        """Return the text of the picture with this id."""
        return self._texts.get(captcha_id)

    def expect_captcha(self, visit: str, captcha: IssuedCaptcha) -> None:
        """Make this captcha the only valid one of a visit."""
        with self._lock:
            self._captchas[visit] = captcha

    def use_up_captcha(self, visit: str) -> IssuedCaptcha | None:
        """Return the valid captcha of a visit, and forget it."""
        with self._lock:
            return self._captchas.pop(visit, None)

    def expect_random(self, visit: str, random: str) -> None:
        """Make this random the only one that a visit may sign."""
        with self._lock:
            self._randoms[visit] = random

    def use_up_random(self, visit: str) -> str | None:
        """Return the random that a visit was given to sign, and forget it."""
        with self._lock:
            return self._randoms.pop(visit, None)

    def issue_ticket(self, uscc: str, now: datetime, *, is_local: bool = False) -> str:
        """Make a service ticket for an enterprise that logged in."""
        with self._lock:
            ticket = f"ST-{next(self._serial)}-{random_characters(20)}-mock"
            self._tickets[ticket] = WebSession(uscc, is_local, now)
            return ticket

    def redeem(self, ticket: str) -> str | None:
        """Turn a ticket into a session; a ticket works once."""
        with self._lock:
            if ticket not in self._tickets:
                return None
            session_id = random_characters(32)
            self._sessions[session_id] = self._tickets.pop(ticket)
            return session_id

    def find(self, session_id: str) -> WebSession | None:
        """Find a session."""
        return self._sessions.get(session_id)

    def end(self, session_id: str) -> None:
        """Forget a session."""
        with self._lock:
            self._sessions.pop(session_id, None)

    def end_others(self, session_id: str) -> None:
        """Forget every other session of the same enterprise."""
        with self._lock:
            uscc = self._sessions[session_id].uscc
            self._sessions = {
                id_: session
                for id_, session in self._sessions.items()
                if id_ == session_id or session.uscc != uscc
            }
