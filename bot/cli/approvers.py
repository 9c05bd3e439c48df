"""`single-window approvers`: an approver's key, and the register of the settings."""

import json
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import options
from bot.cli.frame import new_group, refuse_usage
from bot.cli.output import out, print_json, print_table
from bot.cli.terminal import new_passphrase
from bot.confirmation.approvers import key_of
from bot.credentials.approver_key import make_key, own_file
from bot.evidence.seal import fingerprint, public_pem
from bot.parties import ALL_ENTERPRISES, Approver
from bot.private_files import write_private
from bot.settings import load_settings

ROLES = {"checker": "复核人", "signatory": "签字人"}
app = new_group(
    help="审批人：做一把自己的密钥，查看设置里的名册。",
    epilog="示例：single-window approvers add 张三",
)


@app.command(name="add", epilog="示例：single-window approvers add 张三")
def add_approver(
    name: Annotated[str, typer.Argument(metavar="NAME", help="审批人的姓名")],
    key: options.ApproverKey = None,
    as_json: options.AsJson = False,
) -> None:
    """审批人给自己做一把密钥；口令在终端输入两次，或从标准输入读取第一行。

    私钥只留在这个文件里；公钥交给管理设置的人，登记到 [[approvers]]。
    """
    name = name.strip()
    if not name:
        refuse_usage("请写明审批人的姓名。")
    file = key or own_file()
    public_file = file.with_suffix(".pem")
    for one in (file, public_file):
        if one.exists() or file == public_file:
            refuse_usage(f"{one} 已经存在，或公钥和私钥会是同一个文件。请用 --key 换一个文件名。")
    public = make_key(file, name, new_passphrase())
    approver = Approver(name=name, key=public, enterprises=(ALL_ENTERPRISES,))
    write_private(public_file, public_pem(key_of(approver)))
    print_added(approver, file, public_file, as_json)


def print_added(approver: Approver, key: Path, public_file: Path, as_json: bool) -> None:
    """Print where the key lies, and what the register is to say."""
    told = fingerprint(key_of(approver))
    if as_json:
        files = {"key_file": str(key), "public_key_file": str(public_file)}
        print_json({"name": approver.name, "key": approver.key, "fingerprint": told} | files)
        return
    out.print(f"私钥：{key}（自己保管，不交给别人）", markup=False)
    out.print(f"公钥：{public_file}，指纹 {told}", markup=False)
    out.print("请把以下几行交给管理设置的人，当面或电话核对指纹：")
    out.print()
    out.print("four_eyes = true  # 写在最前面，已经有的不用再写", markup=False)
    out.print()
    out.print("[[approvers]]", markup=False)
    out.print(f"name = {json.dumps(approver.name, ensure_ascii=False)}", markup=False)
    out.print(f'key = "{approver.key}"', markup=False)
    out.print(f'enterprises = ["{ALL_ENTERPRISES}"]  # 或逐家写统一社会信用代码', markup=False)
    out.print('role = "checker"  # 也可准许重新办理的写 "signatory"', markup=False)


@app.command(name="list", epilog="示例：single-window approvers list")
def list_approvers(as_json: options.AsJson = False) -> None:
    """列出设置里的审批人名册。"""
    settings = load_settings(Path())
    if as_json:
        named = [
            one.model_dump() | {"fingerprint": fingerprint(key_of(one))}
            for one in settings.approvers
        ]
        print_json({"four_eyes": settings.four_eyes, "approvers": named})
        return
    rows = [
        (one.name, ROLES[one.role], "、".join(one.enterprises), fingerprint(key_of(one)))
        for one in settings.approvers
    ]
    print_table(("姓名", "岗位", "管哪些企业", "公钥指纹"), rows)
    is_on = "每张都要名册里的人签字" if settings.four_eyes else "没有要求签字（four_eyes 没有开）"
    out.print(f"名册里有 {len(rows)} 人；{is_on}。")
