"""Settings: the last of file, environment and options wins, and what is wrong is named."""

import re
from base64 import b64encode
from pathlib import Path
from runpy import run_path
from types import SimpleNamespace

import pytest
from pydantic import ValidationError

from bot import settings_file
from bot.errors import NotFit
from bot.parties import PRIME
from bot.persons import ROBOT, named_person
from bot.settings import Settings, load_settings
from tests.bot.homes import write_settings


def test_options_win_over_environment_and_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Each source counts where no later one speaks."""
    write_settings(
        tmp_path, 'portal_url = "http://127.0.0.1:1"\nbrowsers = 2\ntimeout_seconds = 3.0\n'
    )
    monkeypatch.setenv("SINGLE_WINDOW_BROWSERS", "3")
    monkeypatch.setenv("SINGLE_WINDOW_TIMEOUT_SECONDS", "4")

    settings = load_settings(tmp_path, browsers=5, portal_url=None)

    assert settings.portal_url == "http://127.0.0.1:1"
    assert settings.timeout_seconds == 4
    assert settings.browsers == 5


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("portal = 'x'", "portal"),
        ("portal_url = 'portal.example'", "portal_url"),
        ("portal_url = 'http://portal.example:x'", "portal_url"),
        ("portal_url = 'http://门户..example'", "portal_url"),
        ("portal_url = 'http://.'", "portal_url"),
        ("trusted_origins = ['portal.example']", "trusted_origins"),
        ("browsers = 0", "browsers"),
        ("portal_url = 'http://x@127.0.0.1'", "用户名"),
        ("portal_url = ", "TOML"),
        ("[[mandates]]\nsignatory = '甲'", "mandates 第 1 项 enterprises：没有写"),
        ("operatr = '甲'", "operatr：没有这个设置"),
        ("browsers = 'x'", "browsers：应是整数"),
        ("browsers = 99", "browsers：不能大于 16"),
        ("hours = ['x', '18:00']", "hours 第 1 项：应是时间"),
        ("hours = ['22:00', '06:00']", "开始在前"),
        ("hours = ['08:00:00Z', '18:00']", "不写时区"),
        ("timeout_seconds = inf", "timeout_seconds：不能大于 600"),
        ("login = 'pin'", "login：应是其中之一"),
        ("proxy = 'proxy.example:3128'", "proxy：应是 http"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, named: str):
    """One sentence says which setting is wrong, and in which file."""
    (tmp_path / "single-window.toml").write_text(text, encoding="utf-8")

    with pytest.raises(NotFit, match=named):
        load_settings(tmp_path)


def test_each_portal_has_a_store_of_its_own(tmp_path: Path):
    """The ledger of one portal says nothing about another."""
    stores = {
        load_settings(tmp_path, portal_url=url, data_dir=tmp_path).store
        for url in ("http://127.0.0.1:1", "http://127.0.0.1:2", "https://127.0.0.1:1")
    }

    assert len(stores) == 3


def test_a_portal_has_one_store_however_its_address_is_written(tmp_path: Path):
    """Two ledgers of one portal would each confirm the same policy."""
    stores = {
        load_settings(tmp_path, portal_url=url, data_dir=tmp_path).store
        for url in (
            "http://127.0.0.1:80",
            "http://127.0.0.1/",
            "http://localhost",
            "http://LOCALHOST:80/index.action?a=1",
            "http://127.0.0.1.",
            "http://localhost.:80",
        )
    }

    assert len(stores) == 1
    other = load_settings(tmp_path, portal_url="http://localhost.example")
    assert other.origin == "http://localhost.example"


def test_a_chinese_host_is_the_same_in_ascii_and_no_other(tmp_path: Path):
    """A browser writes it in ASCII, and so does the name of its store."""
    chinese, ascii_, other = (
        load_settings(tmp_path, portal_url=url, data_dir=tmp_path)
        for url in ("https://门户.example.", "https://xn--zoup46i.example", "https://测试.example")
    )

    assert chinese.origin == ascii_.origin == "https://xn--zoup46i.example"
    assert len({chinese.store, ascii_.store, other.store}) == 2


def test_a_data_folder_that_is_given_lies_where_the_command_is(tmp_path: Path, monkeypatch):
    """By option or variable: the same words mean the same ledger, whatever list they go with."""
    monkeypatch.chdir(tmp_path)
    given = {
        load_settings(tmp_path / name, data_dir=Path("data")).store.parent for name in ("a", "b")
    }
    monkeypatch.setenv("SINGLE_WINDOW_DATA_DIR", "data")
    given |= {load_settings(tmp_path / "c").store.parent}

    assert given == {tmp_path / "data"}


def test_a_relative_data_folder_lies_beside_the_list(tmp_path: Path, monkeypatch):
    """The same list has the same ledger, whichever folder the command is given in."""
    write_settings(tmp_path, 'data_dir = "data"\n')
    stores = set()
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        stores.add(load_settings(tmp_path).store)

    assert {store.parent for store in stores} == {tmp_path / "data"}


def test_settings_in_another_encoding_are_told(tmp_path: Path):
    """A file that Notepad wrote in GBK ends in one sentence."""
    text = 'portal_url = "http://127.0.0.1:1" # 门户'
    (tmp_path / "single-window.toml").write_bytes(text.encode("gbk"))

    with pytest.raises(NotFit, match="UTF-8"):
        load_settings(tmp_path)


def test_a_wrong_variable_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """An environment variable that cannot be read ends in one sentence."""
    monkeypatch.setenv("SINGLE_WINDOW_MANDATES", "abc")

    with pytest.raises(NotFit, match="环境变量"):
        load_settings(tmp_path)


@pytest.mark.parametrize("host", ["http://mock.example", "mock.example:80", "*", "*.example", ""])
def test_a_mock_host_is_one_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str):
    """Neither an address nor a pattern; whoever needs two names two."""
    monkeypatch.setenv("SINGLE_WINDOW_MOCK_HOSTS", f'["{host}"]')

    with pytest.raises(NotFit, match=r"mock_hosts.*主机名"):
        load_settings(tmp_path)


@pytest.mark.parametrize(
    "name",
    ["single-window.toml.txt", "single-window.txt", "Single-Window.toml", "single_window.toml"],
)
def test_settings_under_another_name_are_not_passed_over(tmp_path: Path, name: str):
    """A program has lengthened or changed the name; nothing goes on without what it says."""
    (tmp_path / name).write_text("four_eyes = true", encoding="utf-8")

    with pytest.raises(NotFit) as refused:
        load_settings(tmp_path)

    assert name in str(refused.value)
    assert "请改名" in str(refused.value)


@pytest.mark.parametrize("name", ["single-window.toml.bak", "notes.txt", "single-window-结果.txt"])
def test_other_files_beside_the_list_say_nothing(tmp_path: Path, name: str):
    """A folder without settings is a good one, and so is one with a copy beside the settings."""
    (tmp_path / name).write_text("four_eyes = true", encoding="utf-8")
    without = load_settings(tmp_path)
    (tmp_path / "single-window.toml").write_text("batch_limit = 3", encoding="utf-8")
    (tmp_path / "single-window.toml.txt").write_text("batch_limit = 4", encoding="utf-8")

    assert not without.four_eyes
    assert load_settings(tmp_path).batch_limit == 3


def register(*names: str) -> str:
    """Return a register with these approvers, each with the same bytes of a key as the name."""
    lines = (
        f"[[approvers]]\nname = '{one}'\nkey = '{b64encode(one.encode().ljust(32)).decode()}'\n"
        "enterprises = ['全部']\n"
        for one in names
    )
    return "".join(lines)


def keyed(key: bytes) -> str:
    """Return a register with one approver, who has this key."""
    return re.sub("key = '.*'", f"key = '{b64encode(key).decode()}'", register("a"))


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The administrator's folder, empty."""
    folder = tmp_path / "machine"
    folder.mkdir()
    monkeypatch.setattr(settings_file, "MACHINE_FOLDER", folder)
    return folder


