"""A scenario whose browser dies; in a process of its own, since all that follow would fail too."""

from pathlib import Path

from playwright.sync_api import Page
from pytest_bdd import given, scenarios, when

from pages.login import LoginPage

scenarios("crash.feature", features_base_dir=str(Path(__file__).parent))


@given("企业正在首页")
def on_the_home_page(login_page: LoginPage) -> None:
    assert login_page.landmark.is_visible()


@when("浏览器崩溃")
def browser_crashes(page: Page) -> None:
    assert page.context.browser
    page.context.browser.new_browser_cdp_session().send("Browser.crash")
    page.title()
