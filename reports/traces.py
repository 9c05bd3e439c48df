"""A recorded trace without the paths of the machine that recorded it."""

import hashlib
import re
import zipfile
from pathlib import Path

SOURCES = "src/"  # the viewer finds a source by the digest of its path
TEXTS = (".trace", ".network", ".stacks")


def without_root(trace: Path, root: str) -> None:
    """Rewrite a trace so that the paths of its sources are relative to the project."""
    prefix = root.encode() + b"/"
    with zipfile.ZipFile(trace) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    names = {}
    for name in filter(lambda name: name.endswith(TEXTS), content):
        for path in re.findall(rb'"' + re.escape(prefix) + rb'([^"]+)"', content[name]):
            names[_digest(prefix + path)] = _digest(path)
        content[name] = content[name].replace(prefix, b"")
    with zipfile.ZipFile(trace, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(_renamed(name, names), data)


def _renamed(name: str, names: dict[str, str]) -> str:
    if not name.startswith(SOURCES):
        return name
    source = Path(name)
    return f"{SOURCES}{names.get(source.stem, source.stem)}{source.suffix}"


def _digest(path: bytes) -> str:
    return hashlib.sha1(path, usedforsecurity=False).hexdigest()
