"""The command line: `single-window`."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.progress import Progress

from bot import terminal
from bot.confirmation import approval
from bot.confirmation.acts import EVIDENCE_MISSING
from bot.confirmation.workflow import Stop
from bot.credentials.passwords import Passwords
from bot.credentials.store import open_store
from bot.errors import ApplicationException, BusinessException, NotFit
from bot.evidence.pack import Evidence
from bot.evidence.verification import verify as verify_evidence
from bot.ledger.ledger import Entry, Ledger
from bot.ledger.opening import opened_ledger
from bot.ledger.states import CONTRADICTED, DONE, PENDING_AGAIN, STATE_WORDS, State
from bot.operations import demo as demonstration
from bot.operations import personal_data
from bot.operations.admission import admit
from bot.operations.canary import probe
from bot.operations.credential_check import see_credentials
from bot.operations.dispatch import dispatch as take_in
from bot.operations.dispatch import dispatch_pending
from bot.operations.doctor import Health, check_quickly, examine
from bot.operations.job import Job
from bot.operations.reconcile import reconcile as compare
from bot.operations.run import Outcome
from bot.operations.run import follow_up as look_up
from bot.operations.run import run as work_off
from bot.portal.sign_in import Attendant
from bot.results.collect import write_results
from bot.settings import Settings, load_settings
from bot.usage import CTRL_C, Commands
from bot.work_list.columns import RULES
from bot.work_list.findings import Unfit
from bot.work_list.marked_copy import write_marked_copy
from bot.work_list.reading import WorkList, read_work_list
from bot.work_list.template import write_template
from pages.not_started import NotStarted

NOT_INSURED = (State.RETURNED, State.DECLINED)
BROKEN_OFF = (Stop.BREAKER, Stop.LOCK, Stop.STORAGE, Stop.ERROR)
ALL_DONE, NEEDS_PERSON, REFUSED_INPUT, TECHNICAL_TROUBLE, NOT_FIT = range(5)

app = typer.Typer(
    cls=Commands,
    help="在国际贸易单一窗口为多家企业确认投保：每张保单至多确认一次，未经批准不确认，事后可查证。",
    epilog="示例：single-window demo",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # which would cut what does not fit into its boxes
)
credentials = typer.Typer(
    help="企业登录密码：录入、列出、删除、检查。\n\n密码只从提示或标准输入读取，不写在命令行。",
    epilog="示例：single-window credentials check 清单.xlsx",
    no_args_is_help=True,
)
app.add_typer(credentials, name="credentials")
Uscc = Annotated[str, typer.Argument(metavar="USCC", help="统一社会信用代码")]
Account = Annotated[str, typer.Argument(metavar="ACCOUNT", help="登录账号")]
OptionalList = Annotated[
    Path | None, typer.Argument(metavar="LIST", help="工作清单；不给时按台账中的全部")
]
Quiet = Annotated[
    bool, typer.Option("--quiet", help="不显示进度；全部办妥时什么也不输出，适合计划任务")
]
ListFile = Annotated[Path, typer.Argument(metavar="LIST", help="工作清单（.xlsx 或 .csv）")]
PortalUrl = Annotated[str | None, typer.Option(help="门户地址；不给时用设置，再不然是本机模拟门户")]
Live = Annotated[bool | None, typer.Option("--live", help="这是真实门户；不加就只认模拟门户")]
DataDir = Annotated[Path | None, typer.Option(help="台账和证据所在的文件夹")]
Browsers = Annotated[int | None, typer.Option(min=1, max=16, help="并行的浏览器数")]
AcceptValid = Annotated[bool, typer.Option("--accept-valid", help="有错的行不办，其余的行照办")]
PersonalDetail = Annotated[
    str, typer.Argument(metavar="PERSON", help="联系人的姓名、电话、手机或邮箱，要完全一致")
]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取")]


def _print_version(is_asked: bool) -> None:
    if is_asked:
        terminal.out.print(f"single-window {version('single-window')}", highlight=False)
        raise typer.Exit


@app.callback()
def _options(
    _: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="显示版本"),
    ] = False,
) -> None:
    """Carry the options that belong to no command."""


@app.command(epilog="示例：single-window demo --output demo")
def demo(
    output: Annotated[Path, typer.Option(help="放清单、结果和证据的文件夹")] = Path("demo"),
    as_json: AsJson = False,
) -> None:
    """演示：为 3 家企业确认 6 张保单。

    启动模拟门户，写一份清单，办理两遍，再核对门户自己的台账。
    """
    folder = output / f"{datetime.now():%Y%m%d-%H%M%S}"
    with _plain_errors(), demonstration.mock_portal() as portal_url:
        proof = demonstration.demonstrate(folder, portal_url, quiet=as_json)
    if as_json:
        terminal.print_json(proof)
    else:
        terminal.print_proof(proof)
    raise typer.Exit(ALL_DONE if proof["is_proven"] else NEEDS_PERSON)


@app.command(epilog="示例：single-window portal --port 8765")
def portal(
    host: Annotated[str, typer.Option(help="监听的地址")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="监听的端口；0 表示任选一个空闲的")] = 8765,
    doors_token: Annotated[
        str | None, typer.Option(help="测试入口的口令；非本机地址必须有")
    ] = None,
    defect: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="植入的缺陷，可以给多个")
    ] = None,
) -> None:
    """启动模拟门户，列出可以手工试用的账号。

    第一行是它的地址；按 Ctrl-C 结束。
    """
    options = ["--host", host, "--port", str(port)]
    options += ["--doors-token", doors_token] if doors_token else []
    options += [word for name in defect or [] for word in ("--defect", name)]
    with _plain_errors(), demonstration.start_portal(*options) as process:
        with suppress(KeyboardInterrupt):
            if address := demonstration.first_line(process):
                terminal.out.print(address)
                terminal.print_trials(demonstration.make_trials(address, doors_token), address)
            process.wait()
        process.communicate()  # closes its lifeline
    raise typer.Exit(process.returncode)


@app.command(epilog="示例：single-window dispatch 清单.xlsx")
def dispatch(
    work_list: Annotated[
        Path | None, typer.Argument(metavar="LIST", help="工作清单（.xlsx 或 .csv）")
    ] = None,
    template: Annotated[
        Path | None, typer.Option(metavar="FILE", help="写一份空的清单，供填写；不办理")
    ] = None,
    from_pending: Annotated[
        bool, typer.Option("--from-pending", help="不用清单：设置中各企业的全部待确认保单")
    ] = False,
    portal_url: PortalUrl = None,
    data_dir: DataDir = None,
    accept_valid: AcceptValid = False,
    as_json: AsJson = False,
) -> None:
    """检查工作清单，把工作项记入台账；不启动浏览器，不确认。"""
    if sum((work_list is not None, template is not None, from_pending)) != 1:
        _refuse_usage("请给出清单、--template 或 --from-pending 中的一个。")
    with _plain_errors():
        if template:
            terminal.print_template(_write_template(template), as_json)
            return
        folder = work_list.parent if work_list else Path()
        settings = load_settings(folder, portal_url=portal_url, data_dir=data_dir)
        if work_list:
            passwords = Passwords(settings)
            checked = _check(work_list, settings, accept_valid, as_json, passwords=passwords)
            terminal.print_dispatched(take_in(settings, checked), checked, as_json)
            raise typer.Exit(NEEDS_PERSON if checked.errors else ALL_DONE)
        terminal.print_asked(dispatch_pending(settings), as_json)


@app.command(epilog="示例：single-window run 清单.xlsx")
def run(
    work_list: OptionalList = None,
    portal_url: PortalUrl = None,
    live: Live = None,
    data_dir: DataDir = None,
    browsers: Browsers = None,
    accept_valid: AcceptValid = False,
    dry_run: Annotated[
        bool | None, typer.Option("--dry-run", help="演练：办到按下之前为止")
    ] = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """逐张确认清单中的保单，每张至多一次。

    可随时中断，再运行同一命令就接着办，不会重复确认。
    """
    options = {"portal_url": portal_url, "data_dir": data_dir, "browsers": browsers}
    with _plain_errors():
        job = _prepare(
            work_list,
            accept_valid,
            as_json,
            quiet,
            is_intake=True,
            live=live,
            dry_run=dry_run,
            **options,
        )
        items = job.work_list.items if job.work_list else ()
        total = None if any(item.is_request for item in items) else len(items) or None
        title = "演练" if job.settings.dry_run else "确认投保"
        with terminal.progress(title, total, quiet or as_json) as progress:
            tell = terminal.teller(progress)
            outcome = work_off(job, _attendant(job.settings, progress), tell)
    is_whole = not (job.work_list and job.work_list.errors)
    code = _exit_code(outcome, is_whole, job.settings.dry_run)
    if code or not quiet:
        terminal.print_outcome(outcome, as_json)
    raise typer.Exit(code)


@app.command(epilog="示例：single-window approve XW20260101000001 --by 张三")
def approve(
    numbers: Annotated[
        list[str] | None, typer.Argument(metavar="NUMBER", help="申请编号；不给时列出全部")
    ] = None,
    by: Annotated[str | None, typer.Option(help="审批人的姓名；不给时只查看，不批准")] = None,
    everything: Annotated[bool, typer.Option("--all", help="列出的全部")] = False,
    reject: Annotated[str | None, typer.Option(metavar="REASON", help="不同意，并说明理由")] = None,
    again: Annotated[
        bool, typer.Option("--again", help="结果待核实的、确认后又待确认的：已查明，准许重新办理")
    ] = False,
    portal_url: PortalUrl = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """查看等待批准的保单，批准或不同意。

    列出表单、单证、投保声明和与上次的差异；由审批人决定。
    """
    with _plain_errors():
        _check_decision(by, reject, again)
        settings = load_settings(Path(), portal_url=portal_url, data_dir=data_dir)
        states = {State.IN_DOUBT} if again else {State.AWAITING_APPROVAL}
        if reject is not None and numbers:
            states.add(State.APPROVED)  # which a person may take back until it is pressed
        with opened_ledger(settings) as ledger:
            waiting = [
                entry
                for entry in ledger.entries()
                if entry.state in states or (again and entry.code == PENDING_AGAIN)
            ]
            named = _named(ledger, waiting, numbers) if numbers else waiting
            packs, file = _packs(settings, named), settings.ledger_file
            if by and not (numbers or everything):
                _refuse_usage("请写明申请编号，或加上 --all。")
            if not by or not named:
                terminal.print_waiting(named, packs, file, as_json)
                return
            if reject is None and sys.stdin.isatty():
                terminal.print_waiting(named, packs, file, as_json=False)
                act = "准许重新办理" if again else "批准"
                if not terminal.is_agreed(f"{by}{act}以上 {len(named)} 张吗？"):
                    _refuse_usage(f"没有{act}。")
            decided, undecided = [], []
            for entry in named:
                try:
                    if again:
                        approval.release(ledger, entry, by, settings, datetime.now(UTC))
                    elif reject is not None:
                        approval.reject(ledger, entry, by, reject, settings)
                    else:
                        approval.approve(ledger, entry, by, settings)
                except BusinessException as error:
                    told = f"{entry.item.application_no}：{error}。{error.next_step}"
                    undecided.append(told)
                else:
                    decided.append(ledger.entry(entry.item.reference))
    if decided or as_json:
        terminal.print_decided(decided, by, as_json)
    for told in undecided:
        terminal.err.print(told, style="red", markup=False)
    raise typer.Exit(NEEDS_PERSON if undecided else ALL_DONE)


@app.command(name="follow-up", epilog="示例：single-window follow-up")
def follow_up(
    work_list: OptionalList = None,
    portal_url: PortalUrl = None,
    live: Live = None,
    data_dir: DataDir = None,
    browsers: Browsers = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """到“保单查询”看保险公司的审批。

    承保、退回还是不予承保，记入台账；不确认。
    """
    options = {"portal_url": portal_url, "data_dir": data_dir, "browsers": browsers}
    with _plain_errors():
        job = _prepare(work_list, True, as_json, quiet, is_intake=False, live=live, **options)
        with terminal.progress("查询审批", None, quiet or as_json) as progress:
            tell = terminal.teller(progress)
            outcome = look_up(job, _attendant(job.settings, progress), tell)
    terminal.print_followed_up(outcome, as_json)
    waits = any(
        one.code not in ("", EVIDENCE_MISSING) or one.state in NOT_INSURED
        for one in outcome.entries
    )
    raise typer.Exit(_exit_code(outcome, is_whole=not waits, is_rehearsal=False))


@app.command(epilog="示例：single-window reconcile 清单.xlsx")
def reconcile(
    work_list: OptionalList = None,
    portal_url: PortalUrl = None,
    live: Live = None,
    data_dir: DataDir = None,
    browsers: Browsers = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """对账：清单、台账和门户逐张比对；只读。

    看“待确认”和“保单查询”；不改台账，不确认。
    """
    options = {"portal_url": portal_url, "data_dir": data_dir, "browsers": browsers}
    with _plain_errors():
        job = _prepare(work_list, True, as_json, quiet, is_intake=False, live=live, **options)
        with terminal.progress("对账", None, quiet or as_json) as progress:
            tell = terminal.counter(progress)
            compared = compare(job, _attendant(job.settings, progress), tell)
    terminal.print_comparisons(compared, as_json)
    raise typer.Exit(NEEDS_PERSON if any(one.next_step for one in compared) else ALL_DONE)


@app.command(epilog="示例：single-window status")
def status(portal_url: PortalUrl = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """列出保单各到了哪一步，在等谁。

    也说明自何时，下一步做什么。
    """
    with _plain_errors():
        settings = load_settings(Path(), portal_url=portal_url, data_dir=data_dir)
        with opened_ledger(settings) as ledger:
            entries = ledger.entries()
    terminal.print_entries(entries, as_json)
    if not (entries or as_json):
        told = f"台账 {settings.ledger_file} 里还没有保单。请先运行 single-window run 清单.xlsx。"
        terminal.out.print(told, markup=False)


@app.command(name="results", epilog="示例：single-window results 清单.xlsx")
def write(
    work_list: ListFile,
    portal_url: PortalUrl = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """按台账重新写出清单的结果工作簿和网页。"""
    with _plain_errors():
        settings = load_settings(work_list.parent, portal_url=portal_url, data_dir=data_dir)
        checked = _check(work_list, settings, accept_valid=True, as_json=as_json)
        with opened_ledger(settings) as ledger:
            files = write_results(settings, ledger, checked)
    if as_json:
        terminal.print_json({"files": [str(file) for file in files]})
    for file in () if as_json else files:
        terminal.out.print(f"结果：{file}", markup=False)


@app.command(epilog="示例：single-window doctor")
def doctor(
    portal_url: PortalUrl = None,
    live: Live = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """体检：这台机器和门户合不合适；不登录。

    浏览器、字体、时钟、磁盘、网络、密钥库、门户、卡控件；不输入任何东西。
    """
    with _plain_errors():
        options = {"portal_url": portal_url, "data_dir": data_dir, "live": live}
        settings = load_settings(Path(), **options)
        findings = terminal.print_findings(examine(settings, Path()), as_json)
    is_fit = all(one.health is not Health.UNFIT for one in findings)
    raise typer.Exit(ALL_DONE if is_fit else NOT_FIT)


@app.command(epilog="示例：single-window canary 清单.xlsx")
def canary(
    work_list: OptionalList = None,
    portal_url: PortalUrl = None,
    live: Live = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """探针：登录后看门户的画面变了没有；只读。

    走一遍各个画面，和程序所知的比较；不填写，不确认。
    """
    options = {"portal_url": portal_url, "data_dir": data_dir}
    with _plain_errors():
        job = _prepare(work_list, True, as_json, quiet=False, is_intake=False, live=live, **options)
        with terminal.progress("探针", None, as_json) as progress:
            walk = probe(job, _attendant(job.settings, progress))
    terminal.print_walk(walk, as_json)
    raise typer.Exit(NOT_FIT if walk.broken else ALL_DONE)


@app.command(epilog="示例：single-window purge --older-than 90")
def purge(
    older_than: Annotated[
        int, typer.Option(min=0, max=36_500, metavar="DAYS", help="多少天以前的")
    ],
    portal_url: PortalUrl = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """按期清除办完的保单的联系方式和截图。

    从台账和证据包中清除；审计记录和证据链不变，仍可核对。
    """
    with _plain_errors():
        settings = load_settings(Path(), portal_url=portal_url, data_dir=data_dir)
        limit = datetime.now(UTC) - timedelta(days=older_than)
        erased = personal_data.purge(settings, limit)
    terminal.print_erased(erased, settings.ledger_file, as_json)


@app.command(epilog="示例：single-window export 13800138000 --to 资料.json")
def export(
    person: PersonalDetail,
    to: Annotated[Path, typer.Option(help="写到哪个文件；只有本机账号能读")],
    portal_url: PortalUrl = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """查阅：把台账和证据包中一个联系人的全部资料写成一个文件。"""
    with _plain_errors():
        settings = load_settings(Path(), portal_url=portal_url, data_dir=data_dir)
        if to.exists():
            _refuse_usage(f"{to} 已经存在，没有覆盖。请换一个文件名。")
        if not to.parent.is_dir():
            _refuse_usage(f"没有文件夹 {to.parent}。请先建立它，或换一个地方。")
        held = personal_data.export(settings, person, to)
        terminal.print_exported(held, to, settings.ledger_file, as_json)
    raise typer.Exit(ALL_DONE if held else NEEDS_PERSON)


@app.command(epilog="示例：single-window delete 13800138000 --yes")
def delete(
    person: PersonalDetail,
    yes: Annotated[bool, typer.Option("--yes", help="确实清除；不加时只列出")] = False,
    portal_url: PortalUrl = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """删除：清除一个联系人的联系方式和截图。

    确认过什么的记录和证据链留着，仍可核对。
    """
    with _plain_errors():
        settings = load_settings(Path(), portal_url=portal_url, data_dir=data_dir)
        held = personal_data.find(settings, person)
        if held and yes:
            erased = personal_data.delete(settings, person)
            terminal.print_erased(erased, settings.ledger_file, as_json)
            return
        terminal.print_held(held, settings.ledger_file, as_json)
    raise typer.Exit(NEEDS_PERSON if held or yes else ALL_DONE)


@app.command(epilog="示例：single-window verify 证据包 --key public-key.pem")
def verify(
    pack: Annotated[Path, typer.Argument(metavar="PACK", help="一个证据包，或整个证据文件夹")],
    key: Annotated[Path, typer.Option(help="公钥，运行结果中写明它在哪里")],
    head: Annotated[
        str, typer.Option(help="结果网页上的证据链头，连链尾一起核对；不用于单个证据包")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """核对证据：和封存时是否一样；可以离线。

    有没有改动、缺少、多出；在任何一台机器上都可以。
    """
    try:
        verdict = verify_evidence(pack, key, head)
    except NotFit as error:
        _refuse_usage(str(error))
    terminal.print_verdict(verdict, as_json)
    raise typer.Exit(ALL_DONE if verdict.is_whole else NEEDS_PERSON)


@credentials.command(
    name="set", epilog="示例：single-window credentials set 914401019550018900 user1"
)
def keep_credential(
    uscc: Uscc, account: Account, portal_url: PortalUrl = None, data_dir: DataDir = None
) -> None:
    """录入一个账号的密码：在终端按提示输入（不显示），或从标准输入读取第一行。"""
    with _plain_errors():
        settings = load_settings(Path(), portal_url=portal_url, data_dir=data_dir)
        uscc, account = _as_listed(uscc, account)
        store = open_store(settings)
        password = terminal.ask_password(account)
        if not password.reveal():
            _refuse_usage("没有输入密码，没有保存。请再执行一次。")
        store.keep(uscc, account, password)
        terminal.out.print(f"已存入{store.place}：{uscc} {account}", markup=False)


@credentials.command(name="list", epilog="示例：single-window credentials list")
def list_credentials(
    portal_url: PortalUrl = None, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """列出录入过哪些企业的哪些账号，不显示密码。"""
    with _plain_errors():
        settings = load_settings(Path(), portal_url=portal_url, data_dir=data_dir)
        store = open_store(settings)
        terminal.print_credentials(sorted(store.names()), store.place, as_json)


@credentials.command(
    name="remove", epilog="示例：single-window credentials remove 914401019550018900 user1"
)
def remove_credential(
    uscc: Uscc, account: Account, portal_url: PortalUrl = None, data_dir: DataDir = None
) -> None:
    """删除一个账号的密码。"""
    with _plain_errors():
        store = open_store(load_settings(Path(), portal_url=portal_url, data_dir=data_dir))
        if (uscc, account) not in store.names():  # as typed, which an older program kept
            uscc, account = _as_listed(uscc, account)
        if not store.remove(uscc, account):
            _refuse_usage(f"{store.place}里没有 {uscc} {account}。请用 credentials list 查看。")
        terminal.out.print(f"已从{store.place}删除：{uscc} {account}", markup=False)


@credentials.command(name="check", epilog="示例：single-window credentials check 清单.xlsx")
def check_credentials(
    work_list: OptionalList = None,
    portal_url: PortalUrl = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """检查清单、台账和授权委托中的每家企业有没有密码，不显示密码。"""
    with _plain_errors():
        folder = work_list.parent if work_list else Path()
        settings = load_settings(folder, portal_url=portal_url, data_dir=data_dir)
        checked = _check(work_list, settings, True, as_json) if work_list else None
        found = see_credentials(settings, checked, Passwords(settings))
    terminal.print_credential_check(found, as_json)
    raise typer.Exit(ALL_DONE if all(one.place for one in found) else NEEDS_PERSON)


def _as_listed(uscc: str, account: str) -> tuple[str, str]:
    """Return both as a list is read, so that a run finds them; end if no list could have them."""
    try:
        return RULES["统一社会信用代码"].accept(uscc), RULES["登录账号"].accept(account)
    except Unfit as unfit:
        _refuse_usage(f"{uscc} {account}：{unfit.problem}；{unfit.fix}。")


def _prepare(
    work_list: Path | None,
    accept_valid: bool,
    as_json: bool,
    quiet: bool,
    is_intake: bool,
    **options: Any,
) -> Job:
    """Read settings, passwords and list, and see that the portal can be worked with."""
    settings = load_settings(work_list.parent if work_list else Path(), **options)
    check_quickly(settings)
    passwords = Passwords(settings)
    checked = None
    if work_list:
        needed = passwords if is_intake else None
        checked = _check(work_list, settings, accept_valid, as_json, quiet, needed)
    return Job(settings, passwords, checked)


def _write_template(target: Path) -> Path:
    if target.suffix.lower() != ".xlsx":
        _refuse_usage("模板的文件名请以 .xlsx 结尾。")
    if target.exists():
        _refuse_usage(f"{target} 已经存在，没有覆盖。请换一个文件名。")
    return write_template(target)


def _attendant(settings: Settings, progress: Progress) -> Attendant:
    """Return who answers the portal: a person; captchas of a mock, its own door."""
    person = terminal.Person(progress, settings.answer_minutes)
    return person if settings.live else demonstration.MockAttendant(settings, person)


def _check_decision(by: str | None, reject: str | None, again: bool) -> None:
    """End unless it is plain who decides what."""
    if by is not None and not by.strip():
        _refuse_usage("--by 后面要写姓名。")
    if reject is not None and not by:
        _refuse_usage("不同意要写明是谁：请加上 --by 姓名。")
    if reject is not None and not reject.strip():
        _refuse_usage("--reject 后面要写理由；要批准时请去掉 --reject。")
    if reject is not None and again:
        _refuse_usage("--again 和 --reject 只能给一个。")


def _packs(settings: Settings, entries: list[Entry]) -> dict[str, Path]:
    """Return where the documents of each item lie, by its reference."""
    evidence = Evidence(settings.evidence)
    return {one.item.reference: evidence.pack(one.item) for one in entries}


def _named(ledger: Ledger, waiting: list[Entry], numbers: list[str]) -> list[Entry]:
    """Return the waiting items of these application numbers, or end if one is not waiting."""
    named = [one for one in waiting if one.item.application_no in numbers]
    if unknown := set(numbers) - {one.item.application_no for one in named}:
        states = {one.item.application_no: STATE_WORDS[one.state] for one in ledger.entries()}
        told = "、".join(f"{one}（{states.get(one, '台账里没有')}）" for one in sorted(unknown))
        _refuse_usage(f"没有在等待的：{told}。请用 single-window status 查看。")
    return named


def _refuse_usage(told: str) -> NoReturn:
    terminal.err.print(told, style="red", markup=False)
    raise typer.Exit(REFUSED_INPUT)


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Say in one sentence what a person can mend; a stack trace is for our own mistakes."""
    try:
        yield
    except (NotFit, NotStarted) as error:
        terminal.err.print(str(error), style="red", markup=False)
        raise typer.Exit(NOT_FIT) from error
    except BusinessException as error:
        terminal.err.print(f"{error}。{error.next_step}", style="red", markup=False)
        raise typer.Exit(NEEDS_PERSON) from error
    except ApplicationException as error:
        terminal.err.print(f"{error}。{error.next_step}", style="red", markup=False)
        raise typer.Exit(TECHNICAL_TROUBLE) from error
    except OSError as error:
        place = error.filename or "输出"
        told = f"不能使用 {place}：{error.strerror}。请检查路径、权限和磁盘空间后再运行。"
        terminal.err.print(told, style="red", markup=False)
        raise typer.Exit(NOT_FIT) from error
    except KeyboardInterrupt:
        terminal.err.print("已中断；再运行同一命令就接着办。")
        raise typer.Exit(CTRL_C) from None


