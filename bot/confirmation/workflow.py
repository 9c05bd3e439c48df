"""The durable confirmation: one enterprise after the other, each policy at most once.

Every step goes by the state in the ledger and leaves it one further, so a step that runs again
after a failure, a crash or in another run does nothing twice. What must never be done twice, the
press, is claimed by a compare-and-set that succeeds once.
"""

import logging
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from time import monotonic

from dbos import DBOS, DBOSConfiguredInstance
from dbos import error as engine_error
from sqlalchemy.exc import OperationalError

from bot.clock import now_in_beijing
from bot.confirmation.acts import Confirmation, NotListedYet
from bot.confirmation.expansion import expand
from bot.confirmation.following_up import FollowingUp
from bot.confirmation.inspection import Inspection
from bot.confirmation.recall import Recall
from bot.confirmation.records import Records
from bot.confirmation.stop import Stop
from bot.errors import (
    RUN_AGAIN,
    ApplicationException,
    BusinessException,
    NotWritten,
    OutOfTime,
    Reason,
    WorkItemError,
)
from bot.evidence.pack import Evidence
from bot.ledger.entry import Entry
from bot.ledger.ledger import Ledger
from bot.ledger.states import ADVANCING, BEFORE_PRESS, DONE, FINISHED, FOLLOWED_UP, PRESSED, State
from bot.portal.sessions import Sessions
from bot.settings import Settings
from bot.work_item import WorkItem

log = logging.getLogger(__name__)
FAILURES = 3  # technical ones of one enterprise, one after the other; its rest is left
FAILING = 3  # enterprises with technical failures, and no success in between, that stop the run
step = DBOS.step(  # a retry goes by the ledger like everything else, so it cannot press again
    retries_allowed=True,
    max_attempts=3,
    interval_seconds=1.0,
    backoff_rate=2.0,
    should_retry=lambda error: (
        isinstance(error, ApplicationException | NotListedYet) and not isinstance(error, OutOfTime)
    ),
)


