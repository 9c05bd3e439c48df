"""信任: a folder that somebody else prepared decides nothing until a person has looked at it."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import chdir
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.credentials.passwords import ENVIRONMENT_PREFIX, PORTAL_VARIABLE
from bot.errors import NotFit
from bot.operations.demo import first_line, start_portal
from bot.portal.first_visit import MOCK_HEADER
from bot.settings import Settings, load_settings
from bot.settings_file import (
    FILE_NAME,
    HARMLESS,
    SettingsFile,
    digest_of,
    read_settings_file,
)
from bot.trust import Trusted, expect_trusted, keep_trusted
from pages.profile import PORTALS
from tests.bot.homes import trust_settings, write_settings
from tests.bot.lists import row, uscc, write_xlsx

WHO = {ENVIRONMENT_PREFIX + uscc(1): "Mock-1"}


class Elsewhere(BaseHTTPRequestHandler):
    """A server of somebody else, which calls itself a mock and writes down what arrives."""

    def do_GET(self) -> None:
        """Answer anything."""
        self.server.arrived.append(self.path)
        self.send_response(200)
        self.send_header(MOCK_HEADER, "1")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_CONNECT = do_GET

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def elsewhere() -> Iterator[ThreadingHTTPServer]:
    """That server; its address is not one of those that mean this computer."""
    with ThreadingHTTPServer(("127.0.0.2", 0), Elsewhere) as server:
        server.arrived = []
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def address(server: ThreadingHTTPServer) -> str:
    """Return the server's address."""
    return f"http://127.0.0.2:{server.server_port}"


@pytest.fixture
def prepared(tmp_path: Path) -> Path:
    """A folder with a list that came from somebody else."""
    folder = tmp_path / "收到的"
    folder.mkdir()
    write_xlsx(folder / "清单.xlsx", [row(1)])
    return folder


def run(folder: Path, **environment: str) -> tuple[int, str]:
    """Run the list of a folder; return the exit code, and what was said."""
    words = ["run", str(folder / "清单.xlsx")]
    ended = CliRunner().invoke(app, words, env=WHO | environment)
    return ended.exit_code, ended.stderr


ATTACKS = {
    "a portal that calls itself a mock": 'portal_url = "{url}"',
    "another origin of the portal": 'trusted_origins = ["{url}"]',
    "a proxy": 'proxy = "{url}"\nlive = true\nportal_url = "http://portal.example"',
    "a real portal without encryption": (
        'portal_url = "{url}"\nlive = true\nallow_http = ["127.0.0.2"]'
    ),
    "a host that the folder calls a mock": 'portal_url = "{url}"\nmock_hosts = ["127.0.0.2"]',
    "the same in capitals": 'portal_url = "{url}"\nMOCK_HOSTS = ["127.0.0.2"]',
    "a portal in capitals": 'Portal_Url = "{url}"',
    "a program for a browser": 'browser = "./chrome"',
    "another profile": 'portal_profile = "mine.toml"',
    "another ledger": 'data_dir = "data"',
    "an accepted second sending": 'confirm_transport = "browser"\naccept_double_sending = true',
    "an early second press": "quarantine_minutes = 0",
    "another name for who takes in": 'operator = "甲"',
    "an approval by nobody": (
        '[[mandates]]\nsignatory = "甲"\nenterprises = ["x"]\ndeclaration = "x"\n'
        'documents = ["x"]\nexpires = 2031-01-01'
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_folder_that_nobody_trusts_sends_nothing(
    prepared: Path, elsewhere: ThreadingHTTPServer, attack: str
):
    """Passwords are in the environment, and no byte leaves: exit code 4 and one sentence."""
    text = ATTACKS[attack].format(url=address(elsewhere))
    (prepared / FILE_NAME).write_text(text, "utf-8")

    code, said = run(prepared)

    assert (code, elsewhere.arrived) == (4, [])
    assert len(said.splitlines()) == 1
    assert "trust" in said or "MOCK_HOSTS" in said or "没有这个设置" in said


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "SINGLE_WINDOW_MOCK_HOSTS"),
        ({"SINGLE_WINDOW_MOCK_HOSTS": '["127.0.0.3", "127.0.0.2.example"]'}, "没有访问"),
        ({PORTAL_VARIABLE: "http://127.0.0.2"}, "没有访问"),
    ],
)
def test_a_trusted_folder_cannot_call_a_host_a_mock(
    prepared: Path, elsewhere: ThreadingHTTPServer, environment: dict[str, str], said: str
):
    """A person who trusts an address has not said that it is no real portal."""
    write_settings(prepared, f'portal_url = "{address(elsewhere)}"')

    code, told = run(prepared, **environment)

    assert (code, elsewhere.arrived) == (4, [])
    assert said in told


