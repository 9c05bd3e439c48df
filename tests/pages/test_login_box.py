"""The log-in box is known by what it asks for, and a password ends in its password field alone."""

from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qsl

import pytest
from playwright.sync_api import Page

from pages.card import CardLoginPage
from pages.errors import ForeignOrigin, LoginRefused, PortalError, ScreenNotReached, SecretNotTyped
from pages.login import LoginPage
from pages.models import Secret
from pages.parts import TrustedOrigins

PASSWORD = Secret("Geheim-1")
PICTURE = "<img width=90 height=30 src='/code?r=7'>"
BUTTON = "<button>登录</button>"
HEAD = "<form method=post action=/any/where>"
BOX = f"""{HEAD}<p id=msg>MESSAGE</p>
<p><input name=user placeholder=请输入用户名></p>
<p><input name=password type=password placeholder=请输入密码></p>
<p><input name=code placeholder=请输入验证码>{PICTURE}</p>{BUTTON}</form>"""
LABELS = f"""{HEAD}<table>
<tr><td>用 户 名：<td><input name=user></tr>
<tr><td>密&nbsp;&nbsp;码：<td><input name=password type=password></tr>
<tr><td>＊验证码<td><input name=code><td>{PICTURE}</tr></table>{BUTTON}</form><div>MESSAGE</div>"""
IN_ORDER = f"""{HEAD}<label>验证码 <input name=code></label>{PICTURE}
<label>用户名 <input name=user></label><label>密码 <input type=password name=password></label>
{BUTTON}<b>MESSAGE</b></form>"""
FRAME = "<iframe src=/box width=400 height=300></iframe>"
TABS = "<p><button>账号登录</button><button>卡介质</button><button>本地登录</button></p>"
HOME = "<p>欢迎您，某企业 <a href=/>退出</a></p>"
ARRIVED = "<script>top.location = '/home'</script>"
SEARCH = "<form action=/search><input name=q placeholder=请输入关键字><button>搜索</button></form>"
ADVERT = "<iframe src=/advert width=300 height=200></iframe>"
HIDDEN = f"<div style='display: none'>{BOX.replace('MESSAGE', '')}</div>"
CANVAS = "<canvas width=90 height=30></canvas>"
PAINTED = "<div style='width: 90px; height: 30px; background: url(/code?r=7)'></div>"


class Portal:
    """A portal on loopback that keeps what is sent, and lets in who types the captcha `good`."""

    def __init__(self, stack: ExitStack) -> None:
        self.pages: dict[str, str] = {}
        self.sent: list[dict[str, str]] = []
        self.own, self.foreign = (self._start(stack) for _ in range(2))

    def _start(self, stack: ExitStack) -> str:
        portal = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._show(portal.pages.get(self.path.partition("?")[0], ""))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                portal.sent.append(dict(parse_qsl(body)))
                if portal.sent[-1].get("code") == "good":
                    self.send_response(302)
                    self.send_header("Location", "/arrived")
                    self.end_headers()
                else:
                    path = "/box" if "/box" in portal.pages else "/"
                    self._show(portal.pages[path].replace("MESSAGE", "2验证码错误请重新输入"))

            def _show(self, page: str) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(page.replace("MESSAGE", "").encode())

            def log_message(self, *_: object) -> None:
                pass

        server = stack.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"


@pytest.fixture(scope="module")
def servers() -> Iterator[Portal]:
    """Two origins that answer for the whole module."""
    with ExitStack() as stack:
        yield Portal(stack)


@pytest.fixture
def portal(servers: Portal, page: Page) -> Portal:
    """A portal that has nothing to show yet, and that the tab trusts."""
    page.context.set_default_timeout(2_000)
    TrustedOrigins.install(page.context, [servers.own])
    servers.sent.clear()
    servers.pages = {"/home": HOME, "/arrived": ARRIVED}
    return servers


