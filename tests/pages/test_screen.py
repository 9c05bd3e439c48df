"""Waiting: a late landmark is awaited, and an old message is never taken for a new one."""

from collections.abc import Callable
from functools import partial

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator, Page, Route

from pages.errors import PortalRefused, ScreenNotReached, SessionLost
from pages.locators import Surface
from pages.parts import DialogLog
from pages.screen import Screen

SITE = "http://portal.test"
LATER = (
    "<script>setTimeout(() => document.body.insertAdjacentHTML('beforeend', `{}`), 300)</script>"
)
TIP = "<div class='layui-layer-tips'><div class='layui-layer-content'>{}</div></div>"
DONE = "<div class='layui-layer-dialog'><i class='layui-layer-ico1'>✓</i></div>"
ANSWER = "() => document.body.insertAdjacentHTML('beforeend', '<h1>there</h1>')"

Site = Callable[..., Page]


class Here(Screen):
    """A screen with one button."""

    def __init__(self, surface: Surface) -> None:
        super().__init__(surface)
        self.button = surface.get_by_role("button", name="go")
        self.landmark = self.button


class There(Screen):
    """The screen that the button leads to."""

    def __init__(self, surface: Surface) -> None:
        super().__init__(surface)
        self.landmark = surface.locator("h1")


class Answer(Screen):
    """What comes up over the screen that was asked."""

    def __init__(self, surface: Surface) -> None:
        super().__init__(surface)
        self.landmark = surface.locator(".layui-layer-ico1")


@pytest.fixture
def site(page: Page) -> Site:
    """Serve pages by their paths, and open the first."""

    def serve(**pages: str) -> Page:
        for path, html in pages.items():
            page.context.route(f"{SITE}/{path}", partial(_answer, html))
        page.context.set_default_timeout(2_000)
        page.goto(f"{SITE}/{next(iter(pages))}")
        return page

    return serve


def _answer(html: str, route: Route) -> None:
    route.fulfill(content_type="text/html; charset=utf-8", body=html)


def link(to: str, more: str = "") -> str:
    """Return a page whose button loads another one."""
    return f"<button onclick=\"location.href='{to}'\">go</button>{more}"


def test_press_waits_for_a_landmark_that_comes_late(site: Site):
    """The document is there first, what it shows comes by script."""
    page = site(here=link("there"), there=LATER.format("<h1>there</h1>"))

    screen = Here(page).press(Here(page).button, to=There)

    assert screen.landmark.inner_text() == "there"


@pytest.mark.parametrize(
    ("opens", "frame"),
    [("location.href = 'late'", None), ("document.querySelector('iframe').src = 'late'", "iframe")],
)
def test_a_screen_is_ready_when_its_script_is_there(site: Site, opens: str, frame: str | None):
    """A button that is pressed before its script has come does nothing."""
    page = site(
        start="<iframe></iframe>",
        late="<script>setTimeout(() => fetch('release'), 300)</script>"
        "<button id=button>go</button><script src='script'></script>",
    )
    held: list[Route] = []
    page.route(f"{SITE}/script", lambda route: held.append(route))
    page.route(f"{SITE}/release", lambda _: held[0].fulfill(body=f"button.onclick = {ANSWER}"))
    page.evaluate(f"() => {{ {opens} }}")

    here = Here(page.frame_locator(frame) if frame else page).ready()
    there = here.ask(here.button, to=There)

    assert there.landmark.inner_text() == "there"


def test_press_does_not_take_the_old_landmark_for_the_new_one(site: Site):
    """Both screens have a heading; the refusal of the new document counts."""
    page = site(here=link("there", "<h1>old</h1>"), there=LATER.format(TIP.format("不行")))

    with pytest.raises(PortalRefused) as refusal:
        Here(page).press(Here(page).button, to=There)

    assert refusal.value.messages == ("不行",)


def test_press_does_not_take_the_old_message_for_the_new_one(site: Site):
    """A message on the document that is left has nothing to say about the next."""
    page = site(here=link("there", TIP.format("旧")), there="<h1>there</h1>")

    assert Here(page).press(Here(page).button, to=There).landmark.is_visible()


def test_a_hidden_sign_does_not_stand_in_the_way_of_a_visible_one(site: Site):
    """The landmark is in the document but hidden; the refusal behind it is what counts."""
    page = site(here=link("there"), there=f"<h1 hidden>there</h1>{TIP.format('不行')}")

    with pytest.raises(PortalRefused):
        Here(page).press(Here(page).button, to=There)


def test_press_works_inside_a_frame(site: Site):
    """A screen does not care whether a tab or a frame shows it."""
    page = site(desk="<iframe src=here></iframe>", here=link("there"), there="<h1>there</h1>")
    frame = page.frame_locator("iframe")

    assert Here(frame).press(Here(frame).button, to=There).landmark.inner_text() == "there"


def test_a_screen_that_does_not_come_is_named(site: Site):
    """Neither landmark nor refusal: the error names the screen and where the tab stands."""
    page = site(here=link("there"), there="<p>elsewhere</p>")

    with pytest.raises(ScreenNotReached) as error:
        Here(page).press(Here(page).button, to=There)

    assert (error.value.screen, error.value.url) == ("There", f"{SITE}/there")


