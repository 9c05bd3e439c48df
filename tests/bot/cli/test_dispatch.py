"""`single-window dispatch` as an operator types it; no browser and no portal is needed."""

import json
from io import StringIO
from pathlib import Path

import pytest
from click.testing import Result
from rich.console import Console
from typer.testing import CliRunner

from bot.cli import app, intake
from bot.credentials.passwords import ENVIRONMENT_PREFIX
from bot.ledger.opening import opened_ledger
from bot.ledger.states import State
from bot.settings import load_settings
from tests.bot.homes import write_settings
from tests.bot.lists import ENTERPRISE, row, uscc, write_xlsx

CONTACT = {
    "主要联系人姓名": "模拟某某人",
    "主要联系人电话": "020-87651234",
    "主要联系人手机": "13812345678",
    "主要联系人邮箱": "somebody@example.com",
    "备注": "模拟的备注",
}
SPOILT = {
    "主要联系人姓名": "12345678901",
    "主要联系人电话": "020-87651234-801",
    "主要联系人手机": "138123456789",
    "主要联系人邮箱": "somebody@example.com.",
    "备注": "模拟的备注\n第二行",
}


@pytest.fixture(autouse=True)
def _at_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator's folder."""
    monkeypatch.chdir(tmp_path)
    _set("")


def _set(text: str) -> None:
    write_settings(Path(), f'data_dir = "data"\n{text}')


def _dispatch(*words: str) -> Result:
    # each command takes its passwords out of the environment
    environment = {ENVIRONMENT_PREFIX + uscc(1): "Mock-1"}
    return CliRunner().invoke(app, ["dispatch", *words], env=environment)


def test_a_bad_list_is_told_to_machines_with_every_place():
    """JSON has code, rule, sheet, row, column, masked value, trouble and remedy of each finding."""
    write_xlsx(Path("清单.xlsx"), [row(1) | {"主要联系人手机": "138123456789"}, row(2)])

    ended = _dispatch("清单.xlsx", "--json")
    told = json.loads(ended.stdout)

    assert ended.exit_code == 2
    assert told["marked_copy"] == "清单-问题.xlsx"
    assert [(one["code"], one["row"], one["column"]) for one in told["findings"]] == [
        ("B52", 2, "G"),
        ("B65", 3, "C"),
    ]
    assert told["findings"][0] == {
        "rule": "不是有效的手机号码",
        "code": "B52",
        "sheet": "Sheet",
        "row": 2,
        "column": "G",
        "heading": "主要联系人手机",
        "value": "138****6789",
        "problem": "不是有效的手机号码",
        "fix": "请填写 11 位数字，不带 +86、空格、短横和小数点",
        "is_warning": False,
        "also": [],
    }
    assert not Path("data").exists()


@pytest.mark.parametrize("words", [(), ("--json",), ("--accept-valid",)])
@pytest.mark.parametrize("contact", [CONTACT, SPOILT])
def test_contact_data_are_masked_wherever_they_are_shown(
    contact: dict[str, str], words: tuple[str, ...]
):
    """Neither a good row nor a spoilt one shows them in clear, to people or machines."""
    write_xlsx(Path("清单.xlsx"), [row(1), row(1) | contact])

    ended = _dispatch("清单.xlsx", *words)
    shown = ended.output

    assert shown
    assert [text for text in contact.values() if text in shown] == []


def test_a_person_at_the_terminal_sees_a_table(monkeypatch: pytest.MonkeyPatch):
    """Every finding is a row of it; what does not fit is counted."""
    screen = StringIO()
    monkeypatch.setattr(
        intake, "err", Console(file=screen, force_terminal=True, width=400, color_system=None)
    )
    same = {"企业名称": "模拟" * 99, "主要联系人手机": "x"}
    write_xlsx(
        Path("清单.xlsx"),
        [row(1) | same, row(1) | same, *(row(n) | {"备注": "模" * (98 + n)} for n in range(3, 73))],
    )

    ended = _dispatch("清单.xlsx")
    shown = screen.getvalue()

    assert ended.exit_code == 2
    assert all(heading in shown for heading in intake.FINDINGS)
    assert "第 2、3 行 G 列「主要联系人手机」" in shown  # what is the same is told once
    assert (shown.count("B52"), shown.count("B57"), shown.count("B59")) == (1, 1, 58)
    assert "另有 83 处没有显示" in shown  # B59 12, B61 1, B65 70
    assert "清单-问题.xlsx" in shown


