"""Collects what ledger and evidence know of a list, and writes its results."""

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from bot.evidence.pack import Evidence
from bot.evidence.seal import fingerprint, read_public_key
from bot.ledger.entry import Entry
from bot.ledger.ledger import Ledger
from bot.ledger.states import STATE_WORDS
from bot.results.page import write_html
from bot.results.summary import NOT_TAKEN, ItemSummary, RowResult, RunSummary
from bot.results.workbook import write_workbook
from bot.settings import Settings
from bot.work_item import in_round
from bot.work_list.file import digest_of
from bot.work_list.reading import WorkList


def write_results(
    settings: Settings,
    ledger: Ledger,
    work_list: WorkList,
    started: datetime | None = None,
    stopped: str = "",
) -> tuple[Path, ...]:
    """Write the result workbook and the page beside the list; return where they lie.

    Without `started` they show only when they were written, not a run.
    A list that was edited since it was read gets only the page: its rows may have moved.
    """
    evidence = Evidence(settings.evidence)
    head = evidence.chain.head()
    entries = ledger.entries(work_list.digest)
    target = work_list.path.with_name(f"{work_list.path.stem}-结果.xlsx")
    summary = RunSummary(
        title=f"确认投保结果：{work_list.path.stem}",
        portal=settings.origin,
        is_mock=not settings.live and settings.is_practice,
        started_at=started,
        ended_at=datetime.now(),
        stopped=stopped,
        operator=_takers(ledger, entries),
        items=tuple(_item(entry, evidence) for entry in entries),
        head=str(head) if head else "",
        fingerprint=fingerprint(read_public_key(evidence.chain.public_key)) if head else "",
    )
    page = write_html(summary, target.with_suffix(".html"))
    if digest_of(work_list.path) != work_list.digest or not work_list.source:
        return (page,)
    rows = _rows(ledger, evidence, work_list)
    return write_workbook(work_list.source, rows, summary, target), page


def _takers(ledger: Ledger, entries: Iterable[Entry]) -> str:
    """Return who took these items in (not who ran them)."""
    first = {ledger.history(entry.item.reference).moves[0].by for entry in entries}
    return "、".join(sorted(first))


def _item(entry: Entry, evidence: Evidence) -> ItemSummary:
    return ItemSummary(
        enterprise_name=entry.item.enterprise_name,
        application_no=entry.item.label,
        state=entry.state,
        explanation=entry.explanation,
        next_step=entry.next_step,
        confirmed_at=entry.confirmed_at,
        pictures={
            "确认前": evidence.picture(entry.item, "before"),
            "确认后": evidence.picture(entry.item, "after"),
        },
    )


def _rows(ledger: Ledger, evidence: Evidence, work_list: WorkList) -> dict[int, RowResult]:
    brought = ledger.rows(work_list.digest)
    known = {entry.item.reference: entry for entry in ledger.rounds()}
    rows = {
        row: RowResult(NOT_TAKEN, str(finding), "请改正后再运行", "", None)
        for finding in work_list.errors
        for row in finding.rows
        if row
    }
    for request in ledger.requests(work_list.digest):
        told = (request.explanation, request.next_step)
        rows[request.item.row] = RowResult(NOT_TAKEN, *told, "", None)
    for row, references in brought.items():
        rows[row] = _row([known[reference] for reference in references], evidence)
    return rows


def _row(entries: list[Entry], evidence: Evidence) -> RowResult:
    """Return the result of one row; if it has several items, each begins with its number."""
    if len(entries) == 1:
        entry = entries[0]
        pack = evidence.pack(entry.item)
        words = STATE_WORDS[entry.state]
        return RowResult(
            words,
            f"{in_round(entry.item.round)}{entry.explanation}",
            entry.next_step,
            entry.confirmed_at,
            pack if pack.exists() else None,
        )

    def each(text: Callable[[Entry], str]) -> str:
        lines = [f"{one.item.label}：{text(one)}" for one in entries if text(one)]
        return "\n".join(lines)

    packs = [evidence.pack(one.item).parent for one in entries]
    return RowResult(
        "\n".join(dict.fromkeys(STATE_WORDS[one.state] for one in entries)),
        each(lambda one: f"{STATE_WORDS[one.state]}，{one.explanation}"),
        each(lambda one: one.next_step),
        each(lambda one: one.confirmed_at),
        packs[0] if packs[0].exists() else None,
    )
