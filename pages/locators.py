"""Finds parts of a page by what a person reads there; `seen/` holds the rules, in JavaScript.

What fits twice is found twice, and Playwright then refuses to act; where a person would have to
guess, nothing is found. Parts that nobody can see are never found.
"""

import json
import re
from functools import cache
from pathlib import Path

from playwright.sync_api import Frame, FrameLocator, Locator, Page, Playwright

Surface = Page | Frame | FrameLocator  # the tab, or the frame in it, that shows a screen

ENGINE = "seen"
RULES = Path(__file__).parent / "seen"
FINDERS = """
    const FINDERS = {
        field: fields, of_two: ofTwo, option: options, calendar, tick: ticks, button: buttons,
        table: tableParts, in_row: inRow,
        dialog: dialogs, message: root => dialogs(root).flatMap(messagesOf),
        success: root => dialogs(root).filter(isSuccess),
        ok: root => dialogs(root).flatMap(one => buttons(one, OK)),
        over: dialogOver, tip: root => shown(root, TIP), refusal: refusals,
        remember, remember_over: rememberOver,
        sentence: loneSentence,
        announcement: announcementButtons, cross: crosses, cross_beside: crossesBeside,
        picture: picturesBeside, text: saying, clauses, opener: openers,
        frame: mainFrames, login: loginBoxes,
        entry: entries, fold: folds, menu, tab: tabs, tabs: strip, active: activeTabs,
    };
    const find = (root, selector) => {
        const [kind, argument] = JSON.parse(selector);
        const isBegun = (root.ownerDocument ?? root).body; // a document begins without one
        return isBegun ? FINDERS[kind](root, argument) : [];
    };
    return { query: (root, selector) => find(root, selector)[0] ?? null, queryAll: find };
"""


@cache
def rules() -> str:
    """Return the rules, as JavaScript that declares their functions."""
    return "\n".join(file.read_text(encoding="utf-8") for file in sorted(RULES.glob("*.js")))


def script(parameters: str, body: str) -> str:
    """Return a script for `pages.reading` that may use the rules."""
    return f"({parameters}) => {{ {rules()}\n{body} }}"


def register(playwright: Playwright) -> None:
    """Teach a Playwright to find by these rules; do so once, before its first locator."""
    engine = f"(() => {{ {rules()}\n{FINDERS} }})()"
    playwright.selectors.register(ENGINE, engine, content_script=True)


def seen(kind: str, argument: object = None) -> str:
    """Return the selector of what the rules call `kind`."""
    return f"{ENGINE}={json.dumps([kind, argument], ensure_ascii=False)}"


def button(surface: Surface | Locator, *words: str) -> Locator:
    """Return the button or link that says one of these words, whatever draws it."""
    return surface.locator(seen("button", words))


def row_button(row: Locator, *words: str) -> Locator:
    """Return the button or link of a row, also where a column of its own holds it."""
    return row.locator(seen("in_row", words))


def text(surface: Surface, words: str) -> Locator:
    """Return the part that says these words and nothing else."""
    return surface.locator(seen("text", words))


def phrase(surface: Surface, words: str | re.Pattern[str]) -> Locator:
    """Return the part that has these words among others; a hidden copy of it does not count."""
    return surface.get_by_text(words).filter(visible=True)


def entry(surface: Surface, words: str) -> Locator:
    """Return what these words open: a tab, or an entry of a menu."""
    return surface.locator(seen("opener", words))


def tick(surface: Surface, words: str) -> Locator:
    """Return the box to tick that these words stand beside."""
    return surface.locator(seen("tick", words))
