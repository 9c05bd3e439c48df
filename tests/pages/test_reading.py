"""The portal's text enters visible, by whichever way it is read."""

from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Page

from pages.errors import PortalRefused, UnknownWording
from pages.parts import DialogLog, Field, Table
from pages.pending import ConfirmationPage
from pages.reading import (
    facts_of,
    facts_of_all,
    lines_of,
    message_of,
    outline_of,
    text_of,
    texts_of,
    title_of,
    value_of,
)

HOSTILE = {
    "clear screen": "\x1b[2J",
    "window title": "\x1b]0;已确认\x07",
    "C1 colour": "\x9b31m",
    "direction": "\u202e保单\u2066",
    "zero width": "XW\u200b1",
}
READERS = {
    text_of: ("inner_text", str),
    texts_of: ("all_inner_texts", lambda text: [text]),
    lines_of: ("inner_text", str),
    value_of: ("input_value", str),
    title_of: ("title", str),
    outline_of: ("aria_snapshot", str),
    lambda part: facts_of(part, ""): ("evaluate", lambda text: {"name": [text]}),
    lambda parts: facts_of_all(parts, ""): ("evaluate_all", lambda text: [["名称", text]]),
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("read", READERS, ids=[name for name, _ in READERS.values()])
def test_text_is_visible_however_it_is_read(read: Any, hostile: str):
    """No reader hands on a character that hides, or that a terminal obeys."""
    name, made = READERS[read]
    part = SimpleNamespace(**{name: lambda *_: made(f"前{hostile}后")})

    said = str(read(part))

    assert "前" in said
    assert said.replace("\n", "").isprintable()


def test_dialog_stays_in_its_line():
    """A native dialog has lines of its own; the second could look like another message."""
    assert message_of(SimpleNamespace(message="请重试\n已确认\x1b[1A")) == r"请重试 已确认\x1b[1A"


PAGE = """<!doctype html><meta charset="utf-8"><body>
<div class="form-group"><label>*产品名称</label><input readonly id="product"></div>
<table><thead><tr><th>单证名称<th>查看</thead><tbody>
<tr><td id="name"></td><td><a href="#">查看单证</a></td></tr></tbody></table>
<h4>投保声明</h4><ol><li id="clause"></ol>
<label><input type="checkbox">已认真阅读以上内容并同意</label>
<button>确认投保</button>
<div class="layui-layer-dialog"><div class="layui-layer-content" id="told"></div></div>
<script>
const hostile = HOSTILE;
product.value = `短期险${hostile}`;
for (const one of [name_cell = document.getElementById("name"), clause, told])
    one.textContent = `短期险${hostile}`;
</script>"""


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_hostile_page_cannot_write_past_its_field(hostile: str, page: Page):
    """Fields, tables, refusals and dialogs of a real browser arrive spelled out."""
    spelled = "".join(
        rf"\x{ord(one):02x}" if ord(one) < 0xA0 else rf"\u{ord(one):04x}" for one in hostile
    )
    page.set_content(PAGE.replace("HOSTILE", f'"{spelled}"'))
    page.evaluate("text => alert(text)", f"已确认\n{hostile}")
    form = ConfirmationPage(page)

    ((_, product),) = Field.read_all(page, "input[readonly]")
    (row,) = Table(page, ("单证名称", "查看")).read()
    with pytest.raises(PortalRefused) as refusal:
        form.ready()
    with pytest.raises(UnknownWording):
        form.view_document(row["单证名称"])
    said = [product, row["单证名称"], *refusal.value.messages, *DialogLog.of(page).take()]

    assert all(one.isprintable() for one in said)
    assert [one for one in said if "短期险" not in one] == said[-1:]
    assert hostile not in "".join(said)
