"""全部待确认: makes a work item of each pending policy of an enterprise."""

from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import replace

from bot.errors import Reason, WorkItemError
from bot.ledger.entry import Entry
from bot.ledger.ledger import Ledger
from bot.ledger.states import DECIDED, State
from bot.portal.sessions import Sessions
from bot.work_item import WorkItem
from bot.work_list.columns import RULES
from bot.work_list.findings import Unfit

CHECK_NUMBERS = "请登录门户查看这些申请，并联系维护人员；其余的照常办理"
NAME_IT = "（要办时请把申请编号写在清单里）"
SHOWN_NUMBERS, SHOWN = 5, 40  # of the odd numbers in a message, and of the characters of each


def expand(
    request: WorkItem, list_digest: str, ledger: Ledger, sessions: Sessions, by: str
) -> set[str]:
    """Make a work item of each policy that is pending of an enterprise; return the numbers.

    What a person has withdrawn is left alone.
    """
    try:
        found = sessions.do(request, lambda session: session.desk.open_pending().read())
    except WorkItemError as error:
        ledger.note(request, list_digest, error.explanation, error.next_step, error.code)
        return set()
    numbers = dict.fromkeys(policy.application_no for policy in found)
    odd = [number for number in numbers if not _is_number(number)]
    items = [replace(request, application_no=one) for one in numbers if one not in odd]
    ledger.take_found(items, list_digest, by)
    known = [one for one in ledger.entries(list_digest) if one.item.uscc == request.uscc]
    decided = _those_in(DECIDED - {State.RETURNED}, known, numbers)
    withdrawn = _those_in({State.WITHDRAWN}, known, numbers)
    told = f"待确认中有 {len(items)} 张保单"
    if decided:
        told += f"；其中 {len(decided)} 张台账中已有审批结果，没有再办：{_shown(decided)}"
    if withdrawn:
        told += f"；其中 {len(withdrawn)} 张有人撤下过，没有办理：{_shown(withdrawn)}{NAME_IT}"
    if odd:
        told += f"；另有 {len(odd)} 张的申请编号写法不对，没有办理：{_shown(odd)}"
    lacking = (CHECK_NUMBERS, Reason.NOT_ALL_TAKEN) if odd or decided else ("", "")
    ledger.note(request, list_digest, told, *lacking)
    return {item.application_no for item in items}.difference(withdrawn)


def _is_number(text: str) -> bool:
    """Tell whether the portal shows a number that a list could hold, letter by letter."""
    with suppress(Unfit):
        return bool(text) and RULES["申请编号"].accept(text) == text
    return False


def _those_in(
    states: Collection[State], entries: Iterable[Entry], numbers: Collection[str]
) -> list[str]:
    """Return those of the numbers whose work items are in one of these states."""
    known = (one.item.application_no for one in entries if one.state in states)
    return [number for number in known if number in numbers]


def _shown(odd: list[str]) -> str:
    """Return the beginning of some numbers."""
    shown = [f"“{one[:SHOWN]}{'…' if len(one) > SHOWN else ''}”" for one in odd[:SHOWN_NUMBERS]]
    return "、".join(shown) + ("等" if len(odd) > SHOWN_NUMBERS else "")
