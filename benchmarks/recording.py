"""The cost of recording for a green suite: the same scenarios, plain and recorded.

The two take turns, so that other load on the machine affects both alike. The median of the pairs
counts, by wall time and by processor time.
"""

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
LIMIT = 0.15


def main() -> int:
    """Measure, print, and fail if it costs more than it may."""
    parser = argparse.ArgumentParser(prog="benchmarks.recording", description="记录的代价")
    parser.add_argument("paths", nargs="*", default=["features"], help="跑哪些场景")
    parser.add_argument("--rounds", type=int, default=3, help="各跑几次")
    options = parser.parse_args()
    walls, cpus = [], []
    for number in range(1, options.rounds + 1):
        plain, recorded = measure(options.paths), measure(options.paths, "--record")
        walls.append(recorded[0] / plain[0] - 1)
        cpus.append(recorded[1] / plain[1] - 1)
        print(
            f"{number}: 不记录 {plain[0]:.1f} s（处理器 {plain[1]:.1f} s），"
            f"记录 {recorded[0]:.1f} s（处理器 {recorded[1]:.1f} s）",
            flush=True,
        )
    wall, cpu = statistics.median(walls), statistics.median(cpus)
    print(f"记录多花：墙钟 {wall:+.1%}，处理器 {cpu:+.1%}；上限 {LIMIT:.0%}")
    return 0 if wall < LIMIT else 1


def measure(paths: list[str], *options: str) -> tuple[float, float]:
    """Run the scenarios; return the wall time and the processor time in seconds."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pytest", "-q", "-n", "auto", "-p", "no:randomly", *paths]
        results = (f"--alluredir={Path(folder, 'results')}", *options) if options else ()
        before, begun = _processor(), time.monotonic()
        subprocess.run([*command, *results], cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
        return time.monotonic() - begun, _processor() - before


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main())
