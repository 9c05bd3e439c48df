"""封存: a chain of signed seals that shows later whether evidence is whole.

Each seal names the digest of the seal before it. A seal is written once. Its signature is in a
separate file, so that a change of any byte is detected.
"""

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from bot.errors import NotFit
from bot.evidence.foreign_files import content_of
from bot.evidence.pack_file import MANIFEST
from bot.private_files import is_private, make_private, write_private

CHAIN = "chain"  # the folder of all seals, in the evidence folder
PRIVATE_KEY, PUBLIC_KEY = "signing-key.pem", "public-key.pem"
PUBLIC_KEY_OF_A_RUN = f"运行结果中写明的 {PUBLIC_KEY}"
LARGEST_SEAL = 2 << 20  # bytes; a history of some thousand steps
PACK, RUN = "pack", "run"  # the kinds of seals: of one pack, and at the end of a run


@dataclass(frozen=True, slots=True)
class Seal:
    """One link of the chain, as it lies on the disk."""

    content: bytes
    signature: bytes

    @property
    def digest(self) -> str:
        """The digest by which the next seal names this seal."""
        return sha256(self.content).hexdigest()

    @property
    def facts(self) -> dict[str, Any]:
        """The content of the seal; it counts only if the signature is good."""
        facts: dict[str, Any] = json.loads(self.content)
        return facts

    def write(self, name: Path) -> None:
        """Write both files; the signature first, so that no seal is ever without one."""
        write_private(signature_of(name), self.signature)
        write_private(name, self.content)

    @classmethod
    def read(cls, name: Path) -> "Seal":
        """Return the seal of this name.

        Raises:
            OSError: one of its two files cannot be read.
        """
        return cls(content_of(name, LARGEST_SEAL), content_of(signature_of(name), LARGEST_SEAL))


@dataclass(frozen=True, slots=True)
class Head:
    """The last seal of a chain; a noted head shows whether seals were removed later."""

    sequence: int
    digest: str

    def __str__(self) -> str:
        return f"{self.sequence}-{self.digest}"


class Chain:
    """All seals of one portal's evidence; only the worker that holds the ledger adds to it."""

    def __init__(self, evidence: Path) -> None:
        self.folder = evidence / CHAIN
        self._key_folder = evidence.parent
        self._head: Head | None = None  # can be kept: no other process adds to the chain

    def names(self) -> list[Path]:
        """Return the seals that are there, in their order."""
        return sorted(self.folder.glob("*.json"))

    def last(self) -> Seal | None:
        """Return the last seal, if there is one."""
        names = self.names()
        return Seal.read(names[-1]) if names else None

    def head(self) -> Head | None:
        """Return sequence number and digest of the last seal, if there is one."""
        if self._head is None and (last := self.last()):
            self._head = Head(last.facts["sequence"], last.digest)
        return self._head

    def add(self, facts: dict[str, Any]) -> Seal:
        """Sign these facts as the next seal, and write it.

        Raises:
            NotFit: the key is gone, or others may read it.
            OSError: the seal could not be written.
        """
        head = self.head() or Head(0, "")
        link = {"sequence": head.sequence + 1, "previous": head.digest}
        content = json.dumps(link | facts, ensure_ascii=False, indent=1).encode()
        seal = Seal(content, self.key().sign(content))
        make_private(self.folder)
        seal.write(self.folder / f"{head.sequence + 1:08d}.json")
        self._head = Head(head.sequence + 1, seal.digest)
        return seal

    @property
    def public_key(self) -> Path:
        """The file of the key that verifies seals."""
        return self._key_folder / PUBLIC_KEY

    def key(self) -> Ed25519PrivateKey:
        """Return the signing key; make it if there is neither a key nor a seal.

        Raises:
            NotFit: it is gone or unreadable although seals exist, or others may read it.
        """
        file = self._key_folder / PRIVATE_KEY
        if not file.exists():
            if self.names():
                raise NotFit(f"签名私钥 {file} 不见了", "请从备份恢复后再运行")
            self._make_key(file)
        if not is_private(file):
            raise NotFit(f"别的账号能读签名私钥 {file}", "请把它的权限改为 600 后再运行")
        try:
            key = load_pem_private_key(file.read_bytes(), password=None)
        except ValueError as error:
            raise NotFit(f"签名私钥 {file} 已损坏", "请从备份恢复后再运行") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise NotFit(f"{file} 不是 Ed25519 私钥", "请从备份恢复后再运行")
        if not self.public_key.exists():
            write_private(self.public_key, public_pem(key.public_key()))
        return key

    def is_own(self, seal: Seal) -> bool:
        """Tell whether a seal is signed with the key of this chain."""
        return is_signed(seal, self.key().public_key())

    def _make_key(self, file: Path) -> None:
        make_private(self._key_folder)
        key = Ed25519PrivateKey.generate()
        write_private(file, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def is_signed(seal: Seal, key: Ed25519PublicKey) -> bool:
    """Tell whether the signature of a seal is good."""
    try:
        key.verify(seal.signature, seal.content)
    except InvalidSignature:
        return False
    return True


def signature_of(name: Path) -> Path:
    """Return where the signature of this seal is, or would be."""
    return name.with_suffix(".sig")


def is_seal(file: Path) -> bool:
    """Tell whether a file seals evidence; without it all evidence would look changed."""
    return file.parent.name == CHAIN or file.name in (MANIFEST, signature_of(Path(MANIFEST)).name)


def read_public_key(file: Path, which: str = PUBLIC_KEY_OF_A_RUN) -> Ed25519PublicKey:
    """Return the public key in this file; `which` says in Chinese which file is meant.

    Raises:
        NotFit: the file holds no such key.
    """
    try:
        key = load_pem_public_key(content_of(file.resolve()))  # a person may name a link
    except OSError as error:
        reason = error.strerror or error
        raise NotFit(f"读不到公钥 {file}：{reason}", "请核对路径") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise NotFit(f"{file} 不是公钥", f"请用{which}") from error
    if not isinstance(key, Ed25519PublicKey):
        raise NotFit(f"{file} 不是 Ed25519 公钥", f"请用{which}")
    return key


def public_pem(key: Ed25519PublicKey) -> bytes:
    """Return a public key as a file that `read_public_key` reads."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def fingerprint(key: Ed25519PublicKey) -> str:
    """Return the short digest by which people compare public keys."""
    digest = sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:32]
    return " ".join(digest[index : index + 4] for index in range(0, 32, 4))
