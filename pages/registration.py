"""立即注册, 忘记密码 and 忘记用户名 (guide-1.5, guide-1.6, guide-1.7, faq-4)."""

import re
from typing import Self

from playwright.sync_api import Locator, Page

from pages.locators import Surface, button, phrase, seen, text
from pages.login import LoginPage
from pages.models import Registration, Secret
from pages.parts import Field, choose, enter_secret
from pages.reading import choice_of
from pages.screen import Screen, carries

CHOOSE = re.compile(r"^\s*请选择(账号类型|找回(密码|用户名)方式)")
CODE_HINT = re.compile(r"^\s*(组织机构代码|统一社会信用代码).*(存在|注册)")
SMS_HINT = re.compile("验证码已发送|再获取|用户不存在")
USER_NAME = "您的用户名"


class RegistrationPage(Screen):
    """企业基本信息, in a window of its own."""

    surface: Page
    controls = (
        *("uscc", "org_code", "name", "legal_name", "id_type", "id_no", "province", "city"),
        *("user", "password", "repeated_password", "mobile", "register_button"),
    )

    def __init__(self, surface: Page) -> None:
        super().__init__(surface)
        self.uscc = Field(surface, "统一社会信用代码").control
        self.org_code = Field(surface, "组织机构代码（主体标识码）").control
        self.code_hint = phrase(surface, CODE_HINT)
        self.name = Field(surface, "企业中文名称").control
        self.legal_name = Field(surface, "法人（负责人）姓名").control
        self.id_type = Field(surface, "法人（负责人）证件类型").control
        self.id_no = Field(surface, "法人（负责人）证件号码").control
        self.province = surface.locator(seen("of_two", ["所属地市", "first"]))
        self.city = surface.locator(seen("of_two", ["所属地市", "last"]))
        self.user = Field(surface, "用户名").control
        self.password = Field(surface, "密码").control
        self.repeated_password = Field(surface, "确认密码").control
        self.mobile = Field(surface, "手机").control
        self.register_button = button(surface, "注册")
        self.landmark = self.register_button

    @classmethod
    def open(cls, login_page: LoginPage) -> Self:
        """Press 立即注册 in the log-in box."""
        return login_page.open_window(login_page.register_link, to=cls)

    def look_up(self, org_code: str) -> Self:
        """Type 组织机构代码 and go to the next field; the portal says whether it knows the code."""
        with self.needing_one():
            self.org_code.fill(org_code)
        self.send(self.name, request=carries(org_code))
        return self

    def look_up_uscc(self, uscc: str) -> Self:
        """Type 统一社会信用代码 and go to the next field; the portal looks it up too."""
        with self.needing_one():
            self.uscc.fill(uscc)
        self.send(self.name, request=carries(uscc))
        return self

    def chosen(self) -> tuple[str, str, str]:
        """Return what is chosen for 证件类型, and for province and city of 所属地市."""
        return choice_of(self.id_type), choice_of(self.province), choice_of(self.city)

    def register(self, registration: Registration) -> "RegisteredPage":
        """Fill in 企业基本信息 and press 注册.

        Raises:
            PortalRefused: the portal's words say why; nothing is registered.
        """
        with self.needing_one():
            self.uscc.fill(registration.uscc)
            self.org_code.fill(registration.org_code)
            self.name.fill(registration.name)
            self.legal_name.fill(registration.legal_name)
            choose(self.id_type, registration.id_type)
            self.id_no.fill(registration.id_no)
            choose(self.city, registration.city)
            self.user.fill(registration.user)
            enter_secret(self.password, registration.password)
            enter_secret(self.repeated_password, registration.repeated_password)
            self.mobile.fill(registration.mobile)
        return self.ask(self.register_button, to=RegisteredPage)


class RegisteredPage(Screen):
    """注册成功."""

    def __init__(self, surface: Page) -> None:
        super().__init__(surface)
        self.landmark = text(surface, "注册成功")


class RecoveryPage(Screen):
    """请选择账号类型, then 请选择找回密码方式 or 请选择找回用户名方式."""

    surface: Page
    lists = ("choices",)

    def __init__(self, surface: Page) -> None:
        super().__init__(surface)
        self.enterprise_account = button(surface, "企业账号")
        self.operator_account = button(surface, "操作员账号")
        self.phone = button(surface, "可验证绑定的手机号")
        self.bank = button(surface, "企业实名认证")
        self.review = button(surface, "人工资料审核")
        self.choices = self.enterprise_account.or_(self.phone).or_(self.bank).or_(self.review)
        self.landmark = phrase(surface, CHOOSE)

    @classmethod
    def open(cls, login_page: LoginPage, lost: str) -> Self:
        """Press 忘记密码 or 忘记用户名 in the log-in box."""
        return login_page.open_window(login_page.recovery_link(lost), to=cls)

    def choose_enterprise_account(self) -> Self:
        """Press 企业账号."""
        self.press(self.enterprise_account, to=RecoveryPage)
        return self

    def choose_operator_account(self) -> Self:
        """Press 操作员账号."""
        self.press(self.operator_account, to=RecoveryPage)
        return self

    def by_phone(self) -> "PhonePage":
        """Press 可验证绑定的手机号."""
        return self.press(self.phone, to=PhonePage)

    def by_bank(self) -> "BankPage":
        """Press 企业实名认证."""
        return self.press(self.bank, to=BankPage)

    def by_review(self) -> "ReviewPage":
        """Press 人工资料审核."""
        return self.press(self.review, to=ReviewPage)


