"""待确认, 联系方式, 单证, 投保声明, 确认投保 (guide-2.1 to guide-2.5)."""

from dataclasses import asdict, replace
from io import BytesIO

from playwright.sync_api import expect
from pypdf import PdfReader
from pytest_bdd import given, parsers, then, when

from fixtures.faults import fault
from fixtures.past_the_page import PastThePage
from fixtures.portal import MadeEnterprise, MockState
from fixtures.refusals import AnswerTo, PortalAnswer
from pages.desk import DeskPage
from pages.errors import ScreenNotReached
from pages.models import Contact, Document, PolicyStatus
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
}


@given(parsers.parse("企业有{count:d}张待确认的保单"), target_fixture="application_nos")
def pending_policies(mock_state: MockState, count: int) -> list[str]:
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
    parsers.parse("企业有待确认的保单“{first}”和“{second}”，编号互相包含"),
    target_fixture="application_nos",
)
def numbers_within_numbers(mock_state: MockState, first: str, second: str) -> list[str]:
    own = mock_state.enterprise.uscc[-9:]
    return mock_state.add_policies_numbered(own + first, own + second)


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


@given("网络会把确认重放一次")
def confirmation_is_replayed(mock_state: MockState) -> None:
    mock_state.set_faults({"id": "confirmation_replayed"})


@when("企业打开“待确认”，每页显示25条", target_fixture="pending")
def show_more_per_page(desk: DeskPage) -> PendingPage:
    return desk.open_pending().show_per_page(25)


@when("企业处理第一张保单", target_fixture="form")
def process_the_first(desk: DeskPage, application_nos: list[str]) -> ConfirmationPage:
    return desk.open_pending().process(application_nos[0])


@when(parsers.parse("企业把“{field}”填成“{value}”，确认投保"), target_fixture="confirmed")
def confirm_with_good(
    form: ConfirmationPage, contact: Contact, field: str, value: str
) -> ConfirmedDialog:
    changed = replace(contact, **{CONTACT_FIELDS[field]: value})
    return form.fill_contact(changed).accept_declaration().confirm()


@when(parsers.parse("企业填写{count:d}个汉字的备注，确认投保"), target_fixture="confirmed")
def confirm_with_remarks(form: ConfirmationPage, contact: Contact, count: int) -> ConfirmedDialog:
    remarked = replace(contact, remarks="备" * count)
    return form.fill_contact(remarked).accept_declaration().confirm()


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


@when(parsers.parse("企业绕过页面，没有填“{field}”就确认投保"), target_fixture="answer")
def confirm_past_the_page_without(
    past_the_page: PastThePage,
    application_no: str,
    contact: Contact,
    field: str,
    answer_to: AnswerTo,
) -> PortalAnswer:
    return answer_to(past_the_page.confirm, application_no, contact, **{field: ""})


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


@when(parsers.parse("企业查看单证“{name}”"), target_fixture="document")
def view_document(form: ConfirmationPage, name: str) -> Document:
    return form.view_document(name)


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


@when("企业不填备注，确认投保", target_fixture="confirmed")
def confirm_without_remarks(form: ConfirmationPage, contact: Contact) -> ConfirmedDialog:
    return form.fill_contact(replace(contact, remarks="")).accept_declaration().confirm()


@when("企业填写联系方式，同意投保声明，确认投保", target_fixture="confirmed")
def confirm(form: ConfirmationPage, contact: Contact) -> ConfirmedDialog:
    return form.fill_contact(contact).accept_declaration().confirm()


@when("企业提交确认", target_fixture="answer")
@when("企业再次确认这张保单", target_fixture="answer")
def submit_confirmation(
    form: ConfirmationPage, contact: Contact, answer_to: AnswerTo
) -> PortalAnswer:
    return answer_to(form.fill_contact(contact).accept_declaration().confirm)


@then("“待确认”上写着")
def pending_says(pending: PendingPage, docstring: str) -> None:
    said = pending.words()

    assert said[: len(docstring.splitlines())] == tuple(docstring.splitlines())


@then(parsers.parse("“待确认”列出企业的全部保单，状态都是“{status}”"))
def pending_lists_all(
    pending: PendingPage, application_nos: list[str], enterprise: MadeEnterprise, status: str
) -> None:
    listed = pending.read()

    assert sorted(policy.application_no for policy in listed) == sorted(application_nos)
    assert {policy.status for policy in listed} == {PolicyStatus.of(status)}
    assert {policy.enterprise_name for policy in listed} == {enterprise.name}


@then("先推送的保单排在前面")
def oldest_comes_first(pending: PendingPage, application_nos: list[str]) -> None:
    assert [policy.application_no for policy in pending.read()] == application_nos


@then(parsers.parse("每一行的最右边是“{word}”"))
def last_cell_is(pending: PendingPage, word: str) -> None:
    assert {list(row.values())[-1] for row in pending.table.read()} == {word}


