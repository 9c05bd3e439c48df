"""The hostile servers: the mock portal with tricks over it, and another origin that listens."""

import json
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from weakref import WeakSet

from cheroot import wsgi
from flask import Flask, Response, g, request
from websockets.frames import Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol

from mock_portal import create_app
from mock_portal.__main__ import Gateway
from mock_portal.pending import CONTACT_FIELDS
from mock_portal.store import ContactFields, Store
from tests.bot.hostile import scripts
from tests.bot.hostile.answers import GONE, LONGEST_SECONDS, accept
from tests.bot.hostile.tricks import Trick
from tests.bot.hostile.witness import CONFIRM, FOREIGN, OTHER_WAYS, PORTAL, Arrival, Witness

PAGES = {  # by what a trick calls them
    "home": "login.home",
    "form": "pending.open_form",
    "list": "pending.list_pending",
    "pending": "pending.query_pending",
    "document": "pending.give_document",
    "confirm": "pending.confirm",
    "policies": "policies.list_policies",
    "query": "policies.query_policies",
}
NAMES = {endpoint: name for name, endpoint in PAGES.items()}
FORM = "application/x-www-form-urlencoded"
SOCKET_PATH = "/hostile/socket"
SOCKET_SECONDS = 60.0  # that a socket stays open
SECONDS_TO_END = 3.0
SHORT, SHORT_SECONDS = "short", 0.7  # unless its address says so


class HostileGateway(Gateway):
    """Hands the app the socket itself, for what is no HTTP."""

    def __init__(self, req: Any) -> None:
        super().__init__(req)
        self.env["hostile.socket"] = req.conn.socket


class HostilePortal:
    """One portal for all tricks; each enterprise has its own."""

    def __init__(self) -> None:
        self.app = create_app()
        self.memory: Store = self.app.extensions["mock_portal"]
        self.witness = Witness(lambda: {p.application_no: p.uscc for p in self._policies()})
        self._tricks: dict[str, Trick] = {}
        self._listed: dict[str, list[str]] = {}
        self._over: dict[str, threading.Event] = {}
        self._sockets: set[socket.socket] = set()  # that speak WebSocket
        steps = self.app.before_request_funcs[None]
        steps.insert(2, self._note)  # as soon as the portal knows whose request it is
        steps += [self._socket, self._answer_instead, self._confirm_otherwise]
        self.app.after_request(self._edit)
        self._add_routes(self.app)
        self.url = self.foreign_url = ""

    def set_trick(self, uscc: str, trick: Trick, listed: Iterable[str]) -> None:
        """Let this trick be played to an enterprise with these policies in its list."""
        self._listed[uscc] = list(listed)
        self._over[uscc] = threading.Event()
        self._tricks[uscc] = trick

    def end_trick(self, uscc: str) -> None:
        """Answer whatever still waits for this enterprise, and play fair from now on."""
        self._tricks.pop(uscc)
        self._over[uscc].set()

    def release(self) -> None:
        """Let no request wait any longer."""
        for over in self._over.values():
            over.set()
        for sock in [*self._sockets]:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    @property
    def twin_url(self) -> str:
        """The same portal by its other name: another origin."""
        return self.url.replace("127.0.0.1", "localhost")

    def foreign(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        """Write down what arrives at another origin; let every page send there."""
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length) if length else b""
        self.witness.note_request(FOREIGN, "", environ, body)
        allowed = [(f"Access-Control-Allow-{one}", "*") for one in ("Origin", "Headers", "Methods")]
        kind = [("Content-Type", "text/html; charset=utf-8")]
        start("200 OK", allowed + kind)
        if environ["PATH_INFO"] == "/hostile/sender":
            return [scripts.SENDER_PAGE.replace("CONFIRM", json.dumps(CONFIRM)).encode()]
        return [b"{}"]

    def _policies(self) -> list[Any]:
        with self.memory.lock:
            return list(self.memory.policies.values())

    def _trick(self) -> Trick | None:
        return self._tricks.get(self._uscc())

    def _uscc(self) -> str:
        return g.enterprise.uscc if g.get("enterprise") else ""

    def _note(self) -> None:
        if request.path.startswith(("/hostile/", CONFIRM)):
            body = request.get_data(cache=True)
            g.arrived = self.witness.note_request(PORTAL, self._uscc(), request.environ, body)

    def _answer_instead(self) -> Response | None:
        trick = self._trick()
        answer = trick and trick.answers.get(NAMES.get(request.endpoint or "", ""))
        return answer() if answer else None

    def _confirm_otherwise(self) -> Response | None:
        """Confirm what comes by a way, or in a body, that the mock does not know."""
        if not request.path.startswith((CONFIRM, OTHER_WAYS)) or request.method == "OPTIONS":
            return None
        if request.method == "POST" and request.path == CONFIRM and request.form.get("applNo"):
            return None
        accepted = [self._accept(number, g.arrived) for number in g.arrived.numbers]
        return self.app.json.response(code=0 if any(accepted) else -1, message="确认投保成功")

    def _accept(self, number: str, arrival: Arrival) -> bool:
        contact = ContactFields(*(next(iter(arrival.values(name)), "") for name in CONTACT_FIELDS))
        return accept(number, contact, f"{arrival.method} {arrival.kind}")

    def _edit(self, response: Response) -> Response:
        """Change the mock's answer, and put the script at the end of its page."""
        trick, name = self._trick(), NAMES.get(request.endpoint or "", "")
        if trick is None or response.status_code >= 300:
            return response
        if script := trick.on.get(name):
            response.set_data(response.get_data() + self._script(script).encode())
        if (edit := trick.edits.get(name)) and name not in trick.answers:
            return edit(response)
        return response

    def _script(self, script: str) -> str:
        uscc = self._uscc()
        listed = self._listed[uscc]
        pending = [p.application_no for p in self.memory.enterprises[uscc].policies]
        told = {
            "uscc": uscc,
            "confirm": CONFIRM,
            "foreign": self.foreign_url,
            "twin": self.twin_url,
            "socket": self.url.replace("http://", "ws://") + SOCKET_PATH,
            "listed": listed,
            "others": dict(zip(listed, listed[1:] + listed[:1], strict=True)),
            "outside": next(one for one in pending if one not in listed),
        }
        return f"<script>var H = {json.dumps(told)};{scripts.PREAMBLE}{script}</script>"

    def _add_routes(self, app: Flask) -> None:
        ways = ["GET", "POST", "PUT"]
        for name, view in (
            ("beacon", lambda: Response(status=204)),
            ("alive", lambda: app.json.response({})),
            ("check", lambda: app.json.response({})),
            ("token", lambda: Response("token", content_type="text/plain")),
            ("never", self._never),
            ("never-after-a-press", self._never_after_a_press),
            ("sender", self._sender),
            ("confirm", lambda: Response(status=400)),
            ("confirm-all", lambda: Response(status=400)),
        ):
            app.add_url_rule(f"/hostile/{name}", f"hostile.{name}", view, methods=ways)
        app.add_url_rule("/hostile/<name>.js", "hostile.worker", self._worker)
        app.add_url_rule(CONFIRM, "hostile.confirm_otherwise", lambda: Response(status=400),
                         methods=["GET", "PUT"])  # fmt: skip

    def _worker(self, name: str) -> Response:
        code = scripts.SENDING + scripts.WORKERS[f"{name}.js"]
        return Response(code, content_type="text/javascript; charset=utf-8")

    def _sender(self) -> Response:
        page = scripts.SENDER_PAGE.replace("CONFIRM", json.dumps(CONFIRM))
        return Response(page, content_type="text/html; charset=utf-8")

    def _never(self) -> Response:
        """Answer when the trick is over."""
        if over := self._over.get(self._uscc()):
            over.wait(LONGEST_SECONDS)
        return Response(status=204)

    def _never_after_a_press(self) -> Response:
        pressed = self.witness.confirmations(self._uscc())
        return self._never() if pressed else Response(status=204)

    def _socket(self) -> Response | None:
        """Speak WebSocket, which is no route of Flask; a message with a number confirms."""
        if request.path != SOCKET_PATH:
            return None
        with suppress(OSError), self._open_socket() as sock:  # or the page has gone
            seconds = SHORT_SECONDS if SHORT in request.args else SOCKET_SECONDS
            for text in _messages(sock, list(request.headers), seconds):
                self._hear(text)
        with suppress(OSError):
            request.environ["mock_portal.cut_connection"](b"", reset=True)
        request.environ["hostile.socket"].close()  # if its other end was faster
        return Response(status=GONE)

    @contextmanager
    def _open_socket(self) -> Iterator[socket.socket]:
        sock = request.environ["hostile.socket"]
        self._sockets.add(sock)
        try:
            yield sock
        finally:
            self._sockets.remove(sock)

    def _hear(self, text: str) -> None:
        fields = tuple((str(name), str(value)) for name, value in json.loads(text).items())
        path = OTHER_WAYS if dict(fields).get("applNo") else SOCKET_PATH
        uscc, body = self._uscc(), text.encode()
        arrival = self.witness.note(PORTAL, "WS", path, uscc, "", fields, body)
        for number in arrival.numbers if path == OTHER_WAYS else ():
            self._accept(number, arrival)


