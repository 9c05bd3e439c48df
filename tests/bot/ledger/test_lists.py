"""A ledger knows what a list file has named before, and does not name any more."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.ledger.ledger import Ledger
from tests.bot.items import ITEM, MAKER

ONE, TWO = ITEM, replace(ITEM, application_no="XW2", row=3)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """An empty ledger."""
    return Ledger(tmp_path / "store" / "ledger.sqlite", tmp_path / "marker")


Brought = Callable[[Ledger, Path, Path], None]


def dropped_once(ledger: Ledger, here: Path, there: Path) -> None:
    """Two rows, then one."""
    ledger.dispatch([ONE, TWO], "v1", MAKER, here)
    ledger.dispatch([ONE], "v2", MAKER, here)


def dropped_long_ago(ledger: Ledger, here: Path, there: Path) -> None:
    """The row is gone for two versions."""
    dropped_once(ledger, here, there)
    ledger.dispatch([ONE], "v3", MAKER, here)


def by_another_way(ledger: Ledger, here: Path, there: Path) -> None:
    """The same file, named by another path."""
    ledger.dispatch([ONE, TWO], "v1", MAKER, here.parent / "." / "sub" / ".." / here.name)


def in_another_list(ledger: Ledger, here: Path, there: Path) -> None:
    """Another file still names it."""
    dropped_once(ledger, here, there)
    ledger.dispatch([TWO], "other", MAKER, there)


def not_any_more_in_another_list(ledger: Ledger, here: Path, there: Path) -> None:
    """Another file has named it once."""
    in_another_list(ledger, here, there)
    ledger.dispatch([ONE], "other, edited", MAKER, there)


def of_another_file(ledger: Ledger, here: Path, there: Path) -> None:
    """This file never named it."""
    ledger.dispatch([ONE, TWO], "v1", MAKER, there)


@pytest.mark.parametrize(
    ("bring", "expected"),
    [
        (dropped_once, {"XW1", "XW2"}),
        (dropped_long_ago, {"XW1", "XW2"}),
        (by_another_way, {"XW1", "XW2"}),
        (in_another_list, {"XW1"}),
        (not_any_more_in_another_list, {"XW2"}),
        (of_another_file, set()),
    ],
)
def test_what_earlier_versions_of_a_file_have_named(
    ledger: Ledger, tmp_path: Path, bring: Brought, expected: set[str]
):
    """Whoever has read the newest version takes out what that names."""
    (tmp_path / "sub").mkdir()
    here, there = tmp_path / "清单.xlsx", tmp_path / "别的.xlsx"
    bring(ledger, here, there)

    dropped = ledger.dropped(here)

    assert {one.application_no for one in (ONE, TWO) if one.reference in dropped} == expected
    assert len(dropped) == len(expected)
