"""Seeded defects: ways in which the portal itself is wrong, for the suite to notice.

Each is a small edit of one file of the portal, written down in the TOML files beside this module.
A portal with defects is a copy of the package with the edits made; the healthy one knows nothing.
"""

import functools
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

HERE = Path(__file__).parent
PACKAGE = HERE.parent
KINDS = {
    "browser_rule": "页面不拦",
    "server_rule": "门户不拦",
    "state": "状态不对",
    "record": "拿错记录",
    "column": "列不对",
    "words": "文字不对",
    "way": "走错了路",
    "front": "页面失灵",
    "replay": "一次性的能再用",
    "foreign": "别家的资料",
    "date": "日期和时间",
    "card": "卡控件",
    "recovery": "找回",
    "document": "单证内容",
    "session": "会话",
    "secret": "秘密外露",
}


class DoesNotFit(Exception):
    """The old text of a defect is not in its file exactly once."""


@dataclass(frozen=True)
class Defect:
    """One seeded defect; it holds for the whole portal process."""

    sentence: str
    clause: str
    kind: str  # of `KINDS`
    file: str  # inside mock_portal/
    old: str
    new: str
    equivalent: str = ""  # why nobody could notice it at the portal; empty: somebody could

    @property
    def layer(self) -> str:
        """Where it is: in the browser, on the server, or at the card control."""
        if self.file.startswith(("templates/", "static/")):
            return "页面"
        return "控件" if self.file == "card_control.py" else "门户"

    def apply(self, package: Path) -> None:
        """Edit a copy of the package.

        Raises:
            DoesNotFit: another edit, or a change of the portal, has left no place for it.
        """
        file = package / self.file
        text = file.read_text(encoding="utf-8")
        if (times := text.count(self.old)) != 1:
            raise DoesNotFit(f"“{self.sentence}”在 {self.file} 里的原文出现了{times}次，应是1次")
        file.write_text(text.replace(self.old, self.new), encoding="utf-8")


@functools.cache
def catalogue() -> dict[str, Defect]:
    """Return every defect by its id."""
    files = [
        tomllib.loads(file.read_text(encoding="utf-8")) for file in sorted(HERE.glob("*.toml"))
    ]
    return {id_: Defect(**fields) for file in files for id_, fields in file.items()}


def unknown(ids: Iterable[str]) -> list[str]:
    """Return the ids that are not in the catalogue."""
    return [id_ for id_ in ids if id_ not in catalogue()]


@contextmanager
def applied(ids: Iterable[str]) -> Iterator[Path]:
    """Make a copy of the package with these defects; yield its folder, and remove it at the end."""
    with tempfile.TemporaryDirectory(prefix="mock_portal-") as folder:
        package = Path(folder) / PACKAGE.name
        shutil.copytree(
            PACKAGE, package
        )  # with its bytecode, which stays good for all but the edits
        for id_ in ids:
            catalogue()[id_].apply(package)
        yield package


@contextmanager
def seeded(ids: Iterable[str]) -> Iterator[None]:
    """Let `import mock_portal` find the portal with these defects inside the `with` block."""
    with applied(ids) as package:
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
