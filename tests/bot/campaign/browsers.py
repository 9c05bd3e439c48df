"""The campaign with a real browser: what only Chromium can do wrong, and what can die of it."""

import itertools
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

import psutil

from fixtures.portal import MockState
from tests.bot.campaign import checker
from tests.bot.campaign.runner import Start
from tests.bot.campaign.sweep import HOWS, LATER, lost
from tests.bot.campaign.trial import BEGUN_ANEW, Fault, Verdict, arrived, judge, work_list
from tests.bot.conftest import Workplace
from tests.bot.stand_in import CONFIRM

SW = "/swProxy/xwtbserver/sw"
HELD = 4.0  # seconds that the portal holds a request, so that something can die meanwhile
POLL, LONG = 0.02, 120.0  # seconds

Victim = Callable[[psutil.Process, list[psutil.Process]], Iterator[psutil.Process]]


def _of_type(kind: str) -> Victim:
    def find(bot: psutil.Process, children: list[psutil.Process]) -> Iterator[psutil.Process]:
        return (one for one in children if f"--type={kind}" in _words(one))

    return find


def _words(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        return " ".join(process.cmdline())
    return ""


VICTIMS: Mapping[str, Victim] = {
    "bot": lambda bot, children: iter([bot]),
    "driver": lambda bot, children: (one for one in children if "run-driver" in _words(one)),
    "browser": lambda bot, children: (
        one
        for one in children
        if "--remote-debugging-pipe" in _words(one) and "--type=" not in _words(one)
    ),
    "renderer": _of_type("renderer"),
    "network service": _of_type("utility"),
    "GPU process": _of_type("gpu-process"),
}
MOMENTS: Mapping[str, tuple[Fault, str, str]] = {  # the fault that holds it, method, path
    "form": (
        {"id": "slow", "params": {"seconds": HELD, "path": f"{SW}/pending/form"}},
        "GET",
        f"{SW}/pending/form",
    ),
    "request": (
        {"id": "slow", "params": {"seconds": HELD, "path": CONFIRM}},
        "POST",
        CONFIRM,
    ),
    "answer": (
        {"id": "answer_lost_after_commit", "params": {"how": "hang", "seconds": HELD}},
        "POST",
        CONFIRM,
    ),
    "read-back": (
        {"id": "slow", "params": {"seconds": HELD, "path": f"{SW}/policies/query"}},
        "GET",
        f"{SW}/policies/query",
    ),
}


@dataclass(frozen=True, slots=True)
class Case:
    """What happens to one run: a fault, and what is killed when a request has arrived."""

    fault: Fault
    victim: str = ""
    method: str = ""
    path: str = ""

    def __str__(self) -> str:
        fault = " ".join([self.fault["id"], *map(str, self.fault.get("params", {}).values())])
        return f"{fault}, {self.victim or 'nothing'} killed at {self.path.rpartition('/')[2]}"


def cases() -> list[Case]:
    """Return every case."""
    deaths = [
        Case(fault, victim, method, path)
        for victim, (fault, method, path) in itertools.product(VICTIMS, MOMENTS.values())
    ]
    losses = [
        Case(lost(phase, how), victim, "POST", CONFIRM)
        for phase, how, victim in itertools.product(("before", "after"), HOWS, ("", "bot"))
    ]
    others: list[Fault] = [
        {"id": "late_commit", "params": {"seconds": LATER}},
        {"id": "policies_lag", "params": {"seconds": LATER}},
        {"id": "server_error_after_commit"},
        {"id": "server_error", "params": {"path": CONFIRM}},
        {"id": "bad_gateway", "params": {"path": CONFIRM}},
        {"id": "session_lost", "params": {"path": CONFIRM}},
        {"id": "challenge", "params": {"path": CONFIRM}},
        {"id": "dribble", "params": {"path": CONFIRM, "seconds": 1.0}},
    ]
    return [*deaths, *losses, *(Case(fault) for fault in others)]


def try_out(portal_url: str, case: Case) -> Verdict:
    """Carry a case out, then start again until nothing is left to do, and judge."""
    with work_list(portal_url, timeout_seconds=6) as (workplace, state):
        state.set_faults(case.fault)
        seen: set[psutil.Process] = set()
        starts = [_disturbed(workplace, state, case, seen)]
        state.set_faults()
        state.forward(7 * 24 * 60)
        starts.append(_start(workplace))
        if BEGUN_ANEW & set(checker.states(workplace.folder / "data")):
            starts.append(_start(workplace))
        before = arrived(state)
        starts.append(_start(workplace))
        verdict = judge(workplace, state, tuple(starts), arrived(state) - before)
        _, left = psutil.wait_procs(seen, timeout=60)
        found = [*verdict.violations, *(f"还活着：{_words(one)[:60]}" for one in left)]
        return Verdict(verdict.starts, tuple(found), verdict.commits, verdict.states)


def _start(workplace: Workplace) -> Start:
    return Start(workplace.call("run", str(workplace.work_list), "--quiet").returncode, ())


def _disturbed(
    workplace: Workplace, state: MockState, case: Case, seen: set[psutil.Process]
) -> Start:
    """Run the list, and kill the victim when its moment has come."""
    command = workplace.command("run", str(workplace.work_list), "--quiet")
    with subprocess.Popen(
        command,
        cwd=workplace.folder,
        env=workplace.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        bot = psutil.Process(process.pid)
        if case.victim and _await(process, lambda: state.requests(case.method, case.path)):
            children = bot.children(recursive=True)
            seen.update(children)
            for victim in VICTIMS[case.victim](bot, children):
                with suppress(psutil.NoSuchProcess):
                    victim.send_signal(signal.SIGKILL)
            state.set_faults()
        process.wait(LONG)
    return Start(process.returncode, ())


def _await(process: subprocess.Popen[bytes], happened: Callable[[], object]) -> bool:
    """Wait until it has happened; false if the process has ended before."""
    until = time.monotonic() + LONG
    while process.poll() is None and time.monotonic() < until:
        if happened():
            return True
        time.sleep(POLL)
    return False
