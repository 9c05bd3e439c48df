"""How far the work has come, shown while it goes on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bot.cli.entries import entry_fields
from bot.cli.output import err, print_line
from bot.ledger.entry import Entry
from bot.ledger.states import STATE_WORDS


@contextmanager
def shown_progress(title: str, total: int | None, is_silent: bool) -> Iterator[Progress]:
    """Show how far the work has come."""
    columns = (
        TextColumn(title),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
    )
    progress = Progress(*columns, console=err, disable=is_silent)
    progress.add_task("登录", total=total)
    with progress if err.is_terminal else nullcontext():  # a bar is no line of a log
        yield progress


def counter(progress: Progress) -> Callable[[str], None]:
    """Return what shows that another enterprise is done."""

    def tell(enterprise_name: str) -> None:
        progress.advance(progress.task_ids[0])
        progress.update(progress.task_ids[0], description=enterprise_name)

    return tell


def teller(progress: Progress) -> Callable[[Entry], None]:
    """Return what shows that a work item has come to its end in this run."""
    told = set()

    def tell(entry: Entry) -> None:
        item = entry.item
        told.add(item.reference)
        words = f"{item.enterprise_name} {item.label} {STATE_WORDS[entry.state]}"
        (task,) = progress.task_ids
        progress.update(task, description=words, completed=len(told))
        if not err.is_terminal and not progress.disable:
            print_line(err, entry_fields(entry))

    return tell
