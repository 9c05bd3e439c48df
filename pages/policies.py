"""保单查询 (guide-2.6, guide-2.7)."""

from datetime import date
from typing import ClassVar, Self

from pages.lists import ListScreen, Row
from pages.locators import Surface, button
from pages.models import PolicyRecord, PolicyStatus
from pages.parts import DatePicker, Field


class PoliciesPage(ListScreen):
    """The search over the policies that the enterprise has confirmed."""

    controls = ("application_no", "first_day.field", "last_day.field", "search_button")
    columns: ClassVar = {
        "table": ("申请编号", "保单号", "产品名称", "状态", "确认时间", "生效日期", "审批意见")
    }

    def __init__(self, surface: Surface) -> None:
        super().__init__(surface)
        self.application_no = Field(surface, "申请编号").control
        self.first_day = DatePicker(surface, "确认日期", "first")
        self.last_day = DatePicker(surface, "确认日期", "last")
        self.search_button = button(surface, "查询")

    def search(self, application_no: str) -> Self:
        """Enter 申请编号 and press 查询.

        Raises:
            ScreenNotReached: the field is missing, or two have the same label.
        """
        with self.needing_one():
            self.application_no.fill(application_no)
        self.ask(self.search_button, to=PoliciesPage)
        return self

    def begin_to_search(self, application_no: str) -> None:
        """Enter 申请编号 and press 查询, without waiting for the answer."""
        self.application_no.fill(application_no)
        self.search_button.click()

    def search_confirmed(self, first: date | None, last: date | None) -> Self:
        """Pick the first and the last 确认日期, each unless it is left open, and press 查询.

        Raises:
            PortalRefused: the first day is after the last; the list stays as it was.
        """
        with self.needing_one():
            for picker, day in ((self.first_day, first), (self.last_day, last)):
                if day:
                    picker.pick(day)
        self.ask(self.search_button, to=PoliciesPage)
        return self

    def search_any_day(self) -> Self:
        """Clear both dates, and press 查询."""
        self.first_day.clear()
        self.last_day.clear()
        self.ask(self.search_button, to=PoliciesPage)
        return self

    def next_page(self) -> Self:
        """Turn to the next page."""
        self.turn()
        return self

    def read(self) -> tuple[PolicyRecord, ...]:
        """Return the records on the page that is shown."""
        return tuple(map(_record, self.table.read()))

    def read_all(self) -> list[PolicyRecord]:
        """Return the records of every page; the first must be shown.

        Raises:
            ScreenNotReached: the portal counts other rows than it shows, or does not count them.
        """
        return [_record(row) for row in self.rows()]

    def records_of(self, application_no: str) -> tuple[PolicyRecord, ...]:
        """Search for this policy, and return all its records; a returned record may stay listed."""
        records = self.search(application_no).read_all()
        return tuple(one for one in records if one.application_no == application_no)


def _record(row: Row) -> PolicyRecord:
    return PolicyRecord(
        application_no=row["申请编号"],
        policy_no=row["保单号"],
        product=row["产品名称"],
        status=PolicyStatus.of(row["状态"]),
        confirmed_at=row["确认时间"],
        effective_on=row["生效日期"],
        opinion=row["审批意见"],
    )
