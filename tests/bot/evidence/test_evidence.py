"""The evidence pack: what is kept is sealed, and every later change of it is found."""

import json
import os
import random
import re
import shutil
import stat
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bot.cli.outcome import exit_code
from bot.clock import stamp
from bot.confirmation.stop import Stop
from bot.errors import EvidenceNotKept, NotFit
from bot.evidence.pack import Evidence
from bot.evidence.pack_file import is_personal
from bot.evidence.seal import PRIVATE_KEY, Head, Seal
from bot.evidence.sealing import SealNote
from bot.evidence.verification import verify
from bot.ledger.approval import MANDATE, PERSON, Approval
from bot.ledger.ledger import Ledger
from bot.ledger.states import State
from bot.operations.run import RunOutcome
from tests.bot.archive import SECOND, SNAPSHOT, Archive
from tests.bot.items import ITEM, MAKER

TO_THE_PRESS = (
    State.READY,
    State.AWAITING_APPROVAL,
    State.APPROVED,
    State.INTENT,
    State.PRESSING,
)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """Evidence that nobody touches."""
    return Archive(tmp_path_factory.mktemp("store"))


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """Evidence of one's own."""
    return Archive(tmp_path)


def files(folder: Path) -> list[Path]:
    """Return every file of a folder."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_evidence_verifies_with_the_public_key_alone(original: Archive, tmp_path: Path):
    """Copied elsewhere, with nothing but the public key, all of it and a single pack are whole."""
    elsewhere = shutil.copytree(original.folder, tmp_path / "elsewhere")
    key = shutil.copy(original.key, tmp_path)
    pack = elsewhere / original.pack.relative_to(original.folder)

    everything = verify(elsewhere, Path(key), original.head)
    alone = verify(pack, Path(key))
    enterprise = verify(pack.parent, Path(key))

    assert (everything.findings, everything.packs, everything.files) == ([], 2, 12)
    assert str(everything.head) == original.head
    assert len(everything.fingerprint.split()) == 8
    assert (alone.findings, alone.packs, alone.files) == ([], 1, 6)
    assert (enterprise.findings, enterprise.packs) == ([], 2)


def test_another_key_is_told_in_one_sentence(original: Archive, tmp_path: Path):
    """Whoever takes the wrong one is not told that everything was forged, and no less either."""
    another = Archive(tmp_path).key

    for folder in (original.folder, original.pack):
        (told,) = verify(folder, another).findings
        assert "没有一处签名出自这把公钥" in told


@pytest.mark.parametrize("name", ["evil.txt", "chain/00000001.txt", "chain/00000001.sig.txt"])
def test_what_is_no_part_of_the_evidence_is_told(archive: Archive, name: str):
    """Beside the packs, and beside the seals."""
    (archive.folder / name).write_text("somebody's")

    (told,) = archive.verify().findings

    assert f"多出 {name}" in told


@pytest.mark.parametrize("place", ["..", "chain", "none"])
def test_a_wrong_path_is_no_tampering(original: Archive, place: str):
    """One level too high lie ledger and keys, one too low the seals: no pack is missing there."""
    with pytest.raises(NotFit, match="里没有证据包。请给出"):
        verify(original.folder / place, original.key)


@pytest.mark.parametrize("name", ["page.html", "document-1234567890abcdef.pdf", "before-2.jpg"])
def test_a_pack_without_its_seal_is_no_wrong_path(original: Archive, tmp_path: Path, name: str):
    """Whatever of a pack is left tells that the manifest was taken away."""
    (tmp_path / name).touch()

    (told,) = verify(tmp_path, original.key).findings

    assert told == "manifest.json 或它的签名不见了"


@pytest.mark.parametrize("head", ["1-xx", "x", "1"])
def test_a_head_that_is_none_is_told(original: Archive, head: str):
    """It was not copied whole; that is no sign of a change."""
    with pytest.raises(NotFit, match="不是证据链头"):
        verify(original.folder, original.key, head)


def test_a_head_is_looked_for_in_the_whole_folder_alone(original: Archive):
    """A pack has but one link, told by its number; a head that is given is no sign of a change."""
    alone = verify(original.pack, original.key)

    for folder in (original.pack, original.pack.parent):
        with pytest.raises(NotFit, match="整个证据文件夹才能核对"):
            verify(folder, original.key, original.head)
    assert f"这是 {ITEM.enterprise_name} XW1 的证据包，封存第 1 环" in alone.notes
    assert alone.head is None


def test_a_key_that_is_not_there_is_told(original: Archive, tmp_path: Path):
    """Another thing than a file that holds no key."""
    with pytest.raises(NotFit, match="读不到公钥"):
        verify(original.folder, tmp_path / "none.pem")


def test_the_page_to_file_is_made_of_what_has_an_end(tmp_path: Path):
    """While an item is on its way there is nothing to file; its seals come all the same."""
    store = tmp_path / "store"
    ledger, evidence = Ledger(store / "ledger.sqlite", store / "marker"), Evidence(store / "e")
    ledger.dispatch([ITEM], "list", MAKER)
    pages = []
    for old, new in ((State.READY, State.READY), (State.READY, State.FAILED)):
        ledger.move(ITEM.reference, old, new, MAKER)
        evidence.keep_picture(ITEM, "before", new.encode())
        evidence.seal(ledger.entry(ITEM.reference), ledger.history(ITEM.reference))
        pages.append([path.name for path in evidence.pack(ITEM).glob("*.html")])

    assert pages == [[], ["page.html"]]


def test_nobody_else_may_read_evidence(original: Archive):
    """Every folder is 0700, every file and the private key 0600."""
    folders = [path for path in original.folder.rglob("*") if path.is_dir()]
    private = [*files(original.folder), original.folder.parent / PRIVATE_KEY]

    assert {stat.S_IMODE(path.stat().st_mode) for path in [original.folder, *folders]} == {0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in private} == {0o600}


def _change(archive: Archive) -> None:
    (archive.pack / "before.jpg").write_bytes(b"another picture")


def _delete(archive: Archive) -> None:
    (archive.pack / "snapshot.json").unlink()


def _swap(archive: Archive) -> None:
    one, other = archive.pack, archive.evidence.pack(SECOND)
    one.rename(other.with_name("between"))
    other.rename(one)
    other.with_name("between").rename(other)


def _cut_tail(archive: Archive) -> None:
    for name in files(archive.folder / "chain")[-2:]:
        name.unlink()


def _rewrite_and_rehash(archive: Archive) -> None:
    """Forge the picture, its digest in the seal, and sign with a key of one's own."""
    _change(archive)
    facts = json.loads((archive.pack / "manifest.json").read_bytes())
    facts["files"][0] = facts["files"][0] | {"sha256": "0" * 64}
    content = json.dumps(facts).encode()
    forged = Seal(content, Ed25519PrivateKey.generate().sign(content))
    forged.write(archive.pack / "manifest.json")
    forged.write(archive.folder / "chain" / f"{facts['sequence']:08d}.json")