@pytest.mark.parametrize("name", ["mock_hosts", "Mock_Hosts", "MOCK_HOSTS"])
def test_no_trust_lets_a_folder_name_a_mock(tmp_path: Path, name: str):
    """However it is written, and although the record has the digest of just this file."""
    content = f'{name} = ["mock.example"]'.encode()
    (tmp_path / FILE_NAME).write_bytes(content)
    keep_trusted(tmp_path, Trusted(digest_of(content)))

    with pytest.raises(NotFit, match="只能写在环境变量里"):
        load_settings(tmp_path)


@pytest.mark.parametrize("name", ["Portal_Profile", "PORTAL_PROFILE", "portal_Profile"])
def test_a_setting_in_capitals_is_none(tmp_path: Path, name: str):
    """The library would take it, and no rule of this program would see it."""
    content = f'{name} = "own.toml"'.encode()
    (tmp_path / FILE_NAME).write_bytes(content)
    shutil.copy(PORTALS / "national.toml", tmp_path / "own.toml")
    keep_trusted(tmp_path, Trusted(digest_of(content)))

    with pytest.raises(NotFit, match=f"{name}：没有这个设置"):
        load_settings(tmp_path)


def test_passwords_of_the_environment_stay_at_home_even_at_a_named_mock(
    prepared: Path, elsewhere: ThreadingHTTPServer
):
    """The environment names the mock, not that the passwords are for it: only a look is sent."""
    write_settings(prepared, f'portal_url = "{address(elsewhere)}"')

    code, said = run(prepared, SINGLE_WINDOW_MOCK_HOSTS='["127.0.0.2"]')

    assert (code, elsewhere.arrived) == (4, ["/"])
    assert PORTAL_VARIABLE in said


@pytest.mark.parametrize("name", sorted(set(Settings.model_fields) - HARMLESS - {"mock_hosts"}))
def test_every_setting_needs_trust_that_is_not_known_as_harmless(tmp_path: Path, name: str):
    """A new setting needs it, too, until somebody has thought about it."""
    tables = ("mandates", "enterprises")
    (tmp_path / FILE_NAME).write_text(f"{name} = {'[]' if name in tables else '1'}", "utf-8")

    assert read_settings_file(tmp_path).sensitive == (name,)


def test_what_is_harmless_holds_without_trust(tmp_path: Path):
    """How long, how many and when decide neither where secrets go nor what is pressed."""
    text = 'browsers = 2\nhours = ["08:30:00", "18:00:00"]\ntimeout_seconds = 3\ndry_run = true'
    (tmp_path / FILE_NAME).write_text(text, "utf-8")

    settings = load_settings(tmp_path)

    assert (settings.browsers, settings.timeout_seconds, settings.dry_run) == (2, 3, True)
    assert set(Settings.model_fields) > HARMLESS


