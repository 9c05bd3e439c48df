"""This project with other features, in a folder of its own: for nights that go wrong."""

import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
OWN = {"features", "reports", ".venv", ".git"}


def small_project(folder: Path, *modules: str) -> Path:
    """Return a project of links, with these seeded features and reports of its own."""
    root = folder / "project"
    for name in ("features", "reports"):
        (root / name).mkdir(parents=True)
    for path in ROOT.iterdir():
        if path.name not in OWN and not path.name.endswith("_cache"):
            (root / path.name).symlink_to(path)
    for path in (ROOT / "reports").iterdir():
        if path.suffix in {".py", ".json"} or path.name in {"templates", "node_modules"}:
            (root / "reports" / path.name).symlink_to(path)
    shutil.copy(ROOT / "features/__init__.py", root / "features")
    shutil.copy(ROOT / "features/quarantine.toml", root / "features")
    for module in modules:
        add_feature(root, module)
    return root


def add_feature(root: Path, module: str) -> None:
    """Bind one of the seeded features in this project."""
    seeded = ROOT / "tests/seeded"
    shutil.copy(seeded / f"{module}.feature", root / "features")
    code = (seeded / f"{module}.py").read_text(encoding="utf-8")
    (root / f"features/test_{module}.py").write_text(code, encoding="utf-8")


def run_night(root, *options, command="run", limit=None, **environ):
    """Run the night, or the merge, and return the ended process; no file grows over the limit."""
    return subprocess.run(
        [sys.executable, "-m", "reports.night", command, *options],
        cwd=root,
        env=os.environ | environ,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limit and (lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))),
    )
