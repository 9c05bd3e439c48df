"""The marker remembers the last row of the audit: an older ledger does not undo it."""

import json
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from bot.confirmation.withdrawal import withdraw
from bot.errors import NotFit
from bot.ledger.approval import PERSON, REJECTED, Approval
from bot.ledger.database import Database
from bot.ledger.ledger import Ledger
from bot.ledger.marker import Marker
from bot.ledger.opening import open_ledger
from bot.ledger.states import STATE_WORDS, State
from bot.persons import ROBOT
from bot.settings import Settings
from pages.models import Contact
from tests.bot.conftest import Workplace
from tests.bot.items import ITEM, MAKER, OTHER_CONTACT, bring_to

REQUEST = replace(ITEM, application_no="", row=9)
YES, NO = (Approval.now("审批人", ground, "d1") for ground in (PERSON, REJECTED))


class Store:
    """The folder of a ledger, its marker, and a copy of the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.copy, self.marker = folder / "store", folder / "copy", folder / "marker"
        self.ledger = self.opened()

    def opened(self) -> Ledger:
        """Open what lies in the folder."""
        return Ledger(self.folder / "ledger.sqlite", self.marker)

    def save(self) -> None:
        """Copy the folder away."""
        self.ledger.close()
        shutil.copytree(self.folder, self.copy)
        self.ledger = self.opened()

    def put_back(self) -> None:
        """Put the copy in the place of the folder, which takes the place of the copy."""
        self.ledger.close()
        self.folder.rename(self.folder.with_name("aside"))
        self.copy.rename(self.folder)
        self.folder.with_name("aside").rename(self.copy)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A ledger with one item and one request for all."""
    store = Store(tmp_path)
    store.ledger.dispatch([ITEM, REQUEST], "list", MAKER)
    return store


def approve(ledger: Ledger) -> None:
    """Approve what waits."""
    move(ledger, State.AWAITING_APPROVAL, State.APPROVED, approval=YES)


def withdraw_approval(ledger: Ledger) -> None:
    """Say no to what was approved."""
    move(ledger, State.APPROVED, State.REFUSED, approval=NO)


def reject(ledger: Ledger) -> None:
    """Say no to what waits."""
    move(ledger, State.AWAITING_APPROVAL, State.REFUSED, approval=NO)


def release(ledger: Ledger) -> None:
    """Let what is in doubt begin anew."""
    move(ledger, State.IN_DOUBT, State.READY)


def move(ledger: Ledger, old: State, new: State, **values: object) -> None:
    """Move the item, as a person does."""
    assert ledger.move(ITEM.reference, old, new, "审批人", **values)


DEEDS: dict[str, tuple[State, Callable[[Ledger], None], str]] = {
    "approved": (State.AWAITING_APPROVAL, approve, "已授权"),
    "rejected": (State.AWAITING_APPROVAL, reject, "不符合要求"),
    "approval taken back": (State.APPROVED, withdraw_approval, "不符合要求"),
    "released": (State.IN_DOUBT, release, "待处理"),
    "returned, says a person": (
        State.CONFIRMED,
        lambda ledger: move(ledger, State.CONFIRMED, State.RETURNED),
        "退回修改",
    ),
    "contact erased": (
        State.APPROVED,
        lambda ledger: ledger.forget([ITEM.reference], lambda _: False, "经办人"),
        "已授权",
    ),
    "a request's contact erased": (
        State.READY,
        lambda ledger: ledger.forget([], lambda _: True, "经办人"),
        "没有申请编号的一行：清除联系方式",
    ),
    "another contact in the list": (
        State.APPROVED,
        lambda ledger: ledger.dispatch([OTHER_CONTACT], "list", MAKER),
        "待处理",
    ),
    "withdrawn": (
        State.APPROVED,
        lambda ledger: withdraw(ledger, ledger.entry(ITEM.reference), "经办人"),
        "已撤下",
    ),
    "begun anew": (State.REFUSED, lambda ledger: ledger.restart(MAKER), "待处理"),
    "a new round": (
        State.RETURNED,
        lambda ledger: ledger.begin_round(ITEM.reference, MAKER),
        r"XW1\|2：待处理",
    ),
}


@pytest.mark.parametrize(("state", "deed", "told"), DEEDS.values(), ids=DEEDS)
def test_a_ledger_from_before_a_person_s_word_is_refused(
    store: Store, state: State, deed: Callable[[Ledger], None], told: str
):
    """The message says what it was, and the way out; the ledger that knows it is opened."""
    bring_to(store.ledger, state)
    store.save()
    deed(store.ledger)
    store.put_back()

    with pytest.raises(NotFit, match=rf"太旧.*缺少最后 \d+ 条记录.*{told}.*从备份恢复以后"):
        store.opened()
    store.put_back()
    store.opened().close()


