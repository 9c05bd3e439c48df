"""Pieces that several screens share: dialogs, secrets, layers, tables, fields, captchas."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit
from weakref import WeakKeyDictionary

from playwright.sync_api import BrowserContext, Dialog, Locator, Page
from playwright.sync_api import Error as PlaywrightError

from pages.errors import ForeignOrigin, ScreenNotReached, SecretNotTyped, UnknownWording
from pages.locators import Surface, button, script, seen
from pages.models import Secret
from pages.reading import choice_of, facts_of, facts_of_all, message_of, text_of

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
    """A box over a page, or words beside a field: what the portal says without a new page."""

    def __init__(self, surface: Surface) -> None:
        self.dialog = surface.locator(seen("dialog"))
        self.success = surface.locator(seen("success"))
        self.announcement_cross = surface.locator(seen("announcement"))
        self.message = surface.locator(seen("message"))
        self.ok_button = surface.locator(seen("ok"))
        self.refusal = surface.locator(seen("refusal"))
        self.tip = surface.locator(seen("tip"))  # it fades by itself


class Table:
    """A table, found by its headings; it need not be a `<table>`.

    Its rows are those under the headings. Of two tables with the same headings, neither is found.
    """

    def __init__(self, surface: Surface, headings: Sequence[str]) -> None:
        self.surface = surface
        self._headings = tuple(headings)
        self.headings = self._part("headings")
        self.rows = self._part("rows")
        self._all = self._part("table")

    def read(self) -> list[dict[str, str]]:
        """Return the rows that are shown, by heading."""
        body = "return readTable(rows, headings)"
        headings, rows = facts_of_all(self._all, script("rows, headings", body), self._headings)
        return [dict(zip(headings, row, strict=True)) for row in rows]

    def row(self, text: str) -> Locator:
        """Return the row that has a cell with exactly this text."""
        exactly = re.compile(rf"^\s*{re.escape(text)}\s*$")
        return self.rows.filter(has=self.rows.page.locator("*").filter(has_text=exactly))

    def _part(self, name: str, **more: object) -> Locator:
        sought = {"part": name, **more, "headings": self._headings}
        return self.surface.locator(seen("table", sought))


class PagedTable(Table):
    """A table of which the portal shows one page at a time, with its own count of all rows."""

    def __init__(self, surface: Surface, headings: Sequence[str]) -> None:
        super().__init__(surface, headings)
        self.settled = self._part("settled")  # rows or the empty notice, and nothing loads
        self.loading_notice = self._part("busy")
        self.empty_notice = self._part("empty")
        self.paging_notice = self._part("count")
        self.extent = self.paging_notice.or_(self.empty_notice)  # how many rows there are
        self.way_on = self._part("whole")  # visible if all rows are here, or a page follows
        self.page_size_notice = self._part("sizes")
        self.page_size_button = self._part("size")
        self.page_sizes = self._part("choices")
        self.next_page = self._part("next")
        self.previous_page = self._part("previous")

    def settled_past(self, row: str) -> Locator:
        """Return the table as soon as its first row is no longer this one."""
        return self._part("settled", past=row)

    def page_number(self, number: int) -> Locator:
        """Return the control that turns to this page."""
        return self._part("number", number=number)

    def first_row(self) -> str:
        """Return the letters and digits of the first row, for `settled_past`."""
        body = "return rows.slice(0, 1).map(row => plain(textOf(row))).join('')"
        return str(facts_of_all(self.rows, script("rows", body)))

    def total(self) -> int | None:
        """Return the portal's own count of the rows on all pages, or None if it shows none."""
        body = "return [...new Set(notices.map(countOf))]"
        told = facts_of_all(self.paging_notice, script("notices", body))
        return int(told[0]) if len(told) == 1 else None


