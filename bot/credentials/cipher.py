"""Encryption under a passphrase: Argon2id makes the key, AES-GCM seals with it."""

import secrets
from dataclasses import dataclass
from typing import Self

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

NONCE_BYTES, SALT_BYTES, KEY_BYTES = 12, 16, 32
MEMORY_KIB = 64 * 1024  # above the least that OWASP recommends


@dataclass(frozen=True, slots=True)
class Cipher:
    """A key that a passphrase and a salt have made."""

    key: AESGCM

    @classmethod
    def of(cls, passphrase: bytes, salt: bytes, iterations: int, lanes: int) -> Self:
        """Derive the key; more iterations and lanes make a passphrase dearer to guess."""
        derivation = Argon2id(
            salt=salt, length=KEY_BYTES, iterations=iterations, lanes=lanes, memory_cost=MEMORY_KIB
        )
        return cls(AESGCM(derivation.derive(passphrase)))

    def encrypt(self, content: bytes, sealed_to: bytes) -> bytes:
        """Return the content, readable only together with what it is sealed to."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self.key.encrypt(nonce, content, sealed_to)

    def decrypt(self, sealed: bytes, sealed_to: bytes) -> bytes:
        """Return the content.

        Raises:
            InvalidTag: the passphrase is another, or content or what it was sealed to has changed.
            ValueError: it is too short to be sealed.
        """
        return self.key.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], sealed_to)


def new_salt() -> bytes:
    """Return a salt for a new passphrase."""
    return secrets.token_bytes(SALT_BYTES)
