"""Which of the waiting items a call means."""

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from bot.cli.frame import refuse_usage
from bot.ledger.entry import Entry
from bot.ledger.ledger import Ledger
from bot.ledger.states import STATE_WORDS
from bot.work_list.file import read_bytes
from bot.work_list.findings import Unfit


@dataclass(frozen=True, slots=True)
class Selection:
    """By number, by enterprise, by list, or all."""

    numbers: Collection[str]
    enterprise: str  # 企业名称 or 统一社会信用代码
    list_file: Path | None
    is_all: bool

    @property
    def is_made(self) -> bool:
        """Whether the call says which; else all are listed, and none is decided."""
        return bool(self.numbers or self.enterprise or self.list_file or self.is_all)

    def of(self, ledger: Ledger, waiting: list[Entry]) -> list[Entry]:
        """Return the selected entries, or end if what is named does not wait or is unknown."""
        if self.enterprise:
            expect_enterprise(self.enterprise, ledger)
        listed = self._listed(ledger)
        named = [one for one in waiting if self._is_meant(one, listed)]
        if unknown := set(self.numbers) - {one.item.application_no for one in named}:
            states = {one.item.application_no: STATE_WORDS[one.state] for one in ledger.entries()}
            told = "、".join(f"{one}（{states.get(one, '台账里没有')}）" for one in sorted(unknown))
            refuse_usage(f"没有在等待的：{told}。请用 single-window status 查看。")
        return named

    def _is_meant(self, entry: Entry, listed: Collection[str] | None) -> bool:
        return (
            (not self.enterprise or entry.item.is_of(self.enterprise))
            and (not self.numbers or entry.item.application_no in self.numbers)
            and (listed is None or entry.item.reference in listed)
        )

    def _listed(self, ledger: Ledger) -> set[str] | None:
        """Return the references that the list has brought; None if none is named."""
        if not self.list_file:
            return None
        try:
            digest = sha256(read_bytes(self.list_file)).hexdigest()
        except Unfit as unfit:
            refuse_usage(f"{self.list_file}：{unfit.problem}；{unfit.fix}（{unfit.code}）。")
        if not (listed := {one.item.reference for one in ledger.entries(digest)}):
            told = f"{self.list_file} 的这一版没有交办过，或还没有列出保单"
            refuse_usage(f"{told}。请先运行 single-window run {self.list_file.name}。")
        return listed


def expect_enterprise(name: str, ledger: Ledger) -> None:
    """End unless the ledger knows an enterprise of this name or 统一社会信用代码."""
    if not any(one.item.is_of(name) for one in ledger.entries()):
        refuse_usage(f"台账里没有企业“{name}”。请照 single-window status 列出的写。")
