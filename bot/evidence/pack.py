"""证据包: one folder per work item, with what was seen before and after the press.

No file in a pack is ever replaced: a new version under the same name gets the next number. A seal
lists every file with its digest, including personal files that were cleared later.
"""

import json
import logging
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

from bot.clock import stamp, utc_now
from bot.errors import EvidenceNotKept, NotFit, Reason
from bot.evidence.environment import versions
from bot.evidence.pack_file import (
    MANIFEST,
    RECORDS,
    PackFile,
    is_personal,
    last_of,
    pack_files,
)
from bot.evidence.page import write_page
from bot.evidence.seal import PACK, RUN, Chain, Head, Seal, signature_of
from bot.ledger.entry import Entry
from bot.ledger.history import History
from bot.ledger.states import ADVANCING
from bot.private_files import is_half, make_private, write_private
from bot.traces import mask_facts
from bot.work_item import WorkItem
from pages.models import Contact, Document

log = logging.getLogger(__name__)
SNAPSHOT = "snapshot"
SEAL = "封存"  # what evidence lacks that is stored but not sealed
BUDGET = 2 << 30  # bytes of one run


class Evidence:
    """The evidence packs of one portal."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.chain = Chain(folder)
        self.is_failing = False  # if so, no further item is begun
        self._lock = Lock()
        self._lacking: dict[str, set[str]] = defaultdict(set)  # by reference
        self._begun = datetime.now(UTC)
        self._sealed = self._written = 0

    def pack(self, item: WorkItem) -> Path:
        """Return the folder of this work item."""
        number = item.application_no
        if not re.fullmatch(r"[0-9A-Za-z-]{1,64}", number):  # the number comes from outside
            number = sha256(number.encode()).hexdigest()[:32]
        if item.round > 1:
            number += f"_{item.round}"  # no number of a policy has such a character
        return self.folder / item.uscc / number

    def picture(self, item: WorkItem, name: str) -> Path:
        """Return where the last picture of this name is, or would be."""
        return _last(self.pack(item), name, ".jpg") or self.pack(item) / PackFile(name, ".jpg").name

    def contacts(self, item: WorkItem) -> list[Contact]:
        """Return the contacts that this item's records hold, both typed and read back."""
        pack = self.pack(item)
        files = [one for one in pack_files(_names(pack)) if one.stem == "contact"]
        records = [json.loads((pack / one.name).read_bytes()) for one in files]
        return [Contact(**one[part]) for one in records for part in ("typed", "read_back")]

    def document(self, item: WorkItem, digest: str) -> bytes | None:
        """Return the 单证 with this SHA-256; None if the pack does not have it, unchanged."""
        file = self.pack(item) / f"document-{digest[:16]}.pdf"
        content = file.read_bytes() if file.is_file() else b""
        return content if sha256(content).hexdigest() == digest else None

    def keep_picture(self, item: WorkItem, name: str, picture: bytes) -> None:
        """Store a screenshot; raises as `keep_record` says."""
        self._keep(item, name, ".jpg", picture)

    def keep_document(self, item: WorkItem, document: Document) -> None:
        """Store a 单证 under its own digest, as the portal's name for it is not trusted.

        Raises as `keep_record` says.
        """
        self._keep(item, f"document-{document.sha256[:16]}", ".pdf", document.content)

    def keep_record(self, item: WorkItem, name: str, record: dict[str, Any]) -> None:
        """Store facts as JSON; the portal's words name no person in it.

        The snapshot stays as it was approved, letter by letter.

        Raises:
            EvidenceNotKept: the disk did not take it.
        """
        is_exact = name == SNAPSHOT or is_personal(f"{name}.json")
        shown = record if is_exact else mask_facts(record, item)
        text = json.dumps(shown, ensure_ascii=False, indent=2)
        self._keep(item, name, ".json", text.encode())

    def note_lack(self, item: WorkItem, what: str) -> None:
        """Remember evidence that was due and could not be stored."""
        log.warning("证据不全：%s 缺少%s。", self.pack(item), what)
        self._lacking[item.reference].add(what)

    def note_kept(self, item: WorkItem, what: str) -> None:
        """Remember that lacking evidence was stored after all."""
        self._lacking[item.reference].discard(what)

    def lack(self, item: WorkItem) -> set[str]:
        """Return in Chinese which evidence of this item could not be stored."""
        return self._lacking[item.reference]

    def presses(self, item: WorkItem) -> int:
        """Return how many presses of this item have left a record."""
        return len(self._numbered(self.pack(item), "press", ".json"))

    def begin(self) -> None:
        """Make sure that this run can seal, and finish the seal that a kill has left half done.

        Raises:
            NotFit: the signing key cannot be used, or the last seal has another key's signature.
        """
        self.chain.key()
        last = self.chain.last()
        if last and not self.chain.is_own(last):
            raise NotFit(
                f"证据链的最后一环被改动（{self.chain.folder}）",
                "请保留现状，用 single-window verify 查明后再运行",
            )
        if last and last.facts["kind"] == PACK:
            pack = self.folder / last.facts["pack"]
            if pack.is_dir():
                last.write(pack / MANIFEST)

    def seal(self, entry: Entry, history: History) -> None:
        """Seal the files of this item's pack and its history, if there is anything new.

        Raises:
            EvidenceNotKept: the disk did not take it.
        """
        pack = self.pack(entry.item)
        if not pack.is_dir():
            return
        with self._lock:
            sealed = self._manifest(pack)
            files = _files(pack, sealed)
            if files == sealed.get("files") and history.stored() == sealed["history"]:
                return
            shown = {name: _record(_last(pack, name, ".json")) for name in RECORDS}
            if entry.state not in ADVANCING:
                shown[SNAPSHOT] = mask_facts(shown[SNAPSHOT], entry.item)
                page = write_page(entry, history, shown, files, self.chain)
                self._keep(entry.item, "page", ".html", page)
            self._seal(entry, history, _files(pack, sealed))
            self.note_kept(entry.item, SEAL)

    def clear(self, entry: Entry, history: History, is_due: Callable[[Path], bool]) -> int:
        """Delete the files of a pack that are due, and return how many; its seal stays valid.

        Raises:
            EvidenceNotKept: the disk did not take the new seal; nothing was deleted.
        """
        pack = self.pack(entry.item)
        if not pack.is_dir():
            return 0
        with self._lock:
            files = _files(pack, self._manifest(pack))
            due = [one for one in files if not one["cleared_at"] and is_due(pack / one["name"])]
            for one in due:
                one["cleared_at"] = utc_now()
            if due:
                self._seal(entry, history, files)
        for one in files:
            if one["cleared_at"]:
                (pack / one["name"]).unlink(missing_ok=True)
        return len(due)

    def open_since(self) -> str:
        """Return the start of the last completed run; everything older is sealed."""
        for name in reversed(self.chain.names()):
            facts = Seal.read(name).facts
            if facts["kind"] == RUN:
                return str(facts["begun_at"]["utc"])
        return ""

    def end(self) -> Head | None:
        """Close the chain for this run; return its head, which covers every earlier seal.

        Raises:
            EvidenceNotKept: the disk did not take the seal.
        """
        last = self.chain.last()
        if last and last.facts["kind"] != RUN:
            with self._disk():
                self.chain.add(
                    {
                        "kind": RUN,
                        "begun_at": stamp(self._begun),
                        "ended_at": stamp(datetime.now(UTC)),
                        "packs": self._sealed,
                        "bytes": self._written,
                    }
                )
        return self.chain.head()

    def _seal(self, entry: Entry, history: History, files: list[dict[str, Any]]) -> None:
        item, pack = entry.item, self.pack(entry.item)
        facts = {
            "kind": PACK,
            "pack": pack.relative_to(self.folder).as_posix(),
            "reference": item.reference,
            "enterprise_name": item.enterprise_name,
            "application_no": item.application_no,
            "round": item.round,
            "state": entry.state,
            "sealed_at": stamp(datetime.now(UTC)),
            "versions": versions(),
            "history": history.stored(),
            "files": files,
        }
        with self._disk():
            self.chain.add(facts).write(pack / MANIFEST)
        self._sealed += 1

    def _manifest(self, pack: Path) -> dict[str, Any]:
        """Return the facts of a pack's last seal; empty if the pack was never sealed.

        Raises:
            EvidenceNotKept: somebody has changed it; a new seal must not cover that up.
        """
        if not (pack / MANIFEST).exists():
            return {}
        seal = Seal.read(pack / MANIFEST)
        if not self.chain.is_own(seal):
            told = f"{pack} 的证据清单被改动"
            raise EvidenceNotKept(Reason.EVIDENCE, told, "请保留现状，用 single-window verify 查明")
        return seal.facts

    def _numbered(self, pack: Path, stem: str, suffix: str) -> list[str]:
        """Return the numbered names in use for this stem and suffix, including cleared files."""
        known = {*_names(pack), *(one["name"] for one in self._manifest(pack).get("files", ()))}
        names: list[str] = []
        while (name := PackFile(stem, suffix, len(names) + 1).name) in known:
            names.append(name)
        return names

    def _keep(self, item: WorkItem, stem: str, suffix: str, content: bytes) -> None:
        """Add a file to the pack, unless the last one of this name holds the same."""
        pack = self.pack(item)
        with self._disk():
            names = self._numbered(pack, stem, suffix)
            last = pack / names[-1] if names else None
            if last and last.exists() and last.read_bytes() == content:
                return
            make_private(self.folder)
            make_private(pack.parent)
            make_private(pack)
            write_private(pack / PackFile(stem, suffix, len(names) + 1).name, content)
        self._count(len(content))

    def _count(self, size: int) -> None:
        before, self._written = self._written, self._written + size
        if before <= BUDGET < self._written:
            log.warning(
                "本次运行的证据已超过 %d MB，还在照常保存。请留意磁盘空间，必要时把清单分成几份。",
                BUDGET >> 20,
            )

    @contextmanager
    def _disk(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.is_failing = True
            raise EvidenceNotKept(
                Reason.EVIDENCE,
                f"证据没有保存：{error.strerror}",
                "请检查磁盘空间和权限，再运行一次",
            ) from error


def _names(pack: Path) -> list[str]:
    return [file.name for file in pack.iterdir()] if pack.is_dir() else []


def _last(pack: Path, stem: str, suffix: str) -> Path | None:
    """Return the existing file with the highest number."""
    name = last_of(_names(pack), stem, suffix)
    return pack / name if name else None


def _record(file: Path | None) -> Any:
    return json.loads(file.read_bytes()) if file else None


def _files(pack: Path, sealed: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the files as the last seal lists them, and those that are new.

    Sealed files are not read again: a file that was changed since must not be sealed anew.
    """
    files = [dict(one) for one in sealed.get("files", ())]
    known = {one["name"] for one in files} | {MANIFEST, signature_of(Path(MANIFEST)).name}
    for file in sorted(pack.iterdir()):
        if file.name not in known and not is_half(file):
            content = file.read_bytes()
            digest = sha256(content).hexdigest()
            entry = {"name": file.name, "bytes": len(content), "sha256": digest, "cleared_at": ""}
            files.append(entry)
    return files
