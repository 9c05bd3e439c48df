"""待批内容: all that an approver must see of what waits for him, as one page that can be mailed.

The page carries its own facts. `sign` reads them and renders the page anew: only a page that is the
same, byte for byte, is signed, so that nobody signs what the page does not show.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from importlib.metadata import version
from itertools import compress, groupby
from operator import not_
from typing import Any, Self

import jinja2
from markupsafe import Markup

from bot import declaration
from bot.clock import in_beijing
from bot.errors import NotFit
from bot.evidence.pack import Evidence
from bot.evidence.slip import Act
from bot.html import render
from bot.ledger.approval import moment
from bot.ledger.entry import Entry, data_of, digest_of, item_of
from bot.ledger.ledger import Ledger
from bot.ledger.snapshot import Snapshot
from bot.ledger.states import STATE_WORDS
from bot.settings import Settings
from bot.work_item import WorkItem, by_heading, mask_contact
from bot.work_list.columns import RULES
from bot.work_list.findings import Unfit
from pages.models import Declaration

KIND = "single-window question 1"
BEGIN, END = b'<script type="application/json" id="question">', b"</script>"
LARGEST = 256 << 20  # bytes of a page, most of them 单证
LONGEST_HOURS = 8760
LISTED = {  # by the column of a list that it stands in
    "uscc": "统一社会信用代码",
    "enterprise_name": "企业名称",
    "application_no": "申请编号",
}
DO = {Act.APPROVE: "批准确认投保", Act.RELEASE: "准许重新办理"}
Facts = tuple[tuple[str, str], ...]  # label and value, as the form shows them


@dataclass(frozen=True, slots=True)
class Asked:
    """One policy that waits for a decision."""

    item: WorkItem
    seen: Snapshot | None  # none if somebody else confirmed it before it was opened here
    state: str  # in words
    since: str  # in Beijing
    told: str
    changes: str  # since the round before; empty if there are none

    @classmethod
    def of(cls, entry: Entry, ledger: Ledger) -> Self:
        """Return what is asked of this entry."""
        since = in_beijing(datetime.fromisoformat(entry.changed_at))
        told, changes = entry.explanation, _changes(entry, ledger)
        return cls(entry.item, entry.snapshot, STATE_WORDS[entry.state], since, told, changes)

    @property
    def digest(self) -> str:
        """The digest of what is decided about."""
        return digest_of(self.item, self.seen)

    @property
    def documents(self) -> tuple[tuple[str, str], ...]:
        """Name and SHA-256 of every 单证."""
        return self.seen.documents if self.seen else ()

    def facts(self, is_masked: bool) -> Facts:
        """Return what the form shows, and what will be typed into it."""
        shown = self.seen.fields if self.seen else ()
        contact = mask_contact if is_masked else by_heading
        return (*shown, *contact(self.item.contact).items())

    def stored(self) -> dict[str, Any]:
        """Return it as a JSON object."""
        return {
            "item": data_of(self.item) | {"round": self.item.round},
            "seen": self.seen.stored() if self.seen else None,
            "state": self.state,
            "since": self.since,
            "told": self.told,
            "changes": self.changes,
        }

    @classmethod
    def load(cls, stored: dict[str, Any]) -> Self:
        """Return what was `stored`."""
        seen = Snapshot.load(stored["seen"]) if stored["seen"] else None
        _expect_listable(stored["item"])
        texts = (str(stored[name]) for name in ("state", "since", "told", "changes"))
        return cls(item_of(stored["item"]), seen, *texts)


@dataclass(frozen=True, slots=True)
class OfEnterprise:
    """What is asked of one enterprise: what all of its policies share, and each with the rest."""

    name: str
    uscc: str
    shared: Facts
    policies: tuple[tuple[Asked, Facts], ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, by whom, and for how long an answer holds."""

    act: Act
    portal: str
    asked_by: str
    asked_at: str  # UTC
    hours: float  # that an answer holds
    asked: tuple[Asked, ...]
    program: str

    @classmethod
    def ask(cls, entries: Iterable[Entry], act: Act, settings: Settings, ledger: Ledger) -> Self:
        """Return the question about these entries."""
        asked = tuple(Asked.of(entry, ledger) for entry in entries)
        program, hours = version("single-window"), settings.approval_hours
        return cls(act, settings.origin, settings.operator, moment(), hours, asked, program)

    def page(self, evidence: Evidence) -> bytes:
        """Return the page, with every 单证 from the evidence packs.

        Raises:
            NotFit: a pack lacks a 单证, so an approver would not see what is approved.
        """
        found: dict[str, bytes] = {}
        for one in self.asked:
            for name, digest in one.documents:
                content = evidence.document(one.item, digest)
                if content is None:
                    told = f"{one.item.label} 的单证“{name}”不在证据包里"
                    raise NotFit(told, "请先运行 single-window run，由程序重新取来")
                found[digest] = content
        page = self._page(found)
        if len(page) > LARGEST:
            told = f"这些单证合起来超过 {LARGEST >> 20} MB"
            raise NotFit(told, "请写申请编号或用 --enterprise，分几次提交")
        return page

    @classmethod
    def read(cls, page: bytes) -> Self:
        """Return the question of a page.

        Raises:
            NotFit: it is no such page, or it shows anything else than what would be signed.
        """
        unfit = NotFit(
            "这不是待批的内容，或被改动过", "请用 single-window approve --ask 重新写一份"
        )
        try:
            stored = json.loads(page.partition(BEGIN)[2].partition(END)[0])
            question = cls._load(stored)
            is_whole = question._page(_documents_in(page)) == page
        except (
            ValueError,
            TypeError,
            KeyError,
            AttributeError,
            RecursionError,
            OverflowError,
            jinja2.UndefinedError,
        ) as error:
            raise unfit from error
        if not is_whole and question.program != version("single-window"):
            told = f"这是 {question.program} 版写的，这里是 {version('single-window')} 版"
            raise NotFit(told, "请用同一版的程序签字，或请对方重新写一份")
        if not is_whole:
            raise unfit
        return question

    def declarations(self) -> dict[str, Declaration]:
        """Return every wording of 投保声明 by its digest."""
        seen = (one.seen.declaration for one in self.asked if one.seen)
        return {declaration.digest(wording): wording for wording in seen}

    @classmethod
    def _load(cls, stored: dict[str, Any]) -> Self:
        if stored.pop("kind") != KIND:
            raise ValueError("another kind")
        asked = tuple(Asked.load(one) for one in stored.pop("asked"))
        question = cls(act=Act(stored.pop("act")), asked=asked, **stored)
        if not (isinstance(question.hours, float) and 0 < question.hours <= LONGEST_HOURS):
            raise ValueError("no time for which an answer could hold")
        if any(one.item.portal_origin != question.portal for one in asked):
            raise ValueError("another portal")
        return question

    def _page(self, documents: dict[str, bytes]) -> bytes:
        facts = {
            "kind": KIND,
            "act": self.act,
            "portal": self.portal,
            "asked_by": self.asked_by,
            "asked_at": self.asked_at,
            "hours": self.hours,
            "asked": [one.stored() for one in self.asked],
            "program": self.program,
        }
        data = json.dumps(facts, ensure_ascii=False, sort_keys=True).replace("<", "\\u003c")
        return render(
            "question",
            question=self,
            act=DO[self.act],
            asked_at=in_beijing(datetime.fromisoformat(self.asked_at)),
            enterprises=in_enterprises(self.asked),
            wording_digest=declaration.digest,
            documents={name: b64encode(one).decode() for name, one in documents.items()},
            data=Markup(data),
        )


