"""Records the journals anew: `python -m tests.bot.journals.record`.

A journal is a ledger as a version of the program has left it, as SQL, under a first line that says
what the portal shows and which verdict is due. Record them when a state or a way to it is new, not
when a replay fails: what older versions have written is what the next one must still understand.
"""

import json
import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from playwright.sync_api import Error as PlaywrightError

from bot.confirmation import decisions
from bot.confirmation.withdrawal import withdraw
from bot.confirmation.workflow import Robot
from bot.errors import ApplicationException, SignInRefused
from bot.ledger.ledger import Ledger
from bot.ledger.schema import MIGRATIONS, VERSION
from bot.ledger.states import State
from bot.parties import Mandate
from bot.settings import load_settings
from pages.models import PolicyStatus
from tests.bot.items import ITEM, MAKER, undone
from tests.bot.stand_in import MANDATE, Portal, make_robot

FOLDER = Path(__file__).parent
AT = "2026-01-05T01:30:00.000+00:00"  # long ago: a person's approval has run out since
WORDS = "该保单已确认，请勿重复提交"
PENDING, NOWHERE = (True, None), (False, None)
RECORD, SENT_BACK = (False, PolicyStatus.CONFIRMED), (False, PolicyStatus.RETURNED)


class Killed(BaseException):
    """What a kill looks like from inside."""


@dataclass
class Desk:
    """Where a journal is recorded: everything that takes part in it."""

    folder: Path
    ledger: Ledger
    portal: Portal

    def robot(self, *mandates: Mandate) -> Robot:
        """Return a robot with these mandates."""
        settings = load_settings(self.folder, data_dir=self.folder, mandates=mandates)
        return make_robot(self.folder, settings, self.ledger, self.portal)

    def approve(self) -> None:
        """Let a person approve what was seen."""
        settings = load_settings(self.folder, data_dir=self.folder)
        decisions.approve(self.ledger, self.ledger.entry(ITEM.reference), "审批人", settings)


def wait(desk: Desk) -> None:
    """Leave the item to a person."""
    desk.robot().inspect(ITEM.reference)


def approve(desk: Desk) -> None:
    """Let a person approve it."""
    wait(desk)
    desk.approve()


def approve_by_mandate(desk: Desk) -> None:
    """Let a mandate approve it."""
    wait(desk)
    desk.robot(MANDATE).seek_approval(ITEM.reference)


def intend(desk: Desk) -> None:
    """Write the intent down, and no more."""
    approve_by_mandate(desk)
    desk.robot(MANDATE).prepare(ITEM.reference)


def be_killed_at_the_press(desk: Desk) -> None:
    """Claim the press, send it, and write nothing more down."""
    desk.portal.happen = _raise(Killed())
    with suppress(Killed):
        desk.robot(MANDATE).confirm(ITEM.reference)


def lose_the_answer(desk: Desk) -> None:
    """Press, and be left without an answer."""
    desk.portal.happen = _raise(PlaywrightError("socket hang up"))
    intend(desk)
    desk.robot(MANDATE).press(ITEM.reference)


def be_refused_by_the_portal(desk: Desk) -> None:
    """Press, and be told no."""
    desk.portal.refusal = WORDS
    intend(desk)
    desk.robot(MANDATE).press(ITEM.reference)


def confirm(desk: Desk) -> None:
    """Go the whole way."""
    desk.robot(MANDATE).confirm(ITEM.reference)


def _decided(status: PolicyStatus) -> Callable[[Desk], None]:
    def decide(desk: Desk) -> None:
        confirm(desk)
        desk.portal.status = status
        desk.robot().look_up(ITEM.reference)

    return decide


def find_it_confirmed(desk: Desk) -> None:
    """Find that somebody else has confirmed it."""
    desk.portal.is_pending, desk.portal.status = RECORD
    wait(desk)


def find_another_document(desk: Desk) -> None:
    """Find another 单证 than the list expects."""
    other = replace(ITEM, expected_documents=("别的单证",))
    desk.ledger.dispatch([other], "list", MAKER)
    wait(desk)


def find_it_changed(desk: Desk) -> None:
    """Find other values than were approved."""
    approve(desk)
    desk.portal.product = "别的产品"
    desk.robot().prepare(ITEM.reference)


def fail(desk: Desk) -> None:
    """Fail for a technical reason."""
    desk.portal.do = _raise(ApplicationException("PORTAL", "门户没有按时显示应有的页面", ""))
    desk.robot().confirm(ITEM.reference)


def be_locked_out(desk: Desk) -> None:
    """Be refused the sign-in."""
    desk.portal.do = _raise(SignInRefused("LOGIN_REFUSED", "登录被拒绝", "请核对登录账号和密码"))
    desk.robot().confirm(ITEM.reference)


