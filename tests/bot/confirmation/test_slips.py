"""With `four_eyes` an approval is signed: by whom, for what, until when, and once."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.confirmation import approval, decisions
from bot.confirmation.approvers import read_slip
from bot.errors import BusinessException
from bot.evidence.slip import PREFIX, Act, Slip, SlipFacts, SlipUnfit, key_digest
from bot.ledger.approval import PERSON, Approval
from bot.ledger.entry import Entry
from bot.ledger.history import FOUR_EYES, History
from bot.ledger.ledger import Ledger
from bot.ledger.states import State
from bot.settings import Settings
from tests.bot.approver import CHECKER, SIGNATORY, STRANGER, registered, slip_for, strict
from tests.bot.confirmation.test_approval import DOUBTFUL, MANDATE, SEEN, TODAY, move
from tests.bot.items import ITEM, MAKER
from tests.bot.lists import uscc

Waiting = Callable[[], Entry]


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """A ledger with one item that was seen and waits for approval."""
    ledger = Ledger(tmp_path / "store" / "ledger.sqlite", tmp_path / "marker")
    ledger.dispatch([ITEM], "list", MAKER)
    move(ledger, State.READY, State.AWAITING_APPROVAL, snapshot=asdict(SEEN))
    return ledger


@pytest.fixture
def waiting(ledger: Ledger) -> Waiting:
    """The entry, as the ledger has it now."""
    return lambda: ledger.entry(ITEM.reference)


def test_a_signed_approval_stands_until_the_press(ledger: Ledger, waiting: Waiting):
    """The approver of the register is who approved, whatever the call says."""
    slip = slip_for(waiting())

    decisions.approve(ledger, waiting(), "somebody else", strict(), slip)
    given, history = waiting().granted, ledger.history(ITEM.reference)

    assert (given.by, given.ground, given.slip) == (CHECKER.name, PERSON, slip)
    now = datetime.now(UTC)
    assert approval.standing(given, strict(), ITEM, SEEN, history, now) == given


def altered(slip: str, **changes: str) -> str:
    """Return a slip that says something else below the same signature."""
    genuine = Slip.load(slip)
    facts = replace(SlipFacts.parse(genuine.signed), **changes)
    return Slip(facts.signed(), genuine.signature).stored()


def signed_anew(slip: str, **changes: str) -> str:
    """Return a slip that says something else, signed by the approver himself."""
    facts = replace(SlipFacts.parse(Slip.load(slip).signed), **changes)
    return Slip.sign(facts, CHECKER.private).stored()


LATER = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
EARLIER = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
OTHER_ROUND = replace(ITEM, round=2)
WAYS_ROUND: dict[str, tuple[Callable[[Entry], str], Settings, str]] = {
    "no signature at all": (lambda _: "", strict(), "UNSIGNED"),
    "a stranger's key under the approver's name": (
        lambda one: slip_for(one, STRANGER),
        strict(),
        "SLIP",
    ),
    "an approver under another approver's name": (
        lambda one: slip_for(one, replace(CHECKER, name=SIGNATORY.name)),
        strict(),
        "SLIP",
    ),
    "a key that the register has not got": (
        lambda one: slip_for(one, SIGNATORY),
        strict(registered(CHECKER)),
        "SLIP",
    ),
    "no register": (lambda one: slip_for(one), Settings(four_eyes=True), "SLIP"),
    "another content below the signature": (
        lambda one: altered(slip_for(one), content="0" * 64),
        strict(),
        "SLIP",
    ),
    "a longer time below the signature": (
        lambda one: altered(slip_for(one, hours=-1), expires=LATER),
        strict(),
        "SLIP",
    ),
    "another content, signed": (
        lambda one: signed_anew(slip_for(one), content="0" * 64),
        strict(),
        "SLIP",
    ),
    "another policy, signed": (
        lambda one: slip_for(replace(one, item=replace(ITEM, application_no="XW2"))),
        strict(),
        "SLIP",
    ),
    "another round": (lambda one: slip_for(replace(one, item=OTHER_ROUND)), strict(), "SLIP"),
    "another portal": (
        lambda one: slip_for(one, portal="https://elsewhere.example"),
        strict(),
        "SLIP",
    ),
    "for something else": (lambda one: slip_for(one, act=Act.RELEASE), strict(), "SLIP"),
    "run out": (lambda one: slip_for(one, hours=-1), strict(), "SLIP"),
    "longer than the settings allow": (
        lambda one: signed_anew(slip_for(one), approved=EARLIER),
        strict(approval_hours=0.5),
        "SLIP",
    ),
    "not begun": (lambda one: signed_anew(slip_for(one), approved=LATER), strict(), "SLIP"),
    "no time": (lambda one: signed_anew(slip_for(one), expires="soon"), strict(), "SLIP"),
    "a time without a zone": (
        lambda one: signed_anew(slip_for(one), expires="2999-01-01T00:00:00"),
        strict(),
        "SLIP",
    ),
    "an enterprise of somebody else": (
        slip_for,
        strict(registered(CHECKER, enterprises=(uscc(2),))),
        "UNSIGNED",
    ),
    "the maker himself": (slip_for, strict(registered(CHECKER, account=MAKER)), "FOUR_EYES"),
    "the maker, written otherwise": (
        slip_for,
        strict(registered(CHECKER, account=" 经 办 人 ")),
        "FOUR_EYES",
    ),
    "no slip": (lambda _: "approved", strict(), "SLIP"),
    "an endless slip": (lambda _: "A" * 100_000, strict(), "SLIP"),
}


@pytest.mark.parametrize("way", WAYS_ROUND)
def test_no_way_round_the_signature(ledger: Ledger, waiting: Waiting, way: str):
    """Nothing but the register's approver's answer about this very content approves it."""
    slip, settings, code = WAYS_ROUND[way]

    with pytest.raises(BusinessException) as error:
        decisions.approve(ledger, waiting(), CHECKER.name, settings, slip(waiting()))

    assert error.value.code == code
    assert waiting().state is State.AWAITING_APPROVAL


@pytest.mark.parametrize("is_signed", [False, True])
def test_a_contact_that_was_erased_is_approved_by_nobody(
    ledger: Ledger, waiting: Waiting, is_signed: bool
):
    """The approver would answer for empty fields, and the press would refuse them."""
    ledger.forget([ITEM.reference], lambda _: False, MAKER)
    settings, slip = (strict(), slip_for(waiting())) if is_signed else (Settings(), "")

    with pytest.raises(BusinessException) as error:
        decisions.approve(ledger, waiting(), "模拟审批人", settings, slip)

    assert error.value.code == "NO_CONTACT"


def test_a_slip_counts_once(ledger: Ledger, waiting: Waiting):
    """Taken back, and handed in again: only a new signature approves it."""
    slip = slip_for(waiting())
    decisions.approve(ledger, waiting(), "", strict(), slip)
    decisions.reject(ledger, waiting(), MAKER, "看错了", strict())
    move(ledger, State.REFUSED, State.READY, State.AWAITING_APPROVAL, snapshot=asdict(SEEN))

    with pytest.raises(BusinessException, match="已经用过"):
        decisions.approve(ledger, waiting(), "", strict(), slip)
    decisions.approve(ledger, waiting(), "", strict(), slip_for(waiting()))

    assert waiting().state is State.APPROVED


UNLIKE_THE_SIGNED: dict[str, Callable[[Approval], Approval]] = {
    "unsigned": lambda given: replace(given, slip=""),
    "for another content": lambda given: replace(given, digest="0" * 64),
    "changed": lambda given: replace(given, slip=altered(given.slip, content="0" * 64)),
    "moved on by its time": lambda given: replace(
        given, slip=signed_anew(given.slip, expires=EARLIER)
    ),
}


@pytest.mark.parametrize("how", UNLIKE_THE_SIGNED)
def test_the_signature_is_asked_for_again_at_the_press(ledger: Ledger, waiting: Waiting, how: str):
    """What stands in the ledger may have been put there; the run's own settings judge it."""
    decisions.approve(ledger, waiting(), "", strict(), slip_for(waiting()))
    given = UNLIKE_THE_SIGNED[how](waiting().granted)
    history = ledger.history(ITEM.reference)

    assert approval.standing(given, strict(), ITEM, SEEN, history, datetime.now(UTC)) is None


