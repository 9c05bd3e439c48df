"""Compares what a page is about to send with what was approved (guide-2.5).

The request is decoded strictly and compared exactly: a field that the portal's profile does not
name, a second value, or a value in another spelling is a difference.
"""

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from email import message_from_bytes, policy
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from bot.origins import origin_of
from bot.portal.client import Outgoing
from pages.models import Contact, PolicyDetails
from pages.profile import ConfirmationRequest
from pages.visible import visible

LARGEST = 65_536  # bytes of a body
DEEPEST = 20  # levels of JSON
LABELS = {
    "name": "主要联系人姓名",
    "phone": "主要联系人电话",
    "mobile": "主要联系人手机",
    "email": "主要联系人邮箱",
    "remarks": "备注",
}


class NotReadable(Exception):
    """The body cannot be decoded, so its content is unknown."""


def is_confirmation(
    outgoing: Outgoing, origins: Collection[str], expected: ConfirmationRequest
) -> bool:
    """Tell whether this request confirms any policy at one of these origins."""
    return (
        outgoing.method == expected.method
        and urlsplit(outgoing.url).path == expected.path
        and origin_of(outgoing.url) in origins
    )


def differences(
    outgoing: Outgoing,
    expected: ConfirmationRequest,
    details: PolicyDetails,
    contact: Contact,
    known: Iterable[str],
) -> list[str]:
    """Return how this confirmation differs from the approved one, without the values of fields.

    `known` are the numbers of policies; the confirmation may name only its own.

    Raises:
        NotReadable: its body cannot be decoded.
    """
    return [
        *_wrong_fields(read_fields(outgoing), expected, details, contact),
        *_other_policies(outgoing, expected, details, known),
    ]


def read_fields(outgoing: Outgoing) -> dict[str, list[str]]:
    """Return every value of every field, of the address and of the body.

    Raises:
        NotReadable: the body is packed, too large, damaged, or of a kind that is not known.
    """
    found: dict[str, list[str]] = defaultdict(list)
    query = parse_qsl(urlsplit(outgoing.url).query, keep_blank_values=True)
    for name, value in (*query, *_body_fields(outgoing)):
        found[name].append(value.replace("\r\n", "\n"))
    return dict(found)


def label_of(name: str, expected: ConfirmationRequest) -> str:
    """Return what an operator calls this field."""
    if name == expected.number:
        return "申请编号"
    if name in expected.contact:
        return LABELS[expected.contact[name]]
    return expected.shown.get(name, name)


def _wrong_fields(
    found: Mapping[str, list[str]],
    expected: ConfirmationRequest,
    details: PolicyDetails,
    contact: Contact,
) -> Iterator[str]:
    demanded, allowed = expected.demanded(details, contact), expected.allowed(details)
    for name in demanded:
        if name not in found and demanded[name]:
            yield f"缺少{label_of(name, expected)}"
    for name, values in found.items():
        if name in expected.free and len(values) == 1:
            continue
        due = demanded.get(name, allowed.get(name))
        if due is None:
            yield f"多出 {_shown(name)}"
        elif values != [due.replace("\r\n", "\n")]:
            yield f"{label_of(name, expected)}不同"


def _other_policies(
    outgoing: Outgoing,
    expected: ConfirmationRequest,
    details: PolicyDetails,
    known: Iterable[str],
) -> Iterator[str]:
    """Find another policy's number in the places that may hold any value: free fields, headers."""
    fields = read_fields(outgoing)
    places = [value for name in expected.free for value in fields.get(name, ())]
    places += [unquote(value) for value in outgoing.headers.values()]
    for other in sorted({*known} - {details.application_no, ""}):
        if any(_names(place, other) for place in places):
            yield f"带有另一张保单的编号 {_shown(other)}"


def names_one(text: str, numbers: Iterable[str]) -> bool:
    """Tell whether a text contains one of these numbers as a whole word."""
    return any(_names(unquote(text), number) for number in numbers)


def _names(text: str, number: str) -> bool:
    return bool(re.search(rf"(?<![0-9A-Za-z]){re.escape(number)}(?![0-9A-Za-z])", text))


def _body_fields(outgoing: Outgoing) -> list[tuple[str, str]]:
    if outgoing.body is None or len(outgoing.body) > LARGEST:
        raise NotReadable("no body, or a large one")
    if outgoing.headers.get("content-encoding", "identity") != "identity":
        raise NotReadable("packed")
    kind = outgoing.headers.get("content-type", "")
    media, _, parameters = kind.lower().partition(";")
    try:
        if media.strip() == "application/x-www-form-urlencoded":
            if "charset" in parameters and "utf-8" not in parameters:
                raise NotReadable(parameters)
            text = outgoing.body.decode("ascii")
            return parse_qsl(
                text, keep_blank_values=True, strict_parsing=bool(text), errors="strict"
            )
        if media.strip() == "application/json":
            values = json.loads(outgoing.body.decode("utf-8"), object_pairs_hook=_once)
            return list(_leaves(values, DEEPEST))
        if media.strip() == "multipart/form-data":
            return list(_parts(kind, outgoing.body))
    except (ValueError, RecursionError, LookupError) as error:
        raise NotReadable(type(error).__name__) from error
    raise NotReadable(media)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make a JSON object; refuse a name that stands twice, since parsers read it differently."""
    if len(dict(pairs)) < len(pairs):
        raise NotReadable("a name stands twice")
    return dict(pairs)


def _leaves(value: Any, levels: int, name: str = "") -> Iterator[tuple[str, str]]:
    """Give every leaf of JSON by its own name; a list holds several values of one name."""
    if not levels:
        raise NotReadable("too deep")
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _leaves(one, levels - 1, key)
    elif isinstance(value, list):
        for one in value:
            yield from _leaves(one, levels - 1, name)
    elif isinstance(value, float) or not name:
        raise NotReadable("a value without a name, or one that can be written in two ways")
    elif value is None:
        yield name, ""
    else:
        yield name, value if isinstance(value, str) else json.dumps(value)


def _parts(kind: str, body: bytes) -> Iterator[tuple[str, str]]:
    """Give the fields of a form in parts; refuse a file, since no approval covers one."""
    head = f"Content-Type: {kind}\r\n\r\n".encode("ascii")
    message = message_from_bytes(head + body, policy=policy.HTTP)
    if message.defects or not message.is_multipart():
        raise NotReadable("damaged parts")
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        if part.get_filename() is not None or not isinstance(name, str) or part.defects:
            raise NotReadable("a file, or a part without a name")
        if part.get("content-transfer-encoding"):
            raise NotReadable("a part in another encoding")
        content = part.get_payload(decode=True)
        yield name, content.decode("utf-8") if isinstance(content, bytes) else ""


def _shown(text: str) -> str:
    """Show a text that the page has chosen: short, and on one line."""
    shown = visible(text)
    return shown if len(shown) <= 40 else f"{shown[:40]}…"
