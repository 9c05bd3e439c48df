"""What is wrong with a call of the command line, in Chinese; the library tells it in English."""

import re
import sys
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

from bot import terminal

CTRL_C = 130  # the exit code of what a person breaks off
WORDINGS = (
    (r"No such option: (\S+) \(Possible options: (.+)\)", "没有选项 {}，是不是 {}？"),
    (r"No such option: (\S+)", "没有选项 {}。"),
    (r"No such command '(.+)'\. Did you mean (.+)\?", "没有命令 {}，是不是 {}？"),
    (r"No such command '(.+)'\.", "没有命令 {}。"),
    (r"Missing \w+ '(.+?)'\..*", "缺少 {}。"),
    (r"Got unexpected extra argument\(s\) \((.+)\)", "多了 {}；带空格的路径要加引号。"),
    (r"Option '(.+)' requires an argument\.", "{} 后面要有值。"),
    (r"Option '(.+)' does not take a value\.", "{} 后面不带值。"),
    (r"Invalid value for '(.+?)': .*valid integer.*", "{} 应为整数。"),
    (r"Invalid value for '(.+?)': .*greater than or equal to (\d+).*", "{} 至少为 {}。"),
    (r"Invalid value for '(.+?)': .*less than or equal to (\d+).*", "{} 至多为 {}。"),
)


def in_chinese(told: str) -> str:
    """Return what the library told, in Chinese where it is known, and else as it is."""
    for pattern, wording in WORDINGS:
        if known := re.fullmatch(pattern, told, re.DOTALL):
            return wording.format(*known.groups())
    return told


class Commands(TyperGroup):
    """The commands; a wrong call ends with one sentence and the way to the help."""

    def main(self, *args: Any, **options: Any) -> NoReturn:
        """Run the command that is called, and end with its exit code."""
        try:
            sys.exit(super().main(*args, **{**options, "standalone_mode": False}))
        except typer.TyperException as error:
            told, context = error.format_message(), getattr(error, "ctx", None)
            if context and told == context.get_help():  # a call of nothing
                typer.echo(told)
                sys.exit(error.exit_code)
            help_call = f"{context.command_path if context else 'single-window'} --help"
            terminal.err.print(f"{in_chinese(told)}用法见 {help_call}", style="red", markup=False)
            sys.exit(error.exit_code)
        except typer.Abort:
            terminal.err.print("已中断。")
            sys.exit(CTRL_C)
