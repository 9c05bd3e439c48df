"""One signed-in enterprise: the form that is open, and what 待确认 and 保单查询 show."""

from collections.abc import Collection
from dataclasses import dataclass

from playwright.sync_api import BrowserContext

from bot.portal.latch import HASTY, Guard, Latch, Sender, Valve, hasty
from bot.settings import Settings
from bot.work_item import WorkItem
from pages.desk import DeskPage
from pages.errors import UnexpectedDialog
from pages.models import Document, PolicyRecord, PolicyStatus
from pages.parts import DialogLog
from pages.pending import ConfirmationPage


@dataclass(slots=True)
class Session:
    """One enterprise, signed in; used on its browser thread alone."""

    context: BrowserContext
    desk: DeskPage
    valve: Valve  # on its browser's way out
    sender: Sender
    guard: Guard | None = None  # decides while there is no latch
    is_spent: bool = False  # to be discarded, with everything that still runs in it
    listed: frozenset[str] = frozenset()  # 申请编号 that 待确认 showed on the way to the open form
    known: tuple[PolicyRecord, ...] = ()  # of the last form's item, read before it was opened
    _open: tuple[str, ConfirmationPage] | None = None  # reference and form
    _documents: tuple[Document, ...] | None = None  # of the open form
    _latch: Latch | None = None  # over the open form

    def form(self, item: WorkItem) -> ConfirmationPage:
        """Return the form of this item, opened afresh unless it is already open.

        Its records in 保单查询 are read first, so that a press of this form shows as a difference.

        Raises:
            PolicyNotListed: 待确认 does not list it.
        """
        if self._open is None or self._open[0] != item.reference:
            self.known = self.records(item)
            if self.guard:  # a repeat that an earlier page sent is not this policy's
                self.guard.has_refused = False
            pending = self.desk.open_pending()
            form = pending.process(item.application_no)
            self.listed = frozenset(pending.listed)
            self._open = (item.reference, form)
        return self._open[1]

    def documents(self, item: WorkItem, names: tuple[str, ...]) -> tuple[Document, ...]:
        """Return these 单证 of this item's form, fetched once for each opening of it."""
        form = self.form(item)
        if self._documents is None:
            self._documents = tuple(form.view_document(name) for name in names)
        return self._documents

    def shut_in(self, settings: Settings, known: Collection[str]) -> Latch:
        """Shut the browser's way out while the open form is worked on; return the latch.

        `known` are the numbers of policies, beside those that 待确认 has shown.
        """
        if self._latch is None:
            numbers = self.listed.union(known)
            self._latch = Latch(self.desk.tab, settings, self.valve, self.sender, numbers)
            self._latch.lay()
        return self._latch

    def leave_form(self) -> None:
        """Forget the form that is open, so that the next look opens it again.

        If the page may still send something, the way out stays shut and the session is spent.
        """
        self._open = self._documents = None
        if self._latch:
            self.is_spent = self.is_spent or not self._latch.lift()
            self._latch = None

    def records(self, item: WorkItem) -> tuple[PolicyRecord, ...]:
        """Look this item up in 保单查询; leave out rows that are still to be confirmed."""
        self.leave_form()
        found = self.desk.open_policies().records_of(item.application_no)
        return tuple(one for one in found if one.status is not PolicyStatus.PENDING)

    def is_pending(self, item: WorkItem) -> bool:
        """Look this item up in 待确认."""
        self.leave_form()
        return self.desk.open_pending().has(item.application_no)

    def expect_quiet(self) -> None:
        """Check that the portal has waited for the bot.

        Raises:
            UnexpectedDialog: it showed a native dialog.
            BusinessException: its page tried to confirm by itself; that did not leave.
        """
        if self.guard and self.guard.has_refused:
            self.is_spent = True
            raise hasty(HASTY)
        for message in DialogLog.of(self.desk.tab).take():
            raise UnexpectedDialog(message)
