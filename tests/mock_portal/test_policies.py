"""保单查询 (guide-2.6, guide-2.7)."""

import re
from datetime import date, timedelta

import pytest


@pytest.fixture
def confirmed(visitor, number):
    """The number of a policy that was confirmed."""
    visitor.confirm(number)
    return number


def only_row(visitor):
    """Read the one row of 保单查询."""
    (row,) = visitor.get("policies/query").get_json()["rows"]
    return row


def test_list_has_its_columns_in_order(visitor, enterprise):
    """保单查询 shows these columns and a search by 申请编号."""
    page = visitor.get("policies/list").text

    assert '<h3 class="ibox-title">保单查询</h3>' in page
    assert '<label class="control-label">申请编号</label>' in page
    assert ">查询</button>" in page
    assert re.findall(r"<th .*?>(.+?)</th>", page) == [
        *("序号", "申请编号", "保单号", "产品名称", "状态", "确认时间", "生效日期", "审批意见"),
    ]


def test_pending_policy_is_not_shown(visitor, enterprise):
    """What was not confirmed is not in 保单查询."""
    assert visitor.get("policies/query").get_json() == {"total": 0, "rows": []}


def test_confirmed_policy_waits_for_the_insurer(visitor, confirmed):
    """Confirmed, a policy has neither number nor effective date nor opinion."""
    row = only_row(visitor)

    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", row.pop("confirmTime"))
    assert row == {
        "applNo": confirmed,
        "policyNo": "",
        "productName": "中小企业综合保险(小微企业适用)",
        "status": "已确认(待审批)",
        "effectiveDate": "",
        "opinion": "",
    }


def test_underwritten_policy_has_number_and_effective_date(visitor, enterprise, confirmed):
    """The insurer's approval gives the policy its number and its date."""
    visitor.decide(
        enterprise, confirmed, decision="underwritten", effective_date="2031-05-06", reason="同意"
    )

    row = only_row(visitor)
    assert (row["status"], row["effectiveDate"], row["opinion"]) == ("已承保", "2031-05-06", "同意")
    assert row["policyNo"] == visitor.state(enterprise)["policies"][0]["policy_no"]
    assert re.fullmatch(r"MN\d{14}", row["policyNo"])


@pytest.mark.parametrize(("decision", "text"), [("returned", "退回修改"), ("refused", "不予承保")])
def test_policy_that_is_not_underwritten_shows_why(visitor, enterprise, confirmed, decision, text):
    """Returned or refused, a policy shows the reason and no effective date."""
    visitor.decide(enterprise, confirmed, decision=decision, reason="资料不齐")

    row = only_row(visitor)
    assert (row["status"], row["opinion"]) == (text, "资料不齐")
    assert (row["policyNo"], row["effectiveDate"]) == ("", "")


def test_effective_date_is_the_day_of_approval_unless_told(visitor, enterprise, confirmed):
    """Without a date from the insurer, cover begins on the enterprise's day of approval."""
    clock = f"/__mock__/enterprises/{enterprise['uscc']}/clock"
    later = visitor.client.post(clock, json={"forward_seconds": 7 * 86400}).get_json()["now"]

    visitor.decide(enterprise, confirmed, decision="underwritten")
    visitor.enter(enterprise)

    assert only_row(visitor)["effectiveDate"] == later[:10]


@pytest.mark.parametrize(
    ("first", "last", "is_found"),
    [(0, 0, True), (None, 0, True), (0, None, True), (1, None, False), (None, -1, False)],
)
def test_search_is_by_the_day_of_confirmation(
    visitor, enterprise, confirmed, first, last, is_found
):
    """Both days belong to the range, and either may be left out."""
    day = date.fromisoformat(only_row(visitor)["confirmTime"][:10])
    asked = {
        name: (day + timedelta(days=shift)).isoformat()
        for name, shift in (("beginDate", first), ("endDate", last))
        if shift is not None
    }

    assert (visitor.numbers("policies/query", **asked) == [confirmed]) is is_found


def test_days_the_wrong_way_round_are_refused(visitor, confirmed):
    """A range that ends before it begins gets a message, and no rows."""
    day = date.fromisoformat(only_row(visitor)["confirmTime"][:10])

    said = visitor.get("policies/query", beginDate=day, endDate=day - timedelta(days=1)).get_json()

    assert said == {"code": -1, "message": "开始日期不能晚于结束日期", "data": None}


def test_policies_confirmed_by_a_person_are_listed(visitor, enterprise):
    """The door can push policies that somebody has confirmed already."""
    door = f"/__mock__/enterprises/{enterprise['uscc']}/policies"
    (added,) = visitor.client.post(door, json={"count": 1, "confirmed": True}).get_json()

    assert visitor.numbers("policies/query") == [added["application_no"]]
    assert [one["by"] for one in added["confirmations"]] == ["person"]


@pytest.mark.parametrize(
    ("asked", "shown"), [("", [0, 1]), ("second", [1]), (" second ", [1]), ("XW", [])]
)
def test_search_is_by_the_exact_number(visitor, asked, shown):
    """An empty 申请编号 finds all that is confirmed, a number exactly that one."""
    enterprise = visitor.create(pending=3)
    visitor.enter(enterprise)
    numbers = [policy["application_no"] for policy in enterprise["policies"]]
    for number in numbers[:2]:
        visitor.confirm(number)

    found = visitor.numbers("policies/query", applNo=asked.replace("second", numbers[1]))

    assert found == [numbers[index] for index in shown]


def test_list_is_paged_by_the_server(visitor):
    """保单查询 is paged like 待确认."""
    enterprise = visitor.create(pending=12)
    visitor.enter(enterprise)
    for policy in enterprise["policies"]:
        visitor.confirm(policy["application_no"])

    answer = visitor.get("policies/query", limit=10, offset=10).get_json()

    assert (answer["total"], len(answer["rows"])) == (12, 2)


def test_another_enterprise_sees_nothing(visitor, stranger, confirmed):
    """Policies are shown to their own enterprise only, even by number."""
    stranger.enter(stranger.create())

    assert stranger.numbers("policies/query", applNo=confirmed) == []
