"""Scenarios that pass, without a browser (tests/test_bad_nights.py runs them)."""

from pathlib import Path

from pytest_bdd import scenarios, then, when

scenarios("good.feature", features_base_dir=str(Path(__file__).parent))


@when("什么也没有发生")
def nothing_happens() -> None: ...


@then("一切如常")
def all_is_as_ever() -> None: ...
