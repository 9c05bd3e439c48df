"""待确认, 联系方式, 单证, 投保声明, 确认投保 (guide-2.1 to guide-2.5)."""

from dataclasses import asdict, replace
from io import BytesIO

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader
from pytest_bdd import given, parsers, then, when

from fixtures.account_forms import attempts_by, written_out
from fixtures.faults import fault
from fixtures.past_the_page import PastThePage
from fixtures.person import is_beside, press_twice
from fixtures.portal import FillIn, MadeEnterprise, MockState
from fixtures.records import confirmed_records
from fixtures.refusals import AnswerTo, PortalAnswer
from fixtures.words import expect_each, filled_in, lacking
from pages.desk import DeskPage
from pages.errors import ScreenNotReached
from pages.login import LoginPage
from pages.models import Contact, Document, PolicyStatus
from pages.parts import Field
from pages.pending import ConfirmationPage, ConfirmedDialog, PendingPage

PENDING_QUERY = "/swProxy/xwtbserver/sw/pending/query"
DOCUMENT = "/swProxy/xwtbserver/sw/pending/document"
CONFIRM = "/swProxy/xwtbserver/sw/pending/confirm"
FORM_NAMES = {"主要联系人手机": "contactMobile"}
CHANGED_FIELDS = {
    "企业名称": "别的企业有限公司",
    "统一社会信用代码": "别的统一社会信用代码",
    "组织机构代码": "别的组织机构代码",
    "产品名称": "别的产品",
    "状态": "已承保",
}
CONTACT_FIELDS = {
    "主要联系人姓名": "name",
    "主要联系人电话": "phone",
    "主要联系人手机": "mobile",
    "主要联系人邮箱": "email",
    "备注": "remarks",
}
A4 = (595, 842)  # in points
SOMEBODY_ELSE = Contact("李四", "0756-1234567", "13900139000", "li.si@example.com")


@pytest.fixture
def fill_in_policy(fill_in: FillIn, mock_state: MockState, application_no: str) -> FillIn:
    """Replace 〔申请编号〕, 〔产品名称〕 and 〔推送日期〕 too, by those of “这张保单”."""
    pushed = mock_state.pushed[application_no]

    def fill_in_policy(text: str) -> tuple[str, ...]:
        names = {
            "申请编号": pushed.application_no,
            "产品名称": pushed.product,
            "推送日期": pushed.pushed_on,
        }
        return fill_in(filled_in(text, names))

    return fill_in_policy


@pytest.fixture
def document(viewed: PortalAnswer) -> Document:
    return viewed.accepted(Document)


@pytest.fixture
def confirmed(outcome: PortalAnswer) -> ConfirmedDialog:
    return outcome.accepted(ConfirmedDialog)


@given(parsers.parse("企业有{count:d}张待确认的保单"), target_fixture="application_nos")
def pending_policies(mock_state: MockState, count: int) -> list[str]:
    return mock_state.add_policies_by_day(count)


@given(parsers.parse("企业一次收到{count:d}张待确认的保单"), target_fixture="application_nos")
def pending_policies_at_once(mock_state: MockState, count: int) -> list[str]:
    return mock_state.add_policies(count)


@given("另一家企业也有1张待确认的保单", target_fixture="foreign_no")
def pending_policy_of_somebody_else(another_mock_state: MockState) -> str:
    return another_mock_state.add_policies(1)[0]


@given("企业已打开这张保单", target_fixture="form")
def open_form(desk: DeskPage, application_no: str) -> ConfirmationPage:
    return desk.open_pending().process(application_no)


@given("这张保单在别的窗口已经确认")
def confirmed_in_another_window(
    another_desk: DeskPage, application_no: str, contact: Contact
) -> None:
    form = another_desk.open_pending().process(application_no)
    form.fill_contact(contact).accept_declaration().confirm()


@given("企业正看着“待确认”", target_fixture="pending")
@when("企业打开“待确认”", target_fixture="pending")
def open_pending(desk: DeskPage) -> PendingPage:
    return desk.open_pending()


@given(parsers.parse("门户查询“待确认”要{seconds:d}秒"))
def slow_query(mock_state: MockState, seconds: int) -> None:
    mock_state.set_faults({"id": "slow", "params": {"seconds": seconds, "path": PENDING_QUERY}})


