"""Parts are found by what a person reads, whatever draws them; what fits twice is not chosen."""

import pytest
from playwright.sync_api import Locator, Page

from pages.desk import DeskPage
from pages.errors import ScreenNotReached
from pages.locators import button, row_button, seen, tick
from pages.models import Contact
from pages.parts import DatePicker, Field, Layer, Table, choose
from pages.pending import ConfirmationPage
from pages.reading import choice_of, texts_of, unnumbered

FIELDS = {
    "label for": "<label for=a>姓名</label><p><input id=a></p>",
    "label around": "<label>姓名：<input id=a></label>",
    "named by the page": "<input id=a aria-label=姓名>",
    "named by reference": "<b id=n>姓名</b><p>请填写</p><input id=a aria-labelledby=n>",
    "star and colon": "<div><span>＊ 姓　名 ：</span><input id=a><i>必填项</i></div>",
    "required in words": "<div><span>姓名（必填）</span><input id=a></div>",
    "cells": "<table><tr><td>姓名<td><input id=a><td>电话<td><input></table>",
    "definitions": "<dl><dt>姓名<dd><input id=a><dt>电话<dd><input></dl>",
    "under a heading": "<div><h3>联系方式</h3><span>姓名</span><input id=a></div>",
    "a hint behind": "<div><p>姓名<p><input id=a><b>与证件相同</b></div><div>电话<input></div>",
    "a prompt": "<input id=a placeholder=请输入姓名><input placeholder=请输入电话>",
    "a longer prompt": "<input id=a placeholder=请输入右侧的姓名><input placeholder=请输入电话>",
    "a hidden copy": "<div hidden>姓名<input></div><div>姓名<input id=a></div>",
    "a copy far off": "<div style='position:absolute;left:-9999px'>姓名<input></div>"
    "<div>姓名<input id=a></div>",
    "a label that floats": "<div><div><input id=a><label>姓名 *</label></div></div>"
    "<div><div><input><label>电话</label></div></div>",
    "a choice": "<div>姓名<select id=a><option>甲</select></div>",
}
NO_FIELDS = {
    "labels behind": "<div><input>姓名<input>电话</div>",
    "labels in a row above": "<table><tr><td>姓名<td>电话<tr><td><input><td><input></table>",
    "two labels": "<div>姓名<input></div><div>姓名<input></div>",
    "two labels behind": "<div><input><label>姓名</label><label>电话</label></div>",
    "a label and a name": "<div>姓名<input></div><input aria-label=姓名>",
    "a sentence": "<div>请填写姓名<input></div>",
    "a longer label": "<div>姓名拼音<input></div>",
    "a heading far above": "<p>姓名</p><p>下面填写</p><input>",
    "two controls": "<div>姓名<input><input></div>",
}


def only(parts: Locator) -> str | None:
    """Return the id of the only part, or nothing if there is none or more than one."""
    ids = [one.get_attribute("id") for one in parts.all()]
    return ids[0] if len(ids) == 1 else None


@pytest.mark.parametrize("html", FIELDS.values(), ids=FIELDS)
def test_a_field_is_found_by_its_label(page: Page, html: str):
    """Whatever element says the label, and however it is marked."""
    page.set_content(f"<!doctype html>{html}")

    assert only(Field(page, "姓名").control) == "a"


@pytest.mark.parametrize("html", NO_FIELDS.values(), ids=NO_FIELDS)
def test_a_label_that_could_mean_another_control_names_none(page: Page, html: str):
    """Where a person would have to guess, nothing is typed."""
    page.set_content(f"<!doctype html>{html}")

    assert Field(page, "姓名").control.count() != 1


