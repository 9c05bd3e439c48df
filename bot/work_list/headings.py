"""The headings of a list: which columns it has, and what is wrong with their names."""

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from bot.work_list.columns import COLUMNS, RULES, Column
from bot.work_list.findings import Doubt, Remark, Unfit
from bot.work_list.workbook import text_of

PASSWORD_HEADING = re.compile(
    r"密码|密碼|口令|passw|passphrase|passcode|(?<![a-z])(pin|pwd|psw)(?![a-z])"
)
LIKE_A_LIST = 3  # columns that tell a list from another sheet
ROWS_TO_SEARCH = 10  # for headings that are not in the first
NO_PASSWORDS = "请删除这一列；密码用 single-window credentials set 录入"


class Headings:
    """The first row of a list."""

    def __init__(self, sheet: Worksheet) -> None:
        self.names: Mapping[int, str] = {
            index: heading
            for index, cell in enumerate(sheet[1], start=1)
            if (heading := plain_heading(text_of(cell)))
        }
        self.columns: Mapping[int, Column] = {
            index: RULES[heading] for index, heading in self.names.items() if heading in RULES
        }
        self.extra = tuple(heading for heading in self.names.values() if heading not in RULES)
        self.letters: Mapping[str, str] = {
            heading: get_column_letter(self.index(heading)) for heading in self.names.values()
        }

    def index(self, heading: str) -> int:
        """Return the number of the first column of this name; 0 if there is none."""
        return next((index for index, known in self.names.items() if known == heading), 0)

    def remarks(self) -> Iterator[Remark]:
        """Tell names that are forbidden, repeated, missing or easily confused."""
        counts = Counter(self.names.values())
        for heading, count in counts.items():
            if PASSWORD_HEADING.search(heading.casefold()):
                yield Remark(Unfit("B73", "工作清单里不能有密码", NO_PASSWORDS), 1, heading)
            if count > 1:
                letters = [get_column_letter(i) for i, one in self.names.items() if one == heading]
                told = f"{'、'.join(letters)} 列的列名重复"
                yield Remark(Unfit("B29", told, "请只保留其中一列"), 1, heading)
        for column in COLUMNS:
            if column.heading not in counts:
                yield from self._absence(column)

    def _absence(self, column: Column) -> Iterator[Remark]:
        alike = difflib.get_close_matches(column.heading, self.extra, n=1)
        if column.is_required:
            problem = f"缺少「{column.heading}」列" + (f"，只找到「{alike[0]}」" if alike else "")
            yield Remark(Unfit("B31", problem, f"请加上列名为“{column.heading}”的列"), 1)
        elif alike:
            fix = f"是这一列就改成“{column.heading}”，不是就换一个不会混淆的列名"
            problem = f"列名与「{column.heading}」太像"
            yield Remark(Unfit("B30", problem, fix), 1, alike[0])
        elif column.heading == "申请编号":
            problem = "没有「申请编号」列，每一行都表示该企业的全部待确认保单"
            yield Remark(Doubt("B76", problem, "如果只想确认其中几张，请加上这一列"), 1)


def is_like_headings(cells: Iterable[Cell | MergedCell]) -> bool:
    """Tell whether a row names so many columns of a list that it is its headings."""
    return len({plain_heading(text_of(cell)) for cell in cells} & RULES.keys()) >= LIKE_A_LIST


def headings_row(sheet: Worksheet) -> int:
    """Return which of the first rows of a sheet is the headings of a list; 0 if none is."""
    rows = sheet.iter_rows(max_row=min(sheet.max_row, ROWS_TO_SEARCH))
    return next((row for row, cells in enumerate(rows, start=1) if is_like_headings(cells)), 0)


def plain_heading(text: str) -> str:
    """Return a heading without blanks and stars, its full-width signs as ordinary ones."""
    return re.sub(r"[\s*]", "", unicodedata.normalize("NFKC", text))
