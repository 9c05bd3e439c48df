"""`single-window portal`: the mock portal, to walk through by hand."""

from contextlib import suppress
from typing import Annotated, Any

import typer

from bot.cli.frame import new_group
from bot.cli.output import out
from bot.operations import demo as demonstration
from bot.operations.demo import Trial

ACCOUNTS = (  # of a mock portal: name, and where the door tells who and the password
    ("账号登录", "account", "password"),
    ("卡介质", "card_no", "card_pin"),
    ("本地登录", "local_account", "local_password"),
)
app = new_group()


@app.command(epilog="示例：single-window portal --port 8765")
def portal(
    host: Annotated[str, typer.Option(help="监听的地址")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="监听的端口；0 表示任选一个空闲的")] = 8765,
    doors_token: Annotated[
        str | None, typer.Option(help="测试入口的口令；非本机地址必须有")
    ] = None,
    defect: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="植入的缺陷，可以给多个")
    ] = None,
) -> int:
    """启动模拟门户，列出可以手工试用的账号。

    第一行是它的地址；按 Ctrl-C 结束。
    """
    options = ["--host", host, "--port", str(port)]
    options += ["--doors-token", doors_token] if doors_token else []
    options += [word for name in defect or [] for word in ("--defect", name)]
    with demonstration.start_portal(*options) as process:
        with suppress(KeyboardInterrupt):
            if address := demonstration.first_line(process):
                out.print(address)
                print_trials(demonstration.make_trials(address, doors_token), address)
            process.wait()
        process.communicate()  # closes its lifeline
    return process.returncode


def print_trials(trials: list[tuple[Trial, dict[str, Any]]], address: str) -> None:
    """Print what a person may try by hand, and from where."""
    out.print()
    out.print("可以手工试用的账号（都是虚构的；请用浏览器从“入口”进去）：", markup=False)
    for trial, made in trials:
        out.print()
        out.print(f"【{trial.purpose}】{made['name']} {made['uscc']}", markup=False)
        for name, user, password in ACCOUNTS if made["account"] else ():
            if made[user]:
                out.print(f"  {name}：{made[user]} / {made[password]}", markup=False)
        if not made["account"]:
            person = made["legal_representative"]
            out.print(f"  法人：{person['name']} {person['id_no']}", markup=False)
        out.print(f"  入口：{address}/__mock__/enterprises/{made['uscc']}/visit", markup=False)
    out.print()
    out.print("按 Ctrl-C 结束。", markup=False)
