"""What Gherkin and pytest-bdd lose without a word is an error here."""

import ast
import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from gherkin.dialect import Dialect
from gherkin.parser import Parser

from fixtures import grammar
from fixtures.feature_lines import MEANT
from fixtures.grammar import check, problems

ROOT = Path(__file__).parent.parent
FEATURES = sorted((ROOT / "features").glob("*.feature"))
SEEDED = sorted((ROOT / "tests/seeded").glob("*.feature"))
KINDS = {"given", "when", "then", "step"}
Function = ast.FunctionDef | ast.AsyncFunctionDef

GOOD = """# language: zh-CN
@guide-1
功能: 登录
  企业在“登录”中登录，然后投保。

  背景:
    假如 企业有账号

  # 说明写在这里
  @guide-1.2
  规则: 已注册的企业可以登录

    场景: 登录成功
      当 企业登录
      那么 首页上有
        | 栏目  |
        | a\\\\ |
      而且 首页上写着
        \"\"\"
        场景：这里什么都可以写
        \"\"\"

    @assumed @refused
    场景大纲: 少填一项，不能登录
      当 企业没有填“<项目>”就登录
      那么 门户提示“<提示>”
      但是 企业仍未登录

      例子:
        | 项目   | 提示     |
        | 密码   | 密码必填 |
        | 用户名 | 必填     |
"""
BACKGROUND, SCENARIO, OUTLINE = (
    "  背景:\n",
    "    场景: 登录成功",
    "    场景大纲: 少填一项，不能登录",
)

