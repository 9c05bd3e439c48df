"""The person at the terminal, for a word: yes or no, a password, a passphrase."""

import sys
from getpass import getpass
from pathlib import Path

from rich.prompt import Confirm

from bot.cli.frame import refuse_usage
from bot.cli.output import err
from bot.credentials.approver_key import ApproverKey, open_key
from pages.models import Secret

SHORTEST_PASSPHRASE = 8  # characters


def is_person_there() -> bool:
    """Tell whether a person reads what is printed, and can answer."""
    return sys.stdin.isatty() and is_screen()


def is_screen() -> bool:
    """Tell whether what is printed is seen at once and kept nowhere, whatever a variable says."""
    return sys.stdout.isatty()


def is_agreed(question: str) -> bool:
    """Ask the person at the terminal; anything but yes is no."""
    return Confirm.ask(question, console=err, default=False)


def ask_password(account: str) -> Secret:
    """Return the password that a person types unseen, or the first line of a pipe."""
    return _read_secret(f"{account} 的登录密码（不显示）：")


def open_approver_key(file: Path) -> ApproverKey:
    """Open an approver's key with the passphrase that he types unseen, or from a pipe."""
    return open_key(file, _read_secret(f"{file} 的口令（不显示）："))


def new_passphrase() -> Secret:
    """Return a new passphrase that a person types twice, or that a pipe gives once."""
    first = _read_secret(f"新密钥的口令，至少 {SHORTEST_PASSPHRASE} 个字（不显示）：")
    if len(first.reveal()) < SHORTEST_PASSPHRASE:
        refuse_usage(f"口令至少要 {SHORTEST_PASSPHRASE} 个字。没有做密钥。")
    if sys.stdin.isatty() and getpass("再输入一次：") != first.reveal():
        refuse_usage("两次输入的不同。没有做密钥。")
    return first


def _read_secret(prompt: str) -> Secret:
    if sys.stdin.isatty():
        return Secret(getpass(prompt))
    return Secret(sys.stdin.readline().rstrip("\r\n"))
