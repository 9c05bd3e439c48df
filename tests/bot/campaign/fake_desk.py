"""A desk without a browser: the pages' methods, each over one or two HTTP requests to the mock.

It stands below the bot's own `Sessions`, `BrowserThread`, `Session` and `press`, which do not
know the difference. Like Chromium, it sends a POST again when nothing guards it.
"""

import html
import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from hashlib import md5
from types import SimpleNamespace
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode

import urllib3
from playwright.sync_api import Error as PlaywrightError

from bot.portal.browser_thread import BrowserThread
from bot.portal.client import Answer, NoAnswer, Outgoing
from bot.portal.session import Session
from bot.work_item import WorkItem
from pages.errors import PolicyNotListed, PortalRefused, ScreenNotReached, SessionLost
from pages.models import (
    Contact,
    Declaration,
    Document,
    PendingPolicy,
    PolicyDetails,
    PolicyRecord,
    PolicyStatus,
)
from pages.parts import CaptchaPicture, DialogLog

SW = "/swProxy/xwtbserver/sw"
FORM = "application/x-www-form-urlencoded"
PICTURE = b"\xff\xd8\xff\xe0 a picture of the desk \xff\xd9"
NOT_SUBMITTED = "提交失败，请稍后再试！"  # docs/mock-portal.md: what the page says to any failure
SECONDS = 20.0

SHOWN = re.compile(r'<label class="control-label">([^<]*)</label><div><input[^>]* value="([^"]*)"')
DOCUMENT = re.compile(r"<tr><td>1</td><td>([^<]*)</td>")
CLAUSE = re.compile(r"<li>(.*?)</li>", re.DOTALL)
LABEL = re.compile(r'name="agree" value="1">\s*([^<]+)</label>')


class Browser:
    """One browser context: its cookies, its one connection, and what is routed."""

    checkpoint: Callable[[str], None] = staticmethod(lambda name: None)
    browser = None  # whose version could be told

    def __init__(self, origin: str) -> None:
        self._connections = urllib3.connection_from_url(origin, maxsize=1, timeout=SECONDS)
        self._cookies: dict[str, str] = {}
        self._handler: Callable[[Any], None] | None = None
        self.tab = SimpleNamespace(context=self, url=origin)
        DialogLog.install(self)  # it stands in for one

    def on(self, event: str, listener: object) -> None:
        """Hear of no dialog: there is none."""

    def route(self, pattern: str, handler: Callable[[Any], None]) -> None:
        """Let this handler decide on every request from now on."""
        self._handler = handler

    def cookies(self, url: str) -> list[dict[str, Any]]:
        """Show the latch none: `exchange` adds them after it has decided."""
        return []

    def unroute(self, pattern: str, handler: object) -> None:
        """Take the handler off."""
        self._handler = None

    def close(self) -> None:
        """Let go of the connection."""
        self._connections.close()

    def get(self, path: str, **query: object) -> urllib3.BaseHTTPResponse:
        """Open a page of the desk."""
        try:
            answer = self.exchange("GET", f"{SW}/{path}?{urlencode(query)}")
        except PlaywrightError as error:
            raise ScreenNotReached(path, self.tab.url) from error
        if answer.status in (301, 302):
            raise SessionLost(self.tab.url)
        if answer.status != 200:
            raise ScreenNotReached(path, self.tab.url)
        return answer

    def rows(self, path: str, **query: object) -> list[dict[str, str]]:
        """Return the rows of every page of a table."""
        rows: list[dict[str, str]] = []
        while True:
            page = self.get(path, limit=10, offset=len(rows), **query).json()
            rows += page["rows"]
            if len(rows) >= page["total"]:
                return rows

    def post(self, path: str, form: dict[str, str]) -> urllib3.BaseHTTPResponse | None:
        """Send a form as a page does; None if no answer came to it."""
        route = Route(self, path, form)
        if self._handler:
            self._handler(route)
        else:
            route.continue_()
        return route.answer

    def exchange(
        self, method: str, path: str, form: dict[str, str] | None = None
    ) -> urllib3.BaseHTTPResponse:
        """Send one request, once, and take its cookies."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        headers |= {"Content-Type": FORM} if form else {}
        body = urlencode(form) if form else None
        self.checkpoint(f"before {method} {path}")
        try:
            answer = self._connections.request(
                method, path, body=body, headers=headers, retries=False, redirect=False
            )
        except urllib3.exceptions.HTTPError as error:
            raise PlaywrightError(f"{type(error).__name__}: socket hang up") from error
        finally:
            self.checkpoint(f"after {method} {path}")
        for cookie in answer.headers.getlist("Set-Cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        return answer


class Route:
    """One POST that the latch decides on."""

    def __init__(self, browser: Browser, path: str, form: dict[str, str]) -> None:
        self._browser = browser
        self._form = form
        self._path = path
        self.request = SimpleNamespace(
            method="POST",
            url=f"{browser.tab.url}{path}",
            headers={"content-type": FORM},
            post_data_buffer=urlencode(form).encode(),
            resource_type="fetch",
            frame=SimpleNamespace(page=browser.tab),
        )
        self.answer: urllib3.BaseHTTPResponse | None = None

    def fulfill(self, status: int, headers: dict[str, str], body: bytes) -> None:
        """Hand the answer to the page."""
        self.answer = urllib3.HTTPResponse(body, headers, status, preload_content=True)

    def continue_(self) -> None:
        """Let the browser send it, which sends a lost POST once more, by itself."""
        for _ in range(2):
            with suppress(PlaywrightError):
                self.answer = self._browser.exchange("POST", self._path, self._form)
                return

    def abort(self, reason: str) -> None:
        """Let the page have no answer."""


class Sender:
    """Stands in for the bot's own connections, on the one connection that counts."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    def send(self, outgoing: Outgoing, limit: int = 0) -> Answer:
        """Send one request once."""
        form = dict(parse_qsl((outgoing.body or b"").decode(), keep_blank_values=True))
        path = outgoing.url.removeprefix(self._browser.tab.url)
        try:
            answer = self._browser.exchange(outgoing.method, path, form)
        except PlaywrightError as error:
            raise NoAnswer from error
        return Answer(answer.status, (), answer.data)


