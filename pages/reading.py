"""Reads what the portal's pages say: the only place where their text enters the program.

Whatever is read is `visible`: it cannot move the cursor of a terminal, turn the direction of a
line, or add a line of its own, wherever it is shown later. A value with a hidden character is
different from the value without it.
"""

import re
from typing import Any

from playwright.sync_api import Dialog, Locator, Page

from pages.visible import in_one_line, visible, visible_lines

NUMBER = re.compile(r"^[(（]?(\d{1,2}|[一二三四五六七八九十]{1,2})[)）.．、](?!\d) ?")
BLANK = re.compile(r"[ \t\r\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]+")


def text_of(part: Locator) -> str:
    """Return the visible text of a part, in one line."""
    return in_one_line(part.inner_text())


def texts_of(parts: Locator) -> tuple[str, ...]:
    """Return the visible text of each part, in one line each."""
    return tuple(map(in_one_line, parts.all_inner_texts()))


def lines_of(part: Locator) -> tuple[str, ...]:
    """Return the visible text of a part, without blank lines and with single spaces."""
    lines = (BLANK.sub(" ", line).strip(" ") for line in part.inner_text().split("\n"))
    return tuple(visible(line) for line in lines if line)


def unnumbered(text: str) -> str:
    """Return a paragraph in one line, without the number that may stand before it."""
    return NUMBER.sub("", " ".join(text.split()))


def value_of(control: Locator) -> str:
    """Return what a control holds."""
    return visible(control.input_value())


def choice_of(control: Locator) -> str:
    """Return the option that is chosen: in the browser's own list, in a field, or in a text."""
    own = control.locator("option:checked")
    if own.count():
        return text_of(own)
    is_field = facts_of(control, "control => 'value' in control")
    return value_of(control) if is_field else text_of(control)


def message_of(dialog: Dialog) -> str:
    """Return the message of a native dialog, in one line."""
    return in_one_line(dialog.message)


def title_of(tab: Page) -> str:
    """Return the title of a tab."""
    return in_one_line(tab.title())


def outline_of(part: Locator) -> str:
    """Return a part as a screen reader presents it, line by line."""
    return visible_lines(part.aria_snapshot())


def facts_of(part: Locator, script: str, argument: Any = None) -> Any:
    """Return what a script finds in one element."""
    return _visible_facts(part.evaluate(script, argument))


def facts_of_all(parts: Locator, script: str, argument: Any = None) -> Any:
    """Return what a script finds in all elements at once."""
    return _visible_facts(parts.evaluate_all(script, argument))


def _visible_facts(found: Any) -> Any:
    """Return what a script has found, with every text in it `visible`."""
    match found:
        case str():
            return visible(found)
        case list():
            return [_visible_facts(one) for one in found]
        case dict():
            return {visible(name): _visible_facts(one) for name, one in found.items()}
    return found
