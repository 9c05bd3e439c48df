"""Whether this portal can be worked with; asked before any browser starts."""

from urllib.parse import urlsplit

import urllib3

from bot.errors import NotFit
from bot.settings import Settings

MOCK_HEADER = "X-Mock-Portal"


def check_portal(settings: Settings) -> None:
    """See that the portal answers, and that it is what the operator takes it for.

    Raises:
        NotFit: it does not answer, or a mock stands where the real one was meant, or the reverse.
    """
    parts = urlsplit(settings.portal_url)
    if settings.live and parts.scheme != "https" and parts.hostname not in settings.allow_http:
        raise NotFit(
            f"真实门户 {settings.origin} 没有加密（http）。确要使用时，"
            f'请在设置中写明 allow_http = ["{parts.hostname}"]。'
        )
    try:
        answer = urllib3.request("GET", settings.portal_url, retries=2, timeout=10.0)
    except urllib3.exceptions.HTTPError as error:
        raise NotFit(
            f"门户 {settings.origin} 没有应答。请检查网络和地址；"
            "用模拟门户时请先运行 single-window portal。"
        ) from error
    is_mock = MOCK_HEADER in answer.headers
    if settings.live and is_mock:
        raise NotFit(f"{settings.origin} 是模拟门户，不能用 --live。请去掉 --live 或改正门户地址。")
    if not settings.live and not is_mock:
        raise NotFit(
            f"{settings.origin} 不是模拟门户。要在真实门户上确认投保，请核对地址并加上 --live。"
        )
