"""Data of people: found, handed out, and erased, with the chain of evidence still whole."""

import json
import stat
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.confirmation.inspection import Inspection
from bot.errors import BusinessException
from bot.evidence.pack import Evidence
from bot.evidence.seal import PUBLIC_KEY
from bot.evidence.sealing import sealed
from bot.evidence.verification import verify
from bot.ledger.opening import opened_ledger
from bot.ledger.states import State
from bot.operations import personal_data
from bot.settings import Settings
from bot.work_item import WorkItem
from pages.models import Contact, Document
from tests.bot.archive import SNAPSHOT, Archive
from tests.bot.items import ITEM, MAKER, bring_to

OTHER = Contact("另一联系人", "0755-12345678", "13900139000", "other@example.com")
LATER = datetime.now(UTC) + timedelta(days=1)
REQUEST = replace(ITEM, application_no="", row=9)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The settings of a store with two sealed packs and a row that asks for what is pending."""
    settings = Settings(data_dir=tmp_path / "data")
    settings.store.mkdir(parents=True)
    archive = Archive(settings.store)
    archive.ledger.dispatch([REQUEST], "list", MAKER)
    archive.ledger.close()
    (settings.store / "marker").rename(settings.ledger_marker)
    return settings


def traces(settings: Settings, text: str) -> list[str]:
    """Return the files of the store that hold this text."""
    files = [path for path in settings.store.rglob("*") if path.is_file()]
    return sorted(path.name for path in files if text.encode() in path.read_bytes())


def test_purge_leaves_nothing_of_a_person_and_the_chain_whole(settings: Settings):
    """No file of the store, the database included, holds the number; verify counts what is gone."""
    before = traces(settings, ITEM.contact.mobile)

    erased = personal_data.purge(settings, LATER)
    again = personal_data.purge(settings, LATER)
    verdict = verify(settings.evidence, settings.store / PUBLIC_KEY)

    assert "contact.json" in before
    assert (erased.items, erased.files, again) == (2, 4, personal_data.Erased(0, 0))
    for detail in (ITEM.contact.mobile, ITEM.contact.email, ITEM.contact.phone):
        assert traces(settings, detail) == []
    assert not list(settings.evidence.rglob("before.jpg"))
    assert (verdict.findings, verdict.cleared) == ([], 4)


def test_purge_keeps_what_is_younger(settings: Settings):
    """What has changed since the limit stays as it is, the canary's pictures included."""
    walk = settings.store / "canary" / "20260101-093000"
    walk.mkdir(parents=True)
    (walk / "处理.jpg").write_bytes(b"picture")

    erased = personal_data.purge(settings, datetime.now(UTC) - timedelta(days=1))
    was_kept = walk.exists()
    personal_data.purge(settings, LATER)

    assert erased == personal_data.Erased(0, 0)
    assert (was_kept, walk.exists()) == (True, False)


def test_purge_keeps_what_is_still_to_be_confirmed(settings: Settings):
    """Without its contact data nothing could be typed any more."""
    with opened_ledger(settings) as ledger:
        ledger.move(ITEM.reference, State.NEEDS_PERSON, State.READY, MAKER)

    assert personal_data.purge(settings, LATER).items == 1
    with opened_ledger(settings) as ledger:
        assert ledger.entry(ITEM.reference).item.contact == ITEM.contact


def test_purge_keeps_what_no_list_brings_again_until_it_is_answered(settings: Settings):
    """What is pending of this enterprise is still to be typed; afterwards nobody needs it."""
    with opened_ledger(settings) as ledger:
        ledger.ask([REQUEST])

    personal_data.purge(settings, LATER)
    with opened_ledger(settings) as ledger:
        kept = [one.item.contact for one in ledger.requests("")]
        ledger.note(REQUEST, "", "待确认中有 1 张保单", "")
    personal_data.purge(settings, LATER)

    assert kept == [ITEM.contact]
    assert personal_data.find(settings, ITEM.contact.mobile) == []


def test_purge_takes_what_a_list_has_brought_for_another_round(settings: Settings):
    """And what was erased of a policy that is confirmed is not taken in again every night."""
    with opened_ledger(settings) as ledger:
        ledger.move(ITEM.reference, State.NEEDS_PERSON, State.READY, MAKER)
        bring_to(ledger, State.CONFIRMED)
        ledger.dispatch([replace(ITEM, contact=OTHER)], "list", MAKER)
        brought = ledger.entry(ITEM.reference).brought
    personal_data.purge(settings, LATER)
    with opened_ledger(settings) as ledger:
        ledger.dispatch([replace(ITEM, contact=OTHER)], "list", MAKER)

    assert brought.contact == OTHER
    assert personal_data.find(settings, OTHER.mobile) == []
    assert personal_data.purge(settings, LATER).items == 0


