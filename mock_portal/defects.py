"""Seeded defects: ways in which the portal itself is wrong, for the suite to notice."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Defect:
    """One seeded defect; it holds for the whole portal process."""

    sentence: str
    clause: str


DEFECTS: Mapping[str, Defect] = {
    "wrong_password_accepted": Defect("密码错误也能登录。", "guide-1.2"),
    "captcha_not_checked": Defect("不核对验证码。", "guide-1.2"),
    "contact_mobile_not_enforced": Defect("主要联系人手机不填也能确认投保。", "guide-2.2"),
    "document_link_missing": Defect("单证列表里没有“查看单证”。", "guide-2.3"),
    "declaration_not_demanded": Defect("不勾选投保声明也能确认投保。", "guide-2.4"),
    "status_not_updated": Defect("确认投保后保单仍在“待确认”，“保单查询”里没有它。", "guide-2.6"),
    "search_by_date_ignored": Defect("“保单查询”不看确认日期。", "guide-2.6"),
    "binding_asked_again": Defect("已绑定的企业再次进入，又要求绑定。", "guide-1.9"),
    "registered_code_accepted": Defect("组织机构代码已存在，也能再注册。", "guide-1.6"),
    "effective_date_from_confirmation": Defect(
        "一经确认就显示生效日期，不等保险公司审批。", "guide-2.7"
    ),
}


def unknown(ids: Iterable[str]) -> list[str]:
    """Return the ids that are not in `DEFECTS`."""
    return [id_ for id_ in ids if id_ not in DEFECTS]
