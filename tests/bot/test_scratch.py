"""What is temporary in a run lies in a private folder, and is gone afterwards."""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from bot.scratch import VARIABLES, private_folder

# starts a browser, then kills driver, browser and itself, as a power cut would
KILLED = """
import psutil, sys
from pathlib import Path
from playwright.sync_api import sync_playwright
from bot.scratch import private_folder
from pages.browser import launch

with private_folder(Path(sys.argv[1])), sync_playwright() as playwright:
    context = launch(playwright).new_context()
    context.tracing.start(snapshots=True)
    context.new_page().set_content("<input value=Mock-1>")
    process = psutil.Process()
    for one in [*process.children(recursive=True), process]:
        one.kill()
"""


@pytest.fixture
def usual(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where things go that say nothing else."""
    usual = tmp_path / "usual"
    usual.mkdir()
    for name in VARIABLES:
        monkeypatch.setenv(name, str(usual))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return usual


def test_everything_temporary_is_inside_and_then_gone(usual: Path, tmp_path: Path):
    """Nobody else may look into it, a child inherits it, and afterwards all is as before."""
    with private_folder(tmp_path / "store") as folder:
        mode = folder.stat().st_mode & 0o777
        (folder / "sub").mkdir()
        ask = [sys.executable, "-c", "import tempfile; print(tempfile.gettempdir())"]
        childs = subprocess.run(ask, capture_output=True, text=True, check=True).stdout.strip()
        own = tempfile.gettempdir()

    assert (folder.parent, mode) == (usual, 0o700)
    assert (childs, own) == (str(folder), str(folder))
    assert (list(usual.iterdir()), tempfile.gettempdir()) == ([], str(usual))


def test_what_another_portal_keeps_is_left_alone(usual: Path, tmp_path: Path):
    """Its run may still go on."""
    with private_folder(tmp_path / "one") as one, private_folder(tmp_path / "two"):
        assert one.exists()


def test_after_a_kill_the_next_start_wipes(usual: Path, tmp_path: Path):
    """Driver and browser killed with it leave what was typed behind, for ever but for this."""
    store = tmp_path / "store"
    killed = subprocess.run([sys.executable, "-c", KILLED, str(store)], check=False)
    left = [path.read_bytes() for path in usual.rglob("*") if path.is_file()]

    with private_folder(store) as folder:
        now = list(usual.iterdir())

    assert killed.returncode == -9
    assert any(b"Mock-1" in content for content in left)
    assert now == [folder]
