"""Pieces that several screens share: dialogs, secrets, layers, tables, fields, captchas."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit
from weakref import WeakKeyDictionary

from playwright.sync_api import BrowserContext, Dialog, Frame, FrameLocator, Locator, Page
from playwright.sync_api import Error as PlaywrightError

from pages.errors import ForeignOrigin, ScreenNotReached, SecretNotTyped, UnknownWording
from pages.models import Secret
from pages.reading import facts_of, facts_of_all, message_of, text_of, texts_of

Surface = Page | Frame | FrameLocator  # the tab, or the frame in it, that shows a screen


KEPT_DIALOGS, KEPT_CHARACTERS = 20, 500  # a page may open dialogs without end


class DialogLog:
    """The native dialogs of one browser context; each is closed, and the first texts are kept.

    Install a log in every new context; without it Playwright would close dialogs unread.
    """

    _installed: ClassVar[WeakKeyDictionary[BrowserContext, "DialogLog"]] = WeakKeyDictionary()

    def __init__(self) -> None:
        self._messages: list[str] = []
        self._accepted: list[str] = []

    @classmethod
    def install(cls, context: BrowserContext) -> "DialogLog":
        """Start to listen on this context."""
        log = cls._installed[context] = cls()
        context.on("dialog", log._close)
        return log

    @classmethod
    def of(cls, tab: Page) -> "DialogLog":
        """Return the log of the context around this tab."""
        return cls._installed[tab.context]

    def accept(self, message: str) -> None:
        """Say yes to the next dialog with this message, and keep no record of it."""
        self._accepted.append(message)

    def take(self) -> tuple[str, ...]:
        """Return the messages that were not taken yet."""
        messages, self._messages = tuple(self._messages), []
        return messages

    def _close(self, dialog: Dialog) -> None:
        message = message_of(dialog)
        if message in self._accepted:
            self._accepted.remove(message)
            dialog.accept()
        else:
            if len(self._messages) < KEPT_DIALOGS:
                self._messages.append(message[:KEPT_CHARACTERS])
            dialog.dismiss()


class TrustedOrigins:
    """The origins at which one browser context may type secrets.

    Install them in every new context; without them no secret is typed at all.
    """

    _installed: ClassVar[WeakKeyDictionary[BrowserContext, tuple[str, ...]]] = WeakKeyDictionary()

    @classmethod
    def install(cls, context: BrowserContext, origins: Iterable[str]) -> None:
        """Trust these origins, and no other, in this context."""
        cls._installed[context] = tuple(origins)

    @classmethod
    def of(cls, tab: Page) -> tuple[str, ...]:
        """Return the origins of the context around this tab."""
        return cls._installed.get(tab.context, ())


class Files:
    """The way to fetch the bytes of a file in one browser context.

    The default is the browser's own request, which has no limit; a context may replace it.
    """

    _installed: ClassVar[WeakKeyDictionary[BrowserContext, Callable[[str], bytes]]] = (
        WeakKeyDictionary()
    )

    @classmethod
    def install(cls, context: BrowserContext, fetch: Callable[[str], bytes]) -> None:
        """Use `fetch` in this context; it returns the bytes at an address."""
        cls._installed[context] = fetch

    @classmethod
    def fetch(cls, context: BrowserContext, url: str) -> bytes:
        """Return the bytes at this address.

        Raises:
            ScreenNotReached: the portal answers with an error.
        """
        if own := cls._installed.get(context):
            return own(url)
        answer = context.request.get(url)
        if not answer.ok:
            raise ScreenNotReached("PDF", url)
        return answer.body()


# One call checks every origin involved and sets the value, so that nothing can change in between.
# The value is an argument and not a keystroke, so neither log nor error repeats it.
ENTER_SECRET = """(field, [secret, trusted]) => {
    const isSeen = field.checkVisibility({ visibilityProperty: true });
    if (!isSeen || !field.matches("input[type=password]")) throw new Error("not a password field");
    field.focus();
    const form = field.form;
    const submits = form ? [...form.elements].filter(one => one.hasAttribute("formaction")) : [];
    const actions = [
        form && form.getAttribute("action"),
        ...submits.map(one => one.getAttribute("formaction")),
    ].filter(Boolean).map(action => new URL(action, document.baseURI).origin);
    const foreign = [location.origin, ...location.ancestorOrigins, ...actions]
        .filter(origin => !trusted.includes(origin));
    if (foreign.length) return [...new Set(foreign)];
    if (field.disabled || field.readOnly) throw new Error("not editable");
    const { set } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value");
    set.call(field, secret);
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
    field.blur();
    return [];
}"""


def enter_secret(field: Locator, secret: Secret) -> None:
    """Type a secret into a password field, if every page around it and the form are trusted.

    Raises:
        ForeignOrigin: one of them is not trusted; nothing was typed.
        SecretNotTyped: the field is missing, shows what is typed, is hidden, or takes no input.
    """
    try:
        foreign = facts_of(field, ENTER_SECRET, [secret.reveal(), TrustedOrigins.of(field.page)])
    except PlaywrightError:
        # the driver's stack frames hold the value, and a report of this error would show them
        raise SecretNotTyped from None
    if foreign:
        raise ForeignOrigin(foreign)


class Layer:
    """A layer.js box over a page: alert, tip or busy mask (docs/mock-portal.md, desk)."""

    def __init__(self, surface: Surface) -> None:
        self.dialog = surface.locator(".layui-layer-dialog")
        # icon 1 is success, 0 a warning, 2 an error
        self.success = surface.locator(".layui-layer-dialog:has(.layui-layer-ico1)")
        self.announcement_cross = surface.locator(".layui-layer-page a.layui-layer-close1")
        self.message = self.dialog.locator(".layui-layer-content")
        self.ok_button = self.dialog.locator("a.layui-layer-btn0")
        self.refusal = surface.locator(
            ".layui-layer-tips .layui-layer-content,"
            ".layui-layer-dialog:not(:has(.layui-layer-ico1)) .layui-layer-content"
        )


READ_TABLES = """(tables, rows) => {
    const texts = cells => [...cells].map(cell => cell.innerText.trim());
    return tables.map(table => [
        texts(table.querySelectorAll("thead th")),
        [...table.querySelectorAll(rows)].map(row => texts(row.cells)),
    ]);
}"""


class Table:
    """A table with one row of headings."""

    row_selector = "tbody > tr"

    def __init__(self, root: Locator) -> None:
        self._root = root
        self.headings = root.locator("thead th")
        self.rows = root.locator(self.row_selector)

    def read(self) -> list[dict[str, str]]:
        """Return the rows that are shown, by heading."""
        tables = facts_of_all(self._root, READ_TABLES, self.row_selector)
        return [dict(zip(headings, row, strict=True)) for headings, rows in tables for row in rows]

    def row(self, text: str) -> Locator:
        """Return the row that has a cell with exactly this text."""
        exactly = re.compile(rf"^\s*{re.escape(text)}\s*$")
        return self.rows.filter(has=self.rows.page.locator("td").filter(has_text=exactly))


class PagedTable(Table):
    """A server-paged bootstrap-table (docs/mock-portal.md, desk)."""

    row_selector = "tbody > tr[data-index]"

    def __init__(self, surface: Surface) -> None:
        root = surface.locator(".bootstrap-table")
        super().__init__(root)
        empty = "tr.no-records-found:has-text('没有找到匹配的记录')"  # no rows may mean loading
        self.settled = surface.locator(
            f".bootstrap-table:has(tr[data-index], {empty}):not(:has(.fixed-table-loading:visible))"
        )
        self.loading_notice = root.locator(".fixed-table-loading")
        self.empty_notice = root.locator(empty)
        self.paging_notice = root.locator(".pagination-info")
        self.page_size_notice = root.locator(".page-list")
        self.page_size_button = root.locator(".page-list button")
        self.page_sizes = root.locator(".page-list li > a")
        self.next_page = root.locator(".pagination li.page-next:not(.disabled) > a")

    def page_number(self, number: int) -> Locator:
        """Return the control that turns to this page."""
        return self._root.get_by_role("link", name=str(number), exact=True)

    def total(self) -> int:
        """Return the portal's own count of the rows on all pages, or 0 if it shows none."""
        (told,) = texts_of(self.paging_notice) or ("",)
        counted = re.search(r"总共 (\d+) 条", told)
        return int(counted[1]) if counted else 0


