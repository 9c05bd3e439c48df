"""保单查询 (guide-2.6, guide-2.7)."""

import re
from calendar import monthrange
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from playwright.sync_api import expect
from pytest_bdd import given, parsers, then, when

from fixtures.past_the_page import PastThePage
from fixtures.portal import MockState
from fixtures.records import confirmed_records
from fixtures.refusals import AnswerTo, PortalAnswer
from fixtures.words import lacking
from pages.desk import DeskPage
from pages.models import Contact, PolicyRecord, PolicyStatus
from pages.parts import PagedTable
from pages.policies import PoliciesPage
from pages.reading import text_of

POLICIES_QUERY = "/swProxy/xwtbserver/sw/policies/query"
DECISIONS = {"退回": "returned", "拒绝": "refused"}


@given("企业连续五天各确认了一张保单", target_fixture="application_nos")
def confirmed_day_by_day(mock_state: MockState) -> list[str]:
    return mock_state.add_policies_by_day(5, confirmed=True)


@given("企业又确认了9张保单", target_fixture="application_nos")
def nine_more(mock_state: MockState, application_nos: list[str]) -> list[str]:
    return application_nos + mock_state.add_confirmed_policies(9)


@given(
    parsers.parse("企业已确认保单“{first}”、“{second}”和“{third}”，编号互相包含"),
    target_fixture="application_nos",
)
def confirmed_numbers_within_numbers(
    mock_state: MockState, first: str, second: str, third: str
) -> list[str]:
    own = mock_state.enterprise.uscc[-9:]
    numbers = (own + first, own + second, own + third)
    return mock_state.add_policies_numbered(*numbers, confirmed=True)


def any_list(desk: DeskPage) -> PagedTable:
    """Return the list that the active tab shows, 待确认 or 保单查询."""
    return PagedTable(desk.active_frame, ("申请编号", "状态"))


@given("企业已确认这张保单")
def confirmed_policy(desk: DeskPage, application_no: str, contact: Contact) -> None:
    form = desk.open_pending().process(application_no)
    form.fill_contact(contact).accept_declaration().confirm().close()


@given(parsers.parse("保险公司承保这张保单，“第{number:d}天”生效"))
def insurer_underwrites_from(
    mock_state: MockState, application_nos: list[str], application_no: str, number: int
) -> None:
    insurer_underwrites(mock_state, application_no, str(_day(mock_state, application_nos, number)))


@given(parsers.re(r"保险公司承保这张保单，“(?P<effective>\d{4}-\d\d-\d\d)”生效"))
def insurer_underwrites(mock_state: MockState, application_no: str, effective: str) -> None:
    mock_state.decide_at_the_insurer(application_no, "underwritten", effective_date=effective)


@given("保险公司承保这张保单")
def insurer_underwrites_at_once(mock_state: MockState, application_no: str) -> None:
    mock_state.decide_at_the_insurer(application_no, "underwritten")


@given(parsers.parse("保险公司“{decision}”这张保单，意见是“{opinion}”"))
def insurer_declines(
    mock_state: MockState, application_no: str, decision: str, opinion: str
) -> None:
    mock_state.decide_at_the_insurer(application_no, DECISIONS[decision], opinion=opinion)


@given(parsers.parse("保险公司退回这张保单，意见是“{opinion}”，门户又推送了一次"))
def insurer_returns_to_pending(mock_state: MockState, application_no: str, opinion: str) -> None:
    mock_state.return_to_pending(application_no, reason=opinion)


@given("另一家企业也有1张确认过的保单", target_fixture="foreign_no")
def confirmed_policy_of_somebody_else(another_mock_state: MockState) -> str:
    return another_mock_state.add_confirmed_policies(1)[0]


@given("确认以后20分钟“保单查询”才查得到")
def policies_lag(mock_state: MockState) -> None:
    mock_state.set_faults({"id": "policies_lag", "params": {"seconds": 1200.0}})


@when(parsers.parse("企业查询从“{first}”到“{last}”确认的保单"), target_fixture="policies")
def search_between(
    desk: DeskPage, mock_state: MockState, application_nos: list[str], first: str, last: str
) -> PoliciesPage:
    days = [_day_named(mock_state, application_nos, one) for one in (first, last)]
    return desk.open_policies().search_confirmed(*days)


