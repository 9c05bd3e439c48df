"""A connection of the bot's own carries one request once, and knows whether a byte has left."""

import gzip
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Event, Thread

import pytest

from bot.portal.client import AnswerTooLarge, Client, NoAnswer, NotSent, Outgoing

SECONDS = 1.0
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
Speak = Callable[[socket.socket, Event], None]


class Portal:
    """A socket that takes each request down and answers as it is told."""

    def __init__(self, speak: Speak) -> None:
        self._speak = speak
        self._over = Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.host = f"127.0.0.1:{self._listening.getsockname()[1]}"
        self.arrived: list[bytes] = []
        Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                line, _ = self._listening.accept()
                with line, suppress(OSError):
                    self.arrived.append(b"")
                    while not self.arrived[-1].endswith(b"applNo=XW1"):
                        if not (piece := line.recv(65_536)) or piece.startswith(b"\x16"):
                            break  # the client is gone, or begins to speak TLS
                        self.arrived[-1] += piece
                    self._speak(line, self._over)

    def close(self) -> None:
        """Stop to listen."""
        self._over.set()
        self._listening.close()


@pytest.fixture
def portal(request: pytest.FixtureRequest) -> Iterator[Portal]:
    """A portal that speaks as the test says."""
    portal = Portal(request.param)
    yield portal
    portal.close()


def send(portal: Portal, limit: int = 1_000, **headers: str) -> bytes:
    """Send a confirmation; return the body of the answer."""
    outgoing = Outgoing("POST", f"http://{portal.host}/confirm?a=1", headers, b"applNo=XW1")
    return Client([portal.host], SECONDS).send(outgoing, limit).body


def says(*pieces: bytes) -> Speak:
    """Say these, and close."""

    def speak(line: socket.socket, over: Event) -> None:
        for piece in pieces:
            line.sendall(piece)

    return speak


def drip(line: socket.socket, over: Event) -> None:
    """Say a byte now and then, and never end."""
    while not over.wait(0.1):
        line.sendall(b"H")


def drip_body(line: socket.socket, over: Event) -> None:
    """Say the head at once and the body by bytes."""
    line.sendall(OK + b"Content-Length: 100000\r\n\r\n")
    drip(line, over)


def drip_to_the_end(line: socket.socket, over: Event) -> None:
    """Say that the connection ends with the answer, which does not end."""
    line.sendall(OK + b"Connection: close\r\n\r\n")
    drip(line, over)


def be_silent(line: socket.socket, over: Event) -> None:
    """Say nothing."""
    over.wait(10)


@pytest.mark.parametrize("portal", [says(OK + b"Content-Length: 2\r\n\r\nok")], indirect=True)
def test_what_is_sent_is_what_the_page_wanted(portal: Portal):
    """Headers and body as they were; what belongs to a connection is this one's own."""
    body = send(portal, cookie="JSESSIONID=1", host="elsewhere", connection="keep-alive")
    (arrived,) = portal.arrived
    head = arrived.decode().lower()

    assert body == b"ok"
    assert head.startswith("post /confirm?a=1 http/1.1\r\n")
    assert f"host: {portal.host}" in head
    assert ("cookie: jsessionid=1" in head, "elsewhere" in head) == (True, False)
    assert ("connection: close" in head, "keep-alive" in head) == (True, False)
    assert head.endswith("\r\n\r\napplno=xw1")


@pytest.mark.parametrize(
    "portal",
    [
        says(),
        says(b"HTTP/1.1 200 OK\r\nContent-Ty"),
        says(OK + b"Content-Length: 10\r\n\r\nhalf"),
        says(OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhe"),
        says(OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"words")[:-9]),
        says(OK + b"Content-Encoding: br\r\nContent-Length: 2\r\n\r\nxx"),
        says(b"\x15\x03\x01\x00\x02\x02\x28\r\n\r\n"),
        be_silent,
        drip,
        drip_body,
        drip_to_the_end,
    ],
    indirect=True,
)
def test_no_whole_answer_is_no_answer_and_is_asked_for_once(portal: Portal):
    """Cut, packed in half, no HTTP, silent or dripping: the request may have arrived."""
    with pytest.raises(NoAnswer):
        send(portal)

    assert len(portal.arrived) == 1


@pytest.mark.parametrize(
    "portal",
    [
        says(OK + b"\r\n", b"x" * 5_000),
        says(OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"x" * 500_000)),
    ],
    indirect=True,
)
def test_an_answer_is_read_no_further_than_it_may_be_large(portal: Portal):
    """Packed and unpacked."""
    with pytest.raises(AnswerTooLarge):
        send(portal)


@pytest.mark.parametrize("portal", [says(OK + b"Content-Length: 0\r\n\r\n")], indirect=True)
def test_another_host_is_never_connected_to(portal: Portal):
    """Another port of the same machine is another host."""
    with pytest.raises(NotSent):
        Client(["127.0.0.1:1"], SECONDS).send(Outgoing("GET", f"http://{portal.host}/", {}, None))

    assert portal.arrived == []


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_what_cannot_connect_has_not_sent(scheme: str):
    """A refused connection, or a portal whose certificate is not trusted, has seen no byte."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        host = f"127.0.0.1:{closed.getsockname()[1]}"

    with pytest.raises(NotSent):
        Client([host], SECONDS).send(Outgoing("POST", f"{scheme}://{host}/", {}, b"applNo=XW1"))


@pytest.mark.parametrize("portal", [be_silent], indirect=True)
def test_a_tls_handshake_that_never_ends_has_not_sent(portal: Portal):
    """The request itself goes only over a connection that stands."""
    with pytest.raises(NotSent):
        Client([portal.host], SECONDS).send(
            Outgoing("POST", f"https://{portal.host}/", {}, b"applNo=XW1")
        )

    assert b"applNo" not in b"".join(portal.arrived)