@given("企业的会话在查询“待确认”时失效")
def session_ends_at_the_query(mock_state: MockState) -> None:
    mock_state.set_faults({"id": "session_lost", "params": {"path": PENDING_QUERY}})


@given("门户收到确认后不应答")
def no_answer(mock_state: MockState) -> None:
    mock_state.set_faults({"id": "answer_lost_before_commit"})


@given("“待确认”列出以后又来一张")
def list_is_repaged(mock_state: MockState) -> None:
    mock_state.set_faults({"id": "list_repaged"})


@given(
    parsers.parse("企业有待确认的保单“{first}”、“{second}”和“{third}”，编号互相包含"),
    target_fixture="application_nos",
)
def numbers_within_numbers(mock_state: MockState, first: str, second: str, third: str) -> list[str]:
    own = mock_state.enterprise.uscc[-9:]
    return mock_state.add_policies_numbered(own + first, own + second, own + third)


@given(
    parsers.parse("联系方式是“{name}”、“{phone}”、“{mobile}”、“{email}”和{count:d}个汉字的备注"),
    target_fixture="contact",
)
def contact_is(name: str, phone: str, mobile: str, email: str, count: int) -> Contact:
    return Contact(name, phone, mobile, email, "𬭩" * count)


@given("企业的5张保单都已确认")
def all_confirmed(
    past_the_page: PastThePage, application_nos: list[str], contact: Contact
) -> list[str]:
    return [past_the_page.confirm(one, contact) for one in application_nos]


@given("保险公司承保、退回、拒绝了第二、三、四张保单")
def insurer_decides(mock_state: MockState, application_nos: list[str]) -> None:
    mock_state.decide_at_the_insurer(application_nos[1], "underwritten")
    mock_state.decide_at_the_insurer(application_nos[2], "returned")
    mock_state.decide_at_the_insurer(application_nos[3], "refused")


@given("企业又打开第四张保单，填写了联系方式")
def open_the_fourth(desk: DeskPage, application_nos: list[str], contact: Contact) -> None:
    desk.open_pending().process(application_nos[3]).fill_contact(contact)


@given("企业回到这张保单的标签")
def back_to_this_one(desk: DeskPage, application_no: str) -> None:
    desk.switch_to(f"处理-{application_no}")


@given("企业已退出")
def has_logged_out(logged_out: LoginPage) -> LoginPage:
    return logged_out


@given(parsers.parse("“查看单证”的方式是“{shape}”"))
def document_shape_is(mock_state: MockState, shape: str) -> None:
    mock_state.set_faults(fault(shape))


@given("企业重新打开这张保单", target_fixture="form")
def open_form_again(desk: DeskPage, application_no: str) -> ConfirmationPage:
    return desk.open_pending().process(application_no)


@given("门户给出单证时出错")
def document_fails(mock_state: MockState) -> None:
    mock_state.set_faults({"id": "server_error", "params": {"path": DOCUMENT}})


@given(parsers.parse("门户给出单证要{seconds:d}秒"))
def document_is_slow(mock_state: MockState, seconds: int) -> None:
    mock_state.set_faults({"id": "slow", "params": {"seconds": seconds, "path": DOCUMENT}})


@given("单证每取一次都不同")
def document_changes(mock_state: MockState) -> None:
    mock_state.set_faults({"id": "document_changed"})


@given("这张保单打开以后会被撤回")
def record_will_be_withdrawn(mock_state: MockState) -> None:
    mock_state.set_faults({"id": "record_withdrawn"})


@given("这张保单打开以后资料会变")
def values_will_change(mock_state: MockState) -> None:
    mock_state.set_faults({"id": "values_changed"})


@given(parsers.parse("门户会改写“{field}”，方式是“{how}”"))
def input_is_rewritten(mock_state: MockState, field: str, how: str) -> None:
    mock_state.set_faults(fault(how, field=FORM_NAMES[field]))


@given("这张保单的资料在填写时会变")
def form_is_refreshed(mock_state: MockState) -> None:
    mock_state.set_faults({"id": "form_refreshed"})


