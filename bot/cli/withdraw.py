"""`single-window withdraw`: a person takes policies out before they are pressed."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli import options
from bot.cli.decided import decide, expect_person
from bot.cli.frame import new_group, refuse_usage
from bot.confirmation.withdrawal import withdraw as take_out
from bot.ledger.opening import existing_ledger
from bot.settings import load_settings

app = new_group()


@app.command(epilog="示例：single-window withdraw XW20260101000001 --by 张三")
def withdraw(
    numbers: Annotated[list[str], typer.Argument(metavar="NUMBER", help="申请编号")],
    by: Annotated[str, typer.Option(help="谁撤下的")],
    portal_url: options.PortalUrl = None,
    data_dir: options.DataDir = None,
    as_json: options.AsJson = False,
) -> int:
    """撤下还没有按下的保单，不再办理。

    以后的清单再写着它时，重新交办，重新批准。
    """
    expect_person(by)
    settings = load_settings(Path(), portal_url=portal_url, data_dir=data_dir)
    with existing_ledger(settings) as ledger:
        named = [one for one in ledger.entries() if one.item.application_no in numbers]
        if unknown := set(numbers) - {one.item.application_no for one in named}:
            told = "、".join(sorted(unknown))
            refuse_usage(f"台账里没有：{told}。请用 single-window status 查看。")
        after = "哪份清单还写着它，请删去那一行；不删，再运行那份清单时会重新交办。"
        return decide(ledger, named, lambda one: take_out(ledger, one, by), as_json, after)
