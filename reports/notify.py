"""Notify people once of a night that was not green, and at most once an hour."""

import json
import os
import sys
import time
from pathlib import Path

import apprise

from reports.build import SUMMARY

LAST = Path(__file__).parent / "notified.json"
ADDRESSES = "SINGLE_WINDOW_NOTIFY"  # apprise addresses, separated by blanks; they hold secrets
HOUR, DAY = 3600, 20 * 3600
NOT_SENT = 3


def main() -> int:
    """Send the digest of the last report, if there is a reason to, and return the exit code."""
    addresses = os.environ.get(ADDRESSES, "").split()
    if not SUMMARY.exists():
        print("还没有报告：请先运行 make report。", file=sys.stderr)
        return 2
    summary = json.loads(SUMMARY.read_text(encoding="utf-8"))
    if summary["is_green"] or not addresses:
        print("不用通知。" if summary["is_green"] else f"没有设置 {ADDRESSES}，不通知。")
        return 0
    if not is_due(summary["message"], time.time()):
        print("刚通知过，不再打扰。")
        return 0
    return send(addresses, summary["message"])


def is_due(message: str, now: float) -> bool:
    """Tell whether a message is due: an hour after the last, or most of a day if it repeats."""
    if not LAST.exists():
        return True
    last = json.loads(LAST.read_text(encoding="utf-8"))
    return bool(now - last["at"] > (DAY if last["message"] == message else HOUR))


def send(addresses: list[str], message: str) -> int:
    """Send a message to every address, and remember it; the addresses are never shown."""
    receivers = apprise.Apprise()
    are_known = [receivers.add(address) for address in addresses]
    were_sent = bool(receivers.notify(title="单一窗口", body=message))
    if were_sent:
        remembered = {"at": time.time(), "message": message}
        LAST.write_text(json.dumps(remembered, ensure_ascii=False), encoding="utf-8")
    if not (all(are_known) and were_sent):
        print(f"通知没有全部送到：请检查 {ADDRESSES} 里的地址和网络。", file=sys.stderr)
        return NOT_SENT
    print("已通知。")
    return 0


if __name__ == "__main__":
    sys.exit(main())
