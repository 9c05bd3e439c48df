"""Results: the copy of the list, and the page that is mailed to somebody."""

import os
import re
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet
from PIL import Image
from playwright.sync_api import Browser

from bot.ledger.opening import opened_ledger
from bot.ledger.runs import Run
from bot.ledger.states import STATE_WORDS, State
from bot.results.collect import write_results
from bot.results.list_rows import rows_of
from bot.results.page import write_html
from bot.results.standing import RowState
from bot.results.summary import ItemSummary, RowResult, RunSummary
from bot.results.workbook import RESULT_HEADINGS, write_workbook
from bot.settings import load_settings
from bot.work_list.marked_copy import write_marked_copy
from bot.work_list.opened import open_list
from bot.work_list.reading import read_work_list
from bot.work_list.template import write_template
from pages.visible import visible_lines
from tests.bot.lists import ORIGIN, fill_in, row, write_csv, write_xlsx

DONE = RowResult("已确认", "门户显示已确认", "等待保险公司审批", "2026-01-02 09:30:00", None)
RUN = Run("serve", "2026-01-02T01:00:00+00:00", "2026-01-02T01:05:00+00:00", "", 2)
FORMULAS = [
    "=cmd|' /C calc'!A0",
    '=IMPORTXML("http://example.com", "//a")',
    "\n=1+1",
    '=HYPERLINK("http://example.com")',
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(A1)",
]


def _write(source: Path, rows: dict[int, RowResult], target: Path) -> Path:
    return write_workbook(open_list(source), rows, _run(_item()), target)


def _sheet(path: Path) -> Worksheet:
    return load_workbook(path).worksheets[1]


def _texts(sheet: Worksheet, number: int) -> list[object]:
    return [cell.value for cell in sheet[number]]


@pytest.mark.parametrize("write", [write_xlsx, write_csv])
def test_results_stand_on_the_right_of_their_rows(
    tmp_path: Path, write: Callable[..., Path]
) -> None:
    """The copy holds the whole list, and beside each row what became of it."""
    extra = {"负责人": "模拟业务员"}
    rows = [row(1) | extra, row(2) | extra]
    source = write(tmp_path / f"清单.{write.__name__[6:]}", rows)
    before = source.read_bytes()

    made = _write(source, {3: DONE}, tmp_path / "结果" / "结果.xlsx")

    sheet = _sheet(made)
    assert made == tmp_path / "结果" / "结果.xlsx"
    assert _texts(sheet, 1) == [*rows[0], *RESULT_HEADINGS]
    assert [value or "" for value in _texts(sheet, 2)] == [*rows[0].values(), "", "", "", "", ""]
    assert [value or "" for value in _texts(sheet, 3)] == [
        *rows[1].values(),
        "已确认",
        "门户显示已确认",
        "等待保险公司审批",
        "2026-01-02 09:30:00",
        "",
    ]
    assert source.read_bytes() == before


def test_copy_keeps_formatting_and_other_sheets(tmp_path: Path) -> None:
    """Colours, widths and further sheets are as in the list."""
    source = write_xlsx(tmp_path / "清单.xlsx", [row(1)])
    workbook = load_workbook(source)
    sheet = workbook.worksheets[0]
    sheet["B1"].fill = PatternFill("solid", fgColor="FFEEDD")
    sheet["B2"].font = Font(color="FF0000")
    sheet.column_dimensions["B"].width = 33
    sheet.freeze_panes = "C2"
    workbook.create_sheet("说明")["A1"] = "说明文字"
    workbook.save(source)

    copy = load_workbook(_write(source, {2: DONE}, tmp_path / "结果.xlsx"))

    sheet = copy.worksheets[1]
    assert sheet["B1"].fill.fgColor.rgb == "00FFEEDD"
    assert sheet["B2"].font.color.rgb == "00FF0000"
    assert sheet.column_dimensions["B"].width == 33
    assert sheet.freeze_panes == "C2"
    assert copy["说明"]["A1"].value == "说明文字"


