"""The first request to the portal: checks that it is the right one, and reads its clock."""

import logging
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

import urllib3

from bot.errors import NotFit
from bot.origins import LOOPBACK, origin_of
from bot.settings import Settings

log = logging.getLogger(__name__)
MOCK_HEADER = "X-Mock-Portal"
MOCK_HOSTS = "SINGLE_WINDOW_MOCK_HOSTS"
REDIRECTS = 5


def check_portal(settings: Settings) -> None:
    """Check that the portal answers, and that it is real or a mock as the operator expects.

    Raises:
        NotFit: it does not answer, its certificate is wrong, it leads elsewhere, or it is a mock
            where the real one was expected, or the reverse. Without `live` nothing is sent to
            another host than this computer and the mocks that the environment names.
    """
    if not settings.live and not settings.is_practice:
        raise NotFit(
            f"{'、'.join(settings.origins)} 不全在这台电脑上，没有访问",
            "要在真实门户上确认投保，请核对地址并加上 --live；"
            f"是别的机器上的模拟门户时，请设置环境变量 {MOCK_HOSTS}",
        )
    for origin in settings.origins if settings.live else ():
        _check_encryption(origin, settings)
    answer = _visit(settings)
    is_mock = MOCK_HEADER in answer.headers
    if settings.live and is_mock:
        raise NotFit(f"{settings.origin} 是模拟门户，不能用 --live", "请去掉 --live 或改正门户地址")
    if not settings.live and not is_mock:
        raise NotFit(
            f"{settings.origin} 不是模拟门户", "要在真实门户上确认投保，请核对地址并加上 --live"
        )


def _check_encryption(origin: str, settings: Settings) -> None:
    host = urlsplit(origin).hostname
    if origin.startswith("https:"):
        return
    if host not in settings.allow_http:
        raise NotFit(
            f"真实门户 {origin} 没有加密（http）",
            f'确要使用时，请在设置中写明 allow_http = ["{host}"]',
        )
    log.warning("真实门户 %s 没有加密：按设置 allow_http 使用，密码可能被网络上的人看到。", origin)


def _visit(settings: Settings) -> urllib3.BaseHTTPResponse:
    """Request the portal's page; follow redirects only to origins where passwords may be typed."""
    url = settings.origin
    for _ in range(REDIRECTS):
        answer = _ask(url, settings)
        location = answer.get_redirect_location()
        if not location:
            return answer
        url = urljoin(url, location)
        if not _is_trusted(url, settings):
            raise NotFit(
                f"门户 {settings.origin} 转到了 {url!r}，不在设置的来源之内；没有输入任何密码",
                "请核对门户地址；它确实属于门户时写入 trusted_origins",
            )
    raise NotFit(f"门户 {settings.origin} 转来转去，没有打开", "请核对门户地址")


def _is_trusted(url: str, settings: Settings) -> bool:
    try:
        return origin_of(url) in settings.origins
    except (KeyError, ValueError):  # another scheme, or an invalid port
        return False


def _ask(url: str, settings: Settings) -> urllib3.BaseHTTPResponse:
    proxy = None if urlsplit(url).hostname in LOOPBACK else settings.proxy
    pool = urllib3.ProxyManager(proxy) if proxy else urllib3.PoolManager()
    try:
        with pool:
            return pool.request("GET", url, redirect=False, retries=2, timeout=10.0)
    except urllib3.exceptions.MaxRetryError as error:
        if isinstance(error.reason, urllib3.exceptions.SSLError):
            raise NotFit(
                f"门户 {settings.origin} 的证书不可信，没有继续",
                "请核对地址和本机时间；公司网络会更换证书时请联系网络管理员",
            ) from error
        raise NotFit(
            f"门户 {settings.origin} 没有应答",
            "请检查网络和地址；用模拟门户时请先运行 single-window portal",
        ) from error
    except urllib3.exceptions.HTTPError as error:
        raise NotFit(f"门户 {settings.origin} 的应答无法理解", "请检查网络和地址") from error


def portal_date(settings: Settings) -> str:
    """Return the portal's time as HTTP writes it; empty if the answer has no date."""
    return _ask(settings.origin, settings).headers.get("date", "")


def portal_ahead(settings: Settings) -> timedelta | None:
    """Return how far the portal's clock is ahead of this machine's; None if that is unknown.

    The portal's date has whole seconds, so the result may be up to one second too small.
    """
    with suppress(NotFit, TypeError, ValueError):
        return parsedate_to_datetime(portal_date(settings)) - datetime.now(UTC)
    return None