def test_delete_leaves_the_requests_of_others(settings: Settings):
    """A row that names somebody else is still asked for."""
    with opened_ledger(settings) as ledger:
        ledger.ask([REQUEST, replace(REQUEST, row=10, contact=OTHER)])

    personal_data.delete(settings, ITEM.contact.mobile)

    with opened_ledger(settings) as ledger:
        contacts = [one.item.contact for one in ledger.requests("")]
    assert contacts == [Contact("", "", "", ""), OTHER]


def test_a_cleared_file_that_comes_back_is_found(settings: Settings):
    """The seal says that it was cleared; a copy put back is not what was sealed last."""
    personal_data.purge(settings, LATER)
    (settings.evidence / ITEM.uscc / "XW1" / "before.jpg").write_bytes(b"before XW1")

    assert not verify(settings.evidence, settings.store / PUBLIC_KEY).is_whole


@pytest.mark.parametrize("detail", ["name", "phone", "mobile", "email"])
def test_a_person_is_found_by_any_detail_and_by_nothing_less(settings: Settings, detail: str):
    """The whole of a detail finds the person everywhere; a part of it finds nobody."""
    value = getattr(ITEM.contact, detail)

    found = personal_data.find(settings, f" {value.upper()} ")
    numbers = [one.application_no for one in found]

    assert numbers == ["", "XW1", "XW2"]
    assert personal_data.find(settings, value[:-1]) == []
    assert personal_data.find(settings, "") == []


def test_export_hands_out_everything_in_a_private_file(settings: Settings, tmp_path: Path):
    """All places with all that is held there, for nobody else to read."""
    file = tmp_path / "资料.json"

    personal_data.export(settings, ITEM.contact.mobile, file)
    told = json.loads(file.read_text(encoding="utf-8"))

    assert [one["contacts"][0]["email"] for one in told] == [ITEM.contact.email] * 3
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_export_of_nobody_writes_no_file(settings: Settings, tmp_path: Path):
    """An empty file would look like an answer."""
    file = tmp_path / "资料.json"

    assert personal_data.export(settings, "nobody@example.com", file) == []
    assert not file.exists()


def test_delete_of_nobody_is_no_success(settings: Settings):
    """A slip of the pen clears nothing, and the ledger that was looked at is named."""
    words = ["delete", "13800000000", "--yes", "--data-dir", str(settings.data_dir)]
    ended = CliRunner().invoke(app, words)

    assert ended.exit_code == 1
    assert f"没有这个联系人的资料（台账 {settings.ledger_file}）" in ended.stdout


def test_namesakes_are_told_apart_before_they_are_deleted(settings: Settings):
    """What is listed shows enough of each contact, and no more."""
    words = ["delete", ITEM.contact.name, "--data-dir", str(settings.data_dir)]
    ended = CliRunner().invoke(app, words)

    assert "138****8000" in ended.stdout
    assert ITEM.contact.mobile not in ended.stdout


def test_delete_takes_one_person_and_leaves_the_others(settings: Settings):
    """Another person's items keep their data; whoever was typed before is found in the pack."""
    third = replace(ITEM, application_no="XW3", contact=OTHER)
    with opened_ledger(settings) as ledger:
        ledger.dispatch([third, replace(ITEM, contact=OTHER)], "list", MAKER)

    erased = personal_data.delete(settings, ITEM.contact.mobile)

    assert (erased.items, erased.files) == (2, 4)
    assert traces(settings, ITEM.contact.mobile) == []
    with opened_ledger(settings) as ledger:
        assert ledger.entry(third.reference).item.contact == OTHER


def test_nothing_is_typed_for_a_person_who_was_erased(settings: Settings):
    """The item waits for its list, which brings the contact data again."""
    personal_data.purge(settings, LATER)
    with opened_ledger(settings) as ledger:
        inspection = Inspection(settings, ledger, DirectSessions(), Evidence(settings.evidence))
        with pytest.raises(BusinessException, match="联系方式已从台账清除"):
            inspection.inspect(ledger.entry(ITEM.reference))

        ledger.dispatch([ITEM, REQUEST], "list", MAKER)

        assert ledger.entry(ITEM.reference).item.contact == ITEM.contact
        assert ledger.requests("list")[0].item.contact == ITEM.contact
        assert ledger.entry(ITEM.reference).state is State.READY


