"""A scenario that stops the night (tests/test_bad_nights.py runs it)."""

from pathlib import Path

import psutil
from pytest_bdd import scenarios, then, when

scenarios("stopping.feature", features_base_dir=str(Path(__file__).parent))


@when("有人叫停夜间回归")
def night_is_stopped() -> None:
    run = psutil.Process().parents()[0]
    run.parents()[0].terminate()  # as a service manager or a time limit does
    run.wait(30)


@then("一切如常")
def all_is_as_ever() -> None: ...
