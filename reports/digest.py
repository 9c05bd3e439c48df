"""A night in a few lines: for a pipeline's page, and for people who must know of it."""

from collections.abc import Mapping, Sequence

from fixtures.verdict import NAMES, ScenarioState
from reports.account import NightAccount, Trouble
from reports.front import Failure

MOST = 10  # troubles, and failures, that are named
LONGEST = 200  # characters of a cause


def verdict(account: NightAccount) -> str:
    """Return the night in one line."""
    counts = account.counts()
    told = [f"{NAMES[one]} {counts[one]}" for one in ScenarioState if counts[one]]
    if account.troubles:
        told.append(f"另有 {len(account.troubles)} 处问题")
    return "，".join(told) or "没有运行任何场景"


def markdown(account: NightAccount, failures: Sequence[Failure], facts: Mapping[str, str]) -> str:
    """Return the summary for a pipeline's page."""
    lines = [f"## 单一窗口夜间回归：{verdict(account)}", ""]
    if account.troubles:
        lines += ["| 问题 | 条款、场景 | 原因 |", "| --- | --- | --- |"]
        lines += [_row(one.place, one.reach, _brief(one)) for one in account.troubles]
        lines.append("")
    if failures:
        lines += ["| 场景 | 条款 | 归类 | 自 | 发生在 |", "| --- | --- | --- | --- | --- |"]
    for one in failures:
        kind = one.category if one.state is ScenarioState.FAILED else NAMES[one.state]
        lines.append(_row(one.name, " ".join(one.clauses), kind, one.since_words, one.sentence))
    lines += ["", *(f"- {name}：{value}" for name, value in facts.items() if value)]
    return "\n".join([*lines, ""])


def message(account: NightAccount, failures: Sequence[Failure]) -> str:
    """Return the digest to send: titles, clauses and causes, but no text that was typed."""
    lines = [f"夜间回归：{verdict(account)}"]
    for trouble in account.troubles[:MOST]:
        reach = f"（{trouble.reach}）" if trouble.reach else ""
        lines.append(f"· {trouble.place}{reach}：{_brief(trouble)}")
    for one in failures[:MOST]:
        told = "，".join(filter(None, (one.category, " ".join(one.clauses), one.since_words)))
        lines.append(f"· {NAMES[one.state]} {one.name}（{told}）")
    if rest := max(len(account.troubles) - MOST, 0) + max(len(failures) - MOST, 0):
        lines.append(f"另有 {rest} 条，见报告。")
    return "\n".join(lines)


def _brief(trouble: Trouble) -> str:
    """Return the first line of a cause that says something."""
    lines = [line.strip() for line in trouble.message.splitlines() if line.strip()]
    return (lines or [""])[0][:LONGEST]


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