@when(
    parsers.parse("企业查询从“{first}”到“{last}”确认的保单，再清空日期查询"),
    target_fixture="policies",
)
def search_between_and_clear(
    desk: DeskPage, mock_state: MockState, application_nos: list[str], first: str, last: str
) -> PoliciesPage:
    policies = search_between(desk, mock_state, application_nos, first, last)
    return policies.search_any_day()


@when(parsers.parse("企业查询从“{first}”到“{last}”确认的保单，却被拒绝"), target_fixture="answer")
def search_between_in_vain(
    desk: DeskPage,
    mock_state: MockState,
    application_nos: list[str],
    first: str,
    last: str,
    answer_to: AnswerTo,
) -> PortalAnswer:
    days = [_day_named(mock_state, application_nos, one) for one in (first, last)]
    return answer_to(desk.open_policies().search_confirmed, *days)


@when("企业再查询一次", target_fixture="policies")
def search_once_more(policies: PoliciesPage) -> PoliciesPage:
    return policies.search("")


@when("企业打开“保单查询”，翻到下一页", target_fixture="policies")
def turn_page(desk: DeskPage) -> PoliciesPage:
    return desk.open_policies().next_page()


@when("企业翻到“保单查询”的下一页，再查询一次", target_fixture="policies")
def search_from_the_next_page(desk: DeskPage) -> PoliciesPage:
    return desk.open_policies().next_page().search("")


@given("企业正看着“保单查询”", target_fixture="policies")
@when("企业打开“保单查询”", target_fixture="policies")
def open_policies(desk: DeskPage) -> PoliciesPage:
    return desk.open_policies()


@when("企业查询这张保单", target_fixture="policies")
def search(desk: DeskPage, application_no: str) -> PoliciesPage:
    return desk.open_policies().search(application_no)


@given("企业查询全部保单，门户要2秒才答")
def slow_search(policies: PoliciesPage, mock_state: MockState) -> None:
    mock_state.set_faults({"id": "slow", "params": {"seconds": 2.0, "path": POLICIES_QUERY}})
    policies.begin_to_search("")
    mock_state.await_requests(POLICIES_QUERY, 2)


@when("企业接着查询这张保单", target_fixture="policies")
def search_meanwhile(
    policies: PoliciesPage, mock_state: MockState, application_no: str
) -> PoliciesPage:
    mock_state.set_faults()
    return policies.search(application_no)


@when("企业查询这张保单，编号前后有空格", target_fixture="policies")
def search_with_blanks(desk: DeskPage, application_no: str) -> PoliciesPage:
    return desk.open_policies().search(f" {application_no}  ")


@when("企业查询别家企业的保单", target_fixture="policies")
def search_a_foreign_policy(desk: DeskPage, foreign_no: str) -> PoliciesPage:
    return desk.open_policies().search(foreign_no)


@then("查不到这张保单")
def not_found(policies: PoliciesPage, application_no: str) -> None:
    assert not policies.records_of(application_no)


@then(parsers.parse("过20分钟，查得到这张保单"))
def found_later(policies: PoliciesPage, mock_state: MockState, application_no: str) -> None:
    mock_state.forward(20)

    assert policies.records_of(application_no)


@then(parsers.parse("序号是“{numbers}”"))
def rows_are_numbered(desk: DeskPage, numbers: str) -> None:
    assert "、".join(row["序号"] for row in any_list(desk).read()) == numbers


@then("“保单查询”上写着")
def policies_say(policies: PoliciesPage, docstring: str) -> None:
    assert not lacking(policies.words(), docstring.splitlines())


@when("企业打开“保单查询”的日期选择框", target_fixture="policies")
def open_the_calendar(desk: DeskPage) -> PoliciesPage:
    policies = desk.open_policies()
    policies.first_day.open()
    return policies


@then("这个月的每一天都可以选")
def every_day_is_there(policies: PoliciesPage) -> None:
    year, month = map(int, re.findall(r"\d+", text_of(policies.first_day.month)))
    days = range(1, monthrange(year, month)[1] + 1)

    expect(policies.first_day.days).to_have_text([str(day) for day in days])


@then(parsers.parse("列出的是第{which}张保单"))
def listed(policies: PoliciesPage, application_nos: list[str], which: str) -> None:
    shown = [application_nos.index(one.application_no) + 1 for one in policies.read()]

    assert "、".join(map(str, shown)) == which