@given(parsers.parse("门户在提交以前会问一句，方式是“{how}”"))
def confirmation_is_asked(mock_state: MockState, how: str) -> None:
    mock_state.set_faults(fault(how))


@given(parsers.parse("门户对确认的答复坏了，样子是“{how}”"))
def answer_is_spoilt(mock_state: MockState, how: str) -> None:
    mock_state.set_faults(fault(how, path=CONFIRM))


@given("门户收到确认后不应答，20分钟后才保存")
def late_commit(mock_state: MockState) -> None:
    mock_state.set_faults({"id": "late_commit", "params": {"seconds": 1200.0}})


@given(parsers.parse("门户答复确认要{seconds:d}秒"))
def slow_confirmation(mock_state: MockState, seconds: int) -> None:
    mock_state.set_faults({"id": "slow", "params": {"seconds": seconds, "path": CONFIRM}})


@given("企业没有同意声明，被门户拒绝了")
def refused_without_the_tick(
    form: ConfirmationPage, contact: Contact, answer_to: AnswerTo
) -> PortalAnswer:
    return answer_to(form.fill_contact(contact).confirm)


@given("网络会把确认重放一次")
def confirmation_is_replayed(mock_state: MockState) -> None:
    mock_state.set_faults({"id": "confirmation_replayed"})


@when("企业打开“待确认”，每页显示25条", target_fixture="pending")
def show_more_per_page(desk: DeskPage) -> PendingPage:
    return desk.open_pending().show_per_page(25)


@when("企业打开“待确认”，翻到第2页，再每页显示25条", target_fixture="pending")
def show_more_on_the_second_page(desk: DeskPage) -> PendingPage:
    return desk.open_pending().turn_to(2).show_per_page(25)


@when(parsers.parse("企业打开“待确认”，翻到第{number:d}页"), target_fixture="pending")
def turn_to_page(desk: DeskPage, number: int) -> PendingPage:
    return desk.open_pending().turn_to(number)


@when("企业处理这张保单", target_fixture="form")
@when("企业再处理一次这张保单", target_fixture="form")
def process(desk: DeskPage, application_no: str) -> ConfirmationPage:
    return desk.open_pending().process(application_no)


@when("企业绕过页面，逐一这样查询“待确认”", target_fixture="pages")
def query_past_the_page(past_the_page: PastThePage, datatable: list[list[str]]) -> list[list[str]]:
    return [past_the_page.query(limit=limit, offset=offset) for limit, offset in datatable[1:]]


@when("企业绕过页面，打开别家企业的保单", target_fixture="answer")
def open_a_foreign_form(
    past_the_page: PastThePage, foreign_no: str, answer_to: AnswerTo
) -> PortalAnswer:
    return answer_to(past_the_page.open_form, foreign_no)


@when(
    parsers.parse("企业在备注里写两行“{first}”和“{second}”，离开这一项"),
)
def remark_in_two_lines(form: ConfirmationPage, contact: Contact, first: str, second: str) -> None:
    form.fill_contact(replace(contact, remarks=f"{first}\n{second}\n"))


@when("企业填写联系方式，同意投保声明，连按两次“确认投保”", target_fixture="outcome")
def press_confirm_twice(
    form: ConfirmationPage, contact: Contact, answer_to: AnswerTo
) -> PortalAnswer:
    press_twice(form.fill_contact(contact).accept_declaration().confirm_button)
    return answer_to(ConfirmedDialog(form.surface).ready)


@when("企业按下“确定”，同意声明再确认投保", target_fixture="outcome")
def accept_and_confirm(form: ConfirmationPage, answer_to: AnswerTo) -> PortalAnswer:
    return answer_to(form.close_refusal().accept_declaration().confirm)


@when("企业绕过页面，逐一这样填写就确认投保", target_fixture="answers")
def confirm_past_the_page_with_each(
    past_the_page: PastThePage,
    application_no: str,
    contact: Contact,
    datatable: list[list[str]],
    answer_to: AnswerTo,
) -> list[tuple[PortalAnswer, str]]:
    def confirm(field: str, content: str) -> object:
        return past_the_page.confirm(application_no, contact, **{field: written_out(content)})

    return attempts_by(answer_to, confirm, datatable)


