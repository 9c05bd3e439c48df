"""Passwords: from where they are kept to the keystroke, and nowhere else."""

import json
import os
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from getpass import getpass
from pathlib import Path
from typing import Protocol

import keyring
from keyring.backend import KeyringBackend
from keyring.backends import chainer, fail
from keyring.errors import KeyringError, NoKeyringError, PasswordDeleteError

from bot.errors import BusinessException, NotFit
from bot.private_files import make_private, write_private
from bot.settings import Settings
from bot.vault import Vault
from pages.models import Secret

ENVIRONMENT_PREFIX = "SINGLE_WINDOW_PASSWORD_"
DESCRIPTOR = "SINGLE_WINDOW_PASSWORDS_FD"  # lines of 统一社会信用代码=password
PASSPHRASE = "SINGLE_WINDOW_VAULT_PASSPHRASE"
PASSPHRASE_DESCRIPTOR = f"{PASSPHRASE}_FD"
ENCRYPTING = {  # keyrings that the operating system encrypts; whatever else is installed is refused
    "keyring.backends.SecretService.Keyring",
    "keyring.backends.Windows.WinVaultKeyring",
    "keyring.backends.kwallet.DBusKeyring",
    "keyring.backends.kwallet.DBusKeyringKWallet4",
    "keyring.backends.libsecret.Keyring",
    "keyring.backends.macOS.Keyring",
}
USE_THE_VAULT = '在设置中写明 credentials = "vault"（加密的保管库）'
Environment = MutableMapping[str, str]


class Store(Protocol):
    """Where passwords are kept."""

    place: str  # what an operator calls it

    def find(self, uscc: str, account: str) -> Secret | None:
        """Return the password of this account, if it is kept here."""
        ...

    def keep(self, uscc: str, account: str, password: Secret) -> None:
        """Store the password of this account."""
        ...

    def remove(self, uscc: str, account: str) -> bool:
        """Forget the password of this account; tell whether there was one."""
        ...

    def names(self) -> list[tuple[str, str]]:
        """Return enterprise code and account of every password that is kept here."""
        ...


class Keyring:
    """The operating system's keyring; which accounts it holds is written in a file beside."""

    place = "系统密钥库"

    def __init__(self, origin: str, index: Path) -> None:
        """Find the keyring of this machine; none is no error until a password is to be kept.

        Raises:
            NotFit: there are only keyrings that may keep passwords in clear.
        """
        self._service = f"single-window {origin}"
        self._index = index
        self._backend = encrypting_backend(keyring.get_keyring())

    def find(self, uscc: str, account: str) -> Secret | None:
        """Return the password of this account.

        Raises:
            BusinessException: the keyring is locked.
        """
        try:
            with _unlocked():
                found = self._backend.get_password(self._service, f"{uscc} {account}")
        except NoKeyringError:
            return None  # no error: the environment is the other way
        return None if found is None else Secret(found)

    def keep(self, uscc: str, account: str, password: Secret) -> None:
        """Store the password of this account.

        Raises:
            NotFit: this machine has no keyring.
            BusinessException: it is locked.
        """
        try:
            with _unlocked():
                self._backend.set_password(self._service, f"{uscc} {account}", password.reveal())
        except NoKeyringError:
            raise NotFit(f"这台机器没有系统密钥库。请{USE_THE_VAULT}，再执行一次。") from None
        self._write({*self.names(), (uscc, account)})

    def remove(self, uscc: str, account: str) -> bool:
        """Forget the password of this account; tell whether there was one."""
        self._write({*self.names()} - {(uscc, account)})
        try:
            with _unlocked():
                self._backend.delete_password(self._service, f"{uscc} {account}")
        except (NoKeyringError, PasswordDeleteError):
            return False
        return True

    def names(self) -> list[tuple[str, str]]:
        """Return enterprise code and account of every password that was put in by this program."""
        if not self._index.exists():
            return []
        stored = json.loads(self._index.read_text(encoding="utf-8"))
        return [(uscc, account) for uscc, account in stored["accounts"]]

    def _write(self, names: set[tuple[str, str]]) -> None:
        make_private(self._index.parent)
        write_private(self._index, json.dumps({"accounts": sorted(names)}).encode())


@contextmanager
def _unlocked() -> Iterator[None]:
    try:
        yield
    except (NoKeyringError, PasswordDeleteError):
        raise
    except KeyringError as error:
        raise BusinessException(
            "KEYRING_LOCKED",
            f"不能使用系统密钥库（{type(error).__name__}）",
            f"请登录桌面并解锁它；没有桌面的机器请{USE_THE_VAULT}，然后再运行一次",
        ) from None


