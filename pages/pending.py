"""待确认, the form behind 处理, and 确认投保 (guide-2.1 to guide-2.5)."""

from collections.abc import Iterator, Mapping
from typing import ClassVar, Self

from playwright.sync_api import Page

from pages.errors import PolicyNotListed, UnknownWording
from pages.lists import ListScreen, Row
from pages.locators import Surface, button, phrase, row_button, script, seen, tick
from pages.models import (
    Contact,
    Declaration,
    Document,
    PendingPolicy,
    PolicyDetails,
    PolicyStatus,
)
from pages.parts import Field, Layer, Table
from pages.reading import facts_of, lines_of, text_of, texts_of, unnumbered, value_of
from pages.screen import Screen

AGREEMENT = "已认真阅读以上内容并同意"  # guide-2.4
# guide-2.2: what an enterprise checks and cannot change
FACTS = ("申请编号", "企业名称", "统一社会信用代码", "组织机构代码", "产品名称", "状态")


class PendingPage(ListScreen):
    """The table of policies that wait for the enterprise."""

    columns: ClassVar = {"table": ("申请编号", "企业名称", "产品名称", "状态")}

    def identity(self, row: Row) -> str:
        """Return 申请编号."""
        return row["申请编号"]

    def read(self) -> tuple[PendingPolicy, ...]:
        """Return every policy of every page, in the portal's order.

        Raises:
            ScreenNotReached: the portal counts other rows than it shows, or does not count them.
        """
        return tuple(self._policies())

    def read_rows(self) -> tuple[Row, ...]:
        """Return every row of every page as it is shown, by heading."""
        return tuple(self.rows())

    def find(self, application_no: str) -> PendingPolicy | None:
        """Turn pages until this policy is shown, and return it.

        Raises:
            ScreenNotReached: as `read` says, if no page has it.
        """
        found = (one for one in self._policies() if one.application_no == application_no)
        return next(found, None)

    def has(self, application_no: str) -> bool:
        """Tell whether any page has this policy; show a long list in the largest page size."""
        if self.table.next_page.is_visible():
            sizes = texts_of(self.table.page_sizes)
            if counts := [int(text) for text in sizes if text.isdecimal()]:
                self.show_per_page(max(counts))
        return self.find(application_no) is not None

    def show_per_page(self, count: int) -> Self:
        """Choose how many rows a page shows."""
        self.table.page_size_button.click()
        self.ask(self.table.page_sizes.get_by_text(str(count), exact=True), to=PendingPage)
        return self

    def turn_to(self, number: int) -> Self:
        """Press the number of a page."""
        self.ask(self.table.page_number(number), to=PendingPage)
        return self

    def turn_back(self) -> Self:
        """Turn to the page before."""
        self.ask(self.table.previous_page, to=PendingPage)
        return self

    def process(self, application_no: str) -> "ConfirmationPage":
        """Press 处理 in the row of this policy, on whichever page it is.

        Raises:
            PolicyNotListed: no page of 待确认 has this application number.
            PortalRefused: the portal does not open the record.
        """
        if self.find(application_no) is None:
            raise PolicyNotListed(application_no)
        return self.press(row_button(self.table.row(application_no), "处理"), to=ConfirmationPage)

    def _policies(self) -> Iterator[PendingPolicy]:
        """Yield the policies from this page on."""
        for row in self.rows():
            yield PendingPolicy(
                application_no=row["申请编号"],
                enterprise_name=row["企业名称"],
                product=row["产品名称"],
                status=PolicyStatus.of(row["状态"]),
            )


