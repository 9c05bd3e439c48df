"""Describes in Chinese what the portal or the browser did instead of the requested act."""

from playwright.sync_api import Error as PlaywrightError

from pages.errors import (
    PortalError,
    PortalRefused,
    SessionLost,
    UnexpectedDialog,
    UnknownWording,
)


def described(error: PortalError | PlaywrightError) -> str:
    """Describe an error without anything that was typed."""
    match error:
        case PortalRefused():
            return f"门户提示：{'；'.join(error.messages)}"
        case UnknownWording():
            return f"门户显示了程序不认识的内容：{error.text}"
        case UnexpectedDialog():
            return f"门户弹窗：{error.message}"
        case SessionLost():
            return "登录已失效"
        case PortalError():
            return "门户没有按时显示应有的页面"
    return f"浏览器出错：{type(error).__name__}"  # its text may hold what was typed
