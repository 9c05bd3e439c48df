"""Work items: what a row of a work list must hold, and how its data is shown to people."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumberType
from stdnum.cn import uscc as uscc_standard
from stdnum.exceptions import InvalidChecksum, InvalidFormat

from pages.models import Contact


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One row of a work list that passed every check."""

    portal_origin: str
    uscc: str
    enterprise_name: str
    account: str
    application_no: str
    contact: Contact
    expected_documents: tuple[str, ...]
    row: int

    @property
    def reference(self) -> str:
        """业务唯一号: what this work item is known by for ever."""
        return f"{self.portal_origin}|{self.uscc}|{self.application_no}"

    @property
    def is_request(self) -> bool:
        """Whether the row asks for all pending policies of its enterprise."""
        return not self.application_no


class Unfit(Exception):
    """A file, a row or a cell cannot be used as it is; problem and fix are for the operator."""

    def __init__(self, code: str, problem: str, fix: str) -> None:
        super().__init__(f"{code}: {problem}")
        self.code = code
        self.problem = problem
        self.fix = fix


def mask_number(number: str) -> str:
    """Show a telephone number by its first three and last four characters."""
    return _ends(number, 3, 4)


def mask_uscc(uscc: str) -> str:
    """Show 统一社会信用代码 by its first eight and last two characters."""
    return _ends(uscc, 8, 2)


def mask_email(email: str) -> str:
    """Show 邮箱 by its first character and its domain."""
    local, at, domain = email.partition("@")
    return f"{local[:1]}***{at}{domain}"


def mask_text(text: str) -> str:
    """Show a name or another short text by its first character."""
    return f"{text[:1]}***" if text else ""


def mask_contact(contact: Contact) -> dict[str, str]:
    """Return 联系方式 by its headings, as it may be shown to people."""
    return {
        "主要联系人姓名": mask_text(contact.name),
        "主要联系人电话": mask_number(contact.phone),
        "主要联系人手机": mask_number(contact.mobile),
        "主要联系人邮箱": mask_email(contact.email),
        "备注": mask_text(contact.remarks),
    }


def mask_within(text: str, contact: Contact) -> str:
    """Return somebody else's text with the person of 联系方式 masked in it."""
    masked = mask_contact(contact)
    person = (contact.name, contact.phone, contact.mobile, contact.email)
    for value, mask in zip(person, masked.values(), strict=False):
        text = text.replace(value, mask) if len(value) > 1 else text
    return text


def _ends(text: str, first: int, last: int) -> str:
    # a shorter text is a mistake and may be anything: too little would stay hidden
    if len(text) < first + last + 4:
        return mask_text(text)
    return f"{text[:first]}****{text[-last:]}"


def _squeeze(text: str) -> str:
    return " ".join(text.split())


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def _fold_to_upper(text: str) -> str:
    return _fold(text).upper()


def _check_uscc(text: str) -> None:
    if len(text) != 18:
        raise Unfit("B44", f"应为 18 位，实际 {len(text)} 位", "请对照营业执照重新填写")
    if not re.fullmatch(r"[0-9A-HJ-NPQRTUWXY]+", text):
        raise Unfit(
            "B45",
            "含有代码中不会出现的字符（只有数字和大写字母，没有 I、O、S、V、Z）",
            "请检查是否把 0 写成 O、1 写成 I、5 写成 S、2 写成 Z",
        )
    try:
        uscc_standard.validate(text)
    except InvalidFormat as error:
        raise Unfit("B47", "前 8 位应全是数字", "请对照营业执照重新填写") from error
    except InvalidChecksum as error:
        # Excel keeps 15 digits of a number and makes the others 0
        if text.isdecimal() and text.endswith("000"):
            raise Unfit("B42", "末三位像是被 Excel 当作数字改写过", AS_TEXT) from error
        raise Unfit("B46", "校验位不对，有字符填错", "请对照营业执照逐位核对") from error


def _check_enterprise_name(text: str) -> None:
    if text.isdecimal():
        raise Unfit("B57", "名称只有数字", "请填写企业中文全称")


def _check_identifier(text: str) -> None:
    if len(text) > 64:
        raise Unfit("B44", f"最多 64 个字符，实际 {len(text)} 个", "请对照门户重新填写")
    if any(character.isspace() for character in text):
        raise Unfit("B45", "中间有空白", "请删除空白后重新填写")


def _check_application_no(text: str) -> None:
    _check_identifier(text)
    if not re.fullmatch(r"[0-9A-Za-z-]+", text):
        raise Unfit("B45", "申请编号只有数字、字母和短横", "请对照门户“待确认”中的申请编号填写")


def _check_person(text: str) -> None:
    if not any(character.isalpha() for character in text):
        raise Unfit("B57", "姓名里没有文字", "请填写联系人姓名")


