"""`approve`, `sign` and `approvers`: nobody approves unseen, and a signature needs its key."""

import json
import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import asdict, replace
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bot.cli import app, approve, asked
from bot.confirmation import question
from bot.confirmation.question import BEGIN, Asked, Question, in_enterprises
from bot.credentials.approver_key import open_key
from bot.errors import NotFit
from bot.evidence.pack import Evidence
from bot.ledger.ledger import Ledger
from bot.ledger.snapshot import Snapshot
from bot.ledger.states import State
from bot.settings import Settings
from bot.work_list.file import digest_of
from pages.models import Document, Secret
from tests.bot.confirmation.test_approval import DOUBTFUL, SEEN
from tests.bot.items import ITEM, MAKER
from tests.bot.lists import uscc

PDF = b"%PDF-1.4 a document of the mock"
WITH_DOCUMENT = replace(SEEN, documents=(("续转单证", sha256(PDF).hexdigest()),))
SECOND = replace(ITEM, application_no="XW2")
ELSEWHERE = replace(
    ITEM, application_no="XW3", uscc=uscc(2), enterprise_name="模拟出口企业0002有限公司"
)
ALL = (ITEM, SECOND, ELSEWHERE)
PASSPHRASE = "模拟口令 for the approver"


class Desk:
    """A ledger with three policies that wait, and the command line beside it."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(data_dir=folder / "data")
        self.ledger = Ledger(self.settings.ledger_file, self.settings.ledger_marker)
        self.ledger.dispatch(ALL, "list", MAKER)
        evidence = Evidence(self.settings.evidence)
        for item in ALL:
            evidence.keep_document(item, Document("续转单证", PDF))
            seen = seen_of(item.application_no).stored()
            self.ledger.move(
                item.reference, State.READY, State.AWAITING_APPROVAL, "robot", snapshot=seen
            )

    def call(self, *words: str, input: str | None = None, **environment: str) -> Result:
        """Call `single-window`, in this folder's data."""
        where = ("--data-dir", str(self.settings.data_dir)) if words[0] == "approve" else ()
        return CliRunner().invoke(app, [*words, *where], input=input, env=environment)

    def digest(self, number: str) -> str:
        """Return what an approval of this policy names."""
        return next(
            one.digest for one in self.ledger.entries() if one.item.application_no == number
        )

    def states(self) -> list[State]:
        """Return the states of all three."""
        return [self.ledger.entry(item.reference).state for item in ALL]