NUMBER = "<div>申请编号<input></div>"
SPANS = {
    "a label each": "<label>确认日期</label><input id=a><label>至</label><input id=b>",
    "names": "<input id=a aria-label='确认日期 起始'><input id=b aria-label='确认日期 截止'>",
    "in words": "<p>确认日期（起）<input id=a></p><p>确认日期（止）<input id=b></p>",
    "from and to": "<div><label>确认日期：</label>从<input id=a>到<input id=b></div>",
    "a dash": "<div>确认日期<input id=a> - <input id=b></div>",
    "cells": "<table><tr><th>确认日期<td><input id=a> 至 <input id=b></table>",
    "a label that floats": "<div><input id=a><input id=b><label>确认日期</label></div>",
    "a box of their own": "<div><label>确认日期</label><div><p><input id=a></p>→"
    "<p><input id=b></p></div></div>",
}
NO_SPANS = {
    "two labels": "<div>确认日期<input>生效日期<input></div>",
    "three controls": "<div>确认日期<input>至<input><input></div>",
    "two texts": "<div><p>查询条件</p><p>确认日期</p><p><input> - <input></p></div>",
    "two spans": "<div>确认日期<input> - <input></div><div>确认日期<input> - <input></div>",
}


@pytest.mark.parametrize("html", SPANS.values(), ids=SPANS)
def test_the_two_days_of_a_span_are_found(page: Page, html: str):
    """By a label each, or as the two controls under one label."""
    page.set_content(f"<!doctype html>{NUMBER}{html}")

    ends = [DatePicker(page, "确认日期", end).field for end in ("first", "last")]
    assert [only(end) for end in ends] == ["a", "b"]


@pytest.mark.parametrize("html", NO_SPANS.values(), ids=NO_SPANS)
def test_what_may_be_no_span_has_no_last_day(page: Page, html: str):
    """Where a person would have to guess, nothing is typed."""
    page.set_content(f"<!doctype html>{NUMBER}{html}")

    assert DatePicker(page, "确认日期", "last").field.count() != 1


CALENDARS = {
    "a line": "<b id=m>2026-11</b><a id=p>‹</a><a id=n>›</a>",
    "in words": "<span id=m>2026 年 11 月</span><i>«</i><i id=p title=上个月>\ue601</i>"
    "<button id=n aria-label=下个月></button><i aria-label=下一年>»</i>",
    "drawn": "<i id=p class='laydate-prev-m'>\ue602</i><p id=m><b>2026年</b> <b>11月</b></p>"
    "<i id=n class='laydate-next-m'>\ue603</i><i class=laydate-next-y>\ue604</i>",
}


@pytest.mark.parametrize("around", ["{}", "<p><span>{}</span></p>"])
@pytest.mark.parametrize("html", CALENDARS.values(), ids=CALENDARS)
def test_a_calendar_is_read_by_its_month_and_numbers(page: Page, html: str, around: str):
    """The days of the months before and after are not taken for days of this one."""
    cells = "".join(f"<td>{around.format(day)}" for day in (31, *range(1, 31), 1, 2, 3))
    page.set_content(f"<!doctype html><p>2026-10-01</p>{html}<table><tr>{cells}</table>")
    picker = DatePicker(page, "确认日期", "first")

    ways = [picker.previous_month, picker.month, picker.next_month]
    assert [only(part) for part in ways] == ["p", "m", "n"]
    assert picker.days.all_inner_texts() == [str(day) for day in range(1, 31)]
    days = [page.locator(seen("calendar", day)) for day in ("2026-11-30", "2026-10-30")]
    assert [day.all_inner_texts() for day in days] == [["30"], []]


DESK = """<nav><div><a href=#>待确认</a></div><div><a href=#>保单查询</a></div></nav>
<section><div>{}</div></section>"""
HOME_TAB, OTHER_TAB = "<a href=#>首页</a>", "<a href=# class=active>待确认</a>"
STRIPS = {
    "side by side": "{}{}",
    "wrapped": "<div><p>{}</p></div><div><p>{}</p></div>",
    "a list": "<ul><li>{}<li>{}</ul>",
}


@pytest.mark.parametrize("html", STRIPS.values(), ids=STRIPS)
@pytest.mark.parametrize(("other", "names"), [(OTHER_TAB, ["首页", "待确认"]), ("", ["首页"])])
def test_tabs_are_told_from_the_menu(page: Page, html: str, other: str, names: list[str]):
    """However deep each lies, and even while there is only one."""
    page.set_content("<!doctype html>" + DESK.format(html.format(HOME_TAB, other)))
    desk = DeskPage(page)

    assert desk.tabs.all_inner_texts() == names
    assert desk.active_tab.all_inner_texts() == names[-1:]
    assert desk.pending_item.count() == desk.policies_item.count() == 1


