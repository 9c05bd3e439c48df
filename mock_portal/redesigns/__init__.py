"""Redesigns: other looks of the portal that mean the same, and that a person hardly notices.

Each is a few edits of the portal's files, written down in the TOML file of its kind beside this
module. Names of form fields and addresses stay.
"""

import functools
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mock_portal.edits import DoesNotFit, Edit, Rewrite

HERE = Path(__file__).parent
KINDS = {
    "ids": "换编号",
    "classes": "换样式名",
    "wrappers": "多包几层",
    "frames": "框架",
    "columns": "表格的列",
    "labels": "标签",
    "elements": "控件种类",
    "tables": "表格组件",
    "layers": "弹层组件",
    "additions": "添了东西",
    "menus": "菜单",
    "words": "文字",
    "order": "次序",
    "copies": "隐藏的副本",
    "dates": "日期控件",
}


@dataclass(frozen=True)
class Redesign:
    """One redesign; it holds for the whole portal process."""

    sentence: str
    kind: str  # of `KINDS`
    edits: tuple[Edit | Rewrite, ...]
    presses: tuple[str, ...] = ()  # what a person presses or fills in that the old look did not ask

    def apply(self, package: Path) -> None:
        """Edit a copy of the package.

        Raises:
            DoesNotFit: another change, or a new version of the portal, has left no place for it.
        """
        for edit in self.edits:
            try:
                edit.apply(package)
            except DoesNotFit as reason:
                raise DoesNotFit(f"“{self.sentence}”：{reason}") from None


@functools.cache
def catalogue() -> dict[str, Redesign]:
    """Return every redesign by its id, kind by kind."""
    return {
        id_: _redesign(kind, fields)
        for kind in KINDS
        for id_, fields in tomllib.loads((HERE / f"{kind}.toml").read_text("utf-8")).items()
    }


def _redesign(kind: str, fields: dict[str, Any]) -> Redesign:
    edits = tuple(map(_edit, fields["edits"]))
    return Redesign(fields["sentence"], kind, edits, tuple(fields.get("presses", ())))


def _edit(fields: dict[str, Any]) -> Edit | Rewrite:
    if "pattern" in fields:
        return Rewrite(tuple(fields["files"]), fields["pattern"], fields["new"])
    return Edit(**fields)
