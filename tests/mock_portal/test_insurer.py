"""保险公司: a person decides on a page (guide-2.6, guide-2.7)."""

import html

import pytest

from mock_portal import create_app

PAGE = {"Origin": "http://localhost"}


def decide(visitor, number, origin=PAGE, **form):
    """Press a button in the row of this policy."""
    return visitor.client.post(f"/insurer/{number}", data=form, headers=origin)


def test_what_came_in_is_shown(visitor, enterprise, number):
    """A confirmed policy is listed with who confirmed it and what was typed."""
    before = visitor.client.get("/insurer/").text
    visitor.confirm(number, contactName="模拟联系人乙")
    page = visitor.client.get("/insurer/").text

    assert "还没有企业确认保单" in before
    assert number in page
    assert enterprise["name"] in page
    assert "模拟联系人乙 020-80000001 13800000001 contact@example.com" in html.unescape(page)


@pytest.mark.parametrize(
    ("decision", "status"),
    [("underwritten", "已承保"), ("returned", "退回修改"), ("refused", "不予承保")],
)
def test_decision_appears_in_the_query(visitor, number, decision, status):
    """What a person decides here is what the enterprise finds in 保单查询."""
    visitor.confirm(number)
    decide(visitor, number, decision=decision, reason="模拟意见", effectiveDate="2031-05-06")
    (row,) = visitor.get("policies/query").get_json()["rows"]

    assert (row["status"], row["opinion"]) == (status, "模拟意见")
    assert row["effectiveDate"] == ("2031-05-06" if decision == "underwritten" else "")


def test_decision_is_made_once(visitor, number):
    """A policy that was decided stays as it is."""
    visitor.confirm(number)
    decide(visitor, number, decision="returned")
    decide(visitor, number, decision="underwritten")
    (row,) = visitor.get("policies/query").get_json()["rows"]

    assert row["status"] == "退回修改"


@pytest.mark.parametrize(
    ("origin", "decision", "status"),
    [
        ({}, "underwritten", 403),
        ({"Origin": "http://portal.example"}, "underwritten", 403),
        ({"Origin": "http://[portal"}, "underwritten", 403),
        (PAGE, "perhaps", 404),
    ],
)
def test_decision_of_a_foreign_page_is_refused(visitor, number, origin, decision, status):
    """Only this page decides, and only what an insurer can decide."""
    visitor.confirm(number)
    answer = decide(visitor, number, origin, decision=decision)
    (row,) = visitor.get("policies/query").get_json()["rows"]

    assert answer.status_code == status
    assert row["status"] == "已确认(待审批)"


def test_token_guards_the_page_too():
    """A portal whose doors demand a token shows this page to nobody without it."""
    client = create_app(doors_token="let-me-in").test_client()

    assert client.get("/insurer/").status_code == 403
    assert client.get("/insurer/", headers={"X-Doors-Token": "let-me-in"}).status_code == 200


def test_each_round_of_a_policy_is_shown_with_its_own_contact(visitor, enterprise, number):
    """It was returned, is pending again, and is confirmed by somebody else than before."""
    visitor.confirm(number, contactName="模拟联系人甲")
    visitor.decide(enterprise, number, decision="returned", again=True)
    returned = visitor.client.get("/insurer/")
    pending = visitor.get("pending/query").get_json()["rows"]
    visitor.confirm(number, contactName="模拟联系人乙")
    both = visitor.client.get("/insurer/").text
    records = visitor.get("policies/query").get_json()["rows"]

    assert (returned.status_code, "模拟联系人甲" in returned.text) == (200, True)
    assert [row["applNo"] for row in pending] == [number]
    assert ("模拟联系人甲" in both, "模拟联系人乙" in both) == (True, True)
    assert {row["status"] for row in records} == {"退回修改", "已确认(待审批)"}


def test_only_what_was_returned_is_pending_again(visitor, enterprise, number):
    """The door refuses any other decision with it, and decides nothing."""
    visitor.confirm(number)
    answer = visitor.decide(enterprise, number, decision="underwritten", again=True)
    (row,) = visitor.get("policies/query").get_json()["rows"]

    assert (answer.status_code, row["status"]) == (400, "已确认(待审批)")
