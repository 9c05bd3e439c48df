"""`single-window reconcile`."""

from collections import Counter

from bot.cli.files import print_files, print_leaks
from bot.cli.frame import ALL_DONE, NEEDS_PERSON, TECHNICAL_TROUBLE, new_group
from bot.cli.intake import looks
from bot.cli.output import out, print_json, print_line, print_table
from bot.cli.person import attendant
from bot.cli.progress import counter, shown_progress
from bot.clock import beijing, now_in_beijing
from bot.operations.job import Job
from bot.operations.reconcile import Comparison, Reconciliation
from bot.operations.reconcile import reconcile as compare

COMPARED = ("企业名称", "申请编号", "对账结论", "门户状态", "台账状态", "下一步")
app = new_group()


@looks(app, "示例：single-window reconcile 清单.xlsx")
def reconcile(job: Job, quiet: bool, as_json: bool) -> int:
    """对账：清单、台账和门户逐张比对；只读。

    看“待确认”和“保单查询”；不改台账，不确认。给了清单时也更新它的结果。
    """
    with shown_progress("对账", None, quiet or as_json) as progress:
        tell = counter(progress)
        found = compare(job, attendant(job.settings, progress), tell)
    print_reconciled(found, as_json)
    if found.leaks:
        return TECHNICAL_TROUBLE
    return NEEDS_PERSON if any(one.next_step for one in found.comparisons) else ALL_DONE


def print_reconciled(found: Reconciliation, as_json: bool) -> None:
    """Print what list, ledger and portal say of each policy, and where the results lie."""
    if as_json:
        comparisons = [one.facts() for one in found.comparisons]
        files, leaks = ([str(file) for file in files] for files in (found.files, found.leaks))
        print_json({"comparisons": comparisons, "files": files, "leaks": leaks})
        return
    for verdict, count in Counter(one.verdict for one in found.comparisons).items():
        out.print(f"{verdict}：{count}", markup=False)
    if out.is_terminal:
        print_table(COMPARED, [_cells(one) for one in found.comparisons if one.next_step])
    else:
        now = beijing(now_in_beijing())
        for one in found.comparisons:
            told = (one.code, one.portal, one.ledger, one.next_step)
            print_line(out, (now, one.enterprise_name, one.application_no, one.verdict, *told))
    print_files(found.files)
    print_leaks(found.leaks)


def _cells(one: Comparison) -> tuple[str, ...]:
    named = (one.enterprise_name, one.application_no, str(one.verdict))
    return (*named, one.portal, one.ledger, one.next_step)