def _delete_a_pack(archive: Archive) -> None:
    shutil.rmtree(archive.pack)


def _add_a_file(archive: Archive) -> None:
    (archive.pack / "after.jpg").write_bytes(b"never seen")


def _delete_the_chain(archive: Archive) -> None:
    shutil.rmtree(archive.folder / "chain")


TAMPERS = [_change, _delete, _swap, _cut_tail, _rewrite_and_rehash]
TAMPERS += [_delete_a_pack, _add_a_file, _delete_the_chain]


@pytest.mark.parametrize("tamper", TAMPERS)
def test_every_tamper_is_found(archive: Archive, tamper: Callable[[Archive], None]):
    """Changed, deleted, swapped, cut or rewritten: the folder is not whole any more."""
    before = archive.verify()

    tamper(archive)

    assert before.is_whole
    assert not archive.verify().is_whole


def test_a_tail_cut_at_the_end_of_a_run_is_found_by_the_head_of_the_report(archive: Archive):
    """A chain cut back to an earlier end, with its packs, is consistent; the report knows more."""
    earlier = shutil.copytree(archive.folder, archive.folder.with_name("earlier"))
    move = (ITEM.reference, State.NEEDS_PERSON, State.READY, "robot")
    archive.ledger.move(*move)
    archive.evidence.begin()
    archive.seal("XW1")
    head = str(archive.evidence.end())

    assert archive.verify(head).is_whole
    assert verify(earlier, archive.key).is_whole
    assert not verify(earlier, archive.key, head).is_whole


