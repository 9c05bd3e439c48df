"""Writes the results of a list, whichever command has just learnt something new about it."""

import logging
from pathlib import Path

from bot.ledger.ledger import Ledger
from bot.operations.job import Job
from bot.results.collect import write_results
from bot.results.list_rows import ListRows

log = logging.getLogger(__name__)


def written_results(job: Job, ledger: Ledger, rows: ListRows | None) -> tuple[Path, ...]:
    """Write workbook and page; return where they lie, nothing if there is no list."""
    if rows is None:
        return ()
    if rows.is_edited:
        log.warning(
            "清单在读取以后改过，所以没有写出结果工作簿：请保存并关闭，再运行一次。",
        )
    try:
        return write_results(job.settings, ledger, rows)
    except OSError as error:  # what was done must be told all the same
        log.warning("结果没有写出（%s）：请检查文件夹后运行 single-window results。", error)
        return ()
