"""A decision about a policy, as the ledger keeps it."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Self

MANDATE, PERSON, REJECTED = "授权委托", "逐件批准", "不同意"  # the grounds of a decision
RELEASED = "准许重新办理"


@dataclass(frozen=True, slots=True)
class Approval:
    """Who decided about which digest, on what ground, and when."""

    by: str
    ground: str
    digest: str
    at: str
    operator: str = ""  # the system account from which a person decided
    slip: str = ""  # what the approver has signed, if it had to be signed

    @classmethod
    def now(cls, by: str, ground: str, digest: str, operator: str = "") -> Self:
        """Return the decision that is made at this moment."""
        return cls(by, ground, digest, moment(), operator)

    def stored(self) -> dict[str, str]:
        """Return it as a JSON object."""
        return asdict(self)


def moment() -> str:
    """Return the current time as a decision names it."""
    return datetime.now(UTC).isoformat(timespec="seconds")
