"""`single-window purge`, `export` and `delete`: data of people."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli import options
from bot.cli.frame import ALL_DONE, NEEDS_PERSON, new_group, refuse_usage
from bot.cli.output import out, print_json
from bot.operations import personal_data
from bot.operations.personal_data import Erased, Held
from bot.settings import load_settings
from bot.work_item import mask_contact

PersonalDetail = Annotated[
    str, typer.Argument(metavar="PERSON", help="联系人的姓名、电话、手机或邮箱，要完全一致")
]
app = new_group()


@app.command(epilog="示例：single-window purge --older-than 90")
def purge(
    older_than: Annotated[
        int, typer.Option(min=0, max=36_500, metavar="DAYS", help="多少天以前的")
    ],
    portal_url: options.PortalUrl = None,
    data_dir: options.DataDir = None,
    as_json: options.AsJson = False,
) -> None:
    """按期清除办完的保单的联系方式和截图。

    从台账和证据包中清除；审计记录和证据链不变，仍可核对。
    """
    settings = load_settings(Path(), portal_url=portal_url, data_dir=data_dir)
    limit = datetime.now(UTC) - timedelta(days=older_than)
    erased = personal_data.purge(settings, limit)
    print_erased(erased, settings.ledger_file, as_json)


@app.command(epilog="示例：single-window export 13800138000 --to 资料.json")
def export(
    person: PersonalDetail,
    to: Annotated[Path, typer.Option(help="写到哪个文件；只有本机账号能读")],
    portal_url: options.PortalUrl = None,
    data_dir: options.DataDir = None,
    as_json: options.AsJson = False,
) -> int:
    """查阅：把台账和证据包中一个联系人的全部资料写成一个文件。"""
    settings = load_settings(Path(), portal_url=portal_url, data_dir=data_dir)
    if to.exists():
        refuse_usage(f"{to} 已经存在，没有覆盖。请换一个文件名。")
    if not to.parent.is_dir():
        refuse_usage(f"没有文件夹 {to.parent}。请先建立它，或换一个地方。")
    held = personal_data.export(settings, person, to)
    print_exported(held, to, settings.ledger_file, as_json)
    return ALL_DONE if held else NEEDS_PERSON


@app.command(epilog="示例：single-window delete 13800138000 --yes")
def delete(
    person: PersonalDetail,
    yes: Annotated[bool, typer.Option("--yes", help="确实清除；不加时只列出")] = False,
    portal_url: options.PortalUrl = None,
    data_dir: options.DataDir = None,
    as_json: options.AsJson = False,
) -> int:
    """删除：清除一个联系人的联系方式和截图。

    确认过什么的记录和证据链留着，仍可核对。
    """
    settings = load_settings(Path(), portal_url=portal_url, data_dir=data_dir)
    held = personal_data.find(settings, person)
    if held and yes:
        erased = personal_data.delete(settings, person)
        print_erased(erased, settings.ledger_file, as_json)
        return ALL_DONE
    print_held(held, settings.ledger_file, as_json)
    return NEEDS_PERSON if held or yes else ALL_DONE


def print_erased(erased: Erased, ledger: Path, as_json: bool) -> None:
    """Print what was cleared of people, in which ledger."""
    if as_json:
        print_json(asdict(erased))
        return
    told = f"已清除 {erased.items} 张保单的联系方式，证据包中的 {erased.files} 个文件"
    out.print(f"{told}（台账 {ledger}）。", markup=False)
    out.print("清单和结果工作簿不在程序手里：请经办人自己删除。")


def print_held(held: list[Held], ledger: Path, as_json: bool) -> None:
    """Print where data of a person are, and how they are deleted; namesakes are told apart."""
    if as_json:
        print_json({"held": [_held(one) for one in held]})
        return
    for one in held:
        where = f"{one.enterprise_name} {one.application_no or '（没有申请编号的一行）'}"
        out.print(f"{where}：{one.state}", markup=False)
        for contact in one.contacts:
            out.print(f"  {'，'.join(filter(None, mask_contact(contact).values()))}", markup=False)
        if one.files:
            out.print(f"  门户的话里提到，在 {'、'.join(one.files)}", markup=False)
    told = f"共 {len(held)} 处。确实要清除时请加上 --yes；还没有确认的，清除以后要由清单再带来。"
    out.print(told if held else f"没有这个联系人的资料（台账 {ledger}）。", markup=False)


def _held(one: Held) -> dict[str, Any]:
    return asdict(one) | {"contacts": [mask_contact(contact) for contact in one.contacts]}


def print_exported(held: list[Held], to: Path, ledger: Path, as_json: bool) -> None:
    """Print where the data of a person were written to; they are not shown."""
    if as_json:
        print_json({"file": str(to), "count": len(held)})
        return
    written = f"共 {len(held)} 处，写到 {to}。用完请删除这个文件。"
    nothing = f"没有这个联系人的资料（台账 {ledger}），没有写文件。"
    out.print(written if held else nothing, markup=False)
