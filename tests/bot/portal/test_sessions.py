"""Who is signed in, for which work item; there is no browser here."""

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Error as PlaywrightError

from bot.credentials.passwords import Passwords
from bot.errors import SignInRefused
from bot.ledger.ledger import Ledger
from bot.portal.browser_thread import BrowserThread
from bot.portal.failures import described
from bot.portal.sessions import Sessions
from bot.settings import Settings
from bot.work_item import WorkItem
from pages.errors import (
    PortalError,
    PortalRefused,
    ScreenNotReached,
    SessionLost,
    UnexpectedDialog,
    UnknownWording,
)
from tests.bot.items import ITEM, MAKER
from tests.bot.stand_in import Portal, make_robot

SECOND = replace(ITEM, account="mock0002", application_no="XW2")


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What happens at the portal: who signs in, and whose session ends."""
    told = []

    def sign_in(_: BrowserThread, item: WorkItem) -> Any:
        told.append(f"{item.account} comes")
        if item.account == "refused":
            raise SignInRefused("LOGIN_REFUSED", "登录被拒绝", "请核对")
        context = SimpleNamespace(close=lambda: told.append(f"{item.account} leaves"))
        valve = SimpleNamespace(widen=lambda: None, refill=lambda: None)
        return SimpleNamespace(context=context, valve=valve, is_spent=False, account=item.account)

    monkeypatch.setattr(BrowserThread, "sign_in", sign_in)
    return told


def act(items: list[WorkItem], **settings: object) -> list[str]:
    """Act for these items; return as which account each was done."""
    given = Settings(**settings)
    sessions = Sessions(given, Passwords(given, {}), None)
    done = []
    for item in items:
        try:
            done.append(sessions.do(item, lambda session: session.account))
        except SignInRefused:
            done.append("nobody")
    sessions.leave(ITEM.uscc)
    sessions.close()
    return done


def test_each_item_is_done_under_its_own_account(told: list[str]):
    """One account is one person; an enterprise has one session at a time."""
    done = act([ITEM, ITEM, SECOND, ITEM])

    assert done == ["mock0001", "mock0001", "mock0002", "mock0001"]
    assert told == [
        *("mock0001 comes", "mock0001 leaves"),
        *("mock0002 comes", "mock0002 leaves"),
        *("mock0001 comes", "mock0001 leaves"),
    ]


def test_an_account_that_is_not_let_in_keeps_no_other_out(told: list[str]):
    """It is not tried again in this run; the other account of the enterprise is."""
    refused = replace(ITEM, account="refused")

    assert act([refused, SECOND, refused]) == ["nobody", "mock0002", "nobody"]
    assert told == ["refused comes", "mock0002 comes", "mock0002 leaves"]


def test_a_card_is_the_enterprises_whatever_account_the_list_names(told: list[str]):
    """Its PIN is asked for once, and not again after a refusal."""
    refused = replace(ITEM, account="refused")

    assert act([ITEM, SECOND], login="card") == ["mock0001", "mock0001"]
    assert act([refused, SECOND], login="card") == ["nobody", "nobody"]
    assert told == ["mock0001 comes", "mock0001 leaves", "refused comes"]


def test_what_was_spent_is_thrown_away_before_anybody_elses_turn(told: list[str]):
    """Whatever came up after the press: what may still send must not see the valve open again."""

    def fail(session: Any) -> None:
        session.valve = SimpleNamespace(widen=lambda: told.append("open"))
        session.is_spent = True
        raise EOFError

    sessions = Sessions(Settings(), Passwords(Settings(), {}), None)
    with pytest.raises(EOFError):
        sessions.do(ITEM, fail)
    sessions.do(replace(ITEM, uscc="91440300MA5FAKE02X"), lambda session: None)
    sessions.close()

    assert told == [
        f"{ITEM.account} comes",
        f"{ITEM.account} leaves",
        "open",
        f"{ITEM.account} comes",
    ]


def test_evidence_tells_as_which_account_it_was_done(tmp_path: Path):
    """By its first character: it may be somebody's telephone number."""
    ledger = Ledger(tmp_path / "store" / "ledger.sqlite", tmp_path / "marker")
    ledger.dispatch([ITEM], "list", MAKER)
    robot = make_robot(tmp_path, Settings(portal_url=ITEM.portal_origin), ledger, Portal())

    robot.inspect(ITEM.reference)
    (kept,) = tmp_path.rglob("environment.json")

    assert json.loads(kept.read_bytes())["account"] == "m***"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (PortalRefused(["该保单已确认", "请勿重复提交"]), "门户提示：该保单已确认；请勿重复提交"),
        (UnknownWording("已批改"), "门户显示了程序不认识的内容：已批改"),
        (UnexpectedDialog("系统升级"), "门户弹窗：系统升级"),
        (SessionLost("http://localhost/"), "登录已失效"),
        (ScreenNotReached("DeskPage", "http://localhost/"), "门户没有按时显示应有的页面"),
        (PlaywrightError("fill: 13800000000"), "浏览器出错：Error"),
    ],
)
def test_what_went_wrong_is_told_in_chinese(error: PortalError | PlaywrightError, told: str):
    """An operator reads no name of a class, and nothing of what was typed."""
    assert described(error) == told
