"""`declaration`: one new wording keeps nobody else, and a person accepts it by its digest."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bot.cli import app
from bot.confirmation.wordings import is_accepted
from bot.declaration import GUIDE_DECLARATION, digest
from bot.ledger.ledger import Ledger
from bot.ledger.states import State
from bot.operations.canary import FORM, Look
from bot.settings import Settings
from pages.contract import Breach
from pages.models import Declaration
from tests.bot.confirmation.test_approval import SEEN
from tests.bot.items import ITEM, MAKER
from tests.bot.lists import uscc

NEW = replace(GUIDE_DECLARATION, label="已认真阅读并同意")
NEWER = replace(NEW, clauses=NEW.clauses[:2])
OTHER = replace(ITEM, uscc=uscc(2), enterprise_name="模拟出口企业0002有限公司")
Call = Callable[..., Result]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings of a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return Settings(data_dir=tmp_path / "data")


@pytest.fixture
def ledger(settings: Settings) -> Ledger:
    """A ledger in which two enterprises wait for the same new wording."""
    ledger = Ledger(settings.ledger_file, settings.ledger_marker)
    ledger.dispatch([ITEM, OTHER], "list", MAKER)
    for item in (ITEM, OTHER):
        seen = replace(SEEN, declaration=NEW)
        told = {"code": "DECLARATION_CHANGED", "snapshot": seen}
        assert ledger.move(item.reference, State.READY, State.NEEDS_PERSON, "robot", **told)
    return ledger


@pytest.fixture
def call(ledger: Ledger, settings: Settings) -> Call:
    """Call the command."""
    data = ("--data-dir", str(settings.data_dir))
    return lambda *words: CliRunner().invoke(app, ["declaration", *words, *data])


def accepted(ledger: Ledger, settings: Settings, wording: Declaration) -> list[bool]:
    """Tell of both enterprises whether they have accepted a wording."""
    return [is_accepted(wording, item.uscc, ledger, settings) for item in (ITEM, OTHER)]


def test_the_difference_is_shown_with_its_digest(call: Call):
    """What was there, what is there now, and who waits."""
    shown, told = call(), json.loads(call("--json").stdout)["declarations"]

    assert shown.exit_code == 1
    assert f"- {GUIDE_DECLARATION.label}" in shown.stdout
    assert f"+ {NEW.label}" in shown.stdout
    assert [(one["digest"], len(one["items"])) for one in told] == [(digest(NEW), 2)]


def test_one_enterprise_accepts_for_itself(call: Call, ledger: Ledger, settings: Settings):
    """The other still waits; and another wording is another decision."""
    words = ("--accept", digest(NEW), "--by", "模拟签字人", "--enterprise", ITEM.uscc)

    assert call(*words).exit_code == 0
    assert accepted(ledger, settings, NEW) == [True, False]
    assert accepted(ledger, settings, NEWER) == [False, False]
    assert call().exit_code == 1


def test_who_waits_accepts_together(call: Call, ledger: Ledger, settings: Settings):
    """Without a name, for everybody who waits for this wording; it is in the audit by whom."""
    assert call("--accept", digest(NEW), "--by", "模拟签字人").exit_code == 0

    assert accepted(ledger, settings, NEW) == [True, True]
    assert ledger.history(ITEM.reference).moves[-1].by == "模拟签字人"
    assert "没有等着接受" in call().stdout
    assert ledger.history(ITEM.reference).makers == {MAKER}  # to accept is not to take in


@pytest.mark.parametrize(
    "words",
    [
        ("--accept", digest(NEW)),
        ("--accept", digest(NEW), "--by", " "),
        ("--accept", digest(NEWER), "--by", "模拟签字人"),
        ("--accept", digest(GUIDE_DECLARATION), "--by", "模拟签字人"),
        ("--accept", "", "--by", "模拟签字人"),
        ("--accept", digest(NEW), "--by", "模拟签字人", "--enterprise", "别的企业"),
    ],
    ids=["no name", "a blank", "another", "the old one", "no digest", "nobody's"],
)
def test_nothing_is_accepted_by_the_way(
    call: Call, ledger: Ledger, settings: Settings, words: tuple[str, ...]
):
    """Only this wording, by its digest and a name."""
    assert call(*words).exit_code == 2
    assert accepted(ledger, settings, NEW) == [False, False]


def test_the_settings_wording_is_accepted_for_all(ledger: Ledger, settings: Settings):
    """What the guide says needs no decision."""
    assert accepted(ledger, settings, GUIDE_DECLARATION) == [True, True]


@pytest.mark.parametrize(
    ("breaches", "hinders"),
    [
        ((Breach("ConfirmationPage", "clauses", "文字变了", is_of_words=True),), False),
        ((Breach("ConfirmationPage", "confirm_button", "应有一个，页面上有 0 个"),), True),
        (
            (
                Breach("ConfirmationPage", "clauses", "文字变了", is_of_words=True),
                Breach("ConfirmationPage", "declaration", "应有一个，页面上有 2 个"),
            ),
            True,
        ),
    ],
    ids=["reworded", "a control is gone", "both"],
)
def test_the_canary_lets_a_new_wording_through(breaches: tuple[Breach, ...], hinders: bool):
    """It is the first enterprise's form alone that the canary sees."""
    assert Look(FORM, breaches).is_hindrance is hinders
