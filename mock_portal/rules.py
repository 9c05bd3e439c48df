"""The portal's demands: judges that look at the sent data and say which rule it breaks."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from stdnum.cn import ric as id_number
from stdnum.cn import uscc as uscc_number

from mock_portal import captcha
from mock_portal.accounts import SMS_GOOD_FOR, Account, SmsCode
from mock_portal.sessions import IssuedCaptcha
from mock_portal.store import Policy, Status, org_code_check_digit
from mock_portal.wording import Wording

MOBILE = r"1[3-9]\d{9}"
PHONE = rf"0\d{{2,3}}-?\d{{7,8}}|{MOBILE}"
MOST_ROWS = 50  # the largest page size that the page offers
EMAIL = r"[^\s@]+@[^\s@.]+(\.[^\s@.]+)+"


@dataclass(frozen=True)
class FieldRule:
    """The demands of a form field; the browser and the server apply the same rule."""

    limit: int  # in characters; a Chinese character counts two
    pattern: str = ""
    message: Wording | None = None  # the refusal of a value that does not match
    is_required: bool = True
    same_as: str = ""

    @property
    def attributes(self) -> dict[str, object]:
        """The attributes that the page's script reads."""
        said = {
            "data-required": Wording.REQUIRED if self.is_required else None,
            "data-limit": self.limit,
            "data-too-long": Wording.TOO_LONG,
            "data-pattern": self.pattern or None,
            "data-wrong": self.message,
            "data-same": self.same_as or None,
        }
        return {name: value for name, value in said.items() if value is not None}


CONTACT = {
    "contactName": FieldRule(50),
    "contactPhone": FieldRule(20, PHONE, Wording.WRONG_PHONE),
    "contactMobile": FieldRule(20, MOBILE, Wording.WRONG_MOBILE),
    "contactEmail": FieldRule(50, EMAIL, Wording.WRONG_EMAIL),
    "remarks": FieldRule(200, is_required=False),
}
BINDING = {"localName": FieldRule(50), "localPwd": FieldRule(50), "verifyCode": FieldRule(4)}
QUICK_REGISTRATION = {
    "localName": FieldRule(50),
    "localPwd": FieldRule(50),
    "confirmPwd": FieldRule(50, same_as="localPwd", message=Wording.PASSWORDS_DIFFER),
    "mobile": FieldRule(20, MOBILE, Wording.WRONG_MOBILE),
    "personName": FieldRule(50),
    "email": FieldRule(50, EMAIL, Wording.WRONG_EMAIL),
    "verifyCode": FieldRule(4),
}

REGISTRATION = {
    "etpsUscc": FieldRule(18),
    "etpsOrgCode": FieldRule(10, is_required=False),
    "etpsName": FieldRule(100),
    "legalName": FieldRule(50),
    "idNo": FieldRule(18),
    "city": FieldRule(20),
    "userName": FieldRule(50),
    "password": FieldRule(50),
    "confirmPwd": FieldRule(50, same_as="password", message=Wording.PASSWORDS_DIFFER),
    "mobile": FieldRule(20, MOBILE, Wording.WRONG_MOBILE),
}
SMS = {"who": FieldRule(50), "smsCode": FieldRule(6)}
REVIEW = {
    "who": FieldRule(50),
    "mobile": FieldRule(20, MOBILE, Wording.WRONG_MOBILE),
    "reason": FieldRule(200),
}
RESET = {
    "newPwd": FieldRule(50),
    "confirmPwd": FieldRule(50, same_as="newPwd", message=Wording.PASSWORDS_DIFFER),
}


def width(text: str) -> int:
    """Count characters, a Chinese character as two."""
    return sum(1 if ord(character) < 256 else 2 for character in text)


def clean(text: str) -> str:
    """Remove line ends, and blanks at both ends."""
    return re.sub(r"[\r\n]", "", text).strip()


def refuse_fields(form: Mapping[str, str], fields: Mapping[str, FieldRule]) -> Wording | None:
    """Judge the fields of a form in their order; return the refusal of the first wrong field."""
    refusals = (_refuse_field(form, name, field) for name, field in fields.items())
    return next((refusal for refusal in refusals if refusal), None)


