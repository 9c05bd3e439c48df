"""Whether a list can be worked on here: its rows against settings, passwords and ledger.

All of it is asked before any browser starts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.clock import now_in_beijing
from bot.credentials.passwords import Passwords
from bot.errors import BusinessException, Reason
from bot.ledger.approval import PERSON
from bot.ledger.entry import Entry
from bot.ledger.opening import opened_ledger
from bot.ledger.states import ADVANCING, DONE, PRESSED, RESTARTABLE, State
from bot.settings import Settings
from bot.work_item import WorkItem, mask_text
from bot.work_list.findings import Doubt, Remark, Unfit
from bot.work_list.reading import WorkList
from bot.work_list.text import listed


def admit(work_list: WorkList, settings: Settings, passwords: Passwords) -> WorkList:
    """Return the list with what settings, passwords and ledger say of its rows.

    Raises:
        NotFit: the ledger is not to be had.
    """
    judged = work_list.with_remarks(
        (
            *_too_many(work_list, settings.batch_limit),
            *_other_enterprises(work_list, settings),
            *(_without_password(work_list, passwords) if settings.login == "account" else ()),
            *_expired_mandates(work_list, settings),
        )
    )
    if not settings.ledger_file.exists():
        return judged
    with opened_ledger(settings) as ledger:
        known = {entry.item.policy: entry for entry in ledger.entries()}
        brought = set() if judged.errors else ledger.dropped(judged.path)
    found = {item.row: known[item.policy] for item in judged.items if item.policy in known}
    before = (one for one in known.values() if one.item.reference in brought)
    oldest = now_in_beijing() - timedelta(hours=settings.approval_hours)
    return judged.with_remarks(
        (
            *_done(found, len(judged.items)),
            *_in_doubt(found),
            *_no_longer_listed(_dropped(judged.items, before)),
            *_returned(found),
            *_void_approvals(judged.items, found, oldest),
        )
    )


def _too_many(work_list: WorkList, limit: int) -> Iterator[Remark]:
    if (count := len(work_list.items)) > limit:
        told = f"清单有 {count} 行，一批最多 {limit} 行"
        fix = "请核对是不是拿错了清单；确要一次办理时请在设置中改 batch_limit，或分成几份"
        yield Remark(Unfit("B70", told, fix))


def _other_enterprises(work_list: WorkList, settings: Settings) -> Iterator[Remark]:
    known = {one.uscc: one for one in settings.enterprises}
    fix = "请核对后改正清单，或设置中的 enterprises"
    for row, values in work_list.rows.items():
        if enterprise := known.get(values.get("统一社会信用代码", "")):
            name = values.get("企业名称", enterprise.name)
            if name != enterprise.name:
                told = f"与设置中这家企业的名称“{enterprise.name}”不同"
                yield Remark(Unfit("B64", told, fix), row, "企业名称", name)
            account = values.get("登录账号", enterprise.account)
            if account != enterprise.account:
                told = "与设置中这家企业的登录账号不同"
                yield Remark(Unfit("B64", told, fix), row, "登录账号", mask_text(account))


def _without_password(work_list: WorkList, passwords: Passwords) -> Iterator[Remark]:
    """Tell each account that lacks its password once, with all of its rows."""
    for (uscc, account), rows in work_list.accounts.items():
        if unfit := _missing_password(passwords, uscc, account, rows):
            yield Remark.of_all(unfit, rows, "登录账号", mask_text(account))


def _missing_password(
    passwords: Passwords, uscc: str, account: str, rows: Sequence[int]
) -> Unfit | None:
    try:
        passwords.find(uscc, account)
    except BusinessException as error:
        problem = f"{error.explanation}，第 {listed(rows)} 行不能办"
        fix = error.next_step
        if error.code is Reason.NO_CREDENTIAL:
            fix += (
                "；几个账号都没有时，用 single-window credentials set --missing 清单.xlsx 一次录入"
            )
        return Unfit("B65", problem, fix)
    return None


def _expired_mandates(work_list: WorkList, settings: Settings) -> Iterator[Remark]:
    today = now_in_beijing().date()
    told = set()
    for row, values in work_list.rows.items():
        uscc = values.get("统一社会信用代码", "")
        expiries = [one.expires for one in settings.mandates if uscc in one.enterprises]
        if expiries and max(expiries) < today and uscc not in told:
            told.add(uscc)
            problem = f"这家企业的授权委托已于 {max(expiries)} 到期，会等待审批人批准"
            fix = "需要时请由签字人重新授权，更新设置中的 mandates"
            yield Remark(Doubt("B66", problem, fix), row, "统一社会信用代码")


def _done(found: Mapping[int, Entry], rows: int) -> Iterator[Remark]:
    done = [row for row, entry in found.items() if entry.state in DONE]
    if done and len(done) == rows:
        problem = f"没有错误的 {len(done)} 行在台账中都已确认，不会再提交"
        yield Remark(Doubt("B17", problem, "请核对是不是拿错了清单；只要结果时不用再办"))
    elif done:
        problem = f"第 {listed(done)} 行在台账中已确认，不会再提交"
        yield Remark.of_all(Doubt("B69", problem, "不用改；这几行会列为已确认"), done, "申请编号")


def _in_doubt(found: Mapping[int, Entry]) -> Iterator[Remark]:
    if rows := [row for row, entry in found.items() if entry.state in PRESSED]:
        problem = f"第 {listed(rows)} 行在台账中是结果待核实，本次只核验，不再提交"
        yield Remark.of_all(Doubt("B69", problem, "请勿手工重复确认"), rows, "申请编号")


def _returned(found: Mapping[int, Entry]) -> Iterator[Remark]:
    if rows := [row for row, entry in found.items() if entry.state is State.RETURNED]:
        problem = f"第 {listed(rows)} 行在台账中是退回修改，门户又列为待确认的才办新一轮"
        fix = "请先按审批意见修改、重新提交；新一轮要重新批准"
        yield Remark.of_all(Doubt("B69", problem, fix), rows, "申请编号")


def _dropped(items: Iterable[WorkItem], before: Iterable[Entry]) -> list[Entry]:
    """Return what earlier versions of the list have brought, is still to do, and not named now."""
    named = {item.policy for item in items}
    whole = {item.uscc for item in items if item.asks_for_all}
    return [
        one
        for one in before
        if one.item.policy not in named
        and one.item.uscc not in whole
        and one.state in ADVANCING | RESTARTABLE
    ]


def _no_longer_listed(dropped: list[Entry]) -> Iterator[Remark]:
    if dropped:
        numbers = "、".join(one.item.label for one in dropped)
        problem = f"这份清单不再列出 {len(dropped)} 张：{numbers}；不给清单运行时仍会办理"
        fix = "不办的，请运行 single-window withdraw 申请编号 --by 姓名；要办的不用改"
        yield Remark(Doubt("B82", problem, fix))


def _void_approvals(
    items: Iterable[WorkItem], found: Mapping[int, Entry], oldest: datetime
) -> Iterator[Remark]:
    for item in items:
        entry = found.get(item.row)
        if not entry or entry.state is not State.APPROVED or not entry.approval:
            continue
        by_person = entry.approval.ground == PERSON
        if item != replace(entry.item, row=item.row, round=item.round):
            problem = "内容与批准时不同，原来的批准作废"
        elif by_person and datetime.fromisoformat(entry.approval.at) < oldest:
            problem = "审批人的批准已过期"
        else:
            continue
        fix = "办到按下之前会停下，请审批人重新批准"
        yield Remark(Doubt("B67", problem, fix), item.row, "申请编号")
