"""A scenario that is skipped for a reason that no run allows (tests/test_bad_nights.py)."""

from pathlib import Path

import pytest
from pytest_bdd import scenarios, then, when

scenarios("skipping.feature", features_base_dir=str(Path(__file__).parent))


@when("缺了什么")
def something_is_missing() -> None:
    pytest.skip("缺了一个账号")


@then("一切如常")
def all_is_as_ever() -> None: ...
