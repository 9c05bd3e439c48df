"""The one base of all screens, and the only place that waits."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import reduce
from itertools import pairwise
from typing import ClassVar, Self, TypeVar
from urllib.parse import quote, quote_plus, urlsplit

from playwright.sync_api import ElementHandle, Frame, Locator, Page, Response
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from pages.errors import PortalRefused, ScreenNotReached, SessionLost
from pages.locators import Surface, script, seen
from pages.parts import DialogLog, Files, Layer
from pages.reading import facts_of, lines_of, outline_of, text_of

S = TypeVar("S", bound="Screen")
T = TypeVar("T")
UNFOLDING_MS = 1_000
LOOKING_MS = 200
COVER = "#c3ccd6"  # over personal data in a picture
TWICE = "strict mode violation"  # Playwright's words for two parts where one is due
NEED = re.compile(r"seen=\[([^]]*)")  # what was looked for
PUNCTUATION = str.maketrans("", "", '\\"[]{},')


class Screen:
    """One screen of the portal; making one touches nothing in the browser.

    Its contract (pages/contract.py) names the attributes that must match the real page.
    """

    controls: ClassVar[tuple[str, ...]] = ()  # each exactly once on the page
    lists: ClassVar[tuple[str, ...]] = ()  # each at least once on the page
    columns: ClassVar[Mapping[str, tuple[str, ...]]] = {}  # headings of each table
    wordings: ClassVar[Mapping[str, str]] = {}  # digest of each text
    landmark: Locator  # visible if, and only if, this screen is shown
    refusal: Locator  # visible if the portal says no on this screen

    def __init__(self, surface: Surface) -> None:
        self.surface = surface
        self.personal: tuple[Locator, ...] = ()  # covered in a picture
        self.refusal = Layer(surface).refusal
        self.login_box = surface.locator(seen("login"))
        self.dialog_over = surface.locator(seen("over"))  # in the window around the frame

    @property
    def tab(self) -> Page:
        """The browser tab around this screen."""
        match self.surface:
            case Page():
                return self.surface
            case Frame():
                return self.surface.page
        return self.surface.owner.page

    def ready(self) -> Self:
        """Wait until this screen is shown with its scripts, and return it.

        Raises:
            PortalRefused: the portal shows a message instead.
            SessionLost: the portal shows the log-in box instead.
            ScreenNotReached: none of these came in time.
        """
        others = self.refusal.or_(self.login_box).or_(self.dialog_over).filter(visible=True)
        signs = self.landmark.filter(visible=True).or_(others)
        with self._in_time(type(self)):
            self._wait_for(signs.first)
        if others.count():
            self._expect_no_refusal(self.refusal)
            if self.shows(self.dialog_over):
                self._expect_no_refusal(Layer(self.tab).refusal)
                return self.over(self.tab)
            if self.login_box.count() and not self.landmark.filter(visible=True).count():
                raise SessionLost(self.tab.url)
            return self.appear()  # what ended the wait has gone, or said nothing
        return self

    @staticmethod
    def _expect_no_refusal(refusal: Locator) -> None:
        # one by one: a script for all of them runs where nothing was remembered
        if said := [text_of(one) for one in refusal.filter(visible=True).all()]:
            raise PortalRefused(said)

    def over(self, window: Page) -> Self:
        """Return this screen as a dialog of the window around its frame.

        Raises:
            ScreenNotReached: it is none.
        """
        raise ScreenNotReached(type(self).__name__, window.url)

    def appear(self) -> Self:
        """Wait until this screen is shown with its scripts; a log-in box does not end the wait.

        Raises:
            ScreenNotReached: it did not come in time.
        """
        with self._in_time(type(self)):
            self._wait_for(self.landmark.filter(visible=True))
        return self

    def loaded(self) -> Self:
        """Wait until every frame of the tab has loaded, with its pictures, and return this screen.

        Raises:
            ScreenNotReached: it took too long.
        """
        with self._in_time(type(self)):
            for frame in self.tab.frames:
                frame.wait_for_load_state()
        return self

    def wait_while(self, busy: Locator) -> None:
        """Wait until the portal no longer shows that it is busy.

        Raises:
            ScreenNotReached: it is busy for too long.
        """
        self.until(lambda: None if self.shows(busy) else True)

    @staticmethod
    def shows(part: Locator) -> bool:
        """Tell whether a part is shown now; where its frame has gone, it is not."""
        return _shown(part) > 0

    def until(self, look: Callable[[], T | None]) -> T:
        """Look again and again until something is found, and return it.

        Raises:
            ScreenNotReached: nothing was found in time.
        """
        found = None
        with self._in_time(type(self)), suppress(_Found), self.tab.expect_event("close") as end:
            while not end.is_done():
                if (found := look()) is not None:
                    raise _Found
                with suppress(PlaywrightTimeout):  # what moves here moves with a new document
                    self.tab.wait_for_event("framenavigated", timeout=LOOKING_MS)
        if found is None:
            raise ScreenNotReached(type(self).__name__, self.tab.url)
        return found

    @contextmanager
    def until_gone(self, part: Locator) -> Iterator[None]:
        """Do what takes this very part off the screen, and wait until it has gone.

        Another one like it may come in its place.

        Raises:
            ScreenNotReached: it stays.
        """
        old = part.element_handles()
        yield
        self.until(lambda: None if any(map(_is_seen, old)) else True)

    @staticmethod
    def said(surface: Surface) -> tuple[str, ...]:
        """Return what this surface says, text by text."""
        return tuple(facts_of(surface.locator("body"), script("body", "return saidIn(body)")))

    def news(self, surface: Surface, known: Collection[str]) -> tuple[str, ...]:
        """Wait until this surface says something that was not known before, and return that.

        Raises:
            ScreenNotReached: it said nothing new in time.
        """
        return self.until(lambda: self._news(surface, known) or None)

    def _news(self, surface: Surface, known: Collection[str]) -> tuple[str, ...]:
        with suppress(PlaywrightError):  # its document is just being replaced
            return tuple(one for one in self.said(surface) if one not in known)
        return ()

    def frame_with(self, sign: Callable[[Surface], Locator]) -> Frame:
        """Wait until one frame of the tab shows this sign, and return the frame.

        The page itself counts as a frame. A sign that is shown twice is not chosen from.

        Raises:
            ScreenNotReached: no frame shows it in time, or more than one keeps showing it.
        """
        return self.until(lambda: self._only_frame_with(sign))

    def _only_frame_with(self, sign: Callable[[Surface], Locator]) -> Frame | None:
        signs = [(frame, _shown(sign(frame))) for frame in self.tab.frames]
        shown = [(frame, count) for frame, count in signs if count and _is_shown(frame)]
        return shown[0][0] if [count for _, count in shown] == [1] else None

    def press(self, control: Locator, to: type[S], on: Surface | None = None) -> S:
        """Press a control that loads a document, and return the screen it leads to.

        Raises:
            PortalRefused, SessionLost, ScreenNotReached: as `ready` says.
        """
        next_screen = to(on or self.surface)
        with self._in_time(to), self.tab.expect_event("framenavigated"):
            control.click()
        return next_screen.ready()

    def ask(self, control: Locator, to: type[S], on: Surface | None = None) -> S:
        """Press a control that the portal answers in place, and return the screen it leads to.

        Raises:
            PortalRefused, SessionLost, ScreenNotReached: as `ready` says.
        """
        return self.ask_for(to(on or self.surface), control)

    def ask_for(self, screen: S, control: Locator) -> S:
        """Press a control that the portal answers in place; return this screen once it is shown.

        Wait first until the tip of an earlier press has faded, and remember what else is said, so
        that neither is taken for the answer to this one.

        Raises:
            PortalRefused, SessionLost, ScreenNotReached: as `ready` says.
        """
        with self._in_time(type(screen)):
            Layer(self.surface).tip.first.wait_for(state="hidden")
            self.surface.locator(seen("remember")).count()
            if self.surface is not self.tab:
                self.tab.locator(seen("remember_over")).count()
            control.click()
        return screen.ready()

    def send(
        self,
        control: Locator,
        request: Callable[[Response], bool],
        refused: Callable[[], PortalRefused] | None = None,
    ) -> Response:
        """Press a control that sends one request, and return the portal's answer to it.

        `refused` returns what the browser said if nothing was sent; by default, native dialogs.

        Raises:
            PortalRefused: a check made in the browser said no; nothing was sent.
            ScreenNotReached: no answer came in time.
        """
        with self._in_time(type(self)), self.tab.expect_event("response", request) as answer:
            control.click()
            said = refused or self._dialogs
            # a click may end late, when the page of the answer has already shown its messages
            if not answer.is_done() and (refusal := said()).messages:
                raise refusal
        return answer.value

    def _dialogs(self) -> PortalRefused:
        return PortalRefused((), DialogLog.of(self.tab).take())

    def unfold(self, *path: Locator) -> None:
        """Point at each control in turn, as a person does; each may reveal the next.

        Press a control only if pointing at it reveals nothing.

        Raises:
            ScreenNotReached: three tries did not get to the last control.
        """
        with self._in_time(type(self)):
            for _ in range(2):
                with suppress(PlaywrightTimeout):  # a move in between has folded the menu again
                    for control in path:
                        control.hover(timeout=UNFOLDING_MS)
                    return
            for control, revealed in pairwise(path):
                control.hover()
                if not self._comes(revealed):
                    control.click()
            path[-1].hover()

    @staticmethod
    def _comes(revealed: Locator) -> bool:
        with suppress(PlaywrightTimeout):
            revealed.wait_for(timeout=UNFOLDING_MS)
            return True
        return False

    def close_window(self, control: Locator) -> None:
        """Press a control that closes the window it is in, and wait until that is closed.

        Raises:
            ScreenNotReached: the window stays open.
        """
        gone_early = suppress(PlaywrightError)  # the window may be gone before the click has ended
        with self._in_time(type(self)), self.tab.expect_event("close"), gone_early:
            control.click()

    def open_window(self, control: Locator, to: type[S]) -> S:
        """Press a control that opens a window, and return the screen in it."""
        with self._in_time(to), self.tab.expect_popup() as window:
            control.click()
        return to(window.value).ready()

    def fetch_pdf(self, control: Locator) -> bytes:
        """Press a control that leads to a PDF, and return its bytes.

        The portal may hand it out as a download, in a new window or in place of this screen. Wait
        for the answer that carries it, and fetch its address once more, since a browser does not
        always give out the bytes. Close a new window again.

        Raises:
            ScreenNotReached: no PDF came in time, or the portal answered with an error.
        """
        context = self.tab.context
        windows = set(context.pages)
        with self._in_time(type(self)), context.expect_event("response", self._is_file) as answer:
            control.click()
        for window in set(context.pages) - windows:
            window.close()
        if not answer.value.ok:
            raise ScreenNotReached("PDF", answer.value.url)
        return Files.fetch(context, answer.value.url)

    def _is_file(self, response: Response) -> bool:
        """Tell whether a response is a PDF, or the portal's error page in its place."""
        if response.headers.get("content-type", "").partition(";")[0] == "application/pdf":
            return True
        of_portal = urlsplit(response.url)[:2] == urlsplit(self.tab.url)[:2]
        is_page = response.request.is_navigation_request()
        return response.status >= 400 and is_page and of_portal

    def close_refusal(self) -> Self:
        """Press 确定 under the portal's refusal, unless it is a tip that fades by itself."""
        for surface in dict.fromkeys((self.surface, self.tab)):
            if self.shows(ok_button := Layer(surface).ok_button):
                ok_button.click()
        return self

    def answer(self, message: Locator) -> tuple[str, ...]:
        """Wait for a message of this screen, and return its lines.

        Raises:
            ScreenNotReached: it did not come in time.
        """
        with self._in_time(type(self)):
            message.wait_for()
        return lines_of(message)

    def words(self) -> tuple[str, ...]:
        """Return the text of this screen, line by line as a person reads it."""
        return lines_of(self.surface.locator("body"))

    def accessible(self) -> str:
        """Return this screen as a screen reader presents it."""
        return outline_of(self.surface.locator("body"))

    def picture(self) -> bytes:
        """Return the whole tab as a JPEG in which the personal data of this screen is covered."""
        # one locator for all of them costs half as much as one for each
        covered = [reduce(Locator.or_, self.personal)] if self.personal else []
        return self.tab.screenshot(
            full_page=True,
            type="jpeg",
            quality=60,
            animations="disabled",
            mask=covered,
            mask_color=COVER,
        )

    def needing_one(self) -> AbstractContextManager[None]:
        """Let an act on this screen fail by its name if a part is missing, or is there twice.

        Raises:
            ScreenNotReached: so it is.
        """
        return self._in_time(type(self))

    @staticmethod
    def _wait_for(sign: Locator) -> None:
        """Wait for a sign and the scripts of its frame; without them a control does nothing."""
        if frame := sign.element_handle().owner_frame():
            frame.wait_for_load_state("domcontentloaded")

    @contextmanager
    def _in_time(self, screen: type["Screen"]) -> Iterator[None]:
        """Turn a time-out, or two parts where one is due, into an error that names the screen."""
        try:
            yield
        except PlaywrightError as error:
            if isinstance(error, PlaywrightTimeout) or TWICE in error.message:
                raise ScreenNotReached(screen.__name__, self.tab.url, _need(error)) from error
            raise


