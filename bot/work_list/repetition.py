"""Next year's list begins with last year's: enterprises, accounts and contacts, no numbers."""

from bot.work_list.reading import WorkList

CARRIED = (
    "统一社会信用代码",
    "企业名称",
    "登录账号",
    "主要联系人姓名",
    "主要联系人电话",
    "主要联系人手机",
    "主要联系人邮箱",
)
"""What stays from one year to the next; 备注 and documents belong to the policy of their time."""


def rows_to_repeat(work_list: WorkList) -> list[dict[str, str]]:
    """Return a row for each enterprise and account, each text as the last of its rows has it.

    What could not be read is missing and has to be filled in.
    """
    rows = []
    for numbers in work_list.accounts.values():
        known: dict[str, str] = {}
        for number in numbers:
            values = work_list.rows[number]
            known |= {heading: values[heading] for heading in CARRIED if values.get(heading)}
        rows.append(known)
    return rows
