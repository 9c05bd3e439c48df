"""`single-window status`."""

from pathlib import Path

from bot.cli import options
from bot.cli.entries import print_entries, rows_facts
from bot.cli.frame import ALL_DONE, NEEDS_PERSON, new_group
from bot.cli.output import out, print_json
from bot.ledger.entry import Entry
from bot.ledger.opening import existing_ledger
from bot.results.row_outcome import RowOutcome, last_requests
from bot.results.sent_contact import names_another_contact
from bot.settings import Settings, load_settings

app = new_group()


@app.command(epilog="示例：single-window status 清单.xlsx")
def status(
    list_file: options.OptionalList = None,
    portal_url: options.PortalUrl = None,
    data_dir: options.DataDir = None,
    as_json: options.AsJson = False,
) -> int:
    """列出保单各到了哪一步，在等谁。

    也说明自何时，下一步做什么；给了清单时，每一行都有，退出码 1 表示清单里的联系方式和提交的不同。
    """
    folder = list_file.parent if list_file else Path()
    settings = load_settings(folder, portal_url=portal_url, data_dir=data_dir)
    if list_file:
        entries, rows = _of_list(list_file, settings, as_json)
    else:
        with existing_ledger(settings) as ledger:
            entries, rows = ledger.entries(), last_requests(ledger)
    if as_json:
        print_json(rows_facts(entries, rows))
    else:
        print_entries(entries, rows)
    if not (entries or rows or as_json):
        told = f"台账 {settings.ledger_file} 里还没有保单。请先运行 single-window run 清单.xlsx。"
        out.print(told, markup=False)
    return NEEDS_PERSON if names_another_contact(entries) else ALL_DONE


def _of_list(file: Path, settings: Settings, as_json: bool) -> tuple[list[Entry], list[RowOutcome]]:
    # these load the spreadsheet libraries, which a look at the whole ledger does not need
    from bot.cli.intake import checked_list
    from bot.results.list_rows import rows_of

    checked = checked_list(file, settings, accept_valid=True, as_json=as_json)
    with existing_ledger(settings) as ledger:
        listed = rows_of(checked, ledger, settings.origin)
    return listed.policies, listed.others
