"""按过的痕迹: a press that has left a trace, though this ledger does not know what came of it.

A ledger that was restored from a backup, or begun anew beside older evidence, lacks presses. So the
evidence and the whole history of a policy are asked before its form is opened.
"""

import json
from dataclasses import replace
from datetime import datetime
from itertools import count, takewhile
from pathlib import Path

from bot.clock import in_beijing
from bot.confirmation.moving import Acts, doubt
from bot.errors import Reason
from bot.evidence.pack_file import last_of
from bot.ledger.entry import Entry
from bot.ledger.states import State
from bot.work_item import WorkItem


class Recall(Acts):
    """Looks for presses that nothing has settled."""

    def recall(self, entry: Entry) -> None:
        """Put an item in doubt if an earlier press of its policy is not settled."""
        past, rounds = self._ledger.policy_history(entry.item), self._rounds(entry.item)
        presses = sum(self._evidence.presses(one) for one in rounds)
        if presses > past.presses:
            at = max(_pressed_at(self._evidence.pack(one)) for one in rounds)
            where = "证据包里有一次按下，台账没有记着"
        elif past.has_open_press:
            at, where = past.sent_at, "台账的历史里有一次按下，结果没有查明"
        else:
            return
        when = f"（{in_beijing(datetime.fromisoformat(at))}）" if at else ""
        self._move(
            entry,
            State.IN_DOUBT,
            code=Reason.PRESS_FOUND,
            seen_pending_at="",
            noted={"presses": presses, "pressed_at": at},
            **doubt(f"{where}{when}"),
        )

    def _rounds(self, item: WorkItem) -> list[WorkItem]:
        """Return the item in each round of its policy that has a pack, in order."""
        every = (replace(item, round=number) for number in count(1))
        return list(takewhile(lambda one: self._evidence.pack(one).is_dir(), every))


def _pressed_at(pack: Path) -> str:
    """Return when the last press was made that has left a record, in UTC; empty if unknown."""
    name = last_of((file.name for file in pack.iterdir()), "press", ".json")
    record = json.loads((pack / name).read_bytes()) if name else {}
    return str(record["pressed_at"]["utc"]) if record else ""
