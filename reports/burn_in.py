"""Run new and changed scenarios many times on a busy machine, before they may gate."""

import argparse
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from fixtures.changes import FEATURES, ROOT, NoSuchRevision, changed_scenarios

TIMES = 10
WRONG_USAGE = 2


def main() -> int:
    """Run the scenarios that are new since a revision, and return the exit code."""
    parser = argparse.ArgumentParser(prog="reports.burn_in", description="考验新的和改过的场景")
    parser.add_argument("since", nargs="?", default="HEAD", help="与哪个版本相比，默认 HEAD")
    parser.add_argument("--times", type=int, default=TIMES, help="每个场景跑几次")
    options = parser.parse_args()
    try:
        titles = {title for _, title in changed_scenarios(options.since)}
    except NoSuchRevision as reason:
        print(reason, file=sys.stderr)
        return WRONG_USAGE
    if not titles:
        print(f"自 {options.since} 以来没有新的或改过的场景。")
        return 0
    print(
        f"考验 {len(titles)} 个场景，各 {options.times} 次：{'，'.join(sorted(titles))}", flush=True
    )
    with busy_machine():
        return run(titles, options.times)


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
