"""系统账号: the account of this process, as the system knows it; no variable changes it."""

import sys


def system_account() -> str:
    """Return the account of this process, whatever the environment calls it."""
    try:
        return _account()
    except (KeyError, OSError):  # a container may have no name for its user
        return "未知账号"


if sys.platform == "win32":
    import ctypes

    LONGEST = 256  # characters of a name of Windows

    def _account() -> str:
        size = ctypes.c_ulong(LONGEST + 1)
        name = ctypes.create_unicode_buffer(size.value)
        if not ctypes.windll.advapi32.GetUserNameW(name, ctypes.byref(size)):
            raise ctypes.WinError()
        return name.value
else:
    import os
    from pwd import getpwuid

    def _account() -> str:
        return getpwuid(os.getuid()).pw_name