def test_copy_is_easy_to_read(tmp_path: Path) -> None:
    """Headings are bold and stay in sight, texts wrap, no column is a sliver."""
    source = write_csv(tmp_path / "清单.csv", [row(1)])

    sheet = _sheet(_write(source, {2: DONE}, tmp_path / "结果.xlsx"))

    assert all(cell.font.bold for cell in sheet[1])
    assert sheet.freeze_panes == "A2"
    assert all(10 <= sheet.column_dimensions[c.column_letter].width <= 44 for c in sheet[1])
    assert [cell.alignment.wrap_text for cell in sheet[2]][10:14] == [True] * 4
    assert {cell.number_format for cell in sheet[2][:8]} == {"@"}


def test_width_of_a_range_of_columns_is_kept_without_overlap(tmp_path: Path) -> None:
    """A width that the list sets for many columns at once does not damage the copy."""
    source = write_xlsx(tmp_path / "清单.xlsx", [row(1)])
    workbook = load_workbook(source)
    columns = workbook.worksheets[0].column_dimensions
    columns["A"].min, columns["A"].max, columns["A"].width = 1, 3, 21
    columns["D"].min, columns["D"].max, columns["D"].width = 4, 16384, 17
    workbook.save(source)

    made = _write(source, {2: DONE}, tmp_path / "结果.xlsx")

    columns = _sheet(made).column_dimensions
    ranges = sorted((column.min, column.max) for column in columns.values())
    assert all(last < first for (_, last), (first, _) in pairwise(ranges))
    assert [columns[letter].width for letter in "ABCDJK"] == [21, 21, 21, 17, 17, 16]


@pytest.mark.parametrize("text", FORMULAS, ids=ascii)
@pytest.mark.parametrize("write", [write_xlsx, write_csv])
def test_text_never_becomes_a_formula(
    tmp_path: Path, write: Callable[..., Path], text: str
) -> None:
    """Text that a spreadsheet program could calculate stays text, from the list and from us."""
    source = write(tmp_path / f"清单.{write.__name__[6:]}", [row(1) | {"自用": text}])
    hostile = RowResult(text, text, text, text, tmp_path / text.replace("/", "_"))

    sheet = _sheet(_write(source, {2: hostile}, tmp_path / "结果.xlsx"))

    cells = sheet[2][10:]
    assert [cell.data_type for cell in cells] == ["s"] * 6
    assert all(cell.quotePrefix for cell in cells if cell.value[0] != "\\")
    assert {cell.value for cell in cells[1:5]} == {visible_lines(text)}
    assert cells[0].value == text.replace("\r", "\n")


@pytest.mark.parametrize("text", FORMULAS, ids=ascii)
def test_summary_holds_no_formula(tmp_path: Path, text: str) -> None:
    """What the portal says of an item stays text in the summary, and so do the row's texts."""
    source = write_xlsx(tmp_path / "清单.xlsx", [row(1)])
    refused = RowResult("未受理", text, text, "", None)
    items = (_item(text, State.REFUSED), _item(text, RowState.NOT_TAKEN))
    run = replace(_run(*items), title=text, operator=text)

    book = load_workbook(
        write_workbook(open_list(source), {2: refused}, run, tmp_path / "结果.xlsx")
    )

    cells = [cell for sheet in book.worksheets for cells in sheet.iter_rows() for cell in cells]
    assert sum(visible_lines(text) == cell.value for cell in cells) == 11
    assert not [cell for cell in cells if cell.data_type == "f"]


def test_formula_of_the_list_becomes_its_last_value(tmp_path: Path) -> None:
    """The copy holds no formula at all."""
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.append([*row(1), "合计"])
    sheet.append([*row(1).values(), "=1+1"])
    workbook.save(tmp_path / "清单.xlsx")

    made = _write(tmp_path / "清单.xlsx", {2: DONE}, tmp_path / "结果.xlsx")

    assert not [
        cell for cells in _sheet(made).iter_rows() for cell in cells if cell.data_type == "f"
    ]


def test_control_characters_do_not_stop_the_copy(tmp_path: Path) -> None:
    """What the portal said is shown even if it holds characters that a workbook cannot hold."""
    source = write_xlsx(tmp_path / "清单.xlsx", [row(1)])
    result = replace(DONE, explanation="门户提示\x00\x1b[31m")

    sheet = _sheet(_write(source, {2: result}, tmp_path / "结果.xlsx"))

    assert sheet["L2"].value == "门户提示\\x00\\x1b[31m"


