"""`single-window sign`: an approver signs, at a computer of his own."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli import options
from bot.cli.asked import expect_named, print_asked, print_declarations
from bot.cli.frame import ALL_DONE, new_group, refuse_usage
from bot.cli.output import out, print_json
from bot.cli.terminal import is_agreed, is_person_there, open_approver_key
from bot.confirmation.question import DO, LARGEST, Question
from bot.confirmation.signing import sign, slip_file
from bot.credentials.approver_key import own_file
from bot.private_files import write_private
from bot.settings_file import read_regular

app = new_group()


@app.command(name="sign", epilog="示例：single-window sign 待批.html")
def sign_question(
    question_file: Annotated[
        Path, typer.Argument(metavar="FILE", help="approve --ask 写出的待批内容")
    ],
    key: options.ApproverKey = None,
    to: Annotated[
        Path | None, typer.Option(metavar="FILE", help="批准单写到哪里；不给时在待批内容旁边")
    ] = None,
    digest: Annotated[
        list[str] | None, typer.Option(help="批准的内容摘要，没有终端时逐份写明")
    ] = None,
    as_json: options.AsJson = False,
) -> int:
    """审批人在自己的电脑上签字：看过待批的内容，写一份批准单。

    不用台账，也不用联网。先核对网页和要签的内容逐字节相同；改动过的不签。
    """
    question = Question.read(read_regular(question_file, LARGEST))
    target = to or question_file.with_name(f"{question_file.stem}-批准单.txt")
    if target.exists():
        refuse_usage(f"{target} 已经存在，没有覆盖。请用 --to 换一个文件名。")
    if digest:
        expect_named([(one.item.label, one.digest) for one in question.asked], digest)
    if is_person_there() and not as_json:
        _expect_agreement(question, question_file)
    elif not digest:
        refuse_usage("没有终端时要逐份写明看过的内容：--digest 内容摘要，可以写几个。")
    opened = open_approver_key(key or own_file())
    decided = [(one.item.reference, one.digest) for one in question.asked]
    slips = sign(opened, question.act, question.portal, decided, question.hours)
    labels = (f"{one.item.enterprise_name} {one.item.label}" for one in question.asked)
    write_private(target, slip_file(zip(labels, slips, strict=True)))
    print_signed(target, opened.name, len(slips), as_json)
    return ALL_DONE


def _expect_agreement(question: Question, file: Path) -> None:
    """Show all that would be signed, and end unless the person agrees."""
    print_asked(question.asked, {})
    print_declarations(question.declarations())
    out.print()
    out.print(f"单证请在浏览器中打开 {file} 查看。", markup=False)
    if not is_agreed(f"签字{DO[question.act]}以上 {len(question.asked)} 张吗？"):
        refuse_usage("没有签字。")


def print_signed(file: Path, name: str, count: int, as_json: bool) -> None:
    """Print where the slips lie, and what to do with them."""
    if as_json:
        print_json({"slips": str(file), "approver": name, "count": count})
        return
    out.print(f"{name}签了 {count} 张，批准单：{file}", markup=False)
    out.print("请交给经办人，由他执行 single-window approve --slip 批准单。")
