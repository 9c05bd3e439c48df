"""Reads files that somebody else may have made: regular ones alone, of limited size and depth.

A pack comes by mail or on a stick. A link in it may lead anywhere, a pipe never ends, and a file
of zeros may be larger than the disk.
"""

import hashlib
import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import Any

LARGEST = 1 << 30  # bytes of a file that is hashed
LARGEST_RECORD = 8 << 20  # bytes of a file that is read whole
MOST_FILES = 20_000  # in one folder
NO_LINKS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class UnfitFile(OSError):
    """A file that is not read, and in Chinese why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


def digest_of(file: Path) -> str:
    """Return the SHA-256 of a file, in hex; it is never in memory as a whole.

    Raises:
        UnfitFile: it is no regular file, or too large.
        OSError: it cannot be read.
    """
    with _opened(file, LARGEST) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def content_of(file: Path, limit: int = LARGEST_RECORD) -> bytes:
    """Return a file of at most `limit` bytes; raises as `digest_of` says."""
    with _opened(file, limit) as stream:
        return stream.read(limit)


def parsed(content: bytes) -> Any:
    """Return what a record holds.

    Raises:
        UnfitFile: it is no JSON, or so deep that nobody wrote it.
    """
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UnfitFile("内容不是 JSON，或嵌套太深") from error


def listed(folder: Path) -> list[Path]:
    """Return what is in a folder, in order.

    Raises:
        UnfitFile: it is no folder but a link to one, or holds too much.
        OSError: it cannot be read.
    """
    if is_there(folder) and not is_folder(folder):
        raise UnfitFile("不是文件夹，或是链接")
    found: list[Path] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if len(found) >= MOST_FILES:
                raise UnfitFile(f"里面超过 {MOST_FILES} 个文件")
            found.append(folder / entry.name)
    return sorted(found)


def is_there(file: Path) -> bool:
    """Tell whether anything has this name, be it a link that leads nowhere."""
    return _mode(file) != 0


def is_folder(path: Path) -> bool:
    """Tell whether this is a folder itself, and not a link to one."""
    return stat.S_ISDIR(_mode(path))


def _mode(path: Path) -> int:
    try:
        return path.lstat().st_mode
    except (OSError, ValueError):
        return 0


@contextmanager
def _opened(file: Path, limit: int) -> Iterator[BufferedReader]:
    if stat.S_ISLNK(_mode(file)):  # where the system has no such flag, too
        raise UnfitFile("是链接，没有跟随")
    with open(os.open(file, os.O_RDONLY | NO_LINKS), "rb") as stream:
        found = os.fstat(stream.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise UnfitFile("不是普通文件")
        if found.st_size > limit:
            raise UnfitFile(f"超过 {limit >> 20} MB，没有读")
        yield stream
