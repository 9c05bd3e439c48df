"""What the bot's tests share: an operator's folder with a list, settings and a mock portal."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import keyring
import pytest
from keyring.backends.fail import Keyring as NoKeyring

from bot import declaration, machine_lock
from bot.confirmation.approval import ApprovedIntent
from bot.credentials.passwords import ENVIRONMENT_PREFIX
from bot.ledger.approval import Approval
from bot.origins import host_of
from bot.portal.client import Client
from bot.portal.egress import Egress
from bot.portal.latch import Latch
from bot.settings import Settings
from bot.settings_file import FILE_NAME
from fixtures.people import CONTACT
from fixtures.portal import MockState
from pages.desk import DeskPage
from pages.models import Contact
from pages.pending import ConfirmationPage
from tests.bot.homes import own_home, write_settings
from tests.bot.lists import write_xlsx

ROOT = Path(__file__).parent.parent.parent
DOCUMENT = "中小企业综合保险续转单证(小微企业适用)"


class Workplace:
    """An operator's folder: one work list, its settings, and the command that runs it."""

    def __init__(self, folder: Path, portal_url: str, contact: Contact) -> None:
        self.folder = folder
        self.portal_url = portal_url
        self.contact = contact
        self.work_list = folder / "清单.xlsx"
        self.enterprises: list[MockState] = []
        self.rows: list[dict[str, str]] = []

    def add(
        self, *application_nos: str, wishes: Mapping[str, Any] | None = None, **changes: str
    ) -> MockState:
        """Add an enterprise with a pending policy, or a row for each number given."""
        state = MockState(self.portal_url, wishes)
        self.enterprises.append(state)
        for application_no in application_nos or state.add_policies(1):
            self.add_row(state, application_no, **changes)
        return state

    def add_row(self, state: MockState, application_no: str, **changes: str) -> None:
        """Add a row for one policy of this enterprise."""
        row = {
            "统一社会信用代码": state.enterprise.uscc,
            "企业名称": state.enterprise.name,
            "登录账号": state.enterprise.account,
            "申请编号": application_no,
            "主要联系人姓名": self.contact.name,
            "主要联系人电话": self.contact.phone,
            "主要联系人手机": self.contact.mobile,
            "主要联系人邮箱": self.contact.email,
            "备注": self.contact.remarks,
            "预期单证名称": "",
        }
        self.rows.append(row | changes)
        write_xlsx(self.work_list, self.rows)
        self.write_settings()

    def forget_rows(self) -> None:
        """Begin the list anew."""
        self.rows.clear()

    def write_settings(self, mandate: bool = True, **settings: object) -> None:
        """Write single-window.toml, with a mandate for every enterprise unless told otherwise."""
        values = {
            "portal_url": self.portal_url,
            "data_dir": str(self.folder / "data"),
            "timeout_seconds": 10,
        } | settings
        lines = [f"{name} = {json.dumps(value)}" for name, value in values.items()]
        if mandate:
            codes = [state.enterprise.uscc for state in self.enterprises]
            lines += [
                "[[mandates]]",
                'signatory = "模拟签字人"',
                f"enterprises = {json.dumps(codes)}",
                f'declaration = "{declaration.digest(declaration.GUIDE_DECLARATION)}"',
                f'documents = ["{DOCUMENT}"]',
                f"expires = {date.today() + timedelta(days=1)}",
            ]
        write_settings(self.folder, "\n".join(lines))

    def write_enterprises(self) -> None:
        """Add every enterprise to single-window.toml, with what a list would say of it."""
        contact = ", ".join(f'{name} = "{text}"' for name, text in self.typed().items())
        text = (self.folder / FILE_NAME).read_text(encoding="utf-8")
        for state in self.enterprises:
            one = state.enterprise
            text += (
                f'\n[[enterprises]]\nuscc = "{one.uscc}"\nname = "{one.name}"\n'
                f'account = "{one.account}"\ncontact = {{ {contact} }}\n'
            )
        write_settings(self.folder, text)

    def environment(self) -> dict[str, str]:
        """Return the environment that hands over the passwords."""
        given = {
            ENVIRONMENT_PREFIX + state.enterprise.uscc: state.enterprise.password.reveal()
            for state in self.enterprises
        }
        return os.environ | given | {"PYTHONPATH": str(ROOT)}

    def command(self, *words: str, program: str = "bot.cli") -> list[str]:
        """Return the command line of `single-window`."""
        return [sys.executable, "-m", program, *words]

    def call(
        self, *words: str, program: str = "bot.cli", seconds: float = 400
    ) -> subprocess.CompletedProcess[str]:
        """Run `single-window` to its end."""
        return subprocess.run(
            self.command(*words, program=program),
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
        )

    def ask(self, *words: str) -> dict[str, Any]:
        """Run a command that answers in JSON, and return the answer."""
        ended = self.call(*words, "--json")
        assert ended.stdout, ended.stderr
        answer: dict[str, Any] = json.loads(ended.stdout)
        return answer

    def approve(self, *numbers: str) -> dict[str, Any]:
        """Approve these policies, or all that wait, by what is seen of them."""
        waiting = self.ask("approve", *numbers)["waiting"]
        named = [one["application_no"] for one in waiting]
        digests = [word for one in waiting for word in ("--digest", one["digest"])]
        return self.ask("approve", *named, "--by", "审批人", *digests)

    def run(self) -> tuple[int, dict[str, dict[str, Any]]]:
        """Run the list; return the exit code and the items by application number."""
        ended = self.call("run", str(self.work_list), "--json")
        items = json.loads(ended.stdout)["items"] if ended.stdout else []
        return ended.returncode, {item["application_no"]: item for item in items}

    def arrivals(self) -> dict[str, list[dict[str, Any]]]:
        """Return what the portal's own ledger says of every policy: all that arrived."""
        return {
            application_no: confirmations
            for state in self.enterprises
            for application_no, confirmations in state.ledger().items()
        }

    def typed(self) -> dict[str, str]:
        """Return the contact data that a confirmation should carry."""
        return asdict(self.contact)


