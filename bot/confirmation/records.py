"""What is kept of a policy as evidence, step by step."""

import secrets
from base64 import b64encode
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Error as PlaywrightError

from bot.clock import stamp
from bot.confirmation.press import Pressed
from bot.errors import EvidenceNotKept
from bot.evidence.environment import environment
from bot.evidence.pack import SEAL, Evidence
from bot.ledger.entry import Entry
from bot.ledger.history import History
from bot.ledger.snapshot import as_facts
from bot.portal.confirm_request import label_of, read_fields
from bot.portal.session import Session
from bot.settings import Settings
from bot.traces import mask_within
from bot.work_item import WorkItem, mask_text
from pages.models import PolicyRecord
from pages.pending import ConfirmationPage
from pages.visible import in_one_line, visible

FOUND, PRESS_RECORD = "确认后的画面", "按下的记录"
SHOWN_OF_ANSWER = 500  # characters


class Records:
    """Puts what was seen and done into the evidence pack of each work item."""

    def __init__(self, settings: Settings, evidence: Evidence) -> None:
        self._settings = settings
        self._evidence = evidence

    def keep_environment(self, session: Session, item: WorkItem) -> None:
        """Keep which program, browser and account it is done by."""
        browser = session.context.browser
        facts = environment(self._settings, browser.version if browser else "")
        facts["account"] = mask_text(item.account)
        self._evidence.keep_record(item, "environment", facts)

    def keep_filled(self, session: Session, item: WorkItem, form: ConfirmationPage) -> None:
        """Keep what the form shows just before the press; nothing is pressed without it."""
        self.keep_environment(session, item)
        contact = {"typed": asdict(item.contact), "read_back": asdict(form.read_contact())}
        # who knows the digest of the file alone must not find the telephone number by trying
        salt = {"salt": secrets.token_hex(16)}
        self._evidence.keep_record(item, "contact", contact | salt)
        self._evidence.keep_picture(item, "before", form.picture())

    def keep_pressed(self, item: WorkItem, at: datetime, pressed: Pressed) -> None:
        """Keep what was sent and answered; what cannot be kept is noted as lacking."""
        facts = {
            "pressed_at": stamp(at),
            "answered_at": stamp(datetime.now(UTC)),
            "outcome": pressed.outcome,
            "words": pressed.words,
            "dialogs": pressed.dialogs,
            "request": self._request(pressed),
            "answer": _answer(pressed, item),
            "refused": pressed.refused,
            "tried": pressed.tried,
        }
        try:
            if pressed.sent:
                self._evidence.keep_record(item, "exchange", _exchange(pressed))
            self._evidence.keep_record(item, "press", facts)
        except EvidenceNotKept:
            self._evidence.note_lack(item, PRESS_RECORD)

    def _request(self, pressed: Pressed) -> dict[str, Any] | None:
        """Return the confirmation as it was sent, without what is personal or changes each time."""
        if not pressed.sent:
            return None
        expected = self._settings.profile.confirmation
        hidden = {*expected.contact, *expected.free}
        fields = read_fields(pressed.sent) if pressed.is_compared else {}
        shown = {name: values for name, values in fields.items() if name not in hidden}
        return {
            "method": pressed.sent.method,
            "path": urlsplit(pressed.sent.url).path,
            "is_compared": pressed.is_compared,
            "fields": {
                visible(label_of(name, expected)): visible("、".join(one))
                for name, one in shown.items()
            },
        }

    def keep_found(
        self,
        session: Session,
        item: WorkItem,
        record: PolicyRecord | None,
        look: dict[str, Any] | None = None,
    ) -> None:
        """Keep what 保单查询 shows; a failure to keep it does not undo what was found."""
        try:
            if record:
                self._evidence.keep_record(item, "record", as_facts(record))
            if look:
                self._evidence.keep_record(item, "look", look)
            self._evidence.keep_picture(item, "after", _picture(session))
            self._evidence.note_kept(item, FOUND)
        except (EvidenceNotKept, PlaywrightError) as error:
            session.is_spent = session.is_spent or isinstance(error, PlaywrightError)
            self._evidence.note_lack(item, FOUND)

    def seal(self, entry: Entry, history: History) -> None:
        """Seal the evidence of an item; a failure to seal it does not change its state."""
        try:
            self._evidence.seal(entry, history)
        except EvidenceNotKept:
            self._evidence.note_lack(entry.item, SEAL)


def _picture(session: Session) -> bytes:
    """Return what 保单查询 shows; it is only read, so a picture that fails may be taken again."""
    try:
        return session.desk.picture()
    except PlaywrightError:
        return session.desk.picture()


def _answer(pressed: Pressed, item: WorkItem) -> dict[str, Any] | None:
    """Return the portal's answer to the confirmation; masked before it is cut, not only after."""
    if not pressed.answer:
        return None
    said = in_one_line(pressed.answer.body.decode("utf-8", "replace"))
    masked = mask_within(said, item)
    return {"status": pressed.answer.status, "said": masked[:SHOWN_OF_ANSWER]}


def _exchange(pressed: Pressed) -> dict[str, Any]:
    """Return request and answer byte for byte; as they name a person, they are cleared in time."""
    sent = pressed.sent.body if pressed.sent else None
    answered = pressed.answer.body if pressed.answer else None
    return {
        "request": b64encode(sent or b"").decode(),
        "answer": b64encode(answered or b"").decode(),
        "salt": secrets.token_hex(16),  # as for 联系方式
    }
