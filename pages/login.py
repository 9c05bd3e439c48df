"""账号登录 and 本地登录 on the portal's home page (guide-1.1, guide-1.2, faq-1)."""

from typing import ClassVar, Self
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, Response

from pages.entry import HomePage
from pages.errors import LoginRefused
from pages.models import Secret
from pages.parts import Captcha, DialogLog, enter_secret
from pages.profile import GUANGDONG, PortalProfile
from pages.reading import facts_of_all, lines_of, title_of
from pages.screen import Screen


class LoginPage(Screen):
    """The home page before log-in, with 账号登录 in a frame of its own."""

    surface: Page
    frame = "#loginIframe1"  # docs/mock-portal.md, log-in
    controls: ClassVar[tuple[str, ...]] = (
        *("local_tab", "card_tab", "account", "password", "captcha.image", "captcha.field"),
        *("login_button", "register_link"),
    )

    def __init__(self, surface: Page, profile: PortalProfile = GUANGDONG) -> None:
        super().__init__(surface)
        self.profile = profile
        self.account_tab = self._tab("账号登录")
        self.local_tab = self._tab("本地登录")
        self.card_tab = self._tab("卡介质")
        self.box = surface.frame_locator(self.frame)
        self.account = self.box.get_by_placeholder("请输入用户名")
        self.password = self.box.get_by_placeholder("请输入密码")
        self.captcha = Captcha(
            image=self.box.locator("img[src*=verifycode]"),
            field=self.box.get_by_placeholder("请输入验证码"),
        )
        self.login_button = self.box.get_by_role("button", name="登录", exact=True)
        self.register_link = self.box.get_by_role("link", name="立即注册", exact=True)
        self.messages = self.box.locator("#msg")
        self.float_notice = surface.get_by_text("系统每周日凌晨例行维护（模拟）")
        self.browser_advice = surface.get_by_text("推荐使用谷歌浏览器")
        self.landmark = self.login_button

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
        self.account_tab.click()
        return LoginPage(self.surface, self.profile).appear()

    def open_local(self) -> "LocalLoginPage":
        """Switch to 本地登录, and wait until its frame is shown."""
        self.local_tab.click()
        return LocalLoginPage(self.surface, self.profile).appear()

    def open_browser_advice(self) -> "NoticePage":
        """Press the notice that recommends a browser (guide-1.1)."""
        return self.open_window(self.browser_advice, to=NoticePage)

    def close_float_notice(self) -> Self:
        """Press the cross of the notice that floats over the page."""
        self.float_notice.get_by_text("×", exact=True).click()
        return self

    def recovery_link(self, lost: str) -> Locator:
        """Return 忘记密码 or 忘记用户名."""
        return self.box.get_by_role("link", name=lost, exact=True)

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
        """
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
        answer = self.send(self.login_button, request=is_login)
        if answer.status == 200:  # the portal refuses with 200 (docs/mock-portal.md, log-in)
            shown = self.answer(self.messages)
            raise LoginRefused(shown, DialogLog.of(self.tab).take())
        return HomePage(self.surface, self.profile).appear()

    def _tab(self, text: str) -> Locator:
        return self.surface.locator(".login-tabs").get_by_text(text, exact=True)


class LocalLoginPage(LoginPage):
    """The home page with 本地登录, for accounts of 地方（广东）版本."""

    frame = "#loginIframe3"
    controls = tuple(name for name in LoginPage.controls if name != "register_link")


class NoticePage(Screen):
    """One notice of the portal, in a window of its own."""

    controls = ("text",)

    def __init__(self, surface: Page) -> None:
        super().__init__(surface)
        self.text = surface.locator(".notice-box > p")  # docs/mock-portal.md, assumed
        self.landmark = self.text


def is_login(response: Response) -> bool:
    """Tell whether a response answers a log-in."""
    path = urlsplit(response.url).path
    return response.request.method == "POST" and path in ("/cas/login", "/pub/login/local")
