"""What a command begins with: settings, passwords and work list, and what is wrong with them."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import typer
from rich.table import Column, Table
from rich.text import Text

from bot.cli import options
from bot.cli.frame import refuse_usage
from bot.cli.output import err, print_json, print_line
from bot.clock import beijing, now_in_beijing
from bot.credentials.passwords import Passwords
from bot.ledger.opening import expect_ledger
from bot.operations.admission import admit
from bot.operations.doctor import check_quickly
from bot.operations.job import Job
from bot.settings import Settings, load_settings
from bot.work_list.findings import Finding as ListFinding
from bot.work_list.findings import merged
from bot.work_list.marked_copy import write_marked_copy
from bot.work_list.reading import WorkList, read_work_list

FINDINGS = ("编号", "位置", "内容", "问题", "怎样改")
MAX_FINDINGS = 60  # that a person reads in a table; the marked copy has all


Looking = Callable[[Job, bool, bool], int]


def looks(app: typer.Typer, example: str, name: str | None = None) -> Callable[[Looking], Looking]:
    """Register a command that looks at the portal, for a list or for all of the ledger.

    It is called with the job, and with whether `--quiet` and `--json` were given.
    """

    def register(act: Looking) -> Looking:
        def command(
            list_file: options.OptionalList = None,
            portal_url: options.PortalUrl = None,
            live: options.Live = None,
            data_dir: options.DataDir = None,
            browsers: options.Browsers = None,
            quiet: options.Quiet = False,
            as_json: options.AsJson = False,
        ) -> int:
            given = {"portal_url": portal_url, "data_dir": data_dir, "browsers": browsers}
            job = prepared(list_file, True, as_json, quiet, is_intake=False, live=live, **given)
            expect_ledger(job.settings)
            return act(job, quiet, as_json)

        app.command(name=name or act.__name__, help=act.__doc__, epilog=example)(command)
        return act

    return register


def prepared(
    list_file: Path | None,
    accept_valid: bool,
    as_json: bool,
    quiet: bool,
    is_intake: bool,
    **given: Any,
) -> Job:
    """Read settings, passwords and list, and see that the portal can be worked with."""
    settings = load_settings(list_file.parent if list_file else Path(), **given)
    check_quickly(settings)
    passwords = Passwords(settings)
    checked = None
    if not list_file:
        expect_ledger(settings)
    else:
        needed = passwords if is_intake else None
        checked = checked_list(list_file, settings, accept_valid, as_json, quiet, needed)
    return Job(settings, passwords, checked)


def checked_list(
    file: Path,
    settings: Settings,
    accept_valid: bool,
    as_json: bool,
    quiet: bool = False,
    passwords: Passwords | None = None,
) -> WorkList:
    """Read the list; tell all that is wrong with it at once, and end unless that is accepted.

    With the passwords, a list that is to be worked off is also compared with what is known of it.
    """
    checked = read_work_list(file, settings.origin, settings.agent_mobiles)
    if passwords:
        checked = admit(checked, settings, passwords)
    copy = _marked_copy(checked) if passwords and checked.errors else None
    is_usable = bool(checked.items) and (accept_valid or not checked.errors)
    if as_json and not is_usable:
        print_refused(checked.findings, copy)
    elif checked.errors or (checked.findings and not quiet):
        print_list_findings(file, checked.findings, copy)
    if not is_usable:
        refuse_usage(f"清单有 {len(checked.errors)} 处错误，没有办理任何一行。请改正后再运行。")
    return checked


def _marked_copy(checked: WorkList) -> Path | None:
    try:
        return write_marked_copy(checked)
    except OSError as error:  # the findings are printed all the same
        err.print(f"没有写出标出问题的清单：{error.strerror}。", markup=False)
        return None


def print_refused(findings: Iterable[ListFinding], copy: Path | None) -> None:
    """Print what is wrong with a list, for machines."""
    told = [one.facts() for one in findings]
    print_json({"findings": told, "marked_copy": str(copy) if copy else None})


def print_list_findings(file: Path, findings: Iterable[ListFinding], copy: Path | None) -> None:
    """Print all that is wrong with a list, or was put right in it, rule by rule, for a person."""
    findings = merged(findings)
    if err.is_terminal:
        table = Table(*(Column(name, overflow="fold") for name in FINDINGS), title=Text(file.name))
        for one in findings[:MAX_FINDINGS]:
            cells = (one.code, one.place, one.value, one.problem, one.fix)
            table.add_row(*map(Text, cells), style="yellow" if one.is_warning else "red")
        err.print(table, soft_wrap=False)
        if len(findings) > MAX_FINDINGS:
            err.print(f"另有 {len(findings) - MAX_FINDINGS} 处没有显示。")
    else:
        now = beijing(now_in_beijing())
        for one in findings:
            fields = (now, file.name, one.code, one.place, one.value, one.problem, one.fix)
            print_line(err, fields)
    if copy:
        err.print(f"标出问题的清单：{copy}", markup=False)
