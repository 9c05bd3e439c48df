"""单证, fetched within limits of size, kind and time (guide-2.3)."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext

from bot.errors import RUN_AGAIN, ApplicationException, BusinessException, Reason
from bot.portal.client import AnswerTooLarge, Client, NoAnswer, NotSent, Outgoing
from pages.errors import ScreenNotReached

LARGEST = 20 << 20  # bytes of a document
PDF = b"%PDF-"
LOOK = "请登录门户查看这份单证；内容无误时请联系维护人员"


def fetching(context: BrowserContext, client: Client) -> Callable[[str], bytes]:
    """Return a function that fetches a document with the session of this context.

    It raises:
        BusinessException: it is too large, or not a PDF.
        ApplicationException: the portal did not hand it out whole, or in time.
        ScreenNotReached: the portal answered with an error, or leads elsewhere.
    """

    def fetch(url: str) -> bytes:
        cookies = "; ".join(f"{one['name']}={one['value']}" for one in context.cookies(url))
        headers = {"accept": "application/pdf", "cookie": cookies}
        try:
            answer = client.send(Outgoing("GET", url, headers, None), LARGEST)
        except AnswerTooLarge:
            told = f"单证超过 {LARGEST >> 20} MB，没有收下"
            raise BusinessException(Reason.DOCUMENT, told, LOOK) from None
        except (NotSent, NoAnswer) as error:
            raise ApplicationException(Reason.PORTAL, f"单证没有收全：{error}", RUN_AGAIN) from None
        if not answer.is_ok:
            raise ScreenNotReached("PDF", url)
        if not answer.body.startswith(PDF):
            raise BusinessException(Reason.DOCUMENT, "门户给出的单证不是 PDF 文件，没有收下", LOOK)
        return answer.body

    return fetch
