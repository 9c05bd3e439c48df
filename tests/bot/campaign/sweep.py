"""The campaign at HTTP level: kill at checkpoint 1, 2, 3 … until a run ends by itself.

Every sweep belongs to one fault at the portal; each of its plans kills once, or twice, the second
time while the first is made good.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.bot.campaign.trial import Fault, Plan, Verdict, try_out
from tests.bot.stand_in import CONFIRM

HOWS = ("reset", "close", "headers", "408", "garbage", "empty", "hang")
A_MOMENT = 0.3  # seconds
LATER = 3600.0


def lost(phase: str, how: str) -> Fault:
    """Return the fault that loses the answer to a confirmation."""
    params = {"how": how} | ({"seconds": A_MOMENT} if how == "hang" else {})
    return {"id": f"answer_lost_{phase}_commit", "params": params}


FAULTS: tuple[Fault | None, ...] = (
    None,
    *(lost(phase, how) for phase in ("before", "after") for how in HOWS),
    {"id": "server_error_after_commit"},
    {"id": "server_error", "params": {"path": CONFIRM}},
    {"id": "bad_gateway", "params": {"path": CONFIRM}},
    {"id": "connection_reset", "params": {"path": CONFIRM}},
    {"id": "challenge", "params": {"path": CONFIRM}},
    {"id": "session_lost", "params": {"path": CONFIRM}},
    {"id": "late_commit", "params": {"seconds": LATER}},
    {"id": "late_commit", "params": {"seconds": LATER, "how": "busy"}},
    {"id": "policies_lag", "params": {"seconds": LATER}},
    {"id": "dribble", "params": {"path": CONFIRM, "seconds": A_MOMENT}},
    {"id": "list_repaged"},
    {"id": "values_changed"},
)


@dataclass(slots=True)
class Tally:
    """What was done, and all that was wrong."""

    runs: int = 0
    starts: int = 0
    policies: int = 0
    checkpoints: int = 0  # of the longest run
    confirmed: int = 0
    in_doubt: int = 0
    doubled: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, told: str, verdict: Verdict) -> None:
        """Count one run."""
        self.runs += 1
        self.starts += len(verdict.starts)
        self.policies += len(verdict.states)
        self.checkpoints = max(self.checkpoints, *(len(one.passed) for one in verdict.starts))
        self.confirmed += verdict.states.count("confirmed")
        self.in_doubt += verdict.states.count("in_doubt")
        self.doubled += sum(commits > 1 for commits in verdict.commits)
        self.wrong += [f"{told}：{wrong}" for wrong in verdict.violations]

    def merge(self, other: "Tally") -> None:
        """Take what another has counted."""
        for name in ("runs", "starts", "policies", "confirmed", "in_doubt", "doubled"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.checkpoints = max(self.checkpoints, other.checkpoints)
        self.wrong += other.wrong

    def __str__(self) -> str:
        counted = f", up to {self.checkpoints} checkpoints a start" if self.checkpoints else ""
        return (
            f"{self.runs} runs, {self.starts} starts, {self.policies} policies{counted}; "
            f"{self.confirmed} confirmed, {self.in_doubt} in doubt, {self.doubled} double, "
            f"{len(self.wrong)} violations"
        )


@dataclass(frozen=True, slots=True)
class Sweep:
    """The plans of one fault."""

    fault: Fault | None
    is_twice: bool
    stride: int  # from one kill to the next
    seed: str

    def plans(self, portal_url: str) -> Iterator[tuple[Plan, Verdict]]:
        """Carry the plans out, until the first start ends before its kill."""
        chance = random.Random(self.seed)
        kill = chance.randint(1, self.stride)
        while True:
            again = [chance.randint(1, kill + self.stride)] if self.is_twice else []
            plan = Plan(self.fault, [kill, *again])
            verdict = try_out(plan, portal_url)
            yield plan, verdict
            if not verdict.starts[0].was_killed:
                return
            kill += chance.randint(1, 2 * self.stride - 1)


def sweeps(seed: int, stride: int, count: int | None = None) -> list[Sweep]:
    """Return the sweeps of a campaign in the order of the seed, or so many of them."""
    every = [
        Sweep(fault, is_twice, stride, f"{seed} {number} {is_twice}")
        for number, fault in enumerate(FAULTS)
        for is_twice in (False, True)
    ]
    return random.Random(seed).sample(every, count or len(every))


def work_off(portal_url: str, sweep: Sweep) -> Tally:
    """Carry one sweep out."""
    tally = Tally()
    for plan, verdict in sweep.plans(portal_url):
        tally.add(str(plan), verdict)
    return tally
