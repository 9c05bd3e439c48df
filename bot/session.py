"""Signed-in enterprises: one browser context each, on browser threads of their own.

Playwright's sync API belongs to the thread that started it, so every act on a page is handed to
the thread that owns the page.
"""

import logging
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from threading import Lock
from typing import Protocol, TypeVar

from playwright.sync_api import (
    Browser,
    BrowserContext,
    Playwright,
    ViewportSize,
)
from playwright.sync_api import Error as PlaywrightError

from bot import machine_lock
from bot.credentials.passwords import Passwords
from bot.errors import (
    RUN_AGAIN,
    ApplicationException,
    BusinessException,
    OutOfTime,
    SignInRefused,
    WorkItemError,
    in_chinese,
)
from bot.origins import host_of
from bot.portal.client import Client
from bot.portal.documents import fetching
from bot.portal.egress import IDLE_SECONDS, Egress
from bot.portal.latch import HASTY, Guard, Latch, Sender, Valve, hasty
from bot.portal.watchdog import Watchdog
from bot.secret_scan import tokens
from bot.settings import Settings
from bot.work_item import WorkItem
from pages.browser import launch
from pages.card import CardLoginPage, ControlState
from pages.desk import DeskPage
from pages.driver import start_driver
from pages.entry import HomePage
from pages.errors import (
    BindingRequired,
    ForeignOrigin,
    LoginRefused,
    PortalError,
    PortalRefused,
    SessionLost,
    UnexpectedDialog,
    UnknownWording,
)
from pages.login import LoginPage
from pages.models import Document, PolicyRecord, PolicyStatus, Secret
from pages.not_started import NotStarted
from pages.parts import CaptchaPicture, DialogLog, Files, TrustedOrigins
from pages.pending import ConfirmationPage
from pages.profile import PortalProfile

log = logging.getLogger(__name__)
LOCAL_NETWORK = "local-network-access"  # the browser's name of the permission
CARD_HELP = {
    ControlState.DOWN: "请安装或重启卡控件（托盘图标 → 重新启动），插好卡后再运行一次",
    ControlState.BLOCKED: "浏览器不许这个页面访问本机的控件：请用 https 的门户地址，或联系维护人员",
}
USE_THE_OTHER_EDITION = "请在清单中改用地方（广东）版本的账号，然后再运行一次"
WRONG_PASSWORD = "请核对登录账号；密码不对时用 single-window credentials set 重新录入"
T = TypeVar("T")
Login = tuple[str, str]  # 统一社会信用代码 and account
VIEWPORT: ViewportSize = {"width": 1280, "height": 1200}  # the whole form in one picture
NEW_SIGN_INS = 1  # after a lost session; the next one is for a person, not a war of log-ins
PICTURES = 3  # captchas shown to a person before the item waits


class Attendant(Protocol):
    """Who answers what the portal asks of a person."""

    def captcha(self, picture: CaptchaPicture) -> str:
        """Return what the picture says."""
        ...

    def pin(self, enterprise_name: str) -> Secret:
        """Return the PIN of the card of this enterprise."""
        ...