def seen_of(number: str) -> Snapshot:
    """Return what stood on the form of this policy."""
    return replace(WITH_DOCUMENT, fields=(("申请编号", number), *SEEN.fields[1:]))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """An approver's desk, with a home of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return Desk(tmp_path)


WAITING = [State.AWAITING_APPROVAL] * 3


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--all",), "没有终端时不能用 --all"),
        (("XW1",), "--digest 内容摘要"),
        (("--enterprise", ITEM.enterprise_name), "--digest 内容摘要"),
        (("XW1", "--digest", "0" * 64), "XW1 的内容摘要没有写明"),
        (("XW1", "--digest", ""), "XW1 的内容摘要没有写明"),
        (("--all", "--digest", "0" * 64), "没有终端时不能用 --all"),
    ],
)
def test_without_a_terminal_nobody_approves_unseen(desk: Desk, words: tuple[str, ...], told: str):
    """A name is no look: each content is named by its digest, or nothing is approved."""
    ended = desk.call("approve", *words, "--by", "模拟审批人")

    assert ended.exit_code == 2
    assert told in ended.stderr
    assert desk.states() == WAITING


def test_a_digest_names_what_was_seen(desk: Desk):
    """The digests of two contents approve these two, and leave the third."""
    digests = (word for number in ("XW1", "XW2") for word in ("--digest", desk.digest(number)))
    ended = desk.call("approve", "XW1", "XW2", "--by", "模拟审批人", *digests)

    assert ended.exit_code == 0
    assert desk.states() == [State.APPROVED, State.APPROVED, State.AWAITING_APPROVAL]


@pytest.mark.parametrize("digests", [("XW1",), ("XW1", "XW2", "XW3")], ids=["too few", "too many"])
def test_digests_and_policies_match_or_nothing_is_approved(desk: Desk, digests: tuple[str, ...]):
    """One content that nobody named, or a name of another policy, approves none of them."""
    named = (word for number in digests for word in ("--digest", desk.digest(number)))
    ended = desk.call("approve", "XW1", "XW2", "--by", "模拟审批人", *named)

    assert ended.exit_code == 2
    assert "一张也没有批准" in ended.stderr
    assert desk.states() == WAITING


@pytest.mark.parametrize("words", [("--all",), ("XW1",)])
def test_nothing_is_released_unseen(desk: Desk, words: tuple[str, ...]):
    """What is in doubt is pressed again, so the same holds for --again."""
    for old, new in pairwise(DOUBTFUL):
        desk.ledger.move(ITEM.reference, old, new, "robot")

    ended = desk.call("approve", *words, "--again", "--by", "模拟审批人")

    assert ended.exit_code == 2
    assert desk.states()[0] is State.IN_DOUBT


def test_no_is_said_without_a_look(desk: Desk):
    """A rejection confirms nothing, so it needs neither terminal nor digest."""
    ended = desk.call("approve", "--all", "--by", "模拟审批人", "--reject", "不办了")

    assert ended.exit_code == 0
    assert desk.states() == [State.REFUSED] * 3


@pytest.mark.parametrize(
    ("answer", "code", "state"), [(False, 2, State.AWAITING_APPROVAL), (True, 0, State.APPROVED)]
)
def test_a_person_at_a_terminal_is_shown_and_asked(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, answer: bool, code: int, state: State
):
    """What is approved stands on the screen; no answer but yes approves it."""
    sit_down(monkeypatch, answer)

    ended = desk.call("approve", "--all", "--by", "模拟审批人")

    assert ended.exit_code == code
    assert "续转单证" in ended.stdout
    assert desk.states() == [state] * 3


def sit_down(monkeypatch: pytest.MonkeyPatch, answer: bool) -> None:
    """Have a person at the terminal, who answers."""
    monkeypatch.setattr(approve, "is_person_there", lambda: True)
    monkeypatch.setattr(approve, "is_agreed", lambda question: answer)


def test_one_that_may_not_be_decided_does_not_keep_the_others(desk: Desk):
    """Each decision stands for itself; what was not decided is told with its number."""
    desk.ledger.move(ITEM.reference, State.AWAITING_APPROVAL, State.APPROVED, "robot")
    ended = desk.call("approve", "--all", "--by", "模拟审批人", "--reject", "不办了")

    assert ended.exit_code == 0
    assert desk.states() == [State.APPROVED, State.REFUSED, State.REFUSED]


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ((), ("XW1", "XW2", "XW3")),
        (("XW2",), ("XW2",)),
        (("--enterprise", uscc(2)), ("XW3",)),
        (("--enterprise", ITEM.enterprise_name), ("XW1", "XW2")),
        (("XW1", "--enterprise", ITEM.uscc), ("XW1",)),
    ],
)
def test_what_is_looked_at_is_selected(desk: Desk, words: tuple[str, ...], shown: tuple[str, ...]):
    """By number, by enterprise, or all of them."""
    waiting = json.loads(desk.call("approve", *words, "--json").stdout)["waiting"]

    assert tuple(one["application_no"] for one in waiting) == shown


def test_a_list_selects_its_own(desk: Desk):
    """The approver of one list is not shown another's, and may approve it whole at a terminal."""
    listed = Path("清单.xlsx")
    listed.write_bytes(b"a list of one policy")
    desk.ledger.dispatch([SECOND], digest_of(listed), MAKER)

    waiting = json.loads(desk.call("approve", "--list", str(listed), "--json").stdout)["waiting"]

    assert [one["application_no"] for one in waiting] == ["XW2"]


def test_what_an_enterprise_shares_is_told_once(desk: Desk):
    """Two policies of one enterprise show its name and contact once, and each its own number."""
    shown = desk.call("approve", "--enterprise", ITEM.uscc).stdout

    assert shown.count("主要联系人手机") == 1
    assert shown.count("企业名称：") == 1
    assert [shown.count(f"申请编号 {number}：") for number in ("XW1", "XW2")] == [1, 1]
    assert "138****8000" in shown  # not a terminal: nothing personal goes into a file


def test_at_a_terminal_the_approver_sees_what_will_be_typed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    """He answers for these very values."""
    monkeypatch.setattr(asked, "is_screen", lambda: True)

    assert ITEM.contact.mobile in desk.call("approve", "XW1").stdout