@when("企业绕过页面，逐一确认这5张保单", target_fixture="answers")
def confirm_each_past_the_page(
    past_the_page: PastThePage, application_nos: list[str], contact: Contact, answer_to: AnswerTo
) -> list[PortalAnswer]:
    return [answer_to(past_the_page.confirm, one, contact) for one in application_nos]


@when("企业绕过页面，换了联系人再确认这张保单", target_fixture="answer")
def confirm_again_past_the_page(
    past_the_page: PastThePage, application_no: str, answer_to: AnswerTo
) -> PortalAnswer:
    return answer_to(past_the_page.confirm, application_no, SOMEBODY_ELSE)


@when(parsers.parse("企业绕过页面，确认编号是“{number}”的保单"), target_fixture="answer")
def confirm_a_number(
    past_the_page: PastThePage, number: str, contact: Contact, answer_to: AnswerTo
) -> PortalAnswer:
    return answer_to(past_the_page.confirm, number, contact)


@when("企业绕过页面，确认这张保单", target_fixture="answer")
def confirm_past_the_page(
    past_the_page: PastThePage, application_no: str, contact: Contact, answer_to: AnswerTo
) -> PortalAnswer:
    return answer_to(past_the_page.confirm, application_no, contact)


@when("企业绕过页面，改了企业的名称和代码、产品名称和状态，确认投保")
def confirm_with_changed_read_only_fields(
    past_the_page: PastThePage, application_no: str, contact: Contact
) -> None:
    past_the_page.confirm(application_no, contact, **CHANGED_FIELDS)


@when("企业绕过页面，要别家企业的单证", target_fixture="answer")
def ask_for_a_foreign_document(
    past_the_page: PastThePage, foreign_no: str, answer_to: AnswerTo
) -> PortalAnswer:
    return answer_to(past_the_page.document, foreign_no)


@when("企业绕过页面，确认别家企业的保单", target_fixture="answer")
def confirm_a_foreign_policy(
    past_the_page: PastThePage, foreign_no: str, contact: Contact, answer_to: AnswerTo
) -> PortalAnswer:
    return answer_to(past_the_page.confirm, foreign_no, contact)


@when("企业绕过页面，没有同意投保声明就确认投保", target_fixture="answer")
def confirm_past_the_page_without_accepting(
    past_the_page: PastThePage, application_no: str, contact: Contact, answer_to: AnswerTo
) -> PortalAnswer:
    return answer_to(past_the_page.confirm, application_no, contact, 已认真阅读以上内容并同意="")


@when(parsers.parse("企业填写{count:d}个汉字的备注就确认投保"), target_fixture="answer")
def confirm_with_long_remarks(
    form: ConfirmationPage, contact: Contact, count: int, answer_to: AnswerTo
) -> PortalAnswer:
    form.fill_contact(replace(contact, remarks="备" * count)).accept_declaration()
    return answer_to(form.confirm)


@when(parsers.parse("企业查看单证“{name}”，却打不开"), target_fixture="answer")
def view_document_in_vain(form: ConfirmationPage, name: str, answer_to: AnswerTo) -> PortalAnswer:
    return answer_to(form.view_document, name)


@when("企业把单证看了两次", target_fixture="documents")
def view_twice(form: ConfirmationPage) -> tuple[Document, Document]:
    (name,) = form.read().document_names
    return form.view_document(name), form.view_document(name)


@when("企业点开“待确认”", target_fixture="pending")
def begin_to_open_pending(desk: DeskPage) -> PendingPage:
    return desk.begin_to_open_pending()


@when("企业打开“待确认”，却要重新登录", target_fixture="answer")
@when("企业打开“待确认”却被拒绝", target_fixture="answer")
def open_pending_in_vain(desk: DeskPage, answer_to: AnswerTo) -> PortalAnswer:
    return answer_to(desk.open_pending)


@when("企业处理这张保单却被拒绝", target_fixture="answer")
def process_in_vain(pending: PendingPage, application_no: str, answer_to: AnswerTo) -> PortalAnswer:
    return answer_to(pending.process, application_no)


@when("企业处理最后一张保单", target_fixture="form")
def process_the_last(desk: DeskPage, application_nos: list[str]) -> ConfirmationPage:
    return desk.open_pending().process(application_nos[-1])


