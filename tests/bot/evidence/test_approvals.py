"""`verify --approver`: the approval of a press, offline, by keys that the verifier brings."""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.clock import stamp
from bot.confirmation import decisions
from bot.evidence import approvals
from bot.evidence.approvals import Approvals
from bot.evidence.pack import Evidence
from bot.evidence.pack_file import MANIFEST, is_personal
from bot.evidence.seal import CHAIN, Seal, public_pem
from bot.evidence.verification import Verification, verify
from bot.ledger.ledger import Ledger
from bot.ledger.snapshot import Snapshot
from bot.ledger.states import State
from bot.settings import Settings
from tests.bot.approver import CHECKER, SIGNATORY, slip_for, strict
from tests.bot.confirmation.test_approval import SEEN, move
from tests.bot.items import ITEM, MAKER

RECORD: dict[str, Any] = {  # of a press
    "pressed_at": stamp(datetime(2099, 1, 1, tzinfo=UTC)),
    "request": None,
    "answer": None,
    "outcome": "accepted",
    "words": "",
    "dialogs": [],
    "refused": [],
    "tried": 0,
}


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

    def anew(self, *states: State, **values: Any) -> "Pressed":
        """Bring it back to where it waits, from its state through these."""
        state = self.ledger.entry(ITEM.reference).state
        move(self.ledger, state, *states, State.READY, **values)
        seen = SEEN.stored()
        move(self.ledger, State.READY, State.AWAITING_APPROVAL, snapshot=seen)
        return self

    def press_unsent(self) -> "Pressed":
        """Press it, and send nothing."""
        move(self.ledger, State.APPROVED, State.INTENT, State.PRESSING, State.FAILED)
        return self

    def forge(self, change: Callable[[dict[str, Any]], object]) -> "Pressed":
        """Change what the seal says, as its maker can."""
        manifest = self.evidence.pack(ITEM) / MANIFEST
        facts = json.loads(manifest.read_bytes())
        change(facts)
        content = json.dumps(facts).encode()
        Seal(content, self.evidence.chain.key().sign(content)).write(manifest)
        return self

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


def cleared(pressed: Pressed) -> None:
    """Clear the personal files, as in time."""
    entry, history = pressed.ledger.entry(ITEM.reference), pressed.ledger.history(ITEM.reference)
    pressed.evidence.clear(entry, history, lambda file: is_personal(file.name))


def test_a_cleared_contact_is_no_finding(pressed: Pressed):
    """Personal data go in time; what can no longer be compared is noted, and is not signed."""
    pressed.approve(strict(), slip(pressed)).press()
    cleared(pressed)

    verdict = pressed.verify(CHECKER)

    assert (verdict.findings, verdict.signed) == ([], 0)
    assert any("没有和签的内容比对" in note for note in verdict.notes)
    assert (pressed.evidence.folder / CHAIN).is_dir()


def cleared_file(name: str, at: str) -> Callable[[dict[str, Any]], object]:
    """Return what adds a cleared file to a seal that never was there."""
    file = {"name": name, "bytes": 1, "sha256": "0" * 64, "cleared_at": at}
    return lambda facts: facts["files"].append(file)


@pytest.mark.parametrize("name", ["contact-9.json", "contact-2.json", "snapshot-2.json"])
def test_a_file_said_to_be_cleared_signs_nothing(pressed: Pressed, name: str):
    """The maker can seal a line about a file that never was; another form is not signed by it."""
    pressed.approve(strict(), slip(pressed))
    UNLIKE["other form"](pressed)
    pressed.press().forge(cleared_file(name, "2099-01-01T00:00:00.000+00:00"))

    verdict = pressed.verify(CHECKER)

    assert verdict.signed == 0
    assert any("没有和签的内容比对" in note for note in verdict.notes)


@pytest.mark.parametrize(
    ("name", "year"), [("contact-9.json", 2001), ("contactless.json", 2099), ("contact.txt", 2099)]
)
def test_a_file_that_cannot_be_of_this_press_excuses_nothing(
    pressed: Pressed, name: str, year: int
):
    """A contact that was cleared before the press is not the contact of the press."""
    pressed.approve(strict(), slip(pressed))
    UNLIKE["other contact"](pressed)
    pressed.press().forge(cleared_file(name, f"{year}-01-01T00:00:00.000+00:00"))

    assert "算出来的不同" in pressed.verify(CHECKER).findings[0]