@pytest.mark.parametrize(
    "settings",
    [
        strict(registered(SIGNATORY)),
        strict(registered(CHECKER, enterprises=(uscc(2),))),
        strict(registered(CHECKER, account=MAKER)),
    ],
    ids=["taken off the register", "another's enterprise", "a maker since"],
)
def test_the_register_of_the_run_counts(ledger: Ledger, waiting: Waiting, settings: Settings):
    """An approver who has left approves nothing more, even with what he has signed."""
    decisions.approve(ledger, waiting(), "", strict(), slip_for(waiting()))
    given, history = waiting().granted, ledger.history(ITEM.reference)

    assert approval.standing(given, settings, ITEM, SEEN, history, datetime.now(UTC)) is None


def test_no_mandate_stands_in_for_a_signature():
    """Whoever writes the settings could write a mandate; he cannot write a signature."""
    settings, history = strict(mandates=(MANDATE,)), History(())
    given = approval.by_mandate((MANDATE,), ITEM, SEEN, TODAY)
    assert given
    moment = datetime.combine(TODAY, datetime.min.time(), UTC)

    assert approval.mandates(settings, history) == ()
    assert approval.standing(given, settings, ITEM, SEEN, history, moment) is None


@pytest.mark.parametrize("ground", ["a name", "a mandate"])
def test_no_settings_elsewhere_undo_the_signature(ledger: Ledger, waiting: Waiting, ground: str):
    """A form that was opened where approvals are signed is approved by a signature everywhere."""
    move(ledger, State.AWAITING_APPROVAL, State.READY)
    seen = {"snapshot": asdict(SEEN), "noted": {FOUR_EYES: True}}
    move(ledger, State.READY, State.AWAITING_APPROVAL, **seen)
    lax, history = Settings(mandates=(MANDATE,)), ledger.history(ITEM.reference)

    if ground == "a name":
        with pytest.raises(BusinessException, match="签字"):
            decisions.approve(ledger, waiting(), "模拟审批人", lax)
        given = Approval.now("模拟审批人", PERSON, waiting().digest)
    else:
        given = approval.by_mandate((MANDATE,), ITEM, SEEN, TODAY)
    assert given
    moment = datetime.now(UTC) if ground == "a name" else datetime(2026, 1, 15, 8, tzinfo=UTC)

    assert approval.standing(given, lax, ITEM, SEEN, history, moment) is None


