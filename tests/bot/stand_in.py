"""A portal as somebody describes it, in place of browsers and sessions; it counts what is sent."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode

from dbos import DBOSConfiguredInstance

from bot import declaration
from bot.clock import in_beijing
from bot.confirmation.workflow import Robot
from bot.declaration import GUIDE_DECLARATION
from bot.evidence.pack import Evidence
from bot.ledger.ledger import Ledger
from bot.parties import Mandate
from bot.portal.client import Answer, Outgoing
from bot.portal.latch import Latch
from bot.settings import Settings
from bot.work_item import WorkItem
from pages.errors import PolicyNotListed, PortalRefused, ScreenNotReached
from pages.models import Contact, Document, PolicyDetails, PolicyRecord, PolicyStatus
from pages.parts import DialogLog
from pages.profile import GUANGDONG
from tests.bot.items import ITEM

CONFIRM = "/swProxy/xwtbserver/sw/pending/confirm"
POST = f"fetch('{CONFIRM}', {{method: 'POST'}}).then(() => 1, () => 0)"  # by a page, past its form
DOCUMENT = Document("中小企业综合保险续转单证(小微企业适用)", b"%PDF-1.7 invented")
MANDATE = Mandate(
    signatory="模拟签字人",
    enterprises=(ITEM.uscc,),
    declaration=declaration.digest(GUIDE_DECLARATION),
    documents=(DOCUMENT.name,),
    expires=date(2099, 12, 31),
)


class Portal:
    """Stands in for `Sessions`: one policy, where the portal shows it, and how it answers."""

    at_once = 1

    def __init__(self, is_pending: bool = True, status: PolicyStatus | None = None) -> None:
        self.is_pending = is_pending
        self.status = status  # in 保单查询
        self.at = in_beijing(datetime.now(UTC) + timedelta(days=1))  # after any press
        self.older: tuple[PolicyRecord, ...] = ()  # beside it in 保单查询
        self.product = "小微企业信保易"
        self.refusal = ""  # the portal's own words to 确认投保
        self.happen: Callable[[], None] = lambda: None  # after 确认投保 was saved or refused
        self.requests = 0  # of 确认投保

    def do(self, item: WorkItem, act: Callable[[Any], Any]) -> Any:
        """Act in the session of this item."""
        return act(Session(self, item))

    def leave(self, uscc: str) -> None:
        """Close the session."""

    def send(self, outgoing: Outgoing, limit: int = 0) -> Answer:
        """Take 确认投保, as the bot's own connection brings it."""
        said = json.dumps({"message": self.confirm()})
        return Answer(200, (), said.encode())

    def confirm(self) -> str:
        """Take 确认投保; return what is answered."""
        self.requests += 1
        if not self.refusal:
            self.is_pending, self.status = False, PolicyStatus.CONFIRMED
        self.happen()
        return self.refusal


class Session:
    """Stands in for a session and its desk."""

    def __init__(self, portal: Portal, item: WorkItem) -> None:
        self._portal = portal
        self._form = Form(portal, item)
        self.desk = self._form
        self.is_spent = False
        self.listed = frozenset((item.application_no,))
        self.known: tuple[PolicyRecord, ...] = ()
        self.context = SimpleNamespace(browser=None)

    def form(self, item: WorkItem) -> "Form":
        """Open the form, if the portal lists the policy."""
        self.known = self.records(item)
        if not self._portal.is_pending:
            raise PolicyNotListed(item.application_no)
        return self._form

    def documents(self, item: WorkItem, names: tuple[str, ...]) -> tuple[Document, ...]:
        """Fetch the only 单证."""
        return (DOCUMENT,)

    def records(self, item: WorkItem) -> tuple[PolicyRecord, ...]:
        """Look the policy up in 保单查询."""
        portal, number = self._portal, item.application_no
        if not portal.status:
            return portal.older
        found = PolicyRecord(number, "", portal.product, portal.status, portal.at, "", "请核对")
        return (*portal.older, found)

    def is_pending(self, item: WorkItem) -> bool:
        """Look it up in 待确认."""
        return self._portal.is_pending

    def shut_in(self, settings: Settings, known: set[str]) -> Latch:
        """Lay a latch over the form."""
        latch = Latch(self._form.tab, settings, Valve(), self._portal)
        latch.lay()
        return latch

    def leave_form(self) -> None:
        """Forget nothing."""

    def expect_quiet(self) -> None:
        """Find no dialog."""


