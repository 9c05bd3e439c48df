"""The history of a work item: every change of its state, and what follows from the changes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Self

from bot.ledger.approval import MANDATE, PERSON, REJECTED, Approval
from bot.ledger.states import BEFORE_PRESS, PRESSED, UNSENT, State
from bot.persons import ROBOT

FOUR_EYES = "four_eyes"  # noted when a form is opened where approvals are signed


@dataclass(frozen=True, slots=True)
class Move:
    """One change of state: when, from which to which, by whom, and with which details."""

    seq: int
    at: str  # UTC
    old: str  # empty: the item was taken in
    new: State
    by: str
    detail: Mapping[str, Any]

    @property
    def is_claim(self) -> bool:
        """Whether it claims a press."""
        return _is_claim(self.old, self.new)

    @property
    def is_find(self) -> bool:
        """Whether it puts an item in doubt for a press that nobody claimed here."""
        return self.old in BEFORE_PRESS and self.new is State.IN_DOUBT

    @property
    def pressed_at(self) -> str:
        """When the press that it claims, or has found, was made; empty for every other move."""
        found = str(self.detail.get("pressed_at") or self.at) if self.is_find else ""
        return self.at if self.is_claim else found

    @property
    def settles_a_press(self) -> bool:
        """Whether the press before it is over: unsent, refused, returned, or a person's to redo."""
        if self.old in PRESSED:
            is_released = self.new is State.READY and self.by != ROBOT
            return is_released or self.new in UNSENT | {State.REFUSED}
        return self.old != self.new == State.RETURNED

    @property
    def voids_approvals(self) -> bool:
        """Whether it uses up, or makes void, every approval before it.

        A press does, and a person who withdraws the item. So does content that has changed, in the
        list or on the portal, even if it changes back.
        """
        is_over = self.new in (State.PRESSING, State.CHANGED, State.WITHDRAWN)
        return is_over or bool(self.detail.get("changed"))

    @property
    def decision(self) -> Approval | None:
        """The decision that was stored with it, if there was one."""
        stored = self.detail.get("approval")
        return Approval(**stored) if stored else None


@dataclass(frozen=True, slots=True)
class History:
    """The moves of one work item, or of all rounds of a policy, in order."""

    moves: tuple[Move, ...]

    @classmethod
    def load(cls, stored: Iterable[Mapping[str, Any]]) -> Self:
        """Return the history that was `stored`, in the ledger or in a seal."""
        return cls(tuple(Move(**{**row, "new": State(row["new"])}) for row in stored))

    def stored(self) -> list[dict[str, Any]]:
        """Return it as seals store it."""
        return [{name: getattr(one, name) for name in Move.__slots__} for one in self.moves]

    def __iter__(self) -> Iterator[Move]:
        return iter(self.moves)

    @property
    def claims(self) -> list[str]:
        """When each press was claimed."""
        return [one.at for one in self.moves if one.is_claim]

    @property
    def sent_at(self) -> str:
        """When the last press that may have been sent was claimed; empty if there is none."""
        after = [one.new for one in self.moves[1:]]
        pairs = zip_longest(self.moves, after)
        sent = [one.pressed_at for one, then in pairs if one.pressed_at and then not in UNSENT]
        return sent[-1] if sent else ""

    @property
    def presses(self) -> int:
        """How many presses it knows of: those claimed, and those that evidence has told."""
        known = 0
        for one in self.moves:
            known += one.is_claim
            if one.is_find:
                known = max(known, int(one.detail.get("presses", 0)))
        return known

    @property
    def has_open_press(self) -> bool:
        """Whether its last press may have been sent, and nothing that followed has settled it."""
        is_open = False
        for one in self.moves:
            is_open = bool(one.pressed_at) or (is_open and not one.settles_a_press)
        return is_open

    @property
    def makers(self) -> set[str]:
        """Who took the item in or restarted it."""
        return {one.by for one in self.moves if one.new is State.READY}

    @property
    def needs_signature(self) -> bool:
        """Whether it was opened where approvals are signed; no settings elsewhere undo that."""
        return any(one.detail.get(FOUR_EYES) for one in self.moves)

    @property
    def refusal(self) -> str:
        """The explanation of the last press that the portal refused; empty if it refused none."""
        told = [
            str(one.detail["explanation"])
            for one in self.moves
            if one.old in PRESSED and one.new is State.REFUSED
        ]
        return told[-1] if told else ""

    def earlier_approval(self, digest: str) -> Approval | None:
        """Return a person's approval of exactly this content, if it is not overruled or void."""
        found = None
        for one in self.moves:
            if one.voids_approvals:
                found = None
            elif (said := one.decision) and said.ground != MANDATE:
                found = said if said.ground == PERSON and said.digest == digest else None
        return found

    def rejection(self, digest: str) -> str:
        """Return why exactly this content was rejected; empty unless the last person said no."""
        decided = [
            (said, str(one.detail.get("explanation", "")))
            for one in self.moves
            if (said := one.decision) and said.digest == digest and said.ground != MANDATE
        ]
        if not decided:
            return ""
        said, told = decided[-1]
        return told if said.ground == REJECTED else ""


def count_claims(stored: Iterable[Mapping[str, Any]]) -> int:
    """Count the presses of a stored history, even if a later program wrote states of its own."""
    return sum(_is_claim(row["old"], row["new"]) for row in stored)


def _is_claim(old: str, new: str) -> bool:
    return old != State.PRESSING == new
