"""待确认, 处理, 查看单证 and 确认投保 (guide-2.1 to guide-2.5)."""

import hashlib
import html
import io
import re
from urllib.parse import unquote

import pytest
from pypdf import PdfReader

DECLARATION = [
    "我公司申请开通中国信保“中小企业网上服务平台”账号并根据《中国出口信用保险公司网上业务服务协议》"
    "约定使用中国信保“中小企业网上服务平台”服务。",
    "我公司已查看以上投保信息，并对以上投保信息确认无误。",
    "我公司已阅读该产品条款，特别就条款中有关责任免除和被保险人义务的内容进行阅读，"
    "充分理解并同意接受条款全部内容。",
]
DOCUMENT = "中小企业综合保险续转单证(小微企业适用)"


def groups(page):
    """Read the form's groups: label, star, control, hint."""
    found = re.findall(r'<div class="form-group.*?</div></div>', page, re.DOTALL)
    return [
        (
            re.sub(r"<.*?>", "", re.search(r"<label.*?</label>", group)[0]).lstrip("*"),
            '<span class="red">*</span>' in group,
            "readonly" in group,
            "必填项" in re.sub(r"<.*?>", "", group),
        )
        for group in found
    ]


def test_list_has_its_columns_in_order(visitor, enterprise):
    """待确认 shows these columns, 操作 at the far right."""
    page = visitor.get("pending/list").text

    columns = ["序号", "申请编号", "企业名称", "产品名称", "推送日期", "状态", "操作"]
    assert '<h3 class="ibox-title">待确认</h3>' in page
    assert re.findall(r"<th .*?>(.+?)</th>", page) == columns


def test_row_shows_the_policy(visitor, enterprise, number):
    """A row carries the number, the enterprise, the product, the day and the status."""
    (row,) = visitor.get("pending/query").get_json()["rows"]

    assert re.fullmatch(r"\d{4}-\d\d-\d\d", row.pop("pushDate"))
    assert row == {
        "applNo": number,
        "etpsName": enterprise["name"],
        "productName": "中小企业综合保险(小微企业适用)",
        "status": "待确认",
    }


@pytest.mark.parametrize(
    ("limit", "offset", "first", "count"),
    [(10, 0, 0, 10), (10, 20, 20, 3), (25, 0, 0, 23), (10, 30, None, 0)],
)
def test_list_is_paged_by_the_server(visitor, limit, offset, first, count):
    """A page holds the asked number of rows from the asked one on, and the total of all."""
    enterprise = visitor.create(pending=23)
    visitor.enter(enterprise)
    numbers = [policy["application_no"] for policy in enterprise["policies"]]

    answer = visitor.get("pending/query", limit=limit, offset=offset).get_json()

    assert answer["total"] == 23
    assert len(answer["rows"]) == count
    assert [row["applNo"] for row in answer["rows"]] == numbers[offset : offset + limit]


def test_nothing_pending_is_an_empty_list(visitor):
    """An enterprise without policies has zero rows."""
    visitor.enter(visitor.create())

    assert visitor.get("pending/query").get_json() == {"total": 0, "rows": []}


def test_list_shows_only_the_own_policies(visitor, stranger, enterprise):
    """The policies of another enterprise are not listed."""
    stranger.enter(stranger.create())

    assert stranger.numbers("pending/query") == []


def test_form_has_its_groups_in_order(visitor, number):
    """The form shows read-only data, then the contact, starred as in the guide."""
    page = visitor.get("pending/form", applNo=number).text

    assert groups(page) == [
        ("申请编号", False, True, False),
        ("企业名称", False, True, False),
        ("统一社会信用代码", False, True, False),
        ("组织机构代码", False, True, False),
        ("产品名称", False, True, False),
        ("状态", False, True, False),
        ("主要联系人姓名", True, False, True),
        ("主要联系人电话", False, False, True),
        ("主要联系人手机", True, False, True),
        ("主要联系人邮箱", True, False, True),
        ("备注", False, False, False),
    ]


def test_form_shows_the_enterprise(visitor, enterprise, number):
    """The read-only fields carry the enterprise's data and the status 待确认."""
    page = visitor.get("pending/form", applNo=number).text

    shown = re.findall(r'value="([^"]*)" readonly', page)
    assert shown == [
        *(number, enterprise["name"], enterprise["uscc"], enterprise["org_code"]),
        *("中小企业综合保险(小微企业适用)", "待确认"),
    ]


def test_form_shows_the_declaration_word_for_word(visitor, number):
    """投保声明 has the guide's three clauses, and the tick's label beside a check box."""
    page = html.unescape(visitor.get("pending/form", applNo=number).text)

    declaration = re.search(r'<ol class="declaration">(.*?)</ol>', page, re.DOTALL)[1]
    assert re.findall(r"<li>(.*?)</li>", declaration) == DECLARATION
    assert re.search(r'<label><input type="checkbox"[^>]*> 已认真阅读以上内容并同意</label>', page)
    assert ">确认投保</button>" in page


def test_form_lists_the_document(visitor, number):
    """单证列表 has one row with 查看单证."""
    page = visitor.get("pending/form", applNo=number).text

    assert re.search(
        rf"<td>1</td><td>{re.escape(DOCUMENT)}</td><td><a [^>]*>查看单证</a></td>", page
    )


def test_document_is_a_download_named_like_the_document(visitor, number):
    """查看单证 downloads a PDF whose name is the document's."""
    answer = visitor.get("pending/document", applNo=number)

    disposition = answer.headers["Content-Disposition"]
    assert answer.content_type == "application/pdf"
    assert disposition.startswith("attachment")
    assert unquote(disposition.partition("filename*=UTF-8''")[2]) == f"{DOCUMENT}.pdf"