# What is written in the place of what, the line that is named, and what is to be written.
MISTYPED = {
    "full-width colon of 场景": (SCENARIO, "    场景：登录成功", 13, "场景: 登录成功"),
    "full-width colon of 背景": (BACKGROUND, "  背景：\n", 6, "背景:"),
    "full-width colon of 规则": ("规则: ", "规则：", 11, "规则: 已注册"),
    "full-width colon of 功能": ("功能: ", "功能：", 3, "功能: 登录"),
    "full-width colon of 例子": ("例子:", "例子：", 29, "例子:"),
    "no colon": (SCENARIO, "    场景 登录成功", 13, "场景: 登录成功"),
    "no colon and no blank": (SCENARIO, "    场景登录成功", 13, "场景: 登录成功"),
    "a blank before the colon": (SCENARIO, "    场景 : 登录成功", 13, "场景: 登录成功"),
    "an English title": (SCENARIO, "    Scenario: 登录成功", 13, "场景: 登录成功"),
    "an English outline": (
        OUTLINE, "    Scenario Outline: 少填一项", 24, "场景大纲: 少填一项"),
    "a traditional title": (SCENARIO, "    場景: 登录成功", 13, "场景: 登录成功"),
    "another word of zh-CN": (SCENARIO, "    剧本: 登录成功", 13, "场景: 登录成功"),
    "a word that testers use": (SCENARIO, "    测试用例：登录成功", 13, "场景: 登录成功"),
    "one character of a title off": (SCENARIO, "    场境: 登录成功", 13, "场景: 登录成功"),
    "the characters of a title swapped": (BACKGROUND, "  景背:\n", 6, "背景:"),
    "one character too few": (OUTLINE, "    场景纲: 少填一项", 24, "场景"),
    "an invisible character": (SCENARIO, "    场\u200b景: 登录成功", 13, "场景: 登录成功"),
    "a mark before a title": (SCENARIO, "    - 场景: 登录成功", 13, "场景: 登录成功"),
    "another first step": ("当 企业登录", "如果 企业登录", 14, "假如 企业登录"),
    "若": ("当 企业登录", "若 企业登录", 14, "假如 企业登录"),
    "首先": ("当 企业登录", "首先，企业登录", 14, "假如 企业登录"),
    "接着": ("当 企业登录", "接着企业登录", 14, "当 企业登录"),
    "然后": ("但是 企业", "然后 企业", 27, "而且 企业仍未登录"),
    "并": ("但是 企业", "并 企业", 27, "而且 企业仍未登录"),
    "则": ("那么 门户", "则 门户", 26, "那么 门户提示"),
    "an English step": ("当 企业登录", "When 企业登录", 14, "当 企业登录"),
    "an asterisk for a step": ("但是 企业", "* 企业", 27, "而且 企业仍未登录"),
    "a numbered step": ("当 企业登录", "1. 当 企业登录", 14, "当 企业登录"),
    "a number for a step": ("当 企业登录", "1、企业登录", 14, "而且 企业登录"),
    "a traditional step": ("那么 门户", "那麼 门户", 26, "那么 门户提示"),
    "one character of a step off": ("那么 门户", "那吗 门户", 26, "那么 门户提示"),
    "no blank after a step": ("当 企业登录", "当企业登录", 14, "当 企业登录"),
    "a colon after a step": ("当 企业登录", "当：企业登录", 14, "当 企业登录"),
    "no sentence after a step": ("当 企业登录", "当", 14, "当 ……"),
    "a full-width tag": ("@assumed", "＠assumed", 23, "@assumed @refused"),
    "a full-width second tag": ("@refused", "＠refused", 23, "@assumed @refused"),
    "a full-width comment": ("# 说明", "＃ 说明", 9, "# 说明写在这里"),
    "a full-width row": ("| 栏目  |", "｜ 栏目  ｜", 16, "| 栏目  |"),
    "quotes of Chinese": ('"""\n        场景', "“““\n        场景", 19, '"""'),
    "quotes of Python": ('"""\n        场景', "'''\n        场景", 19, '"""'),
    "prose that reads like a step": ("企业在“登录”中登录，然后", "当企业登录，", 4, "当 企业"),
    "prose without an end": ("然后投保。", "然后投保", 4, "以“。”结尾"),
    "prose with a colon": ("企业在“登录”中登录", "测试：登录", 4, "以“。”结尾"),
    "prose after a gap": ("  背景:", "  企业在这里登录。\n\n  背景:", 6, "紧接着"),
    "prose below 规则": (SCENARIO, f"    企业在这里登录。\n{SCENARIO}", 13, "# 开头"),
    "prose below 场景": ("当 企业登录", "企业在这里登录。", 14, "# 开头"),
    "prose below 背景": ("    假如", "    企业要有账号。\n    假如", 7, "# 开头"),
    "prose below 例子": ("例子:\n", "例子:\n        各种情形都在这里。\n", 30, "# 开头"),
    "an unknown title": (SCENARIO, "    步骤: 登录成功", 13, "场景:"),
    "a merge conflict": (SCENARIO, f"<<<<<<< HEAD\n{SCENARIO}", 13, "场景:"),
    "no 那么": ("那么 门户", "而且 门户", 24, "“那么”"),
    "no sentence": (SCENARIO, f"    场景: 空的\n{SCENARIO}", 13, "请写上句子"),
    "而且 first": ("当 企业登录", "而且 企业登录", 14, "“假如”"),
    "但是 first": ("假如 企业有账号", "但是 企业有账号", 7, "“假如”"),
    "an empty 背景": ("    假如 企业有账号\n", "", 6, "请写上句子"),
    "an empty 规则": (SCENARIO, f"  规则: 另一条\n  规则: 又一条\n{SCENARIO}", 11, "请写上场景"),
    "one title twice": ("少填一项，不能登录", "登录成功", 24, "换一个标题"),
    "one title in two 规则": (
        OUTLINE, "    场景: 甲\n      那么 甲\n  规则: 二\n    场景: 登录成功", 27, "换一个标题"),
    "no title": (SCENARIO, "    场景:", 13, "场景: 标题"),
    "an outline without 例子": ("场景: 登录成功", "场景大纲: 登录成功", 13, "改成“场景:”"),
    "例子 without a row": (
        "        | 密码   | 密码必填 |\n        | 用户名 | 必填     |\n", "", 29, "至少一行"),
    "例子 without a table": ("    @assumed", "      例子:\n    @assumed", 23, "至少一行"),
    "a row of 例子 twice": ("| 用户名 | 必填     |", "| 密码 | 密码必填 |", 29, "只留一行"),
    "a column twice": ("| 项目   | 提示     |", "| 项目 | 提示 | 项目 |", 29, "列名"),
    "a loose placeholder": ("仍未登录", "仍未<登录>", 29, "改掉“<登录>”"),
    "a placeholder of a plain 场景": ("当 企业登录", "当 企业<登录>", 13, "场景大纲"),
    "a placeholder in 背景": ("企业有账号", "企业有<项目>", 6, "场景大纲"),
    "a column without use": ("“<提示>”", "", 29, "删去这一列"),
    "a row with fewer cells": ("| 密码   | 密码必填 |", "| 密码   |", 31, "一样多"),
    "a row without an end": ("| 密码必填 |", "| 密码必填", 31, "行末"),
    "words after a row": ("| 密码必填 |", "| 密码必填 | # 说明", 31, "行末"),
    "a row with an escaped end": ("| 密码必填 |", "| 密码必填 \\|", 31, "行末"),
    "a table in no place": (SCENARIO, f"    | 栏目 |\n{SCENARIO}", 13, "下一行"),
    "a docstring in no place": (SCENARIO, f'    """\n    """\n{SCENARIO}', 13, "下一行"),
    "a docstring without an end": ('写\n        """', "写", 19, "引文之后"),
    "a docstring without a beginning": ("首页上写着\n        \"\"\"", "首页上写着", 19, "场景:"),
    "a step below 规则": (SCENARIO, f"    当 企业登录\n{SCENARIO}", 13, "场景:"),
    "a step after 例子": (
        "| 必填     |", "| 必填     |\n      而且 企业登录", 33, "场景:"),
    "例子 below 规则": (SCENARIO, f"    例子:\n{SCENARIO}", 13, "场景大纲的句子下面"),
    "背景 after a 场景": (
        OUTLINE, f"    背景:\n      假如 甲\n{OUTLINE}", 24, "第一个场景之前"),
    "two features in a file": (OUTLINE, f"功能: 另一个\n{OUTLINE}", 24, "另一个文件"),
    "规则 without 功能": ("功能: 登录\n  企业在“登录”中登录，然后投保。\n", "", 4, "先写"),
    "a title joined with a step": ("登录成功\n", "登录成功", 13, "换行"),
    "two steps in a line": ("仍未登录", "仍未登录  而且 甲", 27, "换行"),
    "words after a docstring": ('"""\n\n', '""" 而且 甲\n\n', 21, "# 开头"),
    "words before a docstring": ('"""\n        场景', '"""场景', 19, "单独一行"),
    "tags of a 背景": (BACKGROUND, f"  @assumed\n{BACKGROUND}", 6, "上一行"),
    "tags of a step": ("      当 企业登录", "      @assumed\n      当 企业登录", 14, "上一行"),
    "tags at the end": ("| 必填     |\n", "| 必填     |\n  @assumed\n", 33, "上一行"),
    "tags in a title": ("登录成功", "登录成功 @assumed", 13, "上一行"),
    "a tag that does not exist": ("@assumed", "@asumed", 23, "guide.toml"),
    "tags with a comma": ("@assumed @", "@assumed，@", 23, "guide.toml"),
    "no language": ("# language: zh-CN\n", "", 1, "# language: zh-CN"),
    "another language": ("zh-CN", "en", 1, "# language: zh-CN"),
    "a misspelt language": ("zh-CN", "zh-cn", 1, "# language: zh-CN"),
    "language after the tags": (
        "# language: zh-CN\n@guide-1", "@guide-1\n# language: zh-CN", 1, "# language"),
    "an empty file": (GOOD, "", 1, "功能: 标题"),
    "a feature without scenarios": (
        GOOD, "# language: zh-CN\n功能: 登录\n  企业在“登录”中登录。\n", 2, "请写上场景"),
}  # fmt: skip


