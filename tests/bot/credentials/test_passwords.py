"""A password goes from where it is kept to the keystroke, and nowhere else."""

import json
import os
import pickle
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import SecretService
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.credentials.passwords import PORTAL_VARIABLE, Passwords
from bot.credentials.store import PASSPHRASE, open_store
from bot.credentials.vault import Vault
from bot.errors import BusinessException, NotFit
from bot.settings import Settings, load_settings
from pages.models import Secret
from tests.bot.homes import write_settings
from tests.bot.lists import ORIGIN, row, uscc, write_xlsx

VARIABLE = "SINGLE_WINDOW_PASSWORD_" + uscc(1)
SECRET = Secret("密\"码&<'1")
KEY = Secret("保管库的口令")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The settings of an operator's folder."""
    return load_settings(tmp_path, data_dir=tmp_path / "data")


def pipe(text: str) -> str:
    """Return the number of a descriptor from which this text is read."""
    reader, writer = os.pipe()
    os.write(writer, text.encode())
    os.close(writer)
    return str(reader)


def test_a_secret_prints_as_stars():
    """Neither a message nor a data dump shows it."""
    assert f"{Secret('Mock-1')} {Secret('Mock-1')!r} {[Secret('Mock-1')]}" == "*** *** [***]"


def test_a_secret_is_never_stored():
    """The engine stores what steps take and give; a secret refuses."""
    with pytest.raises(TypeError, match="never stored"):
        pickle.dumps(Secret("Mock-1"))


def test_a_password_is_taken_out_of_the_environment(settings: Settings):
    """No child process inherits it."""
    environment = {VARIABLE: "Mock-1", "PATH": "/bin"}

    found = Passwords(settings, environment).find(uscc(1), "mock0001")

    assert found.reveal() == "Mock-1"
    assert environment == {"PATH": "/bin"}


def test_passwords_come_through_a_descriptor(settings: Settings):
    """What is never in the environment cannot be read there either."""
    lines = f"{uscc(1)}=Mock=1\n{uscc(2)}= Mock-2\n"
    environment = {"SINGLE_WINDOW_PASSWORDS_FD": pipe(lines)}

    passwords = Passwords(settings, environment)

    assert passwords.find(uscc(1), "mock0001").reveal() == "Mock=1"
    assert passwords.find(uscc(2), "mock0002").reveal() == " Mock-2"
    assert environment == {}


@pytest.mark.parametrize(
    ("address", "given"),
    [
        ("http://127.0.0.1:8765", {}),
        ("https://[::1]", {}),
        ("https://portal.example", {PORTAL_VARIABLE: "https://portal.example"}),
        ("https://portal.example:443/x", {PORTAL_VARIABLE: "HTTPS://Portal.Example./login"}),
        ("http://127.0.0.1:8765", {PORTAL_VARIABLE: "http://localhost:8765"}),
    ],
)
def test_passwords_of_the_environment_hold_at_their_portal(address: str, given: dict[str, str]):
    """The portal that a variable names, however it is written; else portals on this computer."""
    environment = {VARIABLE: "Mock-1"} | given

    found = Passwords(Settings(portal_url=address), environment).find(uscc(1), "mock0001")

    assert found.reveal() == "Mock-1"
    assert environment == {}


@pytest.mark.parametrize(
    ("address", "given"),
    [
        ("https://portal.example", {}),
        ("http://127.0.0.2", {}),
        ("http://127.0.0.1.example", {}),
        ("http://localhost.example", {}),
        ("http://0.0.0.0:8765", {}),
        ("http://127.1", {}),
        ("https://portal.example", {PORTAL_VARIABLE: "https://portal.example.org"}),
        ("https://portal.example", {PORTAL_VARIABLE: "http://portal.example"}),
        ("https://portal.example", {PORTAL_VARIABLE: "https://portal.example:8443"}),
        ("https://portal.example", {PORTAL_VARIABLE: "portal.example"}),
        ("https://portal.example", {PORTAL_VARIABLE: "https://portal.example:x"}),
        ("http://127.0.0.1:8765", {PORTAL_VARIABLE: "https://portal.example"}),
    ],
)
@pytest.mark.parametrize("is_piped", [True, False])
def test_passwords_of_the_environment_hold_at_no_other_portal(
    address: str, given: dict[str, str], is_piped: bool
):
    """Other host, scheme or port, or nothing said: nobody may type them there."""
    handed = {"SINGLE_WINDOW_PASSWORDS_FD": pipe(f"{uscc(1)}=Mock-1")}
    environment = (handed if is_piped else {VARIABLE: "Mock-1"}) | given

    with pytest.raises(NotFit, match=PORTAL_VARIABLE):
        Passwords(Settings(portal_url=address), environment)


