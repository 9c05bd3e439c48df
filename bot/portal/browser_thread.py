"""A thread with its own browser, and one browser context for each signed-in enterprise.

Playwright's sync API belongs to the thread that started it, so every act on a page is handed to
the thread that owns the page.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TypeVar

from playwright.sync_api import Browser, BrowserContext, Playwright, ViewportSize
from playwright.sync_api import Error as PlaywrightError

from bot.credentials.passwords import Passwords
from bot.errors import (
    RUN_AGAIN,
    ApplicationException,
    BusinessException,
    OutOfTime,
    Reason,
    SignInRefused,
    WorkItemError,
)
from bot.origins import host_of
from bot.portal.client import Client
from bot.portal.documents import fetching
from bot.portal.egress import IDLE_SECONDS, Egress
from bot.portal.failures import described
from bot.portal.latch import Guard
from bot.portal.session import Session
from bot.portal.sign_in import LOCAL_NETWORK, Attendant, Login, SignIn, login_of
from bot.portal.watchdog import Watchdog
from bot.settings import Settings
from bot.work_item import WorkItem
from pages.browser import launch
from pages.driver import start_driver
from pages.errors import (
    BindingRequired,
    PortalError,
    SessionLost,
    UnexpectedDialog,
    UnknownWording,
)
from pages.not_started import NotStarted
from pages.parts import DialogLog, Files, TrustedOrigins

T = TypeVar("T")
VIEWPORT: ViewportSize = {"width": 1280, "height": 1200}  # the whole form in one picture
NEW_SIGN_INS = 1  # after a lost session; more would compete with somebody else's log-in


class BrowserThread:
    """One Playwright and one browser, with the sessions of the enterprises it serves."""

    def __init__(self, settings: Settings, passwords: Passwords, attendant: Attendant) -> None:
        self._settings = settings
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="browser")
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._egress: Egress | None = None
        hosts = map(host_of, settings.origins)
        self._client = Client(hosts, settings.timeout_seconds, settings.proxy)
        self._sessions: dict[str, Session] = {}
        self._signed_in: dict[str, Login] = {}  # the last login of each enterprise
        self._lost: Counter[Login] = Counter()  # lost sessions in this run
        self._watchdog = Watchdog()
        self._sign_in = SignIn(settings, passwords, attendant, self._watchdog)

    def do(self, item: WorkItem, act: Callable[[Session], T]) -> T:
        """Act in the session of the item's account, signing in first if it is not signed in.

        An enterprise has one session: signing in with another account ends the earlier one.

        Raises:
            BusinessException: a person must look; the session stays.
            ApplicationException: a technical failure; the session is thrown away.
            OutOfTime: the page kept the act waiting too long; the browser was ended.
        """
        return self._thread.submit(self._do, item, act).result()

    def hurry(self) -> None:
        """Give the act under way, and every later act, no more time than for one page."""
        self._watchdog.hurry(self._settings.timeout_seconds)

    def leave(self, uscc: str) -> None:
        """Close the session of this enterprise."""
        self._thread.submit(self._discard, uscc).result()

    def close(self) -> None:
        """Close the browser and end the thread."""
        self._thread.submit(self._stop).result()
        self._thread.shutdown()

    def _do(self, item: WorkItem, act: Callable[[Session], T]) -> T:
        try:
            session = self._session(item)
            session.valve.refill()
            try:
                with self._limit():
                    return act(session)
            except WorkItemError:
                if item.uscc in self._sessions:  # its browser was not ended
                    session.leave_form()
                raise
            finally:
                if session.is_spent:
                    self._discard(item.uscc)
        except WorkItemError:
            raise
        except (UnknownWording, UnexpectedDialog) as error:
            raise BusinessException(
                Reason.UNEXPECTED_SCREEN,
                described(error),
                "请登录门户查看；内容无误时请联系维护人员更新程序",
            ) from None
        except BindingRequired:
            raise SignInRefused(
                Reason.BINDING_REQUIRED,
                "这个账号第一次进入投保，门户要求绑定本地账号",
                "请先登录门户，绑定或快速注册一次，然后再运行一次",
            ) from None
        except SessionLost as error:
            self._discard(item.uscc)
            self._lost[login_of(item, self._settings)] += 1
            if self._lost[login_of(item, self._settings)] > NEW_SIGN_INS:
                raise SignInRefused(
                    Reason.KICKED_OUT,
                    "登录一再失效，可能有人在别处使用同一账号",
                    "请确认没有别人在用这个账号，然后再运行一次",
                ) from None
            raise ApplicationException(Reason.SESSION_LOST, described(error), RUN_AGAIN) from None
        except PortalError as error:
            self._discard(item.uscc)
            raise ApplicationException(Reason.PORTAL, described(error), RUN_AGAIN) from None
        except NotStarted as error:  # nothing was typed, and it has no other session
            self._stop()
            raise ApplicationException(Reason.BROWSER, error.told, error.next_step) from None
        except PlaywrightError as error:
            self._discard(item.uscc)
            raise ApplicationException(Reason.BROWSER, described(error), RUN_AGAIN) from None

    @contextmanager
    def _limit(self) -> Iterator[None]:
        """Limit the time of an act; a result that it returned is valid even if the browser ended.

        Raises:
            OutOfTime: the act failed because the browser was ended.
        """
        try:
            with self._watchdog.limit(self._settings.item_minutes * 60):
                yield
        except (PortalError, PlaywrightError):
            if not self._watchdog.has_bitten:
                raise
            waited = _duration(self._watchdog.seconds)
            told = f"门户的页面卡住，{waited}内没有办到，浏览器已被结束"
            raise OutOfTime(Reason.OUT_OF_TIME, told, RUN_AGAIN) from None
        finally:
            if self._watchdog.has_bitten:
                self._stop()

    def _session(self, item: WorkItem) -> Session:
        login = login_of(item, self._settings)
        if self._signed_in.get(item.uscc) != login:
            self._discard(item.uscc)  # a session of another account
        if item.uscc not in self._sessions:
            self._sessions[item.uscc] = self.sign_in(item)
            self._signed_in[item.uscc] = login
        return self._sessions[item.uscc]

    def sign_in(self, item: WorkItem) -> Session:
        """Sign in for this item, in a browser context of its own; raises as `do` says."""
        password = self._sign_in.password(item)  # before a browser is started for it
        context = self._new_context()
        try:
            with self._limit():
                guard = Guard(context, self._settings)
                home = self._sign_in.enter(item, context, password)
                return Session(context, home.open_desk(), *self._ways_out(), guard)
        except BaseException:
            with suppress(PlaywrightError):  # of a dead browser; the first error counts
                context.close()
            raise

    def _ways_out(self) -> tuple[Egress, Client]:
        if self._egress is None:  # cannot be: `_launch` starts one
            raise RuntimeError("no way out")
        return self._egress, self._client

    def _new_context(self) -> BrowserContext:
        try:
            context = self._open_context(self._browser or self._launch())
        except PlaywrightError:  # it died with every session; `is_connected` may not know
            self._stop()
            context = self._open_context(self._launch())
        context.set_default_timeout(self._settings.timeout_seconds * 1000)
        DialogLog.install(context)
        TrustedOrigins.install(context, self._settings.origins)
        Files.install(context, fetching(context, self._client))
        return context

    def _open_context(self, browser: Browser) -> BrowserContext:
        return browser.new_context(
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            viewport=VIEWPORT,
            service_workers="block",
            accept_downloads=False,  # a document is fetched, not saved
            permissions=[LOCAL_NETWORK] if self._settings.login == "card" else [],
        )

    def _launch(self) -> Browser:
        self._playwright = start_driver()
        log_file = self._settings.store / "egress.log"
        portal = [host_of(origin) for origin in self._settings.origins]
        control = self._settings.card_control if self._settings.login == "card" else ()
        self._egress = Egress(portal, log_file, self._settings.proxy, control)
        self._egress.start(max(IDLE_SECONDS, self._settings.timeout_seconds))
        self._browser = launch(
            self._playwright,
            executable=self._settings.browser,
            proxy=self._egress.address,
        )
        self._watchdog.watch(self._browser)
        return self._browser

    def _discard(self, uscc: str) -> None:
        if session := self._sessions.pop(uscc, None):
            try:
                session.context.close()
            except PlaywrightError:
                self._stop()  # the browser or its driver is gone, with every session in it
            else:
                session.valve.widen()  # nothing is left that could send again

    def _stop(self) -> None:
        self._sessions.clear()
        for part in (
            self._browser and self._browser.close,
            self._playwright and self._playwright.stop,
        ):
            if part:
                with suppress(PlaywrightError):
                    part()
        self._watchdog.forget()
        if self._egress:
            self._egress.close()
        self._browser = self._playwright = self._egress = None


def _duration(seconds: float) -> str:
    return f"{seconds / 60:g} 分钟" if seconds >= 60 else f"{seconds:.3g} 秒"
