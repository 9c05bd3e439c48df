"""What the commands show at the terminal, and what they ask there."""

import asyncio
import json
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from getpass import getpass
from io import TextIOWrapper
from pathlib import Path
from threading import Lock
from typing import Any

from PIL import Image
from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app
from prompt_toolkit.output import create_output
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.prompt import Confirm
from rich.table import Column, Table
from rich.text import Text
from rich_pixels import Pixels

from bot import declaration
from bot.clock import BEIJING
from bot.confirmation.approval import Snapshot
from bot.confirmation.workflow import Stop
from bot.errors import SignInRefused
from bot.evidence.sealing import SealNote
from bot.evidence.verification import Verdict
from bot.ledger.ledger import Entry, Request
from bot.ledger.states import (
    CONTRADICTED,
    FOLLOWED_UP,
    NEXT_RUN,
    PRESSED,
    STATE_WORDS,
    WAITING_FOR,
)
from bot.operations.canary import Walk
from bot.operations.credential_check import Credential
from bot.operations.demo import Trial
from bot.operations.doctor import Finding, Health
from bot.operations.personal_data import Erased, Held
from bot.operations.reconcile import Comparison
from bot.operations.run import Outcome
from bot.results.summary import GOOD
from bot.work_item import mask_contact
from bot.work_list.findings import Finding as ListFinding
from bot.work_list.reading import WorkList
from pages.models import Contact, Declaration, Secret
from pages.parts import CaptchaPicture

ACCOUNTS = (  # of a mock portal: name, and where the door tells who and the password
    ("账号登录", "account", "password"),
    ("卡介质", "card_no", "card_pin"),
    ("本地登录", "local_account", "local_password"),
)
HEALTH = {  # word and colour
    Health.FIT: ("正常", "green"),
    Health.ATTENTION: ("留意", "yellow"),
    Health.UNFIT: ("不合适", "red"),
}
HEADINGS = ("企业名称", "申请编号", "状态", "等谁", "自何时", "说明", "下一步")
FINDINGS = ("编号", "位置", "内容", "问题", "怎样改")
FILE_WIDTH = 200  # of a table that is not shown in a terminal, so that no number is broken
MAX_FINDINGS = 60  # that a person reads in a table; the marked copy has all
COMPARED = ("企业名称", "申请编号", "对账结论", "门户状态", "台账状态", "下一步")

for stream in (sys.stdout, sys.stderr):
    if isinstance(stream, TextIOWrapper):  # whatever the terminal cannot show stops nothing
        stream.reconfigure(errors="backslashreplace")
out = Console(soft_wrap=True, highlight=False)
err = Console(soft_wrap=True, highlight=False, stderr=True)


@contextmanager
def progress(title: str, total: int | None, is_silent: bool) -> Iterator[Progress]:
    """Show how far the work has come."""
    columns = (
        TextColumn(title),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
    )
    with Progress(*columns, console=err, disable=is_silent) as progress:
        progress.add_task("登录", total=total)
        yield progress


def counter(progress: Progress) -> Callable[[str], None]:
    """Return what shows that another enterprise is done."""

    def tell(enterprise_name: str) -> None:
        progress.advance(progress.task_ids[0])
        progress.update(progress.task_ids[0], description=enterprise_name)

    return tell


def teller(progress: Progress) -> Callable[[Entry], None]:
    """Return what shows that a work item has come to its end in this run."""
    told = set()

    def tell(entry: Entry) -> None:
        item = entry.item
        told.add(item.reference)
        words = f"{item.enterprise_name} {item.label} {STATE_WORDS[entry.state]}"
        (task,) = progress.task_ids
        progress.update(task, description=words, completed=len(told))
        if not err.is_terminal and not progress.disable:
            err.print(words, markup=False)

    return tell


