"""F07 to F11, F19, F37 and F40: the browser, or a part of it, is gone; the moment is by chance."""

import pytest

from tests.bot.matrix.conftest import Lived
from tests.bot.matrix.day import Came, Day, Story

pytestmark = pytest.mark.timeout(900)  # the day is lived in the first of these tests

OPENED = "after Session.form"  # nothing is pressed yet
CLAIMED = "before ConfirmationPage.confirm"  # and nothing sent
SENT = "after Latch.exchange"  # the portal has it, the page does not know
ANSWERED = "after ConfirmationPage.confirm"
LOOKING = "before Confirmation.find"
MOMENTS = (OPENED, CLAIMED, SENT, ANSWERED, LOOKING)
PARTS = ("renderer", "browser", "network", "gpu", "driver", "tab")


def a_day_of_broken_browsers(day: Day) -> Came:
    """Break another part of the browser for each enterprise, at a moment that chance names."""
    for part in PARTS:
        day.add_trouble(part, acts=[[day.chance.choice(MOMENTS), part]])
    when = {"at": day.chance.choice(("typing", "answer"))}
    day.add_trouble("window", {"id": "desk_closes", "params": when})
    day.add_trouble("reload", acts=[[ANSWERED, "reload"]])
    day.add_trouble("no picture", acts=[[LOOKING, "no picture"]])
    day.add_trouble("no room", acts=[[LOOKING, "no room for evidence"]])  # stops the run
    return day.work_off()


@pytest.fixture
def came(lived: Lived) -> Came:
    """What came of the day."""
    return lived(a_day_of_broken_browsers)


def check_a_page_that_is_gone(story: Story) -> None:
    """Before the press it is done again, after it looked up; with the claim alone, not sent."""
    is_claimed_only = story.moments == [CLAIMED]
    expected = (["failed"], [], 1) if is_claimed_only else (["confirmed"], [True], 2)

    assert (story.states, story.requests, story.sign_ins) == expected
    assert "确认没有发出" in story.told or not is_claimed_only


def test_f07_a_page_that_crashes_is_opened_anew(came: Came):
    """F07: the renderer dies; a new session goes on by the state in the ledger."""
    check_a_page_that_is_gone(came.of("renderer"))


def test_f08_a_browser_that_dies_is_started_anew(came: Came):
    """F08: the browser process dies, with every session in it."""
    check_a_page_that_is_gone(came.of("browser"))


def test_f09_a_service_of_the_browser_that_dies_is_no_answer(came: Came):
    """F09: the network service takes what is under way with it; the GPU process takes nothing."""
    network, gpu = came.of("network"), came.of("gpu")

    assert (gpu.states, gpu.requests) == (["confirmed"], [True])
    is_lost = network.moments == [CLAIMED]  # with its cookies, before the request
    assert (network.states, network.requests) == (
        (["failed"], []) if is_lost else (["confirmed"], [True])
    )


def test_f10_a_driver_that_dies_is_started_anew(came: Came):
    """F10: Playwright itself is gone, though it says that the browser is still connected."""
    check_a_page_that_is_gone(came.of("driver"))


def test_f11_a_window_that_is_closed_is_opened_anew(came: Came):
    """F11: somebody closes the desk; or it closes itself, at the form or with the answer."""
    by_itself = came.of("window")

    check_a_page_that_is_gone(came.of("tab"))
    assert by_itself.requests in ([], [True])
    assert by_itself.states == ["confirmed"] if by_itself.requests else ["failed"]


def test_f19_a_reload_after_the_press_sends_nothing(came: Came):
    """F19: reload and back on the page of the press; one arrival, and house rules forbid both."""
    story = came.of("reload")

    assert (story.states, story.requests) == (["confirmed"], [True])


def test_f40_a_picture_that_fails_is_taken_again(came: Came):
    """F40: the page has been read; it is confirmed, and the evidence is whole."""
    story = came.of("no picture")

    assert (story.states, story.requests) == (["confirmed"], [True])
    assert "证据不全" not in story.told


def test_f40_what_was_seen_stays_true_without_evidence(came: Came):
    """F40: the disk takes no more after the press; confirmed, told, and the run stops with 3."""
    story = came.of("no room")

    assert (story.states, story.requests) == (["confirmed"], [True])
    assert "证据不全" in story.told
    assert came.exits == [3]


def test_f37_whatever_part_died_none_is_left_behind(came: Came):
    """F37: no process, and no temporary file."""
    assert came.left == []
