"""Commands that read, in a folder where no ledger is: they say so, and create nothing."""

from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bot.cli import app, intake
from bot.credentials.passwords import ENVIRONMENT_PREFIX
from bot.ledger.opening import opened_ledger
from bot.settings import load_settings
from tests.bot.homes import write_settings
from tests.bot.lists import row, uscc, write_xlsx

READING = [
    ("status",),
    ("status", "--json"),
    ("approve",),
    ("approve", "--all", "--by", "模拟审批"),
    ("results", "清单.xlsx"),
    ("reconcile",),
    ("reconcile", "清单.xlsx"),
    ("follow-up",),
    ("follow-up", "清单.xlsx"),
    ("run",),
    ("canary",),
    ("credentials", "check"),
    ("export", "13800138000", "--to", "资料.json"),
    ("delete", "13800138000", "--yes"),
    ("purge", "--older-than", "1"),
]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a list and settings, whose ledger lies elsewhere or was never made."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(intake, "check_quickly", lambda settings: None)  # it looks for a portal
    write_settings(Path(), 'data_dir = "data/here"\ncredentials = "vault"')
    write_xlsx(Path("清单.xlsx"), [row(1)])
    return tmp_path


def _call(*words: str) -> Result:
    environment = {ENVIRONMENT_PREFIX + uscc(1): "Mock-1", "SINGLE_WINDOW_VAULT_PASSPHRASE": "x"}
    return CliRunner().invoke(app, words, env=environment)


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_a_wrong_folder_is_told_and_left_as_it_was(folder: Path, words: tuple[str, ...]):
    """No ledger, no marker, no empty answer: where it was looked for, and where to go."""
    ended = _call(*words)

    assert ended.exit_code == 4
    assert "没有 http://127.0.0.1:8765 的台账" in ended.stderr
    assert "请先进入清单所在的文件夹" in ended.stderr
    assert ended.stdout == ""
    assert sorted(path.name for path in folder.rglob("*")) == ["single-window.toml", "清单.xlsx"]


def test_passwords_of_a_list_are_looked_for_without_a_ledger(folder: Path):
    """The list says whose; it needs no ledger, and none is made."""
    ended = _call("credentials", "check", "清单.xlsx")

    assert ended.exit_code == 0
    assert "1 个账号，0 个没有密码" in ended.stdout
    assert not (folder / "data").exists()


def test_a_ledger_that_vanished_is_not_taken_for_none(folder: Path):
    """Its marker is still there, so a person looks for the ledger."""
    settings = load_settings(folder)
    with opened_ledger(settings):
        pass
    settings.ledger_file.unlink()

    ended = _call("status")

    assert ended.exit_code == 4
    assert "不见了" in ended.stderr


def test_an_empty_ledger_is_one(folder: Path):
    """Whoever dispatched nothing yet reads what comes next."""
    with opened_ledger(load_settings(folder)):
        pass

    ended = _call("status")

    assert ended.exit_code == 0
    assert "还没有保单" in ended.stdout