def test_the_person_s_own_variables_and_options_need_no_trust(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Nobody but the person who runs the command can give them."""
    monkeypatch.setenv("SINGLE_WINDOW_OPERATOR", "甲")
    profile = shutil.copy(PORTALS / "national.toml", tmp_path / "own.toml")

    settings = load_settings(tmp_path, portal_url="https://portal.example", portal_profile=profile)

    assert (settings.operator, settings.origin) == ("甲", "https://portal.example")
    assert settings.profile.home == load_settings(tmp_path, edition="national").profile.home


# --- ways round a trust that was given


def _trusted(tmp_path: Path) -> Path:
    """Return a folder that a person trusts, with a portal profile of its own."""
    folder = tmp_path / "office"
    folder.mkdir()
    shutil.copy(PORTALS / "guangdong.toml", folder / "own.toml")
    write_settings(folder, 'operator = "甲"\nportal_profile = "own.toml"')
    return folder


def _edit(folder: Path) -> None:
    (folder / FILE_NAME).write_text('operator = "乙"\nportal_profile = "own.toml"', "utf-8")


def _append(folder: Path) -> None:
    with (folder / FILE_NAME).open("a", encoding="utf-8") as file:
        file.write("\n# 注")


def _link(folder: Path) -> None:
    other = folder.parent / "other.toml"
    other.write_text('operator = "乙"', "utf-8")
    (folder / FILE_NAME).unlink()
    (folder / FILE_NAME).symlink_to(other)


def _change_profile(folder: Path) -> None:
    with (folder / "own.toml").open("a", encoding="utf-8") as file:
        file.write("\n# 注")


def _link_profile(folder: Path) -> None:
    (folder / "own.toml").unlink()
    (folder / "own.toml").symlink_to(PORTALS / "national.toml")


def _remove(folder: Path) -> None:
    (folder / FILE_NAME).unlink()


def _leave_what_is_harmless(folder: Path) -> None:
    (folder / FILE_NAME).write_text("browsers = 2", "utf-8")


def _replace_folder(folder: Path) -> None:
    folder.rename(folder.with_name("former"))
    folder.mkdir()
    _edit(folder)


def _forge_record(folder: Path) -> None:
    (record,) = (Path.home() / ".single-window" / "trusted").iterdir()
    _edit(folder)
    inside = folder / ".single-window" / "trusted"
    inside.mkdir(parents=True)
    told = json.loads(record.read_text("utf-8"))
    told["settings"] = read_settings_file(folder).digest
    (inside / record.name).write_text(json.dumps(told), "utf-8")


def _open_record(folder: Path) -> None:
    (record,) = (Path.home() / ".single-window" / "trusted").iterdir()
    record.chmod(0o666)


def _open_records(folder: Path) -> None:
    (Path.home() / ".single-window" / "trusted").chmod(0o777)


def _spoil_record(folder: Path) -> None:
    (record,) = (Path.home() / ".single-window" / "trusted").iterdir()
    record.write_text("[]", "utf-8")


@pytest.mark.parametrize(
    "way",
    [
        _edit,
        _append,
        _link,
        _change_profile,
        _link_profile,
        _remove,
        _leave_what_is_harmless,
        _replace_folder,
        _forge_record,
        _open_record,
        _open_records,
        _spoil_record,
    ],
)
def test_what_is_not_what_was_trusted_does_not_hold(tmp_path: Path, way):
    """Nor does a file that is gone: what it forbade must not be allowed without a word."""
    folder = _trusted(tmp_path)
    assert load_settings(folder).operator == "甲"

    way(folder)

    with pytest.raises(NotFit, match="信任"):
        load_settings(folder)


def test_a_copy_elsewhere_is_not_trusted(tmp_path: Path):
    """Its data folder would be another, and so would the list that it stands beside."""
    folder = _trusted(tmp_path)
    copy = shutil.copytree(folder, tmp_path / "copy")

    with pytest.raises(NotFit, match="single-window trust"):
        load_settings(copy)


def test_a_trusted_folder_has_many_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """By a link, by a relative path, and with the file written anew as it was."""
    folder = _trusted(tmp_path)
    (tmp_path / "link").symlink_to(folder)
    content = (folder / FILE_NAME).read_bytes()
    (folder / FILE_NAME).unlink()
    (folder / FILE_NAME).write_bytes(content)
    monkeypatch.chdir(folder)

    names = {load_settings(one).operator for one in (tmp_path / "link", Path(), Path("../office"))}

    assert names == {"甲"}


def test_a_trusted_path_does_not_lead_into_the_folder_of_the_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """`./chrome` is the program beside the trusted settings, not one that lies elsewhere."""
    folder = _trusted(tmp_path)
    write_settings(folder, 'browser = "./chrome"\ndata_dir = "d"\nportal_profile = "own.toml"')
    monkeypatch.chdir(tmp_path)

    settings = load_settings(Path("office"))

    assert settings.browser == str(folder / "chrome")
    assert settings.store.parent == folder / "d"
    assert settings.portal_profile == folder / "own.toml"


def test_a_path_of_the_person_s_own_does_not_lead_into_a_folder_that_came(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A variable means the folder of the call, where the person is, not that of the list."""
    (tmp_path / "received").mkdir()
    (tmp_path / "received" / "own.toml").write_text("", "utf-8")
    shutil.copy(PORTALS / "national.toml", tmp_path / "own.toml")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SINGLE_WINDOW_PORTAL_PROFILE", "own.toml")

    assert load_settings(Path("received")).portal_profile == tmp_path / "own.toml"


@pytest.mark.parametrize("module", ["mock_portal", "flask", "json"])
def test_a_module_in_the_folder_of_the_call_does_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str
):
    """`single-window portal` and `demo` start children, which do not import what lies there."""
    (tmp_path / f"{module}.py").write_text("open('ran', 'w')", "utf-8")
    monkeypatch.chdir(tmp_path)

    with start_portal("--port", "0") as portal:
        address_of_it = first_line(portal)
        portal.stdin.close()

    assert address_of_it.startswith("http://127.0.0.1:")
    assert not (tmp_path / "ran").exists()


