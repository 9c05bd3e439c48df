"""An open list: read once, then checked, and copied to be written on."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from openpyxl import Workbook

from bot.work_list.csv_text import csv_rows, workbook_of
from bot.work_list.file import has_drawings, is_workbook, open_workbook, read_bytes


@dataclass(slots=True)
class OpenList:
    """A list file that was read once: its bytes, and the workbook that they make."""

    path: Path
    content: bytes
    workbook: Workbook  # with its formulas
    csv_rows: list[list[str]]  # of a .csv
    _is_taken: bool = False

    @classmethod
    def of(cls, path: Path, content: bytes) -> Self:
        """Open what was read from this file.

        Raises:
            Unfit: it is no list.
        """
        return cls(path, content, *_parsed(path, content, data_only=False))

    @property
    def has_drawings(self) -> bool:
        """Whether pictures or shapes lie on its sheets; they are not read and not copied."""
        return has_drawings(self.content)

    def take_copy(self) -> Workbook:
        """Return a workbook to write on, with the last values of its formulas.

        If the list has no formula, the workbook that was read is handed out itself, once.
        """
        if self._is_taken or _has_formula(self.workbook):
            return _parsed(self.path, self.content, data_only=True)[0]
        self._is_taken = True
        return self.workbook


def open_list(path: Path) -> OpenList:
    """Read a work list and open it as a workbook.

    Raises:
        Unfit: the file is no list.
    """
    return OpenList.of(path, read_bytes(path))


def _parsed(path: Path, content: bytes, *, data_only: bool) -> tuple[Workbook, list[list[str]]]:
    if is_workbook(path, content):
        return open_workbook(content, data_only=data_only), []
    rows = csv_rows(content)
    return workbook_of(rows, path.stem), rows


def _has_formula(workbook: Workbook) -> bool:
    cells = (cell for sheet in workbook.worksheets for row in sheet.iter_rows() for cell in row)
    return any(cell.data_type == "f" for cell in cells)
