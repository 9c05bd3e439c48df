"""What the rows of a work list say of each other: one policy twice, one enterprise in two ways."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from bot.findings import Doubt, Remark, Unfit
from bot.work_item import mask_number

ONE = "请只保留其中一行"
SHARED = 3  # enterprises with one mobile number that are worth a question
Row = Mapping[str, str]  # what its cells say, by heading; a cell that is wrong is missing


def contradictions(rows: Mapping[int, Row], spelled: Mapping[int, str]) -> Iterator[Remark]:
    """Compare the rows of a list with each other; `spelled` is 申请编号 as the file has it."""
    for same in _groups(rows, "统一社会信用代码").values():
        enterprise = {row: rows[row] for row in same}
        yield from _two_ways(enterprise)
        yield from _twice(enterprise, spelled)
    yield from _shared_mobiles(rows)


def _two_ways(rows: Mapping[int, Row]) -> Iterator[Remark]:
    for heading in ("企业名称", "登录账号"):
        told = {row: values[heading] for row, values in rows.items() if heading in values}
        if len(set(told.values())) > 1:
            problem = f"同一企业的这一项在第 {listed(told)} 行不一样"
            for row in told:
                yield Remark(Unfit("B62", problem, "请改成一致"), row, heading)


def _twice(rows: Mapping[int, Row], spelled: Mapping[int, str]) -> Iterator[Remark]:
    numbers = defaultdict(list)
    for row, values in rows.items():
        if "申请编号" in values:
            numbers[values["申请编号"].casefold()].append(row)
    if len(rows) > 1 and (asking := numbers.get("")):
        problem = f"第 {listed(asking)} 行没有填申请编号，表示该企业的全部待确认保单，"
        problem += f"与该企业的其他行（第 {listed(rows)} 行）重复"
        yield from _remarks("B61", problem, rows)
        return
    for same in numbers.values():
        if len(same) > 1 and len({spelled[row] for row in same}) == 1:
            yield from _remarks("B61", f"第 {listed(same)} 行是同一张保单", same)
        elif len(same) > 1:
            yield from _remarks("B63", f"第 {listed(same)} 行是同一张保单，只是写法不同", same)


def _remarks(code: str, problem: str, rows: Iterable[int]) -> Iterator[Remark]:
    for row in rows:
        yield Remark(Unfit(code, problem, ONE), row, "申请编号")


def _shared_mobiles(rows: Mapping[int, Row]) -> Iterator[Remark]:
    for mobile, same in _groups(rows, "主要联系人手机").items():
        enterprises = {rows[row].get("统一社会信用代码", "") for row in same} - {""}
        if len(enterprises) >= SHARED:
            problem = f"{len(enterprises)} 家企业（第 {listed(same)} 行）填了同一个手机号码"
            fix = "请核对是不是复制时带下来的；确是同一联系人时不用改"
            shown = mask_number(mobile)
            yield Remark(Doubt("B60", problem, fix), same[0], "主要联系人手机", shown)


def _groups(rows: Mapping[int, Row], heading: str) -> dict[str, list[int]]:
    groups = defaultdict(list)
    for row, values in rows.items():
        if heading in values:
            groups[values[heading]].append(row)
    return groups


def listed(rows: Iterable[int]) -> str:
    """Name the first rows, and how many there are."""
    numbers = list(map(str, rows))
    return "、".join(numbers[:6]) + (f" 等 {len(numbers)}" if len(numbers) > 6 else "")
