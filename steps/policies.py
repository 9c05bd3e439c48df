"""保单查询 (guide-2.6, guide-2.7)."""

from datetime import date, datetime, timedelta

import pytest
from playwright.sync_api import expect
from pytest_bdd import given, parsers, then, when

from fixtures.portal import MockState
from fixtures.refusals import AnswerTo, PortalAnswer
from pages.desk import DeskPage
from pages.models import Contact, PolicyRecord, PolicyStatus
from pages.parts import PagedTable
from pages.policies import PoliciesPage

DECISIONS = {"退回": "returned", "拒绝": "refused"}
DAYS = {"前天": -2, "昨天": -1, "今天": 0, "明天": 1, "后天": 2}


@pytest.fixture
def record(policies: PoliciesPage) -> PolicyRecord:
    (record,) = policies.read()
    return record


@given("企业已确认这张保单")
def confirmed_policy(desk: DeskPage, application_no: str, contact: Contact) -> None:
    form = desk.open_pending().process(application_no)
    form.fill_contact(contact).accept_declaration().confirm().close()


@given("企业的两张保单都已确认")
def two_confirmed_policies(desk: DeskPage, application_nos: list[str], contact: Contact) -> None:
    confirmed_policy(desk, application_nos[0], contact)
    confirmed_policy(desk, application_nos[1], contact)


@given(parsers.parse("保险公司承保这张保单，“{date}”生效"))
def insurer_underwrites(mock_state: MockState, application_no: str, date: str) -> None:
    mock_state.decide(application_no, "underwritten", effective_date=date)


@given(parsers.parse("保险公司“{decision}”这张保单，意见是“{opinion}”"))
def insurer_declines(
    mock_state: MockState, application_no: str, decision: str, opinion: str
) -> None:
    mock_state.decide(application_no, DECISIONS[decision], reason=opinion)


@given("保险公司承保这张保单，明天生效")
def insurer_underwrites_from_tomorrow(mock_state: MockState, application_no: str) -> None:
    insurer_underwrites(mock_state, application_no, str(_day(mock_state, "明天")))


@given(parsers.parse("保险公司退回这张保单，意见是“{opinion}”，门户又推送了一次"))
def insurer_returns_to_pending(mock_state: MockState, application_no: str, opinion: str) -> None:
    mock_state.return_to_pending(application_no, reason=opinion)


@given("另一家企业也有1张确认过的保单")
def confirmed_policy_of_somebody_else(another_mock_state: MockState) -> None:
    another_mock_state.add_confirmed_policies(1)


@given(parsers.parse("企业已有{count:d}张保单确认过"))
def many_confirmed_policies(mock_state: MockState, count: int) -> None:
    mock_state.add_confirmed_policies(count)


@given("确认以后20分钟“保单查询”才查得到")
def policies_lag(mock_state: MockState) -> None:
    mock_state.set_faults({"id": "policies_lag", "params": {"seconds": 1200.0}})


@when("企业查询今天确认的保单", target_fixture="policies")
def search_today(desk: DeskPage, mock_state: MockState) -> PoliciesPage:
    return search_between(desk, mock_state, "今天", "今天")


@when("企业查询两个月以后确认的保单", target_fixture="policies")
def search_in_two_months(desk: DeskPage, mock_state: MockState) -> PoliciesPage:
    later = datetime.fromisoformat(mock_state.now()).date() + timedelta(days=62)
    return desk.open_policies().search_confirmed(later, later)


@when(parsers.parse("企业查询从“{first}”到“{last}”确认的保单"), target_fixture="policies")
def search_between(desk: DeskPage, mock_state: MockState, first: str, last: str) -> PoliciesPage:
    return desk.open_policies().search_confirmed(_day(mock_state, first), _day(mock_state, last))


@when(parsers.parse("企业查询从“{first}”到“{last}”确认的保单，却被拒绝"), target_fixture="answer")
def search_between_in_vain(
    desk: DeskPage, mock_state: MockState, first: str, last: str, answer_to: AnswerTo
) -> PortalAnswer:
    search = desk.open_policies().search_confirmed
    return answer_to(search, _day(mock_state, first), _day(mock_state, last))


@when("企业再查询一次", target_fixture="policies")
def search_once_more(policies: PoliciesPage) -> PoliciesPage:
    return policies.search("")


@when("企业打开“保单查询”，翻到下一页", target_fixture="policies")
def turn_page(desk: DeskPage) -> PoliciesPage:
    return desk.open_policies().next_page()


@given("企业正看着“保单查询”", target_fixture="policies")
@when("企业打开“保单查询”", target_fixture="policies")
def open_policies(desk: DeskPage) -> PoliciesPage:
    return desk.open_policies()


