"""The bot at a hostile portal: what arrives is the portal's to say, not the bot's."""

import pytest

from tests.bot.hostile.conftest import Live
from tests.bot.hostile.tricks import TRICKS, tried
from tests.bot.hostile.verdict import violations

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]  # two runs, each to its own deadline


@pytest.mark.parametrize("name", tried())
def test_hostile_portal_gets_no_more_than_was_approved(name: str, live: Live):
    """Nothing unapproved, double, falsely confirmed, falsely unsent, or beyond its deadline."""
    story = live(TRICKS[name])
    broken = violations(story)

    assert not broken, "\n".join(["", *broken, str(story)])