@when("企业什么都没有填就确认投保", target_fixture="answer")
def confirm_an_empty_form(form: ConfirmationPage, answer_to: AnswerTo) -> PortalAnswer:
    return answer_to(form.accept_declaration().confirm)


@when(parsers.parse("企业没有填“{field}”就确认投保"), target_fixture="answer")
def confirm_without(
    form: ConfirmationPage, contact: Contact, field: str, answer_to: AnswerTo
) -> PortalAnswer:
    form.fill_contact(replace(contact, **{CONTACT_FIELDS[field]: ""})).accept_declaration()
    return answer_to(form.confirm)


@when(parsers.parse("企业把“{field}”填成“{value}”就确认投保"), target_fixture="answer")
def confirm_with(
    form: ConfirmationPage, contact: Contact, field: str, value: str, answer_to: AnswerTo
) -> PortalAnswer:
    form.fill_contact(replace(contact, **{CONTACT_FIELDS[field]: value})).accept_declaration()
    return answer_to(form.confirm)


@when(parsers.parse("企业把“{field}”填成“{value}”并离开这一项"))
def fill(form: ConfirmationPage, contact: Contact, field: str, value: str) -> None:
    form.fill_contact(replace(contact, **{CONTACT_FIELDS[field]: value}))


@when(parsers.parse("企业查看单证“{name}”"), target_fixture="viewed")
def view_document(form: ConfirmationPage, name: str, answer_to: AnswerTo) -> PortalAnswer:
    return answer_to(form.view_document, name)


@when("企业填写联系方式，没有同意投保声明就确认投保", target_fixture="answer")
def confirm_without_accepting(
    form: ConfirmationPage, contact: Contact, answer_to: AnswerTo
) -> PortalAnswer:
    return answer_to(form.fill_contact(contact).confirm)


@when("企业同意声明后又取消，再确认投保", target_fixture="answer")
def confirm_after_withdrawing(
    form: ConfirmationPage, contact: Contact, answer_to: AnswerTo
) -> PortalAnswer:
    form.fill_contact(contact).accept_declaration().withdraw_acceptance()
    return answer_to(form.confirm)


@when("企业填写联系方式，同意投保声明，确认投保", target_fixture="outcome")
def confirm(form: ConfirmationPage, contact: Contact, answer_to: AnswerTo) -> PortalAnswer:
    return answer_to(form.fill_contact(contact).accept_declaration().confirm)


@when("企业提交确认", target_fixture="answer")
def submit_confirmation(
    form: ConfirmationPage, contact: Contact, answer_to: AnswerTo
) -> PortalAnswer:
    return answer_to(form.fill_contact(contact).accept_declaration().confirm)


@when("企业再次确认这张保单", target_fixture="answer")
def submit_again(form: ConfirmationPage, answer_to: AnswerTo) -> PortalAnswer:
    return answer_to(form.fill_contact(SOMEBODY_ELSE).accept_declaration().confirm)


@then("“待确认”上写着")
def pending_says(pending: PendingPage, docstring: str) -> None:
    assert not lacking(pending.words(), docstring.splitlines())


@then(parsers.parse("“待确认”列出企业的全部保单，状态都是“{status}”"))
def pending_lists_all(
    pending: PendingPage, application_nos: list[str], enterprise: MadeEnterprise, status: str
) -> None:
    listed = pending.read()

    assert sorted(policy.application_no for policy in listed) == sorted(application_nos)
    assert {policy.status for policy in listed} == {PolicyStatus.of(status)}
    assert {policy.enterprise_name for policy in listed} == {enterprise.name}


@then("“待确认”没有列出保单")
def pending_lists_nothing(pending: PendingPage) -> None:
    assert not pending.read()


@then(parsers.parse("每一行都与推送的一致，状态是“{status}”，最右边是“{word}”"))
def every_row_is_as_pushed(
    pending: PendingPage, mock_state: MockState, application_nos: list[str], status: str, word: str
) -> None:
    pushed = [mock_state.pushed[one] for one in application_nos]

    assert [tuple(row.items()) for row in pending.read_rows()] == [
        (
            ("序号", str(number)),
            ("申请编号", one.application_no),
            ("企业名称", mock_state.enterprise.name),
            ("产品名称", one.product),
            ("推送日期", one.pushed_on),
            ("状态", status),
            ("操作", word),
        )
        for number, one in enumerate(pushed, start=1)
    ]


