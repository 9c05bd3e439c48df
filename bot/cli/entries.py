"""Work items as operators read them, and as programs do."""

from collections import Counter
from datetime import datetime
from typing import Any

from bot.cli.output import out, print_json, print_table
from bot.clock import BEIJING
from bot.errors import Reason
from bot.ledger.entry import Entry
from bot.ledger.states import CONTRADICTED, FOLLOWED_UP, NEXT_RUN, STATE_WORDS, WAITING_FOR
from bot.results.summary import GOOD

ENTRY_HEADINGS = ("企业名称", "申请编号", "状态", "等谁", "自何时", "说明", "下一步")


def print_entries(entries: list[Entry], as_json: bool) -> None:
    """Print how many items are in each state, and those that are not done."""
    if as_json:
        print_json({"items": [facts(entry) for entry in entries]})
        return
    for state, count in Counter(entry.state for entry in entries).items():
        out.print(f"{STATE_WORDS[state]}：{count}")
    waiting = [one for one in entries if one.state not in GOOD or one.code in CONTRADICTED]
    print_table(ENTRY_HEADINGS, [cells(entry) for entry in waiting])
    states = {entry.state for entry in entries}
    if states and not waiting:
        later = "几天以后运行 single-window follow-up，查询保险公司的审批。"
        out.print(f"没有要办的了。{later if states & FOLLOWED_UP else ''}")


def cells(entry: Entry) -> tuple[str, ...]:
    """Return the row of a table, as `ENTRY_HEADINGS` names it."""
    return (
        entry.item.enterprise_name,
        entry.item.label,
        STATE_WORDS[entry.state],
        WAITING_FOR.get(entry.state, NEXT_RUN),
        when(entry),
        entry.explanation,
        entry.next_step,
    )


def when(entry: Entry) -> str:
    """Return since when it is in its state, in Beijing."""
    changed = datetime.fromisoformat(entry.changed_at)
    return f"{changed.astimezone(BEIJING):%m-%d %H:%M}"


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
        "who": reason.who if reason else "",
        "since": entry.changed_at,
        "explanation": entry.explanation,
        "next_step": entry.next_step,
        "confirmed_at": entry.confirmed_at,
    }
