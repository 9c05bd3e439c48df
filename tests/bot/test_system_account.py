"""系统账号: what the system knows counts; no variable changes it."""

import ctypes
import os
import sys
from runpy import run_path
from types import SimpleNamespace
from typing import Any

import pytest

from bot import system_account

VARIABLES = ("LOGNAME", "USER", "LNAME", "USERNAME")  # what `getpass.getuser` reads


@pytest.fixture(autouse=True)
def another_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody has set every variable that may name an account."""
    for variable in VARIABLES:
        monkeypatch.setenv(variable, "审批人")


def _on_windows(monkeypatch: pytest.MonkeyPatch, name: str) -> Any:
    """Load the module on a Windows that calls the account so; empty: it does not know it."""

    def get_user_name(buffer: Any, size: Any) -> int:
        buffer.value = name
        return len(name)

    system = SimpleNamespace(GetUserNameW=get_user_name)
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(advapi32=system), raising=False)
    monkeypatch.setattr(ctypes, "WinError", OSError, raising=False)
    monkeypatch.setattr(ctypes, "byref", lambda value: value)
    return run_path(system_account.__file__)["system_account"]


@pytest.mark.parametrize("name", ["maker", "模拟经办", "a" * 256])
def test_windows_itself_is_asked(name: str, monkeypatch: pytest.MonkeyPatch):
    """The variables say another name."""
    assert _on_windows(monkeypatch, name)() == name


def test_windows_that_knows_none_is_not_asked_again(monkeypatch: pytest.MonkeyPatch):
    """No variable stands in for it."""
    assert _on_windows(monkeypatch, "")() == "未知账号"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such users")
def test_the_user_of_the_process_counts():
    """The variables say another name."""
    from pwd import getpwuid

    assert system_account.system_account() == getpwuid(os.getuid()).pw_name
