"""The doctor: a mock is never taken for the real portal, and everything else that may be amiss."""

import json
import shutil
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import trustme
import urllib3
from keyring.backends.fail import Keyring as NoKeyring
from rich.progress import Progress

from bot.cli.person import TerminalAttendant
from bot.credentials.passwords import ENVIRONMENT_PREFIX, Passwords
from bot.errors import NotFit, SignInRefused
from bot.evidence.seal import PRIVATE_KEY
from bot.operations import doctor
from bot.operations.doctor import Health, check_quickly
from bot.portal.first_visit import MOCK_HEADER, check_portal, portal_ahead
from bot.portal.sessions import Sessions
from bot.settings import Settings, load_settings
from bot.settings_file import FILE_NAME
from fixtures.portal import running_portal
from pages.card import ControlState
from tests.bot.conftest import Workplace
from tests.bot.items import ITEM

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


def test_the_mock_portal_is_fit_for_a_rehearsal(tmp_path: Path, portal_url: str):
    """It says by a header of its own what it is."""
    check_portal(load_settings(tmp_path, portal_url=portal_url))


def test_the_mock_portal_is_refused_as_a_real_one(tmp_path: Path, portal_url: str):
    """Nobody believes that a rehearsal was real."""
    settings = load_settings(tmp_path, portal_url=portal_url, live=True, allow_http=("127.0.0.1",))

    with pytest.raises(NotFit, match="是模拟门户"):
        check_portal(settings)


def test_a_real_portal_without_https_must_be_accepted_by_name(tmp_path: Path):
    """A password would go over the line in clear; nothing is asked of the portal before."""
    settings = load_settings(tmp_path, portal_url="http://portal.example", live=True)

    with pytest.raises(NotFit, match="allow_http"):
        check_portal(settings)


def test_any_other_server_is_refused_without_live(tmp_path: Path, httpserver_url: str):
    """What does not say that it is the mock is taken for real."""
    with pytest.raises(NotFit, match="不是模拟门户"):
        check_portal(load_settings(tmp_path, portal_url=httpserver_url))


@pytest.mark.parametrize(
    "given",
    [
        {"portal_url": "http://portal.example"},
        {"portal_url": "http://127.0.0.2:8765"},
        {"portal_url": "http://127.0.0.1.example"},
        {"portal_url": "http://mock.example", "mock_hosts": ("other.example",)},
        {"portal_url": "http://a.mock.example", "mock_hosts": ("mock.example",)},
        {"trusted_origins": ("http://portal.example",)},
    ],
)
def test_without_live_nothing_is_sent_to_another_computer(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, Any]
):
    """That a host calls itself a mock cannot be asked of it before."""
    monkeypatch.setattr(urllib3.PoolManager, "request", pytest.fail)

    with pytest.raises(NotFit, match="SINGLE_WINDOW_MOCK_HOSTS"):
        check_portal(Settings(**given))


@pytest.mark.parametrize("has_header", [True, False])
def test_a_mock_elsewhere_is_named_in_the_environment(
    monkeypatch: pytest.MonkeyPatch, has_header: bool
):
    """And it must say itself that it is one."""
    monkeypatch.setenv("SINGLE_WINDOW_MOCK_HOSTS", '["Mock.Example."]')
    headers = {MOCK_HEADER: "1"} if has_header else {}
    answer = urllib3.HTTPResponse(b"", headers, status=200)
    monkeypatch.setattr(urllib3.PoolManager, "request", lambda *_, **__: answer)
    settings = Settings(portal_url="http://mock.example:8765")

    with nullcontext() if has_header else pytest.raises(NotFit, match="不是模拟门户"):
        check_portal(settings)


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path, tls_server_url: str):
    """Nothing is asked over a line that may be somebody else's; the text does not blame the net."""
    with pytest.raises(NotFit, match="证书不可信"):
        check_portal(load_settings(tmp_path, portal_url=tls_server_url))


