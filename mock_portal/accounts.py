"""Who may sign in: an enterprise's account of the single window, and its local account."""

import hashlib
import secrets
import string
from dataclasses import dataclass
from enum import StrEnum


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
        """What the browser sends instead of the password (docs/mock-portal.md, log-in)."""
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
