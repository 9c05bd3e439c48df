"""A pack that somebody else has made is verified without harm, and passes only if it was sealed."""

import gc
import json
import os
import resource
import shutil
import socket
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.evidence import foreign_files
from bot.evidence.seal import LARGEST_SEAL, Seal
from bot.evidence.verification import verify
from tests.bot.archive import Archive

Change = Callable[[Path], object]
FACTS: dict[str, Any] = {
    "no files": {"files": []},
    "files of the wrong type": {"files": 5},
    "a file without a digest": {"files": [{"name": "a.json", "bytes": 1, "cleared_at": ""}]},
    "a name above": {"files": [{"name": "../../secret", "bytes": 1}]},
    "an absolute name": {"files": [{"name": "/etc/passwd", "bytes": 1}]},
    "a drive": {"files": [{"name": "C:\\Windows\\a", "bytes": 1}]},
    "a name with NUL": {"files": [{"name": "a\0b", "bytes": 1}]},
    "the folder itself": {"files": [{"name": ".", "bytes": 1}]},
    "a name twice": {"files": [{"name": "a.json", "bytes": 1}] * 2},
    "a pack above": {"pack": "../../etc"},
    "an absolute pack": {"pack": "/etc/ssl"},
    "another kind": {"kind": "something"},
    "a sequence in words": {"sequence": "one"},
    "a history of the wrong type": {"history": [1, 2]},
    "a sequence of 4300 digits": {"sequence": 10**4300 - 1},
    "a sequence that no chain reaches": {"sequence": 10**8 + 1},
    "a round of 4300 digits": {"round": 10**4300 - 1},
    "a round before the first": {"round": 0},
}
CONTENT = {
    "an empty manifest": b"",
    "an empty object": b"{}",
    "a list": b"[]",
    "no JSON": b"\xff\xfe\x00",
    "deep JSON": b"[" * 200_000 + b"]" * 200_000,
    "a huge number": b'{"sequence": ' + b"9" * 100_000 + b"}",
}


def replaced(name: str, made: Change) -> Change:
    """Return what puts something else in the place of a file of the pack."""

    def change(pack: Path) -> None:
        (pack / name).unlink()
        made(pack / name)

    return change


def link(to: str) -> Change:
    return lambda file: file.symlink_to(to)


def sparse(file: Path) -> None:
    with file.open("wb") as stream:
        stream.truncate(5 << 30)