FOLDED = {
    "a group": "<ul><li><a href=#>业务办理</a><ul class=list><li><a href=#>待确认</a>"
    "<li><a href=#>保单查询</a></ul><li><a href=#>帮助</a></ul>",
    "more": "<div><a href=#>待确认</a><p><a href=#>更多</a><span class=list><a href=#>保单查询</a>"
    "</span></p></div>",
}
FOLDING = """<style>.list {{ display: none }} {} {{ display: block }}</style>{}
<script>document.querySelector(".list").previousElementSibling.onclick =
event => event.target.classList.toggle("open")</script>"""
WAYS_TO_UNFOLD = {"a press": ".open + .list", "pointing": ":hover > .list"}


@pytest.mark.parametrize("way", WAYS_TO_UNFOLD.values(), ids=WAYS_TO_UNFOLD)
@pytest.mark.parametrize("html", FOLDED.values(), ids=FOLDED)
def test_a_folded_menu_is_unfolded(page: Page, html: str, way: str):
    """By a press or by pointing, on nothing but what holds the entry."""
    page.set_content("<!doctype html>" + FOLDING.format(way, html))
    desk = DeskPage(page).unfold_menu()

    with desk.needing_one():
        desk.policies_item.click()


@pytest.mark.parametrize(
    "html",
    [
        "<nav><a href=#>退出</a><a href=#>帮助</a><p hidden><a href=#>待确认</a></p></nav>",
        "<nav><p hidden><a href=#>待确认</a></p><a href=#>退出</a></nav>",
        "<nav><a href=#>业务办理</a><p hidden>待确认</p></nav><p hidden>待确认</p>",
    ],
)
def test_what_may_not_hold_the_entry_is_not_pressed(page: Page, html: str):
    """Nobody could say what unfolds it."""
    page.set_content(f"<!doctype html>{html}")

    assert page.locator(seen("fold", "待确认")).count() == 0


CLAUSES = {
    "a list": "<h4>投保声明</h4><ol><li>甲<li>乙</ol>",
    "numbered paragraphs": "<h2>四、投保声明</h2><p><span>1. </span>甲</p><p>2）乙</p>",
    "emphasis": "<legend>投保声明：</legend><div><b>甲</b><br></div><div><i hidden>丙</i>乙</div>",
    "cells": "<b>投保声明</b><table><tr><td>1<td>一、甲<tr><td>2<td>二、乙</table>",
    "a message": "<p>请先阅读投保声明</p><h4>投保声明</h4><p>甲<p>乙</p>",
}
NO_CLAUSES = {
    "no heading": "<ol><li>甲<li>乙</ol>",
    "two headings": "<h4>投保声明</h4><p>甲</p><h4>投保声明</h4><p>乙</p>",
}
DECLARED = (
    "<p>产品条款</p>{}<div><label><input type=checkbox> 已认真阅读以上内容并同意</label></div><p>丁"
)


@pytest.mark.parametrize("html", CLAUSES.values(), ids=CLAUSES)
def test_clauses_stand_between_their_heading_and_the_tick(page: Page, html: str):
    """Numbers are read over; nothing before, after or out of sight belongs to them."""
    page.set_content("<!doctype html>" + DECLARED.format(html))

    assert [unnumbered(one) for one in texts_of(ConfirmationPage(page).clauses)] == ["甲", "乙"]


@pytest.mark.parametrize("html", NO_CLAUSES.values(), ids=NO_CLAUSES)
def test_clauses_without_their_heading_are_not_guessed(page: Page, html: str):
    """Nothing is found where nobody could say what belongs to the declaration."""
    page.set_content("<!doctype html>" + DECLARED.format(html))

    assert ConfirmationPage(page).clauses.count() == 0


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("1. 甲", "甲"),
        ("（一）甲", "甲"),
        ("十二、甲", "甲"),
        ("1.5 倍", "1.5 倍"),
        ("一切险", "一切险"),
    ],
)
def test_number_before_a_paragraph_is_read_over(text: str, rest: str):
    """A number that belongs to the words stays."""
    assert unnumbered(text) == rest


