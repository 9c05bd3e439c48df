"""Why a run ends early, in the words of an operator."""

from enum import StrEnum


class Stop(StrEnum):
    """Why a run ends early."""

    INTERRUPTED = "操作员中断"
    BREAKER = "接连发生技术故障"
    HOURS = "不在设置的办理时间"
    LOCK = "数据目录中的 worker.lock 被删除或替换，可能有别的程序也在处理同一台账"
    STORAGE = "台账或证据写不进去"
    ERROR = "程序出错"
