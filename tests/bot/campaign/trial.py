"""One list of one enterprise, worked off through faults and kills, and what the judge needs."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.credentials.passwords import ENVIRONMENT_PREFIX
from bot.evidence.seal import PUBLIC_KEY
from bot.evidence.verification import verify
from fixtures.people import CONTACT
from fixtures.portal import MockState
from tests.bot.campaign import checker, runner
from tests.bot.campaign.checker import violations
from tests.bot.campaign.runner import Change, Start
from tests.bot.conftest import Workplace

POLICIES = 2
SIGNATORIES = frozenset({"模拟签字人"})
A_WEEK = 7 * 24 * 60.0  # minutes; by then the portal has stored whatever it stores late
BEGUN_ANEW = {"refused", "changed", "failed", "needs_person"}  # by the next start

Fault = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """What happens to one list: a fault at the portal, and the kills, one start each."""

    fault: Fault | None = None
    kills: Sequence[int | str] = ()

    def __str__(self) -> str:
        params = (self.fault or {}).get("params", {})
        fault = " ".join([(self.fault or {"id": "none"})["id"], *map(str, params.values())])
        return f"{fault}, killed at {list(self.kills)}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a plan."""

    starts: tuple[Start, ...]
    violations: tuple[str, ...]
    commits: tuple[int, ...]  # of each policy, at the portal
    states: tuple[str, ...]  # of each policy, in the bot's ledger


def try_out(plan: Plan, portal_url: str, change: Change | None = None, **settings: Any) -> Verdict:
    """Carry a plan out with an enterprise of its own, and judge what is left behind.

    The list is started once for each kill, then with the portal well again until nothing is left
    to do, twice at most, and a last time, which must press nothing.
    """
    with work_list(portal_url, **settings) as (workplace, state):
        state.set_faults(*[plan.fault] if plan.fault else [])
        environment = _environment(workplace)

        def start(kill_at: int | str = 0) -> Start:
            return runner.start(workplace.work_list, environment, kill_at, change)

        starts = [start(kill) for kill in plan.kills or [0]]
        state.set_faults()
        state.forward(A_WEEK)
        starts.append(start())
        if BEGUN_ANEW & set(checker.states(workplace.folder / "data")):
            starts.append(start())
        before = arrived(state)
        starts.append(start())
        presses = arrived(state) - before
        return judge(workplace, state, tuple(starts), presses, is_undisturbed=plan == Plan())


def judge(
    workplace: Workplace,
    state: MockState,
    starts: tuple[Start, ...],
    presses_of_last_start: int,
    *,
    is_undisturbed: bool = False,
) -> Verdict:
    """Judge what the starts of a list have left behind."""
    trial = checker.Trial(
        rows=workplace.rows,
        portal=state.seen(),
        data=workplace.folder / "data",
        exit_code=starts[-1].exit_code,
        presses_of_last_start=presses_of_last_start,
        signatories=SIGNATORIES,
        secrets=[state.enterprise.password.reveal()],
        is_undisturbed=is_undisturbed,
    )
    found = violations(trial)
    found += [f"门户自己出错：{crash['error']}" for crash in state.crashes()]
    for chain in trial.data.glob("*/evidence/chain"):
        verdict = verify(chain.parent, chain.parent.with_name(PUBLIC_KEY))
        found += [f"I5：{told}" for told in verdict.findings]
    return Verdict(starts, tuple(found), _commits(trial.portal), checker.states(trial.data))


@contextmanager
def work_list(portal_url: str, **settings: Any) -> Iterator[tuple[Workplace, MockState]]:
    """Make an operator's folder with a list of an enterprise of its own."""
    with tempfile.TemporaryDirectory(prefix="campaign-") as folder:
        workplace = Workplace(Path(folder), portal_url, CONTACT)
        state = workplace.add()
        for number in state.add_policies(POLICIES - 1):
            workplace.add_row(state, number)
        workplace.write_settings(**settings)
        yield workplace, state


def _environment(workplace: Workplace) -> dict[str, str]:
    given = workplace.environment()
    return {name: value for name, value in given.items() if name.startswith(ENVIRONMENT_PREFIX)}


def arrived(state: MockState) -> int:
    """Count the 确认投保 that have arrived."""
    return sum(one["by"] == "request" for sent in state.ledger().values() for one in sent)


def _commits(portal: Mapping[str, Any]) -> tuple[int, ...]:
    return tuple(
        sum(one["accepted"] for one in policy["confirmations"]) for policy in portal["policies"]
    )