class DirectSessions:
    """Sessions that act at once, on no portal."""

    def do(self, _, act):
        """Act without a session."""
        return act(None)


def test_the_audit_tells_that_data_were_erased(settings: Settings):
    """When, and by whom; the state is as it was."""
    personal_data.purge(settings, LATER)
    with opened_ledger(settings) as ledger:
        last = ledger.history(ITEM.reference).moves[-1]

    state = State.NEEDS_PERSON
    assert (last.old, last.new, last.by) == (state, state, settings.operator)
    assert last.detail == {"contact": "已清除"}


SAID = {
    "as typed": ITEM.contact.mobile,
    "with blanks": "138 0013 8000",
    "with the country": "+86-13800138000",
    "escaped": r"\u6a21\u62df\u8054\u7cfb\u4eba",
    "as HTML": "contact&#64;example.com",
}
each_spelling = pytest.mark.parametrize("said", SAID.values(), ids=SAID)


@each_spelling
def test_words_of_the_portal_are_kept_masked(settings: Settings, said: str):
    """Whatever record they come in; only what is cleared in time names the person."""
    words = {"words": f"主要联系人{said}不符", "dialogs": [said], "records": [{"opinion": said}]}
    evidence = Evidence(settings.evidence)
    for name in ("press", "look", "record", "environment"):
        evidence.keep_record(ITEM, name, words)

    assert set(traces(settings, said)) <= {"contact.json", "ledger.sqlite", "ledger.sqlite-wal"}
    assert personal_data.find(settings, ITEM.contact.mobile)[1].files == ()


@each_spelling
@pytest.mark.parametrize("act", ["purge", "delete"])
def test_words_of_an_older_pack_are_cleared(settings: Settings, said: str, act: str):
    """Each file that repeats the person counts as personal, and the seal says what was cleared."""
    told = write_unmasked(settings, said)
    before = [one.files for one in personal_data.find(settings, ITEM.contact.mobile)]

    if act == "purge":
        personal_data.purge(settings, LATER)
    else:
        personal_data.delete(settings, ITEM.contact.mobile)
    verdict = verify(settings.evidence, settings.store / PUBLIC_KEY)

    names = tuple(sorted(file.name for file in told))
    assert before[1] == (names if "138" in said else ())
    assert [file for file in told if file.exists()] == []
    assert traces(settings, said) == []
    assert (verdict.findings, verdict.cleared) == ([], 6)
    assert personal_data.find(settings, ITEM.contact.mobile) == []


def test_words_are_found_after_the_contact_is_gone(settings: Settings):
    """Who was deleted before is in the ledger no more, and still named in words; export tells."""
    personal_data.delete(settings, ITEM.contact.mobile)
    told = write_unmasked(settings, "13800138000")

    (held,) = personal_data.find(settings, "13800138000")
    erased = personal_data.delete(settings, "13800138000")

    assert (held.contacts, set(held.files)) == ((), {file.name for file in told})
    assert erased == personal_data.Erased(items=0, files=2)
    assert personal_data.find(settings, "13800138000") == []


def test_words_about_one_person_leave_the_data_of_the_other(settings: Settings):
    """Only the file goes that names who is deleted."""
    with opened_ledger(settings) as ledger:
        ledger.dispatch([replace(ITEM, application_no="XW3", contact=OTHER)], "list", MAKER)
    write_unmasked(settings, OTHER.mobile)

    personal_data.delete(settings, OTHER.mobile)

    assert traces(settings, OTHER.mobile) == []
    assert "contact.json" in traces(settings, ITEM.contact.mobile)


@pytest.mark.parametrize("word", ["保单", "linux", "第一条", "13", ""])
def test_a_word_of_every_page_deletes_nothing(settings: Settings, word: str):
    """A slip of the pen is no person."""
    assert personal_data.find(settings, word) == []
    assert personal_data.delete(settings, word) == personal_data.Erased(0, 0)


