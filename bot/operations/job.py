"""What a command goes by, and the hold that it has of the portal's ledger meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from bot.credentials.passwords import Passwords
from bot.ledger.ledger import Ledger
from bot.ledger.lock import only_worker
from bot.ledger.opening import opened_ledger
from bot.scratch import private_folder
from bot.settings import Settings
from bot.work_item import WorkItem
from bot.work_list.reading import WorkList


@dataclass(frozen=True, slots=True)
class Job:
    """What a command goes by; without a list, by all that the ledger holds."""

    settings: Settings
    passwords: Passwords
    work_list: WorkList | None
    started: datetime = field(default_factory=datetime.now)

    @property
    def list_digest(self) -> str:
        """The list's; empty if there is none."""
        return self.work_list.digest if self.work_list else ""

    def items(self, ledger: Ledger) -> list[WorkItem]:
        """Return the work items of the list, or all of the ledger."""
        if self.work_list:
            return list(self.work_list.items)
        return [entry.item for entry in ledger.entries()]


@contextmanager
def working_on(settings: Settings) -> Iterator[Ledger]:
    """Be the only worker of this portal, with its ledger and a private temporary folder."""
    with (
        only_worker(settings),
        private_folder(settings.store),
        opened_ledger(settings) as ledger,
    ):
        yield ledger
