"""The portal's time: Beijing time, which every enterprise can move forward for itself."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8))


@dataclass
class Clock:
    """The time as one enterprise sees it."""

    ahead: timedelta = field(default_factory=timedelta)

    def now(self) -> datetime:
        """Tell the time, to the second."""
        return (datetime.now(BEIJING) + self.ahead).replace(microsecond=0)

    def forward(self, seconds: float) -> None:
        """Move the time forward; it never goes back."""
        self.ahead += timedelta(seconds=seconds)