class Person:
    """Whoever sits at the terminal: reads captchas and types the PINs of cards.

    Who does not answer in time has left: nothing more is asked in this run.
    """

    def __init__(self, progress: Progress, answer_minutes: float) -> None:
        self._progress = progress
        self._answer_seconds = answer_minutes * 60
        self._one_at_a_time = Lock()
        self._is_there = sys.stdin.isatty()

    def captcha(self, picture: CaptchaPicture) -> str:
        """Show a captcha, in the terminal and as a file, and return what the person reads.

        Raises:
            SignInRefused: nobody is there.
        """
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "captcha.png"
            file.write_bytes(picture.image)
            shown = Pixels.from_image(Image.open(file).convert("RGB"))
            prompt = f"请输入图中的验证码（看不清时请打开 {file}）："
            return self._ask("验证码", prompt, above=shown).strip()

    def pin(self, enterprise_name: str) -> Secret:
        """Return the PIN that the person types for the card of this enterprise.

        Raises:
            SignInRefused: nobody is there.
        """
        prompt = f"请插入{enterprise_name}的卡，输入IC卡/Key密码（显示为星号）："
        return Secret(self._ask("IC卡/Key密码", prompt, is_secret=True))

    def _ask(
        self, what: str, prompt: str, above: Pixels | None = None, is_secret: bool = False
    ) -> str:
        with self._one_at_a_time:
            if not self._is_there:
                raise _nobody(what)
            self._progress.stop()
            try:
                if above:
                    err.print(above)
                return self._answer(prompt, is_secret)
            except (EOFError, TimeoutError):
                self._is_there = False
                raise _nobody(what) from None
            except KeyboardInterrupt:  # the question has taken the key; the run is to have it
                signal.raise_signal(signal.SIGINT)
                raise _nobody(what) from None
            finally:
                self._progress.start()

    def _answer(self, prompt: str, is_secret: bool) -> str:
        session: PromptSession[str] = PromptSession(output=create_output(sys.stderr))

        def run_out() -> None:
            loop, app = asyncio.get_running_loop(), get_app()
            loop.call_later(self._answer_seconds, lambda: app.exit(exception=TimeoutError))

        # in a thread of its own: the browser's has an event loop already
        return session.prompt(prompt, is_password=is_secret, pre_run=run_out, in_thread=True)


def _nobody(what: str) -> SignInRefused:
    told = f"登录要输入{what}，但没有人值守"
    return SignInRefused("UNATTENDED", told, "请在终端前再运行一次，按提示输入")


def ask_password(account: str) -> Secret:
    """Return the password that a person types unseen, or the first line of a pipe."""
    if sys.stdin.isatty():
        return Secret(getpass(f"{account} 的登录密码（不显示）："))
    return Secret(sys.stdin.readline().rstrip("\r\n"))


def print_credentials(names: list[tuple[str, str]], place: str, as_json: bool) -> None:
    """Print whose passwords are stored."""
    if as_json:
        accounts = [{"uscc": uscc, "account": account} for uscc, account in names]
        print_json({"place": place, "accounts": accounts})
        return
    out.print(f"{place}：{len(names)} 个账号的密码", markup=False)
    _print_table(("统一社会信用代码", "登录账号"), names)


def print_credential_check(found: list[Credential], as_json: bool) -> None:
    """Print of each account whether its password is there."""
    if as_json:
        print_json({"accounts": [asdict(one) for one in found]})
        return
    missing = [one for one in found if not one.place]
    rows = [(one.enterprise_name, one.uscc, one.account, one.place or "没有") for one in found]
    _print_table(("企业名称", "统一社会信用代码", "登录账号", "密码"), rows)
    out.print(f"{len(found)} 个账号，{len(missing)} 个没有密码。", markup=False)
    if missing:
        out.print("请逐个执行 single-window credentials set 统一社会信用代码 登录账号。")


def is_agreed(question: str) -> bool:
    """Ask the person at the terminal; anything but yes is no."""
    return Confirm.ask(question, console=err, default=False)


def print_decided(entries: list[Entry], by: str, as_json: bool) -> None:
    """Print what a person has decided, and what comes next."""
    if as_json:
        print_json({"items": [_facts(entry) for entry in entries]})
        return
    for entry in entries:
        told = f"{entry.item.label}：{STATE_WORDS[entry.state]}（{by}）"
        out.print(f"{told}。{entry.next_step}。", markup=False)


