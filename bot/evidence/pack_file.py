"""证据包文件: how the files of a pack are named; the last look has the highest number."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

NAME = re.compile(
    r"(?P<stem>[a-z]+(?:-[0-9a-f]{16})?)(?:-(?P<number>[2-9]|[1-9]\d{1,8}))?(?P<suffix>(?:\.\w+)+)",
    re.ASCII,
)
PERSONAL = frozenset({"before", "after", "contact", "exchange"})  # may show a person's data
MANIFEST = "manifest.json"
RECORDS = ("snapshot", "contact", "environment", "press", "record")  # shown on the page


@dataclass(frozen=True, slots=True, order=True)
class PackFile:
    """The name of one file; files of one stem and suffix sort by their number."""

    stem: str
    suffix: str
    number: int = 1

    @classmethod
    def parse(cls, name: str) -> Self | None:
        """Return the parts of a name; None if it is no name of a file in a pack."""
        if not (found := NAME.fullmatch(name)):
            return None
        return cls(found["stem"], found["suffix"], int(found["number"] or 1))

    @property
    def name(self) -> str:
        """The name on the disk; the first of its stem has no number."""
        number = "" if self.number == 1 else f"-{self.number}"
        return f"{self.stem}{number}{self.suffix}"

    @property
    def kind(self) -> str:
        """The kind of the file; the stem of a document also has its digest."""
        return self.stem.partition("-")[0]

    @property
    def is_personal(self) -> bool:
        """Whether it may show a person's data."""
        return self.stem in PERSONAL


def is_personal(name: str) -> bool:
    """Tell whether a file of a pack may show a person's data."""
    file = PackFile.parse(name)
    return file is not None and file.is_personal


def is_document(name: str) -> bool:
    """Tell whether a file of a pack is a 单证, which is kept as the portal gave it."""
    file = PackFile.parse(name)
    return file is not None and file.kind == "document"


def pack_files(names: Iterable[str]) -> list[PackFile]:
    """Return the names that belong to a pack, sorted by stem, suffix and number."""
    return sorted(file for name in names if (file := PackFile.parse(name)))


def last_of(names: Iterable[str], stem: str, suffix: str) -> str:
    """Return the name with the highest number; empty if there is none."""
    files = [one for one in pack_files(names) if (one.stem, one.suffix) == (stem, suffix)]
    return files[-1].name if files else ""
