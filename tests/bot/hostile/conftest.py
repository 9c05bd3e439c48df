"""A hostile portal for the tests of a process, and the two runs that each trick is met with."""

import json
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any

import psutil
import pytest

from fixtures.people import CONTACT
from fixtures.portal import MockState
from pages.profile import PORTALS
from tests.bot.conftest import Workplace
from tests.bot.hostile.servers import HostilePortal, serving
from tests.bot.hostile.tricks import PROFILE_WITH_ID, Trick
from tests.bot.hostile.verdict import Run, Story

START_SECONDS = 20.0  # of command and browser, on a machine that has much else to do
ACTS = 3  # that may each last `item_minutes`: to the press, the press, and the look
LOOK_SECONDS = 0.5  # between two looks at the memory
COLUMNS = {  # of the list, by the field of the form
    "contactName": "主要联系人姓名",
    "contactPhone": "主要联系人电话",
    "contactMobile": "主要联系人手机",
    "contactEmail": "主要联系人邮箱",
    "remarks": "备注",
}
FIELDS = {  # of the form, by what the portal's ledger calls them
    "name": "contactName",
    "phone": "contactPhone",
    "mobile": "contactMobile",
    "email": "contactEmail",
    "remarks": "remarks",
}
Live = Callable[[Trick], Story]


class Target(Workplace):
    """An operator's folder for one enterprise at the hostile portal."""

    def __init__(self, folder: Path, portal: HostilePortal, trick: Trick) -> None:
        super().__init__(folder, portal.url, CONTACT)
        self.portal = portal
        self.trick = trick
        self.state = MockState(portal.url)
        self.enterprises.append(self.state)
        self.numbers = self.state.add_policies(trick.listed + 1)
        self.listed = self.numbers[: trick.listed] if trick.names_numbers else [*self.numbers]
        for number in self.listed if trick.names_numbers else [""]:
            self.add_row(self.state, number, 备注=f"模拟备注{number[-3:]}")
        profile = (PORTALS / "guangdong.toml").read_text(encoding="utf-8")
        text = f'{profile}\n[confirmation.internal]\nrecordId = "recordId"\n'
        (folder / PROFILE_WITH_ID).write_text(text, encoding="utf-8")
        twins = [portal.twin_url] if trick.trusts_twin else []
        self.write_settings(trusted_origins=twins, **trick.settings)
        own = self.listed[: trick.listed]
        portal.set_trick(self.state.enterprise.uscc, trick, own)

    def approved(self) -> dict[str, dict[str, str]]:
        """Return what was approved: the fields of each policy that may be confirmed."""
        rows = {row["申请编号"]: row for row in self.rows}
        rows = rows if self.trick.names_numbers else dict.fromkeys(self.listed, self.rows[0])
        return {
            number: {name: row[column] for name, column in COLUMNS.items()}
            for number, row in rows.items()
        }

    def deadline(self) -> float:
        """Return how long a run of this list may last, by its settings."""
        acts = ACTS + len(self.listed) - 1
        return START_SECONDS + acts * float(str(self.trick.settings["item_minutes"])) * 60

    def go(self) -> Run:
        """Run the list, and end the command at its deadline if it does not end by itself."""
        began, log = monotonic(), self.folder / "log"
        command = self.command("run", str(self.work_list), "--json")
        with (self.folder / "out").open("w+b") as out, log.open("wb") as err:
            bot = subprocess.Popen(
                command, cwd=self.folder, env=self.environment(), stdout=out, stderr=err
            )
            exit_code, megabytes = _watch(psutil.Process(bot.pid), bot, began + self.deadline())
            out.seek(0)
            told = out.read().decode()
        items = json.loads(told)["items"] if told and exit_code is not None else []
        return Run(
            exit_code,
            {item["application_no"]: item for item in items},
            began,
            monotonic(),
            self.deadline(),
            megabytes,
            log.read_text(encoding="utf-8", errors="replace"),
        )

    def story(self, *runs: Run) -> Story:
        """Return all that there is to judge by."""
        ledger: Mapping[str, list[dict[str, Any]]] = self.state.ledger()
        accepted = {
            number: [
                {FIELDS[name]: value for name, value in one["contact"].items()}
                for one in confirmations
                if one["accepted"]
            ]
            for number, confirmations in ledger.items()
        }
        arrivals = tuple(self.portal.witness.confirmations(self.state.enterprise.uscc))
        crashes = tuple(one["error"] for one in self.state.crashes())
        return Story(self.trick, self.approved(), runs, arrivals, accepted, crashes)


def _watch(
    process: psutil.Process, bot: subprocess.Popen[bytes], until: float
) -> tuple[int | None, float]:
    """Wait for the command; return its exit code, and the most memory that it needed."""
    most = 0.0
    while (left := until - monotonic()) > 0:
        with suppress(subprocess.TimeoutExpired):
            return bot.wait(min(left, LOOK_SECONDS)), most
        with suppress(psutil.Error):
            most = max(most, *map(_megabytes, _family(process)))
    with suppress(psutil.Error):
        for one in _family(process):
            with suppress(psutil.Error):
                one.kill()
    bot.wait()
    return None, most


def _family(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


def _megabytes(process: psutil.Process) -> float:
    """Return the memory of a process; a browser's is its own affair."""
    try:
        is_browser = "chrom" in process.name() or "headless" in process.name()
        return 0.0 if is_browser else process.memory_info().rss / 1e6
    except psutil.Error:
        return 0.0


@pytest.fixture(scope="session")
def hostile_portal() -> Iterator[HostilePortal]:
    """The hostile portal of this process."""
    with serving() as portal:
        yield portal


@pytest.fixture
def live(hostile_portal: HostilePortal, tmp_path: Path) -> Live:
    """Meet a trick: run the list, and run it again."""

    def meet(trick: Trick) -> Story:
        target = Target(tmp_path, hostile_portal, trick)
        runs = [target.go()]
        if runs[0].exit_code is not None:
            runs.append(target.go())
        hostile_portal.end_trick(target.state.enterprise.uscc)
        return target.story(*runs)

    return meet
