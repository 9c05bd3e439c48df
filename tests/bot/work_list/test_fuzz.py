"""Mutated work lists: whatever the file, it ends in a list or in findings, never in a stack trace.

`make fuzz-lists` reads 2,000 of them; `--lists` says how many otherwise.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from time import process_time

import pytest

from bot.ledger.states import State
from bot.results.summary import NO_RESULT, ItemSummary, RunSummary
from bot.results.workbook import write_workbook
from bot.work_item import WorkItem
from bot.work_list.columns import RULES
from bot.work_list.findings import CODES, Finding
from bot.work_list.marked_copy import write_marked_copy
from bot.work_list.reading import WorkList, read_work_list
from tests.bot.lists import ORIGIN
from tests.bot.mutations import mutated

BATCH = 20
SECONDS = 5


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Read as many lists as the command line says, in batches that run side by side."""
    if "seeds" in metafunc.fixturenames:
        count = metafunc.config.getoption("lists")
        batches = [range(first, min(first + BATCH, count)) for first in range(0, count, BATCH)]
        metafunc.parametrize("seeds", batches, ids=[f"from-{batch.start}" for batch in batches])


def test_every_file_ends_in_a_list_or_in_findings(tmp_path: Path, seeds: range):
    """What is wrong has a code, a place and a remedy; what is usable keeps every rule."""
    wrong = [(seed, told) for seed in seeds for told in _judge(seed, tmp_path)]

    assert wrong == []


def _judge(seed: int, folder: Path) -> Iterator[str]:
    path = mutated(seed, folder)
    begun = process_time()
    try:
        work_list = read_work_list(path, ORIGIN)
        _write_what_follows(work_list, folder)
    except Exception as error:
        yield f"{type(error).__name__}: {error}"
        return
    if process_time() - begun > SECONDS:
        yield "took too long"
    if not work_list.items and not work_list.errors:
        yield "neither a list nor an error"
    yield from (f"bad finding {one}" for one in work_list.findings if not _is_whole(one))
    yield from (f"bad item {one.row}" for one in work_list.items if not _keeps_the_rules(one))


def _write_what_follows(work_list: WorkList, folder: Path) -> None:
    write_marked_copy(work_list)
    if item := next(iter(work_list.items), None):
        told = (State.CONFIRMED, "门户显示已确认", "", "")
        one = ItemSummary(item.enterprise_name, item.application_no, *told, {})
        summary = RunSummary("结果", ORIGIN, True, datetime.now(), "模拟经办", (one,))
        write_workbook(work_list.source, {item.row: NO_RESULT}, summary, folder / "结果.xlsx")


def _is_whole(finding: Finding) -> bool:
    return finding.code in CODES and bool(finding.problem) and bool(finding.fix)


def _keeps_the_rules(item: WorkItem) -> bool:
    held = {
        "统一社会信用代码": item.uscc,
        "企业名称": item.enterprise_name,
        "登录账号": item.account,
        "申请编号": item.application_no,
        "主要联系人姓名": item.contact.name,
        "主要联系人电话": item.contact.phone,
        "主要联系人手机": item.contact.mobile,
        "主要联系人邮箱": item.contact.email,
        "备注": item.contact.remarks,
    }
    return all(RULES[heading].accept(text) == text for heading, text in held.items())
