"""Collects what ledger and evidence know of a list, and writes its results."""

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from bot.evidence.pack import Evidence
from bot.evidence.seal import fingerprint, read_public_key
from bot.ledger.entry import Entry
from bot.ledger.ledger import Ledger
from bot.results.list_rows import ListRows
from bot.results.page import write_html
from bot.results.row_outcome import RowOutcome
from bot.results.summary import ItemSummary, RowResult, RunSummary
from bot.results.workbook import write_workbook
from bot.settings import Settings
from bot.work_item import in_round


def write_results(settings: Settings, ledger: Ledger, rows: ListRows) -> tuple[Path, ...]:
    """Write the result workbook and the page beside the list; return where they lie.

    A list that was edited since it was read gets only the page: its rows may have moved.
    """
    evidence = Evidence(settings.evidence)
    head = evidence.chain.head()
    work_list, policies = rows.work_list, rows.policies
    target = work_list.path.with_name(f"{work_list.path.stem}-结果.xlsx")
    references = [entry.item.reference for entry in policies]
    summary = RunSummary(
        title=f"确认投保结果：{work_list.path.stem}",
        portal=settings.origin,
        is_mock=not settings.live and settings.is_practice,
        written_at=datetime.now(),
        operator=_takers(ledger, references),
        items=(
            *(_item(entry, evidence) for entry in policies),
            *(_row_without_policy(one) for one in rows.others),
        ),
        runs=tuple(ledger.runs.of(work_list.digest, references)),
        head=str(head) if head else "",
        fingerprint=fingerprint(read_public_key(evidence.chain.public_key)) if head else "",
    )
    page = write_html(summary, target.with_suffix(".html"))
    if rows.is_edited or not work_list.source:
        return (page,)
    return write_workbook(work_list.source, _results(rows, evidence), summary, target), page


def _takers(ledger: Ledger, references: Iterable[str]) -> str:
    """Return who took these items in (not who ran them)."""
    first = {ledger.history(reference).moves[0].by for reference in references}
    return "、".join(sorted(first))


def _item(entry: Entry, evidence: Evidence) -> ItemSummary:
    return ItemSummary(
        enterprise_name=entry.item.enterprise_name,
        application_no=entry.item.label,
        state=entry.state,
        explanation=entry.explanation,
        next_step=entry.next_step,
        confirmed_at=entry.confirmed_at,
        code=entry.code,
        pictures={
            "确认前": evidence.picture(entry.item, "before"),
            "确认后": evidence.picture(entry.item, "after"),
        },
    )


def _row_without_policy(one: RowOutcome) -> ItemSummary:
    return ItemSummary(
        enterprise_name=one.enterprise_name,
        application_no=one.label,
        state=one.state,
        explanation=one.explanation,
        next_step=one.next_step,
        confirmed_at="",
        code=one.code,
        pictures={},
    )


def _results(rows: ListRows, evidence: Evidence) -> dict[int, RowResult]:
    others: dict[int, list[RowOutcome]] = {}
    for one in rows.others:
        others.setdefault(one.row, []).append(one)
    return {
        row: _row(rows.entries.get(row, []), others.get(row, []), evidence)
        for row in {*rows.entries, *others} - {0}
    }


def _row(entries: list[Entry], others: list[RowOutcome], evidence: Evidence) -> RowResult:
    """Return the result of one row; if it has several items, each begins with its number."""
    items = [*(_item(one, evidence) for one in entries), *map(_row_without_policy, others)]
    packs = [evidence.pack(one.item) for one in entries]
    if len(items) == 1:
        (item,) = items
        in_its_round = in_round(entries[0].item.round) if entries else ""
        return RowResult(
            item.words,
            f"{in_its_round}{item.explanation}",
            item.next_step,
            item.confirmed_at,
            packs[0] if packs and packs[0].exists() else None,
        )

    def each(text: Callable[[ItemSummary], str]) -> str:
        return "\n".join(f"{one.application_no}：{text(one)}" for one in items if text(one))

    return RowResult(
        "\n".join(dict.fromkeys(one.words for one in items)),
        each(lambda one: f"{one.words}，{one.explanation}"),
        each(lambda one: one.next_step),
        each(lambda one: one.confirmed_at),
        packs[0].parent if packs and packs[0].parent.exists() else None,
    )
