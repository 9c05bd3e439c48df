"""卡控件: a real WebSocket server on loopback, as on the enterprise's own computer (guide-1.3).

Its messages, method names and codes are those of docs/mock-portal.md, card control.
"""

import hashlib
import hmac
import json
import secrets
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import Server, ServerConnection, serve

FIRST_PINS = ("88888888", "00000000")  # a new card has one of these PINs (guide-1.3)
TRIES = 5  # the real card's limit is not known (docs/mock-portal.md, assumed)
CALLS_UNTIL_RESTART = 3  # how often the page knocks before it asks for a restart
GARBLED = "eport 1.3"

NO_ANSWER = ("连接客户端控件服务失败,请重试.", "Err:Base60408")
NO_READER = ("[读卡器底层库]打开读卡器失败:错误码=50200", "Err:Custom50200")
NO_CARD = ("[读卡器底层库]打开读卡器失败:错误码=51590", "Err:Custom51590")
NOT_RESET = ("[读卡器底层库]复位读卡器失败:错误码=50070", "Err:Custom50070")
BAD_CALL = ("参数错误", "Err:Base50000")
LOCKED = ("IC卡/Key已锁定", "Err:Custom50050")  # assumed

# The answer to every call while a fault is on.
TROUBLES: Mapping[str, tuple[str, str]] = {
    "card_needs_restart": NO_ANSWER,
    "card_no_reader": NO_READER,
    "card_missing": NO_CARD,
    "card_reader_not_reset": NOT_RESET,
}


@dataclass
class Card:
    """法人卡: its content, and how often its PIN may still be wrong."""

    no: str
    expires: datetime
    pin: str = FIRST_PINS[0]
    tries_left: int = TRIES
    key: bytes = field(default_factory=lambda: secrets.token_bytes(16), repr=False)

    @property
    def certificate_no(self) -> str:
        """The number of its certificate."""
        return f"C{self.no}"

    def sign(self, random: str) -> str:
        """Sign the portal's random, so that the portal recognises the card."""
        return hmac.new(self.key, random.encode(), hashlib.sha256).hexdigest()


class CardControl:
    """The control on one enterprise's computer; `faults` returns the faults that are on now."""

    def __init__(
        self,
        card: Card,
        now: Callable[[], datetime],
        faults: Callable[[], Mapping[str, Mapping[str, Any]]],
        origin: str,
        tls: ssl.SSLContext | None,
    ) -> None:
        self._card = card
        self._now = now
        self._faults = faults
        self._origin = origin
        self._knocks = 0
        self._server: Server = serve(
            self._converse, "127.0.0.1", 0, ssl=tls, process_request=self._let_in
        )
        # a daemon, so that the portal ends without waiting for the control
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def host(self) -> str:
        """The address where it listens, host:port."""
        name, port = self._server.socket.getsockname()
        return f"{name}:{port}"

    def page_opened(self) -> None:
        """Begin to count the knocks of a page afresh."""
        self._knocks = 0

    def _let_in(self, connection: ServerConnection, request: Request) -> Response | None:
        self._knocks += 1
        faults = self._faults()
        starts_late = "card_starts_late" in faults and self._knocks <= CALLS_UNTIL_RESTART
        is_foreign = request.headers.get("Origin") != self._origin
        if is_foreign or starts_late or "card_not_installed" in faults:
            return Response(503, "", Headers())  # to a page the same as no control
        return None

    def _converse(self, connection: ServerConnection) -> None:
        try:
            connection.send(json.dumps({"_method": "open"}))
            for message in connection:
                self._reply(connection, _read(message))
        except ConnectionClosed:
            pass  # the page has gone

    def _reply(self, connection: ServerConnection, call: dict[str, Any]) -> None:
        faults = self._faults()
        if slow := faults.get("card_slow"):
            time.sleep(slow["seconds"])
        if "card_dies" in faults:
            connection.close()
        elif "card_garbled" in faults:
            connection.send(GARBLED)
        else:
            answer = {"_id": call.get("_id"), "_method": call.get("_method"), "_status": "00"}
            outcome = self._perform(call.get("_method"), call.get("args"), faults)
            connection.send(json.dumps(answer | {"_args": outcome}, ensure_ascii=False))

    def _perform(self, method: object, args: object, faults: Mapping[str, Any]) -> dict[str, Any]:
        trouble = next((TROUBLES[fault] for fault in faults if fault in TROUBLES), None)
        if trouble:
            return _failed(*trouble)
        if method == "ra_Is903Reader":
            return _done("0")
        if method == "security_SpcSignRandom" and isinstance(args, dict):
            return self._sign(str(args.get("passwd")), str(args.get("random")), faults)
        if method == "cus-sec_SpcGetCardID":
            return _done(self._card.no)
        if method == "cus-sec_SpcGetValidTimeFromCert":
            return _done(self._validity(faults))
        return _failed(*BAD_CALL)

    def _sign(self, pin: str, random: str, faults: Mapping[str, Any]) -> dict[str, Any]:
        card = self._card
        if card.tries_left == 0 or "card_locked" in faults:
            return _failed(*LOCKED)
        if pin != card.pin:
            card.tries_left -= 1
            return _failed(f"IC卡/Key密码错误，还可以输入{card.tries_left}次", "Err:Custom50040")
        card.tries_left = TRIES
        signature = "0" * 64 if "card_unknown" in faults else card.sign(random)
        return _done(signature, card.certificate_no)

    def _validity(self, faults: Mapping[str, Any]) -> dict[str, str]:
        end = self._card.expires
        if "card_expiring" in faults:
            end = self._now() + timedelta(days=faults["card_expiring"]["days"])
        elif "card_expired" in faults:
            end = self._now() - timedelta(days=1)
        start = end - timedelta(days=3 * 365)
        return {"szStartTime": f"{start:%Y%m%d%H%M%S}", "szEndTime": f"{end:%Y%m%d%H%M%S}"}


def _read(message: str | bytes) -> dict[str, Any]:
    """Read a call; read anything else as an empty call, which is answered as a bad call."""
    try:
        call = json.loads(message)
    except (ValueError, RecursionError):
        return {}
    return call if isinstance(call, dict) else {}


def _done(*data: object) -> dict[str, Any]:
    return {"Result": True, "Data": list(data), "Error": []}


def _failed(*error: str) -> dict[str, Any]:
    return {"Result": False, "Data": [], "Error": list(error)}
