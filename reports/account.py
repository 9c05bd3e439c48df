"""The account of a night: what was expected, what became of it, and what went wrong beside it."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from fixtures import quarantine
from fixtures.verdict import Json, ScenarioState, by_scenario, state
from reports.categories import SURROUNDINGS, category, meaning
from reports.expected import ExpectedScenario
from reports.files import read_json
from reports.history import Night
from reports.prepare import attempts

PLAN, END = "night.json", "ended.json"  # beside the results that they belong to
QUIET = {ScenarioState.QUARANTINED, ScenarioState.SKIPPED}  # proves nothing, and fails nothing
GREEN = {ScenarioState.PASSED, ScenarioState.QUARANTINED, ScenarioState.SKIPPED}
ENDS = {
    2: "测试被中断",
    3: "测试进程内部出错",
    4: "测试没有开始",
    5: "没有收集到任何场景",
}
UNKNOWN, BROKEN_OFF = "应跑而没有收集到", "收集到了，而测试没有跑到它就结束了"
FINISHED = {0, 1}  # exit codes of a run that came to its end


@dataclass(frozen=True)
class Plan:
    """What a shard wrote down before its first scenario."""

    expected: tuple[ExpectedScenario, ...]  # of the whole night, not of the shard alone
    at: str
    commit: str
    portal: str
    shard: int = 1
    shards: int = 1

    def write(self, folder: Path) -> None:
        """Write the plan into the folder of the results to come."""
        (folder / PLAN).write_text(json.dumps(asdict(self), ensure_ascii=False), encoding="utf-8")

    def about(self) -> Json:
        """Return when, of which commit and against which portal, as the line of a run does."""
        return {"at": self.at, "commit": self.commit, "portal": self.portal}

    @classmethod
    def read(cls, folder: Path) -> "Plan | None":
        """Return the plan of a shard, or None if nothing was planned there."""
        written = read_json(folder / PLAN)
        if written is None:
            return None
        expected = tuple(ExpectedScenario.from_json(one) for one in written["expected"])
        return cls(**{**written, "expected": expected})


@dataclass(frozen=True)
class End:
    """How the process of a shard ended: its exit code, and what it said of it last."""

    code: int  # negative: ended by that signal
    said: str  # in one line

    def write(self, folder: Path) -> None:
        """Write the end beside the results."""
        (folder / END).write_text(json.dumps(asdict(self), ensure_ascii=False), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> "End | None":
        """Return the end of a shard, or None if it was killed together with its keeper."""
        written = read_json(folder / END)
        return cls(**written) if written else None

    @property
    def words(self) -> str:
        """Return what happened, for a person."""
        if self.code < 0:
            return f"测试进程被终止（信号 {-self.code}）"
        return "：".join(filter(None, (ENDS.get(self.code, f"退出码 {self.code}"), self.said)))


@dataclass(frozen=True)
class Shard:
    """The results of one part of the night."""

    plan: Plan | None
    end: End | None
    lines: tuple[Json, ...]

    @classmethod
    def read(cls, folder: Path) -> "Shard":
        """Return what a folder of results holds."""
        return cls(Plan.read(folder), End.read(folder), tuple(attempts(folder)))

    @property
    def place(self) -> str:
        """Return the name of the shard for a person."""
        return place_of(self.plan.shard, self.plan.shards) if self.plan else "测试"

    def trouble(self) -> str:
        """Return why the shard did not come to its end, or failed for no scenario; else empty."""
        if self.end is None:
            return "没有跑完：进程被终止，没有留下结果" if self.plan else ""
        if self.end.code not in FINISHED:
            return self.end.words
        told = any(one["kind"] == "error" or _gates(one) for one in self.lines)
        return self.end.words if self.end.code and not told else ""


@dataclass(frozen=True)
class Trouble:
    """A cause for which the night is red; no single scenario can tell it."""

    place: str  # a file of the features, a shard, the portal, the report
    message: str
    clauses: tuple[str, ...] = ()
    scenarios: int = 0  # which have no result because of it

    @property
    def reach(self) -> str:
        """Return the clauses and the number of scenarios that it hit."""
        number = f"{self.scenarios} 个场景" if self.scenarios else ""
        return "，".join(filter(None, (" ".join(self.clauses), number)))


@dataclass
class NightAccount:
    """Each scenario's state, the reasons of those without a verdict, and the troubles."""

    by_scenario: dict[str, list[Json]] = field(default_factory=dict)
    states: dict[str, ScenarioState] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)
    expected: dict[str, ExpectedScenario] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)
    runs: list[Json] = field(default_factory=list)
    at: str = ""  # ISO; empty: nothing has run
    commit: str = ""
    portal: str = ""  # empty: the bundled mock portal
    pictures: dict[str, str] = field(default_factory=dict)  # a file of the report, by scenario
    nights: Sequence[Night] = ()  # the earlier ones against this portal

    def about(self) -> Json:
        """Return when it was, of which commit, and against which portal."""
        return {"at": self.at, "commit": self.commit, "portal": self.portal}

    def counts(self) -> Counter[ScenarioState]:
        """Return how many scenarios are in each state."""
        return Counter(self.states.values())

    @property
    def is_green(self) -> bool:
        """Whether each expected scenario passed, is quarantined, or was allowed to be skipped."""
        counts = self.counts()
        return not self.troubles and counts.keys() <= GREEN and counts[ScenarioState.PASSED] > 0

    def attempts(self) -> Iterator[Json]:
        """Yield every attempt."""
        for tries in self.by_scenario.values():
            yield from tries


