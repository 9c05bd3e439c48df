"""What the portal remembers: enterprises, policies, sessions; in memory, behind one lock."""

import itertools
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from flask import current_app
from stdnum.cn import ric as id_number
from stdnum.cn import uscc as uscc_number

from mock_portal.accounts import Account, Edition, Person, Phone, Recoveries, new_password
from mock_portal.card_control import Card, CardControl
from mock_portal.clock import Clock
from mock_portal.sessions import IDLE, WebSession, WebSessions
from mock_portal.wording import Wording

CARD_IS_GOOD_FOR = timedelta(days=2 * 365)


class Status(StrEnum):
    """Where a policy stands; its text on the screen is in wording.py."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    UNDERWRITTEN = "underwritten"
    RETURNED = "returned"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


# The decisions that the insurer may take on a confirmed policy (guide-2.7).
DECISIONS = (Status.UNDERWRITTEN, Status.RETURNED, Status.REFUSED)


@dataclass(frozen=True)
class ContactFields:
    """联系方式, as it arrived."""

    name: str
    phone: str
    mobile: str
    email: str
    remarks: str


# A person of the enterprise who confirms by hand.
PERSON = ContactFields("模拟经办人", "020-80000000", "13800000000", "person@example.com", "")


@dataclass
class ConfirmArrival:
    """One 确认投保 that arrived, accepted or not, answered or not."""

    arrived_at: datetime
    contact: ContactFields
    by: str = "request"
    round: int = 1  # 1 plus the number of times that the insurer returned it
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
    is_changed: bool = False  # since its form was opened
    confirmations: list[ConfirmArrival] = field(default_factory=list)
    earlier: list["Policy"] = field(default_factory=list)  # its state when each round was returned

    @property
    def round(self) -> int:
        """How often it has been in 待确认."""
        return len(self.earlier) + 1


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
    legal_representative: Person
    card: Card
    account: Account | None = None  # `None` if it is not registered yet
    local_account: Account | None = None  # for 地方特色应用
    is_bound: bool = False  # the account knows the local account (guide-1.9)
    clock: Clock = field(default_factory=Clock)
    phone: Phone = field(default_factory=Phone)
    control: CardControl | None = None  # on its computer; started on first use
    policies: list[Policy] = field(default_factory=list)
    late_commits: list[tuple[datetime, Policy, ConfirmArrival]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def org_code(self) -> str:
        """组织机构代码: characters 9 to 17 of 统一社会信用代码."""
        return self.uscc[8:17]


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
        self.card_in_reader: Enterprise | None = None  # the owner of the card, on this computer
        self.requests: list[Request] = []
        self.crashes: list[Crash] = []
        self.sessions = WebSessions()
        self.recoveries = Recoveries()
        self._serial = itertools.count(1)

    def add_enterprise(
        self,
        name: str | None = None,
        uscc: str | None = None,
        edition: Edition = Edition.GUANGDONG,
        *,
        registered: bool = True,
        bound: bool = True,
    ) -> Enterprise:
        """Add an enterprise; make up the values that are not given."""
        with self.lock:
            serial = len(self.enterprises) + 1
            enterprise = Enterprise(
                name=name or f"模拟出口企业{serial:04}有限公司",
                uscc=uscc or self._new_uscc(serial),
                legal_representative=Person(f"模拟法人{serial:04}", synthetic_id_no(serial)),
                card=Card(f"8{serial:012}", Clock().now() + CARD_IS_GOOD_FOR),
            )
            if registered:
                mobile = f"138{serial:08}"
                user = f"mock{serial:04}"
                enterprise.account = Account(user, new_password(), mobile, edition)
                enterprise.local_account = Account(f"gd{user}", new_password(), mobile)
                enterprise.is_bound = bound
            self.enterprises[enterprise.uscc] = enterprise
            return enterprise

    def _new_uscc(self, serial: int) -> str:
        """Make the first valid code from this serial on that no enterprise has."""
        codes = map(synthetic_uscc, itertools.count(serial))
        return next(code for code in codes if code not in self.enterprises)

    def owner(self, user: str) -> Enterprise | None:
        """Find the enterprise whose account of the single window has this user name."""
        with self.lock:
            owners = (e for e in self.enterprises.values() if e.account and e.account.user == user)
            return next(owners, None)

    def registered(self, code: str) -> Enterprise | None:
        """Find the registered enterprise with this 统一社会信用代码 or 组织机构代码."""
        with self.lock:
            found = (
                enterprise
                for enterprise in self.enterprises.values()
                if enterprise.account and code in (enterprise.uscc, enterprise.org_code)
            )
            return next(found, None)

    def register(self, uscc: str, name: str, account: Account) -> None:
        """Give an account to the enterprise with this code, which the portal may not know yet."""
        with self.lock:
            known = self.enterprises.get(uscc)
            enterprise = known or self.add_enterprise(name, uscc, registered=False)
            enterprise.name = name
            enterprise.account = account

    def local_owner(self, user: str) -> Enterprise | None:
        """Find the enterprise whose local account has this user name."""
        with self.lock:
            owners = (
                enterprise
                for enterprise in self.enterprises.values()
                if enterprise.local_account and enterprise.local_account.user == user
            )
            return next(owners, None)

    def card_owner(self, card_no: str) -> Enterprise | None:
        """Find the enterprise whose card has this number."""
        with self.lock:
            owners = (one for one in self.enterprises.values() if one.card.no == card_no)
            return next(owners, None)

    def session(self, session_id: str) -> WebSession | None:
        """Find a session that was not idle for too long."""
        session = self.sessions.find(session_id)
        if session and self.enterprises[session.uscc].clock.now() - session.last_seen > IDLE:
            self.sessions.end(session_id)
            return None
        return session

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
        """List the policies that 待确认 shows."""
        with self.lock:
            return [p for p in enterprise.policies if p.status is Status.PENDING]

    def confirmed(self, enterprise: Enterprise) -> list[Policy]:
        """List the policies that were confirmed; a round that was returned stays a record."""
        with self.lock:
            records = [one for policy in enterprise.policies for one in (*policy.earlier, policy)]
            return [policy for policy in records if policy.confirmed_at]

    def note_arrival(
        self, application_no: str, contact: ContactFields, by: str = "request"
    ) -> ConfirmArrival | None:
        """Write a 确认投保 into its policy's ledger, before it is judged."""
        with self.lock:
            policy = self.policies.get(application_no)
            if policy is None:
                return None
            now = self.enterprises[policy.uscc].clock.now()
            arrival = ConfirmArrival(now, contact, by, policy.round)
            policy.confirmations.append(arrival)
            return arrival

    def settle(
        self, policy: Policy | None, arrival: ConfirmArrival | None, refusal: Wording | None
    ) -> None:
        """Store the outcome of a confirmation; an accepted confirmation moves its policy on."""
        if arrival is None:
            return
        with self.lock:
            arrival.accepted = refusal is None
            arrival.message = refusal or Wording.CONFIRMED
            if policy and arrival.accepted:
                policy.status = Status.CONFIRMED
                policy.confirmed_at = arrival.arrived_at

    def settle_late(self, enterprise: Enterprise) -> None:
        """Store the late confirmations whose time has come."""
        with self.lock:
            now = enterprise.clock.now()
            due = [late for late in enterprise.late_commits if late[0] <= now]
            for late in due:
                enterprise.late_commits.remove(late)
                _, policy, arrival = late
                is_pending = policy.status is Status.PENDING
                self.settle(policy, arrival, None if is_pending else Wording.ALREADY_CONFIRMED)

    def decide(self, policy: Policy, status: Status, reason: str, effective: date | None) -> None:
        """Store the insurer's decision."""
        with self.lock:
            policy.status = status
            policy.reason = reason
            if status is Status.UNDERWRITTEN:
                now = self.enterprises[policy.uscc].clock.now()
                policy.policy_no = f"MN{now:%Y%m%d}{next(self._serial):06}"
                policy.effective_date = effective or now.date()

    def list_again(self, policy: Policy) -> None:
        """Put a returned policy into 待确认 again; its earlier round stays in 保单查询."""
        with self.lock:
            confirmations = list(policy.confirmations)
            policy.earlier.append(replace(policy, confirmations=confirmations, earlier=[]))
            policy.status, policy.confirmed_at, policy.reason = Status.PENDING, None, ""


def store() -> Store:
    """Return the memory of the portal that is answering."""
    memory: Store = current_app.extensions["mock_portal"]
    return memory


def org_code_check_digit(body: str) -> str:
    """Compute the ninth character of a 组织机构代码 (GB 11714-1997)."""
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    remainder = sum(int(c, 36) * weight for c, weight in zip(body, weights, strict=True)) % 11
    # 11 - remainder is 1..11, written 1..9, X for 10 and 0 for 11
    return "0123456789X0"[11 - remainder]


def synthetic_uscc(serial: int) -> str:
    """Make a valid 统一社会信用代码 from the in-house range PDY of GB 11714."""
    body = f"PDY{serial % 100_000:05}"
    without_check_digit = f"91440100{body}{org_code_check_digit(body)}"
    return without_check_digit + uscc_number.calc_check_digit(without_check_digit)


def synthetic_id_no(serial: int) -> str:
    """Make a valid 身份证 number of a person born in the year 1900."""
    without_check_digit = f"44010019000101{serial % 1000:03}"
    return without_check_digit + id_number.calc_check_digit(f"{without_check_digit}0")
