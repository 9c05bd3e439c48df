"""The command line: `single-window`."""

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Column, Table
from rich.text import Text

from bot import demo as demonstration
from bot.doctor import check_portal
from bot.errors import NotFit, SignInRefused
from bot.ledger import DONE, Entry, State
from bot.results import STATE_WORDS
from bot.run import Outcome, opened_ledger, write_results
from bot.run import dispatch as take_in
from bot.run import run as work_off
from bot.session import AnswerCaptcha
from bot.settings import Settings, load_settings
from bot.work_list import WorkList, read_work_list
from bot.workflow import Stop
from pages.browser import BrowserNotFound
from pages.parts import CaptchaPicture

ALL_DONE, NEEDS_PERSON, REFUSED_INPUT, TECHNICAL_TROUBLE, NOT_FIT, CTRL_C = 0, 1, 2, 3, 4, 130

ACCOUNTS = (  # of a mock portal: name, and where the door tells who and the password
    ("账号登录", "account", "password"),
    ("卡介质", "card_no", "card_pin"),
    ("本地登录", "local_account", "local_password"),
)
HEADINGS = ("企业名称", "申请编号", "状态", "说明", "下一步")

app = typer.Typer(
    help="在国际贸易单一窗口为多家企业确认投保：每张保单至多确认一次，未经批准不确认，事后可查证。",
    epilog="示例：single-window demo",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
out = Console(soft_wrap=True, highlight=False)
err = Console(soft_wrap=True, highlight=False, stderr=True)

ListFile = Annotated[Path, typer.Argument(metavar="LIST", help="工作清单（.xlsx 或 .csv）")]
PortalUrl = Annotated[str | None, typer.Option(help="门户地址；不给时用设置，再不然是本机模拟门户")]
Live = Annotated[bool, typer.Option("--live", help="这是真实门户；不加就只认模拟门户")]
DataDir = Annotated[Path | None, typer.Option(help="台账和证据所在的文件夹")]
Browsers = Annotated[int | None, typer.Option(min=1, max=16, help="并行的浏览器数")]
AcceptValid = Annotated[bool, typer.Option("--accept-valid", help="有错的行不办，其余的行照办")]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取")]


@app.command(epilog="示例：single-window demo --output demo")
def demo(
    output: Annotated[Path, typer.Option(help="放清单、结果和证据的文件夹")] = Path("demo"),
    as_json: AsJson = False,
) -> None:
    """演示：启动模拟门户，为 3 家企业确认 6 张保单，再核对门户自己的台账。"""
    folder = output / f"{datetime.now():%Y%m%d-%H%M%S}"
    with _plain_errors(), demonstration.mock_portal() as portal_url:
        proof = demonstration.demonstrate(folder, portal_url, quiet=as_json)
    if as_json:
        _print_json(proof)
    else:
        _print_proof(proof)
    raise typer.Exit(ALL_DONE if proof["is_proven"] else NEEDS_PERSON)


@app.command(epilog="示例：single-window portal --port 8765")
def portal(
    host: Annotated[str, typer.Option(help="监听的地址")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="监听的端口；0 表示任选一个空闲的")] = 8765,
    doors_token: Annotated[
        str | None, typer.Option(help="测试入口的口令；非本机地址必须有")
    ] = None,
    defect: Annotated[list[str] | None, typer.Option(help="植入的缺陷，可以给多个")] = None,
) -> None:
    """启动模拟门户，第一行输出它的地址，然后列出可以手工试用的账号；按 Ctrl-C 结束。"""
    options = ["--host", host, "--port", str(port)]
    options += ["--doors-token", doors_token] if doors_token else []
    options += [word for name in defect or [] for word in ("--defect", name)]
    with _plain_errors(), demonstration.start_portal(*options) as process:
        with suppress(KeyboardInterrupt):
            if address := demonstration.first_line(process):
                out.print(address)
                _print_trials(demonstration.make_trials(address, doors_token), address)
            process.wait()
        process.communicate()  # closes its lifeline
    raise typer.Exit(process.returncode)


@app.command(epilog="示例：single-window dispatch 清单.xlsx")
def dispatch(
    work_list: ListFile,
    portal_url: PortalUrl = None,
    data_dir: DataDir = None,
    accept_valid: AcceptValid = False,
    as_json: AsJson = False,
) -> None:
    """检查工作清单，把工作项记入台账；不启动浏览器，不确认。"""
    with _plain_errors():
        settings = load_settings(work_list.parent, portal_url=portal_url, data_dir=data_dir)
        checked = _check(work_list, settings, accept_valid, as_json)
        _print_entries(take_in(settings, checked), as_json)


