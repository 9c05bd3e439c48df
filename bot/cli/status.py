"""`single-window status`."""

from pathlib import Path

from bot.cli import options
from bot.cli.entries import print_entries
from bot.cli.frame import new_group
from bot.cli.output import out
from bot.ledger.opening import existing_ledger
from bot.settings import load_settings

app = new_group()


@app.command(epilog="示例：single-window status")
def status(
    portal_url: options.PortalUrl = None,
    data_dir: options.DataDir = None,
    as_json: options.AsJson = False,
) -> None:
    """列出保单各到了哪一步，在等谁。

    也说明自何时，下一步做什么。
    """
    settings = load_settings(Path(), portal_url=portal_url, data_dir=data_dir)
    with existing_ledger(settings) as ledger:
        entries = ledger.entries()
    print_entries(entries, as_json)
    if not (entries or as_json):
        told = f"台账 {settings.ledger_file} 里还没有保单。请先运行 single-window run 清单.xlsx。"
        out.print(told, markup=False)
