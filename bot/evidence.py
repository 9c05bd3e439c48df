"""证据包: one folder per work item, with what was seen before and after the press."""

import json
import os
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

from bot.work_item import WorkItem
from pages.models import Document


class Evidence:
    """The evidence packs of one portal."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def pack(self, item: WorkItem) -> Path:
        """Return the folder of this work item."""
        number = item.application_no
        if not re.fullmatch(r"[0-9A-Za-z-]{1,64}", number):  # it comes from outside
            number = sha256(number.encode()).hexdigest()[:32]
        return self._folder / item.uscc / number

    def picture(self, item: WorkItem, name: str) -> Path:
        """Return where the picture of this name is, or would be."""
        return self.pack(item) / f"{name}.jpg"

    def keep_picture(self, item: WorkItem, name: str, picture: bytes) -> None:
        """Store a screenshot."""
        _write(self.picture(item, name), picture)

    def keep_document(self, item: WorkItem, document: Document) -> None:
        """Store a 单证 under its own digest; the portal's name for it is not trusted."""
        _write(self.pack(item) / f"document-{document.sha256[:16]}.pdf", document.content)

    def keep_record(self, item: WorkItem, name: str, record: dict[str, Any]) -> None:
        """Store facts as JSON."""
        text = json.dumps(record, ensure_ascii=False, indent=2)
        _write(self.pack(item) / f"{name}.json", text.encode())


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    half = file.with_name(f".{file.name}.part")
    half.write_bytes(content)
    os.replace(half, file)
