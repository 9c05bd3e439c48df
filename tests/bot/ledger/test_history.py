"""What a history tells of presses, makers and decisions."""

from typing import Any

import pytest

from bot.ledger.approval import MANDATE, PERSON, REJECTED, Approval
from bot.ledger.history import History, Move, count_claims
from bot.ledger.states import State
from bot.persons import ROBOT

YES, NO = (Approval("审批人", ground, "d1", "2026-01-02") for ground in (PERSON, REJECTED))
ROBOTS = Approval("模拟签字人", MANDATE, "d1", "2026-01-02")


def history(*states: State | tuple[State, Approval]) -> History:
    """Return the history of an item that went from state to state, perhaps by decisions."""
    moves, old = [], ""
    for seq, state in enumerate(states, start=1):
        new, decision = state if isinstance(state, tuple) else (state, None)
        detail: dict[str, Any] = {"explanation": f"第 {seq} 步"}
        detail |= {"approval": decision.stored()} if decision else {}
        moves.append(Move(seq, f"t{seq}", old, new, f"p{seq}", detail))
        old = new
    return History(tuple(moves))


@pytest.mark.parametrize(
    ("states", "claims", "sent_at"),
    [
        ((State.READY,), [], ""),
        ((State.INTENT, State.PRESSING), ["t2"], "t2"),
        ((State.INTENT, State.PRESSING, State.FAILED), ["t2"], ""),
        ((State.INTENT, State.PRESSING, State.CHANGED), ["t2"], ""),
        ((State.INTENT, State.PRESSING, State.IN_DOUBT), ["t2"], "t2"),
        ((State.PRESSING, State.IN_DOUBT, State.READY, State.PRESSING), ["t1", "t4"], "t4"),
        ((State.PRESSING, State.IN_DOUBT, State.PRESSING, State.FAILED), ["t1", "t3"], "t1"),
        ((State.READY, State.IN_DOUBT), [], "t2"),
        ((State.PRESSING, State.FAILED, State.READY, State.IN_DOUBT), ["t1"], "t4"),
    ],
)
def test_a_press_that_provably_sent_nothing_was_not_sent(
    states: tuple[State, ...], claims: list[str], sent_at: str
):
    """Every claim counts as a press; only what may have left counts as sent."""
    told = history(*states)

    assert (told.claims, told.sent_at) == (claims, sent_at)


@pytest.mark.parametrize(
    ("states", "known", "is_open"),
    [
        ((State.READY, State.INTENT), 0, False),
        ((State.INTENT, State.PRESSING), 1, True),
        ((State.PRESSING, State.IN_DOUBT, State.READY), 1, False),
        ((State.PRESSING, State.IN_DOUBT, State.CONFIRMED, State.RETURNED), 1, False),
        ((State.PRESSING, State.REFUSED, State.READY, State.PRESSING), 2, True),
        ((State.PRESSING, State.CONFIRMED, State.READY), 1, True),
        ((State.RETURNED, State.PRESSING, State.PRESSING), 1, True),
    ],
)
def test_a_press_is_open_until_something_settles_it(
    states: tuple[State, ...], known: int, is_open: bool
):
    """A row that begins anew, or that erases data, settles none."""
    told = history(*states)

    assert (told.presses, told.has_open_press) == (known, is_open)


def test_the_program_releases_no_press():
    """A person alone lets an item in doubt begin anew."""
    past = history(State.PRESSING, State.IN_DOUBT)
    moves = [Move(3, "t3", State.IN_DOUBT, State.READY, by, {}) for by in ("审批人", ROBOT)]

    assert [History((*past, one)).has_open_press for one in moves] == [False, True]


def test_makers_are_who_took_it_in_or_began_it_anew():
    """A person who only ran it is no maker."""
    told = history(State.READY, State.AWAITING_APPROVAL, State.READY)

    assert told.makers == {"p1", "p3"}


@pytest.mark.parametrize(
    ("decisions", "holds", "rejected"),
    [
        (((State.APPROVED, YES),), True, ""),
        (((State.APPROVED, YES), State.PRESSING), False, ""),
        (((State.APPROVED, YES), (State.REFUSED, NO)), False, "第 2 步"),
        (((State.REFUSED, NO), (State.APPROVED, YES)), True, ""),
        (((State.REFUSED, NO), (State.APPROVED, ROBOTS)), False, "第 1 步"),
        (((State.APPROVED, ROBOTS),), False, ""),
    ],
)
def test_a_person_s_last_word_holds(decisions: Any, holds: bool, rejected: str):
    """A mandate overrules no rejection, and a press uses an approval up."""
    told = history(*decisions)

    assert (told.earlier_approval("d1") is not None, told.rejection("d1")) == (holds, rejected)
    assert (told.earlier_approval("d2"), told.rejection("d2")) == (None, "")


@pytest.mark.parametrize(
    ("then", "holds"),
    [
        (Move(2, "t2", State.APPROVED, State.READY, "经办人", {"changed": ["contact"]}), False),
        (Move(2, "t2", State.APPROVED, State.READY, "经办人", {"changed": ["account"]}), False),
        (Move(2, "t2", State.APPROVED, State.CHANGED, ROBOT, {"code": "CHANGED"}), False),
        (Move(2, "t2", State.APPROVED, State.CHANGED, ROBOT, {"code": "NOT_APPROVED"}), False),
        (Move(2, "t2", State.APPROVED, State.FAILED, ROBOT, {}), True),
        (Move(2, "t2", State.FAILED, State.READY, "经办人", {"account": "mock0001"}), True),
    ],
)
def test_what_changes_back_revives_no_approval(then: Move, holds: bool):
    """An approval that was said to be void stays void, until the person approves once more."""
    past = (*history((State.APPROVED, YES)), then)
    again = Move(
        3, "t3", State.AWAITING_APPROVAL, State.APPROVED, "审批人", {"approval": YES.stored()}
    )

    assert bool(History(past).earlier_approval("d1")) is holds
    assert History((*past, again)).earlier_approval("d1") == YES


def test_a_history_outlives_the_ledger():
    """What a seal holds is the history again."""
    told = history(State.READY, (State.APPROVED, YES), State.PRESSING)

    assert History.load(told.stored()) == told


def test_a_later_program_s_states_do_not_hide_a_press():
    """An auditor may verify a pack with an older program."""
    stored = [*history(State.PRESSING).stored(), {"old": "pressing", "new": "tomorrows"}]

    assert count_claims(stored) == 1
