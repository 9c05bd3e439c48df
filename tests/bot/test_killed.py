"""kill -9 at every step of the workflow; the portal's own ledger is the witness."""

from pathlib import Path

import pytest

from tests.bot.conftest import Workplace
from tests.bot.kill_at import CHECKPOINTS, CLAIMED

KILLED = -9
POLICIES = 3  # one lives up to the press, one through it, one dies between claim and request


@pytest.mark.timeout(300)  # thirteen runs, each with a browser of its own
def test_killed_at_every_step_confirms_once_and_loses_nothing(
    workplace: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Killed at each checkpoint and run again: at most one arrival each, and no item is lost."""
    diary = tmp_path / "diary"
    diary.touch()
    monkeypatch.setenv("KILL_DIARY", str(diary))
    enterprise = workplace.add()
    for number in enterprise.add_policies(POLICIES - 1):
        workplace.add_row(enterprise, number)
    command = ("run", str(workplace.work_list))

    exits = [workplace.call(*command, program="tests.bot.kill_at").returncode for _ in CHECKPOINTS]
    code, items = workplace.run()
    *confirmed, claimed = items
    arrivals = {number: len(arrived) for number, arrived in workplace.arrivals().items()}

    assert diary.read_text(encoding="utf-8").splitlines() == CHECKPOINTS
    assert CHECKPOINTS[-1] == CLAIMED
    assert exits == [KILLED] * len(CHECKPOINTS)
    assert [items[number]["state"] for number in confirmed] == ["confirmed"] * len(confirmed)
    assert [arrivals[number] for number in confirmed] == [1] * len(confirmed)
    # between the claim and the request nothing was sent, which only a person can make sure of
    assert items[claimed]["state"] == "in_doubt"
    assert items[claimed]["next_step"]
    assert arrivals[claimed] == 0
    assert code == 1
