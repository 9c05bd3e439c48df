"""A secret is typed where it belongs, by one call that looks and sets, or not at all."""

from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Page

from pages.errors import ForeignOrigin, SecretNotTyped
from pages.models import Secret
from pages.parts import TrustedOrigins, enter_secret

SECRET = Secret("密\"码&<'1")
FIELD = '<input id="pin" type="password">'


class Site:
    """Two origins on loopback: what each of them answers is set by the test."""

    def __init__(self, stack: ExitStack) -> None:
        self.pages: dict[str, str] = {}
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                port = self.server.server_address[1]
                name = "own" if site.own.endswith(f":{port}") else "evil"
                self.wfile.write(site.pages.get(name, "").encode())

            def log_message(self, *_: object) -> None:
                pass

        self.own, self.evil = (
            self._start(stack.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), Handler)))
            for _ in range(2)
        )

    def _start(self, server: ThreadingHTTPServer) -> str:
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """The two origins."""
    with ExitStack() as stack:
        yield Site(stack)


@pytest.fixture
def tab(page: Page, site: Site) -> Page:
    """A tab that trusts the one and not the other."""
    TrustedOrigins.install(page.context, [site.own])
    return page


def value(tab: Page) -> str:
    """Return what stands in the field."""
    return str(tab.locator("#pin").input_value())


def test_a_secret_is_set_as_it_is_and_the_page_hears_of_it(tab: Page, site: Site):
    """Quotes and markup stay as they are; a page hears what it hears from a person."""
    site.pages["own"] = f"<form>{FIELD}</form>"
    tab.goto(site.own)
    tab.evaluate(
        """heard = [];
        for (const type of ["focus", "input", "change", "blur"])
            pin.addEventListener(type, () => heard.push(type + pin.value.length));"""
    )

    enter_secret(tab.locator("#pin"), SECRET)

    assert value(tab) == SECRET.reveal()
    assert tab.evaluate("heard") == ["focus0", "input7", "change7", "blur7"]


@pytest.mark.parametrize(
    "form",
    [
        '<form action="{evil}/take">' + FIELD + "</form>",
        "<form>" + FIELD + '<button formaction="{evil}/take">登录</button></form>',
        '<form action="javascript:take()">' + FIELD + "</form>",
        '<form action="{evil}"><input name="action">' + FIELD + "</form>",
    ],
)
def test_a_form_that_goes_elsewhere_gets_nothing(tab: Page, site: Site, form: str):
    """The page is the portal's, and still the secret would end elsewhere."""
    site.pages["own"] = form.replace("{evil}", site.evil)
    tab.goto(site.own)

    with pytest.raises(ForeignOrigin):
        enter_secret(tab.locator("#pin"), SECRET)

    assert value(tab) == ""


def test_a_foreign_page_gets_nothing(tab: Page, site: Site):
    """A look-alike has the field and the words, and another origin."""
    site.pages["evil"] = FIELD
    tab.goto(site.evil)

    with pytest.raises(ForeignOrigin) as refused:
        enter_secret(tab.locator("#pin"), SECRET)

    assert refused.value.origins == (site.evil,)
    assert value(tab) == ""


@pytest.mark.parametrize("around", ["own", "evil"])
def test_a_frame_is_judged_with_all_around_it(tab: Page, site: Site, around: str):
    """Neither a foreign frame in the portal nor the portal in a foreign frame gets anything."""
    inside = "evil" if around == "own" else "own"
    site.pages[inside] = FIELD
    site.pages[around] = f'<iframe src="{getattr(site, inside)}"></iframe>'
    tab.goto(getattr(site, around))
    field = tab.frame_locator("iframe").locator("#pin")

    with pytest.raises(ForeignOrigin) as refused:
        enter_secret(field, SECRET)

    assert refused.value.origins == (site.evil,)
    assert field.input_value() == ""


def test_without_trusted_origins_nothing_is_typed(page: Page, site: Site):
    """Whoever forgets to say what is trusted types nothing."""
    TrustedOrigins.install(page.context, [])
    site.pages["own"] = FIELD
    page.goto(site.own)

    with pytest.raises(ForeignOrigin):
        enter_secret(page.locator("#pin"), SECRET)


NO_FIELDS = [
    "",
    '<input id="pin" type="password" disabled>',
    '<input id="pin" type="password" readonly>',
    '<input id="pin" type="password" hidden>',
    '<input id="pin" type="password" style="visibility: hidden">',
    f"{FIELD}{FIELD}",
    '<input id="pin">',
    '<input id="pin" type="hidden">',
    '<textarea id="pin"></textarea>',
    '<div id="pin" contenteditable></div>',
]


@pytest.mark.parametrize("field", NO_FIELDS)
def test_a_field_that_takes_nothing_is_an_error_without_the_secret(
    tab: Page, site: Site, field: str
):
    """Nor does a field that shows what is typed, or a hidden one, get anything."""
    site.pages["own"] = field
    tab.goto(site.own)
    tab.set_default_timeout(500)
    held = "all => all.map(one => one.value ?? one.innerText).join('')"

    with pytest.raises(SecretNotTyped) as error:
        enter_secret(tab.locator("#pin"), SECRET)

    assert SECRET.reveal() not in str(error.value)
    assert error.value.__suppress_context__
    assert tab.locator("#pin").evaluate_all(held) == ""
