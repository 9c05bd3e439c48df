"""Decides about several items, and prints what was decided and what was not."""

from collections.abc import Callable, Iterable
from typing import Any

from bot.cli.entries import facts
from bot.cli.frame import ALL_DONE, NEEDS_PERSON, refuse_usage
from bot.cli.output import err, out, print_json
from bot.confirmation import decisions
from bot.errors import BusinessException
from bot.ledger.entry import Entry
from bot.ledger.ledger import Ledger
from bot.ledger.states import STATE_WORDS, State
from bot.persons import named_person

Undecided = tuple[Entry, BusinessException]


def expect_person(by: str) -> None:
    """End unless `--by` names a person."""
    try:
        named_person(by)
    except ValueError as error:
        refuse_usage(f"--by 后面要写姓名：{error}。")


def decide(
    ledger: Ledger,
    entries: Iterable[Entry],
    decision: Callable[[Entry], None],
    as_json: bool,
    after: str = "",
) -> int:
    """Decide about each item, print what came of it, and return the exit code.

    `after` is what a person does next, if anything was decided.
    """
    decided, undecided = decisions.decide(ledger, entries, decision)
    print_decided(decided, undecided, as_json)
    if decided and after and not as_json:
        out.print(after)
    return NEEDS_PERSON if undecided else ALL_DONE


def print_decided(decided: list[Entry], undecided: list[Undecided], as_json: bool) -> None:
    """Print what a person has decided, what comes next, and what could not be decided."""
    if as_json:
        items = [facts(entry) for entry in decided]
        print_json({"items": items, "undecided": [_undecided_facts(*one) for one in undecided]})
        return
    for entry in decided:
        granted = entry.approval if entry.state is State.APPROVED else None
        by = f"（{granted.by}）" if granted else ""
        told = f"{entry.item.label}：{STATE_WORDS[entry.state]}{by}"
        out.print(f"{told}。{entry.next_step or entry.explanation}。", markup=False)
    for entry, error in undecided:
        told = f"{entry.item.label}：{error}。{error.next_step}"
        err.print(told, style="red", markup=False)


def _undecided_facts(entry: Entry, error: BusinessException) -> dict[str, Any]:
    return {
        "reference": entry.item.reference,
        "application_no": entry.item.application_no,
        "code": error.code,
        "explanation": error.explanation,
        "next_step": error.next_step,
    }