def be_withdrawn(desk: Desk) -> None:
    """Be taken out by a person."""
    withdraw(desk.ledger, desk.ledger.entry(ITEM.reference), "经办人")


def _raise(error: BaseException) -> Callable[..., None]:
    def happen(*args: object) -> None:
        raise error

    return happen


Shown = tuple[bool, PolicyStatus | None]  # in 待确认, and as what in 保单查询
JOURNALS: dict[str, tuple[Callable[[Desk], None], Shown, State]] = {
    "ready": (lambda desk: None, PENDING, State.AWAITING_APPROVAL),
    "ready, somebody confirmed": (lambda desk: None, RECORD, State.ALREADY_CONFIRMED),
    "ready, withdrawn": (lambda desk: None, NOWHERE, State.REFUSED),
    "waiting": (wait, PENDING, State.AWAITING_APPROVAL),
    "approved, run out": (approve, PENDING, State.CHANGED),
    "approved by a mandate that is gone": (approve_by_mandate, PENDING, State.CHANGED),
    "approved, somebody confirmed": (approve, RECORD, State.CHANGED),
    "intended, run out": (intend, PENDING, State.CHANGED),
    "intended, somebody confirmed": (intend, RECORD, State.CHANGED),
    "killed at the press, saved": (be_killed_at_the_press, RECORD, State.CONFIRMED),
    "killed at the press, not saved": (be_killed_at_the_press, PENDING, State.IN_DOUBT),
    "killed at the press, nowhere": (be_killed_at_the_press, NOWHERE, State.IN_DOUBT),
    "answer lost, saved": (lose_the_answer, RECORD, State.CONFIRMED),
    "answer lost, not saved": (lose_the_answer, PENDING, State.IN_DOUBT),
    "answer lost, nowhere": (lose_the_answer, NOWHERE, State.IN_DOUBT),
    "refused at the press": (be_refused_by_the_portal, PENDING, State.REFUSED),
    "refused, somebody confirmed": (be_refused_by_the_portal, RECORD, State.ALREADY_CONFIRMED),
    "confirmed": (confirm, RECORD, State.CONFIRMED),
    "confirmed, pending all the same": (confirm, PENDING, State.CONFIRMED),
    "confirmed by somebody": (find_it_confirmed, RECORD, State.ALREADY_CONFIRMED),
    "underwritten": (_decided(PolicyStatus.UNDERWRITTEN), RECORD, State.UNDERWRITTEN),
    "returned": (_decided(PolicyStatus.RETURNED), SENT_BACK, State.RETURNED),
    "returned, pending again": (
        _decided(PolicyStatus.RETURNED),
        (True, PolicyStatus.RETURNED),
        State.AWAITING_APPROVAL,
    ),
    "returned, somebody confirmed": (
        _decided(PolicyStatus.RETURNED),
        RECORD,
        State.ALREADY_CONFIRMED,
    ),
    "declined": (_decided(PolicyStatus.DECLINED), RECORD, State.DECLINED),
    "another document": (find_another_document, PENDING, State.REFUSED),
    "changed": (find_it_changed, PENDING, State.AWAITING_APPROVAL),
    "failed": (fail, PENDING, State.AWAITING_APPROVAL),
    "locked out": (be_locked_out, PENDING, State.AWAITING_APPROVAL),
    "withdrawn by a person": (be_withdrawn, PENDING, State.WITHDRAWN),
}
OF_THE_FIRST_SCHEMA = ("waiting", "killed at the press, saved", "answer lost, not saved")


def main() -> None:
    """Record every journal."""
    logging.disable()
    for name, (live, shown, verdict) in JOURNALS.items():
        with (
            TemporaryDirectory() as folder,
            patch("bot.clock.utc_now", lambda: AT),
            patch("bot.ledger.approval.moment", lambda: AT),
        ):
            file = Path(folder) / "ledger.sqlite"
            ledger = Ledger(file, Path(folder) / "marker")
            ledger.dispatch([ITEM], "list", MAKER)
            live(Desk(Path(folder), ledger, Portal()))
            ledger.close()
            _write(name, file, VERSION, shown, verdict)
            if name in OF_THE_FIRST_SCHEMA:
                _undo_migrations(file)
                _write(f"{name}, of the first schema", file, 0, shown, verdict)


def _undo_migrations(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        for migration in reversed(MIGRATIONS):
            connection.execute(undone(migration))


def _write(name: str, file: Path, version: int, shown: Shown, verdict: State) -> None:
    is_pending, status = shown
    told = {"is_pending": is_pending, "status": status and status.name, "verdict": verdict}
    with closing(sqlite3.connect(file)) as connection:
        dump = "\n".join(connection.iterdump())
    text = f"-- {json.dumps(told)}\n{dump}\nPRAGMA user_version = {version};\n"
    file_name = name.replace(",", "").replace(" ", "-")
    (FOLDER / f"{file_name}.sql").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
