"""What spreadsheets make of a text, without any spreadsheet library."""

import unicodedata

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def width(text: str) -> int:
    """Return how many columns of signs this text takes: a Chinese character two."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)
