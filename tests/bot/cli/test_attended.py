"""Somebody sits at the terminal: captchas are shown there, and the PIN of a card is typed there."""

import fcntl
import json
import os
import pty
import signal
import subprocess
import termios
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from select import select

import pytest
import urllib3
from PIL import Image
from prompt_toolkit import PromptSession
from rich.progress import Progress

from bot.cli import person
from bot.errors import SignInRefused
from fixtures.portal import MockState, running_portal
from pages.models import Contact
from pages.parts import CaptchaPicture
from tests.bot.conftest import Workplace


@pytest.fixture(scope="module")
def computer() -> Iterator[str]:
    """A portal on a computer of its own, whose reader holds one card at a time."""
    with running_portal() as url:
        yield url


@pytest.fixture
def office(tmp_path: Path, computer: str, contact: Contact) -> Workplace:
    """An operator's folder at that computer, where enterprises sign in with their cards."""
    office = Workplace(tmp_path, computer, contact)
    office.write_settings(login="card")
    return office


def come_with_card(
    office: Workplace, card: str | None = None, policies: int = 1, **settings: object
) -> MockState:
    """Add an enterprise, and put its card into the reader."""
    state = office.add(wishes={"card": card} if card else None)
    for number in state.add_policies(policies - 1):
        office.add_row(state, number)
    door = f"{office.portal_url}/__mock__/enterprises/{state.enterprise.uscc}/card"
    control = urllib3.request("PUT", door).json()["card_control"]
    office.write_settings(login="card", card_control=[control], **settings)
    return state


SILENT_SECONDS = 120
ASKED = "（显示为星号）：".encode()


def run_attended(office: Workplace, typed: str) -> tuple[int, str]:
    """Run the list at a terminal, and type this, if anything, where something secret is asked."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        office.command("run", str(office.work_list)),
        cwd=office.folder,
        env=office.environment() | {"PROMPT_TOOLKIT_NO_CPR": "1", "PYTHONFAULTHANDLER": "1"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )
    os.close(theirs)
    shown = b""
    try:
        while chunk := _read(ours):
            if typed and ASKED in shown + chunk and ASKED not in shown:
                os.write(ours, f"{typed}\r".encode())
            shown += chunk
        return process.wait(SILENT_SECONDS), shown.decode()
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGABRT)  # it tells where each of its threads stands
        while chunk := _read(ours):
            shown += chunk
        return pytest.fail(f"it neither ended nor said anything more: {shown.decode()}")
    finally:
        process.kill()
        os.close(ours)


def _read(terminal_: int) -> bytes:
    """Return what comes next; nothing at the end, or if nothing comes for long."""
    try:
        return os.read(terminal_, 4096) if select([terminal_], [], [], SILENT_SECONDS)[0] else b""
    except OSError:  # the other end is closed
        return b""


@pytest.mark.parametrize(("card", "warned"), [(None, False), ("card_expiring", True)])
def test_an_enterprise_signs_in_with_its_card(office: Workplace, card: str | None, warned: bool):
    """The person types the PIN once; a card that expires soon is told, and is no obstacle."""
    enterprise = come_with_card(office, card)

    code, shown = run_attended(office, enterprise.enterprise.card_pin.reveal())

    assert code == 0, shown
    assert ("尽快延期" in shown) == warned
    assert enterprise.enterprise.card_pin.reveal() not in shown
    assert [len(arrived) for arrived in office.arrivals().values()] == [1]


def test_a_wrong_pin_is_tried_once(office: Workplace):
    """A card locks after a few; the next one is for a person to type, in another run."""
    come_with_card(office, policies=2)

    code, _ = run_attended(office, "12345678")
    items = json.loads(office.call("status", "--json").stdout)["items"]

    assert code == 1
    assert ["还可以输入4次" in item["explanation"] for item in items] == [True, True]


def test_silence_is_no_answer(office: Workplace):
    """A question runs out; nothing was typed, nothing sent, and the item waits for a person."""
    enterprise = come_with_card(office, answer_minutes=0.02)

    code, shown = run_attended(office, "")
    (item,) = json.loads(office.call("status", "--json").stdout)["items"]

    assert (code, item["state"]) == (1, "needs_person")
    assert ASKED.decode() in shown
    assert "没有人值守" in item["explanation"]
    assert enterprise.requests("POST", "/cas/login") == []


@pytest.mark.parametrize(
    ("card", "told"), [(None, "没有人值守"), ("card_not_installed", "请安装或重启卡控件")]
)
def test_without_person_or_control_the_item_waits(office: Workplace, card: str | None, told: str):
    """Nobody guesses a PIN, and a control that is not there is named with what to do."""
    come_with_card(office, card)

    ended = office.call("run", str(office.work_list), "--json")
    (item,) = json.loads(ended.stdout)["items"]

    assert (ended.returncode, item["state"]) == (1, "needs_person")
    assert told in item["explanation"] + item["next_step"]


@pytest.fixture
def picture() -> CaptchaPicture:
    """A picture of a few pixels."""
    file = BytesIO()
    Image.new("RGB", (8, 4), "white").save(file, "PNG")
    return CaptchaPicture("1", file.getvalue())


def test_a_captcha_is_shown_and_read(
    picture: CaptchaPicture, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """It stands in the terminal and, while the person reads, in a file."""
    seen = []

    def type_in(session: object, prompt: str, **_: object) -> str:
        seen.append(Path(prompt.partition("打开 ")[2].removesuffix("）：")).read_bytes())
        return " ab12 "

    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr(PromptSession, "prompt", type_in)

    answer = person.TerminalAttendant(Progress(disable=True), 1).captcha(picture)

    assert (answer, seen) == ("ab12", [picture.image])
    assert "▄" in capsys.readouterr().err


def test_nobody_is_no_answer(picture: CaptchaPicture):
    """Without a terminal nothing is asked, and silence is not taken for an answer."""
    with pytest.raises(SignInRefused, match="没有人值守"):
        person.TerminalAttendant(Progress(disable=True), 1).captcha(picture)
