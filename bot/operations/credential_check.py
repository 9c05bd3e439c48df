"""Sees whether there is a password for every account that may be needed."""

from dataclasses import dataclass

from bot.credentials.passwords import Passwords
from bot.ledger.opening import existing_ledger
from bot.settings import Settings
from bot.work_list.reading import WorkList


@dataclass(frozen=True, slots=True)
class Credential:
    """Whether the password of one account is there; never the password."""

    enterprise_name: str
    uscc: str
    account: str
    place: str  # empty: nowhere


def see_credentials(
    settings: Settings, work_list: WorkList | None, passwords: Passwords
) -> list[Credential]:
    """See whether there is a password for every account of a list, the ledger and the mandates.

    Raises:
        NotFit: the ledger is not to be had, or there is none and nothing else to go by.
        BusinessException: a password is there and cannot be used.
    """
    names: dict[str, str] = {}
    accounts: set[tuple[str, str]] = set()
    if settings.ledger_file.exists() or not (work_list or settings.mandates):
        with existing_ledger(settings) as ledger:
            for item in (entry.item for entry in ledger.entries()):
                names[item.uscc] = item.enterprise_name
                accounts.add((item.uscc, item.account))
    if work_list:
        rows = work_list.rows.values()
        names = {row.get("统一社会信用代码", ""): row.get("企业名称", "") for row in rows} | names
        accounts |= set(work_list.accounts)
    for uscc in {code for mandate in settings.mandates for code in mandate.enterprises} - set(
        names
    ):
        accounts |= {(uscc, account) for account in passwords.accounts(uscc) or [""]}
    return [
        Credential(names.get(uscc, ""), uscc, account, passwords.place(uscc, account))
        for uscc, account in sorted(accounts)
    ]
