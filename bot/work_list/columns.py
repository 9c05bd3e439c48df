"""The columns of a work list: what each cell must hold, and how it is shown to people."""

import re
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumberType
from stdnum.cn import uscc as uscc_standard
from stdnum.exceptions import InvalidChecksum, InvalidFormat

from bot.work_item import mask_email, mask_number, mask_text, mask_uscc
from bot.work_list.findings import Doubt, Unfit
from bot.work_list.text import FORMULA_STARTS, width
from pages.visible import is_hidden

PLACEHOLDERS = frozenset({"无", "没有", "暂无", "空", "-", "--", "—", "/", "n/a", "null", "none"})
ERROR_VALUES = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"})
AS_TEXT = "请把这一列的单元格格式设为“文本”，再重新输入"
TYPE_AGAIN = "请删除这个单元格的内容，再用键盘重新输入"

# GB 32100-2015: who registered it, and what it is
AUTHORITIES = re.compile(r"1[1239]|2[19]|3[1-59]|4[19]|5[1239]|6[129]|7[129]|8[19]|9[123]")
PROVINCES = re.compile(r"1[0-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[12]")
MARKUP = re.compile(r"<[A-Za-z!/?]|&(#\d+|#x[0-9A-Fa-f]+|[A-Za-z]+);|\{\{|\{%")
ADDRESS = re.compile(r"(?i)[a-z]+://|\bwww\.|\\\\|\b[a-z]:[\\/]|\.\.[\\/]|^[/~]|^file:")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a work list: its heading, and what a cell of it must hold."""

    heading: str
    is_required: bool
    normalise: Callable[[str], str]
    check: Callable[[str], None]
    mask: Callable[[str], str]
    limit: int = 500  # as the portal counts: a Chinese character is two

    def accept(self, raw: str) -> str:
        """Return the text of the cell in its normal form.

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
        if text.startswith(FORMULA_STARTS):
            raise Unfit("B71", f"以“{text[0]}”开头，表格软件会当作公式", "请去掉开头的这个字符")
        if width(text) > self.limit:
            told = f"最长 {self.limit} 个字符，一个汉字算两个，实际 {width(text)} 个"
            raise Unfit("B57", told, "请缩短")
        return text

    def _check_in_general(self, text: str) -> None:
        if is_mojibake(text):
            raise Unfit("B21", "内容里有乱码", "请从原来的文件重新复制这一格")
        if any(map(is_hidden, _squeeze(text))):
            raise Unfit("B22", "含有不可见的字符", TYPE_AGAIN)
        if text in ERROR_VALUES:
            raise Unfit("B38", f"单元格是错误值 {text}", "请填写实际内容")
        if re.fullmatch(r"[0-9](\.[0-9]+)?[eE]\+[0-9]+", text):
            raise Unfit("B43", "数字被 Excel 改成了科学计数法，原来的数字已丢失", AS_TEXT)
        if text.casefold() in PLACEHOLDERS and self.heading != "备注":
            fix = "请填写实际内容" if self.is_required else "没有内容时请留空"
            raise Unfit("B58", f"“{text}”不能代替内容", fix)


def doubt(text: str) -> Doubt | None:
    """Return the doubt about a cell that breaks no rule, if there is one."""
    if MARKUP.search(text):
        return Doubt("B72", "含有网页标记，会原样按文字处理", "请核对是不是误填")
    return None


def is_mojibake(text: str) -> bool:
    """Tell whether this is UTF-8 that was read in another encoding, or its remains."""
    if "\ufffd" in text or "锟斤拷" in text:
        return True
    for encoding in ("gb18030", "cp1252", "latin-1"):
        with suppress(UnicodeEncodeError):
            meant = text.encode(encoding).decode("utf-8", "replace")
            chinese = sum("\u4e00" <= one <= "\u9fff" for one in meant)
            if chinese > meant.count("\ufffd"):
                return not text.isascii()
    return False


def _squeeze(text: str) -> str:
    return " ".join(text.split())


def _fold(text: str) -> str:
    # NFKC would turn ² into 2, which is wrong; a full-width ２ is a 2
    for one in text:
        if one.isdigit() and not one.isascii() and not "０" <= one <= "９":
            raise Unfit("B51", f"“{one}”不是 0 至 9 的数字", TYPE_AGAIN)
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
    if not AUTHORITIES.match(text):
        raise Unfit("B47", "前两位不是登记管理部门和机构类别", "请对照营业执照重新填写")
    if not PROVINCES.match(text, 2):
        raise Unfit("B47", "第 3 至 8 位不是行政区划", "请对照营业执照重新填写")


def _check_name(text: str) -> None:
    if ADDRESS.search(text):
        raise Unfit("B74", "像是网址或文件路径", "请只填写文字内容")


def _check_enterprise_name(text: str) -> None:
    if text.isdecimal():
        raise Unfit("B57", "名称只有数字", "请填写企业中文全称")
    _check_name(text)


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
    _check_name(text)
    if not any(character.isalpha() for character in text):
        raise Unfit("B57", "姓名里没有文字", "请填写联系人姓名")


def _check_phone(text: str) -> None:
    digits = re.sub(r"[-() ]", "", text)
    if _number_type(digits) == PhoneNumberType.MOBILE:
        return  # many small enterprises have no other telephone
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


def _check_remarks(text: str) -> None:
    _check_name(text)
    if "\n" in text or "\r" in text:
        raise Unfit("B59", "备注里有换行，门户只收一行", "请改写成一行")
    if width(text) > MAX_REMARKS:
        told = f"备注最长 {MAX_REMARKS} 个字符，一个汉字算两个，实际 {width(text)} 个"
        raise Unfit("B59", told, "请缩短")


MAX_REMARKS = 200
COLUMNS = (
    Column("统一社会信用代码", True, _fold_to_upper, _check_uscc, mask_uscc),
    Column("企业名称", True, _squeeze, _check_enterprise_name, str, limit=100),
    Column("登录账号", True, _squeeze, _check_identifier, mask_text),
    Column("申请编号", False, _fold, _check_application_no, str),
    Column("主要联系人姓名", True, _squeeze, _check_person, mask_text, limit=50),
    Column("主要联系人电话", True, _fold, _check_phone, mask_number),
    Column("主要联系人手机", True, _fold, _check_mobile, mask_number),
    Column("主要联系人邮箱", True, _fold, _check_email, mask_email, limit=50),
    Column("备注", False, str.strip, _check_remarks, mask_text, limit=MAX_REMARKS),
    Column("预期单证名称", False, str.strip, _check_name, str),
)
RULES = {column.heading: column for column in COLUMNS}