def encrypting_backend(chosen: KeyringBackend) -> KeyringBackend:
    """Return the first keyring that encrypts, or the one that says that there is none.

    Raises:
        NotFit: there are only keyrings that may keep passwords in clear.
    """
    backends = chosen.backends if isinstance(chosen, chainer.ChainerBackend) else [chosen]
    for backend in backends:
        if isinstance(backend, fail.Keyring) or name_of(backend) in ENCRYPTING:
            return backend
    refused = "、".join(map(name_of, backends))
    raise NotFit(f"密钥库 {refused} 可能以明文保存密码，不予使用。请卸载它，或{USE_THE_VAULT}。")


def name_of(backend: KeyringBackend) -> str:
    """Return what a keyring is called where the allowed ones are named."""
    return f"{type(backend).__module__}.{type(backend).__qualname__}"


def open_store(settings: Settings, environment: Environment | None = None) -> Store:
    """Open where the settings say that passwords are kept.

    Raises:
        NotFit: it cannot be used; the text says why, and what to do.
    """
    if settings.credentials == "keyring":
        return Keyring(settings.origin, settings.store / "keyring.json")
    file = settings.store / "credentials.vault"
    return Vault(file, settings.origin, _passphrase(file, environment))


def _passphrase(file: Path, environment: Environment | None) -> Secret:
    environment = os.environ if environment is None else environment
    if PASSPHRASE in environment:
        return Secret(environment.pop(PASSPHRASE))
    if PASSPHRASE_DESCRIPTOR in environment:
        return Secret(_read_descriptor(environment.pop(PASSPHRASE_DESCRIPTOR)).rstrip("\r\n"))
    if not sys.stdin.isatty():
        raise NotFit(
            f"打开保管库 {file} 要有口令。请在终端前运行，"
            f"或用环境变量 {PASSPHRASE} 或 {PASSPHRASE_DESCRIPTOR} 交给程序。"
        )
    typed = getpass("保管库口令（不显示）：")
    if not file.exists() and getpass("新的保管库，请再输入一次（不显示）：") != typed:
        raise NotFit("两次输入的口令不一样，没有保存。请再运行一次。")
    return Secret(typed)


def _parse(lines: str) -> dict[str, Secret]:
    pairs = (line.partition("=") for line in lines.splitlines() if line)
    return {uscc.strip(): Secret(password) for uscc, _, password in pairs}


def _read_descriptor(number: str) -> str:
    try:
        with os.fdopen(int(number), encoding="utf-8") as stream:
            return stream.read()
    except (ValueError, OSError):
        raise NotFit(f"不能从描述符 {number} 读取密码。请检查是谁打开它的。") from None


class Passwords:
    """The passwords of the enterprises at one portal, and every secret that a run has used."""

    def __init__(self, settings: Settings, environment: Environment | None = None) -> None:
        """Take the passwords out of the environment, so that no child process inherits them.

        Raises:
            NotFit: where the settings say that passwords are kept cannot be used.
        """
        environment = os.environ if environment is None else environment
        names = [name for name in environment if name.startswith(ENVIRONMENT_PREFIX)]
        self._given = {
            name.removeprefix(ENVIRONMENT_PREFIX): Secret(environment.pop(name)) for name in names
        }
        if DESCRIPTOR in environment:
            self._given |= _parse(_read_descriptor(environment.pop(DESCRIPTOR)))
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
                "NO_CREDENTIAL",
                f"环境变量和{self._store.place}里都没有这个登录账号的密码",
                f'请执行 single-window credentials set {uscc} "{account}"，'
                f"或设置环境变量 {ENVIRONMENT_PREFIX}{uscc}，然后再运行一次",
            )
        self.used.append(stored)
        return stored

    def remember(self, *used: Secret) -> None:
        """Know what else must not be left anywhere: PINs and the tokens of sessions."""
        self.used += used

    def place(self, uscc: str, account: str) -> str:
        """Tell where the password of this account is; nothing means that it is nowhere."""
        if uscc in self._given:
            return "环境变量"
        return self._store.place if self._store.find(uscc, account) else ""

    def accounts(self, uscc: str) -> list[str]:
        """Return the accounts of this enterprise whose passwords are stored."""
        return [account for stored, account in self._store.names() if stored == uscc]
