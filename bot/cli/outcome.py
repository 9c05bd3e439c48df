"""What a run, or the follow-up of one, came to: shown, and as an exit code."""

from collections import Counter
from typing import Any

from bot.cli.entries import (
    ENTRY_HEADINGS,
    cells,
    facts,
    print_entries,
    print_lines,
    rows_facts,
)
from bot.cli.files import print_files, print_leaks
from bot.cli.frame import ALL_DONE, CTRL_C, NEEDS_PERSON, TECHNICAL_TROUBLE
from bot.cli.output import out, print_json, print_table
from bot.confirmation.stop import Stop
from bot.evidence.sealing import SealNote
from bot.ledger.entry import Entry
from bot.ledger.states import FINISHED, STATE_WORDS, State
from bot.operations.run import RunOutcome
from bot.results.standing import QUESTIONED

BROKEN_OFF = (Stop.BREAKER, Stop.LOCK, Stop.STORAGE, Stop.ERROR)


def print_outcome(outcome: RunOutcome, as_json: bool) -> None:
    """Print what a run came to."""
    if as_json:
        print_json(outcome_facts(outcome))
        return
    print_entries(outcome.entries, outcome.rows)
    _print_elsewhere(outcome.elsewhere)
    before = f"先前已确认 {outcome.done_before} 张，没有再提交"
    out.print(f"本次办妥 {outcome.done_now} 张；{before}。")
    if outcome.stopped:
        out.print(f"本次运行提前结束：{outcome.stopped}。再运行同一命令就接着办。", style="red")
    print_files(outcome.files)
    _print_seal(outcome.seal)
    print_leaks(outcome.leaks)


def print_followed_up(outcome: RunOutcome, as_json: bool) -> None:
    """Print what the insurer has decided."""
    if as_json:
        print_json(outcome_facts(outcome))
        return
    for state, count in Counter(entry.state for entry in outcome.entries).items():
        out.print(f"{STATE_WORDS[state]}：{count}")
    if out.is_terminal:
        print_table(ENTRY_HEADINGS, [cells(one) for one in outcome.entries if one.next_step])
    else:
        print_lines(outcome.entries)
    _print_elsewhere(outcome.elsewhere)
    if outcome.stopped:
        out.print(f"本次查询提前结束：{outcome.stopped}。", style="red")
    print_files(outcome.files)
    _print_seal(outcome.seal)
    print_leaks(outcome.leaks)


def outcome_facts(outcome: RunOutcome) -> dict[str, Any]:
    """Return what `--json` tells of a run or of a follow-up, by the same names."""
    return {
        **rows_facts(outcome.entries, outcome.rows),
        "elsewhere": [facts(entry) for entry in outcome.elsewhere],
        "stopped": outcome.stopped,
        "files": [str(file) for file in outcome.files],
        "evidence": _seal_facts(outcome.seal),
        "leaks": [str(file) for file in outcome.leaks],
    }


def _print_elsewhere(entries: list[Entry]) -> None:
    """Name what other lists have left in doubt."""
    if entries:
        items = [f"{one.item.enterprise_name} {one.item.label}" for one in entries]
        told = f"台账中另有 {len(entries)} 张结果待核实，属于别的清单：{'、'.join(items)}。"
        out.print(told, style="red", markup=False)
        out.print("请运行 single-window follow-up（不给清单）来核验；它只查询，不确认。")


def _print_seal(note: SealNote | None) -> None:
    """Print how to verify the evidence later."""
    if note is None:
        return
    if note.lacking:
        out.print(f"证据不全：{'、'.join(note.lacking)}。请检查磁盘空间后再运行。", style="red")
    out.print(f"证据链头：{note.head}", markup=False)
    verify = f"single-window verify {note.evidence} --key {note.public_key} --head {note.head}"
    out.print(f"核对证据：{verify}", markup=False)


def _seal_facts(note: SealNote | None) -> dict[str, Any] | None:
    if note is None:
        return None
    return {
        "folder": str(note.evidence),
        "head": str(note.head),
        "public_key": str(note.public_key),
        "lacking": note.lacking,
    }


def exit_code(outcome: RunOutcome, is_whole: bool, is_rehearsal: bool) -> int:
    """Return the exit code; `is_whole` says that every row of the list was taken in and reached."""
    done = FINISHED | {State.APPROVED} if is_rehearsal else FINISHED
    states = {entry.state for entry in outcome.entries}
    if outcome.stopped is Stop.INTERRUPTED:
        return CTRL_C
    if outcome.leaks or outcome.stopped in BROKEN_OFF or State.FAILED in states:
        return TECHNICAL_TROUBLE
    is_lacking = bool(outcome.seal and outcome.seal.lacking)
    is_questioned = any(entry.code in QUESTIONED for entry in outcome.entries)
    is_open = outcome.elsewhere or is_lacking or is_questioned
    is_done = is_whole and not is_open and states <= done
    return ALL_DONE if is_done else NEEDS_PERSON
