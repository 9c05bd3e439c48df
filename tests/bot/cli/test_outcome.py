"""What a run came to, and what it leaves; nothing is worked off here."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app, intake, run
from bot.confirmation import engine
from bot.credentials.passwords import Passwords
from bot.evidence.seal import PUBLIC_KEY
from bot.evidence.sealing import sealed
from bot.evidence.verification import verify
from bot.ledger.opening import opened_ledger
from bot.ledger.states import State
from bot.operations.job import Job
from bot.operations.leaks import quarantined_leaks
from bot.secret_scan import tokens
from bot.settings import Settings
from bot.work_list.file import digest_of
from bot.work_list.reading import WorkList
from pages.models import Secret
from tests.bot.items import ITEM, MAKER, bring_to
from tests.bot.lists import ORIGIN, uscc

DONE_ITEM = replace(ITEM, uscc=uscc(2), application_no="XW2")

REMARK = "geheim-0815"


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    """A run of a list whose only policy is confirmed already."""
    settings = Settings(data_dir=tmp_path / "data", portal_url=ORIGIN)
    file = tmp_path / "list.csv"
    file.write_text("as it was read", encoding="utf-8")
    listed = WorkList(file, digest_of(file), "", (DONE_ITEM,), (), (), {})
    with opened_ledger(settings) as ledger:
        ledger.dispatch(listed.items, listed.digest, MAKER)
        ledger.move(DONE_ITEM.reference, State.READY, State.ALREADY_CONFIRMED, MAKER)
    job = Job(settings, Passwords(settings, {}), listed)
    monkeypatch.setattr(engine, "run", lambda *_: None)
    for command in (run, intake):
        monkeypatch.setattr(command, "prepared", lambda *_, **__: job)
    return job


def call(*words: str) -> Result:
    """Run `single-window`."""
    return CliRunner().invoke(app, words)


@pytest.mark.parametrize("command", ["run", "follow-up"])
@pytest.mark.parametrize("state", [State.PRESSING, State.IN_DOUBT])
def test_what_another_list_has_left_in_doubt_is_named_each_time(
    job: Job, command: str, state: State
):
    """Else a schedule that runs the next list with --quiet would never tell of it."""
    with opened_ledger(job.settings) as ledger:
        ledger.dispatch([ITEM], "another list", MAKER)
        bring_to(ledger, state)

    quiet = call(command, "list.csv", "--quiet")
    data = json.loads(call(command, "list.csv", "--json").stdout)

    assert quiet.exit_code == 1
    assert f"另有 1 张结果待核实，属于别的清单：{ITEM.enterprise_name} XW1" in quiet.stdout
    assert "single-window follow-up" in quiet.stdout
    assert [one["application_no"] for one in data["elsewhere"]] == ["XW1"]


def test_nothing_is_told_where_no_list_has_left_a_doubt(job: Job):
    """With --quiet, silence and a 0 mean that all is done."""
    with opened_ledger(job.settings) as ledger:
        ledger.dispatch([ITEM], "another list", MAKER)

    quiet = call("run", "list.csv", "--quiet")

    assert (quiet.exit_code, quiet.stdout) == (0, "")


def look_for(job: Job, password: str) -> tuple[list[str], list[str]]:
    """Keep and seal all of the item, as a run would; return what leaks, and what verify finds."""
    with opened_ledger(job.settings) as ledger:
        ledger.dispatch([ITEM], "list", MAKER)
        with sealed(job.settings, ledger) as evidence:
            seen = {"组织机构代码": ITEM.uscc[8:17], "备注": REMARK}
            evidence.keep_record(ITEM, "snapshot", asdict(ITEM) | seen)
        job.passwords.remember(Secret(password))
        leaks = quarantined_leaks(job, ledger, ())
    found = verify(job.settings.evidence, job.settings.store / PUBLIC_KEY).findings
    return [file.name for file in leaks], found


@pytest.mark.parametrize(
    "password",
    [
        *(ITEM.uscc, ITEM.uscc[8:17], ITEM.uscc[-8:], ITEM.account, ITEM.enterprise_name),
        *(ITEM.contact.name, ITEM.contact.phone, ITEM.contact.mobile, ITEM.contact.email),
    ],
)
def test_a_password_that_is_a_datum_takes_no_evidence_apart(
    job: Job, caplog: pytest.LogCaptureFixture, password: str
):
    """Evidence holds it by right; whose it is is told, and never which."""
    leaks, found = look_for(job, password)
    told = caplog.text.replace(ITEM.enterprise_name, "", 1)

    assert (leaks, found) == ([], [])
    assert ITEM.enterprise_name in caplog.text
    assert "请到门户改掉这个密码" in told
    assert password not in told


def test_a_password_that_is_no_datum_is_told(job: Job):
    """It stands in the evidence by mistake; what is sealed stays, and stays provable."""
    leaks, found = look_for(job, REMARK)

    assert (leaks, found) == (["snapshot.json"], [])


def test_what_is_not_sealed_is_put_away(job: Job):
    """A file that a kill or a full disk has kept out of the seal can go without a trace."""
    with opened_ledger(job.settings) as ledger:
        ledger.dispatch([ITEM], "list", MAKER)
        with sealed(job.settings, ledger) as evidence:
            evidence.keep_record(ITEM, "snapshot", {"备注": REMARK})
        evidence.keep_record(ITEM, "snapshot", {"备注": f"又是 {REMARK}"})
        job.passwords.remember(Secret(REMARK))
        leaks = quarantined_leaks(job, ledger, ())
    left = [file.name for file in evidence.pack(ITEM).iterdir()]
    put_away = [file.name for file in job.settings.store.rglob("quarantine/*/*")]

    assert {file.name for file in leaks} == {"snapshot.json", "snapshot-2.json"}
    assert ("snapshot.json" in left, "snapshot-2.json" in left) == (True, False)
    assert [name.partition("-")[2] for name in put_away] == ["snapshot-2.json"]


@pytest.mark.parametrize("damage", ["{", "[]", '{"files": 1}', '{"files": [{}]}'])
def test_nothing_is_moved_beside_a_damaged_seal(job: Job, damage: str):
    """Whoever looks into it finds everything where it was."""
    with opened_ledger(job.settings) as ledger:
        ledger.dispatch([ITEM], "list", MAKER)
        with sealed(job.settings, ledger) as evidence:
            evidence.keep_record(ITEM, "snapshot", {"备注": REMARK})
        (evidence.pack(ITEM) / "manifest.json").write_text(damage)
        job.passwords.remember(Secret(REMARK))
        quarantined_leaks(job, ledger, ())

    assert (evidence.pack(ITEM) / "snapshot.json").exists()


@pytest.mark.parametrize("words", ["zh-CN", "guangdong", "linux", "mock portal"])
def test_ordinary_cookie_takes_no_evidence_apart(job: Job, words: str):
    """A portal may hide a language or a region from scripts; records hold the same word."""
    cookie = {"name": "lang", "value": words, "httpOnly": True}
    job.passwords.remember(*tokens([cookie]))
    with opened_ledger(job.settings) as ledger:
        ledger.dispatch([ITEM], "list", MAKER)
        with sealed(job.settings, ledger) as evidence:
            evidence.keep_record(ITEM, "environment", {"edition": words, "lang": words})
        leaks = quarantined_leaks(job, ledger, ())

    assert leaks == ()