@pytest.mark.parametrize(
    ("free", "health"),
    [(100 << 20, Health.UNFIT), (1 << 30, Health.ATTENTION), (9 << 30, Health.FIT)],
)
def test_a_full_disk_is_told_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, health: Health
):
    """Too little room for evidence is no state to begin in; little room is told."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    settings = Settings(
        data_dir=tmp_path / "not" / "there" / "yet", portal_url="http://127.0.0.1:9"
    )

    found = doctor.examine_disk(settings)

    assert (found.health, found.told) == (health, f"数据文件夹所在的磁盘还有 {free >> 20} MB")
    with pytest.raises(NotFit, match="磁盘" if health is Health.UNFIT else "没有应答"):
        check_quickly(settings)


def test_a_signing_key_that_others_can_read_is_not_fit(tmp_path: Path):
    """Whoever can read it can forge evidence."""
    settings = Settings(data_dir=tmp_path)
    settings.store.mkdir(parents=True)
    none_yet = doctor.examine_signing_key(settings).health
    (settings.store / PRIVATE_KEY).touch(0o644)
    open_to_all = doctor.examine_signing_key(settings).health
    (settings.store / PRIVATE_KEY).chmod(0o600)

    assert (none_yet, open_to_all) == (Health.FIT, Health.UNFIT)
    assert doctor.examine_signing_key(settings).health is Health.FIT


@pytest.mark.parametrize(("hours", "health"), [(8, Health.FIT), (0, Health.ATTENTION)])
def test_another_zone_is_told(hours: int, health: Health):
    """Schedules go by the machine's zone, everything else by Beijing's."""
    assert doctor.examine_zone(NOON.astimezone(timezone(timedelta(hours=hours)))).health is health


def a_keyring(module: str, name: str) -> object:
    """A keyring of this name; what it does is not asked."""
    return type(name, (), {"__module__": module})()


@pytest.mark.parametrize(
    ("backend", "health"),
    [
        (a_keyring("keyring.backends.SecretService", "Keyring"), Health.FIT),
        (NoKeyring(), Health.ATTENTION),
        (a_keyring("keyring.backends.null", "Keyring"), Health.UNFIT),
        (a_keyring("keyrings.alt.file", "PlaintextKeyring"), Health.UNFIT),
        (a_keyring("somebodys.own", "Keyring"), Health.UNFIT),
    ],
)
def test_a_keyring_that_keeps_no_secret_is_not_fit(tmp_path: Path, backend: object, health: Health):
    """What a run would refuse is unfit here too; a machine without one has the vault."""
    settings = load_settings(tmp_path)
    vault = load_settings(tmp_path, credentials="vault")

    assert doctor.examine_keyring(settings, backend).health is health
    assert doctor.examine_keyring(vault, backend).health is Health.FIT


def test_a_workbook_that_is_open_in_excel_is_named(tmp_path: Path):
    """Excel leaves a file beside it as long as it is open."""
    closed = doctor.examine_excel(tmp_path).health
    (tmp_path / "~$清单.xlsx").touch()

    found = doctor.examine_excel(tmp_path)

    assert (closed, found.health) == (Health.FIT, Health.ATTENTION)
    assert found.told.startswith("清单.xlsx ")


def test_a_proxy_before_the_portal_is_told(monkeypatch: pytest.MonkeyPatch):
    """It matters only if the portal is reached by it."""
    settings = Settings(portal_url="https://portal.example")
    monkeypatch.setenv("no_proxy", "")
    before_it = doctor.examine_proxy(settings, {"https": "http://proxy.example:3128"})
    monkeypatch.setenv("no_proxy", "portal.example")
    beside_it = doctor.examine_proxy(settings, {"https": "http://proxy.example:3128"})

    by_it = settings.model_copy(update={"proxy": "http://proxy.example:3128"})

    assert (before_it.health, beside_it.health) == (Health.ATTENTION, Health.FIT)
    assert doctor.examine_proxy(settings, {}).health is Health.FIT
    assert doctor.examine_proxy(by_it, {}).told == "按设置经过 http://proxy.example:3128"


@pytest.mark.parametrize(
    ("ahead", "health", "told"),
    [
        (1, Health.FIT, "不到两分钟"),
        (3, Health.UNFIT, "快 0:03:00"),
        (-1440, Health.UNFIT, "慢 1 day"),
    ],
)
def test_a_clock_that_is_wrong_is_not_fit(ahead: int, health: Health, told: str):
    """Approvals run out by it, and evidence is dated by it."""
    found = doctor.examine_clock(format_datetime(NOON), NOON + timedelta(minutes=ahead))

    assert found.health is health
    assert told in found.told


@pytest.mark.parametrize(
    ("live", "portal_is_ahead", "is_fit"),
    [(True, 0, True), (True, 365, False), (True, None, False), (False, 0, False)],
)
def test_a_real_portal_tells_whether_the_clock_was_wrong_or_is(
    monkeypatch: pytest.MonkeyPatch, live: bool, portal_is_ahead: int | None, is_fit: bool
):
    """A ledger written to a year ahead can be gone on with; a mock's clock is this computer's."""
    settings = Settings(portal_url="https://portal.example", live=live)
    ahead = timedelta(days=portal_is_ahead or 0)
    headers = {} if portal_is_ahead is None else {"Date": format_datetime(NOON + ahead)}
    answer = urllib3.HTTPResponse(b"", headers)
    monkeypatch.setattr(urllib3.PoolManager, "request", lambda *_, **__: answer)
    refusal = nullcontext() if is_fit else pytest.raises(NotFit, match="请校准时钟")

    with refusal:
        doctor.check_clock((NOON + timedelta(days=365)).isoformat(), NOON, settings)


@pytest.mark.parametrize(
    ("ahead", "told"), [(-3, "本机时钟比门户快 0:03:00"), (3, "慢 0:03:00"), (1, "")]
)
@pytest.mark.parametrize("latest", ["", (NOON - timedelta(days=1)).isoformat()])
def test_a_real_portal_is_not_worked_at_by_a_wrong_clock(
    monkeypatch: pytest.MonkeyPatch, latest: str, ahead: int, told: str
):
    """The ledger alone cannot tell: it may be new, or written by the same wrong clock."""
    headers = {"Date": format_datetime(NOON + timedelta(minutes=ahead))}
    answer = urllib3.HTTPResponse(b"", headers)
    monkeypatch.setattr(urllib3.PoolManager, "request", lambda *_, **__: answer)
    refusal = pytest.raises(NotFit, match=f"{told}.*请校准时钟") if told else nullcontext()

    with refusal:
        doctor.check_clock(latest, NOON, Settings(portal_url="https://portal.example", live=True))


@pytest.mark.parametrize(
    ("sent", "ahead"),
    [(0, timedelta(0)), (-60, timedelta(seconds=-60)), (60, timedelta(seconds=60)), (None, None)],
)
def test_how_far_the_portals_clock_is_ahead_is_never_told_too_high(
    monkeypatch: pytest.MonkeyPatch, sent: int | None, ahead: timedelta | None
):
    """A date is cut to its second: the portal's own confirmation must not look too early."""

    def answer(*_: object, **__: object) -> urllib3.HTTPResponse:
        if sent is None:
            return urllib3.HTTPResponse(b"")
        at = datetime.now(UTC) + timedelta(seconds=sent)
        return urllib3.HTTPResponse(b"", {"Date": format_datetime(at)})

    monkeypatch.setattr(urllib3.PoolManager, "request", answer)
    measured = portal_ahead(Settings(portal_url="https://portal.example"))

    if ahead is None:
        assert measured is None
    else:
        assert measured is not None
        assert timedelta(0) <= ahead - measured <= timedelta(seconds=1.5)


