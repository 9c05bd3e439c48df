"""A home of a test's own, and settings that are written into a folder and trusted in that home."""

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from bot.settings_file import FILE_NAME, read_settings_file
from bot.trust import Trusted, keep_trusted


@contextmanager
def own_home(folder: Path) -> Iterator[None]:
    """Let this folder be the home; caches of fonts and browsers stay where they are."""
    cache = os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))
    data = str(folder / ".local" / "share")
    with patch.dict(os.environ, HOME=str(folder), XDG_CACHE_HOME=cache, XDG_DATA_HOME=data):
        yield


def write_settings(folder: Path, text: str) -> None:
    """Write the settings of a folder, and trust them as a person would."""
    (folder / FILE_NAME).write_text(text, encoding="utf-8")
    trust_settings(folder)


def trust_settings(folder: Path) -> None:
    """Trust the settings of a folder as they are."""
    assert Path.home() != Path(pwd.getpwuid(os.getuid()).pw_dir), "a test needs a home of its own"
    file = read_settings_file(folder)
    keep_trusted(folder, Trusted.now_in(file))
