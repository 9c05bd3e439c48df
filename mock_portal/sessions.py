"""Who is there: visits with their captcha, tickets, and sessions."""

import itertools
import threading

from mock_portal.accounts import random_characters


class Sessions:
    """Visits before log-in and sessions after it; every method may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._tickets: dict[str, str] = {}
        self._sessions: dict[str, str] = {}
        self._captcha_texts: dict[str, str] = {}
        self._captcha_of_visit: dict[str, str] = {}
        self._serial = itertools.count(1)

    def show_captcha(self, visit: str, captcha_id: str, text: str) -> None:
        """Make this captcha the only valid one of a visit."""
        with self._lock:
            self._captcha_texts[captcha_id] = text
            self._captcha_of_visit[visit] = text

    def captcha_text(self, captcha_id: str) -> str | None:
        """Tell what the captcha with this id says."""
        return self._captcha_texts.get(captcha_id)

    def use_up_captcha(self, visit: str) -> str | None:
        """Hand out the valid captcha of a visit, once."""
        with self._lock:
            return self._captcha_of_visit.pop(visit, None)

    def issue_ticket(self, uscc: str) -> str:
        """Make a service ticket for an enterprise that logged in."""
        with self._lock:
            ticket = f"ST-{next(self._serial)}-{random_characters(20)}-mock"
            self._tickets[ticket] = uscc
            return ticket

    def redeem(self, ticket: str) -> str | None:
        """Turn a ticket into a session; a ticket works once."""
        with self._lock:
            uscc = self._tickets.pop(ticket, None)
            if uscc is None:
                return None
            session_id = random_characters(32)
            self._sessions[session_id] = uscc
            return session_id

    def signed_in(self, session_id: str) -> str | None:
        """Find the enterprise code of a session."""
        return self._sessions.get(session_id)

    def end(self, session_id: str) -> None:
        """Forget a session."""
        with self._lock:
            self._sessions.pop(session_id, None)