def test_passwords_for_this_computer_go_to_no_other_origin_of_the_portal():
    """A further origin of a portal on this computer may lie elsewhere."""
    settings = Settings(trusted_origins=("https://portal.example",))

    with pytest.raises(NotFit, match=PORTAL_VARIABLE):
        Passwords(settings, {VARIABLE: "Mock-1"})


def test_a_descriptor_that_nobody_opened_is_told(settings: Settings):
    """One sentence instead of a stack trace."""
    with pytest.raises(NotFit, match="描述符 987"):
        Passwords(settings, {"SINGLE_WINDOW_PASSWORDS_FD": "987"})


def test_a_password_that_is_nowhere_is_a_case_for_a_person(settings: Settings):
    """The operator reads where to put it; a machine without a keyring is no error of its own."""
    with pytest.raises(BusinessException) as error:
        Passwords(settings, {}).find(uscc(1), "mock0001")

    assert error.value.code == "NO_CREDENTIAL"
    assert VARIABLE in error.value.next_step
    assert f"credentials set {uscc(1)}" in error.value.next_step


class Desktop(SecretService.Keyring):
    """A keyring of the desktop, in memory."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        """As the real one."""
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """As the real one."""
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        """As the real one."""
        del self.kept[service, username]


Desktop.__module__, Desktop.__qualname__ = "keyring.backends.SecretService", "Keyring"


def test_the_keyring_keeps_lists_and_forgets(settings: Settings):
    """It holds the password; which accounts there are is written beside, and nothing more."""
    keyring.set_keyring(Desktop())
    store = open_store(settings)

    store.keep(uscc(1), "mock0001", SECRET)
    found = open_store(settings).find(uscc(1), "mock0001")
    index = settings.store / "keyring.json"

    assert found
    assert found.reveal() == SECRET.reveal()
    assert store.names() == [(uscc(1), "mock0001")]
    assert SECRET.reveal() not in json.loads(index.read_text("utf-8"))["accounts"][0]
    assert (store.remove(uscc(1), "mock0001"), store.names()) == (True, [])


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """A vault with the passwords of two enterprises."""
    vault = Vault(tmp_path / "vault", ORIGIN, KEY)
    vault.keep(uscc(1), "mock0001", SECRET)
    vault.keep(uscc(2), "mock0002", Secret("Mock-2"))
    return vault


def stored(tmp_path: Path) -> dict[str, Any]:
    """Return what stands in the vault's file."""
    return dict(json.loads((tmp_path / "vault").read_text("utf-8")))


def test_the_vault_gives_back_what_was_kept(vault: Vault, tmp_path: Path):
    """With the same passphrase; only its owner may read the file, and nothing stands in clear."""
    file = tmp_path / "vault"

    found = Vault(file, ORIGIN, KEY).find(uscc(1), "mock0001")

    assert found
    assert found.reveal() == SECRET.reveal()
    assert file.stat().st_mode & 0o777 == 0o600
    assert "Mock-2" not in file.read_text("utf-8")
    assert vault.names() == [(uscc(1), "mock0001"), (uscc(2), "mock0002")]
    assert list(tmp_path.iterdir()) == [file]


def swap(entries: dict[str, str]) -> dict[str, str]:
    """Give each enterprise the other's password."""
    return dict(zip(entries, reversed(entries.values()), strict=True))


def alter(entries: dict[str, str]) -> dict[str, str]:
    """Change one character of each password."""
    return {
        name: sealed[:20] + chr(ord(sealed[20]) ^ 1) + sealed[21:]
        for name, sealed in entries.items()
    }


@pytest.mark.parametrize("tamper", [swap, alter])
def test_a_vault_that_was_tampered_with_gives_nothing(vault: Vault, tmp_path: Path, tamper):
    """A password is sealed to its enterprise, its account and its portal."""
    content = stored(tmp_path)
    content["entries"] = tamper(content["entries"])
    (tmp_path / "vault").write_text(json.dumps(content), "utf-8")

    with pytest.raises(BusinessException) as error:
        Vault(tmp_path / "vault", ORIGIN, KEY).find(uscc(1), "mock0001")

    assert "调换或改动" in error.value.explanation
    assert "credentials set" in error.value.next_step


@pytest.mark.parametrize(
    ("origin", "key"), [(ORIGIN, Secret("别的口令")), ("https://portal.example", KEY)]
)
def test_another_key_or_another_portal_opens_nothing(
    vault: Vault, tmp_path: Path, origin: str, key: Secret
):
    """The vault of a mock is of no use for the real portal."""
    with pytest.raises(NotFit, match="口令不对，或文件被改动。请核对口令"):
        Vault(tmp_path / "vault", origin, key)