class Valve:
    """Stands in for the way out of a browser that there is not."""

    tried = 0

    def refill(self) -> None:
        """Give nothing."""

    def shut(self) -> None:
        """Shut nothing."""

    def narrow(self) -> None:
        """Narrow nothing."""

    def widen(self) -> None:
        """Open nothing."""


class Desk:
    """小微企业在线投保."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self.tab = browser.tab

    def open_pending(self) -> "Pending":
        """Press 待确认."""
        return Pending(self._browser)

    def open_policies(self) -> "Policies":
        """Press 保单查询."""
        return Policies(self._browser)

    def picture(self) -> bytes:
        """Return a picture."""
        return PICTURE


class Pending:
    """待确认."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self.listed: set[str] = set()

    def read(self) -> tuple[PendingPolicy, ...]:
        """Return every policy of every page."""
        return tuple(
            PendingPolicy(
                row["applNo"], row["etpsName"], row["productName"], PolicyStatus.of(row["status"])
            )
            for row in self._browser.rows("pending/query")
        )

    def find(self, application_no: str) -> PendingPolicy | None:
        """Return this policy."""
        return next((one for one in self.read() if one.application_no == application_no), None)

    def has(self, application_no: str) -> bool:
        """Tell whether any page has it."""
        return self.find(application_no) is not None

    def process(self, application_no: str) -> "Form":
        """Press 处理."""
        if self.find(application_no) is None:
            raise PolicyNotListed(application_no)
        return Form(self._browser, application_no)