def test_a_link_to_another_folder_is_trusted_as_that_folder(tmp_path: Path):
    """The name that was trusted now leads to what nobody has looked at."""
    link = tmp_path / "link"
    link.symlink_to(_trusted(tmp_path))
    assert load_settings(link).operator == "甲"
    (tmp_path / "other").mkdir()
    _edit(tmp_path / "other")
    link.unlink()
    link.symlink_to(tmp_path / "other")

    with pytest.raises(NotFit, match="single-window trust"):
        load_settings(link)


@pytest.fixture
def swapped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A trusted folder whose files are replaced right after the trust was checked."""
    folder = _trusted(tmp_path)

    def check_and_swap(file: SettingsFile) -> None:
        expect_trusted(file)
        _edit(folder)
        _change_profile(folder)

    monkeypatch.setattr("bot.settings.expect_trusted", check_and_swap)
    return folder


def test_the_settings_that_are_checked_are_those_that_hold(swapped: Path):
    """They are read once; what lies there afterwards does not count in this run."""
    write_settings(swapped, 'operator = "甲"')

    assert load_settings(swapped).operator == "甲"
    assert "乙" in (swapped / FILE_NAME).read_text("utf-8")


def test_the_profile_that_is_checked_is_the_one_that_holds(swapped: Path):
    """It is compared when it is read, after the settings."""
    with pytest.raises(NotFit, match=r"own\.toml 在信任以后改过"):
        load_settings(swapped)


def _pipe(file: Path) -> None:
    os.mkfifo(file)


def _endless(file: Path) -> None:
    file.symlink_to("/dev/zero")


def _large(file: Path) -> None:
    file.write_bytes(b"#" * (2 << 20))


def _circular(file: Path) -> None:
    file.symlink_to(file)


@pytest.mark.parametrize(
    "text",
    [
        f"browsers = {'[' * 200_000}",
        f"browsers = {'9' * 5000}",
        'portal_url = "\ufeff',
        "\ufeffbrowsers = 2",
        "browsers = 1979-13-01",
    ],
)
@pytest.mark.parametrize("name", [FILE_NAME, "own.toml"])
def test_a_file_that_is_made_to_break_the_reader_is_told(tmp_path: Path, name: str, text: str):
    """Brackets without end, a number without end: one sentence, no stack trace."""
    folder = _trusted(tmp_path)
    (folder / name).write_text(text, "utf-8")
    if name != FILE_NAME:
        trust_settings(folder)

    with pytest.raises(NotFit, match="不是有效的 TOML"):
        load_settings(folder)


def test_a_path_that_is_none_is_told(tmp_path: Path):
    """A path may hold what no file is called."""
    (tmp_path / FILE_NAME).write_text('portal_profile = "a\\u0000b"', "utf-8")

    assert trust(str(tmp_path))[0] == 4


@pytest.mark.parametrize("make", [_pipe, _endless, _large, _circular, Path.mkdir])
def test_a_settings_file_that_is_none_is_told_at_once(tmp_path: Path, make):
    """It neither hangs nor fills the memory."""
    make(tmp_path / FILE_NAME)

    with pytest.raises(NotFit, match=r"不是普通的文件|太大|读不出"):
        load_settings(tmp_path)


@pytest.mark.parametrize("make", [_pipe, _endless, _large, _circular, Path.mkdir])
def test_a_profile_is_read_with_the_same_care(tmp_path: Path, make):
    """A folder that is trusted may name one that was replaced."""
    folder = _trusted(tmp_path)
    (folder / "own.toml").unlink()
    make(folder / "own.toml")

    with pytest.raises(NotFit, match=r"不是普通的文件|太大|读不出"):
        load_settings(folder)


def test_nothing_that_an_untrusted_folder_names_is_opened(tmp_path: Path):
    """A path may be a share of somebody else's, and to open it would tell him who asks."""
    (tmp_path / FILE_NAME).write_text('portal_profile = "gone.toml"', "utf-8")

    with pytest.raises(NotFit, match="要有人看过"):
        load_settings(tmp_path)


