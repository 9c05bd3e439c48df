"""A page that never answers: the browser is ended in time, and the next enterprise is served."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from threading import Event, Thread
from time import monotonic
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
from playwright.sync_api import BrowserContext

from bot.credentials.passwords import Passwords
from bot.errors import OutOfTime
from bot.portal.session import Session
from bot.portal.sessions import Sessions
from bot.portal.sign_in import SignIn
from bot.settings import Settings
from bot.work_item import WorkItem
from tests.bot.items import ITEM
from tests.bot.matrix.day import Day

NEXT = replace(ITEM, uscc="91440300MA5FAKE02X")
LIMIT = 3.0  # seconds
LATEST = LIMIT + 8.0  # on a machine that has much else to do
STUCK = {
    "endless script": "setTimeout(() => { for (;;); }, 100)",
    "synchronous request": """setTimeout(() => {
        const request = new XMLHttpRequest();
        request.open("GET", "/never", false);
        request.send();
    }, 100)""",
    "alerts without end": "setTimeout(() => { for (;;) alert('系统繁忙'); }, 100)",
    "alerts again and again": "setInterval(() => { for (;;) confirm('确定？'); }, 10)",
}
ACTS: dict[str, Callable[[Any], object]] = {
    "count": lambda page: page.locator("p").count(),
    "all_inner_texts": lambda page: page.locator("p").all_inner_texts(),
    "is_visible": lambda page: page.locator("p").is_visible(),
    "evaluate": lambda page: page.evaluate("document.title"),
}


class Handler(BaseHTTPRequestHandler):
    """A page, and an address that never answers."""

    over = Event()

    def do_GET(self) -> None:
        """Answer with the page, or not at all."""
        if self.path == "/never":
            self.over.wait()
            return
        page = b"<!doctype html><title>x</title><p>y</p>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(page)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A portal with one page."""
    Handler.over.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    Handler.over.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def settings(server: str, tmp_path: Path) -> Settings:
    """The settings of a portal whose pages may take three seconds."""
    return Settings(portal_url=server, data_dir=tmp_path, item_minutes=LIMIT / 60)


@pytest.fixture
def sessions(
    settings: Settings, server: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Sessions]:
    """Sessions in which everybody is let in at once."""

    def enter(_: SignIn, __: WorkItem, context: BrowserContext, ___: object) -> Any:
        page = context.new_page()
        page.goto(server)
        return SimpleNamespace(open_desk=lambda: page)

    monkeypatch.setattr(SignIn, "enter", enter)
    monkeypatch.setattr(Passwords, "find", lambda *_: None)
    sessions = Sessions(settings, Passwords(settings, {}), SimpleNamespace())
    yield sessions
    sessions.close()


def get_stuck(script: str, act: Callable[[Any], object]) -> Callable[[Session], object]:
    """Return an act on a page that stops answering while it is under way."""

    def acts(session: Any) -> object:
        session.desk.evaluate(script)
        until = monotonic() + LIMIT + 60
        while monotonic() < until:
            act(session.desk)
        return None

    return acts


def outlive(sessions: Sessions, act: Callable[[Session], object]) -> tuple[OutOfTime, float]:
    """Do this act, which runs out of time; return how that is told, and the seconds it took."""
    sessions.do(ITEM, lambda session: None)
    begun = monotonic()
    with pytest.raises(OutOfTime) as raised:
        sessions.do(ITEM, act)
    return raised.value, monotonic() - begun


def parts_of_browsers() -> set[psutil.Process]:
    """Every part of a browser below this process; another test's is among them."""
    below = psutil.Process().children(recursive=True)
    return {one for one in below if "--type=" in words(one)}


@pytest.mark.parametrize("script", STUCK)
def test_a_stuck_page_ends_with_its_browser_and_the_next_enterprise_is_served(
    sessions: Sessions, script: str
):
    """Whatever the page does, the act ends in about its limit, and no process is left of it."""
    before = parts_of_browsers()
    error, seconds = outlive(sessions, get_stuck(STUCK[script], ACTS["count"]))
    left = parts_of_browsers() - before

    assert LIMIT - 0.5 < seconds < LATEST
    assert (error.code, "3 秒内没有办到" in error.explanation) == ("OUT_OF_TIME", True)
    assert left == set()
    assert sessions.do(NEXT, lambda session: session.desk.locator("p").all_inner_texts()) == ["y"]


def words(process: psutil.Process) -> str:
    """Return the command line of a process, if it still has one."""
    with suppress(psutil.Error):
        return " ".join(process.cmdline())
    return ""


@pytest.mark.parametrize("act", ACTS)
def test_no_call_waits_for_ever(sessions: Sessions, act: str):
    """Each of the calls that have no time limit of their own returns with the browser's end."""
    _, seconds = outlive(sessions, get_stuck(STUCK["endless script"], ACTS[act]))

    assert LIMIT - 0.5 < seconds < LATEST


