"""What every command has: options, exit codes, and one sentence for what a person can mend."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from bot.cli.output import err
from bot.errors import ApplicationException, BusinessException, NotFit
from pages.not_started import NotStarted

ALL_DONE, NEEDS_PERSON, REFUSED_INPUT, TECHNICAL_TROUBLE, NOT_FIT = range(5)
CTRL_C = 130  # the exit code of what a person breaks off
OptionalList = Annotated[
    Path | None, typer.Argument(metavar="LIST", help="工作清单；不给时按台账中的全部")
]
Quiet = Annotated[
    bool, typer.Option("--quiet", help="不显示进度；全部办妥时什么也不输出，适合计划任务")
]
ListFile = Annotated[Path, typer.Argument(metavar="LIST", help="工作清单（.xlsx 或 .csv）")]
PortalUrl = Annotated[str | None, typer.Option(help="门户地址；不给时用设置，再不然是本机模拟门户")]
Live = Annotated[bool | None, typer.Option("--live", help="这是真实门户；不加就只认模拟门户")]
DataDir = Annotated[Path | None, typer.Option(help="台账和证据所在的文件夹")]
Browsers = Annotated[int | None, typer.Option(min=1, max=16, help="并行的浏览器数")]
AcceptValid = Annotated[bool, typer.Option("--accept-valid", help="有错的行不办，其余的行照办")]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取")]


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
    except KeyboardInterrupt:
        err.print("已中断；再运行同一命令就接着办。")
        raise typer.Exit(CTRL_C) from None
