"""`single-window results`."""

from bot.cli import options
from bot.cli.entries import print_entries, rows_facts
from bot.cli.files import print_files
from bot.cli.frame import ALL_DONE, NEEDS_PERSON, new_group
from bot.cli.intake import checked_list
from bot.cli.output import print_json
from bot.ledger.opening import existing_ledger
from bot.results.collect import write_results
from bot.results.list_rows import rows_of
from bot.results.sent_contact import names_another_contact
from bot.settings import load_settings

app = new_group()


@app.command(name="results", epilog="示例：single-window results 清单.xlsx")
def write(
    list_file: options.ListFile,
    portal_url: options.PortalUrl = None,
    data_dir: options.DataDir = None,
    as_json: options.AsJson = False,
) -> int:
    """按台账重新写出清单的结果工作簿和网页。

    清单里的联系方式和提交的不同时，退出码是 1。
    """
    settings = load_settings(list_file.parent, portal_url=portal_url, data_dir=data_dir)
    checked = checked_list(list_file, settings, accept_valid=True, as_json=as_json)
    with existing_ledger(settings) as ledger:
        rows = rows_of(checked, ledger, settings.origin)
        files = write_results(settings, ledger, rows)
    if as_json:
        told = rows_facts(rows.policies, rows.others)
        print_json({"files": [str(file) for file in files], **told})
    else:
        print_entries(rows.policies, rows.others)
        print_files(files)
    return NEEDS_PERSON if names_another_contact(rows.policies) else ALL_DONE
