"""What arrives at the hostile servers, decoded and written down before anybody judges it."""

import gzip
import io
import json
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Any
from urllib.parse import parse_qsl

from werkzeug.formparser import parse_form_data

CONFIRM = "/swProxy/xwtbserver/sw/pending/confirm"
OTHER_WAYS = "/hostile/confirm"  # what begins so confirms too
NO_REQUESTS = frozenset({"OPTIONS", "HEAD"})  # these ask whether, and bring nothing
PORTAL, FOREIGN = "portal", "foreign"
KEPT_BYTES = 100_000

Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request, or one message of a WebSocket, that arrived."""

    at: float  # by the monotonic clock
    server: str
    method: str
    path: str
    uscc: str
    kind: str  # of the body
    fields: Fields  # of query and body
    numbers: frozenset[str]  # application numbers, wherever they stood
    body: bytes

    @property
    def is_confirmation(self) -> bool:
        """Whether it confirms; a body that nobody can read counts as one."""
        is_sent_to_confirm = self.path == CONFIRM or self.path.startswith(OTHER_WAYS)
        carries = bool(self.numbers or self.body)
        return is_sent_to_confirm and carries and self.method not in NO_REQUESTS

    def values(self, name: str) -> list[str]:
        """Return all values under this name."""
        return [value for one, value in self.fields if one == name]

    def __str__(self) -> str:
        carried = " ".join("&".join(f"{name}={value}" for name, value in self.fields).split())
        return f"{self.method} {self.server}{self.path} [{self.kind or '-'}] {carried[:400]}"


class Witness:
    """The list of everything that arrived, at any server; for any thread."""

    def __init__(self, known_numbers: Callable[[], Mapping[str, str]]) -> None:
        """Take a function that gives every policy's number, and whose policy it is."""
        self._known_numbers = known_numbers
        self._arrivals: list[Arrival] = []
        self._lock = Lock()

    def note_request(
        self, server: str, uscc: str, environ: Mapping[str, Any], body: bytes
    ) -> Arrival:
        """Write a request down."""
        query, kind = environ.get("QUERY_STRING", ""), environ.get("CONTENT_TYPE", "")
        coding = environ.get("HTTP_CONTENT_ENCODING", "")
        fields = tuple(parse_qsl(query, keep_blank_values=True)) + _fields(kind, coding, body)
        return self.note(
            server, environ["REQUEST_METHOD"], environ["PATH_INFO"], uscc, kind, fields, body
        )

    def note(
        self, server: str, method: str, path: str, uscc: str, kind: str, fields: Fields, body: bytes
    ) -> Arrival:
        """Write down what arrived; whose it is the application number tells where nothing else."""
        known = self._known_numbers()
        text = body[:KEPT_BYTES].decode(errors="replace") + repr(fields)
        named = {value for name, value in fields if name.startswith("appl") and value}
        numbers = frozenset(named | {number for number in known if number in text})
        owner = (
            uscc
            or dict(fields).get("uscc", "")
            or next((known[one] for one in numbers if one in known), "")
        )
        arrival = Arrival(
            monotonic(), server, method, path, owner, kind, fields, numbers, body[:KEPT_BYTES]
        )
        with self._lock:
            self._arrivals.append(arrival)
        return arrival

    def of(self, uscc: str) -> list[Arrival]:
        """Return everything that arrived for an enterprise, in order."""
        with self._lock:
            return [one for one in self._arrivals if one.uscc == uscc]

    def confirmations(self, uscc: str) -> list[Arrival]:
        """Return every confirmation that arrived for an enterprise, by whatever way."""
        return [one for one in self.of(uscc) if one.is_confirmation]


def _fields(kind: str, coding: str, body: bytes) -> Fields:
    """Decode a body as generously as a careless portal would."""
    if coding == "gzip":
        with suppress(OSError, EOFError, zlib.error):
            body = gzip.decompress(body)
    if "json" in kind or body[:1] in (b"{", b"["):
        with suppress(ValueError):
            return tuple(_leaves("", json.loads(body)))
    if kind.startswith("multipart/"):
        return _parts(kind, body)
    return tuple(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))


def _leaves(name: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for inner, one in value.items():
            yield from _leaves(inner, one)
    elif isinstance(value, list):
        for one in value:
            yield from _leaves(name, one)
    else:
        yield name, str(value)


def _parts(kind: str, body: bytes) -> Fields:
    environ = {
        "wsgi.input": io.BytesIO(body),
        "CONTENT_TYPE": kind,
        "CONTENT_LENGTH": str(len(body)),
    }
    _, form, _ = parse_form_data(environ | {"REQUEST_METHOD": "POST"})
    return tuple((name, value) for name in form for value in form.getlist(name))


def as_approved(arrival: Arrival, approved: Mapping[str, Mapping[str, str]]) -> bool:
    """Tell whether a confirmation is one that was approved: its number, and every contact value."""
    if (arrival.server, arrival.method, arrival.path) != (PORTAL, "POST", CONFIRM):
        return False
    if len(arrival.numbers) != 1:
        return False
    (number,) = arrival.numbers
    wanted = approved.get(number)
    if wanted is None or arrival.values("applNo") != [number]:
        return False
    return all(arrival.values(name) == [value] for name, value in wanted.items())


def told(arrivals: Collection[Arrival], since: float) -> str:
    """Return what arrived and when, for people."""
    return "\n".join(f"    {one.at - since:+.1f} s {one}" for one in arrivals) or "    nothing"