class Field:
    """A labelled control of a form; the label is found by its text, whatever marks surround it.

    Where a label could name two controls, none is found.
    """

    def __init__(self, surface: Surface, label: str) -> None:
        self.control = surface.locator(seen("field", label))

    @staticmethod
    def read_all(
        surface: Surface, controls: str, facts: Sequence[str] = ()
    ) -> tuple[tuple[str, str], ...]:
        """Return label and value of every field that is shown and matches this selector.

        Add those of `facts` that are no such field but plain text.
        """
        body = """
            const found = readFields(all(body, controls));
            const isText = fact => !found.some(([label]) => label === fact);
            return [...found, ...readFacts(body, facts.filter(isText))];
        """
        sought = [controls, list(facts)]
        # `facts_of_all` waits without a limit: the watchdog ends a page that is stuck
        reader = script("[body], [controls, facts]", body)
        found = facts_of_all(surface.locator("body"), reader, sought)
        return tuple((label, value) for label, value in found)

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


def choose(control: Locator, option: str) -> None:
    """Choose an option of a control: from the browser's own list, or one that the page opens."""
    if facts_of(control, "control => control.matches('select')"):
        control.select_option(label=option)
    elif choice_of(control) != option:
        control.click()
        control.page.locator(seen("option", option)).click()


class DatePicker:
    """One end of a span of days, `first` or `last`.

    A day is picked where the field takes no typing (docs/mock-portal.md, desk), else typed.
    """

    def __init__(self, surface: Surface, label: str, end: str) -> None:
        self.field = surface.locator(seen("of_two", [label, end]))
        self.month = surface.locator(seen("calendar", "month"))
        self.previous_month = surface.locator(seen("calendar", "previous"))
        self.next_month = surface.locator(seen("calendar", "next"))
        self.days = surface.locator(seen("calendar", "days"))
        self._surface = surface
        self.clear_button = button(surface, "清空")

    def open(self) -> None:
        """Press the field; the days of a month are shown under it."""
        self.field.click()

    def clear(self) -> None:
        """Open the picker and press 清空, or delete the date."""
        if self._can_be_typed():
            self.field.fill("")
            return
        self.open()
        self.clear_button.click()

    def pick(self, day: date) -> None:
        """Open the picker, turn to the month and press the day, or type the date."""
        if self._can_be_typed():
            self.field.fill(day.isoformat())
            return
        self.open()
        year, month = re.findall(r"\d+", text_of(self.month))
        months = (day.year - int(year)) * 12 + day.month - int(month)
        turn = self.next_month if months > 0 else self.previous_month
        for _ in range(abs(months)):
            turn.click()
        self._surface.locator(seen("calendar", day.isoformat())).click()

    def _can_be_typed(self) -> bool:
        return bool(facts_of(self.field, "field => !field.readOnly"))


@dataclass(frozen=True, slots=True)
class CaptchaPicture:
    """A captcha as a person sees it: the picture, and the id in its address."""

    captcha_id: str
    image: bytes


READ_ADDRESSES = """async picture => {
    if (picture.decode) await picture.decode();
    const loaded = performance.getEntriesByType("resource").map(one => one.name);
    return [picture.currentSrc ?? "", ...loaded.reverse()];
}"""


class Captcha:
    """验证码: a field and the picture beside it."""

    def __init__(self, surface: Surface) -> None:
        self.image = surface.locator(seen("picture", "验证码"))
        self.field = Field(surface, "验证码").control

    def captcha_id(self) -> str:
        """Return the id in the address of the picture, or of what was loaded last; else nothing."""
        addresses: list[str] = facts_of(self.image, READ_ADDRESSES)
        ids = (parse_qs(urlsplit(one).query).get("r", [""])[0] for one in addresses)
        return next(filter(None, ids), "")

    def renew(self) -> str:
        """Press the picture to get another; return the id of the old picture."""
        old = self.captcha_id()
        self.image.click()
        return old

    def read(self) -> CaptchaPicture:
        """Return the picture that is shown."""
        return CaptchaPicture(self.captcha_id(), self.image.screenshot())
