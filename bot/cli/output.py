"""What every command prints with: the two streams, tables, lines, and JSON for programs."""

import json
import logging
import sys
import traceback
from collections.abc import Iterable, Sequence
from io import TextIOWrapper
from typing import Any

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from pages.visible import in_one_line, is_hidden, visible

for stream in (sys.stdout, sys.stderr):
    if isinstance(stream, TextIOWrapper):  # a sign that it cannot show stops nothing
        stream.reconfigure(errors="backslashreplace")
SEPARATOR = " | "  # between the fields of a line; no field has the character


class Output(Console):
    """A stream on which each text that is printed stays one line, and moves no cursor.

    File names, cells of a list, settings and packs of others may hold any character.
    """

    def print(self, *objects: Any, **options: Any) -> None:
        """Print, with hidden characters spelled out."""
        shown = (visible(one) if isinstance(one, str) else one for one in objects)
        super().print(*shown, **options)


out = Output(soft_wrap=True, highlight=False)
err = Output(soft_wrap=True, highlight=False, stderr=True)


class ErrorLog(logging.Handler):
    """Prints what the program logs on the error stream, as everything else there."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print a message, and below it the stack trace that it brings."""
        err.print(record.getMessage(), markup=False)
        if record.exc_info:
            for line in "".join(traceback.format_exception(*record.exc_info)).splitlines():
                err.print(line, markup=False)


def show_log() -> None:
    """Let the program's own log appear on the error stream."""
    logging.getLogger("bot").addHandler(ErrorLog(logging.WARNING))


def print_table(headings: Iterable[str], rows: Sequence[tuple[str, ...]]) -> None:
    """Print a table, unless it is empty; where nobody looks at a terminal, a line for each row."""
    if not out.is_terminal:
        for cells in rows:
            print_line(out, cells)
    elif rows:
        table = Table(*(Column(name, overflow="fold") for name in headings))
        for cells in rows:
            table.add_row(*(Text(visible(cell)) for cell in cells))
        out.print(table, soft_wrap=False)


def print_line(console: Console, fields: Iterable[str]) -> None:
    """Print one line that can be searched and split, whatever line ends the fields have."""
    plain = (in_one_line(field).replace("|", "｜") for field in fields)
    console.print(Text(SEPARATOR.join(plain)))


def print_json(data: Any) -> None:
    """Print for machines; what is hidden stands as JSON's own escapes, so no value changes."""
    text = json.dumps(data, ensure_ascii=False, indent=2)
    print("\n".join(map(_in_json, text.split("\n"))))


def _in_json(line: str) -> str:
    return "".join([json.dumps(one)[1:-1] if is_hidden(one) else one for one in line])
