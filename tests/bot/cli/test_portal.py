"""`single-window portal`: the mock portal by hand."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import urllib3

from bot.operations.demo import TRIALS

COMMAND = str(Path(sys.executable).with_name("single-window"))
ENTRY = re.compile(r"入口：(\S+)")


@contextmanager
def started(*options: str) -> Iterator[subprocess.Popen[str]]:
    """Start the command; whatever happens, it does not outlive the test."""
    command = [COMMAND, "portal", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    with process:
        try:
            yield process
        finally:
            process.kill()


def printed(process: subprocess.Popen[str]) -> str:
    """Return what the command prints before it waits."""
    lines = iter(process.stdout.readline, "按 Ctrl-C 结束。\n")
    return "".join(lines)


@pytest.fixture(scope="module")
def notice() -> Iterator[str]:
    """What is printed, while the portal serves."""
    with started("--port", "0") as process:
        yield printed(process)
        process.send_signal(signal.SIGINT)
        assert process.wait(300) == 0


def test_first_line_is_the_address(notice):
    """A program reads the address from the first line."""
    address, _, rest = notice.partition("\n")

    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", address)
    assert rest.startswith("\n可以手工试用的账号")


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.purpose)
def test_every_trial_is_printed(notice, trial):
    """Each enterprise to try is there with what it is for."""
    assert f"【{trial.purpose}】" in notice


def test_every_way_in_is_printed(notice):
    """Each registered enterprise can log in with its account and with its card."""
    registered = [one for one in TRIALS if one.wishes.get("registered", True)]

    for way in ("账号登录", "卡介质"):
        assert len(re.findall(rf"^  {way}：\S+ / \S+$", notice, re.MULTILINE)) == len(registered)


def test_every_entry_leads_to_the_home_page(notice):
    """A link makes the browser the enterprise's, and shows the home page."""
    for entry in ENTRY.findall(notice):
        answer = urllib3.request("GET", entry, redirect=False)

        assert (answer.status, answer.headers["Location"]) == (302, "/index.action")
        assert answer.headers["Set-Cookie"].startswith(f"mock_scope={entry.split('/')[-2]};")


def test_taken_port_is_told_in_one_sentence(notice):
    """A port that somebody uses ends the command with code 4."""
    port = notice.partition("\n")[0].rpartition(":")[2]
    command = [COMMAND, "portal", "--port", port]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)

    assert ended.returncode == 4
    assert "端口已被占用" in ended.stderr
    assert ended.stdout == ""
