"""对账: what list, ledger and portal say of each policy, side by side; it only reads."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from pathlib import Path

from bot.confirmation.positive_look import confirmation_time
from bot.errors import Reason, WorkItemError
from bot.ledger.ledger import Ledger
from bot.ledger.states import FOLLOWED_UP, PRESSED, STATE_WORDS, State
from bot.operations.job import Job, working_on
from bot.operations.leaks import quarantined_leaks
from bot.operations.result_files import written_results
from bot.portal.session import Session
from bot.portal.sessions import Sessions
from bot.portal.sign_in import Attendant
from bot.results.list_rows import rows_of
from bot.work_item import WorkItem
from pages.models import PendingPolicy, PolicyRecord, PolicyStatus

OURS = frozenset({State.CONFIRMED, State.UNDERWRITTEN, State.RETURNED, State.DECLINED})


class Agreement(StrEnum):
    """What the comparison comes to."""

    TO_DO = "待办"
    OURS = "我方已确认"
    OTHERS = "门户已确认，非我方记录"
    DOUBTFUL = "结果待核实"
    LOST = "台账已确认，门户却没有"
    DUPLICATED = "两处都有"
    VANISHED = "门户查不到"
    UNLISTED = "清单外待确认"
    AGAIN = "退回后又待确认"
    SENT_BACK = "退回或不予承保"
    NOT_SEEN = "没有核对"


NEXT_STEPS = {
    Agreement.TO_DO: "运行 single-window run 办理",
    Agreement.DOUBTFUL: "运行 single-window run，由程序核验；请勿手工重复确认",
    Agreement.LOST: "请登录门户查看，并致电 95198",
    Agreement.DUPLICATED: "请登录门户查看，并致电 95198；先不要确认",
    Agreement.VANISHED: "请核对申请编号，或登录门户查看是否已撤回",
    Agreement.UNLISTED: "需要办理时请加入清单",
    Agreement.SENT_BACK: "请按审批意见联系保险公司；重新提交、又待确认以后再办",
    Agreement.AGAIN: "先运行 single-window follow-up，再运行 single-window run 办新一轮",
}
REASONS = {
    Agreement.DOUBTFUL: Reason.PRESS_UNCLEAR,
    Agreement.DUPLICATED: Reason.IN_BOTH,
    Agreement.VANISHED: Reason.NOT_PENDING,
}
"""The reasons of what is the same in every case; a verdict without one is its own code."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One policy, and what is known of it in each place."""

    enterprise_name: str
    application_no: str
    code: str  # a reason, or the name of the verdict in lower case
    verdict: Agreement
    portal: str  # 状态 there, in its own words
    ledger: str  # the ledger's, in ours
    next_step: str

    def facts(self) -> dict[str, str]:
        """Return what people read, by name."""
        return {name: str(getattr(self, name)) for name in self.__dataclass_fields__}


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What a comparison came to, and what was written of it."""

    comparisons: list[Comparison]
    files: tuple[Path, ...]  # the results of the list, brought up to date
    leaks: tuple[Path, ...]  # of what was written, what held a secret


def reconcile(job: Job, attendant: Attendant, tell: Callable[[str], None]) -> Reconciliation:
    """Compare a list, or all of the ledger, with the portal; change neither.

    Raises:
        NotFit: the ledger is not to be had, or another process works on it.
    """
    with working_on(job.settings) as ledger:
        sessions = Sessions(job.settings, job.passwords, attendant)
        try:
            compared = compare_all(job.items(ledger), ledger, sessions, tell)
        finally:
            sessions.close()
        rows = rows_of(job.work_list, ledger, job.settings.origin) if job.work_list else None
        files = written_results(job, ledger, rows)
        return Reconciliation(compared, files, quarantined_leaks(job, ledger, files))


def compare_all(
    items: Iterable[WorkItem],
    ledger: Ledger,
    sessions: Sessions,
    tell: Callable[[str], None],
) -> list[Comparison]:
    """Compare these items with the ledger and the portal, several enterprises side by side.

    `tell` hears of each enterprise when it is done.
    """

    def compare_enterprise(items: list[WorkItem]) -> list[Comparison]:
        compared = _of_enterprise(items, states, sessions)
        tell(items[0].enterprise_name)
        return compared

    in_order = sorted(items, key=lambda item: item.uscc)
    batches = [list(batch) for _, batch in groupby(in_order, key=lambda item: item.uscc)]
    states = {entry.item.policy: entry.state for entry in ledger.entries()}
    with ThreadPoolExecutor(sessions.at_once) as threads:
        try:
            compared = threads.map(compare_enterprise, batches)
            return [one for comparisons in compared for one in comparisons]
        except KeyboardInterrupt:
            threads.shutdown(wait=False, cancel_futures=True)
            sessions.hurry()
            raise


def _of_enterprise(
    items: list[WorkItem], states: Mapping[str, State], sessions: Sessions
) -> list[Comparison]:
    try:
        pending, records = sessions.do(items[0], _look)
    except WorkItemError as error:
        return [_not_seen(item, states, error) for item in items]
    finally:
        sessions.leave(items[0].uscc)
    return compare(items, states, pending, records)


def _look(session: Session) -> tuple[list[PendingPolicy], list[PolicyRecord]]:
    pending = session.desk.open_pending().read()
    records = session.desk.open_policies().read_all()
    return list(pending), [one for one in records if one.status is not PolicyStatus.PENDING]


def compare(
    items: list[WorkItem],
    states: Mapping[str, State],
    pending: Iterable[PendingPolicy],
    records: Iterable[PolicyRecord],
) -> list[Comparison]:
    """Compare the items of one enterprise with what the portal shows of it."""
    name = items[0].enterprise_name
    waiting = {one.application_no: one.status for one in pending}
    last = {one.application_no: one.status for one in sorted(records, key=confirmation_time)}
    numbered = [item for item in items if not item.asks_for_all]
    known = {item.application_no: states.get(item.policy) for item in numbered}
    whole = next((item.policy for item in items if item.asks_for_all), "")
    if whole:  # the row stands for every policy that the ledger has of this enterprise
        known |= {
            policy.removeprefix(whole): state
            for policy, state in states.items()
            if policy.startswith(whole)
        }
    compared = []
    for number in dict.fromkeys([*known, *waiting]):
        is_listed = number in known or bool(whole)
        verdict = _verdict(is_listed, known.get(number), number in waiting, last.get(number))
        portal = "、".join(where[number].value for where in (waiting, last) if number in where)
        state = known.get(number)
        ledger = STATE_WORDS[state] if state else ""
        told = NEXT_STEPS.get(verdict, "")
        code = _code(verdict, number in waiting)
        compared.append(Comparison(name, number, code, verdict, portal, ledger, told))
    return compared


def _verdict(
    is_listed: bool, state: State | None, is_pending: bool, last: PolicyStatus | None
) -> Agreement:
    """Judge by the ledger's state and by the status of the portal's last record."""
    is_sent_back = last in (PolicyStatus.RETURNED, PolicyStatus.DECLINED)
    if is_pending and last not in (None, PolicyStatus.RETURNED):
        return Agreement.DUPLICATED
    if state in PRESSED:  # a record that was sent back may be an earlier round's
        return Agreement.OURS if last and not is_sent_back else Agreement.DOUBTFUL
    if is_pending:
        return _verdict_of_pending(is_listed, state, last)
    if last is None:
        is_confirmed = state in OURS or state is State.ALREADY_CONFIRMED
        return Agreement.LOST if is_confirmed else Agreement.VANISHED
    if state in OURS and (is_sent_back or state is not State.RETURNED):
        return Agreement.OURS
    return Agreement.SENT_BACK if is_sent_back else Agreement.OTHERS


def _code(verdict: Agreement, is_pending: bool) -> str:
    if verdict is Agreement.LOST:
        return Reason.PENDING_AGAIN if is_pending else Reason.VANISHED
    return REASONS.get(verdict, verdict.name.lower())


def _verdict_of_pending(
    is_listed: bool, state: State | None, last: PolicyStatus | None
) -> Agreement:
    if state is State.RETURNED or (last and state in FOLLOWED_UP):
        return Agreement.AGAIN
    if state in OURS or state is State.ALREADY_CONFIRMED:
        return Agreement.LOST
    is_to_do = is_listed and state is not State.WITHDRAWN
    return Agreement.TO_DO if is_to_do else Agreement.UNLISTED


def _not_seen(item: WorkItem, states: Mapping[str, State], error: WorkItemError) -> Comparison:
    state = states.get(item.policy)
    ledger = STATE_WORDS[state] if state else ""
    told = f"{error.explanation}；{error.next_step}"
    named = (item.enterprise_name, item.application_no, error.code)
    return Comparison(*named, Agreement.NOT_SEEN, "", ledger, told)
