"""The start-up cost of a command, compared with the same command of an earlier version.

The two take turns, so that other load on the machine affects both alike. The median of the rounds
counts, by the processor time of the whole process.
"""

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
EARLIER = "2a78785"  # a version whose every command loaded all of the bot
LIMITS = {  # share of the earlier version's time, by the words of the command
    ("--help",): 0.35,
    ("--version",): 0.35,
    ("status", "--data-dir", "data"): 0.5,
    ("verify", "evidence", "--key", "public-key.pem"): 0.5,
}


def main() -> int:
    """Measure, print, and fail if a command costs more than it may."""
    parser = argparse.ArgumentParser(prog="benchmarks.commands", description="命令的起动")
    parser.add_argument("--earlier", default=EARLIER, help="和哪个版本比")
    parser.add_argument("--rounds", type=int, default=7, help="各跑几次")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        earlier = Path(folder)
        archive = subprocess.run(
            ["git", "archive", options.earlier, "bot", "pages"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            check=True,
        )
        subprocess.run(["tar", "-x"], cwd=earlier, input=archive.stdout, check=True)
        return max([compare(words, earlier, options.rounds) for words in LIMITS])


def compare(words: Sequence[str], earlier: Path, rounds: int) -> int:
    """Measure one command in both versions; return 1 if it costs more than it may."""
    pairs = [(seconds(words, earlier), seconds(words, ROOT)) for _ in range(rounds)]
    then, now = (statistics.median(times) for times in zip(*pairs, strict=True))
    ratio, limit = now / then, LIMITS[tuple(words)]
    print(
        f"{' '.join(words[:1])}：{then:.2f} → {now:.2f} s，{ratio:.2f} 倍；上限 {limit}", flush=True
    )
    return int(ratio > limit)


def seconds(words: Sequence[str], root: Path) -> float:
    """Return the processor time of one call of the version in this folder."""
    before = _processor()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-m", "bot.cli", *words],
            cwd=folder,
            env={"PYTHONPATH": str(root), "HOME": folder, "LC_ALL": "C.UTF-8"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
    return _processor() - before


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main())