def test_a_copy_that_has_gone_another_way_is_refused(store: Store):
    """Two ledgers with as many rows, of which each lacks the other's."""
    bring_to(store.ledger, State.AWAITING_APPROVAL)
    store.save()
    approve(store.ledger)
    marker = store.marker.read_bytes()
    store.put_back()
    store.marker.write_text("\n".join(marker.decode().splitlines()[:3]), encoding="utf-8")
    store.ledger = store.opened()
    reject(store.ledger)
    store.put_back()

    with pytest.raises(NotFit, match=r"不是标记文件记着的那一条.*审批人 XW1：不符合要求"):
        store.opened()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (State.READY, State.AWAITING_APPROVAL),
        (State.APPROVED, State.CHANGED),
        (State.APPROVED, State.READY),
        (State.APPROVED, State.WITHDRAWN),
        (State.AWAITING_APPROVAL, State.REFUSED),
        (State.IN_DOUBT, State.READY),
        (State.INTENT, State.IN_DOUBT),
        (State.CONFIRMED, State.RETURNED),
    ],
)
def test_what_moved_in_the_program_s_name_is_not_undone_either(
    store: Store, old: State, new: State
):
    """What the portal changed voids an approval; and a name tells nothing of who has decided."""
    bring_to(store.ledger, old)
    store.save()
    assert store.ledger.move(ITEM.reference, old, new, ROBOT)
    store.put_back()

    with pytest.raises(NotFit, match=rf"缺少最后 1 条记录.* 程序 XW1：{STATE_WORDS[new]}"):
        store.opened()
    store.put_back()
    store.opened().close()


def test_a_kill_between_decision_and_marker_harms_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
):
    """The marker lags behind, and the next decision brings it up."""
    bring_to(store.ledger, State.AWAITING_APPROVAL)
    with monkeypatch.context() as killed:
        killed.setattr(Database, "mark", lambda _: None)
        approve(store.ledger)
    store.ledger.close()
    store.ledger = store.opened()
    withdraw_approval(store.ledger)

    assert Marker.read(store.marker).last.new == State.REFUSED


@pytest.mark.parametrize("lines", [1, 2, 3])
def test_a_marker_of_an_earlier_version_is_read(store: Store, lines: int):
    """It had fewer lines; the next decision writes all of them."""
    store.ledger.close()
    kept = store.marker.read_text(encoding="utf-8").splitlines()[:lines]
    store.marker.write_text("\n".join(kept), encoding="utf-8")
    store.ledger = store.opened()

    store.ledger.dispatch([OTHER_CONTACT], "list", MAKER)

    assert Marker.read(store.marker).last.by == MAKER


@pytest.mark.parametrize(
    "spoilt", ["x", "7", "[]", '["a", "b"]', "{}", '["x", "", "", "", "", ""]']
)
def test_a_spoilt_last_line_is_told(store: Store, spoilt: str):
    """What a person has edited by mistake is no licence to go on."""
    store.ledger.close()
    kept = store.marker.read_text(encoding="utf-8").splitlines()[:3]
    store.marker.write_text("\n".join([*kept, spoilt]), encoding="utf-8")

    with pytest.raises(NotFit, match=r"读不懂.*第四行"):
        store.opened()


def test_two_programs_leave_the_later_word_in_the_marker(store: Store):
    """A run presses while a person decides in another process; neither is written over."""
    items = [replace(ITEM, application_no=f"XW{number}") for number in range(2, 26)]
    store.ledger.dispatch(items, "list", MAKER)
    for item in items[::2]:
        bring_to(store.ledger, State.INTENT, item)
    other = store.opened()

    def act(numbered: tuple[int, object]) -> bool:
        number, item = numbered
        if number % 2:
            return other.move(item.reference, State.READY, State.REFUSED, "审批人")
        return store.ledger.move(item.reference, State.INTENT, State.PRESSING, "审批人")

    with ThreadPoolExecutor(6) as threads:
        assert all(threads.map(act, enumerate(items)))
    marked = Marker.read(store.marker)

    assert marked.presses == len(items[::2])
    assert marked.last.seq == max(
        one.seq for item in items for one in store.ledger.history(item.reference)
    )


def test_the_marker_holds_no_contact(store: Store):
    """It lies beside nobody's data folder, and outlives a deletion."""
    text = store.marker.read_text(encoding="utf-8")

    assert json.loads(text.splitlines()[3])[2:] == [ITEM.reference, "", "ready", MAKER]
    assert not any(value and value in text for value in asdict(ITEM.contact).values())
    assert ITEM.contact != Contact("", "", "", "")


def test_a_run_refuses_the_ledger_that_knows_no_no(workplace: Workplace):
    """Approved, copied, rejected, the copy put back: nothing is confirmed, exit 4."""
    enterprise = workplace.add()
    assert workplace.call("dispatch", str(workplace.work_list)).returncode == 0
    settings = Settings(portal_url=workplace.portal_url, data_dir=workplace.folder / "data")
    ledger = open_ledger(settings)
    (entry,) = ledger.entries()
    bring_to(ledger, State.APPROVED, entry.item)
    ledger.close()
    shutil.copy(settings.ledger_file, workplace.folder / "copy")
    ledger = open_ledger(settings)
    assert ledger.move(entry.item.reference, State.APPROVED, State.REFUSED, "审批人", approval=NO)
    ledger.close()
    shutil.copy(workplace.folder / "copy", settings.ledger_file)

    ended = workplace.call("run")

    assert ended.returncode == 4
    assert "缺少最后 1 条记录" in ended.stderr.replace("\n", "")
    assert enterprise.confirmations(entry.item.application_no) == []
