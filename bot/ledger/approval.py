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
    operator: str = ""  # the system account from which a person decided

    def stored(self) -> dict[str, str]:
        """Return it as a JSON object."""
        return asdict(self)
