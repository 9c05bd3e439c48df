"""Says which files a command has written, and which of them hold a secret."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from bot.cli.output import out


def print_files(files: Iterable[Path]) -> None:
    """Say where the results lie."""
    for file in files:
        out.print(f"结果：{file}", markup=False)


def print_not_updated() -> None:
    """Say that results lie beside a list, and none was given."""
    out.print("没有给清单，所以没有更新结果工作簿：请运行 single-window results 清单.xlsx。")


def print_leaks(leaks: Sequence[Path]) -> None:
    """Say which files held a secret, and what to do."""
    for file in leaks:
        out.print(f"文件中留有密码或登录凭据：{file}", style="red", markup=False)
    if leaks:
        out.print(
            "已封存的证据和台账没有动，别的文件已移到台账旁的 quarantine。"
            "请改掉密码，并联系维护人员；证据里的联系方式可以用 single-window delete 清除。"
        )
