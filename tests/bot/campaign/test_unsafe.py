"""The judge is worth its word: it finds what an unsafe bot does, and nothing in the safe one."""

import pytest

from tests.bot.campaign.trial import try_out
from tests.bot.campaign.unsafe import VARIANTS


@pytest.mark.parametrize("name", VARIANTS)
def test_an_unsafe_bot_is_caught(portal_url: str, name: str):
    """Each lacks one safety, and breaks the invariant that this safety is for."""
    variant = VARIANTS[name]

    verdict = try_out(variant.plan, portal_url, variant.change, **variant.settings)

    assert variant.broken in {told[:2] for told in verdict.violations}, verdict


@pytest.mark.parametrize("name", VARIANTS)
def test_the_safe_bot_is_not(portal_url: str, name: str):
    """Under the same fault and the same kill, every invariant holds."""
    verdict = try_out(VARIANTS[name].plan, portal_url)

    assert verdict.violations == (), verdict
