"""What spreadsheets make of a text, without any spreadsheet library."""

import unicodedata

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def width(text: str) -> int:
    """Return the width of a text in characters; a Chinese character counts as two."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)
