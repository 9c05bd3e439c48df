"""A scenario that waits for longer than the time-out lets it (tests/test_night.py runs it)."""

import threading
from pathlib import Path

from pytest_bdd import scenarios, then, when

scenarios("hanging.feature", features_base_dir=str(Path(__file__).parent))


@when("等一个不会来的应答")
def waits_in_vain() -> None:
    threading.Event().wait(10)


@then("一切如常")
def all_is_as_ever() -> None: ...
