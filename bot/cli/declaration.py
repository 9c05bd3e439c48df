"""`single-window declaration`: what has changed in 投保声明, and who accepts it."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import options
from bot.cli.asked import print_declarations
from bot.cli.decided import expect_person
from bot.cli.entries import facts
from bot.cli.frame import ALL_DONE, NEEDS_PERSON, new_group, refuse_usage
from bot.cli.output import out, print_json
from bot.cli.selection import expect_enterprise
from bot.confirmation.wordings import NewWording, new_wordings
from bot.ledger.opening import existing_ledger
from bot.settings import load_settings

app = new_group()


@app.command(epilog="示例：single-window declaration")
def declaration(
    accept: Annotated[
        str | None, typer.Option(metavar="DIGEST", help="接受这一份文字，写它的摘要")
    ] = None,
    by: Annotated[str, typer.Option(help="签字人的姓名，接受时要写")] = "",
    enterprise: Annotated[
        str, typer.Option(metavar="NAME", help="只为这一家：企业名称或统一社会信用代码")
    ] = "",
    portal_url: options.PortalUrl = None,
    data_dir: options.DataDir = None,
    as_json: options.AsJson = False,
) -> int:
    """投保声明变了：查看不同之处，由签字人接受。

    接受的是等待着的企业的这一份文字，一字不差；别的企业、别的文字照旧等待。
    """
    settings = load_settings(Path(), portal_url=portal_url, data_dir=data_dir)
    with existing_ledger(settings) as ledger:
        found = [_of(one, enterprise) for one in new_wordings(ledger, settings)]
        found = [one for one in found if one.entries]
        if enterprise:
            expect_enterprise(enterprise, ledger)
        if accept is None:
            print_new_wordings(found, as_json)
            return NEEDS_PERSON if found else ALL_DONE
        expect_person(by)
        meant = next((one for one in found if one.digest == accept), None)
        if meant is None:
            refuse_usage(f"没有等着接受的投保声明 {accept}：请先不带 --accept 查看。")
        ledger.accept_declaration((one.item.reference for one in meant.entries), accept, by)
    print_accepted(meant, by, as_json)
    return ALL_DONE


def _of(new: NewWording, enterprise: str) -> NewWording:
    """Return the wording with the items of one enterprise; without a name, of all."""
    meant = (one for one in new.entries if not enterprise or one.item.is_of(enterprise))
    return replace(new, entries=tuple(meant))


def print_new_wordings(found: list[NewWording], as_json: bool) -> None:
    """Print each wording with its differences and who waits for it."""
    if as_json:
        print_json({"declarations": [_facts(one) for one in found]})
        return
    for one in found:
        print_declarations({one.digest: one.wording})
        out.print()
        out.print("和已接受的不同（- 是原来的，+ 是现在的）：", style="bold")
        for line in one.differences:
            out.print(f"  {line}", style="red" if line[0] == "-" else "green", markup=False)
        out.print()
        out.print(f"等着的：{'、'.join(_waiting(one))}", markup=False)
    if found:
        out.print()
        out.print("签字人读过、同意的：single-window declaration --accept 摘要 --by 姓名")
        out.print("授权委托里写着旧摘要的，还要由签字人另写；没有委托的由审批人逐份批准。")
    else:
        out.print("没有等着接受的投保声明。")


def print_accepted(new: NewWording, by: str, as_json: bool) -> None:
    """Print for whom a wording was accepted, and what comes next."""
    if as_json:
        print_json({"accepted": _facts(new), "by": by})
        return
    out.print(f"{by}接受了新的投保声明：{'、'.join(_waiting(new))}", markup=False)
    out.print("请再运行 single-window run，这些保单就接着办。")


def _waiting(new: NewWording) -> list[str]:
    return [f"{one.item.enterprise_name} {one.item.label}" for one in new.entries]


def _facts(new: NewWording) -> dict[str, object]:
    return {
        "digest": new.digest,
        "declaration": [*new.wording.clauses, new.wording.label],
        "differences": new.differences,
        "items": [facts(one) for one in new.entries],
    }
