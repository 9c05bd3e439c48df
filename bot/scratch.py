"""The private temporary folder of a run: for its browsers, their driver, and itself."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

VARIABLES = ("TMPDIR", "TEMP", "TMP")


@contextmanager
def private_folder(store: Path) -> Iterator[Path]:
    """Keep temporary files in a private folder, and wipe it before and after.

    The caller is the only worker of this store, so any earlier folder was left by a kill.
    The name is short, because the browser puts sockets into the folder and needs short paths.
    """
    prefix = f"single-window-{sha256(str(store.absolute()).encode()).hexdigest()[:12]}-"
    for left in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        shutil.rmtree(left, ignore_errors=True)
    before = {name: os.environ[name] for name in VARIABLES if name in os.environ}
    folder = tempfile.mkdtemp(prefix=prefix)  # mode 0700
    os.environ.update(dict.fromkeys(VARIABLES, folder))
    tempfile.tempdir = folder
    try:
        yield Path(folder)
    finally:
        for name in VARIABLES:
            os.environ.pop(name, None)
        os.environ.update(before)
        tempfile.tempdir = None
        shutil.rmtree(folder, ignore_errors=True)
