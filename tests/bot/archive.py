"""A sealed evidence folder for tests of what is done with one."""

from dataclasses import asdict, replace
from itertools import pairwise
from pathlib import Path

from bot.evidence.environment import environment
from bot.evidence.pack import Evidence
from bot.evidence.seal import PUBLIC_KEY
from bot.evidence.verification import Verification, verify
from bot.ledger.ledger import Ledger
from bot.ledger.states import State
from bot.settings import Settings
from pages.models import Document
from tests.bot.items import ITEM, MAKER

SECOND = replace(ITEM, application_no="XW2")
SNAPSHOT = {
    "origin": ITEM.portal_origin,
    "fields": [["申请编号", "XW1"], ["企业名称", ITEM.enterprise_name]],
    "declaration": {"clauses": ["第一条"], "label": "已认真阅读以上内容并同意"},
    "documents": [["单证", "00"]],
}


class Archive:
    """An evidence folder with two sealed packs of one closed run."""

    def __init__(self, store: Path) -> None:
        self.ledger = Ledger(store / "ledger.sqlite", store / "marker")
        self.ledger.dispatch([ITEM, SECOND], "list", MAKER)
        self.evidence = Evidence(store / "evidence")
        self.key = store / PUBLIC_KEY
        self.evidence.begin()
        for item in (ITEM, SECOND):
            contact = asdict(item.contact)
            self.evidence.keep_record(item, "snapshot", SNAPSHOT)
            self.evidence.keep_record(item, "contact", {"typed": contact, "read_back": contact})
            self.evidence.keep_record(item, "environment", environment(Settings(), "156"))
            self.evidence.keep_document(item, Document("单证", b"%PDF-1.7 " + b"x" * 99))
            self.evidence.keep_picture(item, "before", b"before " + item.application_no.encode())
            self.ledger.move(item.reference, State.READY, State.NEEDS_PERSON, MAKER)
            self.seal(item.application_no)
        self.head = str(self.evidence.end())

    @property
    def folder(self) -> Path:
        """Return the folder of all evidence."""
        return self.evidence.folder

    @property
    def pack(self) -> Path:
        """Return the pack of the first item."""
        return self.evidence.pack(ITEM)

    def seal(self, application_no: str) -> None:
        """Seal the pack of this item, as at its end in a run."""
        reference = replace(ITEM, application_no=application_no).reference
        self.evidence.seal(self.ledger.entry(reference), self.ledger.history(reference))

    def move_on(self, *states: State) -> None:
        """Move the first item from state to state."""
        for old, new in pairwise(states):
            self.ledger.move(ITEM.reference, old, new, "robot")

    def verify(self, head: str = "") -> Verification:
        """Verify the whole folder."""
        return verify(self.folder, self.key, head)
