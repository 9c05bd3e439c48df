"""The desk under many records: what is pressed next stays within reach."""

from playwright.sync_api import expect

from fixtures.portal import MockState
from pages.desk import DeskPage


def test_a_long_list_is_turned_by_few_buttons(desk: DeskPage, mock_state: MockState):
    """First, last and neighbouring pages have a button; every policy is found all the same."""
    numbers = mock_state.add_policies(120)

    pending = desk.open_pending()
    buttons = pending.surface.locator(".page-number, .page-separator").all_inner_texts()
    listed = [policy.application_no for policy in pending.show_per_page(50).read()]

    assert buttons == ["1", "2", "3", "...", "12"]
    assert listed == numbers


def test_the_active_tab_is_in_view(desk: DeskPage, mock_state: MockState):
    """However many tabs there are, the strip shows the one whose frame is shown."""
    desk.tab.set_viewport_size({"width": 720, "height": 600})

    for number in mock_state.add_policies(2):
        desk.open_pending().process(number)
        expect(desk.active_tab).to_be_in_viewport(ratio=1)


def test_a_picked_day_can_be_taken_back(desk: DeskPage):
    """清空 empties the field; a press beside the days closes them and leaves it as it was."""
    policies = desk.open_policies()
    picker = policies.first_day

    picker.open()
    picker.days.first.click()
    picked = picker.field.input_value()
    picker.open()
    policies.surface.get_by_text("清空").click()
    cleared = picker.field.input_value()
    picker.open()
    policies.search_button.click()

    assert (picked[-3:], cleared) == ("-01", "")
    assert picker.days.count() == 0
