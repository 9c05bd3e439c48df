"""What a person sees of a cell, where it is not the text that the file stores."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.cell.rich_text import CellRichText, TextBlock

from bot.work_list.colours import BLACK, WHITE, Colour, Colours
from bot.work_list.findings import Unfit
from bot.work_list.workbook import text_of

DELETE_ROW = "不办这一行时请删除整行"
LOOK_AGAIN = "请清除这一格的格式，看清内容再保存"
TINY = 4  # points; a smaller font cannot be read
FAINT = 32  # of 255 in each colour; text that differs less from its ground cannot be seen
# what a number format adds that is no text: the width of a character, a blank filling, a colour
UNSEEN_IN_FORMAT = re.compile(
    r"_.|\* |\[(?!白色|white)[A-Za-z\u4e00-\u9fff]+[0-9]*\]", re.IGNORECASE
)


class Appearance:
    """How the cells of one workbook look; what a style does to plain text is looked up once."""

    def __init__(self, workbook: Workbook) -> None:
        self._colours = Colours(workbook)
        self._plain_styles: set[int] = set()  # they show a text as it is

    def check_shown(self, cell: Cell | MergedCell) -> None:
        """Check that a person who looks at a cell sees its text, all of it and nothing else.

        Raises:
            Unfit: the text, or a part of it, is struck out or invisible, or its format changes it.
        """
        is_rich = isinstance(cell.value, CellRichText)
        if not text_of(cell).strip():
            return
        if is_rich:
            self._check_look(cell)
        elif cell.style_id not in self._plain_styles:
            self._check_look(cell)
            self._plain_styles.add(cell.style_id)

    def is_unseen(self, font: Any, fill: Any) -> bool:
        """Tell whether text of this font cannot be seen on this fill, as far as can be told.

        What is unknown, such as the ground of a pattern or a gradient, counts as unseen.
        """
        if font.sz is not None and font.sz < TINY:
            return True
        text, ground = self._colours.of(font.color, BLACK), self._ground(fill)
        if text is None or ground is None:
            return True
        return all(abs(one - other) < FAINT for one, other in zip(text, ground, strict=True))

    def _ground(self, fill: Any) -> Colour | None:
        if fill.fill_type is None:
            return WHITE
        return self._colours.of(fill.fgColor, WHITE) if fill.fill_type == "solid" else None

    def _check_look(self, cell: Cell | MergedCell) -> None:
        if told := strike_of(cell):
            fix = f"请取消删除线，或删去划掉的文字；{DELETE_ROW}"
            raise Unfit("B39", f"{told}，程序不会猜它算不算数", fix)
        if told := _share(cell, lambda font: self.is_unseen(font, cell.fill)):
            raise Unfit("B79", f"{told}和底色分不清，或小得看不见", LOOK_AGAIN)
        if not shows_text_alone(cell.number_format):
            told = f"数字格式“{cell.number_format}”使显示的和内容不同"
            raise Unfit("B79", told, "请把单元格格式设为“文本”，看清内容再保存")
        if cell.alignment.horizontal == "fill":
            raise Unfit("B79", "对齐方式“填充”会把内容重复显示", LOOK_AGAIN)


def strike_of(cell: Cell | MergedCell) -> str:
    """Tell in Chinese how much of a cell's text is struck out; empty if nothing is."""
    told = _share(cell, lambda font: bool(font.strike))
    return f"{told}有删除线" if told else ""


def shows_text_alone(number_format: str) -> bool:
    """Tell whether a number format shows a text as it is."""
    sections = _sections(number_format)
    plain = [UNSEEN_IN_FORMAT.sub("", section).strip() for section in sections]
    if len(sections) < 4 and "@" not in _unquoted(sections[-1]):
        return True  # it says nothing of texts
    return plain[-1] == "@"


def _share(cell: Cell | MergedCell, is_so: Callable[[Any], bool]) -> str:
    """Tell how much of a cell's text has such a font; empty if nothing has."""
    runs = [(text, is_so(font)) for text, font in _runs(cell) if text.strip()]
    count = sum(len(text.strip()) for text, is_one in runs if is_one)
    if not count:
        return ""
    return "文字" if all(is_one for _, is_one in runs) else f"文字中有 {count} 个字"


def _runs(cell: Cell | MergedCell) -> Iterator[tuple[str, Any]]:
    """Return the pieces of a cell's text, each with its font."""
    if not isinstance(cell.value, CellRichText):
        yield text_of(cell), cell.font
        return
    for run in cell.value:
        yield str(run), run.font if isinstance(run, TextBlock) else cell.font


def _sections(number_format: str) -> list[str]:
    """Return the sections of a number format; a semicolon within quotes ends none."""
    parts = re.findall(r'"[^"]*"|\\.|[^;"\\]|;|"', number_format)
    sections = [""]
    for part in parts:
        if part == ";":
            sections.append("")
        else:
            sections[-1] += part
    return sections


def _unquoted(section: str) -> str:
    return re.sub(r'"[^"]*"|\\.', "", section)
