"""The colours that the styles of a workbook name: its own theme and palette, or the usual ones."""

import colorsys
import re
from typing import Any

from openpyxl import Workbook
from openpyxl.styles.colors import COLOR_INDEX
from openpyxl.writer.theme import theme_xml
from openpyxl.xml.constants import DRAWING_NS
from openpyxl.xml.functions import fromstring

Colour = tuple[float, ...]  # red, green and blue, each up to 255
WHITE, BLACK = (255.0, 255.0, 255.0), (0.0, 0.0, 0.0)
SYSTEM_TEXT, SYSTEM_GROUND = 64, 65  # indexed colours beyond the palette
SYSTEM = {"windowText": BLACK, "window": WHITE}  # as themes call them
THEME = (  # the colours of a theme, as styles count them
    *("lt1", "dk1", "lt2", "dk2"),
    *(f"accent{number}" for number in range(1, 7)),
    *("hlink", "folHlink"),
)


class Colours:
    """What the colours of one workbook look like."""

    def __init__(self, workbook: Workbook) -> None:
        self._theme = _theme_of(workbook.loaded_theme or theme_xml)
        palette = vars(workbook)["_colors"] or COLOR_INDEX  # openpyxl shows it by no other name
        self._palette = dict(enumerate(map(_rgb, palette)))
        self._palette |= {SYSTEM_TEXT: BLACK, SYSTEM_GROUND: WHITE}

    def of(self, colour: Any, usual: Colour) -> Colour | None:
        """Return what a colour of a style looks like; None if it is unknown."""
        if colour is None or colour.type == "auto":
            return usual
        if colour.type == "rgb":
            known = _rgb(colour.rgb)
        elif colour.type == "indexed":
            known = self._palette.get(colour.indexed)
        else:
            known = self._theme.get(colour.theme)
        return _tinted(known, colour.tint) if known else None


def _theme_of(xml: str | bytes) -> dict[int, Colour | None]:
    """Return the colours of a theme by their numbers; nothing, if it cannot be read."""
    try:
        theme = fromstring(xml)
    except (SyntaxError, ValueError):
        return {}
    within = f"{{{DRAWING_NS}}}"
    path = f"{within}themeElements/{within}clrScheme/{within}"
    return {number: _slot(theme.find(path + name)) for number, name in enumerate(THEME)}


def _slot(slot: Any) -> Colour | None:
    """Return the colour of a slot of a theme; None if it is computed from others."""
    if slot is None or len(slot) != 1 or len(slot[0]):
        return None
    kind, value = slot[0].tag.rpartition("}")[2], slot[0].get("val", "")
    return _rgb(value) if kind == "srgbClr" else SYSTEM.get(value)


def _rgb(digits: str) -> Colour | None:
    found = re.fullmatch(r"(?:[0-9A-F]{2})?([0-9A-F]{6})", digits, re.IGNORECASE)
    return tuple(float(one) for one in bytes.fromhex(found[1])) if found else None


def _tinted(colour: Colour, tint: float) -> Colour:
    """Return a colour as much darker, or lighter, as a style says."""
    hue, light, saturation = colorsys.rgb_to_hls(*(one / 255 for one in colour))
    light = light * (1 + tint) if tint < 0 else light + (1 - light) * tint
    return tuple(one * 255 for one in colorsys.hls_to_rgb(hue, light, saturation))
