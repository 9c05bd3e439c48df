"""Edits of the portal's own files: what seeded defects and redesigns are made of.

A portal with edits is a copy of the package with the edits made; the portal's code knows nothing.
"""

import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Protocol

PACKAGE = Path(__file__).parent


class DoesNotFit(Exception):
    """The portal has no place for an edit, or more places than one."""


class Change(Protocol):
    """One change of a copy of the package."""

    def apply(self, package: Path) -> None:
        """Make the change.

        Raises:
            DoesNotFit: another change, or a new version of the portal, has left no place for it.
        """


@dataclass(frozen=True)
class Edit:
    """A text that stands exactly once in one file, and the text in its place."""

    file: str  # inside mock_portal/
    old: str
    new: str

    def apply(self, package: Path) -> None:
        """Replace the text; raise `DoesNotFit` unless it stands there once."""
        file = package / self.file
        text = file.read_text(encoding="utf-8")
        if (times := text.count(self.old)) != 1:
            raise DoesNotFit(f"{self.file} 里的原文出现了{times}次，应是1次")
        file.write_text(text.replace(self.old, self.new), encoding="utf-8")


@dataclass(frozen=True)
class Rewrite:
    """A pattern that fits at least one place of some files, and what stands there instead."""

    files: tuple[str, ...]  # globs inside mock_portal/
    pattern: str
    new: str  # may name the pattern's groups

    def apply(self, package: Path) -> None:
        """Rewrite every place; raise `DoesNotFit` if there is none."""
        total = 0
        for file in sorted({file for glob in self.files for file in package.glob(glob)}):
            text, times = re.subn(self.pattern, self.new, file.read_text(encoding="utf-8"))
            if times:
                file.write_text(text, encoding="utf-8")
            total += times
        if not total:
            raise DoesNotFit(f"{'、'.join(self.files)} 里没有 {self.pattern}")


@contextmanager
def edited(changes: Iterable[Change]) -> Iterator[Path]:
    """Make a copy of the package with these changes; yield its folder, and remove it at the end."""
    with tempfile.TemporaryDirectory(prefix="mock_portal-") as folder:
        package = Path(folder) / PACKAGE.name
        shutil.copytree(PACKAGE, package)  # its bytecode stays good for all but the edits
        for change in changes:
            change.apply(package)
        yield package


@contextmanager
def importable(changes: Iterable[Change]) -> Iterator[None]:
    """Let `import mock_portal` find the portal with these changes inside the `with` block."""
    with edited(changes) as package:
        healthy = _take_out()
        sys.path.insert(0, str(package.parent))
        try:
            yield
        finally:
            sys.path.remove(str(package.parent))
            _take_out()
            sys.modules.update(healthy)


def _take_out() -> dict[str, ModuleType]:
    """Forget the modules of the portal, and return them."""
    name = PACKAGE.name
    names = [one for one in sys.modules if one == name or one.startswith(f"{name}.")]
    return {one: sys.modules.pop(one) for one in names}