ASKED = "four_eyes = true\n"
SIGNATURES: dict[str, tuple[str, str, dict[str, str], tuple[bool, list[str]]]] = {
    "asked by the folder": ("", ASKED + register("a"), {}, (True, ["a"])),
    "a variable takes nothing back": (
        *("", ASKED + register("a")),
        {"FOUR_EYES": "false", "APPROVERS": "[]"},
        (True, ["a"]),
    ),
    "asked by a variable": ("", register("a"), {"FOUR_EYES": "true"}, (True, ["a"])),
    "the folder takes nothing back": (
        *("", "four_eyes = false\n" + register("a")),
        {"FOUR_EYES": "true"},
        (True, ["a"]),
    ),
    "asked by the administrator": (ASKED + register("b"), "", {}, (True, ["b"])),
    "a key that the maker has added": (
        ASKED + register("b"),
        ASKED + register("b", "maker"),
        {},
        (True, ["b"]),
    ),
    "a folder that does without": (
        ASKED + register("b"),
        "four_eyes = false\n" + register("maker"),
        {"FOUR_EYES": "false"},
        (True, ["b"]),
    ),
    "nobody asks": ("", "four_eyes = false\n" + register("a"), {}, (False, ["a"])),
}


@pytest.mark.parametrize("case", SIGNATURES)
def test_who_asks_for_signatures_also_says_whose(
    tmp_path: Path, machine: Path, monkeypatch: pytest.MonkeyPatch, case: str
):
    """The administrator before the folder, and no variable takes back what either asks for."""
    of_machine, of_folder, variables, due = SIGNATURES[case]
    (machine / "single-window.toml").write_text(of_machine, encoding="utf-8")
    write_settings(tmp_path, of_folder)
    for name, value in variables.items():
        monkeypatch.setenv(f"SINGLE_WINDOW_{name}", value)

    settings = load_settings(tmp_path)

    assert (settings.four_eyes, [one.name for one in settings.approvers]) == due


