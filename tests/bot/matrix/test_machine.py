"""F32 to F36: disk, ledger, clock and network of the bot's own computer."""

import errno
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from threading import Thread

import pytest

from bot import clock, declaration
from bot.confirmation import approval
from bot.credentials.passwords import Passwords
from bot.errors import NotFit, NotWritten
from bot.evidence import pack as evidence
from bot.ledger.approval import Approval
from bot.ledger.history import History
from bot.ledger.ledger import Ledger
from bot.ledger.schema import VERSION
from bot.ledger.snapshot import Snapshot
from bot.ledger.states import State
from bot.operations.doctor import check_clock, check_quickly
from bot.operations.job import Job
from bot.operations.run import run
from bot.parties import Mandate
from bot.portal.first_visit import check_portal
from bot.settings import Settings, load_settings
from fixtures.portal import running_portal
from tests.bot.conftest import Workplace
from tests.bot.items import ITEM, MAKER, bring_to
from tests.bot.matrix.day import Day
from tests.bot.stand_in import DOCUMENT, Portal, make_robot

PAGE = 4096  # of an SQLite file


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An operator's settings, with a mandate for the item."""
    mandate = Mandate(
        signatory="模拟签字人",
        enterprises=(ITEM.uscc,),
        declaration=declaration.digest(declaration.GUIDE_DECLARATION),
        documents=(DOCUMENT.name,),
        expires=date.today() + timedelta(days=2),
    )
    return load_settings(tmp_path, data_dir=tmp_path / "data", mandates=(mandate,))


@pytest.fixture
def kept(settings: Settings) -> Iterator[Ledger]:
    """The ledger of these settings, which holds one item."""
    kept = Ledger(settings.store / "ledger.sqlite", settings.ledger_marker)
    kept.dispatch([ITEM], "list", MAKER)
    yield kept
    kept.close()


@pytest.mark.timeout(900)  # two runs
def test_f32_a_full_disk_stops_the_run_before_the_press(
    tmp_path: Path, portal_url: str, chance: Random
):
    """F32: nothing can be written, neither by the ledger nor by the engine; nothing is sent."""
    day = Day(tmp_path / "day", portal_url, chance)
    moment = chance.choice(("before Confirmation.prepare", "before Confirmation.press"))
    day.add_trouble("full", acts=[[moment, "disk full"]])
    day.add_trouble("next")
    day.plan()

    ended = day.start("run", str(day.work_list), "--quiet")
    arrived = list(day.arrivals().values())
    code, items = day.run()

    assert (ended.returncode, arrived) == (3, [[], []])
    assert "写不进去" in ended.stderr
    assert (code, {item["state"] for item in items.values()}) == (0, {"confirmed"})
    assert [len(arrived) for arrived in day.arrivals().values()] == [1, 1]


def test_f32_room_for_evidence_that_ends_with_the_press_begins_no_other_item(
    tmp_path: Path, settings: Settings, kept: Ledger, monkeypatch: pytest.MonkeyPatch
):
    """F32: what was pressed is confirmed, with what its evidence lacks; nothing else is begun."""
    portal = Portal()
    portal.happen = lambda: monkeypatch.setattr(evidence, "write_private", no_room)
    robot = make_robot(tmp_path, settings, kept, portal)

    robot.confirm(ITEM.reference)
    entry = kept.entry(ITEM.reference)

    assert (entry.state, portal.requests) == (State.CONFIRMED, 1)
    assert "证据不全" in entry.explanation
    assert robot._evidence.is_failing


def test_f32_without_room_for_evidence_nothing_is_pressed(
    tmp_path: Path, settings: Settings, kept: Ledger, monkeypatch: pytest.MonkeyPatch
):
    """F32: before the press the item fails; nothing was sent."""
    portal = Portal()
    robot = make_robot(tmp_path, settings, kept, portal)
    monkeypatch.setattr(evidence, "write_private", no_room)

    robot.confirm(ITEM.reference)
    entry = kept.entry(ITEM.reference)

    assert (entry.state, portal.requests) == (State.FAILED, 0)
    assert "确认没有发出" in entry.explanation