class ResetPage(Screen):
    """设置新密码, once the enterprise has proven who it is."""

    surface: Page
    controls = ("password", "repeated_password", "ok_button")

    def __init__(self, surface: Page) -> None:
        super().__init__(surface)
        self.password = Field(surface, "新密码").control
        self.repeated_password = Field(surface, "确认密码").control
        self.ok_button = button(surface, "确定")
        self.landmark = self.ok_button

    def reset(self, password: Secret, repeated_password: Secret) -> "ResetDonePage":
        """Type the new password twice and press 确定.

        Raises:
            PortalRefused: the portal's words say why; the old password stays.
        """
        enter_secret(self.password, password)
        enter_secret(self.repeated_password, repeated_password)
        return self.ask(self.ok_button, to=ResetDonePage)


class ResetDonePage(Screen):
    """密码已重置."""

    def __init__(self, surface: Page) -> None:
        super().__init__(surface)
        self.landmark = text(surface, "密码已重置")


class UserNamePage(Screen):
    """您的用户名."""

    surface: Page

    def __init__(self, surface: Page) -> None:
        super().__init__(surface)
        self.landmark = phrase(surface, USER_NAME)

    def read(self) -> str:
        """Return the user name, which stands behind these words or under them."""
        _, _, told = "\n".join(self.words()).partition(USER_NAME)
        return told.lstrip("：: \n").split("\n")[0]


class Proven(Screen):
    """The screen after a proof: 设置新密码, or 您的用户名 if the user name was lost."""

    surface: Page

    def __init__(self, surface: Page) -> None:
        super().__init__(surface)
        self.landmark = ResetPage(surface).landmark.or_(UserNamePage(surface).landmark)


class PhonePage(Screen):
    """可验证绑定的手机号: a code by SMS."""

    surface: Page
    controls = ("who", "code", "send_button", "next_button")

    def __init__(self, surface: Page) -> None:
        super().__init__(surface)
        self.who = _who(surface)
        self.code = Field(surface, "短信验证码").control
        self.send_button = button(surface, "获取验证码")
        self.hint = phrase(surface, SMS_HINT)
        self.next_button = button(surface, "下一步")
        self.landmark = self.next_button

    def ask_for_code(self, who: str) -> Self:
        """Type the enterprise's identity and press 获取验证码."""
        with self.needing_one():
            self.who.fill(who)
        self.send(self.send_button, request=carries(who))
        return self

    def verify(self, code: str) -> Proven:
        """Type the code and press 下一步.

        Raises:
            PortalRefused: the portal's words say why.
        """
        with self.needing_one():
            self.code.fill(code)
        return self.ask(self.next_button, to=Proven)


class BankPage(Screen):
    """企业实名认证: the way to the bank."""

    surface: Page
    controls = ("who", "bank_button")

    def __init__(self, surface: Page) -> None:
        super().__init__(surface)
        self.who = _who(surface)
        self.bank_button = button(surface, "去银行验证")
        self.landmark = self.bank_button

    def open_bank(self, who: str) -> "BankWindow":
        """Type the enterprise's identity and press 去银行验证; the bank opens in a new window."""
        with self.needing_one():
            self.who.fill(who)
        return self.open_window(self.bank_button, to=BankWindow)


class BankWindow(Screen):
    """The bank's page; it proves who the enterprise is and touches no money."""

    surface: Page
    controls = ("ok_button", "cancel_button")

    def __init__(self, surface: Page) -> None:
        super().__init__(surface)
        self.ok_button = button(surface, "插入ukey并确认")
        self.cancel_button = button(surface, "取消")
        self.landmark = text(surface, "企业身份验证")

    def confirm(self, asked_by: BankPage) -> Proven:
        """Press 插入ukey并确认; the window closes and the page that opened it goes on."""
        self.close_window(self.ok_button)
        return Proven(asked_by.surface).ready()

    def cancel(self) -> None:
        """Press 取消; the window closes."""
        self.close_window(self.cancel_button)


class ReviewPage(Screen):
    """人工资料审核: the application that a person reviews."""

    surface: Page
    controls = ("who", "mobile", "reason", "submit_button")

    def __init__(self, surface: Page) -> None:
        super().__init__(surface)
        self.who = _who(surface)
        self.mobile = Field(surface, "联系手机").control
        self.reason = Field(surface, "申请说明").control
        self.submit_button = button(surface, "提交")
        self.landmark = self.submit_button

    def submit(self, who: str, mobile: str, reason: str) -> "ReviewStatePage":
        """Fill in the form and press 提交.

        Raises:
            PortalRefused: the portal's words say why.
        """
        with self.needing_one():
            self.who.fill(who)
            self.mobile.fill(mobile)
            self.reason.fill(reason)
        return self.ask(self.submit_button, to=ReviewStatePage)


class ReviewStatePage(Screen):
    """The state of the review: 审核中 or 审核通过."""

    surface: Page
    controls = ("state", "refresh_link")

    def __init__(self, surface: Page) -> None:
        super().__init__(surface)
        self.state = phrase(surface, re.compile(r"^\s*审核(中|通过)\s*$"))
        self.refresh_link = button(surface, "查询进度")
        self.next_link = button(surface, "下一步")
        self.landmark = self.state

    def refresh(self) -> Self:
        """Press 查询进度."""
        self.press(self.refresh_link, to=ReviewStatePage)
        return self

    def go_on(self) -> Proven:
        """Press 下一步 after 审核通过."""
        return self.press(self.next_link, to=Proven)


def _who(surface: Surface) -> Locator:
    """Return the field for the enterprise's identity; its label depends on what was lost."""
    return Field(surface, "用户名").control.or_(Field(surface, "统一社会信用代码").control)
