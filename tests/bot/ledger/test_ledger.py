"""The ledger: one winner of every change, and nothing that was pressed is ever reset."""

import os
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from bot import clock
from bot.errors import NotFit
from bot.ledger.ledger import Ledger
from bot.ledger.opening import open_ledger
from bot.ledger.schema import MIGRATIONS, VERSION
from bot.ledger.states import (
    BEFORE_PRESS,
    BEGUN_BY_A_LIST,
    DONE,
    MOVES,
    PRESSED,
    RESTARTABLE,
    State,
)
from bot.settings import Settings
from bot.work_item import WorkItem
from pages.models import Contact
from tests.bot.items import ITEM, MAKER, OTHER_CONTACT, bring_to, undone
from tests.bot.lists import ORIGIN

REAL = "https://portal.example"
AT_REAL = replace(ITEM, portal_origin=REAL)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """A new ledger that holds one item."""
    ledger = Ledger(tmp_path / "store" / "ledger.sqlite", tmp_path / "marker")
    ledger.dispatch([ITEM], "list", MAKER)
    return ledger


def test_only_one_of_two_wins_a_move(ledger: Ledger):
    """The second compare-and-set of the same change is told that it lost."""
    bring_to(ledger, State.APPROVED)

    won = [ledger.move(ITEM.reference, State.APPROVED, State.INTENT, by) for by in ("a", "b")]

    assert won == [True, False]


@pytest.mark.parametrize("old", sorted(State))
def test_there_is_no_move_beyond_the_table(ledger: Ledger, old: State):
    """A mistake of ours is an error, not a state."""
    bring_to(ledger, old)

    for new in set(State) - MOVES[old]:
        with pytest.raises(ValueError, match="→"):
            ledger.move(ITEM.reference, old, new, "test")


def test_only_an_intent_is_pressed():
    """One state leads to the press, and none that was pressed leads back but by a person."""
    assert [old for old in State if State.PRESSING in MOVES[old]] == [State.INTENT]
    assert {old for old in PRESSED | DONE if MOVES[old] & {State.READY}} == {State.IN_DOUBT}


def test_the_history_tells_when_and_by_whom(ledger: Ledger):
    """The ledger remembers who took an item in, and that nothing else has happened."""
    (taken,) = ledger.history(ITEM.reference).moves

    assert (taken.new, bool(taken.at), taken.by) == (State.READY, True, MAKER)


@pytest.mark.parametrize("state", sorted(set(State) - BEFORE_PRESS))
def test_what_was_pressed_is_never_reset(ledger: Ledger, state: State):
    """A list that comes again, with other data even, does not touch it."""
    bring_to(ledger, state)

    ledger.dispatch([OTHER_CONTACT], "another list", MAKER)
    entry = ledger.entry(ITEM.reference)

    assert (entry.state, entry.item.contact) == (state, ITEM.contact)


@pytest.mark.parametrize("state", sorted(BEFORE_PRESS))
def test_other_contact_data_begin_anew(ledger: Ledger, state: State):
    """What was approved for other data is not approved for these."""
    bring_to(ledger, state)

    ledger.dispatch([OTHER_CONTACT], "list", MAKER)
    entry = ledger.entry(ITEM.reference)

    assert (entry.state, entry.item.contact) == (State.READY, OTHER_CONTACT.contact)


@pytest.mark.parametrize("state", sorted(BEFORE_PRESS))
def test_contact_data_that_were_erased_replace_none(ledger: Ledger, state: State):
    """A request whose data are gone brings its policies again; theirs are still to be typed."""
    bring_to(ledger, state)

    ledger.dispatch([replace(ITEM, contact=Contact("", "", "", ""))], "", MAKER)
    entry = ledger.entry(ITEM.reference)

    expected = State.READY if state in BEGUN_BY_A_LIST else state
    assert (entry.state, entry.item.contact) == (expected, ITEM.contact)


@pytest.mark.parametrize("state", sorted(BEFORE_PRESS))
def test_the_same_data_again_restart_only_what_had_ended(ledger: Ledger, state: State):
    """What waits goes on waiting; what was refused or failed may be tried anew."""
    bring_to(ledger, state)

    ledger.dispatch([ITEM], "list", MAKER)

    expected = State.READY if state in BEGUN_BY_A_LIST else state
    assert ledger.entry(ITEM.reference).state == expected


@pytest.mark.parametrize("state", sorted(State))
def test_a_restart_touches_only_what_ended_without_a_press(ledger: Ledger, state: State):
    """A run without a list tries anew what was refused or failed, and nothing that was pressed."""
    bring_to(ledger, state)

    ledger.restart(MAKER)

    expected = State.READY if state in RESTARTABLE else state
    assert ledger.entry(ITEM.reference).state == expected


def test_the_latest_moment_is_not_hidden_by_a_later_row(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
):
    """A clock that was set back does not become right by what is written under it."""
    monkeypatch.setattr(clock, "utc_now", lambda: "2020-01-01T00:00:00.000+00:00")
    before = ledger.latest()

    bring_to(ledger, State.APPROVED)

    assert ledger.latest() == before != ""


