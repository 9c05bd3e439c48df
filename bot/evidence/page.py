"""The page of an evidence pack that a person prints and files."""

from datetime import UTC, datetime
from typing import Any

from bot.clock import in_beijing
from bot.declaration import digest
from bot.evidence.pack_file import last_of
from bot.evidence.seal import Chain, fingerprint
from bot.html import render
from bot.ledger.entry import Entry
from bot.ledger.history import History, Move
from bot.ledger.states import STATE_WORDS
from bot.persons import ROBOT
from bot.work_item import mask_contact
from pages.models import Contact, Declaration

EDITIONS = {"guangdong": "地方（广东）版", "national": "国标版"}
LOGINS = {"account": "账号登录", "card": "卡介质"}
TRANSPORTS = {"guarded": "由程序发送，只发一次", "browser": "由浏览器发送，可能发两次"}
OUTCOMES = {
    "accepted": "门户已接受",
    "refused": "门户拒绝",
    "unknown": "没有明确的应答",
    "not_sent": "没有发出",
    "changed": "没有发出：页面要提交的不是批准的内容",
}


def write_page(
    entry: Entry,
    history: History,
    records: dict[str, Any],
    files: list[dict[str, Any]],
    chain: Chain,
) -> bytes:
    """Return the page of a pack, made from its records; contact data are masked."""
    head = chain.head()
    snapshot, contact = records["snapshot"], records["contact"]
    claimed_at = _claimed_at(history)
    return render(
        "evidence",
        entry=entry,
        item=entry.item,
        state=STATE_WORDS[entry.state],
        approved_at=_beijing(entry.approval.at) if entry.approval else "",
        history=[_told(one) for one in history],
        snapshot=snapshot,
        declaration_digest=_declaration_digest(snapshot),
        typed=_masked(contact, "typed"),
        read_back=_masked(contact, "read_back"),
        claimed_at=claimed_at,
        press=_press_since(records["press"], claimed_at),
        outcomes=OUTCOMES,
        record=records["record"],
        environment=records["environment"],
        editions=EDITIONS,
        logins=LOGINS,
        transports=TRANSPORTS,
        is_real=(records["environment"] or {}).get("is_live", False),
        files=files,
        pictures=_pictures(files),
        sequence=head.sequence + 1 if head else 1,
        previous=head.digest if head else "",
        fingerprint=fingerprint(chain.key().public_key()),
        made_at=in_beijing(datetime.now(UTC)),
    )


def _told(move: Move) -> dict[str, str]:
    by = "程序" if move.by == ROBOT else move.by
    if move.is_claim:
        by = f"程序（依据 {move.by} 的批准）"  # the ledger names who approved the press
    return {"at": _beijing(move.at), "state": STATE_WORDS[move.new], "by": by}


def _claimed_at(history: History) -> str:
    """Return when the last press was claimed; empty if there was no press."""
    return _beijing(history.claims[-1]) if history.claims else ""


def _press_since(press: dict[str, Any] | None, claimed_at: str) -> dict[str, Any] | None:
    """Return the record of the last press; None if a kill left no record of it."""
    is_of_it = press and _beijing(press["pressed_at"]["utc"]) >= claimed_at
    return press if is_of_it else None


def _beijing(moment: str) -> str:
    return in_beijing(datetime.fromisoformat(moment))


def _declaration_digest(snapshot: dict[str, Any] | None) -> str:
    if not snapshot:
        return ""
    shown = snapshot["declaration"]
    return digest(Declaration(tuple(shown["clauses"]), shown["label"]))


def _masked(contact: dict[str, Any] | None, part: str) -> dict[str, str]:
    return mask_contact(Contact(**contact[part])) if contact else {}


def _pictures(files: list[dict[str, Any]]) -> dict[str, str]:
    """Return the last picture before and the last one after the press, by caption."""
    there = [one["name"] for one in files if not one["cleared_at"]]
    captions = (("确认前", "before"), ("确认后", "after"))
    return {caption: name for caption, stem in captions if (name := last_of(there, stem, ".jpg"))}
