"""夜间回归: write down what is expected, run it, account for it, publish it, and tell people.

`python -m reports.night run` is the night, or one of its shards; `merge` joins the shards.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import IO

from filelock import FileLock, Timeout

from fixtures.attempts import commit
from pages.browser import install
from pages.not_started import NotStarted
from reports import build, history, notify
from reports.account import End, NightAccount, Plan, Trouble, account_of
from reports.expected import expected_scenarios

LAST_NIGHT = build.HERE / "last-night"  # its outputs; nobody takes them for tonight's
OUTPUTS = (build.RESULTS, build.REPORT, build.SITE, build.JUNIT, build.MARKDOWN, build.SUMMARY)
NOT_GREEN, NOT_PUBLISHED, NOT_FIT = 1, 3, 4
PATIENCE = 5.0  # seconds, with an output that nobody ends
TAIL = 20_000  # bytes of the output among which the cause is looked for
COLOURS = re.compile(rb"\x1b\[[0-9;]*m")
CAUSE = re.compile(  # pytest-xdist misses its workers only after they have told what they died of
    r"(ERROR: |INTERNALERROR> (E +)?(?=[\w.]*[A-Z]\w*: )(?!RuntimeError: Unexpectedly no active)"
    r"|E   )\s*(?P<said>.+)"
)


def main() -> int:
    """Run or merge, and return the exit code; a message goes out whatever breaks."""
    options = _parser().parse_args()
    try:
        with FileLock(build.HERE / "night.lock", timeout=0):
            return merge(options.shards) if options.command == "merge" else night(options)
    except Timeout:
        print("这个文件夹里已有一次夜间回归在跑：请等它结束。", file=sys.stderr)
        return NOT_FIT
    except Exception as reason:
        traceback.print_exc()
        broken = Trouble("夜间回归", f"没有办成：{type(reason).__name__}: {reason}")
        _finish(NightAccount(troubles=[broken]), is_built=False)
        return NOT_PUBLISHED


def night(options: argparse.Namespace) -> int:
    """Run the night, or one of its shards; a shard is accounted for by the merge."""
    put_away()
    build.RESULTS.mkdir()
    Plan(
        tuple(expected_scenarios()),
        at=datetime.now().astimezone().isoformat(timespec="seconds"),
        commit=commit(),
        portal=options.portal or "",
        shard=options.group,
        shards=options.splits,
    ).write(build.RESULTS)
    end = run_scenarios(_command(options))
    end.write(build.RESULTS)
    if options.splits > 1:
        return end.code if end.code >= 0 else NOT_GREEN
    return publish([build.RESULTS])


def merge(shards: Sequence[Path]) -> int:
    """Join the results of the shards; the report names a missing shard by its number."""
    put_away(keep=build.RESULTS)
    return publish([one for one in shards if one.is_dir()])


def put_away(*, keep: Path | None = None) -> None:
    """Move what the last night has made out of the way."""
    shutil.rmtree(LAST_NIGHT, ignore_errors=True)
    LAST_NIGHT.mkdir()
    for made in OUTPUTS:
        if made.exists() and made != keep:
            made.rename(LAST_NIGHT / made.name)


def publish(folders: Sequence[Path]) -> int:
    """Account for the night, publish and remember it, tell people, and return the exit code."""
    account = account_of(folders, is_night=True)
    has_memory = _done(account, "历史", lambda: _recall(account))
    _done(account, "摘要", lambda: build.write_verdict(account))  # first: it needs no generator
    is_built = _done(account, "测试报告", lambda: build.build(folders, account, is_night=True))
    if has_memory:
        _done(account, "历史", lambda: _remember(account))
    return _finish(account, is_built=is_built)


def _finish(account: NightAccount, *, is_built: bool) -> int:
    """Write what needs no generator, tell people, and return the exit code."""
    if not is_built:
        _done(account, "测试报告", lambda: build.write_plain(account))
    _done(account, "摘要", lambda: build.write_verdict(account))
    were_told = notify.tell(build.summary(account))  # before a print that nobody may read
    print(f"测试报告 · report: {build.REPORT.relative_to(build.HERE.parent)}")
    if not is_built:
        return NOT_PUBLISHED
    return (0 if account.is_green else NOT_GREEN) or were_told


def _done(account: NightAccount, what: str, act: Callable[[], None]) -> bool:
    """Do one part of publishing, and tell if it is done; what breaks is a trouble of the night."""
    try:
        act()
    except Exception as reason:
        print(f"{what}没有做出来：{reason}", file=sys.stderr)
        account.troubles.append(Trouble(what, f"没有做出来：{reason}"))
        return False
    return True


def _recall(account: NightAccount) -> None:
    account.nights = history.read(account.portal)


def _remember(account: NightAccount) -> None:
    """Let later nights compare; a night in which nothing ran has nothing to remember."""
    if not account.by_scenario:
        return
    history.remember(
        history.Night(
            **account.about(),
            states=account.states,
            seconds={name: tries[-1]["seconds"] for name, tries in account.by_scenario.items()},
            is_green=account.is_green,
        )
    )


def _command(options: argparse.Namespace) -> list[str]:
    command = [sys.executable, "-m", "pytest", "features", "-n", "auto", "--dist", "worksteal"]
    command += ["--record", "--diagnose", "--continue-on-collection-errors"]
    command += [f"--alluredir={build.RESULTS}"]
    if options.seed is not None:
        command += [f"--randomly-seed={options.seed}"]
    if options.portal is not None:
        command += [f"--portal-url={options.portal}"]
    command += [f"--allow-missing={one}" for one in options.allow_missing]
    if options.splits > 1:
        command += [f"--splits={options.splits}", f"--group={options.group}"]
    return command


def run_scenarios(command: Sequence[str]) -> End:
    """Run the scenarios, show their output, and return how that ended."""
    try:
        install()
    except (NotStarted, SystemExit) as reason:
        return End(NOT_FIT, str(reason).replace("\n", " "))
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())  # the night goes on to tell it
    output = bytearray()
    reader = Thread(target=_show, args=(process.stdout, output), daemon=True)
    reader.start()
    while process.returncode is None:
        with suppress(KeyboardInterrupt):  # pytest gets it too, ends by itself, is accounted for
            process.wait()
    reader.join(PATIENCE)  # a browser that is left over may hold the output open
    return End(process.returncode, _said(bytes(output)) if process.returncode else "")


def _show(source: IO[bytes], output: bytearray) -> None:
    """Pass the output on as it comes, and keep its end."""
    with source:
        while piece := os.read(source.fileno(), 4096):
            with suppress(OSError):  # nobody looks any more; unread, the output stops the run
                sys.stdout.buffer.write(piece)
                sys.stdout.buffer.flush()
            output += piece
            del output[:-TAIL]


def _said(tail: bytes) -> str:
    """Return the line of an output that tells the cause, or else the last."""
    lines = COLOURS.sub(b"", tail).decode(errors="replace").splitlines()
    found = [match["said"] for line in lines if (match := CAUSE.match(line))]
    return (found or [line.strip() for line in lines if line.strip()] or [""])[-1]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="reports.night", description="夜间回归")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="跑全部场景，或其中一片")
    run.add_argument("--splits", type=int, default=1, help="分成几片")
    run.add_argument("--group", type=int, default=1, help="跑第几片")
    run.add_argument("--seed", help="次序的种子；各片要同一个")
    run.add_argument("--portal", help="已经启动的门户；不给就自己启动模拟门户")
    run.add_argument("--allow-missing", nargs="*", default=[], help="门户可以缺少什么：doors")
    join = commands.add_parser("merge", help="把各片的结果合成一份报告")
    join.add_argument("shards", nargs="*", type=Path, help="各片的结果文件夹")
    return parser


if __name__ == "__main__":
    sys.exit(main())
