"""One list of many enterprises, each with a trouble of its own, worked off by the real command."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from subprocess import CompletedProcess
from typing import Any

import psutil

from fixtures.people import CONTACT
from fixtures.portal import MockState
from tests.bot.conftest import Workplace
from tests.bot.lists import uscc

PROGRAM = "tests.bot.matrix.at"
SECONDS = 500  # for one run of a whole list, on a machine that has much else to do


@dataclass(frozen=True, slots=True)
class Story:
    """What came of one trouble: its policy after each run, and what the portal has to say."""

    number: str
    moments: list[str]
    runs: list[dict[str, Any]]
    arrivals: dict[str, list[dict[str, Any]]]
    sign_ins: int

    @property
    def states(self) -> list[str]:
        """The state after each run."""
        return [item["state"] for item in self.runs]

    @property
    def requests(self) -> list[bool]:
        """Each 确认投保 that came over the wire for the policy, and whether it was accepted."""
        arrived = self.arrivals.get(self.number, [])  # the portal may not know the number
        return [one["accepted"] for one in arrived if one["by"] == "request"]

    @property
    def others(self) -> list[Any]:
        """What arrived for the other policies of the enterprise; nothing should."""
        arrived = [self.arrivals[number] for number in self.arrivals if number != self.number]
        return [one for confirmations in arrived for one in confirmations]

    @property
    def told(self) -> str:
        """What the operator reads after the first run."""
        return f"{self.runs[0]['explanation']} → {self.runs[0]['next_step']}"


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a day: each run's exit code, what was left behind, and every story."""

    exits: list[int]
    left: list[str]
    stories: dict[str, dict[str, Any]]

    def of(self, trouble: str) -> Story:
        """Return the story of one trouble."""
        return Story(**self.stories[trouble])


class Day(Workplace):
    """An operator's list of many enterprises, and the troubles that go with it."""

    def __init__(self, folder: Path, portal_url: str, chance: Random) -> None:
        folder.mkdir(parents=True)
        super().__init__(folder, portal_url, CONTACT)
        self.chance = chance
        self.acts: dict[str, list[list[str]]] = {}
        self._code = chance.randrange(10_000_000, 90_000_000)
        self._troubles: dict[str, tuple[MockState, str]] = {}
        self._passwords: dict[str, str] = {}

    def add_trouble(
        self,
        trouble: str,
        *faults: dict[str, Any],
        acts: list[list[str]] | None = None,
        number: str = "",
        is_confirmed: bool = False,
        password: str = "",
        wishes: Mapping[str, Any] | None = None,
        **changes: str,
    ) -> MockState:
        """Add an enterprise with this trouble; enterprises are served in this order.

        Of several pending policies one is in the list, whichever chance names.
        """
        self._code += 1
        pending = {"pending": 0 if is_confirmed else 1}
        mine = {"uscc": uscc(self._code)} | pending | dict(wishes or {})
        state = MockState(self.portal_url, mine)
        if is_confirmed:
            state.add_confirmed_policies(1)
        self.enterprises.append(state)
        number = number or self.chance.choice(list(state.ledger()))
        self.add_row(state, number, **changes)
        state.set_faults(*faults)
        self._troubles[trouble] = (state, number)
        self.acts[number] = acts or []
        if password:
            self._passwords[f"SINGLE_WINDOW_PASSWORD_{state.enterprise.uscc}"] = password
        return state

    def environment(self) -> dict[str, str]:
        """Return the environment with the passwords, and the place of what is to happen."""
        places = {"ACTS": str(self.folder / "acts.json"), "TMPDIR": str(self.folder / "temporary")}
        return super().environment() | self._passwords | places

    def plan(self) -> None:
        """Write down what is to happen, and make room for temporary files."""
        (self.folder / "acts.json").write_text(json.dumps(self.acts), encoding="utf-8")
        (self.folder / "temporary").mkdir(exist_ok=True)

    def start(self, *words: str) -> CompletedProcess[str]:
        """Run `single-window` to its end, while happens what is to happen."""
        return self.call(*words, program=PROGRAM, seconds=SECONDS)

    def work_off(self, *between: Callable[[], None]) -> Came:
        """Run the list, and again after each of these happenings; return what came of it all."""
        self.plan()
        exits, runs = [], []
        for happen in (lambda: None, *between):
            happen()
            ended = self.start("run", str(self.work_list), "--json")
            assert ended.stdout, ended.stderr
            items = json.loads(ended.stdout)["items"]
            exits.append(ended.returncode)
            runs.append({item["application_no"]: item for item in items})
        return self.came(exits, runs)

    def came(self, exits: list[int], runs: list[dict[str, dict[str, Any]]]) -> Came:
        """Return what came of it, by the items after each run and by the portal's own ledger."""
        stories = {
            trouble: {
                "number": number,
                "moments": [moment for moment, _ in self.acts[number]],
                "runs": [run[number] for run in runs],
                "arrivals": state.ledger(),
                "sign_ins": len(state.requests("POST", "/cas/login")),
            }
            for trouble, (state, number) in self._troubles.items()
        }
        return Came(exits, self._left(), stories)

    def _left(self) -> list[str]:
        """Return the processes and temporary files that the runs have left behind."""
        temporary = self.folder / "temporary"
        left = [str(path) for path in temporary.iterdir()]
        for process in psutil.process_iter():
            with suppress(psutil.Error):  # it has ended meanwhile
                if process.environ().get("TMPDIR", "").startswith(str(temporary)):
                    left.append(str(process))
        return left
