"""A short campaign, and the judge that is worth its word; `make campaign` is the long one."""

import json
import subprocess
import sys

import pytest

from tests.bot.campaign.unsafe import VARIANTS
from tests.bot.conftest import ROOT

# each test runs whole processes, dozens of them
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def campaign(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the campaign's own command; it forks, which a process with threads should not."""
    command = [sys.executable, "-m", "tests.bot.campaign", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_short_campaign_finds_nothing_wrong():
    """Some sweeps of a new seed: none double, none lost, none falsely confirmed."""
    ended = campaign("sweep", "--sweeps", "4", "--stride", "45", "--at-once", "2", "--runs", "8")

    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_the_judge_catches_unsafe_bots_and_no_safe_one():
    """Each unsafe one breaks the invariant that its missing safety is for; the safe one none."""
    judged = {one["name"]: one for one in json.loads(campaign("unsafe").stdout)}
    caught = {
        name for name, one in judged.items() if one["due"] in {told[:2] for told in one["unsafe"]}
    }

    assert judged.keys() == caught == VARIANTS.keys()
    assert {name: one["safe"] for name, one in judged.items()} == {name: [] for name in VARIANTS}
