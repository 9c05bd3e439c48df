"""Files and folders that only this user may read; each is there whole, or not at all."""

import os
from pathlib import Path

FOLDER, FILE = 0o700, 0o600
HALF = ".part"  # suffix of a file that is still being written; its name begins with a dot


def write_private(file: Path, content: bytes) -> None:
    """Write a file so that a full disk or a power cut leaves the old one, or none.

    Raises:
        OSError: it could not be written; no partial file stays.
    """
    half = write_half(file, content)
    try:
        os.replace(half, file)
    except OSError:
        half.unlink(missing_ok=True)
        raise


def write_half(file: Path, content: bytes) -> Path:
    """Write the partial file that is to replace this file, and return where it lies.

    Raises:
        OSError: it could not be written; no partial file stays.
    """
    half = file.with_name(f".{file.name}{HALF}")
    half.unlink(missing_ok=True)  # what a kill has left may be open to others
    try:
        with open(half, "xb", opener=_private) as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError:
        half.unlink(missing_ok=True)
        raise
    return half


def make_private(folder: Path) -> None:
    """Make a folder, and close it to everybody else."""
    folder.mkdir(mode=FOLDER, parents=True, exist_ok=True)
    folder.chmod(FOLDER)


def is_half(file: Path) -> bool:
    """Tell whether this is a partial file that a kill left."""
    return file.name.startswith(".") and file.suffix == HALF


def is_private(file: Path) -> bool:
    """Tell whether only this user may read it; always true on systems without POSIX modes."""
    return os.name != "posix" or not file.stat().st_mode & 0o077


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, FILE)