BUTTONS = {
    "button": "<button id=a>确认投保</button>",
    "link": "<a id=a>确认投保</a>",
    "submit": "<input id=a type=submit value=确认投保>",
    "role": "<div id=a role=button>确认 投保</div>",
    "name": "<button id=a aria-label=确认投保></button>",
    "words in it": "<a id=a href=#><i></i><span>【确认投保】</span></a>",
    "pointed at": "<div id=a style='cursor:pointer'>确认投保</div>",
    "a hidden copy": "<button hidden>确认投保</button><button id=a>确认投保</button>",
    "words beside it": "<p>请按“确认投保”。</p><b>确认投保</b><button id=a>确认投保</button>",
}
NO_BUTTONS = {
    "two": "<button>确认投保</button><a href=#>确认投保</a>",
    "only words": "<p>确认投保</p>",
    "a longer word": "<button>确认投保人</button>",
    "another word": "<button>不确认投保</button>",
}


@pytest.mark.parametrize("html", BUTTONS.values(), ids=BUTTONS)
def test_a_button_is_found_by_its_words(page: Page, html: str):
    """Whatever draws it."""
    page.set_content(f"<!doctype html><style>[aria-label]{{width:20px}}</style>{html}")

    assert only(button(page, "确认投保")) == "a"


@pytest.mark.parametrize("html", NO_BUTTONS.values(), ids=NO_BUTTONS)
def test_what_is_no_button_or_there_twice_is_not_pressed(page: Page, html: str):
    """A word in a text, a longer word, a second button: nothing is chosen."""
    page.set_content(f"<!doctype html>{html}")

    assert button(page, "确认投保").count() != 1


AGREED = "已认真阅读以上内容并同意"
TOGGLING = """<script>document.querySelectorAll("[role=checkbox]").forEach(one => {
one.onclick = () => one.ariaChecked = String(one.ariaChecked !== "true") })</script>"""
TICKS = {
    "label around": f"<label><input id=a type=checkbox> {AGREED}</label>",
    "words beside": f"<div><input id=a type=checkbox><span>{AGREED}</span></div>",
    "role": f"<p><span id=a role=checkbox aria-checked=false>□</span>{AGREED}</p>",
    "drawn by its label": "<input id=x type=checkbox style='opacity:0'>"
    f"<label id=a for=x>{AGREED}</label>",
    "drawn in its place": "<div><input type=checkbox hidden><div id=a style='cursor:pointer' "
    f"onclick='previousSibling.checked = !previousSibling.checked'>{AGREED}</div></div>",
}


@pytest.mark.parametrize("html", TICKS.values(), ids=TICKS)
def test_a_tick_is_found_by_the_words_beside_it(page: Page, html: str):
    """Another tick beside it has other words."""
    page.set_content(f"<!doctype html>{html}<div><input type=checkbox>记住我</div>")

    assert only(tick(page, AGREED)) == "a"


@pytest.mark.parametrize("html", TICKS.values(), ids=TICKS)
def test_a_tick_comes_on_and_off_again(page: Page, html: str):
    """However it is drawn, one press changes it, and none is made in vain."""
    page.set_content(f"<!doctype html>{html}{TOGGLING}")
    form = ConfirmationPage(page)

    states = [form.is_accepted()]
    for act in (form.accept_declaration, form.accept_declaration, form.withdraw_acceptance):
        act()
        states.append(form.is_accepted())

    assert states == [False, True, True, False]


def test_a_tick_that_does_not_come_on_is_told(page: Page):
    """A press that changes nothing is no acceptance."""
    page.set_content(f"<!doctype html>{TICKS['role']}")
    page.set_default_timeout(1_000)

    with pytest.raises(ScreenNotReached):
        ConfirmationPage(page).accept_declaration()


