"""Opens a portal's ledger; refuses one with another portal's items, or a second one."""

from collections.abc import Iterator
from contextlib import contextmanager

from bot.errors import NotFit
from bot.ledger.ledger import Ledger
from bot.ledger.marker import Marker
from bot.settings import Settings


@contextmanager
def opened_ledger(settings: Settings) -> Iterator[Ledger]:
    """Open the ledger of this portal; raises as `open_ledger` says."""
    ledger = open_ledger(settings)
    try:
        yield ledger
    finally:
        ledger.close()


@contextmanager
def existing_ledger(settings: Settings) -> Iterator[Ledger]:
    """Open the ledger of this portal, but never create one; raises also as `expect_ledger` says."""
    expect_ledger(settings)
    with opened_ledger(settings) as ledger:
        yield ledger


def expect_ledger(settings: Settings) -> None:
    """Refuse to go on where no ledger ever was, as in a folder that was taken for another.

    Raises:
        NotFit: there is no ledger, and no trace that there was one.
    """
    markers = (settings.former_marker, *map(settings.marker_of, settings.origins))
    traces = (settings.ledger_file, settings.ledger_marker, *filter(None, markers))
    if not any(trace.exists() for trace in traces):
        raise NotFit(
            f"这里没有 {settings.origin} 的台账（找的是 {settings.ledger_file}）",
            "请先进入清单所在的文件夹，或写对 --data-dir、--portal-url；"
            "还没有办过的，先运行 single-window dispatch 清单.xlsx",
        )


def open_ledger(settings: Settings) -> Ledger:
    """Open the ledger of this portal.

    Raises:
        NotFit: as `Ledger` says, it has another portal's items, or this portal has another ledger.
    """
    _take_over_marker(settings)
    _expect_no_other(settings)
    ledger = Ledger(settings.ledger_file, settings.ledger_marker)
    if others := ledger.origins() - {settings.origin}:
        ledger.close()
        raise NotFit(
            f"台账 {settings.ledger_file} 里有另一个门户（{'、'.join(sorted(others))}）的保单，"
            f"不能用在 {settings.origin}",
            "请把台账和标记文件放回原来的位置，并把 portal_url 改回；"
            "门户换了地址的，先到门户查明结果待核实的保单，新地址会另建一份台账",
        )
    return ledger


def _take_over_marker(settings: Settings) -> None:
    """Move the marker that an earlier version kept elsewhere, if it means this ledger."""
    former, marker = settings.former_marker, settings.ledger_marker
    if former and former.exists() and not marker.exists():
        Ledger(settings.ledger_file, former).close()
        if meant := Marker.read(former):
            meant.write(marker)
            former.unlink()


def _expect_no_other(settings: Settings) -> None:
    """Refuse a new ledger for a portal that has one under another of its addresses."""
    for origin in settings.origins if not settings.ledger_marker.exists() else ():
        if (marker := settings.marker_of(origin)).exists():
            raise NotFit(
                f"门户 {settings.origin} 已有一份台账，在它的另一个地址 {origin} 名下"
                f"（见 {marker}，第三行是它的位置）",
                "几份台账并用就不能保证不重复确认："
                "请把 portal_url 改回那个地址；门户换了地址的，先到门户查明结果待核实的保单，"
                "再把这个标记文件移走，原来的就停用了",
            )
