"""`single-window verify`."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import options
from bot.cli.frame import ALL_DONE, NEEDS_PERSON, new_group, refuse_usage
from bot.cli.output import out, print_json
from bot.errors import NotFit
from bot.evidence.verification import Verification
from bot.evidence.verification import verify as verify_evidence

app = new_group()


@app.command(epilog="示例：single-window verify 证据包 --key public-key.pem")
def verify(
    pack: Annotated[Path, typer.Argument(metavar="PACK", help="一个证据包，或整个证据文件夹")],
    key: Annotated[Path, typer.Option(help="公钥，运行结果中写明它在哪里")],
    head: Annotated[
        str, typer.Option(help="结果网页上的证据链头，连链尾一起核对；不用于单个证据包")
    ] = "",
    approver: Annotated[
        list[Path] | None,
        typer.Option(help="审批人的公钥，可以写几个；每次按下都要有其中一人签字的批准"),
    ] = None,
    as_json: options.AsJson = False,
) -> int:
    """核对证据：和封存时是否一样；可以离线。

    有没有改动、缺少、多出；在任何一台机器上都可以。
    """
    try:
        verdict = verify_evidence(pack, key, head, approver or ())
    except NotFit as error:
        refuse_usage(str(error))
    print_verdict(verdict, as_json)
    return ALL_DONE if verdict.is_whole else NEEDS_PERSON


def print_verdict(verdict: Verification, as_json: bool) -> None:
    """Print whether evidence is as it was sealed."""
    if as_json:
        facts = asdict(verdict) | {"head": str(verdict.head or ""), "is_whole": verdict.is_whole}
        print_json(facts)
        return
    seen = f" {verdict.packs} 个证据包、{verdict.files} 个文件"
    if verdict.is_whole:
        out.print(f"核对通过：{seen.strip()}都和封存时一样。", style="green")
    else:
        out.print(f"核对不通过：看了{seen}，发现 {len(verdict.findings)} 处：", style="red")
    for told in verdict.findings:
        out.print(f"  {told}", markup=False)
    if verdict.signed:
        out.print(f"其中 {verdict.signed} 次按下都有给出的审批人签字的批准。")
    if verdict.cleared:
        out.print(f"另有 {verdict.cleared} 个文件已清除，封存里有登记。")
    for note in verdict.notes:
        out.print(f"{note}。", markup=False)
    if verdict.head:
        out.print(f"链头：{verdict.head}", markup=False)
    out.print(f"公钥指纹：{verdict.fingerprint}", markup=False)
