"""The way from 地方特色应用 to 小微企业在线投保 (guide-1.8)."""

from typing import Self

from playwright.sync_api import Page

from pages.binding import BindingPage
from pages.desk import DeskPage
from pages.errors import BindingRequired, PortalRefused
from pages.locators import Surface, button, entry, phrase, text
from pages.parts import DialogLog
from pages.profile import GUANGDONG, PortalProfile
from pages.reading import facts_of
from pages.screen import Screen

# The name stands behind the greeting, in the same text or in the next; or before it in its text.
READ_NAME = r"""greeting => {
    const before = /(?:您好|尊敬的)\P{L}*([\p{L}\p{N}].*?)[，,!！\s]*欢迎您[^\p{L}\p{N}]*$/u;
    const named = before.exec(greeting.innerText.trim());
    if (named) return named[1].trim();
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    texts.currentNode = greeting;
    const isNamed = text => /欢迎您\P{L}*[\p{L}\p{N}]/u.test(text);
    let said = "";
    while (!isNamed(said) && texts.nextNode()) said += texts.currentNode.data;
    return said.split("欢迎您")[1].replace(/^[^\p{L}\p{N}（(]+/u, "").trim();
}"""


class HomePage(Screen):
    """The home page after log-in; its contract holds when 地方特色应用 is expanded."""

    surface: Page
    controls = (
        *("greeting", "log_out_link", "local_apps", "financial_services", "export_credit"),
        *("small_business", "online_application"),
    )

    def __init__(self, surface: Page, profile: PortalProfile = GUANGDONG) -> None:
        super().__init__(surface)
        self.profile = profile
        self.greeting = phrase(surface, "欢迎您")
        self.log_out_link = button(surface, "退出")
        self.landmark = self.log_out_link
        self._look_into(surface)

    def _look_into(self, column: Surface) -> None:
        """Find the column with the entries, level by level, in this frame."""
        finance, credit, small_business, application = self.profile.entries
        self.local_apps = text(column, self.profile.local_apps)
        self.financial_services = entry(column, finance)
        self.export_credit = entry(column, credit)
        self.small_business = entry(column, small_business)
        self.online_application = entry(column, application)

    def enterprise_name(self) -> str:
        """Return 企业名称 of the enterprise that is signed in."""
        with self.needing_one():
            return str(facts_of(self.greeting, READ_NAME))

    def log_out(self) -> None:
        """Press 退出; the log-in box comes back."""
        self.log_out_link.click()

    def expand_local_apps(self) -> Self:
        """Point at 金融服务, 出口信用, 服务小微, one after the other.

        Raises:
            ScreenNotReached: there is no such entry, or two of them.
        """
        first, *_ = self.profile.entries
        self._look_into(self.frame_with(lambda frame: entry(frame, first)))
        self.unfold(
            self.financial_services,
            self.export_credit,
            self.small_business,
            self.online_application,
        )
        return self

    def point_back(self) -> Self:
        """Point at 金融服务 again; the later levels fold."""
        self.financial_services.hover()
        return self

    def open_another(self, service: str) -> None:
        """Press another entry of the home page.

        Raises:
            PortalRefused: a native dialog says that there is nothing behind it.
        """
        with self.needing_one():
            entry(self.surface, service).click()
        if dialogs := DialogLog.of(self.tab).take():
            raise PortalRefused((), dialogs)

    def open_desk(self) -> DeskPage:
        """Walk the menu to 小微企业在线投保; the desk opens in a new window.

        Raises:
            BindingRequired: the portal shows 老用户账号绑定 instead.
        """
        entrance = self._enter()
        if entrance.binding.landmark.is_visible():
            raise BindingRequired
        return DeskPage(entrance.surface).close_announcement().unfold_menu()

    def open_binding(self) -> BindingPage:
        """Walk the menu to 小微企业在线投保 at the first entry, where the portal asks for 绑定."""
        return self._enter().binding.ready()

    def _enter(self) -> "Entrance":
        self.expand_local_apps()
        return self.open_window(self.online_application, to=Entrance)


class Entrance(Screen):
    """What opens behind 小微企业在线投保: the desk, or at the first entry 老用户账号绑定."""

    surface: Page

    def __init__(self, surface: Page) -> None:
        super().__init__(surface)
        self.binding = BindingPage(surface)
        self.landmark = DeskPage(surface).landmark.or_(self.binding.landmark)
