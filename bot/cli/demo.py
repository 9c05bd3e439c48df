"""`single-window demo`."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli import options
from bot.cli.frame import ALL_DONE, NEEDS_PERSON, new_group
from bot.cli.output import out, print_json
from bot.operations import demo as demonstration

app = new_group()


@app.command(epilog="示例：single-window demo --output demo")
def demo(
    output: Annotated[Path, typer.Option(help="放清单、结果和证据的文件夹")] = Path("demo"),
    as_json: options.AsJson = False,
) -> int:
    """演示：为 3 家企业确认 6 张保单。

    启动模拟门户，写一份清单，办理两遍，再核对门户自己的台账。
    """
    folder = output / f"{datetime.now():%Y%m%d-%H%M%S}"
    with demonstration.mock_portal() as portal_url:
        proof = demonstration.demonstrate(folder, portal_url, quiet=as_json)
    if as_json:
        print_json(proof)
    else:
        print_proof(proof)
    return ALL_DONE if proof["is_proven"] else NEEDS_PERSON


def print_proof(proof: dict[str, Any]) -> None:
    """Print what the demonstration has shown."""
    out.print(f"证据：{proof['evidence']}", markup=False)
    for application_no, accepted in proof["portal_ledger"].items():
        out.print(f"门户台账：{application_no} 收到确认 {len(accepted)} 次", markup=False)
    if proof["is_proven"]:
        out.print("结论：每张保单恰好确认一次，第二次运行没有再提交。", style="bold green")
    else:
        out.print("结论：与预期不符，请查看上面的输出。", style="bold red")