def test_evidence_is_linked(tmp_path: Path) -> None:
    """证据包 leads to its folder: relative where the folder travels with the copy."""
    source = write_xlsx(tmp_path / "清单.xlsx", [row(1), row(2)])
    near = tmp_path / "结果 1" / "证据" / "XW 1#"
    far = tmp_path / "别处" / "XW2"
    rows = {2: replace(DONE, evidence=near), 3: replace(DONE, evidence=far)}

    sheet = _sheet(_write(source, rows, tmp_path / "结果 1" / "结果.xlsx"))

    assert [sheet["O2"].value, sheet["O3"].value] == ["XW 1#", "XW2"]
    assert sheet["O2"].hyperlink.target == "%E8%AF%81%E6%8D%AE/XW%201%23"
    assert sheet["O3"].hyperlink.target == far.as_uri()


def test_earlier_result_can_be_the_next_list(tmp_path: Path) -> None:
    """A result that is run again gets its columns written anew, not a second time."""
    source = write_xlsx(tmp_path / "清单.xlsx", [row(1), row(2)])
    first = _write(
        source, {2: replace(DONE, evidence=tmp_path / "a"), 3: DONE}, tmp_path / "一.xlsx"
    )

    second = _write(first, {3: replace(DONE, state="此前已确认")}, tmp_path / "二.xlsx")

    sheet = _sheet(second)
    assert read_work_list(first, ORIGIN).errors == ()
    assert _texts(sheet, 1) == [*row(), *RESULT_HEADINGS]
    assert _texts(sheet, 2)[10:] == [None] * 5
    assert sheet["O2"].hyperlink is None
    assert sheet["K3"].value == "此前已确认"


def test_copy_that_cannot_be_replaced_gets_another_name(tmp_path: Path) -> None:
    """Results are written beside a file that cannot be replaced, and the source is never one."""
    source = write_xlsx(tmp_path / "结果-2.xlsx", [row(1)])
    before = source.read_bytes()
    (tmp_path / "结果.xlsx").mkdir()

    made = _write(source, {2: DONE}, tmp_path / "结果.xlsx")

    assert made.name == "结果-3.xlsx"
    assert source.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "结果-2.xlsx",
        "结果-3.xlsx",
        "结果.xlsx",
    ]


@pytest.mark.parametrize("lock", ["~$结果.xlsx", ".~结果.xlsx", ".~lock.结果.xlsx#"])
def test_copy_that_somebody_looks_at_is_left_alone(tmp_path: Path, lock: str) -> None:
    """A result that is open in Excel or LibreOffice stays; the new one lies beside it."""
    source = write_xlsx(tmp_path / "清单.xlsx", [row(1)])
    (tmp_path / "结果.xlsx").write_bytes(b"old")
    (tmp_path / lock).touch()

    made = _write(source, {2: DONE}, tmp_path / "结果.xlsx")

    assert made.name == "结果-2.xlsx"
    assert (tmp_path / "结果.xlsx").read_bytes() == b"old"


