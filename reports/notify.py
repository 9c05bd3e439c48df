"""Tell people of a night that was not green, and once when it is green again."""

import json
import os
import sys
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import apprise

from reports.account import Plan
from reports.build import RESULTS, SUMMARY
from reports.files import read_json, write_whole
from reports.history import MEMORY

LAST = MEMORY / "notified.json"  # the last message of each portal
ADDRESSES = "SINGLE_WINDOW_NOTIFY"  # apprise addresses, separated by blanks; they hold secrets
LINK = "SINGLE_WINDOW_REPORT_LINK"
PIPELINES = (  # where a pipeline's own page is, in its own variables
    "{CI_PIPELINE_URL}",
    "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}",
    "{BUILD_URL}",
)
HOUR, DAY = 3600, 20 * 3600
NOT_SENT = 3
NO_REPORT = "夜间回归：没有做出报告，测试没有跑完，或机器中途停了"

Summary = Mapping[str, Any]


def main() -> int:
    """Tell people of the last report, if there is a reason to, and return the exit code."""
    if summary := read_json(SUMMARY):
        return tell(summary)
    print(f"{NO_REPORT}。", file=sys.stderr)
    plan = Plan.read(RESULTS)
    return tell({"is_green": False, "message": NO_REPORT} | (plan.about() if plan else {}))


def tell(summary: Summary) -> int:
    """Send a summary to every receiver, if it is news, and return the exit code."""
    addresses = os.environ.get(ADDRESSES, "").split()
    last = (read_json(LAST) or {}).get(summary.get("portal", ""), {})
    if summary["is_green"] and last.get("is_green", True):
        print("不用通知。")
        return 0
    if not addresses:
        print(f"没有设置 {ADDRESSES}，不通知。")
        return 0
    if not summary["is_green"] and not is_due(summary["message"], last, time.time()):
        print("刚通知过，不再打扰。")
        return 0
    return _send(addresses, summary, last)


def is_due(message: str, last: Summary, now: float) -> bool:
    """Tell whether bad news is due: an hour after the last, or most of a day if it repeats."""
    if last.get("is_green", True):
        return True
    return bool(now - last["at"] > (DAY if last["message"] == message else HOUR))


def text(summary: Summary, last: Summary) -> str:
    """Return the message with what a reader asks next: portal, commit, time, since, link."""
    since = _minute(last["since"]) if last.get("since") and not last["is_green"] else ""
    lines = [f"恢复正常。{summary['message']}" if summary["is_green"] else summary["message"]]
    facts = {
        "不全绿，自": since,
        "门户": summary.get("portal") or ("自带的模拟门户" if "portal" in summary else ""),
        "提交": summary.get("commit", ""),
        "开始": _minute(summary["at"]) if summary.get("at") else "",
        "报告": link(os.environ),
    }
    return "\n".join(lines + [f"{name}：{value}" for name, value in facts.items() if value])


def link(environ: Mapping[str, str]) -> str:
    """Return the address of the report: the given one, or the page of the pipeline."""
    if given := environ.get(LINK):
        return given
    for pattern in PIPELINES:
        try:
            return pattern.format_map(environ)
        except KeyError:
            continue
    return ""


def _send(addresses: list[str], summary: Summary, last: Summary) -> int:
    """Send to every address, and remember it; the addresses are never shown."""
    receivers = apprise.Apprise()
    are_known = [receivers.add(address) for address in addresses]
    were_sent = bool(receivers.notify(title="单一窗口", body=text(summary, last)))
    if were_sent:
        _remember(summary, last)
    if not (all(are_known) and were_sent):
        print(f"通知没有全部送到：请检查 {ADDRESSES} 里的地址和网络。", file=sys.stderr)
        return NOT_SENT
    print("已通知。")
    return 0


def _remember(summary: Summary, last: Summary) -> None:
    is_first = last.get("is_green", True)
    remembered = {
        "at": time.time(),
        "message": summary["message"],
        "is_green": summary["is_green"],
        "since": summary.get("at", "") if is_first else last.get("since", ""),
    }
    known = (read_json(LAST) or {}) | {summary.get("portal", ""): remembered}
    write_whole(LAST, json.dumps(known, ensure_ascii=False))


def _minute(iso: str) -> str:
    return f"{datetime.fromisoformat(iso):%Y-%m-%d %H:%M}"


if __name__ == "__main__":
    sys.exit(main())
