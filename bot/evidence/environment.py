"""环境: with what program, at which portal and by whom a work item is worked on."""

import platform
from functools import cache
from importlib.metadata import version
from typing import Any

from bot.settings import Settings


def environment(settings: Settings, browser: str) -> dict[str, Any]:
    """Return where, with what and by whom an item is worked on."""
    return {
        "portal": settings.origin,
        "edition": settings.edition,
        "login": settings.login,
        "transport": settings.confirm_transport,
        "operator": settings.operator,
        "is_live": settings.live,
        "versions": versions() | {"browser": browser},
    }


@cache
def versions() -> dict[str, str]:
    """Return the versions of the program, its driver and its platform."""
    return {
        "single-window": version("single-window"),
        "playwright": version("playwright"),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
    }
