"""A frame is found by what it shows, however it is named and wherever it stands."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Frame, Locator, Page

from pages.errors import PortalRefused, ScreenNotReached
from pages.locators import Surface
from pages.pending import ConfirmationPage, ConfirmedDialog
from pages.screen import Screen

PIN = "<input type=password>"
IN_FRAME = f'<iframe srcdoc="{PIN}"></iframe>'
TWICE_IN = f"<iframe srcdoc='{IN_FRAME}'></iframe>"
OTHER = "<iframe srcdoc='<p>广告</p>'></iframe>"
LATE = f"""<iframe id=late></iframe>
<script>setTimeout(() => {{ late.srcdoc = "{PIN}" }}, 300)</script>"""
BY_SCRIPT = f"""<iframe srcdoc="<script>setTimeout(() => {{
    document.body.innerHTML = '{PIN}' }}, 300)</script>"></iframe>"""


def password(surface: Surface) -> Locator:
    """Return the sign that is looked for."""
    return surface.locator("input[type=password]")


def around(frame: Frame) -> Iterator[Frame]:
    """Yield the frames around a frame, from the inside out."""
    while frame.parent_frame:
        frame = frame.parent_frame
        yield frame


FORM = """<label>备注 <textarea></textarea></label><button
onclick='parent.tell()'>确认投保</button>"""
DESK = f"""<dialog open>帮助<button>知道了</button></dialog><iframe srcdoc="{FORM}"></iframe>
<script>
function tell() {{ document.body.insertAdjacentHTML("beforeend",
"<dialog open><p>SAID</p><button onclick='parentNode.remove()'>确定</button></dialog>") }}
</script>"""


def ask_in_a_frame(page: Page, said: str) -> ConfirmedDialog:
    """Press a button in a frame, whose answer comes up in the window around it."""
    page.set_default_timeout(3_000)
    page.set_content("<!doctype html>" + DESK.replace("SAID", said))
    return ConfirmationPage(page.frame_locator("iframe")).confirm()


def test_an_answer_over_the_frame_is_read(page: Page):
    """What lay there before is no answer."""
    dialog = ask_in_a_frame(page, "确认投保成功")

    assert (dialog.read(), dialog.surface) == ("确认投保成功", page)


def test_a_refusal_over_the_frame_is_told(page: Page):
    """The form is in reach again once it is closed."""
    with pytest.raises(PortalRefused) as refusal:
        ask_in_a_frame(page, "请先阅读并同意投保声明")
    form = ConfirmationPage(page.frame_locator("iframe")).close_refusal()

    assert refusal.value.messages == ("请先阅读并同意投保声明",)
    form.confirm_button.click(trial=True)


@pytest.fixture
def screen(page: Page) -> Screen:
    """A screen that waits briefly."""
    page.set_default_timeout(1_500)
    return Screen(page)


@pytest.mark.parametrize(
    ("html", "depth"),
    [
        (PIN, 0),
        (IN_FRAME, 1),
        (OTHER + IN_FRAME, 1),
        (TWICE_IN, 2),
        (LATE, 1),
        (BY_SCRIPT, 1),
        (f"<div hidden>{IN_FRAME}</div>{IN_FRAME}", 1),
        (f"<div style='visibility: hidden'>{IN_FRAME}</div>{PIN}", 0),
    ],
)
def test_the_frame_that_shows_the_sign_is_found(screen: Screen, html: str, depth: int):
    """Be it the page itself, one among others, a nested or a late one; hidden ones do not count."""
    screen.tab.set_content(html)

    frame = screen.frame_with(password)

    assert password(frame).filter(visible=True).count() == 1
    assert len(list(around(frame))) == depth


@pytest.mark.parametrize("html", ["", OTHER, IN_FRAME + IN_FRAME, PIN + IN_FRAME, PIN + PIN])
def test_no_frame_is_chosen_from_several_and_none_is_made_up(screen: Screen, html: str):
    """Where a person would have to guess, the screen is named instead."""
    screen.tab.set_content(html)

    with pytest.raises(ScreenNotReached):
        screen.frame_with(password)