def test_a_tail_that_nobody_asked_about_is_not_told_as_whole(original: Archive):
    """Without the head, the verdict says what it has not looked at; with it there is no more."""
    (note,) = original.verify().notes

    assert note.startswith("没有给出证据链头，没有核对链尾有没有被截去")
    assert original.verify(original.head).notes == []


def test_a_thousand_edits_of_one_byte_are_all_found(original: Archive, tmp_path: Path):
    """Any byte of any file, changed to any other: 1,000 of 1,000."""
    chance = random.Random(20260101)
    folder = shutil.copytree(original.folder, tmp_path / "evidence")
    missed = []

    for _ in range(1_000):
        file = chance.choice(files(folder))
        content = file.read_bytes()
        place = chance.randrange(len(content))
        edited = bytearray(content)
        edited[place] ^= chance.randrange(1, 256)
        file.write_bytes(edited)
        if verify(folder, original.key).is_whole:
            missed.append((file, place))
        file.write_bytes(content)

    assert missed == []
    assert verify(folder, original.key).is_whole


def test_nothing_that_was_kept_is_replaced(archive: Archive):
    """A second picture gets a number of its own; the same one again gets none."""
    for picture in (b"second", b"second", b"third"):
        archive.evidence.keep_picture(ITEM, "before", picture)
    archive.seal("XW1")
    archive.evidence.end()

    kept = [path.name for path in files(archive.pack) if path.suffix == ".jpg"]

    assert kept == ["before-2.jpg", "before-3.jpg", "before.jpg"]
    assert archive.evidence.picture(ITEM, "before").read_bytes() == b"third"
    assert archive.verify().is_whole


def keep_pictures(archive: Archive, stem: str, looks: int) -> str:
    """Keep the pictures of several looks, and return the name of the last."""
    for look in range(looks):
        archive.evidence.keep_picture(ITEM, stem, f"{stem} {look}".encode())
    return archive.evidence.picture(ITEM, stem).name


@pytest.mark.parametrize("looks", [2, 3, 11])
@pytest.mark.parametrize(("stem", "caption"), [("before", "确认前"), ("after", "确认后")])
def test_of_several_looks_before_a_seal_the_page_shows_the_last(
    archive: Archive, stem: str, caption: str, looks: int
):
    """Names sort otherwise, and 保单查询 was late; the page of the results shows the same."""
    last = keep_pictures(archive, stem, looks)
    archive.seal("XW1")
    page = (archive.pack / "page-2.html").read_text(encoding="utf-8")
    (shown,) = re.findall(rf"{caption}的画面（(.+?)）", page)

    assert shown == last
    assert (archive.pack / shown).read_bytes() == f"{stem} {looks - 1}".encode()


def test_a_picture_that_was_cleared_is_not_the_last(archive: Archive):
    """What a page shows is there to be seen."""
    keep_pictures(archive, "after", 2)
    archive.seal("XW1")
    entry, history = archive.ledger.entry(ITEM.reference), archive.ledger.history(ITEM.reference)
    archive.evidence.clear(entry, history, lambda file: is_personal(file.name))
    archive.evidence.keep_picture(ITEM, "before", b"a later look")
    archive.seal("XW1")
    page = (archive.pack / "page-3.html").read_text(encoding="utf-8")

    assert "before-2.jpg）</figcaption>" in page
    assert "</figcaption>" not in page.replace("before-2.jpg）</figcaption>", "")


def test_a_changed_file_is_not_sealed_anew(archive: Archive):
    """A later seal goes by the earlier digest, so it cannot launder what was changed before it."""
    _change(archive)
    archive.evidence.keep_picture(ITEM, "after", b"new")
    archive.seal("XW1")
    archive.evidence.end()

    assert [told for told in archive.verify().findings if "before.jpg" in told]


