"""页面契约: what a screen object needs of the real page, and where the page breaks it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from operator import attrgetter

from playwright.sync_api import Locator

from pages.reading import lines_of, texts_of, unnumbered
from pages.screen import Screen


@dataclass(frozen=True, slots=True)
class Breach:
    """One thing that a screen object needs, and what the page has instead."""

    screen: str
    need: str
    found: str
    is_of_words: bool = False  # the control or text is there, and says something else


def breaches(screen: Screen, wordings: Mapping[str, str] | None = None) -> list[Breach]:
    """Return each breach of this screen's contract; the screen must be shown.

    `wordings`, if given, replaces the screen's own digests.
    """
    worded = screen.wordings if wordings is None else wordings
    missing = [*_controls(screen), *_lists(screen), *_columns(screen)]
    reworded = [one for one in _wordings(screen, worded) if one[0] not in dict(missing)]
    name = type(screen).__name__
    return [
        *(Breach(name, need, told) for need, told in missing),
        *(Breach(name, need, told, is_of_words=True) for need, told in reworded),
    ]


def digest(texts: Iterable[str]) -> str:
    """Return a digest of a wording that ignores its line breaks, repeated blanks and numbers."""
    return sha256("\n".join(map(unnumbered, texts)).encode()).hexdigest()


def _controls(screen: Screen) -> Iterator[tuple[str, str]]:
    for need in screen.controls:
        if (count := _count(screen, need)) != 1:
            yield need, f"应有一个，页面上有 {count} 个"


def _lists(screen: Screen) -> Iterator[tuple[str, str]]:
    for need in screen.lists:
        if not _count(screen, need):
            yield need, "应至少有一个，页面上没有"


def _columns(screen: Screen) -> Iterator[tuple[str, str]]:
    for need, due in screen.columns.items():
        headings = texts_of(attrgetter(need)(screen).headings)
        for heading in due:
            if headings.count(heading) != 1:
                yield (
                    f"{need}.{heading}",
                    f"表头应有一个“{heading}”，页面上是 {'、'.join(headings)}",
                )


def _wordings(screen: Screen, wordings: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for need, due in wordings.items():
        shown = [" ".join(lines_of(one)) for one in attrgetter(need)(screen).all()]
        if digest(shown) != due:
            yield need, f"文字变了：{' '.join(shown)}"


def _count(screen: Screen, need: str) -> int:
    locator: Locator = attrgetter(need)(screen)
    return locator.filter(visible=True).count()