def opened(portal: Portal, page: Page, home: str, box: str = "") -> LoginPage:
    """Open a home page with this log-in box in its frame."""
    portal.pages["/index.action"] = portal.pages["/"] = home
    if box:
        portal.pages["/box"] = box
    return LoginPage.open(page, portal.own)


SURVIVED = {
    "healthy": (TABS + FRAME, BOX),
    "labels": (TABS + FRAME, LABELS),
    "longer prompts": (TABS + FRAME, BOX.replace("请输入", "请在此输入您的")),
    "shorter prompts": (TABS + FRAME, BOX.replace("请输入", "")),
    "another order": (TABS + FRAME, IN_ORDER),
    "in the page itself": (TABS + BOX, ""),
    "in the page, with a search": (SEARCH + TABS + BOX, ""),
    "beside an advertisement": (TABS + ADVERT + FRAME + ADVERT, BOX),
    "nested": (TABS + "<iframe src=/outer width=500 height=400></iframe>", BOX),
    "beside a hidden copy": (TABS + HIDDEN + FRAME, BOX),
    "with a hidden copy": (TABS + FRAME, HIDDEN + BOX),
    "as a link": (
        TABS + FRAME,
        BOX.replace(BUTTON, "<a href='javascript:document.forms[0].submit()'>登 录</a>"),
    ),
    "as an input": (TABS + FRAME, BOX.replace(BUTTON, "<input type=submit value=登陆>")),
    "a canvas": (TABS + FRAME, BOX.replace(PICTURE, CANVAS)),
    "a background": (TABS + FRAME, BOX.replace(PICTURE, PAINTED)),
    "an icon beside it": (
        TABS + FRAME,
        BOX.replace(PICTURE, f"{PICTURE}<img width=16 height=16 src=/renew>"),
    ),
    "a message elsewhere": (TABS + FRAME, BOX.replace("MESSAGE", "") + "<h5>MESSAGE</h5>"),
}


@pytest.mark.parametrize("name", SURVIVED)
def test_a_redrawn_box_takes_the_log_in(portal: Portal, page: Page, name: str):
    """What is typed ends in its field; the portal's words are read, and then its home page."""
    home, box = SURVIVED[name]
    portal.pages["/outer"] = FRAME
    login = opened(portal, page, home, box)

    with pytest.raises(LoginRefused) as refused:
        login.log_in("wir", PASSWORD, "wrong")
    with pytest.raises(LoginRefused) as again:
        login.log_in("wir", PASSWORD, "wrong")
    name_shown = login.log_in("wir", PASSWORD, "good").enterprise_name()

    typed = {"user": "wir", "password": PASSWORD.reveal()}
    assert portal.sent == [typed | {"code": code} for code in ("wrong", "wrong", "good")]
    assert (refused.value.is_captcha, again.value.is_captcha, name_shown) == (True, True, "某企业")


@pytest.mark.parametrize("name", SURVIVED)
def test_the_picture_beside_the_field_is_shown_to_a_person(portal: Portal, page: Page, name: str):
    """However it is drawn, it is as large as the captcha."""
    home, box = SURVIVED[name]
    portal.pages["/outer"] = FRAME

    picture = opened(portal, page, home, box).captcha.image.bounding_box()

    assert picture
    assert (round(picture["width"]), round(picture["height"])) == (90, 30)


TWO_BOXES = {
    "two frames": (FRAME + FRAME, BOX),
    "the page and a frame": (BOX + FRAME, BOX),
    "twice in a frame": (FRAME, BOX + BOX),
}


@pytest.mark.parametrize("name", TWO_BOXES)
def test_between_two_boxes_nobody_chooses(portal: Portal, page: Page, name: str):
    """Which of them is the portal's is for a person to say."""
    with pytest.raises(ScreenNotReached):
        opened(portal, page, *TWO_BOXES[name])


def test_a_foreign_box_beside_the_own_is_not_chosen_between(portal: Portal, page: Page):
    """A look-alike of another origin counts as a second one."""
    decoy = f"<iframe src='{portal.foreign}/box' width=400 height=300></iframe>"

    with pytest.raises(ScreenNotReached):
        opened(portal, page, FRAME + decoy, BOX)


