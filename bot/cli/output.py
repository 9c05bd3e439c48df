"""What every command prints with: the two streams, tables, and JSON for programs."""

import json
import sys
from collections.abc import Iterable, Sequence
from io import TextIOWrapper
from typing import Any

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

for stream in (sys.stdout, sys.stderr):
    if isinstance(stream, TextIOWrapper):  # a sign that it cannot show stops nothing
        stream.reconfigure(errors="backslashreplace")
FILE_WIDTH = 200  # of a table that is not shown in a terminal, so that no number is broken
out = Console(soft_wrap=True, highlight=False)
err = Console(soft_wrap=True, highlight=False, stderr=True)


def print_table(headings: Iterable[str], rows: Sequence[tuple[str, ...]]) -> None:
    """Print a table, unless it is empty."""
    if rows:
        table = Table(*(Column(name, overflow="fold") for name in headings))
        for cells in rows:
            table.add_row(*map(Text, cells))
        out.print(table, soft_wrap=False, width=None if out.is_terminal else FILE_WIDTH)


def print_json(data: Any) -> None:
    """Print for machines."""
    print(json.dumps(data, ensure_ascii=False, indent=2))