def print_followed_up(outcome: Outcome, as_json: bool) -> None:
    """Print what the insurer has decided."""
    if as_json:
        items = [_facts(one) for one in outcome.entries]
        leaks = [str(file) for file in outcome.leaks]
        elsewhere = [_facts(one) for one in outcome.elsewhere]
        told = {"items": items, "elsewhere": elsewhere, "stopped": outcome.stopped, "leaks": leaks}
        print_json(told)
        return
    for state, count in Counter(entry.state for entry in outcome.entries).items():
        out.print(f"{STATE_WORDS[state]}：{count}")
    _print_table(HEADINGS, [_cells(one) for one in outcome.entries if one.next_step])
    _print_elsewhere(outcome.elsewhere)
    if outcome.stopped:
        out.print(f"本次查询提前结束：{outcome.stopped}。", style="red")
    _print_seal(outcome.seal)
    _print_leaks(outcome)


def _print_leaks(outcome: Outcome) -> None:
    for file in outcome.leaks:
        out.print(f"文件中留有密码或登录凭据：{file}", style="red", markup=False)
    if outcome.leaks:
        out.print(
            "文件已移到台账旁的 quarantine（台账和证据的封存不动）。请改掉密码，并联系维护人员。"
        )


def print_outcome(outcome: Outcome, as_json: bool) -> None:
    """Print what a run came to."""
    if as_json:
        items = [_facts(entry) for entry in outcome.entries]
        files = [str(file) for file in outcome.files]
        asked_in_vain = [
            {"row": one.item.row, "explanation": one.explanation, "next_step": one.next_step}
            for one in outcome.unanswered
        ]
        print_json(
            {
                "items": items,
                "elsewhere": [_facts(entry) for entry in outcome.elsewhere],
                "unanswered": asked_in_vain,
                "stopped": outcome.stopped,
                "files": files,
                "evidence": _seal_facts(outcome.seal),
                "leaks": [str(file) for file in outcome.leaks],
            }
        )
        return
    print_entries(outcome.entries, as_json)
    for request in outcome.unanswered:
        told = f"{request.item.enterprise_name}：{request.explanation}；{request.next_step}"
        out.print(told, markup=False)
    _print_elsewhere(outcome.elsewhere)
    before = f"先前已确认 {outcome.done_before} 张，没有再提交"
    out.print(f"本次办妥 {outcome.done_now} 张；{before}。")
    if outcome.stopped:
        again = "" if outcome.stopped is Stop.DECLARATION else "再运行同一命令就接着办。"
        out.print(f"本次运行提前结束：{outcome.stopped}。{again}", style="red")
    for file in outcome.files:
        out.print(f"结果：{file}", markup=False)
    _print_seal(outcome.seal)
    _print_leaks(outcome)


def _print_elsewhere(entries: list[Entry]) -> None:
    """Name what other lists have left in doubt."""
    if entries:
        items = [f"{one.item.enterprise_name} {one.item.label}" for one in entries]
        told = f"台账中另有 {len(entries)} 张结果待核实，属于别的清单：{'、'.join(items)}。"
        out.print(told, style="red", markup=False)
        out.print("请运行 single-window follow-up（不给清单）来核验；它只查询，不确认。")


def _print_seal(note: SealNote | None) -> None:
    """Print how the evidence is told from a changed one later."""
    if note is None:
        return
    if note.lacking:
        out.print(f"证据不全：{'、'.join(note.lacking)}。请检查磁盘空间后再运行。", style="red")
    out.print(f"证据链头：{note.head}", markup=False)
    verify = f"single-window verify {note.evidence} --key {note.public_key} --head {note.head}"
    out.print(f"核对证据：{verify}", markup=False)


def _seal_facts(note: SealNote | None) -> dict[str, Any] | None:
    if note is None:
        return None
    return {
        "folder": str(note.evidence),
        "head": str(note.head),
        "public_key": str(note.public_key),
        "lacking": note.lacking,
    }


def print_findings(findings: Iterable[Finding], as_json: bool) -> list[Finding]:
    """Print what the doctor finds, each as soon as it is found; return all of it."""
    told = []
    for one in findings:
        told.append(one)
        if not as_json:
            word, colour = HEALTH[one.health]
            step = f"。{one.next_step}。" if one.next_step else ""
            out.print(f"{word} {one.name}：{one.told}{step}", style=colour, markup=False)
    if as_json:
        is_fit = all(one.health is not Health.UNFIT for one in told)
        print_json({"is_fit": is_fit, "findings": [asdict(one) for one in told]})
    return told


