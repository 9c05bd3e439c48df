"""Work items, and how their data is shown to people."""

from dataclasses import dataclass

from pages.models import Contact

CONTACT_HEADINGS = ("主要联系人姓名", "主要联系人电话", "主要联系人手机", "主要联系人邮箱", "备注")


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
    round: int = 1  # grows by one each time the insurer returns it

    @property
    def policy(self) -> str:
        """The identifier of the policy, the same in every round."""
        return f"{self.portal_origin}|{self.uscc}|{self.application_no}"

    @property
    def reference(self) -> str:
        """业务唯一号: the permanent identifier of this work item."""
        return self.policy if self.round == 1 else f"{self.policy}|{self.round}"

    @property
    def label(self) -> str:
        """申请编号 as people read it, with the round if it is not the first."""
        return f"{self.application_no}{in_round(self.round)}"

    def is_of(self, enterprise: str) -> bool:
        """Tell whether it is of the enterprise with this 企业名称 or 统一社会信用代码."""
        return enterprise in (self.enterprise_name, self.uscc)

    @property
    def asks_for_all(self) -> bool:
        """Whether the row asks for all pending policies of its enterprise."""
        return not self.application_no


def policy_of(reference: str) -> str:
    """Return the identifier of the policy whose round this reference names."""
    return "|".join(reference.split("|")[:3])


def number_of(reference: str) -> str:
    """Return 申请编号, with the round if it is not the first, as a reference names them."""
    number, *rounds = reference.split("|")[2:]
    return f"{number}{in_round(int(rounds[0]))}" if rounds else number


def in_round(number: int) -> str:
    """Return the suffix of 申请编号 that names a round; empty for the first."""
    return f"（第 {number} 轮）" if number > 1 else ""


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


def by_heading(contact: Contact) -> dict[str, str]:
    """Return 联系方式 by its headings in clear: what will be typed, for the approver alone."""
    values = (contact.name, contact.phone, contact.mobile, contact.email, contact.remarks)
    return dict(zip(CONTACT_HEADINGS, values, strict=True))


def mask_contact(contact: Contact) -> dict[str, str]:
    """Return 联系方式 by its headings, as it may be shown to people."""
    masks = (mask_text, mask_number, mask_number, mask_email, mask_text)
    values = by_heading(contact).items()
    return {name: mask(value) for (name, value), mask in zip(values, masks, strict=True)}


def _ends(text: str, first: int, last: int) -> str:
    # a shorter text is a mistake and may be anything: both ends would show too much of it
    if len(text) < first + last + 4:
        return mask_text(text)
    return f"{text[:first]}****{text[-last:]}"
