"""卡介质 on the home page, and the 卡控件 behind it (guide-1.3, guide-1.4, faq-2, faq-3)."""

import re
from enum import Enum
from typing import Self

from playwright.sync_api import Page

from pages.entry import HomePage
from pages.errors import LoginRefused, PortalRefused
from pages.locators import Surface, button, phrase, text
from pages.login import LoginPage, is_login
from pages.models import Secret
from pages.parts import DialogLog, Field, enter_secret
from pages.profile import GUANGDONG, PortalProfile
from pages.reading import lines_of
from pages.screen import Screen

INSTALL = "请下载安装IC卡/Key客户端控件，否则，将无法使用IC卡/Key"
PIN = "IC卡/Key密码"
BUSY = re.compile("请稍[等候]|正在")  # docs/mock-portal.md, card control
BLOCKED = "ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS"  # Chromium's own words, since version 147


class ControlState(Enum):
    """Whether the page has reached the control, and if not, why."""

    READY = "控件可用"
    DOWN = "控件没有安装或没有启动"
    BLOCKED = "浏览器不让页面访问本机的控件"


class CardLoginPage(Screen):
    """卡介质, in a frame of its own that is loaded on first use."""

    surface: Page
    controls = ("pin", "login_button")

    def __init__(self, surface: Page, profile: PortalProfile = GUANGDONG) -> None:
        super().__init__(surface)
        self.profile = profile
        self.known_words: tuple[str, ...] = ()  # of the box, before it has answered anything
        self._look_into(surface)

    def _look_into(self, box: Surface) -> None:
        """Find the controls of the box in this frame."""
        self.box = box
        self.pin = Field(box, PIN).control
        self.login_button = button(box, "登录")
        self.busy = phrase(box, BUSY)
        self.landmark = self.login_button

    def appear(self) -> Self:
        """Wait until one frame asks for the PIN, and return this screen.

        Raises:
            ScreenNotReached: none does in time, or more than one.
        """
        self._look_into(self.frame_with(lambda frame: Field(frame, PIN).control))
        super().appear()
        self.known_words = self.said(self.box)
        return self

    @classmethod
    def open(cls, login_page: LoginPage) -> Self:
        """Switch to 卡介质; the page looks for the control, which may take seconds."""
        opened = cls.begin_to_open(login_page)
        opened.wait_while(opened.busy)
        return opened

    @classmethod
    def begin_to_open(cls, login_page: LoginPage) -> Self:
        """Switch to 卡介质 without waiting until the page has found the control."""
        login_page.card_tab.click()
        return cls(login_page.surface, login_page.profile).appear()

    @classmethod
    def install(cls, login_page: LoginPage) -> "ControlDownloadPage":
        """Switch to 卡介质 and say yes to installing the control (guide-1.4)."""
        DialogLog.of(login_page.tab).accept(INSTALL)
        return login_page.open_window(login_page.card_tab, to=ControlDownloadPage)

    def control_state(self) -> ControlState:
        """Tell whether the page has reached the control."""
        if self.pin.is_enabled():
            return ControlState.READY
        said = (message.text for message in self.tab.console_messages())
        return ControlState.BLOCKED if any(BLOCKED in text for text in said) else ControlState.DOWN

    def box_words(self) -> tuple[str, ...]:
        """Return the text of the box, line by line."""
        return lines_of(self.box.locator("body"))

    def notices(self) -> tuple[str, ...]:
        """Return the texts of the page's native dialogs, and forget them."""
        return DialogLog.of(self.tab).take()

    def fill_in(self, pin: Secret) -> Self:
        """Type the card's PIN.

        Raises:
            ForeignOrigin: the box is not the portal's; nothing was typed.
        """
        enter_secret(self.pin, pin)
        return self

    def log_in(self, pin: Secret) -> HomePage:
        """Type the card's PIN and press 登录.

        Raises:
            ForeignOrigin: the box is not the portal's; nothing was typed.
            PortalRefused: the control or the card said no; nothing was sent.
            LoginRefused: the portal does not accept the card.
        """
        self.fill_in(pin)
        with self.until_gone(self.pin):
            answer = self.send(self.login_button, request=is_login, refused=self._refused)
        if answer.status == 200:  # a refusal, as with 账号登录
            raise LoginRefused(self.news(self.box, self.known_words))
        return HomePage(self.surface, self.profile).appear()

    def press_enter(self) -> HomePage:
        """Press Enter in the field of the PIN."""
        self.pin.press("Enter")
        return HomePage(self.surface, self.profile).appear()

    def begin(self) -> HomePage:
        """Press 登录 without waiting for the home page."""
        self.login_button.click()
        return HomePage(self.surface, self.profile)

    def _refused(self) -> PortalRefused:
        """Wait until the box is idle; return what it and the dialogs say, or nothing if it left."""
        self.wait_while(self.busy)
        if not self.shows(self.login_button):
            return PortalRefused(())
        said = tuple(one for one in self.said(self.box) if one not in self.known_words)
        return PortalRefused(said, self.notices())


class ControlDownloadPage(Screen):
    """The page that offers the control for download, in a window of its own."""

    def __init__(self, surface: Page) -> None:
        super().__init__(surface)
        self.landmark = text(surface, "IC卡/Key客户端控件")
