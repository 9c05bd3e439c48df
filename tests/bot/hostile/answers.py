"""What the hostile portal answers instead of, or after, the mock's own answer."""

import json
import time
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from flask import Response, g, request

from mock_portal.store import ContactFields, Policy, Status, store
from mock_portal.wording import Wording

MEGABYTE = 1_000_000
LONGEST_SECONDS = 150.0  # that anything here goes on
GONE = 444  # what the server's log has of a connection that was cut

Answer = Callable[[], Response]  # in place of the mock's
Edit = Callable[[Response], Response]  # of what the mock has answered, after it has done it


def bad_gateway() -> Response:
    """A gateway's 502: the portal behind it has done nothing."""
    page = "<html><body><h1>502 Bad Gateway</h1></body></html>"
    return Response(page, 502, content_type="text/html")


def instead(answer: Answer) -> Edit:
    """Answer so, after the mock has done what was asked."""
    return lambda response: answer()


def redirect(status: int, path: str, *, with_number: bool) -> Edit:
    """Send the browser there."""

    def edit(response: Response) -> Response:
        number = f"?applNo={request.form.get('applNo', '')}" if with_number else ""
        return Response(status=status, headers={"Location": f"{path}{number}"})

    return edit


def cut(first: bytes) -> Answer:
    """Send these bytes alone, and end the connection."""

    def answer() -> Response:
        request.environ["mock_portal.cut_connection"](first, reset=False)
        return Response(status=GONE)

    return answer


HALF = cut(
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n"
    b'{"code":0,"message":"'
)


def drip(first: bytes, kind: str, seconds: float) -> Answer:
    """Begin with these bytes, and go on, a blank at a time."""

    def pieces() -> Iterator[bytes]:
        yield first
        until = time.monotonic() + LONGEST_SECONDS
        while time.monotonic() < until:
            time.sleep(seconds)
            yield b" "

    return lambda: Response(pieces(), content_type=kind)


def large(first: bytes, kind: str, megabytes: int) -> Answer:
    """Begin with these bytes, and follow them with blanks, made as they are sent."""
    blanks = b" " * MEGABYTE

    def pieces() -> Iterator[bytes]:
        yield first
        for _ in range(megabytes):
            yield blanks

    return lambda: Response(pieces(), content_type=kind)


@cache
def _packed(first: bytes, megabytes: int) -> bytes:
    packing = zlib.compressobj(9, wbits=31)
    blanks = b" " * MEGABYTE
    middle = b"".join(packing.compress(blanks) for _ in range(megabytes))
    return packing.compress(first) + middle + packing.flush()


def bomb(first: bytes, kind: str, megabytes: int) -> Answer:
    """Answer with little that unpacks to so much."""

    def answer() -> Response:
        headers = {"Content-Encoding": "gzip"}
        return Response(_packed(first, megabytes), content_type=kind, headers=headers)

    return answer


def program() -> Response:
    """A program, by the name and the content type of a document."""
    headers = {"Content-Disposition": "attachment; filename=document.pdf"}
    content = b"MZ\x90\x00" + b"\x00" * 4096
    return Response(content, content_type="application/pdf", headers=headers)


SUCCESS = json.dumps({"code": 0, "message": Wording.CONFIRMED}, ensure_ascii=False).encode()
JSON, PDF, PAGE = "application/json", "application/pdf", "text/html; charset=utf-8"
BOX = b"<!DOCTYPE html><body class='frame-page'><p>"


def arrived(policy: Policy) -> bool:
    """Tell whether a confirmation of this policy has arrived, by the mock's own ledger."""
    return bool(policy.confirmations)


def record(
    status: Wording = Wording.STATUS_CONFIRMED,
    *,
    ago: timedelta = timedelta(0),
    form: str = "%Y-%m-%d %H:%M:%S",
    after_press: bool = True,
    suffix: str = "",
) -> Edit:
    """Put a record that the portal does not have on top of 保单查询."""

    def edit(response: Response) -> Response:
        asked = request.args.get("applNo", "").strip()
        policies = [one for one in g.signed_in.policies if asked in ("", one.application_no)]
        shown = [one for one in policies if arrived(one) or not after_press]
        return _with_rows(response, [_record(one) for one in shown])

    def _record(policy: Policy) -> dict[str, str]:
        at = policy.confirmations[0].arrived_at if arrived(policy) else g.signed_in.clock.now()
        return {
            "applNo": policy.application_no + suffix,
            "policyNo": "",
            "productName": policy.product,
            "status": status,
            "confirmTime": format(at - ago, form),
            "effectiveDate": "",
            "opinion": "请补正" if status is Wording.STATUS_RETURNED else "",
        }

    return edit


def dates_alone(response: Response) -> Response:
    """Show the day of a confirmation without its time."""
    content = response.get_json()
    for row in content["rows"]:
        row["confirmTime"] = row["confirmTime"][:10]
    return _json(response, content)


def odd_numbers(response: Response) -> Response:
    """List application numbers that no list may hold, before the true ones."""
    today = f"{datetime.now():%Y-%m-%d}"
    odd = ("<img src=x onerror=alert(1)>", "X" * 10_240, "../../etc/passwd", "=cmd|' /C calc'!A0")
    row = {"etpsName": g.signed_in.name, "productName": Wording.PRODUCT, "pushDate": today}
    status = {"status": Wording.STATUS_PENDING}
    return _with_rows(response, [{"applNo": number} | row | status for number in odd])


def _with_rows(response: Response, rows: list[dict[str, str]]) -> Response:
    content = response.get_json()
    content["rows"] = rows + content["rows"]
    content["total"] += len(rows)
    return _json(response, content)


def _json(response: Response, content: Any) -> Response:
    response.set_data(json.dumps(content, ensure_ascii=False))
    return response


def accept(number: str, contact: ContactFields, by: str) -> bool:
    """Confirm a policy by a way that the mock does not have; return whether it was pending."""
    memory = store()
    with memory.lock:
        policy = memory.policies.get(number)
        arrival = memory.note_arrival(number, contact, by)
        is_pending = policy is not None and policy.status is Status.PENDING
        memory.settle(policy, arrival, None if is_pending else Wording.ALREADY_CONFIRMED)
    return is_pending
