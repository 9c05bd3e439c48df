"""Words of portals, lists and files reach a terminal as text, and change nothing else on it."""

import json
import logging
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.cli.output import ErrorLog
from bot.errors import NotFit
from bot.ledger.ledger import Ledger
from bot.ledger.states import State
from bot.settings import Settings
from pages.visible import visible
from tests.bot.confirmation.test_approval import SEEN
from tests.bot.items import ITEM, MAKER

HOSTILE = {
    "clear screen": "\x1b[2J\x1b[H",
    "window title": "\x1b]0;已确认\x07",
    "C1 colour": "\x9b32m",
    "C1 line": "\x85",
    "direction": "\u202e保单\u2066",
    "zero width": "\u200b",
    "no ink": "\u3164\ufe0f",
    "line": "\n  产品名称：短期出口信用保险",
    "return": "\r  产品名称：短期出口信用保险",
}
each_hostile = pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)


def waiting(folder: Path, words: str) -> list[str]:
    """Let an item wait whose form and explanation hold these words; return where its ledger is."""
    settings = Settings(data_dir=folder)
    ledger = Ledger(settings.ledger_file, settings.ledger_marker)
    ledger.dispatch([ITEM], "list", MAKER)
    fields = (*SEEN.fields, ("产品名称", f"中长期{words}"), (f"项目{words}", "一"))
    seen = replace(SEEN, fields=fields, documents=((f"单证{words}", "a" * 64),))
    told = {"snapshot": asdict(seen), "explanation": f"门户提示：{words}", "next_step": words}
    ledger.move(ITEM.reference, State.READY, State.AWAITING_APPROVAL, "robot", **told)
    ledger.close()
    return ["--data-dir", str(folder)]


def printed(*call: str) -> list[str]:
    ended = CliRunner().invoke(app, call)
    return (ended.stdout + ended.stderr).split("\n")


@each_hostile
@pytest.mark.parametrize("command", ["approve", "status"])
def test_words_of_the_portal_stay_in_their_line(tmp_path: Path, command: str, hostile: str):
    """A ledger that an older version has written may hold them raw."""
    plain = printed(command, *waiting(tmp_path / "plain", "平常的话"))
    said = printed(command, *waiting(tmp_path / "other", hostile))

    assert all(visible(line) == line for line in said)
    if command == "approve":  # a table breaks long cells itself
        assert len(said) == len(plain)
        assert [line for line in said if line.startswith("  产品名称")] == [
            line for line in said if "中长期" in line
        ]


@each_hostile
def test_json_keeps_the_words_and_shows_them(tmp_path: Path, hostile: str):
    """A program reads the value as it was; a person who looks at it sees every character."""
    said = printed("approve", *waiting(tmp_path, hostile), "--json")

    (item,) = json.loads("\n".join(said))["waiting"]
    assert all(visible(line) == line for line in said)
    assert item["fields"]["产品名称"] == f"中长期{hostile}"


@each_hostile
def test_name_of_a_file_stays_in_its_line(tmp_path: Path, hostile: str):
    """A list may come with any name."""
    said = printed("dispatch", str(tmp_path / f"清单{hostile}.xlsx"))

    assert any("清单" in line for line in said)
    assert all(visible(line) == line for line in said)


@each_hostile
def test_log_stays_in_its_line(capsys: pytest.CaptureFixture[str], hostile: str):
    """What is logged while a run goes on is neutral too, with a stack trace or without."""
    handler, log = ErrorLog(), logging.getLogger("bot.test")
    log.addHandler(handler)
    try:
        log.warning("模拟企业：%s", hostile)
        try:
            raise NotFit(hostile, "请核对")
        except NotFit:
            log.exception("程序出错")
    finally:
        log.removeHandler(handler)
    said = capsys.readouterr().err.split("\n")

    assert said[0].startswith("模拟企业：")
    assert any(line.startswith("Traceback") for line in said)
    assert all(visible(line) == line for line in said)