def test_a_cleared_contact_does_not_hide_the_next_press(pressed: Pressed):
    """Each press is compared with what is left."""
    pressed.approve(strict(), slip(pressed)).press_unsent()
    pressed.evidence.begin()
    contact = asdict(ITEM.contact)
    pressed.evidence.keep_record(ITEM, "contact", {"typed": contact, "read_back": contact})
    pressed.seal()
    cleared(pressed)
    pressed.anew().approve(strict(), slip(pressed)).press()

    verdict = pressed.verify(CHECKER)

    assert (verdict.findings, verdict.signed) == ([], 2)


def without(new: str, old: str = "") -> Callable[[dict[str, Any]], object]:
    """Return what leaves the steps to a state out of a seal; the step after may be made to fit."""

    def change(facts: dict[str, Any]) -> None:
        facts["history"] = [one for one in facts["history"] if one["new"] != new]
        for one in facts["history"]:
            if old and one["old"] == new:
                one["old"] = old

    return change


def as_found(facts: dict[str, Any]) -> None:
    """Tell the press as one that another ledger has made."""
    for one in facts["history"]:
        if one["new"] == "pressing":
            one["new"] = "in_doubt"
        elif one["old"] == "pressing":
            one["old"] = "in_doubt"


UNTOLD: dict[str, Callable[[dict[str, Any]], object]] = {
    "claim left out": without("pressing"),
    "claim left out, and the gap closed": without("pressing", "intent"),
    "claim told as a find": as_found,
    "approval and claim left out": lambda facts: [
        without(one)(facts) for one in ("approved", "intent", "pressing")
    ],
    "state alone": lambda facts: facts.update(history=facts["history"][:2]),
    "no history": lambda facts: facts.update(history=[]),
}


@pytest.mark.parametrize("is_recorded", [True, False], ids=["record", "no record"])
@pytest.mark.parametrize("change", UNTOLD.values(), ids=UNTOLD)
def test_a_press_that_the_history_leaves_out_is_told(
    pressed: Pressed, change: Callable[[dict[str, Any]], object], is_recorded: bool
):
    """Whoever seals can leave out the claim of a press that nobody has signed."""
    pressed.approve(Settings())
    if is_recorded:
        pressed.evidence.keep_record(ITEM, "press", RECORD)
    pressed.press().forge(change)

    verdict = pressed.verify(CHECKER)

    assert verdict.findings
    assert verdict.signed == 0


@pytest.mark.parametrize("stem", ["press", "exchange"])
def test_every_record_of_a_press_has_its_claim(pressed: Pressed, stem: str):
    """One signed press does not cover the record of another."""
    pressed.approve(strict(), slip(pressed))
    for number in range(2):
        pressed.evidence.keep_record(ITEM, stem, RECORD | {"tried": number})
    pressed.press()

    verdict = pressed.verify(CHECKER)

    assert "历史没有登记的按下" in verdict.findings[0]
    assert verdict.signed == 0


def test_an_eventful_history_is_whole(pressed: Pressed):
    """Failures, withdrawals, newer data and a state read before the last step are no findings."""
    pressed.approve(Settings()).anew(State.WITHDRAWN).approve(Settings()).anew()
    pressed.approve(strict(), slip(pressed)).press_unsent().anew().anew(State.NEEDS_PERSON)
    pressed.approve(strict(), slip(pressed)).press()
    pressed.forge(lambda facts: facts.update(state="pressing"))

    verdict = pressed.verify(CHECKER)

    assert (verdict.findings, verdict.signed) == ([], 2)


def without_unsigned(facts: dict[str, Any]) -> None:
    """Leave out every approval that has no slip."""
    for one in facts["history"]:
        if not one["detail"].get("approval", {}).get("slip", "-"):
            del one["detail"]["approval"]