@pytest.mark.parametrize("said", ["13800138000", "+86 138-0013-8000", "contact@example.com"])
@pytest.mark.parametrize("act", ["purge", "delete"])
def test_a_document_is_kept_as_the_portal_gave_it(settings: Settings, said: str, act: str):
    """Its bytes may hold the number; the page of an approval shows it, and the digest covers it."""
    content = b"%PDF-1.7 " + said.encode()
    document = Document("单证", content)
    with opened_ledger(settings) as ledger:
        evidence = Evidence(settings.evidence)
        evidence.begin()
        evidence.keep_document(ITEM, document)
        evidence.seal(ledger.entry(ITEM.reference), ledger.history(ITEM.reference))
        evidence.end()

    found = [one.files for one in personal_data.find(settings, ITEM.contact.mobile)]
    if act == "purge":
        personal_data.purge(settings, LATER)
    else:
        personal_data.delete(settings, ITEM.contact.mobile)
        personal_data.delete(settings, said)  # nobody's contact any more, only looked for in words
    verdict = verify(settings.evidence, settings.store / PUBLIC_KEY)

    assert {*found} == {()}
    assert Evidence(settings.evidence).document(ITEM, document.sha256) == content
    assert verdict.findings == []


@pytest.mark.parametrize("act", ["purge", "delete", "find"])
def test_the_contacts_of_a_pack_are_read_once(
    settings: Settings, act: str, monkeypatch: pytest.MonkeyPatch
):
    """However many packs there are, a deletion that a person waits for ends."""
    read = Counter[str]()
    real = Evidence.contacts

    def contacts(self: Evidence, item: WorkItem) -> list[Contact]:
        read[item.reference] += 1
        return real(self, item)

    monkeypatch.setattr(Evidence, "contacts", contacts)
    if act == "purge":
        personal_data.purge(settings, LATER)
    else:
        getattr(personal_data, act)(settings, ITEM.contact.mobile)

    assert read
    assert set(read.values()) == {1}


def write_unmasked(settings: Settings, said: str) -> list[Path]:
    """Seal words as an older version wrote them into a pack; return where they lie."""
    pack = settings.evidence / ITEM.uscc / "XW1"
    files = [pack / "look-7.json", pack / "page-7.html"]
    for file in files:
        file.write_text(json.dumps({"words": said}, ensure_ascii=False), encoding="utf-8")
    with opened_ledger(settings) as ledger:
        evidence = Evidence(settings.evidence)
        evidence.begin()
        evidence.seal(ledger.entry(ITEM.reference), ledger.history(ITEM.reference))
        evidence.end()
    return files


def test_form_that_repeats_the_contact_is_forgotten_too(settings: Settings):
    """The ledger's own copy of the form, and its explanation, name nobody after a purge."""
    seen = SNAPSHOT | {"fields": [["联系人", "138 0013 8000"], ["企业名称", ITEM.enterprise_name]]}
    with opened_ledger(settings) as ledger:
        ledger.move(ITEM.reference, State.NEEDS_PERSON, State.READY, MAKER)
        told = {"explanation": "门户提示：13800138000 不符", "snapshot": seen}
        ledger.move(ITEM.reference, State.READY, State.NEEDS_PERSON, "robot", **told)
    personal_data.purge(settings, LATER)

    with opened_ledger(settings) as ledger:
        entry = ledger.entry(ITEM.reference)
    assert entry.seen.fields == (("联系人", "138****8000"), ("企业名称", ITEM.enterprise_name))
    assert entry.explanation == "门户提示：138****8000 不符"


def test_form_that_repeats_the_contact_is_kept_exact_and_shown_masked(settings: Settings):
    """What was approved must have its digest; nobody needs to read the number on the page."""
    seen = SNAPSHOT | {"fields": [["联系电话", "+86 138-0013-8000"]]}
    pack = settings.evidence / ITEM.uscc / "XW1"
    with opened_ledger(settings) as ledger, sealed(settings, ledger) as evidence:
        evidence.keep_record(ITEM, "snapshot", seen)
        evidence.seal(ledger.entry(ITEM.reference), ledger.history(ITEM.reference))
    exact = json.loads((pack / "snapshot-2.json").read_bytes())
    page = (pack / "page-2.html").read_text(encoding="utf-8")
    personal_data.purge(settings, LATER)

    assert exact["fields"] == seen["fields"]
    assert "138****8000" in page
    assert "0013-8000" not in page
    assert traces(settings, "138-0013-8000") == []
    assert verify(settings.evidence, settings.store / PUBLIC_KEY).is_whole
