"""Scenarios that pass, without a browser (tests/test_bad_nights.py runs them)."""

from pathlib import Path

from pytest_bdd import scenarios, when

scenarios("good.feature", features_base_dir=str(Path(__file__).parent))


@when("什么也没有发生")
def nothing_happens() -> None: ...