@DBOS.dbos_class("Robot")
class Robot(DBOSConfiguredInstance):
    """What confirms policies; one per process."""

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        sessions: Sessions,
        evidence: Evidence,
        tell: Callable[[Entry], None],
    ) -> None:
        super().__init__("robot")
        self._settings = settings
        self._ledger = ledger
        self._sessions = sessions
        self._evidence = evidence
        self._records = Records(settings, evidence)
        self._recall = Recall(settings, ledger, sessions, evidence)
        self._inspection = Inspection(settings, ledger, sessions, evidence)
        self._confirmation = Confirmation(settings, ledger, sessions, evidence)
        self._following_up = FollowingUp(settings, ledger, sessions, evidence)
        self._tell = tell
        self._failures: Counter[str] = Counter()  # of each enterprise, since its last success
        self._failing: set[str] = set()  # enterprises, since the last success of any
        self._lock_file = _identity(settings.worker_lock)
        self._begun: dict[str, float] = {}  # when each item was begun, by the monotonic clock
        self.stopped: Stop | None = None  # no further item is begun
        self.ended: SimpleQueue[str] = SimpleQueue()  # the enterprises whose turn is over

    @DBOS.workflow(name="serve")
    def serve(self, uscc: str, list_digest: str) -> None:
        """Confirm what is to be confirmed for one enterprise, one policy after the other."""
        self._serve(uscc, lambda: self.collect(uscc, list_digest), self.confirm)

    @DBOS.workflow(name="follow_up")
    def follow_up(self, uscc: str, list_digest: str) -> None:
        """See in 保单查询 what became of what was pressed, and what the insurer has decided."""
        self._serve(uscc, lambda: self.collect_pressed(uscc, list_digest), self.look)

    def hurry(self) -> None:
        """Begin nothing more, and wait for no page longer than for one answer."""
        self.stopped = Stop.INTERRUPTED
        self._sessions.hurry()

    def _serve(
        self, uscc: str, collect: Callable[[], list[str]], handle: Callable[[str], None]
    ) -> None:
        try:
            for reference in collect():
                if self._is_open() and self._failures[uscc] < FAILURES:
                    handle(reference)
        except NotWritten as error:  # the next run looks what became of the item
            log.error(str(error))
            self.stopped = Stop.STORAGE
        except OperationalError as error:  # the engine's own file, beside the ledger
            log.error("运行记录写不进去（%s）。请检查磁盘空间和权限，然后再运行一次。", error.orig)
            self.stopped = Stop.STORAGE
        except Exception:
            log.exception("程序出错")
            self.stopped = Stop.ERROR
        finally:
            try:
                self._sessions.leave(uscc)
            finally:
                self.ended.put(uscc)

    def _is_open(self) -> bool:
        """Tell whether another item may be begun."""
        if (hours := self._settings.hours) and not hours[0] <= now_in_beijing().time() < hours[1]:
            self.stopped = self.stopped or Stop.HOURS
        if _identity(self._settings.worker_lock) != self._lock_file:
            self.stopped = self.stopped or Stop.LOCK
        return not self.stopped

    def confirm(self, reference: str) -> None:
        """Take one policy from the list to 保单查询."""
        self._handle(
            reference,
            self.renew,  # returned → ready, as an item of its own
            self.recall,  # before the press → in_doubt, if it was pressed before
            self.inspect,  # ready → awaiting_approval, or already_confirmed
            self.seek_approval,  # awaiting_approval → approved, or it waits
            *([self.rehearse] if self._settings.dry_run else [self.prepare, self.press]),
            self.read_back,  # pressing, in_doubt → confirmed
        )

    def look(self, reference: str) -> None:
        """See what became of one policy that was pressed."""
        self._handle(
            reference,
            self.read_back,  # pressing, in_doubt → confirmed
            self.look_up,  # confirmed → underwritten, returned or declined
        )

    def _handle(self, reference: str, *steps: Callable[[str], str | None]) -> None:
        """Do these steps, each with the item that the one before has named, if it did."""
        begun = monotonic()
        try:
            for step_ in steps:
                self._begun[reference] = begun
                reference = step_(reference) or reference
        except engine_error.DBOSMaxStepRetriesExceeded as exceeded:
            self._give_up(reference, exceeded.errors[-1])
        except OutOfTime as error:
            self._give_up(reference, error)
        except (NotWritten, OperationalError):
            raise
        except OSError as error:
            self.stopped = Stop.STORAGE
            self._give_up(reference, error)
        except Exception as error:
            log.exception("程序出错")
            self.stopped = Stop.ERROR
            self._give_up(reference, error)
        else:
            self._failures[self._ledger.entry(reference).item.uscc] = 0
            self._failing.clear()
        entry = self._ledger.entry(reference)
        self._records.seal(entry, self._ledger.history(reference))
        if self._evidence.is_failing:  # nothing is pressed that leaves no trace
            self.stopped = self.stopped or Stop.STORAGE
        self._tell(entry)

    @step
    def collect(self, uscc: str, list_digest: str) -> list[str]:
        """Return the references of this enterprise that are not done, expanding its requests.

        What a failure has put back comes last of its account: the first may fail in every run.
        """
        pending: set[str] = set()
        for request in self._ledger.requests(list_digest):
            if request.item.uscc == uscc:
                pending |= expand(
                    request.item, list_digest, self._ledger, self._sessions, self._settings.operator
                )
        return [
            entry.item.reference
            for entry in sorted(self._ledger.entries(list_digest), key=_turn)
            if entry.item.uscc == uscc
            and (entry.state not in FINISHED or entry.item.application_no in pending)
        ]

    @step
    def collect_pressed(self, uscc: str, list_digest: str) -> list[str]:
        """Return the references of this enterprise that were pressed, and are not decided."""
        return [
            entry.item.reference
            for entry in self._ledger.entries(list_digest)
            if entry.item.uscc == uscc and entry.state in PRESSED | FOLLOWED_UP
        ]

    @step
    def renew(self, reference: str) -> str:
        """Begin the next round of what the insurer has returned, if the portal lists it again."""
        self._advance(reference, self._following_up.look_up, *FOLLOWED_UP)
        self._advance(reference, self._following_up.note_pending_again, *DONE)
        self._advance(reference, self._following_up.renew, State.RETURNED)
        return self._ledger.last_round(reference)

    @step
    def recall(self, reference: str) -> None:
        """Look whether an earlier press of it has left a trace."""
        self._advance(reference, self._recall.recall, *ADVANCING)

    @step
    def inspect(self, reference: str) -> None:
        """Sign in if need be, open the form and take its snapshot."""
        self._advance(reference, self._inspection.inspect, State.READY, State.AWAITING_APPROVAL)

    @step
    def seek_approval(self, reference: str) -> None:
        """Approve by a mandate, or leave the item to a person."""
        self._advance(reference, self._confirmation.seek_approval, State.AWAITING_APPROVAL)

    @step
    def prepare(self, reference: str) -> None:
        """Fill in the form as approved, and write the intent down."""
        self._advance(reference, self._confirmation.prepare, State.APPROVED)

    @step
    def press(self, reference: str) -> None:
        """Claim the press, and press once."""
        self._advance(reference, self._confirmation.press, State.INTENT)

    @step
    def rehearse(self, reference: str) -> None:
        """Fill in the form as approved, tell so, and leave it without a press."""
        self._advance(reference, self._confirmation.rehearse, State.APPROVED)

    @step
    def look_up(self, reference: str) -> None:
        """See what the insurer has decided."""
        self._advance(reference, self._following_up.look_up, *FOLLOWED_UP)

    @step
    def read_back(self, reference: str) -> None:
        """Look in 保单查询; nothing else makes a policy confirmed."""
        self._advance(reference, self._confirmation.read_back, State.PRESSING, State.IN_DOUBT)

    def _advance(self, reference: str, act: Callable[[Entry], None], *states: State) -> None:
        entry = self._ledger.entry(reference)
        if entry.state not in states:
            return
        try:
            self._mind_the_time(entry)
            act(entry)
        except BusinessException as error:
            self._confirmation.refuse(entry, error)

    def _mind_the_time(self, entry: Entry) -> None:
        minutes = self._settings.item_minutes
        begun = self._begun.get(entry.item.reference, monotonic())
        if entry.state in BEFORE_PRESS and monotonic() - begun > minutes * 60:
            told = f"{minutes:g} 分钟内没有办到确认这一步"
            raise OutOfTime(Reason.OUT_OF_TIME, told, RUN_AGAIN)

    def _give_up(self, reference: str, error: Exception) -> None:
        if isinstance(error, NotListedYet):
            return  # it stays in doubt; the portal itself is well
        entry = self._ledger.entry(reference)
        self._count_failure(entry.item)
        next_step = error.next_step if isinstance(error, WorkItemError) else RUN_AGAIN
        self._confirmation.fail(entry, *_told(error), next_step)

    def _count_failure(self, item: WorkItem) -> None:
        """Leave the rest of an enterprise that keeps failing; end the run if several fail."""
        self._failures[item.uscc] += 1
        self._failing.add(item.uscc)
        if len(self._failing) >= FAILING:
            self.stopped = self.stopped or Stop.BREAKER
        elif self._failures[item.uscc] == FAILURES:
            log.warning(
                "%s接连 %d 张遇到技术故障：其余的这次不办，别的企业照常；请稍后再运行一次。",
                item.enterprise_name,
                FAILURES,
            )


def _turn(entry: Entry) -> tuple[str, str]:
    return entry.item.account, entry.changed_at


def _identity(file: Path) -> tuple[int, int] | None:
    """Return what tells a file from another of the same name; None if there is none."""
    with suppress(FileNotFoundError):
        found = file.stat()
        return found.st_dev, found.st_ino
    return None


def _told(error: Exception) -> tuple[Reason, str]:
    if isinstance(error, WorkItemError):
        return error.code, str(error)
    if isinstance(error, OSError):
        return Reason.EVIDENCE, f"证据写不进去（{error.strerror}），请检查磁盘空间和权限"
    return Reason.PROGRAM, f"程序出错（{type(error).__name__}）"
