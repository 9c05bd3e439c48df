"""Finds contact data of a person in any text, however they are spelled there, and masks them.

A portal may repeat what was typed in words of its own: with blanks, with +86, in full-width digits,
or escaped for JSON, for HTML or for an address.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any
from urllib.parse import quote

from bot.work_item import WorkItem, mask_contact
from pages.models import Contact

BLANK = r"(?:\s|&nbsp;|&#160;)"
IN_NAMES, IN_NUMBERS = rf"{BLANK}{{0,3}}", rf"(?:{BLANK}|[-‐–—.·()（）]){{0,3}}"
COUNTRY = rf"(?:(?:\+|＋|00)?86{IN_NUMBERS})?"
SHORTEST_NUMBER = 7  # digits
SHORTEST_REMARK = 6  # characters; shorter remarks are words of every page


def details_of(contacts: Iterable[Contact]) -> list[str]:
    """Return all that is found of these contacts in a text, each detail once."""
    return list(dict.fromkeys(value for one in contacts for value, _ in _masks(one)))


def holds(content: bytes, details: Iterable[str], item: WorkItem) -> bool:
    """Tell whether a file of this item's pack holds one of these details.

    A part of the enterprise's name is none: a firm may be named after its owner.
    """
    text = content.decode("utf-8", "ignore").replace(item.enterprise_name, "\0")
    return any(_pattern(detail).search(text) for detail in details if detail)


def is_distinct(detail: str) -> bool:
    """Tell whether a text can only be a person's: a telephone number or an e-mail address."""
    return "@" in detail or _digits(detail) != ""


def mask_within(text: str, item: WorkItem) -> str:
    """Return a text from elsewhere with the person of the item's 联系方式 masked in it."""
    for value, mask in _masks(item.contact):
        parts = (_pattern(value).sub(_as_text(mask), part) for part in _around(text, item))
        text = item.enterprise_name.join(parts)
    return text


def mask_facts(facts: Any, item: WorkItem) -> Any:
    """Return JSON facts with the person of the item's 联系方式 masked in every text."""
    match facts:
        case str():
            return mask_within(facts, item)
        case dict():
            return {name: mask_facts(one, item) for name, one in facts.items()}
        case list() | tuple():
            return [mask_facts(one, item) for one in facts]
    return facts


def _masks(contact: Contact) -> Iterator[tuple[str, str]]:
    """Give each detail that can be told from other words, and what is shown instead."""
    shown = mask_contact(contact)
    person = (contact.name, contact.phone, contact.mobile, contact.email)
    for value, mask in zip(person, shown.values(), strict=False):
        if len(value) > 1:
            yield value, mask
    if len(contact.remarks) >= SHORTEST_REMARK:
        yield contact.remarks, shown["备注"]


def _around(text: str, item: WorkItem) -> list[str]:
    return text.split(item.enterprise_name) if item.enterprise_name else [text]


def _as_text(mask: str) -> Callable[[re.Match[str]], str]:
    return lambda _: mask


@cache
def _pattern(detail: str) -> re.Pattern[str]:
    """Return what matches a detail in every spelling, and no longer number or word."""
    if digits := _digits(detail):
        local = digits.removeprefix("0")
        area = "" if local == digits else f"(?:0{IN_NUMBERS})?"
        number = IN_NUMBERS.join(map(_spelled, local))
        return re.compile(rf"(?<!\d){COUNTRY}{area}{number}(?!\d)", re.IGNORECASE)
    word = IN_NAMES.join(map(_spelled, "".join(detail.split())))
    if detail[:1].isascii():  # a short name must not be found in a longer one
        word = rf"(?<![0-9A-Za-z]){word}(?!\.?[0-9A-Za-z])"
    return re.compile(word, re.IGNORECASE)


def _digits(detail: str) -> str:
    """Return the digits of a telephone number; empty if it is none."""
    digits = re.sub(r"[-\s()+]", "", detail)
    return digits if digits.isdecimal() and len(digits) >= SHORTEST_NUMBER else ""


def _spelled(character: str) -> str:
    """Return what matches one character, plain or escaped."""
    code = ord(character)
    plain = re.escape(character)
    wide = chr(code + 0xFEE0) if "!" <= character <= "~" else plain
    units = character.encode("utf-16-be")
    pairs = (units[at : at + 2].hex() for at in range(0, len(units), 2))
    in_json = "".join(rf"\\+u{unit}" for unit in pairs)
    address = quote(character, safe="") if not character.isalnum() or code > 127 else plain
    return f"(?:{plain}|{wide}|{in_json}|&#0*{code};|&#x0*{code:x};|{address})"