# --- signed -------------------------------------------------------------------------------------


def new_key(desk: Desk, name: str = "模拟复核人", file: str = "approver.key") -> dict[str, str]:
    """Make an approver's key; return the environment whose register knows it."""
    made = desk.call("approvers", "add", name, "--key", file, "--json", input=f"{PASSPHRASE}\n")
    told = json.loads(made.stdout)
    line = {"name": name, "key": told["key"], "enterprises": ["全部"], "role": "signatory"}
    return {"SINGLE_WINDOW_FOUR_EYES": "true", "SINGLE_WINDOW_APPROVERS": json.dumps([line])}


def ask(desk: Desk, *words: str, file: str = "待批.html", **environment: str) -> Path:
    """Write what waits as a page."""
    ended = desk.call("approve", *words, "--ask", file, **environment)
    assert ended.exit_code == 0, ended.stderr
    return Path(file)


def signed(desk: Desk, page: Path, *numbers: str, key: str = "approver.key") -> Result:
    """Sign a page, naming the contents of these policies."""
    digests = [word for one in numbers for word in ("--digest", desk.digest(one))]
    return desk.call("sign", str(page), "--key", key, *digests, input=f"{PASSPHRASE}\n")


def test_a_slip_from_elsewhere_approves(desk: Desk):
    """Asked here, signed there, handed in here: approved by who has signed."""
    register = new_key(desk)
    page = ask(desk, "XW1", "XW2", **register)
    there = signed(desk, page, "XW1", "XW2")
    ended = desk.call("approve", "--slip", "待批-批准单.txt", **register)

    assert (there.exit_code, ended.exit_code) == (0, 0)
    assert desk.states() == [State.APPROVED, State.APPROVED, State.AWAITING_APPROVAL]
    granted = desk.ledger.entry(ITEM.reference).granted
    assert (granted.by, bool(granted.slip)) == ("模拟复核人", True)


def test_a_slip_is_handed_in_once(desk: Desk):
    """The second time nothing waits for it any more."""
    register = new_key(desk)
    signed(desk, ask(desk, "XW1", **register), "XW1")
    codes = [
        desk.call("approve", "--slip", "待批-批准单.txt", **register).exit_code for _ in range(2)
    ]

    assert codes == [0, 2]


def test_an_approver_signs_at_this_terminal(desk: Desk):
    """His key file and his passphrase, at the operator's computer."""
    register = new_key(desk)
    words = ("XW1", "--key", "approver.key", "--digest", desk.digest("XW1"))
    ended = desk.call("approve", *words, input=f"{PASSPHRASE}\n", **register)

    assert ended.exit_code == 0, ended.stderr
    assert desk.states()[0] is State.APPROVED


@pytest.mark.parametrize(
    "name", ["模拟复核人", "模拟 复核人", "别人"], ids=["his name", "with a blank", "another"]
)
def test_a_name_is_no_signature(desk: Desk, name: str):
    """With `four_eyes`, however the name is written and whoever the account claims to be."""
    register = new_key(desk)
    words = ("XW1", "--by", name, "--digest", desk.digest("XW1"))
    ended = desk.call("approve", *words, **register, LOGNAME="x", USER="x")

    assert ended.exit_code == 1
    assert "UNSIGNED" in ended.stderr
    assert desk.states() == WAITING


@pytest.mark.parametrize("variable", ["SINGLE_WINDOW_OPERATOR"])
def test_with_four_eyes_the_operator_is_the_account(desk: Desk, variable: str):
    """Nobody calls himself another maker."""
    ended = desk.call("approve", **new_key(desk), **{variable: "x"})

    assert ended.exit_code == 4
    assert "operator 只能是系统账号本身" in ended.stderr


@pytest.mark.parametrize(
    ("passphrase", "key", "told"),
    [("wrong one", "approver.key", "口令不对"), (PASSPHRASE, "nowhere.key", "读不到密钥")],
)
def test_a_key_needs_its_passphrase(desk: Desk, passphrase: str, key: str, told: str):
    """Neither the file nor the passphrase alone signs."""
    register = new_key(desk)
    words = ("XW1", "--key", key, "--digest", desk.digest("XW1"))
    ended = desk.call("approve", *words, input=f"{passphrase}\n", **register)

    assert ended.exit_code == 4
    assert told in ended.stderr
    assert desk.states() == WAITING


