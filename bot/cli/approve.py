"""`single-window approve`: a person sees what waits, and decides."""

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from bot import declaration
from bot.cli import options
from bot.cli.entries import facts, when
from bot.cli.frame import ALL_DONE, NEEDS_PERSON, new_group, refuse_usage
from bot.cli.output import err, out, print_json
from bot.cli.person import is_agreed
from bot.confirmation import decisions
from bot.evidence.pack import Evidence
from bot.ledger.entry import Entry
from bot.ledger.ledger import Ledger
from bot.ledger.opening import existing_ledger
from bot.ledger.snapshot import Snapshot
from bot.ledger.states import FOLLOWED_UP, PRESSED, STATE_WORDS
from bot.settings import Settings, load_settings
from bot.work_item import mask_contact
from pages.models import Contact, Declaration

app = new_group()


@app.command(epilog="示例：single-window approve XW20260101000001 --by 张三")
def approve(
    numbers: Annotated[
        list[str] | None, typer.Argument(metavar="NUMBER", help="申请编号；不给时列出全部")
    ] = None,
    by: Annotated[str | None, typer.Option(help="审批人的姓名；不给时只查看，不批准")] = None,
    everything: Annotated[bool, typer.Option("--all", help="列出的全部")] = False,
    reject: Annotated[str | None, typer.Option(metavar="REASON", help="不同意，并说明理由")] = None,
    again: Annotated[
        bool, typer.Option("--again", help="结果待核实的、确认后又待确认的：已查明，准许重新办理")
    ] = False,
    portal_url: options.PortalUrl = None,
    data_dir: options.DataDir = None,
    as_json: options.AsJson = False,
) -> int:
    """查看等待批准的保单，批准或不同意。

    列出表单、单证、投保声明和与上次的差异；由审批人决定。
    """
    _check_decision(by, reject, again)
    settings = load_settings(Path(), portal_url=portal_url, data_dir=data_dir)
    with existing_ledger(settings) as ledger:
        waiting = decisions.waiting(ledger, again, with_approved=bool(reject and numbers))
        named = _named(ledger, waiting, numbers) if numbers else waiting
        packs, file = _packs(settings, named), settings.ledger_file
        if by and not (numbers or everything):
            refuse_usage("请写明申请编号，或加上 --all。")
        if not by or not named:
            print_waiting(named, packs, file, as_json)
            return ALL_DONE
        if reject is None and sys.stdin.isatty():
            print_waiting(named, packs, file, as_json=False)
            act = "准许重新办理" if again else "批准"
            if not is_agreed(f"{by}{act}以上 {len(named)} 张吗？"):
                refuse_usage(f"没有{act}。")

        def decision(entry: Entry) -> None:
            if again:
                decisions.release(ledger, entry, by, settings, datetime.now(UTC))
            elif reject is not None:
                decisions.reject(ledger, entry, by, reject, settings)
            else:
                decisions.approve(ledger, entry, by, settings)

        decided, undecided = decisions.decide(ledger, named, decision)
    if decided or as_json:
        print_decided(decided, by, as_json)
    for entry, error in undecided:
        told = f"{entry.item.application_no}：{error}。{error.next_step}"
        err.print(told, style="red", markup=False)
    return NEEDS_PERSON if undecided else ALL_DONE


def _check_decision(by: str | None, reject: str | None, again: bool) -> None:
    """End unless it is plain who decides what."""
    if by is not None and not by.strip():
        refuse_usage("--by 后面要写姓名。")
    if reject is not None and not by:
        refuse_usage("不同意要写明是谁：请加上 --by 姓名。")
    if reject is not None and not reject.strip():
        refuse_usage("--reject 后面要写理由；要批准时请去掉 --reject。")
    if reject is not None and again:
        refuse_usage("--again 和 --reject 只能给一个。")


def _packs(settings: Settings, entries: list[Entry]) -> dict[str, Path]:
    """Return where the documents of each item lie, by its reference."""
    evidence = Evidence(settings.evidence)
    return {one.item.reference: evidence.pack(one.item) for one in entries}


