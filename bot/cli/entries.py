"""Work items, and rows that led to none, as operators read them, and as programs do."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.cli.output import out, print_line, print_table
from bot.clock import BEIJING, beijing
from bot.errors import Reason
from bot.ledger.entry import Entry
from bot.ledger.states import FOLLOWED_UP, STATE_WORDS
from bot.results.row_outcome import RowOutcome
from bot.results.sent_contact import SENT
from bot.results.standing import ROW_WORDS, is_open, who_acts
from bot.work_item import mask_contact

ENTRY_HEADINGS = ("企业名称", "申请编号", "状态", "等谁", "自何时", "说明", "下一步")


def print_entries(entries: Sequence[Entry], rows: Sequence[RowOutcome] = ()) -> None:
    """Print how many are in each state, and those that are not done.

    Where nobody looks at a terminal, every one has its line, done or not.
    """
    words = [STATE_WORDS[entry.state] for entry in entries] + [ROW_WORDS[one.state] for one in rows]
    for word, count in Counter(words).items():
        out.print(f"{word}：{count}")
    waiting = [one for one in entries if is_open(one.state, one.code)]
    open_rows = [one for one in rows if one.is_open]
    if out.is_terminal:
        print_table(ENTRY_HEADINGS, [*map(cells, waiting), *map(row_cells, open_rows)])
    else:
        print_lines(entries, rows)
    states = {entry.state for entry in entries}
    if words and not waiting and not open_rows:
        later = "几天以后运行 single-window follow-up，查询保险公司的审批。"
        out.print(f"没有要办的了。{later if states & FOLLOWED_UP else ''}")


def print_lines(entries: Sequence[Entry], rows: Sequence[RowOutcome] = ()) -> None:
    """Print one line for each, as docs/operations.md names its fields."""
    for entry in entries:
        print_line(out, entry_fields(entry))
    for one in rows:
        since = beijing(datetime.fromisoformat(one.since)) if one.since else ""
        named = (since, one.enterprise_name, one.label, ROW_WORDS[one.state], one.code)
        print_line(out, (*named, one.who, one.explanation, one.next_step))


def entry_fields(entry: Entry) -> tuple[str, ...]:
    """Return the fields of a work item's line."""
    return (
        beijing(datetime.fromisoformat(entry.changed_at)),
        entry.item.enterprise_name,
        entry.item.label,
        STATE_WORDS[entry.state],
        entry.code,
        who_acts(entry.state, entry.code),
        entry.explanation,
        entry.next_step,
    )


def cells(entry: Entry) -> tuple[str, ...]:
    """Return the row of a table, as `ENTRY_HEADINGS` names it."""
    return (
        entry.item.enterprise_name,
        entry.item.label,
        STATE_WORDS[entry.state],
        who_acts(entry.state, entry.code),
        when(entry),
        entry.explanation,
        entry.next_step,
    )


def row_cells(one: RowOutcome) -> tuple[str, ...]:
    """Return the row of the same table for a row that led to no policy."""
    named = (one.enterprise_name, one.label, ROW_WORDS[one.state], one.who)
    return (*named, _short_time(one.since), one.explanation, one.next_step)


def when(entry: Entry) -> str:
    """Return since when it is in its state, in Beijing."""
    return _short_time(entry.changed_at)


def _short_time(moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(BEIJING):%m-%d %H:%M}" if moment else ""


def rows_facts(entries: Sequence[Entry], rows: Sequence[RowOutcome]) -> dict[str, Any]:
    """Return what `--json` tells of policies, and of rows that led to none."""
    return {"items": [facts(one) for one in entries], "rows": [_row_facts(one) for one in rows]}


def facts(entry: Entry) -> dict[str, Any]:
    """Return what `--json` tells of it."""
    reason = Reason.named(entry.code)
    return {
        "reference": entry.item.reference,
        "enterprise_name": entry.item.enterprise_name,
        "application_no": entry.item.application_no,
        "round": entry.item.round,
        "state": entry.state,
        "code": entry.code,
        "reason": reason.sentence if reason else "",
        "who": who_acts(entry.state, entry.code),
        "since": entry.changed_at,
        "explanation": entry.explanation,
        "next_step": entry.next_step,
        "confirmed_at": entry.confirmed_at,
        "sent_contact": mask_contact(entry.item.contact) if entry.state in SENT else None,
    }


def _row_facts(one: RowOutcome) -> dict[str, Any]:
    """Return what `--json` tells of a row that led to no policy."""
    reason = Reason.named(one.code)
    return {
        "row": one.row,
        "enterprise_name": one.enterprise_name,
        "state": one.state,
        "code": one.code,
        "reason": reason.sentence if reason else "",
        "who": one.who,
        "since": one.since,
        "explanation": one.explanation,
        "next_step": one.next_step,
    }
