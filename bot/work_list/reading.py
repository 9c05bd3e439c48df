"""Work lists in: an .xlsx or .csv file becomes checked work items and findings in plain Chinese."""

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from bot.work_item import WorkItem, mask_text
from bot.work_list import file as list_file
from bot.work_list.columns import AS_TEXT, COLUMNS, Column, doubt
from bot.work_list.consistency import contradictions
from bot.work_list.findings import Doubt, Finding, Remark, Unfit, is_from_finding
from bot.work_list.opened import OpenList
from bot.work_list.template import check_version, is_template
from bot.work_list.workbook import OWN_SHEETS
from pages.models import Contact

ORG_CODE = "组织机构代码"
PASSWORD_HEADING = re.compile(
    r"密码|密碼|口令|passw|passphrase|passcode|(?<![a-z])(pin|pwd|psw)(?![a-z])"
)
ACTION_HEADING = re.compile(r"操作|动作|办理方式|处理方式|是否(确认|办理|投保|提交)|action")
FOOTER = re.compile(r"合计|总计|小计|共计|总数|制表|填表|审核|经办|说明|注[:：]")
ROWS_WITH_HEADINGS = 10  # rows to search for headings when the first row has none
LIKE_A_LIST = 3  # columns that tell a list from another sheet

HEADINGS_FIRST = "请让第 1 行是列名；CSV 文件请另存为“CSV UTF-8（逗号分隔）”，以免列名成为乱码"
NO_PASSWORDS = "请删除这一列；密码用 single-window credentials set 录入"
REWRITTEN = "含首尾空白、全角字符、小写字母或换行"
DELETE_ROW = "不办这一行时请删除整行"
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

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What a person must put right."""
        return tuple(finding for finding in self.findings if not finding.is_warning)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What was corrected here, or may surprise a person."""
        return tuple(finding for finding in self.findings if finding.is_warning)

    def with_remarks(self, remarks: Iterable[Remark]) -> "WorkList":
        """Return the list with these remarks as findings, and without the rows that are wrong."""
        told = (Finding.of(remark, self.sheet, self.letters) for remark in remarks)
        findings = sorted((*self.findings, *told), key=lambda finding: finding.row or 0)
        wrong = {row for finding in findings if not finding.is_warning for row in finding.rows}
        is_refused = bool(wrong & {None, 1})
        items = () if is_refused else (item for item in self.items if item.row not in wrong)
        return replace(self, findings=tuple(findings), items=tuple(items))


def read_work_list(path: Path, portal_origin: str) -> WorkList:
    """Read and check a work list; its findings hold everything that is wrong with it."""
    source, digest = None, ""
    try:
        content = list_file.read_bytes(path)
        digest = sha256(content).hexdigest()
        list_file.check_closed(path)
        source = OpenList.of(path, content)
        reading = _Reading(source)
        items = reading.items(portal_origin)
        if list_file.digest_of(path) != digest:
            raise Unfit("B15", "读取时文件变了", "请等文件保存、复制或同步完成后再运行")
    except Unfit as unfit:
        nothing = WorkList(path, digest, "", (), (), (), {}, source)
        return nothing.with_remarks([Remark(unfit)])
    found = WorkList(
        path, digest, reading.sheet.title, items, (), reading.extra_columns, reading.letters, source
    )
    return found.with_remarks(reading.remarks)