def print_walk(walk: Walk, as_json: bool) -> None:
    """Print which page contracts are kept, and which are broken with what."""
    if as_json:
        looks = [
            {
                **asdict(look.stop),
                "breaches": [asdict(one) for one in look.breaches],
                "files": [str(file) for file in look.files],
            }
            for look in walk.looks
        ]
        print_json({"is_whole": not walk.broken, "looks": looks, "notes": walk.notes})
        return
    for look in walk.looks:
        word, colour = ("变了", "red") if look.breaches else ("一样", "green")
        out.print(f"{word} {look.stop}", style=colour, markup=False)
        for one in look.breaches:
            out.print(f"  {one.screen}.{one.need}：{one.found}", markup=False)
        for file in look.files:
            out.print(f"  {file}", markup=False)
    for note in walk.notes:
        out.print(f"{note}。", markup=False)
    if walk.broken:
        out.print("请把以上内容交给维护人员更新程序；更新以前不要在这个门户上运行。", style="red")


def print_erased(erased: Erased, ledger: Path, as_json: bool) -> None:
    """Print what was cleared of people, in which ledger."""
    if as_json:
        print_json(asdict(erased))
        return
    told = f"已清除 {erased.items} 张保单的联系方式，证据包中的 {erased.files} 个文件"
    out.print(f"{told}（台账 {ledger}）。", markup=False)
    out.print("清单和结果工作簿不在程序手里：请经办人自己删除。")


def print_held(held: list[Held], ledger: Path, as_json: bool) -> None:
    """Print where data of a person are, and how they are deleted; namesakes are told apart."""
    if as_json:
        print_json({"held": [_held(one) for one in held]})
        return
    for one in held:
        where = f"{one.enterprise_name} {one.application_no or '（没有申请编号的一行）'}"
        out.print(f"{where}：{one.state}", markup=False)
        for contact in one.contacts:
            out.print(f"  {'，'.join(filter(None, mask_contact(contact).values()))}", markup=False)
    told = f"共 {len(held)} 处。确实要清除时请加上 --yes；还没有确认的，清除以后要由清单再带来。"
    out.print(told if held else f"没有这个联系人的资料（台账 {ledger}）。", markup=False)


def _held(one: Held) -> dict[str, Any]:
    return asdict(one) | {"contacts": [mask_contact(contact) for contact in one.contacts]}


def print_exported(held: list[Held], to: Path, ledger: Path, as_json: bool) -> None:
    """Print where the data of a person were written to; they are not shown."""
    if as_json:
        print_json({"file": str(to), "count": len(held)})
        return
    written = f"共 {len(held)} 处，写到 {to}。用完请删除这个文件。"
    nothing = f"没有这个联系人的资料（台账 {ledger}），没有写文件。"
    out.print(written if held else nothing, markup=False)


def print_verdict(verdict: Verdict, as_json: bool) -> None:
    """Print whether evidence is as it was sealed."""
    if as_json:
        facts = asdict(verdict) | {"head": str(verdict.head or ""), "is_whole": verdict.is_whole}
        print_json(facts)
        return
    seen = f" {verdict.packs} 个证据包、{verdict.files} 个文件"
    if verdict.is_whole:
        out.print(f"核对通过：{seen.strip()}都和封存时一样。", style="green")
    else:
        out.print(f"核对不通过：看了{seen}，发现 {len(verdict.findings)} 处：", style="red")
    for told in verdict.findings:
        out.print(f"  {told}", markup=False)
    if verdict.cleared:
        out.print(f"另有 {verdict.cleared} 个文件已清除，封存里有登记。")
    for note in verdict.notes:
        out.print(f"{note}。", markup=False)
    if verdict.head:
        out.print(f"链头：{verdict.head}", markup=False)
    out.print(f"公钥指纹：{verdict.fingerprint}", markup=False)


