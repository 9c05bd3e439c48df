"""An operator's folder for commands whose portal is played: no browser, no server."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bot.cli import app, intake
from bot.confirmation import engine
from bot.credentials.passwords import ENVIRONMENT_PREFIX
from bot.errors import Reason
from bot.ledger.ledger import Ledger
from bot.ledger.opening import opened_ledger
from bot.ledger.states import State
from bot.settings import load_settings
from bot.work_item import WorkItem
from tests.bot.homes import write_settings
from tests.bot.items import bring_to
from tests.bot.lists import row, uscc, write_xlsx

Played = Callable[[Ledger, str], None]  # what a run does to the items of a list


class Office:
    """The folder, its lists, and the commands that are typed in it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        write_settings(Path(), 'data_dir = "data"')
        monkeypatch.setattr(intake, "check_quickly", lambda _: None)
        self.play(confirm_all)

    def play(self, act: Played) -> None:
        """Let a run do this instead of working at a portal."""

        def run(_: Any, ledger: Ledger, *rest: Any) -> None:
            act(ledger, rest[-2])

        self._monkeypatch.setattr(engine, "run", run)

    def write(self, *rows: Mapping[str, str], name: str = "清单.xlsx") -> str:
        """Write a list; return its name."""
        return str(write_xlsx(Path(name), rows))

    def call(self, *words: str) -> Result:
        """Run `single-window`."""
        passwords = {ENVIRONMENT_PREFIX + uscc(number): f"Mock-{number}" for number in range(1, 9)}
        return CliRunner().invoke(app, words, env=passwords)

    def ask(self, *words: str) -> dict[str, Any]:
        """Run a command that answers in JSON, and return the answer."""
        answer: dict[str, Any] = json.loads(self.call(*words, "--json").stdout)
        return answer

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        """Open the ledger of the folder."""
        with opened_ledger(load_settings(Path())) as ledger:
            yield ledger


def confirm_all(ledger: Ledger, list_digest: str) -> None:
    """Confirm every policy of the list that is not pressed yet."""
    for entry in ledger.entries(list_digest):
        if entry.state is State.READY:
            bring_to(ledger, State.PRESSING, entry.item)
            told = {"explanation": "门户显示“已确认”", "confirmed_at": "2026-11-29 09:30:00"}
            ledger.move(entry.item.reference, State.PRESSING, State.CONFIRMED, "robot", **told)


def answer_requests(ledger: Ledger, list_digest: str) -> None:
    """Confirm all; the log-in of enterprise 3 is refused, 4 has nothing pending, 5 is not reached.

    Any other enterprise that is asked for has one pending policy.
    """
    for one in ledger.requests(list_digest):
        if one.item.uscc == uscc(3):
            told = ("门户拒绝登录：密码错误", "请更正密码后再运行", Reason.LOGIN_REFUSED)
            ledger.note(one.item, list_digest, *told)
        elif one.item.uscc == uscc(4):
            ledger.note(one.item, list_digest, "待确认中有 0 张保单", "")
        elif one.item.uscc != uscc(5):
            _expand(ledger, one.item, list_digest)
    confirm_all(ledger, list_digest)


def _expand(ledger: Ledger, request: WorkItem, list_digest: str) -> None:
    ledger.take_found([replace(request, application_no="XWFOUND1")], list_digest, "robot")
    ledger.note(request, list_digest, "待确认中有 1 张保单", "")


def asking(number: int) -> dict[str, str]:
    """Return a row that asks for all that is pending of an enterprise."""
    return row(number) | {"申请编号": ""}


WRONG = row(2) | {"主要联系人手机": "138"}
EVERY_KIND = (row(1), WRONG, asking(3), asking(4), asking(5), asking(6))
"""Confirmed, wrong, refused at the log-in, nothing pending, not reached, all that is pending."""
