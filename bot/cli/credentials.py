"""`single-window credentials`: passwords put in, listed, removed and looked for."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import options
from bot.cli.frame import ALL_DONE, NEEDS_PERSON, new_group, refuse_usage
from bot.cli.intake import checked_list, print_list_findings
from bot.cli.output import out, print_json, print_table
from bot.cli.terminal import ask_password
from bot.credentials.passwords import Passwords
from bot.credentials.store import open_store
from bot.operations.credential_check import Credential, see_credentials
from bot.settings import Settings, load_settings
from bot.work_list.columns import RULES
from bot.work_list.findings import Unfit
from bot.work_list.reading import read_work_list

USCC = typer.Argument(metavar="USCC", help="统一社会信用代码")
ACCOUNT = typer.Argument(metavar="ACCOUNT", help="登录账号")
app = new_group(
    help="企业登录密码：录入、列出、删除、检查。\n\n密码只从提示或标准输入读取，不写在命令行。",
    epilog="示例：single-window credentials check 清单.xlsx",
)


@app.command(name="set", epilog="示例：single-window credentials set 914401019550018900 user1")
def keep_credential(
    uscc: Annotated[str | None, USCC] = None,
    account: Annotated[str | None, ACCOUNT] = None,
    missing: Annotated[
        Path | None, typer.Option(metavar="LIST", help="录入这份清单缺少的全部密码，逐个提问")
    ] = None,
    portal_url: options.PortalUrl = None,
    data_dir: options.DataDir = None,
) -> int:
    """录入一个账号的密码：在终端按提示输入（不显示），或从标准输入读取第一行。

    用 --missing 时录入一份清单缺少的全部密码，保管库的口令只问一次。
    """
    if missing and not (uscc or account):
        settings = load_settings(missing.parent, portal_url=portal_url, data_dir=data_dir)
        return _keep_missing(missing, settings)
    if missing or uscc is None or account is None:
        refuse_usage("请给出统一社会信用代码和登录账号，或者 --missing 清单。")
    settings = load_settings(Path(), portal_url=portal_url, data_dir=data_dir)
    uscc, account = _as_listed(uscc, account)
    store = open_store(settings)
    password = ask_password(account)
    if not password.reveal():
        refuse_usage("没有输入密码，没有保存。请再执行一次。")
    store.keep(uscc, account, password)
    out.print(f"已存入{store.place}：{uscc} {account}", markup=False)
    return ALL_DONE


def _keep_missing(file: Path, settings: Settings) -> int:
    """Ask for each password that the rows of a list need; what was typed is kept at once."""
    if not sys.stdin.isatty():
        refuse_usage("--missing 逐个提问，请在终端前运行；从管道录入的请逐个给出账号。")
    work_list = read_work_list(file, settings.origin)
    if not work_list.accounts:
        print_list_findings(file, work_list.errors, None)
        refuse_usage("清单里没有一行看得出企业和登录账号。请改正后再运行。")
    passwords = Passwords(settings)
    missing = [one for one in work_list.accounts if not passwords.place(*one)]
    for number, (uscc, account) in enumerate(missing, start=1):
        row = work_list.rows[work_list.accounts[uscc, account][0]]
        name = row.get("企业名称", uscc)
        typed = ask_password(f"（{number}/{len(missing)}）{name} {account}")
        if typed.reveal():
            place = passwords.keep(uscc, account, typed)
            out.print(f"已存入{place}：{uscc} {account}", markup=False)
    left = sum(not passwords.place(*one) for one in missing)
    out.print(f"清单有 {len(work_list.accounts)} 个账号，{left} 个没有密码。", markup=False)
    return NEEDS_PERSON if left else ALL_DONE


@app.command(name="list", epilog="示例：single-window credentials list")
def list_credentials(
    portal_url: options.PortalUrl = None,
    data_dir: options.DataDir = None,
    as_json: options.AsJson = False,
) -> None:
    """列出录入过哪些企业的哪些账号，不显示密码。"""
    settings = load_settings(Path(), portal_url=portal_url, data_dir=data_dir)
    store = open_store(settings)
    print_credentials(sorted(store.names()), store.place, as_json)


@app.command(
    name="remove", epilog="示例：single-window credentials remove 914401019550018900 user1"
)
def remove_credential(
    uscc: Annotated[str, USCC],
    account: Annotated[str, ACCOUNT],
    portal_url: options.PortalUrl = None,
    data_dir: options.DataDir = None,
) -> None:
    """删除一个账号的密码。"""
    store = open_store(load_settings(Path(), portal_url=portal_url, data_dir=data_dir))
    if (uscc, account) not in store.names():  # as typed, which an older program kept
        uscc, account = _as_listed(uscc, account)
    if not store.remove(uscc, account):
        refuse_usage(f"{store.place}里没有 {uscc} {account}。请用 credentials list 查看。")
    out.print(f"已从{store.place}删除：{uscc} {account}", markup=False)


@app.command(name="check", epilog="示例：single-window credentials check 清单.xlsx")
def check_credentials(
    list_file: options.OptionalList = None,
    portal_url: options.PortalUrl = None,
    data_dir: options.DataDir = None,
    as_json: options.AsJson = False,
) -> int:
    """检查清单、台账和授权委托中的每家企业有没有密码，不显示密码。"""
    folder = list_file.parent if list_file else Path()
    settings = load_settings(folder, portal_url=portal_url, data_dir=data_dir)
    checked = checked_list(list_file, settings, True, as_json) if list_file else None
    found = see_credentials(settings, checked, Passwords(settings))
    print_credential_check(found, as_json)
    return ALL_DONE if all(one.place for one in found) else NEEDS_PERSON


def _as_listed(uscc: str, account: str) -> tuple[str, str]:
    """Return both as a list is read, so that a run finds them; end if no list could have them."""
    try:
        return RULES["统一社会信用代码"].accept(uscc), RULES["登录账号"].accept(account)
    except Unfit as unfit:
        refuse_usage(f"{uscc} {account}：{unfit.problem}；{unfit.fix}。")


def print_credentials(names: list[tuple[str, str]], place: str, as_json: bool) -> None:
    """Print whose passwords are stored."""
    if as_json:
        accounts = [{"uscc": uscc, "account": account} for uscc, account in names]
        print_json({"place": place, "accounts": accounts})
        return
    out.print(f"{place}：{len(names)} 个账号的密码", markup=False)
    print_table(("统一社会信用代码", "登录账号"), names)


def print_credential_check(found: list[Credential], as_json: bool) -> None:
    """Print of each account whether its password is there."""
    if as_json:
        print_json({"accounts": [asdict(one) for one in found]})
        return
    missing = [one for one in found if not one.place]
    rows = [(one.enterprise_name, one.uscc, one.account, one.place or "没有") for one in found]
    print_table(("企业名称", "统一社会信用代码", "登录账号", "密码"), rows)
    out.print(f"{len(found)} 个账号，{len(missing)} 个没有密码。", markup=False)
    if missing:
        out.print("请执行 single-window credentials set 统一社会信用代码 登录账号，")
        out.print("或 single-window credentials set --missing 清单.xlsx，一次录入一份清单的。")