@then("门户逐一给出第1到第50、第1到第1、第1到第10、第56到第60张，最后一张也不给")
def each_is_one_page(pages: list[list[str]], application_nos: list[str]) -> None:
    bounds = [(0, 50), (0, 1), (0, 10), (55, 60), (60, 60)]

    assert pages == [application_nos[first:last] for first, last in bounds]


@then(parsers.parse("这一页列出第{first:d}到第{last:d}张保单"))
def page_shows(pending: PendingPage, application_nos: list[str], first: int, last: int) -> None:
    shown = [(row["序号"], row["申请编号"]) for row in pending.table.read()]

    assert shown == [(str(one), application_nos[one - 1]) for one in range(first, last + 1)]


@then(parsers.parse("翻到第{number:d}页，列出第{first:d}到第{last:d}张保单"))
def other_page_shows(
    pending: PendingPage, application_nos: list[str], number: int, first: int, last: int
) -> None:
    page_shows(pending.turn_to(number), application_nos, first, last)


@then(parsers.parse("往前翻一页，列出第{first:d}到第{last:d}张保单"))
def page_before_shows(
    pending: PendingPage, application_nos: list[str], first: int, last: int
) -> None:
    page_shows(pending.turn_back(), application_nos, first, last)


@then(parsers.parse("产品名称是“{product}”"))
def product_is(form: ConfirmationPage, product: str) -> None:
    assert form.read().field("产品名称") == product


@then(parsers.parse("表格上写着“{notice}”"))
def table_says(pending: PendingPage, notice: str) -> None:
    expect(pending.table.loading_notice.filter(visible=True)).to_have_text(notice)
    pending.ready()


@then(parsers.parse("表格下方写着“{paging}”和“{page_size}”"))
def table_foot_says(pending: PendingPage, paging: str, page_size: str) -> None:
    expect(pending.table.paging_notice).to_have_text(paging)
    expect(pending.table.page_size_notice).to_have_text(page_size, use_inner_text=True)


@then("表格下方没有写条数")
def table_foot_says_nothing(pending: PendingPage) -> None:
    expect(pending.table.paging_notice.filter(visible=True)).to_have_count(0)


@then(parsers.parse("打开的是最后一张保单，标签是“{prefix}”加申请编号"))
def the_last_is_open(
    form: ConfirmationPage, desk: DeskPage, application_nos: list[str], prefix: str
) -> None:
    this_is_open(form, desk, application_nos[-1], prefix)


@then(parsers.parse("打开的是这张保单，标签是“{prefix}”加申请编号"))
def this_is_open(form: ConfirmationPage, desk: DeskPage, application_no: str, prefix: str) -> None:
    assert form.read().application_no == application_no
    expect(desk.active_tab).to_have_text(prefix + application_no)


@then(parsers.parse("每页可以显示{sizes}条"))
def page_sizes_are(pending: PendingPage, sizes: str) -> None:
    expect(pending.table.page_sizes).to_have_text(sizes.split("、"))


@then("标签是“首页”和“待确认”")
def tabs_without_a_record(desk: DeskPage) -> None:
    expect_each(desk.tabs, "首页", "待确认")


@then("标签是“首页”、“待确认”和这张保单的")
def tabs_with_this_one(desk: DeskPage, application_no: str) -> None:
    expect_each(desk.tabs, "首页", "待确认", f"处理-{application_no}")


@then("标签是“首页”、“待确认”和第四张保单的")
def tabs_with_the_fourth(desk: DeskPage, application_nos: list[str]) -> None:
    tabs_with_this_one(desk, application_nos[3])


@then("切换到第四张保单的标签，填写的联系方式都在")
def the_fourth_is_kept(desk: DeskPage, application_nos: list[str], contact: Contact) -> None:
    form = ConfirmationPage(desk.switch_to(f"处理-{application_nos[3]}").surface)

    assert form.read().application_no == application_nos[3]
    assert form.read_contact() == contact


