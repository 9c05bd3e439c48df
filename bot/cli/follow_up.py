"""`single-window follow-up`."""

from bot.cli.files import print_not_updated
from bot.cli.frame import new_group
from bot.cli.intake import looks
from bot.cli.outcome import exit_code, print_followed_up
from bot.cli.person import attendant
from bot.cli.progress import shown_progress, teller
from bot.errors import Reason
from bot.ledger.states import State
from bot.operations.job import Job
from bot.operations.run import follow_up as look_up

NOT_INSURED = (State.RETURNED, State.DECLINED)
app = new_group()


@looks(app, "示例：single-window follow-up", name="follow-up")
def follow_up(job: Job, quiet: bool, as_json: bool) -> int:
    """到“保单查询”看保险公司的审批。

    承保、退回还是不予承保，记入台账；不确认。给了清单时也更新它的结果。
    """
    with shown_progress("查询审批", None, quiet or as_json) as progress:
        tell = teller(progress)
        outcome = look_up(job, attendant(job.settings, progress), tell)
    print_followed_up(outcome, as_json)
    if not (job.work_list or as_json):
        print_not_updated()
    waits = any(
        one.code not in ("", Reason.EVIDENCE_MISSING) or one.state in NOT_INSURED
        for one in outcome.entries
    )
    return exit_code(outcome, is_whole=not waits, is_rehearsal=False)
