"""Why a browser or its driver does not start: its own last line, and a person's next step.

Playwright's text holds the browser's output, but its first line says only "closed".
"""

import re
import sys

PACKAGES = {  # of Debian and Ubuntu, whose releases all use these names
    "libatomic.so.1": "libatomic1",
    "libgbm.so.1": "libgbm1",
    "libnspr4.so": "libnspr4",
    "libnss3.so": "libnss3",
    "libnssutil3.so": "libnss3",
    "libsmime3.so": "libnss3",
    "libstdc++.so.6": "libstdc++6",
    "libxkbcommon.so.0": "libxkbcommon0",
}
INSTALLER = f"{sys.executable} -m pages.browser"
AS_ROOT = "请以管理员身份执行"
LACKS_LIBRARY = "cannot open shared object file|missing dependencies"
STEPS = {  # words of the line that tells why, and the next step
    r"sandbox": "请安装谷歌浏览器，它的安装包带有使用沙箱的许可；"
    "在容器里请改用允许 user namespaces 的安全配置",
    r"too long": "临时文件夹的路径太长，请改用短的，例如 TMPDIR=/tmp",
    r"No space left": "磁盘满了，请清理",
    r"X server|DISPLAY": "浏览器的窗口没有地方显示，请在有桌面的机器上运行",
    r"EACCES|[Pp]ermission denied": "请检查这个程序的执行权限",
    r"executable doesn't exist": "请核对设置 browser 写明的程序，或去掉这一项",
    r"Timeout \d+ms exceeded": "电脑可能太忙，请关闭别的程序",
}
OTHERWISE = "请按这句话处理；仍不行时请安装谷歌浏览器，或在设置中用 browser 指明程序"
LONGEST = 200  # characters

PRINTED = re.compile(r"\[pid=\d+\]\[err\] *(\S.*)")
ENDED = re.compile(r"<process did exit: (.*)>")
TELLING = re.compile("|".join(("FATAL", LACKS_LIBRARY, *STEPS)))
PLACE = re.compile(r"^\[[^\]]*:[A-Z]+:[^\]]*\] *")  # Chromium's time and source line
BY_PLAYWRIGHT = re.compile(r"^BrowserType\.launch:|[╔═╗║╚╝]+")
LIBRARY = re.compile(r"\blib[\w.+-]+\.so[\w.]*(?=: cannot open shared object file)")
APT = re.compile(r"apt-get install ((?:[a-z0-9][a-z0-9.+-]*[\s\\║]+)+)")
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


class NotStarted(Exception):
    """A browser, or the driver between it and this program, does not start on this machine."""

    def __init__(self, told: str, next_step: str, packages: tuple[str, ...] = ()) -> None:
        super().__init__(told, next_step)
        self.told = told
        self.next_step = next_step
        self.packages = packages  # system packages that may make it start

    def __str__(self) -> str:
        return f"{self.told}。{self.next_step}。"


def not_started(name: str, said: str) -> NotStarted:
    """Return the error for a program's last output, be it raw or quoted by Playwright."""
    line, packages = telling_line(said), packages_in(said)
    return NotStarted(
        f"{name}没有启动：{line}", f"{_step(line, packages)}，然后再运行一次", packages
    )


def telling_line(said: str) -> str:
    """Return the line that tells why: a line of a known kind, or the last printed line."""
    printed = PRINTED.findall(said)
    lines = [one.strip() for one in BY_PLAYWRIGHT.sub("", said).splitlines() if one.strip()]
    if ended := ENDED.findall(said):
        lines = [f"一启动就退出了（{ended[-1]}）"]
    choice = printed or lines[:1] or ["没有说明原因"]
    told = [one for one in printed or lines if TELLING.search(one)]
    line = UNPRINTABLE.sub(" ", PLACE.sub("", (told or choice)[-1]))
    return line[:LONGEST].rstrip(" .。")


def packages_in(said: str) -> tuple[str, ...]:
    """Return the packages that hold the missing libraries, as far as they are known."""
    named = [one for advice in APT.findall(said) for one in re.findall(r"[\w.+-]+", advice)]
    known = [PACKAGES[one] for one in LIBRARY.findall(said) if one in PACKAGES]
    return tuple(dict.fromkeys(named + known))


def _step(line: str, packages: tuple[str, ...]) -> str:
    if packages:
        return f"{AS_ROOT} apt-get install {' '.join(packages)}，或 {INSTALLER}"
    if re.search(LACKS_LIBRARY, line):
        return f"{AS_ROOT} {INSTALLER}"
    return next((step for words, step in STEPS.items() if re.search(words, line)), OTHERWISE)
