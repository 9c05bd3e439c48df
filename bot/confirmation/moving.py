"""What all acts work with, and what several of them say."""

import logging
from typing import Any

from bot.confirmation import positive_look
from bot.confirmation.records import Records
from bot.errors import BusinessException, Reason
from bot.evidence.pack import Evidence
from bot.ledger.entry import Entry
from bot.ledger.ledger import Ledger
from bot.ledger.states import State
from bot.persons import ROBOT
from bot.portal.session import Session
from bot.portal.sessions import Sessions
from bot.settings import Settings
from bot.traces import mask_within

log = logging.getLogger(__name__)
WAIT_FOR_INSURER = "等待保险公司审批，生效时间以审批为准"
BOTH = "“待确认”中有这张保单，“保单查询”中又有它的确认"
ASK_PORTAL = "请登录门户查看，并致电 95198；先不要确认"


class Acts:
    """What the acts of the protocol work with."""

    def __init__(
        self, settings: Settings, ledger: Ledger, sessions: Sessions, evidence: Evidence
    ) -> None:
        self._settings = settings
        self._ledger = ledger
        self._sessions = sessions
        self._evidence = evidence
        self._records = Records(settings, evidence)

    def _move(self, entry: Entry, new: State, by: str = ROBOT, **values: Any) -> bool:
        """Move an item on, and tell it without what was typed; return whether this call did it."""

        def masked(words: str) -> str:
            return mask_within(words, entry.item)

        # the portal's words may repeat what was typed, and the audit is never erased
        for name in {"explanation", "next_step"} & values.keys():
            values[name] = masked(values[name])
        if "baseline" in values:
            values["baseline"] = values["baseline"].with_words(masked)
        return self._ledger.move(entry.item.reference, entry.state, new, by, **values)


def doubt(explanation: str) -> dict[str, str]:
    """Return explanation and next step of an item in doubt."""
    return {
        "explanation": explanation,
        "next_step": "请勿手工重复确认；稍后再运行一次由程序核验，仍存疑时登录门户查看或致电 95198",
    }


def warn(entry: Entry, told: str, next_step: str) -> None:
    """Warn about an item that stays as it was decided."""
    log.warning("%s %s：%s。%s。", entry.item.enterprise_name, entry.item.label, told, next_step)


def expect_unconfirmed(session: Session) -> None:
    """See that 保单查询 does not show the policy as confirmed while 待确认 lists it."""
    found = positive_look.latest(session.known)
    if found and found.status in positive_look.CONFIRMED:
        raise BusinessException(Reason.IN_BOTH, BOTH, ASK_PORTAL)
