"""Lets only reads and the approved confirmation leave while a form is filled in and pressed.

Meanwhile the browser has no way out, and the latch decides on each request of its page. A read
goes over a connection of the bot's own. The confirmation is compared with what was approved and
goes over such a connection once. Everything else is refused. So "not sent" is a fact, whatever the
page or the browser does, and Chromium cannot send a lost confirmation again.
"""

import json
import re
from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import Protocol
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page, Request, Route
from playwright.sync_api import Error as PlaywrightError

from bot.errors import BusinessException, Reason
from bot.origins import origin_of
from bot.portal.client import Answer, NoAnswer, NotSent, Outgoing
from bot.portal.confirm_request import NotReadable, differences, is_confirmation, names_one
from bot.settings import Settings
from pages.models import Contact, PolicyDetails
from pages.pending import ConfirmationPage

READS = frozenset({"GET", "HEAD"})
LARGEST_READ = 8 << 20  # bytes of one read while the way out is shut
FETCH_HEADERS = {  # Sec-Fetch-Mode and -Dest by the kind of resource; interception hides them
    "document": ("navigate", "iframe"),
    "font": ("cors", "font"),
    "image": ("no-cors", "image"),
    "script": ("no-cors", "script"),
    "stylesheet": ("no-cors", "style"),
}
HASTY = "页面没等按下“确认投保”就要提交确认"


class Valve(Protocol):
    """The browser's only way out."""

    @property
    def tried(self) -> int:
        """How many connections to the portal it has refused since it was shut."""
        ...

    def refill(self) -> None:
        """Let the browser load as much as it may in one act."""
        ...

    def narrow(self) -> None:
        """Cut every connection, and let only one more through to the portal until `widen`."""
        ...

    def shut(self) -> None:
        """Cut every connection, and let none through until `widen`."""
        ...

    def widen(self) -> None:
        """Let any number of connections through again."""
        ...


class Sender(Protocol):
    """Connections of the bot's own."""

    def send(self, outgoing: Outgoing, limit: int = ...) -> Answer:
        """Send one request once; raises as `Client.send` says."""
        ...


class Guard:
    """Refuses every confirmation of a browser context while no latch decides on it."""

    def __init__(self, context: BrowserContext, settings: Settings) -> None:
        self.has_refused = False
        path = re.escape(settings.profile.confirmation.path)
        context.route(re.compile(rf"{path}(?:[?#]|$)"), self._refuse)

    def _refuse(self, route: Route) -> None:
        self.has_refused = True
        _abort(route, "blockedbyclient")