HEADS = ("申请编号", "状态")
TABLES = {
    "heads apart": "<table><tr><th>申请编号<th>状态<th>操作</table>"
    "<table><tr><td>XW1<td>待确认<td>处理<tr><td>XW2<td>待确认<td>处理</table>",
    "cells for heads": "<table><tr><td>申请编号<td>状态<tr><td>XW1<td>待确认"
    "<tr><td>XW2<td>待确认</table>",
    "roles": "<div role=table><div role=row><b role=columnheader>申请编号</b>"
    "<b role=columnheader>状态</b></div>"
    "<div role=row><i role=cell>XW1</i><i role=cell>待确认</i></div>"
    "<div role=row><i role=cell>XW2</i><i role=cell>待确认</i></div></div>",
    "blocks": "<style>u{display:inline-block;width:90px}</style>"
    "<div><div><u>申请编号</u><u>状态</u></div>"
    "<div><div><u>XW1</u><u>待确认</u></div><div><u>XW2</u><u>待确认</u></div></div></div>",
    "a sum": "<table><tr><th>申请编号<th>状态<tr><td>XW1<td>待确认<tr><td>XW2<td>待确认"
    "<tr><td>合计<td>2</table>",
    "arrows": "<table><thead><tr><th><div><span>申请编号</span><i>▲▼</i></div><th>状态 ↕</thead>"
    "<tr><td>XW1<td>待确认<tr><td>XW2<td>待确认</table>",
    "a label like a head": "<div>申请编号<input></div><table><tr><th>状态<th>申请编号"
    "<tr><td>待确认<td>XW1<tr><td>待确认<td>XW2</table>",
}


@pytest.mark.parametrize("html", TABLES.values(), ids=TABLES)
def test_a_table_is_read_by_its_headings(page: Page, html: str):
    """It need be no table at all."""
    page.set_content(f"<!doctype html>{html}")
    table = Table(page, HEADS)

    read = [(row["申请编号"], row["状态"]) for row in table.read()]

    assert read == [("XW1", "待确认"), ("XW2", "待确认")]
    assert table.row("XW2").count() == 1


def test_of_two_tables_with_the_same_headings_none_is_read(page: Page):
    """There is no first one."""
    table = "<table><tr><th>申请编号<th>状态<tr><td>XW1<td>待确认</table>"
    page.set_content(f"<!doctype html>{table}{table}")

    assert Table(page, HEADS).read() == []


BOX = "<div style='position:fixed;z-index:9;top:9px;left:9px'>"
DIALOGS = {
    "role": "<div role=dialog><h2>提示</h2><p>{}</p><button>确定</button></div>",
    "native": "<dialog open><p>{}</p><form><input type=button value='确 定'></form></dialog>",
    "on top": BOX + "<div><span>提示</span></div><div>{}</div><a href=#>确定</a></div>",
}


@pytest.mark.parametrize("said", ["请先阅读并同意投保声明", "确认投保成功"])
@pytest.mark.parametrize("html", DIALOGS.values(), ids=DIALOGS)
def test_a_dialog_says_yes_or_no_by_its_words(page: Page, html: str, said: str):
    """Its title and its button are no part of the message."""
    page.set_content(f"<!doctype html><p>页面</p>{html.format(said)}")
    layer = Layer(page)
    is_good = "成功" in said

    assert layer.message.all_inner_texts() == [said]
    assert layer.refusal.all_inner_texts() == ([] if is_good else [said])
    assert (layer.success.count(), layer.ok_button.count()) == (int(is_good), 1)


def test_an_announcement_is_closed_by_its_cross_and_is_no_refusal(page: Page):
    """Its other button, whatever it says, is not pressed."""
    page.set_content(
        f"<!doctype html>{BOX}<h3>系统公告</h3><p>本周日维护</p><button id=a>×</button>"
        "<button>确定</button></div>"
    )
    layer = Layer(page)

    assert only(layer.announcement_cross) == "a"
    assert layer.refusal.count() == 0


FORM = """<!doctype html><h3>投保确认</h3>
<div>主要联系人姓名<input></div><div>主要联系人电话<input></div><div>主要联系人手机<input></div>
<div>主要联系人邮箱<input></div><div>备注<textarea></textarea></div>
<label><input type=checkbox>已认真阅读以上内容并同意</label>
<a href=# onclick="pressed.textContent += '真'">确认投保</a><p id=pressed></p>"""
DECOYS = {
    "a second button": "<button onclick=\"pressed.textContent += '假'\">确认投保</button>",
    "a second field": "<div>主要联系人邮箱<input></div>",
    "a second tick": "<label><input type=checkbox>已认真阅读以上内容并同意接收短信</label>",
}