class Form:
    """Stands in for 投保确认; its one request goes through whatever the bot has put up for it."""

    def __init__(self, portal: Portal, item: WorkItem) -> None:
        self._portal = portal
        self._item = item
        self._contact = Contact("", "", "", "")
        self._handlers: list[Callable[[Any], None]] = []
        self.tab = SimpleNamespace(context=self)
        DialogLog.install(self)

    def on(self, event: str, handler: Callable[[Any], None]) -> None:
        """Never show a dialog."""

    def cookies(self, url: str) -> list[dict[str, Any]]:
        """Know of none."""
        return []

    def read(self, internal: dict[str, str]) -> PolicyDetails:
        """Return what the form shows."""
        fields = {
            "申请编号": self._item.application_no,
            "企业名称": self._item.enterprise_name,
            "统一社会信用代码": self._item.uscc,
            "组织机构代码": self._item.uscc[8:17],
            "产品名称": self._portal.product,
            "状态": PolicyStatus.PENDING.value,
        }
        return PolicyDetails(tuple(fields.items()), (DOCUMENT.name,), GUIDE_DECLARATION)

    def fill_contact(self, contact: Contact) -> None:
        """Take 联系方式."""
        self._contact = contact

    def read_contact(self) -> Contact:
        """Return 联系方式 as it was filled in."""
        return self._contact

    def accept_declaration(self) -> None:
        """Take the tick."""

    def picture(self) -> bytes:
        """Return what passes for a picture."""
        return b"a picture"

    def route(self, pattern: str, handler: Callable[[Any], None]) -> None:
        """Let this handler decide about requests."""
        self._handlers.append(handler)

    def unroute(self, pattern: str, handler: Callable[[Any], None]) -> None:
        """Do without it again."""
        self._handlers.remove(handler)

    def confirm(self) -> "Answer":
        """Send 确认投保, and show what is answered."""
        request = Request(self.tab, self._item, self._contact)
        for handler in self._handlers:
            handler(request)
        if request.is_lost:
            raise ScreenNotReached("ConfirmedDialog", "")
        if request.said:
            raise PortalRefused([request.said])
        return Confirmed(self.tab)


class Confirmed:
    """Stands in for the dialog that says so."""

    def __init__(self, tab: Any) -> None:
        self.tab = tab

    def read(self) -> str:
        """Return its words."""
        return "投保确认提交成功！"

    def close(self) -> None:
        """Close it."""


class Request:
    """Stands in for the route of a POST, and for the request."""

    method, resource_type = "POST", "fetch"

    def __init__(self, tab: Any, item: WorkItem, contact: Contact) -> None:
        expected = GUANGDONG.confirmation
        typed = {name: getattr(contact, part) for name, part in expected.contact.items()}
        sent = {expected.number: item.application_no} | typed | dict(expected.fixed)
        self.url = f"{item.portal_origin}{expected.path}"
        self.headers = {"content-type": "application/x-www-form-urlencoded"}
        self.post_data_buffer = urlencode(sent).encode()
        self.frame = SimpleNamespace(page=tab)
        self.request = self
        self.said = ""
        self.is_lost = False

    def fulfill(self, status: int, headers: dict[str, str], body: bytes) -> None:
        """Show the answer."""
        self.said = json.loads(body)["message"]

    def abort(self, reason: str) -> None:
        """Show that there is none."""
        self.is_lost = True


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


def make_robot(folder: Path, settings: Settings, ledger: Ledger, portal: Portal) -> Robot:
    """Make a robot without its engine: each of its steps is a plain call."""
    with patch.object(DBOSConfiguredInstance, "__init__", lambda self, name: None):
        return Robot(settings, ledger, portal, Evidence(folder / "evidence"), lambda entry: None)


def under_mandate(folder: Path, quarantine_minutes: float = 60) -> Settings:
    """Settings with a mandate that covers the item."""
    return Settings(data_dir=folder, mandates=(MANDATE,), quarantine_minutes=quarantine_minutes)
