"""What a person does and sees beyond the page objects."""

import pytest

from fixtures.person import is_beside, press_twice

FIELDS = """
<input id="one" style="position:absolute; left:100px; top:50px; width:200px; height:30px">
<input id="two" style="position:absolute; left:500px; top:50px; width:200px; height:30px">
<input id="three" style="position:absolute; left:100px; top:120px; width:200px; height:30px">
<p id="tip" style="position:absolute; margin:0; left:{left}px; top:{top}px">{text}</p>
"""


@pytest.mark.parametrize("text", ["此项为必填项", "字符长度超长，且一个汉字算两个字符！" * 2])
@pytest.mark.parametrize(
    ("left", "top", "beside"),
    [
        (310, 50, ["one"]),
        (640, 52, ["two"]),
        (310, 120, ["three"]),
        (100, 84, ["one"]),
        (102, 156, ["three"]),
        (110, 86, ["one"]),
        (110, 100, ["three"]),
    ],
)
def test_message_is_beside_one_field(page, left, top, beside, text):
    """It stands right of its field, over its end where the window is too narrow, or close to it."""
    page.set_content(FIELDS.format(left=left, top=top, text=text))
    tip, fields = page.locator("#tip"), ["one", "two", "three"]

    assert [one for one in fields if is_beside(tip, page.locator(f"#{one}"))] == beside


def test_message_far_from_every_field_is_beside_none(page):
    """A message under the form belongs to no field."""
    page.set_content(FIELDS.format(left=310, top=400, text="此项为必填项"))

    assert not is_beside(page.locator("#tip"), page.locator("#three"))


def test_second_press_meets_what_lies_there(page):
    """A mask that the first press lays over a control takes the second press."""
    page.set_content(
        "<button onclick=\"count++; mask.style.display = 'block'\">甲</button>"
        "<div id='mask' style='display:none; position:fixed; inset:0'></div>"
        "<script>var count = 0; var mask = document.getElementById('mask')</script>"
    )
    press_twice(page.get_by_role("button"))

    assert page.evaluate("count") == 1