@when("企业查询这张保单", target_fixture="policies")
def search(desk: DeskPage, application_no: str) -> PoliciesPage:
    return desk.open_policies().search(application_no)


@then("查不到这张保单")
def not_found(policies: PoliciesPage, application_no: str) -> None:
    assert not policies.records_of(application_no)


@then(parsers.parse("过20分钟，查得到这张保单"))
def found_later(policies: PoliciesPage, mock_state: MockState, application_no: str) -> None:
    mock_state.forward(20)

    assert policies.records_of(application_no)


@then(parsers.parse("列出{count:d}张保单"))
@then(parsers.parse("这一页列出{count:d}张保单"))
def page_lists(policies: PoliciesPage, count: int) -> None:
    assert len(policies.read()) == count


@then(parsers.parse("序号是“{numbers}”"))
def rows_are_numbered(desk: DeskPage, numbers: str) -> None:
    assert "、".join(row["序号"] for row in PagedTable(desk.active_frame).read()) == numbers


@then(parsers.parse("“保单查询”上写着"))
def policies_say(policies: PoliciesPage, docstring: str) -> None:
    said = policies.words()

    assert said[: len(docstring.splitlines())] == tuple(docstring.splitlines())


@then("只列出这张保单")
def only_this_policy(policies: PoliciesPage, application_no: str) -> None:
    assert [record.application_no for record in policies.read()] == [application_no]


@then("这张保单仍列在眼前")
def still_in_front(desk: DeskPage, application_no: str) -> None:
    only_this_policy(PoliciesPage(desk.active_frame), application_no)


@then(parsers.parse("“{status}”的只有这张保单"))
def only_this_one_is(policies: PoliciesPage, application_nos: list[str], status: str) -> None:
    assert _numbers_of(policies, status) == [application_nos[0]]


@then(parsers.parse("“{status}”的只有另一张保单"))
def only_the_other_is(policies: PoliciesPage, application_nos: list[str], status: str) -> None:
    assert _numbers_of(policies, status) == [application_nos[1]]


@then("“待确认”中又有这张保单")
def pending_again(desk: DeskPage, application_no: str) -> None:
    assert desk.open_pending().has(application_no)


@then(parsers.parse("保单状态是“{status}”"))
def status_is(record: PolicyRecord, status: str) -> None:
    assert record.status == PolicyStatus.of(status)


@then(parsers.parse("保单状态是“{status}”，审批意见是“{opinion}”"))
def status_and_opinion_are(record: PolicyRecord, status: str, opinion: str) -> None:
    assert record.status == PolicyStatus.of(status)
    assert record.opinion == opinion


@then(parsers.parse("“保单查询”里这张保单是“{status}”，产品是“{product}”"))
def found_with(desk: DeskPage, application_no: str, status: str, product: str) -> None:
    (record,) = desk.open_policies().records_of(application_no)

    assert (record.status, record.product) == (PolicyStatus.of(status), product)


@then(parsers.parse("保单的产品是“{product}”"))
def product_is(record: PolicyRecord, product: str) -> None:
    assert record.product == product


@then("确认时间是门户收到确认的时间")
def confirmed_when_it_arrived(
    record: PolicyRecord, mock_state: MockState, application_no: str
) -> None:
    (confirmation,) = mock_state.confirmations(application_no)

    assert record.confirmed_at == confirmation["arrived_at"][:19].replace("T", " ")


@then("保单有保单号")
def has_a_policy_number(record: PolicyRecord) -> None:
    assert record.policy_no


@then("还没有保单号和生效日期")
def neither_number_nor_date(record: PolicyRecord) -> None:
    assert (record.policy_no, record.effective_on) == ("", "")


@then(parsers.parse("生效日期是“{date}”"))
def effective_date_is(record: PolicyRecord, date: str) -> None:
    assert record.effective_on == date


@then(parsers.parse("表格里写着“{notice}”"))
def table_is_empty(desk: DeskPage, notice: str) -> None:
    expect(PagedTable(desk.active_frame).empty_notice).to_have_text(notice)


def _day(mock_state: MockState, word: str) -> date | None:
    """Return the day that a word means at the portal; “不限” means none."""
    today = datetime.fromisoformat(mock_state.now()).date()
    return {"不限": None, **{one: today + timedelta(days=n) for one, n in DAYS.items()}}[word]


def _numbers_of(policies: PoliciesPage, status: str) -> list[str]:
    return [one.application_no for one in policies.read() if one.status is PolicyStatus.of(status)]