@then("只读资料是")
def read_only_fields_are(form: ConfirmationPage, docstring: str, fill_in_policy: FillIn) -> None:
    shown = tuple(f"{label} {value}" for label, value in form.read().fields)

    assert shown == fill_in_policy(docstring)


@then("联系方式都空着")
def contact_is_empty(form: ConfirmationPage) -> None:
    assert form.read_contact() == Contact("", "", "", "", "")


@then(parsers.parse("提示在“{field}”旁边"))
def tip_is_beside(form: ConfirmationPage, field: str) -> None:
    assert is_beside(form.refusal, Field(form.surface, field).control)


@then(parsers.parse("“{field}”里是“{value}”"))
def field_holds(form: ConfirmationPage, field: str, value: str) -> None:
    assert asdict(form.read_contact())[CONTACT_FIELDS[field]] == value


@then(parsers.parse("单证列表是“{name}”"))
def documents_are(form: ConfirmationPage, name: str) -> None:
    assert form.read().document_names == (name,)


@then("企业接着可以确认这张保单")
def can_confirm(
    form: ConfirmationPage, contact: Contact, mock_state: MockState, application_no: str
) -> None:
    form.fill_contact(contact).accept_declaration().confirm()

    one_confirmation_arrived(mock_state, application_no, contact)


@then("没有得到单证")
def no_document(answer: PortalAnswer) -> None:
    assert answer.ended_by(ScreenNotReached).screen == "PDF"


@then("两次的单证不一样")
def documents_differ(documents: tuple[Document, Document]) -> None:
    first, second = documents

    assert first.sha256 != second.sha256


@then("过20分钟，门户接受了确认")
def accepted_late(mock_state: MockState, application_no: str) -> None:
    mock_state.forward(20)

    accepted = [one["accepted"] for one in mock_state.confirmations(application_no)]

    assert accepted.count(True) == 1


@then("单证是 PDF，写着这家企业和这张保单")
def document_names_enterprise_and_policy(
    document: Document, enterprise: MadeEnterprise, application_no: str
) -> None:
    text = PdfReader(BytesIO(document.content)).pages[0].extract_text()

    assert enterprise.name in text
    assert application_no in text


@then("单证是一页 A4 的 PDF，写着")
def document_says(document: Document, docstring: str, fill_in_policy: FillIn) -> None:
    (page,) = PdfReader(BytesIO(document.content)).pages
    lines = tuple(line.strip() for line in page.extract_text().strip().splitlines())

    assert (round(page.mediabox.width), round(page.mediabox.height)) == A4
    assert lines == fill_in_policy(docstring)


@then("表单上写着")
def form_says(form: ConfirmationPage, docstring: str) -> None:
    assert not lacking(form.words(), docstring.splitlines())


@then(parsers.parse("门户提示“{message}”"))
def portal_says(answer: PortalAnswer, message: str) -> None:
    refusal = answer.refusal()

    assert (refusal.shown, refusal.dialogs) == ((message,), ())


@then("门户逐一提示所列的话")
def portal_says_each(answers: list[tuple[PortalAnswer, str]]) -> None:
    assert [answer.refusal().messages for answer, _ in answers] == [(one,) for _, one in answers]


@then(parsers.parse("门户逐一提示“{message}”"))
def portal_says_to_each(answers: list[PortalAnswer], message: str) -> None:
    assert [answer.refusal().messages for answer in answers] == [(message,)] * len(answers)


@then("门户没有办理")
def portal_did_nothing(answer: PortalAnswer) -> None:
    assert answer.ended_by(ScreenNotReached).screen == "JSON"


@then(parsers.parse("门户回答“{message}”"))
def portal_answers(confirmed: ConfirmedDialog, message: str) -> None:
    assert confirmed.read() == message


@then("门户弹出")
def portal_pops_up(confirmed: ConfirmedDialog, docstring: str) -> None:
    assert not lacking(confirmed.dialog_words(), docstring.splitlines())


@then("表单里仍是填写的联系方式")
def form_keeps_the_contact(form: ConfirmationPage, contact: Contact) -> None:
    assert form.read_contact() == contact


