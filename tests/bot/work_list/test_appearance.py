"""What a person sees in the sheet is what is read; whatever differs is told or refused."""

import re
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.drawing.image import Image
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Font, GradientFill, PatternFill
from openpyxl.styles.colors import Color
from openpyxl.worksheet.filters import FilterColumn, Filters
from openpyxl.worksheet.table import Table
from openpyxl.worksheet.worksheet import Worksheet

from bot.work_list.appearance import shows_text_alone
from bot.work_list.columns import COLUMNS
from bot.work_list.marked_copy import write_marked_copy
from bot.work_list.reading import WorkList, read_work_list
from bot.work_list.text import decoded, encoded
from tests.bot.lists import ORIGIN, place, row, says_what_to_do, write_csv, write_xlsx

Change = Callable[[Worksheet], Any]
NAME, REMARKS, NUMBER = "E3", "I3", "D3"  # cells of the second row
SHARED_STRINGS = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def _read(folder: Path, change: Change, rows: int = 2) -> WorkList:
    """Read a list of good rows after somebody has worked on its sheet."""
    path = write_xlsx(folder / "清单.xlsx", [row(number) for number in range(1, rows + 1)])
    book = load_workbook(path)
    change(book.worksheets[0])
    book.save(path)
    return read_work_list(path, ORIGIN)


def _font(address: str, **font: Any) -> Change:
    def change(sheet: Worksheet) -> None:
        sheet[address] = "模拟文字"
        sheet[address].font = Font(**font)

    return change


def _on(address: str, ground: str | Color, **font: Any) -> Change:
    def change(sheet: Worksheet) -> None:
        _font(address, **font)(sheet)
        sheet[address].fill = PatternFill("solid", fgColor=ground)

    return change


def _rich(address: str, **font: Any) -> Change:
    def change(sheet: Worksheet) -> None:
        sheet[address] = CellRichText(TextBlock(InlineFont(**font), "王五"), "李四")

    return change


def _format(address: str, number_format: str) -> Change:
    def change(sheet: Worksheet) -> None:
        sheet[address] = "XW1"
        sheet[address].number_format = number_format

    return change


def _aligned(sheet: Worksheet) -> None:
    sheet[NAME].alignment = Alignment(horizontal="fill")


def _filled(fill: PatternFill | GradientFill) -> Change:
    def change(sheet: Worksheet) -> None:
        _font(NAME)(sheet)
        sheet[NAME].fill = fill

    return change


