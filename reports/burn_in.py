"""Run new and changed scenarios many times on a busy machine, before they may gate."""

import argparse
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gherkin.parser import Parser

ROOT = Path(__file__).parent.parent
FEATURES = "features"
TIMES = 10
WRONG_USAGE = 2


def main() -> int:
    """Run the scenarios that are new since a revision, and return the exit code."""
    parser = argparse.ArgumentParser(prog="reports.burn_in", description="考验新的和改过的场景")
    parser.add_argument("since", nargs="?", default="HEAD", help="与哪个版本相比，默认 HEAD")
    parser.add_argument("--times", type=int, default=TIMES, help="每个场景跑几次")
    options = parser.parse_args()
    try:
        titles = changed(options.since)
    except subprocess.CalledProcessError:
        print(f"没有 {options.since} 这个版本：请写 make burn-in SINCE=版本。", file=sys.stderr)
        return WRONG_USAGE
    if not titles:
        print(f"自 {options.since} 以来没有新的或改过的场景。")
        return 0
    print(
        f"考验 {len(titles)} 个场景，各 {options.times} 次：{'，'.join(sorted(titles))}", flush=True
    )
    with busy_machine():
        return run(titles, options.times)


def changed(since: str) -> set[str]:
    """Return the titles of the scenarios that a revision lacks or words differently.

    Raises:
        CalledProcessError: there is no such revision.
    """
    found = set()
    for file in sorted((ROOT / FEATURES).glob("*.feature")):
        before = scenarios(_at(since, f"{FEATURES}/{file.name}"))
        now = scenarios(file.read_text(encoding="utf-8"))
        found |= {title for title, content in now.items() if before.get(title) != content}
    return found


def scenarios(text: str) -> dict[str, Any]:
    """Return the content of each scenario of a feature, with its 背景 and without line numbers."""
    feature: Any = Parser().parse(text)["feature"] if text.strip() else None
    return dict(_walk(feature, ())) if feature else {}


def _walk(parent: Any, before: tuple[Any, ...]) -> Iterator[tuple[str, Any]]:
    for child in parent["children"]:
        if "background" in child:
            before = (*before, _words(child["background"]))
        elif "rule" in child:
            yield from _walk(child["rule"], before)
        else:
            yield child["scenario"]["name"], (before, _words(child["scenario"]))


def _words(node: Any) -> Any:
    """Return a part of a feature without its ids and places."""
    if isinstance(node, dict):
        return {name: _words(node[name]) for name in node if name not in {"id", "location"}}
    return [_words(one) for one in node] if isinstance(node, list) else node


def _at(revision: str, path: str) -> str:
    subprocess.run(
        ["git", "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    shown = subprocess.run(
        ["git", "show", f"{revision}:{path}"], cwd=ROOT, capture_output=True, check=False
    )
    return shown.stdout.decode() if shown.returncode == 0 else ""  # a new file


def run(titles: set[str], times: int) -> int:
    """Run scenarios again and again; a scenario that fails once is not fit to gate."""
    command = [sys.executable, "-m", "pytest", FEATURES, "-n", "auto", "--record"]
    command += [f"--count={times}", "--alluredir=reports/allure-results"]
    command += ["--clean-alluredir", *(f"--title={title}" for title in sorted(titles))]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


@contextmanager
def busy_machine() -> Iterator[None]:
    """Keep every core busy inside the `with` block."""
    workers = [
        multiprocessing.Process(target=_spin, daemon=True) for _ in range(os.cpu_count() or 1)
    ]
    for worker in workers:
        worker.start()
    try:
        yield
    finally:
        for worker in workers:
            worker.terminate()
            worker.join()


def _spin() -> None:
    while True:
        pass


if __name__ == "__main__":
    sys.exit(main())