@app.command(epilog="示例：single-window run 清单.xlsx")
def run(
    work_list: Annotated[
        Path | None, typer.Argument(metavar="[LIST]", help="工作清单；不给时办理台账中未完成的")
    ] = None,
    portal_url: PortalUrl = None,
    live: Live = False,
    data_dir: DataDir = None,
    browsers: Browsers = None,
    accept_valid: AcceptValid = False,
    as_json: AsJson = False,
) -> None:
    """逐张确认清单中的保单；可随时中断，再运行同一命令就接着办，不会重复确认。"""
    folder = work_list.parent if work_list else Path()
    options = {"portal_url": portal_url, "data_dir": data_dir, "browsers": browsers}
    with _plain_errors():
        settings = load_settings(folder, live=live, **options)
        checked = _check(work_list, settings, accept_valid, as_json) if work_list else None
        check_portal(settings)
        with _progress(checked, as_json) as progress:
            answer = _ask_person(progress) if live else demonstration.answer_by_door(settings)
            outcome = work_off(settings, checked, answer, _teller(progress))
    _print_outcome(outcome, as_json)
    raise typer.Exit(_exit_code(outcome, is_whole=not (checked and checked.errors)))


@app.command(epilog="示例：single-window status")
def status(portal_url: PortalUrl = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """列出台账中的工作项：各到了哪一步，什么在等人，下一步做什么。"""
    with _plain_errors():
        settings = load_settings(Path(), portal_url=portal_url, data_dir=data_dir)
        with opened_ledger(settings) as ledger:
            _print_entries(ledger.entries(), as_json)


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
            files = write_results(settings, ledger, checked, datetime.now())
    if as_json:
        _print_json({"files": [str(file) for file in files]})
    for file in () if as_json else files:
        out.print(f"结果：{file}", markup=False)


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Say in one sentence what a person can mend; a stack trace is for our own mistakes."""
    try:
        yield
    except (NotFit, BrowserNotFound) as error:
        err.print(str(error), style="red", markup=False)
        raise typer.Exit(NOT_FIT) from error
    except OSError as error:
        place = error.filename or "输出"
        told = f"不能使用 {place}：{error.strerror}。请检查路径、权限和磁盘空间后再运行。"
        err.print(told, style="red", markup=False)
        raise typer.Exit(NOT_FIT) from error
    except KeyboardInterrupt:
        err.print("已中断；再运行同一命令就接着办。")
        raise typer.Exit(CTRL_C) from None


def _check(file: Path, settings: Settings, accept_valid: bool, as_json: bool) -> WorkList:
    """Read the list; tell all that is wrong with it at once, and end unless that is accepted."""
    checked = read_work_list(file, settings.origin)
    is_usable = bool(checked.items) and (accept_valid or not checked.errors)
    if checked.findings and as_json and not is_usable:
        _print_json({"findings": [str(finding) for finding in checked.findings]})
    elif checked.findings:
        for finding in checked.findings:
            style = "yellow" if finding.is_warning else "red"
            err.print(f"{file.name} {finding}", style=style, markup=False)
    if not is_usable:
        err.print(f"清单有 {len(checked.errors)} 处错误，没有办理任何一行。请改正后再运行。")
        raise typer.Exit(REFUSED_INPUT)
    return checked


@contextmanager
def _progress(checked: WorkList | None, as_json: bool) -> Iterator[Progress]:
    columns = (
        TextColumn("确认投保"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
    )
    with Progress(*columns, console=err, disable=as_json) as progress:
        progress.add_task("登录", total=len(checked.items) if checked else None)
        yield progress


def _teller(progress: Progress) -> Callable[[Entry], None]:
    """Return what shows that a work item has come to its end in this run."""
    told = set()

    def tell(entry: Entry) -> None:
        item = entry.item
        told.add(item.reference)
        words = f"{item.enterprise_name} {item.application_no} {STATE_WORDS[entry.state]}"
        (task,) = progress.task_ids
        progress.update(task, description=words, completed=len(told))
        if not err.is_terminal and not progress.disable:
            err.print(words, markup=False)

    return tell


def _ask_person(progress: Progress) -> AnswerCaptcha:
    """Return what shows a captcha to the person at the terminal and takes the answer."""
    one_at_a_time = Lock()
    nobody = SignInRefused(
        "CAPTCHA", "登录要输入验证码，但没有人值守", "请在终端前再运行一次，按提示输入验证码"
    )

    def ask(picture: CaptchaPicture) -> str:
        if not sys.stdin.isatty():
            raise nobody
        with one_at_a_time, tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "captcha.png"
            file.write_bytes(picture.image)
            progress.stop()
            try:
                return err.input(f"请打开图片 {file}，输入其中的验证码：", markup=False).strip()
            except EOFError:
                raise nobody from None
            finally:
                progress.start()

    return ask


def _exit_code(outcome: Outcome, is_whole: bool) -> int:
    states = {entry.state for entry in outcome.entries}
    if outcome.stopped is Stop.INTERRUPTED:
        return CTRL_C
    if outcome.stopped in (Stop.BREAKER, Stop.ERROR) or State.FAILED in states:
        return TECHNICAL_TROUBLE
    return ALL_DONE if is_whole and not outcome.unanswered and states <= DONE else NEEDS_PERSON


def _print_outcome(outcome: Outcome, as_json: bool) -> None:
    if as_json:
        items = [_facts(entry) for entry in outcome.entries]
        files = [str(file) for file in outcome.files]
        asked_in_vain = [
            {"row": one.item.row, "explanation": one.explanation, "next_step": one.next_step}
            for one in outcome.unanswered
        ]
        _print_json(
            {
                "items": items,
                "unanswered": asked_in_vain,
                "stopped": outcome.stopped,
                "files": files,
            }
        )
        return
    _print_entries(outcome.entries, as_json)
    for request in outcome.unanswered:
        told = f"{request.item.enterprise_name}：{request.explanation}；{request.next_step}"
        out.print(told, markup=False)
    if outcome.elsewhere:
        out.print(
            f"台账中另有 {outcome.elsewhere} 张结果待核实，属于别的清单："
            "请运行 single-window run（不给清单）来核验。"
        )
    now = sum(entry.state in DONE for entry in outcome.entries) - outcome.done_before
    out.print(f"本次办妥 {now} 张；先前已确认 {outcome.done_before} 张，没有再提交。")
    if outcome.stopped:
        again = "" if outcome.stopped is Stop.DECLARATION else "再运行同一命令就接着办。"
        out.print(f"本次运行提前结束：{outcome.stopped}。{again}", style="red")
    for file in outcome.files:
        out.print(f"结果：{file}", markup=False)


def _print_entries(entries: list[Entry], as_json: bool) -> None:
    if as_json:
        _print_json({"items": [_facts(entry) for entry in entries]})
        return
    for state, count in Counter(entry.state for entry in entries).items():
        out.print(f"{STATE_WORDS[state]}：{count}")
    open_ = [entry for entry in entries if entry.state not in DONE]
    if open_:
        table = Table(*(Column(name, overflow="fold") for name in HEADINGS))
        for entry in open_:
            item, words = entry.item, STATE_WORDS[entry.state]
            cells = (item.enterprise_name, item.application_no, words)
            table.add_row(*map(Text, (*cells, entry.explanation, entry.next_step)))
        out.print(table, soft_wrap=False)


def _print_trials(trials: list[tuple[demonstration.Trial, dict[str, Any]]], address: str) -> None:
    """Print what a person may try by hand, and from where."""
    out.print("\n可以手工试用的账号（都是虚构的；请用浏览器从“入口”进去）：", markup=False)
    for trial, made in trials:
        out.print(f"\n【{trial.purpose}】{made['name']} {made['uscc']}", markup=False)
        for name, user, password in ACCOUNTS if made["account"] else ():
            if made[user]:
                out.print(f"  {name}：{made[user]} / {made[password]}", markup=False)
        if not made["account"]:
            person = made["legal_representative"]
            out.print(f"  法人：{person['name']} {person['id_no']}", markup=False)
        out.print(f"  入口：{address}/__mock__/enterprises/{made['uscc']}/visit", markup=False)
    out.print("\n按 Ctrl-C 结束。", markup=False)


def _print_proof(proof: dict[str, Any]) -> None:
    out.print(f"证据：{proof['evidence']}", markup=False)
    for application_no, accepted in proof["portal_ledger"].items():
        out.print(f"门户台账：{application_no} 收到确认 {len(accepted)} 次", markup=False)
    if proof["is_proven"]:
        out.print("结论：每张保单恰好确认一次，第二次运行没有再提交。", style="bold green")
    else:
        out.print("结论：与预期不符，请查看上面的输出。", style="bold red")


def _facts(entry: Entry) -> dict[str, str]:
    return {
        "reference": entry.item.reference,
        "enterprise_name": entry.item.enterprise_name,
        "application_no": entry.item.application_no,
        "state": entry.state,
        "explanation": entry.explanation,
        "next_step": entry.next_step,
        "confirmed_at": entry.confirmed_at,
    }


def _print_json(data: Any) -> None:
    print(json.dumps(data, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    app()
