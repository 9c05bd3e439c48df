"""What the portal demands: judges that look at what was sent and say which rule it breaks."""

import re
from collections.abc import Collection, Mapping
from datetime import date

from mock_portal import captcha
from mock_portal.store import Enterprise, Policy, Status
from mock_portal.wording import Wording

REQUIRED_FIELDS = ("contactName", "contactPhone", "contactMobile", "contactEmail")
EMAIL = re.compile(r"[^\s@]+@[^\s@.]+(\.[^\s@.]+)+")


def refuse_log_in(
    form: Mapping[str, str],
    shown: str | None,
    owner: Enterprise | None,
    defects: Collection[str],
) -> Wording | None:
    """Judge 登录 (guide-1.2): the captcha first and alone, then user and password."""
    typed = form.get("verifyCode", "")
    if "captcha_not_checked" not in defects and not (shown and captcha.matches(typed, shown)):
        return Wording.WRONG_CAPTCHA
    if owner is None or owner.account is None:
        return Wording.WRONG_PASSWORD
    if "wrong_password_accepted" in defects or form.get("swm") == owner.account.password_digest:
        return None
    return Wording.WRONG_PASSWORD


def required_fields(defects: Collection[str]) -> list[str]:
    """Name the fields of 联系方式 that must be filled in (guide-2.2)."""
    forgotten = {"contactMobile"} if "contact_mobile_not_enforced" in defects else set()
    return [field for field in REQUIRED_FIELDS if field not in forgotten]


def demands_declaration(defects: Collection[str]) -> bool:
    """Tell whether 投保声明 must be ticked (guide-2.4)."""
    return "declaration_not_demanded" not in defects


def refuse_confirmation(
    policy: Policy | None, form: Mapping[str, str], defects: Collection[str]
) -> Wording | None:
    """Judge 确认投保 (guide-2.5): the policy, the fields in their order, the tick."""
    if policy is None:
        return Wording.NOT_PENDING
    if policy.status is not Status.PENDING:
        return Wording.ALREADY_CONFIRMED
    if not all(form.get(field, "").strip() for field in required_fields(defects)):
        return Wording.REQUIRED
    if not EMAIL.fullmatch(form.get("contactEmail", "").strip()):
        return Wording.WRONG_EMAIL
    if demands_declaration(defects) and not form.get("agree"):
        return Wording.DECLARATION_NOT_ACCEPTED
    return None


def effective_date(policy: Policy, defects: Collection[str]) -> date | None:
    """Tell from when a policy holds: only the insurer's approval says (guide-2.7)."""
    if "effective_date_from_confirmation" in defects and policy.confirmed_at:
        return policy.effective_date or policy.confirmed_at.date()
    return policy.effective_date
