"""批准单: one signed answer to one question, which anybody with the public key can verify.

The signed bytes are kept as they were signed, and are parsed only after the signature was found
good.
"""

import json
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

KIND = "single-window approval 1"
PREFIX = f"{KIND}\0".encode()  # no other signature of the same key can be shown as an approval
LONGEST = 8_192  # characters of a slip; a genuine one has a tenth of that


class SlipUnfit(Exception):
    """This is no slip, or nobody who is asked has signed it; the text says which, in Chinese."""


class Act(StrEnum):
    """What a slip allows."""

    APPROVE = "approve"
    RELEASE = "release"  # of an item in doubt, to be done again


@dataclass(frozen=True, slots=True)
class SlipFacts:
    """What an approver has signed; every value is text."""

    act: str
    content: str  # the digest of snapshot and contact data
    reference: str  # of the work item, in this round
    portal: str  # its origin
    approver: str
    key: str  # the digest of the public key
    approved: str  # UTC
    expires: str  # UTC
    nonce: str
    kind: str = KIND

    @classmethod
    def parse(cls, signed: bytes) -> Self:
        """Return the facts of signed bytes.

        Raises:
            SlipUnfit: they are anything but exactly these facts, each a text.
        """
        try:
            facts = json.loads(signed.removeprefix(PREFIX), object_pairs_hook=_once_each)
            parsed = cls(**facts)
        except (ValueError, TypeError, RecursionError) as error:
            raise SlipUnfit("批准单的内容读不懂") from error
        are_texts = all(isinstance(one, str) for one in facts.values())
        if not are_texts or parsed.kind != KIND or parsed.act not in set(Act):
            raise SlipUnfit("不是这一版的批准单")
        return parsed

    def signed(self) -> bytes:
        """Return the bytes that are signed."""
        text = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return PREFIX + text.encode()


@dataclass(frozen=True, slots=True)
class Slip:
    """The signed bytes and their signature."""

    signed: bytes
    signature: bytes

    @classmethod
    def sign(cls, facts: SlipFacts, key: Ed25519PrivateKey) -> Self:
        """Return the slip of these facts."""
        signed = facts.signed()
        return cls(signed, key.sign(signed))

    @classmethod
    def load(cls, stored: str) -> Self:
        """Return the slip that was `stored`.

        Raises:
            SlipUnfit: this is no slip.
        """
        try:
            if len(stored) > LONGEST:
                raise SlipUnfit("批准单太长")
            signed, signature = stored.split(".")
            return cls(b64decode(signed, validate=True), b64decode(signature, validate=True))
        except ValueError as error:
            raise SlipUnfit("不是批准单") from error

    def stored(self) -> str:
        """Return it as one line of text."""
        return f"{b64encode(self.signed).decode()}.{b64encode(self.signature).decode()}"

    def facts_by(self, keys: Iterable[Ed25519PublicKey]) -> SlipFacts:
        """Return what one of these keys has signed.

        Raises:
            SlipUnfit: none of them has signed it, or it is no slip.
        """
        by = next((key for key in keys if self._is_by(key)), None)
        if by is None or not self.signed.startswith(PREFIX):
            raise SlipUnfit("签名不对：批准单被改动，或签字的是另一把密钥")
        facts = SlipFacts.parse(self.signed)
        if facts.key != key_digest(by):
            raise SlipUnfit("批准单写的公钥和签字的不同")
        return facts

    def _is_by(self, key: Ed25519PublicKey) -> bool:
        try:
            key.verify(self.signature, self.signed)
        except InvalidSignature:
            return False
        return True


def new_nonce() -> str:
    """Return what tells one slip from every other of the same content."""
    return secrets.token_hex(16)


def key_digest(key: Ed25519PublicKey) -> str:
    """Return the digest by which a slip names a public key."""
    return sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name occurs twice")
    return found
