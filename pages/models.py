"""The contents of the portal's screens, as values."""

from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from typing import Self
from unicodedata import normalize

from pages.errors import UnknownWording


class PolicyStatus(Enum):
    """状态 of a policy; the guide gives 待确认 and 承保, the rest is assumed."""

    PENDING = "待确认"
    CONFIRMED = "已确认(待审批)"
    UNDERWRITTEN = "已承保"
    RETURNED = "退回修改"
    DECLINED = "不予承保"

    @classmethod
    def of(cls, text: str) -> Self:
        """Return the status with this name on the portal, in letters of either width.

        Raises:
            UnknownWording: the portal used a word that the guide and the model do not know.
        """
        try:
            return cls(normalize("NFKC", text))
        except ValueError as error:
            raise UnknownWording(text) from error


class Secret:
    """A password or a PIN; it prints as *** and is never stored."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the plain value, to type it, to seal it or to search files for it."""
        return self._value

    def __repr__(self) -> str:
        return "***"

    def __reduce__(self) -> str:
        raise TypeError("a secret is never stored")


@dataclass(frozen=True, slots=True)
class Contact:
    """联系方式, as the enterprise types it (guide-2.2)."""

    name: str
    phone: str
    mobile: str
    email: str
    remarks: str = ""


@dataclass(frozen=True, slots=True)
class LocalAccount:
    """账号基本信息: the data that 快速注册 asks for (guide-1.10)."""

    user: str
    password: Secret
    repeated_password: Secret
    mobile: str
    person: str
    email: str


@dataclass(frozen=True, slots=True)
class Registration:
    """企业基本信息, and the account that is made with it (guide-1.5)."""

    uscc: str
    org_code: str
    name: str
    legal_name: str
    id_type: str
    id_no: str
    city: str
    user: str
    password: Secret
    repeated_password: Secret
    mobile: str


@dataclass(frozen=True, slots=True)
class PendingPolicy:
    """One row of 待确认 (guide-2.1)."""

    application_no: str
    enterprise_name: str
    product: str
    status: PolicyStatus


@dataclass(frozen=True, slots=True)
class Declaration:
    """投保声明: its clauses and the label of its tick, word for word (guide-2.4)."""

    clauses: tuple[str, ...]
    label: str


@dataclass(frozen=True, slots=True)
class Document:
    """One 单证 as the portal handed it out (guide-2.3)."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        """The digest of its bytes, in hex."""
        return sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class PolicyDetails:
    """Everything that the open form shows and the enterprise cannot change (guide-2.2 to 2.4)."""

    fields: tuple[tuple[str, str], ...]
    document_names: tuple[str, ...]
    declaration: Declaration

    def field(self, label: str) -> str:
        """Return the value beside this label.

        Raises:
            UnknownWording: the form shows no such label.
        """
        try:
            return dict(self.fields)[label]
        except KeyError as error:
            raise UnknownWording(label) from error

    @property
    def application_no(self) -> str:
        """申请编号 of the record that is open."""
        return self.field("申请编号")

    @property
    def enterprise_name(self) -> str:
        """企业名称."""
        return self.field("企业名称")

    @property
    def uscc(self) -> str:
        """统一社会信用代码."""
        return self.field("统一社会信用代码")

    @property
    def org_code(self) -> str:
        """组织机构代码."""
        return self.field("组织机构代码")

    @property
    def status(self) -> PolicyStatus:
        """状态."""
        return PolicyStatus.of(self.field("状态"))


@dataclass(frozen=True, slots=True)
class PolicyRecord:
    """One row of 保单查询 (guide-2.6, guide-2.7); dates as the portal writes them."""

    application_no: str
    policy_no: str
    product: str
    status: PolicyStatus
    confirmed_at: str
    effective_on: str
    opinion: str
