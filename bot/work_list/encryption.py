"""Encrypted files: by a password, by rights management, or by a company's driver."""

from collections import Counter
from math import log2

from bot.work_list.findings import Unfit

OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
DRIVERS = (b"E-SafeNet", b"%TSD-Header", b"LENC", b"SecureDoc", b"TSZ-")
"""What drivers of several makers write at the beginning of each file that they encrypt."""
KNOWN = (  # beginnings of files that look like chance and are not encrypted
    b"PK",
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ",
)
HEADER_BYTES = 512
SAMPLE_BYTES = 65_536
LEAST_BYTES = 1024  # fewer do not tell chance from a text
BITS_OF_CHANCE = 7.5  # for each byte; encrypted bytes have nearly 8, Chinese text 6 at most


def check_not_encrypted(content: bytes) -> None:
    """Check that a file can be read without a key.

    Raises:
        Unfit: it is encrypted; the text says by whom, and who can undo it.
    """
    if content.startswith(OLE_MAGIC):
        _check_container(content)
    elif any(name in content[:HEADER_BYTES] for name in DRIVERS) or _is_like_chance(content):
        raise Unfit(
            "B05",
            "文件是加密的，多半是公司的加密软件加的：在本机的 Excel 里看着正常，程序读到的是密文",
            "请向管理员申请解密这个文件，或请他把 single-window 列为可信程序；"
            "用 Excel 另存只会又加密一次",
        )


def _check_container(content: bytes) -> None:
    if "DRMEncrypted".encode("utf-16-le") in content:
        raise Unfit(
            "B05",
            "工作簿受权限管理（敏感度标签）保护",
            "请由文件的所有者在 Excel 的“文件 - 信息 - 保护工作簿”中取消限制，再保存",
        )
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise Unfit("B05", "工作簿有打开密码", "请在 Excel 中取消密码后另存为 .xlsx")


def _is_like_chance(content: bytes) -> bool:
    if len(content) < LEAST_BYTES or content.startswith(KNOWN):
        return False
    sample = content[:SAMPLE_BYTES]
    shares = (count / len(sample) for count in Counter(sample).values())
    return -sum(share * log2(share) for share in shares) > BITS_OF_CHANCE
