"""Worker processes that do tasks, how far they are, and the journal that lets them go on."""

import hashlib
import json
import multiprocessing
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import asdict, dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from queue import Empty
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from fixtures.mutants import ROOT, Kill, Known, Noticed, Outcome, Task, work
from reports.files import append_line, lines_of, write_whole

SOURCES = ("features", "steps", "pages", "fixtures", "mock_portal")
SECONDS_TO_END = 10.0
WORSE, WRONG_USAGE, NOT_FIT, STOPPED = 1, 2, 4, 130  # exit codes
CONTEXT = multiprocessing.get_context("spawn")


class WorkerDied(Exception):
    """A worker has ended with tasks left."""


class Crew:
    """So many pytest processes, each with a browser and a portal of its own."""

    def __init__(self, count: int, folder: Path, tests: tuple[str, ...] = ("features",)) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._tasks: Any = CONTEXT.Queue()
        self._answers: Any = CONTEXT.Queue()
        self._logs = [folder / f"worker-{number}.log" for number in range(count)]
        self._tests = tests
        self._workers: list[BaseProcess] = []
        self.known: list[Known] = []

    def __enter__(self) -> "Crew":
        """Start the workers, and wait until they know what they can run."""
        for log in self._logs:
            args = (self._tasks, self._answers, log, self._tests)
            worker = CONTEXT.Process(target=work, args=args)
            worker.start()
            self._workers.append(worker)
        for _ in self._workers:
            self.known = self._next()
        return self

    def __exit__(self, *error: object) -> None:
        """Let the workers end; after an error, make them."""
        for worker in self._workers:
            if any(error):
                worker.terminate()
            else:
                self._tasks.put(None)
        for worker in self._workers:
            worker.join(SECONDS_TO_END)

    def do(self, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """Do tasks, and yield what came of them as it comes."""
        waiting = list(tasks)
        for task in waiting:
            self._tasks.put(task)
        for _ in waiting:
            yield self._next()

    def _next(self) -> Any:
        while True:
            try:
                return self._answers.get(timeout=1)
            except Empty:
                for worker, log in zip(self._workers, self._logs, strict=True):
                    if not worker.is_alive():
                        raise WorkerDied(f"一个工作进程退出了，原因在 {log}") from None


class Journal:
    """What came of each task so far; as soon as the sources have changed, it is only a hint."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._print = fingerprint()
        self.done: dict[str, Outcome] = {}
        self.hints: dict[str, Outcome] = {}  # what came of a task when it was last done
        for line in lines_of(file):
            with suppress(ValueError, KeyError, TypeError):  # half a line, or an older one
                fields = dict(json.loads(line))
                sources, outcome = fields.pop("sources"), _outcome(fields)
                self.hints[outcome.key] = outcome
                if sources == self._print:
                    self.done[outcome.key] = outcome

    @property
    def folder(self) -> Path:
        """The folder in which it lies, beside the logs of the workers."""
        return self._file.parent

    def keep(self, outcome: Outcome) -> None:
        """Write down an outcome at once."""
        self.done[outcome.key] = outcome
        append_line(self._file, {"sources": self._print, **asdict(outcome)})

    def close(self) -> None:
        """End the run: the next one does everything again."""
        known = {**self.hints, **self.done}.values()
        lines = [json.dumps({"sources": "", **asdict(one)}, ensure_ascii=False) for one in known]
        write_whole(self._file, "".join(f"{line}\n" for line in lines))


class Bar:
    """How far the work has come; a log gets a line for each part."""

    def __init__(self, console: Console) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        self._console = console
        self._progress = Progress(*columns, TimeElapsedColumn(), console=console)
        self._shown = self._progress if console.is_terminal else nullcontext()

    def __enter__(self) -> "Bar":
        self._shown.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._shown.__exit__(None, None, None)

    def begin(self, title: str, total: int, done: int) -> None:
        """Begin another part, of which some may be done already."""
        self._task = self._progress.add_task(title, total=total, completed=done)
        if not self._console.is_terminal:
            self._console.print(f"{title}：{total} 项，已做 {done} 项")

    def advance(self) -> None:
        """Count one more."""
        self._progress.advance(self._task)


@dataclass(frozen=True)
class ResumableRun:
    """A crew at work, of which the journal knows what is done already."""

    crew: Crew
    journal: Journal
    bar: Bar

    def do(self, title: str, tasks: Iterable[Task]) -> list[Outcome]:
        """Do the tasks that are left, and return what came of all of them, in their order."""
        tasks = list(tasks)
        left = [task for task in tasks if task.key not in self.journal.done]
        self.bar.begin(title, len(tasks), len(tasks) - len(left))
        for outcome in self.crew.do(left):
            self.journal.keep(outcome)
            self.bar.advance()
        return [self.journal.done[task.key] for task in tasks]


@contextmanager
def at_work(
    workers: int, journal: Journal, console: Console, tests: tuple[str, ...] = ("features",)
) -> Iterator[ResumableRun]:
    """Let a crew work inside the `with` block; if it ends early, say how to go on.

    Raises:
        SystemExit: the person stopped it, or a worker died.
    """
    try:
        with Crew(workers, journal.folder, tests) as crew, Bar(console) as bar:
            yield ResumableRun(crew, journal, bar)
    except KeyboardInterrupt:
        print("已停下；再执行一次同样的命令，就接着跑。", file=sys.stderr)
        raise SystemExit(STOPPED) from None
    except WorkerDied as reason:
        print(f"{reason}；再执行一次同样的命令，就接着跑。", file=sys.stderr)
        raise SystemExit(NOT_FIT) from None


def tell_red(console: Console, sentence: str, red: Iterable[Noticed]) -> None:
    """Print what fails on the portal as it is, after a sentence that says what to do."""
    console.print(sentence, markup=False)
    for one in red:
        console.print(f"  {one.scenario}：{one.sentence}：{one.message}", markup=False)


def mark(names: Sequence[str]) -> str:
    """Return a short name for many names, to tell tasks apart by."""
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]


def _outcome(fields: dict[str, Any]) -> Outcome:
    noticed = [Noticed(**{**one, "kill": Kill(one["kill"])}) for one in fields.pop("noticed")]
    return Outcome(noticed=noticed, **fields)


def fingerprint() -> str:
    """Return a number for all that decides whether a defect is noticed."""
    digest = hashlib.sha256()
    for folder in SOURCES:
        for file in sorted((ROOT / folder).rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def cores() -> int:
    """Return how many workers this machine can feed."""
    return max(2, os.cpu_count() or 2)