@dataclass(slots=True)
class Session:
    """One enterprise, signed in; used on its browser thread alone."""

    context: BrowserContext
    desk: DeskPage
    valve: Valve  # on its browser's way out
    sender: Sender
    guard: Guard | None = None  # until a latch decides
    is_spent: bool = False  # to be thrown away, with whatever still goes on in it
    listed: frozenset[str] = frozenset()  # 申请编号 that 待确认 showed on the way to the open form
    known: tuple[PolicyRecord, ...] = ()  # of the item whose form was opened last, before that
    _open: tuple[str, ConfirmationPage] | None = None  # reference and form
    _documents: tuple[Document, ...] | None = None  # of the open form
    _latch: Latch | None = None  # over the open form

    def form(self, item: WorkItem) -> ConfirmationPage:
        """Return the form of this item, opened afresh unless it is the one that is open.

        What 保单查询 shows of it is looked at first: a press of this form can be told from that.

        Raises:
            PolicyNotListed: 待确认 does not list it.
        """
        if self._open is None or self._open[0] != item.reference:
            self.known = self.records(item)
            if self.guard:  # what a page sent again after its press is not this policy's
                self.guard.has_refused = False
            pending = self.desk.open_pending()
            form = pending.process(item.application_no)
            self.listed = frozenset(pending.listed)
            self._open = (item.reference, form)
        return self._open[1]

    def documents(self, item: WorkItem, names: tuple[str, ...]) -> tuple[Document, ...]:
        """Return these 单证 of this item's form, fetched once for each opening of it."""
        form = self.form(item)
        if self._documents is None:
            self._documents = tuple(form.view_document(name) for name in names)
        return self._documents

    def shut_in(self, settings: Settings, known: Collection[str]) -> Latch:
        """Shut the browser's way out while the open form is worked on; return the latch.

        `known` are the numbers of policies, beside those that 待确认 has shown.
        """
        if self._latch is None:
            numbers = self.listed.union(known)
            self._latch = Latch(self.desk.tab, settings, self.valve, self.sender, numbers)
            self._latch.lay()
        return self._latch

    def leave_form(self) -> None:
        """Forget the form that is open, so that the next look opens it again.

        A page that wanted to get out meanwhile is not let go: the session is spent.
        """
        self._open = self._documents = None
        if self._latch:
            self.is_spent = self.is_spent or not self._latch.lift()
            self._latch = None

    def records(self, item: WorkItem) -> tuple[PolicyRecord, ...]:
        """Look this item up in 保单查询; what is still to be confirmed is no record."""
        self.leave_form()
        found = self.desk.open_policies().records_of(item.application_no)
        return tuple(one for one in found if one.status is not PolicyStatus.PENDING)

    def is_pending(self, item: WorkItem) -> bool:
        """Look this item up in 待确认."""
        self.leave_form()
        return self.desk.open_pending().has(item.application_no)

    def expect_quiet(self) -> None:
        """See that the portal has waited for the bot.

        Raises:
            UnexpectedDialog: it said something in a native dialog.
            BusinessException: its page wanted to confirm by itself; that did not leave.
        """
        if self.guard and self.guard.has_refused:
            self.is_spent = True
            raise hasty(HASTY)
        for message in DialogLog.of(self.desk.tab).take():
            raise UnexpectedDialog(message)


