"""`single-window reconcile`."""

from collections import Counter

from bot.cli.frame import ALL_DONE, NEEDS_PERSON, new_group
from bot.cli.intake import looks
from bot.cli.output import out, print_json, print_table
from bot.cli.person import attendant
from bot.cli.progress import counter, shown_progress
from bot.operations.job import Job
from bot.operations.reconcile import Comparison
from bot.operations.reconcile import reconcile as compare

COMPARED = ("企业名称", "申请编号", "对账结论", "门户状态", "台账状态", "下一步")
app = new_group()


@looks(app, "示例：single-window reconcile 清单.xlsx")
def reconcile(job: Job, quiet: bool, as_json: bool) -> int:
    """对账：清单、台账和门户逐张比对；只读。

    看“待确认”和“保单查询”；不改台账，不确认。
    """
    with shown_progress("对账", None, quiet or as_json) as progress:
        tell = counter(progress)
        compared = compare(job, attendant(job.settings, progress), tell)
    print_comparisons(compared, as_json)
    return NEEDS_PERSON if any(one.next_step for one in compared) else ALL_DONE


def print_comparisons(comparisons: list[Comparison], as_json: bool) -> None:
    """Print what list, ledger and portal say of each policy."""
    if as_json:
        print_json({"comparisons": [one.facts() for one in comparisons]})
        return
    for verdict, count in Counter(one.verdict for one in comparisons).items():
        out.print(f"{verdict}：{count}", markup=False)
    print_table(COMPARED, [tuple(one.facts().values()) for one in comparisons if one.next_step])