def test_a_manifest_that_was_forged_is_not_built_upon(archive: Archive):
    """It names another digest for what was changed; nothing is added, so nothing makes it good."""
    _rewrite_and_rehash(archive)

    with pytest.raises(EvidenceNotKept, match="被改动"):
        archive.evidence.keep_picture(ITEM, "after", b"new")


def test_a_chain_whose_end_was_forged_is_not_gone_on_with(archive: Archive):
    """The next run is refused before anything is pressed, and says how to look into it."""
    end = files(archive.folder / "chain")[-2]
    end.write_bytes(end.read_bytes().replace(b'"packs": 2', b'"packs": 1'))

    with pytest.raises(NotFit, match="single-window verify"):
        Evidence(archive.folder).begin()


def test_a_seal_of_something_else_is_no_manifest(archive: Archive):
    """The end of a run is signed too, and says nothing about a pack."""
    Seal.read(archive.folder / "chain" / "00000003.json").write(archive.pack / "manifest.json")

    assert not verify(archive.pack, archive.key).is_whole


def test_a_seal_that_a_kill_left_half_done_is_finished_by_the_next_run(archive: Archive):
    """The chain has the seal and the pack not yet: beginning again copies it, and all is whole."""
    old = Seal.read(archive.pack / "manifest.json")
    archive.evidence.keep_picture(ITEM, "after", b"new")
    archive.seal("XW1")
    old.write(archive.pack / "manifest.json")
    killed = archive.verify()

    again = Evidence(archive.folder)
    again.begin()
    again.end()

    assert not killed.is_whole
    assert archive.verify().is_whole


def test_a_lost_key_is_not_replaced_silently(archive: Archive):
    """Seals of another key would look like a forgery: the run is refused instead."""
    (archive.folder.parent / PRIVATE_KEY).unlink()

    with pytest.raises(NotFit, match="签名私钥"):
        Evidence(archive.folder).begin()


@pytest.mark.skipif(os.name != "posix", reason="the system knows no such modes")
def test_a_key_that_others_can_read_is_refused(archive: Archive):
    """Whoever can read the key can forge."""
    (archive.folder.parent / PRIVATE_KEY).chmod(0o644)

    with pytest.raises(NotFit, match="600"):
        Evidence(archive.folder).begin()


def test_a_full_disk_leaves_no_half_file(archive: Archive, monkeypatch: pytest.MonkeyPatch):
    """What cannot be written is told, nothing of it stays, and no further item is begun."""

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    before = files(archive.folder)

    with pytest.raises(EvidenceNotKept):
        archive.evidence.keep_picture(ITEM, "after", b"new")

    assert files(archive.folder) == before
    assert archive.evidence.is_failing


