"""老用户账号绑定 and 快速注册, at the first entry (guide-1.9, guide-1.10)."""

from typing import Self

from playwright.sync_api import Page

from pages.desk import DeskPage
from pages.locators import button
from pages.models import LocalAccount, Secret
from pages.parts import Captcha, Field, enter_secret
from pages.screen import Screen


class BindingPage(Screen):
    """The page that asks for the enterprise's local account."""

    surface: Page
    controls = (
        *("quick_registration_link", "user", "password", "captcha.image", "captcha.field"),
        "bind_button",
    )

    def __init__(self, surface: Page) -> None:
        super().__init__(surface)
        self.quick_registration_link = button(surface, "快速注册")
        self.user = Field(surface, "用户名").control
        self.password = Field(surface, "密码").control
        self.captcha = Captcha(surface)
        self.bind_button = button(surface, "绑定")
        self.landmark = self.bind_button

    def fill_in(self, user: str, password: Secret, captcha: str) -> Self:
        """Fill in the local account and the captcha."""
        with self.needing_one():
            enter_secret(self.password, password)
            self.user.fill(user)
            self.captcha.field.fill(captcha)
        return self

    def bind(self, user: str, password: Secret, captcha: str) -> DeskPage:
        """Fill in the local account and press 绑定.

        Raises:
            PortalRefused: the portal's words say why; nothing is bound.
        """
        self.fill_in(user, password, captcha)
        return self.ask(self.bind_button, to=DeskPage, on=self.surface)

    def open_quick_registration(self) -> "QuickRegistrationPage":
        """Press 快速注册."""
        return self.press(self.quick_registration_link, to=QuickRegistrationPage)


class QuickRegistrationPage(Screen):
    """账号基本信息: the form that makes a local account and binds it."""

    surface: Page
    controls = (
        *("user", "password", "repeated_password", "mobile", "person", "email"),
        *("captcha.image", "captcha.field", "bind_button"),
    )

    def __init__(self, surface: Page) -> None:
        super().__init__(surface)
        self.user = Field(surface, "本地用户名").control
        self.password = Field(surface, "本地密码").control
        self.repeated_password = Field(surface, "确认密码").control
        self.mobile = Field(surface, "手机").control
        self.person = Field(surface, "姓名").control
        self.email = Field(surface, "邮箱").control
        self.captcha = Captcha(surface)
        self.bind_button = button(surface, "快速绑定")
        self.landmark = self.bind_button

    def fill_account(self, account: LocalAccount) -> Self:
        """Fill in 账号基本信息."""
        with self.needing_one():
            self.user.fill(account.user)
            enter_secret(self.password, account.password)
            enter_secret(self.repeated_password, account.repeated_password)
            self.mobile.fill(account.mobile)
            self.person.fill(account.person)
            self.email.fill(account.email)
        return self

    def quick_bind(self, captcha: str) -> DeskPage:
        """Type the captcha and press 快速绑定.

        Raises:
            PortalRefused: the portal's words say why; no account was made.
        """
        with self.needing_one():
            self.captcha.field.fill(captcha)
        return self.ask(self.bind_button, to=DeskPage, on=self.surface)