def test_a_foreign_box_alone_gets_nothing(portal: Portal, page: Page):
    """It is found, and the password stays here."""
    decoy = f"<iframe src='{portal.foreign}/box' width=400 height=300></iframe>"
    login = opened(portal, page, decoy, BOX)

    with pytest.raises(ForeignOrigin):
        login.log_in("wir", PASSWORD, "good")

    assert portal.sent == []


UNSAFE = {
    "the password is shown": BOX.replace("type=password", "type=text"),
    "the label of the password stands at the user name": BOX.replace(
        "placeholder=请输入用户名", "aria-label=密码"
    ).replace("placeholder=请输入密码", ""),
    "no user name": BOX.replace("请输入用户名", "请输入邮箱"),
    "two user names": BOX.replace(BUTTON, f"<input placeholder=用户名>{BUTTON}"),
    "two buttons": BOX.replace(BUTTON, f"{BUTTON}<p><button>登录</button></p>"),
    "two captchas": BOX.replace(BUTTON, f"<input placeholder=验证码>{BUTTON}"),
}


@pytest.mark.parametrize("name", UNSAFE)
def test_a_box_that_is_not_understood_sends_nothing(portal: Portal, page: Page, name: str):
    """Neither is another control pressed, nor does another field get the password."""
    portal.pages["/box"] = UNSAFE[name]

    with pytest.raises((ScreenNotReached, SecretNotTyped)):
        opened(portal, page, TABS + FRAME).log_in("wir", PASSWORD, "good")

    assert portal.sent == []
    for frame in page.frames:
        shown = frame.locator("input:not([type=password])")
        assert PASSWORD.reveal() not in shown.evaluate_all("all => all.map(one => one.value)")


SWITCH = """<script>
for (const tab of document.querySelectorAll("p button")) tab.onclick = () => ACT;
</script>"""
LOCAL = BOX.replace("/any/where", "/local")
PIN = f"""<form><label>IC卡/Key 密码：<input type=password name=pin></label>{BUTTON}</form>"""


def test_the_account_box_is_not_taken_for_the_local_one(portal: Portal, page: Page):
    """While one frame loads the other box, the one that was there is still shown."""
    late = "setTimeout(() => { document.querySelector('iframe').src = '/local' }, 300)"
    portal.pages["/local"] = LOCAL
    login = opened(portal, page, TABS + FRAME + SWITCH.replace("ACT", late), BOX)

    local = login.open_local()

    assert local.box.locator("form").get_attribute("action") == "/local"


def test_a_tab_that_changes_nothing_opens_no_other_box(portal: Portal, page: Page):
    """The password of the local account is not for the box of the other."""
    login = opened(portal, page, TABS + FRAME, BOX)

    with pytest.raises(ScreenNotReached):
        login.open_local()


@pytest.mark.parametrize("place", ["another frame", "the same frame", "the page"])
def test_the_card_is_asked_for_by_the_box_with_its_pin(portal: Portal, page: Page, place: str):
    """Wherever it comes up, and not by the box with the password of an account."""
    act = {
        "another frame": "document.body.insertAdjacentHTML('beforeend', `FRAME`)",
        "the same frame": "document.querySelector('iframe').src = '/card'",
        "the page": f"document.body.insertAdjacentHTML('beforeend', `{PIN}`)",
    }[place].replace("FRAME", FRAME.replace("/box", "/card"))
    portal.pages["/card"] = PIN
    login = opened(portal, page, TABS + FRAME + SWITCH.replace("ACT", act), BOX)

    card = CardLoginPage.open(login)

    assert card.pin.get_attribute("name") == "pin"
    assert card.login_button.count() == 1


def test_the_account_box_is_not_asked_for_a_pin(portal: Portal, page: Page):
    """Where no box asks for the PIN, it is typed nowhere."""
    login = opened(portal, page, TABS + FRAME, BOX)

    with pytest.raises(PortalError):
        CardLoginPage.open(login)