class ConfirmationPage(Screen):
    """One pending policy, open for confirmation."""

    controls = (
        *("contact_name", "contact_phone", "contact_mobile", "contact_email", "remarks"),
        *("declaration", "declaration_label", "confirm_button"),
    )
    lists = ("document_links", "clauses")
    columns: ClassVar = {"documents": ("单证名称",)}
    wordings: ClassVar = {  # guide-2.4, word for word
        "clauses": "ed8f1eccb2557dc4f77df8c54a48a2cd699832cab8b4ae6ed48cbc6eca0bd572",
        "declaration_label": "d24e9bcd534b5b23bb5cc7cc27c92dbd26320405a2f45637aab39fed2c4f9277",
    }

    def __init__(self, surface: Surface) -> None:
        super().__init__(surface)
        self.contact_name = Field(surface, "主要联系人姓名").control
        self.contact_phone = Field(surface, "主要联系人电话").control
        self.contact_mobile = Field(surface, "主要联系人手机").control
        self.contact_email = Field(surface, "主要联系人邮箱").control
        self.remarks = Field(surface, "备注").control
        self.personal = (
            self.contact_name,
            self.contact_phone,
            self.contact_mobile,
            self.contact_email,
            self.remarks,
        )
        self.documents = Table(surface, ("单证名称",))
        self.document_links = row_button(self.documents.rows, "查看单证")
        self.clauses = surface.locator(seen("clauses", ["投保声明", AGREEMENT]))
        self.declaration_label = phrase(surface, AGREEMENT)
        self.declaration = tick(surface, AGREEMENT)
        self.confirm_button = button(surface, "确认投保")
        self.back_link = button(surface, "返回")  # of the viewer
        self.landmark = self.confirm_button
        # for a record that is not pending the portal shows a page with one sentence
        self.refusal = self.refusal.or_(surface.locator(seen("sentence")))

    def read(self, internal: Mapping[str, str] | None = None) -> PolicyDetails:
        """Return what the form shows and the enterprise cannot change.

        `internal` names, by label, the hidden controls whose values are returned too.

        Raises:
            UnknownWording: the form does not have each of these controls exactly once.
        """
        hidden = Field.read_hidden(self.surface, internal) if internal else ()
        return PolicyDetails(
            fields=(*Field.read_all(self.surface, "input[readonly]", FACTS), *hidden),
            document_names=tuple(row["单证名称"] for row in self.documents.read()),
            declaration=Declaration(
                clauses=tuple(map(unnumbered, texts_of(self.clauses))),
                label=text_of(self.declaration_label),
            ),
        )

    def view_document(self, name: str) -> Document:
        """Press 查看单证 in the row of this document.

        If the portal shows the document in place of the form, come back to the form. The typed text
        is lost then, so view documents first.

        Raises:
            UnknownWording: no row has exactly this name, as when it has a hidden character.
        """
        row = self.documents.row(name)
        if not row.count():
            raise UnknownWording(name)
        link = row_button(row, "查看单证")
        document = Document(name, self.fetch_pdf(link))
        if self.back_link.is_visible():
            self.press(self.back_link, to=ConfirmationPage)
        return document

    def fill_contact(self, contact: Contact) -> Self:
        """Fill in 联系方式.

        Raises:
            ScreenNotReached: a field is missing, or two have the same label.
        """
        with self.needing_one():
            self.contact_name.fill(contact.name)
            self.contact_phone.fill(contact.phone)
            self.contact_mobile.fill(contact.mobile)
            self.contact_email.fill(contact.email)
            self.remarks.fill(contact.remarks)
            self.remarks.blur()  # the portal rewrites a field when it is left
        return self

    def read_contact(self) -> Contact:
        """Return 联系方式 as the form holds it now."""
        return Contact(
            name=value_of(self.contact_name),
            phone=value_of(self.contact_phone),
            mobile=value_of(self.contact_mobile),
            email=value_of(self.contact_email),
            remarks=value_of(self.remarks),
        )

    def accept_declaration(self) -> Self:
        """Tick 已认真阅读以上内容并同意.

        Raises:
            ScreenNotReached: the tick is missing, is there twice, or does not come on.
        """
        return self._tick(is_on=True)

    def withdraw_acceptance(self) -> Self:
        """Take the tick away again."""
        return self._tick(is_on=False)

    def _tick(self, *, is_on: bool) -> Self:
        with self.needing_one():
            if self.is_accepted() != is_on:
                self.declaration.click()
        self.until(lambda: self.is_accepted() == is_on or None)
        return self

    def is_accepted(self) -> bool:
        """Tell whether 已认真阅读以上内容并同意 is ticked."""
        return bool(facts_of(self.declaration, script("part", "return isTicked(part)")))

    def confirm(self) -> "ConfirmedDialog":
        """Press 确认投保.

        Raises:
            PortalRefused: the form stays open; the portal's words say why.
        """
        return self.ask(self.confirm_button, to=ConfirmedDialog)


class ConfirmedDialog(Screen):
    """The portal's answer to 确认投保, over the form."""

    controls = ("message", "ok_button")

    def __init__(self, surface: Surface, form: Surface | None = None) -> None:
        super().__init__(surface)
        self._form = form or surface
        layer = Layer(surface)
        self.box = layer.dialog
        self.message = layer.message
        self.ok_button = layer.ok_button
        self.landmark = layer.success

    def over(self, window: Page) -> Self:
        """Return it as a dialog of the window around the form."""
        return type(self)(window, self.surface).ready()

    def read(self) -> str:
        """Return the portal's words."""
        return text_of(self.message)

    def dialog_words(self) -> tuple[str, ...]:
        """Return the text of the whole dialog, line by line."""
        return lines_of(self.box)

    def close(self) -> PendingPage:
        """Press 确定; the record's tab closes and 待确认 is loaded again."""
        return self.press(self.ok_button, to=PendingPage, on=self._form)
