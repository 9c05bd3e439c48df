"""The demonstration: a mock portal, a work list, and the real command on it; alone knows doors."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import urllib3
from openpyxl import Workbook

from bot import declaration
from bot.credentials.passwords import ENVIRONMENT_PREFIX, PORTAL_VARIABLE
from bot.errors import NotFit
from bot.portal.sign_in import Attendant
from bot.settings import Settings
from bot.settings_file import FILE_NAME, digest_of
from bot.trust import Trusted, keep_trusted
from bot.work_list.columns import COLUMNS
from pages.models import Secret
from pages.parts import CaptchaPicture

ENTERPRISES = 3
POLICIES = 2
TOKEN_VARIABLE = "SINGLE_WINDOW_DOORS_TOKEN"


@dataclass(frozen=True, slots=True)
class Trial:
    """What a person may try by hand with an enterprise made for it."""

    purpose: str
    wishes: Mapping[str, Any]
    faults: tuple[str, ...] = ()


TRIALS = (
    Trial("走完指引全程", {"pending": 3}),
    Trial("保单很多，要翻页", {"pending": 23}),
    Trial("没有待确认的保单", {"pending": 0}),
    Trial("第一次进入：绑定，或快速注册", {"pending": 1, "bound": False}),
    Trial("国标版账号：弹窗后改用本地登录", {"pending": 1, "edition": "national"}),
    Trial("还没有注册：立即注册", {"registered": False}),
    Trial("卡控件没有安装：卡介质要求安装", {"pending": 1, "card": "card_not_installed"}),
    Trial("读卡器里没有卡", {"pending": 1, "card": "card_missing"}),
    Trial("读卡器复位失败：重启控件后才好", {"pending": 1, "card": "card_reader_not_reset"}),
    Trial("卡的证书快到期", {"pending": 1, "card": "card_expiring"}),
    Trial("投保声明换了措辞", {"pending": 1}, ("declaration_reworded",)),
    Trial("确认投保后没有应答", {"pending": 1}, ("answer_lost_after_commit",)),
)


class Doors:
    """The doors of a mock portal."""

    def __init__(self, portal_url: str, token: str | None = None) -> None:
        self._portal_url = portal_url.rstrip("/")
        self._token = token or os.environ.get(TOKEN_VARIABLE, "")

    def call(self, method: str, path: str, body: object = None) -> Any:
        """Call a door; return what it answers.

        Raises:
            NotFit: the portal has no such door, or does not open it.
        """
        answer = urllib3.request(
            method,
            f"{self._portal_url}/__mock__/{path}",
            json=body,
            headers={"X-Doors-Token": self._token} if self._token else {},
            timeout=10.0,
        )
        if answer.status >= 400:
            raise NotFit(f"模拟门户没有打开 {path}（{answer.status}）", f"请检查 {TOKEN_VARIABLE}")
        return answer.json()


class MockAttendant:
    """Reads the captchas of a mock portal behind its back; a PIN is a person's all the same."""

    def __init__(self, settings: Settings, person: Attendant) -> None:
        self._doors = Doors(settings.origin)
        self._person = person

    def captcha(self, picture: CaptchaPicture) -> str:
        """Return what the door says."""
        return str(self._doors.call("GET", f"captchas/{picture.captcha_id}")["text"])

    def pin(self, enterprise_name: str) -> Secret:
        """Return what the person types."""
        return self._person.pin(enterprise_name)


@contextmanager
def mock_portal() -> Iterator[str]:
    """Run a mock portal on a free port; give its address."""
    with start_portal("--port", "0") as portal:
        url = first_line(portal)
        if not url:
            raise NotFit("模拟门户没有启动", "请看上面的提示")
        try:
            yield url
        finally:
            if portal.stdin:
                portal.stdin.close()


def start_portal(*options: str) -> subprocess.Popen[str]:
    """Start a mock portal; its lifeline is our end of the pipe, so it ends with us."""
    command = [sys.executable, "-P", "-m", "mock_portal", *options, "--lifeline"]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )


def first_line(portal: subprocess.Popen[str]) -> str:
    """Return the address that a portal prints, or nothing if it did not start."""
    return portal.stdout.readline().strip() if portal.stdout else ""