def _gates(line: Json) -> bool:
    """Whether an attempt accounts for an exit code that is not 0."""
    return line["kind"] == "attempt" and line["outcome"] == "failed" and not line["quarantined"]


def place_of(shard: int, shards: int) -> str:
    """Return the name of a shard for a person."""
    return f"第 {shard} 片（共 {shards} 片）" if shards > 1 else "测试"


def account_of(folders: Sequence[Path], *, is_night: bool = False) -> NightAccount:
    """Return the account of the results of one or more shards; a night must have a plan."""
    shards = [Shard.read(folder) for folder in folders]
    lines = [line for shard in shards for line in shard.lines]
    errors = {(line["place"], line["message"]): line for line in lines if line["kind"] == "error"}
    account = NightAccount(
        by_scenario=by_scenario(lines),
        expected={one.name: one for shard in shards if shard.plan for one in shard.plan.expected},
        runs=[line for line in lines if line["kind"] == "run"],
    )
    for about in [shard.plan.about() for shard in shards if shard.plan] + account.runs:
        account.at, account.commit, account.portal = about["at"], about["commit"], about["portal"]
        break
    account.states = {name: state(tries) for name, tries in account.by_scenario.items()}
    broken = list(_broken(shards, is_night=is_night))
    collected = {one for line in lines if line["kind"] == "collected" for one in line["nodeids"]}
    _explain(account, list(errors.values()), "；".join(told for _, told in broken), collected)
    not_run = account.counts()[ScenarioState.NOT_RUN]
    account.troubles = [
        *(Trouble(place, told, scenarios=not_run) for place, told in broken),
        *(_recorded(line, account) for line in errors.values()),
        *_surroundings(account),
        *_uncollected(account),
        *(_of_the_lists(shards) if is_night else ()),
    ]
    if is_night and not account.troubles and account.counts().keys() <= QUIET:
        account.troubles = [Trouble("结果", "没有一个场景通过")]
    return account


def _broken(shards: Sequence[Shard], *, is_night: bool) -> Iterator[tuple[str, str]]:
    """Yield the place and the reason of each shard that has no whole result."""
    plans = [shard.plan for shard in shards if shard.plan]
    total = max((plan.shards for plan in plans), default=0)
    for number in sorted(set(range(1, total + 1)) - {plan.shard for plan in plans}):
        yield place_of(number, total), f"第 {number} 片没有交来结果"
    if is_night and not plans:
        yield "结果", "没有应跑场景的清单：夜间回归没有开始，或结果丢了"
    if len({(plan.commit, plan.portal, plan.shards) for plan in plans}) > 1:
        yield "结果", "各片不是同一夜的：提交、门户或片数不同。请清空放各片结果的文件夹再跑"
    for shard in shards:
        if told := shard.trouble():
            yield shard.place, told


