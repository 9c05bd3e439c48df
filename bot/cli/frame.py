"""What every command has: its exit codes, and one sentence for what a person can mend."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import typer

from bot.cli.output import err
from bot.cli.start import CTRL_C as CTRL_C
from bot.errors import ApplicationException, BusinessException, NotFit
from pages.not_started import NotStarted

ALL_DONE, NEEDS_PERSON, REFUSED_INPUT, TECHNICAL_TROUBLE, NOT_FIT = range(5)


def new_group(**options: Any) -> typer.Typer:
    """Return what a module registers its commands with."""
    return typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,  # which would cut what does not fit into its boxes
        **options,
    )


def refuse_usage(told: str) -> NoReturn:
    """Say what is wrong with the call or the list, and end."""
    err.print(told, style="red", markup=False)
    raise typer.Exit(REFUSED_INPUT)


@contextmanager
def plain_errors() -> Iterator[None]:
    """Say in one sentence what a person can mend; a stack trace is for our own mistakes."""
    try:
        yield
    except (NotFit, NotStarted) as error:
        err.print(str(error), style="red", markup=False)
        raise typer.Exit(NOT_FIT) from error
    except BusinessException as error:
        err.print(f"{error}。{error.next_step}", style="red", markup=False)
        raise typer.Exit(NEEDS_PERSON) from error
    except ApplicationException as error:
        err.print(f"{error}。{error.next_step}", style="red", markup=False)
        raise typer.Exit(TECHNICAL_TROUBLE) from error
    except OSError as error:
        place = error.filename or "输出"
        told = f"不能使用 {place}：{error.strerror}。请检查路径、权限和磁盘空间后再运行。"
        err.print(told, style="red", markup=False)
        raise typer.Exit(NOT_FIT) from error
    except UnicodeError as error:
        told = "输入里有不是 UTF-8 的字符。请检查终端的编码，再输入一次。"
        err.print(told, style="red", markup=False)
        raise typer.Exit(REFUSED_INPUT) from error
    except KeyboardInterrupt:
        err.print("已中断；再运行同一命令就接着办。")
        raise typer.Exit(CTRL_C) from None