UNLIKE: list[tuple[str, Change, str, str]] = [
    ("划掉姓名", _font(NAME, strike=True), "B39", NAME),
    ("划掉备注", _font(REMARKS, strike=True), "B39", REMARKS),
    ("划掉一部分", _rich(NAME, strike=True), "B39", NAME),
    ("白字", _font(NAME, color="FFFFFFFF"), "B79", NAME),
    ("白字没有透明度", _font(REMARKS, color="FFFFFF"), "B79", REMARKS),
    ("主题的白字", _font(NAME, color=Color(theme=0)), "B79", NAME),
    ("主题的浅灰字", _font(NAME, color=Color(theme=0, tint=-0.05)), "B79", NAME),
    ("编号颜色的白字", _font(NAME, color=Color(indexed=9)), "B79", NAME),
    ("底色的字", _on(REMARKS, "FF17508F", color="FF17508F"), "B79", REMARKS),
    ("黑底黑字", _on(REMARKS, "FF000000"), "B79", REMARKS),
    ("主题的浅色字", _font(NAME, color=Color(theme=2)), "B79", NAME),
    ("主题的字，底色写明", _on(REMARKS, "FF4F81BD", color=Color(theme=4)), "B79", REMARKS),
    ("写明的字，主题的底色", _on(NAME, Color(theme=5), color="FFC0504D"), "B79", NAME),
    ("主题的颜色调得很浅", _font(REMARKS, color=Color(theme=4, tint=0.9)), "B79", REMARKS),
    ("写明的颜色调得很浅", _font(REMARKS, color=Color(rgb="FF000000", tint=0.99)), "B79", REMARKS),
    ("没有的主题颜色", _font(NAME, color=Color(theme=12)), "B79", NAME),
    ("没有的编号颜色", _font(NAME, color=Color(indexed=81)), "B79", NAME),
    ("黑的图案", _filled(PatternFill("darkGray", "FF000000", "FF000000")), "B79", NAME),
    ("浅的图案", _filled(PatternFill("lightUp", "FFFFFFFF", "FFFFFF00")), "B79", NAME),
    ("黑的渐变", _filled(GradientFill(stop=("FF000000", "FF000000"))), "B79", NAME),
    ("浅的渐变", _filled(GradientFill(stop=("FFFFFFFF", "FFFFFF00"))), "B79", NAME),
    ("一部分是白字", _rich(REMARKS, color=Color(rgb="FFFEFEFE")), "B79", REMARKS),
    ("一磅的字", _font(REMARKS, sz=1), "B79", REMARKS),
    ("一部分很小", _rich(NAME, sz=1), "B79", NAME),
    ("隐藏的格式", _format(NUMBER, ";;;"), "B79", NUMBER),
    ("后面加字的格式", _format(NUMBER, '@"-2"'), "B79", NUMBER),
    ("前面加字的格式", _format(NUMBER, '0;-0;0;"X"@'), "B79", NUMBER),
    ("换成别的字的格式", _format(NUMBER, '0;0;0;"XW2"'), "B79", NUMBER),
    ("白色的格式", _format(NUMBER, "[White]@"), "B79", NUMBER),
    ("重复显示", _aligned, "B79", NAME),
]


@pytest.mark.parametrize(
    ("change", "code", "cell"), [one[1:] for one in UNLIKE], ids=[one[0] for one in UNLIKE]
)
def test_cell_that_looks_otherwise_is_refused(tmp_path: Path, change: Change, code: str, cell: str):
    """Its row is left out, and no part of its text stands in the message."""
    work_list = _read(tmp_path, change)
    (finding,) = work_list.findings

    assert (finding.code, f"{finding.column}{finding.row}") == (code, cell)
    assert not finding.is_warning
    assert says_what_to_do(finding)
    assert not re.search("王五|李四|模拟文字", str(finding))
    assert [item.row for item in work_list.items] == [2]


LIKE: list[tuple[str, Change]] = [
    ("白字蓝底", _on(NAME, "FF17508F", color="FFFFFFFF")),
    ("主题的深色字", _font(NAME, color=Color(theme=3))),
    ("主题的强调字", _font(NAME, color=Color(theme=4, tint=-0.25))),
    ("主题底色上的白字", _on(NAME, Color(theme=4), color=Color(theme=0))),
    ("主题浅底色上的黑字", _on(NAME, Color(theme=4, tint=0.8), color=Color(theme=1))),
    ("编号颜色的红字", _font(NAME, color=Color(indexed=10))),
    ("红字", _font(NAME, color="FFFF0000")),
    ("自动颜色", _font(NAME, color=Color(auto=True))),
    ("系统颜色", _font(NAME, color=Color(indexed=64))),
    ("一部分是红字", _rich(NAME, color=Color(rgb="FFFF0000"), b=True)),
    ("没有删除线的一部分", _rich(NAME, strike=False)),
    ("文本格式", _format(NUMBER, "@")),
    ("日期格式", _format(NUMBER, "yyyy-mm-dd")),
    ("会计格式", _format(NUMBER, '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ')),
    ("红色负数", _format(NUMBER, "0.00;[Red]-0.00")),
    ("红色文本", _format(NUMBER, "0;0;0;[红色]@")),
]


@pytest.mark.parametrize("change", [one[1] for one in LIKE], ids=[one[0] for one in LIKE])
def test_cell_that_shows_its_text_is_read(tmp_path: Path, change: Change):
    """Colours and formats of everyday life say nothing against a row."""
    work_list = _read(tmp_path, change)

    assert work_list.findings == ()
    assert len(work_list.items) == 2


