"""The page on debugging holds: pytest takes its commands; a window that cannot open says why."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from pages import browser

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/debugging.md").read_text("utf-8")
COMMANDS = re.findall(r"`((?:PWDEBUG=1 )?\.venv/bin/pytest [^`]+)`", PAGE)
SNIPPETS = [json.loads(one) for one in re.findall(r"^```json\n(.+?)^```$", PAGE, re.M | re.S)]
WITHOUT_SCREEN = {name: value for name, value in os.environ.items() if "DISPLAY" not in name}


def run(*options, **environment):
    """Run pytest on a machine that has no screen, unless one is given."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", *options]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=WITHOUT_SCREEN | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_command_is_taken(command, tmp_path):
    """Each command of the page chooses scenarios."""
    titles = tmp_path / "标题.txt"
    titles.write_text("没有待确认的保单\n", "utf-8")
    options = shlex.split(command.replace("标题.txt", str(titles)).partition("pytest ")[2])
    offline = [one for one in options if not one.startswith(("--portal-url", "--alluredir"))]

    code, told = run("--collect-only", *offline, DISPLAY=":0")

    assert code == 0 or "HEAD" in command, told
    assert "::test_" in told or "没有新的或改过的场景" in told


def test_snippets_of_the_editor_run_a_scenario():
    """The folder of the first is there, and the arguments of the second run the scenario."""
    settings, launch = SNIPPETS
    arguments = [
        one.replace("${relativeFile}:${lineNumber}", "features/pending.feature:55")
        for one in launch["configurations"][0]["args"]
    ]

    assert (ROOT / settings["python.testing.pytestArgs"][0]).is_dir()
    assert run("--collect-only", *arguments, DISPLAY=":0")[1].count("::test_") == 1


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a screen")
@pytest.mark.parametrize(("options", "environment"), [(["--headed"], {}), ([], {"PWDEBUG": "1"})])
def test_window_without_a_screen_is_told(options, environment):
    """One sentence says that there is no screen, and nothing is run."""
    code, told = run("features/pending.feature:55", *options, **environment)

    assert code == 4
    assert told.startswith("ERROR: 这里没有屏幕")
    assert len(told.splitlines()) <= 2


def test_without_a_window_no_screen_is_needed():
    """Where nobody asks for a window, and where the inspector stays closed, all is well."""
    chosen = ["features/pending.feature:55", "--collect-only"]

    assert run(*chosen, PWDEBUG="0")[0] == 0


@pytest.mark.parametrize(
    ("headless", "package"), [(True, "chromium-headless-shell"), (False, "chromium")]
)
def test_browser_that_is_missing_is_named(monkeypatch, headless, package):
    """A machine that has no browser for a window learns of one that has windows."""
    monkeypatch.setattr(browser, "CHANNELS", {})
    monkeypatch.setattr(browser.shutil, "which", lambda name: None)
    nowhere = SimpleNamespace(executable_path="/nowhere/chromium-1/chrome-linux/chrome")

    with pytest.raises(browser.BrowserNotFound, match=f"apt-get install {package} fontconfig"):
        browser.launch_options(nowhere, headless=headless)


def test_light_browser_does_not_show_windows(monkeypatch):
    """Where only the light browser is there, a window is refused in one sentence."""
    monkeypatch.setattr(browser, "CHANNELS", {})
    light = {browser.SHELL: "/usr/bin/shell"}
    monkeypatch.setattr(browser.shutil, "which", light.get)
    nowhere = SimpleNamespace(executable_path="/nowhere/chromium-1/chrome-linux/chrome")

    assert browser.launch_options(nowhere)["executable_path"] == "/usr/bin/shell"
    with pytest.raises(browser.BrowserNotFound, match="没有找到能显示窗口的浏览器"):
        browser.launch_options(nowhere, headless=False)
