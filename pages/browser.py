"""Find and launch a browser; `python -m pages.browser` installs one, and a Chinese font."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TypedDict

from playwright.sync_api import Browser, BrowserType, Playwright
from playwright.sync_api import Error as PlaywrightError

from pages.driver import driver, prepare_driver
from pages.not_started import NotStarted, not_started

CHANNELS = {
    "chrome": (
        "/opt/google/chrome/chrome",
        "/Applications/Google Chrome.app",
        r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    ),
    "msedge": (
        "/opt/microsoft/msedge/msedge",
        "/Applications/Microsoft Edge.app",
        r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    ),
}
SHELL = "chromium-headless-shell"  # the light browser; Playwright and Debian name it alike
FONTS = ("fontconfig", "fonts-noto-cjk")  # a tool that finds fonts, and a Chinese font
NO_FONT = f"没有中文字体，截图会是方框。请以管理员身份执行 apt-get install {' '.join(FONTS)}。"
PROGRAMS = ("chromium", "chromium-browser")
BY_PROXY_ALONE = (
    # traffic that a proxy does not carry: WebRTC's datagrams, and DNS look-ups
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    # features that can send unseen after the page that used them is gone
    "--disable-blink-features=FetchLaterAPI",
    "--disable-shared-workers",
)


class LaunchOptions(TypedDict, total=False):
    """The options with which Playwright's `launch` starts the browser that was found."""

    executable_path: str
    channel: str
    headless: bool
    chromium_sandbox: bool
    args: list[str]


class BrowserNotFound(NotStarted):
    """This machine has no browser that can be driven."""

    def __init__(self, *, headless: bool = True) -> None:
        super().__init__(
            "没有找到可用的浏览器" if headless else "没有找到能显示窗口的浏览器",
            "请安装谷歌浏览器，或以管理员身份执行 apt-get install "
            f"{SHELL if headless else PROGRAMS[0]} {' '.join(FONTS)}，然后再运行一次",
        )


def launch_options(
    browser_type: BrowserType, *, headless: bool = True, executable: str | None = None
) -> LaunchOptions:
    """Find a browser: `executable`, Playwright's own, Chrome, Edge, then the system's.

    Raises:
        BrowserNotFound: this machine has no browser that can be driven.
    """
    options = LaunchOptions(
        headless=headless,
        chromium_sandbox=not _is_root(),  # as root Chromium refuses to start inside its sandbox
        args=["--disable-background-networking"],
    )
    if executable:
        return {**options, "executable_path": executable}
    if _is_managed(Path(browser_type.executable_path), headless):
        return options
    for channel, paths in CHANNELS.items():
        if any(Path(path).exists() for path in paths):
            return {**options, "channel": channel}
    for name in (*((SHELL,) if headless else ()), *PROGRAMS):
        if program := shutil.which(name):
            return {**options, "executable_path": program}
    raise BrowserNotFound(headless=headless)


def launch(
    playwright: Playwright,
    *,
    headless: bool = True,
    executable: str | None = None,
    proxy: str | None = None,
) -> Browser:
    """Start a browser that leaves signals to this process and uses only `proxy`, if given.

    Raises:
        NotStarted: there is no browser, or it does not start; the text has its last line.
    """
    options = launch_options(playwright.chromium, headless=headless, executable=executable)
    options["args"] += BY_PROXY_ALONE if proxy else ()
    try:
        return playwright.chromium.launch(
            **options,
            proxy={"server": proxy} if proxy else None,
            handle_sigint=False,
            handle_sigterm=False,
            handle_sighup=False,
        )
    except PlaywrightError as error:
        raise not_started("浏览器", str(error)) from error


def _is_managed(chromium: Path, headless: bool) -> bool:
    if chromium.exists():
        return True
    # chromium-1255/chrome-linux64/chrome has a light sibling in chromium_headless_shell-1255
    build = chromium.parents[1]
    shell = build.with_name(build.name.replace("chromium-", "chromium_headless_shell-"))
    return headless and (shell / "INSTALLATION_COMPLETE").exists()


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _trouble() -> NotStarted | None:
    """Return why no browser starts, or None if one does."""
    try:
        with driver() as playwright:
            launch(playwright).close()
    except NotStarted as trouble:
        return trouble
    return None


def chinese_font_is_there() -> bool:
    """Tell whether Chinese is shown as Chinese, and not as boxes."""
    if sys.platform != "linux":
        return True
    if not shutil.which("fc-list"):
        return False
    fonts = subprocess.run(["fc-list", ":lang=zh-cn"], capture_output=True, check=False)
    return bool(fonts.stdout.strip())


def _run(*command: str) -> bool:
    """Print and run a command; after a failure print its first line of error output."""
    print(f"  {' '.join(command)}", flush=True)
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    ended = subprocess.run(command, capture_output=True, text=True, env=quiet, check=False)
    if ended.returncode:
        print("  没有成功：", *ended.stderr.strip().splitlines()[:1], flush=True)
    return ended.returncode == 0


def _as_root() -> tuple[str, ...] | None:
    """Return the prefix that runs a command as root without asking, or None."""
    if _is_root():
        return ()
    if shutil.which("sudo") and _run("sudo", "-n", "true"):
        return ("sudo", "-n")
    return None


def install() -> None:
    """Install a driver, a browser and a Chinese font where missing, as far as this user may.

    Raises:
        NotStarted: no browser starts even then; the text says what is missing.
    """
    if not _trouble() and chinese_font_is_there():
        return
    print("正在准备浏览器和中文字体：", flush=True)
    root = _as_root()
    apt = (*root, "apt-get") if root is not None and shutil.which("apt-get") else ()
    if apt:
        _run(*apt, "update", "-qq")
        if (trouble := _trouble()) and trouble.packages:
            _run(*apt, "install", "-y", "-qq", *trouble.packages)
    prepare_driver()  # no browser can be tried without the driver
    if _trouble():
        playwright = (sys.executable, "-m", "playwright")
        if _run(*playwright, "install", SHELL) and root is not None:
            _run(*root, *playwright, "install-deps", SHELL)
    if apt and _trouble():
        _run(*apt, "install", "-y", "-qq", SHELL)
    if apt and not chinese_font_is_there():
        _run(*apt, "install", "-y", "-qq", *FONTS)
    if trouble := _trouble():
        raise trouble
    if not chinese_font_is_there():
        sys.exit(NO_FONT)


if __name__ == "__main__":
    try:
        install()
    except NotStarted as error:
        sys.exit(str(error))