@pytest.mark.parametrize("text", ['"{}" = 1', 'portal_url = 1\n"{}" = 2', '[["{}"]]', '"{}" ='])
@pytest.mark.parametrize("command", ["status", "trust"])
def test_an_untrusted_file_does_not_command_the_terminal(prepared: Path, text: str, command: str):
    """Names of settings are in messages; what a terminal would obey is spelled out."""
    (prepared / FILE_NAME).write_text(text.format("\\u001b[2J\\u202e"), "utf-8")

    with chdir(prepared):
        ended = CliRunner().invoke(app, [command])

    assert ended.exit_code in (1, 4)
    assert not {"\x1b", "\u202e"} & set(ended.output)


# --- the command


@pytest.fixture
def received(tmp_path: Path) -> Path:
    """A folder whose settings need trust."""
    text = (
        'portal_url = "https://portal.example"\nbrowsers = 2\n'
        '[[enterprises]]\nname = "甲\\u001b[2A\\u202e\\u0085乙"\n'
    )
    (tmp_path / FILE_NAME).write_text(text, "utf-8")
    return tmp_path


def trust(*words: str) -> tuple[int, str]:
    """Run `single-window trust` without a terminal."""
    ended = CliRunner().invoke(app, ["trust", *words])
    return ended.exit_code, ended.output


def test_trust_shows_what_it_is_about_and_how_to_go_on(received: Path):
    """Each value in a line, harmless ones left out, nothing invisible; nobody agreed: 1."""
    code, said = trust(str(received))

    assert code == 1
    assert 'portal_url = "https://portal.example"' in said
    assert 'enterprises[1].name = "甲\\x1b[2A\\u202e\\x85乙"' in said
    assert "browsers" not in said
    assert f"--digest {Trusted.now_in(read_settings_file(received)).digest}" in said