def test_a_portal_that_tells_no_time_is_told():
    """The clock cannot be compared then."""
    assert doctor.examine_clock("", NOON).health is Health.ATTENTION


@pytest.mark.parametrize(
    ("edition", "title", "health"),
    [
        ("guangdong", "【模拟】中国(广东)国际贸易单一窗口", Health.FIT),
        ("guangdong", "【模拟】中国国际贸易单一窗口", Health.UNFIT),
        ("national", "【模拟】中国国际贸易单一窗口", Health.FIT),
        ("national", "【模拟】中国(广东)国际贸易单一窗口", Health.UNFIT),
    ],
)
def test_the_other_edition_is_not_fit(edition: str, title: str, health: Health):
    """Its accounts are refused here; the way out is that of the guide (faq-1)."""
    found = doctor.examine_edition(Settings(edition=edition), title)

    assert found.health is health
    assert ("请切换到" in found.next_step) == (health is Health.UNFIT)


@pytest.mark.parametrize(
    ("login", "state", "health", "step"),
    [
        ("card", ControlState.READY, Health.FIT, ""),
        ("card", ControlState.DOWN, Health.UNFIT, "重启卡控件"),
        ("card", ControlState.BLOCKED, Health.UNFIT, "谷歌浏览器"),
        ("account", ControlState.DOWN, Health.FIT, ""),
    ],
)
def test_the_card_control_is_needed_by_whoever_signs_in_with_a_card(
    login: str, state: ControlState, health: Health, step: str
):
    """Not there, or closed to the browser: each has its own way out (faq-2, faq-3)."""
    found = doctor.examine_card(Settings(login=login), state)

    assert found.health is health
    assert step in found.next_step


