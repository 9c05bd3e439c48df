"""待确认: a list that changes while its pages are turned."""

from types import SimpleNamespace
from typing import Any

import pytest

from pages.errors import ScreenNotReached
from pages.pending import PendingPage

PER_PAGE = 10


class Paged:
    """A table of twenty policies, of which one is taken out when its page is turned."""

    def __init__(self, taken: str) -> None:
        self.numbers = [f"XW{number}" for number in range(20)]
        self._taken = taken
        self._page = 0

    def read(self) -> list[dict[str, str]]:
        """Return the rows of this page."""
        first = self._page * PER_PAGE
        shown = self.numbers[first : first + PER_PAGE]
        return [
            {"申请编号": one, "企业名称": "", "产品名称": "", "状态": "待确认"} for one in shown
        ]

    def total(self) -> int:
        """Return the portal's own count."""
        return len(self.numbers)

    @property
    def next_page(self) -> Any:
        """The arrow, while there is a page behind it."""
        has_more = (self._page + 1) * PER_PAGE < len(self.numbers)
        return SimpleNamespace(is_visible=lambda: has_more)

    def turn(self, *_: object, **__: object) -> None:
        """Somebody confirms a policy; then the next page is shown."""
        self.numbers.remove(self._taken)
        self._page += 1


def test_a_row_that_slips_before_the_turn_is_not_called_absent():
    """XW10 moves to the page that was read; to say that it is not pending would be false."""
    page, table = PendingPage.__new__(PendingPage), Paged(taken="XW3")
    page.__dict__.update(
        table=table,
        ask=table.turn,
        listed=set(),
        surface=SimpleNamespace(owner=SimpleNamespace(page=SimpleNamespace(url=""))),
    )

    with pytest.raises(ScreenNotReached):
        page.find("XW10")