def bound(file: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(file.parent)  # the path of a socket is short
        server.bind(file.name)
        os.chdir(here)


FILES: dict[str, Change] = {
    "a link to a device": replaced("contact.json", link("/dev/zero")),
    "a link to itself": replaced("contact.json", link("contact.json")),
    "a link to the same content": lambda pack: [
        shutil.copy(pack / "contact.json", pack.parent / "copy"),
        replaced("contact.json", link("../copy"))(pack),
    ],
    "a pipe": replaced("contact.json", os.mkfifo),
    "a pipe for a manifest": replaced("manifest.json", os.mkfifo),
    "a pipe for a signature": replaced("manifest.sig", os.mkfifo),
    "a socket": replaced("contact.json", bound),
    "a folder": replaced("contact.json", Path.mkdir),
    "5 GB of nothing": replaced("contact.json", sparse),
    "5 GB of nothing for a manifest": replaced("manifest.json", sparse),
    "5 GB of nothing beside": lambda pack: sparse(pack / "more.json"),
    "a link beside": lambda pack: (pack / "more").symlink_to("/"),
}


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """Two sealed packs; the key of this archive is the hostile one's own, so it can sign."""
    return Archive(tmp_path)


@pytest.fixture(autouse=True)
def little_memory():
    """Let the process grow by little, so that a file cannot be read as a whole."""
    used = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (used + (768 << 20), before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


def verified(archive: Archive, place: Path) -> str:
    """Verify a place by the command, which must neither pass nor break; return what it says."""
    ended = CliRunner().invoke(app, ["verify", str(place), "--key", str(archive.key)])
    told = ended.stdout + ended.stderr

    assert ended.exit_code in (1, 2), ended.exception or told
    assert "Traceback" not in told
    assert ended.exception is None or isinstance(ended.exception, SystemExit)
    assert any("\u4e00" <= one <= "\u9fff" for one in told)
    return told


def resealed(archive: Archive, content: bytes) -> None:
    """Put a manifest of this content into the pack and into the chain, signed with the own key."""
    seal = Seal(content, archive.evidence.chain.key().sign(content))
    seal.write(archive.pack / "manifest.json")
    seal.write(archive.folder / "chain" / "00000001.json")


@pytest.mark.parametrize("change", FILES.values(), ids=FILES)
@pytest.mark.parametrize("is_alone", [True, False], ids=["pack", "all"])
def test_hostile_file_is_told(archive: Archive, change: Change, is_alone: bool):
    """Nothing but a regular file of some size is opened, and what is not read does not pass."""
    change(archive.pack)

    verified(archive, archive.pack if is_alone else archive.folder)


def test_a_pack_behind_a_link_is_told(archive: Archive, tmp_path: Path):
    """A link may be named by a person, never by the evidence."""
    shutil.move(archive.pack, tmp_path / "elsewhere")
    archive.pack.symlink_to(tmp_path / "elsewhere")

    assert "或它是链接" in verified(archive, archive.folder)
    assert verify(archive.pack, archive.key).is_whole


@pytest.mark.parametrize("changed", FACTS.values(), ids=FACTS)
@pytest.mark.parametrize("is_alone", [True, False], ids=["pack", "all"])
def test_hostile_seal_is_told(archive: Archive, changed: dict[str, Any], is_alone: bool):
    """Whoever has made the key signs anything; the schema comes before every use."""
    facts = Seal.read(archive.pack / "manifest.json").facts
    if isinstance(files := changed.get("files"), list):
        whole = {"sha256": "0" * 64, "cleared_at": ""}
        is_whole = all("bytes" in one and one["name"] != "a.json" for one in files)
        changed = {"files": [one | whole for one in files] if is_whole or len(files) > 1 else files}
    resealed(archive, json.dumps(facts | changed).encode())

    told = verified(archive, archive.pack if is_alone else archive.folder)

    assert "格式不是封存的格式" in told


@pytest.mark.parametrize("content", CONTENT.values(), ids=CONTENT)
@pytest.mark.parametrize("is_alone", [True, False], ids=["pack", "all"])
def test_hostile_content_of_a_seal_is_told(archive: Archive, content: bytes, is_alone: bool):
    """What is no JSON, or too deep, is no seal, even with a good signature."""
    resealed(archive, content)

    verified(archive, archive.pack if is_alone else archive.folder)


def test_pack_with_too_many_files_is_told_in_short(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
):
    """Neither memory nor the terminal is filled."""
    for number in range(1_500):
        (archive.pack / f"more-{number}.txt").touch()

    told = verified(archive, archive.folder)
    monkeypatch.setattr(foreign_files, "MOST_FILES", 1_000)
    refused = verified(archive, archive.folder)

    assert "另有 1000 处没有列出" in told
    assert "里面超过 1000 个文件" in refused


@pytest.mark.parametrize("made", [os.mkfifo, link("/dev/zero"), sparse, Path.mkdir])
def test_hostile_key_is_refused(archive: Archive, tmp_path: Path, made: Change):
    """A pack may bring a file that looks like the key."""
    made(tmp_path / "key.pem")
    archive.key = tmp_path / "key.pem"

    assert "公钥" in verified(archive, archive.folder)


def test_nothing_verified_is_no_pass(archive: Archive):
    """A chain that names no pack seals nothing."""
    chain = archive.evidence.chain
    for file in chain.folder.iterdir():
        file.unlink()
    shutil.rmtree(archive.pack.parent)
    chain._head = None
    chain.add({"kind": "run"})

    assert "没有核对到任何证据包" in verified(archive, archive.folder)


def padded(archive: Archive, number: int, size: int, facts: dict[str, Any]) -> None:
    """Add a signed seal of some size to the chain."""
    content = json.dumps({"sequence": number, "previous": ""} | facts | {"x": "x" * size}).encode()
    seal = Seal(content, archive.evidence.chain.key().sign(content))
    seal.write(archive.folder / "chain" / f"{number:08d}.json")


@pytest.mark.parametrize("kind", ["run", "pack"])
def test_seals_are_not_kept_in_memory(archive: Archive, kind: str):
    """A long chain of large seals needs the memory of one."""
    facts = Seal.read(archive.pack / "manifest.json").facts if kind == "pack" else {"kind": "run"}
    facts = {name: one for name, one in facts.items() if name not in ("sequence", "previous")}
    for number in range(10, 40):
        padded(archive, number, 1_500_000, facts)
    gc.collect()
    tracemalloc.start()
    verified(archive, archive.folder)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 20_000_000


@pytest.mark.parametrize("is_alone", [True, False], ids=["pack", "all"])
def test_too_large_seal_is_not_read(archive: Archive, is_alone: bool):
    """No seal of this program is nearly as large as that."""
    facts = Seal.read(archive.pack / "manifest.json").facts
    resealed(archive, json.dumps(facts | {"x": "x" * LARGEST_SEAL}).encode())

    assert "超过 2 MB" in verified(archive, archive.pack if is_alone else archive.folder)


def test_whole_archive_still_passes(archive: Archive):
    """The checks are no reason to refuse what this program has written."""
    assert archive.verify(archive.head).is_whole
