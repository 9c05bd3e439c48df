"""账号登录 and 本地登录 on the portal's home page (guide-1.1, guide-1.2, faq-1)."""

from typing import ClassVar, Self

from playwright.sync_api import Locator, Page, Response

from pages.entry import HomePage
from pages.errors import LoginRefused
from pages.locators import Surface, button, entry, phrase, seen, text
from pages.models import Secret
from pages.parts import Captcha, DialogLog, Field, enter_secret
from pages.profile import GUANGDONG, PortalProfile
from pages.reading import facts_of_all, lines_of, title_of
from pages.screen import Screen

FLOATING = "系统每周日凌晨例行维护（模拟）"


class LoginPage(Screen):
    """The home page before log-in, with 账号登录 in a frame of its own, or in the page itself."""

    surface: Page
    controls: ClassVar[tuple[str, ...]] = (
        *("local_tab", "card_tab", "account", "password", "captcha.image", "captcha.field"),
        *("login_button", "register_link"),
    )

    def __init__(self, surface: Page, profile: PortalProfile = GUANGDONG) -> None:
        super().__init__(surface)
        self.profile = profile
        self.account_tab = entry(surface, "账号登录")
        self.local_tab = entry(surface, "本地登录")
        self.card_tab = entry(surface, "卡介质")
        self.float_notice = phrase(surface, FLOATING)
        self.float_cross = surface.locator(seen("cross_beside", FLOATING))
        self.browser_advice = phrase(surface, "推荐使用谷歌浏览器")
        self.known_words: tuple[str, ...] = ()  # of the box, before it has answered anything
        self._look_into(surface)

    def _look_into(self, box: Surface) -> None:
        """Find the controls of the log-in box in this frame."""
        self.box = box
        self.account = Field(box, "用户名").control
        self.password = Field(box, "密码").control
        self.captcha = Captcha(box)
        self.login_button = button(box, "登录")
        self.register_link = button(box, "立即注册")
        self.landmark = self.login_button

    def appear(self) -> Self:
        """Wait until one frame shows the log-in box, and return this screen.

        Raises:
            ScreenNotReached: none does in time, or more than one.
        """
        self._look_into(self.frame_with(lambda frame: Field(frame, "密码").control))
        super().appear()
        self.known_words = self.said(self.box)
        return self

    @classmethod
    def open(cls, tab: Page, portal_url: str, profile: PortalProfile = GUANGDONG) -> Self:
        """Go to the portal's address (guide-1.1)."""
        tab.goto(portal_url.rstrip("/") + profile.home)
        return cls(tab, profile).appear()

    def clear_cache(self) -> None:
        """Clear the browser's cache (faq-3); this page stays as it was loaded."""
        self.tab.context.new_cdp_session(self.tab).send("Network.clearBrowserCache")

    def open_account(self) -> "LoginPage":
        """Switch back to 账号登录; what was typed is still there."""
        with self.until_gone(self.password):
            self.account_tab.click()
        return LoginPage(self.surface, self.profile).appear()

    def open_local(self) -> "LocalLoginPage":
        """Switch to 本地登录, and wait until its frame is shown."""
        with self.until_gone(self.password):
            self.local_tab.click()
        return LocalLoginPage(self.surface, self.profile).appear()

    def open_browser_advice(self) -> "NoticePage":
        """Press the notice that recommends a browser (guide-1.1)."""
        return self.open_window(self.browser_advice, to=NoticePage)

    def close_float_notice(self) -> Self:
        """Press the cross of the notice that floats over the page."""
        self.float_cross.click()
        return self

    def recovery_link(self, lost: str) -> Locator:
        """Return 忘记密码 or 忘记用户名."""
        return button(self.box, lost)

    def box_words(self) -> tuple[str, ...]:
        """Return the text of the log-in box, line by line."""
        return lines_of(self.box.locator("body"))

    def placeholders(self) -> tuple[str, ...]:
        """Return the placeholder of each field of the box."""
        fields = self.box.locator("input[placeholder]")
        return tuple(facts_of_all(fields, "fields => fields.map(field => field.placeholder)"))

    def page_title(self) -> str:
        """Return the title of the page, which names the edition."""
        return title_of(self.surface)

    def fill_in(self, account: str, password: Secret, captcha: str) -> Self:
        """Fill in password, user name and captcha.

        Raises:
            ForeignOrigin: the box is not the portal's; nothing was typed.
            SecretNotTyped, ScreenNotReached: a field is missing, or is there twice.
        """
        with self.needing_one():
            enter_secret(self.password, password)
            self.account.fill(account)
            self.captcha.field.fill(captcha)
        return self

    def log_in(self, account: str, password: Secret, captcha: str) -> HomePage:
        """Fill in the box and press 登录.

        Raises:
            ForeignOrigin: the box is not the portal's; nothing was typed.
            PortalRefused: a field is empty; the browser said so and nothing was sent.
            LoginRefused: the portal answered with its message; a new captcha is shown.
        """
        self.fill_in(account, password, captcha)
        with self.until_gone(self.password):
            answer = self.send(self.login_button, request=is_login)
        if answer.status == 200:  # the portal refuses with 200 (docs/mock-portal.md, log-in)
            shown = self.news(self.box, self.known_words)
            raise LoginRefused(shown, DialogLog.of(self.tab).take())
        return HomePage(self.surface, self.profile).appear()


class LocalLoginPage(LoginPage):
    """The home page with 本地登录, for accounts of 地方（广东）版本."""

    controls = tuple(name for name in LoginPage.controls if name != "register_link")


class RealNamePage(Screen):
    """实名认证, where the portal sends the owner of an account that is not checked yet."""

    def __init__(self, surface: Page) -> None:
        super().__init__(surface)
        self.landmark = text(surface, "实名认证")


class NoticePage(Screen):
    """One notice of the portal, in a window of its own."""

    controls = ("text",)

    def __init__(self, surface: Page) -> None:
        super().__init__(surface)
        self.text = phrase(surface, "谷歌浏览器")
        self.landmark = self.text


def is_login(response: Response) -> bool:
    """Tell whether a response answers a log-in: a form that was sent off for a new document."""
    return response.request.method == "POST" and response.request.is_navigation_request()
