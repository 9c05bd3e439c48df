"""A night in a few lines: for a pipeline's page, and for people who must know of it."""

from collections import Counter
from collections.abc import Mapping, Sequence

from fixtures.verdict import NAMES, ScenarioState
from reports.front import Failure

MOST = 10  # failures that are named


def verdict(counts: Mapping[ScenarioState, int], errors: int) -> str:
    """Return the night in one line."""
    told = [f"{NAMES[one]} {counts.get(one, 0)}" for one in ScenarioState if counts.get(one, 0)]
    if errors:
        told.append(f"没有能运行 {errors} 处")
    return "，".join(told) or "没有运行任何场景"


def is_green(counts: Mapping[ScenarioState, int], errors: int) -> bool:
    """Tell whether the night needs no attention."""
    bad = counts.get(ScenarioState.FAILED, 0) + counts.get(ScenarioState.FLAKY, 0) + errors
    return bad == 0 and counts.get(ScenarioState.PASSED, 0) > 0


def markdown(counts: Counter[ScenarioState], failures: Sequence[Failure], errors: int) -> str:
    """Return the summary for a pipeline's page."""
    lines = [f"## 单一窗口夜间回归：{verdict(counts, errors)}", ""]
    if failures:
        lines += ["| 场景 | 条款 | 归类 | 自 | 发生在 |", "| --- | --- | --- | --- | --- |"]
    for one in failures:
        since = "新" if one.is_new else one.since or "—"
        kind = one.category if one.state is ScenarioState.FAILED else NAMES[one.state]
        cells = (one.name, " ".join(one.clauses), kind, since, one.sentence)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join([*lines, ""])


def message(counts: Counter[ScenarioState], failures: Sequence[Failure], errors: int) -> str:
    """Return the digest to send: titles and clauses, but no text that was seen or typed."""
    lines = [f"夜间回归：{verdict(counts, errors)}"]
    for one in failures[:MOST]:
        mark = "新失败" if one.is_new else NAMES[one.state]
        lines.append(f"· {mark} {one.name}（{one.category}，{' '.join(one.clauses)}）")
    if len(failures) > MOST:
        lines.append(f"另有 {len(failures) - MOST} 个，见报告。")
    return "\n".join(lines)
