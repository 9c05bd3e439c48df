"""The press of 确认投保: one press is one request (guide-2.5).

Chromium itself sends a POST again when its connection drops before the answer begins. So the
confirm request is let through a latch, once, and is sent without retries and redirects. Chromium
also sends what a latch holds back when the page, the driver or the bot is gone. So until the page
has its answer, the way out is a valve that lets one connection through; and before it is said that
nothing was sent, none.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal, Protocol

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, Request, Route

from bot.approval import ApprovedIntent
from bot.errors import in_chinese
from pages.errors import PortalError, PortalRefused
from pages.parts import DialogLog
from pages.pending import ConfirmationPage, ConfirmedDialog

Transport = Literal["guarded", "browser"]
READS = frozenset({"GET", "HEAD"})


class Outcome(StrEnum):
    """What the press came to, as far as the press itself can tell."""

    ACCEPTED = "accepted"  # the portal said so; 保单查询 has the last word
    REFUSED = "refused"  # the portal's own logic answered no
    UNKNOWN = "unknown"  # perhaps sent, and no clear answer
    NOT_SENT = "not_sent"  # nothing left the browser, and nothing can any more


@dataclass(frozen=True, slots=True)
class Pressed:
    """The outcome, what was said, and whether the browser context may be used further."""

    outcome: Outcome
    words: str
    is_clean: bool
    dialogs: tuple[str, ...] = ()  # native ones

    @property
    def told(self) -> str:
        """What an operator is told of it."""
        unclear = "没有明确的应答，" if self.outcome is Outcome.UNKNOWN else ""
        dialogs = "".join(f"，门户弹窗“{dialog}”" for dialog in self.dialogs)
        return f"{unclear}{self.words}{dialogs}"


class Valve(Protocol):
    """The browser's only way out."""

    def narrow(self) -> None:
        """Cut every connection, and let only one more through to the portal until `widen`."""
        ...

    def shut(self) -> None:
        """Cut every connection, and let none through until `widen`."""
        ...

    def widen(self) -> None:
        """Let any number of connections through again."""
        ...


class Latch:
    """Lets the desk's first request that is not a read through, and refuses every other.

    The home page behind the desk goes on by itself, with a third party's script for instance: what
    it sends in the meantime says nothing about the press, and only its reads go through, until the
    confirmation is on its way: the valve has no room for them.
    """

    def __init__(self, desk: Page, transport: Transport, valve: Valve | None) -> None:
        self._desk = desk
        self._transport = transport
        self._valve = valve
        self.is_touched = False  # some request was made, be it a read
        self._is_used = False
        self._is_on_its_way = False
        self._answer = ""  # what the portal's own logic said; empty if it said nothing

    def handle(self, route: Route) -> None:
        """Decide on one request of the browser context."""
        is_desk = self._is_desk(route.request)
        self.is_touched = self.is_touched or is_desk
        if route.request.method in READS and not self._is_on_its_way:
            route.continue_()
        elif self._is_used or not is_desk:
            route.abort("blockedbyclient")
        else:
            self._is_used = self._is_on_its_way = True
            if self._valve:
                self._valve.narrow()
            if self._transport == "guarded":
                self._send(route)
            else:
                route.continue_()

    def close(self) -> None:
        """Let nothing through any more, however late the page sends it."""
        if self._valve and not self._is_used:
            self._valve.shut()
        self._is_used = True

    def arrived(self) -> None:
        """Open the way for reads again: the page has its answer, and holds nothing back."""
        self._is_on_its_way = False
        if self._valve:
            self._valve.widen()

    def has_answered(self, words: Sequence[str]) -> bool:
        """Tell whether the portal's own logic, not its page by itself, said all of these words."""
        return bool(words) and all(word.strip() and word in self._answer for word in words)

    def _is_desk(self, request: Request) -> bool:
        try:
            return request.frame.page == self._desk
        except PlaywrightError:  # no frame is known yet: it may be the desk's
            return True

    def _send(self, route: Route) -> None:
        try:
            answer = route.fetch(max_retries=0, max_redirects=0)
            if answer.ok:
                with suppress(ValueError):  # a page, or nothing that can be read
                    self._answer = json.dumps(answer.json(), ensure_ascii=False)
        except PlaywrightError:
            answer = None
        with suppress(PlaywrightError):  # a page that is gone misses nothing
            if answer:
                route.fulfill(response=answer)
            else:
                route.abort("connectionreset")


def press(
    intent: ApprovedIntent,
    form: ConfirmationPage,
    transport: Transport = "guarded",
    valve: Valve | None = None,
) -> Pressed:
    """Press 确认投保 on the form of this intent, once.

    Whatever it comes to, the caller must look in 保单查询 next. Unless the outcome is clean, the
    latch stays on the browser context and the valve as it is, and the context must be thrown away
    before the valve is widened. The latch of the transport `browser` lets the request go the
    browser's own way, which may send it again.
    """
    latch = Latch(form.tab, transport, valve)
    form.tab.context.route("**/*", latch.handle)
    came_to = _press(intent, form, latch)
    return replace(came_to, dialogs=DialogLog.of(form.tab).take())


def _press(intent: ApprovedIntent, form: ConfirmationPage, latch: Latch) -> Pressed:
    try:
        if (form.read(), form.read_contact()) != (intent.details, intent.contact):
            return Pressed(_outcome(form, latch), "打开的表单不是批准的内容", is_clean=False)
        confirmed = form.confirm()
    except PortalRefused as refusal:
        outcome = _outcome(form, latch, refusal.messages)
        return Pressed(outcome, "；".join(refusal.messages), is_clean=False)
    except PortalError as error:
        return Pressed(_outcome(form, latch), in_chinese(error), is_clean=False)
    except PlaywrightError as error:
        return Pressed(Outcome.UNKNOWN, in_chinese(error), is_clean=False)
    finally:
        latch.close()
    latch.arrived()
    words = ""
    with suppress(PortalError, PlaywrightError):
        words = confirmed.read()
    return Pressed(Outcome.ACCEPTED, words, is_clean=_leave(confirmed, latch))


def _outcome(form: ConfirmationPage, latch: Latch, refusal: Sequence[str] = ()) -> Outcome:
    """Let nothing more through, and return what it came to if nothing was confirmed."""
    latch.close()
    with suppress(PlaywrightError):
        form.words()  # a browser that answers has asked the latch until the valve was shut
        if not latch.is_touched:
            return Outcome.NOT_SENT
    return Outcome.REFUSED if latch.has_answered(refusal) else Outcome.UNKNOWN


def _leave(confirmed: ConfirmedDialog, latch: Latch) -> bool:
    """Close the record that was confirmed, and take the latch off; return whether that worked."""
    context = confirmed.tab.context
    with suppress(PortalError, PlaywrightError):
        confirmed.close()
        context.unroute("**/*", latch.handle)
        return True
    return False
