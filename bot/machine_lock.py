"""A name that one process of this machine holds at a time, for all accounts and data folders.

The system releases the name when the process ends, even by a kill.
"""

import errno
import os
import socket
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

SPACE = "single-window"
ACCESS_DENIED, ALREADY_EXISTS = 5, 183  # of Windows; a mutex of another account is denied
Release = Callable[[], object]


def take(*parts: str) -> Release | None:
    """Take the name made of these parts; return its release function, or None if it is held.

    Raises:
        OSError: the system cannot give such a name.
    """
    name = f"{SPACE}-{sha256('|'.join(parts).encode()).hexdigest()}"
    if sys.platform == "linux":
        return _bind(name)
    if sys.platform == "win32":
        return _create_mutex(name)
    return _lock_file(Path("/tmp", f"{name}.lock"))  # all accounts share this folder


def _bind(name: str) -> Release | None:
    """Bind an abstract address: there is no file that anybody could delete."""
    address = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        address.bind(f"\0{name}")
    except OSError as error:
        address.close()
        if error.errno != errno.EADDRINUSE:
            raise
        return None
    return address.close


if sys.platform == "win32":
    import ctypes

    def _create_mutex(name: str) -> Release | None:
        """Create a mutex for all sessions; it lasts as long as its handle."""
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.CreateMutexW.restype = ctypes.c_void_p
        handle = ctypes.c_void_p(kernel.CreateMutexW(None, False, f"Global\\{name}"))
        error = ctypes.get_last_error()
        if not handle and error != ACCESS_DENIED:
            raise ctypes.WinError(error)
        if not handle:
            return None
        if error == ALREADY_EXISTS:
            kernel.CloseHandle(handle)
            return None
        return lambda: kernel.CloseHandle(handle)

else:
    import fcntl

    def _lock_file(file: Path) -> Release | None:
        """Lock a file that every account may read; read access suffices for the lock."""
        descriptor = os.open(file, os.O_RDONLY | os.O_CREAT | os.O_NOFOLLOW, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return lambda: os.close(descriptor)