@then("别家企业的保单仍待确认")
def foreign_policy_is_still_pending(another_mock_state: MockState) -> None:
    assert [one["status"] for one in another_mock_state.seen()["policies"]] == ["pending"]


@then("门户没有接受任何确认")
def nothing_was_accepted(mock_state: MockState) -> None:
    arrived = [one for every in mock_state.ledger().values() for one in every]

    assert {one["accepted"] for one in arrived} == {False}


@then("门户没有收到确认")
def no_confirmation_arrived(mock_state: MockState) -> None:
    assert not any(mock_state.ledger().values())


@then("保险公司看到的联系方式与填写的一致")
def insurer_sees_the_contact(
    mock_state: MockState, application_no: str, enterprise: MadeEnterprise, contact: Contact
) -> None:
    shown = mock_state.insurer_sees(application_no)

    assert shown[:2] == (enterprise.name, " ".join(asdict(contact).values()))


@then("门户收到一次确认，联系方式与填写的一致")
def one_confirmation_arrived(mock_state: MockState, application_no: str, contact: Contact) -> None:
    arrived = {number: one for number, one in mock_state.ledger().items() if one}
    (confirmation,) = arrived.pop(application_no)

    assert arrived == {}
    assert confirmation["accepted"]
    assert confirmation["contact"] == asdict(contact)


@then(parsers.parse("确认投保的请求只有{count:d}个"))
def requests_to_confirm(mock_state: MockState, count: int) -> None:
    assert len(mock_state.requests("POST", CONFIRM)) == count


@then("门户只接受了一次确认")
def one_confirmation_accepted(mock_state: MockState, application_no: str) -> None:
    accepted = [one["accepted"] for one in mock_state.confirmations(application_no)]

    assert accepted == [True, False]


@then("门户只接受了一次确认，联系方式是先前的")
def the_earlier_one_holds(mock_state: MockState, application_no: str, contact: Contact) -> None:
    earlier, later = mock_state.confirmations(application_no)

    assert (earlier["accepted"], later["accepted"]) == (True, False)
    assert earlier["contact"] == asdict(contact)


@then("全部保单仍在“待确认”中")
def all_still_pending(desk: DeskPage, application_nos: list[str]) -> None:
    assert _numbers_in(desk.close_refusal().open_pending()) == application_nos


@then("“待确认”中只少了这张保单")
def only_this_one_left(desk: DeskPage, application_nos: list[str], application_no: str) -> None:
    assert _numbers_in(desk.open_pending()) == [
        one for one in application_nos if one != application_no
    ]


@then("按下“确定”，“待确认”中只少了这张保单")
def list_is_renewed(
    confirmed: ConfirmedDialog, application_nos: list[str], application_no: str
) -> None:
    assert _numbers_in(confirmed.close()) == [
        one for one in application_nos if one != application_no
    ]


@then("重新登录以后，“待确认”中只少了这张保单")
def only_this_one_left_elsewhere(
    desk_elsewhere: DeskPage, application_nos: list[str], application_no: str
) -> None:
    only_this_one_left(desk_elsewhere, application_nos, application_no)


@then("“待确认”中一张也没有")
def nothing_pending(desk: DeskPage) -> None:
    assert desk.open_pending().read() == ()


@then(parsers.parse("“保单查询”里只有这张保单，是“{status}”"))
def only_this_record(
    desk: DeskPage, mock_state: MockState, application_no: str, status: str
) -> None:
    records = desk.open_policies().read_all()

    assert [one.status for one in records] == [PolicyStatus.of(status)]
    assert records == confirmed_records(mock_state, [application_no])


@then("重新登录以后，“保单查询”里只有这张保单")
def only_this_record_elsewhere(
    desk_elsewhere: DeskPage, mock_state: MockState, application_no: str
) -> None:
    only_this_record(desk_elsewhere, mock_state, application_no, "已确认(待审批)")


@then(parsers.parse("“保单查询”里的状态依次是“{statuses}”"))
def statuses_are(desk: DeskPage, statuses: str) -> None:
    assert "、".join(one.status.value for one in desk.open_policies().read_all()) == statuses


def _numbers_in(pending: PendingPage) -> list[str]:
    return [policy.application_no for policy in pending.read()]
