"""Where a policy, or a row that led to none, stands: in words, whether it is open, who acts."""

from collections.abc import Mapping
from enum import StrEnum

from bot.errors import Reason
from bot.ledger.states import CONTRADICTED, STATE_WORDS, State


class RowState(StrEnum):
    """Why there is no policy, or fewer policies than were asked for."""

    NOT_TAKEN = "not_taken"  # the row is wrong, and was not taken in
    NOT_REACHED = "not_reached"  # asked for, and the portal or the policies were not reached
    NOTHING_PENDING = "nothing_pending"  # asked for, and the portal listed nothing


ROW_WORDS = {
    RowState.NOT_TAKEN: "未受理",
    RowState.NOT_REACHED: "没有办到",
    RowState.NOTHING_PENDING: "没有待确认",
}
WORDS: Mapping[State | RowState, str] = dict([*STATE_WORDS.items(), *ROW_WORDS.items()])
GOOD = frozenset({State.CONFIRMED, State.ALREADY_CONFIRMED, State.UNDERWRITTEN})
QUESTIONED = CONTRADICTED | {Reason.OTHER_CONTACT}
"""The reasons for which a person must look at what is confirmed."""
CLOSED: frozenset[State | RowState] = frozenset({State.WITHDRAWN, RowState.NOTHING_PENDING})
WAITING_FOR: Mapping[State | RowState, str] = {
    State.AWAITING_APPROVAL: "审批人",
    State.CONFIRMED: "保险公司",
    State.ALREADY_CONFIRMED: "保险公司",
    State.UNDERWRITTEN: "",
    State.RETURNED: "经办人",
    State.DECLINED: "经办人",
    State.REFUSED: "经办人",
    State.CHANGED: "经办人",
    State.IN_DOUBT: "经办人",
    State.NEEDS_PERSON: "经办人",
    State.WITHDRAWN: "",
    RowState.NOT_TAKEN: "经办人",
    RowState.NOTHING_PENDING: "",
}
"""Who acts where no reason says it; every other state waits for the next run."""
NEXT_RUN = "下次运行"


def is_confirmed(state: State | RowState, code: str) -> bool:
    """Tell whether it is confirmed, and nobody has to look at it."""
    return state in GOOD and code not in QUESTIONED


def is_open(state: State | RowState, code: str) -> bool:
    """Tell whether somebody has to do something before it is confirmed beyond question."""
    return not is_confirmed(state, code) and state not in CLOSED


def who_acts(state: State | RowState, code: str) -> str:
    """Return who takes the next step, by the reason, else by the state; empty if nobody has to."""
    reason = Reason.named(code)
    return reason.who if reason else WAITING_FOR.get(state, NEXT_RUN)
