"""The passwords of a run: each comes from the environment or the store, and is never shown.

Those of the environment hold for one portal, as those of the store do: for the one that
`SINGLE_WINDOW_PASSWORDS_FOR` names, and without it for portals on this computer alone.
"""

import os
from contextlib import suppress
from urllib.parse import urlsplit

from bot.credentials.store import Environment, open_store, read_descriptor
from bot.errors import BusinessException, NotFit, Reason
from bot.origins import LOOPBACK, portal_of
from bot.settings import Settings
from pages.models import Secret

ENVIRONMENT_PREFIX = "SINGLE_WINDOW_PASSWORD_"
DESCRIPTOR = "SINGLE_WINDOW_PASSWORDS_FD"  # lines of 统一社会信用代码=password
PORTAL_VARIABLE = (
    "SINGLE_WINDOW_PASSWORDS_FOR"  # the address of the portal that the passwords belong to
)


class Passwords:
    """The passwords of the enterprises at one portal, and every secret that a run has used."""

    def __init__(self, settings: Settings, environment: Environment | None = None) -> None:
        """Take the passwords out of the environment, so that no child process inherits them.

        Raises:
            NotFit: the password store that the settings name cannot be used, or the environment
                has passwords of another portal.
        """
        environment = os.environ if environment is None else environment
        names = [name for name in environment if name.startswith(ENVIRONMENT_PREFIX)]
        self._given = {
            name.removeprefix(ENVIRONMENT_PREFIX): Secret(environment.pop(name)) for name in names
        }
        if DESCRIPTOR in environment:
            self._given |= _parse(read_descriptor(environment.pop(DESCRIPTOR)))
        portal = environment.pop(PORTAL_VARIABLE, "")
        if self._given:
            _expect_portal(portal, settings)
        self._store = open_store(settings, environment)
        self.used = list(self._given.values())

    def find(self, uscc: str, account: str) -> Secret:
        """Return the password of this account.

        Raises:
            BusinessException: neither the environment nor the store has it, or it cannot be read.
        """
        if uscc in self._given:
            return self._given[uscc]
        stored = self._store.find(uscc, account)
        if stored is None:
            raise BusinessException(
                Reason.NO_CREDENTIAL,
                f"环境变量和{self._store.place}里都没有这个登录账号的密码",
                f'请执行 single-window credentials set {uscc} "{account}"，'
                f"或设置环境变量 {ENVIRONMENT_PREFIX}{uscc}，然后再运行一次",
            )
        self.used.append(stored)
        return stored

    def keep(self, uscc: str, account: str, password: Secret) -> str:
        """Put the password of an account into the store; return the store's name in Chinese."""
        self._store.keep(uscc, account, password)
        return self._store.place

    def remember(self, *used: Secret) -> None:
        """Note further secrets that must not be left anywhere: PINs and session tokens."""
        self.used += used

    def place(self, uscc: str, account: str) -> str:
        """Return where the password of this account is, in Chinese; empty if there is none."""
        if uscc in self._given:
            return "环境变量"
        return self._store.place if self._store.find(uscc, account) else ""

    def accounts(self, uscc: str) -> list[str]:
        """Return the accounts of this enterprise whose passwords are stored."""
        return [account for stored, account in self._store.names() if stored == uscc]


def _expect_portal(portal: str, settings: Settings) -> None:
    """Check that the passwords of the environment belong to the portal of the settings."""
    if not portal:
        if all(urlsplit(origin).hostname in LOOPBACK for origin in settings.origins):
            return
        raise NotFit(
            f"环境变量里的密码没有写明属于哪个门户，不用于 {settings.origin}",
            f"确是这个门户的，请设置环境变量 {PORTAL_VARIABLE}={settings.origin}",
        )
    with suppress(KeyError, ValueError):  # another scheme, or an invalid port
        if portal_of(portal) == settings.origin:
            return
    raise NotFit(
        f"环境变量里的密码是 {portal} 的，不用于 {settings.origin}",
        f"请核对门户地址和环境变量 {PORTAL_VARIABLE}",
    )


def _parse(lines: str) -> dict[str, Secret]:
    pairs = (line.partition("=") for line in lines.splitlines() if line)
    return {uscc.strip(): Secret(password) for uscc, _, password in pairs}
