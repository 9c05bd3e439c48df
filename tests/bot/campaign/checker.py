"""The independent judge of a campaign: the portal's ledger against the bot's, and the evidence.

It shares no code with the bot, and reads nothing but files and the portal's doors. The invariants
are numbered as in docs/reliability.md.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from hashlib import md5
from pathlib import Path
from typing import Any

SURE_OF_NO_PRESS = {"refused", "changed", "failed", "needs_person"}
CONFIRMED = {"confirmed", "underwritten", "returned", "declined"}
UNDER_WAY = {"ready", "approved", "intent", "pressing"}
TOLD = {0, 1, 3}  # exit codes that say what there is to say; any other start has failed itself
PACK = ("before.jpg", "after.jpg", "snapshot.json", "contact.json")
PRESS_RECORD = "press.json"  # which a kill may take, if the item says so
CONTACT = {"name": "姓名", "phone": "电话", "mobile": "手机", "email": "邮箱"}


@dataclass(frozen=True, slots=True)
class Trial:
    """All that is left behind by the starts of one list."""

    rows: Sequence[Mapping[str, str]]  # of the list, by heading
    portal: Mapping[str, Any]  # what the door says of the enterprise
    data: Path  # the bot's folder
    exit_code: int  # of the last start
    presses_of_last_start: int  # 确认投保 that arrived during the start that should do nothing
    signatories: frozenset[str]
    secrets: Sequence[str]
    is_undisturbed: bool = False  # no fault and no kill


def violations(trial: Trial) -> list[str]:
    """Return every invariant that does not hold, with the policy or the fact."""
    items = _read(trial.data, "SELECT * FROM work_items")
    audit = _read(trial.data, "SELECT * FROM audit ORDER BY seq")
    policies = {one["application_no"]: one for one in trial.portal["policies"]}
    listed = {row["申请编号"]: row for row in trial.rows}
    by_number: dict[str, list[dict[str, Any]]] = {number: [] for number in listed}
    for item in items:
        by_number.setdefault(item["application_no"], []).append(item)
    found = []
    for number, ours in by_number.items():
        story = [row for row in audit if row["reference"].rpartition("|")[2] == number]
        case = _Case(number, listed.get(number), policies.get(number), ours, story, trial)
        found += [f"{name} {number}：{told}" for name, told in case.judge()]
    return found + list(_of_the_whole(trial, items))


def states(data: Path) -> tuple[str, ...]:
    """Return the state of each policy in the bot's ledger, by application number."""
    items = _read(data, "SELECT state FROM work_items ORDER BY application_no")
    return tuple(item["state"] for item in items)


