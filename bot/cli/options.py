"""The options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

OptionalList = Annotated[
    Path | None, typer.Argument(metavar="LIST", help="工作清单；不给时按台账中的全部")
]
Quiet = Annotated[
    bool, typer.Option("--quiet", help="不显示进度；全部办妥时什么也不输出，适合计划任务")
]
ListFile = Annotated[Path, typer.Argument(metavar="LIST", help="工作清单（.xlsx 或 .csv）")]
PortalUrl = Annotated[str | None, typer.Option(help="门户地址；不给时用设置，再不然是本机模拟门户")]
Live = Annotated[bool | None, typer.Option("--live", help="这是真实门户；不加就只认模拟门户")]
DataDir = Annotated[Path | None, typer.Option(help="台账和证据所在的文件夹")]
Browsers = Annotated[int | None, typer.Option(min=1, max=16, help="并行的浏览器数")]
AcceptValid = Annotated[bool, typer.Option("--accept-valid", help="有错的行不办，其余的行照办")]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取")]
ApproverKey = Annotated[
    Path | None,
    typer.Option("--key", metavar="FILE", help="审批人密钥；不给时是自己账号里的那一把"),
]
