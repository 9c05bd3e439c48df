"""耐久: one run of many policies; its memory, and the files and processes it leaves behind.

Called as a program: `python -m benchmarks.soak 500`.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import mean

import psutil

from bot.operations import demo
from bot.operations.demo import Doors

PER_ENTERPRISE = 20
SECONDS = 2.0  # between two looks
ALLOWED_GROWTH = 0.20
TENTHS = 10


def main() -> None:
    """Run, print what was measured, and end with 1 if a limit is passed."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    with tempfile.TemporaryDirectory() as folder, demo.mock_portal() as portal_url:
        doors = Doors(portal_url)
        wish = {"pending": PER_ENTERPRISE}
        enterprises = [
            doors.call("POST", "enterprises", wish) for _ in range(count // PER_ENTERPRISE)
        ]
        work_list = demo.write_list(Path(folder) / "soak", portal_url, enterprises)
        temporary = Path(folder) / "temporary"
        temporary.mkdir()
        environment = os.environ | demo.passwords(enterprises) | {"TMPDIR": str(temporary)}
        exit_code, sizes, seen, seconds = run(work_list, environment)
        left = [str(path) for path in temporary.iterdir()]
        left += [str(one) for one in seen if one.is_running()]
        arrivals = demo.arrivals(portal_url, enterprises)
    first, last = tenth(sizes, 1), tenth(sizes, TENTHS - 1)
    growth = last / first - 1
    once = sum(accepted == [True] for accepted in arrivals.values())
    print(f"{len(arrivals)} policies, {once} confirmed exactly once, exit code {exit_code}")
    print(f"{seconds:.0f} s, {seconds / len(arrivals):.2f} s each")
    print(f"memory {first / 2**20:.0f} MiB → {last / 2**20:.0f} MiB ({growth:+.1%})")
    print(f"left behind: {left or 'nothing'}")
    is_well = exit_code == 0 and once == len(arrivals) and growth < ALLOWED_GROWTH and not left
    sys.exit(0 if is_well else 1)


def run(
    work_list: Path, environment: dict[str, str]
) -> tuple[int, list[int], set[psutil.Process], float]:
    """Run the bot on the work list.

    Return the exit code, the memory at each look in bytes, every process seen, and the time.
    """
    command = [sys.executable, "-m", "bot.cli", "run", str(work_list), "--quiet"]
    started = time.monotonic()
    sizes, seen = [], set()
    with subprocess.Popen(command, env=environment) as process:
        for processes in looks(process):
            sizes.append(sum(share(one) for one in processes))
            seen.update(processes)
    return process.returncode, sizes, seen, time.monotonic() - started


def looks(process: subprocess.Popen[bytes]) -> Iterator[list[psutil.Process]]:
    """Yield a process and its descendants, again and again until it ends."""
    root = psutil.Process(process.pid)
    while True:
        try:
            process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            yield [root, *root.children(recursive=True)]
        else:
            return


def share(process: psutil.Process) -> int:
    """Return the memory of one process, with shared memory counted in proportion."""
    try:
        return int(process.memory_full_info().pss)
    except psutil.Error:  # it has ended meanwhile
        return 0


def tenth(sizes: list[int], number: int) -> float:
    """Return the mean of one tenth of the looks; tenth 0 is the start itself."""
    step = max(1, len(sizes) // TENTHS)
    return mean(sizes[number * step : (number + 1) * step])


if __name__ == "__main__":
    main()
