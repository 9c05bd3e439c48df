"""信任: which folders' settings a person has looked at and trusts; the record is the person's own.

A record names a folder, and the SHA-256 of its settings file and of the profile that this names.
It lies under `~/.single-window`, never in the folder, so that nobody who can write there can trust.
"""

import json
import os
import shlex
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from bot.errors import NotFit
from bot.private_files import make_private, write_private
from bot.settings_file import SettingsFile, digest_of, read_regular

WRITABLE_BY_OTHERS = 0o022


@dataclass(frozen=True, slots=True)
class Trusted:
    """What a person trusts in one folder."""

    settings: str  # the SHA-256 of the settings file
    profile: str = ""  # the SHA-256 of the portal profile that the file names

    @classmethod
    def now_in(cls, file: SettingsFile) -> Self:
        """Return what a person would trust who trusts this file.

        Raises:
            OSError: the portal profile that it names cannot be read.
            NotFit: the profile is no regular file, or is too large.
        """
        profile = file.profile
        return cls(file.digest, digest_of(read_regular(profile)) if profile else "")

    @property
    def digest(self) -> str:
        """Everything that is trusted as one digest, by which a program names it."""
        return digest_of(f"{self.settings}\n{self.profile}".encode())


def find_trusted(folder: Path) -> Trusted | None:
    """Return what a person trusts in this folder; None if nobody has trusted it.

    Raises:
        NotFit: another account could have written the record.
    """
    record = _record_of(folder)
    if not record.exists():
        return None
    for place in (record.parent, record):
        if others_can_write(place):
            raise NotFit(f"信任记录 {place} 别的账号能改写", "请收回它的写权限，核对以后再信任一次")
    try:
        told = json.loads(record.read_text(encoding="utf-8"))
        return Trusted(str(told["settings"]), str(told["profile"]))
    except (ValueError, KeyError, TypeError):
        return Trusted("")  # somebody has edited it; no file has this digest


def keep_trusted(folder: Path, trusted: Trusted) -> None:
    """Note that the person trusts this content in this folder; raises `OSError` if it cannot."""
    record = _record_of(folder)
    make_private(record.parent)
    told = {"folder": str(folder.resolve()), **asdict(trusted)}
    write_private(record, json.dumps(told, ensure_ascii=False, indent=2).encode())


def revoke(folder: Path) -> bool:
    """Forget that a person trusted this folder; tell whether one had."""
    record = _record_of(folder)
    was_trusted = record.exists()
    record.unlink(missing_ok=True)
    return was_trusted


def is_trusted(file: SettingsFile, now: Trusted) -> bool:
    """Tell whether what the folder says now holds: it is trusted, or never needed to be.

    Raises:
        NotFit: another account could have written the record.
    """
    trusted = find_trusted(file.folder)
    return trusted == now if trusted else not file.sensitive


def expect_trusted(file: SettingsFile) -> None:
    """Check that a person trusts what this settings file says, as far as it needs trust.

    Raises:
        NotFit: nobody has trusted the file, or it was changed or removed since.
    """
    trusted = find_trusted(file.folder)
    if trusted is None and not file.sensitive:
        return
    if trusted is None or file.content is None or trusted.settings != file.digest:
        raise NotFit(_untrusted(file, was_trusted=trusted is not None), _how_to_trust(file))


def expect_trusted_profile(file: SettingsFile, content: bytes) -> None:
    """Check that the portal profile that this settings file names is still the trusted one.

    Raises:
        NotFit: it was changed since.
    """
    trusted = find_trusted(file.folder)
    if trusted is None or trusted.profile != digest_of(content):
        told = f"门户配置 {file.profile} 在信任以后改过"
        raise NotFit(told, _how_to_trust(file))


def others_can_write(path: Path) -> bool:
    """Tell whether another account can change this; never on systems without POSIX modes."""
    if os.name != "posix":
        return False
    found = path.stat()
    return found.st_uid not in (os.getuid(), 0) or bool(found.st_mode & WRITABLE_BY_OTHERS)


def _record_of(folder: Path) -> Path:
    name = digest_of(os.fsencode(os.path.realpath(folder)))
    return Path.home() / ".single-window" / "trusted" / f"{name}.json"


def _untrusted(file: SettingsFile, *, was_trusted: bool) -> str:
    if file.content is None:
        return f"信任过的 {file.path} 不见了"
    names = "、".join(file.sensitive) or "（没有要信任的）"
    if was_trusted:
        return f"{file.path} 在信任以后改过；它写着 {names}"
    return f"{file.path} 写着 {names}，要有人看过、信任了才生效"


def _how_to_trust(file: SettingsFile) -> str:
    folder = shlex.quote(str(file.folder))
    if file.content is None:
        return f"请找回它；确实不要了，请执行 single-window trust {folder} --revoke"
    return f"请核对文件是谁写的，再执行 single-window trust {folder}"
