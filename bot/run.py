"""One run from a checked list to its results; what the commands `run` and `results` share."""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from bot import canary
from bot.confirmation import engine
from bot.confirmation.engine import Work
from bot.confirmation.workflow import Stop
from bot.credentials.passwords import Passwords
from bot.doctor import check_clock
from bot.errors import EvidenceNotKept, NotFit
from bot.evidence.pack import Evidence, is_seal
from bot.evidence.seal import Head
from bot.ledger.ledger import Entry, Ledger, Request
from bot.ledger.lock import only_worker
from bot.ledger.opening import opened_ledger
from bot.ledger.states import DECIDED, DONE, FOLLOWED_UP, PRESSED
from bot.portal.sessions import Sessions
from bot.portal.sign_in import Attendant
from bot.reconcile import Comparison
from bot.reconcile import reconcile as compare_all
from bot.results.collect import write_results
from bot.scratch import private_folder
from bot.secret_scan import SecretScanner, quarantine_files
from bot.settings import Settings
from bot.work_item import WorkItem
from bot.work_list.reading import WorkList
from pages.models import Contact, Secret

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """What a command goes by; without a list, by all that the ledger holds."""

    settings: Settings
    passwords: Passwords
    work_list: WorkList | None
    started: datetime = field(default_factory=datetime.now)

    @property
    def digest(self) -> str:
        """The list's; empty if there is none."""
        return self.work_list.digest if self.work_list else ""

    def items(self, ledger: Ledger) -> list[WorkItem]:
        """Return the work items of the list, or all of the ledger."""
        if self.work_list:
            return list(self.work_list.items)
        return [entry.item for entry in ledger.entries()]