def _explain(
    account: NightAccount, errors: Sequence[Json], otherwise: str, collected: set[str]
) -> None:
    """Give each expected scenario without a result a state and a reason."""
    told = {line["place"]: line["message"] for line in errors}
    for name, one in account.expected.items():
        if name in account.by_scenario:
            if account.states[name] is ScenarioState.SKIPPED:
                account.why[name] = account.by_scenario[name][-1]["message"]
        elif one.module in told:
            account.states[name] = ScenarioState.NOT_COLLECTED
            account.why[name] = told[one.module]
        elif one.nodeid in told or otherwise or one.nodeid in collected:
            account.states[name] = ScenarioState.NOT_RUN
            account.why[name] = told.get(one.nodeid, otherwise) or BROKEN_OFF
        else:
            account.states[name] = ScenarioState.NOT_COLLECTED
            account.why[name] = UNKNOWN


def _recorded(line: Json, account: NightAccount) -> Trouble:
    """Return a trouble that the run itself has recorded, with the scenarios that it hit."""
    place = line["place"]
    by_file = [one for one in account.expected.values() if one.module == place]
    hit = by_file or [
        one
        for one in account.expected.values()
        if one.nodeid == place or one.title == line.get("title")
    ]
    file = f"features/{hit[0].place}" if hit else place
    lost = sum(one.name not in account.by_scenario for one in hit)
    return Trouble(
        file.partition(":")[0] if by_file else file, line["message"], _clauses(hit), lost
    )


def _surroundings(account: NightAccount) -> Iterator[Trouble]:
    """Yield one trouble for each cause outside of portal and test that failed scenarios."""
    causes: dict[str, list[Json]] = {}
    for name, tries in account.by_scenario.items():
        if account.states[name] is ScenarioState.FAILED:
            last = tries[-1]
            if category(last["message"]) == SURROUNDINGS:
                causes.setdefault(meaning(last["message"]), []).append(last)
    for cause, failed in causes.items():
        clauses = tuple(sorted({clause for one in failed for clause in one["clauses"]}))
        first = failed[0]["message"].strip().partition("\n")[0]
        yield Trouble("环境", f"{cause}：{first}", clauses, len(failed))


def _uncollected(account: NightAccount) -> Iterator[Trouble]:
    """Yield one trouble for each file with scenarios that went missing without a word."""
    lost: dict[tuple[str, str], list[ExpectedScenario]] = {}
    for name, one in account.expected.items():
        if (why := account.why.get(name, "")) in {UNKNOWN, BROKEN_OFF}:
            lost.setdefault((one.place.partition(":")[0], why), []).append(one)
    for (file, why), scenarios in lost.items():
        titles = "，".join(one.title for one in scenarios)
        yield Trouble(f"features/{file}", f"{why}：{titles}", _clauses(scenarios), len(scenarios))


def _of_the_lists(shards: Sequence[Shard]) -> Iterator[Trouble]:
    """Yield what the lists of a night leave unclear: one name for two, a title of none."""
    expected = next((shard.plan.expected for shard in shards if shard.plan), ())
    for name, times in Counter(one.name for one in expected).items():
        if times > 1:
            yield Trouble("features", f"{times} 个场景同名，分不清是谁的结果：{name}")
    for title in quarantine.titles():
        features = {one.module for one in expected if one.title == title}
        if expected and len(features) != 1:
            told = "有几个功能都有这个场景" if features else "没有这个场景"
            yield Trouble("features/quarantine.toml", f"“{title}”{told}：请改名单")


def _clauses(scenarios: Sequence[ExpectedScenario]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(clause for one in scenarios for clause in one.clauses))
