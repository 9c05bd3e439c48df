"""小微企业在线投保: the desk with its menu, tab strip and one frame per tab (guide-2.1)."""

from typing import Self, TypeVar

from playwright.sync_api import FrameLocator, Locator, Page

from pages.locators import script, seen
from pages.parts import Layer
from pages.pending import PendingPage
from pages.policies import PoliciesPage
from pages.reading import facts_of
from pages.screen import Screen

MENU = ("待确认", "保单查询")  # guide-2.1, guide-2.6
S = TypeVar("S", bound=Screen)


class DeskPage(Screen):
    """The desk; its one visible frame shows the screen of the active tab."""

    surface: Page
    controls = ("pending_item", "policies_item", "active_tab")

    def __init__(self, surface: Page) -> None:
        super().__init__(surface)
        self.menu = surface.locator(seen("menu", MENU))
        self.pending_item = surface.locator(seen("entry", "待确认"))
        self.policies_item = surface.locator(seen("entry", "保单查询"))
        self.tabs = surface.locator(seen("tabs", MENU))
        self.active_tab = surface.locator(seen("active", MENU))
        self._folds = False  # whether the menu has been found folded
        self.announcement = Layer(surface).announcement_cross
        self.landmark = self.pending_item.or_(surface.locator(seen("fold", "待确认")))

    @property
    def active_frame(self) -> FrameLocator:
        """The frame that shows the screen of the active tab, however many lie around it."""
        body = "return depthOf(body.ownerDocument)"
        depth = facts_of(self.surface.locator("body"), script("body", body))
        frame = self.surface.frame_locator(seen("frame"))
        for _ in range(depth - 1):
            frame = frame.frame_locator(seen("frame"))
        return frame

    def ready(self) -> Self:
        """Wait until the desk is shown; close its announcement from then on, whenever it comes."""
        return super().ready().close_announcement().unfold_menu()

    def close_announcement(self) -> Self:
        """Close the announcement from now on, whenever it comes."""
        self.surface.add_locator_handler(self.announcement, lambda cross: cross.click())
        return self

    def unfold_menu(self) -> Self:
        """Unfold what the entries of the menu are folded away under, if they are."""
        for item, words in zip((self.pending_item, self.policies_item), MENU, strict=True):
            if self.shows(fold := self.surface.locator(seen("fold", words))):
                self._folds = True
                self.unfold(fold, item)
        return self

    def switch_to(self, tab: str) -> Screen:
        """Press a tab of the strip; its frame is as it was left."""
        self.surface.locator(seen("tab", tab)).click()
        return self.active_screen()

    def close_tab(self, tab: str) -> Screen:
        """Press the cross of a tab; the tab beside it comes to the front."""
        self.tabs.filter(has_text=tab).locator(seen("cross")).click()
        return self.active_screen()

    def active_screen(self) -> Screen:
        """Return the screen that the active tab shows."""
        return Screen(self.active_frame)

    def open_pending(self) -> PendingPage:
        """Press 待确认 in the left menu."""
        return self._open(self.pending_item, PendingPage)

    def begin_to_open_pending(self) -> PendingPage:
        """Press 待确认 without waiting for its list."""
        self.pending_item.click()
        return PendingPage(self.active_frame)

    def open_policies(self) -> PoliciesPage:
        """Press 保单查询 in the left menu."""
        return self._open(self.policies_item, PoliciesPage)

    def _open(self, menu_item: Locator, screen: type[S]) -> S:
        if self._folds:
            self.unfold_menu()
        with self.needing_one(), self.tab.expect_event("framenavigated"):
            menu_item.click()
        return screen(self.loaded().active_frame).ready()
