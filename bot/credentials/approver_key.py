"""审批人密钥: an approver's private key, in one file under a passphrase of his own."""

import json
import unicodedata
from base64 import b64decode, b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bot.credentials.cipher import Cipher, new_salt
from bot.errors import NotFit
from bot.private_files import is_private, write_private
from bot.settings_file import read_regular
from pages.models import Secret

KIND = "single-window approver key 1"
ITERATIONS, LANES = 3, 4  # stronger than the vault's, since it travels
LONGEST_FILE = 4_096  # bytes


def own_file() -> Path:
    """Return where an approver keeps his key, unless he says otherwise."""
    return Path.home() / ".single-window" / "approver.key"


def make_key(file: Path, name: str, passphrase: Secret) -> str:
    """Make the key of this approver, write it to a new file, and return the public key in base64.

    Raises:
        NotFit: the file exists already.
        OSError: the disk did not take it.
    """
    if file.exists():
        raise NotFit(f"{file} 已经存在，没有覆盖", "换密钥时请先移走旧的，或换一个文件名")
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    salt = new_salt()
    facts = {"kind": KIND, "name": name, "public": b64encode(public).decode()}
    sealed = _cipher(passphrase, salt).encrypt(key.private_bytes_raw(), _sealed_to(facts))
    content = facts | {"salt": b64encode(salt).decode(), "sealed": b64encode(sealed).decode()}
    file.parent.mkdir(parents=True, exist_ok=True)
    write_private(file, json.dumps(content, ensure_ascii=False, indent=1).encode())
    return facts["public"]


@dataclass(frozen=True, slots=True)
class ApproverKey:
    """An opened key, and the approver's name that it was made for."""

    name: str
    private: Ed25519PrivateKey


def open_key(file: Path, passphrase: Secret) -> ApproverKey:
    """Return the key in this file.

    Raises:
        NotFit: the file cannot be read, others can read it, it is no such key, or the passphrase is
            wrong.
    """
    stored = _read(file)
    facts = {name: stored[name] for name in ("kind", "name", "public")}
    try:
        salt, sealed = b64decode(stored["salt"]), b64decode(stored["sealed"])
        private = _cipher(passphrase, salt).decrypt(sealed, _sealed_to(facts))
        return ApproverKey(stored["name"], Ed25519PrivateKey.from_private_bytes(private))
    except (InvalidTag, ValueError):
        raise NotFit(
            f"打不开密钥 {file}：口令不对，或文件被改动",
            "请再输入一次；口令忘了的，请另做一把密钥，登记到名册里",
        ) from None


def _read(file: Path) -> dict[str, str]:
    try:
        content = read_regular(file, LONGEST_FILE)
    except OSError as error:
        raise NotFit(
            f"读不到密钥 {file}（{error.strerror}）",
            "请用 --key 指明密钥文件；还没有的，请执行 single-window approvers add 姓名",
        ) from error
    if not is_private(file):
        raise NotFit(
            f"密钥 {file} 别人也能读（权限 {file.stat().st_mode & 0o777:04o}）",
            f'请执行 chmod 600 "{file}"，并考虑另做一把',
        )
    try:
        stored: Any = json.loads(content)
        if stored["kind"] == KIND and {"name", "public", "salt", "sealed"} <= stored.keys():
            return {name: str(one) for name, one in stored.items()}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        pass
    raise NotFit(f"{file} 不是审批人密钥", "请用 single-window approvers add 写出的那个文件")


def _cipher(passphrase: Secret, salt: bytes) -> Cipher:
    typed = unicodedata.normalize("NFC", passphrase.reveal())
    return Cipher.of(typed.encode(), salt, ITERATIONS, LANES)


def _sealed_to(facts: dict[str, str]) -> bytes:
    return json.dumps(facts, ensure_ascii=False, sort_keys=True).encode()
