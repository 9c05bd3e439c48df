"""`single-window trust`."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import options
from bot.cli.frame import ALL_DONE, NEEDS_PERSON, new_group, refuse_usage
from bot.cli.output import out, print_json
from bot.cli.terminal import is_agreed, is_person_there
from bot.settings_file import SettingsFile, read_settings_file
from bot.trust import Trusted, is_trusted, keep_trusted, others_can_write, revoke

app = new_group()


@app.command(epilog="示例：single-window trust .")
def trust(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="设置文件所在的文件夹；不给时是当前文件夹")
    ] = Path(),
    digest: Annotated[
        str, typer.Option(help="没有终端时，写明看过的那份内容的摘要；内容不同就不信任")
    ] = "",
    is_revoked: Annotated[bool, typer.Option("--revoke", help="不再信任这个文件夹")] = False,
    as_json: options.AsJson = False,
) -> int:
    """信任：看一个文件夹的设置决定什么，信任这份内容。

    门户、密码、批准、程序、证据的设置要信任以后才生效；内容改了，要重新信任。
    """
    if is_revoked:
        was_trusted = revoke(folder)
        print_revoked(folder, was_trusted, as_json)
        return ALL_DONE
    file = read_settings_file(folder)
    if file.content is None:
        refuse_usage(f"{file.path} 不存在。请核对文件夹；信任过、现在不要了的，请加上 --revoke。")
    now = Trusted.now_in(file)
    if digest and digest != now.digest:
        refuse_usage(f"没有信任：内容的摘要是 {now.digest}，和写明的不同。请再看一遍内容。")
    if not as_json:
        print_content(file, now)
    is_known = is_trusted(file, now)
    if not is_known and (digest or _says_yes(as_json)):
        keep_trusted(folder, now)
        is_known = True
    print_verdict(file, now, is_known, as_json)
    return ALL_DONE if is_known else NEEDS_PERSON


def _says_yes(as_json: bool) -> bool:
    """Ask the person who has seen the settings, if one is there."""
    is_asked = not as_json and is_person_there()
    return is_asked and is_agreed("以上设置是本人或信得过的人写的，信任吗？")


def print_revoked(folder: Path, was_trusted: bool, as_json: bool) -> None:
    """Print that a folder is trusted no more."""
    if as_json:
        print_json({"folder": str(folder.absolute()), "was_trusted": was_trusted})
        return
    out.print("已不再信任这个文件夹。" if was_trusted else "这个文件夹没有信任过。")


def print_content(file: SettingsFile, now: Trusted) -> None:
    """Print what a person who trusts the folder trusts, and who else could change it."""
    out.print(str(file.path), markup=False)
    for line in file.lines():
        out.print(f"  {line}", markup=False)
    if file.profile:
        out.print(f"  portal_profile 的内容：SHA-256 {now.profile}，请打开看过", markup=False)
    if "browser" in file.values:
        out.print("  browser 只信任这个路径，程序的内容不核对", markup=False)
    places = [file.folder, file.path, *([file.profile] if file.profile else [])]
    for place in filter(others_can_write, places):
        told = f"留意：别的账号能改写 {place}；设置改了会要求重新信任，清单改了不会。"
        out.print(told, style="yellow", markup=False)


def print_verdict(file: SettingsFile, now: Trusted, is_known: bool, as_json: bool) -> None:
    """Print whether the folder is trusted, and else how to trust it."""
    if as_json:
        told = {"folder": str(file.folder), "settings": file.lines(), "digest": now.digest}
        print_json(told | {"is_trusted": is_known})
    elif is_known:
        out.print("已信任这份内容。" if file.sensitive else "没有要信任的设置，直接可用。")
    else:
        call = f"single-window trust {shlex.quote(str(file.folder))}"
        told_how = (
            f"没有信任。看过以后，在终端执行 {call}，或写明摘要：{call} --digest {now.digest}"
        )
        out.print(told_how, markup=False)
