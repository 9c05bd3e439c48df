"""签字: makes slips with an approver's key, and the file that they are handed in with."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from bot.credentials.approver_key import ApproverKey
from bot.errors import NotFit
from bot.evidence.slip import Act, Slip, SlipFacts, key_digest, new_nonce
from pages.visible import in_one_line

MOST_SLIPS = 10_000
LARGEST_FILE = 16 << 20  # bytes; a slip has some 900


def sign(
    key: ApproverKey, act: Act, portal: str, decided: Iterable[tuple[str, str]], hours: float
) -> list[str]:
    """Return a slip for each reference and content digest; they hold for so many hours."""
    now = datetime.now(UTC)
    approved, expires = (
        one.isoformat(timespec="seconds") for one in (now, now + timedelta(hours=hours))
    )
    public = key_digest(key.private.public_key())
    return [
        Slip.sign(
            SlipFacts(
                act=act,
                content=digest,
                reference=reference,
                portal=portal,
                approver=key.name,
                key=public,
                approved=approved,
                expires=expires,
                nonce=new_nonce(),
            ),
            key.private,
        ).stored()
        for reference, digest in decided
    ]


def slip_file(slips: Iterable[tuple[str, str]]) -> bytes:
    """Return the file of these slips, each below a line that says whose it is."""
    lines = (f"# {in_one_line(label)}\n{slip}\n" for label, slip in slips)
    return f"# 批准单：用 single-window approve --slip 交回\n{''.join(lines)}".encode()


def slips_in(content: bytes) -> list[str]:
    """Return the slips of a file.

    Raises:
        NotFit: it has none, or is no such file.
    """
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise NotFit("这不是批准单的文件", "请用 single-window sign 写出的文件") from error
    slips = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    if not slips or len(slips) > MOST_SLIPS:
        raise NotFit("文件里没有批准单，或不是批准单的文件", "请用 single-window sign 写出的文件")
    return slips
