"""The way in: Ctrl-C ends with one sentence, even while the program is still being loaded."""

import sys
from importlib import import_module

CTRL_C = 130  # the exit code of what a person breaks off
COMMANDS = "bot.cli.commands"  # imported under the guard of `main`, as it loads most libraries


def main() -> None:
    """Be the command."""
    _dump_no_core()
    try:
        import_module(COMMANDS).main()
    except KeyboardInterrupt:
        print("已中断；再运行同一命令就接着办。", file=sys.stderr)
        sys.exit(CTRL_C)


def _dump_no_core() -> None:
    """Let a crash leave no image of the memory, where passwords are; Windows makes none."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def __getattr__(name: str) -> object:
    """Load `app`, the table of commands, for a program that calls it itself."""
    if name != "app":
        raise AttributeError(name)
    return import_module(COMMANDS).app
