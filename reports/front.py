"""The front page of the report, and the guide with the scenarios that prove each clause."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from fixtures.console import PACKAGE
from fixtures.guide import Clause, clauses, sections
from fixtures.verdict import NAMES, Json, ScenarioState, title
from reports.account import NightAccount
from reports.categories import CATEGORIES, category, meaning
from reports.generated import (
    BAD,
    MOST_LINES,
    PICTURES,
    Generated,
    attachments,
    file_of,
    gallery_picture,
    state_of,
)
from reports.history import FAILING, Habit, Night, failing_since, habits, last_good
from reports.prepare import TRACE

LOOKED_AT = {ScenarioState.FAILED, ScenarioState.FLAKY, ScenarioState.QUARANTINED}
MOST = 10  # slow scenarios that are listed
TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    undefined=StrictUndefined,
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class Failure:
    """The data of one failed scenario from which a person knows what to do next."""

    id: str
    name: str
    place: str
    state: ScenarioState
    clauses: tuple[str, ...]
    category: str
    since: Night | None  # the first night of the row; None: this is the first
    good: Night | None  # the last night in which it passed
    repeats: bool | None  # whether it failed again at once; None: it was not tried again
    is_new: bool
    sentence: str
    meaning: str
    message: str
    hints: str
    picture: str
    trace: str

    @property
    def since_words(self) -> str:
        """Return since when it fails: the time and the commit, and the last good commit."""
        if self.since is None:
            return "新失败" if self.is_new else ""
        commit = f"提交 {self.since.commit}" if self.since.commit else ""
        good = f"{self.good.commit} 还好" if self.good and self.good.commit else ""
        commits = "，".join(filter(None, (commit, good)))
        return f"自 {self.since.when:%m-%d %H:%M}" + (f"（{commits}）" if commits else "")


@dataclass(frozen=True)
class Proof:
    """One scenario of a clause, and its last result."""

    id: str
    name: str
    state: ScenarioState


@dataclass(frozen=True)
class Paragraph:
    """One clause of the guide, with the scenarios that prove it."""

    clause: Clause
    proofs: tuple[Proof, ...]
    picture: str


class Front:
    """Everything that the front page and the guide page show of one run."""

    def __init__(self, account: NightAccount, folder: Path | None = None) -> None:
        """Take the account, and the folder of the generated report if there is one."""
        self._generated = Generated(folder)
        self._nights = account.nights
        self._results = {one["fullName"]: one for one in self._generated.results()}
        checks = {name: state_of(result) for name, result in self._results.items()}
        if account.expected:  # a night is of scenarios; a check that failed is a trouble there
            checks = {}
        self.account = replace(account, states=checks | account.states)  # checks have no attempts
        self.by_scenario = account.by_scenario
        self.states = self.account.states

    def html(self) -> str:
        """Return the page."""
        return TEMPLATES.get_template("front.html").render(
            account=self.account,
            counts=self.account.counts(),
            names=NAMES,
            failures=self.failures(),
            unproven=self.unproven(),
            categories=[one.name for one in CATEGORIES],
            fixed=self.fixed(),
            environment=self.environment(),
            trend=self.trend(),
            slowest=self.habits()[:MOST],
            slower=[one for one in self.habits() if one.is_slower],
            unsteady=[one for one in self.habits() if one.flaky],
            last=self._nights[-1] if self._nights else None,
            has_details=self._generated.folder is not None,
            State=ScenarioState,
        )

    def guide(self) -> str:
        """Return the guide, clause by clause."""
        paragraphs = [self._paragraph(clause) for clause in clauses()]
        return TEMPLATES.get_template("guide.html").render(
            sections=sections(), paragraphs=paragraphs, names=NAMES, State=ScenarioState
        )

    def failures(self) -> list[Failure]:
        """Return the failed, flaky and quarantined scenarios, new failures first."""
        found = [self._failure(n, now) for n, now in self.states.items() if now in LOOKED_AT]
        return sorted(found, key=lambda one: (not one.is_new, one.place, one.name))

    def unproven(self) -> dict[str, list[str]]:
        """Return the scenarios without a verdict, by their state and its reason."""
        found: dict[str, list[str]] = {}
        for name, reason in self.account.why.items():
            first = reason.strip().partition("\n")[0]
            found.setdefault(f"{NAMES[self.states[name]]}：{first}", []).append(name)
        return found

    def seconds(self) -> dict[str, float]:
        """Return how long the last attempt at each scenario took."""
        return {name: tries[-1]["seconds"] for name, tries in self.by_scenario.items()}

    def habits(self) -> list[Habit]:
        """Return what the nights tell of each scenario, the slowest first."""
        return habits(self._nights, self.seconds())

    def pictures(self) -> dict[str, str]:
        """Return the picture file of each failure that has a picture."""
        found = {}
        for name, now in self.states.items():
            attached = attachments(self._shown(name, now)) if now in LOOKED_AT else ()
            if files := [file_of(one) for one in attached if one["contentType"] in PICTURES]:
                found[name] = files[-1]
        return found

    def fixed(self) -> list[str]:
        """Return the scenarios that failed last night and pass now."""
        failed_before = self._nights[-1].failed() if self._nights else set()
        return sorted(n for n in failed_before if self.states.get(n) is ScenarioState.PASSED)

    def environment(self) -> dict[str, str]:
        """Return the facts of the run: when, where and with which tools it ran."""
        account, runs = self.account, self.account.runs
        browsers = {one["browser"] for one in account.attempts()}
        known: dict[str, set[str]] = {
            "开始": {_minute(account.at)} if account.at else set(),
            "浏览器": browsers,
            "门户": {account.portal or "自带的模拟门户"},
            "提交": {account.commit},
            "随机种子": {run["seed"] for run in runs},
            "机器": {run["machine"] for run in runs},
        }
        told = {name: "，".join(sorted(filter(None, values))) for name, values in known.items()}
        return {name: value for name, value in told.items() if value}

    def trend(self) -> list[dict[str, Any]]:
        """Return each night and this run as a bar of the trend."""
        bars = [(f"{n.when:%m-%d}", len(n.states), len(n.failed())) for n in self._nights]
        bad = sum(one in FAILING for one in self.states.values())
        bars.append(("这一次", len(self.states), bad))
        most = max(total for _, total, _ in bars) or 1
        return [
            {"name": name, "total": total, "bad": bad, "height": round(60 * total / most)}
            for name, total, bad in bars
        ]

    def _failure(self, name: str, now: ScenarioState) -> Failure:
        tries = self.by_scenario.get(name, [])
        bad = self._shown(name, now)
        since = failing_since(name, self._nights)
        tried_again = len(tries) > 1
        failed_step = next(
            (step for step in bad.get("steps", ()) if step.get("status") in BAD), None
        )
        attached = list(attachments(bad))
        message = (bad.get("error") or {}).get("message") or _told(tries)
        sentences = [attempt["step"] for attempt in tries if attempt["step"]]
        return Failure(
            id=bad.get("id", ""),
            name=title(tries[0]) if tries else bad["name"],
            place=name.rpartition(" › ")[0],
            state=now,
            clauses=tuple(tries[0]["clauses"]) if tries else (),
            category=category(message),
            since=since,
            good=last_good(name, self._nights),
            repeats=now is not ScenarioState.FLAKY if tried_again else None,
            is_new=bool(self._nights) and since is None and now is ScenarioState.FAILED,
            sentence=failed_step["name"] if failed_step else (sentences or [""])[-1],
            meaning=meaning(message),
            message=_plain(message),
            hints=self._generated.hints(attached),
            picture=self._generated.picture(attached),
            trace=next((file_of(one) for one in attached if one["contentType"] == TRACE), ""),
        )

    def _shown(self, name: str, now: ScenarioState) -> Json:
        """Return the result that shows a failure; for a flaky scenario, an earlier result."""
        last = self._results.get(name, {})
        if now is not ScenarioState.FLAKY:
            return last
        earlier = self._generated.results(retries=True)
        bad = (one for one in earlier if one["fullName"] == name and one["status"] in BAD)
        return next(bad, last)

    def _paragraph(self, clause: Clause) -> Paragraph:
        names = sorted(self._proving(clause), key=self._line)
        shown = [self._results.get(name, {}) for name in names]
        pictures = [self._generated.picture(list(attachments(one))) for one in shown]
        return Paragraph(
            clause=clause,
            proofs=tuple(
                Proof(self._results.get(n, {}).get("id", ""), _title(n), self.states[n])
                for n in names
            ),
            picture=next(filter(None, pictures), "") or gallery_picture(clause),
        )

    def _proving(self, clause: Clause) -> set[str]:
        """Return the scenarios of a clause: those that ran, and those that were expected to."""
        ran = {n for n, tries in self.by_scenario.items() if clause.id in tries[0]["clauses"]}
        return ran | {n for n, one in self.account.expected.items() if clause.id in one.clauses}

    def _line(self, name: str) -> tuple[str, int]:
        tries = self.by_scenario.get(name)
        place = tries[0]["place"] if tries else self.account.expected[name].place
        file, _, line = place.rpartition(":")
        return file, int(line)


def _title(name: str) -> str:
    return name.rpartition(" › ")[2]


def _told(tries: Sequence[Json]) -> str:
    """Return the message of the last failed attempt, where the generator has none."""
    return next((one["message"] for one in reversed(tries) if one["outcome"] == "failed"), "")


def _plain(message: str) -> str:
    """Return the first lines of a message, without the module name of its error class."""
    told = message.partition("Browser logs:")[0].strip().splitlines()
    lines = [line.rstrip() for line in told if line.strip() and "Use -v to get" not in line]
    return PACKAGE.sub("", "\n".join(lines[:MOST_LINES]))


def _minute(iso: str) -> str:
    return f"{datetime.fromisoformat(iso):%Y-%m-%d %H:%M}"
