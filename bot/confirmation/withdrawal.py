"""撤下: a person takes a work item out before its press."""

from bot.errors import BusinessException, Reason
from bot.ledger.entry import Entry
from bot.ledger.ledger import Ledger
from bot.ledger.states import BEFORE_PRESS, State


def withdraw(ledger: Ledger, entry: Entry, by: str) -> None:
    """Take an item out; only a list that names it begins it anew, without its old approval.

    A run under way that is just moving it on loses it all the same, until it claims the press.

    Raises:
        BusinessException: it was pressed, or there is nothing left to do.
    """
    told = {"explanation": f"{by}撤下，不再办理", "next_step": "要办时请写在清单里，再运行那份清单"}
    while entry.state in BEFORE_PRESS - {State.WITHDRAWN}:
        if ledger.move(entry.item.reference, entry.state, State.WITHDRAWN, by, **told):
            return
        entry = ledger.entry(entry.item.reference)
    if entry.state is not State.WITHDRAWN:
        raise BusinessException(
            Reason.NOT_WITHDRAWN,
            "按下过的和办完的不能撤下",
            "请用 single-window status 查看它到了哪一步",
        )
