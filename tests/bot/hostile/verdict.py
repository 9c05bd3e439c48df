"""The verdict on a trick: what was approved, what arrived, and what the bot said; nothing else.

It knows the portal's ledger, the witness of the hostile servers, and the bot's answers in JSON. It
shares no code with the bot.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.bot.hostile.tricks import CANNOT_TELL, Trick
from tests.bot.hostile.witness import Arrival, as_approved, told

NOTHING_WAS_SENT = frozenset({"failed", "changed"})
CONFIRMED_HERE = frozenset({"confirmed", "underwritten"})
CONFIRMED_BY_SOMEBODY = "already_confirmed"
FIT_NUMBER = re.compile(r"[0-9A-Za-z-]{1,64}")
FLAT_MEGABYTES = 700  # the bot's own processes, without the browser


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the command."""

    exit_code: int | None  # none: it was ended at its deadline
    items: Mapping[str, Mapping[str, Any]]  # as told, by application number
    began: float
    ended: float
    deadline: float  # seconds
    megabytes: float  # the most that the bot and its driver needed
    log: str

    def state(self, number: str) -> str:
        """Return the state of this policy, or nothing if the run does not name it."""
        return str(self.items.get(number, {}).get("state", ""))

    def words(self, number: str) -> str:
        """Return what an operator reads of this policy."""
        item = self.items.get(number, {})
        return f"{item.get('explanation', '')} → {item.get('next_step', '')}"

    def says_not_sent(self, number: str) -> bool:
        """Tell whether it says that nothing was sent."""
        return self.state(number) in NOTHING_WAS_SENT or "没有发出" in self.words(number)


@dataclass(frozen=True, slots=True)
class Story:
    """All that there is to judge by."""

    trick: Trick
    approved: Mapping[str, Mapping[str, str]]  # number: the fields that were approved
    runs: tuple[Run, ...]
    arrivals: tuple[Arrival, ...]  # of confirmations, by every way
    accepted: Mapping[str, list[Mapping[str, str]]]  # the portal's ledger: contacts it accepted
    crashes: tuple[str, ...] = field(default=())

    def naming(self, number: str) -> list[Arrival]:
        """Return the confirmations that name this policy."""
        return [one for one in self.arrivals if number in one.numbers]

    def until(self, run: Run) -> float:
        """Return when the next run began; what comes before that is this run's."""
        later = [other.began for other in self.runs if other.began > run.began]
        return min(later, default=float("inf"))

    def __str__(self) -> str:
        """Tell the story, for whoever must find out."""
        lines = [f"{self.trick.name}: {self.trick.sentence}", "  arrived:"]
        lines.append(told(self.arrivals, self.runs[0].began))
        for count, run in enumerate(self.runs, start=1):
            lines.append(
                f"  run {count}: exit {run.exit_code} after {run.ended - run.began:.1f} s"
                f" of {run.deadline:.0f}, {run.megabytes:.0f} MB"
            )
            lines += [f"    {one[:60]}: {run.state(one)}: {run.words(one)}" for one in run.items]
            lines += [f"    log: {line}" for line in run.log.splitlines()[-4:]]
        return "\n".join(lines)


def violations(story: Story) -> list[str]:
    """Return every promise that was broken, with what shows it."""
    return [*_of_arrivals(story), *_of_words(story), *_of_limits(story), *_of_ends(story)]


def _of_arrivals(story: Story) -> Iterator[str]:
    for one in story.arrivals:
        if not as_approved(one, story.approved):
            yield f"unapproved: {one}"
    for number in story.approved:
        if len(story.naming(number)) > 1:
            yield f"double: {number} arrived {len(story.naming(number))} times"


def _of_words(story: Story) -> Iterator[str]:
    for count, run in enumerate(story.runs, start=1):
        for number in run.items:
            yield from (f"run {count}: {wrong}" for wrong in _of_item(story, run, number))
        done = [one for one in story.approved if story.accepted.get(one)]
        if run.exit_code == 0 and run.items and len(done) < len(run.items):
            yield f"run {count}: false confirmed: exit 0, and the portal has accepted {done}"


def _of_item(story: Story, run: Run, number: str) -> Iterator[str]:
    until = story.until(run)
    arrived = [one for one in story.naming(number) if one.at < until]
    in_this_run = [one for one in arrived if one.at >= run.began]
    state = run.state(number)
    accepted = story.accepted.get(number, [])
    is_false = state in CONFIRMED_HERE and not _is_accepted(story, number)
    if is_false or (state == CONFIRMED_BY_SOMEBODY and not accepted):
        yield f"false confirmed: {number} is {state}, and the portal has accepted {accepted}"
    if run.says_not_sent(number) and in_this_run:
        yield f"not sent, and arrived: {number} is {state}: {run.words(number)}"
    if state in ("in_doubt", "pressing") and not arrived and story.trick.name not in CANNOT_TELL:
        yield f"in doubt, and nothing arrived: {number}: {run.words(number)}"
    if not FIT_NUMBER.fullmatch(number):
        yield f"unfit number in the ledger: {number[:60]!r}"


def _is_accepted(story: Story, number: str) -> bool:
    """Tell whether the portal has accepted this policy once, with what was approved."""
    return story.accepted.get(number, []) == [story.approved.get(number)]


def _of_limits(story: Story) -> Iterator[str]:
    for count, run in enumerate(story.runs, start=1):
        if run.exit_code is None:
            yield f"run {count}: beyond its deadline of {run.deadline:.0f} s"
        if run.megabytes > FLAT_MEGABYTES:
            yield f"run {count}: grew to {run.megabytes:.0f} MB"
    yield from (f"the portal itself has failed: {crash}" for crash in story.crashes)


def _of_ends(story: Story) -> Iterator[str]:
    first = story.runs[0]
    if first.exit_code is None:
        return
    for number in story.approved:
        if (state := first.state(number)) not in story.trick.ends:
            yield f"ended as {state or 'nothing'}, not {' or '.join(sorted(story.trick.ends))}"