class Latch:
    """Decides on every request of a browser context while its way out is shut."""

    def __init__(
        self,
        desk: Page,
        settings: Settings,
        valve: Valve,
        sender: Sender,
        known: Collection[str] = (),
    ) -> None:
        """`known` are policy numbers; a read may name none, a confirmation only its own."""
        self._desk = desk
        self._known = known
        self._settings = settings
        self._expected = settings.profile.confirmation
        self._valve = valve
        self._sender = sender
        self._approved: tuple[PolicyDetails, Contact] | None = None  # None: none may be sent
        self._is_closed = False  # no confirmation passes any more
        self._refused: dict[str, None] = {}  # requests of the page, each once
        self._cookies: dict[str, set[str]] = {}  # names, by origin; HttpOnly ones if there are any
        self.is_laid = False
        self.is_accepted = False  # the page has shown that the portal confirmed it
        self.difference = ""  # why a confirmation was not what was approved
        self.has_lost_session = False  # the confirmation had no session and did not leave
        self.sent: Outgoing | None = None  # the confirmation, once it may have left
        self.is_compared = True
        self.answer: Answer | None = None

    def lay(self) -> None:
        """Shut the browser's way out; from now on its page sends only what `handle` allows."""
        for origin in self._settings.origins:
            cookies = self._desk.context.cookies(f"{origin}{self._expected.path}")
            hidden = {one["name"] for one in cookies if one["httpOnly"]}
            self._cookies[origin] = hidden or {one["name"] for one in cookies}
        self._desk.context.route("**/*", self.handle)
        self._valve.shut()
        self.is_laid = True

    def lift(self) -> bool:
        """Open the way out again; if the page may still send something, return False instead."""
        if not self.is_laid:
            return True
        is_unsettled = self._approved is not None and not self.is_accepted
        if is_unsettled or self.difference or self._valve.tried:
            return False
        with suppress(PlaywrightError):  # if the context is gone, the way out stays shut
            self._desk.context.unroute("**/*", self.handle)
            self._valve.widen()
            self.is_laid = False
        return not self.is_laid

    def arm(self, details: PolicyDetails, contact: Contact) -> None:
        """Let the confirmation of this policy with this 联系方式 through, once."""
        self._approved = details, contact

    def close(self) -> None:
        """Let no confirmation through any more, however late the page sends it."""
        self._is_closed = True

    def expect_quiet(self) -> None:
        """Check that the page has waited for the press.

        Raises:
            BusinessException: it tried to confirm by itself; that confirmation did not leave.
        """
        if self.difference:
            raise hasty(self.difference)

    @property
    def refused(self) -> tuple[str, ...]:
        """The refused requests of the page, by method and path."""
        return tuple(self._refused)

    @property
    def tried(self) -> int:
        """How many connections the browser tried past the latch; all were refused."""
        return self._valve.tried

    def is_as_approved(self, form: ConfirmationPage) -> bool:
        """Tell whether the form still shows and holds what was approved."""
        return (form.read(self._expected.controls), form.read_contact()) == self._approved

    def has_answered(self, words: Sequence[str]) -> bool:
        """Tell whether the portal's JSON answer, not only its page, contains all of these words."""
        if not (self.answer and self.answer.is_ok):
            return False
        said = _readable(self.answer.body)
        return bool(words) and all(word.strip() and word in said for word in words)

    def handle(self, route: Route) -> None:
        """Decide on one request."""
        outgoing = _outgoing(route.request)
        if not outgoing.url.startswith(("http:", "https:")):  # it does not leave this machine
            route.continue_()
        elif is_confirmation(outgoing, self._settings.origins, self._expected):
            self._decide(route, outgoing)
        elif self._is_read(route.request, outgoing):
            self._read(route, outgoing)
        else:
            self._refuse(route, outgoing)

    def _is_read(self, request: Request, outgoing: Outgoing) -> bool:
        return (
            outgoing.method in READS
            and origin_of(outgoing.url) in self._settings.origins
            and urlsplit(outgoing.url).path != self._expected.path
            and not names_one(outgoing.url, self._known)
            and self._is_desk(request)
        )

    def _is_desk(self, request: Request) -> bool:
        try:
            return request.frame.page == self._desk
        except PlaywrightError:  # no frame is known yet: it may be the desk's
            return True

    def _refuse(self, route: Route, outgoing: Outgoing) -> None:
        self._refused.setdefault(f"{outgoing.method} {urlsplit(outgoing.url).path[:100]}")
        _abort(route, "blockedbyclient")

    def _decide(self, route: Route, outgoing: Outgoing) -> None:
        """Send the confirmation if it is the approved one, and the first."""
        if self._is_closed or self.sent or not self._is_desk(route.request):
            self._refuse(route, outgoing)
            return
        self.difference = self._difference(outgoing)
        self.has_lost_session = self._comes_without_session(outgoing)
        if self.difference or self.has_lost_session:
            self.close()
            self._refuse(route, outgoing)
        elif self._settings.confirm_transport == "browser":
            self.sent = outgoing
            self._valve.narrow()
            route.continue_()
        else:
            self._send(route, outgoing)

    def _difference(self, outgoing: Outgoing) -> str:
        if self._approved is None:
            return HASTY
        try:
            wrong = differences(outgoing, self._expected, *self._approved, self._known)
        except NotReadable:
            self.is_compared = False
            is_accepted = self._settings.accept_unreadable_confirmation and outgoing.body
            return "" if is_accepted else "页面要提交的内容无法解读，不能和批准的比对"
        return f"页面要提交的不是批准的内容：{'、'.join(wrong)}" if wrong else ""

    def _comes_without_session(self, outgoing: Outgoing) -> bool:
        """Tell whether the request lacks the session, as after a crash of the browser's network.

        The portal would only ask to sign in, but the bot could not verify that it did no more.
        """
        pairs = outgoing.headers.get("cookie", "").split(";")
        carried = {pair.partition("=")[0].strip() for pair in pairs}
        known = self._cookies[origin_of(outgoing.url)]
        return bool(known) and known.isdisjoint(carried)

    def _send(self, route: Route, outgoing: Outgoing) -> None:
        self.sent = outgoing
        self.answer = self.exchange(outgoing)
        _answer(route, self.answer)

    def exchange(self, outgoing: Outgoing) -> Answer | None:
        """Send the confirmation once, and return the whole answer if there is one."""
        try:
            return self._sender.send(outgoing)
        except NotSent:
            self.sent = None
            self.close()
        except NoAnswer:
            pass  # it may have arrived
        return None

    def _read(self, route: Route, outgoing: Outgoing) -> None:
        try:
            answer = self._sender.send(outgoing, LARGEST_READ)
        except (NotSent, NoAnswer):
            answer = None
        _answer(route, answer)


def hasty(told: str) -> BusinessException:
    """Return the error for a page that tried to confirm by itself."""
    return BusinessException(
        Reason.CHANGED,
        f"{told}；已拦下，没有发出",
        "请登录门户查看，并联系维护人员；查明以前不要再运行这家企业",
    )


def _outgoing(request: Request) -> Outgoing:
    """Return a request as it would leave, with the headers that interception hides."""
    headers = request.headers
    mode, dest = FETCH_HEADERS.get(request.resource_type, ("cors", "empty"))
    fetch = {"sec-fetch-site": "same-origin", "sec-fetch-mode": mode, "sec-fetch-dest": dest}
    return Outgoing(request.method, request.url, fetch | headers, request.post_data_buffer)


def _answer(route: Route, answer: Answer | None) -> None:
    """Hand an answer to the page; refuse a redirect, which would be followed past the latch."""
    if answer is None or answer.is_redirect:
        _abort(route, "connectionreset")
        return
    headers: dict[str, str] = {}
    for name, value in answer.headers:  # several `Set-Cookie` values go on separate lines
        headers[name] = f"{headers[name]}\n{value}" if name in headers else value
    with suppress(PlaywrightError):  # a page that is gone needs no answer
        route.fulfill(status=answer.status, headers=headers, body=answer.body)


def _abort(route: Route, reason: str) -> None:
    with suppress(PlaywrightError):
        route.abort(reason)


def _readable(body: bytes) -> str:
    """Return an answer in JSON as text; empty if it is a page or unreadable."""
    with suppress(ValueError, RecursionError):
        return json.dumps(json.loads(body), ensure_ascii=False)
    return ""