def _refuse_field(form: Mapping[str, str], name: str, field: FieldRule) -> Wording | None:
    value = clean(form.get(name, ""))
    if not value:
        return Wording.REQUIRED if field.is_required else None
    if width(value) > field.limit:
        return Wording.TOO_LONG
    if field.same_as and form[name] != form.get(field.same_as, ""):
        return field.message
    return None if re.fullmatch(field.pattern or ".*", value, re.ASCII) else field.message


def is_org_code(code: str) -> bool:
    """Tell whether the check digit of a 组织机构代码 is right (GB 11714-1997)."""
    if not re.fullmatch(r"[0-9A-Z]{8}[0-9X]", code, re.ASCII):
        return False
    return code[8] == org_code_check_digit(code[:8])


def refuse_codes(form: Mapping[str, str]) -> Wording | None:
    """Judge the codes of an enterprise and of its legal representative (guide-1.5)."""
    org_code = form.get("etpsOrgCode", "").replace("-", "")
    if not uscc_number.is_valid(form["etpsUscc"]):
        return Wording.WRONG_USCC
    if org_code and not is_org_code(org_code):
        return Wording.WRONG_ORG_CODE
    if org_code and org_code != form["etpsUscc"][8:17]:
        return Wording.CODES_DIFFER
    return None if id_number.is_valid(form["idNo"]) else Wording.WRONG_ID_NO


def refuse_sms_code(typed: str, code: SmsCode | None, now: datetime) -> Wording | None:
    """Judge the code that came by SMS (guide-1.7)."""
    if code is None or typed != code.digits:
        return Wording.WRONG_SMS_CODE
    return Wording.SMS_CODE_EXPIRED if now - code.sent_at > SMS_GOOD_FOR else None


def refuse_captcha(
    typed: str,
    shown: IssuedCaptcha | None,
    now: datetime,
    *,
    case_matters: bool,
) -> Wording | None:
    """Judge the text typed for a captcha (guide-1.2)."""
    if shown is None or not captcha.matches(typed, shown.text, case_matters=case_matters):
        return Wording.WRONG_CAPTCHA
    return Wording.CAPTCHA_EXPIRED if now - shown.shown_at > captcha.GOOD_FOR else None


def refuse_password(account: Account | None, digest: str, attempts: int | None) -> Wording | None:
    """Judge user and password (guide-1.2); after so many wrong attempts the account is locked."""
    if account is None:
        return Wording.WRONG_PASSWORD
    if attempts is not None and account.wrong_passwords >= attempts:
        return Wording.ACCOUNT_LOCKED
    return None if digest == account.password_digest else Wording.WRONG_PASSWORD


def refuse_confirmation(policy: Policy | None, form: Mapping[str, str]) -> Wording | None:
    """Judge 确认投保 (guide-2.5): the policy, the fields in their order, the tick."""
    if policy is None or policy.status is Status.WITHDRAWN:
        return Wording.NOT_PENDING
    if policy.status is not Status.PENDING:
        return Wording.ALREADY_CONFIRMED
    if policy.is_changed:
        return Wording.CHANGED
    if refusal := refuse_fields(form, CONTACT):
        return refusal
    return None if form.get("agree") else Wording.DECLARATION_NOT_ACCEPTED


def page_size(asked: int) -> int:
    """Return how many rows a page of a list has: as many as are asked for, within reason."""
    return min(max(asked, 1), MOST_ROWS)


def refuse_days(first: date | None, last: date | None) -> Wording | None:
    """Judge the range of days that 保单查询 is asked for (guide-2.6)."""
    return Wording.DAYS_REVERSED if first and last and first > last else None


def is_found(policy: Policy, number: str, first: date | None, last: date | None) -> bool:
    """Tell whether 保单查询 finds a policy by its number and the day of its confirmation."""
    if number and number != policy.application_no:
        return False
    if policy.confirmed_at is None:
        return True
    day = policy.confirmed_at.date()
    return (first or day) <= day <= (last or day)
