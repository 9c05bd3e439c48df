"""A screen that lists records page by page; it never takes a part of them for all."""

from collections.abc import Iterator

from pages.errors import ScreenNotReached
from pages.locators import Surface
from pages.parts import PagedTable
from pages.screen import Screen

Row = dict[str, str]  # the text of each cell, by heading


class ListScreen(Screen):
    """A screen with one paged table; `columns` names the headings of `table`."""

    lists = ("table.extent", "table.way_on")

    def __init__(self, surface: Surface) -> None:
        super().__init__(surface)
        self.table = PagedTable(surface, self.columns["table"])
        self.landmark = self.table.settled
        self.listed: set[str] = set()  # the identity of every row that was read

    def identity(self, row: Row) -> str:
        """Return what tells a row from all others."""
        return "\t".join(row.values())

    def rows(self) -> Iterator[Row]:
        """Yield the rows from this page on, turning to the next page after the last row.

        If the list becomes shorter meanwhile, turning the page skips a row; then fewer are seen
        than were counted.

        Raises:
            ScreenNotReached: the portal counts other rows than it shows, or does not count them.
        """
        seen: set[str] = set()
        counted = 0
        while True:
            rows = self.table.read()
            here = {self.identity(row) for row in rows}
            if rows and here <= seen:
                raise self._lacks("table.next_page")
            seen |= here
            self.listed |= here
            yield from rows
            counted = max(counted, self._count(rows))
            if len(seen) == counted:
                return
            if len(seen) > counted:
                raise self._lacks("table.paging_notice")
            self.turn()

    def turn(self) -> None:
        """Turn to the next page, and wait until other rows are shown.

        Raises:
            ScreenNotReached: there is no way to a next page, or it shows the same rows.
        """
        if self.table.next_page.count() != 1:
            raise self._lacks("table.next_page")
        turned = type(self)(self.surface)
        turned.landmark = self.table.settled_past(self.table.first_row())
        self.ask_for(turned, self.table.next_page)

    def _count(self, rows: list[Row]) -> int:
        """Return how many rows there are on all pages, by the portal's own count."""
        told = self.table.total()
        if told is None and not rows and self.table.empty_notice.count():
            return 0
        if told is None or (told and not rows):
            raise self._lacks("table.paging_notice")
        return told

    def _lacks(self, need: str) -> ScreenNotReached:
        return ScreenNotReached(type(self).__name__, self.tab.url, need)