def _messages(sock: socket.socket, headers: list[tuple[str, str]], seconds: float) -> Iterator[str]:
    """Shake hands, and give each message until the other end goes, or the time is over."""
    protocol = ServerProtocol()
    lines = [f"GET {SOCKET_PATH} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
    protocol.receive_data("\r\n".join([*lines, "", ""]).encode("latin-1"))
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        for event in protocol.events_received():
            if isinstance(event, Request):
                protocol.send_response(protocol.accept(event))
            elif event.opcode is Opcode.TEXT:
                yield bytes(event.data).decode()
        sock.sendall(b"".join(protocol.data_to_send()))
        sock.settimeout(left)
        if not (data := sock.recv(65_536)):
            return
        protocol.receive_data(data)


@contextmanager
def serving() -> Iterator[HostilePortal]:
    """Serve a hostile portal, and the other origin, on free ports of loopback."""
    portal = HostilePortal()
    with _server(portal.app) as url, _server(portal.foreign) as foreign_url:
        portal.url, portal.foreign_url = url, foreign_url
        yield portal
        portal.release()


@contextmanager
def _server(app: Any) -> Iterator[str]:
    server = wsgi.Server(
        ("127.0.0.1", 0), app, numthreads=64, request_queue_size=128, timeout=20, shutdown_timeout=1
    )
    server.gateway = HostileGateway
    accepted: WeakSet[socket.socket] = WeakSet()

    class Connection(server.ConnectionClass):
        def __init__(self, server: Any, sock: socket.socket, *rest: Any) -> None:
            super().__init__(server, sock, *rest)
            accepted.add(sock)

    server.ConnectionClass = Connection
    server.keep_alive_conn_limit = 1000
    server.prepare()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    host, port = server.bind_addr[:2]
    yield f"http://{host}:{port}"
    stopping = threading.Thread(target=server.stop, daemon=True)
    stopping.start()
    stopping.join(SECONDS_TO_END)
    for sock in [*accepted]:  # cheroot leaves some to the garbage, of which Python complains
        sock.close()