def in_enterprises(asked: Iterable[Asked], is_masked: bool = False) -> list[OfEnterprise]:
    """Return what is asked, enterprise by enterprise; what all policies share is told once."""
    in_order = sorted(asked, key=lambda one: (one.item.uscc, one.item.application_no))
    return [
        _of_enterprise(list(batch), is_masked)
        for _, batch in groupby(in_order, key=lambda one: one.item.uscc)
    ]


def _of_enterprise(batch: list[Asked], is_masked: bool) -> OfEnterprise:
    facts = [one.facts(is_masked) for one in batch]
    # forms with other labels, or in another order, share nothing that could be told once
    are_alike = len({tuple(label for label, _ in one) for one in facts}) == 1
    is_shared = [are_alike and len(set(column)) == 1 for column in zip(*facts, strict=False)]
    first = batch[0].item
    return OfEnterprise(
        first.enterprise_name,
        first.uscc,
        tuple(compress(facts[0], is_shared)),
        tuple(
            (one, tuple(compress(own, map(not_, is_shared))) if are_alike else own)
            for one, own in zip(batch, facts, strict=True)
        ),
    )


def _changes(entry: Entry, ledger: Ledger) -> str:
    """Return what differs from the round before; empty if this is the first."""
    before = [one for one in ledger.rounds_of(entry.item) if one.item.round < entry.item.round]
    if not (before and before[-1].snapshot and entry.snapshot):
        return ""
    last, now = by_heading(before[-1].item.contact), by_heading(entry.item.contact)
    typed = (
        f"{name}：原为“{last[name]}”，现为“{now[name]}”" for name in now if now[name] != last[name]
    )
    changed = before[-1].snapshot.differences(entry.snapshot)
    return "；".join(filter(None, (changed, *typed)))


def _expect_listable(item: dict[str, Any]) -> None:
    """See that an item is one that a list could hold, letter by letter.

    Raises:
        ValueError: it is not; its number could hide that it stands for another policy.
    """
    columns = {
        "uscc": "统一社会信用代码",
        "enterprise_name": "企业名称",
        "application_no": "申请编号",
    }
    try:
        texts = {name: RULES[heading].accept(item[name]) for name, heading in columns.items()}
    except Unfit as unfit:
        raise ValueError(unfit.problem) from unfit
    is_listable = all(item[name] == text for name, text in texts.items())
    if not is_listable or type(item["round"]) is not int or item["round"] < 1:
        raise ValueError("no item of a list")


def _documents_in(page: bytes) -> dict[str, bytes]:
    """Return every 单证 of a page by its true SHA-256."""
    found = [b64decode(one, validate=True) for one in _embedded(page)]
    return {sha256(content).hexdigest(): content for content in found}


def _embedded(page: bytes) -> Iterator[bytes]:
    for part in page.split(b'href="data:application/pdf;base64,')[1:]:
        yield part.partition(b'"')[0]
