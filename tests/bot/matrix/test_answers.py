"""F12 to F18, F37 and F38: what comes back from 确认投保, and what the bot makes of it."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from tests.bot.matrix.conftest import Lived
from tests.bot.matrix.day import Came, Day, Story

pytestmark = pytest.mark.timeout(900)  # the day is lived in the first of these tests

PENDING = "/swProxy/xwtbserver/sw/pending"
CONFIRM = f"{PENDING}/confirm"
CUT = ("reset", "close", "headers", "408")  # a browser would send the confirmation again
SPOILT = ("truncated", "empty", "charset", "html")
STATUSES = (500, 502, 503, 504)
LATE, LAG = 60.0, 3600.0  # seconds of the portal's own time
LONG = 13.0  # more than the bot waits


def lost(when: str, how: str, seconds: float = 0) -> dict[str, Any]:
    """Return the fault that loses the answer so."""
    return {"id": f"answer_lost_{when}_commit", "params": {"how": how, "seconds": seconds}}


def at(path: str, fault: str, **params: Any) -> dict[str, Any]:
    """Return a fault that strikes at this address."""
    return {"id": fault, "params": {"path": path} | params}


def slow(chance: Random) -> dict[str, Any]:
    """Return a way in which an answer takes its time and comes all the same."""
    return chance.choice(
        [at(CONFIRM, "slow", seconds=2.0), at(f"{PENDING}/", "dribble", seconds=1.0)]
    )


def a_day_of_lost_answers(day: Day) -> Came:
    """Lose, spoil or delay an answer for each enterprise, and run the list again later."""
    chance = day.chance
    day.add_trouble("lost, saved", lost("after", chance.choice(CUT)))
    day.add_trouble("lost, not saved", lost("before", chance.choice(CUT)))
    late = day.add_trouble("saved late", {"id": "late_commit", "params": {"seconds": LATE}})
    status = chance.choice(STATUSES)
    saved = {"id": "server_error_after_commit", "params": {"status": status}}
    day.add_trouble("error, saved", saved)
    day.add_trouble("error, not saved", at(CONFIRM, "server_error", status=status))
    day.add_trouble("silence, saved", lost("after", "hang", LONG))
    day.add_trouble("silence, not saved", lost("before", "hang", LONG))
    twice = [["before ConfirmationPage.confirm", "double click"]]
    day.add_trouble("slow", slow(chance), acts=twice)
    how = chance.choice(SPOILT)
    day.add_trouble("garbage", lost("after", "garbage"))
    day.add_trouble("spoilt", at(CONFIRM, "answer_spoilt", how=how))
    # a list in another encoding can be read, in words that nobody knows: that is for a person
    unread = chance.choice([one for one in SPOILT if one != "charset"])
    day.add_trouble("spoilt list", at(f"{PENDING}/query", "answer_spoilt", how=unread, times=1))
    lag = day.add_trouble("late list", {"id": "policies_lag", "params": {"seconds": LAG}})

    def later() -> None:
        late.forward(LATE / 60 + 1)
        lag.forward(LAG / 60 + 1)

    return day.work_off(later)


Tell = Callable[[str], Story]


@pytest.fixture
def story(lived: Lived) -> Tell:
    """What came of each lost answer."""
    return lived(a_day_of_lost_answers).of


def test_f12_an_answer_that_is_lost_is_settled_by_looking(story: Tell):
    """F12: the portal has saved it; one arrival, confirmed by the read-back."""
    told = story("lost, saved")

    assert (told.states[0], told.requests) == ("confirmed", [True])


def test_f13_a_request_that_is_lost_is_not_sent_again(story: Tell):
    """F13: nothing was saved; it stays in doubt, with what to do next, and nothing is sent anew."""
    told = story("lost, not saved")

    assert (told.states, told.requests) == (["in_doubt", "in_doubt"], [False])
    assert "请勿手工重复确认" in told.told


def test_f14_what_is_saved_late_is_seen_later(story: Tell):
    """F14: in doubt at first, confirmed when another run looks; never a second request."""
    told = story("saved late")

    assert (told.states, told.requests) == (["in_doubt", "confirmed"], [True])


def test_f15_an_error_page_says_nothing_about_the_confirmation(story: Tell):
    """F15: after the commit it is confirmed by looking, before it stays in doubt; one arrival."""
    saved, not_saved = story("error, saved"), story("error, not saved")

    assert (saved.states[0], saved.requests) == ("confirmed", [True])
    assert (not_saved.states, not_saved.requests) == (["in_doubt", "in_doubt"], [False])


def test_f16_a_silence_that_ends_in_a_close_is_one_arrival(story: Tell):
    """F16: the portal says nothing for longer than the bot waits; what it saved is found."""
    saved, not_saved = story("silence, saved"), story("silence, not saved")

    assert (saved.states[-1], saved.requests) == ("confirmed", [True])
    assert (not_saved.states, not_saved.requests) == (["in_doubt", "in_doubt"], [False])


def test_f17_a_slow_answer_to_a_double_click_is_one_confirmation(story: Tell):
    """F17: the second click of the two is stopped by the latch, the first succeeds in its time."""
    told = story("slow")

    assert (told.states[0], told.requests) == ("confirmed", [True])


def test_f18_what_is_not_an_answer_is_in_doubt_and_a_spoilt_list_is_read_again(story: Tell):
    """F18: garbage after the press is settled by looking; before it the reading is tried again."""
    garbage, after, before = map(story, ("garbage", "spoilt", "spoilt list"))

    assert (garbage.states[0], garbage.requests) == ("confirmed", [True])
    assert (after.states[0], after.requests) == ("confirmed", [True])
    assert (before.states[0], before.requests) == ("confirmed", [True])


def test_f37_a_run_leaves_no_process_and_no_temporary_file(lived: Lived):
    """F37: whatever was lost in it; `make soak` measures the memory of a long one."""
    assert lived(a_day_of_lost_answers).left == []


def test_f38_a_policy_that_is_nowhere_yet_is_looked_for_later(story: Tell):
    """F38: gone from 待确认 and not yet in 保单查询, it is in doubt until it is seen."""
    told = story("late list")

    assert (told.states, told.requests) == (["in_doubt", "confirmed"], [True])
    assert "都查不到" in told.told


def test_the_day_ends_with_the_exit_code_of_items_that_need_a_person(lived: Lived):
    """What is in doubt makes the exit code 1, in both runs."""
    assert lived(a_day_of_lost_answers).exits == [1, 1]