def test_a_key_file_that_others_can_read_is_refused(desk: Desk):
    """As the vault does."""
    new_key(desk)
    Path("approver.key").chmod(0o644)

    with pytest.raises(NotFit, match="别人也能读"):
        open_key(Path("approver.key"), Secret(PASSPHRASE))


@pytest.mark.parametrize("name", ["name", "public", "kind"])
def test_a_key_file_that_was_changed_is_refused(desk: Desk, name: str):
    """Whose key it is stands below the same seal as the key."""
    new_key(desk)
    stored = json.loads(Path("approver.key").read_text(encoding="utf-8"))
    stored[name] = "别人" if name == "name" else b64encode(bytes(32)).decode()
    Path("approver.key").write_text(json.dumps(stored), encoding="utf-8")

    with pytest.raises(NotFit):
        open_key(Path("approver.key"), Secret(PASSPHRASE))


@pytest.mark.parametrize("passphrase", ["", "short"])
def test_a_key_has_a_passphrase(desk: Desk, passphrase: str):
    """No key lies open, and an own key is not replaced unasked."""
    ended = desk.call("approvers", "add", "模拟复核人", "--key", "k.key", input=f"{passphrase}\n")

    assert ended.exit_code == 2
    assert not Path("k.key").exists()


def test_a_key_is_never_replaced(desk: Desk):
    """What was signed with it could not be signed again."""
    new_key(desk)
    words = ("approvers", "add", "模拟复核人", "--key", "approver.key")

    assert desk.call(*words, input=f"{PASSPHRASE}\n").exit_code == 2


PRETENCES: dict[str, Callable[[bytes], bytes]] = {
    "another number shown": lambda page: page.replace(b"XW1", b"XW9", 1),
    "another contact in the facts": lambda page: page.replace(b"13800138000", b"13900139000"),
    "another contact shown": lambda page: page.replace(
        b"<td>13800138000</td>", b"<td>13900139000</td>"
    ),
    "another document": lambda page: page.replace(b64encode(PDF), b64encode(PDF + b"!")),
    "no document": lambda page: page.replace(b64encode(PDF), b""),
    "more than the page": lambda page: page + b"<p>",
    "a script": lambda page: page.replace(BEGIN, b"<script>alert(1)</script>" + BEGIN),
    "no facts": lambda page: page.replace(BEGIN, b"<script>"),
    "another portal": lambda page: page.replace(b'"portal": "http://', b'"portal": "https://'),
    "an endless answer": lambda page: page.replace(b'"hours": 72.0', b'"hours": 1e300'),
    "no time": lambda page: page.replace(b'"hours": 72.0', b'"hours": NaN'),
    "the end of time": lambda page: re.sub(
        b'"asked_at": "[^"]+', b'"asked_at": "9999-12-31T23:59:59+00:00', page
    ),
    "a number that hides a round": lambda page: page.replace(b"XW1", b"XW1|2"),
    "no round": lambda page: page.replace(b'"round": 1', b'"round": 0'),
    "not a page": lambda page: b"PK\x03\x04" + page[:100],
    "nothing": lambda page: b"",
}


@pytest.mark.parametrize("how", PRETENCES)
def test_only_what_is_shown_is_signed(desk: Desk, how: str):
    """A page that shows one thing and asks for another is signed by nobody."""
    page = ask(desk, "XW1", **new_key(desk))
    genuine = page.read_bytes()
    page.write_bytes(PRETENCES[how](genuine))
    assert page.read_bytes() != genuine

    ended = signed(desk, page, "XW1")

    assert ended.exit_code == 4
    assert not Path("待批-批准单.txt").exists()


def test_without_a_terminal_nobody_signs_unseen(desk: Desk):
    """The signer names each content, as an approver does."""
    page = ask(desk, "XW1", "XW2", **new_key(desk))

    assert [signed(desk, page).exit_code, signed(desk, page, "XW1").exit_code] == [2, 2]


def test_the_page_shows_all_that_is_approved(desk: Desk):
    """Contact in clear, documents inside, the declaration, and nobody else may read the file."""
    page = ask(desk, "XW1")
    text = page.read_text(encoding="utf-8")

    assert [value for value in asdict(ITEM.contact).values() if value not in text] == []
    assert b64encode(PDF).decode() in text
    assert all(clause in text for clause in SEEN.declaration.clauses)
    assert page.stat().st_mode & 0o077 == 0
    assert Question.read(page.read_bytes()).asked[0].digest == desk.digest("XW1")