@pytest.fixture(autouse=True)
def _home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test looks into, or changes, the home of the person who runs it."""
    with own_home(tmp_path_factory.mktemp("home")):
        yield


@pytest.fixture(autouse=True)
def _no_keyring() -> None:
    """No test looks into the keyring of the person who runs it, or into another test's."""
    keyring.set_keyring(NoKeyring())


@pytest.fixture(autouse=True)
def _no_other_worker() -> Iterator[None]:
    """Tests beside each other act for the same invented enterprise, and are no two operators."""
    with patch.object(machine_lock, "SPACE", f"test-{os.getpid()}"):
        yield


@pytest.fixture
def contact() -> Contact:
    """The contact of a work list that nothing is found in; the suite's own is odd."""
    return CONTACT


@pytest.fixture
def workplace(tmp_path: Path, portal_url: str, contact: Contact) -> Workplace:
    """An operator's folder of its own, before the first row."""
    return Workplace(tmp_path, portal_url, contact)


@pytest.fixture
def workplaces(tmp_path: Path, portal_url: str, contact: Contact) -> Callable[[str], Workplace]:
    """Make several folders, for operators on different machines."""

    def make(name: str) -> Workplace:
        folder = tmp_path / name
        folder.mkdir()
        return Workplace(folder, portal_url, contact)

    return make


@pytest.fixture
def egress(base_url: str, tmp_path: Path) -> Iterator[Egress]:
    """The browser's only way out."""
    egress = Egress([host_of(base_url)], tmp_path / "egress.log").start()
    yield egress
    egress.close()


@pytest.fixture
def form(desk: DeskPage, application_no: str, contact: Contact) -> ConfirmationPage:
    """A form that lacks nothing but the press."""
    form = desk.open_pending().process(application_no)
    return form.fill_contact(contact).accept_declaration()


@pytest.fixture
def intent(form: ConfirmationPage, contact: Contact) -> ApprovedIntent:
    """The intent to press it."""
    granted = Approval("模拟签字人", "授权委托", "", "")
    return ApprovedIntent(form.read(), contact, granted)


@pytest.fixture
def latch(form: ConfirmationPage, base_url: str, egress: Egress) -> Latch:
    """The latch over the form, laid."""
    settings = Settings(portal_url=base_url)
    sender = Client([host_of(base_url)], settings.timeout_seconds)
    latch = Latch(form.tab, settings, egress, sender)
    latch.lay()
    return latch
