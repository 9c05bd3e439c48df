"""The press of 确认投保: one press, and what it came to (guide-2.5).

What may leave meanwhile is decided by `bot.portal.latch`.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum

from playwright.sync_api import Error as PlaywrightError

from bot.confirmation.approval import ApprovedIntent
from bot.portal.client import Answer, Outgoing
from bot.portal.failures import described
from bot.portal.latch import Latch
from pages.errors import PortalError, PortalRefused
from pages.parts import DialogLog
from pages.pending import ConfirmationPage, ConfirmedDialog


class PressOutcome(StrEnum):
    """What the press came to, as far as the press itself can tell."""

    ACCEPTED = "accepted"  # the portal said so; 保单查询 has the last word
    REFUSED = "refused"  # the portal's own logic answered no
    UNKNOWN = "unknown"  # perhaps sent, and no clear answer
    NOT_SENT = "not_sent"  # nothing left the browser, and nothing can any more
    CHANGED = "changed"  # not sent, since it was not what was approved


UNSENT = frozenset({PressOutcome.NOT_SENT, PressOutcome.CHANGED})


@dataclass(frozen=True, slots=True)
class Pressed:
    """The outcome, what was said and sent, and whether the browser context may be used further."""

    outcome: PressOutcome
    words: str
    is_clean: bool
    dialogs: tuple[str, ...] = ()  # native ones
    sent: Outgoing | None = None  # the confirmation
    is_compared: bool = True  # with what was approved; a setting lets an unreadable one go
    answer: Answer | None = None
    refused: tuple[str, ...] = ()  # what else the page wanted to send, without its values
    tried: int = 0  # connections that the browser wanted, past every page

    @property
    def told(self) -> str:
        """What an operator reads of it."""
        unclear = "没有明确的应答，" if self.outcome is PressOutcome.UNKNOWN else ""
        dialogs = "".join(f"，门户弹窗“{dialog}”" for dialog in self.dialogs)
        tried = f"，页面另外试过 {self.tried} 次连接门户，都没有放行" if self.tried else ""
        return f"{unclear}{self.words}{dialogs}{tried}"


def press(intent: ApprovedIntent, form: ConfirmationPage, latch: Latch) -> Pressed:
    """Press 确认投保 on the form of this intent, once.

    Whatever it comes to, the caller must look in 保单查询 next. Unless the outcome is clean, the
    latch stays laid, and the context must be thrown away before the valve is widened.
    """
    latch.arm(intent.details, intent.contact)
    came_to = _press(intent, form, latch)
    return replace(
        came_to,
        dialogs=DialogLog.of(form.tab).take(),
        sent=latch.sent,
        is_compared=latch.is_compared,
        answer=latch.answer,
        refused=latch.refused,
    )


def _press(intent: ApprovedIntent, form: ConfirmationPage, latch: Latch) -> Pressed:
    try:
        if not latch.is_as_approved(form):
            return Pressed(_outcome(latch), "打开的表单不是批准的内容", is_clean=False)
        confirmed = form.confirm()
    except PortalRefused as refusal:
        outcome = _outcome(latch, refusal.messages)
        return _ended(latch, outcome, "；".join(refusal.messages))
    except (PortalError, PlaywrightError) as error:
        return _ended(latch, _outcome(latch), described(error))
    finally:
        latch.close()
    words = ""
    with suppress(PortalError, PlaywrightError):
        words = confirmed.read()
    if latch.sent is None:  # the page said so by itself
        return _ended(latch, _outcome(latch), f"页面显示“{words}”，但没有提交确认")
    latch.is_accepted = True
    return Pressed(
        PressOutcome.ACCEPTED, words, tried=latch.tried, is_clean=_leave(confirmed, latch)
    )


def _ended(latch: Latch, outcome: PressOutcome, words: str) -> Pressed:
    """Return what a press came to that the portal has not accepted; a difference explains it."""
    told = latch.difference if outcome is PressOutcome.CHANGED else words
    if outcome is PressOutcome.NOT_SENT and latch.has_lost_session:
        told = "浏览器丢失了登录状态"
    return Pressed(outcome, told, is_clean=False, tried=latch.tried)


def _leave(confirmed: ConfirmedDialog, latch: Latch) -> bool:
    """Take the latch off, and close the record that was confirmed; return whether that worked."""
    with suppress(PortalError, PlaywrightError):
        if latch.lift():
            confirmed.close()
            return True
    return False


def _outcome(latch: Latch, refusal: Sequence[str] = ()) -> PressOutcome:
    """Let nothing more through, and return what it came to if nothing was confirmed."""
    latch.close()
    if latch.sent is None:
        return PressOutcome.CHANGED if latch.difference else PressOutcome.NOT_SENT
    return PressOutcome.REFUSED if latch.has_answered(refusal) else PressOutcome.UNKNOWN