def test_copy_that_is_locked_gets_another_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows refuses to replace a file that somebody has open."""
    source = write_xlsx(tmp_path / "清单.xlsx", [row(1)])
    replace_file = os.replace

    def refuse(half: Path, name: Path) -> None:
        if name.name == "结果.xlsx":
            raise PermissionError
        replace_file(half, name)

    monkeypatch.setattr(os, "replace", refuse)

    assert _write(source, {2: DONE}, tmp_path / "结果.xlsx").name == "结果-2.xlsx"


def test_summary_tells_the_run_and_who_is_next(tmp_path: Path) -> None:
    """A sheet of its own has the run's facts, the counts, and each next step with its person."""
    source = write_xlsx(tmp_path / "清单.xlsx", [row(1), row(2)])
    doubtful = replace(_item(state=State.IN_DOUBT), next_step="请勿手工重复确认")
    waiting = replace(_item(state=State.AWAITING_APPROVAL), next_step="请审批人批准")
    wrong = replace(_item(state=RowState.NOT_TAKEN), next_step="请改正后再运行")
    target = tmp_path / "结果.xlsx"

    broken_off = replace(RUN, stopped="操作员中断")
    run = replace(_run(_item(), doubtful, waiting, wrong), runs=(broken_off,))
    made = write_workbook(open_list(source), {2: DONE}, run, target)

    book = load_workbook(made)
    told = [
        tuple(cell or "" for cell in cells) for cells in book["汇总"].iter_rows(values_only=True)
    ]
    assert book.sheetnames == ["汇总", "Sheet"]
    assert ("门户", "http://127.0.0.1:8765", "", "", "") in told
    assert ("交办", "模拟经办", "", "", "") in told
    times = "2026-01-02 09:00:00 至 2026-01-02 09:05:00（北京时间）"
    assert ("运行", f"{times}，办妥 2 张，提前结束：操作员中断", "", "", "") in told
    assert [cells[:2] for cells in told if cells[0] in ("已确认", "结果待核实", "保单合计")] == [
        ("已确认", 1),
        ("结果待核实", 1),
        ("保单合计", 3),
    ]
    number = "XW20260101000001"
    assert [(*cells[:1], *cells[2:4]) for cells in told if cells[0] in ("经办人", "审批人")] == [
        ("审批人", number, "请审批人批准"),
        ("经办人", number, "请勿手工重复确认"),
        ("经办人", number, "请改正后再运行"),
    ]


def test_every_sheet_is_printed_on_a4_with_its_headings_on_each_page(tmp_path: Path) -> None:
    """Across the paper; of the summary the headings of its longest table are repeated."""
    source = write_xlsx(tmp_path / "清单.xlsx", [row(number) for number in (1, 2)])
    waiting = [_item(state=State.IN_DOUBT)] * 60
    made = write_workbook(open_list(source), {2: DONE}, _run(*waiting), tmp_path / "结果.xlsx")

    book = load_workbook(made)
    papers = {(one.page_setup.paperSize, one.page_setup.orientation) for one in book}

    assert papers == {(9, "landscape")}
    assert [one.print_title_rows for one in book] == ["$11:$11", "$1:$1"]
    assert book["汇总"]["A11"].value == "等谁"


def test_results_begin_with_the_summary_and_leave_the_samples_out(tmp_path: Path) -> None:
    """Of a filled-in template and of a marked copy: the summary is what opens, the list follows."""
    template = fill_in(write_template(tmp_path / "清单.xlsx"), [row(1), row(2)])
    marked = write_marked_copy(read_work_list(template, ORIGIN))
    assert marked

    for source in (template, marked):
        book = load_workbook(_write(source, {2: DONE}, tmp_path / "结果.xlsx"))

        assert book.sheetnames == ["汇总", "工作清单"]
        assert book.active.title == "汇总"
        assert [sheet.sheet_view.tabSelected for sheet in book] == [True, False]


@pytest.mark.parametrize("area", ["A1:J3", "A1:C3,E1:F3"])
def test_results_are_printed_whole_and_one_page_wide(tmp_path: Path, area: str) -> None:
    """What the list says of its paper does not cut the columns of the results off."""
    source = write_xlsx(tmp_path / "清单.xlsx", [row(1)])
    book = load_workbook(source)
    book.worksheets[0].print_area = area
    book.worksheets[0].page_setup.fitToWidth = 3
    book.save(source)

    sheet = _sheet(_write(source, {2: DONE}, tmp_path / "结果.xlsx"))

    assert not sheet.print_area
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)


def test_summary_is_written_anew(tmp_path: Path) -> None:
    """A result that is run again has one summary, and it is no second list."""
    source = write_xlsx(tmp_path / "清单.xlsx", [row(1)])
    first = _write(source, {2: DONE}, tmp_path / "一.xlsx")

    second = _write(first, {2: DONE}, tmp_path / "二.xlsx")

    assert read_work_list(first, ORIGIN).findings == ()
    assert load_workbook(second).sheetnames == ["汇总", "Sheet"]


