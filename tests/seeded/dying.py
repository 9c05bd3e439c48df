"""A scenario whose process is killed, and its neighbour (tests/test_bad_nights.py runs them)."""

import os
import signal
from pathlib import Path

from pytest_bdd import scenarios, then, when

scenarios("dying.feature", features_base_dir=str(Path(__file__).parent))


@when("进程被杀死")
def process_is_killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@when("什么也没有发生")
def nothing_happens() -> None: ...


@then("一切如常")
def all_is_as_ever() -> None: ...
