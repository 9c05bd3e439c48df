"""Why a work item, or the whole run, cannot go on; every error says the next step in Chinese."""

from enum import StrEnum
from typing import Self

RUN_AGAIN = "请稍后再运行一次；仍不成功时请登录门户查看"


class Reason(StrEnum):
    """Why a work item is where it is: the code, what it means, and who must act."""

    sentence: str
    who: str

    def __new__(cls, code: str, sentence: str, who: str) -> Self:
        """Keep sentence and actor beside the code."""
        reason = str.__new__(cls, code)
        reason._value_ = code
        reason.sentence, reason.who = sentence, who
        return reason

    @classmethod
    def named(cls, code: str) -> Self | None:
        """Return the reason of a code; None if there is none, or only a later version has it."""
        return next((one for one in cls if one.value == code), None)

    CHANGED = "CHANGED", "表单、单证或要提交的内容和批准的不同；没有提交", "经办人"
    NOT_APPROVED = "NOT_APPROVED", "批准的不是这份内容，或批准、授权委托已撤回、已过期", "审批人"
    MISMATCH = "MISMATCH", "门户显示的和清单不一致", "经办人"
    NOT_PENDING = "NOT_PENDING", "门户没有把它列为待确认", "经办人"
    QUARANTINE = "QUARANTINE", "门户可能还在保存上一次确认，时间没有到", "下次运行"
    DECLARATION_CHANGED = "DECLARATION_CHANGED", "投保声明的文字和已接受的不同；没有打勾", "签字人"
    NO_CONTACT = "NO_CONTACT", "联系方式已从台账清除", "经办人"
    DOCUMENT = "DOCUMENT", "单证太大，或不是 PDF；没有收下", "经办人"
    IN_BOTH = "IN_BOTH", "“待确认”和“保单查询”互相矛盾", "经办人"
    PENDING_AGAIN = "PENDING_AGAIN", "确认过的，门户又只列在“待确认”中", "审批人"
    VANISHED = "VANISHED", "确认过的，“保单查询”中现在查不到", "经办人"
    NOT_SEEN = "NOT_SEEN", "这次没有看成保险公司的审批", "下次运行"
    EVIDENCE_MISSING = "EVIDENCE_MISSING", "已确认，证据没有全部保存", "经办人"
    PRESS_REFUSED = (
        "refused",
        "按下以后门户答复不予确认；是否保存了，要到“保单查询”核验",
        "下次运行",
    )
    PRESS_UNCLEAR = "unknown", "按下以后没有明确的应答；是否保存了，要到“保单查询”核验", "下次运行"
    PRESS_FOUND = "PRESS_FOUND", "以前按下过，台账没有记着结果；要到“保单查询”核验", "下次运行"
    OUT_OF_TIME = "OUT_OF_TIME", "一步用的时间超过了上限", "下次运行"
    EVIDENCE = "EVIDENCE", "磁盘没有收下证据；按下之前没有证据就不按", "经办人"
    PORTAL = "PORTAL", "门户没有按时显示应有的页面", "下次运行"
    SESSION_LOST = "SESSION_LOST", "登录已失效", "下次运行"
    BROWSER = "BROWSER", "浏览器出错或没有启动", "下次运行"
    LOCK = "LOCK", "不能确认本机没有别的程序在办理这家企业", "经办人"
    PROGRAM = "PROGRAM", "程序出错", "维护人员"
    UNEXPECTED_SCREEN = "UNEXPECTED_SCREEN", "门户显示了程序不认识的内容", "维护人员"
    BINDING_REQUIRED = "BINDING_REQUIRED", "这个账号还没有绑定，门户要求先绑定", "经办人"
    KICKED_OUT = "KICKED_OUT", "登录一再失效，可能有人在别处用同一账号", "经办人"
    CAPTCHA = "CAPTCHA", "验证码接连不对", "经办人"
    CARD_CONTROL = "CARD_CONTROL", "卡介质不能用", "经办人"
    CERTIFICATE = "CERTIFICATE", "门户的证书不对；没有输入密码", "经办人"
    FOREIGN_ORIGIN = "FOREIGN_ORIGIN", "登录框牵涉别的网站；没有输入密码", "经办人"
    LOGIN_REFUSED = "LOGIN_REFUSED", "门户拒绝登录", "经办人"
    LOGIN_UNCLEAR = "LOGIN_UNCLEAR", "登录没有得到明确的结果", "经办人"
    WRONG_ENTERPRISE = "WRONG_ENTERPRISE", "登录后显示的是另一家企业", "经办人"
    UNATTENDED = "UNATTENDED", "登录要有人输入，但没有人值守", "经办人"
    BUSY = "BUSY", "本机另一个程序正在办理这家企业", "下次运行"
    NO_CREDENTIAL = "NO_CREDENTIAL", "没有这个账号的密码", "经办人"
    KEYRING_LOCKED = "KEYRING_LOCKED", "系统密钥库锁着", "经办人"
    VAULT_TAMPERED = "VAULT_TAMPERED", "保管库中的密码被人调换或改动", "经办人"
    NOT_ALL_TAKEN = "NOT_ALL_TAKEN", "这家企业待确认的保单没有全部办理", "经办人"
    NOT_REACHED = "NOT_REACHED", "还没有轮到这一行", "下次运行"
    NOTHING_PENDING = "NOTHING_PENDING", "“待确认”中没有这家企业的保单", ""
    LIST_EDITED = "LIST_EDITED", "清单在运行中改过；改动没有办理", "经办人"
    OTHER_CONTACT = (
        "OTHER_CONTACT",
        "提交的联系方式和清单里的不同；清单里的从来没有提交过",
        "经办人",
    )
    FOUR_EYES = "FOUR_EYES", "交办和批准是同一人", "审批人"
    UNSIGNED = "UNSIGNED", "批准要由名册里的审批人签字", "审批人"
    SLIP = "SLIP", "批准单不是给这份内容的，已用过、已过期，或不是名册里的人签的", "审批人"
    NOT_WAITING = "NOT_WAITING", "不在等待决定", "审批人"
    NOT_WITHDRAWN = "NOT_WITHDRAWN", "按下过或办完了，不能撤下", "经办人"
    NOT_RELEASED = "NOT_RELEASED", "还没有核验过它仍在“待确认”中", "下次运行"


class WorkItemError(Exception):
    """One item could not be finished."""

    def __init__(self, code: Reason, explanation: str, next_step: str) -> None:
        super().__init__(code, explanation, next_step)
        self.code = code
        self.explanation = explanation
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.explanation}（{self.code}）"


class BusinessException(WorkItemError):
    """Data or a rule prevents it; a person must look, and it is never retried."""


class SignInRefused(BusinessException):
    """This enterprise cannot sign in; this run does not try again."""


class ApplicationException(WorkItemError):
    """A technical failure; it may be retried before the press."""


class OutOfTime(ApplicationException):
    """An item or an act on a page took too long; it is not tried again."""


class EvidenceNotKept(ApplicationException):
    """The disk did not take a piece of evidence; without it nothing is pressed."""


class NotFit(Exception):
    """This machine, these settings or this portal cannot do the job; nothing was started."""

    def __init__(self, told: str, next_step: str) -> None:
        super().__init__(told, next_step)
        self.told = told
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.told}。{self.next_step}。"


class NotWritten(NotFit):
    """The ledger cannot be written, so nothing is pressed."""
