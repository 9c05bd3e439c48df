"""`single-window approve`: a person sees what waits, and decides."""

import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import options
from bot.cli.asked import asked_facts, print_asked, print_declarations
from bot.cli.entries import facts
from bot.cli.frame import ALL_DONE, NEEDS_PERSON, new_group, refuse_usage
from bot.cli.output import err, out, print_json
from bot.cli.person import is_agreed, open_approver_key
from bot.confirmation import decisions
from bot.confirmation.question import DO, Question
from bot.confirmation.signing import sign, slips_in
from bot.errors import BusinessException
from bot.evidence.pack import Evidence
from bot.evidence.slip import Act
from bot.ledger.entry import Entry
from bot.ledger.ledger import Ledger
from bot.ledger.opening import existing_ledger
from bot.ledger.states import STATE_WORDS
from bot.private_files import write_private
from bot.settings import Settings, load_settings
from bot.work_list.file import digest_of

app = new_group()


@dataclass(frozen=True, slots=True)
class Selection:
    """Which of the waiting items are meant."""

    numbers: Collection[str]
    enterprise: str  # 企业名称 or 统一社会信用代码
    list_file: Path | None
    is_all: bool

    @property
    def is_made(self) -> bool:
        """Whether the call says which; else all are listed, and none is decided."""
        return bool(self.numbers or self.enterprise or self.list_file or self.is_all)

    def of(self, ledger: Ledger, waiting: list[Entry]) -> list[Entry]:
        """Return the selected entries, or end if one that is named does not wait."""
        named = [one for one in waiting if self._is_meant(one)]
        if self.list_file:
            listed = {one.item.reference for one in ledger.entries(digest_of(self.list_file))}
            named = [one for one in named if one.item.reference in listed]
        if unknown := set(self.numbers) - {one.item.application_no for one in named}:
            states = {one.item.application_no: STATE_WORDS[one.state] for one in ledger.entries()}
            told = "、".join(f"{one}（{states.get(one, '台账里没有')}）" for one in sorted(unknown))
            refuse_usage(f"没有在等待的：{told}。请用 single-window status 查看。")
        return named

    def _is_meant(self, entry: Entry) -> bool:
        of_enterprise = (entry.item.enterprise_name, entry.item.uscc)
        is_of_it = not self.enterprise or self.enterprise in of_enterprise
        return is_of_it and (not self.numbers or entry.item.application_no in self.numbers)


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
    _check_decision(by, reject, again, key, slip)
    folder = list_file.parent if list_file else Path()
    settings = load_settings(folder, portal_url=portal_url, data_dir=data_dir)
    act = Act.RELEASE if again else Act.APPROVE
    selection = Selection(numbers or (), enterprise, list_file, everything)
    with existing_ledger(settings) as ledger:
        waiting = decisions.waiting(ledger, again, with_approved=bool(reject and numbers))
        if slip:
            entries, slips = _answered(waiting, slips_in(slip.read_bytes()), settings)
            decision = _decision(ledger, settings, act, "", None, slips)
            return _decide(ledger, entries, decision, as_json)
        named = selection.of(ledger, waiting)
        if ask:
            _write_question(ask, Question.ask(named, act, settings, ledger), settings)
            print_question(ask, len(named), as_json)
            return ALL_DONE
        if by and not selection.is_made:
            refuse_usage("请写明申请编号、--enterprise 或 --list，或加上 --all。")
        if not (by or key) or not named:
            print_waiting(Question.ask(named, act, settings, ledger), named, settings, as_json)
            return ALL_DONE
        if reject is None:
            _expect_seen(ledger, named, act, settings, by or "", digest or (), everything)
        slips = _signed(named, act, settings, key) if key else {}
        return _decide(
            ledger, named, _decision(ledger, settings, act, by or "", reject, slips), as_json
        )


def _check_decision(
    by: str | None, reject: str | None, again: bool, key: Path | None, slip: Path | None
) -> None:
    """End unless it is plain who decides what."""
    if by is not None and not by.strip():
        refuse_usage("--by 后面要写姓名。")
    if reject is not None and not by:
        refuse_usage("不同意要写明是谁：请加上 --by 姓名。")
    if reject is not None and not reject.strip():
        refuse_usage("--reject 后面要写理由；要批准时请去掉 --reject。")
    if reject is not None and again:
        refuse_usage("--again 和 --reject 只能给一个。")
    if (key or slip) and (by or reject is not None):
        refuse_usage("签字的人由密钥认定：--key、--slip 不和 --by、--reject 一起用。")


def _expect_seen(
    ledger: Ledger,
    named: list[Entry],
    act: Act,
    settings: Settings,
    by: str,
    digests: Collection[str],
    is_all: bool,
) -> None:
    """End unless a person sees what he decides about, or names each content by its digest."""
    if sys.stdin.isatty():
        print_waiting(Question.ask(named, act, settings, ledger), named, settings, as_json=False)
        if not is_agreed(f"{by}{DO[act]}以上 {len(named)} 张吗？"):
            refuse_usage(f"没有{DO[act]}。")
    elif is_all or not digests:
        refuse_usage(
            "没有终端时不能用 --all，要逐份写明看过的内容："
            "--digest 内容摘要，可以写几个；single-window approve 列出各张的内容摘要。"
        )
    if digests:
        expect_named({one.item.label: one.digest for one in named}, digests)


