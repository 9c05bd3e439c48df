"""`single-window dispatch`."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import options
from bot.cli.entries import facts, print_entries
from bot.cli.frame import ALL_DONE, NEEDS_PERSON, new_group, refuse_usage
from bot.cli.intake import checked_list, print_list_findings
from bot.cli.output import out, print_json
from bot.credentials.passwords import Passwords
from bot.ledger.entry import BulkRequest, Entry
from bot.operations.dispatch import dispatch as take_in
from bot.operations.dispatch import dispatch_pending
from bot.results.sent_contact import names_another_contact
from bot.settings import load_settings
from bot.work_list.reading import WorkList, read_work_list
from bot.work_list.repetition import rows_to_repeat
from bot.work_list.template import write_template

app = new_group()


@app.command(epilog="示例：single-window dispatch 清单.xlsx")
def dispatch(
    list_file: Annotated[
        Path | None, typer.Argument(metavar="LIST", help="工作清单（.xlsx 或 .csv）")
    ] = None,
    template: Annotated[
        Path | None, typer.Option(metavar="FILE", help="写一份空的清单，供填写；不办理")
    ] = None,
    from_list: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="LIST",
            help="同 --template：带上这份清单或结果里的企业、账号和联系方式，申请编号空着",
        ),
    ] = None,
    from_pending: Annotated[
        bool, typer.Option("--from-pending", help="不用清单：设置中各企业的全部待确认保单")
    ] = False,
    portal_url: options.PortalUrl = None,
    data_dir: options.DataDir = None,
    accept_valid: options.AcceptValid = False,
    as_json: options.AsJson = False,
) -> int:
    """检查工作清单，把工作项记入台账；不启动浏览器，不确认。"""
    if sum((list_file is not None, template is not None, from_pending)) != 1:
        refuse_usage("请给出清单、--template 或 --from-pending 中的一个。")
    if from_list and not template:
        refuse_usage(
            "--from 和 --template 一起用，例如 --template 新清单.xlsx --from 去年-结果.xlsx。"
        )
    if template:
        rows = _rows_to_repeat(from_list) if from_list else []
        print_template(_write_template(template, rows), len(rows), as_json)
        return ALL_DONE
    folder = list_file.parent if list_file else Path()
    settings = load_settings(folder, portal_url=portal_url, data_dir=data_dir)
    if list_file:
        passwords = Passwords(settings)
        checked = checked_list(list_file, settings, accept_valid, as_json, passwords=passwords)
        entries = take_in(settings, checked)
        print_dispatched(entries, checked, as_json)
        return NEEDS_PERSON if checked.errors or names_another_contact(entries) else ALL_DONE
    print_asked(dispatch_pending(settings), as_json)
    return ALL_DONE


def _rows_to_repeat(file: Path) -> list[dict[str, str]]:
    """Return the rows of a list of last time; end if it cannot be read as a whole."""
    work_list = read_work_list(file, portal_origin="")
    refused = [one for one in work_list.errors if {None, 1} & set(one.rows)]
    rows = rows_to_repeat(work_list)
    if refused or not rows:
        print_list_findings(file, refused or work_list.errors, None)
        refuse_usage(f"{file} 里的企业读不出来，没有写清单。请改正后再运行。")
    return rows


def _write_template(target: Path, rows: Iterable[Mapping[str, str]]) -> Path:
    if target.suffix.lower() != ".xlsx":
        refuse_usage("模板的文件名请以 .xlsx 结尾。")
    if target.exists():
        refuse_usage(f"{target} 已经存在，没有覆盖。请换一个文件名。")
    return write_template(target, rows)


def print_template(file: Path, rows: int, as_json: bool) -> None:
    """Print where the list to be filled in lies, and what to do with it."""
    if as_json:
        print_json({"template": str(file), "rows": rows})
        return
    out.print(f"模板：{file}", markup=False)
    if rows:
        out.print(f"带上了 {rows} 个账号的企业和联系方式，请逐行核对。")
        out.print("申请编号都空着：不填表示这家企业的全部待确认保单；不办的行请删除整行。")
    out.print("填好、保存并关闭后运行 single-window dispatch，会一次列出全部问题。")


def print_dispatched(entries: list[Entry], work_list: WorkList, as_json: bool) -> None:
    """Print what a list has brought into the ledger."""
    if as_json:
        items = [facts(entry) for entry in entries]
        print_json({"items": items, "findings": [one.facts() for one in work_list.findings]})
        return
    print_entries(entries)
    for item in work_list.items:
        if item.asks_for_all:
            out.print(f"{item.enterprise_name}：全部待确认保单，运行时登录后列出", markup=False)


def print_asked(requests: list[BulkRequest], as_json: bool) -> None:
    """Print for which enterprises the next run asks what is pending."""
    if as_json:
        asked = [
            {"enterprise_name": one.item.enterprise_name, "uscc": one.item.uscc} for one in requests
        ]
        print_json({"requests": asked})
        return
    for one in requests:
        out.print(f"{one.item.enterprise_name}：全部待确认保单", markup=False)
    out.print("运行 single-window run（不给清单）就登录办理。")