class BrowserThread:
    """One Playwright and one browser, with the sessions of the enterprises it serves."""

    def __init__(self, settings: Settings, passwords: Passwords, attendant: Attendant) -> None:
        self._settings = settings
        self._passwords = passwords
        self._attendant = attendant
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="browser")
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._egress: Egress | None = None
        hosts = map(host_of, settings.origins)
        self._client = Client(hosts, settings.timeout_seconds, settings.proxy)
        self._sessions: dict[str, Session] = {}
        self._signed_in: dict[str, Login] = {}  # who was let in last, of each enterprise
        self._lost: Counter[Login] = Counter()  # sessions in this run
        self._watchdog = Watchdog()

    def do(self, item: WorkItem, act: Callable[[Session], T]) -> T:
        """Act in the session of the item's account, signing in first if it is not signed in.

        An enterprise has one session: another account of it ends that of the one before.

        Raises:
            BusinessException: a person must look; the session stays.
            ApplicationException: a technical failure; the session is thrown away.
            OutOfTime: the page kept the act waiting too long; the browser was ended.
        """
        return self._thread.submit(self._do, item, act).result()

    def hurry(self) -> None:
        """Wait for whatever is under way, and comes after it, no longer than for one page."""
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
                "UNEXPECTED_SCREEN",
                in_chinese(error),
                "请登录门户查看；内容无误时请联系维护人员更新程序",
            ) from None
        except BindingRequired:
            raise SignInRefused(
                "BINDING_REQUIRED",
                "这个账号第一次进入投保，门户要求绑定本地账号",
                "请先登录门户，绑定或快速注册一次，然后再运行一次",
            ) from None
        except SessionLost as error:
            self._discard(item.uscc)
            self._lost[login_of(item, self._settings)] += 1
            if self._lost[login_of(item, self._settings)] > NEW_SIGN_INS:
                raise SignInRefused(
                    "KICKED_OUT",
                    "登录一再失效，可能有人在别处使用同一账号",
                    "请确认没有别人在用这个账号，然后再运行一次",
                ) from None
            raise ApplicationException("SESSION_LOST", in_chinese(error), RUN_AGAIN) from None
        except PortalError as error:
            self._discard(item.uscc)
            raise ApplicationException("PORTAL", in_chinese(error), RUN_AGAIN) from None
        except NotStarted as error:  # nothing was typed, and no other session is in it
            self._stop()
            raise ApplicationException("BROWSER", error.told, error.next_step) from None
        except PlaywrightError as error:
            self._discard(item.uscc)
            raise ApplicationException("BROWSER", in_chinese(error), RUN_AGAIN) from None

    @contextmanager
    def _limit(self) -> Iterator[None]:
        """Limit what an act may take; what it has returned before its end still holds.

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
            raise OutOfTime("OUT_OF_TIME", told, RUN_AGAIN) from None
        finally:
            if self._watchdog.has_bitten:
                self._stop()

    def _session(self, item: WorkItem) -> Session:
        login = login_of(item, self._settings)
        if self._signed_in.get(item.uscc) != login:
            self._discard(item.uscc)  # another person's
        if item.uscc not in self._sessions:
            self._sessions[item.uscc] = self._sign_in(item)
            self._signed_in[item.uscc] = login
        return self._sessions[item.uscc]

    def _sign_in(self, item: WorkItem) -> Session:
        with_card = self._settings.login == "card"
        password = None if with_card else self._passwords.find(item.uscc, item.account)
        context = self._new_context()
        try:
            with self._limit():
                return self._enter(item, context, password)
        except BaseException:
            with suppress(PlaywrightError):  # of a dead browser; what went wrong is what is told
                context.close()
            raise

    def _ways_out(self) -> tuple[Egress, Client]:
        if self._egress is None:  # a browser is never launched without
            raise RuntimeError("no way out")
        return self._egress, self._client

    def _enter(self, item: WorkItem, context: BrowserContext, password: Secret | None) -> Session:
        guard = Guard(context, self._settings)
        login = _open(context, self._settings.origin, self._settings.profile)
        if password:
            home = self._log_in(login, item.account, password)
        else:
            home = self._log_in_with_card(login, item.enterprise_name)
        self._passwords.remember(*tokens(context.cookies()))
        if home.enterprise_name() != item.enterprise_name:
            raise SignInRefused(
                "WRONG_ENTERPRISE",
                f"登录后显示的企业是“{home.enterprise_name()}”",
                "请核对清单中的企业名称和登录账号",
            )
        return Session(context, home.open_desk(), *self._ways_out(), guard)

    def _log_in(self, login: LoginPage, account: str, password: Secret) -> HomePage:
        for _ in range(PICTURES):
            picture = login.captcha.read()
            with self._watchdog.paused():
                answer = self._attendant.captcha(picture)
            try:
                return login.log_in(account, password, answer)
            except LoginRefused as refusal:
                if not refusal.is_captcha:
                    raise _refused(refusal, WRONG_PASSWORD) from None
            except ForeignOrigin as error:
                raise _foreign(error) from None
            except (PortalError, PlaywrightError):
                raise _unclear() from None
        raise SignInRefused("CAPTCHA", f"验证码连续 {PICTURES} 次不对", "请在有人值守时再运行一次")

    def _log_in_with_card(self, login: LoginPage, enterprise_name: str) -> HomePage:
        card = CardLoginPage.open(login)
        if (state := card.control_state()) is not ControlState.READY:
            said = "；".join((state.value, *card.notices()))
            raise SignInRefused("CARD_CONTROL", f"卡介质不能用：{said}", CARD_HELP[state])
        with self._watchdog.paused():
            pin = self._attendant.pin(enterprise_name)
        self._passwords.remember(pin)
        try:
            home = card.log_in(pin)
            for notice in card.notices():  # of a certificate that expires soon
                log.warning("%s：%s", enterprise_name, notice)
            return home
        except PortalRefused as refusal:
            raise _refused(refusal, "请核对卡和IC卡/Key密码") from None
        except ForeignOrigin as error:
            raise _foreign(error) from None
        except (PortalError, PlaywrightError):
            raise _unclear() from None

    def _new_context(self) -> BrowserContext:
        try:
            context = self._open_context(self._browser or self._launch())
        except PlaywrightError:  # it died, and every session with it; is_connected may not know
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


def _take(origin: str, uscc: str) -> machine_lock.Release:
    """Take the name of an enterprise of a portal on this machine.

    Raises:
        SignInRefused: another process has it.
        ApplicationException: the system gives no such names.
    """
    try:
        release = machine_lock.take(origin, uscc)
    except OSError as error:
        told = f"不能确认本机没有别的程序在办理这家企业（{error.strerror}）；没有登录"
        raise ApplicationException("LOCK", told, RUN_AGAIN) from error
    if not release:
        raise SignInRefused(
            "BUSY",
            "本机另一个 single-window 正在办理这家企业；没有登录",
            "请等它结束后再运行一次",
        )
    return release


def login_of(item: WorkItem, settings: Settings) -> Login:
    """Return who signs in for this item: an account is one person's, a card the enterprise's."""
    return item.uscc, "" if settings.login == "card" else item.account


def _open(context: BrowserContext, origin: str, profile: PortalProfile) -> LoginPage:
    try:
        return LoginPage.open(context.new_page(), origin, profile)
    except PlaywrightError as error:
        if re.search(r"net::ERR_(CERT|SSL)_", str(error)):
            raise SignInRefused(
                "CERTIFICATE",
                "门户的证书不对，可能有人冒充它；没有输入密码",
                "请核对门户地址、本机时间和网络，然后再运行一次",
            ) from None
        raise


def _refused(refusal: PortalRefused, next_step: str) -> SignInRefused:
    is_other_edition = isinstance(refusal, LoginRefused) and refusal.is_national_edition
    return SignInRefused(
        "LOGIN_REFUSED",
        f"登录被拒绝：{'；'.join(one.lstrip('0123456789') for one in refusal.messages)}",
        USE_THE_OTHER_EDITION
        if is_other_edition
        else f"{next_step}；为免账号或卡被锁，本次运行不再尝试",
    )


def _foreign(error: ForeignOrigin) -> SignInRefused:
    return SignInRefused(
        "FOREIGN_ORIGIN",
        f"登录框牵涉 {'、'.join(sorted(error.origins))}，不是设置的门户；没有输入密码",
        "请核对门户地址；它确实属于门户时写入 trusted_origins，否则请停止使用并联系维护人员",
    )


def _unclear() -> SignInRefused:
    # whether the password was sent is not known; it is not sent again
    return SignInRefused(
        "LOGIN_UNCLEAR",
        "登录没有得到明确的结果",
        "为免账号或卡被锁，本次运行不再尝试；请登录门户看看，再运行一次",
    )


class Sessions:
    """The browser threads; an enterprise stays on the thread that signed it in.

    From its first act until `leave` no other process of this machine acts for this enterprise at
    this portal: a second one, with a ledger of its own, would press what is being pressed here.
    """

    def __init__(self, settings: Settings, passwords: Passwords, attendant: Attendant) -> None:
        self._threads = [
            BrowserThread(settings, passwords, attendant) for _ in range(settings.browsers)
        ]
        self.at_once = settings.browsers
        self._settings = settings
        self._homes: dict[str, BrowserThread] = {}
        self._refused: dict[Login, SignInRefused] = {}
        self._held: dict[str, ExitStack] = {}  # the locks of each enterprise
        self._lock = Lock()

    def do(self, item: WorkItem, act: Callable[[Session], T]) -> T:
        """Act in the session of the item's account; raises as `BrowserThread.do` says."""
        login = login_of(item, self._settings)
        if refused := self._refused.get(login):
            raise refused
        try:
            self._hold(item.uscc)
            return self._home(item.uscc).do(item, act)
        except SignInRefused as error:
            self._refused[login] = error
            raise

    def _hold(self, uscc: str) -> None:
        """Keep other processes away from this enterprise.

        Raises:
            SignInRefused: another process is at it.
        """
        with self._lock:
            if uscc in self._held:
                return
            with ExitStack() as held:
                for origin in self._settings.origins:  # by any of them it is the same portal
                    held.callback(_take(origin, uscc))
                self._held[uscc] = held.pop_all()

    def _home(self, uscc: str) -> BrowserThread:
        with self._lock:
            if uscc not in self._homes:
                used = list(self._homes.values())
                self._homes[uscc] = min(self._threads, key=used.count)
            return self._homes[uscc]

    def leave(self, uscc: str) -> None:
        """Close the session of this enterprise, if it has one, and let others at it."""
        try:
            if thread := self._homes.pop(uscc, None):
                thread.leave(uscc)
        finally:
            if held := self._held.pop(uscc, None):
                held.close()

    def hurry(self) -> None:
        """Wait for no page longer than for one answer: the run is to end."""
        for thread in self._threads:
            thread.hurry()

    def close(self) -> None:
        """Close every browser."""
        self.hurry()  # whoever closes while an act is stuck waits for its end
        try:
            for thread in self._threads:
                thread.close()
        finally:
            while self._held:
                self._held.popitem()[1].close()