@then(parsers.parse("每一行的产品是“{product}”，推送日期是门户的今天"))
def products_and_dates_are(pending: PendingPage, mock_state: MockState, product: str) -> None:
    rows = pending.table.read()

    assert {row["产品名称"] for row in rows} == {product}
    assert {row["推送日期"] for row in rows} == {mock_state.now()[:10]}


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


@then(parsers.parse("打开的是最后一张保单，标签是“{prefix}”加申请编号"))
def the_last_is_open(
    form: ConfirmationPage, desk: DeskPage, application_nos: list[str], prefix: str
) -> None:
    assert form.read().application_no == application_nos[-1]
    expect(desk.active_tab).to_have_text(prefix + application_nos[-1])


@then(parsers.parse("只读资料是这家企业的名称、代码和这张保单，状态是“{status}”"))
def read_only_fields_match(
    form: ConfirmationPage, enterprise: MadeEnterprise, application_no: str, status: str
) -> None:
    details = form.read()

    assert details.enterprise_name == enterprise.name
    assert details.uscc == enterprise.uscc
    assert details.org_code == enterprise.org_code
    assert details.application_no == application_no
    assert details.status == PolicyStatus.of(status)


@then("另一张保单上，企业的名称和代码与登记的一致")
def the_other_names_the_enterprise(desk: DeskPage, enterprise: MadeEnterprise) -> None:
    pending = desk.open_pending()
    (other,) = pending.read()
    details = pending.process(other.application_no).read()

    assert (details.enterprise_name, details.uscc, details.org_code) == (
        enterprise.name,
        enterprise.uscc,
        enterprise.org_code,
    )


@then(parsers.parse("“{field}”里是“{value}”"))
def field_holds(form: ConfirmationPage, field: str, value: str) -> None:
    assert asdict(form.read_contact())[CONTACT_FIELDS[field]] == value


@then(parsers.parse("单证列表是“{name}”"))
def documents_are(form: ConfirmationPage, name: str) -> None:
    assert form.read().document_names == (name,)


@then("打开的是第一张保单")
def the_first_is_open(form: ConfirmationPage, application_nos: list[str]) -> None:
    assert form.read().application_no == application_nos[0]


@then("企业接着可以确认投保")
def can_confirm(form: ConfirmationPage, contact: Contact) -> None:
    assert form.fill_contact(contact).accept_declaration().confirm().read()


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


@then("表单上写着")
def form_says(form: ConfirmationPage, docstring: str) -> None:
    assert form.words() == tuple(docstring.splitlines())


@then(parsers.parse("门户提示“{message}”"))
def portal_says(answer: PortalAnswer, message: str) -> None:
    refusal = answer.refusal()

    assert (refusal.shown, refusal.dialogs) == ((message,), ())


@then(parsers.parse("门户回答“{message}”"))
def portal_answers(confirmed: ConfirmedDialog, message: str) -> None:
    assert confirmed.read() == message


@then("门户弹出")
def portal_pops_up(confirmed: ConfirmedDialog, docstring: str) -> None:
    assert confirmed.dialog_words() == tuple(docstring.splitlines())


@then("表单里仍是填写的联系方式")
def form_keeps_the_contact(form: ConfirmationPage, contact: Contact) -> None:
    assert form.read_contact() == contact


@then("别家企业的保单仍待确认")
def foreign_policy_is_still_pending(another_mock_state: MockState) -> None:
    assert [one["status"] for one in another_mock_state.seen()["policies"]] == ["pending"]


@then("门户没有接受任何确认")
def nothing_was_accepted(mock_state: MockState, application_no: str) -> None:
    accepted = {one["accepted"] for one in mock_state.confirmations(application_no)}

    assert accepted == {False}


@then("门户没有收到确认")
def no_confirmation_arrived(mock_state: MockState, application_no: str) -> None:
    assert mock_state.confirmations(application_no) == []


@then("门户收到一次确认，联系方式与填写的一致")
def one_confirmation_arrived(mock_state: MockState, application_no: str, contact: Contact) -> None:
    (confirmation,) = mock_state.confirmations(application_no)

    assert confirmation["accepted"]
    assert confirmation["contact"] == asdict(contact)


@then("门户只接受了一次确认")
def one_confirmation_accepted(mock_state: MockState, application_no: str) -> None:
    accepted = [one["accepted"] for one in mock_state.confirmations(application_no)]

    assert accepted == [True, False]


@then("这张保单仍在“待确认”中")
def still_pending(desk: DeskPage, application_no: str) -> None:
    assert desk.open_pending().find(application_no) is not None


@then("“待确认”中不再有这张保单")
def no_longer_pending(confirmed: ConfirmedDialog, application_no: str) -> None:
    assert confirmed.close().find(application_no) is None


@then("另一张保单仍在“待确认”中")
def the_other_is_still_pending(desk: DeskPage, application_nos: list[str]) -> None:
    assert desk.open_pending().find(application_nos[-1]) is not None
