"""Every row of a list: the policies that it led to, and what became of the rest."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from bot.clock import utc_now
from bot.errors import Reason
from bot.ledger.entry import Entry
from bot.ledger.ledger import Ledger
from bot.results.row_outcome import RowOutcome, of_request, row_label
from bot.results.sent_contact import compared
from bot.results.standing import RowState
from bot.work_item import WorkItem
from bot.work_list.file import digest_of
from bot.work_list.reading import WorkList, read_work_list

RUN_LIST = "运行 single-window run 清单.xlsx 办理"


@dataclass(frozen=True, slots=True)
class ListRows:
    """The rows of one list, as ledger and list know them now."""

    work_list: WorkList
    entries: Mapping[int, list[Entry]]  # by row
    others: list[RowOutcome]  # what led to no policy
    is_edited: bool  # the file has changed since it was read, so its rows may have moved

    @property
    def policies(self) -> list[Entry]:
        """Every policy of the list once, in the order of its rows."""
        in_order = (entry for row in sorted(self.entries) for entry in self.entries[row])
        return list({entry.item.reference: entry for entry in in_order}.values())


def rows_of(work_list: WorkList, ledger: Ledger, origin: str) -> ListRows:
    """Return what became of each row; what a list was edited to meanwhile is compared as well."""
    is_edited = digest_of(work_list.path) != work_list.digest
    now = read_work_list(work_list.path, origin) if is_edited else work_list
    found = _entries(work_list, ledger)
    entries = {row: compared(entries, now.items) for row, entries in found.items()}
    others = [*_refused(work_list), *_without_policy(work_list, ledger, entries)]
    others += [_edited(work_list)] if is_edited else []
    return ListRows(work_list, entries, sorted(others, key=lambda one: one.row), is_edited)


def requests_without_list(ledger: Ledger) -> list[RowOutcome]:
    """Return what became of the requests that came without a list and are not answered."""
    found = (of_request(one, has_policies=False) for one in ledger.requests())
    return [one for one in found if one]


def _entries(work_list: WorkList, ledger: Ledger) -> dict[int, list[Entry]]:
    """Return the policies of each row; of a list that was not taken in, those known by number."""
    rounds = sorted(ledger.rounds(), key=lambda entry: entry.item.round)
    known = {entry.item.reference: entry for entry in rounds}
    last = {entry.item.policy: entry for entry in rounds}
    brought = ledger.rows(work_list.digest)
    found = {row: [known[one] for one in references] for row, references in brought.items()}
    for item in work_list.items:
        if item.row not in found and item.policy in last:
            found[item.row] = [last[item.policy]]
    return found


def _without_policy(
    work_list: WorkList, ledger: Ledger, entries: Mapping[int, list[Entry]]
) -> list[RowOutcome]:
    requests = {one.item.row: one for one in ledger.requests(work_list.digest)}
    outcomes = []
    for item in work_list.items:
        if item.row in requests:
            outcomes.append(of_request(requests[item.row], item.row in entries))
        elif item.row not in entries:
            outcomes.append(_not_taken_in(item))
    return [one for one in outcomes if one]


def _refused(work_list: WorkList) -> list[RowOutcome]:
    """Return the rows of a list that are wrong, each once with all that is wrong with it."""
    wrong = defaultdict(list)
    for finding in work_list.errors:
        for row in finding.rows:
            wrong[row or 0].append(finding)
    names = _enterprise_names(work_list)
    now = utc_now()
    return [
        RowOutcome(
            row,
            names.get(row, ""),
            row_label(row),
            RowState.NOT_TAKEN,
            findings[0].code,
            "\n".join(map(str, findings)),
            "请改正后再运行",
            now,
        )
        for row, findings in sorted(wrong.items())
    ]


def _edited(work_list: WorkList) -> RowOutcome:
    """Return the outcome of what was changed in a list file after it was read."""
    told = "清单在读取以后改过，改动没有办理；这里写的是改动以前的各行"
    step = f"请保存并关闭清单，再{RUN_LIST}"
    state, now = RowState.NOT_TAKEN, utc_now()
    name = work_list.path.name
    return RowOutcome(0, name, row_label(0), state, Reason.LIST_EDITED, told, step, now)


def _not_taken_in(item: WorkItem) -> RowOutcome:
    """Return the outcome of a good row that the ledger does not know."""
    told, state = "这一行还没有记入台账", RowState.NOT_REACHED
    label, code = row_label(item.row), Reason.NOT_REACHED
    return RowOutcome(item.row, item.enterprise_name, label, state, code, told, RUN_LIST, "")


def _enterprise_names(work_list: WorkList) -> dict[int, str]:
    """Return 企业名称 of each row, also of those that are wrong, as the sheet has it."""
    letter = work_list.letters.get("企业名称")
    if not letter or not work_list.source:
        return {}
    sheet = work_list.source.workbook[work_list.sheet]
    return {cell.row: str(cell.value or "") for cell in sheet[letter]}
