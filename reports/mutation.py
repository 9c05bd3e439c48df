"""How well the suite notices: each seeded defect against the scenarios (docs/mutation.md)."""

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from rich.console import Console

from fixtures.defects import every_defect, of_portal
from fixtures.mutants import Known, Noticed, Outcome, Task
from fixtures.verdict import Json
from mock_portal.defects import applied
from mock_portal.edits import DoesNotFit
from reports import mutation_score as score
from reports.crew import (
    NOT_FIT,
    WORSE,
    WRONG_USAGE,
    Journal,
    ResumableRun,
    at_work,
    cores,
    mark,
    tell_red,
)

FOLDER = score.HERE / "mutation"
CHUNK = 12  # scenarios of one task, where a task is about scenarios
BATCH = 30  # survivors that are looked for at once in the whole suite
EACH_KIND = 1  # defects of a slice, in each layer


def main() -> int:
    """Run what is asked for, and return the exit code."""
    options = _parser().parse_args()
    console = Console()
    recorded = score.recorded()
    if options.slice and not recorded:
        print("还没有记下的分数，无从挑选：请先运行 make mutate RECORD=1。", file=sys.stderr)
        return WRONG_USAGE
    ids = options.defect or (_slice(recorded) if options.slice else list(every_defect()))
    if wrong := [id_ for id_ in ids if id_ not in every_defect()]:
        print(f"没有这些缺陷：{'、'.join(wrong)}。", file=sys.stderr)
        return WRONG_USAGE
    is_whole = not (options.defect or options.slice)
    journal = Journal(FOLDER / f"{_name(options)}.jsonl")
    with at_work(options.workers, journal, console) as run:
        campaign = Campaign(run, recorded)
        if red := campaign.baseline(ids, is_slice=options.slice):
            tell_red(console, "没有缺陷的门户也有场景没有通过，先修好它们：", red)
            return NOT_FIT
        verdicts = campaign.judge(ids, stops=not options.matrix, whole=not options.slice)
        result = score.Score(verdicts, run.crew.known, is_matrix=options.matrix)
        if is_whole:
            result = replace(result, second_look=campaign.second_look(result))
    score.show(console, result)
    journal.close()
    if not is_whole:
        return WORSE if options.slice and result.survivors else 0
    score.show_idle(console, result)
    score.publish(result)
    if options.record:
        score.record(result)
    return WORSE if recorded and result.killed_share < recorded["killed_share"] else 0


class Campaign:
    """Baseline, each defect against its clause, survivors against all; then idle scenarios."""

    def __init__(self, run: ResumableRun, recorded: Json) -> None:
        self._run = run
        self._known = run.crew.known
        self._survivors = set(recorded.get("survivors", ()))
        kills = {id_: one["scenario"] for id_, one in recorded.get("kills", {}).items()}
        hints = _kills(run.journal.hints, ("clause", "rest"))
        self._killers = {**kills, **{id_: name for name, id_ in reversed(hints)}}
        self._noticed = dict(recorded.get("scenarios", {}))  # by each scenario
        self._noticed |= dict(_kills(run.journal.hints, ("idle",)))

    def baseline(self, ids: Sequence[str], *, is_slice: bool) -> list[Noticed]:
        """Run the scenarios that will judge against the healthy portal; return the red ones.

        A slice is about scenarios that are known to notice; they were green in the suite before.
        """
        judges = [(self._killers[id_],) if is_slice else self._of_the_clause(id_) for id_ in ids]
        wanted = {name for names in judges for name in names}
        names = [one.name for one in self._known if one.name in wanted]
        tasks = [Task(f"healthy {mark(chunk)}", (), chunk, stops=False) for chunk in _chunks(names)]
        return [one for outcome in self._run.do("正常的门户", tasks) for one in outcome.noticed]

    def judge(self, ids: Sequence[str], *, stops: bool, whole: bool) -> list[score.DefectVerdict]:
        """Return the verdict on each defect; what survived last time goes with others at once.

        The order is mixed, so that what is known when a run is stopped stands for all.
        """
        fresh = [id_ for id_ in ids if not (whole and id_ in self._survivors)]
        tasks = [
            Task(f"clause {id_}", (id_,), self._of_the_clause(id_), stops=stops)
            for id_ in sorted(fresh, key=lambda id_: mark([id_]))
        ]
        found = {id_: Outcome(f"clause {id_}") for id_ in ids}
        found |= {one.key.split()[1]: one for one in self._run.do("本条款", tasks)}
        left = [id_ for id_ in ids if not (found[id_].noticed or found[id_].trouble)]
        later = self._in_the_whole(left) if whole and left else {}
        return [score.DefectVerdict(id_, found[id_], later.get(id_)) for id_ in ids]

    def second_look(self, result: score.Score) -> dict[str, str]:
        """Return for scenarios that noticed nothing so far what they do notice, if anything.

        Each is given the defects of its clauses one after the other; the one of last time first.
        """
        found: dict[str, str] = {}
        left = {one.name: self._not_tried(one, result.verdicts) for one in result.idle}
        while tasks := _by_defect({name: ids[0] for name, ids in left.items() if ids}):
            for outcome in self._run.do("还没有发现过缺陷的场景", tasks):
                for one in outcome.noticed:
                    found[one.scenario] = outcome.key.split()[1]
            left = {name: ids[1:] for name, ids in left.items() if name not in found}
        return found

    def _not_tried(self, known: Known, verdicts: Iterable[score.DefectVerdict]) -> list[str]:
        """Return the defects of a scenario's clauses that have not met it yet."""
        ids = [
            one.id
            for one in verdicts
            if one.defect.clause in known.clauses
            and known.name not in self._of_the_clause(one.id)[: one.clause.ran]
        ]
        return sorted(ids, key=lambda id_: id_ != self._noticed.get(known.name))

    def _of_the_clause(self, id_: str) -> tuple[str, ...]:
        """Return the scenarios of a defect's clause, the one that noticed it last time first."""
        clause, killer = every_defect()[id_].clause, self._killers.get(id_)
        names = [one.name for one in self._known if clause in one.clauses]
        every = {one.name for one in self._known}
        first = [killer] if killer in every else []
        return (*first, *(one for one in names if one != killer))

    def _in_the_whole(self, ids: Sequence[str]) -> dict[str, Outcome]:
        """Look for survivors in the whole suite: many at once, then each where it failed."""
        names = [one.name for one in self._known]
        suspects: dict[str, list[str]] = {id_: [] for id_ in ids}
        tasks, batches = [], {}
        for batch in batches_of(ids):
            for chunk in _chunks(names):
                key = f"batch {mark(batch)} {mark(chunk)}"
                tasks.append(Task(key, batch, chunk, stops=False))
                batches[key] = batch
        for outcome in self._run.do("全部场景", tasks):
            for id_ in batches[outcome.key]:
                suspects[id_] += [one.scenario for one in outcome.noticed]
        rest = [
            Task(f"rest {id_}", (id_,), tuple(names), stops=True)
            for id_, names in suspects.items()
            if names
        ]
        return {one.key.split()[1]: one for one in self._run.do("各自再看", rest)}


