"""Admission: a good list against settings, passwords and ledger, before any browser starts."""

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from bot.credentials.passwords import ENVIRONMENT_PREFIX, Passwords
from bot.errors import BusinessException, Reason
from bot.ledger.approval import MANDATE, PERSON, Approval
from bot.ledger.entry import Entry
from bot.ledger.ledger import Ledger
from bot.ledger.opening import opened_ledger
from bot.ledger.states import State
from bot.operations.admission import admit
from bot.operations.dispatch import dispatch
from bot.results.collect import write_results
from bot.results.list_rows import rows_of
from bot.settings import Settings, load_settings
from bot.work_list.reading import WorkList, read_work_list
from pages.models import Secret
from tests.bot.homes import write_settings
from tests.bot.lists import ENTERPRISE, ORIGIN, place, row, says_what_to_do, uscc, write_xlsx

WAYS = {  # how an item comes into a state
    State.CONFIRMED: (State.AWAITING_APPROVAL, State.APPROVED, State.INTENT, State.PRESSING),
    State.IN_DOUBT: (State.AWAITING_APPROVAL, State.APPROVED, State.INTENT, State.PRESSING),
    State.APPROVED: (State.AWAITING_APPROVAL,),
}


@pytest.fixture(autouse=True)
def _passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """The passwords of the first three enterprises."""
    for number in (1, 2, 3):
        monkeypatch.setenv(ENVIRONMENT_PREFIX + uscc(number), f"Mock-{number}")


Admit = Callable[..., WorkList]


@pytest.fixture
def admitted(tmp_path: Path) -> Admit:
    """Read a list of the first three enterprises, and admit it under these settings."""

    def judge(*numbers: int, settings: str = "") -> WorkList:
        path = write_xlsx(tmp_path / "清单.xlsx", [row(number) for number in numbers or (1, 2, 3)])
        return _admit(path, settings)

    return judge


def _settings(folder: Path, text: str = "") -> Settings:
    write_settings(folder, f'data_dir = "data"\n{text}')
    return load_settings(folder)


def _admit(path: Path, text: str = "") -> WorkList:
    settings = _settings(path.parent, text)
    passwords = Passwords(settings, dict(os.environ))
    return admit(read_work_list(path, ORIGIN), settings, passwords)


def _take_in(folder: Path, state: State, *numbers: int, approval: Approval | None = None) -> None:
    """Let the ledger know these items in this state."""
    path = write_xlsx(folder / "先前.xlsx", [row(number) for number in numbers])
    items = read_work_list(path, ORIGIN).items
    with opened_ledger(_settings(folder)) as ledger:
        ledger.dispatch(items, "先前", "模拟经办")
        for item in items:
            _bring(ledger, item.reference, state, approval)


def _bring(ledger: Ledger, reference: str, state: State, approval: Approval | None) -> None:
    old = State.READY
    for new in (*WAYS[state], state):
        values = {"approval": asdict(approval)} if new is State.APPROVED and approval else {}
        assert ledger.move(reference, old, new, "robot", **values)
        old = new


def _told(work_list: WorkList) -> list[tuple[str, int | None, str]]:
    return [(one.code, one.row, one.column) for one in work_list.findings]


def test_a_list_that_is_known_nowhere_is_admitted(admitted: Admit, tmp_path: Path):
    """Nothing is said of it, and no ledger is made only to look."""
    work_list = admitted()

    assert work_list.findings == ()
    assert len(work_list.items) == 3
    assert not (tmp_path / "data").exists()


def test_an_account_without_a_password_is_told_once(tmp_path: Path):
    """Before any browser: all its rows are left out, and the operator reads where to put it."""
    more = [row(9) | {"申请编号": f"XW{number}"} for number in range(8)]
    path = write_xlsx(tmp_path / "清单.xlsx", [row(1), row(9), row(2), *more])

    work_list = _admit(path)
    (finding,) = work_list.errors

    assert place(finding) == ("B65", "Sheet", 3, "C", "登录账号")
    assert "第 3、5、6、7、8、9 等 9 行" in finding.problem
    assert finding.rows == (3, *range(5, 13))
    assert ENVIRONMENT_PREFIX + uscc(9) in finding.fix
    assert finding.value == "m***"
    assert [item.row for item in work_list.items] == [2, 4]


@pytest.mark.parametrize(
    ("code", "is_told"),
    [(Reason.NO_CREDENTIAL, True), (Reason.KEYRING_LOCKED, False), (Reason.VAULT_TAMPERED, False)],
)
def test_only_a_missing_password_is_to_be_typed(tmp_path: Path, code: Reason, is_told: bool):
    """Into a locked keyring, or beside what was tampered with, nobody is sent to type more."""

    class Unfit:
        def find(self, uscc: str, account: str) -> Secret:
            raise BusinessException(code, "没有得到密码", "先做这一步")

    path = write_xlsx(tmp_path / "清单.xlsx", [row(1)])
    (finding,) = admit(read_work_list(path, ORIGIN), _settings(tmp_path), Unfit()).errors

    assert finding.fix.startswith("先做这一步")
    assert ("single-window credentials set --missing 清单.xlsx" in finding.fix) == is_told
    assert is_told or finding.fix == "先做这一步"


