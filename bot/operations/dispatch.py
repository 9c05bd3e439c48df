"""Takes a work list, or the enterprises of the settings, into the ledger."""

from bot.errors import NotFit
from bot.ledger.entry import BulkRequest, Entry
from bot.ledger.lock import only_worker
from bot.ledger.opening import opened_ledger
from bot.results.list_rows import rows_of
from bot.settings import Settings
from bot.work_item import WorkItem
from bot.work_list.reading import WorkList
from pages.models import Contact


def dispatch(settings: Settings, work_list: WorkList) -> list[Entry]:
    """Take a list into the ledger; return its work items, compared with what the list says.

    Raises:
        NotFit: the ledger is not to be had, or another process works on it.
    """
    with only_worker(settings), opened_ledger(settings) as ledger:
        ledger.dispatch(work_list.items, work_list.digest, settings.operator, work_list.path)
        return rows_of(work_list, ledger, settings.origin).policies


def dispatch_pending(settings: Settings) -> list[BulkRequest]:
    """Ask for all pending policies of the enterprises in the settings; the next run confirms them.

    Raises:
        NotFit: no enterprise is set, the ledger is not to be had, or another process works on it.
    """
    if not settings.enterprises:
        raise NotFit("设置中没有企业", "请在 single-window.toml 中写明 [[enterprises]] 后再运行")
    items = [
        WorkItem(
            portal_origin=settings.origin,
            uscc=one.uscc,
            enterprise_name=one.name,
            account=one.account,
            application_no="",
            contact=Contact(**one.contact.model_dump()),
            expected_documents=(),
            row=number,
        )
        for number, one in enumerate(settings.enterprises, start=1)
    ]
    with only_worker(settings), opened_ledger(settings) as ledger:
        ledger.ask(items)
        return ledger.requests()
