"""Work lists in: an .xlsx or .csv file becomes checked work items and findings in plain Chinese."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, MergedCell

from bot.work_item import WorkItem, mask_text
from bot.work_list import file as list_file
from bot.work_list.appearance import DELETE_ROW, Appearance, strike_of
from bot.work_list.columns import AS_TEXT, COLUMNS, doubt
from bot.work_list.consistency import contradictions
from bot.work_list.findings import Doubt, Finding, Remark, Unfit, is_from_finding
from bot.work_list.headings import (
    LIKE_A_LIST,
    Headings,
    headings_row,
    is_like_headings,
    plain_heading,
)
from bot.work_list.opened import OpenList
from bot.work_list.other_sheets import list_elsewhere, other_sheets
from bot.work_list.out_of_sight import is_row_hidden, unseen_parts
from bot.work_list.template import check_version, is_template
from bot.work_list.text import rewriting
from bot.work_list.workbook import text_of
from pages.models import Contact

ORG_CODE = "组织机构代码"
ACTION_HEADING = re.compile(r"操作|动作|办理方式|处理方式|是否(确认|办理|投保|提交)|action")
FOOTER = re.compile(r"合计|总计|小计|共计|总数|制表|填表|审核|经办|说明|注[:：]")

ONE_AREA = "请只留一行列名、一块清单，另一块移到别的文件"
HEADINGS_FIRST = "请让第 1 行是列名；CSV 文件请另存为“CSV UTF-8（逗号分隔）”，以免列名成为乱码"
BAD_CELLS = {
    "b": ("B42", "单元格是逻辑值，不是文本", AS_TEXT),
    "d": ("B53", "单元格是日期，不是文本，原来的内容可能已被 Excel 改写", AS_TEXT),
    "e": ("B38", "单元格是错误值", "请填写实际内容"),
    "f": ("B37", "单元格是公式", "请复制这一列，用“选择性粘贴 - 数值”粘贴回原处"),
    "n": ("B42", "单元格是数字，不是文本，Excel 会丢掉开头的 0、改写第 15 位以后的数字", AS_TEXT),
}
Cells = Sequence[Cell | MergedCell]


@dataclass(frozen=True, slots=True)
class WorkList:
    """One work list as read: the rows that can be worked on, and every finding about it."""

    path: Path
    digest: str
    sheet: str
    items: tuple[WorkItem, ...]
    findings: tuple[Finding, ...]
    extra_columns: tuple[str, ...]
    letters: Mapping[str, str]  # of the columns, by heading
    source: OpenList | None = field(default=None, compare=False, repr=False)
    rows: Mapping[int, Mapping[str, str]] = field(default_factory=dict, compare=False, repr=False)
    """What could be read of every row, by heading; of a row with errors too."""

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What a person must put right."""
        return tuple(finding for finding in self.findings if not finding.is_warning)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What was corrected here, or may surprise a person."""
        return tuple(finding for finding in self.findings if finding.is_warning)

    @property
    def accounts(self) -> dict[tuple[str, str], list[int]]:
        """The rows of each account, by enterprise code and account; rows with errors too."""
        accounts: dict[tuple[str, str], list[int]] = {}
        for row, values in self.rows.items():
            uscc, account = values.get("统一社会信用代码"), values.get("登录账号")
            if uscc and account:
                accounts.setdefault((uscc, account), []).append(row)
        return accounts

    def with_remarks(self, remarks: Iterable[Remark]) -> "WorkList":
        """Return the list with these remarks as findings, and without the rows that are wrong."""
        told = (Finding.of(remark, self.sheet, self.letters) for remark in remarks)
        findings = sorted((*self.findings, *told), key=lambda finding: finding.row or 0)
        wrong = {row for finding in findings if not finding.is_warning for row in finding.rows}
        is_refused = bool(wrong & {None, 1})
        items = () if is_refused else (item for item in self.items if item.row not in wrong)
        return replace(self, findings=tuple(findings), items=tuple(items))


def read_work_list(path: Path, portal_origin: str, agent_mobiles: Collection[str] = ()) -> WorkList:
    """Read and check a work list; its findings hold everything that is wrong with it.

    The mobile numbers of agents may stand for any number of enterprises.
    """
    source, digest = None, ""
    try:
        content = list_file.read_bytes(path)
        digest = sha256(content).hexdigest()
        list_file.check_closed(path)
        source = OpenList.of(path, content)
        reading = _Reading(source)
        items = reading.items(portal_origin, agent_mobiles)
        if list_file.digest_of(path) != digest:
            raise Unfit("B15", "读取时文件变了", "请等文件保存、复制或同步完成后再运行")
    except Unfit as unfit:
        nothing = WorkList(path, digest, "", (), (), (), {}, source)
        return nothing.with_remarks([Remark(unfit)])
    found = WorkList(
        path,
        digest,
        reading.sheet.title,
        items,
        (),
        reading.headings.extra,
        reading.headings.letters,
        source,
        reading.rows,
    )
    return found.with_remarks(reading.remarks)


class _Reading:
    """One sheet being read: its headings, its rows, and the remarks on them."""

    def __init__(self, source: OpenList) -> None:
        self.workbook = source.workbook
        self.sheet = list_file.list_sheet(source.workbook)
        self.remarks: list[Remark] = []
        self.csv_rows = source.csv_rows
        self.has_drawings = source.has_drawings
        self.ragged_rows: set[int] = set()
        self.headings = Headings(self.sheet)
        self.appearance = Appearance(source.workbook)
        self.rows: dict[int, dict[str, str]] = {}

    def items(self, portal_origin: str, agent_mobiles: Collection[str]) -> tuple[WorkItem, ...]:
        """Check everything, and make work items of the rows that can be read."""
        if elsewhere := list_elsewhere(self.sheet):
            self._tell(elsewhere)
            return ()
        if not self.headings.columns:
            row = headings_row(self.sheet)
            told = f"列名在第 {row} 行，不在第 1 行" if row else "第 1 行没有认出任何列名"
            self._tell(Unfit("B28", told, HEADINGS_FIRST, 1))
            return ()
        check_version(self.workbook)
        self.remarks += self.headings.remarks()
        self.remarks += unseen_parts(self.sheet, self.headings, self.appearance)
        if self.has_drawings:
            told = "工作簿里有图形、图片或文本框，程序不看它们"
            self._tell(Doubt("B80", told, f"请核对上面写着什么；{DELETE_ROW}"))
        self.remarks += other_sheets(self.sheet)
        self._judge_row_lengths()
        rows = self.rows = dict(self._judge_rows())
        index = self.headings.index("申请编号")
        spelled = {row: text_of(self.sheet.cell(row, index)) if index else "" for row in rows}
        self.remarks += contradictions(rows, spelled, agent_mobiles)
        if not rows and all(isinstance(remark.what, Doubt) for remark in self.remarks):
            self._tell(_nothing(self.workbook))
        whole = {row: values for row, values in rows.items() if len(values) == len(COLUMNS)}
        return tuple(_work_item(portal_origin, row, values) for row, values in whole.items())

    def _tell(
        self, what: Unfit, row: int | None = None, heading: str = "", value: str = ""
    ) -> None:
        self.remarks.append(Remark(what, row, heading, value))

    def _judge_row_lengths(self) -> None:
        for row, fields in enumerate(self.csv_rows[1:], start=2):
            width = len(self.csv_rows[0])
            if any(fields[width:]):
                code, problem = "B25", f"这一行有 {len(fields)} 列，列名只有 {width} 列"
            elif len(fields) < width and any(fields):
                code, problem = "B26", f"这一行只有 {len(fields)} 列，列名有 {width} 列"
            else:
                continue
            self.ragged_rows.add(row)
            self._tell(Unfit(code, problem, "请检查这一行的逗号和英文双引号"), row)

    def _judge_rows(self) -> Iterator[tuple[int, dict[str, str]]]:
        last = 1
        for row, cells in enumerate(self.sheet.iter_rows(min_row=2), start=2):
            if not any(text_of(cell).strip() for cell in cells):
                continue
            if row > last + 1:
                told = f"第 {last + 1} 至 {row - 1} 行是空行，已跳过"
                self._tell(Doubt("B40", told, "请核对是不是漏填，不需要时请删除空行"), last + 1)
            last = row
            if row in self.ragged_rows:
                continue
            if self._is_footer(cells):
                told = "这一行像合计或表尾，不是一家企业"
                self._tell(Unfit("B41", told, "请删除这一行"), row)
                continue
            if is_like_headings(cells):
                told = f"第 {row} 行又是列名，工作表里像有几块清单"
                self.remarks.append(Remark.of_all(Unfit("B78", told, ONE_AREA), (row, 1), ""))
                continue
            if is_row_hidden(self.sheet, row):
                fix = "请取消隐藏和筛选，或删除这一行"
                self._tell(Unfit("B35", "这一行被隐藏或被筛选掉了", fix), row)
            self._judge_marks(row, cells)
            yield row, self._judge_cells(row, cells)

    def _is_footer(self, cells: Cells) -> bool:
        filled = [index for index, cell in enumerate(cells, start=1) if text_of(cell).strip()]
        required = [
            i for i in filled if (known := self.headings.columns.get(i)) and known.is_required
        ]
        return len(required) < LIKE_A_LIST and any(
            FOOTER.match(plain_heading(text_of(cells[index - 1]))) for index in filled
        )

    def _judge_marks(self, row: int, cells: Cells) -> None:
        for index, cell in enumerate(cells, start=1):
            heading = self.headings.names.get(index, "")
            if index not in self.headings.columns and (told := strike_of(cell)):
                self._tell(Doubt("B39", f"{told}，程序不理会，照样办理", DELETE_ROW), row, heading)
            if cell.comment and not is_from_finding(cell.comment.text):
                told = "单元格有批注，程序不读，照样办理"
                self._tell(Doubt("B39", told, DELETE_ROW), row, heading)
            if ACTION_HEADING.search(heading) and text_of(cell).strip() not in ("", "确认"):
                told = "程序没有这样的列，写了不办也会办理"
                fix = f"{DELETE_ROW}，要办时请写“确认”或清空这一格"
                self._tell(Unfit("B68", told, fix), row, heading)

    def _judge_cells(self, row: int, cells: Cells) -> dict[str, str]:
        values = {column.heading: "" for column in COLUMNS}
        for index, column in self.headings.columns.items():
            raw = text_of(cells[index - 1])
            try:
                _check_kind(cells[index - 1])
                self.appearance.check_shown(cells[index - 1])
                value = values[column.heading] = column.accept(raw)
            except Unfit as unfit:
                values.pop(column.heading, None)  # two columns of one name may both be wrong
                self._tell(unfit, row, column.heading, column.mask(raw))
            else:
                if value != raw:
                    fix = f"已按{f'“{column.mask(value)}”' if value else '没有填写'}处理，请核对"
                    self._tell(Doubt("B49", rewriting(raw, value), fix), row, column.heading)
                if question := doubt(value):
                    self._tell(question, row, column.heading, column.mask(value))
        self._judge_org_code(row, cells, values.get("统一社会信用代码"))
        return values

    def _judge_org_code(self, row: int, cells: Cells, uscc: str | None) -> None:
        index = self.headings.index(ORG_CODE)
        if not index or not uscc:
            return
        code = re.sub(r"[-\s]", "", unicodedata.normalize("NFKC", text_of(cells[index - 1])))
        if code and code.upper() != uscc[8:17]:
            problem = "与统一社会信用代码的第 9 至 17 位不一致"
            fix = "请对照营业执照核对这两个代码"
            self._tell(Unfit("B48", problem, fix), row, ORG_CODE, mask_text(code))


def _nothing(workbook: Workbook) -> Unfit:
    if is_template(workbook):
        return Unfit("B02", "模板还没有填写", "请从第 2 行起填写，每张保单一行，可参照“填写样例”")
    return Unfit("B02", "除了列名，没有一行数据", "请至少填写一行")


def _check_kind(cell: Cell | MergedCell) -> None:
    if isinstance(cell, MergedCell):
        raise Unfit("B36", "单元格与别的单元格合并了", "请取消合并，每行各填各的")
    if cell.value is not None and cell.data_type in BAD_CELLS:
        raise Unfit(*BAD_CELLS[cell.data_type])


def _work_item(portal_origin: str, row: int, values: Mapping[str, str]) -> WorkItem:
    return WorkItem(
        portal_origin=portal_origin,
        uscc=values["统一社会信用代码"],
        enterprise_name=values["企业名称"],
        account=values["登录账号"],
        application_no=values["申请编号"],
        contact=Contact(
            name=values["主要联系人姓名"],
            phone=values["主要联系人电话"],
            mobile=values["主要联系人手机"],
            email=values["主要联系人邮箱"],
            remarks=values["备注"],
        ),
        expected_documents=_names(values["预期单证名称"]),
        row=row,
    )


def _names(text: str) -> tuple[str, ...]:
    # a document's name may contain 、 and brackets, so only these separate names
    return tuple(name.strip() for name in re.split(r"[;；\n]", text) if name.strip())