@pytest.mark.parametrize("feature", FEATURES + SEEDED, ids=lambda file: file.stem)
def test_nothing_is_lost_in_the_features(feature):
    """The guard finds nothing wrong in the features of this project, the seeded ones included."""
    assert problems(feature) == []


def test_good_feature_passes():
    """The guard says nothing about a feature that is in order, and neither does Gherkin."""
    assert check(GOOD) == []
    assert len(_scenarios(GOOD)) == 2


@pytest.mark.parametrize("kind", MISTYPED)
def test_mistyped_feature_is_found(kind):
    """Each mistake is named with its line, and with what to write."""
    old, new, line, write = MISTYPED[kind]
    assert old in GOOD

    found = check(GOOD.replace(old, new, 1))

    assert any(one.line == line and write in one.write for one in found), found


def test_all_problems_are_told_at_once():
    """A file with several mistakes names each."""
    text = (
        GOOD.replace("场景: ", "场景：").replace("那么 首页", "则 首页").replace("@assumed", "@x")
    )

    assert [one.line for one in check(text)] == [13, 15, 23]


def test_gherkin_has_the_last_word(monkeypatch):
    """What escapes every rule, and Gherkin cannot read, is named with its line."""
    monkeypatch.setattr(grammar, "_places", lambda lines: [])

    (problem,) = check(f"{GOOD}\n  背景:\n    假如 企业有账号\n")

    assert problem.line == 34
    assert problem.what == "Gherkin 读不懂这一行"