@pytest.mark.parametrize(
    ("key", "act", "code"),
    [(CHECKER, Act.RELEASE, "UNSIGNED"), (SIGNATORY, Act.APPROVE, "SLIP")],
    ids=["a checker", "an approval"],
)
def test_only_a_signatory_releases(ledger: Ledger, waiting: Waiting, key, act: Act, code: str):
    """What is in doubt begins anew by a signature for that, of one who may."""
    later = bring_in_doubt(ledger)

    with pytest.raises(BusinessException) as error:
        decisions.release(ledger, waiting(), "", strict(), later, slip_for(waiting(), key, act))

    assert error.value.code == code
    assert waiting().state is State.IN_DOUBT


def test_a_signatory_releases(ledger: Ledger, waiting: Waiting):
    """The signature stands in the history, and approves nothing."""
    later = bring_in_doubt(ledger)

    slip = slip_for(waiting(), SIGNATORY, Act.RELEASE)
    decisions.release(ledger, waiting(), "", strict(), later, slip)
    history = ledger.history(ITEM.reference)

    assert waiting().state is State.READY
    assert history.moves[-1].decision.slip == slip
    assert history.earlier_approval(waiting().digest) is None


def bring_in_doubt(ledger: Ledger) -> datetime:
    """Bring the item in doubt, and seen pending when a person may decide; return that moment."""
    move(ledger, *DOUBTFUL)
    later = datetime.now(UTC) + timedelta(minutes=61)
    move(ledger, State.IN_DOUBT, State.IN_DOUBT, seen_pending_at=later.isoformat())
    return later


SAYS_OTHERWISE = {
    "no JSON": b"approved",
    "no object": b"[]",
    "a name missing": b'{"act": "approve"}',
    "a name twice": b'{"act": "approve", "act": "release"}',
    "nested without end": b"[" * 100_000,
    "a number": json.dumps(
        asdict(SlipFacts("approve", "0", "r", "p", "a", "k", "t", "t", "n")) | {"nonce": 1}
    ).encode(),
    "another version": json.dumps(
        asdict(SlipFacts("approve", "0", "r", "p", "a", "k", "t", "t", "n", kind="2"))
    ).encode(),
}


@pytest.mark.parametrize("how", SAYS_OTHERWISE)
def test_a_signature_below_something_else_is_no_slip(how: str):
    """Even the approver's own signature makes only a slip a slip."""
    signed = PREFIX + SAYS_OTHERWISE[how]
    slip = Slip(signed, CHECKER.private.sign(signed))

    with pytest.raises(SlipUnfit):
        slip.facts_by([CHECKER.private.public_key()])


def test_a_signature_of_evidence_is_no_approval(waiting: Waiting):
    """The key that seals evidence signs without the prefix, so its seals approve nothing."""
    facts = SlipFacts.parse(Slip.load(slip_for(waiting())).signed)
    bare = facts.signed().removeprefix(PREFIX)

    with pytest.raises(SlipUnfit):
        Slip(bare, CHECKER.private.sign(bare)).facts_by([CHECKER.private.public_key()])


def test_a_slip_names_the_key_that_has_signed_it(waiting: Waiting):
    """A slip that names another key of the register is nobody's."""
    other = key_digest(SIGNATORY.private.public_key())

    with pytest.raises(BusinessException, match="公钥"):
        read_slip(signed_anew(slip_for(waiting()), key=other), strict())


def test_a_slip_is_one_line_and_survives_it(waiting: Waiting):
    """The signed bytes come back as they were signed."""
    stored = slip_for(waiting())
    approver, facts = read_slip(stored, strict())

    assert "\n" not in stored
    assert (approver.name, facts.content) == (CHECKER.name, waiting().digest)
    assert b64encode(Slip.load(stored).signed).decode() in stored


def test_a_slip_with_a_bad_byte_is_refused(waiting: Waiting):
    """Any byte that differs from what was signed."""
    stored = slip_for(waiting())
    signed, signature = (b64decode(part) for part in stored.split("."))

    for place in range(0, len(signed), 7):
        changed = signed[:place] + bytes([signed[place] ^ 1]) + signed[place + 1 :]
        with pytest.raises(BusinessException):
            read_slip(Slip(changed, signature).stored(), strict())
