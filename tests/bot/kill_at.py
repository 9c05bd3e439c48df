"""Runs `single-window` and kills it, once, at the next checkpoint that was not yet died at.

Called as a program: KILL_DIARY names a file with the checkpoints that are done.
"""

import functools
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot import cli
from bot.confirmation import Confirmation
from bot.evidence import Evidence
from bot.ledger import Ledger
from bot.workflow import Robot
from pages.pending import ConfirmationPage

Act = Callable[..., Any]
SEAMS = (Ledger, Robot, Confirmation, Evidence, ConfirmationPage)
CLAIMED = "before ConfirmationPage.confirm"  # and nothing sent
# each step of the workflow, and inside the press what comes before and after the request
CHECKPOINTS = [
    "after Ledger.dispatch",
    "after Robot.collect",
    "before Confirmation.inspect",
    "after Confirmation.inspect",
    "after Confirmation.seek_approval",
    "after Confirmation.prepare",
    "after Evidence.keep_picture",
    "after ConfirmationPage.confirm",  # sent and answered, and nothing written down
    "after Confirmation.press",
    "before Confirmation.read_back",
    "after Confirmation.read_back",
    CLAIMED,
]


def _reach(checkpoint: str) -> None:
    diary = Path(os.environ["KILL_DIARY"])
    done = diary.read_text(encoding="utf-8").splitlines()
    if CHECKPOINTS[len(done) :][:1] == [checkpoint]:
        diary.write_text("\n".join([*done, checkpoint]), encoding="utf-8")
        os.kill(os.getpid(), signal.SIGKILL)


def _watch(owner: type, name: str) -> None:
    act: Act = getattr(owner, name)

    @functools.wraps(act)
    def watched(*args: Any, **kwargs: Any) -> Any:
        _reach(f"before {owner.__name__}.{name}")
        result = act(*args, **kwargs)
        _reach(f"after {owner.__name__}.{name}")
        return result

    setattr(owner, name, watched)


if __name__ == "__main__":
    targets = {checkpoint.split()[1] for checkpoint in CHECKPOINTS}
    for owner in SEAMS:
        for target in sorted(targets):
            if target.startswith(f"{owner.__name__}."):
                _watch(owner, target.split(".")[1])
    cli.app()