@pytest.mark.parametrize(
    ("encoding", "told"),
    [("utf-8-sig", "BOM"), ("gb18030", "GB18030"), ("utf-16", "UTF-16"), ("utf-16-le", "UTF-16")],
)
def test_encoding_is_named(encoding, told, tmp_path):
    """A file that is not plain UTF-8 is refused by the name of its encoding."""
    file = tmp_path / "a.feature"
    file.write_text(GOOD, encoding)

    (problem,) = problems(file)

    assert told in problem.what
    assert "UTF-8" in problem.write


def test_bytes_that_are_no_text_are_named(tmp_path):
    """Broken bytes are named with their line."""
    file = tmp_path / "a.feature"
    file.write_bytes(GOOD.encode().replace("登录成功".encode(), b"\xff\xff"))

    assert [one.line for one in problems(file)] == [13]


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_of_other_systems_are_read(end, tmp_path):
    """Line ends of Windows change nothing."""
    file = tmp_path / "a.feature"
    file.write_bytes(GOOD.replace("\n", end).encode())

    assert problems(file) == []


@pytest.mark.parametrize("language", ["zh-CN", "zh-TW", "en"])
def test_keywords_of_other_dialects_are_known(language):
    """Every keyword that Gherkin has in Chinese or English is read as what it means."""
    spec = Dialect.for_name(language).spec
    words = {word.strip().casefold() for key in spec for word in spec[key] if key not in NAMES}

    assert words - {"*"} <= set(MEANT)


NAMES = {"name", "native"}
# Without #: a comment is how a line is meant to be left out.
SPOILT = "：:＠@＃｜|“” \u3000\u200b\"'*-如若则然并且场景规背例功能假当那么但是一、。<>"


