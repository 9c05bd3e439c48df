"""核对批准: whether an approver of the verifier's own choice has signed what was pressed.

The verifier supplies the keys: a forged pack could bring its own. The maker of the evidence holds
the key of its seals, so the history in a seal is compared with the records beside it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from bot.evidence.foreign_files import UnfitFile, content_of, parsed
from bot.evidence.pack_file import pack_files
from bot.evidence.slip import Act, Slip, SlipUnfit
from bot.ledger.approval import Approval
from bot.ledger.history import History, Move
from bot.ledger.snapshot import Snapshot
from bot.ledger.states import MOVES, State
from pages.models import Contact

FORM, CONTACT = "snapshot", "contact"  # the stems of their records
MOST_COMPARED = 16 << 20  # bytes of all forms of a pack, each with every contact
NOT_COMPARED = "的表单或联系方式已清除，没有和签的内容比对，不算有签字的按下"


@dataclass(slots=True)
class SignedPresses:
    """How many presses of a pack are signed; `notes` tell what could not be compared."""

    findings: list[str]
    signed: int = 0
    notes: list[str] = field(default_factory=list)


class Approvals:
    """The approvals of every pack in one verification; a slip is good for one press."""

    def __init__(self, keys: Sequence[Ed25519PublicKey]) -> None:
        self._keys = keys
        self._used: set[str] = set()  # the nonces of the slips so far

    def judge(self, pack: Path, facts: dict[str, Any]) -> SignedPresses:
        """Judge every press of a pack; with any finding, no press of the pack counts as signed.

        Raises:
            UnfitFile: its forms and contacts are too many or too large to be compared.
            OSError, ValueError, LookupError, TypeError, AttributeError: a record is not as this
                program writes it.
        """
        history, digests = History.load(facts["history"]), _digests(pack, facts)
        judged, cleared = SignedPresses([*_untold(facts, history)]), _last_clearing(facts)
        granted: Approval | None = None
        for move in history:
            if move.is_claim:
                wrong = [*self._of_press(move, granted, facts["reference"])]
                judged.findings.extend(wrong)
                if not granted or granted.digest in digests:
                    judged.signed += not wrong
                elif cleared and _at(move.at) <= cleared:
                    judged.notes.append(NOT_COMPARED)
                else:
                    judged.findings.append("批准的内容摘要和证据包里的表单、联系方式算出来的不同")
            granted = None if move.voids_approvals else move.decision or granted
        judged.signed = 0 if judged.findings else judged.signed
        return judged

    def _of_press(self, claim: Move, granted: Approval | None, reference: str) -> Iterator[str]:
        if not granted or not granted.slip:
            yield "按下时没有审批人签字的批准"
            return
        try:
            said = Slip.load(granted.slip).facts_by(self._keys)
            is_in_time = _at(said.approved) <= _at(claim.at) <= _at(said.expires)
        except (SlipUnfit, ValueError, TypeError) as error:
            yield f"的批准单：{error}"
            return
        if (said.act, said.reference, said.content) != (Act.APPROVE, reference, granted.digest):
            yield "的批准单是给别的内容的"
        elif not is_in_time:
            yield "按下时批准单不在有效期"
        if said.nonce in self._used:
            yield "的批准单已经用于另一次按下"
        self._used.add(said.nonce)


def is_signed_at_all(facts: dict[str, Any]) -> bool:
    """Tell whether the history of a pack has a slip, which only a key can verify."""
    decided = (move.decision for move in History.load(facts["history"]))
    return any(one.slip for one in decided if one)


def _untold(facts: dict[str, Any], history: History) -> Iterator[str]:
    """Give what shows that the history of a pack leaves out a press, or any other step."""
    kept = Counter(one.kind for one in pack_files(one["name"] for one in facts["files"]))
    is_found = any(move.is_find for move in history)
    if is_found or max(kept["press"], kept["exchange"]) > len(history.claims):
        yield "有历史没有登记的按下，它的批准不能核对"
    if not _is_whole(facts["state"], history):
        yield "的历史不连贯：少了步骤，或被改动"


def _is_whole(state: str, history: History) -> bool:
    """Tell whether each step follows from the step before, and the sealed state was reached.

    The state is read before the history, so further steps may follow it.
    """
    before: State | None = None
    for move in history:
        allowed = MOVES[before] | {before} if before else {State.READY}
        if move.old != (before or "") or move.new not in allowed:
            return False
        before = move.new
    return any(move.new == state for move in history)


def _digests(pack: Path, facts: dict[str, Any]) -> set[str]:
    """Return the digests that an approval of any form with any contact of a pack would cover."""
    forms, contacts = (_records(pack, facts, stem) for stem in (FORM, CONTACT))
    if _size(forms) * len(contacts) + _size(contacts) * len(forms) > MOST_COMPARED:
        raise UnfitFile("表单和联系方式太多或太大，没有比对")
    seen = [Snapshot.load(parsed(content_of(one))) for one in forms]
    typed = [Contact(**parsed(content_of(one))["typed"]) for one in contacts]
    return {one.digest(contact) for one in seen for contact in typed}


def _records(pack: Path, facts: dict[str, Any], stem: str) -> list[Path]:
    here = (one["name"] for one in facts["files"] if not one["cleared_at"])
    return [pack / name for name in _of_stem(here, stem)]


def _of_stem(names: Iterable[str], stem: str) -> list[str]:
    return [one.name for one in pack_files(names) if (one.stem, one.suffix) == (stem, ".json")]


def _size(files: list[Path]) -> int:
    return sum(one.stat().st_size for one in files)


def _last_clearing(facts: dict[str, Any]) -> datetime | None:
    """Return when a form or a contact of a pack was last cleared; None if all are there.

    What was pressed before then may have been cleared. Nothing proves that it was: a cleared file
    is a line of the seal, and no more.
    """
    cleared = {one["name"]: one["cleared_at"] for one in facts["files"] if one["cleared_at"]}
    compared = _of_stem(cleared, FORM) + _of_stem(cleared, CONTACT)
    return max((_at(cleared[name]) for name in compared), default=None)


def _at(moment: str) -> datetime:
    return datetime.fromisoformat(moment)