def test_a_question_without_its_documents_is_not_asked(desk: Desk):
    """An approver cannot answer for what he is not shown."""
    for file in desk.settings.evidence.rglob("document-*.pdf"):
        file.unlink()

    ended = desk.call("approve", "XW1", "--ask", "待批.html")

    assert ended.exit_code == 4
    assert "不在证据包里" in ended.stderr


@pytest.mark.parametrize(
    ("content", "code"),
    [("", 4), ("# nothing\n", 4), ("approved\n", 1), ("A" * 20_000, 1), ("A" * (17 << 20), 4)],
    ids=["empty", "only remarks", "no slip", "long", "endless"],
)
def test_no_slip_approves_nothing(desk: Desk, content: str, code: int):
    """A file that is no slip ends with one sentence."""
    Path("slip.txt").write_text(content, encoding="utf-8")
    ended = desk.call("approve", "--slip", "slip.txt", **new_key(desk))

    assert ended.exit_code == code
    assert desk.states() == WAITING


def test_the_register_is_listed(desk: Desk):
    """Who may sign for what, by fingerprint."""
    told = json.loads(desk.call("approvers", "list", "--json", **new_key(desk)).stdout)

    assert told["four_eyes"] is True
    assert [one["name"] for one in told["approvers"]] == ["模拟复核人"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("XW404",), "没有在等待的：XW404"),
        (("--list", "nowhere.xlsx"), "B01"),
        (("--list", "other.xlsx"), "没有交办过"),
        (("--enterprise", "模拟出口企业"), "台账里没有企业"),
        (("--key", "approver.key"), "请写明申请编号"),
        (("--slip", "slip.txt", "XW1"), "不和别的选择一起用"),
        (("--slip", "slip.txt", "--by", "甲"), "不和别的选择一起用"),
        (("XW1", "--key", "approver.key", "--by", "甲"), "不和 --by 一起用"),
    ],
)
def test_a_selection_that_means_nothing_selects_nothing(
    desk: Desk, words: tuple[str, ...], told: str
):
    """Least of all everything."""
    Path("other.xlsx").write_bytes(b"a list that nobody has taken in")
    ended = desk.call("approve", *words)

    assert ended.exit_code == 2
    assert told in ended.stderr
    assert "XW1" not in ended.stdout


def test_two_contents_of_one_label_are_both_named(desk: Desk):
    """Two enterprises may have the same number; naming one content names one."""
    same = replace(ELSEWHERE, application_no="XW1")
    desk.ledger.dispatch([same], "another", MAKER)
    seen = replace(seen_of("XW1"), fields=()).stored()
    desk.ledger.move(same.reference, State.READY, State.AWAITING_APPROVAL, "robot", snapshot=seen)
    first = desk.ledger.entry(ITEM.reference).digest

    ended = desk.call("approve", "XW1", "--by", "模拟审批人", "--digest", first)

    assert ended.exit_code == 2
    assert desk.ledger.entry(same.reference).state is State.AWAITING_APPROVAL


def test_what_could_not_be_decided_is_told_as_json_too(desk: Desk):
    """A program learns which, and why."""
    register = new_key(desk)
    words = ("XW1", "--by", "甲", "--digest", desk.digest("XW1"), "--json")
    told = json.loads(desk.call("approve", *words, **register).stdout)

    assert told["items"] == []
    assert [(one["application_no"], one["code"]) for one in told["undecided"]] == [
        ("XW1", "UNSIGNED")
    ]


@pytest.mark.parametrize("key", ["mine.pem", "mine.key"])
def test_a_public_key_never_takes_a_files_place(desk: Desk, key: str):
    """Neither the private key's, nor an older public key's."""
    Path("mine.pem").write_text("an older public key", encoding="utf-8")
    words = ("approvers", "add", "模拟复核人", "--key", key)

    assert desk.call(*words, input=f"{PASSPHRASE}\n").exit_code == 2
    assert Path("mine.pem").read_text(encoding="utf-8") == "an older public key"


