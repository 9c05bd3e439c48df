"""Writes down which test modules took long, from the last run: `make durations`.

`conftest.py` begins with them, so that no worker is left with one at the end.
"""

import json
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parent.parent
JUNIT, DURATIONS = ROOT / "reports" / "junit.xml", ROOT / "tests" / "durations.json"
LONG = 20  # seconds


def main() -> None:
    """Write the modules and their seconds, the longest first."""
    seconds: Counter[str] = Counter()
    for case in ElementTree.parse(JUNIT).iter("testcase"):
        module = f"{case.attrib['classname'].replace('.', '/')}.py"
        if module.startswith("tests/"):
            seconds[module] += float(case.attrib["time"])  # type: ignore[assignment]
    longest = {module: round(took) for module, took in seconds.most_common() if took >= LONG}
    DURATIONS.write_text(f"{json.dumps(longest, indent=2)}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
