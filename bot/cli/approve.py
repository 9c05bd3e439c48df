"""`single-window approve`: a person sees what waits, and decides."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import options
from bot.cli.asked import asked_facts, expect_named, print_asked, print_declarations
from bot.cli.decided import decide, expect_person
from bot.cli.frame import ALL_DONE, NEEDS_PERSON, new_group, refuse_usage
from bot.cli.output import err, out, print_json
from bot.cli.selection import Selection
from bot.cli.terminal import is_agreed, is_person_there, open_approver_key
from bot.confirmation import approvers, decisions
from bot.confirmation.question import DO, Question
from bot.confirmation.signing import LARGEST_FILE, sign, slips_in
from bot.evidence.pack import Evidence
from bot.evidence.slip import Act
from bot.ledger.entry import Entry
from bot.ledger.ledger import Ledger
from bot.ledger.opening import existing_ledger
from bot.private_files import write_private
from bot.settings import Settings, load_settings
from bot.settings_file import read_regular
from bot.work_item import number_of

app = new_group()


@app.command(epilog="示例：single-window approve XW20260101000001 --by 张三")
def approve(
    numbers: Annotated[
        list[str] | None, typer.Argument(metavar="NUMBER", help="申请编号；不给时列出全部")
    ] = None,
    by: Annotated[str | None, typer.Option(help="审批人的姓名；不给时只查看，不批准")] = None,
    everything: Annotated[bool, typer.Option("--all", help="列出的全部；只在终端前")] = False,
    enterprise: Annotated[
        str, typer.Option(metavar="NAME", help="只看这一家：企业名称或统一社会信用代码")
    ] = "",
    list_file: Annotated[
        Path | None, typer.Option("--list", metavar="FILE", help="只看这份清单里的")
    ] = None,
    reject: Annotated[str | None, typer.Option(metavar="REASON", help="不同意，并说明理由")] = None,
    again: Annotated[
        bool, typer.Option("--again", help="结果待核实的、确认后又待确认的：已查明，准许重新办理")
    ] = False,
    digest: Annotated[
        list[str] | None, typer.Option(help="批准的内容摘要，没有终端时逐份写明")
    ] = None,
    ask: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="写一页待批的内容（.html），供审批人看和签字"),
    ] = None,
    key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="用这把审批人密钥签字批准")
    ] = None,
    slip: Annotated[
        Path | None, typer.Option(metavar="FILE", help="收下 sign 写出的批准单")
    ] = None,
    portal_url: options.PortalUrl = None,
    data_dir: options.DataDir = None,
    as_json: options.AsJson = False,
) -> int:
    """查看等待批准的保单，批准或不同意。

    列出表单、要填写的联系方式、单证、投保声明和与上次的差异；由审批人决定。
    """
    selection = Selection(numbers or (), enterprise, list_file, everything)
    _check_decision(by, reject, again, key)
    if slip and (selection.is_made or by or key or ask or digest or again):
        refuse_usage("批准单写明了是哪些、谁签的：--slip 不和别的选择一起用。")
    if (by or key) and not selection.is_made:
        refuse_usage("请写明申请编号、--enterprise 或 --list，或加上 --all。")
    folder = list_file.parent if list_file else Path()
    settings = load_settings(folder, portal_url=portal_url, data_dir=data_dir)
    with existing_ledger(settings) as ledger:
        desk = Desk(ledger, settings, Act.RELEASE if again else Act.APPROVE, as_json)
        if slip:
            return desk.take_in(slips_in(read_regular(slip, LARGEST_FILE)))
        waiting = decisions.waiting(ledger, again, with_approved=bool(reject and numbers))
        named = selection.of(ledger, waiting)
        if ask:
            return desk.write_question(ask, named)
        if not (by or key) or not named:
            desk.show(named)
            return ALL_DONE
        if reject is not None:
            return desk.reject(named, by or "", reject)
        desk.expect_seen(named, by or "", digest or (), everything)
        return desk.sign_here(named, key) if key else desk.allow(named, by or "", {})


def _check_decision(by: str | None, reject: str | None, again: bool, key: Path | None) -> None:
    """End unless it is plain who decides what."""
    if by is not None:
        expect_person(by)
    if reject is not None and not by:
        refuse_usage("不同意要写明是谁：请加上 --by 姓名。")
    if reject is not None and not reject.strip():
        refuse_usage("--reject 后面要写理由；要批准时请去掉 --reject。")
    if reject is not None and again:
        refuse_usage("--again 和 --reject 只能给一个。")
    if key and by:
        refuse_usage("签字的人由密钥认定：--key 不和 --by 一起用。")


@dataclass(frozen=True, slots=True)
class Desk:
    """What decisions are made with, in one call."""

    ledger: Ledger
    settings: Settings
    act: Act
    as_json: bool

    def show(self, entries: list[Entry]) -> None:
        """Print what a person decides about: all that was seen, and what will be typed."""
        if self.as_json:
            print_json({"waiting": [asked_facts(entry) for entry in entries]})
            return
        question = Question.ask(entries, self.act, self.settings, self.ledger)
        evidence = Evidence(self.settings.evidence)
        packs = {one.item.reference: evidence.pack(one.item) for one in entries}
        print_asked(question.asked, packs)
        print_declarations(question.declarations())
        if not entries:
            told = f"没有在等待决定的保单（台账 {self.settings.ledger_file}）。"
            out.print(told, markup=False)
        else:
            out.print()
            print_ways(self.act, self.settings.four_eyes)

    def expect_seen(
        self, named: list[Entry], by: str, digests: Collection[str], is_all: bool
    ) -> None:
        """End unless a person sees what he decides about, or names each content by its digest."""
        is_shown = is_person_there() and not self.as_json
        if not is_shown and (is_all or not digests):
            refuse_usage(
                "没有终端时不能用 --all，要逐份写明看过的内容："
                "--digest 内容摘要，可以写几个；single-window approve 列出各张的内容摘要。"
            )
        if digests:
            expect_named([(one.item.label, one.digest) for one in named], digests)
        if is_shown:
            self.show(named)
            if not is_agreed(f"{by}{DO[self.act]}以上 {len(named)} 张吗？"):
                refuse_usage(f"没有{DO[self.act]}。")

    def reject(self, named: list[Entry], by: str, reason: str) -> int:
        """Say no; that confirms nothing, so it needs neither a look nor a signature."""
        return decide(
            self.ledger,
            named,
            lambda one: decisions.reject(self.ledger, one, by, reason, self.settings),
            self.as_json,
        )

    def allow(self, named: list[Entry], by: str, slips: dict[str, tuple[Act, str]]) -> int:
        """Approve or release, for this person or by the slip of each reference."""

        def allow_one(entry: Entry) -> None:
            act, slip = slips.get(entry.item.reference, (self.act, ""))
            if act is Act.RELEASE:
                now = datetime.now(UTC)
                decisions.release(self.ledger, entry, by, self.settings, now, slip)
            else:
                decisions.approve(self.ledger, entry, by, self.settings, slip)

        return decide(self.ledger, named, allow_one, self.as_json)

    def sign_here(self, named: list[Entry], key: Path) -> int:
        """Approve or release with the slips of an approver who is here."""
        opened = open_approver_key(key)
        approvers.expect_registered(opened.private, self.settings)
        decided = [(one.item.reference, one.digest) for one in named]
        hours = self.settings.approval_hours
        slips = sign(opened, self.act, self.settings.origin, decided, hours)
        by_reference = {
            reference: (self.act, slip) for (reference, _), slip in zip(decided, slips, strict=True)
        }
        return self.allow(named, "", by_reference)

    def take_in(self, slips: list[str]) -> int:
        """Approve or release by slips from elsewhere; one that is late keeps no other."""
        by_reference = decisions.by_reference(slips, self.settings)
        waiting = [
            entry
            for act in Act
            for entry in decisions.waiting(self.ledger, act is Act.RELEASE, with_approved=False)
            if by_reference.get(entry.item.reference, (None, ""))[0] is act
        ]
        if lost := by_reference.keys() - {one.item.reference for one in waiting}:
            numbers = "、".join(sorted(map(number_of, lost)))
            told = f"批准单要的不在等待：{numbers}。请用 single-window status 查看。"
            if not waiting:
                refuse_usage(told)
            err.print(told, style="red", markup=False)
        ended = self.allow(waiting, "", by_reference)
        return NEEDS_PERSON if lost else ended

    def write_question(self, file: Path, named: list[Entry]) -> int:
        """Write what waits as a page for an approver elsewhere."""
        if file.suffix.lower() != ".html":
            refuse_usage("待批的内容是网页，文件名请以 .html 结尾。")
        if file.exists():
            refuse_usage(f"{file} 已经存在，没有覆盖。请换一个文件名。")
        if not named:
            refuse_usage("没有在等待决定的保单，没有写文件。")
        question = Question.ask(named, self.act, self.settings, self.ledger)
        write_private(file, question.page(Evidence(self.settings.evidence)))
        print_question(file, len(named), self.as_json)
        return ALL_DONE


def print_question(file: Path, count: int, as_json: bool) -> None:
    """Print where the page lies, and what the approver does with it."""
    if as_json:
        print_json({"question": str(file), "count": count})
        return
    out.print(f"待批的内容：{file}（{count} 张，有联系人的资料，用完请删除）", markup=False)
    out.print(f"审批人看过以后执行：single-window sign {file.name}，再把批准单交回。", markup=False)


def print_ways(act: Act, is_signed: bool) -> None:
    """Print how what is shown is decided."""
    again = " --again" if act is Act.RELEASE else ""
    if act is Act.RELEASE:
        out.print("到门户查明没有确认的，准许重新办理：")
    if is_signed:
        out.print(f"签字：single-window approve 申请编号 --ask 待批.html{again}，交给审批人；")
        out.print(f"审批人在这里的：single-window approve 申请编号 --key 私钥文件{again}")
    else:
        out.print(f"批准：single-window approve 申请编号 --by 姓名{again}（--all 是列出的全部）")
    if act is Act.APPROVE:
        out.print("不同意：single-window approve 申请编号 --by 姓名 --reject 理由")