def test_a_key_that_nobody_has_registered_is_told_so(desk: Desk):
    """The sentence names the cause, and who mends it."""
    register = new_key(desk)
    new_key(desk, file="another.key")
    words = ("XW1", "--key", "another.key", "--digest", desk.digest("XW1"))
    ended = desk.call("approve", *words, input=f"{PASSPHRASE}\n", **register)

    assert ended.exit_code == 1
    assert "不在审批人名册里" in ended.stderr


@pytest.mark.parametrize("command", ["approve", "sign"])
def test_a_person_who_sees_nothing_is_not_asked(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, command: str
):
    """With `--json` nothing is shown, so a person at the keyboard names digests like a program."""
    page = ask(desk, "XW1", **new_key(desk))
    monkeypatch.setattr(approve, "is_person_there", lambda: True)
    monkeypatch.setattr("bot.cli.sign.is_person_there", lambda: True)
    words = ("XW1", "--by", "甲") if command == "approve" else (str(page), "--key", "approver.key")

    ended = desk.call(command, *words, "--json")

    assert (ended.exit_code, ended.stdout) == (2, "")


@pytest.mark.parametrize("name", [" ", "robot", "Ｒobot"])
@pytest.mark.parametrize("command", ["approve", "withdraw", "declaration"])
def test_who_decides_is_a_person(desk: Desk, command: str, name: str):
    """Not nobody, and not the program."""
    what = {"approve": ("XW1",), "withdraw": ("XW1",), "declaration": ("--accept", "0" * 64)}
    data = () if command == "approve" else ("--data-dir", str(desk.settings.data_dir))
    ended = desk.call(command, *what[command], "--by", name, *data)

    assert ended.exit_code == 2
    assert "--by 后面要写姓名" in ended.stderr


@pytest.mark.parametrize("file", [".", "", "/", "nowhere.html"])
def test_what_is_no_page_is_signed_by_nobody(desk: Desk, file: str):
    """A folder, nothing, or a file that is not there ends with one sentence."""
    ended = desk.call("sign", file, "--key", "approver.key")

    assert ended.exit_code == 4
    assert isinstance(ended.exception, SystemExit)


def test_forms_in_another_order_share_nothing(desk: Desk):
    """Labels may occur twice; what stands where is told policy by policy then."""
    fields = (("申请编号", "XW2"), ("名称", "乙"), ("名称", "甲"))
    swapped = (("申请编号", "XW1"), ("名称", "甲"), ("名称", "乙"))
    shown = [facts_of(fields), facts_of(swapped)]
    (enterprise,) = in_enterprises(shown)

    assert ("名称", "甲") not in enterprise.shared
    assert [dict(own)["申请编号"] for _, own in enterprise.policies] == ["XW2", "XW1"]
    assert [own[1:3] for _, own in enterprise.policies] == [fields[1:], swapped[1:]]


def facts_of(fields: tuple[tuple[str, str], ...]) -> Asked:
    """Return a policy of the same enterprise whose form shows these fields."""
    return Asked(ITEM, replace(SEEN, fields=fields), "", "", "", "")


@pytest.mark.parametrize("command", ["approve", "withdraw"])
def test_a_name_that_is_no_text_ends_with_a_sentence(desk: Desk, command: str):
    """A terminal of another encoding hands over bytes that nobody can write down."""
    digest = ("--digest", desk.digest("XW1")) if command == "approve" else ()
    data = ("--data-dir", str(desk.settings.data_dir)) if command == "withdraw" else ()
    ended = desk.call(command, "XW1", "--by", chr(0xDCFF), *digest, *data)

    assert ended.exit_code == 2
    assert "不是 UTF-8" in ended.stderr


def test_one_slip_that_is_late_keeps_no_other(desk: Desk):
    """What waits is approved; what has moved on is named, and the exit code tells."""
    register = new_key(desk)
    page = ask(desk, "XW1", "XW2", **register)
    signed(desk, page, "XW1", "XW2")
    desk.call("approve", "XW2", "--by", "甲", "--reject", "不办了", **register)

    ended = desk.call("approve", "--slip", "待批-批准单.txt", **register)

    assert ended.exit_code == 1
    assert "XW2" in ended.stderr
    assert desk.states()[:2] == [State.APPROVED, State.REFUSED]


def test_a_page_that_is_too_large_is_not_written(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    """Nobody could sign it."""
    monkeypatch.setattr(question, "LARGEST", 1000)

    assert desk.call("approve", "--all", "--ask", "待批.html").exit_code == 4