@dataclass(frozen=True, slots=True)
class SealNote:
    """How to tell later that all evidence is as it was at the end of this run."""

    evidence: Path
    head: Head
    public_key: Path
    lacking: tuple[str, ...]  # the application numbers whose evidence is not whole


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to."""

    entries: list[Entry]
    elsewhere: list[Entry]  # of other lists, pressed and never verified
    unanswered: list[Request]  # rows that asked for what is pending, in vain
    done_before: int  # already in the ledger as done when the run began, and still so
    stopped: Stop | None  # why it ended early, if it did
    files: tuple[Path, ...]
    seal: SealNote | None
    leaks: tuple[Path, ...] = ()  # of what was written, what held a secret
    done_now: int = 0  # of a run, since it began


@dataclass(frozen=True, slots=True)
class Credential:
    """Whether the password of one account is there; never the password."""

    enterprise_name: str
    uscc: str
    account: str
    place: str  # empty: nowhere


@contextmanager
def working_on(settings: Settings) -> Iterator[Ledger]:
    """Be the only worker of this portal, with its ledger and a private temporary folder."""
    with (
        only_worker(settings),
        private_folder(settings.store),
        opened_ledger(settings) as ledger,
    ):
        yield ledger


def dispatch(settings: Settings, work_list: WorkList) -> list[Entry]:
    """Take a list into the ledger; return its work items.

    Raises:
        NotFit: the ledger is not to be had, or another process works on it.
    """
    with only_worker(settings), opened_ledger(settings) as ledger:
        ledger.dispatch(work_list.items, work_list.digest, settings.operator)
        return ledger.entries(work_list.digest)


def dispatch_pending(settings: Settings) -> list[Request]:
    """Ask for whatever is pending of the enterprises in the settings; the next run works it off.

    Raises:
        NotFit: no enterprise is set, the ledger is not to be had, or another process works on it.
    """
    if not settings.enterprises:
        raise NotFit("设置中没有企业。请在 single-window.toml 中写明 [[enterprises]] 后再运行。")
    items = [
        WorkItem(
            portal_origin=settings.origin,
            uscc=one.uscc,
            enterprise_name=one.name,
            account=one.account,
            application_no="",
            contact=Contact(**one.contact.model_dump()),
            expected_documents=(),
            row=number,
        )
        for number, one in enumerate(settings.enterprises, start=1)
    ]
    with only_worker(settings), opened_ledger(settings) as ledger:
        ledger.ask(items)
        return ledger.requests()


def run(job: Job, attendant: Attendant, tell: Callable[[Entry], None]) -> Outcome:
    """Take a list in and work it off, or go on with all that the ledger holds.

    Raises:
        NotFit: the ledger is not to be had, another process works on it, or the clock is wrong.
    """
    with working_on(job.settings) as ledger:
        check_clock(ledger.latest(), datetime.now(UTC), job.settings)
        ledger.try_to_write()
        if job.work_list:
            ledger.dispatch(job.work_list.items, job.digest, job.settings.operator)
        else:
            ledger.restart(job.settings.operator)
        entries = ledger.entries(job.digest)
        asked = [request.item.uscc for request in ledger.requests(job.digest)]
        open_ = [entry.item.uscc for entry in entries if entry.state not in DONE]
        outcome = _work_off(job, ledger, Work.SERVE, asked + open_, attendant, tell)
        before = {entry.item.reference for entry in entries if entry.state in DONE}
        done = {entry.item.reference for entry in outcome.entries if entry.state in DONE}
        return replace(outcome, done_before=len(done & before), done_now=len(done - before))


def follow_up(job: Job, attendant: Attendant, tell: Callable[[Entry], None]) -> Outcome:
    """See what the insurer has decided about what is confirmed, of a list or of all the ledger.

    Raises:
        NotFit: the ledger is not to be had, or another process works on it.
    """
    with working_on(job.settings) as ledger:
        entries = ledger.entries(job.digest)
        followed_up = PRESSED | FOLLOWED_UP
        due = {one.item.reference: one.item.uscc for one in entries if one.state in followed_up}
        outcome = _work_off(job, ledger, Work.FOLLOW_UP, due.values(), attendant, tell)
        return replace(
            outcome,
            entries=[one for one in outcome.entries if one.item.reference in due],
            unanswered=[],
            done_before=sum(entry.state in DECIDED for entry in entries),
        )


def _work_off(
    job: Job,
    ledger: Ledger,
    work: Work,
    enterprises: Iterable[str],
    attendant: Attendant,
    tell: Callable[[Entry], None],
) -> Outcome:
    """Do this work for these enterprises; seal its evidence and write its results."""
    settings, digest = job.settings, job.digest
    with sealed(settings, ledger) as evidence:
        stopped = engine.run(
            settings,
            ledger,
            evidence,
            work,
            dict.fromkeys(enterprises),
            digest,
            job.passwords,
            attendant,
            tell,
        )
    files = _results(job, ledger, stopped)
    return Outcome(
        entries=ledger.entries(digest),
        elsewhere=_in_doubt_elsewhere(ledger, digest),
        unanswered=[one for one in ledger.requests(digest) if one.next_step],
        done_before=0,
        stopped=stopped,
        files=files,
        seal=_seal_note(ledger, evidence),
        leaks=_leaks(job, ledger, files),
    )


@contextmanager
def sealed(settings: Settings, ledger: Ledger) -> Iterator[Evidence]:
    """Seal the evidence of a run, also what a killed one has left, and close the chain.

    Raises:
        NotFit: as `Evidence.begin` says.
    """
    evidence = Evidence(settings.evidence)
    evidence.begin()
    yield evidence
    try:
        since = evidence.open_since()
        for entry in ledger.rounds():
            if entry.changed_at >= since:
                evidence.seal(entry, ledger.history(entry.item.reference))
        evidence.end()
    except EvidenceNotKept as error:  # what was done must be told all the same
        log.warning("%s。%s。", error.explanation, error.next_step)


def _seal_note(ledger: Ledger, evidence: Evidence) -> SealNote | None:
    if not (head := evidence.chain.head()):
        return None
    lacking = [one.item for one in ledger.rounds() if evidence.lack(one.item)]
    numbers = tuple(item.label for item in lacking)
    return SealNote(evidence.folder, head, evidence.chain.public_key, numbers)


def reconcile(job: Job, attendant: Attendant, tell: Callable[[str], None]) -> list[Comparison]:
    """Compare a list, or all of the ledger, with the portal; change nothing.

    Raises:
        NotFit: the ledger is not to be had, or another process works on it.
    """
    with working_on(job.settings) as ledger:
        sessions = Sessions(job.settings, job.passwords, attendant)
        try:
            return compare_all(job.items(ledger), ledger, sessions, tell)
        finally:
            sessions.close()


def probe(job: Job, attendant: Attendant) -> canary.Walk:
    """Walk through the portal, reading only, as the first enterprise of a list or of the ledger.

    Raises:
        NotFit: there is no enterprise, or another process works at this portal.
        WorkItemError: the enterprise cannot sign in.
    """
    with working_on(job.settings) as ledger:
        items = job.items(ledger)
        if not items:
            raise NotFit("台账里还没有企业。请给出一份工作清单，用其中第一家企业登录。")
        sessions = Sessions(job.settings, job.passwords, attendant)
        try:
            return canary.walk(job.settings, sessions, items[0])
        finally:
            sessions.close()


def see_credentials(
    settings: Settings, work_list: WorkList | None, passwords: Passwords
) -> list[Credential]:
    """See whether there is a password for every account of a list, the ledger and the mandates.

    Raises:
        NotFit: the ledger is not to be had.
        BusinessException: a password is there and cannot be used.
    """
    with opened_ledger(settings) as ledger:
        items = [*(work_list.items if work_list else ()), *(one.item for one in ledger.entries())]
    names = {item.uscc: item.enterprise_name for item in items}
    accounts = {(item.uscc, item.account) for item in items}
    for uscc in {code for mandate in settings.mandates for code in mandate.enterprises} - set(
        names
    ):
        accounts |= {(uscc, account) for account in passwords.accounts(uscc) or [""]}
    return [
        Credential(names.get(uscc, ""), uscc, account, passwords.place(uscc, account))
        for uscc, account in sorted(accounts)
    ]


def _results(job: Job, ledger: Ledger, stopped: Stop | None) -> tuple[Path, ...]:
    if not job.work_list:
        return ()
    try:
        return write_results(job.settings, ledger, job.work_list, job.started, stopped or "")
    except OSError as error:  # what was done must be told all the same
        log.warning("结果没有写出（%s）：请检查文件夹后运行 single-window results。", error)
        return ()


def _leaks(job: Job, ledger: Ledger, files: tuple[Path, ...]) -> tuple[Path, ...]:
    """Put stars over secrets in the results, and away what else was written and holds one.

    What belongs to an evidence pack is never rewritten: it would not be evidence any more.
    """
    items = [item for entry in ledger.rounds() for item in entry.items]
    items += [request.item for request in ledger.requests(None)]
    scanner = SecretScanner(_hunted(job.passwords.used, items))
    scanner.redact(files)
    store, since = job.settings.store, job.started.timestamp()
    stored = (path for path in store.rglob("*") if path.is_file())
    hits = scanner.search([*files, *(path for path in stored if path.stat().st_mtime >= since)])
    quarantine_files(hits, store / "quarantine" / f"{job.started:%Y%m%d-%H%M%S}", is_seal)
    return tuple(dict.fromkeys(hit.file for hit in hits))


def _hunted(secrets: Iterable[Secret], items: Iterable[WorkItem]) -> list[Secret]:
    """Return the secrets without those that are data too: evidence holds them as it should."""
    data, hunted = _data(items), []
    for secret in {one.reveal(): one for one in secrets}.values():
        if names := [name for name, held in data.items() if _is_in(secret, held)]:
            log.warning(
                "有一个密码就是%s的代码、名称、账号、申请编号或联系方式，或其中一段；"
                "证据里本来就有，所以没有查找它。请到门户改掉这个密码，"
                "再用 single-window credentials set 录入。",
                names[0] if len(names) == 1 else f"{names[0]}等 {len(names)} 家企业",
            )
        else:
            hunted.append(secret)
    return hunted


def _data(items: Iterable[WorkItem]) -> dict[str, str]:
    """Return what evidence holds of each enterprise, by its name; remarks may be anything."""
    data: dict[str, set[str]] = defaultdict(set)
    for item in items:
        contact = item.contact
        data[item.enterprise_name] |= {
            *(item.enterprise_name, item.uscc, item.uscc[8:17], item.account, item.application_no),
            *(contact.name, contact.phone, contact.mobile, contact.email),
        }
    return {name: "\n".join(held) for name, held in data.items()}


def _is_in(secret: Secret, text: str) -> bool:
    return secret.reveal() in text and SecretScanner([secret]).redacted(text) != text


def _in_doubt_elsewhere(ledger: Ledger, digest: str) -> list[Entry]:
    """Return what was pressed for other lists and never verified."""
    here = {entry.item.reference for entry in ledger.entries(digest)}
    pressed = (entry for entry in ledger.entries() if entry.state in PRESSED)
    return [entry for entry in pressed if entry.item.reference not in here]
