"""The browser's only way out: a proxy on loopback that connects to allowed hosts and no others.

A redirect, a beacon or a WebSocket can bypass every handler inside the browser. None can bypass
the proxy that the browser is started with.
"""

import asyncio
import re
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from datetime import UTC, datetime
from logging import makeLogRecord
from logging.handlers import RotatingFileHandler
from pathlib import Path
from threading import Event, Thread
from typing import Self
from urllib.parse import urlsplit

from bot.origins import LOOPBACK, host_of

CHUNK = 65_536
BUDGET = 64 << 20  # bytes that a browser may load until `refill`; then it loads nothing
MOST_DENIED = 500  # hosts that one browser has noted
LARGEST_LOG = 1 << 20  # bytes
IDLE_SECONDS = 120.0  # an idle connection to the portal is cut; `start` may set another limit
HOP_BY_HOP = (b"connection:", b"proxy-connection:", b"proxy-authorization:")
FORBIDDEN = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
CONNECTED = b"HTTP/1.1 200 Connection established\r\n\r\n"


class Egress:
    """A forward proxy for one browser; it logs each host that it refuses, without path or query."""

    def __init__(
        self, portal: Iterable[str], log: Path, proxy: str | None = None, beside: Iterable[str] = ()
    ) -> None:
        """Allow the portal's hosts and those beside it, each written host:port.

        Every host except loopback is reached through the company's proxy, if there is one.
        """
        self._portal = frozenset(one.lower() for one in portal)
        self._beside = frozenset(one.lower() for one in beside)
        self._allowed = self._portal | self._beside
        self._proxy = host_of(proxy) if proxy else None
        self._log = log
        self._thread = Thread(target=lambda: asyncio.run(self._run()), name="egress", daemon=True)
        self._is_up = Event()
        self._port = 0
        self._end: Callable[[], object]
        self._loop: asyncio.AbstractEventLoop
        self._under_way: set[asyncio.Task[object]] = set()
        self._left: int | None = None  # how many more connections to the portal may open; None: any
        self._budget = BUDGET
        self._idle_seconds = IDLE_SECONDS
        self.tried = 0  # connections to the portal refused since `narrow` or `shut`
        self.denied: list[str] = []  # each host:port once

    @property
    def address(self) -> str:
        """The address of this proxy, for the browser."""
        return f"http://127.0.0.1:{self._port}"

    def start(self, idle_seconds: float = IDLE_SECONDS) -> Self:
        """Listen on a free port of loopback; cut connections to the portal that idle so long."""
        self._idle_seconds = idle_seconds
        self._thread.start()
        self._is_up.wait()
        return self

    def close(self) -> None:
        """Cut every connection and end."""
        self._end()
        self._thread.join()

    def narrow(self) -> None:
        """Cut every connection, and let only one more through, to the portal, until `widen`."""
        self._limit(1)

    def shut(self) -> None:
        """Cut every connection, and let none through until `widen`."""
        self._limit(0)

    def refill(self) -> None:
        """Let the browser load as much as it may in one act."""
        self._budget = BUDGET

    def widen(self) -> None:
        """Let any number of connections through again."""
        self._left = None

    def _limit(self, connections: int) -> None:
        asyncio.run_coroutine_threadsafe(self._cut(connections), self._loop).result()

    async def _cut(self, left: int) -> None:
        """Cut every connection, drop its unsent data, and return when each has ended."""
        self._left, self.tried = left, 0
        cut = list(self._under_way)
        for connection in cut:
            connection.cancel()
        await asyncio.gather(*cut, return_exceptions=True)

    async def _run(self) -> None:
        loop, is_over = asyncio.get_running_loop(), asyncio.Event()
        self._loop = loop
        self._end = lambda: loop.call_soon_threadsafe(is_over.set)
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=CHUNK)
        self._port = server.sockets[0].getsockname()[1]
        self._is_up.set()
        await is_over.wait()
        server.close()  # open connections are cut with the loop

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one request, or one tunnel, to its end; then the connection is closed."""
        ends = [writer]
        if connection := asyncio.current_task():
            self._under_way.add(connection)
            connection.add_done_callback(self._under_way.discard)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            method, target, _ = head.partition(b"\r\n")[0].decode("latin-1").split(" ", 2)
            host = _host(method, target)
            if host not in self._allowed:
                self._deny(host)
                writer.write(FORBIDDEN)
                return
            if not self._may_pass(host):
                return
            is_direct = self._proxy is None or _name(host) in LOOPBACK
            hop = host if is_direct else self._proxy or ""
            port = int(hop.rpartition(":")[2])
            upstream = await asyncio.open_connection(_name(hop), port, limit=CHUNK)
            ends.append(upstream[1])
            if method != "CONNECT":
                upstream[1].write(_forwarded(head, _path(target) if is_direct else target))
            elif is_direct:
                writer.write(CONNECTED)
            else:
                upstream[1].write(head)  # its answer is carried back like everything else
            async with asyncio.timeout(None) as idle:
                sent, loaded = (self._minding(idle, host, is_load) for is_load in (False, True))
                await asyncio.gather(
                    _carry(reader, upstream[1], sent), _carry(upstream[0], writer, loaded)
                )
        except TimeoutError:
            _abort(ends)
        except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # no answer: to the browser it looks as if the host had not answered
        except asyncio.CancelledError:  # not raised again: the loop of Python 3.11 would log it
            _abort(ends)
        finally:
            for end in ends:
                end.close()

    def _minding(self, idle: asyncio.Timeout, host: str, is_load: bool) -> Callable[[int], bool]:
        """Return a callback that resets the idle time and tells whether the connection may go on.

        A card control may idle: it is silent while a person looks for the PIN. Once the budget is
        spent, a new connection fails as well, so repeating a large request does not help.
        """
        is_limited, now = host not in self._beside, asyncio.get_running_loop().time

        def may_pass(size: int) -> bool:
            idle.reschedule(now() + self._idle_seconds if is_limited else None)
            self._budget -= size if is_load else 0
            return self._budget > 0

        return may_pass

    def _may_pass(self, host: str) -> bool:
        if self._budget <= 0:
            return False
        if self._left is None:
            return True
        if host in self._portal and self._left:
            self._left -= 1
            return True
        # a card control that was cut connects again at once; that is not the portal's
        self.tried += host in self._portal
        return False

    def _deny(self, host: str) -> None:
        told = host if re.fullmatch(r"[\w.:\[\]-]{1,300}", host, re.ASCII) else "?"
        if told not in self.denied and len(self.denied) < MOST_DENIED:
            self.denied.append(told)
            self._note(told)
            if len(self.denied) == MOST_DENIED:
                self._note("…")  # a page that makes names up would fill the disk

    def _note(self, told: str) -> None:
        """Add a line to the log, which begins anew when it is full; one older log is kept."""
        self._log.parent.mkdir(parents=True, exist_ok=True)
        line = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {told}"
        with closing(RotatingFileHandler(self._log, "a", LARGEST_LOG, 1, "utf-8", True)) as log:
            log.emit(makeLogRecord({"msg": line}))


def _host(method: str, target: str) -> str:
    return target.lower() if method == "CONNECT" else host_of(target)


def _name(host: str) -> str:
    return host.rpartition(":")[0].strip("[]")


def _path(target: str) -> str:
    parts = urlsplit(target)
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"


def _forwarded(head: bytes, target: str) -> bytes:
    """Return the request for this target, on a connection that serves this one alone."""
    first, *headers = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    method, _, version = first.split(b" ", 2)
    kept = [one for one in headers if not one.lower().startswith(HOP_BY_HOP)]
    line = b" ".join((method, target.encode("latin-1"), version))
    return b"\r\n".join((line, *kept, b"Connection: close", b"", b""))


def _abort(ends: list[asyncio.StreamWriter]) -> None:
    for end in ends:
        end.transport.abort()  # a close would still send what waits to be sent


async def _carry(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, may_pass: Callable[[int], bool]
) -> None:
    may_pass(0)
    with suppress(OSError):
        while (data := await reader.read(CHUNK)) and may_pass(len(data)):
            writer.write(data)
            await writer.drain()
    writer.close()
