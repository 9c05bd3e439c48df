"""Whole nights of the project in each pipeline: red, green again, and those that got nowhere."""

import json
from xml.etree import ElementTree

import pytest

from reports.build import install_tools
from tests.listening import listening
from tests.pipelines.machine import SCENARIOS, project, replace
from tests.pipelines.systems import SHARDS, SYSTEMS, system

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]  # two whole nights of three jobs

PAGES = {
    "GitHub": "https://github.example.com/team/suite/actions/runs/101",
    "GitLab": "https://gitlab.example.com/team/suite/-/pipelines/1",
    "Jenkins": "https://jenkins.example.com/job/suite/1/",
}
FITS, FAILS = "FAILING: set[int] = set()", "FAILING = {3}"
HAS_A_BROWSER = "    if not _trouble() and chinese_font_is_there():\n        return\n"
HAS_NONE = "    raise BrowserNotFound\n"


@pytest.fixture
def suite(tmp_path):
    """The project with four scenarios, in a repository that a runner can clone."""
    install_tools()
    made = project(tmp_path / "repository")
    for score in ("mutation", "drift"):  # they take hours
        replace(made, "Makefile", f"@$(BIN)/python -m reports.{score}", "@true")
    return made


@pytest.fixture
def receiver():
    """The address that messages go to, and the list of those that have come."""
    with listening() as (address, got):
        yield f"json://{address}/", got


@pytest.mark.parametrize("name", SYSTEMS)
def test_red_night_is_told_and_so_is_the_green_one_after_it(name, suite, receiver, tmp_path):
    """People hear of the failing scenario, and next night, by the memory, that all is well."""
    address, got = receiver
    acted = system(name, suite, tmp_path / name, notify=address)
    replace(suite, "features/test_night.py", FITS, FAILS)
    red = acted.night()
    replace(suite, "features/test_night.py", FAILS, FITS)
    green = acted.night()

    messages = said(got)
    assert (red.is_green, green.is_green) == (False, True), red.said + green.said
    assert [results(night) for night in (red, green)] == [(SCENARIOS, 1), (SCENARIOS, 0)]
    assert len(messages) == 2, red.said + green.said
    assert all(one in messages[0] for one in ("第3个场景", PAGES[name]))
    assert "恢复正常" in messages[1]
    for night in (red, green):
        assert "第3个场景" in (night.report / "allure.html").read_text("utf-8")
        assert night.calls == ""
    assert name != "GitHub" or "第3个场景" in red.page
    assert name != "GitHub" or "通过 4" in green.page


@pytest.mark.parametrize("name", SYSTEMS)
def test_lost_shard_is_named(name, suite, receiver, tmp_path):
    """A machine that breaks down makes the night red, though all that ran passed."""
    address, got = receiver

    night = system(name, suite, tmp_path / name, notify=address).night(SHARDS[name])

    messages = said(got)
    assert not night.is_green
    assert len(messages) == 1, night.said
    assert "第 2 片" in messages[0]
    assert results(night) == (SCENARIOS + 1, SCENARIOS // 2 + 1)  # the shard itself is an error


@pytest.mark.parametrize("name", SYSTEMS)
def test_night_without_a_browser_is_told(name, suite, receiver, tmp_path):
    """Where no browser can be installed people hear why nothing ran."""
    address, got = receiver
    replace(suite, "pages/browser.py", HAS_A_BROWSER, HAS_NONE)

    night = system(name, suite, tmp_path / name, notify=address).night()

    messages = said(got)
    assert not night.is_green
    assert len(messages) == 1, night.said
    assert "没有找到可用的浏览器" in messages[0]


def said(posted):
    """Return the messages in what was posted."""
    return [json.loads(one)["message"] for one in posted]


def results(night):
    """Return how many scenarios the results hold, and how many of them are bad."""
    cases = list(ElementTree.parse(night.junit).iter("testcase"))
    bad = [one for one in cases if one.find("failure") is not None or one.find("error") is not None]
    return len(cases), len(bad)
