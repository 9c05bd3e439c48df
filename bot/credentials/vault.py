"""保管库: passwords in one encrypted file, for machines without a keyring."""

import json
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag

from bot.credentials.cipher import NONCE_BYTES, Cipher, new_salt
from bot.errors import BusinessException, NotFit, Reason
from bot.private_files import is_private, make_private, write_private
from pages.models import Secret

VERSION = 1
ITERATIONS, LANES = 1, 1


class Vault:
    """The passwords of one portal's enterprises, each sealed to enterprise, account and origin."""

    place = "保管库"

    def __init__(self, file: Path, origin: str, passphrase: Secret) -> None:
        """Open the vault; a missing file is an empty vault, written with its first password.

        Raises:
            NotFit: the file can be read by others, is not a vault, or has another passphrase.
        """
        self._file = file
        self._origin = origin
        stored = _read(file)
        self._salt = _unpack(stored["salt"]) if stored else new_salt()
        self._cipher = Cipher.of(passphrase.reveal().encode(), self._salt, ITERATIONS, LANES)
        self._check = str(stored["check"]) if stored else self._encrypt(b"", self._sealed_to())
        self._entries: dict[str, str] = dict(stored["entries"]) if stored else {}
        try:
            self._decrypt(self._check, self._sealed_to())
        except InvalidTag:
            raise NotFit(
                f"打不开保管库 {file}：口令不对，或文件被改动",
                "请核对口令；口令无误时请恢复备份，"
                "或删除它，再用 single-window credentials set 重新录入",
            ) from None

    def find(self, uscc: str, account: str) -> Secret | None:
        """Return the password of this account.

        Raises:
            BusinessException: the entry was sealed to another enterprise, account or portal.
        """
        name = _name(uscc, account)
        if name not in self._entries:
            return None
        try:
            return Secret(self._decrypt(self._entries[name], self._sealed_to(name)).decode())
        except InvalidTag:
            raise BusinessException(
                Reason.VAULT_TAMPERED,
                f"保管库中 {uscc} 的密码与企业、账号、门户不符，可能被人调换或改动",
                "请查明谁动过保管库，改掉门户上的密码，再用 single-window credentials set 重新录入",
            ) from None

    def keep(self, uscc: str, account: str, password: Secret) -> None:
        """Store the password of this account."""
        name = _name(uscc, account)
        self._entries[name] = self._encrypt(password.reveal().encode(), self._sealed_to(name))
        self._write()

    def remove(self, uscc: str, account: str) -> bool:
        """Forget the password of this account; tell whether there was one."""
        if self._entries.pop(_name(uscc, account), None) is None:
            return False
        self._write()
        return True

    def names(self) -> list[tuple[str, str]]:
        """Return enterprise code and account of every password."""
        return [
            (uscc, account) for uscc, _, account in (one.partition("|") for one in self._entries)
        ]

    def _sealed_to(self, name: str = "") -> bytes:
        return f"{name}|{self._origin}".encode()

    def _encrypt(self, content: bytes, sealed_to: bytes) -> str:
        return b64encode(self._cipher.encrypt(content, sealed_to)).decode()

    def _decrypt(self, sealed: str, sealed_to: bytes) -> bytes:
        return self._cipher.decrypt(_unpack(sealed), sealed_to)

    def _write(self) -> None:
        content = {
            "version": VERSION,
            "salt": b64encode(self._salt).decode(),
            "check": self._check,
            "entries": self._entries,
        }
        make_private(self._file.parent)
        write_private(self._file, json.dumps(content, ensure_ascii=False, indent=1).encode())


def _read(file: Path) -> dict[str, Any] | None:
    if not file.exists():
        return None
    if not is_private(file):
        raise NotFit(
            f"保管库 {file} 别人也能读（权限 {file.stat().st_mode & 0o777:04o}）",
            f'请执行 chmod 600 "{file}"，并考虑改掉门户上的密码',
        )
    try:
        stored = json.loads(file.read_text(encoding="utf-8"))
        if stored["version"] == VERSION and stored.keys() >= {"salt", "check", "entries"}:
            return dict(stored)
    except (ValueError, TypeError, KeyError):
        pass
    raise NotFit(
        f"{file} 不是这个版本的保管库，或已损坏",
        "请恢复备份，或删除它，再用 single-window credentials set 重新录入",
    )


def _unpack(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        return bytes(NONCE_BYTES)  # too short for any seal, so opening it fails


def _name(uscc: str, account: str) -> str:
    return f"{uscc}|{account}"
