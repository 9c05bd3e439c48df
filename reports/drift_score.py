"""The score of the page objects: how many redesigns they survive; table, page, JSON, history."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from rich.console import Console
from rich.table import Table

from fixtures.attempts import commit
from fixtures.mutants import Kill, Noticed, Outcome
from fixtures.touches import wrong
from fixtures.verdict import Json
from mock_portal.redesigns import KINDS, Redesign, catalogue
from reports.files import append_line, write_json
from reports.front import TEMPLATES
from reports.history import MEMORY

HERE = Path(__file__).parent
DATA, PAGE = HERE / "drift.json", HERE / "drift.html"
HISTORY = MEMORY / "drift.jsonl"
RECORD = HERE.parent / "docs" / "drift-score.json"  # what the page objects have reached
LONGEST = 200  # characters of a place in the console
PERSON = "test_person_confirms_a_policy[chromium]"
NOT_LISTED = "PolicyNotListed"
LISTS = (  # scenarios whose 那么 counts what a list shows
    "公告层盖住投保界面，关闭后照常办理",
    "保单在第二页，确认的是这一张，重新登录以后也是",
    "已确认的保单很多，分页列出",
)


@dataclass(frozen=True)
class RedesignVerdict:
    """What came of one redesign; `due` is what each scenario touches on the healthy portal."""

    id: str
    outcome: Outcome
    due: Mapping[str, Sequence[str]]

    @property
    def redesign(self) -> Redesign:
        """The redesign."""
        return catalogue()[self.id]

    @property
    def reds(self) -> Sequence[Noticed]:
        """The scenarios that failed."""
        return [one for one in self.outcome.noticed if one.scenario != PERSON]

    @property
    def is_walkable(self) -> bool:
        """Whether a person still finds the way; if not, redesign or walker are to be mended."""
        return not self.outcome.trouble and len(self.reds) == len(self.outcome.noticed)

    @property
    def survived(self) -> bool:
        """Whether every scenario was green."""
        return not self.outcome.noticed and not self.outcome.trouble

    @cached_property
    def wrong_presses(self) -> Sequence[tuple[str, str]]:
        """Each scenario that touched what a person would not have touched, and what."""
        found = [
            (name, wrong(seen, self.due.get(name, ()), self.redesign.presses))
            for name, runs in self.outcome.touched.items()
            for seen in runs
            if name != PERSON
        ]
        return [(name, one) for name, one in found if one]

    @property
    def cuts(self) -> Sequence[Noticed]:
        """The scenarios in which a list came out too short without a word."""
        return [
            one
            for one in self.reds
            if one.message.startswith(NOT_LISTED)
            or (one.kill is Kill.THEN and one.scenario.endswith(LISTS))
        ]

    @property
    def word(self) -> str:
        """The verdict in a word."""
        if not self.is_walkable:
            return "人也走不通"
        if self.wrong_presses:
            return "按错了"
        return "保住" if self.survived else "停下"


@dataclass(frozen=True)
class DriftScore:
    """All verdicts of one run."""

    verdicts: Sequence[RedesignVerdict]

    @cached_property
    def counted(self) -> Sequence[RedesignVerdict]:
        """The verdicts that count: on redesigns that a person can walk."""
        return [one for one in self.verdicts if one.is_walkable]

    @cached_property
    def survived(self) -> Sequence[RedesignVerdict]:
        """The verdicts on redesigns that every scenario has survived."""
        return [one for one in self.counted if one.survived]

    @property
    def survived_share(self) -> float:
        """The share of the redesigns that were survived, in percent."""
        return round(100 * len(self.survived) / len(self.counted), 1) if self.counted else 0.0

    @property
    def is_unsafe(self) -> bool:
        """Whether a wrong control was touched, or a list cut without a word."""
        return any(one.wrong_presses or one.cuts for one in self.verdicts)

    @property
    def seconds(self) -> float:
        """The work of all workers together."""
        return round(sum(one.outcome.seconds for one in self.verdicts), 1)

    def by_kind(self) -> dict[str, tuple[int, int]]:
        """Return for each kind: all, survived."""
        kinds = {kind: [v for v in self.counted if v.redesign.kind == kind] for kind in KINDS}
        return {
            KINDS[kind]: (len(ones), sum(one.survived for one in ones))
            for kind, ones in kinds.items()
            if ones
        }


def summary(score: DriftScore) -> Json:
    """Return the numbers."""
    return {
        "total": len(score.counted),
        "survived": len(score.survived),
        "survived_share": score.survived_share,
        "wrong_presses": sum(len(one.wrong_presses) for one in score.verdicts),
        "cuts": sum(len(one.cuts) for one in score.verdicts),
    }


def sentence(score: DriftScore) -> str:
    """Return the score in a sentence."""
    return (
        "{total} 种改版，保住 {survived} 种（{survived_share}%）；"
        "按错 {wrong_presses} 次，列表少了而没有说 {cuts} 次。"
    ).format(**summary(score))


def as_json(score: DriftScore) -> Json:
    """Return all that is known, for programs."""
    return {
        "at": datetime.now().astimezone().isoformat(timespec="seconds"),
        "commit": commit(),
        **summary(score),
        "sentence": sentence(score),
        "by_kind": score.by_kind(),
        "seconds": score.seconds,
        "redesigns": [_redesign_json(one) for one in score.verdicts],
    }


def _redesign_json(verdict: RedesignVerdict) -> Json:
    return {
        "id": verdict.id,
        "sentence": verdict.redesign.sentence,
        "kind": KINDS[verdict.redesign.kind],
        "verdict": verdict.word,
        "trouble": verdict.outcome.trouble,
        "reds": [
            {name: getattr(one, name) for name in ("scenario", "sentence", "place", "message")}
            for one in verdict.outcome.noticed
        ],
        "wrong_presses": [f"{name}：{touched}" for name, touched in verdict.wrong_presses],
        "cuts": [one.scenario for one in verdict.cuts],
    }


def show(console: Console, score: DriftScore) -> None:
    """Print the score by kind, then each redesign that was not survived, with every red."""
    table = Table("类别", "改版", "保住", title="改版的得分")
    for kind, (total, survived) in score.by_kind().items():
        table.add_row(kind, str(total), str(survived))
    console.print(table)
    console.print(sentence(score), markup=False)
    for verdict in score.verdicts:
        if not verdict.survived or verdict.wrong_presses:
            about = f"  {verdict.word} {verdict.id}：{verdict.redesign.sentence}"
            _line(console, f"{about} {verdict.outcome.trouble}".rstrip())
        for one in verdict.outcome.noticed:
            title = one.scenario.rpartition(" › ")[2]
            where = " ".join((one.place or one.message).split())[:LONGEST]
            _line(console, f"    {title}：{one.sentence}：{where}")
        for name, touched in verdict.wrong_presses:
            _line(console, f"    按错 {name}：{touched}")


def _line(console: Console, text: str) -> None:
    console.print(text, markup=False, soft_wrap=True)


def publish(score: DriftScore) -> None:
    """Write the page and the JSON, and append the score to the history."""
    data = as_json(score)
    write_json(DATA, data)
    append_line(HISTORY, {name: data[name] for name in ("at", "commit", *summary(score))})
    page = TEMPLATES.get_template("drift.html").render(data=data)
    alone = TEMPLATES.get_template("alone.html")
    PAGE.write_text(alone.render(title="改版的得分", page=page), encoding="utf-8")


def recorded() -> Json:
    """Return the score that the page objects must hold; empty before the first is recorded."""
    return dict(json.loads(RECORD.read_text(encoding="utf-8"))) if RECORD.exists() else {}


def record(score: DriftScore) -> None:
    """Write down the score that the page objects must hold from now on."""
    data = {**summary(score), "survivors": [one.id for one in score.survived]}
    write_json(RECORD, data)
