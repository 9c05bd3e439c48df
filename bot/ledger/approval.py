"""A decision about a policy, as the ledger keeps it."""

from dataclasses import asdict, dataclass

MANDATE, PERSON, REJECTED = "授权委托", "逐件批准", "不同意"  # the grounds of a decision


@dataclass(frozen=True, slots=True)
class Approval:
    """Who decided about which digest, on what ground, and when."""

    by: str
    ground: str
    digest: str
    at: str
    operator: str = ""  # whose system account a person decided from

    def stored(self) -> dict[str, str]:
        """Return it as JSON takes it."""
        return asdict(self)
