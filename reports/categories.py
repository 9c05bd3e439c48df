"""The cause of a failure: the portal, the test, the surroundings, or an undefined sentence."""

import re
from dataclasses import dataclass
from typing import Any

PORTAL, TEST = "门户缺陷", "用例缺陷"
SURROUNDINGS, UNDEFINED = "环境问题", "未定义的句子"


@dataclass(frozen=True)
class Category:
    """A name, and a pattern that finds its errors by their message."""

    name: str
    words: str


# The first match counts. Errors raised by steps and pages are the portal's; all other errors are
# the test's own. A browser or a portal that is gone says nothing about either.
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
        r"AssertionError|NotRefused|ScreenNotReached|PortalRefused|LoginRefused|SessionLost|BindingRequired"
        r"|PolicyNotListed|UnexpectedDialog|UnknownWording|PortalCrashed|Soft assertion failures"
        r"|playwright.*TimeoutError|net::ERR_",
    ),
    Category(TEST, r""),
)

# The meaning of an error for a person who does not read code; the first match counts.
MEANINGS = (
    Category("这句话还没有人写成步骤", r"StepDefinitionNotFoundError"),
    Category("门户接受了本该拒绝的操作", r"NotRefused: 门户接受了"),
    Category("门户没有按应有的方式拒绝", r"NotRefused"),
    Category("浏览器或窗口已经关闭", r"has been closed|Target crashed|Page crashed"),
    Category("门户没有应答，可能已经退出", r"CONNECTION_REFUSED|Connection refused|NewConnection"),
    Category("门户自身出错", r"PortalCrashed"),
    Category("门户弹出了没有料到的对话框", r"UnexpectedDialog"),
    Category("登录已失效，出现了登录框", r"SessionLost"),
    Category("门户拒绝了，理由如下", r"PortalRefused|LoginRefused"),
    Category("没有等到要看的画面", r"ScreenNotReached"),
    Category("等到超时，门户没有答完", r"TimeoutError|Timeout \(>"),
    Category("有检查没有通过，场景继续走完了", r"Soft assertion failures"),
    Category("看到的与场景写的不一致", r"AssertionError"),
    Category("场景的准备或代码出错", r""),
)


def meaning(message: str) -> str:
    """Return the meaning of an error in plain words."""
    return next(one.name for one in MEANINGS if re.search(one.words, message))


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