def test_the_login_box_in_place_of_a_screen_is_a_lost_session(site: Site):
    """The portal leads home who has no session; that is told apart from a slow screen."""
    page = site(here=link("there"), there="<iframe id=loginIframe1></iframe>")

    with pytest.raises(SessionLost):
        Here(page).press(Here(page).button, to=There)


def test_ask_waits_for_an_answer_that_comes_late(site: Site):
    """The answer comes up in place, after a while."""
    later = f"setTimeout(() => document.body.insertAdjacentHTML('beforeend', `{DONE}`), 300)"
    page = site(here=f'<button onclick="{later}">go</button>')

    assert Here(page).ask(Here(page).button, to=Answer).landmark.count() == 1


def test_ask_does_not_take_a_fading_tip_for_the_answer(site: Site):
    """A tip of an earlier press is waited out before the button is pressed again."""
    remove = "document.querySelector('.layui-layer-tips').remove()"
    fade = f"<script>setTimeout(() => {remove}, 500)</script>"
    show = f"document.body.insertAdjacentHTML('beforeend', `{DONE}`)"
    page = site(here=f'<button onclick="{show}">go</button>{TIP.format("旧")}{fade}')

    assert Here(page).ask(Here(page).button, to=Answer).landmark.count() == 1


def test_ask_gives_the_words_of_a_refusal(site: Site):
    """What the portal says is handed on verbatim."""
    show = f"document.body.insertAdjacentHTML('beforeend', `{TIP.format('此项为必填项')}`)"
    page = site(here=f'<button onclick="{show}">go</button>')

    with pytest.raises(PortalRefused) as refusal:
        Here(page).ask(Here(page).button, to=Answer)

    assert refusal.value.messages == ("此项为必填项",)


def test_send_returns_the_answer_to_its_own_request(site: Site):
    """Another answer that comes first is not taken for it."""
    page = site(here="<button onclick=\"fetch('other'); fetch('mine')\">go</button>", mine="1")
    page.route(f"{SITE}/other", lambda route: route.fulfill(status=500))

    answer = Here(page).send(Here(page).button, lambda one: one.url.endswith("/mine"))

    assert answer.status == 200


def test_send_hands_on_what_a_native_dialog_said(site: Site):
    """A check in the browser says no at once; nothing is sent and the words are kept."""
    page = site(here="<button onclick=\"alert('密码不允许为空')\">go</button>")

    with pytest.raises(PortalRefused) as refusal:
        Here(page).send(Here(page).button, lambda _: True)

    assert refusal.value.messages == ("密码不允许为空",)


class LateClick:
    """A control whose click ends when the page has already said something."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def click(self) -> None:
        """Click, and wait for the dialog."""
        with self._page.expect_event("dialog"):
            Here(self._page).button.click()


def test_what_a_page_says_after_the_answer_is_no_check_in_the_browser(site: Site):
    """The request was sent and answered; the dialog is the next screen's."""
    page = site(
        here="<button onclick=\"fetch('mine').then(() => alert('x'))\">go</button>", mine=""
    )

    answer = Here(page).send(LateClick(page), lambda one: one.url.endswith("/mine"))

    assert answer.status == 200
    assert DialogLog.of(page).take() == ("x",)


def test_of_dialogs_without_end_the_first_are_kept_and_of_each_its_beginning(site: Site):
    """A page cannot make the log grow; what it said first is what is told."""
    page = site(here="<button>go</button>")

    page.evaluate("for (let i = 0; i < 30; i++) alert(i + 'x'.repeat(10_000))")
    kept = DialogLog.of(page).take()

    assert [message[:3].rstrip("x") for message in kept] == [str(one) for one in range(20)]
    assert {len(message) for message in kept} == {500}
    assert DialogLog.of(page).take() == ()


def test_a_menu_that_folds_again_is_pointed_at_again(site: Site):
    """What moved under the pointer has closed it; a person points once more."""
    script = "this.seen = (this.seen || 0) + 1; item.hidden = this.seen < 2"
    page = site(here=f"<a onmousemove='{script}'>menu</a><b id='item' hidden>item</b>")

    Here(page).unfold(page.get_by_text("menu"), page.get_by_text("item"))

    assert page.get_by_text("item").is_visible()


def test_a_menu_that_does_not_unfold_is_told(site: Site):
    """The screen is named."""
    page = site(here="<a>menu</a><b id='item' hidden>item</b>")

    with pytest.raises(ScreenNotReached):
        Here(page).unfold(page.get_by_text("menu"), page.get_by_text("item"))


@pytest.fixture
def window(site: Site) -> Here:
    """Open a window over the page; its button closes it."""
    page = site(here=link("there"), window="<button onclick='window.close()'>go</button>")
    with page.expect_popup() as opened:
        page.evaluate("void open('window')")
    return Here(opened.value).ready()


def test_a_window_may_close_before_the_click_has_ended(
    window: Here, monkeypatch: pytest.MonkeyPatch
):
    """A browser that closes a window fast says so in place of the end of the click."""
    click = Locator.click

    def cut_short(control: Locator) -> None:
        click(control)
        raise PlaywrightError("Target page, context or browser has been closed")

    monkeypatch.setattr(Locator, "click", cut_short)

    window.close_window(window.button)

    assert window.tab.is_closed()


def test_a_window_that_stays_open_is_told(window: Here):
    """A button that closes nothing is not waited for without end."""
    window.button.evaluate("button => { button.onclick = null }")

    with pytest.raises(ScreenNotReached):
        window.close_window(window.button)
