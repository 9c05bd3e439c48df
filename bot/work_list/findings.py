"""The catalogue of what can be wrong with a work list, and its findings in plain Chinese."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from bot.work_list.text import listed
from pages.visible import visible

LONGEST = 40  # characters of a cell that a finding shows
CODES = {
    "B01": "文件不存在或无法读取",
    "B02": "没有数据",
    "B03": "不是工作清单，或扩展名与内容不符",
    "B04": "旧版 .xls 工作簿",
    "B05": "加密的工作簿",
    "B06": "工作簿已损坏",
    "B07": "带宏的工作簿或二进制工作簿",
    "B08": "压缩炸弹",
    "B09": "文件过大",
    "B10": "行、列或单元格过多",
    "B11": "已用区域远大于数据",
    "B12": "含有 DTD 或实体",
    "B13": "外部链接或数据连接",
    "B14": "符号链接",
    "B15": "读取时文件变了",
    "B16": "文件在别的程序中打开着",
    "B17": "这份清单已办过",
    "B18": "UTF-16 编码或二进制内容",
    "B19": "编码既不是 UTF-8，也不是 GB18030",
    "B20": "两种编码混用",
    "B21": "乱码",
    "B22": "不可见字符",
    "B23": "分隔符不是逗号",
    "B24": "引号不成对",
    "B25": "一行的列数过多",
    "B26": "一行的列数不足",
    "B27": "换行方式混用",
    "B28": "没有列名",
    "B29": "列名重复",
    "B30": "列名疑似写错",
    "B31": "缺少必需的列",
    "B32": "模板版本不符",
    "B33": "像清单的工作表不止一张",
    "B34": "隐藏的工作表里有数据",
    "B35": "隐藏或被筛选掉的行",
    "B36": "合并单元格",
    "B37": "公式单元格",
    "B38": "错误值",
    "B39": "删除线或批注",
    "B40": "中间有空行",
    "B41": "合计行或表尾",
    "B42": "数字单元格，或被 Excel 改写的数字",
    "B43": "科学计数法",
    "B44": "长度不对",
    "B45": "含有不允许的字符",
    "B46": "校验位不对",
    "B47": "代码结构不对",
    "B48": "与组织机构代码不一致",
    "B49": "写法已规范",
    "B50": "开头的 0 丢失",
    "B51": "不是 0 至 9 的数字",
    "B52": "不是有效的手机号码",
    "B53": "日期单元格",
    "B54": "手机号码与固定电话填反",
    "B55": "不是带区号的固定电话",
    "B56": "邮箱格式不对",
    "B57": "内容不合理或过长",
    "B58": "必填项为空",
    "B59": "备注过长或有换行",
    "B60": "一个手机号码用于多家企业",
    "B61": "重复的行",
    "B62": "同一企业的资料前后不一",
    "B63": "同一张保单的两种写法",
    "B64": "与设置中的企业资料不一致",
    "B65": "没有登录密码",
    "B66": "授权委托已过期",
    "B67": "批准已失效",
    "B68": "操作列",
    "B69": "台账中已有结果",
    "B70": "超过一批的上限",
    "B71": "像公式的文本",
    "B72": "网页标记",
    "B73": "密码列",
    "B74": "网址或路径",
    "B76": "没有「申请编号」列",
    "B77": "隐藏的列",
    "B78": "一张工作表里有几块清单，或列名以外的内容",
    "B79": "看到的和保存的不同",
    "B80": "图形、图片或文本框",
    "B81": "严格 Open XML 工作簿",
    "B82": "清单不再列出的保单",
}
"""Every kind of finding; why there is no B75 is in docs/decisions/0014-work-lists.md."""


class Unfit(Exception):
    """A file, a row or a cell cannot be used as it is; problem and fix are for the operator."""

    def __init__(self, code: str, problem: str, fix: str, row: int | None = None) -> None:
        super().__init__(f"{code}: {problem}")
        self.code = code
        self.problem = problem
        self.fix = fix
        self.row = row


class Doubt(Unfit):
    """It can still be used, but a person should know about it."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A remark on a list, a row or a cell, before its place in the sheet is known."""

    what: Unfit
    row: int | None = None
    heading: str = ""
    value: str = ""  # masked
    also: tuple[int, ...] = ()

    @classmethod
    def of_all(cls, what: Unfit, rows: Sequence[int], heading: str, value: str = "") -> Self:
        """Make one remark on several rows, placed at the first of them."""
        return cls(what, rows[0], heading, value, tuple(rows[1:]))


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a list or was corrected in it, and what to do."""

    code: str
    sheet: str
    row: int | None
    column: str
    heading: str
    value: str
    problem: str
    fix: str
    is_warning: bool = False  # the list can be used all the same
    also: tuple[int, ...] = ()  # further rows that it concerns

    @classmethod
    def of(cls, remark: Remark, sheet: str, letters: Mapping[str, str]) -> Self:
        """Make a finding of a remark, with its place in the sheet."""
        return cls(
            code=remark.what.code,
            sheet=sheet,
            row=remark.row or remark.what.row,
            column=letters.get(remark.heading, ""),
            heading=remark.heading,
            value=visible(remark.value[:LONGEST]),
            problem=remark.what.problem,
            fix=remark.what.fix,
            is_warning=isinstance(remark.what, Doubt),
            also=remark.also,
        )

    @property
    def rows(self) -> tuple[int | None, ...]:
        """Every row that it concerns; None stands for the whole list."""
        return self.row, *self.also

    @property
    def place(self) -> str:
        """Where in the list it is."""
        place = f"工作表「{self.sheet}」" if self.sheet else ""
        rows = sorted({row for row in self.rows if row})
        place += f"第 {listed(rows)} 行" if rows else ""
        place += f" {self.column} 列" if self.column else ""
        return place + (f"「{self.heading}」" if self.heading else "")

    def __str__(self) -> str:
        """Say it all in one Chinese sentence."""
        where = self.place + (f"（{self.value}）" if self.value else "")
        return f"{where}{'：' if where else ''}{self.problem}；{self.fix}。({self.code})"

    def facts(self) -> dict[str, Any]:
        """Return its fields by name, for machines."""
        return {"rule": CODES[self.code]} | {
            name: getattr(self, name) for name in self.__dataclass_fields__
        }


def by_rule(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings rule by rule, errors before warnings."""
    return sorted(findings, key=lambda one: (one.is_warning, one.code))


def merged(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings rule by rule; those that say the same of several rows become one."""
    same: dict[tuple[str, ...], list[Finding]] = {}
    for one in by_rule(findings):
        same.setdefault((one.code, one.column, one.problem, one.fix), []).append(one)
    return [_of_all_rows(group) for group in same.values()]


def _of_all_rows(same: Sequence[Finding]) -> Finding:
    first, *others = same
    if not others:
        return first
    rows = [row for one in others for row in one.rows if row]
    value = f"{first.value} 等" if first.value else ""
    return replace(first, value=value, also=(*first.also, *rows))


def is_from_finding(comment: str) -> bool:
    """Tell whether a finding wrote this comment; not every program keeps the comment's author."""
    return re.search(r"\(B\d\d\)\s*$", comment) is not None
