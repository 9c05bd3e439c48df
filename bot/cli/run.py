"""`single-window run`."""

from typing import Annotated

import typer

from bot.cli import options
from bot.cli.files import print_not_updated
from bot.cli.frame import new_group
from bot.cli.intake import prepared
from bot.cli.outcome import exit_code, print_outcome
from bot.cli.person import attendant
from bot.cli.progress import shown_progress, teller
from bot.operations.run import run as work_off

app = new_group()


@app.command(epilog="示例：single-window run 清单.xlsx")
def run(
    list_file: options.OptionalList = None,
    portal_url: options.PortalUrl = None,
    live: options.Live = None,
    data_dir: options.DataDir = None,
    browsers: options.Browsers = None,
    accept_valid: options.AcceptValid = False,
    dry_run: Annotated[
        bool | None, typer.Option("--dry-run", help="演练：办到按下之前为止")
    ] = None,
    quiet: options.Quiet = False,
    as_json: options.AsJson = False,
) -> int:
    """逐张确认清单中的保单，每张至多一次。

    可随时中断，再运行同一命令就接着办，不会重复确认。
    """
    given = {"portal_url": portal_url, "data_dir": data_dir, "browsers": browsers}
    job = prepared(
        list_file,
        accept_valid,
        as_json,
        quiet,
        is_intake=True,
        live=live,
        dry_run=dry_run,
        **given,
    )
    items = job.work_list.items if job.work_list else ()
    total = None if any(item.asks_for_all for item in items) else len(items) or None
    title = "演练" if job.settings.dry_run else "确认投保"
    with shown_progress(title, total, quiet or as_json) as progress:
        tell = teller(progress)
        outcome = work_off(job, attendant(job.settings, progress), tell)
    is_whole = not any(one.is_open for one in outcome.rows)
    code = exit_code(outcome, is_whole, job.settings.dry_run)
    if code or not quiet:
        print_outcome(outcome, as_json)
        if not (job.work_list or as_json):
            print_not_updated()
    return code
