"""Characters that act on a terminal or hide in a text, spelled out so that a person sees them."""

import re
import unicodedata
from functools import cache

# Unicode's categories; marks (M) lie on another character, and composed text needs none of them
HIDDEN = frozenset({"Cc", "Cf", "Cn", "Cs", "Zl", "Zp", "Mn", "Me"})
EMPTY = "\u115f\u1160\u2800\u3164\uffa0"  # letters of Hangul and a sign of Braille without ink
LINE_BREAK = re.compile(r"[ \t\r\n]*[\r\n][ \t\r\n]*")
BLANKS = " \t\r\n\xa0\u3000"


@cache
def is_hidden(character: str) -> bool:
    """Tell whether a character is a control, a direction mark, a surrogate, empty or of no width.

    A mark on another character, such as an accent or a stroke, counts too.
    """
    return character in EMPTY or unicodedata.category(character) in HIDDEN


def visible(text: str) -> str:
    r"""Return a text with an escape, such as `\x1b` or `\u202e`, for each hidden character.

    Line breaks are hidden too, so the text stays on its line. A visible text comes back as it is.
    """
    return "".join([ascii(one)[1:-1] if is_hidden(one) else one for one in text])


def visible_lines(text: str) -> str:
    """Return a text of several lines, each of them `visible`."""
    return "\n".join(visible(line) for line in text.split("\n"))


def in_one_line(text: str) -> str:
    """Return a text `visible`, with a blank for each line break inside it."""
    return visible(LINE_BREAK.sub(" ", text.strip(BLANKS)))