@pytest.mark.parametrize(
    ("folder_mode", "file_mode", "health"),
    [
        (0o700, 0o600, Health.FIT),
        (0o755, 0o644, Health.FIT),
        (0o775, 0o644, Health.ATTENTION),
        (0o755, 0o664, Health.ATTENTION),
        (0o755, 0o646, Health.ATTENTION),
        (0o755, None, Health.FIT),
    ],
)
def test_who_else_can_change_the_settings_is_told(
    tmp_path: Path, folder_mode: int, file_mode: int | None, health: Health
):
    """Group or everybody, the file or the folder that holds it; a folder may have no file."""
    tmp_path.chmod(folder_mode)
    if file_mode is not None:
        (tmp_path / FILE_NAME).touch()
        (tmp_path / FILE_NAME).chmod(file_mode)

    assert doctor.examine_settings_file(tmp_path).health is health


def test_the_doctor_examines_a_mock_portal_in_a_browser(workplace: Workplace):
    """All is told by name; with a card due and no control, exit code 4 and nobody signed in."""
    enterprise = workplace.add()
    workplace.write_settings(login="card")

    ended = workplace.call("doctor", "--json")
    told = json.loads(ended.stdout)
    health = {one["name"]: one["health"] for one in told["findings"]}

    assert (ended.returncode, told["is_fit"]) == (4, False)
    assert [name for name, one in health.items() if one == "unfit"] == ["卡控件"]
    assert health.keys() >= {"浏览器", "字体", "时钟", "时区", "磁盘", "代理", "加密", "密钥库"}
    assert health.keys() >= {"Excel", "设置", "门户", "版本", "缓存", "签名私钥"}
    assert enterprise.requests("POST", "/cas/login") == []


@pytest.fixture
def tls_server_url():
    """A web server with a certificate of its own making."""
    import ssl
    from http.server import HTTPServer, SimpleHTTPRequestHandler
    from threading import Thread

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with HTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler) as server:
        server.handle_error = lambda *_: None
        server.socket = context.wrap_socket(server.socket, server_side=True)
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"https://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(
    ("live", "location"),
    [
        (True, "http://127.0.0.1/"),
        (False, "http://portal.example/"),
        (True, "//evil.example:x"),
    ],
)
def test_a_portal_that_leads_elsewhere_is_refused(
    tmp_path: Path, httpserver_url: str, monkeypatch: pytest.MonkeyPatch, live: bool, location: str
):
    """To a look-alike or to a page without encryption: nobody is asked there."""
    asked = []

    def answer(_: object, method: str, url: str, **__: object) -> urllib3.HTTPResponse:
        asked.append(url)
        return urllib3.HTTPResponse(b"", {"Location": location}, status=302)

    monkeypatch.setattr(urllib3.PoolManager, "request", answer)
    portal_url = "https://127.0.0.1" if live else httpserver_url

    with pytest.raises(NotFit, match="没有输入任何密码"):
        check_portal(load_settings(tmp_path, portal_url=portal_url, live=live))

    assert asked == [portal_url]


def test_a_portal_without_encryption_is_told_each_time(
    tmp_path: Path, httpserver_url: str, caplog: pytest.LogCaptureFixture
):
    """Accepted by name, and still a warning in the log."""
    settings = load_settings(
        tmp_path, portal_url=httpserver_url, live=True, allow_http=("127.0.0.1",)
    )

    check_portal(settings)

    assert [f"{httpserver_url} 没有加密" in one.getMessage() for one in caplog.records] == [True]


def test_every_origin_without_encryption_must_be_accepted(tmp_path: Path, httpserver_url: str):
    """Passwords are typed there too."""
    settings = load_settings(
        tmp_path, portal_url="https://portal.example", trusted_origins=(httpserver_url,), live=True
    )

    with pytest.raises(NotFit, match="没有加密"):
        check_portal(settings)


def test_a_wrong_certificate_is_refused(tmp_path: Path):
    """Somebody may stand in between; the check and the browser each say so on their own."""
    with running_portal("--https") as url:
        settings = load_settings(
            tmp_path, portal_url=url, data_dir=tmp_path / "data", timeout_seconds=5
        )
        with pytest.raises(NotFit, match="证书不可信"):
            check_portal(settings)
        passwords = Passwords(settings, {f"{ENVIRONMENT_PREFIX}{ITEM.uscc}": "Mock-1"})
        sessions = Sessions(settings, passwords, TerminalAttendant(Progress(disable=True), 1))
        try:
            with pytest.raises(SignInRefused) as refused:
                sessions.do(ITEM, lambda session: None)
        finally:
            sessions.close()

    assert refused.value.code == "CERTIFICATE"


@pytest.fixture
def httpserver_url():
    """A web server that knows nothing of us."""
    from http.server import HTTPServer, SimpleHTTPRequestHandler
    from threading import Thread

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Quiet) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
