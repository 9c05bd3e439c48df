"""`single-window doctor`."""

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from bot.cli import options
from bot.cli.frame import ALL_DONE, NOT_FIT, new_group
from bot.cli.output import out, print_json
from bot.operations.doctor import Diagnosis, Health, examine
from bot.settings import load_settings

HEALTH = {  # word and colour
    Health.FIT: ("正常", "green"),
    Health.ATTENTION: ("留意", "yellow"),
    Health.UNFIT: ("不合适", "red"),
}
app = new_group()


@app.command(epilog="示例：single-window doctor")
def doctor(
    portal_url: options.PortalUrl = None,
    live: options.Live = None,
    data_dir: options.DataDir = None,
    as_json: options.AsJson = False,
) -> int:
    """体检：这台机器和门户合不合适；不登录。

    浏览器、字体、时钟、磁盘、网络、密钥库、门户、卡控件；不输入任何东西。
    """
    given = {"portal_url": portal_url, "data_dir": data_dir, "live": live}
    settings = load_settings(Path(), **given)
    findings = print_findings(examine(settings, Path()), as_json)
    is_fit = all(one.health is not Health.UNFIT for one in findings)
    return ALL_DONE if is_fit else NOT_FIT


def print_findings(findings: Iterable[Diagnosis], as_json: bool) -> list[Diagnosis]:
    """Print what the doctor finds, each as soon as it is found; return all of it."""
    told = []
    for one in findings:
        told.append(one)
        if not as_json:
            word, colour = HEALTH[one.health]
            step = f"。{one.next_step}。" if one.next_step else ""
            out.print(f"{word} {one.name}：{one.told}{step}", style=colour, markup=False)
    if as_json:
        is_fit = all(one.health is not Health.UNFIT for one in told)
        print_json({"is_fit": is_fit, "findings": [asdict(one) for one in told]})
    return told
