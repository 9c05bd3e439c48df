"""F24: what stands twice in a work list."""

import re
from pathlib import Path
from random import Random

import pytest
from typer.testing import CliRunner

from bot.cli import app, intake, run
from bot.credentials.passwords import ENVIRONMENT_PREFIX
from tests.bot.lists import row, uscc, write_xlsx

TWICE = {
    "the same number": {},
    "the same in other letters": {"申请编号": "ｘｗ20260101000001"},
    "a number and all that is pending": {"申请编号": ""},
    "one enterprise by two names": {"申请编号": "XW2", "企业名称": "另一家模拟企业"},
    "one enterprise with two accounts": {"申请编号": "XW2", "登录账号": "other"},
}


@pytest.mark.parametrize("change", TWICE.values(), ids=TWICE)
def test_f24_a_list_that_names_something_twice_is_refused_whole(
    change: dict[str, str], tmp_path: Path, chance: Random, monkeypatch: pytest.MonkeyPatch
):
    """F24: each row to mend is told, exit code 2, no ledger, and nobody has signed in."""
    good, first, again = row(2), row(1), row(1) | change
    to_mend = [again] if again["申请编号"] == "" else [first, again]  # "all" is told by itself
    rows = [good, first, again]
    chance.shuffle(rows)
    file = write_xlsx(tmp_path / "清单.xlsx", rows)
    monkeypatch.setenv("SINGLE_WINDOW_DATA_DIR", "data")
    for number in (1, 2):
        monkeypatch.setenv(ENVIRONMENT_PREFIX + uscc(number), "password")
    monkeypatch.setattr(intake, "check_quickly", lambda settings: None)  # a portal that is well
    monkeypatch.setattr(run, "work_off", lambda *_: pytest.fail("it was begun"))
    wrong = [str(number) for number, one in enumerate(rows, start=2) if one in to_mend]

    ended = CliRunner().invoke(app, ["run", str(file)])
    places = " ".join(re.findall(r"第 ([\d、]+) 行", ended.stderr))
    told = sorted(set(re.findall(r"\d+", places)))

    assert (ended.exit_code, told) == (2, sorted(wrong)), ended.stderr
    assert not (tmp_path / "data").exists()