def test_a_run_with_too_much_evidence_is_told_once(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    """Beyond the budget everything is still kept; the operator is warned to mind the disk."""
    monkeypatch.setattr("bot.evidence.pack.BUDGET", 1 << 20)

    for name in ("after", "later", "last"):
        archive.evidence.keep_picture(ITEM, name, name.encode() * (1 << 18))

    assert [one.message[:12] for one in caplog.records] == ["本次运行的证据已超过 1"]


def test_the_page_shows_no_contact_data_and_runs_nothing(archive: Archive):
    """It is printed and filed: the person is masked, and texts of the portal stay texts."""
    hostile = {**SNAPSHOT, "fields": [["产品名称", "<script>alert(1)</script>"]]}
    archive.evidence.keep_record(ITEM, "snapshot", hostile)
    archive.seal("XW1")
    page = (archive.pack / "page-2.html").read_text(encoding="utf-8")

    assert "138****8000" in page
    assert ITEM.contact.mobile not in page
    assert ITEM.contact.email not in page
    assert ITEM.contact.name not in page
    assert "default-src 'none'" in page
    assert "unsafe" not in page
    assert "<script>" not in page


def test_a_kill_after_the_press_does_not_make_the_page_deny_it(archive: Archive):
    """The ledger tells of the press; its record is not there, and page and verdict say so."""
    archive.move_on(State.NEEDS_PERSON, *TO_THE_PRESS, State.CONFIRMED)
    archive.seal("XW1")
    head = str(archive.evidence.end())
    page = (archive.pack / "page-2.html").read_text(encoding="utf-8")
    verdict = archive.verify(head)

    assert "开始按下；按下的记录没有留下" in page
    assert "没有按下" not in page
    assert "☑ 已认真阅读以上内容并同意" in page
    lacking = "按下的记录、“保单查询”所见、确认后的画面"
    assert (verdict.findings, verdict.notes) == (
        [],
        [f"{ITEM.uscc}/XW1 封存时就缺少{lacking}：程序曾被中断，或磁盘写不进去"],
    )


def test_the_page_says_who_pressed_and_how_it_was_sent_in_plain_chinese(archive: Archive):
    """The program pressed, on a person's approval, which names the account it was given from."""
    approval = asdict(Approval("模拟审批人", PERSON, "00", stamp(datetime.now(UTC))["utc"], "boss"))
    archive.move_on(State.NEEDS_PERSON, *TO_THE_PRESS[:2])
    archive.ledger.move(ITEM.reference, *TO_THE_PRESS[1:3], "模拟审批人", approval=approval)
    archive.move_on(*TO_THE_PRESS[2:4])
    archive.ledger.move(ITEM.reference, *TO_THE_PRESS[3:], "模拟审批人")
    archive.move_on(State.PRESSING, State.CONFIRMED)
    archive.seal("XW1")
    page = (archive.pack / "page-2.html").read_text(encoding="utf-8")

    assert "<td>正在确认</td><td>程序（依据 模拟审批人 的批准）</td>" in page
    assert "<td>已授权</td><td>模拟审批人</td>" in page
    assert "<td>已确认</td><td>程序</td>" in page
    assert "模拟审批人（逐件批准，系统账号 boss），北京时间" in page
    assert "<td>由程序发送，只发一次</td>" in page
    assert "robot" not in page
    assert "guarded" not in page


@pytest.mark.parametrize("operator", [{"operator": ""}, {}])
def test_an_approval_that_names_no_account_is_shown_without(
    archive: Archive, operator: dict[str, str]
):
    """A mandate has none, and an older program kept none."""
    approval = {
        "by": "模拟签字人",
        "ground": MANDATE,
        "digest": "00",
        "at": "2026-01-01T00:00:00+00:00",
    }
    archive.move_on(State.NEEDS_PERSON, *TO_THE_PRESS[:2])
    archive.ledger.move(ITEM.reference, *TO_THE_PRESS[1:3], "robot", approval=approval | operator)
    archive.move_on(State.APPROVED, State.FAILED)
    archive.seal("XW1")
    page = (archive.pack / "page-2.html").read_text(encoding="utf-8")

    assert "模拟签字人（授权委托），北京时间 2026-01-01 08:00:00" in page


def test_the_record_of_an_earlier_press_is_not_taken_for_that_of_the_last(archive: Archive):
    """The first press was recorded; a kill left nothing of the second."""
    earlier = datetime.now(UTC) - timedelta(minutes=5)
    facts = {"pressed_at": stamp(earlier), "outcome": "not_sent", "words": "", "dialogs": []}
    archive.evidence.keep_record(ITEM, "press", facts)
    archive.move_on(State.NEEDS_PERSON, *TO_THE_PRESS, State.FAILED, *TO_THE_PRESS, State.IN_DOUBT)
    archive.seal("XW1")
    page = (archive.pack / "page-2.html").read_text(encoding="utf-8")

    assert "开始按下；按下的记录没有留下" in page
    assert "没有发出" not in page


@pytest.mark.parametrize(
    ("lacking", "stopped", "code"),
    [((), None, 0), (("XW1",), None, 1), (("XW1",), Stop.STORAGE, 3)],
)
def test_missing_evidence_is_no_success(
    archive: Archive, lacking: tuple[str, ...], stopped: Stop | None, code: int
):
    """All is confirmed, and the exit code says all the same that evidence is not whole."""
    note = SealNote(archive.folder, Head(1, "00"), archive.key, lacking)
    outcome = RunOutcome([], [], [], 0, stopped, (), note)

    assert exit_code(outcome, is_whole=True, is_rehearsal=False) == code
