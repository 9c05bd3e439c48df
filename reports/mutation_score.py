"""The score of the suite: how many defects it notices, and how; table, page, JSON, history."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

from rich.console import Console
from rich.table import Table

from fixtures.attempts import commit
from fixtures.defects import AnyDefect, every_defect
from fixtures.mutants import KILLS, Kill, Known, Noticed, Outcome
from fixtures.verdict import Json
from mock_portal.defects import KINDS
from reports.files import append_line, lines_of, write_json
from reports.front import TEMPLATES
from reports.history import MEMORY

HERE = Path(__file__).parent
DATA, PAGE = HERE / "mutation.json", HERE / "mutation.html"
HISTORY = MEMORY / "mutation.jsonl"
MOST_RUNS = 20  # that the page shows
RECORD = HERE.parent / "docs" / "mutation-score.json"  # what the suite has reached


@dataclass(frozen=True)
class DefectVerdict:
    """What came of one defect: against its clause, and in the whole suite if that missed it."""

    id: str
    clause: Outcome
    whole: Outcome | None = None

    @property
    def defect(self) -> AnyDefect:
        """The defect."""
        return every_defect()[self.id]

    @property
    def noticed(self) -> Sequence[Noticed]:
        """Who noticed it, the first first."""
        return self.clause.noticed or (self.whole.noticed if self.whole else [])

    @property
    def trouble(self) -> str:
        """Why it could not be tried; empty: it was."""
        return self.clause.trouble

    @property
    def word(self) -> str:
        """The verdict in a word."""
        if self.noticed:
            return KILLS[self.noticed[0].kill]
        if self.trouble:
            return "没有跑成"
        return "察觉不到" if self.defect.equivalent else "没有发现"


@dataclass(frozen=True)
class Score:
    """All verdicts of one run."""

    verdicts: Sequence[DefectVerdict]
    known: Sequence[Known]
    is_matrix: bool
    second_look: Mapping[str, str] = field(default_factory=dict)  # what idle scenarios noticed

    @cached_property
    def counted(self) -> Sequence[DefectVerdict]:
        """The verdicts that count: on defects that somebody could notice."""
        return [one for one in self.verdicts if not one.defect.equivalent]

    @cached_property
    def killed(self) -> Sequence[DefectVerdict]:
        """The verdicts on defects that were noticed."""
        return [one for one in self.counted if one.noticed]

    @cached_property
    def survivors(self) -> Sequence[DefectVerdict]:
        """The verdicts on defects that nobody noticed, or that could not be tried."""
        return [one for one in self.counted if not one.noticed]

    @property
    def killed_share(self) -> float:
        """The share of the defects that were noticed, in percent."""
        return _percent(len(self.killed), len(self.counted))

    @property
    def then_share(self) -> float:
        """The share of the kills that a 那么 gave, in percent."""
        return _percent(self.by_kill[Kill.THEN], len(self.killed))

    @cached_property
    def by_kill(self) -> Counter[Kill]:
        """How many defects each manner of kill has."""
        return Counter(one.noticed[0].kill for one in self.killed)

    def by_kind(self) -> dict[str, tuple[int, int, int]]:
        """Return for each kind: all, noticed, noticed by a 那么."""
        kinds = {kind: [one for one in self.counted if one.defect.kind == kind] for kind in KINDS}
        return {
            KINDS[kind]: (
                len(ones),
                sum(bool(one.noticed) for one in ones),
                sum(bool(one.noticed) and one.noticed[0].kill is Kill.THEN for one in ones),
            )
            for kind, ones in kinds.items()
            if ones
        }

    def kills_of(self) -> dict[str, list[str]]:
        """Return the defects that each scenario noticed; complete only after a matrix."""
        looked = self.second_look
        found = {one.name: [looked[one.name]] if one.name in looked else [] for one in self.known}
        for verdict in self.killed:
            for one in verdict.noticed:
                found[one.scenario].append(verdict.id)
        return found

    @property
    def idle(self) -> list[Known]:
        """The scenarios that noticed nothing: dead weight, if no defect is missing."""
        kills = self.kills_of()
        return [one for one in self.known if not kills[one.name]]

    def alone(self) -> dict[str, list[str]]:
        """Return what each scenario alone noticed; it means something only after a matrix."""
        single = {one.id for one in self.killed if len(one.noticed) == 1}
        return {
            name: [id_ for id_ in ids if id_ in single] for name, ids in self.kills_of().items()
        }

    @property
    def seconds(self) -> float:
        """The work of all workers together."""
        outcomes = [one for v in self.verdicts for one in (v.clause, v.whole) if one]
        return round(sum(one.seconds for one in outcomes), 1)


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 1) if whole else 0.0


def as_json(score: Score) -> Json:
    """Return all that is known, for programs."""
    alone = score.alone()
    return {
        "at": datetime.now().astimezone().isoformat(timespec="seconds"),
        "commit": commit(),
        **summary(score),
        "sentence": sentence(score),
        "by_kind": score.by_kind(),
        "is_matrix": score.is_matrix,
        "seconds": score.seconds,
        "defects": [_defect_json(one) for one in score.verdicts],
        "scenarios": [
            {"name": name, "kills": ids, "alone": alone[name] if score.is_matrix else None}
            for name, ids in score.kills_of().items()
        ],
    }


def _defect_json(verdict: DefectVerdict) -> Json:
    defect, first = verdict.defect, verdict.noticed[0] if verdict.noticed else None
    return {
        "id": verdict.id,
        "sentence": defect.sentence,
        "clause": defect.clause,
        "kind": defect.kind,
        "layer": defect.layer,
        "verdict": verdict.word,
        "scenario": first.scenario if first else "",
        "noticed_at": first.sentence if first else "",
        "message": first.message if first else verdict.trouble,
        "equivalent": defect.equivalent,
    }


def summary(score: Score) -> Json:
    """Return the numbers."""
    return {
        "total": len(score.counted),
        "killed": len(score.killed),
        "killed_share": score.killed_share,
        "then_share": score.then_share,
        "by_kill": {KILLS[kill]: score.by_kill[kill] for kill in Kill},
    }


def show(console: Console, score: Score) -> None:
    """Print the score by kind, then what was not noticed."""
    table = Table("类别", "缺陷", "发现", "由“那么”", title="植入缺陷的得分")
    for kind, (total, killed, then) in score.by_kind().items():
        table.add_row(kind, str(total), str(killed), str(then))
    console.print(table)
    console.print(sentence(score), markup=False)
    for one in score.survivors:
        about = f"{KINDS[one.defect.kind]}：{one.id}：{one.defect.sentence}（{one.defect.clause}）"
        console.print(f"  {one.word} {about} {one.trouble}".rstrip(), markup=False)


def show_idle(console: Console, score: Score) -> None:
    """Print the scenarios that noticed nothing; it means something only after a whole run."""
    console.print(f"{len(score.known)} 个场景中，{len(score.idle)} 个什么也没有发现。")
    for one in score.idle:
        console.print(f"  {one.name}（{'、'.join(one.clauses)}）", markup=False)


def sentence(score: Score) -> str:
    """Return the score in a sentence."""
    ways = "，".join(f"{KILLS[kill]} {count}" for kill, count in score.by_kill.most_common())
    return (
        f"植入 {len(score.counted)} 个缺陷，发现 {len(score.killed)} 个（{score.killed_share}%），"
        f"其中由“那么”发现的占 {score.then_share}%（{ways}）。"
    )


def publish(score: Score) -> None:
    """Write the page and the JSON, and append the score to the history."""
    data = as_json(score)
    write_json(DATA, data)
    kept = ("at", "commit", "total", "killed", "killed_share", "then_share", "is_matrix")
    append_line(HISTORY, {name: data[name] for name in kept})
    alone = TEMPLATES.get_template("alone.html")
    PAGE.write_text(alone.render(title="植入缺陷的得分", page=page()), encoding="utf-8")


def page() -> str:
    """Return the last whole run for people; empty before the first."""
    if not DATA.exists():
        return ""
    data = json.loads(DATA.read_text(encoding="utf-8"))
    earlier = [json.loads(line) for line in lines_of(HISTORY)]
    return TEMPLATES.get_template("mutation.html").render(
        data=data, kinds=KINDS, earlier=earlier[-MOST_RUNS:]
    )


def recorded() -> Json:
    """Return the score that the suite must hold; empty before the first is recorded."""
    return dict(json.loads(RECORD.read_text(encoding="utf-8"))) if RECORD.exists() else {}


def record(score: Score) -> None:
    """Write down the score that the suite must hold from now on."""
    kills: Mapping[str, Json] = {
        one.id: {"by": one.noticed[0].kill, "scenario": one.noticed[0].scenario}
        for one in score.killed
    }
    data = {
        **summary(score),
        "survivors": [one.id for one in score.survivors],
        "kills": kills,
        "scenarios": {name: ids[0] for name, ids in score.kills_of().items() if ids},
        "idle": [one.name for one in score.idle],
    }
    write_json(RECORD, data)
