"""状态图: the ledger's moves as a diagram, drawn from the code into its page."""

import re
from collections.abc import Iterable
from pathlib import Path

from bot.ledger.states import ADVANCING, MOVES, RESTARTABLE, STATE_WORDS, State

PAGE = Path(__file__).parent.parent / "docs" / "reliability.md"
DIAGRAM = re.compile(r"(?<=<!-- states -->\n).*?(?=<!-- /states -->)", re.DOTALL)
UNDER_WAY = [state for state in State if state in ADVANCING]
ENDED = [state for state in State if state in RESTARTABLE]


def diagram() -> str:
    """Return the diagram as Mermaid text; a move of a whole group is one arrow of the group."""
    elsewhere = [State.READY, State.IN_DOUBT, State.WITHDRAWN]
    grouped = {(old, new) for old in UNDER_WAY for new in [*ENDED, *elsewhere]}
    grouped |= {(old, new) for old in ENDED for new in (State.READY, State.WITHDRAWN)}
    single = [
        f"    {old} --> {new}"
        for old in State
        for new in State
        if new in MOVES[old] and old is not new and (old, new) not in grouped
    ]
    lines = [
        "stateDiagram-v2",
        *(f"    {state}: {state} {STATE_WORDS[state]}" for state in State),
        *_group("before_press", UNDER_WAY),
        *_group("ended_without_a_press", ENDED),
        "    [*] --> ready",
        "    before_press --> ended_without_a_press",
        "    before_press --> ready: other data in the list",
        "    before_press --> in_doubt: the trace of an earlier press",
        "    before_press --> withdrawn: by a person",
        "    ended_without_a_press --> withdrawn: by a person",
        "    ended_without_a_press --> ready: another run",
        "    returned --> ready: pending again, a new round",
        *single,
    ]
    return "\n".join(["```mermaid", *lines, "```", ""])


def _group(name: str, states: Iterable[State]) -> list[str]:
    return [f"    state {name} {{", *(f"        {state}" for state in states), "    }"]


def main() -> None:
    """Redraw the diagram in its page."""
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(DIAGRAM.sub(lambda _: diagram(), text), encoding="utf-8")


if __name__ == "__main__":
    main()
