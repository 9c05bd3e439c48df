"""What waits for a decision, as an approver reads it: by enterprise, with what will be typed."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.cli.entries import facts
from bot.cli.frame import refuse_usage
from bot.cli.output import out
from bot.cli.terminal import is_screen
from bot.confirmation.question import Asked, Facts, in_enterprises
from bot.ledger.entry import Entry
from bot.work_item import mask_contact
from pages.models import Declaration


def print_asked(asked: Iterable[Asked], packs: Mapping[str, Path]) -> None:
    """Print each policy below its enterprise; what all of them share is told once.

    `packs` tells of a reference where its documents lie. 联系方式 is shown to a person alone:
    in clear at a terminal, and masked in a file.
    """
    for enterprise in in_enterprises(asked, is_masked=not is_screen()):
        count = len(enterprise.policies)
        out.print()
        title = f"【{enterprise.name} {enterprise.uscc}】{count} 张"
        out.print(f"{title}，以下内容相同：" if count > 1 else title, style="bold", markup=False)
        _print_facts(enterprise.shared, indent="  ")
        for one, own in enterprise.policies:
            _print_policy(one, own, packs.get(one.item.reference))


def _print_policy(one: Asked, own: Facts, pack: Path | None) -> None:
    """Print one policy: what it does not share with the others of its enterprise."""
    out.print()
    title = f"  申请编号 {one.item.label}：自 {one.since} {one.state}"
    out.print(title, style="bold", markup=False)
    _print_facts(own, indent="    ")
    for name, sha256 in one.documents:
        out.print(f"    单证：{name}（SHA-256 {sha256[:16]}…）", markup=False)
    if one.changes:
        out.print(f"    与上一轮不同：{one.changes}", style="yellow", markup=False)
    if one.told:
        out.print(f"    说明：{one.told}", markup=False)
    if pack:
        out.print(f"    单证和记录：{pack}", markup=False)
    out.print(f"    内容摘要：{one.digest}", markup=False)


def expect_named(contents: Sequence[tuple[str, str]], digests: Collection[str]) -> None:
    """End unless these digests name exactly these contents: each is given by number and digest."""
    unnamed = [number for number, digest in contents if digest not in digests]
    unknown = set(digests) - {digest for _, digest in contents}
    if unnamed or unknown:
        told = [f"{number} 的内容摘要没有写明，或已经变了" for number in unnamed]
        told += [f"{digest} 不是这几张的内容摘要" for digest in sorted(unknown)]
        refuse_usage(f"{'；'.join(told)}。一张也没有批准：请重新查看以后再写。")


def print_declarations(wordings: Mapping[str, Declaration]) -> None:
    """Print every wording of 投保声明 once, by its digest."""
    for digest, wording in wordings.items():
        out.print()
        out.print(f"投保声明（摘要 {digest}）：", style="bold", markup=False)
        for line in (*wording.clauses, wording.label):
            out.print(f"  {line}", markup=False)


def asked_facts(entry: Entry) -> dict[str, Any]:
    """Return what `--json` tells of what waits; the digest is what an approval names."""
    told = facts(entry) | {
        "contact": mask_contact(entry.item.contact),
        "digest": entry.digest,
    }
    if not (seen := entry.snapshot):  # somebody else confirmed it before it was opened here
        return told
    return told | {
        "fields": dict(seen.fields),
        "documents": dict(seen.documents),
        "declaration": [*seen.declaration.clauses, seen.declaration.label],
    }


def _print_facts(shown: Facts, indent: str) -> None:
    for label, value in shown:
        out.print(f"{indent}{label}：{value}", markup=False)