def no_room(file: Path, content: bytes) -> None:
    """Fail as a full disk does."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(file))


def refuse(settings: Settings) -> str:
    """Begin a run that must not begin; return what is told."""
    with pytest.raises(NotFit) as refusal:
        run(Job(settings, Passwords(settings, {}), None), None, pytest.fail)
    return str(refusal.value)


def test_f32_a_disk_that_is_nearly_full_is_told_at_the_start(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    """F32: before anything is begun, and before the portal is asked."""
    usage = shutil.disk_usage("/")._replace(free=2**20)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)

    with pytest.raises(NotFit, match="磁盘还有 1 MB"):
        check_quickly(settings)


def test_f33_a_ledger_that_somebody_holds_stops_before_the_press(
    tmp_path: Path, settings: Settings, kept: Ledger, chance: Random
):
    """F33: it is waited for, some seconds, and nothing is sent; reading goes on; later it works."""
    portal = Portal()
    robot = make_robot(tmp_path, settings, kept, portal)
    steps = [robot.inspect, robot.seek_approval, robot.prepare, robot.press]
    done = chance.randrange(1, len(steps))
    for step in steps[:done]:
        step(ITEM.reference)

    with closing(sqlite3.connect(settings.store / "ledger.sqlite")) as somebody:
        somebody.execute("BEGIN IMMEDIATE")
        with pytest.raises(NotWritten, match="请检查磁盘空间和权限"):
            robot.confirm(ITEM.reference)
        state, requests = kept.entry(ITEM.reference).state, portal.requests
    robot.confirm(ITEM.reference)

    assert state in (State.AWAITING_APPROVAL, State.APPROVED, State.INTENT)
    assert requests == 0
    assert (kept.entry(ITEM.reference).state, portal.requests) == (State.CONFIRMED, 1)


def make_read_only(file: Path, marker: Path, chance: Random) -> None:
    """Say in the file's head that this program may not write it; works for root too."""
    content = bytearray(file.read_bytes())
    content[18] = 3  # file format write version
    file.write_bytes(content)


def delete(file: Path, marker: Path, chance: Random) -> None:
    """Take it away."""
    file.unlink()


def tear_out_a_page(file: Path, marker: Path, chance: Random) -> None:
    """Lose one page of the file."""
    content = bytearray(file.read_bytes())
    lost = chance.randrange(1, len(content) // PAGE) * PAGE
    content[lost : lost + PAGE] = bytes(PAGE)
    file.write_bytes(content)


def come_from_the_future(file: Path, marker: Path, chance: Random) -> None:
    """Let a later version of the program have written it."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + chance.randint(1, 9)}")


def come_from_another_computer(file: Path, marker: Path, chance: Random) -> None:
    """Have the ledger of a computer where its marker has stayed, or instead of one's own."""
    if chance.random() < 0.5:
        marker.unlink()
    else:
        marker.write_text(str(chance.randrange(1, 2**31)), encoding="ascii")


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (make_read_only, "写不进去"),
        (delete, "不见了"),
        (tear_out_a_page, "已损坏"),
        (come_from_the_future, "请升级"),
        (come_from_another_computer, "不是这台电脑正在用的那一份"),
    ],
)
def test_f34_a_ledger_that_is_not_what_it_was_is_not_worked_with(
    settings: Settings,
    kept: Ledger,
    chance: Random,
    damage: Callable[[Path, Path, Random], None],
    told: str,
):
    """F34: the run does not begin, and no new ledger takes its place."""
    file = settings.store / "ledger.sqlite"
    kept.close()
    for beside in file.parent.glob("ledger.sqlite-*"):
        beside.unlink()

    damage(file, settings.ledger_marker, chance)
    before = file.read_bytes() if file.exists() else b""
    words = refuse(settings)

    assert told in words
    assert (file.read_bytes() if file.exists() else b"") == before


def test_f34_an_older_ledger_is_named_once(settings: Settings, kept: Ledger):
    """F34: what an older program has left, with an empty marker, is taken over and then known."""
    file, marker = settings.store / "ledger.sqlite", settings.ledger_marker
    kept.close()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA application_id = 0")
    marker.write_text("", encoding="ascii")

    Ledger(file, marker).close()
    named = marker.read_text(encoding="utf-8")
    Ledger(file, marker).close()

    assert named
    assert marker.read_text(encoding="utf-8") == named


