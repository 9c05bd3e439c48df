"""The table of commands: it says what each command says itself, and imports none for that."""

import subprocess
import sys

import pytest

from bot.cli.commands import COMMANDS, load

HEAVY = ("dbos", "openpyxl", "playwright", "prompt_toolkit", "pydantic_settings", "sqlalchemy")
LOADED = "import sys, bot.cli\ntry: bot.cli.app({words!r})\nexcept SystemExit: pass\n"
TELL = "print('loaded', *(one for one in {heavy!r} if one in sys.modules), file=sys.stderr)"


@pytest.mark.parametrize("name", COMMANDS)
def test_command_says_the_same_in_the_list_and_in_its_own_help(name: str):
    """The list of `--help` is written in the table; the command's own help begins with it."""
    command = load(name)

    assert (command.name or name, command.help.partition("\n")[0]) == (name, COMMANDS[name][1])
    assert f"single-window {name}" in command.epilog


@pytest.mark.parametrize(
    ("words", "loaded"),
    [
        (["--help"], []),
        (["--version"], []),
        (["status", "--data-dir", "data"], ["pydantic_settings", "sqlalchemy"]),
        (["verify", "nowhere", "--key", "nothing"], []),
    ],
)
def test_command_imports_what_it_needs_alone(tmp_path, words: list[str], loaded: list[str]):
    """Whoever asks for help, or looks something up, does not wait for the browser's library."""
    code = LOADED.format(words=words) + TELL.format(heavy=HEAVY)
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    assert ended.stderr.splitlines()[-1].split() == ["loaded", *loaded]