class Field:
    """A labelled control of a form; the label is found by its text, without its red star."""

    def __init__(self, surface: Surface, label: str) -> None:
        groups = surface.locator(".form-group")
        text = re.compile(rf"^\s*\*?\s*{re.escape(label)}\s*$")
        self.group = groups.filter(has=groups.page.locator("label").filter(has_text=text))
        self.control = self.group.locator("input, textarea")

    @staticmethod
    def read_all(surface: Surface, controls: str) -> tuple[tuple[str, str], ...]:
        """Return label and value of every field whose control matches this selector."""
        pairs = facts_of_all(
            surface.locator(f".form-group:has({controls})"),
            """(groups, controls) => groups.map(group => [
                group.querySelector("label").innerText.replace("*", "").trim(),
                group.querySelector(controls).value,
            ])""",
            controls,
        )
        return tuple((label, value) for label, value in pairs)

    @staticmethod
    def read_hidden(surface: Surface, names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """Return label and value of hidden controls; `names` gives their names by label.

        Raises:
            UnknownWording: a control is missing, or is there more than once.
        """
        found: list[list[str]] = facts_of_all(
            surface.locator("input[type=hidden]"),
            "controls => controls.map(one => [one.name, one.value])",
        )
        values = [[value for name, value in found if name == due] for due in names.values()]
        for name, value in zip(names.values(), values, strict=True):
            if len(value) != 1:
                raise UnknownWording(name)
        return tuple((label, value) for label, (value,) in zip(names, values, strict=True))


class DatePicker:
    """A field whose date can only be picked (docs/mock-portal.md, desk)."""

    def __init__(self, group: Locator) -> None:
        self.field = group.locator("input.laydate")
        self.month = group.locator(".laydate-set-ym")
        self.previous_month = group.locator(".laydate-prev-m")
        self.next_month = group.locator(".laydate-next-m")
        self.days = group.locator("td[lay-ymd]")
        self.clear_button = group.get_by_text("清空", exact=True)

    def open(self) -> None:
        """Press the field; the days of a month are shown under it."""
        self.field.click()

    def clear(self) -> None:
        """Open the picker, and press 清空."""
        self.open()
        self.clear_button.click()

    def pick(self, day: date) -> None:
        """Open the picker, turn to the month, and press the day."""
        self.open()
        year, month = re.findall(r"\d+", text_of(self.month))
        months = (day.year - int(year)) * 12 + day.month - int(month)
        turn = self.next_month if months > 0 else self.previous_month
        for _ in range(abs(months)):
            turn.click()
        cell = f"[lay-ymd='{day.year}-{day.month}-{day.day}']"
        self.days.and_(self.days.page.locator(cell)).click()


@dataclass(frozen=True, slots=True)
class CaptchaPicture:
    """A captcha as a person sees it: the picture, and the id in its address."""

    captcha_id: str
    image: bytes


class Captcha:
    """验证码: a picture and the field beside it."""

    def __init__(self, image: Locator, field: Locator) -> None:
        self.image = image
        self.field = field

    def captcha_id(self) -> str:
        """Return the id in the address of the picture that is shown."""
        address: str = facts_of(
            self.image, "async image => { await image.decode(); return image.src }"
        )
        return parse_qs(urlsplit(address).query)["r"][0]

    def renew(self) -> str:
        """Press the picture to get another; return the id of the old picture."""
        old = self.captcha_id()
        self.image.click()
        return old

    def read(self) -> CaptchaPicture:
        """Return the picture that is shown."""
        return CaptchaPicture(self.captcha_id(), self.image.screenshot())
