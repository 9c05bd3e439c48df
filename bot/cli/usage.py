"""What is wrong with a call of the command line, in Chinese; the library tells it in English."""

import re

WORDINGS = (
    (r"No such option: (\S+) \(Possible options: (.+)\)", "没有选项 {}，是不是 {}？"),
    (r"No such option: (\S+)", "没有选项 {}。"),
    (r"No such command '(.+)'\. Did you mean (.+)\?", "没有命令 {}，是不是 {}？"),
    (r"No such command '(.+)'\.", "没有命令 {}。"),
    (r"Missing \w+ '(.+?)'\..*", "缺少 {}。"),
    (r"Got unexpected extra argument\(s\) \((.+)\)", "多了 {}；带空格的路径要加引号。"),
    (r"Option '(.+)' requires an argument\.", "{} 后面要有值。"),
    (r"Option '(.+)' does not take a value\.", "{} 后面不带值。"),
    (r"Invalid value for '(.+?)': .*valid integer.*", "{} 应为整数。"),
    (r"Invalid value for '(.+?)': .*greater than or equal to (\d+).*", "{} 至少为 {}。"),
    (r"Invalid value for '(.+?)': .*less than or equal to (\d+).*", "{} 至多为 {}。"),
)


def worded(told: str) -> str:
    """Return what the library told, in Chinese where it is known, and else as it is."""
    for pattern, wording in WORDINGS:
        if known := re.fullmatch(pattern, told, re.DOTALL):
            return wording.format(*known.groups())
    return told