def print_entries(entries: list[Entry], as_json: bool) -> None:
    """Print how many items are in each state, and those that are not done."""
    if as_json:
        print_json({"items": [_facts(entry) for entry in entries]})
        return
    for state, count in Counter(entry.state for entry in entries).items():
        out.print(f"{STATE_WORDS[state]}：{count}")
    waiting = [one for one in entries if one.state not in GOOD or one.code in CONTRADICTED]
    _print_table(HEADINGS, [_cells(entry) for entry in waiting])
    states = {entry.state for entry in entries}
    if states and not waiting:
        later = "几天以后运行 single-window follow-up，查询保险公司的审批。"
        out.print(f"没有要办的了。{later if states & FOLLOWED_UP else ''}")


def print_comparisons(comparisons: list[Comparison], as_json: bool) -> None:
    """Print what list, ledger and portal say of each policy."""
    if as_json:
        print_json({"comparisons": [one.facts() for one in comparisons]})
        return
    for verdict, count in Counter(one.verdict for one in comparisons).items():
        out.print(f"{verdict}：{count}", markup=False)
    _print_table(COMPARED, [tuple(one.facts().values()) for one in comparisons if one.next_step])


def print_waiting(
    entries: list[Entry], packs: Mapping[str, Path], ledger: Path, as_json: bool
) -> None:
    """Print what a person decides about: all that was seen, and what will be typed.

    `packs` tells of each reference where its documents lie.
    """
    if as_json:
        print_json({"waiting": [_seen(entry) for entry in entries]})
        return
    wordings: dict[str, Declaration] = {}
    for entry in entries:
        item = entry.item
        waits = f"自 {_when(entry)} {STATE_WORDS[entry.state]}"
        title = f"\n【{item.enterprise_name} {item.label}】{waits}"
        out.print(title, style="bold", markup=False)
        if entry.snapshot:  # what somebody else has confirmed may never have been opened here
            seen = Snapshot.load(entry.snapshot)
            wordings |= _print_seen(seen, item.contact)
        out.print(f"  说明：{entry.explanation}", markup=False)
        out.print(f"  单证和记录：{packs[entry.item.reference]}", markup=False)
    for digest, wording in wordings.items():
        out.print(f"\n投保声明（摘要 {digest}）：", style="bold", markup=False)
        for line in (*wording.clauses, wording.label):
            out.print(f"  {line}", markup=False)
    if not entries:
        out.print(f"没有在等待决定的保单（台账 {ledger}）。", markup=False)
    elif all(entry.state in PRESSED | FOLLOWED_UP for entry in entries):
        out.print("\n到门户查明没有确认的，准许重新办理：")
        out.print("single-window approve 申请编号 --by 姓名 --again（--all 是列出的全部）")
    else:
        out.print("\n批准：single-window approve 申请编号 --by 姓名（--all 是列出的全部）")
        out.print("不同意：single-window approve 申请编号 --by 姓名 --reject 理由")


def _print_seen(seen: Snapshot, contact: Contact) -> dict[str, Declaration]:
    """Print a form, its 单证 and what will be typed; return its declaration by the digest."""
    digest = declaration.digest(seen.declaration)
    for label, value in (*seen.fields, *mask_contact(contact).items()):
        out.print(f"  {label}：{value}", markup=False)
    for name, sha256 in seen.documents:
        out.print(f"  单证：{name}（SHA-256 {sha256[:16]}…）", markup=False)
    out.print(f"  投保声明：摘要 {digest[:16]}…", markup=False)
    return {digest: seen.declaration}


def print_template(file: Path, as_json: bool) -> None:
    """Print where the empty list lies, and what to do with it."""
    if as_json:
        print_json({"template": str(file)})
        return
    out.print(f"模板：{file}", markup=False)
    out.print("填好、保存并关闭后运行 single-window dispatch，会一次列出全部问题。")


def print_dispatched(entries: list[Entry], work_list: WorkList, as_json: bool) -> None:
    """Print what a list has brought into the ledger."""
    if as_json:
        items = [_facts(entry) for entry in entries]
        print_json({"items": items, "findings": [one.facts() for one in work_list.findings]})
        return
    print_entries(entries, as_json)
    for item in work_list.items:
        if item.is_request:
            out.print(f"{item.enterprise_name}：全部待确认保单，运行时登录后列出", markup=False)