def test_a_ledger_that_vanished_is_not_begun_anew(ledger: Ledger, tmp_path: Path):
    """Without its memory the bot could confirm twice, so it does not start."""
    ledger.close()
    for file in (tmp_path / "store").iterdir():
        file.unlink()

    with pytest.raises(NotFit, match="不见了"):
        Ledger(tmp_path / "store" / "ledger.sqlite", tmp_path / "marker")


def test_a_ledger_from_before_a_press_is_refused(ledger: Ledger, tmp_path: Path):
    """A backup that does not know of a press would let it be done again."""
    store = tmp_path / "store"
    bring_to(ledger, State.INTENT)
    ledger.close()
    backup = shutil.copytree(store, tmp_path / "backup")
    pressed = Ledger(store / "ledger.sqlite", tmp_path / "marker")
    pressed.move(ITEM.reference, State.INTENT, State.PRESSING, "审批人")
    pressed.close()
    Ledger(store / "ledger.sqlite", tmp_path / "marker").close()
    shutil.rmtree(store)
    shutil.copytree(backup, store)

    with pytest.raises(NotFit, match="记着按下过 1 次，台账里只有 0 次"):
        Ledger(store / "ledger.sqlite", tmp_path / "marker")


def test_presses_at_once_are_all_in_the_marker(ledger: Ledger, tmp_path: Path):
    """Several browsers claim side by side; no claim fails for another's sake, none is forgotten."""
    items = [replace(ITEM, application_no=f"XW{number}") for number in range(2, 34)]
    ledger.dispatch(items, "list", MAKER)
    way = (State.READY, State.AWAITING_APPROVAL, State.APPROVED, State.INTENT)
    for item in items:
        for old, new in pairwise(way):
            ledger.move(item.reference, old, new, "test")

    def press(item: WorkItem) -> bool:
        return ledger.move(item.reference, State.INTENT, State.PRESSING, "robot")

    with ThreadPoolExecutor(8) as browsers:
        won = list(browsers.map(press, items))

    assert won == [True] * len(items)
    assert (tmp_path / "marker").read_text(encoding="utf-8").splitlines()[1] == str(len(items))


def test_a_marker_that_was_spoilt_is_told(ledger: Ledger, tmp_path: Path):
    """A person may be told to edit it; a slip of theirs ends in a sentence."""
    ledger.close()
    marker = tmp_path / "marker"
    name, _, *others = marker.read_text(encoding="utf-8").splitlines()
    marker.write_text("\n".join([name, "两次", *others]), encoding="utf-8")

    with pytest.raises(NotFit, match="读不懂"):
        Ledger(tmp_path / "store" / "ledger.sqlite", marker)


def test_an_emptied_marker_is_not_begun_anew(ledger: Ledger, tmp_path: Path):
    """It no longer tells an old ledger from the last; a person writes it anew, as they are told."""
    bring_to(ledger, State.PRESSING)
    ledger.close()
    file, marker = tmp_path / "store" / "ledger.sqlite", tmp_path / "marker"
    name, presses, *_ = marker.read_text(encoding="utf-8").splitlines()
    marker.write_text("", encoding="utf-8")

    with pytest.raises(NotFit, match=f"是空的.*写两行：{name} 和 {presses}。"):
        Ledger(file, marker)
    assert marker.read_text(encoding="utf-8") == ""
    marker.write_text(f"{name}\n{presses}\n", encoding="utf-8")
    Ledger(file, marker).close()


def test_a_copy_of_a_ledger_is_not_the_ledger(ledger: Ledger, tmp_path: Path):
    """Copied with its marker, while the original is there; moved, or by a link, it is the same."""
    ledger.close()
    copy, link, moved = tmp_path / "copy", tmp_path / "link", tmp_path / "moved"
    shutil.copytree(tmp_path / "store", copy)
    link.symlink_to(tmp_path / "store")

    with pytest.raises(NotFit, match="不是这台电脑正在用的那一份"):
        Ledger(copy / "ledger.sqlite", tmp_path / "marker")
    Ledger(link / "ledger.sqlite", tmp_path / "marker").close()
    (tmp_path / "store").rename(moved)
    Ledger(moved / "ledger.sqlite", tmp_path / "marker").close()
    Ledger(moved / "ledger.sqlite", tmp_path / "marker").close()


def test_a_damaged_ledger_is_refused(tmp_path: Path):
    """A file that is no ledger is named, not overwritten."""
    file = tmp_path / "ledger.sqlite"
    file.write_bytes(b"not a database, but long enough to look like one" * 40)

    with pytest.raises(NotFit, match="已损坏"):
        Ledger(file, tmp_path / "marker")


def test_an_emptied_ledger_is_not_begun_anew(ledger: Ledger, tmp_path: Path):
    """A file without its tables has lost its memory just as well."""
    ledger.close()
    for file in (tmp_path / "store").iterdir():
        file.write_bytes(b"")

    with pytest.raises(NotFit, match="是空的"):
        Ledger(tmp_path / "store" / "ledger.sqlite", tmp_path / "marker")