@pytest.mark.parametrize("feature", FEATURES, ids=lambda file: file.stem)
def test_no_slip_of_the_keyboard_loses_a_line(feature):
    """After one slip anywhere the guard speaks, or Gherkin still reads as much as before."""
    text = feature.read_text("utf-8")
    slips = random.Random(feature.stem)
    before = _content(text)
    for _ in range(60):
        place = slips.randrange(len(text))
        new = slips.choice(["", text[place] * 2, *SPOILT])
        spoilt = text[:place] + new + text[place + 1 :]
        if not check(spoilt):
            assert len(_content(spoilt)) == len(before), (place, new)


def _scenarios(text: str) -> list[dict]:
    feature = Parser().parse(text)["feature"]
    parts = [feature, *(one["rule"] for one in feature["children"] if "rule" in one)]
    return [one["scenario"] for part in parts for one in part["children"] if "scenario" in one]


def _content(text: str) -> list[str]:
    """Return scenarios, sentences, rows and tags, as Gherkin reads them."""
    found = []
    for scenario in _scenarios(text):
        assert not scenario["description"]
        tables = scenario["examples"]
        found += [scenario["name"], *(tag["name"] for tag in scenario["tags"])]
        found += [step["text"] for step in scenario["steps"]]
        found += [str(row["cells"]) for table in tables for row in table["tableBody"]]
    return found


def async_steps(folder: Path) -> list[str]:
    """An async step is never awaited, so whatever it asserts passes."""
    return [
        f"{place} {function.name}"
        for place, function, _, _ in _steps(folder)
        if isinstance(function, ast.AsyncFunctionDef)
    ]


def repeated_patterns(folder: Path) -> list[str]:
    """Of two steps with one sentence only the later one is used."""
    places = defaultdict(list)
    for place, _, kind, pattern in _steps(folder):
        for served in KINDS - {"step"} if kind == "step" else {kind}:
            places[served, pattern].append(place)
    return [f"{pattern}: {where}" for (_, pattern), where in places.items() if len(where) > 1]


def _steps(folder: Path) -> Iterator[tuple[str, Function, str, str]]:
    for path in sorted(folder.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for kind, pattern in _sentences(node):
                assert isinstance(node, Function)
                yield f"{path.name}:{node.lineno}", node, kind, pattern


def _sentences(node: ast.AST) -> Iterator[tuple[str, str]]:
    for call in getattr(node, "decorator_list", ()):
        kind = ast.unparse(call.func).rpartition(".")[2] if isinstance(call, ast.Call) else ""
        if kind in KINDS:
            pattern = call.args[0]
            # parsers.parse("...") and "..." are one sentence
            yield kind, ast.unparse(pattern.args[0] if isinstance(pattern, ast.Call) else pattern)


STEP_LINTS = [async_steps, repeated_patterns]


@pytest.mark.parametrize("lint", STEP_LINTS)
def test_nothing_is_lost_in_the_steps(lint):
    """No step of this project is async or defined twice."""
    assert list(_steps(ROOT / "steps"))
    assert lint(ROOT / "steps") == []


BAD_STEPS = [
    (async_steps, "@when('一')\nasync def one(): ..."),
    (repeated_patterns, "@when('一')\ndef one(): ...\n@when('一')\ndef two(): ..."),
    (repeated_patterns, "@when('一')\ndef one(): ...\n@bdd.step('一')\ndef two(): ..."),
    (repeated_patterns, "@then('一{x}')\n@then(parsers.parse('一{x}'))\ndef one(x): ..."),
]


@pytest.mark.parametrize(("lint", "code"), BAD_STEPS)
def test_bad_step_is_found(lint, code, tmp_path):
    """Each lint of the steps finds the mistake planted for it."""
    (tmp_path / "bad.py").write_text(code, "utf-8")

    assert len(lint(tmp_path)) == 1


def test_good_steps_pass(tmp_path):
    """The lints stay silent about steps that are in order."""
    (tmp_path / "good.py").write_text(
        "@given('一')\n@when('一')\ndef one(): ...\nasync def helper(): ...\n", "utf-8"
    )

    assert [lint(tmp_path) for lint in STEP_LINTS] == [[], []]
