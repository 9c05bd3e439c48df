"""The portal's texts: every on-screen text that the code needs, and its source."""

from collections.abc import Mapping
from enum import StrEnum

ASSUMED = "assumed"


class Wording(StrEnum):
    """One text of the portal; `source` is a clause, a fact of docs/mock-portal.md, or assumed."""

    source: str

    def __new__(cls, text: str, source: str) -> "Wording":
        """Make a text that knows its source."""
        member = str.__new__(cls, text)
        member._value_ = text
        member.source = source
        return member

    BROWSER_ADVICE = (
        "登录广东电子口岸“单一窗口”平台 http://www.singlewindow.gd.cn，建议使用谷歌浏览器。",
        "guide-1.1",
    )
    WRONG_PASSWORD = "1用户名或密码错误", ASSUMED
    WRONG_CAPTCHA = "2验证码错误请重新输入", "fact: log-in"
    CAPTCHA_EXPIRED = "2验证码已过期请重新获取", ASSUMED
    ACCOUNT_LOCKED = "1密码错误次数过多，账号已锁定", ASSUMED
    NATIONAL_EDITION = "您使用的是国标版的账号，请切换到地方（广东）版本登录", ASSUMED
    SWITCH_EDITION = "3请切换到地方（广东）版本", ASSUMED
    REAL_NAME_REQUIRED = "请使用浏览器登录并完成实名认证", "fact: log-in"
    LOGGED_IN = "登录成功", "fact: log-in"

    STATUS_PENDING = "待确认", "guide-2.2"
    STATUS_CONFIRMED = "已确认(待审批)", ASSUMED
    STATUS_UNDERWRITTEN = "已承保", ASSUMED
    STATUS_RETURNED = "退回修改", ASSUMED
    STATUS_REFUSED = "不予承保", ASSUMED

    PRODUCT = "中小企业综合保险(小微企业适用)", ASSUMED
    PRODUCT_CHANGED = "中小企业综合保险(小微企业适用)变更版", ASSUMED
    RENEWAL_DOCUMENT = "中小企业综合保险续转单证(小微企业适用)", "guide-2.3"

    CLAUSE_ACCOUNT = (
        "我公司申请开通中国信保“中小企业网上服务平台”账号并根据《中国出口信用保险公司网上业务服务协议》"
        "约定使用中国信保“中小企业网上服务平台”服务。",
        "guide-2.4",
    )
    CLAUSE_CHECKED = "我公司已查看以上投保信息，并对以上投保信息确认无误。", "guide-2.4"
    CLAUSE_UNDERSTOOD = (
        "我公司已阅读该产品条款，特别就条款中有关责任免除和被保险人义务的内容进行阅读，"
        "充分理解并同意接受条款全部内容。",
        "guide-2.4",
    )
    CLAUSE_CHECKED_REWORDED = (
        "我公司已查看以上投保信息，并对以上投保信息及保险费金额确认无误。",
        ASSUMED,
    )

    CARD_UNKNOWN = "卡信息异常，请尝试用证书延期方式更正!", "fact: card control"

    ALREADY_REGISTERED = "组织机构代码已存在", "guide-1.6"
    WRONG_USCC = "请输入正确的统一社会信用代码", ASSUMED
    WRONG_ORG_CODE = "请输入正确的组织机构代码", ASSUMED
    CODES_DIFFER = "统一社会信用代码与组织机构代码不一致", ASSUMED
    WRONG_ID_NO = "请输入正确的证件号码", ASSUMED
    USER_TAKEN = "用户名已存在", ASSUMED
    NO_SUCH_USER = "该用户不存在", ASSUMED
    RECOVERY_OVER = "找回已完成或已失效，请重新找回", ASSUMED
    SMS_SENT = "验证码已发送至", ASSUMED
    SMS_TOO_SOON = "请一分钟后再获取", ASSUMED
    WRONG_SMS_CODE = "短信验证码错误", ASSUMED
    SMS_CODE_EXPIRED = "短信验证码已过期", ASSUMED

    BOUND = "绑定成功", ASSUMED
    WRONG_LOCAL_PASSWORD = "本地用户名或密码错误", ASSUMED
    BOUND_TO_ANOTHER = "该本地账号已被其他企业绑定", ASSUMED
    WRONG_CAPTCHA_ON_PAGE = "验证码输入错误", "fact: log-in"
    PASSWORDS_DIFFER = "两次输入的密码不一致", ASSUMED
    LOCAL_USER_TAKEN = "本地用户名已存在", ASSUMED

    ANNOUNCEMENT = "系统将于本周日凌晨例行维护，请提前办理（模拟）", ASSUMED
    MAINTENANCE = "系统维护中，请稍后再访问", ASSUMED
    CHALLENGE = "正在检查您的浏览器", ASSUMED

    REQUIRED = "此项为必填项", "fact: desk"
    TOO_LONG = "字符长度超长，且一个汉字算两个字符！", "fact: desk"
    WRONG_EMAIL = "请输入正确格式的电子邮件", "fact: desk"
    WRONG_MOBILE = "请输入正确的手机号码", ASSUMED
    WRONG_PHONE = "请输入正确的电话号码", ASSUMED
    SURE_TO_CONFIRM = "确定要确认投保吗？", ASSUMED
    DECLARATION_NOT_ACCEPTED = "请先阅读并同意投保声明", ASSUMED
    NOT_PENDING = "该申请不在待确认状态", ASSUMED
    CHANGED = "投保信息已变更，请重新核对", ASSUMED
    ALREADY_CONFIRMED = "该保单已确认，请勿重复提交", ASSUMED
    BUSY = "系统繁忙，请稍后再试", ASSUMED
    CONFIRMED = "确认投保成功", ASSUMED
    DAYS_REVERSED = "开始日期不能晚于结束日期", ASSUMED


STATUS_TEXTS: Mapping[str, Wording] = {
    "pending": Wording.STATUS_PENDING,
    "confirmed": Wording.STATUS_CONFIRMED,
    "underwritten": Wording.STATUS_UNDERWRITTEN,
    "returned": Wording.STATUS_RETURNED,
    "refused": Wording.STATUS_REFUSED,
}


def declaration(*, reworded: bool) -> tuple[Wording, Wording, Wording]:
    """Return the three clauses of 投保声明; the second is changed if the fault is on."""
    second = Wording.CLAUSE_CHECKED_REWORDED if reworded else Wording.CLAUSE_CHECKED
    return Wording.CLAUSE_ACCOUNT, second, Wording.CLAUSE_UNDERSTOOD