def _need(error: PlaywrightError) -> str:
    """Return what Playwright looked for, as far as `pages.locators` made the selector."""
    sought = (one.translate(PUNCTUATION) for one in NEED.findall(error.message))
    return next((one for one in sought if not one.startswith("frame")), "")


class _Found(Exception):
    """Ends a wait early, since Playwright gives up an event only for an error."""


def _shown(sign: Locator) -> int:
    with suppress(PlaywrightError):  # the frame has gone
        return sign.filter(visible=True).count()
    return 0


def _is_seen(part: ElementHandle) -> bool:
    with suppress(PlaywrightError):  # its document has gone
        frame = part.owner_frame()
        return frame is not None and part.is_visible() and _is_shown(frame)
    return False


def _is_shown(frame: Frame) -> bool:
    """Tell whether a frame can be seen: itself, and every frame around it."""
    with suppress(PlaywrightError):  # it has gone
        while frame.parent_frame:
            if not frame.frame_element().is_visible():
                return False
            frame = frame.parent_frame
        return True
    return False


def carries(typed: str) -> Callable[[Response], bool]:
    """Return what tells whether a response answers a request with this text in it."""
    forms = {typed, quote(typed), quote_plus(typed)}

    def is_answer(response: Response) -> bool:
        sent = f"{response.request.url}\n{response.request.post_data or ''}"
        return any(one in sent for one in forms)

    return is_answer
