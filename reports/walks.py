"""The guide's way through the mock portal, stopping at each screen that is worth a picture."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, ViewportSize

from fixtures.people import CONTACT
from fixtures.portal import MockState
from pages.card import CardLoginPage
from pages.desk import DeskPage
from pages.entry import Entrance, HomePage
from pages.errors import LoginRefused, PortalRefused, SessionLost
from pages.login import LoginPage
from pages.models import Secret
from pages.pending import ConfirmationPage
from pages.profile import GUANGDONG, NATIONAL, PortalProfile
from pages.registration import RecoveryPage, RegistrationPage
from pages.screen import Screen

VIEWPORT = ViewportSize(width=1280, height=800)
TALL = ViewportSize(width=1280, height=980)  # holds the whole form


@dataclass(frozen=True, slots=True)
class Visit:
    """An enterprise made for one walk, and the browser context of that walk."""

    portal_url: str
    state: MockState
    context: BrowserContext

    def open_portal(self, profile: PortalProfile = GUANGDONG) -> LoginPage:
        """Open the home page."""
        return LoginPage.open(self.context.new_page(), self.portal_url, profile)

    def open(self, path: str) -> Screen:
        """Open a page of the portal that has no page object."""
        tab = self.context.new_page()
        tab.goto(self.portal_url + path)
        return Screen(tab)

    def log_in(self, profile: PortalProfile = GUANGDONG) -> HomePage:
        """Log in with 账号登录."""
        login_page = self.open_portal(profile)
        captcha = self.state.read_captcha(login_page.captcha)
        enterprise = self.state.enterprise
        return login_page.log_in(enterprise.account, enterprise.password, captcha)


Stops = Iterator[tuple[str, Screen]]  # the name of a picture, and the screen that it shows


def log_in(visit: Visit) -> Stops:
    """Look at the three boxes of the home page; log in once with a wrong password."""
    login_page = visit.open_portal()
    yield "login", login_page
    captcha = visit.state.read_captcha(login_page.captcha)
    with pytest.raises(LoginRefused, match="密码错误"):
        login_page.log_in(visit.state.enterprise.account, Secret("wrong"), captcha)
    yield "login-refused", login_page
    yield "login-card", CardLoginPage.open(login_page)
    yield "login-local", login_page.open_local()


def install_card_control(visit: Visit) -> Stops:
    """Ask for 卡介质 where no control is installed."""
    yield "card-download", CardLoginPage.install(visit.open_portal())


def meet_maintenance(visit: Visit) -> Stops:
    """Open the home page while the portal is under maintenance."""
    visit.state.set_faults({"id": "maintenance"})
    yield "maintenance", visit.open(GUANGDONG.home)


def register(visit: Visit) -> Stops:
    """Type a code that the portal knows already."""
    page = RegistrationPage.open(visit.open_portal())
    page.look_up(visit.state.enterprise.org_code)
    page.answer(page.code_hint)
    yield "registration", page


def recover_password(visit: Visit) -> Stops:
    """Go the three ways of 忘记密码, and to the end of the bank's."""
    account = visit.state.enterprise.account
    login_page = visit.open_portal()
    yield "recovery-account", RecoveryPage.open(login_page, "忘记密码")
    ways = _recovery_ways(login_page, "忘记密码")
    yield "recovery-way", ways
    phone = ways.by_phone().ask_for_code(account)
    phone.answer(phone.hint)
    yield "recovery-phone", phone
    bank_page = _recovery_ways(login_page, "忘记密码").by_bank()
    bank = bank_page.open_bank(account)
    yield "recovery-bank", bank
    yield "recovery-reset", bank.confirm(bank_page)
    review = _recovery_ways(login_page, "忘记密码").by_review()
    yield "recovery-review", review
    yield "recovery-review-state", review.submit(account, CONTACT.mobile, "手机号已停用")


def recover_user_name(visit: Visit) -> Stops:
    """Get the user name back through the bank."""
    bank_page = _recovery_ways(visit.open_portal(), "忘记用户名").by_bank()
    bank = bank_page.open_bank(visit.state.enterprise.uscc)
    yield "recovery-user-name", bank.confirm(bank_page)


def _recovery_ways(login_page: LoginPage, lost: str) -> RecoveryPage:
    return RecoveryPage.open(login_page, lost).choose_enterprise_account()


def enter(visit: Visit) -> Stops:
    """Walk the menu to the desk; meet its announcement, then a lost session."""
    home = visit.log_in().expand_local_apps()
    yield "home", home
    desk = home.open_desk()
    yield "desk", desk
    visit.state.set_faults({"id": "announcement"})
    home.expand_local_apps()
    entrance = home.open_window(home.online_application, to=Entrance)
    entrance.answer(DeskPage(entrance.surface).announcement)
    yield "announcement", entrance
    visit.state.set_faults({"id": "session_lost"})
    with pytest.raises(SessionLost):
        desk.open_pending()
    yield "session-lost", desk


def enter_from_the_national_home(visit: Visit) -> Stops:
    """Walk the menu of 国标版."""
    yield "national-home", visit.log_in(NATIONAL).expand_local_apps()


def bind(visit: Visit) -> Stops:
    """Enter for the first time."""
    binding = visit.log_in().open_binding()
    yield "binding", binding
    yield "quick-registration", binding.open_quick_registration()


def confirm(visit: Visit) -> Stops:
    """Open policies of 待确认; leave out a field, then the tick, then nothing."""
    first, second, *_ = visit.state.ledger()
    desk = visit.log_in().open_desk()
    pending = desk.open_pending()
    yield "pending", pending
    form = pending.process(first)
    form.tab.set_viewport_size(TALL)
    yield "form", form
    form.tab.set_viewport_size(VIEWPORT)
    _confirm_in_vain(form, "必填项")
    yield "field-missing", form
    _confirm_in_vain(form.fill_contact(CONTACT), "投保声明")
    yield "declaration-missing", form
    form = desk.open_pending().process(second)
    yield "confirmed", form.fill_contact(CONTACT).accept_declaration().confirm()


def _confirm_in_vain(form: ConfirmationPage, words: str) -> None:
    with pytest.raises(PortalRefused, match=words):
        form.confirm()


def look_up_policies(visit: Visit) -> Stops:
    """Let the insurer decide, and read it in 保单查询."""
    visit.state.add_confirmed_policies(5)
    underwritten, returned, refused, *_ = visit.state.ledger()
    visit.state.decide(underwritten, "underwritten", reason="同意承保（模拟）")
    visit.state.decide(returned, "returned", reason="请核对联系方式（模拟）")
    visit.state.decide(refused, "refused", reason="不符合承保条件（模拟）")
    policies = visit.log_in().open_desk().open_policies()
    yield "policies", policies
    policies.first_day.open()
    yield "policies-date", policies
    yield "insurer", visit.open("/insurer/")


Walk = Callable[[Visit], Stops]
WALKS: tuple[tuple[Walk, Mapping[str, Any]], ...] = (  # each with the properties of its enterprise
    (log_in, {}),
    (install_card_control, {"card": "card_not_installed"}),
    (meet_maintenance, {}),
    (register, {}),
    (recover_password, {}),
    (recover_user_name, {}),
    (enter, {}),
    (enter_from_the_national_home, {"edition": "national"}),
    (bind, {"bound": False}),
    (confirm, {"pending": 23}),
    (look_up_policies, {}),
)
