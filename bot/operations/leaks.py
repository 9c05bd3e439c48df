"""Looks for secrets in all that a run has written, before anybody reads it."""

import logging
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from bot.evidence.sealing import is_sealed
from bot.ledger.ledger import Ledger
from bot.operations.job import Job
from bot.secret_scan import SecretScanner, quarantine_files
from bot.work_item import WorkItem
from pages.models import Secret

log = logging.getLogger(__name__)


def quarantined_leaks(job: Job, ledger: Ledger, files: tuple[Path, ...]) -> tuple[Path, ...]:
    """Put stars over secrets in the results, and away what else was written and holds one.

    What belongs to an evidence pack is never rewritten: it would not be evidence any more. What is
    sealed is not even moved, since it would look as if somebody had taken it away.
    """
    items = [item for entry in ledger.rounds() for item in entry.items]
    items += [request.item for request in ledger.requests(None)]
    scanner = SecretScanner(_hunted(job.passwords.used, items))
    scanner.redact(files)
    store, since = job.settings.store, job.started.timestamp()
    stored = (path for path in store.rglob("*") if path.is_file())
    hits = scanner.search([*files, *(path for path in stored if path.stat().st_mtime >= since)])
    quarantine_files(hits, store / "quarantine" / f"{job.started:%Y%m%d-%H%M%S}", is_sealed)
    return tuple(dict.fromkeys(hit.file for hit in hits))


def _hunted(secrets: Iterable[Secret], items: Iterable[WorkItem]) -> list[Secret]:
    """Return the secrets without those that are data too: evidence holds them as it should."""
    data, hunted = _data(items), []
    for secret in {one.reveal(): one for one in secrets}.values():
        if names := [name for name, held in data.items() if _is_in(secret, held)]:
            log.warning(
                "有一个密码就是%s的代码、名称、账号、申请编号或联系方式，或其中一段；"
                "证据里本来就有，所以没有查找它。请到门户改掉这个密码，"
                "再用 single-window credentials set 录入。",
                names[0] if len(names) == 1 else f"{names[0]}等 {len(names)} 家企业",
            )
        else:
            hunted.append(secret)
    return hunted


def _data(items: Iterable[WorkItem]) -> dict[str, str]:
    """Return what evidence holds of each enterprise, by its name; remarks may be anything."""
    data: dict[str, set[str]] = defaultdict(set)
    for item in items:
        contact = item.contact
        data[item.enterprise_name] |= {
            *(item.enterprise_name, item.uscc, item.uscc[8:17], item.account, item.application_no),
            *(contact.name, contact.phone, contact.mobile, contact.email),
        }
    return {name: "\n".join(held) for name, held in data.items()}


def _is_in(secret: Secret, text: str) -> bool:
    return secret.reveal() in text and SecretScanner([secret]).redacted(text) != text
