"""What became of a row of a list, or of a request, where that is no policy."""

from dataclasses import dataclass

from bot.errors import Reason
from bot.ledger.entry import BulkRequest
from bot.ledger.ledger import Ledger
from bot.results import standing
from bot.results.standing import RowState

ALL_PENDING = "全部待确认"  # in place of 申请编号


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """What became of one row; row 0 stands for the whole list, or for no list."""

    row: int
    enterprise_name: str
    label: str  # in place of 申请编号
    state: RowState
    code: str  # a reason, or of a row that is wrong the code of its finding
    explanation: str
    next_step: str
    since: str  # UTC; empty if unknown

    @property
    def is_open(self) -> bool:
        """Whether somebody has to do something about it."""
        return standing.is_open(self.state, self.code)

    @property
    def who(self) -> str:
        """Who must act; empty if nobody has to."""
        return standing.who_acts(self.state, self.code)


def of_request(request: BulkRequest, has_policies: bool) -> RowOutcome | None:
    """Return what became of a request; None if it led to policies, and to all that it asked for."""
    if request.is_answered and has_policies:
        return None
    state = RowState.NOTHING_PENDING if request.is_answered else RowState.NOT_REACHED
    usual = Reason.NOTHING_PENDING if request.is_answered else Reason.NOT_REACHED
    row = request.item.row if request.list_digest else 0
    step = "" if request.is_answered else "运行 single-window run 就登录列出、办理"
    return RowOutcome(
        row,
        request.item.enterprise_name,
        f"{row_label(row)}，{ALL_PENDING}" if row else ALL_PENDING,
        state,
        request.code or usual,
        request.explanation or "还没有登录列出这家企业的待确认保单",
        request.next_step or step,
        request.changed_at,
    )


def row_label(row: int) -> str:
    """Name a row where 申请编号 would stand; row 0 is the whole list."""
    return f"清单第 {row} 行" if row else "整份清单"


def last_requests(ledger: Ledger) -> list[RowOutcome]:
    """Return what became of each enterprise's last request, of whichever list."""
    in_order = sorted(ledger.requests(None), key=lambda one: one.changed_at)
    last = {one.item.uscc: one for one in in_order}.values()
    rows = {digest: ledger.rows(digest) for digest in {one.list_digest for one in last}}
    found = (of_request(one, one.item.row in rows[one.list_digest]) for one in last)
    return [one for one in found if one]
