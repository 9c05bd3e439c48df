"""Compares the rows of a work list: one policy twice, one enterprise spelled in two ways."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from bot.work_item import mask_number, mask_text
from bot.work_list.findings import Doubt, Remark, Unfit
from bot.work_list.text import listed

ONE = "请只保留其中一行"
SHOWN: Mapping[str, Callable[[str], str]] = {"企业名称": str, "登录账号": mask_text}
"""The columns that have one value for each enterprise, and how they are shown."""
SHARED = 3  # so many enterprises with one mobile number raise a doubt
Row = Mapping[str, str]  # the texts of its cells by heading; wrong cells are missing


def contradictions(
    rows: Mapping[int, Row], spelled: Mapping[int, str], agent_mobiles: Collection[str]
) -> Iterator[Remark]:
    """Compare the rows of a list with each other; `spelled` is 申请编号 as the file has it.

    The mobile numbers of agents may stand for any number of enterprises.
    """
    for same in _groups(rows, "统一社会信用代码").values():
        enterprise = {row: rows[row] for row in same}
        yield from _two_ways(enterprise)
        yield from _twice(enterprise, spelled)
    yield from _shared_mobiles(rows, agent_mobiles)


def _two_ways(rows: Mapping[int, Row]) -> Iterator[Remark]:
    """Report the rows of every unusual spelling; if none is the most usual, of every spelling."""
    for heading, shown in SHOWN.items():
        ways = sorted(_groups(rows, heading).items(), key=lambda way: len(way[1]), reverse=True)
        pairs = [(way, ways[0]) for way in ways[1:]]
        if pairs and len(ways[0][1]) == len(ways[1][1]):
            pairs.append((ways[0], ways[1]))
        for (text, same), (usual, others) in pairs:
            problem = f"同一企业写法不一：第 {listed(same)} 行写“{shown(text)}”，"
            problem += f"另有 {len(others)} 行写“{shown(usual)}”"
            yield from _remarks(Unfit("B62", problem, "请改成一致"), same, heading)


def _twice(rows: Mapping[int, Row], spelled: Mapping[int, str]) -> Iterator[Remark]:
    numbers = defaultdict(list)
    for row, values in rows.items():
        if "申请编号" in values:
            numbers[values["申请编号"].casefold()].append(row)
    asking = numbers.pop("", [])
    if asking and len(rows) > 1:
        problem = "没有填申请编号，表示该企业的全部待确认保单，"
        problem += f"与该企业的其他 {len(rows) - 1} 行重复"
        fix = "请填写申请编号；要办全部时请只保留这一行"
        yield from _remarks(Unfit("B61", problem, fix), asking, "申请编号")
    for same in numbers.values():
        if len(same) > 1 and len({spelled[row] for row in same}) == 1:
            unfit = Unfit("B61", f"第 {listed(same)} 行是同一张保单", ONE)
            yield from _remarks(unfit, same, "申请编号")
        elif len(same) > 1:
            unfit = Unfit("B63", f"第 {listed(same)} 行是同一张保单，只是写法不同", ONE)
            yield from _remarks(unfit, same, "申请编号")


def _remarks(unfit: Unfit, rows: Iterable[int], heading: str) -> Iterator[Remark]:
    for row in rows:
        yield Remark(unfit, row, heading)


def _shared_mobiles(rows: Mapping[int, Row], agent_mobiles: Collection[str]) -> Iterator[Remark]:
    for mobile, same in _groups(rows, "主要联系人手机").items():
        enterprises = {rows[row].get("统一社会信用代码", "") for row in same} - {""}
        if len(enterprises) >= SHARED and mobile not in agent_mobiles:
            problem = f"{len(enterprises)} 家企业（第 {listed(same)} 行）填了同一个手机号码"
            fix = "请核对是不是复制时带下来的；确是代理的联系人时，写进设置中的 agent_mobiles"
            shown = mask_number(mobile)
            yield Remark.of_all(Doubt("B60", problem, fix), same, "主要联系人手机", shown)


def _groups(rows: Mapping[int, Row], heading: str) -> dict[str, list[int]]:
    groups = defaultdict(list)
    for row, values in rows.items():
        if heading in values:
            groups[values[heading]].append(row)
    return groups
