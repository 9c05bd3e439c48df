"""What the portal remembers: enterprises, policies, sessions; in memory, behind one lock."""

import hashlib
import itertools
import secrets
import string
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from flask import current_app
from stdnum.cn import uscc as uscc_number

from mock_portal.clock import Clock
from mock_portal.wording import Wording


class Status(StrEnum):
    """Where a policy stands; its text on the screen is in wording.py."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    UNDERWRITTEN = "underwritten"
    RETURNED = "returned"
    REFUSED = "refused"


@dataclass(frozen=True)
class Contact:
    """联系方式, as it arrived."""

    name: str
    phone: str
    mobile: str
    email: str
    remarks: str


@dataclass
class Confirmation:
    """One 确认投保 that arrived, accepted or not, answered or not."""

    arrived_at: datetime
    contact: Contact
    by: str = "request"
    accepted: bool = False
    message: str = ""
    answered: bool = False


@dataclass
class Policy:
    """One policy of one enterprise."""

    application_no: str
    uscc: str
    pushed_on: date
    product: str = Wording.PRODUCT
    status: Status = Status.PENDING
    policy_no: str | None = None
    confirmed_at: datetime | None = None
    effective_date: date | None = None
    reason: str = ""
    confirmations: list[Confirmation] = field(default_factory=list)


@dataclass
class Fault:
    """One fault that is on for an enterprise, and how often it was met."""

    id: str
    params: dict[str, Any]
    met: int = 0


@dataclass
class Enterprise:
    """One enterprise with everything that belongs to it."""

    name: str
    uscc: str
    account: str
    password: str
    clock: Clock = field(default_factory=Clock)
    policies: list[Policy] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def org_code(self) -> str:
        """组织机构代码: characters 9 to 17 of 统一社会信用代码."""
        return self.uscc[8:17]

    @property
    def password_digest(self) -> str:
        """What the browser sends instead of the password (docs/mock-portal.md, log-in)."""
        return hashlib.md5(self.password.encode(), usedforsecurity=False).hexdigest()


@dataclass
class Request:
    """One line of the request journal."""

    at: datetime
    uscc: str | None
    method: str
    path: str
    query: str
    status: int | None = None


@dataclass(frozen=True)
class Crash:
    """One error of the portal itself."""

    at: datetime
    uscc: str | None
    method: str
    path: str
    error: str
    trace: str


class Store:
    """The portal's memory; every method may be called from any thread."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.enterprises: dict[str, Enterprise] = {}
        self.policies: dict[str, Policy] = {}
        self.defects: set[str] = set()
        self.requests: list[Request] = []
        self.crashes: list[Crash] = []
        self._tickets: dict[str, str] = {}
        self._sessions: dict[str, str] = {}
        self._captcha_texts: dict[str, str] = {}
        self._captcha_of_visit: dict[str, str] = {}
        self._serial = itertools.count(1)

    def add_enterprise(self, name: str | None = None, uscc: str | None = None) -> Enterprise:
        """Take in an enterprise; what is not given is made up."""
        with self.lock:
            serial = len(self.enterprises) + 1
            enterprise = Enterprise(
                name=name or f"模拟出口企业{serial:04}有限公司",
                uscc=uscc or self._new_uscc(serial),
                account=f"mock{serial:04}",
                password=f"Mock-{_random_characters(8)}",
            )
            self.enterprises[enterprise.uscc] = enterprise
            return enterprise

    def _new_uscc(self, serial: int) -> str:
        """Make the first valid code from this serial on that nobody has."""
        codes = map(synthetic_uscc, itertools.count(serial))
        return next(code for code in codes if code not in self.enterprises)

    def account_owner(self, account: str) -> Enterprise | None:
        """Find the enterprise that logs in with this user name."""
        with self.lock:
            owners = (e for e in self.enterprises.values() if e.account == account)
            return next(owners, None)

    def add_policies(self, enterprise: Enterprise, numbers: Iterable[str]) -> list[Policy]:
        """Push policies with these application numbers to an enterprise."""
        with self.lock:
            today = enterprise.clock.now().date()
            added = [Policy(number, enterprise.uscc, today) for number in numbers]
            enterprise.policies += added
            self.policies |= {policy.application_no: policy for policy in added}
            return added

    def new_application_nos(self, enterprise: Enterprise, count: int) -> list[str]:
        """Make up application numbers that no policy has."""
        day = f"{enterprise.clock.now():%Y%m%d}"
        with self.lock:
            numbers = (f"XW{day}{serial:06}" for serial in self._serial)
            unused = (number for number in numbers if number not in self.policies)
            return list(itertools.islice(unused, count))

    def policy_of(self, enterprise: Enterprise, application_no: str) -> Policy | None:
        """Find a policy of this enterprise."""
        policy = self.policies.get(application_no)
        return policy if policy and policy.uscc == enterprise.uscc else None

    def pending(self, enterprise: Enterprise) -> list[Policy]:
        """List what 待确认 shows."""
        with self.lock:
            return [p for p in enterprise.policies if p.status is Status.PENDING]

    def confirmed(self, enterprise: Enterprise, application_no: str = "") -> list[Policy]:
        """List what 保单查询 shows: all that left 待确认, or the one with this number."""
        with self.lock:
            return [
                policy
                for policy in enterprise.policies
                if policy.status is not Status.PENDING
                and application_no in ("", policy.application_no)
            ]

    def note_arrival(
        self, application_no: str, contact: Contact, by: str = "request"
    ) -> Confirmation | None:
        """Write a 确认投保 into its policy's ledger, before anybody judges it."""
        with self.lock:
            policy = self.policies.get(application_no)
            if policy is None:
                return None
            now = self.enterprises[policy.uscc].clock.now()
            arrival = Confirmation(now, contact, by)
            policy.confirmations.append(arrival)
            return arrival

    def settle(
        self, policy: Policy | None, arrival: Confirmation | None, refusal: Wording | None
    ) -> None:
        """Store what became of a confirmation; an accepted one moves its policy on."""
        if arrival is None:
            return
        with self.lock:
            arrival.accepted = refusal is None
            arrival.message = refusal or Wording.CONFIRMED
            if policy and arrival.accepted and "status_not_updated" not in self.defects:
                policy.status = Status.CONFIRMED
                policy.confirmed_at = arrival.arrived_at

    def decide(self, policy: Policy, status: Status, reason: str, effective: date | None) -> None:
        """Store what the insurer decided."""
        with self.lock:
            policy.status = status
            policy.reason = reason
            if status is Status.UNDERWRITTEN:
                now = self.enterprises[policy.uscc].clock.now()
                policy.policy_no = f"MN{now:%Y%m%d}{next(self._serial):06}"
                policy.effective_date = effective or now.date()

    def show_captcha(self, visit: str, captcha_id: str, text: str) -> None:
        """Make this captcha the only valid one of a visit to the log-in page."""
        with self.lock:
            self._captcha_texts[captcha_id] = text
            self._captcha_of_visit[visit] = text

    def captcha_text(self, captcha_id: str) -> str | None:
        """Tell what the captcha with this id says."""
        return self._captcha_texts.get(captcha_id)

    def use_up_captcha(self, visit: str) -> str | None:
        """Hand out the valid captcha of a visit, once."""
        with self.lock:
            return self._captcha_of_visit.pop(visit, None)

    def issue_ticket(self, enterprise: Enterprise) -> str:
        """Make a service ticket for somebody who logged in."""
        with self.lock:
            ticket = f"ST-{next(self._serial)}-{_random_characters(20)}-mock"
            self._tickets[ticket] = enterprise.uscc
            return ticket

    def redeem(self, ticket: str) -> str | None:
        """Turn a ticket into a session; a ticket works once."""
        with self.lock:
            uscc = self._tickets.pop(ticket, None)
            if uscc is None:
                return None
            session_id = _random_characters(32)
            self._sessions[session_id] = uscc
            return session_id

    def signed_in(self, session_id: str) -> Enterprise | None:
        """Find the enterprise of a session."""
        with self.lock:
            uscc = self._sessions.get(session_id)
            return self.enterprises[uscc] if uscc else None

    def end_session(self, session_id: str) -> None:
        """Forget a session."""
        with self.lock:
            self._sessions.pop(session_id, None)


def store() -> Store:
    """Give the memory of the portal that is answering."""
    memory: Store = current_app.extensions["mock_portal"]
    return memory


def synthetic_uscc(serial: int) -> str:
    """Make a valid 统一社会信用代码 from the in-house range PDY of GB 11714."""
    body = f"PDY{serial % 100_000:05}"
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    remainder = sum(int(c, 36) * weight for c, weight in zip(body, weights, strict=True)) % 11
    # 11 - remainder is 1..11, written 1..9, X for 10 and 0 for 11
    without_check_digit = f"91440100{body}{'0123456789X0'[11 - remainder]}"
    return without_check_digit + uscc_number.calc_check_digit(without_check_digit)


def _random_characters(count: int) -> str:
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(count))
