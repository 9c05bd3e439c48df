"""按过的痕迹: a press that has left a trace, though this ledger does not know what came of it.

A ledger that was restored from a backup, or begun anew beside older evidence, lacks presses. So the
evidence and the whole history of a policy are asked before its form is opened.
"""

from datetime import datetime

from bot.clock import in_beijing
from bot.confirmation.moving import Acts, doubt
from bot.errors import Reason
from bot.ledger.entry import Entry
from bot.ledger.states import State


class Recall(Acts):
    """Looks for presses that nothing has settled."""

    def recall(self, entry: Entry) -> None:
        """Put an item in doubt if an earlier press of its policy is not settled."""
        past, rounds = self._ledger.policy_history(entry.item), self._evidence.rounds(entry.item)
        presses = sum(self._evidence.presses(one) for one in rounds)
        if presses > past.presses:
            at = max(self._evidence.pressed_at(one) for one in rounds)
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