def test_a_vault_that_others_can_read_is_refused(vault: Vault, tmp_path: Path):
    """Whoever could read it has had time to guess."""
    (tmp_path / "vault").chmod(0o644)

    with pytest.raises(NotFit, match=r"别人也能读（权限 0644）。请执行 chmod 600"):
        Vault(tmp_path / "vault", ORIGIN, KEY)


class PlaintextKeyring(KeyringBackend):
    """What keyrings.alt falls back to."""

    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        """Give what anybody can read."""
        return "Mock-1"

    def set_password(self, service: str, username: str, password: str) -> None:
        """Store nothing; it must not come to that."""


def test_a_keyring_in_clear_is_refused_by_its_name(settings: Settings):
    """It would be taken silently, for it is there and it works."""
    keyring.set_keyring(PlaintextKeyring())

    with pytest.raises(NotFit, match=r'PlaintextKeyring 可能以明文保存.*请卸载它.*"vault"'):
        open_store(settings)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"version": 2}'])
def test_what_is_no_vault_is_told(tmp_path: Path, content: str):
    """One sentence instead of a stack trace."""
    file = tmp_path / "vault"
    file.touch(0o600)
    file.write_text(content)

    with pytest.raises(NotFit, match="不是这个版本的保管库"):
        Vault(file, ORIGIN, KEY)


def test_without_a_person_the_passphrase_must_be_handed_over(tmp_path: Path):
    """A schedule has no terminal; it reads which variable to use."""
    settings = load_settings(tmp_path, data_dir=tmp_path / "data", credentials="vault")

    with pytest.raises(NotFit, match="SINGLE_WINDOW_VAULT_PASSPHRASE_FD"):
        open_store(settings, {})
    assert open_store(settings, {f"{PASSPHRASE}_FD": pipe("口令\n")}).names() == []


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose settings say that passwords are kept in a vault."""
    monkeypatch.chdir(tmp_path)
    write_settings(
        tmp_path,
        f"""credentials = "vault"
