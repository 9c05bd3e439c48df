"""Ctrl-C while the program is still being loaded ends with 130 and a sentence."""

import signal
import subprocess
import sys
from pathlib import Path
from time import sleep

import pytest

from tests.bot.lists import uscc

SENTENCE = "已中断"
LOADING = """
import signal, sys

class Person:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, Person())
sys.argv = ["single-window", *{words!r}]
from bot.cli import main
main()
"""
RUNNING = """
import sys
sys.argv = ["single-window", "credentials", "set", {uscc!r}, "mock0001"]  # waits for the password
from bot.cli import main
print("begun", flush=True)
main()
"""


@pytest.mark.parametrize(
    ("module", "words"),
    [
        ("bot.cli.commands", ["--help"]),
        ("typer", ["--help"]),
        ("rich.console", ["--help"]),
        ("bot.cli.usage", ["--version"]),
        ("typer._adapters", ["status"]),
        ("bot.cli.status", ["status"]),
        ("pydantic_settings", ["status"]),
        ("sqlalchemy", ["approve"]),
        ("openpyxl", ["dispatch", "清单.xlsx"]),
    ],
)
def test_ctrl_c_while_a_module_is_loaded(tmp_path: Path, module: str, words: list[str]):
    """Whatever is being imported, no stack of imports reaches the terminal."""
    code = LOADING.format(module=module, words=words)
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert (ended.returncode, "Traceback" in ended.stderr) == (130, False), ended.stderr
    assert SENTENCE in ended.stderr


@pytest.mark.parametrize("command", ["results", "reconcile", "status", "dispatch", "verify"])
def test_a_command_that_runs_nothing_loads_no_engine(command: str):
    """It would cost a second of every call."""
    code = f"import sys, bot.cli.{command}; print('dbos' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ended.stdout.strip() == "False"


@pytest.mark.parametrize("seconds", [0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 3])
def test_ctrl_c_in_the_first_second(tmp_path: Path, seconds: float):
    """At any moment from the first line of ours on, until the command waits for a person."""
    child = subprocess.Popen(
        [sys.executable, "-c", RUNNING.format(uscc=uscc(1))],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout
    assert child.stdout.readline() == "begun\n"
    sleep(seconds)
    child.send_signal(signal.SIGINT)
    _, told = child.communicate(timeout=60)

    assert (child.returncode, "Traceback" in told) == (130, False), told
    assert SENTENCE in told


@pytest.mark.skipif(sys.platform == "win32", reason="Windows dumps no core")
def test_a_crash_leaves_no_image_of_the_memory():
    """Neither the program nor a browser that it starts; passwords are in both."""
    code = (
        "import resource, subprocess, sys\n"
        "from types import SimpleNamespace\n"
        "from bot.cli import start\n"
        "shell = ['sh', '-c', 'ulimit -c; ulimit -Hc']\n"
        "start.import_module = lambda _: SimpleNamespace(main=lambda: subprocess.run(shell))\n"
        "start.main()\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ended.stdout.split() == ["0", "0"]