class Form:
    """投保确认."""

    def __init__(self, browser: Browser, application_no: str) -> None:
        self._browser = browser
        self._application_no = application_no
        self._contact = Contact("", "", "", "", "")
        self._is_accepted = False
        self.tab = browser.tab
        self._text = browser.get("pending/form", applNo=application_no).data.decode()
        if not SHOWN.search(self._text):
            raise PortalRefused(re.findall(r'notice-box"><p>(.*?)</p>', self._text))

    def read(self, internal: dict[str, str]) -> PolicyDetails:
        """Return what the form shows."""
        shown = [(html.unescape(a), html.unescape(b)) for a, b in SHOWN.findall(self._text)]
        clauses = tuple(" ".join(html.unescape(one).split()) for one in CLAUSE.findall(self._text))
        (label,) = LABEL.findall(self._text)
        return PolicyDetails(
            fields=tuple(shown),
            document_names=tuple(DOCUMENT.findall(self._text)),
            declaration=Declaration(clauses, label.strip()),
        )

    def view_document(self, name: str) -> Document:
        """Press 查看单证."""
        return Document(name, self._browser.get("pending/document", applNo=self._number()).data)

    def fill_contact(self, contact: Contact) -> Self:
        """Fill in 联系方式."""
        self._contact = contact
        return self

    def read_contact(self) -> Contact:
        """Return 联系方式."""
        return self._contact

    def accept_declaration(self) -> Self:
        """Tick."""
        self._is_accepted = True
        return self

    def picture(self) -> bytes:
        """Return a picture."""
        return PICTURE

    def words(self) -> tuple[str, ...]:
        """Answer, as a page does that is there."""
        return ()

    def confirm(self) -> "Confirmed":
        """Press 确认投保; the page says the same to every answer that it cannot read."""
        if not self._is_accepted:
            raise PortalRefused(["请先阅读并同意投保声明"])
        answer = self._browser.post(f"{SW}/pending/confirm", self.sent())
        try:
            envelope = json.loads(answer.data) if answer else None
        except ValueError:
            envelope = None
        if envelope is None:
            raise PortalRefused([NOT_SUBMITTED])
        if envelope["code"] != 0:
            raise PortalRefused([envelope["message"]])
        return Confirmed(self._browser)

    def sent(self) -> dict[str, str]:
        """Return what 确认投保 sends."""
        contact = self._contact
        return {
            "applNo": self._number(),
            "agree": "1",
            "contactName": contact.name,
            "contactPhone": contact.phone,
            "contactMobile": contact.mobile,
            "contactEmail": contact.email,
            "remarks": contact.remarks,
        }

    def _number(self) -> str:
        return self._application_no


class Confirmed:
    """The portal's answer over the form."""

    def __init__(self, browser: Browser) -> None:
        self.tab = browser.tab

    def read(self) -> str:
        """Return the portal's words."""
        return "确认投保成功"

    def close(self) -> None:
        """Press 确定."""


class Policies:
    """保单查询."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    def read_all(self, **query: str) -> list[PolicyRecord]:
        """Return every record."""
        return list(self._records(query))

    def records_of(self, application_no: str) -> tuple[PolicyRecord, ...]:
        """Search for this policy."""
        found = self.read_all(applNo=application_no)
        return tuple(one for one in found if one.application_no == application_no)

    def _records(self, query: dict[str, str]) -> Iterator[PolicyRecord]:
        for row in self._browser.rows("policies/query", **query):
            yield PolicyRecord(
                application_no=row["applNo"],
                policy_no=row["policyNo"],
                product=row["productName"],
                status=PolicyStatus.of(row["status"]),
                confirmed_at=row["confirmTime"],
                effective_on=row["effectiveDate"],
                opinion=row["opinion"],
            )


def sign_in(thread: BrowserThread, item: WorkItem) -> Session:
    """Sign in over HTTP; what `BrowserThread` does with a browser."""
    browser = Browser(thread._settings.origin)
    person, password = thread._sign_in.attendant, thread._sign_in.password(item)
    number = f"0.{item.uscc}{id(browser)}"
    browser.exchange("GET", f"/cas/plat_cas_verifycode_gen?box=&r={number}")
    typed = {
        "swy": item.account,
        "swm": md5(password.reveal().encode()).hexdigest(),
        "swm2": "",
        "verifyCode": person.captcha(CaptchaPicture(number, PICTURE)),
    }
    try:
        ticket = browser.exchange("POST", "/cas/login", typed).headers["Location"]
    except (KeyError, PlaywrightError) as error:
        raise ScreenNotReached("HomePage", browser.tab.url) from error
    browser.exchange("GET", ticket)
    return Session(browser, Desk(browser), Valve(), Sender(browser))  # they stand in