def test_without_a_terminal_the_digest_of_what_was_seen_is_named(received: Path):
    """Another content, or a part of a digest, is refused with exit code 2."""
    seen = Trusted.now_in(read_settings_file(received)).digest

    refused = [trust(str(received), "--digest", one)[0] for one in ("0" * 64, seen[:8])]
    agreed, _ = trust(str(received), "--digest", seen)
    again, said = trust(str(received))

    assert (refused, agreed, again) == ([2, 2], 0, 0)
    assert "已信任" in said


@pytest.mark.parametrize(("answer", "code"), [(True, 0), (False, 1)])
def test_at_a_terminal_the_person_is_asked(
    received: Path, monkeypatch: pytest.MonkeyPatch, answer: bool, code: int
):
    """Anything but yes trusts nothing."""
    monkeypatch.setattr("bot.cli.trust.is_person_there", lambda: True)
    monkeypatch.setattr("bot.cli.trust.is_agreed", lambda question: answer)

    assert trust(str(received))[0] == code
    assert trust(str(received), "--json")[0] == code


def test_what_was_shown_is_what_is_trusted(received: Path, monkeypatch: pytest.MonkeyPatch):
    """The file is replaced while the person reads; what he agreed to is not what lies there."""

    def agree(question: str) -> bool:
        (received / FILE_NAME).write_text('portal_url = "https://evil.example"', "utf-8")
        return True

    monkeypatch.setattr("bot.cli.trust.is_person_there", lambda: True)
    monkeypatch.setattr("bot.cli.trust.is_agreed", agree)

    assert trust(str(received))[0] == 0
    with pytest.raises(NotFit, match="改过"):
        load_settings(received)


def test_trust_is_taken_back(tmp_path: Path):
    """Then the folder is as if nobody had ever looked."""
    folder = _trusted(tmp_path)

    assert trust(str(folder), "--revoke")[0] == 0
    with pytest.raises(NotFit, match="要有人看过"):
        load_settings(folder)
    _remove(folder)
    assert load_settings(folder).portal_profile is None


def test_a_file_that_others_can_change_is_told(tmp_path: Path):
    """The person who trusts learns who else writes there: file, folder and profile."""
    folder = _trusted(tmp_path)
    for place in (folder, folder / FILE_NAME, folder / "own.toml"):
        place.chmod(0o777)

    _, said = trust(str(folder))

    assert said.count("别的账号能改写") == 3


@pytest.mark.parametrize(("text", "code"), [(None, 2), ("browsers = 2", 0), ("browsers = ", 4)])
def test_a_folder_without_anything_to_trust_is_told(tmp_path: Path, text: str | None, code: int):
    """No file, nothing that needs trust, or no TOML."""
    if text is not None:
        (tmp_path / FILE_NAME).write_text(text, "utf-8")

    assert trust(str(tmp_path))[0] == code


def test_the_record_is_the_person_s_own(tmp_path: Path):
    """In his home, readable by nobody else, and never in the folder."""
    folder = _trusted(tmp_path)
    (record,) = (Path.home() / ".single-window" / "trusted").iterdir()

    assert record.stat().st_mode & 0o777 == 0o600
    assert record.parent.stat().st_mode & 0o777 == 0o700
    assert sorted(one.name for one in folder.iterdir()) == ["own.toml", FILE_NAME]


def test_a_record_of_another_account_does_not_count(tmp_path: Path):
    """Somebody who can write into the home's folder cannot trust for its owner."""
    if os.getuid():
        pytest.skip("only an administrator can make a file of another account")
    folder = _trusted(tmp_path)
    (record,) = (Path.home() / ".single-window" / "trusted").iterdir()
    os.chown(record, 12345, 12345)

    with pytest.raises(NotFit, match="别的账号能改写"):
        load_settings(folder)
    keep_trusted(folder, Trusted.now_in(read_settings_file(folder)))
    assert load_settings(folder).operator == "甲"