@pytest.fixture(params=["UTC", "Asia/Shanghai", "America/New_York", "Pacific/Apia"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A computer in some time zone."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


def test_f35_what_is_written_down_is_the_same_moment_everywhere(zone: str, kept: Ledger):
    """F35: stamps carry their offset, so the computer's zone and its summer do not matter."""
    written = datetime.fromisoformat(kept.entry(ITEM.reference).changed_at)

    assert written.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - written) < timedelta(minutes=2)


def test_f35_an_approval_holds_in_its_hours_alone(settings: Settings, chance: Random, zone: str):
    """F35: not after they ran out, and not before it was given: a clock set back helps nobody."""
    given = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    granted = Approval("审批人", approval.PERSON, "", given.isoformat())
    seen = Snapshot(settings.origin, (), declaration.GUIDE_DECLARATION, ())
    hours = settings.approval_hours
    moments = {
        -chance.uniform(0.01, 24): False,
        chance.uniform(0, hours): True,
        hours + chance.uniform(0.01, 24): False,
    }

    held = {
        offset: bool(
            approval.standing(
                granted,
                settings,
                ITEM,
                seen,
                History(()),
                (given + timedelta(hours=offset)).astimezone(),
            )
        )
        for offset in moments
    }

    assert held == moments


def test_f35_a_clock_that_was_set_back_is_told_at_the_start(
    settings: Settings, kept: Ledger, chance: Random, monkeypatch: pytest.MonkeyPatch
):
    """F35: a day or an hour before the last record; what a time server corrects is no matter."""
    latest = datetime.fromisoformat(kept.latest())
    later = latest + timedelta(hours=chance.choice((1, 24)))
    monkeypatch.setattr(clock, "utc_now", later.isoformat)
    bring_to(kept, State.AWAITING_APPROVAL)

    moment = latest - timedelta(seconds=chance.uniform(0, 240))
    check_clock(latest.isoformat(), moment, settings)

    assert "请校准时钟" in refuse(settings)


def test_f35_the_order_of_records_is_not_the_clocks(kept: Ledger, monkeypatch: pytest.MonkeyPatch):
    """F35: set back in the middle of a run, the last record is still the last."""
    monkeypatch.setattr(clock, "utc_now", lambda: "2020-01-01T00:00:00+00:00")

    kept.move(ITEM.reference, State.READY, State.READY, "later")

    last = kept.history(ITEM.reference).moves[-1]
    assert last.new == State.READY
    assert (last.at, last.by) == ("2020-01-01T00:00:00+00:00", "later")


@contextmanager
def detour(to: str) -> Iterator[str]:
    """Run a server that sends everybody to another one; give its address."""

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", to + self.path)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.timeout(900)
def test_f36_a_password_is_not_typed_where_the_portal_only_leads(workplace: Workplace):
    """F36: the address that was set leads to another origin; nothing is typed there."""
    enterprise = workplace.add()

    with detour(workplace.portal_url) as address:
        workplace.write_settings(portal_url=address)
        ended = workplace.call("run", str(workplace.work_list))

    assert ended.returncode == 4
    assert "没有输入任何密码" in ended.stderr
    assert enterprise.requests("POST", "/cas/login") == []


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9", "http://portal.invalid", "https://127.0.0.1:9"]
)
def test_f36_a_portal_that_is_not_reached_is_told_at_the_start(tmp_path: Path, address: str):
    """F36: nobody listens, or the name is unknown; no browser is started."""
    with pytest.raises(NotFit, match="没有应答"):
        check_portal(load_settings(tmp_path, portal_url=address, mock_hosts=("portal.invalid",)))


def test_f36_a_certificate_that_nobody_vouches_for_is_not_accepted(tmp_path: Path):
    """F36: there is no setting that would."""
    with running_portal("--https") as address, pytest.raises(NotFit, match="证书不可信"):
        check_portal(load_settings(tmp_path, portal_url=address))