class _Reading:
    """One sheet being read: its headings, its rows, and the remarks on them."""

    def __init__(self, source: OpenList) -> None:
        self.workbook = source.workbook
        self.sheet = list_file.list_sheet(source.workbook)
        self.remarks: list[Remark] = []
        self.csv_rows = source.csv_rows
        self.ragged_rows: set[int] = set()
        known = {column.heading: column for column in COLUMNS}
        self.headings = {
            index: heading
            for index, cell in enumerate(self.sheet[1], start=1)
            if (heading := _plain_heading(_text(cell)))
        }
        self.columns = {
            index: known[heading] for index, heading in self.headings.items() if heading in known
        }
        self.extra_columns = tuple(
            heading for heading in self.headings.values() if heading not in known
        )
        self.letters = {
            heading: get_column_letter(self._index(heading)) for heading in self.headings.values()
        }

    def items(self, portal_origin: str) -> tuple[WorkItem, ...]:
        """Check everything, and make work items of the rows that can be read."""
        if not self.columns:
            self._tell(Unfit("B28", self._where_headings_are(), HEADINGS_FIRST, 1))
            return ()
        check_version(self.workbook)
        self._judge_headings()
        self._judge_other_sheets()
        self._judge_row_lengths()
        rows = dict(self._judge_rows())
        index = self._index("申请编号")
        spelled = {row: _text(self.sheet.cell(row, index)) if index else "" for row in rows}
        self.remarks += contradictions(rows, spelled)
        if not rows and all(isinstance(remark.what, Doubt) for remark in self.remarks):
            self._tell(_nothing(self.workbook))
        whole = {row: values for row, values in rows.items() if len(values) == len(COLUMNS)}
        return tuple(_work_item(portal_origin, row, values) for row, values in whole.items())

    def _tell(
        self, what: Unfit, row: int | None = None, heading: str = "", value: str = ""
    ) -> None:
        self.remarks.append(Remark(what, row, heading, value))

    def _where_headings_are(self) -> str:
        for row in range(2, min(self.sheet.max_row, ROWS_WITH_HEADINGS) + 1):
            if _known_headings(self.sheet, row) >= LIKE_A_LIST:
                return f"列名在第 {row} 行，不在第 1 行"
        return "第 1 行没有认出任何列名"

    def _judge_headings(self) -> None:
        counts = Counter(self.headings.values())
        for heading, count in counts.items():
            if PASSWORD_HEADING.search(heading.casefold()):
                self._tell(Unfit("B73", "工作清单里不能有密码", NO_PASSWORDS), 1, heading)
            if count > 1:
                letters = [
                    get_column_letter(i) for i, one in self.headings.items() if one == heading
                ]
                told = f"{'、'.join(letters)} 列的列名重复"
                self._tell(Unfit("B29", told, "请只保留其中一列"), 1, heading)
        for column in COLUMNS:
            if column.heading not in counts:
                self._judge_absence(column)

    def _judge_absence(self, column: Column) -> None:
        alike = difflib.get_close_matches(column.heading, self.extra_columns, n=1)
        if column.is_required:
            problem = f"缺少「{column.heading}」列" + (f"，只找到「{alike[0]}」" if alike else "")
            self._tell(Unfit("B31", problem, f"请加上列名为“{column.heading}”的列"), 1)
        elif alike:
            fix = f"是这一列就改成“{column.heading}”，不是就换一个不会混淆的列名"
            self._tell(Unfit("B30", f"列名与「{column.heading}」太像", fix), 1, alike[0])
        elif column.heading == "申请编号":
            problem = "没有「申请编号」列，每一行都表示该企业的全部待确认保单"
            self._tell(Doubt("B76", problem, "如果只想确认其中几张，请加上这一列"), 1)

    def _judge_other_sheets(self) -> None:
        for sheet in self.workbook.worksheets:
            if sheet is self.sheet or sheet.title in OWN_SHEETS or not _has_text(sheet):
                continue
            if sheet.sheet_state != "visible":
                told = f"没有读取隐藏的工作表「{sheet.title}」，里面有数据"
                self._tell(Doubt("B34", told, "如果那里也有要确认的保单，请移到这一张"))
            elif _known_headings(sheet, 1) >= LIKE_A_LIST:
                told = f"「{self.sheet.title}」和「{sheet.title}」都像清单"
                self._tell(Unfit("B33", told, "请只留一张，另一张移到别的文件"))
            else:
                told = f"只读取这一张工作表，没有读取「{sheet.title}」"
                self._tell(Doubt("B33", told, "如果那里也有要确认的保单，请移到这一张"))

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
            if not any(_text(cell).strip() for cell in cells):
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
            dimension = self.sheet.row_dimensions.get(row)
            if dimension is not None and dimension.hidden:
                fix = "请取消隐藏和筛选，或删除这一行"
                self._tell(Unfit("B35", "这一行被隐藏或被筛选掉了", fix), row)
            self._judge_marks(row, cells)
            yield row, self._judge_cells(row, cells)

    def _is_footer(self, cells: Cells) -> bool:
        filled = [index for index, cell in enumerate(cells, start=1) if _text(cell).strip()]
        required = [i for i in filled if (known := self.columns.get(i)) and known.is_required]
        return len(required) < LIKE_A_LIST and any(
            FOOTER.match(_plain_heading(_text(cells[index - 1]))) for index in filled
        )

    def _judge_marks(self, row: int, cells: Cells) -> None:
        for index, cell in enumerate(cells, start=1):
            heading = self.headings.get(index, "")
            if cell.has_style and cell.font.strike and _text(cell).strip():
                self._tell(
                    Doubt("B39", "文字有删除线，程序不理会，照样办理", DELETE_ROW), row, heading
                )
            if cell.comment and not is_from_finding(cell.comment.text):
                self._tell(
                    Doubt("B39", "单元格有批注，程序不读，照样办理", DELETE_ROW), row, heading
                )
            if ACTION_HEADING.search(heading) and _text(cell).strip() not in ("", "确认"):
                told = "程序没有这样的列，写了不办也会办理"
                fix = f"{DELETE_ROW}，要办时请写“确认”或清空这一格"
                self._tell(Unfit("B68", told, fix), row, heading)

    def _judge_cells(self, row: int, cells: Cells) -> dict[str, str]:
        values = {column.heading: "" for column in COLUMNS}
        for index, column in self.columns.items():
            raw = _text(cells[index - 1])
            try:
                _check_kind(cells[index - 1])
                value = values[column.heading] = column.accept(raw)
            except Unfit as unfit:
                values.pop(column.heading, None)  # two columns of one name may both be wrong
                self._tell(unfit, row, column.heading, column.mask(raw))
            else:
                if value != raw:
                    fix = f"已按“{column.mask(value)}”处理，请核对" if value else "已按空白处理"
                    self._tell(Doubt("B49", REWRITTEN, fix), row, column.heading)
                if question := doubt(value):
                    self._tell(question, row, column.heading, column.mask(value))
        self._judge_org_code(row, cells, values.get("统一社会信用代码"))
        return values

    def _judge_org_code(self, row: int, cells: Cells, uscc: str | None) -> None:
        index = self._index(ORG_CODE)
        if not index or not uscc:
            return
        code = re.sub(r"[-\s]", "", unicodedata.normalize("NFKC", _text(cells[index - 1])))
        if code and code.upper() != uscc[8:17]:
            problem = "与统一社会信用代码的第 9 至 17 位不一致"
            fix = "请对照营业执照核对这两个代码"
            self._tell(Unfit("B48", problem, fix), row, ORG_CODE, mask_text(code))

    def _index(self, heading: str) -> int:
        return next((i for i, known in self.headings.items() if known == heading), 0)


def _nothing(workbook: Workbook) -> Unfit:
    if is_template(workbook):
        return Unfit("B02", "模板还没有填写", "请从第 2 行起填写，每张保单一行，可参照“填写样例”")
    return Unfit("B02", "除了列名，没有一行数据", "请至少填写一行")


def _known_headings(sheet: Worksheet, row: int) -> int:
    known = {column.heading for column in COLUMNS}
    return len({_plain_heading(_text(cell)) for cell in sheet[row]} & known)


def _has_text(sheet: Worksheet) -> bool:
    return sheet.max_row > 1


def _plain_heading(text: str) -> str:
    return re.sub(r"[\s*]", "", unicodedata.normalize("NFKC", text))


def _text(cell: Cell | MergedCell) -> str:
    return "" if cell.value is None else str(cell.value)


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
