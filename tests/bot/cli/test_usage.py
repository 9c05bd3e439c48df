"""A wrong call of the command line is told in one sentence of Chinese, with the way to the help."""

from importlib.metadata import version

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.cli.frame import REFUSED_INPUT
from bot.cli.usage import worded


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("run --foo", "没有选项 --foo。用法见 single-window run --help"),
        ("status --jsom", "没有选项 --jsom，是不是 --json？用法见 single-window status --help"),
        ("check", "没有命令 check。用法见 single-window --help"),
        ("runn", "没有命令 runn，是不是 'run'？用法见 single-window --help"),
        ("credentials remove a", "缺少 ACCOUNT。用法见 single-window credentials remove --help"),
        ("status a b c", "多了 b c；带空格的路径要加引号。用法见 single-window status --help"),
        ("run --browsers", "--browsers 后面要有值。用法见 single-window --help"),
        ("status --json=3", "--json 后面不带值。用法见 single-window --help"),
        ("run --browsers x", "--browsers 应为整数。用法见 single-window run --help"),
        ("run --browsers 0", "--browsers 至少为 1。用法见 single-window run --help"),
        ("run --browsers 99", "--browsers 至多为 16。用法见 single-window run --help"),
    ],
)
def test_a_wrong_call_is_told(call: str, told: str):
    """Nothing is done, and the exit code is that of refused input."""
    result = CliRunner().invoke(app, call.split(), prog_name="single-window")

    assert (result.exit_code, " ".join(result.stderr.split())) == (REFUSED_INPUT, told)


def test_the_version_is_told():
    """The evidence names it, so an operator can ask for it too."""
    result = CliRunner().invoke(app, ["--version"])

    assert (result.exit_code, result.stdout) == (0, f"single-window {version('single-window')}\n")


def test_what_has_no_wording_is_told_as_it_is():
    """A sentence of a later library is better than none."""
    assert worded("Something new.") == "Something new."


@pytest.mark.parametrize("call", [[], ["credentials"]])
def test_a_call_of_nothing_shows_the_help(call: list[str]):
    """The commands are listed, and nothing is told beside."""
    result = CliRunner().invoke(app, call, prog_name="single-window")

    assert (result.exit_code, result.stderr) == (REFUSED_INPUT, "")
    assert "Commands" in result.stdout
