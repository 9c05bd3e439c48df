"""Passwords: from the environment or the system's keyring to the keystroke, and nowhere else."""

import os
from collections.abc import MutableMapping

import keyring
from keyring.errors import KeyringError

from bot.errors import BusinessException

ENVIRONMENT_PREFIX = "SINGLE_WINDOW_PASSWORD_"


class Secret:
    """A password that prints as ***."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the password; for the keystroke alone."""
        return self._value

    def __repr__(self) -> str:
        return "***"

    def __reduce__(self) -> str:
        raise TypeError("a secret is never stored")


class Passwords:
    """The passwords of the enterprises at one portal."""

    def __init__(self, origin: str, environment: MutableMapping[str, str] | None = None) -> None:
        """Take the passwords out of the environment, so that no child process inherits them."""
        self._service = f"single-window {origin}"
        environment = os.environ if environment is None else environment
        names = [name for name in environment if name.startswith(ENVIRONMENT_PREFIX)]
        self._given = {
            name.removeprefix(ENVIRONMENT_PREFIX): Secret(environment.pop(name)) for name in names
        }

    def find(self, uscc: str, account: str) -> Secret:
        """Return the password of this account.

        Raises:
            BusinessException: neither the environment nor the keyring has it.
        """
        if uscc in self._given:
            return self._given[uscc]
        try:
            stored = keyring.get_password(self._service, f"{uscc} {account}")
        except KeyringError:
            stored = (
                None  # a machine without a keyring is no error: the environment is the other way
            )
        if stored is None:
            raise BusinessException(
                "NO_CREDENTIAL",
                "没有这个登录账号的密码",
                f"请设置环境变量 {ENVIRONMENT_PREFIX}{uscc}，"
                f'或执行 keyring set "{self._service}" "{uscc} {account}"，然后再运行一次',
            )
        return Secret(stored)
