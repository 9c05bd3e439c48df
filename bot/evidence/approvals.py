"""核对批准: whether an approver of the verifier's own choice has signed what was pressed.

The verifier supplies the keys: a forged pack could bring its own.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from bot.evidence.foreign_files import content_of, parsed
from bot.evidence.pack_file import pack_files
from bot.evidence.slip import Act, Slip, SlipUnfit
from bot.ledger.approval import Approval
from bot.ledger.history import History, Move
from bot.ledger.snapshot import Snapshot
from pages.models import Contact


def unsigned(pack: Path, facts: dict[str, Any], keys: Sequence[Ed25519PublicKey]) -> Iterator[str]:
    """Give what is wrong with the approvals of a pack's presses; nothing if all are signed."""
    granted: Approval | None = None
    for move in History.load(facts["history"]):
        granted = move.decision or granted
        if move.is_claim:
            told = _of_press(move, granted, facts["reference"], keys)
            yield from (f"{facts['pack']} {one}" for one in told)
            if granted and not _is_content(pack, facts, granted.digest):
                yield f"{facts['pack']} 批准的内容摘要和证据包里的表单、联系方式算出来的不同"


def is_signed_at_all(facts: dict[str, Any]) -> bool:
    """Tell whether the history of a pack has a slip, which only a key can verify."""
    decided = (move.decision for move in History.load(facts["history"]))
    return any(one.slip for one in decided if one)


def _of_press(
    claim: Move, granted: Approval | None, reference: str, keys: Sequence[Ed25519PublicKey]
) -> Iterator[str]:
    if not granted or not granted.slip:
        yield "按下时没有审批人签字的批准"
        return
    try:
        said = Slip.load(granted.slip).facts_by(keys)
        is_in_time = _at(said.approved) <= _at(claim.at) <= _at(said.expires)
    except (SlipUnfit, ValueError, TypeError) as error:
        yield f"的批准单：{error}"
        return
    if (said.act, said.reference, said.content) != (Act.APPROVE, reference, granted.digest):
        yield "的批准单是给别的内容的"
    elif not is_in_time:
        yield "按下时批准单不在有效期"


def _is_content(pack: Path, facts: dict[str, Any], digest: str) -> bool:
    """Tell whether a form and a contact of the pack have this digest; true if one is cleared."""
    if any(one["cleared_at"] for one in facts["files"] if one["name"].startswith("contact")):
        return True
    seen = [Snapshot.load(one) for one in _records(pack, facts, "snapshot")]
    typed = [Contact(**one["typed"]) for one in _records(pack, facts, "contact")]
    return any(one.digest(contact) == digest for one in seen for contact in typed)


def _records(pack: Path, facts: dict[str, Any], stem: str) -> list[Any]:
    names = [one.name for one in pack_files(one["name"] for one in facts["files"])]
    found = [name for name in names if name.startswith(stem) and (pack / name).is_file()]
    return [parsed(content_of(pack / name)) for name in found]


def _at(moment: str) -> datetime:
    return datetime.fromisoformat(moment)