def expect_named(contents: dict[str, str], digests: Collection[str]) -> None:
    """End unless these digests name exactly these contents, each given by its number."""
    unnamed = [number for number, digest in contents.items() if digest not in digests]
    unknown = [digest for digest in digests if digest not in contents.values()]
    if unnamed or unknown:
        told = [f"{number} 的内容摘要没有写明，或已经变了" for number in unnamed]
        told += [f"{digest} 不是这几张的内容摘要" for digest in unknown]
        refuse_usage(f"{'；'.join(told)}。一张也没有批准：请重新查看以后再写。")


def _decision(
    ledger: Ledger,
    settings: Settings,
    act: Act,
    by: str,
    reject: str | None,
    slips: dict[str, str],
) -> Callable[[Entry], None]:
    """Return what is done about each entry; `slips` has the signed answer by its reference."""

    def decide(entry: Entry) -> None:
        slip = slips.get(entry.item.reference, "")
        if reject is not None:
            decisions.reject(ledger, entry, by, reject, settings)
        elif act is Act.RELEASE:
            decisions.release(ledger, entry, by, settings, datetime.now(UTC), slip)
        else:
            decisions.approve(ledger, entry, by, settings, slip)

    return decide


def _decide(
    ledger: Ledger, entries: list[Entry], decision: Callable[[Entry], None], as_json: bool
) -> int:
    decided, undecided = decisions.decide(ledger, entries, decision)
    if decided or as_json:
        print_decided(decided, as_json)
    for entry, error in undecided:
        _print_undecided(entry.item.label, error)
    return NEEDS_PERSON if undecided else ALL_DONE


def _print_undecided(label: str, error: BusinessException) -> None:
    err.print(f"{label}：{error}。{error.next_step}", style="red", markup=False)


def _answered(
    waiting: list[Entry], slips: list[str], settings: Settings
) -> tuple[list[Entry], dict[str, str]]:
    """Return the waiting entries that slips answer, or end if a slip answers none of them."""
    by_reference = decisions.by_reference(slips, settings)
    found = [one for one in waiting if one.item.reference in by_reference]
    if lost := by_reference.keys() - {one.item.reference for one in found}:
        told = "、".join(sorted(lost))
        refuse_usage(f"批准单要的不在等待：{told}。请用 single-window status 查看。")
    return found, by_reference


def _signed(named: list[Entry], act: Act, settings: Settings, key: Path) -> dict[str, str]:
    """Return the slips of the approver who is here, by reference."""
    decided = [(one.item.reference, one.digest) for one in named]
    opened = open_approver_key(key)
    slips = sign(opened, act, settings.origin, decided, settings.approval_hours)
    return {reference: slip for (reference, _), slip in zip(decided, slips, strict=True)}


def _write_question(file: Path, question: Question, settings: Settings) -> None:
    if file.suffix.lower() != ".html":
        refuse_usage("待批的内容是网页，文件名请以 .html 结尾。")
    if file.exists():
        refuse_usage(f"{file} 已经存在，没有覆盖。请换一个文件名。")
    if not question.asked:
        refuse_usage("没有在等待决定的保单，没有写文件。")
    write_private(file, question.page(Evidence(settings.evidence)))


def print_question(file: Path, count: int, as_json: bool) -> None:
    """Print where the page lies, and what the approver does with it."""
    if as_json:
        print_json({"question": str(file), "count": count})
        return
    out.print(f"待批的内容：{file}（{count} 张，有联系人的资料，用完请删除）", markup=False)
    out.print(f"审批人看过以后执行：single-window sign {file.name}，再把批准单交回。", markup=False)


def print_waiting(
    question: Question, entries: list[Entry], settings: Settings, as_json: bool
) -> None:
    """Print what a person decides about: all that was seen, and what will be typed."""
    if as_json:
        print_json({"waiting": [asked_facts(entry) for entry in entries]})
        return
    evidence = Evidence(settings.evidence)
    print_asked(question.asked, {one.item.reference: evidence.pack(one.item) for one in entries})
    print_declarations(question.declarations())
    if not entries:
        out.print(f"没有在等待决定的保单（台账 {settings.ledger_file}）。", markup=False)
    elif question.act is Act.RELEASE:
        out.print()
        out.print("到门户查明没有确认的，准许重新办理：")
        out.print("single-window approve 申请编号 --by 姓名 --again（--all 是列出的全部）")
    else:
        out.print()
        out.print("批准：single-window approve 申请编号 --by 姓名（--all 是列出的全部）")
        out.print("不同意：single-window approve 申请编号 --by 姓名 --reject 理由")


def print_decided(entries: list[Entry], as_json: bool) -> None:
    """Print what a person has decided, and what comes next."""
    if as_json:
        print_json({"items": [facts(entry) for entry in entries]})
        return
    for entry in entries:
        by = f"（{entry.approval.by}）" if entry.approval else ""
        told = f"{entry.item.label}：{STATE_WORDS[entry.state]}{by}"
        out.print(f"{told}。{entry.next_step}。", markup=False)
