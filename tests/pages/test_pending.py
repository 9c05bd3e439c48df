"""待确认: a list of several pages, and whatever may be amiss with them."""

import pytest
from playwright.sync_api import Page

from pages.errors import ScreenNotReached
from pages.pending import PendingPage

LIST = """<!doctype html><meta charset="utf-8">
<table><thead><tr><th>申请编号</th><th>企业名称</th><th>产品名称</th><th>状态</th></tr></thead>
<tbody id="rows"></tbody></table>
<p><span id="told"></span> <button id="next">下一页</button></p>
<script>
let numbers = Array.from({ length: 20 }, (_, index) => `XW${index}`), page = 0;
const show = () => {
    const shown = numbers.slice(page * 10, page * 10 + 10);
    rows.innerHTML = shown
        .map(one => `<tr><td>${one}</td><td>甲</td><td>险</td><td>待确认</td></tr>`).join("");
    told.textContent = `共 ${numbers.length} 条`;
    next.disabled = (page + 1) * 10 >= numbers.length;
};
next.onclick = () => { page += 1; TURN; show(); };
show();
</script>"""


def pending(page: Page, turn: str = "", then: str = "") -> PendingPage:
    """Show the list; `turn` happens when its page is turned, `then` as soon as it is shown."""
    page.set_default_timeout(1_000)
    page.set_content(LIST.replace("TURN", turn))
    page.evaluate(f"() => {{ {then} }}")
    return PendingPage(page)


def test_every_page_is_read(page: Page):
    """Twenty policies on two pages."""
    read = [policy.application_no for policy in pending(page).read()]

    assert read == [f"XW{number}" for number in range(20)]


@pytest.mark.parametrize(
    ("turn", "then", "need"),
    [
        ("", "next.remove()", "table.next_page"),
        ("", "next.textContent = '其他'", "table.next_page"),
        ("", "next.disabled = true", "table.next_page"),
        ("", "next.after(next.cloneNode(true))", "table.next_page"),
        ("", "told.remove()", "table.paging_notice"),
        ("", "told.textContent = '很多条'", "table.paging_notice"),
        ("", "told.textContent = '共 5 条'", "table.paging_notice"),
        ("", "told.insertAdjacentHTML('afterend', '<i>共 10 条</i>')", "table.paging_notice"),
        ("page = 0", "", "table part: settled"),
        ("rows.innerHTML = ''; return", "", "table part: settled"),
        # XW10 moves to the page that was read; to say that it is not pending would be false
        ("numbers.splice(3, 1)", "", "table.next_page"),
    ],
)
def test_a_list_is_never_cut_silently(page: Page, turn: str, then: str, need: str):
    """What is not understood of paging or count stops the reading, and is named."""
    with pytest.raises(ScreenNotReached) as stop:
        pending(page, turn, then).find("XW20")

    assert stop.value.screen == "PendingPage"
    assert need in stop.value.need


def test_whether_nothing_is_listed_is_not_guessed(page: Page):
    """A list without rows and without a word is not yet an empty list."""
    silent = pending(page, then="rows.innerHTML = ''; told.remove(); next.remove()")

    with pytest.raises(ScreenNotReached):
        silent.ready()
