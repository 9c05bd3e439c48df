"""`verify --approver`: the approval of a press, offline, by keys that the verifier brings."""

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from bot.confirmation import decisions
from bot.evidence.pack import Evidence
from bot.evidence.pack_file import is_personal
from bot.evidence.seal import CHAIN, public_pem
from bot.evidence.verification import Verification, verify
from bot.ledger.ledger import Ledger
from bot.ledger.states import State
from bot.settings import Settings
from tests.bot.approver import CHECKER, SIGNATORY, slip_for, strict
from tests.bot.confirmation.test_approval import SEEN, move
from tests.bot.items import ITEM, MAKER


class Pressed:
    """A policy that was approved and pressed, with its sealed pack."""

    def __init__(self, folder: Path) -> None:
        self.ledger = Ledger(folder / "store" / "ledger.sqlite", folder / "marker")
        self.evidence = Evidence(folder / "evidence")
        self.keys = folder / "keys"
        self.keys.mkdir()
        self.ledger.dispatch([ITEM], "list", MAKER)
        seen = SEEN.stored()
        move(self.ledger, State.READY, State.AWAITING_APPROVAL, snapshot=seen)
        self.typed, self.seen = ITEM.contact, SEEN

    def approve(self, settings: Settings, slip: str = "") -> "Pressed":
        """Approve it."""
        decisions.approve(self.ledger, self.ledger.entry(ITEM.reference), "审批人", settings, slip)
        return self

    def press(self) -> "Pressed":
        """Press it, and seal what was seen and typed."""
        move(self.ledger, State.APPROVED, State.INTENT, State.PRESSING, State.CONFIRMED)
        self.evidence.begin()
        self.evidence.keep_record(ITEM, "snapshot", self.seen.stored())
        typed = {"typed": asdict(self.typed), "read_back": asdict(self.typed)}
        self.evidence.keep_record(ITEM, "contact", typed)
        self.seal()
        return self

    def seal(self) -> None:
        """Seal the pack, and close the chain."""
        entry = self.ledger.entry(ITEM.reference)
        self.evidence.seal(entry, self.ledger.history(ITEM.reference))
        self.evidence.end()

    def verify(self, *approvers) -> Verification:
        """Verify the pack by the public keys of these approvers."""
        files = []
        for number, key in enumerate(approvers):
            files.append(self.keys / f"{number}.pem")
            files[-1].write_bytes(public_pem(key.private.public_key()))
        public = self.evidence.chain.public_key
        return verify(self.evidence.pack(ITEM), public, "", files)


@pytest.fixture
def pressed(tmp_path: Path) -> Pressed:
    """A policy that waits."""
    return Pressed(tmp_path)


def slip(pressed: Pressed) -> str:
    """Return the checker's answer."""
    return slip_for(pressed.ledger.entry(ITEM.reference))


def test_a_signed_press_is_verified_with_the_approvers_key(pressed: Pressed):
    """Pack, public key of the chain and public key of the approver are all it needs."""
    pressed.approve(strict(), slip(pressed)).press()

    verdict = pressed.verify(CHECKER)

    assert (verdict.findings, verdict.signed) == ([], 1)
    assert pressed.verify(SIGNATORY, CHECKER).findings == []


def test_without_a_key_nothing_is_said_to_be_signed(pressed: Pressed):
    """The pack brings no keys of its own; the reader is told what was not verified."""
    pressed.approve(strict(), slip(pressed)).press()
    verdict = pressed.verify()

    assert (verdict.findings, verdict.signed) == ([], 0)
    assert any("没有核对" in note and "--approver" in note for note in verdict.notes)


def test_another_approvers_key_verifies_nothing(pressed: Pressed):
    """A maker who put a key of his own into the register is found out here."""
    pressed.approve(strict(), slip(pressed)).press()

    assert "签名不对" in pressed.verify(SIGNATORY).findings[0]


def test_an_unsigned_press_is_told(pressed: Pressed):
    """An approval by name is no signature."""
    pressed.approve(Settings()).press()

    assert "没有审批人签字" in pressed.verify(CHECKER).findings[0]


UNLIKE: dict[str, Callable[[Pressed], None]] = {
    "other contact": lambda one: setattr(one, "typed", replace(one.typed, mobile="13900139000")),
    "other form": lambda one: setattr(one, "seen", replace(SEEN, fields=())),
}


@pytest.mark.parametrize("how", UNLIKE)
def test_what_is_in_the_pack_is_what_was_signed(pressed: Pressed, how: str):
    """A pack whose form or contact was not what the approver signed."""
    pressed.approve(strict(), slip(pressed))
    UNLIKE[how](pressed)
    pressed.press()

    assert "算出来的不同" in pressed.verify(CHECKER).findings[0]


def test_a_cleared_contact_leaves_the_signature(pressed: Pressed):
    """Personal data go in time; who has signed which digest stays provable."""
    pressed.approve(strict(), slip(pressed)).press()
    entry = pressed.ledger.entry(ITEM.reference)
    pressed.evidence.clear(
        entry, pressed.ledger.history(ITEM.reference), lambda file: is_personal(file.name)
    )

    assert pressed.verify(CHECKER).findings == []
    assert (pressed.evidence.folder / CHAIN).is_dir()
