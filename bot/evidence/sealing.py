"""Seals the evidence of a run, and notes how to verify it later."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.errors import EvidenceNotKept
from bot.evidence.pack import Evidence
from bot.evidence.pack_file import MANIFEST
from bot.evidence.seal import Head, Seal, is_seal
from bot.ledger.ledger import Ledger
from bot.settings import Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SealNote:
    """How to verify later that all evidence is as it was at the end of this run."""

    evidence: Path
    head: Head
    public_key: Path
    lacking: tuple[str, ...]  # the application numbers with incomplete evidence


@contextmanager
def sealed(settings: Settings, ledger: Ledger) -> Iterator[Evidence]:
    """Seal the evidence of a run and of killed runs before it, and close the chain.

    Raises:
        NotFit: as `Evidence.begin` says.
    """
    evidence = Evidence(settings.evidence)
    evidence.begin()
    yield evidence
    try:
        since = evidence.open_since()
        for entry in ledger.rounds():
            if entry.changed_at >= since:
                evidence.seal(entry, ledger.history(entry.item.reference))
        evidence.end()
    except EvidenceNotKept as error:  # the run must report its results all the same
        log.warning("%s。%s。", error.explanation, error.next_step)


def is_sealed(file: Path) -> bool:
    """Tell whether a seal lists this file of a pack, or is in it."""
    manifest = file.parent / MANIFEST
    if is_seal(file) or not manifest.exists():
        return is_seal(file)
    try:
        return file.name in {one["name"] for one in Seal.read(manifest).facts["files"]}
    except (OSError, ValueError, LookupError, TypeError):  # somebody has damaged the seal
        return True


def seal_note(ledger: Ledger, evidence: Evidence) -> SealNote | None:
    """Return how to verify the evidence as it is now; None if nothing was ever sealed."""
    if not (head := evidence.chain.head()):
        return None
    lacking = [one.item for one in ledger.rounds() if evidence.lack(one.item)]
    numbers = tuple(item.label for item in lacking)
    return SealNote(evidence.folder, head, evidence.chain.public_key, numbers)