def make_trials(portal_url: str, token: str | None) -> list[tuple[Trial, dict[str, Any]]]:
    """Let the portal invent the enterprises that a person may try by hand."""
    doors = Doors(portal_url, token)
    made = []
    for trial in TRIALS:
        enterprise = doors.call("POST", "enterprises", dict(trial.wishes))
        faults = [{"id": fault} for fault in trial.faults]
        doors.call("PUT", f"enterprises/{enterprise['uscc']}/faults", faults)
        made.append((trial, enterprise))
    return made


def demonstrate(folder: Path, portal_url: str, *, quiet: bool) -> dict[str, Any]:
    """Run a list twice with the real command; return what the portal's own ledger says then."""
    enterprises = make_enterprises(portal_url)
    work_list = write_list(folder, portal_url, enterprises)
    command = [sys.executable, "-P", "-m", "bot.cli", "run", str(work_list)]
    environment = os.environ | passwords(enterprises) | {PORTAL_VARIABLE: portal_url}
    exits = [
        subprocess.run(
            command, env=environment, stdout=subprocess.DEVNULL if quiet else None, check=False
        ).returncode
        for _ in range(2)
    ]
    ledger = arrivals(portal_url, enterprises)
    return {
        "portal": portal_url,
        "work_list": str(work_list),
        "evidence": str(folder / "data"),
        "exit_codes": exits,
        "portal_ledger": ledger,
        "is_proven": exits == [0, 0]
        and list(ledger.values()) == [[True]] * (ENTERPRISES * POLICIES),
    }


def make_enterprises(portal_url: str) -> list[dict[str, Any]]:
    """Let the portal invent enterprises with pending policies."""
    doors = Doors(portal_url)
    return [doors.call("POST", "enterprises", {"pending": POLICIES}) for _ in range(ENTERPRISES)]


def write_list(folder: Path, portal_url: str, enterprises: list[dict[str, Any]]) -> Path:
    """Write the work list, and beside it settings with a mandate, trusted; return the list."""
    folder.mkdir(parents=True)
    documents = {
        document["name"]
        for enterprise in enterprises
        for policy in enterprise["policies"]
        for document in policy["documents"]
    }
    codes = [enterprise["uscc"] for enterprise in enterprises]
    settings = f"""# 演示用的设置；授权委托只对这个模拟门户有效
portal_url = "{portal_url}"
data_dir = {_toml(str(folder.absolute() / "data"))}

[[mandates]]
signatory = "模拟签字人"
enterprises = [{", ".join(_toml(code) for code in codes)}]
declaration = "{declaration.digest(declaration.GUIDE_DECLARATION)}"
documents = [{", ".join(_toml(name) for name in sorted(documents))}]
expires = {date.today() + timedelta(days=1)}
""".encode()
    (folder / FILE_NAME).write_bytes(settings)
    keep_trusted(folder, Trusted(digest_of(settings)))  # just these bytes, whatever lies there now
    book = Workbook()
    sheet = book.active
    if sheet is not None:
        sheet.title = "待确认清单"
        sheet.append([column.heading for column in COLUMNS])
        for row in _rows(enterprises):
            sheet.append([row.get(column.heading, "") for column in COLUMNS])
    file = folder / "工作清单.xlsx"
    book.save(file)
    return file


def passwords(enterprises: list[dict[str, Any]]) -> dict[str, str]:
    """Return the environment that hands the enterprises' passwords to a run."""
    return {ENVIRONMENT_PREFIX + one["uscc"]: one["password"] for one in enterprises}


def arrivals(portal_url: str, enterprises: list[dict[str, Any]]) -> dict[str, list[bool]]:
    """Return, by application number, whether the portal accepted each 确认投保 that arrived."""
    doors = Doors(portal_url)
    states = [doors.call("GET", f"enterprises/{one['uscc']}") for one in enterprises]
    return {
        policy["application_no"]: [one["accepted"] for one in policy["confirmations"]]
        for state in states
        for policy in state["policies"]
    }


def _rows(enterprises: list[dict[str, Any]]) -> Iterator[dict[str, str]]:
    for number, enterprise in enumerate(enterprises, start=1):
        for policy in enterprise["policies"]:
            yield {
                "统一社会信用代码": enterprise["uscc"],
                "企业名称": enterprise["name"],
                "登录账号": enterprise["account"],
                "申请编号": policy["application_no"],
                "主要联系人姓名": f"模拟联系人{number}",
                "主要联系人电话": f"020-876543{number:02d}",
                "主要联系人手机": f"138001380{number:02d}",
                "主要联系人邮箱": f"contact{number}@example.com",
                "备注": "模拟数据",
            }


def _toml(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
