"""Clears known secrets from what a run or a test session leaves behind, and looks for the rest.

The scan finds a secret as it was typed, encoded, hashed, or one key press at a time, in files, in
archives and in names. It overwrites secrets with stars of the same length where a file can be
rewritten. Then it reads everything again, and puts away each file that still holds a secret.
"""

import base64
import html
import io
import json
import os
import re
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import md5, sha1, sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, unquote

from ahocorasick_rs import BytesAhoCorasick
from stdnum.cn import uscc

from pages.models import Secret

SHORTEST = 4  # characters of a secret, and bytes of a form; anything shorter is everywhere
WORDLIKE = 8  # bytes; anything shorter counts only where it stands alone, like a word
NUMBERLIKE = 16  # the same for a number, for instance a PIN: files are full of digits
READ_ONLY = (".sqlite", ".sqlite-shm", ".sqlite-wal")  # a rewrite would break them
DEEPEST = 5  # archives in archives
ZIP = b"PK\x03\x04"
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError)  # the last: encrypted
# what a random value is made of: pieces that are neither words nor numbers
PIECE = re.compile(r"[0-9A-Za-z]+")
RUN = re.compile(r"[0-9]{4,}|[A-Z][a-z]{3,}|[a-z]{4,}|[A-Z]{4,}")
CHANGE = re.compile(r"(?<=[0-9])(?=[A-Za-z])|(?<=[A-Za-z])(?=[0-9])|(?<=[a-z])(?=[A-Z])")
HEX = re.compile(r"(?i)[0-9a-f]{16,}")
VOWEL, CONSONANTS = re.compile(r"(?i)[aeiouy]"), re.compile(r"(?i)[^aeiouy0-9]{5}")
NOISE, SHORT, LONG = 5, 7, 20  # characters
FEWEST_VOWELS = 1 / 5  # of the letters of a word
MOST_CHANGES = 1 / 5  # of letter case, or between letter and digit, for each character of a text
CHANGES_OF_A_PART = 1  # as in web1 or v2, between the dots of a host or of a version
CHANGES_OF_A_CODE = 3  # as many may a code of words and numbers have, however long
ALNUM = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
# one key press in a trace: a single one is harmless, a row of them can spell a secret
KEY_PRESS = re.compile(
    rb'"method":"(?:press|keyboard(?:Press|Down|Type|InsertText))"[^\n]*?"(?:key|text)":'
    rb'"(\\u[0-9a-fA-F]{4}|\\.|[\x20-\x21\x23-\x5b\x5d-\x7e]|[\xc2-\xf4][\x80-\xbf]{1,3})"'
)


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a secret was found, and in which form; never which secret."""

    file: Path
    part: str  # of an archive
    form: str


def forms(secret: str) -> Iterator[tuple[str, bytes]]:
    """Give every form in which a secret turns up, with the name of the form."""
    for charset in ("utf-8", "gb18030", "utf-16-le", "utf-16-be"):
        yield "plain" if charset == "utf-8" else charset, secret.encode(charset)
    for name, text in _written(secret):
        yield name, text.encode()
    for encoded in (secret.encode(), secret.encode("utf-16-le")):
        yield from (("Base64", text) for text in _base64(encoded))
        yield from _either_case("hex", encoded.hex())
    for digest in (md5, sha1, sha256):
        hashed = digest(secret.encode(), usedforsecurity=False)
        yield from _either_case(hashed.name, hashed.hexdigest())
        yield hashed.name, base64.b64encode(hashed.digest())


def _written(secret: str) -> Iterator[tuple[str, str]]:
    """Give the spellings of a text in addresses, in code and in markup."""
    for name, quoted in (("URL", quote(secret)), ("URL", quote(secret, safe=""))):
        yield name, quoted
        yield name, re.sub("%..", lambda code: code[0].lower(), quoted)
    yield "form", quote_plus(secret)
    yield "form", re.sub("%..", lambda code: code[0].lower(), quote_plus(secret))
    in_json = [json.dumps(secret, ensure_ascii=is_ascii)[1:-1] for is_ascii in (True, False)]
    for name, text in (
        ("plain", secret),
        ("repr", repr(secret)[1:-1]),
        *(("JSON", text) for text in in_json),
        *(("JSON in JSON", json.dumps(text, ensure_ascii=False)[1:-1]) for text in in_json),
    ):
        yield name, text
        marked_up = html.escape(text)
        yield "HTML", marked_up
        yield "HTML", marked_up.replace("&#x27;", "'")
        yield "HTML", marked_up.replace("&#x27;", "&#39;").replace("&quot;", "&#34;")
        yield "HTML", html.escape(text, quote=False)


def _either_case(name: str, text: str) -> Iterator[tuple[str, bytes]]:
    yield name, text.encode()
    yield name, text.upper().encode()


def _base64(content: bytes) -> Iterator[bytes]:
    """Give the Base64 of some bytes, and the part of it that is the same in any longer text."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield encode(content)
        for before in range(3):
            first, last = -(-before * 8 // 6), (before + len(content)) * 8 // 6
            yield encode(bytes(before) + content)[first:last]


def tokens(cookies: Iterable[Mapping[str, Any]]) -> Iterator[Secret]:
    """Give the cookies that sign a session in: random, and read by no script.

    A portal may hide a language or a region from scripts too. Such a word stands in every page,
    and its discovery says nothing.
    """
    for cookie in cookies:
        if cookie["httpOnly"] and looks_random(cookie["value"]):
            yield Secret(cookie["value"])


def looks_random(value: str) -> bool:
    """Tell whether a value is a token, and not words, numbers or times that people write.

    A session of fewer than 20 digits and no letter is left out on purpose: it could be a time, a
    telephone number or the number of a record, which stand in ordinary pages.
    """
    joined = re.sub(r"[-_+]", "", unquote(value))  # signs of Base64, and of a UUID
    return sum(map(_noise, PIECE.findall(joined))) >= NOISE


def _noise(piece: str) -> int:
    """Return how many characters of a piece belong to no word and to no number."""
    if piece.isdigit():
        return len(piece) if len(piece) >= LONG else 0
    is_long_code = len(piece) >= LONG and not piece.isalpha()
    changes = len(CHANGE.findall(piece))
    if len(piece) <= SHORT:
        return len(piece) if changes > CHANGES_OF_A_PART else 0
    if (
        changes / len(piece) > MOST_CHANGES
        or (is_long_code and changes > CHANGES_OF_A_CODE)
        or _is_hex(piece)
    ):
        return len(piece)
    return len(RUN.sub(lambda run: "" if _is_plain(run[0]) else run[0], piece))


def _is_hex(piece: str) -> bool:
    """Tell whether a piece is a hexadecimal value, and not 统一社会信用代码 or a word."""
    return bool(HEX.fullmatch(piece)) and not piece.isalpha() and not uscc.is_valid(piece)


def _is_plain(run: str) -> bool:
    """Tell whether a row of digits, or of letters, is one that a person could have written."""
    if run.isdigit():
        return True
    vowels = len(VOWEL.findall(run))
    return vowels / len(run) >= FEWEST_VOWELS and not CONSONANTS.search(run)


class SecretScanner:
    """Looks for these secrets, in files and in texts."""

    def __init__(self, secrets: Iterable[Secret]) -> None:
        self._typed = {one.reveal() for one in secrets if len(one.reveal()) >= SHORTEST}
        known: dict[bytes, str] = {}  # the first name counts: an unencoded form is plain
        for secret in self._typed:
            for name, form in forms(secret):
                known.setdefault(form, name)
        self._forms = [form for form in known if len(form) >= SHORTEST]
        self._names = [known[form] for form in self._forms]
        self._automaton = BytesAhoCorasick(self._forms)

    def redact(self, places: Iterable[Path]) -> None:
        """Overwrite every secret in these files and folders, and in their names."""
        for place in places:
            for path in sorted(_below(place), reverse=True):  # contents before their folder
                if path.is_file() and not path.name.endswith(READ_ONLY):
                    self._redact(path)
                if (name := self.redacted(path.name, star="_")) != path.name:
                    path.rename(path.with_name(name))

    def redacted(self, text: str, star: str = "*") -> str:
        """Return a text with stars over every secret."""
        content = text.encode("utf-8", "surrogatepass")
        spans = self._spans(content)
        return _starred(content, spans, star).decode("utf-8", "replace") if spans else text

    def search(self, places: Iterable[Path]) -> list[Hit]:
        """Return where secrets are left, and the archives that cannot be looked into."""
        return [
            Hit(path, part, form)
            for place in places
            for path in sorted(_below(place))
            for part, form in dict.fromkeys(self._found_in(path))
        ]

    def _redact(self, file: Path) -> None:
        content = file.read_bytes()
        if (clean := self._cleaned(content)) is not None:
            half = file.with_name(f".{file.name}.part")
            half.touch(0o600)  # before there is anything to read
            half.write_bytes(clean)
            shutil.copymode(file, half)
            os.replace(half, file)

    def _cleaned(self, content: bytes, depth: int = 0) -> bytes | None:
        """Return the content without secrets; None if it has none."""
        if content.startswith(ZIP) and depth < DEEPEST:
            is_clean = next(self._found(content, depth=depth), None) is None
            return None if is_clean else self._cleaned_archive(content, depth)
        spans = self._spans(content)
        return _starred(content, spans) if spans else None

    def _cleaned_archive(self, content: bytes, depth: int) -> bytes | None:
        target = io.BytesIO()
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
                for entry in old.infolist():
                    held = old.read(entry)
                    clean = self._cleaned(held, depth + 1)
                    entry.filename = self.redacted(entry.filename, star="_")
                    new.writestr(entry, held if clean is None else clean)
        except UNREADABLE:
            return None  # `search` reports it
        return target.getvalue()

    def _found_in(self, path: Path) -> Iterator[tuple[str, str]]:
        yield from (("", form) for _, _, form in self._spans(path.name.encode()))
        if path.is_file():
            yield from self._found(path.read_bytes())

    def _found(self, content: bytes, part: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
        yield from ((part, form) for _, _, form in self._spans(content))
        if content.startswith(ZIP) and depth < DEEPEST:
            try:
                with zipfile.ZipFile(io.BytesIO(content)) as archive:
                    for entry in archive.infolist():
                        name = f"{part}/{entry.filename}".lstrip("/")
                        yield from ((name, one[2]) for one in self._spans(entry.filename.encode()))
                        yield from self._found(archive.read(entry), name, depth + 1)
            except UNREADABLE:
                yield part, "打不开的压缩包"

    def _spans(self, content: bytes) -> list[tuple[int, int, str]]:
        """Return where secrets begin and end, and in which form."""
        found = self._automaton.find_matches_as_indexes(content, overlapping=True)
        spans = [
            (start, end, self._names[number])
            for number, start, end in found
            if _counts(self._forms[number], content, start, end)
        ]
        return [*spans, *self._key_presses(content)]

    def _key_presses(self, content: bytes) -> Iterator[tuple[int, int, str]]:
        presses = list(KEY_PRESS.finditer(content))
        typed = "".join(map(_character, presses))
        for secret in self._typed if presses else ():
            for found in re.finditer(re.escape(secret), typed):
                for press in presses[found.start() : found.end()]:
                    yield *press.span(1), "key presses"


def quarantine_files(
    hits: Iterable[Hit], quarantine: Path, must_stay: Callable[[Path], bool] = lambda _: False
) -> list[Path]:
    """Move each file that still holds a secret to a folder that only its owner can read.

    Return the files that stay. A ledger always stays: without it the bot would press again.
    """
    left = []
    for number, file in enumerate(dict.fromkeys(hit.file for hit in hits), start=1):
        if file.name.endswith(READ_ONLY) or must_stay(file):
            left.append(file)
            continue
        quarantine.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.move(file, quarantine / f"{number:03d}-{file.name}")
    return left


def _below(place: Path) -> Iterator[Path]:
    """Give a file, or a folder with everything in it; links are not followed."""
    if place.exists() and not place.is_symlink():
        yield place
        yield from (path for path in place.rglob("*") if not path.is_symlink())


def _counts(form: bytes, content: bytes, start: int, end: int) -> bool:
    """Tell whether a match counts: short forms and numbers must not be part of a longer word."""
    if len(form) >= (NUMBERLIKE if form.isdigit() else WORDLIKE):
        return True
    before = content[start - 1] if start else None
    after = content[end] if end < len(content) else None
    return before not in ALNUM and after not in ALNUM


def _starred(content: bytes, spans: Iterable[tuple[int, int, str]], star: str = "*") -> bytes:
    stars = bytearray(content)
    for start, end, _ in spans:
        stars[start:end] = star.encode() * (end - start)
    return bytes(stars)


def _character(press: re.Match[bytes]) -> str:
    return str(json.loads(b'"%b"' % press[1].decode("utf-8", "replace").encode()))[:1]