data_dir = "data"
[[mandates]]
signatory = "模拟签字人"
enterprises = ["{uscc(3)}"]
declaration = "x"
documents = ["x"]
expires = 2031-01-01
""",
    )
    return tmp_path


def call(*words: str, typed: str = "") -> Result:
    """Run `single-window credentials`."""
    environment = {PASSPHRASE: KEY.reveal()}
    return CliRunner().invoke(app, ["credentials", *words], input=typed, env=environment)


def test_the_commands_keep_list_check_and_forget(office: Path):
    """The password comes from a pipe, and no command shows it."""
    work_list = write_xlsx(office / "清单.xlsx", [row(1), row(2)])

    kept = call("set", uscc(1), "mock0001", typed="Mock-1\n")
    listed = call("list", "--json")
    checked = call("check", str(work_list), "--json")
    removed = call("remove", uscc(1), "mock0001")
    again = call("remove", uscc(1), "mock0001")
    places = {one["uscc"]: one["place"] for one in json.loads(checked.stdout)["accounts"]}

    assert kept.stdout == f"已存入保管库：{uscc(1)} mock0001\n"
    assert json.loads(listed.stdout)["accounts"] == [{"uscc": uscc(1), "account": "mock0001"}]
    assert places == {uscc(1): "保管库", uscc(2): "", uscc(3): ""}
    assert (checked.exit_code, removed.exit_code, again.exit_code) == (1, 0, 2)
    assert "Mock-1" not in kept.output + listed.output + checked.output + removed.output


@pytest.mark.parametrize("typed", [uscc(2).lower(), f" {uscc(2)}", "９" + uscc(2)[1:]])
def test_an_account_is_kept_as_lists_name_it(office: Path, typed: str):
    """Small letters, blanks and full-width signs are put right, else no run would find it."""
    work_list = write_xlsx(office / "清单.xlsx", [row(2)])

    kept = call("set", typed, " mock0002 ", typed="Mock-2\n")
    checked = call("check", str(work_list), "--json")
    removed = call("remove", typed, " mock0002")

    assert kept.stdout == f"已存入保管库：{uscc(2)} mock0002\n"
    assert json.loads(checked.stdout)["accounts"][0]["place"] == "保管库"
    assert removed.stdout == f"已从保管库删除：{uscc(2)} mock0002\n"


def test_what_was_kept_otherwise_can_be_removed(office: Path, monkeypatch: pytest.MonkeyPatch):
    """A password under a name that no list has, as earlier programs kept it, does not stay."""
    monkeypatch.setenv(PASSPHRASE, KEY.reveal())
    open_store(load_settings(office)).keep(uscc(2).lower(), "mock0002", SECRET)

    removed = call("remove", uscc(2).lower(), "mock0002")

    assert removed.exit_code == 0
    assert json.loads(call("list", "--json").stdout)["accounts"] == []


@pytest.mark.parametrize(
    ("code", "typed", "told"),
    [
        ("914401019550018901", "x", "校验位不对"),
        ("²", "x", "不是 0 至 9"),
        (uscc(1), "", "没有输入"),
    ],
)
def test_a_slip_keeps_nothing(office: Path, code: str, typed: str, told: str):
    """Neither for an enterprise that cannot exist nor an empty password."""
    ended = call("set", code, "mock0001", typed=typed)

    assert ended.exit_code == 2
    assert told in ended.stderr
    assert json.loads(call("list", "--json").stdout)["accounts"] == []


class Person:
    """Somebody at the terminal, who is asked for one password after the other."""

    def __init__(self, answers: dict[str, str]) -> None:
        self.answers = answers
        self.asked: list[str] = []
        self.stdin = self

    def isatty(self) -> bool:
        """Say that there is a terminal."""
        return True

    def ask(self, prompt: str) -> Secret:
        """Answer by the account at the end of the question."""
        self.asked.append(prompt)
        return Secret(self.answers.get(prompt.split()[-1], ""))


def test_all_missing_passwords_of_a_list_are_asked_for(
    office: Path, monkeypatch: pytest.MonkeyPatch
):
    """Rows with other errors too, each account once, under one passphrase for the vault."""
    call("set", uscc(1), "mock0001", typed="Mock-1\n")
    person = Person({"mock0002": "Mock-2", "mock0003": "Mock-3"})
    monkeypatch.setattr("bot.cli.credentials.sys", person)
    monkeypatch.setattr("bot.cli.credentials.ask_password", person.ask)
    spoilt = row(3) | {"主要联系人手机": "x"}
    rows = [row(1), row(2), row(2) | {"申请编号": "XW2"}, spoilt, row(4)]
    work_list = write_xlsx(office / "清单.xlsx", rows)

    first = call("set", "--missing", str(work_list))
    asked, person.asked = person.asked, []
    person.answers = {"mock0004": "Mock-4"}
    second = call("set", "--missing", str(work_list))
    checked = json.loads(call("check", str(work_list), "--json").stdout)["accounts"]

    assert [prompt.split()[-1] for prompt in asked] == ["mock0002", "mock0003", "mock0004"]
    assert "模拟出口企业0002有限公司" in asked[0]
    assert (first.exit_code, "4 个账号，1 个没有密码" in first.stdout) == (1, True)
    assert [prompt.split()[-1] for prompt in person.asked] == ["mock0004"]
    assert (second.exit_code, "0 个没有密码" in second.stdout) == (0, True)
    assert {one["account"] for one in checked if one["place"]} >= {"mock0002", "mock0004"}
    assert "Mock-" not in first.output + second.output


def test_rows_with_errors_are_looked_for_too(office: Path):
    """Whoever mends them does not hear of the password only then."""
    work_list = write_xlsx(office / "清单.xlsx", [row(1), row(2) | {"主要联系人手机": "x"}])

    checked = call("check", str(work_list), "--json")
    names = {one["uscc"]: one["enterprise_name"] for one in json.loads(checked.stdout)["accounts"]}

    assert names[uscc(2)] == row(2)["企业名称"]


def test_a_list_without_any_account_asks_nothing(office: Path, monkeypatch: pytest.MonkeyPatch):
    """It says why no row names one."""
    person = Person({})
    monkeypatch.setattr("bot.cli.credentials.sys", person)
    monkeypatch.setattr("bot.cli.credentials.ask_password", person.ask)
    work_list = write_xlsx(office / "清单.xlsx", [row(1) | {"统一社会信用代码": "x"}])

    ended = call("set", "--missing", str(work_list))

    assert ended.exit_code == 2
    assert "| B44 |" in ended.stderr
    assert person.asked == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--missing", "清单.xlsx"), "请在终端前运行"),
        ((), "请给出统一社会信用代码和登录账号"),
        ((uscc(1),), "请给出统一社会信用代码和登录账号"),
        ((uscc(1), "mock0001", "--missing", "清单.xlsx"), "请给出统一社会信用代码和登录账号"),
    ],
)
def test_a_password_of_nobody_in_particular_is_not_taken(
    office: Path, words: tuple[str, ...], told: str
):
    """A pipe could give a password to another account than the one that is meant."""
    ended = call("set", *words, typed="Mock-1\n")

    assert ended.exit_code == 2
    assert told in ended.stderr
    assert json.loads(call("list", "--json").stdout)["accounts"] == []
