"""The front page of the report, and the guide with the scenarios that prove each clause."""

import base64
import io
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from PIL import Image

from fixtures.guide import Clause, clauses, sections
from fixtures.verdict import NAMES, ScenarioState, by_scenario, state, title
from reports import screens
from reports.categories import CATEGORIES, category, meaning
from reports.history import BAD, Night, failing_since
from reports.prepare import TRACE, Json

WIDTH = 560  # of a picture in the page
TELLING = ("软失败", "失败的请求", "控制台错误")
PICTURES = {"image/png", "image/jpg", "image/jpeg"}
LOOKED_AT = {ScenarioState.FAILED, ScenarioState.FLAKY, ScenarioState.QUARANTINED}
LONGEST, MOST_LINES = 200, 8
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
    since: str
    is_new: bool
    sentence: str
    meaning: str
    message: str
    hints: str
    picture: str
    trace: str


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

    def __init__(self, folder: Path, lines: Sequence[Json], nights: Sequence[Night]) -> None:
        self._folder = folder
        self._lines = lines
        self._nights = nights
        self._results = {one["fullName"]: one for one in _read_results(folder)}
        self.by_scenario = by_scenario(lines)
        self.states = {name: state(tries) for name, tries in self.by_scenario.items()}
        for name, result in self._results.items():  # the checks of the project have no attempts
            self.states.setdefault(name, _state_of(result))

    def html(self) -> str:
        """Return the page."""
        return TEMPLATES.get_template("front.html").render(
            counts=self.counts(),
            names=NAMES,
            failures=self.failures(),
            categories=[one.name for one in CATEGORIES],
            fixed=self.fixed(),
            errors=self.errors(),
            environment=self.environment(),
            trend=self.trend(),
            last=self._nights[-1] if self._nights else None,
            State=ScenarioState,
        )

    def guide(self) -> str:
        """Return the guide, clause by clause."""
        paragraphs = [self._paragraph(clause) for clause in clauses()]
        return TEMPLATES.get_template("guide.html").render(
            sections=sections(), paragraphs=paragraphs, names=NAMES, State=ScenarioState
        )

    def counts(self) -> Counter[ScenarioState]:
        """Return how many scenarios are in each state."""
        return Counter(self.states.values())

    def failures(self) -> list[Failure]:
        """Return the failed, flaky and quarantined scenarios, new failures first."""
        found = [self._failure(n, now) for n, now in self.states.items() if now in LOOKED_AT]
        return sorted(found, key=lambda one: (not one.is_new, one.place, one.name))

    def attempts(self) -> Iterator[Json]:
        """Return every attempt."""
        for tries in self.by_scenario.values():
            yield from tries

    def pictures(self) -> dict[str, str]:
        """Return the picture file of each failure that has a picture."""
        found = {}
        for name, now in self.states.items():
            attached = _attachments(self._shown(name, now)) if now in LOOKED_AT else ()
            if files := [_file(one) for one in attached if one["contentType"] in PICTURES]:
                found[name] = files[-1]
        return found

    def fixed(self) -> list[str]:
        """Return the scenarios that failed last night and pass now."""
        failed_before = self._nights[-1].failed if self._nights else frozenset()
        return sorted(n for n in failed_before if self.states.get(n) is ScenarioState.PASSED)

    def errors(self) -> list[Json]:
        """Return the errors that kept scenarios from running at all."""
        seen = {line["message"]: line for line in self._lines if line["kind"] == "error"}
        return list(seen.values())

    def environment(self) -> dict[str, str]:
        """Return the facts of the run: when, where and with which tools it ran."""
        runs = [line for line in self._lines if line["kind"] == "run"]
        browsers = sorted({t["browser"] for tries in self.by_scenario.values() for t in tries})
        known: dict[str, set[str]] = {
            "开始": {_minute(run["at"]) for run in runs[:1]},
            "浏览器": {name for name in browsers if name},
            "门户": {run["portal"] or "自带的模拟门户" for run in runs},
            "版本": {"地方（广东）版本"} if runs else set(),
            "提交": {run["commit"] for run in runs},
            "随机种子": {run["seed"] for run in runs},
            "机器": {run["machine"] for run in runs},
        }
        return {name: "，".join(sorted(values)) for name, values in known.items() if any(values)}

    def trend(self) -> list[dict[str, Any]]:
        """Return each night and this run as a bar of the trend."""
        bars = [(f"{n.at:%m-%d}", len(n.known), len(n.failed)) for n in self._nights]
        bad = sum(
            one in {ScenarioState.FAILED, ScenarioState.QUARANTINED} for one in self.states.values()
        )
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
        failed_step = next(
            (step for step in bad.get("steps", ()) if step.get("status") in BAD), None
        )
        attached = list(_attachments(bad))
        message = (bad.get("error") or {}).get("message") or ""
        sentences = [attempt["step"] for attempt in tries if attempt["step"]]
        return Failure(
            id=bad.get("id", ""),
            name=title(tries[0]) if tries else bad["name"],
            place=name.rpartition(" › ")[0],
            state=now,
            clauses=tuple(tries[0]["clauses"]) if tries else (),
            category=category(message),
            since=f"{since.at:%m-%d}" if since else "",
            is_new=bool(self._nights) and since is None and now is ScenarioState.FAILED,
            sentence=failed_step["name"] if failed_step else (sentences or [""])[-1],
            meaning=meaning(message),
            message=_plain(message),
            hints=self._hints(attached),
            picture=self._picture(attached),
            trace=next((_file(one) for one in attached if one["contentType"] == TRACE), ""),
        )

    def _shown(self, name: str, now: ScenarioState) -> Json:
        """Return the result that shows a failure; for a flaky scenario, an earlier result."""
        last = self._results.get(name, {})
        if now is not ScenarioState.FLAKY:
            return last
        earlier = _read_results(self._folder, retries=True)
        bad = (one for one in earlier if one["fullName"] == name and one["status"] in BAD)
        return next(bad, last)

    def _paragraph(self, clause: Clause) -> Paragraph:
        names = [n for n, tries in self.by_scenario.items() if clause.id in tries[0]["clauses"]]
        names.sort(key=lambda name: _place(self.by_scenario[name][0]))
        pictures = [self._picture(list(_attachments(self._results.get(n, {})))) for n in names]
        return Paragraph(
            clause=clause,
            proofs=tuple(
                Proof(
                    self._results.get(n, {}).get("id", ""),
                    title(self.by_scenario[n][0]),
                    self.states[n],
                )
                for n in names
            ),
            picture=next(filter(None, pictures), "") or _gallery_picture(clause),
        )

    def _picture(self, attached: Sequence[Json]) -> str:
        """Return the picture of the last tab, small enough for a page that may be mailed."""
        pictures = [link for link in attached if link["contentType"] in PICTURES]
        return as_address(self._folder / _file(pictures[-1])) if pictures else ""

    def _hints(self, attached: Sequence[Json]) -> str:
        """Return the first lines of the attached texts that explain the failure."""
        files = [_file(link) for link in attached if link["name"].startswith(TELLING)]
        texts = [(self._folder / file).read_text(encoding="utf-8") for file in files]
        lines = [
            line[:LONGEST] for text in texts for line in text.partition("Call log:")[0].splitlines()
        ]
        return "\n".join(lines[:MOST_LINES])


