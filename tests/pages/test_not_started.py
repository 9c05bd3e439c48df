"""A browser that does not start says why, and what helps."""

from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from pages.browser import launch
from pages.not_started import INSTALLER, NotStarted, not_started

CLOSED = """BrowserType.launch: Target page, context or browser has been closed
Browser logs:

<launching> /opt/browser --no-sandbox --disable-dev-shm-usage --user-data-dir=/tmp/profile
<launched> pid=7
{printed}
Call log:
  - <launched> pid=7
  - {printed}
  - [pid=7] <gracefully close start>
  - [pid=7] <process did exit: exitCode={code}, signal=null>
"""
BOX = """BrowserType.launch:
╔══════════════════════════════════════════════════════╗
║ Host system is missing dependencies to run browsers. ║
║ Please install them with the following command:      ║
║                                                      ║
║     sudo playwright install-deps                     ║
║                                                      ║
║ Alternatively, use apt:                              ║
║     sudo apt-get install libnspr4\\                   ║
║         libnss3\\                                     ║
║         libgbm1                                      ║
║                                                      ║
║ <3 Playwright Team                                   ║
╚══════════════════════════════════════════════════════╝
"""
LOADER = "chrome: error while loading shared libraries: {}: cannot open shared object file: No such"


def closed(*lines: str, code: int = 127) -> str:
    """Return what Playwright says of a browser that printed these lines and ended."""
    return CLOSED.format(printed="\n".join(f"[pid=7][err] {one}" for one in lines), code=code)


@pytest.mark.parametrize(
    ("said", "line", "step"),
    [
        (closed(LOADER.format("libnss3.so")), "libnss3.so: cannot open", "install libnss3，或"),
        (closed(LOADER.format("libX11.so.6")), "libX11.so.6: cannot open", INSTALLER),
        (BOX, "missing dependencies", "apt-get install libnspr4 libnss3 libgbm1，或"),
        (
            closed("[7:7:1129/03.1:FATAL:zygote_host_impl_linux.cc(127)] No usable sandbox! If"),
            "：No usable sandbox! If",
            "许可",
        ),
        (
            closed("[7:7:1129/03.1:FATAL:setuid_sandbox_host.cc(163)] The SUID sandbox helper"),
            "：The SUID sandbox helper",
            "许可",
        ),
        (
            closed(
                "[7:7:1129/03.1:FATAL:process_singleton_posix.cc(169)] Socket path too long: /tmp",
                "#0 0x55d0c0ffee00 (/opt/browser+0x1)",
            ),
            "：Socket path too long: /tmp",
            "TMPDIR=/tmp",
        ),
        (closed("mkdir: File name too long (36)"), "File name too long", "TMPDIR=/tmp"),
        (closed("write: No space left on device"), "No space left", "清理"),
        (closed("Missing X server or $DISPLAY", code=1), "Missing X server", "有桌面"),
        (closed("甲", "乙"), "：乙", "请按这句话处理"),
        (
            CLOSED.format(printed="", code=3),
            "一启动就退出了（exitCode=3, signal=null）",
            "指明程序",
        ),
        (
            "BrowserType.launch: Failed to launch: Error: spawn /opt/browser EACCES\nCall log:",
            "：Failed to launch: Error: spawn /opt/browser EACCES",
            "执行权限",
        ),
        (
            "BrowserType.launch: Failed to launch chromium because executable doesn't exist at /a",
            "executable doesn't exist at /a",
            "设置 browser",
        ),
        ("BrowserType.launch: Timeout 180000ms exceeded.", "180000ms exceeded", "太忙"),
        ("", "没有说明原因", "请按这句话处理"),
    ],
)
def test_telling_line_and_its_next_step(said: str, line: str, step: str):
    """Each kind is known by the browser's own words, whatever Playwright says around them."""
    error = not_started("浏览器", said)

    assert error.told.startswith("浏览器没有启动：")
    assert line in error.told
    assert step in error.next_step
    assert "closed" not in str(error)


def test_line_is_fit_to_be_shown():
    """What a browser prints may be long, or steer a terminal."""
    told = not_started("浏览器", closed("\x1b[31m红" * 99)).told

    assert "\x1b" not in told
    assert len(told) < 220


@pytest.mark.parametrize(
    ("script", "line"),
    [
        (f"echo '{LOADER.format('libnss3.so')}' >&2; exit 127", "libnss3.so: cannot open"),
        ("echo '[7:7:1:FATAL:a.cc(1)] No usable sandbox!' >&2; kill -TRAP $$", "No usable sandbox"),
        ("echo 'Socket path too long: /tmp/a' >&2; kill -ABRT $$", "Socket path too long: /tmp/a"),
        ("exit 3", "exitCode=3"),
    ],
)
def test_browser_is_quoted(tmp_path: Path, playwright: Playwright, script: str, line: str):
    """Playwright's text, as it is today, holds what the program printed."""
    program = tmp_path / "browser"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)

    with pytest.raises(NotStarted) as error:
        launch(playwright, executable=str(program))

    assert line in error.value.told


def test_program_that_is_not_there_is_named(tmp_path: Path, playwright: Playwright):
    """A setting that names a wrong program leads to that setting."""
    with pytest.raises(NotStarted, match="请核对设置 browser") as error:
        launch(playwright, executable=str(tmp_path / "none"))

    assert str(tmp_path / "none") in error.value.told
