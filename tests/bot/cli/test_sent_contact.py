"""A result says with which 联系方式 a policy was confirmed, if a list names another."""

from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from bot.ledger.ledger import Ledger
from bot.ledger.states import State
from tests.bot.cli.office import Office, answer_requests, asking, confirm_all
from tests.bot.items import bring_to
from tests.bot.lists import row

OTHER = "13912345678"
SENT, NAMED = "主要联系人手机提交的是“138****0001”", "清单里是“139****5678”"
LISTED_ANEW = row(1) | {"主要联系人手机": OTHER}
WITH_LIST = ("run", "status", "results", "dispatch")


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """A folder whose portal confirms all."""
    monkeypatch.chdir(tmp_path)
    return Office(monkeypatch)


def expect_both_contacts(item: dict[str, Any]) -> None:
    """Expect that the item says what was sent, and that the list's contact never was."""
    assert item["code"] == "OTHER_CONTACT"
    assert SENT in item["explanation"]
    assert NAMED in item["explanation"]
    assert "从来没有提交过" in item["explanation"]
    assert item["sent_contact"]["主要联系人手机"] == "138****0001"


@pytest.mark.parametrize("command", WITH_LIST)
def test_a_second_list_with_another_mobile(office: Office, command: str):
    """Every command that knows the list says so, and a person must look."""
    office.call("run", office.write(row(1)))
    listed = office.write(LISTED_ANEW, name="第二份.xlsx")

    (item,) = office.ask(command, listed)["items"]
    ended = office.call(command, listed)

    assert item["state"] == "confirmed"
    expect_both_contacts(item)
    assert ended.exit_code == 1
    assert "没有要办的了" not in ended.stdout
    assert SENT in ended.stdout


def test_a_list_that_is_followed_up(office: Office):
    """What the insurer decides does not make the list's contact the one that was sent."""
    office.call("run", office.write(row(1)))
    listed = office.write(LISTED_ANEW, name="第二份.xlsx")
    office.call("dispatch", listed)

    (item,) = office.ask("follow-up", listed)["items"]

    expect_both_contacts(item)
    assert office.call("follow-up", listed).exit_code == 1


def test_a_list_that_was_edited_between_dispatch_and_run(office: Office):
    """A run without a list sends what was taken in; the edited list hears that, on paper too."""
    office.call("dispatch", office.write(row(1)))
    listed = office.write(LISTED_ANEW)
    without_list = office.call("run")
    ended = office.call("results", listed)
    result = [str(cell.value) for cell in load_workbook("清单-结果.xlsx").worksheets[1][2]]
    page = Path("清单-结果.html").read_text(encoding="utf-8")

    assert (without_list.exit_code, ended.exit_code) == (0, 1)
    assert result[10] == "已确认"
    assert SENT in result[11]
    assert "请联系保险公司更正" in result[12]
    assert SENT in page
    assert "0 张已在门户确认，另有 1 项没有办妥" in page
    assert 'class="state good"' not in page


def test_a_list_that_is_edited_while_the_run_goes_on(office: Office):
    """The page says what was sent; the changed file gets no workbook, and the exit code is 1."""

    def confirm_and_edit(ledger: Ledger, digest: str) -> None:
        confirm_all(ledger, digest)
        office.write(LISTED_ANEW)

    office.play(confirm_and_edit)
    listed = office.write(row(1))

    ended = office.call("run", listed)
    page = Path("清单-结果.html").read_text(encoding="utf-8")

    assert ended.exit_code == 1
    assert SENT in ended.stdout
    assert "LIST_EDITED" in ended.stdout
    assert SENT in page
    assert "改动没有办理" in page
    assert not Path("清单-结果.xlsx").exists()


def test_an_edit_that_changes_no_contact_is_told_all_the_same(office: Office):
    """A row that was added meanwhile is not worked off, so the list is not done."""

    def confirm_and_edit(ledger: Ledger, digest: str) -> None:
        confirm_all(ledger, digest)
        office.write(row(1), row(2))

    office.play(confirm_and_edit)

    assert office.call("run", office.write(row(1))).exit_code == 1


def test_the_same_number_in_two_lists(office: Office):
    """Whichever is run last before the press decides; the other says what was sent."""
    first = office.write(LISTED_ANEW, name="一.xlsx")
    second = office.write(row(1), name="二.xlsx")
    office.call("dispatch", first)
    office.call("dispatch", second)
    office.call("run")

    (of_first,) = office.ask("run", first)["items"]
    (of_second,) = office.ask("status", second)["items"]

    expect_both_contacts(of_first)
    assert of_second["code"] == ""
    assert office.call("run", second).exit_code == 0


def test_a_row_for_all_that_is_pending(office: Office):
    """It stands for each policy of its enterprise, so each is compared with it."""
    office.play(answer_requests)
    office.call("run", office.write(asking(1)))
    listed = office.write(LISTED_ANEW | {"申请编号": ""})

    (item,) = office.ask("run", listed)["items"]

    expect_both_contacts(item)


@pytest.mark.parametrize(
    ("heading", "other"),
    [
        ("主要联系人手机", "13899990001"),
        ("主要联系人姓名", "模拟别的人"),
        ("主要联系人电话", "020-87000321"),
        ("主要联系人邮箱", "colleague@example.com"),
        ("备注", "请致电"),
    ],
)
def test_every_field_counts_even_if_it_looks_the_same_masked(
    office: Office, heading: str, other: str
):
    """The field is named, and no contact is shown in clear."""
    office.call("run", office.write(row(1)))

    ended = office.call("status", office.write(row(1) | {heading: other}))

    assert ended.exit_code == 1
    assert f"{heading}提交的是" in ended.stdout
    assert other not in ended.stdout


@pytest.mark.parametrize("state", [State.IN_DOUBT, State.UNDERWRITTEN, State.DECLINED])
def test_what_was_pressed_is_compared_in_every_later_state(office: Office, state: State):
    """Also before it is verified, and after the insurer has decided."""

    def bring(ledger: Ledger, digest: str) -> None:
        for entry in ledger.entries(digest):
            if entry.state is State.READY:
                bring_to(ledger, state, entry.item)

    office.play(bring)
    office.call("run", office.write(row(1)))

    (item,) = office.ask("status", office.write(LISTED_ANEW))["items"]

    assert SENT in item["explanation"]
    assert item["code"] == ("" if state is State.IN_DOUBT else "OTHER_CONTACT")


@pytest.mark.parametrize(
    "state", [State.READY, State.REFUSED, State.RETURNED, State.ALREADY_CONFIRMED]
)
def test_what_was_not_sent_or_will_be_sent_anew_is_not_compared(office: Office, state: State):
    """The next press takes what the list names then; what others confirmed had none of ours."""
    office.call("dispatch", office.write(row(1)))
    with office.ledger() as ledger:
        (entry,) = ledger.entries()
        if state is not State.READY:
            bring_to(ledger, state, entry.item)

    (item,) = office.ask("status", office.write(LISTED_ANEW))["items"]

    assert item["state"] == state
    assert item["code"] == ""


def test_what_was_erased_cannot_be_compared(office: Office):
    """The row says so instead of calling the list's contact another."""
    listed = office.write(row(1))
    office.call("run", listed)
    with office.ledger() as ledger:
        ledger.forget([one.item.reference for one in ledger.entries()], lambda _: False, "test")

    (item,) = office.ask("status", listed)["items"]

    assert "不能和清单比对" in item["explanation"]
    assert office.call("status", listed).exit_code == 0
