"""Work lists in: an .xlsx or .csv file becomes checked work items and findings in plain Chinese."""

import codecs
import csv
import difflib
import re
import unicodedata
import warnings
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO, StringIO
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, MergedCell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from bot.work_item import AS_TEXT, COLUMNS, Column, Unfit, WorkItem, mask_text
from pages.models import Contact

CODES = {
    "B01": "文件不存在或无法读取",
    "B02": "没有数据",
    "B03": "不是工作清单，或扩展名与内容不符",
    "B04": "旧版 .xls 工作簿",
    "B05": "加密的工作簿",
    "B06": "工作簿已损坏",
    "B07": "带宏的工作簿或二进制工作簿",
    "B09": "文件过大",
    "B10": "行或列过多",
    "B18": "UTF-16 编码或二进制内容",
    "B19": "编码既不是 UTF-8，也不是 GB18030",
    "B22": "不可见字符或乱码",
    "B23": "分隔符不是逗号",
    "B24": "引号不成对",
    "B25": "一行的列数过多",
    "B26": "一行的列数不足",
    "B28": "没有列名",
    "B29": "列名重复",
    "B30": "列名疑似写错",
    "B31": "缺少必需的列",
    "B32": "没有「申请编号」列",
    "B33": "有数据的工作表不止一个",
    "B35": "隐藏或被筛选掉的行",
    "B36": "合并单元格",
    "B37": "公式单元格",
    "B38": "错误值",
    "B42": "数字单元格，或被 Excel 改写的数字",
    "B43": "科学计数法",
    "B44": "长度不对",
    "B45": "含有不允许的字符",
    "B46": "校验位不对",
    "B47": "代码结构不对",
    "B48": "与组织机构代码不一致",
    "B49": "写法已规范",
    "B50": "开头的 0 丢失",
    "B52": "不是有效的手机号码",
    "B53": "日期单元格",
    "B54": "手机号码与固定电话填反",
    "B55": "不是带区号的固定电话",
    "B56": "邮箱格式不对",
    "B57": "内容不合理",
    "B58": "必填项为空",
    "B61": "重复的行",
    "B62": "同一企业的资料前后不一",
    "B73": "密码列",
}
WARNINGS = frozenset({"B32", "B33", "B49"})

USCC = "统一社会信用代码"
ENTERPRISE_NAME = "企业名称"
ACCOUNT = "登录账号"
APPLICATION_NO = "申请编号"
ORG_CODE = "组织机构代码"

MAX_ROWS = 5_000
MAX_COLUMNS = 100
MAX_BYTES = 20 * 1024 * 1024

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
PASSWORD_HEADING = re.compile(
    r"密码|密碼|口令|passw|passphrase|passcode|(?<![a-z])(pin|pwd|psw)(?![a-z])"
)

