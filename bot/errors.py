"""Why a work item, or the whole run, cannot go on; every error says the next step in Chinese."""

RUN_AGAIN = "请稍后再运行一次；仍不成功时请登录门户查看"


class WorkItemError(Exception):
    """One item could not be finished."""

    def __init__(self, code: str, explanation: str, next_step: str) -> None:
        super().__init__(code, explanation, next_step)
        self.code = code
        self.explanation = explanation
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.explanation}（{self.code}）"


class BusinessException(WorkItemError):
    """Data or a rule stands against it; a person must look, and it is never retried."""


class SignInRefused(BusinessException):
    """The portal does not let this enterprise in; not tried again in this run."""


class DeclarationChanged(BusinessException):
    """投保声明 is worded otherwise than accepted; nothing is ticked for anybody."""


class ApplicationException(WorkItemError):
    """A technical failure; it may be retried before the press."""


class OutOfTime(ApplicationException):
    """An item or an act on a page took too long; what took long once is not tried again."""


class EvidenceNotKept(ApplicationException):
    """The disk did not take a piece of evidence; before the press nothing is pressed without it."""


class NotFit(Exception):
    """This machine, these settings or this portal cannot do the job; nothing was started."""


class NotWritten(NotFit):
    """The ledger does not take what is to be written, so nothing is pressed."""