def print_asked(requests: list[Request], as_json: bool) -> None:
    """Print for which enterprises the next run asks what is pending."""
    if as_json:
        asked = [
            {"enterprise_name": one.item.enterprise_name, "uscc": one.item.uscc} for one in requests
        ]
        print_json({"requests": asked})
        return
    for one in requests:
        out.print(f"{one.item.enterprise_name}：全部待确认保单", markup=False)
    out.print("运行 single-window run（不给清单）就登录办理。")


def print_refused(findings: Iterable[ListFinding], copy: Path | None) -> None:
    """Print what is wrong with a list, for machines."""
    told = [one.facts() for one in findings]
    print_json({"findings": told, "marked_copy": str(copy) if copy else None})


def print_list_findings(file: Path, findings: Iterable[ListFinding], copy: Path | None) -> None:
    """Print all that is wrong with a list, or was put right in it, for a person."""
    findings = list(findings)
    if err.is_terminal:
        table = Table(*(Column(name, overflow="fold") for name in FINDINGS), title=Text(file.name))
        for one in findings[:MAX_FINDINGS]:
            cells = (one.code, one.place, one.value, one.problem, one.fix)
            table.add_row(*map(Text, cells), style="yellow" if one.is_warning else "red")
        err.print(table, soft_wrap=False)
        if len(findings) > MAX_FINDINGS:
            err.print(f"另有 {len(findings) - MAX_FINDINGS} 处没有显示。")
    else:
        for one in findings:
            err.print(f"{file.name} {one}", markup=False)
    if copy:
        err.print(f"标出问题的清单：{copy}", markup=False)


def _print_table(headings: Iterable[str], rows: Sequence[tuple[str, ...]]) -> None:
    if rows:
        table = Table(*(Column(name, overflow="fold") for name in headings))
        for cells in rows:
            table.add_row(*map(Text, cells))
        out.print(table, soft_wrap=False, width=None if out.is_terminal else FILE_WIDTH)


def _cells(entry: Entry) -> tuple[str, ...]:
    return (
        entry.item.enterprise_name,
        entry.item.label,
        STATE_WORDS[entry.state],
        WAITING_FOR.get(entry.state, NEXT_RUN),
        _when(entry),
        entry.explanation,
        entry.next_step,
    )


def _when(entry: Entry) -> str:
    changed = datetime.fromisoformat(entry.changed_at)
    return f"{changed.astimezone(BEIJING):%m-%d %H:%M}"


def _seen(entry: Entry) -> dict[str, Any]:
    contact = {"contact": mask_contact(entry.item.contact)}
    if not entry.snapshot:  # what somebody else has confirmed may never have been opened here
        return _facts(entry) | contact
    seen = Snapshot.load(entry.snapshot)
    return _facts(entry) | {
        "fields": dict(seen.fields),
        **contact,
        "documents": dict(seen.documents),
        "declaration": [*seen.declaration.clauses, seen.declaration.label],
        "digest": seen.digest(entry.item.contact),
    }


def print_trials(trials: list[tuple[Trial, dict[str, Any]]], address: str) -> None:
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


def print_proof(proof: dict[str, Any]) -> None:
    """Print what the demonstration has shown."""
    out.print(f"证据：{proof['evidence']}", markup=False)
    for application_no, accepted in proof["portal_ledger"].items():
        out.print(f"门户台账：{application_no} 收到确认 {len(accepted)} 次", markup=False)
    if proof["is_proven"]:
        out.print("结论：每张保单恰好确认一次，第二次运行没有再提交。", style="bold green")
    else:
        out.print("结论：与预期不符，请查看上面的输出。", style="bold red")


def _facts(entry: Entry) -> dict[str, Any]:
    return {
        "reference": entry.item.reference,
        "enterprise_name": entry.item.enterprise_name,
        "application_no": entry.item.application_no,
        "round": entry.item.round,
        "state": entry.state,
        "since": entry.changed_at,
        "explanation": entry.explanation,
        "next_step": entry.next_step,
        "confirmed_at": entry.confirmed_at,
    }


def print_json(data: Any) -> None:
    """Print for machines."""
    print(json.dumps(data, ensure_ascii=False, indent=2))