def test_the_ledger_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Also where the list has named more before."""
    listed = write_xlsx(tmp_path / "清单.xlsx", [row(1), row(2), row(3)])
    dispatch(_settings(tmp_path), read_work_list(listed, ORIGIN))
    read = Counter[str]()
    real = Ledger.rounds

    def rounds(self: Ledger) -> list[Entry]:
        read["rounds"] += 1
        return real(self)

    monkeypatch.setattr(Ledger, "rounds", rounds)
    findings = _admit(write_xlsx(listed, [row(1)])).findings

    assert [one.code for one in findings] == ["B82"]
    assert read["rounds"] == 1


SPOILT: list[dict[str, str]] = [
    {"主要联系人手机": "x"},
    {"申请编号": "#", "主要联系人邮箱": "x"},
    {"企业名称": ""},
]


@pytest.mark.parametrize("spoilt", SPOILT)
def test_a_missing_password_is_told_beside_other_errors(tmp_path: Path, spoilt: dict[str, str]):
    """Whoever mends the row does not come back to hear of the password."""
    path = write_xlsx(tmp_path / "清单.xlsx", [row(1), row(9) | spoilt, row(8)])

    work_list = _admit(path)

    missing = [(one.row, one.heading) for one in work_list.errors if one.code == "B65"]
    assert missing == [(3, "登录账号"), (4, "登录账号")]
    assert len(work_list.errors) == len(spoilt) + 2
    assert [item.row for item in work_list.items] == [2]


def test_passwords_are_told_of_a_list_that_is_refused_as_a_whole(tmp_path: Path):
    """A column that is missing hides nothing of the rows."""
    rows = [row(9), row(1)]
    for values in rows:
        del values["企业名称"]

    work_list = _admit(write_xlsx(tmp_path / "清单.xlsx", rows))

    assert [(one.code, one.row) for one in work_list.errors] == [("B31", 1), ("B65", 2)]


def test_a_row_with_errors_is_compared_with_the_settings_too(tmp_path: Path):
    """Its name, its account and an expired mandate are told with the rest."""
    mandate = f"""[[mandates]]
signatory = "模拟签字人"
enterprises = ["{uscc(1)}"]
declaration = "0"
documents = ["续转单证"]
expires = 2020-01-01
"""
    wrong = row(1) | {"企业名称": "别的企业", "登录账号": "other", "主要联系人手机": "x"}
    path = write_xlsx(tmp_path / "清单.xlsx", [wrong])

    work_list = _admit(path, ENTERPRISE + mandate)

    assert sorted(one.code for one in work_list.findings) == ["B52", "B64", "B64", "B66"]


def test_every_row_without_a_password_is_told_in_the_results(tmp_path: Path):
    """One finding refuses them all, and the operator sees so beside each."""
    rows = [row(9), row(1), row(9) | {"申请编号": "XW2"}, row(8)]
    work_list = _admit(write_xlsx(tmp_path / "清单.xlsx", rows))
    settings = _settings(tmp_path)

    with opened_ledger(settings) as ledger:
        ledger.dispatch(work_list.items, work_list.digest, "模拟经办")
        workbook, _ = write_results(settings, ledger, rows_of(work_list, ledger, ORIGIN))
    results = list(load_workbook(workbook).worksheets[1].iter_rows(min_row=2, values_only=True))

    assert [cells[10] for cells in results] == ["未受理", "待处理", "未受理", "未受理"]
    assert results[0][11] == results[2][11] != results[3][11]


def test_a_card_needs_no_password(admitted: Admit):
    """Its PIN is a person's, typed at the terminal."""
    assert admitted(9, settings='login = "card"').findings == ()


@pytest.mark.parametrize(
    ("wrong", "column", "heading"),
    [
        (ENTERPRISE.replace("企业0001", "企业"), "B", "企业名称"),
        (ENTERPRISE.replace("mock0001", "other"), "C", "登录账号"),
    ],
)
def test_a_row_that_contradicts_the_settings_is_refused(
    admitted: Admit, wrong: str, column: str, heading: str
):
    """Name and account of an enterprise in the settings are the ones to be used."""
    work_list = admitted(1, 2, settings=wrong)
    (finding,) = work_list.errors

    assert admitted(1, 2, settings=ENTERPRISE).findings == ()
    assert place(finding) == ("B64", "Sheet", 2, column, heading)
    assert says_what_to_do(finding)
    assert [item.row for item in work_list.items] == [3]


def test_more_rows_than_a_batch_are_refused(admitted: Admit):
    """The wrong list, ten times as long, does not slip through."""
    work_list = admitted(1, 2, 3, settings="batch_limit = 2")
    (finding,) = work_list.errors

    assert (finding.code, finding.row) == ("B70", None)
    assert "3 行" in finding.problem
    assert "batch_limit" in finding.fix
    assert work_list.items == ()