def as_address(file: Path) -> str:
    """Return a picture as a `data:` address."""
    with Image.open(file) as picture:
        small = picture.convert("RGB")
    small = small.crop((0, 0, small.width, min(small.height, small.width)))
    small.thumbnail((WIDTH, WIDTH))
    written = io.BytesIO()
    small.save(written, "JPEG", quality=70)
    return f"data:image/jpeg;base64,{base64.b64encode(written.getvalue()).decode()}"


def _place(attempt: Json) -> tuple[str, int]:
    file, _, line = attempt["place"].rpartition(":")
    return file, int(line)


def _gallery_picture(clause: Clause) -> str:
    """Return the picture of a clause from the mock portal's page, for a run that took none."""
    shown = [name for name, (shows, _) in screens.CAPTIONS.items() if shows == clause.id]
    files = [file for file in screens.FOLDER.iterdir() if file.stem in shown[:1]]
    return as_address(files[0]) if files else ""


def _read_results(folder: Path, *, retries: bool = False) -> list[Json]:
    files = sorted((folder / "data/test-results").glob("*.json"))
    found = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    return [result for result in found if result["isRetry"] is retries]


def _attachments(part: Json) -> Iterator[Json]:
    """Yield the attachments of a result and of its steps, the innermost first."""
    for step in part.get("steps", ()):
        if step.get("type") == "attachment":
            yield step["link"]
        else:
            yield from _attachments(step)
    for one in part.get("attachments", ()):
        yield one["link"]


def _file(link: Json) -> str:
    return f"data/attachments/{link['id']}{link['ext']}"


def _state_of(result: Json) -> ScenarioState:
    if result["status"] in BAD:
        return ScenarioState.FAILED
    return ScenarioState.PASSED if result["status"] == "passed" else ScenarioState.SKIPPED


def _plain(message: str) -> str:
    """Return the first lines of a message, without the module name of its error class."""
    told = message.partition("Browser logs:")[0].strip().splitlines()
    lines = [line.rstrip() for line in told if line.strip() and "Use -v to get" not in line]
    first, *rest = lines or [""]
    kind, colon, said = first.partition(": ")
    return "\n".join([f"{kind.rpartition('.')[2]}{colon}{said}", *rest][:MOST_LINES])


def _minute(iso: str) -> str:
    return f"{datetime.fromisoformat(iso):%Y-%m-%d %H:%M}"
