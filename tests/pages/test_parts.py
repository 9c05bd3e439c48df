"""Rows and fields are found by what they say, exactly."""

from playwright.sync_api import Page

from pages.parts import Field, PagedTable, Table

ROW = "<tr data-index=0><td>{}</td><td>处理</td></tr>"
ROWS = ROW.format("1234") + ROW.format("123")
TABLE = f"<table><thead><tr><th>号</th><th>操作</th></tr></thead><tbody>{ROWS}</tbody></table>"


def test_a_row_is_found_by_the_whole_text_of_a_cell(page: Page):
    """123 is not 1234, wherever either stands."""
    page.set_content(TABLE)

    found = Table(page, ("号", "操作")).row("123")

    assert found.all_inner_texts() == ["123\t处理"]


def test_a_row_that_is_not_there_is_not_found(page: Page):
    """A part of a number matches no row."""
    page.set_content(TABLE)

    assert Table(page, ("号", "操作")).row("12").count() == 0


def test_rows_are_read_by_heading(page: Page):
    """The order of the columns does not matter to who reads a row."""
    page.set_content(TABLE)

    rows = Table(page, ("号", "操作")).read()

    assert rows == [{"号": "1234", "操作": "处理"}, {"号": "123", "操作": "处理"}]


def test_a_table_that_is_loading_is_not_settled(page: Page):
    """Old rows stay while new ones are fetched; they are not taken for the new ones."""
    loading = "<div class=fixed-table-loading>正在加载</div>"
    page.set_content(f"<div class=bootstrap-table>{loading}{TABLE}</div>")
    table = PagedTable(page, ("号", "操作"))
    page.locator(".fixed-table-loading").evaluate("notice => notice.hidden = false")

    while_loading = table.settled.count()
    page.locator(".fixed-table-loading").evaluate("notice => notice.hidden = true")

    assert (while_loading, table.settled.count()) == (0, 1)


def test_a_field_is_found_by_its_whole_label(page: Page):
    """The red star does not belong to the label, and a longer label is another field."""
    page.set_content(
        "<div class=form-group><label><b>*</b>姓名</label><input value=甲></div>"
        "<div class=form-group><label>姓名拼音</label><input value=jia></div>"
    )

    assert Field(page, "姓名").control.input_value() == "甲"