def _named(ledger: Ledger, waiting: list[Entry], numbers: list[str]) -> list[Entry]:
    """Return the waiting items of these application numbers, or end if one is not waiting."""
    named = [one for one in waiting if one.item.application_no in numbers]
    if unknown := set(numbers) - {one.item.application_no for one in named}:
        states = {one.item.application_no: STATE_WORDS[one.state] for one in ledger.entries()}
        told = "、".join(f"{one}（{states.get(one, '台账里没有')}）" for one in sorted(unknown))
        refuse_usage(f"没有在等待的：{told}。请用 single-window status 查看。")
    return named


def print_waiting(
    entries: list[Entry], packs: Mapping[str, Path], ledger: Path, as_json: bool
) -> None:
    """Print what a person decides about: all that was seen, and what will be typed.

    `packs` tells of each reference where its documents lie.
    """
    if as_json:
        print_json({"waiting": [_seen(entry) for entry in entries]})
        return
    wordings: dict[str, Declaration] = {}
    for entry in entries:
        item = entry.item
        waits = f"自 {when(entry)} {STATE_WORDS[entry.state]}"
        title = f"\n【{item.enterprise_name} {item.label}】{waits}"
        out.print(title, style="bold", markup=False)
        if entry.snapshot:  # none if somebody else confirmed the policy before it was opened here
            wordings |= _print_seen(entry.snapshot, item.contact)
        out.print(f"  说明：{entry.explanation}", markup=False)
        out.print(f"  单证和记录：{packs[entry.item.reference]}", markup=False)
    for digest, wording in wordings.items():
        out.print(f"\n投保声明（摘要 {digest}）：", style="bold", markup=False)
        for line in (*wording.clauses, wording.label):
            out.print(f"  {line}", markup=False)
    if not entries:
        out.print(f"没有在等待决定的保单（台账 {ledger}）。", markup=False)
    elif all(entry.state in PRESSED | FOLLOWED_UP for entry in entries):
        out.print("\n到门户查明没有确认的，准许重新办理：")
        out.print("single-window approve 申请编号 --by 姓名 --again（--all 是列出的全部）")
    else:
        out.print("\n批准：single-window approve 申请编号 --by 姓名（--all 是列出的全部）")
        out.print("不同意：single-window approve 申请编号 --by 姓名 --reject 理由")


def _print_seen(seen: Snapshot, contact: Contact) -> dict[str, Declaration]:
    """Print a form, its 单证 and what will be typed; return its declaration by the digest."""
    digest = declaration.digest(seen.declaration)
    for label, value in (*seen.fields, *mask_contact(contact).items()):
        out.print(f"  {label}：{value}", markup=False)
    for name, sha256 in seen.documents:
        out.print(f"  单证：{name}（SHA-256 {sha256[:16]}…）", markup=False)
    out.print(f"  投保声明：摘要 {digest[:16]}…", markup=False)
    return {digest: seen.declaration}


def _seen(entry: Entry) -> dict[str, Any]:
    contact = {"contact": mask_contact(entry.item.contact)}
    if not entry.snapshot:  # none if somebody else confirmed the policy before it was opened here
        return facts(entry) | contact
    seen = entry.snapshot
    return facts(entry) | {
        "fields": dict(seen.fields),
        **contact,
        "documents": dict(seen.documents),
        "declaration": [*seen.declaration.clauses, seen.declaration.label],
        "digest": seen.digest(entry.item.contact),
    }


def print_decided(entries: list[Entry], by: str, as_json: bool) -> None:
    """Print what a person has decided, and what comes next."""
    if as_json:
        print_json({"items": [facts(entry) for entry in entries]})
        return
    for entry in entries:
        told = f"{entry.item.label}：{STATE_WORDS[entry.state]}（{by}）"
        out.print(f"{told}。{entry.next_step}。", markup=False)