def _kills(outcomes: Mapping[str, Outcome], parts: Sequence[str]) -> list[tuple[str, str]]:
    """Return scenario and defect of each kill in these parts of a run, the first first."""
    return [
        (one.scenario, key.split()[1])
        for key, outcome in outcomes.items()
        if key.split()[0] in parts
        for one in outcome.noticed
    ]


def batches_of(ids: Sequence[str]) -> list[tuple[str, ...]]:
    """Put defects together whose edits leave place for each other."""
    batches: list[tuple[str, ...]] = []
    left = list(ids)
    while left:
        batch: tuple[str, ...] = ()
        for id_ in left:
            if len(batch) < BATCH and _fit((*batch, id_)):
                batch = (*batch, id_)
        batches.append(batch)
        left = [id_ for id_ in left if id_ not in batch]
    return batches


def _by_defect(wanted: Mapping[str, str]) -> list[Task]:
    """Return a task for each defect, with the scenarios that it is wanted for."""
    return [
        Task(f"idle {id_} {mark(names)}", (id_,), names, stops=False)
        for id_ in sorted(set(wanted.values()))
        if (names := tuple(name for name, one in wanted.items() if one == id_))
    ]


def _fit(ids: Sequence[str]) -> bool:
    try:
        with applied(of_portal(ids)):
            return True
    except DoesNotFit:
        return False


def _chunks(names: Sequence[str]) -> list[tuple[str, ...]]:
    return [tuple(names[at : at + CHUNK]) for at in range(0, len(names), CHUNK)]


def _name(options: argparse.Namespace) -> str:
    """Return the name of the journal: each kind of run goes on by itself."""
    if options.defect:
        return f"some-{mark(options.defect)}"
    return "slice" if options.slice else "matrix" if options.matrix else "run"


def _slice(recorded: Json) -> list[str]:
    """Return a defect of every kind in every layer, all of which the suite has noticed."""
    chosen: dict[tuple[str, str], list[str]] = {}
    for id_ in recorded.get("kills", {}):
        if defect := every_defect().get(id_):
            chosen.setdefault((defect.kind, defect.layer), []).append(id_)
    return [id_ for ids in chosen.values() for id_ in ids[:EACH_KIND]]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="reports.mutation", description="植入缺陷，看场景是否发现"
    )
    parser.add_argument("--defect", nargs="+", help="只看这些缺陷；不算分")
    parser.add_argument("--slice", action="store_true", help="每一类几个，都是记录中已被发现的")
    parser.add_argument("--matrix", action="store_true", help="本条款的场景全部跑，不停在第一个")
    parser.add_argument("--record", action="store_true", help="把得分记为以后不能低于的标准")
    parser.add_argument("--workers", type=int, default=cores(), help="几个进程同时跑")
    return parser


if __name__ == "__main__":
    sys.exit(main())
