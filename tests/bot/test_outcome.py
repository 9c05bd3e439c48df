"""What a run came to, and what it leaves; nothing is worked off here."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot import cli, engine
from bot.ledger import State
from bot.run import Job, opened_ledger
from bot.secrets import Passwords
from bot.settings import Settings
from bot.work_list import WorkList
from tests.bot.lists import ORIGIN, uscc
from tests.bot.test_ledger import ITEM, MAKER, bring_to

DONE_ITEM = replace(ITEM, uscc=uscc(2), application_no="XW2")


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    """A run of a list whose only policy is confirmed already."""
    settings = Settings(data_dir=tmp_path / "data", portal_url=ORIGIN)
    listed = WorkList(tmp_path / "list.csv", "list", "", (DONE_ITEM,), (), (), {})
    listed.path.touch()
    with opened_ledger(settings) as ledger:
        ledger.dispatch(listed.items, listed.digest, MAKER)
        ledger.move(DONE_ITEM.reference, State.READY, State.ALREADY_CONFIRMED, MAKER)
    job = Job(settings, Passwords(settings, {}), listed)
    monkeypatch.setattr(engine, "run", lambda *_: None)
    monkeypatch.setattr(cli, "_prepare", lambda *_, **__: job)
    return job


def call(*words: str) -> Result:
    """Run `single-window`."""
    return CliRunner().invoke(cli.app, words)


@pytest.mark.parametrize("command", ["run", "follow-up"])
@pytest.mark.parametrize("state", [State.PRESSING, State.IN_DOUBT])
def test_what_another_list_has_left_in_doubt_is_named_each_time(
    job: Job, command: str, state: State
):
    """Else a schedule that runs the next list with --quiet would never tell of it."""
    with opened_ledger(job.settings) as ledger:
        ledger.dispatch([ITEM], "another list", MAKER)
        bring_to(ledger, state)

    quiet = call(command, "list.csv", "--quiet")
    data = json.loads(call(command, "list.csv", "--json").stdout)

    assert quiet.exit_code == 1
    assert f"另有 1 张结果待核实，属于别的清单：{ITEM.enterprise_name} XW1" in quiet.stdout
    assert "single-window follow-up" in quiet.stdout
    assert [one["application_no"] for one in data["elsewhere"]] == ["XW1"]


def test_nothing_is_told_where_no_list_has_left_a_doubt(job: Job):
    """With --quiet, silence and a 0 mean that all is done."""
    with opened_ledger(job.settings) as ledger:
        ledger.dispatch([ITEM], "another list", MAKER)

    quiet = call("run", "list.csv", "--quiet")

    assert (quiet.exit_code, quiet.stdout) == (0, "")
