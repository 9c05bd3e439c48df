"""`single-window canary`."""

from dataclasses import asdict

from bot.cli import options
from bot.cli.frame import ALL_DONE, NOT_FIT, new_group
from bot.cli.intake import prepared
from bot.cli.output import out, print_json
from bot.cli.person import attendant
from bot.cli.progress import shown_progress
from bot.operations.canary import Walk, probe

app = new_group()


@app.command(epilog="示例：single-window canary 清单.xlsx")
def canary(
    list_file: options.OptionalList = None,
    portal_url: options.PortalUrl = None,
    live: options.Live = None,
    data_dir: options.DataDir = None,
    as_json: options.AsJson = False,
) -> int:
    """探针：登录后看门户的画面变了没有；只读。

    走一遍各个画面，和程序所知的比较；不填写，不确认。
    """
    given = {"portal_url": portal_url, "data_dir": data_dir}
    job = prepared(list_file, True, as_json, quiet=False, is_intake=False, live=live, **given)
    with shown_progress("探针", None, as_json) as progress:
        walk = probe(job, attendant(job.settings, progress))
    print_walk(walk, as_json)
    return NOT_FIT if walk.broken else ALL_DONE


def print_walk(walk: Walk, as_json: bool) -> None:
    """Print which page contracts are kept, and which are broken with what."""
    if as_json:
        looks = [
            {
                **asdict(look.stop),
                "breaches": [asdict(one) for one in look.breaches],
                "files": [str(file) for file in look.files],
            }
            for look in walk.looks
        ]
        print_json({"is_whole": not walk.broken, "looks": looks, "notes": walk.notes})
        return
    for look in walk.looks:
        word, colour = ("变了", "red") if look.breaches else ("一样", "green")
        out.print(f"{word} {look.stop}", style=colour, markup=False)
        for one in look.breaches:
            out.print(f"  {one.screen}.{one.need}：{one.found}", markup=False)
        for file in look.files:
            out.print(f"  {file}", markup=False)
    for note in walk.notes:
        out.print(f"{note}。", markup=False)
    if walk.broken:
        out.print("请把以上内容交给维护人员更新程序；更新以前不要在这个门户上运行。", style="red")
