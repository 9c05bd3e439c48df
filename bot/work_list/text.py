"""What spreadsheets make of a text, without any spreadsheet library."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")  # of a character that XML cannot hold, in .xlsx files
BLANKS = {
    " ": "空格",
    "\u3000": "全角空格",
    "\xa0": "不换行空格",
    "\t": "制表符",
    "\n": "换行",
    "\r": "回车",
}


def width(text: str) -> int:
    """Return the width of a text in characters; a Chinese character counts as two."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def listed(rows: Iterable[int]) -> str:
    """Name the first rows, and how many there are."""
    numbers = list(map(str, rows))
    return "、".join(numbers[:6]) + (f" 等 {len(numbers)}" if len(numbers) > 6 else "")


def decoded(text: str) -> str:
    """Return the text of a cell of an .xlsx without its escapes: `_x000D_` is a line end.

    Escapes of what nobody sees become U+FFFD, which no rule of a column accepts.
    """
    return ESCAPE.sub(lambda found: _shown(chr(int(found[1], 16))), text)


def encoded(text: str) -> str:
    """Return a text so that what looks like an escape in it is none."""
    return re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", text)


def rewriting(raw: str, text: str) -> str:
    """Tell in Chinese what was cut from a text, or put otherwise, without quoting it."""
    inner = raw.strip()
    if not inner:
        return f"这一格只有{_blanks(raw)}"
    parts = []
    if start := raw[: len(raw) - len(raw.lstrip())]:
        parts.append(f"去掉了开头的{_blanks(start)}")
    if end := raw[len(raw.rstrip()) :]:
        parts.append(f"去掉了末尾的{_blanks(end)}")
    gaps = [gap for gap in re.findall(r"\s+", inner) if gap != " " and gap not in text]
    if gaps:
        parts.append(f"把中间的{_blanks(''.join(gaps))}改成了空格")
    if count := sum(_is_wide(one) and one not in text for one in inner):
        parts.append(f"把 {count} 个全角字符改成了半角")
    plain = unicodedata.normalize("NFKC", inner)
    if count := sum(one.islower() and one not in text for one in plain):
        parts.append(f"把 {count} 个小写字母改成了大写")
    return "，".join(parts) or "改用了规范的写法"


def _shown(one: str) -> str:
    return one if one.isprintable() or one.isspace() else "\ufffd"


def _blanks(text: str) -> str:
    counts = Counter(BLANKS.get(one, f"U+{ord(one):04X} 空白") for one in text)
    return " " + "、".join(f"{count} 个{name}" for name, count in counts.items())


def _is_wide(one: str) -> bool:
    return not one.isspace() and unicodedata.normalize("NFKC", one) != one
