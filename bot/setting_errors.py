"""What is wrong with a setting, in Chinese; the library says it in English."""

from pydantic_core import ErrorDetails

KINDS = {  # what is wrong with a setting, by the error type of pydantic
    "missing": "没有写",
    "extra_forbidden": "没有这个设置",
    "literal_error": "应是其中之一：{expected}",
    "string_too_short": "不能为空",
    "too_short": "不能为空",
    "string": "应是带引号的文字",
    "int": "应是整数",
    "float": "应是数字",
    "bool": "应是 true 或 false",
    "date": "应是日期，例如 2027-12-31",
    "time": "应是时间，例如 08:30:00",
    "tuple": "应是方括号里的一列",
    "model": "应是一节设置",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "greater_than": "要大于 {gt}",
}


def explained(wrong: ErrorDetails) -> str:
    """Tell which setting is wrong, and how it should be."""
    place = " ".join(f"第 {one + 1} 项" if isinstance(one, int) else one for one in wrong["loc"])
    kind = next((kind for kind in KINDS if wrong["type"].startswith(kind)), "")
    told = KINDS.get(kind, wrong["msg"].removeprefix("Value error, "))
    return f"{place}：{told.format(**wrong.get('ctx', {}))}"