def _check(
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
    checked = read_work_list(file, settings.origin)
    if passwords:
        checked = admit(checked, settings, passwords)
    copy = _marked_copy(checked) if passwords and checked.errors else None
    is_usable = bool(checked.items) and (accept_valid or not checked.errors)
    if as_json and not is_usable:
        terminal.print_refused(checked.findings, copy)
    elif checked.errors or (checked.findings and not quiet):
        terminal.print_list_findings(file, checked.findings, copy)
    if not is_usable:
        _refuse_usage(f"清单有 {len(checked.errors)} 处错误，没有办理任何一行。请改正后再运行。")
    return checked


def _marked_copy(checked: WorkList) -> Path | None:
    try:
        return write_marked_copy(checked)
    except OSError as error:  # what is wrong is told all the same
        terminal.err.print(f"没有写出标出问题的清单：{error.strerror}。", markup=False)
        return None


def _exit_code(outcome: Outcome, is_whole: bool, is_rehearsal: bool) -> int:
    done = DONE | {State.APPROVED} if is_rehearsal else DONE
    states = {entry.state for entry in outcome.entries}
    if outcome.stopped is Stop.INTERRUPTED:
        return CTRL_C
    if outcome.leaks or outcome.stopped in BROKEN_OFF or State.FAILED in states:
        return TECHNICAL_TROUBLE
    is_lacking = bool(outcome.seal and outcome.seal.lacking)
    is_doubted = any(entry.code in CONTRADICTED for entry in outcome.entries)
    is_open = outcome.unanswered or outcome.elsewhere or is_lacking or is_doubted
    is_done = is_whole and not is_open and states <= done
    return ALL_DONE if is_done else NEEDS_PERSON


def main() -> None:
    """Be the command."""
    gc.freeze()  # what was imported stays; nobody looks it through, least of all at the end
    app()


if __name__ == "__main__":
    main()