def test_an_expired_mandate_is_told(admitted: Admit):
    """The item will wait for a person, which nobody may expect; another mandate makes it good."""
    mandate = f"""[[mandates]]
signatory = "模拟签字人"
enterprises = ["{uscc(2)}"]
declaration = "0"
documents = ["续转单证"]
expires = 2020-01-01
"""
    renewed = mandate + mandate.replace("2020", "2999")

    work_list = admitted(1, 2, settings=mandate)

    assert _told(work_list) == [("B66", 3, "A")]
    assert "请由签字人重新授权" in work_list.warnings[0].fix
    assert "2020-01-01" in work_list.warnings[0].problem
    assert len(work_list.items) == 2
    assert admitted(1, 2, settings=renewed).findings == ()


@pytest.mark.parametrize(
    ("approval", "change", "word"),
    [
        (PERSON, {"at": -100}, "过期"),
        (MANDATE, {"contact": "13900139000"}, "作废"),
        (PERSON, {"contact": "13900139000"}, "作废"),
        (PERSON, {}, ""),
        (MANDATE, {"at": -100}, ""),
    ],
)
def test_an_approval_that_will_not_hold_is_told(
    tmp_path: Path, approval: str, change: dict[str, str | int], word: str
):
    """It ran out, or covers other contact data: the person hears of it before the run."""
    at = datetime.now(UTC) + timedelta(hours=int(change.get("at", 0)))
    granted = Approval("模拟审批人", approval, "0" * 64, at.isoformat())
    _take_in(tmp_path, State.APPROVED, 1, approval=granted)
    mobile = str(change.get("contact", row(1)["主要联系人手机"]))
    path = write_xlsx(tmp_path / "清单.xlsx", [row(1) | {"主要联系人手机": mobile}])

    work_list = _admit(path)

    assert _told(work_list) == ([("B67", 2, "D")] if word else [])
    assert all(word in one.problem and says_what_to_do(one) for one in work_list.findings)
    assert len(work_list.items) == 1


def test_what_is_done_or_in_doubt_is_told(admitted: Admit, tmp_path: Path):
    """One warning for each kind, with its rows; the list goes on."""
    _take_in(tmp_path, State.CONFIRMED, 1)
    _take_in(tmp_path, State.IN_DOUBT, 3)

    work_list = admitted()

    assert _told(work_list) == [("B69", 2, "D"), ("B69", 4, "D")]
    assert "不会再提交" in work_list.warnings[0].problem
    assert "不用改" in work_list.warnings[0].fix
    assert "请勿手工重复确认" in work_list.warnings[1].fix
    assert len(work_list.items) == 3


def test_a_list_that_is_done_is_told_once(admitted: Admit, tmp_path: Path):
    """Nothing will be submitted, so the wrong list may have been taken."""
    _take_in(tmp_path, State.CONFIRMED, 1, 2, 3)

    work_list = admitted()

    assert _told(work_list) == [("B17", None, "")]
    assert says_what_to_do(work_list.warnings[0])
    assert len(work_list.items) == 3


@pytest.mark.parametrize(
    ("then", "reached", "told"),
    [
        ([row(1), row(3)], State.READY, ["2 张"]),
        ([row(1)], State.READY, ["3 张"]),
        ([row(1), row(3)], State.APPROVED, ["2 张"]),
        ([row(1), row(3)], State.CONFIRMED, ["1 张"]),
        ([row(1), row(2), row(3), row(2) | {"申请编号": "XW9"}], State.READY, []),
        ([row(1), row(3), row(2) | {"申请编号": ""}], State.READY, []),
        ([row(1), row(3), row(2) | {"主要联系人手机": "1"}], State.READY, []),
    ],
    ids=["one", "two", "approved", "confirmed", "none", "all of the enterprise", "with an error"],
)
def test_what_the_list_does_not_name_any_more_is_told(
    tmp_path: Path, then: list[dict[str, str]], reached: State, told: list[str]
):
    """It is still in the ledger, and a run without a list would confirm it."""
    rows = [row(1), row(2), row(3), row(2) | {"申请编号": "XW9"}]
    settings = _settings(tmp_path)
    before = read_work_list(write_xlsx(tmp_path / "清单.xlsx", rows), ORIGIN)
    taken = dispatch(settings, before)
    with opened_ledger(settings) as ledger:
        (second,) = (one for one in taken if one.item.application_no == row(2)["申请编号"])
        if reached is not State.READY:
            _bring(ledger, second.item.reference, reached, None)

    findings = _admit(write_xlsx(tmp_path / "清单.xlsx", then)).findings

    found = [one for one in findings if one.code == "B82"]
    assert [one.problem.split("不再列出 ")[1].split("：")[0] for one in found] == told
    assert all("single-window withdraw" in one.fix for one in found)
