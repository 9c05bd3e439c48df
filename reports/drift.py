"""How well the page objects survive a redesign of the portal (docs/mutation.md, redesigns)."""

import argparse
import functools
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from fixtures.mutants import Known, Noticed, Task
from fixtures.verdict import Json
from mock_portal.edits import PACKAGE, edited
from mock_portal.redesigns import KINDS, Redesign, catalogue
from reports import drift_score as score
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

FOLDER = score.HERE / "drift"
TESTS = ("features", "tests/test_walker.py")
LOOKS = "static/portal.css"  # edited along with what it is the look of
CHUNK = 8  # scenarios of one task on the healthy portal


def main() -> int:
    """Run what is asked for, and return the exit code."""
    options = _parser().parse_args()
    console = Console()
    recorded = score.recorded()
    ids = options.redesign or (_slice(recorded) if options.slice else list(catalogue()))
    if wrong := [id_ for id_ in ids if id_ not in catalogue()]:
        print(f"没有这些改版：{'、'.join(wrong)}。", file=sys.stderr)
        return WRONG_USAGE
    journal = Journal(FOLDER / f"{_name(options)}.jsonl")
    with at_work(options.workers, journal, console, TESTS) as run:
        campaign = Walks(run)
        if red := campaign.baseline():
            tell_red(console, "没有改版的门户也有走不通的，先修好它们：", red)
            return NOT_FIT
        result = score.DriftScore(campaign.judge(ids))
    score.show(console, result)
    journal.close()
    return _ending(options, result, recorded)


def _ending(options: argparse.Namespace, result: score.DriftScore, recorded: Json) -> int:
    """Publish and record a whole run; return the exit code, unsafe before anything else."""
    is_whole = not (options.redesign or options.slice)
    if is_whole:
        score.publish(result)
    if options.record and is_whole:
        score.record(result)
    if result.is_unsafe:
        return WORSE
    if len(result.counted) < len(result.verdicts):
        return NOT_FIT
    lost = [one for one in result.counted if not one.survived]
    if options.slice:
        return WORSE if any(one.id in recorded.get("survivors", ()) for one in lost) else 0
    return WORSE if is_whole and result.survived_share < recorded.get("survived_share", 0) else 0


class Walks:
    """The walks on the healthy portal, then on each redesign those that come past its screens."""

    def __init__(self, run: ResumableRun) -> None:
        self._run = run
        self._walks = walks(run.crew.known)
        self._due: dict[str, list[str]] = {}

    def baseline(self) -> list[Noticed]:
        """Walk the healthy portal, and keep what is touched; return what is red."""
        names = [score.PERSON, *(name for ones in self._walks.values() for name in ones)]
        tasks = [
            Task(f"healthy {mark(chunk)}", (), chunk, stops=False, is_watched=True)
            for chunk in (tuple(names[at : at + CHUNK]) for at in range(0, len(names), CHUNK))
        ]
        outcomes = self._run.do("正常的门户", tasks)
        self._due = {name: runs[-1] for one in outcomes for name, runs in one.touched.items()}
        return [one for outcome in outcomes for one in outcome.noticed]

    def judge(self, ids: Sequence[str]) -> list[score.RedesignVerdict]:
        """Return the verdict on each redesign."""
        tasks = {id_: self._task(id_) for id_ in ids}
        found = {one.key: one for one in self._run.do("改版", tasks.values())}
        return [
            score.RedesignVerdict(id_, found[task.key], self._due) for id_, task in tasks.items()
        ]

    def _task(self, id_: str) -> Task:
        screens = screens_of(catalogue()[id_])
        names = (
            score.PERSON,
            *(
                name
                for stem, ones in self._walks.items()
                if screens & set(walk_data()[stem]["meets"])
                for name in ones
            ),
        )
        return Task(f"{id_} {mark(names)}", (), names, False, (id_,), is_watched=True)


@functools.cache
def walk_data() -> Mapping[str, Any]:
    """Return the scenarios by stem, and the screens that they and the shared files belong to."""
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def walks(known: Iterable[Known]) -> dict[str, list[str]]:
    """Return the full names of the scenarios that walk, by stem.

    Raises:
        LookupError: a title is that of no scenario, or of several.
    """
    by_title: dict[str, list[str]] = {}
    for one in known:
        by_title.setdefault(one.name.rpartition(" › ")[2], []).append(one.name)
    stems = {stem: data["scenarios"] for stem, data in walk_data().items() if stem != "shared"}
    if lost := [t for titles in stems.values() for t in titles if len(by_title.get(t, ())) != 1]:
        raise LookupError(f"这些标题的场景应各有一个：{'、'.join(lost)}")
    return {stem: [by_title[title][0] for title in titles] for stem, titles in stems.items()}


def screens_of(redesign: Redesign) -> set[str]:
    """Return the stems of the screens that a redesign may show on."""
    with edited([redesign]) as package:
        files = [file.relative_to(package).as_posix() for file in _sources(package)]
        changed = {
            file for file in files if (package / file).read_bytes() != (PACKAGE / file).read_bytes()
        }
    every = {stem for stem in walk_data() if stem != "shared"}
    return {stem for file in changed - {LOOKS} or changed for stem in _screens(file, every)}


def _sources(package: Path) -> list[Path]:
    return [*package.glob("*.py"), *package.glob("static/*"), *package.rglob("*.html")]


def _screens(file: str, every: set[str]) -> set[str]:
    """Return the screens of one file: those that share it, that of its name, or all of them."""
    path = Path(file)
    named = {path.parent.name, path.stem} & every
    return set(walk_data()["shared"].get(file, named or every))


def _name(options: argparse.Namespace) -> str:
    """Return the name of the journal: each kind of run goes on by itself."""
    if options.redesign:
        return f"some-{mark(options.redesign)}"
    return "slice" if options.slice else "run"


def _slice(recorded: Json) -> list[str]:
    """Return a redesign of every kind, one that was survived where there is any."""
    survivors = set(recorded.get("survivors", ()))
    kinds = {kind: [id_ for id_, one in catalogue().items() if one.kind == kind] for kind in KINDS}
    return [next((id_ for id_ in ids if id_ in survivors), ids[0]) for ids in kinds.values()]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="reports.drift", description="改版以后，页面对象还行不行")
    parser.add_argument("--redesign", nargs="+", help="只看这些改版；不算分")
    parser.add_argument("--slice", action="store_true", help="每一类一种")
    parser.add_argument("--record", action="store_true", help="把得分记为以后不能低于的标准")
    parser.add_argument("--workers", type=int, default=cores(), help="几个进程同时跑")
    return parser


if __name__ == "__main__":
    sys.exit(main())
