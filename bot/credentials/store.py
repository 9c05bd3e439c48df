"""Password stores: what each kind can do, and how the one that the settings name is opened."""

import os
import sys
from collections.abc import MutableMapping
from getpass import getpass
from pathlib import Path
from typing import Protocol

from bot.credentials.system_keyring import Keyring
from bot.credentials.vault import Vault
from bot.errors import NotFit
from bot.settings import Settings
from pages.models import Secret

PASSPHRASE = "SINGLE_WINDOW_VAULT_PASSPHRASE"
PASSPHRASE_DESCRIPTOR = f"{PASSPHRASE}_FD"
Environment = MutableMapping[str, str]


class CredentialStore(Protocol):
    """Where passwords are kept."""

    place: str  # its name for operators

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


def open_store(settings: Settings, environment: Environment | None = None) -> CredentialStore:
    """Open the password store that the settings name.

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
        return Secret(read_descriptor(environment.pop(PASSPHRASE_DESCRIPTOR)).rstrip("\r\n"))
    if not sys.stdin.isatty():
        raise NotFit(
            f"打开保管库 {file} 要有口令",
            f"请在终端前运行，或用环境变量 {PASSPHRASE} 或 {PASSPHRASE_DESCRIPTOR} 交给程序",
        )
    typed = getpass("保管库口令（不显示）：")
    if not typed:
        raise NotFit("没有输入口令", "请再运行一次；口令忘了就打不开保管库，请记好")
    if not file.exists() and getpass("新的保管库，请再输入一次（不显示）：") != typed:
        raise NotFit("两次输入的口令不一样，没有保存", "请再运行一次")
    return Secret(typed)


def read_descriptor(number: str) -> str:
    """Return what a parent process has written into an open descriptor.

    Raises:
        NotFit: there is nothing to read.
    """
    try:
        with os.fdopen(int(number), encoding="utf-8") as stream:
            return stream.read()
    except (ValueError, OSError):
        raise NotFit(f"不能从描述符 {number} 读取密码", "请检查是谁打开它的") from None
