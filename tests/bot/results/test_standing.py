"""Who acts, and whether anything is open, is the same wherever it is told."""

from pathlib import Path

import pytest
from openpyxl import load_workbook

from bot.cli.entries import ENTRY_HEADINGS, cells, entry_fields, facts
from bot.confirmation.withdrawal import withdraw
from bot.errors import Reason
from bot.ledger.entry import Entry
from bot.ledger.ledger import Ledger
from bot.ledger.states import FINISHED, State
from bot.results.row_outcome import RowOutcome
from bot.results.standing import RowState, is_open, who_acts
from bot.results.summary import ItemSummary
from tests.bot.cli.office import EVERY_KIND, Office, answer_requests, confirm_all
from tests.bot.items import ITEM, MAKER
from tests.bot.lists import row

WHO = [
    (State.READY, "", "下次运行"),
    (State.AWAITING_APPROVAL, "", "审批人"),
    (State.AWAITING_APPROVAL, Reason.DECLARATION_CHANGED, "签字人"),
    (State.NEEDS_PERSON, Reason.UNEXPECTED_SCREEN, "维护人员"),
    (State.FAILED, Reason.PROGRAM, "维护人员"),
    (State.REFUSED, Reason.QUARANTINE, "下次运行"),
    (State.IN_DOUBT, Reason.PRESS_UNCLEAR, "下次运行"),
    (State.CONFIRMED, "", "保险公司"),
    (State.CONFIRMED, Reason.PENDING_AGAIN, "审批人"),
    (State.CONFIRMED, "A_LATER_VERSION_HAS_IT", "保险公司"),
    (State.UNDERWRITTEN, "", ""),
    (State.UNDERWRITTEN, Reason.OTHER_CONTACT, "经办人"),
    (State.WITHDRAWN, "", ""),
]


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """A folder whose portal knows each of the enterprises otherwise."""
    monkeypatch.chdir(tmp_path)
    return Office(monkeypatch)


@pytest.mark.parametrize(("state", "code", "who"), WHO)
def test_text_json_and_results_name_the_same_person(state: State, code: str, who: str):
    """The reason comes first; where there is none, the state says it."""
    entry = Entry(ITEM, state, code, "", "", None, None, "", "", None, "2026-11-29T01:30:00+00:00")
    summary = ItemSummary("", "", state, "", "", "", {}, code)

    assert facts(entry)["who"] == who
    assert entry_fields(entry)[5] == who
    assert cells(entry)[ENTRY_HEADINGS.index("等谁")] == who
    assert summary.waits_for == who


@pytest.mark.parametrize(
    ("state", "code", "who"),
    [
        (RowState.NOT_TAKEN, "B52", "经办人"),
        (RowState.NOT_REACHED, Reason.PROGRAM, "维护人员"),
        (RowState.NOT_REACHED, Reason.NOT_REACHED, "下次运行"),
        (RowState.NOTHING_PENDING, Reason.NOTHING_PENDING, ""),
    ],
)
def test_a_row_without_a_policy_names_the_same_person(state: RowState, code: str, who: str):
    """In the lines of a command as in the results."""
    outcome = RowOutcome(2, "", "", state, code, "", "", "")

    assert outcome.who == who
    assert ItemSummary("", "", state, "", "", "", {}, code).waits_for == who


@pytest.mark.parametrize("state", [*State, *RowState])
def test_what_is_open_names_somebody(state: State | RowState):
    """And what a run counts as finished names nobody, unless the insurer has a say."""
    if is_open(state, ""):
        assert who_acts(state, "")
    else:
        assert state in FINISHED or state is RowState.NOTHING_PENDING
        assert who_acts(state, "") in ("", "保险公司")


def test_json_and_lines_of_a_whole_list_agree(office: Office):
    """Row by row, whatever became of it."""
    office.play(answer_requests)
    listed = office.write(*EVERY_KIND)
    office.call("run", listed, "--accept-valid")

    lines = [line.split(" | ") for line in office.call("status", listed).stdout.splitlines()]
    in_lines = [fields[5] for fields in lines if len(fields) > 1]
    answer = office.ask("status", listed)

    assert in_lines == [one["who"] for one in answer["items"] + answer["rows"]]
    assert in_lines == ["保险公司", "保险公司", "经办人", "经办人", "", "下次运行"]


def test_what_was_withdrawn_is_not_open(office: Office):
    """The page counts it, the summary asks nobody, and the commands say that all is done."""

    def confirm_first(ledger: Ledger, digest: str) -> None:
        second = ledger.entries(digest)[1]
        withdraw(ledger, second, MAKER)
        confirm_all(ledger, digest)

    office.play(confirm_first)
    listed = office.write(row(1), row(2))

    ran = office.call("run", listed)
    shown = office.call("results", listed).stdout
    page = Path("清单-结果.html").read_text(encoding="utf-8")
    summary = load_workbook("清单-结果.xlsx")["汇总"].iter_rows(values_only=True)

    assert ran.exit_code == 0
    assert "已撤下：1" in shown
    for told in (ran.stdout, shown, office.call("status").stdout):
        assert "没有要办的了。几天以后运行" in told
    assert "没有办妥" not in page
    assert ">1</b><span>已撤下</span>" in page
    assert "等谁" not in [first for first, *_ in summary]
