"""Whose failure it is: the portal's, the test's, the surroundings', or a sentence nobody knows."""

import re
from dataclasses import dataclass
from typing import Any

PORTAL, TEST = "门户缺陷", "用例缺陷"
SURROUNDINGS, UNDEFINED = "环境问题", "未定义的句子"


@dataclass(frozen=True)
class Category:
    """A name, and the words in an error's message by which it is known."""

    name: str
    words: str


# The first that fits. What the steps and pages raise speaks of the portal; anything else that is
# raised is the test's own; a browser or a portal that is gone says nothing about either.
CATEGORIES = (
    Category(UNDEFINED, r"StepDefinitionNotFoundError"),
    Category(
        SURROUNDINGS,
        r"BrowserNotFound|Executable doesn't exist|has been closed|Target crashed|Page crashed"
        r"|ERR_CONNECTION_REFUSED|Connection refused|NewConnectionError|ERR_INSUFFICIENT_RESOURCES"
        r"|Timeout \(>|没有启动|No space left",
    ),
    Category(
        PORTAL,
        r"AssertionError|ScreenNotReached|PortalRefused|LoginRefused|SessionLost|BindingRequired"
        r"|PolicyNotListed|UnexpectedDialog|UnknownWording|PortalCrashed|ExceptionGroup: .*soft"
        r"|DID NOT RAISE|playwright.*TimeoutError|net::ERR_",
    ),
    Category(TEST, r""),
)


def category(message: str) -> str:
    """Return the name of the first category that fits an error's message."""
    return next(one.name for one in CATEGORIES if re.search(one.words, message))


def for_the_generator() -> list[dict[str, Any]]:
    """Return the categories as Allure's configuration wants them."""
    return [
        {
            "name": one.name,
            "matchers": [{"statuses": ["failed", "broken"], "message": one.words or ".*"}],
        }
        for one in CATEGORIES
    ]
