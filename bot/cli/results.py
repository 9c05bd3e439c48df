"""`single-window results`."""

from bot.cli import options
from bot.cli.frame import new_group
from bot.cli.intake import checked_list
from bot.cli.output import out, print_json
from bot.ledger.opening import existing_ledger
from bot.results.collect import write_results
from bot.settings import load_settings

app = new_group()


@app.command(name="results", epilog="示例：single-window results 清单.xlsx")
def write(
    list_file: options.ListFile,
    portal_url: options.PortalUrl = None,
    data_dir: options.DataDir = None,
    as_json: options.AsJson = False,
) -> None:
    """按台账重新写出清单的结果工作簿和网页。"""
    settings = load_settings(list_file.parent, portal_url=portal_url, data_dir=data_dir)
    checked = checked_list(list_file, settings, accept_valid=True, as_json=as_json)
    with existing_ledger(settings) as ledger:
        files = write_results(settings, ledger, checked)
    if as_json:
        print_json({"files": [str(file) for file in files]})
    for file in () if as_json else files:
        out.print(f"结果：{file}", markup=False)
