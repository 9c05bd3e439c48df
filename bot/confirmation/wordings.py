"""新的投保声明: wordings that nobody has accepted yet, and who waits for that (guide-2.4).

An enterprise whose wording is accepted goes on; another's new wording does not stop it.
"""

from dataclasses import dataclass

from bot import declaration
from bot.errors import Reason
from bot.ledger.entry import Entry
from bot.ledger.ledger import Ledger
from bot.settings import Settings
from pages.models import Declaration


@dataclass(frozen=True, slots=True)
class NewWording:
    """A wording that the portal shows, and the items that wait until somebody accepts it."""

    wording: Declaration
    differences: tuple[
        str, ...
    ]  # the removed (-) and added (+) lines against the settings' wording
    entries: tuple[Entry, ...]

    @property
    def digest(self) -> str:
        """The digest by which a person accepts it."""
        return declaration.digest(self.wording)


def is_accepted(wording: Declaration, uscc: str, ledger: Ledger, settings: Settings) -> bool:
    """Tell whether this enterprise has accepted a wording: by the settings, or by a decision."""
    return wording == settings.declaration or ledger.has_accepted(uscc, declaration.digest(wording))


def new_wordings(ledger: Ledger, settings: Settings) -> list[NewWording]:
    """Return every wording that items wait for, with these items."""
    waiting: dict[Declaration, list[Entry]] = {}
    for entry in ledger.entries():
        if entry.code == Reason.DECLARATION_CHANGED and entry.snapshot:
            wording = entry.snapshot.declaration
            if not is_accepted(wording, entry.item.uscc, ledger, settings):
                waiting.setdefault(wording, []).append(entry)
    return [
        NewWording(wording, declaration.differences(settings.declaration, wording), tuple(entries))
        for wording, entries in waiting.items()
    ]
