"""A confirmation is decoded strictly and compared exactly, before a byte of it leaves."""

import json
from urllib.parse import urlencode

import pytest

from bot.declaration import GUIDE_DECLARATION
from bot.portal.client import Outgoing
from bot.portal.confirm_request import NotReadable, differences, is_confirmation, read_fields
from pages.models import Contact, PolicyDetails
from pages.profile import GUANGDONG, ConfirmationRequest, internal_label

PORTAL = "http://127.0.0.1:8765"
EXPECTED = GUANGDONG.confirmation
URL = f"{PORTAL}{EXPECTED.path}?ngBasePath=%2FswProxy%2F"
CONTACT = Contact("模拟联系人", "020-87654321", "13800138000", "a@example.com", "第一行\n第二行")
SHOWN = {"申请编号": "XW1", "企业名称": "模拟企业", "产品名称": "信保易", "状态": "待确认"}
DETAILS = PolicyDetails(tuple(SHOWN.items()), (), GUIDE_DECLARATION)
GOOD = {
    "applNo": "XW1",
    "etpsName": "模拟企业",
    "contactName": "模拟联系人",
    "contactPhone": "020-87654321",
    "contactMobile": "13800138000",
    "contactEmail": "a@example.com",
    "remarks": "第一行\r\n第二行",
    "agree": "1",
}
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
OTHERS = {"XW2", "XW3"}


def outgoing(body: bytes | None, kind: str = FORM, url: str = URL, **headers: str) -> Outgoing:
    """A request of the page."""
    return Outgoing("POST", url, {"content-type": kind} | headers, body)


def form(**changes: str) -> bytes:
    """The approved fields as a form, with changes."""
    return urlencode(GOOD | changes).encode()


def wrong(request: Outgoing, expected: ConfirmationRequest = EXPECTED) -> list[str]:
    """What is different in this request."""
    return differences(request, expected, DETAILS, CONTACT, OTHERS)


def in_parts(fields: dict[str, str], disposition: str = 'form-data; name="{}"') -> Outgoing:
    """The fields as multipart/form-data."""
    parts = "".join(
        f"--x\r\nContent-Disposition: {disposition.format(name)}\r\n\r\n{value}\r\n"
        for name, value in fields.items()
    )
    return outgoing(f"{parts}--x--\r\n".encode(), "multipart/form-data; boundary=x")


@pytest.mark.parametrize(
    "request_",
    [
        outgoing(form()),
        outgoing(json.dumps(GOOD).encode(), JSON),
        outgoing(
            json.dumps({"data": [{"policy": GOOD}]}).encode(), "application/json;charset=UTF-8"
        ),
        in_parts(GOOD),
    ],
    ids=["form", "json", "nested json", "parts"],
)
def test_what_was_approved_passes_in_every_form(request_: Outgoing):
    """How the page packs the fields does not matter; what they say does."""
    assert wrong(request_) == []


@pytest.mark.parametrize("name", GOOD)
def test_every_field_must_say_what_was_approved(name: str):
    """One other character in any field is a difference, and its value is told to nobody."""
    (told,) = wrong(outgoing(form(**{name: f"{GOOD[name]}9"})))

    assert told.endswith("不同")
    assert GOOD[name] not in told


@pytest.mark.parametrize("name", [*EXPECTED.contact, "applNo", "agree"])
def test_nothing_that_was_approved_may_be_missing(name: str):
    """A field that the page leaves out was approved all the same."""
    left = {key: value for key, value in GOOD.items() if key != name}
    (told,) = wrong(outgoing(urlencode(left).encode()))

    assert told.startswith("缺少")


