"""Connections of the bot's own to the portal: each carries one request, once.

A browser sends a POST again when its connection drops, and does not say whether a byte has left.
Here connecting and sending are two acts, so "not sent" is a fact; nothing is repeated, and no
redirect is followed.
"""

import ssl
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, IncompleteRead
from socket import SHUT_RDWR, socket
from threading import Timer
from urllib.parse import urlsplit

from bot.origins import LOOPBACK, host_of

CHUNK = 65_536
LIMIT = 1 << 20  # bytes of an answer, packed and unpacked
OF_A_CONNECTION = frozenset(  # headers of one connection, not of the request
    {"accept-encoding", "connection", "content-length", "host", "keep-alive", "proxy-authorization"}
    | {"proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}
)
PACKINGS = {"gzip": 31, "x-gzip": 31, "deflate": 47}  # by Content-Encoding, as zlib calls them


class NotSent(Exception):
    """No byte of the request has left this machine."""


class NoAnswer(Exception):
    """The request may have arrived, but no complete answer came back."""


class AnswerTooLarge(NoAnswer):
    """The answer is larger than the limit."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One request, as a page would send it."""

    method: str
    url: str
    headers: Mapping[str, str]  # by lower-case name
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Answer:
    """The portal's answer to one request; the body is unpacked."""

    status: int
    headers: tuple[tuple[str, str], ...]  # those that belong to the answer
    body: bytes

    @property
    def is_redirect(self) -> bool:
        """Whether it leads to another address, or would if it were followed."""
        return 300 <= self.status < 400

    @property
    def is_ok(self) -> bool:
        """Whether the portal says that it did what was asked."""
        return 200 <= self.status < 300


class Client:
    """Opens these connections, to the portal's own hosts and no others."""

    def __init__(self, hosts: Iterable[str], seconds: float, proxy: str | None = None) -> None:
        """Allow these hosts, each written host:port; `seconds` is the limit of one exchange.

        Every host except loopback is reached through the company's proxy, if there is one.
        """
        self._hosts = frozenset(host.lower() for host in hosts)
        self._seconds = seconds
        self._proxy = proxy

    def send(self, outgoing: Outgoing, limit: int = LIMIT) -> Answer:
        """Send one request once, and return its answer.

        Raises:
            NotSent: the host is not the portal's, or it was not reached in time.
            AnswerTooLarge: the answer has more bytes than `limit`, packed or unpacked.
            NoAnswer: the request may have arrived; its answer is incomplete or unreadable.
        """
        if host_of(outgoing.url) not in self._hosts:
            raise NotSent("not a host of the portal")
        line, target = self._line(outgoing.url)
        with _ended_in(self._seconds, line) as deadline:
            try:
                line.connect()
            except (OSError, HTTPException) as error:
                raise NotSent(type(error).__name__) from error
            deadline.socket = line.sock
            if deadline.is_over:
                raise NotSent("too late")
            try:
                _put(line, target, outgoing)
                with line.getresponse() as response:
                    answer = _take(response, limit)
            except (OSError, HTTPException, ValueError, zlib.error) as error:
                raise NoAnswer(type(error).__name__) from error
            if deadline.is_over:  # an answer without a length ends where the connection does
                raise NoAnswer("too late")
            return answer

    def _line(self, url: str) -> tuple[HTTPConnection, str]:
        """Return a connection that is not open yet, and the target as this connection names it."""
        parts = urlsplit(url)
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        name, _, port = host_of(url).rpartition(":")
        name = name.strip("[]")
        proxy = None if name in LOOPBACK else self._proxy
        hop, _, hop_port = host_of(proxy).rpartition(":") if proxy else (name, "", port)
        at = (hop.strip("[]"), int(hop_port), self._seconds)
        if parts.scheme == "http":
            line = HTTPConnection(at[0], at[1], timeout=at[2])
            return line, url if proxy else target
        secure = HTTPSConnection(at[0], at[1], timeout=at[2], context=ssl.create_default_context())
        if proxy:
            secure.set_tunnel(name, int(port))
        return secure, target


class _Deadline:
    """The moment when a connection is ended, even if bytes still arrive.

    The time-out of a socket begins anew with each byte, and `http.client` lets go of a socket as
    soon as it has read the head of the last answer.
    """

    def __init__(self, line: HTTPConnection) -> None:
        self._line = line
        self.socket: socket | None = None
        self.is_over = False

    def end(self) -> None:
        """End the connection, even while it is being opened."""
        self.is_over = True
        with suppress(OSError, AttributeError, TypeError):  # not open yet, or closed by now
            socket.shutdown(self.socket or self._line.sock, SHUT_RDWR)


@contextmanager
def _ended_in(seconds: float, line: HTTPConnection) -> Iterator[_Deadline]:
    deadline = _Deadline(line)
    timer = Timer(seconds, deadline.end)
    timer.daemon = True
    timer.start()
    try:
        yield deadline
    finally:
        timer.cancel()
        line.close()


def _put(line: HTTPConnection, target: str, outgoing: Outgoing) -> None:
    line.putrequest(outgoing.method, target, skip_accept_encoding=True)
    for name, value in outgoing.headers.items():
        if name not in OF_A_CONNECTION and not name.startswith(":"):
            line.putheader(name, value)
    line.putheader("Accept-Encoding", "identity")
    line.putheader("Connection", "close")
    if outgoing.body is not None:
        line.putheader("Content-Length", str(len(outgoing.body)))
    line.endheaders(outgoing.body)


def _take(response: HTTPResponse, limit: int) -> Answer:
    """Read an answer to its end, and unpack it."""
    if response.headers.defects:
        raise NoAnswer("a head that is not whole")
    packed = bytearray()
    while piece := response.read1(CHUNK):
        packed += piece
        if len(packed) > limit:
            raise AnswerTooLarge(f"more than {limit} bytes")
    if response.length:
        raise IncompleteRead(bytes(packed), response.length)
    packing = response.headers.get("Content-Encoding", "identity").strip().lower()
    body = bytes(packed) if packing == "identity" else _unpack(bytes(packed), packing, limit)
    left_out = OF_A_CONNECTION | {"content-encoding"}
    headers = [(name, value) for name, value in response.headers.items()]
    kept = tuple((name, value) for name, value in headers if name.lower() not in left_out)
    return Answer(response.status, kept, body)


def _unpack(packed: bytes, packing: str, limit: int) -> bytes:
    if packing not in PACKINGS:
        raise NoAnswer(f"packed as {packing}")
    unpacking = zlib.decompressobj(PACKINGS[packing])
    body = unpacking.decompress(packed, limit)
    if unpacking.unconsumed_tail:
        raise AnswerTooLarge(f"unpacks to more than {limit} bytes")
    if not unpacking.eof:
        raise NoAnswer("not packed to its end")
    return body