def test_copy_is_replaced_in_one_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever opens the result while it is written sees the old one or the new one."""
    source = write_xlsx(tmp_path / "清单.xlsx", [row(1)])
    target = tmp_path / "结果.xlsx"
    target.write_bytes(b"old")
    seen = []
    replace_file = os.replace

    def look(half: Path, name: Path) -> None:
        new = load_workbook(BytesIO(half.read_bytes()))
        seen.append((name.read_bytes(), new.worksheets[1]["K2"].value))
        replace_file(half, name)

    monkeypatch.setattr(os, "replace", look)
    _write(source, {2: DONE}, target)

    assert seen == [(b"old", "已确认")]


HOSTILE = [
    "<script>document.title = 'ran'</script>",
    '"><img src=x onerror="document.title = \'ran\'">',
    "' onmouseover='document.title = 1",
    "{{ 7 * 7 }}",
    "{% raw %}",
    "</td></table><h1>x</h1>",
    "<svg onload=\"document.title = 'ran'\">",
    "<iframe src=\"javascript:parent.document.title = 'ran'\"></iframe>",
    "<a href=\"javascript:document.title = 'ran'\">x</a>",
    '<meta http-equiv="refresh" content="0;url=http://portal.test/">',
    '<link rel="stylesheet" href="http://portal.test/x.css"><style>* { display: none }</style>',
    '&lt;script&gt; &#60;base href="http://portal.test/"> <form action="http://portal.test/">',
]


def _item(text: str = "", state: State | RowState = State.CONFIRMED) -> ItemSummary:
    return ItemSummary(
        enterprise_name=text or "模拟出口企业0001有限公司",
        application_no=text or "XW20260101000001",
        state=state,
        explanation=text or "门户显示已确认",
        next_step=text or "等待保险公司审批",
        confirmed_at=text or "2026-01-02 09:30:00",
        pictures={},
    )


def _run(*items: ItemSummary) -> RunSummary:
    return RunSummary(
        title="投保确认结果",
        portal="http://127.0.0.1:8765",
        is_mock=True,
        written_at=datetime(2026, 1, 2, 1, 5, 1, tzinfo=UTC),
        operator="模拟经办",
        items=items,
        runs=(RUN,),
    )


class _Reader(HTMLParser):
    """Collects the tags, attributes and visible text of a page."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.text: list[str] = []
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text.append(data.strip())


def test_page_tells_the_run(tmp_path: Path) -> None:
    """The page names the portal, the times, the counts and every item in Chinese."""
    run = _run(_item(), _item(), _item(state=State.IN_DOUBT))

    text = _Reader(write_html(run, tmp_path / "结果.html")).text

    assert "模拟门户 · 非真实业务" in text
    times = "2026-01-02 09:00:00 至 2026-01-02 09:05:00（北京时间）"
    facts = f"门户 http://127.0.0.1:8765　运行 {times}，办妥 2 张　写出于 2026-01-02 09:05:01"
    assert any(line.startswith(facts) for line in text)
    assert _after(text, "3") == "保单合计"
    assert _after(text, "2") == "已确认"
    assert _after(text, "1") == "结果待核实"
    assert text.count("XW20260101000001") == 3
    assert any(
        line.startswith("2 张已在门户确认，另有 1 项没有办妥，请看“下一步”。") for line in text
    )


def test_results_that_are_written_again_tell_no_run(tmp_path: Path) -> None:
    """Page and summary say when they were written and who took the list in, not who asks now."""
    work_list = read_work_list(write_xlsx(tmp_path / "清单.xlsx", [row(1), row(2)]), ORIGIN)
    settings = load_settings(tmp_path, data_dir=tmp_path / "data")
    with opened_ledger(settings) as ledger:
        ledger.dispatch(work_list.items, work_list.digest, "模拟经办甲")
        ledger.dispatch(work_list.items, "another", "模拟经办乙")
        workbook, page = write_results(settings, ledger, rows_of(work_list, ledger, ORIGIN))

    sheet = load_workbook(workbook)["汇总"]
    told = {cells[0]: cells[1] for cells in sheet.iter_rows(values_only=True)}
    (facts,) = [line for line in _Reader(page).text if line.startswith("门户 ")]

    assert re.fullmatch(r"[-0-9: ]{19}（北京时间）", told["写出于"])
    assert told["交办"] == "模拟经办甲"
    assert "运行" not in told
    assert facts.endswith(f"写出于 {told['写出于']}　交办 模拟经办甲")


def _after(text: list[str], number: str) -> str:
    return text[text.index(number) + 1]


