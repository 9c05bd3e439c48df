"""The press of 确认投保: one press is one request (guide-2.5).

Chromium itself sends a POST again when its connection drops before the answer begins. So the
confirm request is let through a latch, once, and is sent without retries and redirects.
"""

from enum import StrEnum

from playwright.sync_api import BrowserContext, Route
from playwright.sync_api import Error as PlaywrightError

from bot.approval import ApprovedIntent
from pages.errors import PortalError, PortalRefused
from pages.pending import ConfirmationPage

READS = frozenset({"GET", "HEAD"})


class Outcome(StrEnum):
    """What the press came to, as far as the press itself can tell."""

    ACCEPTED = "accepted"  # the portal said so; 保单查询 has the last word
    REFUSED = "refused"  # the portal or its page said no
    UNKNOWN = "unknown"  # sent, and no clear answer
    NOT_SENT = "not_sent"  # nothing left the browser


class Latch:
    """Lets the first request that is not a read through, and refuses every other."""

    def __init__(self) -> None:
        self.is_used = False
        self.is_answered = False  # by the portal's own logic, not by an error page or not at all

    def handle(self, route: Route) -> None:
        """Decide on one request of the desk."""
        if route.request.method in READS:
            route.continue_()
        elif self.is_used:
            route.abort("blockedbyclient")
        else:
            self.is_used = True
            self._send(route)

    def _send(self, route: Route) -> None:
        try:
            answer = route.fetch(max_retries=0, max_redirects=0)
        except PlaywrightError:
            route.abort("connectionreset")
        else:
            self.is_answered = answer.ok
            route.fulfill(response=answer)


def press(intent: ApprovedIntent, form: ConfirmationPage) -> tuple[Outcome, str]:
    """Press 确认投保 on the form of this intent, once; return the outcome and the portal's words.

    Nothing is raised: whatever happens here, the caller must look in 保单查询 next. The latch stays
    on the desk until `release`.
    """
    desk = form.tab.context
    release(desk)
    latch = Latch()
    desk.route("**/*", latch.handle)
    try:
        confirmed = form.confirm()
        words = confirmed.read()
        confirmed.close()
        return Outcome.ACCEPTED, words
    except PortalRefused as refusal:
        outcome = Outcome.REFUSED if latch.is_answered else Outcome.UNKNOWN
        words = "；".join(refusal.messages)
    except (PortalError, PlaywrightError) as error:
        outcome, words = Outcome.UNKNOWN, type(error).__name__
    return (outcome if latch.is_used else Outcome.NOT_SENT), words


def release(desk: BrowserContext) -> None:
    """Take the latch off the desk, after the read-back."""
    desk.unroute_all()
