"""Every row of a list is told and counted, whatever became of it."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from bot.errors import Reason
from bot.ledger.ledger import Ledger
from bot.ledger.states import STATE_WORDS, State
from bot.results.standing import ROW_WORDS
from tests.bot.cli.office import EVERY_KIND, Office, answer_requests, asking
from tests.bot.lists import row

STATES = {2: "confirmed", 3: "not_taken", 4: "not_reached", 5: "nothing_pending", 6: "not_reached"}
CODES = {3: "B52", 4: "LOGIN_REFUSED", 5: "NOTHING_PENDING", 6: "NOT_REACHED"}
COUNTS = {"已确认": 2, "未受理": 1, "没有办到": 2, "没有待确认": 1}


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """A folder whose portal knows each of the enterprises otherwise."""
    monkeypatch.chdir(tmp_path)
    office = Office(monkeypatch)
    office.play(answer_requests)
    return office


def ran(office: Office) -> str:
    """Return the list with a row of every kind, after its run."""
    listed = office.write(*EVERY_KIND)
    office.call("run", listed, "--accept-valid")
    return listed


def told(answer: dict[str, Any]) -> dict[int, tuple[str, str]]:
    """Return state and code of each row that led to no policy."""
    return {one["row"]: (one["state"], one["code"]) for one in answer["rows"]}


@pytest.mark.parametrize("command", ["run", "status", "results", "follow-up"])
def test_every_row_is_in_the_answer_with_its_code(office: Office, command: str):
    """Wrong, refused, not reached, nothing pending: each by its own state, beside the policies."""
    listed = ran(office)
    more = ("--accept-valid",) if command == "run" else ()

    answer = office.ask(command, listed, *more)

    assert told(answer) == {row: (STATES[row], code) for row, code in CODES.items()}
    assert len(answer["items"]) == 2
    assert all({"code", "reason", "who"} <= set(one) for one in answer["items"] + answer["rows"])


def test_the_page_counts_every_row_and_is_not_all_green(office: Office):
    """What led to no policy stands in the table, is counted, and is named above it."""
    ran(office)
    page = Path("清单-结果.html").read_text(encoding="utf-8")

    for words, count in COUNTS.items():
        assert f">{count}</b><span>{words}</span>" in page
    assert "<b>2</b><span>保单合计</span>" in page
    assert "2 张已在门户确认，另有 3 项没有办妥，请看“下一步”，1 行的企业没有待确认的保单。" in page
    assert page.count('class="state bad">未受理<') == 1
    assert page.count('class="state attention">没有办到<') == 2
    assert page.count('class="state quiet">没有待确认<') == 1
    assert row(2)["企业名称"] in page


def test_the_summary_counts_every_row_and_says_who_is_next(office: Office):
    """Each of two rows that were wrong is counted; what has nothing pending waits for nobody."""
    listed = office.write(*EVERY_KIND, row(7) | {"主要联系人邮箱": "x"})
    office.call("run", listed, "--accept-valid")

    book = load_workbook("清单-结果.xlsx")
    summary = [cells[:3] for cells in book["汇总"].iter_rows(values_only=True)]
    result = [cells[10] for cells in book.worksheets[1].iter_rows(min_row=2, values_only=True)]

    counted = {name: count for name, count, _ in summary if name in COUNTS}
    assert counted == COUNTS | {"未受理": 2}
    words = ["已确认", "未受理", "没有办到", "没有待确认", "没有办到", "已确认", "未受理"]
    assert result == words
    assert [(who, number) for who, _, number in summary if str(number).startswith("清单")] == [
        ("下次运行", "清单第 6 行，全部待确认"),
        ("经办人", "清单第 3 行"),
        ("经办人", "清单第 4 行，全部待确认"),
        ("经办人", "清单第 8 行"),
    ]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ((row(1), asking(3)), 1),
        ((row(1), asking(5)), 1),
        ((row(1), asking(4)), 0),
        ((asking(4),), 0),
        ((asking(5),), 1),
    ],
)
def test_what_was_asked_and_not_reached_is_not_done(
    office: Office, rows: tuple[dict[str, str], ...], code: int
):
    """It needs a person, or a further run; nothing pending is an answer."""
    listed = office.write(*rows)

    ran_list, status = office.call("run", listed), office.call("status")

    assert ran_list.exit_code == code
    assert ("没有要办的了" in ran_list.stdout) == (code == 0)
    assert ("没有要办的了" in status.stdout) == (code == 0)


def test_status_reads_the_rows_of_a_list_once(office: Office, monkeypatch: pytest.MonkeyPatch):
    """However many enterprises it asks for."""
    office.call("run", office.write(*map(asking, range(3, 7))))
    office.call("run", office.write(asking(7), name="别的.xlsx"))
    read = Counter[str]()
    real = Ledger.rows

    def rows(self: Ledger, list_digest: str) -> dict[int, list[str]]:
        read[list_digest] += 1
        return real(self, list_digest)

    monkeypatch.setattr(Ledger, "rows", rows)
    office.call("status")

    assert list(read.values()) == [1, 1]


def test_a_request_that_was_answered_later_is_not_told_any_more(office: Office):
    """Whichever list asked first: the last answer about an enterprise counts."""
    office.call("run", office.write(asking(5), name="先前.xlsx"))
    before = office.ask("status")["rows"]
    office.play(
        lambda ledger, digest: [
            ledger.note(one.item, digest, "待确认中有 0 张保单", "")
            for one in ledger.requests(digest)
        ]
    )
    office.call("run", office.write(asking(5), row(1), name="后来.xlsx"))

    after = office.ask("status")["rows"]

    assert [one["state"] for one in before] == ["not_reached"]
    assert [one["state"] for one in after] == ["nothing_pending"]


def test_policies_that_a_request_could_not_take_stand_beside_those_it_did(office: Office):
    """Its row in the workbook has both; so has the answer for programs."""

    def expand_in_part(ledger: Ledger, digest: str) -> None:
        (request,) = ledger.requests(digest)
        answer_requests(ledger, digest)
        told = ("待确认中有 1 张保单；另有 1 张的申请编号写法不对", "请登录门户查看")
        ledger.note(request.item, digest, *told, Reason.NOT_ALL_TAKEN)

    office.play(expand_in_part)
    listed = office.write(asking(6))

    ended = office.call("run", listed)
    cells = [cell.value for cell in load_workbook("清单-结果.xlsx").worksheets[1][2]]

    assert ended.exit_code == 1
    assert cells[10] == "已确认\n没有办到"
    assert "另有 1 张的申请编号写法不对" in cells[11]
    assert "请登录门户查看" in cells[12]
    assert told(office.ask("status", listed)) == {2: ("not_reached", "NOT_ALL_TAKEN")}


def test_a_list_that_was_never_taken_in_says_so(office: Office):
    """Its results are no empty page: each row has what the ledger knows of it, if anything."""
    office.call("run", office.write(row(1)))
    listed = office.write(row(1), row(2), asking(3))

    answer = office.ask("results", listed)

    assert [one["state"] for one in answer["items"]] == ["confirmed"]
    assert told(answer) == dict.fromkeys((3, 4), ("not_reached", "NOT_REACHED"))


def test_follow_up_answers_with_every_key_of_a_run(office: Office):
    """A program that reads the one reads the other."""
    listed = ran(office)

    run = office.ask("run", listed, "--accept-valid")
    follow_up, without_list = office.ask("follow-up", listed), office.ask("follow-up")

    assert set(follow_up) == set(without_list) == set(run)
    assert [Path(file).name for file in follow_up["files"]] == ["清单-结果.xlsx", "清单-结果.html"]


def test_follow_up_brings_the_results_up_to_date(office: Office):
    """With the list it writes them; without one it says what to do."""
    listed = office.write(row(1))
    office.call("run", listed)

    def underwrite(ledger: Ledger, _: str) -> None:
        (entry,) = ledger.entries()
        ledger.move(entry.item.reference, State.CONFIRMED, State.UNDERWRITTEN, "robot")

    office.play(underwrite)
    followed_up = office.call("follow-up", listed)
    result = load_workbook("清单-结果.xlsx").worksheets[1][2]

    assert "结果：清单-结果.xlsx" in followed_up.stdout
    assert STATE_WORDS[State.UNDERWRITTEN] in [cell.value for cell in result]
    assert "single-window results 清单.xlsx" in office.call("follow-up").stdout


def test_results_name_the_run_that_confirmed(office: Office):
    """A second run of the same list stands beside it, and does not replace its begin and end."""
    listed = office.write(row(1), row(2))
    office.call("run", listed)
    first = [line for line in _facts() if line[0] == "运行"]
    office.call("run", listed)
    office.call("follow-up", listed)
    office.call("results", listed)

    runs = [line for line in _facts() if line[0] in ("运行", "查询审批")]
    page = Path("清单-结果.html").read_text(encoding="utf-8")

    assert [words for words, _ in runs] == ["运行", "查询审批"]
    assert runs[0] == first[0]
    assert runs[0][1].endswith("（北京时间），办妥 2 张")
    assert runs[1][1].endswith("（北京时间），办妥 0 张")
    assert all(f"{words} {fact}" in page for words, fact in runs)


def _facts() -> list[tuple[str, str]]:
    sheet = load_workbook("清单-结果.xlsx")["汇总"]
    return [(str(name), str(fact)) for name, fact, *_ in sheet.iter_rows(values_only=True)]


def test_every_state_has_a_word_of_its_own():
    """States of policies and of rows are counted together."""
    words = Counter([*STATE_WORDS.values(), *ROW_WORDS.values()])

    assert set(words.values()) == {1}
