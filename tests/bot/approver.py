"""An approver with a key, and the settings whose register knows him."""

from base64 import b64encode
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bot.confirmation.signing import sign
from bot.credentials.approver_key import ApproverKey
from bot.evidence.slip import Act
from bot.ledger.entry import Entry
from bot.parties import ALL_ENTERPRISES, Approver
from bot.settings import Settings
from tests.bot.lists import ORIGIN

CHECKER = ApproverKey("模拟复核人", Ed25519PrivateKey.generate())
SIGNATORY = ApproverKey("模拟签字人", Ed25519PrivateKey.generate())
STRANGER = ApproverKey("模拟复核人", Ed25519PrivateKey.generate())  # the name is not the key


def registered(key: ApproverKey, **facts: Any) -> Approver:
    """Return the register's line of this key."""
    public = b64encode(key.private.public_key().public_bytes_raw()).decode()
    return Approver(**{"name": key.name, "key": public, "enterprises": (ALL_ENTERPRISES,)} | facts)


def strict(*approvers: Approver, **facts: Any) -> Settings:
    """Return settings that ask for a signature; without names, of both who have a key here."""
    both = (registered(CHECKER), registered(SIGNATORY, role="signatory"))
    return Settings(portal_url=ORIGIN, four_eyes=True, approvers=approvers or both, **facts)


def slip_for(
    entry: Entry,
    key: ApproverKey = CHECKER,
    act: Act = Act.APPROVE,
    portal: str = ORIGIN,
    hours: float = 72,
) -> str:
    """Return this approver's answer about this entry."""
    return sign(key, act, portal, [(entry.item.reference, entry.digest)], hours)[0]
