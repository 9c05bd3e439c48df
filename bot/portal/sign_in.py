"""Signs an enterprise in, by account or by card; a person answers captchas and PIN prompts.

Passwords and PINs go to the portal's log-in alone. A refused password or PIN is never tried again,
since accounts and cards are locked after a few refusals (guide-1.2 to guide-1.8).
"""

import logging
import re
from typing import Protocol

from playwright.sync_api import BrowserContext
from playwright.sync_api import Error as PlaywrightError

from bot.credentials.passwords import Passwords
from bot.errors import Reason, SignInRefused
from bot.portal.watchdog import Watchdog
from bot.secret_scan import tokens
from bot.settings import Settings
from bot.work_item import WorkItem
from pages.card import CardLoginPage, ControlState
from pages.entry import HomePage
from pages.errors import ForeignOrigin, LoginRefused, PortalError, PortalRefused
from pages.login import LoginPage
from pages.models import Secret
from pages.parts import CaptchaPicture
from pages.profile import PortalProfile

log = logging.getLogger(__name__)
LOCAL_NETWORK = "local-network-access"  # the browser's name of the permission
CARD_HELP = {
    ControlState.DOWN: "请安装或重启卡控件（托盘图标 → 重新启动），插好卡后再运行一次",
    ControlState.BLOCKED: "浏览器不许这个页面访问本机的控件：请用 https 的门户地址，或联系维护人员",
}
USE_THE_OTHER_EDITION = "请在清单中改用地方（广东）版本的账号，然后再运行一次"
WRONG_PASSWORD = "请核对登录账号；密码不对时用 single-window credentials set 重新录入"
PICTURES = 3  # captchas shown to a person before the item waits
Login = tuple[str, str]  # 统一社会信用代码 and account


class Attendant(Protocol):
    """Answers the questions that the portal asks a person."""

    def captcha(self, picture: CaptchaPicture) -> str:
        """Return what the picture says."""
        ...

    def pin(self, enterprise_name: str) -> Secret:
        """Return the PIN of the card of this enterprise."""
        ...


class SignIn:
    """Signs in at the portal of these settings, on a browser thread."""

    def __init__(
        self, settings: Settings, passwords: Passwords, attendant: Attendant, watchdog: Watchdog
    ) -> None:
        """Keep the watchdog, to pause it while a person is asked."""
        self._settings = settings
        self._passwords = passwords
        self.attendant = attendant
        self._watchdog = watchdog

    def password(self, item: WorkItem) -> Secret | None:
        """Return the password of this item's account; a card has none.

        Raises:
            BusinessException: it is stored nowhere, or cannot be read.
        """
        if self._settings.login == "card":
            return None
        return self._passwords.find(item.uscc, item.account)

    def enter(self, item: WorkItem, context: BrowserContext, password: Secret | None) -> HomePage:
        """Sign in in this browser context, and return the home page of the item's enterprise.

        Raises:
            SignInRefused: the portal refuses it, or shows another enterprise's page.
        """
        login = _open(context, self._settings.origin, self._settings.profile)
        if password:
            home = self._log_in(login, item.account, password)
        else:
            home = self._log_in_with_card(login, item.enterprise_name)
        self._passwords.remember(*tokens(context.cookies()))
        if home.enterprise_name() != item.enterprise_name:
            raise SignInRefused(
                Reason.WRONG_ENTERPRISE,
                f"登录后显示的企业是“{home.enterprise_name()}”",
                "请核对清单中的企业名称和登录账号",
            )
        return home

    def _log_in(self, login: LoginPage, account: str, password: Secret) -> HomePage:
        for _ in range(PICTURES):
            picture = login.captcha.read()
            with self._watchdog.paused():
                answer = self.attendant.captcha(picture)
            try:
                return login.log_in(account, password, answer)
            except LoginRefused as refusal:
                if not refusal.is_captcha:
                    raise _refused(refusal, WRONG_PASSWORD) from None
            except ForeignOrigin as error:
                raise _foreign(error) from None
            except (PortalError, PlaywrightError):
                raise _unclear() from None
        raise SignInRefused(
            Reason.CAPTCHA, f"验证码连续 {PICTURES} 次不对", "请在有人值守时再运行一次"
        )

    def _log_in_with_card(self, login: LoginPage, enterprise_name: str) -> HomePage:
        card = CardLoginPage.open(login)
        if (state := card.control_state()) is not ControlState.READY:
            said = "；".join((state.value, *card.notices()))
            raise SignInRefused(Reason.CARD_CONTROL, f"卡介质不能用：{said}", CARD_HELP[state])
        with self._watchdog.paused():
            pin = self.attendant.pin(enterprise_name)
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


def login_of(item: WorkItem, settings: Settings) -> Login:
    """Return the login of this item: an account belongs to a person, a card to the enterprise."""
    return item.uscc, "" if settings.login == "card" else item.account


def _open(context: BrowserContext, origin: str, profile: PortalProfile) -> LoginPage:
    try:
        return LoginPage.open(context.new_page(), origin, profile)
    except PlaywrightError as error:
        if re.search(r"net::ERR_(CERT|SSL)_", str(error)):
            raise SignInRefused(
                Reason.CERTIFICATE,
                "门户的证书不对，可能有人冒充它；没有输入密码",
                "请核对门户地址、本机时间和网络，然后再运行一次",
            ) from None
        raise


def _refused(refusal: PortalRefused, next_step: str) -> SignInRefused:
    is_other_edition = isinstance(refusal, LoginRefused) and refusal.is_national_edition
    return SignInRefused(
        Reason.LOGIN_REFUSED,
        f"登录被拒绝：{'；'.join(one.lstrip('0123456789') for one in refusal.messages)}",
        USE_THE_OTHER_EDITION
        if is_other_edition
        else f"{next_step}；为免账号或卡被锁，本次运行不再尝试",
    )


def _foreign(error: ForeignOrigin) -> SignInRefused:
    return SignInRefused(
        Reason.FOREIGN_ORIGIN,
        f"登录框牵涉 {'、'.join(sorted(error.origins))}，不是设置的门户；没有输入密码",
        "请核对门户地址；它确实属于门户时写入 trusted_origins，否则请停止使用并联系维护人员",
    )


def _unclear() -> SignInRefused:
    # the password may have been sent, so it is not sent again
    return SignInRefused(
        Reason.LOGIN_UNCLEAR,
        "登录没有得到明确的结果",
        "为免账号或卡被锁，本次运行不再尝试；请登录门户看看，再运行一次",
    )