VOIDED: dict[str, Callable[[Pressed], object]] = {
    "pressed": lambda one: one.press_unsent().anew(),
    "withdrawn": lambda one: one.anew(State.WITHDRAWN),
    "content changed": lambda one: one.anew(State.CHANGED),
    "list changed": lambda one: one.anew(noted={"changed": ["contact"]}),
}


@pytest.mark.parametrize("void", VOIDED.values(), ids=VOIDED)
def test_a_slip_does_not_outlive_its_approval(pressed: Pressed, void: Callable[[Pressed], object]):
    """An earlier slip signs nothing that was approved anew, by name alone."""
    void(pressed.approve(strict(), slip(pressed)))
    pressed.approve(Settings()).press().forge(without_unsigned)

    verdict = pressed.verify(CHECKER)

    assert "没有审批人签字" in verdict.findings[0]
    assert verdict.signed == 0


def test_one_slip_is_good_for_one_press(pressed: Pressed):
    """The maker can copy a slip into a later approval of the same content."""
    answer = slip(pressed)
    pressed.approve(strict(), answer).press_unsent().anew().approve(Settings()).press()

    def copy(facts: dict[str, Any]) -> None:
        for one in facts["history"]:
            if "approval" in one["detail"]:
                one["detail"]["approval"]["slip"] = answer

    verdict = pressed.forge(copy).verify(CHECKER)

    assert verdict.findings == [f"{pack_name(pressed)} 的批准单已经用于另一次按下"]
    assert verdict.signed == 0


def test_a_copied_pack_is_not_signed_again(pressed: Pressed):
    """The slips of all packs are one lot, as an evidence folder may show one press twice."""
    pressed.approve(strict(), slip(pressed)).press()
    pack = pressed.evidence.pack(ITEM)
    facts, judge = Seal.read(pack / MANIFEST).facts, Approvals([CHECKER.private.public_key()]).judge

    assert judge(pack, facts).signed == 1
    assert judge(pack, facts).findings == ["的批准单已经用于另一次按下"]


def pack_name(pressed: Pressed) -> str:
    """Return how findings name the pack."""
    return pressed.evidence.pack(ITEM).relative_to(pressed.evidence.folder).as_posix()


def test_forms_and_contacts_are_compared_once(pressed: Pressed, monkeypatch: pytest.MonkeyPatch):
    """However many presses a pack has, each form is compared with each contact once."""
    for number in range(5):
        pressed.approve(Settings()).press_unsent().anew()
        pressed.evidence.keep_record(ITEM, "contact", {"typed": asdict(ITEM.contact), "n": number})
    UNLIKE["other form"](pressed)
    pressed.approve(Settings()).press()
    seen: list[Snapshot] = []
    digest = Snapshot.digest
    monkeypatch.setattr(Snapshot, "digest", lambda one, to: [seen.append(one), digest(one, to)][1])

    assert len(pressed.verify(CHECKER).findings) == 12  # no press is signed, none has this form
    assert len(seen) == 6  # one form, six contacts


@pytest.mark.parametrize("stem", ["snapshot", "contact"])
def test_too_much_to_compare_is_told(pressed: Pressed, monkeypatch: pytest.MonkeyPatch, stem: str):
    """A pack with many large records takes no hours; it does not pass."""
    monkeypatch.setattr(approvals, "MOST_COMPARED", 20_000)
    for number in range(5):
        pressed.evidence.keep_record(ITEM, stem, {"n": f"{number}" * 5_000})
    pressed.approve(strict(), slip(pressed)).press()

    verdict = pressed.verify(CHECKER)

    assert "太多或太大" in verdict.findings[0]
    assert verdict.signed == 0


@pytest.mark.parametrize("depth", [500, 700, 850])
def test_a_deep_form_is_told(pressed: Pressed, depth: int):
    """Nested values that parse may still be too deep to be copied."""
    deep = json.loads("[" * depth + "]" * depth)
    pressed.approve(strict(), slip(pressed))
    pack = pressed.evidence.pack(ITEM)
    pack.mkdir(parents=True)
    (pack / "snapshot.json").write_text(json.dumps(SEEN.stored() | {"fields": [["名称", deep]]}))
    pressed.press()

    assert "读不懂" in pressed.verify(CHECKER).findings[0]