def test_good_rows_go_on_where_that_is_accepted():
    """The bad row is told and marked; the good one is in the ledger."""
    write_xlsx(Path("清单.xlsx"), [row(1), row(2)])

    ended = _dispatch("清单.xlsx", "--accept-valid", "--json")
    told = json.loads(ended.stdout)

    assert ended.exit_code == 1  # a person must see to the bad one
    assert [item["application_no"] for item in told["items"]] == [row(1)["申请编号"]]
    assert [finding["code"] for finding in told["findings"]] == ["B65"]
    assert Path("清单-问题.xlsx").exists()


def test_a_template_is_written_and_never_over_something():
    """The operator learns where it lies and what comes next."""
    first, again = _dispatch("--template", "空.xlsx"), _dispatch("--template", "空.xlsx")
    unfilled = _dispatch("空.xlsx")

    assert (first.exit_code, again.exit_code, unfilled.exit_code) == (0, 2, 2)
    assert "模板：空.xlsx" in first.stdout
    assert "已经存在" in again.stderr
    assert "模板还没有填写" in unfilled.stderr
    assert _dispatch("--template", "空.csv").exit_code == 2


@pytest.mark.parametrize(
    "words", [(), ("清单.xlsx", "--from-pending"), ("--template", "a.xlsx", "b")]
)
def test_there_is_one_source_of_work(words: tuple[str, ...]):
    """No source, or two of them, is wrong usage."""
    ended = _dispatch(*words)

    assert ended.exit_code == 2
    assert "中的一个" in ended.stderr


def test_enterprises_of_the_settings_become_requests():
    """The last dispatch counts: who is no longer in the settings is no longer asked for."""
    other = ENTERPRISE.replace(uscc(1), uscc(2)).replace("0001", "0002")
    _set(ENTERPRISE + other)
    _dispatch("--from-pending")
    _set(other)

    ended = _dispatch("--from-pending")
    with opened_ledger(load_settings(Path())) as ledger:
        (request,) = ledger.requests()
        entries = ledger.entries()

    assert ended.exit_code == 0
    assert "模拟出口企业0002有限公司：全部待确认保单" in ended.stdout
    assert request.item.uscc == uscc(2)
    assert request.item.asks_for_all
    assert entries == []


def test_an_answered_request_is_not_asked_again():
    """One that failed is asked again; a new dispatch asks anew."""
    _set(ENTERPRISE)
    _dispatch("--from-pending")
    with opened_ledger(load_settings(Path())) as ledger:
        (request,) = ledger.requests()
        ledger.note(request.item, "", "登录失败", "请再运行一次")
        failed = ledger.requests()
        ledger.note(request.item, "", "待确认中有 0 张保单", "")
        answered = ledger.requests()

    _dispatch("--from-pending")
    with opened_ledger(load_settings(Path())) as ledger:
        asked_anew = ledger.requests()

    assert (len(failed), answered, len(asked_anew)) == (1, [], 1)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "enterprises"),
        (ENTERPRISE.replace(uscc(1), uscc(1)[:-1]), "B44"),
        (ENTERPRISE.replace("13800138000", "020-87654321"), "B54"),
        (ENTERPRISE.replace("020-87654321", "8765"), "B55"),
        (ENTERPRISE.replace("a@example.com", "a@"), "B56"),
        (ENTERPRISE * 2, "写了两次"),
    ],
)
def test_enterprises_of_the_settings_keep_the_rules_of_a_list(text: str, named: str):
    """One sentence names what is wrong, by the same codes."""
    _set(text)

    ended = _dispatch("--from-pending")

    assert ended.exit_code == 4
    assert named in ended.stderr
    assert not Path("data").exists()


def test_a_list_that_is_done_is_not_done_again():
    """The operator hears it before any browser starts."""
    write_xlsx(Path("清单.xlsx"), [row(1)])
    _dispatch("清单.xlsx")
    with opened_ledger(load_settings(Path())) as ledger:
        reference = ledger.entries()[0].item.reference
        ledger.move(reference, State.READY, State.ALREADY_CONFIRMED, "robot")

    ended = _dispatch("清单.xlsx")

    assert ended.exit_code == 0
    assert " | B17 | " in ended.stderr
