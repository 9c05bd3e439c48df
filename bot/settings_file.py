"""设置文件: `single-window.toml` of a folder, read once; what it says that a person must trust."""

import hashlib
import os
import re
import stat
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Any

from platformdirs import site_config_path

from bot.errors import NotFit
from pages.visible import visible

FILE_NAME = "single-window.toml"
OTHER_NAME = re.compile(r"single[-_ ]?window(\.toml)?\.(toml|txt|ini|conf)", re.IGNORECASE)
LIMIT = 1 << 20  # bytes of a settings file or a portal profile
HARMLESS = frozenset(  # they hold without trust: how long, how many, when; every other needs it
    {
        "answer_minutes",
        "batch_limit",
        "browsers",
        "dry_run",
        "hours",
        "item_minutes",
        "sign_ins_per_minute",
        "timeout_seconds",
    }
)
PATHS = frozenset({"browser", "data_dir", "portal_profile"})
SIGNATURE_RULES = ("four_eyes", "approvers")
MACHINE_FOLDER = (  # no variable moves it; an administrator alone can write there
    Path("/etc/single-window") if os.name == "posix" else site_config_path("single-window", False)
)
ENVIRONMENT_ALONE = frozenset({"mock_hosts"})  # a folder never says which host is a mock


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """The settings of a folder, as the bytes of its file said them at one moment."""

    folder: Path  # as it was named, absolute
    content: bytes | None  # None: the folder has no such file
    values: Mapping[str, Any]

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return self.folder / FILE_NAME

    @property
    def digest(self) -> str:
        """The SHA-256 of its content; empty if there is no file."""
        return "" if self.content is None else digest_of(self.content)

    @property
    def sensitive(self) -> tuple[str, ...]:
        """The names of the settings that hold only in a trusted folder."""
        return tuple(name for name in self.values if name not in HARMLESS)

    @property
    def profile(self) -> Path | None:
        """The portal profile that it names."""
        name = self.values.get("portal_profile")
        return self.folder / name if isinstance(name, str) else None

    def anchored(self) -> dict[str, Any]:
        """Return its values; a relative path starts at this folder, not where a command is called.

        So one list always has one ledger, and another folder cannot put its files in between.
        """
        return {
            name: str(self.folder / value) if name in PATHS and isinstance(value, str) else value
            for name, value in self.values.items()
        }

    def lines(self) -> list[str]:
        """Return the settings that need trust, one value a line, hidden characters spelled out."""
        return [
            f"{visible(place)} = {_shown(value)}"
            for name in self.sensitive
            for place, value in _leaves(name, self.values[name])
        ]


def read_settings_file(folder: Path) -> SettingsFile:
    """Read the settings file of a folder, through a link too.

    Raises:
        NotFit: it cannot be read, is no file, is too large, or is not TOML.
    """
    folder = folder.absolute()
    file = folder / FILE_NAME
    try:
        content = read_regular(file)
    except FileNotFoundError:
        _expect_no_other_name(folder)
        return SettingsFile(folder, None, {})
    except OSError as error:
        told = f"设置文件 {file} 读不出（{error.strerror}）"
        raise NotFit(told, "请检查路径和权限后再运行") from error
    try:
        values = tomllib.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:  # a long number, or brackets without end, too
        raise NotFit(
            f"设置文件 {file} 不是有效的 TOML（{error}）",
            "请改正写明的行和列：文字要加引号，等号两边各一项；并存为 UTF-8（无 BOM）后再运行",
        ) from error
    if ENVIRONMENT_ALONE & {name.lower() for name in values}:
        told = f"{file} 写着 {'、'.join(ENVIRONMENT_ALONE)}，这只能写在环境变量里"
        raise NotFit(told, "请从文件中删去，由本人设置环境变量 SINGLE_WINDOW_MOCK_HOSTS")
    # pydantic would take names in capitals too, past the lists of this module
    if capitals := [name for name in values if name != name.lower()]:
        raise NotFit(f"设置有误：{'、'.join(capitals)}：没有这个设置", f"请改正 {file}，名称用小写")
    return SettingsFile(folder, content, values)


def signature_rules(folder: SettingsFile) -> dict[str, Any]:
    """Return `four_eyes` and the register, from where signatures are asked for; empty if nowhere.

    The administrator's file comes first. Neither environment nor options take back what it or the
    folder asks for, and the file that asks for signatures also says whose.

    Raises:
        NotFit: the administrator's file says anything else, or cannot be read.
    """
    machine = read_settings_file(MACHINE_FOLDER)
    if others := machine.values.keys() - SIGNATURE_RULES:
        told = f"{machine.path} 里只能写 {'、'.join(SIGNATURE_RULES)}"
        raise NotFit(told, f"请管理员删去 {'、'.join(sorted(others))}")
    for file in (machine, folder):
        if not isinstance(file.values.get("four_eyes", False), bool):
            raise NotFit(f"{file.path} 的 four_eyes 应是 true 或 false", "请不加引号改正")
    if machine.values and machine.values.get("four_eyes") is not True:
        told = f"{machine.path} 没有写 four_eyes = true"
        raise NotFit(told, "请管理员写明；不要求签字时请移走这个文件")
    for file in (machine, folder):
        if file.values.get("four_eyes") is True:
            return {"four_eyes": True, "approvers": file.values.get("approvers", [])}
    return {}


def _expect_no_other_name(folder: Path) -> None:
    """Refuse settings that nobody would read, because their name is not quite right."""
    names = sorted(one.name for one in folder.glob("*") if OTHER_NAME.fullmatch(one.name))
    if names:
        raise NotFit(
            f"设置文件应名为 {FILE_NAME}，{folder} 里只有 {'、'.join(names)}，没有读取",
            "请改名后再运行；Windows 上先在“查看”中勾选“文件扩展名”，才看得见末尾的 .txt",
        )


def read_regular(file: Path, limit: int = LIMIT) -> bytes:
    """Return the content of a file that may be hostile.

    Raises:
        OSError: it is not there, or cannot be read.
        NotFit: it is no regular file, or is too large.
    """
    if "\0" in str(file):
        raise NotFit(f"{file} 不是文件的名称", "请改正路径")
    with open(file, "rb", opener=_without_waiting) as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise NotFit(f"{file} 不是普通的文件", "请换成普通的文件")
        content = stream.read(limit + 1)
    if len(content) > limit:
        raise NotFit(f"{file} 太大", f"至多 {limit >> 10} KB，请核对是不是拿错了文件")
    return content


def digest_of(content: bytes) -> str:
    """Return the SHA-256 of a content, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))  # a pipe would wait for a writer


def _leaves(place: str, value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict) and value:
        for name, part in value.items():
            yield from _leaves(f"{place}.{name}", part)
    elif isinstance(value, list) and any(isinstance(part, dict | list) for part in value):
        for number, part in enumerate(value, start=1):
            yield from _leaves(f"{place}[{number}]", part)
    else:
        yield place, value


def _shown(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case date() | time():
            return value.isoformat()
        case str():
            return f'"{visible(value)}"'
        case list():
            return f"[{', '.join(map(_shown, value))}]"
    return str(value)