@dataclass(frozen=True, slots=True)
class _Case:
    """One policy: its row, its record at the portal, its items in the ledger, their audit."""

    number: str
    row: Mapping[str, str] | None
    record: Mapping[str, Any] | None
    items: list[dict[str, Any]]
    story: list[dict[str, Any]]
    trial: Trial

    def judge(self) -> Iterator[tuple[str, str]]:
        arrived = [one for one in self._arrivals() if one["by"] == "request"]
        accepted = [one for one in arrived if one["accepted"]]
        approvals = [row for row in self.story if row["new"] == "approved" != row["old"]]
        if len(accepted) > 1:
            yield "I1", f"确认了 {len(accepted)} 次"
        if len(arrived) > len(approvals):
            yield "I1", f"批准 {len(approvals)} 次，到达 {len(arrived)} 次"
        if len(self.items) != 1:
            yield "I2", f"台账中有 {len(self.items)} 项"
            return
        (item,) = self.items
        yield from self._is_settled(item, accepted)
        if item["state"] in CONFIRMED:
            yield from self._is_proven(item, accepted)
        if item["state"] == "in_doubt":
            yield from self._is_told(item)
        yield from self._is_whole()
        yield from self._is_approved(approvals)

    def _arrivals(self) -> list[dict[str, Any]]:
        return list(self.record["confirmations"]) if self.record else []

    def _is_settled(self, item: dict[str, Any], accepted: list[Any]) -> Iterator[tuple[str, str]]:
        if item["state"] in UNDER_WAY:
            yield "I2", f"停在 {item['state']}"
        # what was saved after a no is found by a later run, which tells that it was pressed here
        is_found = item["state"] == "already_confirmed" and "按下过" in item["explanation"]
        if accepted and item["state"] not in CONFIRMED and not is_found:
            yield "I2", f"门户已确认，台账却是 {item['state']}"
        if self.trial.is_undisturbed and item["state"] not in CONFIRMED:
            yield "I2", f"没有故障，却是 {item['state']}"

    def _is_proven(self, item: dict[str, Any], accepted: list[Any]) -> Iterator[tuple[str, str]]:
        if len(accepted) != 1:
            yield "I3", f"台账已确认，门户接受了 {len(accepted)} 次"
            return
        typed, row = accepted[0]["contact"], self.row or {}
        if wrong := [
            name for name, part in CONTACT.items() if typed[name] != row.get(f"主要联系人{part}")
        ]:
            yield "I3", f"提交的 {'、'.join(wrong)} 不是清单所写"
        shown = dict(json.loads(item["snapshot"])["fields"])
        if self.record and shown.get("产品名称") != self.record["product"]:
            yield "I3", "确认的内容不是批准时所见"
        if (shown.get("申请编号"), shown.get("统一社会信用代码")) != (self.number, item["uscc"]):
            yield "I4", "批准时打开的是另一张保单"
        if item["uscc"] != row.get("统一社会信用代码"):
            yield "I4", "不是清单中的企业"
        pack = list(self.trial.data.glob(f"*/evidence/{item['uscc']}/{self.number}/*"))
        due = {*PACK} | ({PRESS_RECORD} if item["code"] != "EVIDENCE_MISSING" else set())
        if missing := due - {file.name for file in pack if file.stat().st_size}:
            yield "I5", f"缺少证据 {'、'.join(sorted(missing))}"

    def _is_told(self, item: dict[str, Any]) -> Iterator[tuple[str, str]]:
        if self.record and self.record["status"] != "pending":
            yield "I7", f"门户显示 {self.record['status']}，台账仍存疑"
        if self.trial.exit_code == 0 or not item["next_step"]:
            yield "I7", "存疑却没有说"

    def _is_whole(self) -> Iterator[tuple[str, str]]:
        states = [row["new"] for row in self.story]
        if [row["old"] for row in self.story] != ["", *states[:-1]]:
            yield "I5", "审计记录前后不接"
        if self.items[0]["state"] != states[-1]:
            yield "I5", "审计记录的末尾不是台账的状态"

    def _is_approved(self, approvals: list[Any]) -> Iterator[tuple[str, str]]:
        claims = [row for row in self.story if row["new"] == "pressing"]
        if len(claims) > len(approvals):
            yield "I9", f"批准 {len(approvals)} 次，按下 {len(claims)} 次"
        for told in self._pressed_in_doubt():
            yield "I9", told
        for row in approvals:
            approval = json.loads(row["detail"]).get("approval", {})
            if approval.get("by") not in self.trial.signatories or not approval.get("digest"):
                yield "I9", "批准没有署名，或没有内容摘要"

    def _pressed_in_doubt(self) -> Iterator[str]:
        """Tell of presses that followed another one whose fate neither portal nor person told."""
        is_open = False
        for row in self.story:
            if row["new"] == "pressing":
                if is_open:
                    yield "前一次按下还没有结果，又按了一次"
                is_open = True
            by_a_person = (row["old"], row["new"]) == ("in_doubt", "ready") and row["by"] != "robot"
            if row["new"] == "failed" or by_a_person:
                is_open = False


def _of_the_whole(trial: Trial, items: list[dict[str, Any]]) -> Iterator[str]:
    if trial.presses_of_last_start:
        yield f"I8：再运行一次又到达了 {trial.presses_of_last_start} 次"
    strangers = {one["application_no"] for one in trial.portal["policies"]}
    strangers -= {row["申请编号"] for row in trial.rows}
    for record in trial.portal["policies"]:
        if record["application_no"] in strangers and record["confirmations"]:
            yield f"I4 {record['application_no']}：确认了清单以外的保单"
    needles = [form.encode() for secret in trial.secrets for form in _forms(secret)]
    for file in sorted(trial.data.rglob("*")):
        if file.is_file() and any(needle in file.read_bytes() for needle in needles):
            yield f"I6：{file.name} 中有密码"
    if trial.exit_code not in TOLD:
        yield f"I7：退出码 {trial.exit_code}"
    if trial.exit_code == 0 and any(item["state"] in SURE_OF_NO_PRESS for item in items):
        yield "I7：有的没有办成，退出码却是 0"


def _forms(secret: str) -> tuple[str, str]:
    return secret, md5(secret.encode()).hexdigest()


def _read(data: Path, query: str) -> list[dict[str, Any]]:
    (file,) = data.glob("*/ledger.sqlite")
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(query)]
