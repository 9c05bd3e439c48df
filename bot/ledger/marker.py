"""标记: a small file, away from the ledger, that says which ledger this computer works with.

A copy or an older backup of a ledger lacks presses and decisions; the marker knows how far the
ledger had come.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self

from bot.private_files import write_private


class AuditRow(NamedTuple):
    """One row of the audit without its details; in another ledger its number has another row."""

    seq: int
    at: str
    reference: str
    old: str
    new: str
    by: str


@dataclass(frozen=True, slots=True)
class Marker:
    """What the file says about the ledger; older versions of the program wrote fewer lines."""

    name: str = ""
    presses: int = 0  # that the ledger knew of when the marker was written
    place: str = ""  # of the ledger's file
    last: AuditRow | None = None  # of the audit, when the marker was written

    @classmethod
    def read(cls, file: Path) -> Self | None:
        """Return what the file says; None if there is no file.

        Raises:
            ValueError: somebody has edited it.
        """
        if not file.exists():
            return None
        lines = file.read_text(encoding="utf-8").splitlines()
        name, presses, place, last = [*lines, "", "", "", ""][:4]
        try:
            row = AuditRow(*json.loads(last)) if last else None
            row = row._replace(seq=int(row.seq)) if row else None
        except TypeError as error:
            raise ValueError(last) from error
        return cls(name, int(presses or 0), place, row)

    def write(self, file: Path) -> None:
        """Write it to the file; raises `OSError` if the disk does not take it."""
        file.parent.mkdir(parents=True, exist_ok=True)
        last = json.dumps(self.last, ensure_ascii=False) if self.last else ""
        write_private(file, f"{self.name}\n{self.presses}\n{self.place}\n{last}\n".encode())

    def means_another(self, name: str, place: Path) -> bool:
        """Tell whether it means another ledger than the one of this name at this place."""
        is_elsewhere = bool(self.place) and Path(self.place) != place and Path(self.place).exists()
        return self.name not in ("", name) or is_elsewhere