@pytest.mark.parametrize("decoy", DECOYS.values(), ids=DECOYS)
def test_a_form_with_a_decoy_is_not_confirmed(page: Page, decoy: str, contact: Contact):
    """The screen and what is there twice are named, and nothing is pressed."""
    page.set_content(FORM + decoy)
    page.set_default_timeout(1_000)
    form = ConfirmationPage(page)

    with pytest.raises(ScreenNotReached) as stop:
        form.fill_contact(contact).accept_declaration().confirm()

    assert stop.value.screen in {"ConfirmationPage", "ConfirmedDialog"}
    assert any(word in stop.value.need for word in ("确认投保", "主要联系人邮箱", "已认真阅读"))
    assert page.locator("#pressed").inner_text() == ""


@pytest.mark.parametrize("kind", ["sentence", "refusal", "remember", "login", "frame", "message"])
def test_a_document_that_has_only_begun_says_nothing(page: Page, kind: str):
    """A slow portal sends its head first; there is no body yet, and no error."""
    page.set_content("<!doctype html><p>页面</p>")
    page.evaluate("document.body.remove()")

    assert page.locator(seen(kind)).count() == 0


GROUPED = {
    "spread": "<tr><th rowspan=2>申请编号<th colspan=2>审批<tr><th>状态<th>序号</thead>"
    "<tbody><tr><td>XW1<td>待确认<td>1",
    "below": "<tr><th rowspan=2>序号<th colspan=2>保单<tr><th>申请编号<th>状态</thead>"
    "<tbody><tr><td>1<td>XW1<td>待确认",
    "with fields": "<tr><th>序号<th>申请编号<th>状态<tr><th><th><input><th><input></thead>"
    "<tbody><tr><td>1<td>XW1<td>待确认",
}


@pytest.mark.parametrize("html", GROUPED.values(), ids=GROUPED)
def test_headings_in_two_rows_are_read(page: Page, html: str):
    """The heading of a column is the one right above it; a row of fields has none."""
    page.set_content(f"<!doctype html><table><thead>{html}</table>")

    assert Table(page, HEADS).read() == [{"序号": "1", "申请编号": "XW1", "状态": "待确认"}]


PINNED = """<style>div {{ position: relative; display: inline-block }}
.over {{ position: absolute; right: 0; top: 0 }}
table {{ border-collapse: collapse }} td, th {{ height: 30px; width: 90px; padding: 0 }}</style>
<div><table><tr><th>申请编号<th>状态<th><tr><td>XW1<td>待确认<td><tr><td>XW2<td>待确认<td></table>
<table class=over><tr><th><th><th>操作{}</table></div>"""
OVER = "<tr><td><td><td><a id={} href=#>处理</a>"


def test_a_column_that_stays_in_place_belongs_to_its_rows(page: Page):
    """It is drawn over the table, by rows of its own; what is in it is level with the row."""
    page.set_content("<!doctype html>" + PINNED.format(OVER.format("a") + OVER.format("b")))
    table = Table(page, HEADS)

    assert [row["申请编号"] for row in table.read()] == ["XW1", "XW2"]
    assert only(row_button(table.row("XW2"), "处理")) == "b"


def test_a_row_without_its_button_gets_no_other(page: Page):
    """Where one is missing, nobody could say which row the others are for."""
    page.set_content("<!doctype html>" + PINNED.format(OVER.format("a")))

    assert row_button(Table(page, HEADS).row("XW1"), "处理").count() == 0


def test_rows_are_read_from_the_top_down(page: Page):
    """In whatever order they stand in the page."""
    page.set_content(
        "<!doctype html><style>section { display: flex; flex-direction: column-reverse }"
        "i { display: inline-block; width: 90px }</style><div><i>申请编号</i><i>状态</i></div>"
        "<section><div><i>XW2</i><i>待确认</i></div><div><i>XW1</i><i>待确认</i></div></section>"
    )

    assert [row["申请编号"] for row in Table(page, HEADS).read()] == ["XW1", "XW2"]


