"""Who may sign in: single window accounts, local accounts, and the recovery of a lost account."""

import hashlib
import secrets
import string
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

import holidays

SMS_PAUSE = timedelta(minutes=1)  # assumed, as is `SMS_GOOD_FOR`
SMS_GOOD_FOR = timedelta(minutes=5)
WORKING_DAYS = holidays.country_holidays("CN")


class Edition(StrEnum):
    """The edition of the single window that an account was made for (faq-1)."""

    GUANGDONG = "guangdong"
    NATIONAL = "national"


@dataclass
class Account:
    """A user name with its password, and the mobile number that is bound to it."""

    user: str
    password: str
    mobile: str
    edition: Edition = Edition.GUANGDONG
    wrong_passwords: int = 0  # in a row

    @property
    def password_digest(self) -> str:
        """The hash that the browser sends instead of the password (docs/mock-portal.md, log-in)."""
        return hashlib.md5(self.password.encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True)
class Person:
    """法人（负责人）: a plainly invented name, and an identity number with a valid check digit."""

    name: str
    id_no: str


def new_password() -> str:
    """Make up a password."""
    return f"Mock-{random_characters(8)}"


def random_characters(count: int) -> str:
    """Choose letters and digits at random."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(count))


@dataclass(frozen=True)
class SmsCode:
    """A code that was sent to a mobile number."""

    mobile: str
    digits: str
    sent_at: datetime

    @property
    def text(self) -> str:
        """The short message."""
        return f"【模拟单一窗口】您的验证码是{self.digits}，5分钟内有效。"


@dataclass
class Phone:
    """The phone of an enterprise's contact: the code sent last, and the codes that arrived."""

    arrived: list[SmsCode] = field(default_factory=list)
    sent: SmsCode | None = None
    last_sent_at: datetime | None = None

    def send_code(self, mobile: str, now: datetime) -> bool:
        """Send a new code, unless a code was sent just before; tell whether it was sent."""
        if self.last_sent_at and now - self.last_sent_at < SMS_PAUSE:
            return False
        self.sent = SmsCode(mobile, f"{secrets.randbelow(10**6):06}", now)
        self.last_sent_at = now
        return True

    def deliver(self) -> None:
        """Let the last code arrive."""
        if self.sent:
            self.arrived.append(self.sent)

    def use_up_code(self) -> SmsCode | None:
        """Return the code that was sent last, and forget it."""
        code, self.sent = self.sent, None
        return code


@dataclass(frozen=True)
class Recovery:
    """忘记密码 or 忘记用户名 of an enterprise whose identity is proven, now or at `due`."""

    uscc: str
    lost: str  # password or username
    due: datetime | None = None  # when the review will be done; `None` if already proven


class Recoveries:
    """The recoveries under way, each behind a proof that cannot be guessed."""

    def __init__(self) -> None:
        self._recoveries: dict[str, Recovery] = {}

    def add(self, recovery: Recovery) -> str:
        """Keep a recovery; return its proof."""
        proof = random_characters(20)
        self._recoveries[proof] = recovery
        return proof

    def find(self, proof: str) -> Recovery | None:
        """Find a recovery."""
        return self._recoveries.get(proof)

    def use_up(self, proof: str) -> None:
        """Forget a recovery."""
        self._recoveries.pop(proof, None)


def next_working_day(moment: datetime) -> datetime:
    """Return the same time of day on the next working day in China."""
    day: date = WORKING_DAYS.get_nth_working_day(moment.date(), 1)
    return datetime.combine(day, moment.timetz())
