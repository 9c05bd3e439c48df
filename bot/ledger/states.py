"""The states of a work item, the moves between them, and how people read them."""

from enum import StrEnum

from bot.errors import Reason


class State(StrEnum):
    """Where a work item stands; these names and no others."""

    READY = "ready"
    AWAITING_APPROVAL = "awaiting_approval"
    APPROVED = "approved"
    INTENT = "intent"
    PRESSING = "pressing"
    CONFIRMED = "confirmed"
    UNDERWRITTEN = "underwritten"
    RETURNED = "returned"
    DECLINED = "declined"
    ALREADY_CONFIRMED = "already_confirmed"
    REFUSED = "refused"
    CHANGED = "changed"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    NEEDS_PERSON = "needs_person"
    WITHDRAWN = "withdrawn"


# nothing was pressed for these, so another run may begin anew
RESTARTABLE = frozenset({State.REFUSED, State.CHANGED, State.FAILED, State.NEEDS_PERSON})
# on the way to the press
ADVANCING = frozenset({State.READY, State.AWAITING_APPROVAL, State.APPROVED, State.INTENT})
# nothing was pressed yet, so newer list data may still replace theirs
BEFORE_PRESS = RESTARTABLE | ADVANCING | {State.WITHDRAWN}
# a list that names these begins them anew; a run without a list leaves alone what was withdrawn
BEGUN_BY_A_LIST = RESTARTABLE | {State.WITHDRAWN}
FOLLOWED_UP = frozenset({State.CONFIRMED, State.ALREADY_CONFIRMED})  # the insurer has not decided
DECIDED = frozenset({State.UNDERWRITTEN, State.RETURNED, State.DECLINED})
DONE = (FOLLOWED_UP | DECIDED) - {State.RETURNED}  # a returned policy may become pending again
PRESSED = frozenset({State.PRESSING, State.IN_DOUBT})  # pressed, but not verified
CONTRADICTED = frozenset(
    {Reason.PENDING_AGAIN, Reason.IN_BOTH, Reason.VANISHED}
)  # the portal contradicts what is confirmed here
FINISHED = DONE | {State.WITHDRAWN}  # nothing is left to do
MAY_BE_RETURNED = PRESSED | FOLLOWED_UP | {State.RETURNED}  # so that another round may follow
UNSENT = frozenset({State.FAILED, State.CHANGED})  # after a press that provably sent nothing

USUAL_STEPS = {  # the next step where none is stored
    State.READY: "运行 single-window run 就接着办",
    State.APPROVED: "运行 single-window run 就确认",
    State.INTENT: "运行 single-window run 就接着办",
    State.PRESSING: "运行 single-window follow-up，由程序核验；请勿手工重复确认",
}

_ANEW = frozenset({State.READY})  # by another run, or because its list data have changed
_BACK = _ANEW | BEGUN_BY_A_LIST | {State.IN_DOUBT}  # in doubt by the trace of an earlier press
_READ_BACK = frozenset({State.CONFIRMED, State.ALREADY_CONFIRMED, State.IN_DOUBT, State.REFUSED})
MOVES: dict[State, frozenset[State]] = {
    State.READY: _BACK | {State.AWAITING_APPROVAL, State.ALREADY_CONFIRMED},
    State.AWAITING_APPROVAL: _BACK
    | {State.AWAITING_APPROVAL, State.ALREADY_CONFIRMED, State.APPROVED},
    State.APPROVED: _BACK | {State.APPROVED, State.INTENT},
    State.INTENT: _BACK | {State.PRESSING},
    State.PRESSING: _READ_BACK | UNSENT,
    State.IN_DOUBT: _READ_BACK | _ANEW,  # anew only by a person's decision
    **{state: DECIDED | {state} for state in FOLLOWED_UP},
    **dict.fromkeys(DECIDED, frozenset()),
    **dict.fromkeys(RESTARTABLE, _ANEW | {State.WITHDRAWN}),
    State.WITHDRAWN: _ANEW,  # only by a list that names it
}
"""Every allowed change of state within a round; `Ledger.begin_round` begins the next round."""

STATE_WORDS = {
    State.READY: "待处理",
    State.AWAITING_APPROVAL: "等待授权",
    State.APPROVED: "已授权",
    State.INTENT: "准备确认",
    State.PRESSING: "正在确认",
    State.CONFIRMED: "已确认",
    State.UNDERWRITTEN: "已承保",
    State.RETURNED: "退回修改",
    State.DECLINED: "不予承保",
    State.ALREADY_CONFIRMED: "此前已确认",
    State.REFUSED: "不符合要求",
    State.CHANGED: "内容有变",
    State.FAILED: "未能提交",
    State.IN_DOUBT: "结果待核实",
    State.NEEDS_PERSON: "需要人工处理",
    State.WITHDRAWN: "已撤下",
}
"""The states of the ledger as people read them."""