def test_a_wrapper_without_a_box_hides_nothing(page: Page):
    """What is in it is seen as if it were not there."""
    page.set_content(
        "<!doctype html><style>x-a {display: contents}</style><x-a><x-a><p>姓名</p></x-a>"
        "<x-a><input id=a></x-a></x-a>"
    )

    assert only(Field(page, "姓名").control) == "a"


FACTS = {
    "cells": "<table><tr><td>申请编号<td>XW1<td>企业名称<td>模拟甲<tr><td>状态<td>待确认</table>",
    "parts": "<div><b>申请编号</b><i>XW1</i></div><div><b>企业名称：</b><i>模拟甲</i></div>"
    "<div><b>状态</b><i>待确认</i></div><h4>联系方式</h4>",
    "partly fields": "<div>申请编号<input readonly value=XW1></div><p><b>企业名称</b>"
    "<i>模拟甲</i></p><p><b>状态</b><i>待确认</i></p>",
}


@pytest.mark.parametrize("html", FACTS.values(), ids=FACTS)
def test_facts_are_read_from_fields_and_from_text(page: Page, html: str):
    """Each stands behind its label."""
    page.set_content(f"<!doctype html><section>{html}</section>")

    read = Field.read_all(page, "input[readonly]", ("申请编号", "企业名称", "状态"))

    assert read == (("申请编号", "XW1"), ("企业名称", "模拟甲"), ("状态", "待确认"))


def test_what_stands_between_two_facts_is_not_lost(page: Page):
    """A text that is not known belongs to the value before it, so that the two are not the same."""
    page.set_content("<!doctype html><p><b>申请编号</b><i>XW1</i><b>批次</b><i>7</i></p>")

    assert Field.read_all(page, "input[readonly]", ("申请编号",)) == (("申请编号", "XW1 批次 7"),)


LIST = """<ul id=list hidden><li>广州市<li>深圳市</ul><script>
field.onclick = () => { list.hidden = false };
list.onclick = event => { field[WHERE] = event.target.textContent; list.hidden = true };
</script>"""
LISTS = {
    "the browser's own": "<div>地市<select><option>广州市<option>深圳市</select></div>",
    "a field": "<div>地市<input id=field readonly></div>" + LIST.replace("WHERE", '"value"'),
    "a text": "<div>地市<span id=field role=combobox tabindex=0>请选择</span></div>"
    + LIST.replace("WHERE", '"innerText"'),
}


@pytest.mark.parametrize("html", LISTS.values(), ids=LISTS)
def test_an_option_of_any_list_is_chosen(page: Page, html: str):
    """The list may be the browser's own, or one that opens under a field or a text."""
    page.set_content(f"<!doctype html>{html}")
    control = Field(page, "地市").control

    choose(control, "深圳市")

    assert choice_of(control) == "深圳市"


PAGING = [
    "第 2 页，共 3 页",
    "前往 页",
    "每页显示",
    "11-20 / 23",
    "显示第 1 到第 9 条，总共 23 条记录",
]
SAID = ["请刷新页面后重试", "第 2 项没有填写", "记录已被修改", "每天只能提交 3 次"]


def test_paging_is_no_refusal(page: Page):
    """What tells or changes the page of a list is nobody's no, whenever it comes up."""
    page.set_content("<!doctype html><section><input></section>")
    page.locator(seen("remember")).count()
    page.evaluate(
        "texts => texts.forEach(text => document.body.firstChild.append(Object.assign("
        "document.createElement('p'), { textContent: text })))",
        PAGING + SAID,
    )

    assert [one.inner_text() for one in Layer(page).refusal.all()] == SAID


def test_a_count_or_a_title_is_no_refusal(page: Page):
    """Neither what counts rows and letters, nor the name of a box over the page."""
    page.set_content(
        f"<!doctype html><div><input><p id=count>共 1 条</p><p id=left>还可输入8字</p></div>{BOX}"
        "<p id=title>信息</p><p id=said>提示</p></div>"
    )
    page.locator(seen("remember")).count()
    for id_, text in {"count": "共 2 条", "left": "还可输入7字", "said": "号码不对"}.items():
        page.evaluate(
            "([id, text]) => { document.getElementById(id).textContent = text }", [id_, text]
        )

    assert [one.inner_text() for one in Layer(page).refusal.all()] == ["号码不对"]