SAVE_AS_XLSX = "请用 Excel 打开，另存为“Excel 工作簿 (*.xlsx)”"
SPLIT = "请删除用不到的行和列，或分成几份清单"
HEADINGS_FIRST = "请让第 1 行是列名；CSV 文件请另存为“CSV UTF-8（逗号分隔）”，以免列名成为乱码"
NO_PASSWORDS = "请删除这一列；密码只放在系统密钥库或环境变量里"
REWRITTEN = "含首尾空白、全角字符、小写字母或换行"
BAD_CELLS = {
    "b": ("B42", "单元格是逻辑值，不是文本", AS_TEXT),
    "d": ("B53", "单元格是日期，不是文本，原来的内容可能已被 Excel 改写", AS_TEXT),
    "e": ("B38", "单元格是错误值", "请填写实际内容"),
    "f": ("B37", "单元格是公式", "请复制这一列，用“选择性粘贴 - 数值”粘贴回原处"),
    "n": ("B42", "单元格是数字，不是文本，Excel 会丢掉开头的 0、改写第 15 位以后的数字", AS_TEXT),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a list, or was put right in it, and what to do."""

    code: str
    sheet: str
    row: int | None
    column: str
    heading: str
    value: str
    problem: str
    fix: str

    @property
    def is_warning(self) -> bool:
        """Whether the list can be used all the same."""
        return self.code in WARNINGS

    def __str__(self) -> str:
        """Say it all in one Chinese sentence."""
        place = f"工作表「{self.sheet}」" if self.sheet else ""
        place += f"第 {self.row} 行" if self.row else ""
        place += f" {self.column} 列" if self.column else ""
        place += f"「{self.heading}」" if self.heading else ""
        place += f"（{self.value}）" if self.value else ""
        return f"{place}{'：' if place else ''}{self.problem}；{self.fix}。({self.code})"


@dataclass(frozen=True, slots=True)
class WorkList:
    """One work list as read: the rows that can be worked on, and all there is to say about it."""

    path: Path
    digest: str
    sheet: str
    items: tuple[WorkItem, ...]
    findings: tuple[Finding, ...]
    extra_columns: tuple[str, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What a person must put right."""
        return tuple(finding for finding in self.findings if not finding.is_warning)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What was put right here, or may surprise."""
        return tuple(finding for finding in self.findings if finding.is_warning)


def read_work_list(path: Path, portal_origin: str) -> WorkList:
    """Read and check a work list; whatever is wrong with it is among its findings."""
    digest = ""
    try:
        content = _read_bytes(path)
        digest = sha256(content).hexdigest()
        if _is_workbook(path, content):
            reading = _Reading(_open_workbook(content))
        else:
            rows = _csv_rows(content)
            reading = _Reading(_workbook_of(rows, path.stem), rows)
    except Unfit as unfit:
        finding = Finding(unfit.code, "", None, "", "", "", unfit.problem, unfit.fix)
        return WorkList(path, digest, "", (), (finding,), ())
    items = reading.items(portal_origin)
    findings = tuple(sorted(reading.findings, key=lambda finding: finding.row or 0))
    return WorkList(path, digest, reading.sheet.title, items, findings, reading.extra_columns)


def open_list(path: Path) -> Workbook:
    """Open a work list as a workbook, with the last values of its formulas.

    Raises:
        Unfit: the file is no list.
    """
    content = _read_bytes(path)
    if _is_workbook(path, content):
        return _open_workbook(content, data_only=True)
    return _workbook_of(_csv_rows(content), path.stem)


def list_sheet(workbook: Workbook) -> Worksheet:
    """Return the sheet that holds the list: the first that can be seen.

    Raises:
        Unfit: there is none, or it is too large.
    """
    sheets = _visible_sheets(workbook)
    if not sheets:
        raise Unfit("B02", "工作簿里没有可见的工作表", "请取消隐藏工作清单所在的工作表")
    _check_extent(sheets[0].max_row, sheets[0].max_column)
    return sheets[0]


def put_text(cell: Cell | MergedCell, text: str) -> None:
    """Write text that no spreadsheet program will ever take for a formula."""
    cell.value = ILLEGAL_CHARACTERS_RE.sub("\ufffd", text) or None
    cell.data_type = "s" if text else "n"
    if text.startswith(FORMULA_STARTS):
        cell.quotePrefix = True


def _read_bytes(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise Unfit("B01", "这是文件夹，不是文件", "请指定文件夹里的 .xlsx 或 .csv 文件")
        if not path.is_file():
            raise Unfit("B01", "找不到这个文件", "请检查路径和文件名")
        if path.stat().st_size > MAX_BYTES:
            raise Unfit("B09", f"文件超过 {MAX_BYTES // 2**20} MB", SPLIT)
        return path.read_bytes()
    except OSError as error:
        raise Unfit("B01", "文件无法读取", "请检查权限，并关闭正在使用它的程序") from error


def _is_workbook(path: Path, content: bytes) -> bool:
    suffix = path.suffix.lower()
    is_archive = content.startswith(b"PK\x03\x04")
    if not content.strip():
        raise Unfit("B02", "文件是空的", "请填写至少一行再试")
    if content.startswith(OLE_MAGIC):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise Unfit("B05", "工作簿有打开密码", "请在 Excel 中取消密码后另存为 .xlsx")
        raise Unfit("B04", "这是旧版 .xls 工作簿", SAVE_AS_XLSX)
    if suffix in {".xlsm", ".xlsb"}:
        raise Unfit("B07", "不接受带宏的工作簿和二进制工作簿", SAVE_AS_XLSX)
    if suffix not in {".xlsx", ".csv"}:
        raise Unfit("B03", f"不认识的扩展名“{suffix}”", SAVE_AS_XLSX)
    if suffix == ".csv" and is_archive:
        raise Unfit("B03", "扩展名是 .csv，内容却不是文本", "请把扩展名改回原来的，或重新导出")
    if suffix == ".xlsx" and not is_archive:
        raise Unfit("B03", "扩展名是 .xlsx，内容却不是 Excel 工作簿", SAVE_AS_XLSX)
    return is_archive


def _open_workbook(content: bytes, *, data_only: bool = False) -> Workbook:
    try:
        _check_archive(content)
        with warnings.catch_warnings():
            # openpyxl warns of Excel features that it leaves out; a list needs none of them
            warnings.simplefilter("ignore")
            return load_workbook(BytesIO(content), data_only=data_only, keep_links=False)
    except Unfit:
        raise
    except Exception as error:  # a damaged file can break the parsers anywhere
        raise Unfit(
            "B06", "工作簿已损坏，无法打开", "请用 Excel 打开并另存一份，或重新导出"
        ) from error


def _check_archive(content: bytes) -> None:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        entries = archive.infolist()
    names = {entry.filename for entry in entries}
    if names & {"xl/vbaProject.bin", "xl/workbook.bin"}:
        raise Unfit("B07", "不接受带宏的工作簿和二进制工作簿", SAVE_AS_XLSX)
    if not any(name.startswith("xl/") for name in names):
        raise Unfit("B03", "这是压缩文件或别的文档，不是 Excel 工作簿", SAVE_AS_XLSX)
    # zipfile never gives out more of an entry than its directory says
    if sum(entry.file_size for entry in entries) > MAX_BYTES:
        raise Unfit("B09", f"工作簿解压后超过 {MAX_BYTES // 2**20} MB", SPLIT)


def _visible_sheets(workbook: Workbook) -> list[Worksheet]:
    return [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]


def _check_extent(rows: int, columns: int) -> None:
    if rows - 1 > MAX_ROWS:
        raise Unfit("B10", f"工作表用到了第 {rows} 行，最多 {MAX_ROWS} 行", SPLIT)
    if columns > MAX_COLUMNS:
        raise Unfit("B10", f"工作表用到了 {columns} 列，最多 {MAX_COLUMNS} 列", SPLIT)


def _csv_rows(content: bytes) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for fields in csv.reader(StringIO(_decode(content), newline=""), strict=True):
            rows.append(fields)
    except csv.Error as error:
        raise Unfit(
            "B24", f"第 {len(rows) + 1} 行的引号不成对", "请检查这一行的英文双引号，或用 .xlsx"
        ) from error
    while rows and not any(rows[-1]):
        rows.pop()
    if rows and len(rows[0]) == 1 and re.search(r"[;\t|，；]", rows[0][0]):
        raise Unfit("B23", "列之间不是用英文逗号分隔", "请另存为“CSV UTF-8（逗号分隔）”")
    _check_extent(len(rows), max(map(len, rows), default=0))
    return rows


def _decode(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in content:
        raise Unfit("B18", "文件是 UTF-16 编码或不是文本", "请另存为“CSV UTF-8（逗号分隔）”")
    # UTF-8 first: most of it would also pass as GB18030, and read as nonsense
    for encoding in ("utf-8-sig", "gb18030"):
        with suppress(UnicodeDecodeError):
            return content.decode(encoding)
    raise Unfit("B19", "编码既不是 UTF-8，也不是 GB18030", "请另存为“CSV UTF-8（逗号分隔）”")


def _workbook_of(rows: list[list[str]], title: str) -> Workbook:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = re.sub(r"[\[\]:*?/\\']", "", title)[:31] or "工作清单"
    for row, fields in enumerate(rows, start=1):
        for column, text in enumerate(fields, start=1):
            put_text(sheet.cell(row, column), text)
            sheet.cell(row, column).number_format = "@"
    return workbook


class _Reading:
    """One sheet being read: its headings, its rows, and what there is to say about them."""

    def __init__(self, workbook: Workbook, csv_rows: Sequence[Sequence[str]] = ()) -> None:
        self.sheet = list_sheet(workbook)
        self.other_sheets = _visible_sheets(workbook)[1:]
        self.findings: list[Finding] = []
        self.csv_rows = csv_rows
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

    def items(self, portal_origin: str) -> tuple[WorkItem, ...]:
        """Check everything, and make work items of the rows without an error."""
        if not self.columns:
            self._tell(Unfit("B28", "第 1 行没有认出任何列名", HEADINGS_FIRST))
            return ()
        self._judge_headings()
        self._judge_other_sheets()
        self._judge_row_lengths()
        rows = dict(self._judge_rows())
        self._judge_together(rows)
        if not rows and not self.ragged_rows:
            self._tell(Unfit("B02", "除了列名，没有一行数据", "请至少填写一行"))
        errors = {finding.row for finding in self.findings if not finding.is_warning}
        if errors & {None, 1}:
            return ()
        return tuple(
            _work_item(portal_origin, row, values)
            for row, values in rows.items()
            if row not in errors
        )

    def _tell(self, what: Unfit, row: int | None = None, index: int = 0, value: str = "") -> None:
        self.findings.append(
            Finding(
                code=what.code,
                sheet=self.sheet.title,
                row=row,
                column=get_column_letter(index) if index else "",
                heading=self.headings.get(index, ""),
                value=_printable(value),
                problem=what.problem,
                fix=what.fix,
            )
        )

    def _judge_headings(self) -> None:
        counts = Counter(self.headings.values())
        for index, heading in self.headings.items():
            if PASSWORD_HEADING.search(heading.casefold()):
                self._tell(Unfit("B73", "工作清单里不能有密码", NO_PASSWORDS), 1, index)
            if counts[heading] > 1:
                self._tell(Unfit("B29", "列名重复", "请只保留其中一列"), 1, index)
        for column in COLUMNS:
            if column.heading not in counts:
                self._judge_absence(column)

    def _judge_absence(self, column: Column) -> None:
        alike = difflib.get_close_matches(column.heading, self.extra_columns, n=1)
        if column.is_required:
            problem = f"缺少「{column.heading}」列" + (f"，只找到「{alike[0]}」" if alike else "")
            self._tell(Unfit("B31", problem, f"请加上列名为“{column.heading}”的列"), 1)
        elif alike:
            index = next(i for i, heading in self.headings.items() if heading == alike[0])
            fix = f"是这一列就改成“{column.heading}”，不是就换一个不会混淆的列名"
            self._tell(Unfit("B30", f"列名与「{column.heading}」太像", fix), 1, index)
        elif column.heading == APPLICATION_NO:
            problem = "没有「申请编号」列，每一行都表示该企业的全部待确认保单"
            self._tell(Unfit("B32", problem, "如果只想确认其中几张，请加上这一列"), 1)

    def _judge_other_sheets(self) -> None:
        others = [sheet.title for sheet in self.other_sheets if sheet.max_row > 1]
        if others:
            problem = f"只读取这一张工作表，没有读取「{'」「'.join(others)}」"
            self._tell(Unfit("B33", problem, "如果那里也有要确认的保单，请移到这一张"))

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
        for row, cells in enumerate(self.sheet.iter_rows(min_row=2), start=2):
            if row in self.ragged_rows or not any(_text(cell).strip() for cell in cells):
                continue
            dimension = self.sheet.row_dimensions.get(row)
            if dimension is not None and dimension.hidden:
                fix = "请取消隐藏和筛选，或删除这一行"
                self._tell(Unfit("B35", "这一行被隐藏或被筛选掉了", fix), row)
            yield row, self._judge_cells(row, cells)

    def _judge_cells(self, row: int, cells: Sequence[Cell | MergedCell]) -> dict[str, str]:
        values = {column.heading: "" for column in COLUMNS}
        for index, column in self.columns.items():
            raw = _text(cells[index - 1])
            try:
                _check_kind(cells[index - 1])
                value = values[column.heading] = column.accept(raw)
            except Unfit as unfit:
                del values[column.heading]
                self._tell(unfit, row, index, column.mask(raw))
            else:
                if value != raw:
                    fix = f"已按“{column.mask(value)}”处理，请核对" if value else "已按空白处理"
                    self._tell(Unfit("B49", REWRITTEN, fix), row, index)
        self._judge_org_code(row, cells, values.get(USCC))
        return values

    def _judge_org_code(
        self, row: int, cells: Sequence[Cell | MergedCell], uscc: str | None
    ) -> None:
        index = self._index(ORG_CODE)
        if not index or not uscc:
            return
        code = re.sub(r"[-\s]", "", unicodedata.normalize("NFKC", _text(cells[index - 1])))
        if code and code.upper() != uscc[8:17]:
            problem = "与统一社会信用代码的第 9 至 17 位不一致"
            fix = "请对照营业执照核对这两个代码"
            self._tell(Unfit("B48", problem, fix), row, index, mask_text(code))

    def _judge_together(self, rows: Mapping[int, Mapping[str, str]]) -> None:
        enterprises = defaultdict(list)
        for row, values in rows.items():
            if USCC in values:
                enterprises[values[USCC]].append(row)
        for same in enterprises.values():
            self._judge_enterprise({row: rows[row] for row in same})

    def _judge_enterprise(self, rows: Mapping[int, Mapping[str, str]]) -> None:
        for heading in (ENTERPRISE_NAME, ACCOUNT):
            told = {row: values[heading] for row, values in rows.items() if heading in values}
            if len(set(told.values())) > 1:
                problem = f"同一企业的这一项在第 {_listed(told)} 行不一样"
                for row in told:
                    self._tell(Unfit("B62", problem, "请改成一致"), row, self._index(heading))
        numbers = defaultdict(list)
        for row, values in rows.items():
            if APPLICATION_NO in values:
                numbers[values[APPLICATION_NO].casefold()].append(row)
        if len(rows) > 1 and numbers.get(""):
            problem = f"第 {_listed(numbers[''])} 行没有填申请编号，表示该企业的全部待确认保单，"
            problem += f"与该企业的其他行（第 {_listed(rows)} 行）重复"
            self._tell_repeated(rows, problem)
            return
        for same in numbers.values():
            if len(same) > 1:
                self._tell_repeated(same, f"第 {_listed(same)} 行是同一张保单")

    def _tell_repeated(self, rows: Iterable[int], problem: str) -> None:
        for row in rows:
            self._tell(Unfit("B61", problem, "请只保留其中一行"), row, self._index(APPLICATION_NO))

    def _index(self, heading: str) -> int:
        return next((i for i, known in self.headings.items() if known == heading), 0)


def _plain_heading(text: str) -> str:
    return re.sub(r"[\s*]", "", unicodedata.normalize("NFKC", text))


def _text(cell: Cell | MergedCell) -> str:
    return "" if cell.value is None else str(cell.value)


def _check_kind(cell: Cell | MergedCell) -> None:
    if isinstance(cell, MergedCell):
        raise Unfit("B36", "单元格与别的单元格合并了", "请取消合并，每行各填各的")
    if cell.value is not None and cell.data_type in BAD_CELLS:
        raise Unfit(*BAD_CELLS[cell.data_type])


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "\ufffd" for c in text[:40])


def _listed(rows: Iterable[int]) -> str:
    numbers = list(map(str, rows))
    return "、".join(numbers[:6]) + (f" 等 {len(numbers)}" if len(numbers) > 6 else "")


def _work_item(portal_origin: str, row: int, values: Mapping[str, str]) -> WorkItem:
    return WorkItem(
        portal_origin=portal_origin,
        uscc=values[USCC],
        enterprise_name=values[ENTERPRISE_NAME],
        account=values[ACCOUNT],
        application_no=values[APPLICATION_NO],
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
    # a document's name may contain 、 and brackets, so only these part them
    return tuple(name.strip() for name in re.split(r"[;；\n]", text) if name.strip())
