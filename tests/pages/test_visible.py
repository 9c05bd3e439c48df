"""What hides in a text, or acts on a terminal, is spelled out."""

import pytest

from pages.visible import in_one_line, is_hidden, visible, visible_lines

SPELLED = [
    ("\x1b[2J", r"\x1b[2J"),
    ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
    ("\x9b31m", r"\x9b31m"),
    ("\x85", r"\x85"),
    ("\x7f\x08\x00", r"\x7f\x08\x00"),
    ("甲\u202e乙\u2066丙\u2069", r"甲\u202e乙\u2066丙\u2069"),
    ("\u200e\u200f\u061c", r"\u200e\u200f\u061c"),
    ("XW\u200b1\ufeff", r"XW\u200b1\ufeff"),
    ("\U000e0041", r"\U000e0041"),
    ("一\u2028二\u2029", r"一\u2028二\u2029"),
    ("一\n二\r\t三", r"一\n二\r\t三"),
    ("张三\u3164\uffa0", r"张三\u3164\uffa0"),
    ("\u115f\u1160\u2800", r"\u115f\u1160\u2800"),
    ("张\ufe0f三\U000e0100", r"张\ufe0f三\U000e0100"),
    ("张\u034f三\u180b\u17b4", r"张\u034f三\u180b\u17b4"),
    ("100\u03380\u20e3", r"100\u03380\u20e3"),
    ("e\u0301", r"e\u0301"),
]


@pytest.mark.parametrize(("text", "shown"), SPELLED, ids=range(len(SPELLED)))
def test_hidden_character_is_spelled_out(text: str, shown: str):
    """The result is printable, and making it visible again changes nothing."""
    assert visible(text) == shown
    assert visible(shown) == shown
    assert shown.isprintable()


def test_half_a_character_is_spelled_out():
    """A surrogate alone cannot even be written to a file."""
    half = chr(0xD800)

    assert visible(half) == r"\ud800"


IGNORABLE = [  # Default_Ignorable_Code_Point of Unicode
    *(range(0x00AD, 0x00AE), range(0x034F, 0x0350), range(0x061C, 0x061D)),
    *(range(0x115F, 0x1161), range(0x17B4, 0x17B6), range(0x180B, 0x1810)),
    *(range(0x200B, 0x2010), range(0x202A, 0x202F), range(0x2060, 0x2070)),
    *(range(0x3164, 0x3165), range(0xFE00, 0xFE10), range(0xFEFF, 0xFF00)),
    *(range(0xFFA0, 0xFFA1), range(0xFFF0, 0xFFF9), range(0x1BCA0, 0x1BCA4)),
    *(range(0x1D173, 0x1D17B), range(0xE0000, 0xE1000)),
]


@pytest.mark.parametrize("points", IGNORABLE, ids=lambda points: f"{points.start:04X}")
def test_what_no_font_shows_is_hidden(points: range):
    """Unicode lets a program show nothing in its place."""
    assert [f"{one:04X}" for one in points if not is_hidden(chr(one))] == []


@pytest.mark.parametrize(
    "text",
    ["模拟企业（甲）", "续转　单证.pdf", "a\xa0b", "𠮷野\ue000", "C:\\x", "é"],
    ids=["a name", "a wide blank", "a hard blank", "rare", "a backslash", "an accent"],
)
def test_what_a_person_sees_stays(text: str):
    """Rare and full-width characters, blanks and backslashes are not touched."""
    assert visible(text) == text


@pytest.mark.parametrize("between", ["\n", "\r\n", " \n \n "])
def test_message_of_several_lines_becomes_one(between: str):
    """A portal may break its own message; the reader gets one line with all of it."""
    assert in_one_line(f"  系统繁忙{between}请稍后\x1b[0m\n") == r"系统繁忙 请稍后\x1b[0m"


def test_lines_stay_lines_where_they_are_wanted():
    """Nothing else of a line stays hidden."""
    assert visible_lines("一\x1b\n二\r") == "一\\x1b\n二\\r"
