"""A person confirms a policy by reading alone; each redesign must leave this way open."""

from dataclasses import asdict

from fixtures.people import CONTACT
from fixtures.walker import Walker
from mock_portal.redesigns import catalogue

LABELS = {
    "主要联系人姓名": CONTACT.name,
    "主要联系人电话": CONTACT.phone,
    "主要联系人手机": CONTACT.mobile,
    "主要联系人邮箱": CONTACT.email,
    "备注": CONTACT.remarks,
}


def test_person_confirms_a_policy(page, base_url, mock_state, pytestconfig):
    """Log in, find the policy on the last page, read, fill in, tick, confirm, and look it up."""
    number = mock_state.add_policies(12)[-1]
    page.goto(f"{base_url}/index.action")
    redesigns = [catalogue()[id_] for id_ in pytestconfig.getoption("redesign")]
    ways = [press.removeprefix("按 ") for one in redesigns for press in one.presses]
    desk = Walker(page, ways).log_in(mock_state).enter_desk()

    desk.press("待确认")
    desk.turn_to(number).press("处理", beside=number)
    desk.read("投保声明")
    desk.read_anywhere(number)
    document = desk.view("查看单证")
    for label, value in LABELS.items():
        desk.fill(label, value)
    desk.tick("已认真阅读以上内容并同意")
    desk.press("确认投保")
    desk.read("确认投保成功")
    desk.press("确定")
    desk.press("保单查询")
    desk.fill("申请编号", number)
    desk.press("查询")
    desk.read(number)

    assert document.startswith(b"%PDF")
    (confirmation,) = mock_state.confirmations(number)
    assert confirmation["accepted"]
    assert confirmation["contact"] == asdict(CONTACT)
