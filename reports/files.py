"""Files that a full disk or a kill may have cut off, and how they are written whole."""

import json
from os import SEEK_END
from pathlib import Path

from fixtures.verdict import Json


def lines_of(file: Path) -> list[str]:
    """Return the lines that are not blank; a character that is cut off is replaced."""
    text = file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""
    return [line for line in text.split("\n") if line]  # `splitlines` would cut texts at U+2028


def read_json(file: Path) -> Json | None:
    """Return the content of a file; one that is half written is as good as none."""
    try:
        return dict(json.loads(file.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError):
        return None


def write_whole(file: Path, text: str) -> None:
    """Write a file, or leave the old one as it was."""
    file.parent.mkdir(exist_ok=True)
    new = file.with_name(f"{file.name}.new")
    new.write_text(text, encoding="utf-8")
    new.replace(file)


def write_json(file: Path, data: Json) -> None:
    """Write data for people to read and compare; write it whole."""
    write_whole(file, json.dumps(data, ensure_ascii=False, indent=1) + "\n")


def append_line(file: Path, data: Json) -> None:
    """Add a line of JSON to a file; make the file and its folder if they are missing.

    A last line that was cut off stays a line of its own.
    """
    file.parent.mkdir(exist_ok=True)
    with file.open("ab+") as lines:
        size = lines.seek(0, SEEK_END)
        lines.seek(max(size - 1, 0))
        end = b"\n" if lines.read(1) not in {b"", b"\n"} else b""
        lines.write(end + json.dumps(data, ensure_ascii=False).encode() + b"\n")