def test_document_names_enterprise_policy_and_mock(visitor, enterprise, number):
    """The PDF can be read as text and says whose it is and that it is a mock."""
    pdf = visitor.get("pending/document", applNo=number).data

    text = PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
    for said in (number, enterprise["name"], enterprise["uscc"], enterprise["org_code"]):
        assert said in text
    assert "模拟单证" in text


def test_document_has_the_digest_that_the_door_told(visitor, enterprise, number):
    """The same bytes come each time, with the SHA-256 of the enterprise's state."""
    (told,) = enterprise["policies"][0]["documents"]

    for _ in range(2):
        pdf = visitor.get("pending/document", applNo=number).data
        assert hashlib.sha256(pdf).hexdigest() == told["sha256"]
    assert told["name"] == DOCUMENT


def test_viewer_of_an_unknown_policy_says_so(visitor, enterprise):
    """查看单证 of a number that no policy has shows a sentence."""
    assert "该申请不在待确认状态" in visitor.get("pending/view", applNo="XW0").text


def test_confirmed_policy_leaves_the_list(visitor, enterprise, number):
    """确认投保 succeeds with code 0 and takes the policy out of 待确认."""
    answer = visitor.confirm(number).get_json()

    assert answer == {"code": 0, "message": "确认投保成功", "data": None}
    assert visitor.numbers("pending/query") == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"contactName": ""}, "此项为必填项"),
        ({"contactPhone": ""}, "此项为必填项"),
        ({"contactMobile": ""}, "此项为必填项"),
        ({"contactEmail": ""}, "此项为必填项"),
        ({"contactMobile": " \t"}, "此项为必填项"),
        ({"contactEmail": "nobody"}, "请输入正确格式的电子邮件"),
        ({"contactEmail": "a@b"}, "请输入正确格式的电子邮件"),
        ({"contactEmail": "a b@example.com"}, "请输入正确格式的电子邮件"),
        ({"agree": ""}, "请先阅读并同意投保声明"),
        ({"contactName": "", "contactEmail": "x", "agree": ""}, "此项为必填项"),
        ({"contactEmail": "x", "agree": ""}, "请输入正确格式的电子邮件"),
    ],
)
def test_broken_rule_refuses_the_confirmation(visitor, enterprise, number, changes, message):
    """The server judges again, says the first broken rule, and changes nothing."""
    answer = visitor.confirm(number, **changes).get_json()

    assert answer == {"code": -1, "message": message, "data": None}
    assert visitor.numbers("pending/query") == [number]
    assert visitor.state(enterprise)["policies"][0]["status"] == "pending"


def test_remarks_may_be_empty_or_not(visitor, enterprise, number):
    """备注 is optional and arrives."""
    answer = visitor.confirm(number, remarks="模拟备注").get_json()

    assert answer["code"] == 0
    assert visitor.confirmations(enterprise)[0]["contact"]["remarks"] == "模拟备注"


def test_second_confirmation_is_refused(visitor, enterprise, number):
    """A policy can be confirmed once; both arrivals stay in the ledger."""
    visitor.confirm(number)

    answer = visitor.confirm(number).get_json()

    assert answer == {"code": -1, "message": "该保单已确认，请勿重复提交", "data": None}
    assert [each["accepted"] for each in visitor.confirmations(enterprise)] == [True, False]


def test_policy_of_another_enterprise_cannot_be_confirmed(visitor, stranger, enterprise, number):
    """Somebody else's number is refused, yet its arrival is in the ledger."""
    stranger.enter(stranger.create())

    answer = stranger.confirm(number).get_json()

    (arrival,) = visitor.confirmations(enterprise)
    assert answer == {"code": -1, "message": "该申请不在待确认状态", "data": None}
    assert (arrival["accepted"], arrival["message"]) == (False, "该申请不在待确认状态")
    assert visitor.numbers("pending/query") == [number]


def test_unknown_number_cannot_be_confirmed(visitor, enterprise):
    """A number that no policy has is refused."""
    assert visitor.confirm("XW0").get_json()["message"] == "该申请不在待确认状态"


@pytest.mark.parametrize("case", ["unknown", "confirmed", "of another enterprise"])
def test_form_of_a_policy_that_is_not_pending_does_not_open(
    visitor, stranger, enterprise, number, case
):
    """处理 of such a number shows a sentence instead of the form."""
    if case == "confirmed":
        visitor.confirm(number)
    if case == "of another enterprise":
        visitor.enter(stranger.create())

    page = visitor.get("pending/form", applNo="XW0" if case == "unknown" else number).text

    assert "该申请不在待确认状态" in page
    assert "确认投保</button>" not in page


def test_ledger_keeps_what_arrived(visitor, enterprise, number):
    """The ledger tells the contact as sent, the judgement, and that an answer was given."""
    visitor.confirm(number, contactName=" 模拟联系人 ")

    (arrival,) = visitor.confirmations(enterprise)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00", arrival.pop("arrived_at"))
    assert arrival == {
        "by": "request",
        "round": 1,
        "accepted": True,
        "message": "确认投保成功",
        "answered": True,
        "contact": {
            "name": " 模拟联系人 ",
            "phone": "020-80000001",
            "mobile": "13800000001",
            "email": "contact@example.com",
            "remarks": "",
        },
    }


def test_arrival_without_a_session_is_in_the_ledger(visitor, stranger, enterprise, number):
    """An arrival is written down before anything is judged, the session included."""
    stranger.confirm(number)

    (arrival,) = visitor.confirmations(enterprise)
    assert (arrival["accepted"], arrival["answered"]) == (False, True)
    assert visitor.numbers("pending/query") == [number]
