"""What a look after a press makes of a work item: every row of the table of outcomes."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.confirmation.positive_look import Judgement
from bot.confirmation.read_back import Conclusion, conclude
from bot.errors import Reason
from bot.ledger.entry import Entry
from bot.ledger.history import History, Move
from bot.ledger.states import State
from pages.models import PolicyRecord, PolicyStatus
from tests.bot.items import ITEM

AT = "2026-01-02T01:00:00+00:00"
NOW = datetime(2026, 1, 2, 2, tzinfo=UTC)
PRESSED = Entry(
    item=ITEM,
    state=State.PRESSING,
    code="",
    explanation="门户答复不予确认",
    next_step="",
    snapshot=None,
    approval=None,
    confirmed_at="",
    seen_pending_at="",
    baseline=None,
    changed_at=AT,
)
REFUSED = replace(PRESSED, state=State.IN_DOUBT, code=Reason.PRESS_REFUSED)
SEEN_PENDING = replace(PRESSED, state=State.IN_DOUBT, seen_pending_at=AT)
HISTORY = History((Move(1, AT, State.INTENT, State.PRESSING, "审批人", {}),))
RECORD = PolicyRecord("XW1", "P1", "产品", PolicyStatus.CONFIRMED, "2026-01-02 09:30:00", "", "")
OURS = Judgement(RECORD, "门户显示“已确认(待审批)”", is_news=True)
NOBODYS = Judgement(None, "门户在“待确认”和“保单查询”中都查不到")
SOMEBODYS = Judgement(None, "“保单查询”显示别的", is_news=True, elsewhere=RECORD)


def look_back(entry: Entry, look: Judgement, is_pending: bool, *lack: str) -> Conclusion:
    """Conclude from this look."""
    return conclude(entry, HISTORY, look, is_pending, lack, NOW)


@pytest.mark.parametrize(
    ("entry", "look", "is_pending", "state", "told"),
    [
        (PRESSED, OURS, False, State.CONFIRMED, OURS.told),
        (SEEN_PENDING, OURS, False, State.CONFIRMED, "按下以后曾仍在“待确认”中"),
        (PRESSED, NOBODYS, False, State.IN_DOUBT, f"已按下，{NOBODYS.told}"),
        (PRESSED, NOBODYS, True, State.IN_DOUBT, f"已按下，{NOBODYS.told}"),
        (PRESSED, SOMEBODYS, False, State.IN_DOUBT, f"已按下，{SOMEBODYS.told}"),
        (REFUSED, NOBODYS, True, State.REFUSED, "门户答复不予确认"),
        (REFUSED, NOBODYS, False, State.IN_DOUBT, f"已按下，{NOBODYS.told}"),
        (REFUSED, SOMEBODYS, True, State.ALREADY_CONFIRMED, "可能就是那一次"),
        (REFUSED, replace(SOMEBODYS, elsewhere=None), True, State.IN_DOUBT, "已按下"),
        (REFUSED, SOMEBODYS, False, State.ALREADY_CONFIRMED, "本机 2026-01-02 09:00:00 按下过"),
        (REFUSED, OURS, False, State.ALREADY_CONFIRMED, "当时门户答复不予确认"),
    ],
)
def test_a_look_leads_to_one_state(
    entry: Entry, look: Judgement, is_pending: bool, state: State, told: str
):
    """Confirmed is what this press has made; refused, what the portal refused and still lists."""
    came_to = look_back(entry, look, is_pending)

    assert came_to.state is state
    assert told in came_to.values["explanation"]


@pytest.mark.parametrize(("is_pending", "seen_at"), [(True, NOW.isoformat()), (False, "")])
def test_a_doubt_remembers_whether_it_was_seen_pending(is_pending: bool, seen_at: str):
    """A person may let it begin anew only after such a look; the code of the press stays."""
    values = look_back(REFUSED, replace(SOMEBODYS, elsewhere=None), is_pending).values

    assert (values["seen_pending_at"], values["code"]) == (seen_at, Reason.PRESS_REFUSED)


@pytest.mark.parametrize(
    ("lack", "told", "code"),
    [
        ((), "”", ""),
        (("确认后的画面",), "；证据不全，缺少确认后的画面", "EVIDENCE_MISSING"),
        (("按下的记录",), "不能排除是别人确认的；证据不全，缺少按下的记录", "EVIDENCE_MISSING"),
    ],
)
def test_what_evidence_lacks_is_told_and_stays_confirmed(
    lack: tuple[str, ...], told: str, code: str
):
    """The state is the portal's; the code tells that its proof is not whole."""
    came_to = look_back(PRESSED, OURS, False, *lack)
    values: dict[str, Any] = came_to.values

    assert (came_to.state, values["code"]) == (State.CONFIRMED, code)
    assert values["explanation"].endswith(told)
    assert values["confirmed_at"] == RECORD.confirmed_at
