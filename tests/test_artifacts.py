"""A failing session that was as careless as can be leaves no secret anywhere."""

import io
import json
import subprocess
import sys
import zipfile
from base64 import b64encode
from collections.abc import Iterator
from hashlib import md5
from pathlib import Path

ROOT = Path(__file__).parent.parent
CARELESS = """
import json
from hashlib import md5
from pathlib import Path
from playwright.sync_api import expect


def test_fails_with_everything_in_sight(context, login_page, mock_state, enterprise):
    password = enterprise.password.reveal()
    digest = md5(password.encode()).hexdigest()
    print("typed", password, digest)
    login_page.password.fill(password)
    for key in password:
        login_page.tab.keyboard.press(key)
    login_page.tab.evaluate("text => console.log(text)", password)
    expect(login_page.password, password).to_have_value(digest, timeout=100)


def test_fails_signed_in(home, context, enterprise):
    cookies = {one["name"]: one["value"] for one in context.cookies()}
    known = [enterprise.password.reveal(), cookies["JSESSIONID"], cookies["CASTGC"]]
    Path(__file__).with_name("known.json").write_text(json.dumps(known))
    home.tab.screenshot(path=f"{Path(__file__).parent}/out/{known[0]}.png")
    assert home.tab.url == known


def test_passes(home):
    assert home.enterprise_name()
"""

NAMED = """
import pytest
from fixtures.artifacts import remember
from pages.models import Secret


@pytest.mark.parametrize("pin", ["31415926", "27182818"])
def test_pin(pin):
    remember(Secret(pin))
"""


def run(folder: Path, tests: str, *options: str) -> subprocess.CompletedProcess[bytes]:
    """Run these tests in a session of their own, with the fixtures of the suite."""
    (folder / "conftest.py").write_text((ROOT / "conftest.py").read_text("utf-8"), "utf-8")
    (folder / "test_careless.py").write_text(tests, "utf-8")
    command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml")]
    command += ["--rootdir", str(ROOT), "-n", "1", "-p", "no:cacheprovider", *options]
    command += [str(folder / "test_careless.py")]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False)


def contents(path: Path, content: bytes) -> Iterator[bytes]:
    """Give a file's name and content, and those of whatever is packed in it."""
    yield path.name.encode()
    yield content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield from contents(Path(name), archive.read(name))


def test_a_careless_session_leaves_no_secret(tmp_path: Path):
    """Traces of failures and successes, pictures, results, the terminal: stars in their place."""
    out = tmp_path / "out"
    options = ["--showlocals", "-vv", "--tracing", "on", "--screenshot", "on", f"--output={out}"]
    options += [f"--alluredir={tmp_path / 'allure'}", f"--junitxml={tmp_path / 'junit.xml'}"]

    ended = run(tmp_path, CARELESS, *options)
    password, *cookies = json.loads((tmp_path / "known.json").read_text("utf-8"))
    places = [*out.rglob("*"), *(tmp_path / "allure").iterdir(), tmp_path / "junit.xml"]
    files = [path for path in places if path.is_file()]
    everything = [one for path in files for one in contents(path, path.read_bytes())]
    everything += [ended.stdout, ended.stderr]
    plain = password.encode()
    secrets = [plain, b64encode(plain), md5(plain).hexdigest().encode()]
    secrets += [cookie.encode() for cookie in cookies]

    assert (ended.returncode, b"2 failed, 1 passed" in ended.stdout) == (1, True), ended.stdout
    assert len([path for path in files if path.suffix == ".zip"]) == 3
    assert [one for one in everything if any(secret in one for secret in secrets)] == []
    assert sum(b"*" * len(plain) in one for one in everything) > 5
    assert "秘密留在".encode() not in ended.stdout


def test_a_test_is_not_named_after_a_secret(tmp_path: Path):
    """Under stars two examples would be one in the report; so the session fails and names them."""
    ended = run(tmp_path, NAMED)
    told = ended.stdout.decode()

    assert (ended.returncode, "2 passed" in told) == (1, True), told
    assert "用例的名字里有秘密" in told
    assert "test_pin[********]" in told
    assert "31415926" not in told


COLLECT = """
import sys, pytest
pytest.main(["--collect-only", "-q", "-p", "no:cacheprovider", "features"])
print(*sorted(name for name in sys.modules if name.partition(".")[0] in %r))
"""
HEAVY = ("bot", "dbos", "openpyxl", "pydantic_settings", "rich", "sqlalchemy", "typer")


def test_collecting_the_suite_loads_of_the_bot_the_secret_scan_alone():
    """Every session of every tester would wait for whatever else it loads."""
    command = [sys.executable, "-c", COLLECT % (HEAVY,)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    assert ended.stdout.splitlines()[-1] == "bot bot.secret_scan"
