"""The table of commands: each is imported when it is called."""

import gc
import sys
from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import version
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from bot.cli.frame import CTRL_C, new_group, plain_errors
from bot.cli.output import err, out, show_log
from bot.cli.usage import worded

Command = tuple[str, str]  # the module that has it, and its help in one sentence
COMMANDS: Mapping[str, Command] = {
    "demo": ("demo", "演示：为 3 家企业确认 6 张保单。"),
    "portal": ("portal", "启动模拟门户，列出可以手工试用的账号。"),
    "dispatch": ("dispatch", "检查工作清单，把工作项记入台账；不启动浏览器，不确认。"),
    "run": ("run", "逐张确认清单中的保单，每张至多一次。"),
    "approve": ("approve", "查看等待批准的保单，批准或不同意。"),
    "declaration": ("declaration", "投保声明变了：查看不同之处，由签字人接受。"),
    "approvers": ("approvers", "审批人：做一把自己的密钥，查看设置里的名册。"),
    "sign": ("sign", "审批人在自己的电脑上签字：看过待批的内容，写一份批准单。"),
    "withdraw": ("withdraw", "撤下还没有按下的保单，不再办理。"),
    "follow-up": ("follow_up", "到“保单查询”看保险公司的审批。"),
    "reconcile": ("reconcile", "对账：清单、台账和门户逐张比对；只读。"),
    "status": ("status", "列出保单各到了哪一步，在等谁。"),
    "results": ("results", "按台账重新写出清单的结果工作簿和网页。"),
    "doctor": ("doctor", "体检：这台机器和门户合不合适；不登录。"),
    "canary": ("canary", "探针：登录后看门户的画面变了没有；只读。"),
    "purge": ("personal_data", "按期清除办完的保单的联系方式和截图。"),
    "export": ("personal_data", "查阅：把台账和证据包中一个联系人的全部资料写成一个文件。"),
    "delete": ("personal_data", "删除：清除一个联系人的联系方式和截图。"),
    "verify": ("verify", "核对证据：和封存时是否一样；可以离线。"),
    "trust": ("trust", "信任：看一个文件夹的设置决定什么，信任这份内容。"),
    "credentials": ("credentials", "企业登录密码：录入、列出、删除、检查。"),
}


class Commands(TyperGroup):
    """The commands; a wrong call ends with one sentence and the way to the help."""

    def __init__(self, *args: Any, **options: Any) -> None:
        """Keep names and sentences, for the help and for the guess at a mistyped name."""
        super().__init__(*args, **options)
        self.commands = {name: TyperCommand(name, help=COMMANDS[name][1]) for name in COMMANDS}

    def get_command(self, _: Any, name: str) -> Any:
        """Import the command of this name; nothing if there is none."""
        return load(name) if name in COMMANDS else None

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """List them with their one sentence, without importing any."""
        TyperGroup(commands=[*self.commands.values()]).format_commands(ctx, formatter)

    def make_context(self, *args: Any, **options: Any) -> Any:
        """Read the options; Ctrl-C meanwhile is no silence either."""
        with plain_errors():
            return super().make_context(*args, **options)

    def invoke(self, ctx: Any) -> Any:
        """Run the command that is called; what a person can mend ends with one sentence."""
        with plain_errors():
            return super().invoke(ctx)

    def main(self, *args: Any, **options: Any) -> NoReturn:
        """Run what is called, and end with its exit code."""
        try:
            sys.exit(super().main(*args, **{**options, "standalone_mode": False}))
        except typer.TyperException as error:
            told, context = error.format_message(), getattr(error, "ctx", None)
            if context and told == context.get_help():  # a call of nothing
                typer.echo(told)
                sys.exit(error.exit_code)
            help_call = f"{context.command_path if context else 'single-window'} --help"
            err.print(f"{worded(told)}用法见 {help_call}", style="red", markup=False)
            sys.exit(error.exit_code)
        except typer.Abort:
            err.print("已中断。")
            sys.exit(CTRL_C)


def load(name: str) -> Any:
    """Return a command, or a group of commands, from its module."""
    module = import_module(f"bot.cli.{COMMANDS[name][0]}")
    found = typer.main.get_command(module.app)
    return getattr(found, "commands", {}).get(name, found)


app = new_group(
    cls=Commands,
    help="在国际贸易单一窗口为多家企业确认投保：每张保单至多确认一次，未经批准不确认，事后可查证。",
    epilog="示例：single-window demo",
)


def _print_version(is_asked: bool) -> None:
    if is_asked:
        out.print(f"single-window {version('single-window')}", highlight=False)
        raise typer.Exit


@app.callback()
def _options(
    _: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="显示版本"),
    ] = False,
) -> None:
    """Carry the options that belong to no command."""


def main() -> None:
    """Be the command."""
    show_log()
    try:
        app()
    finally:
        gc.freeze()  # skips the garbage collector's pass at exit
