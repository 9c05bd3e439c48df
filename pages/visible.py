"""Characters that act on a terminal or hide in a text, spelled out so that a person sees them."""

import re
import unicodedata

HIDDEN = frozenset({"Cc", "Cf", "Cn", "Cs", "Zl", "Zp"})  # Unicode's categories
LINE_BREAK = re.compile(r"[ \t\r\n]*[\r\n][ \t\r\n]*")
BLANKS = " \t\r\n\xa0\u3000"


def is_hidden(character: str) -> bool:
    """Tell whether a character is a control, a direction mark, a surrogate or of no width."""
    return unicodedata.category(character) in HIDDEN


def visible(text: str) -> str:
    r"""Return a text with an escape, such as `\x1b` or `\u202e`, for each hidden character.

    Line breaks are hidden too, so the text stays on its line. A visible text comes back as it is.
    """
    if text.isprintable():
        return text
    return "".join(repr(one)[1:-1] if is_hidden(one) else one for one in text)


def visible_lines(text: str) -> str:
    """Return a text of several lines, each of them `visible`."""
    return "\n".join(visible(line) for line in text.split("\n"))


def in_one_line(text: str) -> str:
    """Return a text `visible`, with a blank for each line break inside it."""
    return visible(LINE_BREAK.sub(" ", text.strip(BLANKS)))
