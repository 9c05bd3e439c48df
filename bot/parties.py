"""Served enterprises, mandates of their signatories, and approvers, as the settings name them."""

from base64 import b64decode, b64encode
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from bot.persons import named_person
from bot.work_list.columns import RULES
from bot.work_list.findings import Unfit

ALL_ENTERPRISES = "全部"
KEY_BYTES, SIGN_OF_X, PRIME = 32, 1 << 255, (1 << 255) - 19
# the y coordinates of the points of small order: anybody signs for a key that is one of them
FORGEABLE = frozenset(
    {
        0,
        1,
        PRIME - 1,
        0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
        0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
    }
)


class Mandate(BaseModel, extra="forbid", frozen=True):
    """授权委托: a signatory's standing approval, within the limits it names."""

    signatory: str = Field(min_length=1)
    enterprises: tuple[str, ...] = Field(min_length=1)  # 统一社会信用代码
    declaration: str  # the digest of the wording that the signatory has read
    documents: tuple[str, ...] = Field(min_length=1)  # the kinds of 单证 that may be attached
    expires: date


def _is_key(text: str) -> str:
    try:
        key = b64decode(text, validate=True)
    except ValueError:
        key = b""
    y = int.from_bytes(key, "little") & ~SIGN_OF_X
    is_whole = len(key) == KEY_BYTES and b64encode(key).decode() == text
    if not is_whole or y >= PRIME or y in FORGEABLE:
        raise ValueError("应是 single-window approvers add 写出的公钥")
    return text


class Approver(BaseModel, extra="forbid", frozen=True):
    """审批人: whose signature approves what, if `four_eyes` is on."""

    name: Annotated[str, AfterValidator(named_person)]
    key: Annotated[str, AfterValidator(_is_key)]  # the public key, Ed25519, in base64
    enterprises: tuple[str, ...] = Field(min_length=1)  # 统一社会信用代码; "全部" is all of them
    role: Literal["checker", "signatory"] = "checker"  # a signatory also releases what is in doubt
    account: str = ""  # at which the approver works; what it has taken in, others approve

    def answers_for(self, uscc: str) -> bool:
        """Tell whether this approver may decide for an enterprise."""
        return uscc in self.enterprises or ALL_ENTERPRISES in self.enterprises


def _rule(heading: str) -> AfterValidator:
    """Return the rule of this list column as the validator of a setting."""

    def accept(text: str) -> str:
        try:
            return RULES[heading].accept(text)
        except Unfit as unfit:
            raise ValueError(f"{unfit.problem}；{unfit.fix}（{unfit.code}）") from unfit

    return AfterValidator(accept)


Mobile = Annotated[str, _rule("主要联系人手机")]


class ContactPerson(BaseModel, extra="forbid", frozen=True):
    """联系方式 that is typed for an enterprise without a list."""

    name: Annotated[str, _rule("主要联系人姓名")]
    phone: Annotated[str, _rule("主要联系人电话")]
    mobile: Mobile
    email: Annotated[str, _rule("主要联系人邮箱")]
    remarks: Annotated[str, _rule("备注")] = ""


class ServedEnterprise(BaseModel, extra="forbid", frozen=True):
    """An enterprise that the bot serves: the data of a list row, set once for all policies."""

    uscc: Annotated[str, _rule("统一社会信用代码")]
    name: Annotated[str, _rule("企业名称")]
    account: Annotated[str, _rule("登录账号")]
    contact: ContactPerson