def _check_phone(text: str) -> None:
    digits = re.sub(r"[-() ]", "", text)
    if _number_type(digits) == PhoneNumberType.MOBILE:
        return  # many a small enterprise has no other telephone
    if _number_type("0" + digits) == PhoneNumberType.FIXED_LINE and len(digits) >= 10:
        raise Unfit("B50", "区号开头的 0 丢失", AS_TEXT)
    if not digits.startswith("0") or _number_type(digits) != PhoneNumberType.FIXED_LINE:
        raise Unfit(
            "B55",
            "不是带区号的固定电话，也不是手机号码",
            "请按“区号-号码”填写，例如 020-12345678，不带分机号",
        )


def _check_mobile(text: str) -> None:
    if _number_type(re.sub(r"[-() ]", "", text)) == PhoneNumberType.FIXED_LINE:
        raise Unfit("B54", "这一列填了固定电话", "请填写 11 位手机号码")
    if not re.fullmatch(r"1[0-9]{10}", text) or _number_type(text) != PhoneNumberType.MOBILE:
        raise Unfit("B52", "不是有效的手机号码", "请填写 11 位数字，不带 +86、空格、短横和小数点")


def _number_type(digits: str) -> int | None:
    if not re.fullmatch(r"[0-9]+", digits):
        return None
    try:
        number = phonenumbers.parse(digits, "CN")
    except NumberParseException:
        return None
    if not phonenumbers.is_valid_number_for_region(number, "CN"):
        return None
    return phonenumbers.number_type(number)


def _check_email(text: str) -> None:
    if text.count("@") > 1:
        raise Unfit("B56", "像是有两个邮箱地址", "请只填写一个邮箱地址")
    try:
        validate_email(text, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise Unfit("B56", "邮箱格式不对", "请按 name@company.cn 的样子填写一个邮箱地址") from error


def _accept_any(text: str) -> None:
    """Leave it to the general rules."""


PLACEHOLDERS = frozenset({"无", "没有", "暂无", "空", "-", "--", "—", "/", "n/a", "null", "none"})
ERROR_VALUES = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"})
INVISIBLE = frozenset({"Cc", "Cf", "Cn", "Cs"})
MAX_CHARACTERS = 500
AS_TEXT = "请把这一列的单元格格式设为“文本”，再重新输入"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a work list: its heading, and what a cell of it must hold."""

    heading: str
    is_required: bool
    normalise: Callable[[str], str]
    check: Callable[[str], None]
    mask: Callable[[str], str]

    def accept(self, raw: str) -> str:
        """Return what the cell says, written the normal way.

        Raises:
            Unfit: it breaks a rule.
        """
        text = self.normalise(raw)
        if not text:
            if self.is_required:
                raise Unfit("B58", "必填项没有填写", "请填写这一格")
            return ""
        self._check_in_general(text)
        self.check(text)
        return text

    def _check_in_general(self, text: str) -> None:
        if any(
            unicodedata.category(character) in INVISIBLE or character == "\ufffd"
            for character in _squeeze(text)
        ):
            raise Unfit("B22", "含有不可见的字符或乱码", "请删除这个单元格的内容，再用键盘重新输入")
        if text in ERROR_VALUES:
            raise Unfit("B38", f"单元格是错误值 {text}", "请填写实际内容")
        if re.fullmatch(r"[0-9](\.[0-9]+)?[eE]\+[0-9]+", text):
            raise Unfit("B43", "数字被 Excel 改成了科学计数法，原来的数字已丢失", AS_TEXT)
        if text.casefold() in PLACEHOLDERS and self.heading != "备注":
            fix = "请填写实际内容" if self.is_required else "没有内容时请留空"
            raise Unfit("B58", f"“{text}”不能代替内容", fix)
        if len(text) > MAX_CHARACTERS:
            raise Unfit("B57", f"内容超过 {MAX_CHARACTERS} 个字符", "请缩短")


COLUMNS = (
    Column("统一社会信用代码", True, _fold_to_upper, _check_uscc, mask_uscc),
    Column("企业名称", True, _squeeze, _check_enterprise_name, str),
    Column("登录账号", True, _squeeze, _check_identifier, mask_text),
    Column("申请编号", False, _fold, _check_application_no, str),
    Column("主要联系人姓名", True, _squeeze, _check_person, mask_text),
    Column("主要联系人电话", True, _fold, _check_phone, mask_number),
    Column("主要联系人手机", True, _fold, _check_mobile, mask_number),
    Column("主要联系人邮箱", True, _fold, _check_email, mask_email),
    Column("备注", False, _squeeze, _accept_any, mask_text),
    Column("预期单证名称", False, str.strip, _accept_any, str),
)