def test_a_run_that_is_to_end_waits_for_no_page_longer_than_for_one_answer(
    settings: Settings, sessions: Sessions, server: str
):
    """Told while an act is stuck, and with hours left to it; later acts have no more either."""
    object.__setattr__(settings, "item_minutes", 60.0)
    object.__setattr__(settings, "timeout_seconds", 2.0)
    stuck = get_stuck(STUCK["synchronous request"], ACTS["count"])
    sessions.do(ITEM, lambda session: None)
    with ThreadPoolExecutor() as threads:
        under_way = threads.submit(sessions.do, ITEM, stuck)
        Event().wait(1.0)
        begun = monotonic()
        sessions.hurry()
        with pytest.raises(OutOfTime, match="2 秒"):
            under_way.result(timeout=LATEST)
    first, begun = monotonic() - begun, monotonic()
    with pytest.raises(OutOfTime, match="2 秒"):
        sessions.do(NEXT, stuck)

    assert first < LATEST
    assert monotonic() - begun < LATEST + LATEST  # with the start of a browser


def test_an_act_that_is_done_in_time_leaves_the_browser_alone(sessions: Sessions):
    """The limit of one act does not reach into the next."""
    texts = []
    for _ in range(3):
        texts.append(sessions.do(ITEM, lambda session: session.desk.title()))
        Event().wait(LIMIT * 0.4)

    assert texts == ["x"] * 3


def test_a_person_may_take_longer_than_a_page(sessions: Sessions, monkeypatch: pytest.MonkeyPatch):
    """While a captcha or a PIN is waited for, no time runs; afterwards all of it is there."""

    def ask(sign_in: SignIn, _: WorkItem, context: BrowserContext, __: object) -> Any:
        with sign_in._watchdog.paused():
            Event().wait(LIMIT + 1)
        return SimpleNamespace(open_desk=context.new_page)

    monkeypatch.setattr(SignIn, "enter", ask)

    assert sessions.do(ITEM, lambda session: session.desk.title()) == ""


def test_what_was_returned_before_the_end_holds(sessions: Sessions):
    """An act that copes with the loss of its browser is not undone; the browser is replaced."""

    def cope(session: Any) -> str:
        with suppress(Exception):
            get_stuck(STUCK["endless script"], ACTS["count"])(session)
        return "in doubt"

    assert sessions.do(ITEM, cope) == "in doubt"
    assert sessions.do(ITEM, lambda session: session.desk.title()) == "x"


OPENED, PRESSING, LOOKING = (
    "after Session.form",
    "before ConfirmationPage.confirm",
    "before Confirmation.find",
)
THEN = {  # the states after two runs; a click after the press has a limit of its own
    OPENED: ["failed", "confirmed"],
    PRESSING: ["failed", "confirmed"],  # stuck before it sent anything
    LOOKING: ["confirmed", "confirmed"],
}


@pytest.mark.slow
@pytest.mark.parametrize("moment", THEN)
def test_a_run_outlives_a_stuck_page_and_the_next_run_goes_on(
    tmp_path: Path, portal_url: str, moment: str
):
    """What was not sent has failed, what was sent is looked up; the others are confirmed."""
    day = Day(tmp_path / "day", portal_url, Random(moment))
    day.add_trouble("stuck", acts=[[moment, "stuck"]])
    day.add_trouble("none")
    day.write_settings(item_minutes=0.5)

    came = day.work_off(day.write_settings)
    stuck, other = came.of("stuck"), came.of("none")

    assert (stuck.states, other.states) == (THEN[moment], ["confirmed"] * 2)
    assert ("30 秒内没有办到" in stuck.told) == (moment == OPENED)
    assert (len(stuck.requests), len(other.requests)) == (1, 1)
    assert came.left == []


@pytest.mark.slow
def test_a_run_with_a_stuck_page_that_is_told_to_stop_ends_the_first_time(
    tmp_path: Path, portal_url: str
):
    """About a time-out later, with the code of an interruption and a ledger that goes on."""
    day = Day(tmp_path / "day", portal_url, Random(0))
    day.add_trouble("stuck", acts=[[OPENED, "stuck, SIGTERM"]])
    day.add_trouble("none")
    day.write_settings(timeout_seconds=6)
    day.plan()

    begun = monotonic()
    ended = day.start("run", str(day.work_list), "--json")
    seconds = monotonic() - begun
    states = sorted(item["state"] for item in json.loads(ended.stdout)["items"])
    code, items = day.run()

    assert (ended.returncode, states) == (130, ["failed", "ready"]), ended.stderr
    assert seconds < 60, seconds  # with the start of all, on a machine that has much else to do
    assert (code, {item["state"] for item in items.values()}) == (0, {"confirmed"})