def test_page_of_a_real_portal_is_not_marked_as_mock(tmp_path: Path) -> None:
    """The mark of the mock portal stands on its own pages only."""
    page = write_html(replace(_run(), is_mock=False), tmp_path / "结果.html")

    assert "模拟门户" not in page.read_text(encoding="utf-8")
    assert "没有需要处理的保单。" in _Reader(page).text


@pytest.mark.parametrize("state", State)
def test_every_state_has_its_word(tmp_path: Path, state: State) -> None:
    """Every state of the ledger is shown as a Chinese word of its own."""
    text = _Reader(write_html(_run(_item(state=state)), tmp_path / "结果.html")).text

    assert re.fullmatch(r"[\u4e00-\u9fff]+", STATE_WORDS[state])
    assert text.count(STATE_WORDS[state]) == 2
    assert len(set(STATE_WORDS.values())) == len(State)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(tmp_path: Path, text: str) -> None:
    """Markup in data is shown letter by letter and adds no element and no attribute."""
    plain = _Reader(write_html(_run(_item()), tmp_path / "plain.html"))

    hostile = _Reader(write_html(_run(_item(text)), tmp_path / "hostile.html"))

    assert hostile.text.count(text) == 5
    assert hostile.tags == plain.tags
    assert hostile.attributes == plain.attributes


def test_hostile_text_runs_nothing(tmp_path: Path, browser: Browser) -> None:
    """Twelve payloads in six fields: in a real browser no script runs and nothing is loaded."""
    picture = tmp_path / "before.jpg"
    Image.new("RGB", (1280, 800), "white").save(picture)
    items = [replace(_item(text), pictures={text: picture}) for text in HOSTILE]
    made = write_html(replace(_run(*items), title="投保确认结果"), tmp_path / "结果.html")
    requests: list[str] = []
    said: list[str] = []

    with browser.new_context() as context:
        tab = context.new_page()
        tab.on("request", lambda request: requests.append(request.url))
        tab.on("console", lambda message: said.append(message.text))
        tab.goto(made.as_uri(), wait_until="load")
        shown = tab.locator("main").inner_text()
        title, pictures = tab.title(), tab.locator("img").count()
        colour = tab.locator("header").evaluate("one => getComputedStyle(one).backgroundColor")

    assert title == "投保确认结果"
    assert all(shown.count(text) >= 6 for text in HOSTILE)
    assert pictures == len(HOSTILE)
    assert requests == [made.as_uri()]
    assert said == []
    assert colour == "rgb(23, 80, 143)"  # the page's own style is allowed, by its digest


def test_page_needs_nothing_from_elsewhere(tmp_path: Path) -> None:
    """The page forbids every request and names no address to load from."""
    picture = tmp_path / "before.jpg"
    Image.new("RGB", (1280, 800), "white").save(picture)
    item = replace(_item(), pictures={"确认前": picture})

    attributes = _Reader(write_html(_run(item), tmp_path / "结果.html")).attributes

    (policy,) = [value for name, value in attributes if value.startswith("default-src")]
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'sha256-")
    assert "unsafe" not in policy
    sources = [value for name, value in attributes if name in {"src", "href"}]
    assert [source[:23] for source in sources] == ["data:image/jpeg;base64,"]


def test_pictures_are_shrunk_and_missing_ones_left_out(tmp_path: Path) -> None:
    """Each picture that exists is in the page, 360 points wide; half a picture is none."""
    large, small, broken = (tmp_path / name for name in ("large.png", "small.jpg", "broken.png"))
    Image.new("RGBA", (1280, 2000), "white").save(large)
    Image.new("RGB", (200, 100), "white").save(small)
    broken.write_bytes(large.read_bytes()[:60])
    pictures = {"甲": large, "乙": small, "丙": broken, "丁": tmp_path / "missing.png"}

    reader = _Reader(write_html(_run(replace(_item(), pictures=pictures)), tmp_path / "结果.html"))

    sizes = [_size(value) for name, value in reader.attributes if name == "src"]
    assert sizes == [(360, 562), (200, 100)]
    assert [caption for caption in "甲乙丙丁" if caption in reader.text] == ["甲", "乙"]


def _size(source: str) -> tuple[int, int]:
    return Image.open(BytesIO(b64decode(source.partition(",")[2]))).size