@pytest.mark.parametrize(
    "request_",
    [
        outgoing(form() + b"&applNo=XW2"),
        outgoing(form() + b"&applNo=XW1"),
        outgoing(form(), url=f"{URL}&applNo=XW1"),
        outgoing(form(), url=f"{URL}&contactMobile=13900139000"),
        outgoing(form(ApplNo="XW1")),
        outgoing(urlencode({**GOOD, "applNo[]": "XW2"}).encode()),
        outgoing(form(applNo="ＸＷ１")),
        outgoing(form(applNo="XW1\u200b")),
        outgoing(form(applNo="XW1 ")),
        outgoing(form().replace(b"&agree=1", b";agree=1")),
        outgoing(form(productName="另一种产品")),
        outgoing(form(etpsUscc="914401019550018900")),
        outgoing(form(), url=f"{PORTAL}{EXPECTED.path}?ngBasePath=XW2"),
        outgoing(form(), url=f"{PORTAL}{EXPECTED.path}?ngBasePath=a&ngBasePath=b"),
        outgoing(form(), cookie="current=XW3"),
        outgoing(json.dumps([GOOD, GOOD | {"applNo": "XW2"}]).encode(), JSON),
        in_parts(GOOD | {"applNo": "XW2"}),
    ],
)
def test_what_nobody_approved_does_not_pass(request_: Outgoing):
    """A second value, another name, other letters, or another policy's number anywhere."""
    assert wrong(request_)


@pytest.mark.parametrize(
    "request_",
    [
        outgoing(None),
        outgoing(form(), "text/plain"),
        outgoing(form(), ""),
        outgoing(form(), **{"content-encoding": "gzip"}),
        outgoing(form() + "&x=中".encode("gbk")),
        outgoing(form(), f"{FORM}; charset=gbk"),
        outgoing(b"x=" + b"1" * 70_000),
        outgoing(b'{"applNo": "XW1", "applNo": "XW2"}', JSON),
        outgoing(b"[" * 20_000, JSON),
        outgoing(b'{"applNo": 1.0}', JSON),
        outgoing(b'["XW1"]', JSON),
        outgoing(json.dumps(GOOD).encode("utf-16"), JSON),
        outgoing(b"--x\r\n", "multipart/form-data; boundary=x"),
        in_parts(GOOD, 'form-data; name="{}"; filename="a"'),
        in_parts(GOOD, "form-data"),
    ],
)
def test_what_cannot_be_decoded_is_said_to_be_so(request_: Outgoing):
    """Whatever might be read in two ways is not read at all."""
    with pytest.raises(NotReadable):
        read_fields(request_)


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("GET", URL),
        ("PUT", URL),
        ("POST", URL.replace("8765", "8766")),
        ("POST", URL.replace("127.0.0.1", "localhost")),
        ("POST", f"{PORTAL}{EXPECTED.path}/"),
        ("POST", f"{PORTAL}/{EXPECTED.path}"),
        ("POST", f"{PORTAL}{EXPECTED.path.replace('c', '%63')}"),
    ],
)
def test_only_the_known_request_is_a_confirmation(method: str, url: str):
    """Another method, origin or path is none, and does not pass as one."""
    assert is_confirmation(Outgoing("POST", URL, {}, b""), [PORTAL], EXPECTED)
    assert not is_confirmation(Outgoing(method, url, {}, b""), [PORTAL], EXPECTED)


def test_an_internal_id_is_what_the_form_held():
    """A portal that sends its own id in place of 申请编号 is held to the one that was approved."""
    expected = ConfirmationRequest(
        path=EXPECTED.path,
        number="recordId",
        contact=EXPECTED.contact,
        shown=EXPECTED.shown,
        fixed=EXPECTED.fixed,
        internal={"recordId": "id"},
        free=("ngBasePath",),
    )
    details = PolicyDetails(
        (*DETAILS.fields, (internal_label("recordId"), "4711")), (), GUIDE_DECLARATION
    )
    sent = {name: value for name, value in GOOD.items() if name != "applNo"}

    def told(record_id: str) -> list[str]:
        body = urlencode(sent | {"recordId": record_id}).encode()
        return differences(outgoing(body), expected, details, CONTACT, OTHERS)

    assert (told("4711"), told("4712")) == ([], ["申请编号不同"])
