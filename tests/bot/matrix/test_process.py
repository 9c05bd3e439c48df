"""F01 to F06 and F25: the process is killed or told to stop, and runs again."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bot.ledger.lock import only_worker
from bot.settings import load_settings
from tests.bot.conftest import Workplace
from tests.bot.matrix.conftest import Lived
from tests.bot.matrix.day import Came, Day

pytestmark = pytest.mark.timeout(900)  # the day is lived in the first of these tests

KILLED = -9
CLAIMED = "before ConfirmationPage.confirm"  # and nothing sent
ANSWERED = "after ConfirmationPage.confirm"  # and nothing written down
RECOVERING = "before Confirmation.read_back"
BEFORE_INTENT = (
    "before Inspection.inspect",
    "after Session.form",
    "after Inspection.inspect",
    "after Confirmation.seek_approval",
    "before Confirmation.fill",
)
AFTER_SENT = ("after Latch.exchange", ANSWERED, "after Confirmation.press", RECOVERING)
TRANSACTIONS = ("inside awaiting_approval", "inside approved", "inside intent", "inside pressing")


def a_day_of_kills(day: Day) -> Came:
    """Kill the run at every moment that is planned, one after the other, until one run ends."""
    chance = day.chance
    plans = {
        "before the intent": [chance.choice(BEFORE_INTENT)],
        "claimed": [CLAIMED],
        "sent": [chance.choice(AFTER_SENT)],
        "halfway": [chance.choice(TRANSACTIONS), "after Evidence.keep_picture"],
        "twice": [chance.choice((CLAIMED, ANSWERED)), RECOVERING],
    }
    for trouble, moments in plans.items():
        day.add_trouble(trouble, acts=[[moment, "kill"] for moment in moments])
    day.acts["*"] = [["before result_files.write_results", "kill"]]
    day.plan()
    exits, runs = [KILLED], []
    while exits[-1] == KILLED:
        exits.append(day.start("run", str(day.work_list)).returncode)
        runs.append(look(day))
    return day.came(exits[1:], runs)


def look(day: Day) -> dict[str, dict[str, Any]]:
    """Return what the ledger has of each policy, if it is whole."""
    (file,) = day.folder.glob("data/*/ledger.sqlite")
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        query = "SELECT application_no, state, explanation, next_step FROM work_items"
        names = ("state", "explanation", "next_step")
        return {
            no: dict(zip(names, values, strict=True)) for no, *values in connection.execute(query)
        }


@pytest.fixture
def came(lived: Lived) -> Came:
    """What came of the day."""
    return lived(a_day_of_kills)


def test_f01_killed_before_the_intent_it_is_done_again(came: Came):
    """F01: nothing was written down but what was seen; the next run confirms it once."""
    story = came.of("before the intent")

    assert story.states[0] in ("ready", "awaiting_approval", "approved")
    assert (story.states[-1], story.requests) == ("confirmed", [True])


def test_f02_killed_between_claim_and_request_it_is_left_to_a_person(came: Came):
    """F02: nothing was sent, which the bot cannot know; it looks, and does not press again."""
    story = came.of("claimed")

    assert (story.states[-1], story.requests) == ("in_doubt", [])
    assert "仍在“待确认”中" in story.runs[-1]["explanation"]
    assert "请勿手工重复确认" in story.runs[-1]["next_step"]


def test_f03_killed_after_the_request_it_is_confirmed_by_looking(came: Came):
    """F03: the portal has it and the ledger does not; the next run only reads."""
    story = came.of("sent")

    assert "pressing" in story.states
    assert (story.states[-1], story.requests) == ("confirmed", [True])


def test_f04_killed_halfway_the_ledger_is_whole(came: Came):
    """F04: in a transaction, in the evidence, in the results; it is checked each time."""
    story = came.of("halfway")

    assert (story.states[-1], story.requests) == ("confirmed", [True])
    assert came.exits[-2:] == [KILLED, 1]  # the last kill was before the results were written


def test_f05_killed_again_while_it_recovers_it_is_still_one_arrival(came: Came):
    """F05: killed at the press, and again by the run that looks; the third settles it."""
    story = came.of("twice")
    was_sent = story.moments[0] == ANSWERED

    assert came.exits == [KILLED] * 8 + [1]
    assert story.requests == [True] * was_sent
    assert story.states[-1] == ("confirmed" if was_sent else "in_doubt")


MOMENTS = (*BEFORE_INTENT, CLAIMED, *AFTER_SENT, "after Confirmation.read_back")


def test_f06_told_to_stop_it_finishes_the_press_or_does_not_begin_it(
    tmp_path: Path, portal_url: str, chance: Random
):
    """F06: Ctrl-C or SIGTERM at any moment; code 130, how to go on, nothing lost or twice."""
    day = Day(tmp_path / "day", portal_url, chance)
    moment, signal = chance.choice(MOMENTS), chance.choice(("SIGINT", "SIGTERM"))
    enterprise = day.add_trouble("at hand", acts=[[moment, signal]])
    for number in enterprise.add_policies(1):
        day.add_row(enterprise, number)
    day.plan()

    ended = day.start("run", str(day.work_list), "--json")
    states = sorted(item["state"] for item in json.loads(ended.stdout)["items"])
    code, items = day.run()

    assert (ended.returncode, states) == (130, ["confirmed", "ready"])
    assert "办完手头的保单就结束" in ended.stderr
    assert (code, {item["state"] for item in items.values()}) == (0, {"confirmed"})
    assert [len(arrived) for arrived in day.arrivals().values()] == [1, 1]


def test_f25_only_one_of_two_runs_works_on_a_ledger(workplace: Workplace):
    """F25: the second is told to wait, and touches nothing; a dead one's lock is free, see F01."""
    workplace.add()

    with only_worker(load_settings(workplace.folder)):
        ended = workplace.call("run", str(workplace.work_list))

    assert ended.returncode == 4
    assert "另一个 single-window" in ended.stderr
    assert list(workplace.arrivals().values()) == [[]]
