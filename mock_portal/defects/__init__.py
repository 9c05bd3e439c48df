"""Seeded defects: ways in which the portal itself is wrong, for the suite to notice.

Each is a small edit of one file of the portal, written down in the TOML files beside this module.
"""

import functools
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mock_portal.edits import DoesNotFit, Edit, edited

HERE = Path(__file__).parent
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
        try:
            Edit(self.file, self.old, self.new).apply(package)
        except DoesNotFit as reason:
            raise DoesNotFit(f"“{self.sentence}”：{reason}") from None


@functools.cache
def catalogue() -> dict[str, Defect]:
    """Return every defect by its id."""
    files = [
        tomllib.loads(file.read_text(encoding="utf-8")) for file in sorted(HERE.glob("*.toml"))
    ]
    return {id_: Defect(**fields) for file in files for id_, fields in file.items()}


@contextmanager
def applied(ids: Iterable[str]) -> Iterator[Path]:
    """Make a copy of the package with these defects; yield its folder, and remove it at the end."""
    with edited(catalogue()[id_] for id_ in ids) as package:
        yield package