@then(parsers.parse("先前的答复到了以后，列出的仍是第{which}张保单"))
def still_listed(
    policies: PoliciesPage,
    mock_state: MockState,
    past_the_page: PastThePage,
    application_nos: list[str],
    which: str,
) -> None:
    mock_state.await_requests(POLICIES_QUERY, 3, answered=True)
    past_the_page.query()  # the browser has time to show the answer

    listed(policies, application_nos, which)


@then(parsers.parse("列出的五张保单都是“{status}”"))
def five_records(
    policies: PoliciesPage, mock_state: MockState, application_nos: list[str], status: str
) -> None:
    records = policies.read_all()

    assert records == confirmed_records(mock_state, application_nos)
    assert {one.status for one in records} == {PolicyStatus.of(status)}


@then("五张保单仍列在眼前")
def still_in_front(desk: DeskPage, mock_state: MockState, application_nos: list[str]) -> None:
    shown = PoliciesPage(desk.active_frame).read_all()

    assert shown == confirmed_records(mock_state, application_nos)


@then("五张保单都没有保单号和生效日期")
def neither_number_nor_date(policies: PoliciesPage) -> None:
    assert [(one.policy_no, one.effective_on) for one in policies.read_all()] == [("", "")] * 5


@then(parsers.parse("只有这张保单是“{status}”，有保单号，生效日期是“{effective}”"))
def only_this_one_is_underwritten(
    policies: PoliciesPage,
    mock_state: MockState,
    application_nos: list[str],
    application_no: str,
    status: str,
    effective: str,
) -> None:
    number = mock_state.policy_no(application_no)
    changes: dict[str, Any] = {
        "status": PolicyStatus.of(status),
        "policy_no": number,
        "effective_on": effective,
    }

    assert number
    assert policies.read_all() == _but_for(mock_state, application_nos, application_no, **changes)


@then(parsers.parse("只有这张保单是“{status}”，审批意见是“{opinion}”"))
def only_this_one_is(
    policies: PoliciesPage,
    mock_state: MockState,
    application_nos: list[str],
    application_no: str,
    status: str,
    opinion: str,
) -> None:
    changes: dict[str, Any] = {"status": PolicyStatus.of(status), "opinion": opinion}

    assert policies.read_all() == _but_for(mock_state, application_nos, application_no, **changes)


@then(parsers.parse("这张保单先是“{earlier}”，后是“{later}”"))
def both_records(
    policies: PoliciesPage, mock_state: MockState, application_no: str, earlier: str, later: str
) -> None:
    first, second = policies.read_all()

    assert (first.status, second.status) == (PolicyStatus.of(earlier), PolicyStatus.of(later))
    assert [second] == confirmed_records(mock_state, [application_no])


@then("“待确认”中只有这张保单")
def only_this_one_is_pending(desk: DeskPage, application_no: str) -> None:
    assert [one.application_no for one in desk.open_pending().read()] == [application_no]


@then(parsers.parse("这张保单的生效日期是“{effective}”"))
def effective_date_is(policies: PoliciesPage, application_no: str, effective: str) -> None:
    shown = [(one.application_no, one.effective_on) for one in policies.read_all()]

    assert shown == [(application_no, effective)]


@then("这张保单的生效日期是门户的今天")
def effective_today(policies: PoliciesPage, mock_state: MockState, application_no: str) -> None:
    effective_date_is(policies, application_no, mock_state.now()[:10])


@then(parsers.parse("表格里写着“{notice}”"))
def table_is_empty(desk: DeskPage, notice: str) -> None:
    expect(any_list(desk).empty_notice).to_have_text(notice)


def _day_named(mock_state: MockState, application_nos: list[str], word: str) -> date | None:
    """Return the day that a word such as “第2天” means; “不限” means none."""
    number = word.strip("第天")
    return None if number == "不限" else _day(mock_state, application_nos, int(number))


def _day(mock_state: MockState, application_nos: list[str], number: int) -> date:
    """Return a day, counted from the day on which the enterprise confirmed the first policy."""
    first = date.fromisoformat(mock_state.pushed[application_nos[0]].pushed_on)
    return first + timedelta(days=number - 1)


def _but_for(
    mock_state: MockState, application_nos: list[str], changed: str, **changes: Any
) -> list[PolicyRecord]:
    """Return the records of confirmed policies, of which one has changed."""
    records = confirmed_records(mock_state, application_nos)
    return [replace(one, **changes) if one.application_no == changed else one for one in records]
