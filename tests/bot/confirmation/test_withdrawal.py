"""What a person has withdrawn is not confirmed, until a list names it again."""

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.confirmation import expansion
from bot.confirmation.withdrawal import withdraw
from bot.errors import BusinessException
from bot.ledger.approval import PERSON, Approval
from bot.ledger.entry import BulkRequest
from bot.ledger.ledger import Ledger
from bot.ledger.states import BEFORE_PRESS, State
from bot.settings import Settings
from bot.work_item import WorkItem
from tests.bot.items import ITEM, MAKER, OTHER_CONTACT, bring_to
from tests.bot.stand_in import Form, Portal, make_robot, under_mandate


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """A ledger with one item, in a data folder."""
    settings = Settings(data_dir=tmp_path / "data")
    ledger = Ledger(settings.ledger_file, settings.ledger_marker)
    ledger.dispatch([ITEM], "list", MAKER)
    return ledger


def state(ledger: Ledger) -> State:
    """Return where the item stands."""
    return ledger.entry(ITEM.reference).state


@pytest.mark.parametrize("before", sorted(BEFORE_PRESS))
def test_what_was_not_pressed_is_withdrawn(ledger: Ledger, before: State):
    """A run without a list leaves it alone; a list that names it begins it anew."""
    bring_to(ledger, before)

    withdraw(ledger, ledger.entry(ITEM.reference), "张三")
    withdrawn = state(ledger)
    ledger.restart(MAKER)
    left = state(ledger)
    ledger.dispatch([ITEM], "list", MAKER)

    assert (withdrawn, left, state(ledger)) == (State.WITHDRAWN, State.WITHDRAWN, State.READY)


@pytest.mark.parametrize("before", sorted(set(State) - BEFORE_PRESS))
def test_what_was_pressed_is_not_withdrawn(ledger: Ledger, before: State):
    """It may be confirmed, or is; the person is told."""
    bring_to(ledger, before)

    with pytest.raises(BusinessException, match="不能撤下"):
        withdraw(ledger, ledger.entry(ITEM.reference), "张三")
    assert state(ledger) is before


def test_an_old_approval_is_void(ledger: Ledger):
    """Who named it in a list again has it approved again."""
    given = Approval.now("审批人", PERSON, "d1")
    bring_to(ledger, State.AWAITING_APPROVAL)
    ledger.move(
        ITEM.reference, State.AWAITING_APPROVAL, State.APPROVED, "审批人", approval=asdict(given)
    )
    before = ledger.history(ITEM.reference).earlier_approval("d1")
    withdraw(ledger, ledger.entry(ITEM.reference), "张三")

    assert (before, ledger.history(ITEM.reference).earlier_approval("d1")) == (given, None)


@pytest.mark.parametrize("at", [State.APPROVED, State.INTENT])
def test_what_is_withdrawn_while_its_form_is_filled_in_is_not_pressed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: State
):
    """The run goes on with the next policy; this one ends as the person has said."""
    portal, ledger = Portal(), Ledger(tmp_path / "ledger.sqlite", tmp_path / "marker")
    ledger.dispatch([ITEM], "list", MAKER)
    robot = make_robot(tmp_path, under_mandate(tmp_path), ledger, portal)
    tick = Form.accept_declaration

    def tick_and_withdraw(self: Form) -> None:
        tick(self)
        if state(ledger) is at:
            withdraw(ledger, ledger.entry(ITEM.reference), "张三")

    monkeypatch.setattr(Form, "accept_declaration", tick_and_withdraw)
    robot.confirm(ITEM.reference)
    collected = robot.collect(ITEM.uscc, "")

    assert (state(ledger), portal.requests, robot.stopped) == (State.WITHDRAWN, 0, None)
    assert collected == []


def expand(ledger: Ledger, request: WorkItem, list_digest: str) -> BulkRequest:
    """Let 待确认 list XW1 and XW2 for a request; return what became of it."""
    found = [SimpleNamespace(application_no=number) for number in ("XW1", "XW2")]
    taken = expansion.expand(request, list_digest, ledger, Listing(found), MAKER)
    assert taken == {"XW2"}
    return next(one for one in ledger.requests(None) if one.list_digest == list_digest)


class Listing:
    """Stands in for sessions whose 待确认 lists these policies."""

    def __init__(self, found: list[SimpleNamespace]) -> None:
        self._found = found

    def do(self, item: WorkItem, act: Callable[[Any], Any]) -> Any:
        """List them."""
        return self._found


REQUEST = replace(ITEM, application_no="", row=9)


@pytest.mark.parametrize(
    "request_for_all", [REQUEST, replace(REQUEST, contact=OTHER_CONTACT.contact)]
)
@pytest.mark.parametrize("list_digest", ["list", "another list", ""])
def test_a_request_for_all_does_not_begin_it_anew(
    ledger: Ledger, request_for_all: WorkItem, list_digest: str
):
    """The row names no policy, in the same list, in another, or in none; the outcome says so."""
    withdraw(ledger, ledger.entry(ITEM.reference), "张三")
    before = ledger.entry(ITEM.reference)
    if list_digest:
        ledger.dispatch([request_for_all], list_digest, MAKER)
    else:
        ledger.ask([request_for_all])

    told = [expand(ledger, request_for_all, list_digest) for _ in range(2)][-1]

    assert ledger.entry(ITEM.reference) == before
    assert "待确认中有 2 张保单；其中 1 张有人撤下过，没有办理：“XW1”" in told.explanation
    assert told.is_answered
    assert {one.item.application_no: one.state for one in ledger.entries(list_digest)} == {
        "XW1": State.WITHDRAWN,
        "XW2": State.READY,
    }
    ledger.dispatch([ITEM], "yet another list", MAKER)
    assert state(ledger) is State.READY


def test_a_withdrawal_that_is_late_by_one_move_still_holds(ledger: Ledger):
    """The run has moved the item on since the person saw it."""
    seen = ledger.entry(ITEM.reference)
    bring_to(ledger, State.INTENT)

    withdraw(ledger, seen, "张三")

    assert state(ledger) is State.WITHDRAWN


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["XW1", "--by", "张三"], 0, "XW1：已撤下。"),
        (["XW1", "XW1", "--by", "张三"], 0, "XW1：已撤下"),
        (["XW2", "--by", "张三"], 1, "XW2：按下过的和办完的不能撤下"),
        (["XW1", "XW2", "--by", "张三"], 1, "XW1：已撤下"),
        (["XW9", "--by", "张三"], 2, "台账里没有：XW9"),
        (["XW1", "--by", " "], 2, "--by 后面要写姓名"),
        (["XW1"], 2, "--by"),
    ],
)
def test_a_person_withdraws_by_number(
    tmp_path: Path, ledger: Ledger, words: list[str], code: int, told: str
):
    """Each number is answered; one that cannot be withdrawn does not keep the others."""
    other = replace(ITEM, application_no="XW2")
    ledger.dispatch([other], "list", MAKER)
    bring_to(ledger, State.CONFIRMED, other)

    ended = CliRunner().invoke(app, ["withdraw", *words, "--data-dir", str(tmp_path / "data")])

    assert (ended.exit_code, told in ended.output) == (code, True), ended.output
    assert ledger.entry(other.reference).state is State.CONFIRMED