def test_a_ledger_of_an_older_version_is_brought_up(ledger: Ledger, tmp_path: Path):
    """What an older program wrote is kept, and the new columns are there."""
    file = tmp_path / "store" / "ledger.sqlite"
    ledger.close()
    with closing(sqlite3.connect(file)) as connection:
        for migration in reversed(MIGRATIONS):
            connection.execute(undone(migration))
        connection.execute("PRAGMA user_version = 0")

    entry = Ledger(file, tmp_path / "marker").entry(ITEM.reference)

    assert (entry.item.contact, entry.seen_pending_at) == (ITEM.contact, "")


def test_a_ledger_of_a_later_version_is_refused(ledger: Ledger, tmp_path: Path):
    """An older program does not guess what a newer one has meant."""
    file = tmp_path / "store" / "ledger.sqlite"
    ledger.close()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")

    with pytest.raises(NotFit, match="请升级"):
        Ledger(file, tmp_path / "marker")


@pytest.mark.parametrize("application_no", ["XW1", ""])
def test_a_ledger_of_another_portal_is_refused(tmp_path: Path, application_no: str):
    """Moved to the new address of a portal, its items are not worked off there."""
    old, new = (
        Settings(portal_url=url, data_dir=tmp_path / "data")
        for url in (ORIGIN, "http://127.0.0.1:8766")
    )
    ledger = open_ledger(old)
    ledger.dispatch([replace(ITEM, application_no=application_no)], "list", MAKER)
    ledger.close()
    old.store.rename(new.store)
    old.ledger_marker.rename(new.ledger_marker)

    with pytest.raises(NotFit, match=f"另一个门户（{ORIGIN}）的保单.*把 portal_url 改回"):
        open_ledger(new)


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """The settings of two data folders for one real portal, on a computer of their own."""
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    return [Settings(portal_url=REAL, data_dir=tmp_path / name / "data") for name in ("a", "b")]


@pytest.fixture
def pressed(folders: list[Settings]) -> Settings:
    """The first of them, whose ledger has pressed once."""
    ledger = open_ledger(folders[0])
    ledger.dispatch([AT_REAL], "list", MAKER)
    bring_to(ledger, State.PRESSING, AT_REAL)
    ledger.close()
    return folders[0]


def test_a_list_copied_without_its_data_begins_no_ledger(
    folders: list[Settings], pressed: Settings
):
    """A real portal has one memory on a computer, whatever folder is named."""
    with pytest.raises(NotFit, match=r"这个门户有过台账.*不要复制"):
        open_ledger(folders[1])
    assert not folders[1].ledger_file.exists()
    open_ledger(pressed).close()


def test_a_data_folder_is_moved_and_never_copied(folders: list[Settings], pressed: Settings):
    """The second of two is refused; where the first is gone, it is the same ledger."""
    old, new = (settings.store.parent.parent for settings in folders)
    shutil.copytree(old, new)

    with pytest.raises(NotFit, match="不是这台电脑正在用的那一份"):
        open_ledger(folders[1])
    shutil.rmtree(old)
    open_ledger(folders[1]).close()
    with pytest.raises(NotFit, match="有过台账"):
        open_ledger(pressed)


def test_a_marker_of_an_earlier_version_is_taken_over(folders: list[Settings], pressed: Settings):
    """It lay beside the data folder; the presses it has counted still count."""
    marker, former = pressed.ledger_marker, pressed.former_marker
    counted = marker.read_text(encoding="utf-8")
    marker.rename(former)
    shutil.copytree(former.parent, folders[1].former_marker.parent)

    with pytest.raises(NotFit, match="不是这台电脑正在用的那一份"):
        open_ledger(folders[1])
    open_ledger(pressed).close()

    assert (marker.read_text(encoding="utf-8"), former.exists()) == (counted, False)
    with pytest.raises(NotFit, match="不是这台电脑正在用的那一份"):
        open_ledger(folders[1])


def test_another_address_of_the_portal_begins_no_ledger(pressed: Settings):
    """What the settings trust as the same portal has the same memory."""
    addresses = {"portal_url": "https://new.example", "trusted_origins": (REAL,)}
    new = pressed.model_copy(update=addresses)

    with pytest.raises(NotFit, match=f"另一个地址 {REAL} 名下"):
        open_ledger(new)
    pressed.ledger_marker.unlink()
    open_ledger(new).close()


def test_each_folder_has_its_own_ledger_of_a_mock(tmp_path: Path):
    """Who practises may begin anew in another folder."""
    for name in ("a", "b"):
        ledger = open_ledger(Settings(portal_url=ORIGIN, data_dir=tmp_path / name / "data"))
        ledger.dispatch([ITEM], "list", MAKER)
        ledger.close()

    assert len(list(tmp_path.glob("*/.data.*.created"))) == 2


@pytest.mark.skipif(os.name != "posix", reason="there are no such modes")
def test_nobody_else_may_look_into_the_folder_of_a_ledger(tmp_path: Path):
    """Contact data are in it from the first list on, before there is any evidence."""
    folder = tmp_path / "store"
    folder.mkdir(mode=0o755)
    Ledger(folder / "ledger.sqlite", tmp_path / "marker").close()

    assert folder.stat().st_mode & 0o777 == 0o700
