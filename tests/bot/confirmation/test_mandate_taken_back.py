"""A mandate that is taken back holds for nothing more, not even in a run under way."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.ledger.ledger import Ledger
from bot.ledger.states import State
from bot.settings import load_settings
from bot.settings_file import FILE_NAME
from tests.bot.homes import own_home, write_settings
from tests.bot.items import ITEM, MAKER
from tests.bot.stand_in import DOCUMENT, MANDATE, Form, Portal, make_robot

WITHOUT = f'data_dir = "data"\nportal_url = "{ITEM.portal_origin}"\n'
WITH = f"""{WITHOUT}
[[mandates]]
signatory = "模拟签字人"
enterprises = ["{ITEM.uscc}"]
declaration = "{MANDATE.declaration}"
documents = ["{DOCUMENT.name}"]
expires = 2099-12-31
"""


def take_back(folder: Path) -> None:
    """Take the mandate out, and trust what is left."""
    write_settings(folder, WITHOUT)


def let_expire(folder: Path) -> None:
    """Let it end on a day that is over."""
    write_settings(folder, WITH.replace("2099", "2020"))


def leave_untrusted(folder: Path) -> None:
    """Take it out, and trust nothing."""
    (folder / FILE_NAME).write_text(WITHOUT, encoding="utf-8")


def spoil(folder: Path) -> None:
    """Save half of it."""
    (folder / FILE_NAME).write_text(WITH[:-9] + "[[", encoding="utf-8")


def ask_for_signatures(folder: Path) -> None:
    """Let nothing but a signature approve."""
    write_settings(folder, f"four_eyes = true\n{WITH}")


def remove(folder: Path) -> None:
    """Delete the file."""
    (folder / FILE_NAME).unlink()


def leave(folder: Path) -> None:
    """Leave it as it is."""


@pytest.mark.parametrize(
    ("change", "state", "presses"),
    [
        (take_back, State.CHANGED, 0),
        (let_expire, State.CHANGED, 0),
        (leave_untrusted, State.CHANGED, 0),
        (spoil, State.CHANGED, 0),
        (ask_for_signatures, State.CHANGED, 0),
        (remove, State.CHANGED, 0),
        (leave, State.CONFIRMED, 1),
    ],
)
def test_a_mandate_taken_back_while_the_form_is_filled_in_presses_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[Path], None],
    state: State,
    presses: int,
):
    """The settings are read once more right before the claim, and what is not there is no yes."""
    monkeypatch.setattr("bot.settings_file.MACHINE_FOLDER", tmp_path / "etc")  # which has none
    with own_home(tmp_path / "home"):
        write_settings(tmp_path, WITH)
        settings, portal = load_settings(tmp_path), Portal()
        ledger = Ledger(settings.ledger_file, settings.ledger_marker)
        ledger.dispatch([ITEM], "list", MAKER)
        robot = make_robot(tmp_path, settings, ledger, portal)
        tick = Form.accept_declaration

        def tick_and_change(self: Form) -> None:
            tick(self)
            if ledger.entry(ITEM.reference).state is State.INTENT:  # the second time, to press
                change(tmp_path)

        monkeypatch.setattr(Form, "accept_declaration", tick_and_change)
        robot.confirm(ITEM.reference)
        entry = ledger.entry(ITEM.reference)

    assert (entry.state, portal.requests) == (state, presses)
    assert (entry.code == "NOT_APPROVED") is not presses