def _read_with_parts(folder: Path, change: Change, *swaps: tuple[str, str, str]) -> WorkList:
    """Read a list after somebody has worked on its sheet, and on parts of its file."""
    _read(folder, change)
    path, content = folder / "清单.xlsx", BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(content, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            for part, pattern, other in swaps:
                if part == name:
                    text, count = re.subn(pattern, other, text, count=1, flags=re.DOTALL)
                    assert count
            new.writestr(name, text)
    path.write_bytes(content.getvalue())
    return read_work_list(path, ORIGIN)


STYLES, THEME = "xl/styles.xml", "xl/theme/theme1.xml"
PALETTE = r"<colors>.*</colors>|(?=</styleSheet>)"
DARK = r"<a:dk1>.*?</a:dk1>"
WHITE = '<rgbColor rgb="FFFFFFFF"/>'
WHITES = f"<colors><indexedColors>{WHITE * 64}</indexedColors></colors>"
BLACK = _font(NAME, color=Color(theme=1))
REDEFINED: dict[str, tuple[Change, tuple[str, str, str]]] = {
    "主题的黑色是白色": (BLACK, (THEME, DARK, '<a:dk1><a:srgbClr val="FFFFFF"/></a:dk1>')),
    "系统的白色": (
        BLACK,
        (THEME, DARK, '<a:dk1><a:sysClr val="window" lastClr="000000"/></a:dk1>'),
    ),
    "系统的别的颜色": (BLACK, (THEME, DARK, '<a:dk1><a:sysClr val="menu"/></a:dk1>')),
    "算出来的颜色": (
        BLACK,
        (THEME, DARK, '<a:dk1><a:srgbClr val="000000"><a:lumOff val="99000"/></a:srgbClr></a:dk1>'),
    ),
    "没有这种颜色": (BLACK, (THEME, DARK, "")),
    "不成颜色": (BLACK, (THEME, DARK, '<a:dk1><a:srgbClr val="black"/></a:dk1>')),
    "读不懂的主题": (BLACK, (THEME, "</a:theme>", "")),
    "编号的颜色": (
        _font(NAME, color=Color(indexed=8)),
        (STYLES, PALETTE, WHITES),
    ),
}


@pytest.mark.parametrize(("change", "swap"), REDEFINED.values(), ids=REDEFINED)
def test_colours_are_those_of_the_file(tmp_path: Path, change: Change, swap: tuple[str, str, str]):
    """A file may call white black; what it calls so is not seen."""
    before = _read(tmp_path, change).findings

    (finding, *_) = _read_with_parts(tmp_path, change, swap).findings

    assert before == ()
    assert finding.code == "B79"


def test_the_usual_font_may_be_white_too(tmp_path: Path):
    """A cell without a style of its own has the first font of the file."""
    work_list = _read_with_parts(
        tmp_path, lambda sheet: None, (STYLES, r"<color theme=.1. */>", '<color rgb="FFFFFFFF"/>')
    )

    assert {one.code for one in work_list.findings} == {"B79"}
    assert work_list.items == ()


def test_colours_that_were_used_last_are_no_palette(tmp_path: Path):
    """A program may note them in the same place; the usual palette holds."""
    recent = '<colors><mruColors><color rgb="FFFFFFFF"/></mruColors></colors>'
    work_list = _read_with_parts(
        tmp_path, _font(NAME, color=Color(indexed=8)), (STYLES, PALETTE, recent)
    )

    assert work_list.findings == ()


def test_pieces_of_a_text_are_read_as_one(tmp_path: Path):
    """What is shown in two colours is one name; the results keep the colours."""
    work_list = _read(tmp_path, _rich(NAME, color=Color(rgb="FFFF0000")))

    assert work_list.items[1].contact.name == "王五李四"
    assert work_list.source
    assert isinstance(work_list.source.take_copy().worksheets[0][NAME].value, CellRichText)


@pytest.mark.parametrize(
    ("number_format", "shows"),
    [
        ("General", True),
        ("@", True),
        ("0;0", True),
        ('"No;"0', True),
        (";;;@", True),
        ("", True),
        (";;;", False),
        ('"@"', True),
        ('"甲;乙"@', False),
        pytest.param("\\X@", False, id="escaped"),
        ("@@", False),
        ("@*-", False),
        ("0;0;@号", False),
    ],
)
def test_number_format_tells_what_it_does_to_a_text(number_format: str, shows: bool):
    """A section for texts that is more or less than the text changes what a person sees."""
    assert shows_text_alone(number_format) == shows


def _hide_columns(*letters: str) -> Change:
    def change(sheet: Worksheet) -> None:
        sheet[REMARKS] = "去年的备注"
        for letter in letters:
            sheet.column_dimensions[letter].hidden = True

    return change


def _collapse(sheet: Worksheet) -> None:
    sheet[REMARKS] = "去年的备注"
    sheet.column_dimensions.group("H", "J", outline_level=1, hidden=True)


def _squeeze(sheet: Worksheet) -> None:
    sheet[REMARKS] = "去年的备注"
    sheet.column_dimensions["I"].width = 0.1


def _width(wide: float) -> Change:
    def change(sheet: Worksheet) -> None:
        sheet[REMARKS] = "去年的备注"
        sheet.column_dimensions["I"].width = wide

    return change


def _usual_widths(**widths: float) -> Change:
    def change(sheet: Worksheet) -> None:
        for name, wide in widths.items():
            setattr(sheet.sheet_format, name, wide)
        for letter in "ABCDEFGH":
            sheet.column_dimensions[letter].width = 20
        sheet[REMARKS] = "去年的备注"

    return change


HIDDEN: list[tuple[str, Change, list[str]]] = [
    ("备注", _hide_columns("I"), ["I"]),
    ("申请编号", _hide_columns("D"), ["D"]),
    ("几列", _hide_columns("A", "E", "I"), ["A", "E", "I"]),
    ("折叠的分组", _collapse, ["H", "I"]),
    ("压成一条线", _squeeze, ["I"]),
    ("一个字符宽", _width(1.0), ["I"]),
    ("不到一个汉字宽", _width(1.9), ["I"]),
    ("默认宽度是零", _usual_widths(defaultColWidth=0), ["I"]),
    ("默认宽度是一", _usual_widths(defaultColWidth=1.0), ["I"]),
    ("默认的字符数是零", _usual_widths(baseColWidth=0), ["I"]),
]


@pytest.mark.parametrize(
    ("change", "letters"), [one[1:] for one in HIDDEN], ids=[one[0] for one in HIDDEN]
)
def test_hidden_column_that_is_used_refuses_the_list(
    tmp_path: Path, change: Change, letters: list[str]
):
    """Nobody has seen what it holds; an empty one does no harm."""
    work_list = _read(tmp_path, change)

    assert [place(one)[:4] for one in work_list.findings] == [
        ("B77", "Sheet", 1, letter) for letter in letters
    ]
    assert all(says_what_to_do(one) for one in work_list.errors)
    assert work_list.items == ()


@pytest.mark.parametrize(
    "change", [_width(2), _usual_widths(defaultColWidth=8.5), _usual_widths(baseColWidth=10)]
)
def test_column_of_everyday_width_is_in_sight(tmp_path: Path, change: Change):
    """One Chinese character fits."""
    assert _read(tmp_path, change).findings == ()


@pytest.mark.parametrize("letter", ["J", "K"])
def test_hidden_column_without_use_is_no_matter(tmp_path: Path, letter: str):
    """An empty column, and one that is not read, may be hidden."""

    def change(sheet: Worksheet) -> None:
        sheet["K1"], sheet["K3"] = "内部编号", "7"
        sheet.column_dimensions[letter].hidden = True

    work_list = _read(tmp_path, change)

    assert work_list.findings == ()
    assert len(work_list.items) == 2


def _thin(sheet: Worksheet) -> None:
    sheet.row_dimensions[3].height = 0.1


def _thin_by_default(sheet: Worksheet) -> None:
    sheet.sheet_format.defaultRowHeight = 0.1
    for number in (1, 2):
        sheet.row_dimensions[number].height = 15


def _rest_hidden(sheet: Worksheet) -> None:
    """Hide what has no row, as people do with the rest of a sheet."""
    sheet.sheet_format.zeroHeight = True


def _no_headings(sheet: Worksheet) -> None:
    sheet.row_dimensions[1].hidden = True


def _filtered_out(sheet: Worksheet) -> None:
    _filter(sheet)
    sheet.row_dimensions[3].hidden = True


def _filter(sheet: Worksheet) -> None:
    sheet.auto_filter.ref = "A1:J3"
    sheet.auto_filter.filterColumn.append(
        FilterColumn(colId=1, filters=Filters(filter=["模拟出口企业0001有限公司"]))
    )


def _filter_of_a_table(sheet: Worksheet) -> None:
    table = Table(displayName="List", ref="A1:J3")
    table._initialise_columns()
    table.autoFilter.filterColumn.append(
        FilterColumn(colId=1, filters=Filters(filter=["模拟出口企业0001有限公司"]))
    )
    sheet.add_table(table)


def _second_area(sheet: Worksheet) -> None:
    sheet.append([])
    sheet.append(list(row()))
    sheet.append(list(row(3).values()))


def _second_area_elsewhere(sheet: Worksheet) -> None:
    sheet.append([None, None, *list(row())[:5]])


def _beside(sheet: Worksheet) -> None:
    sheet["L3"] = "这一张不要办"


def _strike_beside(sheet: Worksheet) -> None:
    sheet["K1"], sheet["K3"] = "序号", "2"
    sheet["K3"].font = Font(strike=True)


def _condition(**look: Any) -> Change:
    def change(sheet: Worksheet) -> None:
        sheet.conditional_formatting.add("A2:J3", FormulaRule(["TRUE"], **look))

    return change


def _picture(sheet: Worksheet) -> None:
    sheet.add_image(Image("docs/demo.png"), "B2")


UNSEEN: list[tuple[str, Change, list[tuple[str, int | None]], list[tuple[str, int | None]]]] = [
    ("压扁的行", _thin, [("B35", 3)], []),
    ("默认压扁的行", _thin_by_default, [("B35", 3)], []),
    ("藏起没有用到的行", _rest_hidden, [], []),
    ("隐藏的列名", _no_headings, [("B35", 1)], []),
    ("筛选掉的行", _filtered_out, [("B35", 3)], [("B35", None)]),
    ("筛选条件", _filter, [], [("B35", None)]),
    ("表格的筛选条件", _filter_of_a_table, [], [("B35", None)]),
    ("两块清单", _second_area, [("B78", 5)], [("B40", 4)]),
    ("别处的列名", _second_area_elsewhere, [("B78", 4)], []),
    ("旁边的字", _beside, [], [("B78", 3)]),
    ("划掉序号", _strike_beside, [], [("B39", 3)]),
    ("条件删除线", _condition(font=Font(strike=True)), [], [("B79", None)]),
    ("条件白字", _condition(font=Font(color="FFFFFFFF")), [], [("B79", None)]),
    ("条件底色", _condition(fill=PatternFill(bgColor="FFFF0000")), [], []),
    (
        "条件白字红底",
        _condition(font=Font(color="FFFFFFFF"), fill=PatternFill(bgColor="FFC00000")),
        [],
        [],
    ),
    ("条件黑底", _condition(fill=PatternFill(bgColor="FF000000")), [], [("B79", None)]),
    (
        "条件图案",
        _condition(fill=PatternFill("darkGray", "FF000000", "FF000000")),
        [],
        [("B79", None)],
    ),
    (
        "条件渐变",
        _condition(fill=GradientFill(stop=("FF000000", "FF000000"))),
        [],
        [("B79", None)],
    ),
    ("图片", _picture, [], [("B80", None)]),
]


@pytest.mark.parametrize(
    ("change", "errors", "warnings"), [one[1:] for one in UNSEEN], ids=[one[0] for one in UNSEEN]
)
def test_what_may_be_overlooked_is_told(
    tmp_path: Path,
    change: Change,
    errors: list[tuple[str, int | None]],
    warnings: list[tuple[str, int | None]],
):
    """What is hidden and read is an error; what is in sight and not read is a warning."""
    work_list = _read(tmp_path, change)

    assert [(one.code, one.row) for one in work_list.errors] == errors
    assert [(one.code, one.row) for one in work_list.warnings] == warnings
    assert all(says_what_to_do(one) for one in work_list.findings)


def _with_shared_strings(path: Path, *strings: str) -> Path:
    """Write a list whose second row has these strings of a table in its cells E and I."""
    write_xlsx(path, [row(1)])
    content = BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(content, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "[Content_Types].xml":
                entry = f'<Override PartName="/xl/strings.xml" ContentType="{SHARED_STRINGS}"/>'
                part = part.replace(b"</Types>", f"{entry}</Types>".encode())
            if name.endswith("sheet1.xml"):
                cells = zip("EI", range(len(strings)), strict=False)
                for letter, index in cells:
                    cell = f'<c r="{letter}2" t="s"><v>{index}</v></c>'.encode()
                    old_cell = rf'<c r="{letter}2".*?(</c>|/>)'.encode()
                    part = re.sub(old_cell, cell, part)
            new.writestr(name, part)
        table = "".join(f"<si>{string}</si>" for string in strings)
        new.writestr("xl/strings.xml", f'<sst xmlns="{MAIN}">{table}</sst>')
    path.write_bytes(content.getvalue())
    return path


PHONETIC = '<rPh sb="0" eb="1"><t>ワン</t></rPh><phoneticPr fontId="1"/>'


@pytest.mark.parametrize(
    "string",
    [
        f"<t>王五</t>{PHONETIC}",
        f"<r><t>王</t></r><r><rPr><b/></rPr><t>五</t></r>{PHONETIC}",
        f"<r><rPr><b/></rPr><t>王五</t></r>{PHONETIC}",
    ],
)
def test_phonetic_text_is_not_part_of_a_name(tmp_path: Path, string: str):
    """It is shown above the text, if at all."""
    path = _with_shared_strings(tmp_path / "清单.xlsx", string)

    work_list = read_work_list(path, ORIGIN)

    assert work_list.findings == ()
    assert work_list.items[0].contact.name == "王五"


@pytest.mark.parametrize(
    ("stored", "name", "told"),
    [
        ("张三_x000D_", "张三", "末尾的 1 个回车"),
        ("张三_x000d_\n", "张三", "末尾的 1 个回车、1 个换行"),
        ("_x0009_张三", "张三", "开头的 1 个制表符"),
        ("欧阳_x000D_\n张三", "欧阳 张三", "中间的 1 个回车、1 个换行"),
        ("张三_x0041_", "张三A", ""),
        ("张三_x005F_x0041_", "张三_x0041_", ""),
        ("张三x005F_", "张三x005F_", ""),
    ],
)
@pytest.mark.parametrize("is_shared", [True, False])
def test_escapes_of_the_format_are_what_they_stand_for(
    tmp_path: Path, stored: str, name: str, told: str, is_shared: bool
):
    """A line end that a program wrote as `_x000D_` is cut like any other, and told."""
    path = tmp_path / "清单.xlsx"
    if is_shared:
        _with_shared_strings(path, f'<t xml:space="preserve">{stored}</t>')
    else:
        write_xlsx(path, [row(1) | {"主要联系人姓名": stored}])

    work_list = read_work_list(path, ORIGIN)

    assert work_list.items[0].contact.name == name
    assert [told in one.problem for one in work_list.warnings] == [True] * bool(told)


@pytest.mark.parametrize("escape", ["_x0007_", "_x0000_", "_x200B_", "_xD800_", "_x202E_"])
def test_escapes_of_what_nobody_sees_are_refused(tmp_path: Path, escape: str):
    """They stand for a character that a person cannot see."""
    path = write_xlsx(tmp_path / "清单.xlsx", [row(1) | {"备注": f"模拟{escape}备注"}])

    (finding,) = read_work_list(path, ORIGIN).findings

    assert (finding.code, finding.heading) == ("B21", "备注")


def test_headings_are_known_with_the_escapes_of_a_line_end(tmp_path: Path):
    """A program wrote 备注 with CR LF; its column is not one that nobody reads."""
    values = {f"{heading}_x000D_\n": text for heading, text in row(1).items()}
    values["备注_x000D_\n"] = "模拟备注"

    work_list = read_work_list(write_xlsx(tmp_path / "清单.xlsx", [values]), ORIGIN)

    assert work_list.findings == ()
    assert work_list.extra_columns == ()
    assert work_list.items[0].contact.remarks == "模拟备注"


@pytest.mark.parametrize("text", ["A_x0041_", "_x005F_x0041_", "_x_", "_x00", "x0041_"])
def test_text_that_looks_like_an_escape_stays_itself(tmp_path: Path, text: str):
    """A .csv has no escapes, and what is written of it is read again as it was."""
    path = write_csv(tmp_path / "清单.csv", [row(1) | {"备注": text}, row(2) | {"申请编号": "x#"}])

    work_list = read_work_list(path, ORIGIN)
    made = write_marked_copy(work_list)

    assert decoded(encoded(text)) == text
    assert work_list.items[0].contact.remarks == text
    assert made
    assert read_work_list(made, ORIGIN).items[0].contact.remarks == text


CUT: list[tuple[str, str, str]] = [
    ("主要联系人姓名", "  模拟 ", "去掉了开头的 2 个空格，去掉了末尾的 1 个空格"),
    ("主要联系人姓名", "模拟\u3000", "去掉了末尾的 1 个全角空格"),
    ("主要联系人姓名", "模拟\n某人", "把中间的 1 个换行改成了空格"),
    ("主要联系人姓名", "模拟\u2003", "去掉了末尾的 1 个U+2003 空白"),
    ("企业名称", "模拟\xa0\xa0企业", "把中间的 2 个不换行空格改成了空格"),
    ("主要联系人手机", "１３８00138000\t", "去掉了末尾的 1 个制表符，把 3 个全角字符改成了半角"),
    ("统一社会信用代码", row(10)["统一社会信用代码"].lower(), "把 1 个小写字母改成了大写"),
    ("备注", " \n ", "这一格只有 2 个空格、1 个换行"),
]


@pytest.mark.parametrize(("heading", "raw", "told"), CUT)
def test_warning_shows_what_was_cut(tmp_path: Path, heading: str, raw: str, told: str):
    """It names every character that went, and quotes nothing of a person."""
    path = write_csv(tmp_path / "清单.csv", [row(10) | {heading: raw}])

    (finding,) = read_work_list(path, ORIGIN).findings

    assert (finding.code, finding.problem) == ("B49", told)
    assert says_what_to_do(finding)


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.heading)
def test_whatever_is_rewritten_is_told(tmp_path: Path, column: Any):
    """No spelling is put right with a sentence that says nothing."""
    good = row(10)[column.heading] or "模拟"
    spellings = [f" {good}", f"{good}\r\n", f"\u3000{good} ", f"\u2003{good}\u2028"]
    rows = [row(10) | {column.heading: raw} for raw in spellings]

    findings = [
        one
        for values in rows
        for one in read_work_list(write_csv(tmp_path / "清单.csv", [values]), ORIGIN).findings
    ]

    assert [one.code for one in findings] == ["B49"] * len(spellings)
    assert all("去掉了" in one.problem for one in findings)