@pytest.mark.parametrize(
    "text",
    [
        "portal_url = 'https://portal.example'",
        "four_eyes = ",
        "four_eyes = 'true'",
        "four_eyes = 1",
        "four_eyes = false",
        register("a"),
    ],
)
def test_the_administrators_file_says_who_signs_and_nothing_else(
    tmp_path: Path, machine: Path, text: str
):
    """It is read whoever runs a command, so it is right or nothing runs."""
    (machine / "single-window.toml").write_text(text, encoding="utf-8")

    with pytest.raises(NotFit, match="machine"):
        load_settings(tmp_path)


@pytest.mark.parametrize("variable", ["XDG_CONFIG_DIRS", "XDG_CONFIG_HOME", "HOME"])
def test_no_variable_moves_the_administrators_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
):
    """Whoever runs the bot could otherwise bring a register of his own."""
    monkeypatch.setenv(variable, str(tmp_path))

    read_anew = run_path(str(settings_file.__file__))
    assert read_anew["MACHINE_FOLDER"] == settings_file.MACHINE_FOLDER


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        (register("a") + register("a"), "写了两次"),
        ("[[approvers]]\nname = 'a'\nkey = 'x'\nenterprises = ['全部']", "公钥"),
        ("[[approvers]]\nname = 'a'\nenterprises = ['全部']", "key：没有写"),
        (register("a").replace("['全部']", "[]"), "不能为空"),
        (register("a") + "role = 'maker'\n", "应是其中之一"),
        ("four_eyes = 'true'\n" + register("a"), "应是 true 或 false"),
        ("four_eyes = 1\n" + register("a"), "应是 true 或 false"),
        (register("甲", " 甲"), "写了两次"),
        (register("A", "ａ"), "写了两次"),
        (register(" "), "应是一个人的姓名"),
        (keyed(bytes(32)), "公钥"),
        (keyed(bytes([1]) + bytes(31)), "公钥"),
        (keyed((PRIME - 1).to_bytes(32, "little")), "公钥"),
        (keyed((PRIME + 3).to_bytes(32, "little")), "公钥"),
        (keyed(bytes(range(32))).replace("Hh8=", "Hh9="), "公钥"),
    ],
)
def test_a_wrong_register_is_named(tmp_path: Path, lines: str, named: str):
    """Nobody is an approver by mistake."""
    write_settings(tmp_path, lines)

    with pytest.raises(NotFit, match=named):
        load_settings(tmp_path)


@pytest.mark.parametrize(
    "name", ["robot", "Robot", " ROBOT ", "ｒｏｂｏｔ", "ro bot", "", " \u3000"]
)
def test_no_operator_has_the_program_s_name(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The ledger tells by its name what no person has decided; a blank name is nobody's."""
    monkeypatch.setenv("SINGLE_WINDOW_OPERATOR", name)

    with pytest.raises(NotFit, match=r"operator：.*姓名"):
        load_settings(tmp_path)
    with pytest.raises(NotFit, match=r"operator：.*姓名"):
        load_settings(tmp_path, operator=name)


def test_an_account_of_the_program_s_name_is_no_operator(monkeypatch: pytest.MonkeyPatch):
    """The usual value passes the same rule; the person names who works here."""
    monkeypatch.setattr("bot.system_account.getpwuid", lambda _: SimpleNamespace(pw_name=ROBOT))

    with pytest.raises(ValidationError, match="程序自己的名字"):
        Settings()
    assert Settings(operator="模拟经办").operator == "模拟经办"
    assert named_person("模拟 经办") == "模拟 经办"
