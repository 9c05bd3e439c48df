"""A person runs what they name: a file, a line, a title, what changed, what failed last."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.changes import NoSuchRevision, changes, scenarios
from fixtures.places import FEATURES, binders_of, spots_at

ROOT = Path(__file__).parent.parent
OUTLINE = "必填项没有填，不能确认"
FEATURE = """# language: zh-CN
功能: 甲
  背景:
    假如 a

  @guide-1.1
  规则: 乙
    背景:
      假如 b

    @assumed
    场景: 一
      当 c
    场景大纲: 二
      当 <项>
      例子:
        | 项 |
        | d |
        | e |

  规则: 丙
    场景: 三
      当 f
"""


def run(*options, folder=ROOT):
    """Run pytest in a folder; give its exit code, and what it said."""
    command = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:randomly", *options]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def chosen(*options, folder=ROOT):
    """Give the names of the tests that a run would run."""
    code, told = run("--collect-only", *options, folder=folder)
    assert code == 0, told
    return [line.partition("::")[2] for line in told.splitlines() if "::" in line]


def line_of(text, file="features/pending.feature"):
    """Give the number of the first line of a feature that has these words."""
    lines = (ROOT / file).read_text("utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)


def test_feature_file_is_run():
    """A feature is named by its file, alone or with a line, from any folder."""
    line = line_of("场景: 没有待确认的保单")
    one = ["test_没有待确认的保单"]

    whole = chosen("features/pending.feature")
    assert len(whole) > 50
    assert chosen("pending.feature", "pending.feature:30", folder=ROOT / "features") == whole
    assert chosen(f"features/pending.feature:{line + 1}") == one
    assert chosen(f"../features/pending.feature:{line}", folder=ROOT / "docs") == one
    assert chosen(str(ROOT / "features/pending.feature"), folder=Path("/")) == whole


def test_several_lines_are_run():
    """Several lines of several features are all run, a row of 例子 alone."""
    row = line_of("| 主要联系人姓名 |")
    lines = [f"features/pending.feature:{line_of('场景: 没有待确认的保单')}"]
    lines += [f"features/pending.feature:{row}", "features/login.feature:12"]

    names = chosen(*lines)

    assert names[:2] == ["test_没有待确认的保单", "test_必填项没有填不能确认[主要联系人姓名]"]
    assert len(names) == 3


@pytest.mark.parametrize(
    ("line", "scenarios"),
    [
        (2, {12, 14, 22}),
        (4, {12, 14, 22}),
        (6, {12, 14}),
        (9, {12, 14}),
        (11, {12}),
        (13, {12}),
        (16, {14}),
        (21, {22}),
        (23, {22}),
    ],
)
def test_line_belongs_to_its_scenarios(tmp_path, line, scenarios):
    """A line of a 背景 or a 规则 stands for all its scenarios, any other for the one around it."""
    file = tmp_path / "a.feature"
    file.write_text(FEATURE, "utf-8-sig")

    assert {one.line for one in spots_at(file, line)} == scenarios


def test_line_of_a_row_is_that_row(tmp_path):
    """Of an outline only the row that is named is run."""
    file = tmp_path / "a.feature"
    file.write_text(FEATURE, "utf-8")

    assert [(one.line, one.row) for one in spots_at(file, 19)] == [(14, ("e",))]


def test_title_is_taken_as_the_report_shows_it():
    """A title may be bare, with its row, with its 功能 and 规则, and have blanks around it."""
    rule = "提交保单确认 › 企业核对只读资料，填写联系方式"
    titles = [
        " 没有待确认的保单\u00a0",
        f"{OUTLINE}（主要联系人姓名）",
        f"{rule} › 备注超过一百个汉字，不能确认",
    ]
    titles += [f"{rule} › {OUTLINE}（主要联系人手机）", "少填一项，登录框当场提醒"]

    names = chosen("features", *(f"--title={one}" for one in titles))
    rows = [one for one in names if one.startswith("test_少填一项登录框当场提醒[")]

    assert set(names) - set(rows) == {
        "test_没有待确认的保单",
        "test_必填项没有填不能确认[主要联系人姓名]",
        "test_备注超过一百个汉字不能确认",
        "test_必填项没有填不能确认[主要联系人手机]",
    }
    assert len(rows) > 1


def test_titles_are_read_from_a_file(tmp_path):
    """A list has a title a line; blanks, notes and a byte-order mark are no titles."""
    file = tmp_path / "titles.txt"
    file.write_text(f"# 昨晚\n\n没有待确认的保单\n{OUTLINE}（主要联系人姓名）\n", "utf-8-sig")

    assert len(chosen(f"--titles-from={file}", folder=ROOT / "docs")) == 2


WRONG = [
    (["features/pending.feature:1"], "第 1 行不在任何场景里"),
    (["features/pending.feature:9999"], "第 9999 行不在任何场景里"),
    (["features/pendign.feature"], "features/pending.feature"),
    (["features", "--title=没有待确认的保蛋"], "相近的有 “没有待确认的保单”"),
    (["features", "--title=没有待确认的保单", "--title=x"], "没有叫“x”的场景：请从报告里照抄"),
    (["features", "--titles-from=nowhere.txt"], "读不了标题文件"),
    (["features", "-mguide-2.44"], "相近的有 guide-2.4"),
    (["features", "--since=nowhere"], "没有 nowhere 这个版本"),
    (["features", "--since=--help"], "没有 --help 这个版本"),
    (["features", "--base-url=http://a", "--portal-url=http://b"], "请只写一个"),
    (["features", "-obase_url=http://127.0.0.1:9"], "门户 http://127.0.0.1:9 没有应答"),
]


@pytest.mark.parametrize(("options", "sentence"), WRONG)
def test_what_is_not_there_is_told(options, sentence):
    """A choice that names nothing runs nothing, and says what is near."""
    code, told = run(*options)

    assert code == 4
    assert sentence in told
    assert "Traceback" not in told


def test_workers_tell_too():
    """With workers a wrong title ends alike, and a line is as good."""
    title = ["--title=没有待确认的保蛋", "features"]
    row = f"features/pending.feature:{line_of('| 主要联系人姓名 |')}"

    code, told = run("-n2", *title)
    ended, wrong_line = run("-n2", row, "--base-url=http://127.0.0.1:9")

    assert (code, ended) == (4, 4)
    assert "相近的有 “没有待确认的保单”" in told
    assert "没有应答" in wrong_line


def test_choices_that_exclude_each_other_are_told():
    """A title outside of the clause runs nothing; the run says so, and is no success."""
    code, told = run("features", "-mguide-2.4", "--title=没有待确认的保单")

    assert code == 5
    assert "没有选中任何场景" in told


def test_what_failed_last_is_run_again(tmp_path):
    """Workers too run the failed scenarios alone, and none where none failed."""
    again = ["--last-failed", "--last-failed-no-failures=none", "-o", f"cache_dir={tmp_path}"]
    modules = ["-n2", "tests/seeded/night.py", "features/policies.feature"]
    first, _ = run(*modules[:2], "-o", f"cache_dir={tmp_path}")
    code, told = run(*modules, *again)
    none, _ = run(*modules[:2], *again[:2], "-o", f"cache_dir={tmp_path}/other")

    assert (first, code, none) == (1, 1, 5)
    assert "没有绑定" not in told
    assert "一直通过" not in told
    assert "第二次才通过" in told


@pytest.fixture
def project(tmp_path):
    """Give a small project whose first commit is tagged `then`."""
    files = {"features/甲.feature": FEATURE, "features/乙.feature": FEATURE}
    files |= {"steps/甲.py": "", "mock_portal/templates/甲/a.html": "", "docs/a.md": ""}
    for name, text in files.items():
        write(tmp_path / name, text)
    git = ["git", "-c", "user.name=甲", "-c", "user.email=a@example.com", "-C", str(tmp_path)]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "一"], ["tag", "then"]):
        subprocess.run([*git, *command], check=True)
    return tmp_path


def write(file, text):
    """Write a file, and the folders that it needs."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")


def test_change_of_words_chooses_its_scenario(project):
    """Scenarios that are reworded are chosen, also by their 背景; moved ones are not."""
    write(project / "features/甲.feature", FEATURE.replace("当 c", "当 d"))
    write(project / "features/乙.feature", FEATURE.replace("假如 b", "\n\n假如 a"))
    write(project / "docs/a.md", "b")

    found = changes("then", project)

    assert found.scenarios == {("甲", "一"), ("乙", "一"), ("乙", "二")}
    assert [found.touch("甲", title) for title in ("一", "二")] == [True, False]
    assert str(found) == "新的或改过的场景 3 个：一，一，二"


@pytest.mark.parametrize("file", ["steps/甲.py", "mock_portal/templates/甲/a.html", "pages/甲.py"])
def test_change_of_code_chooses_its_stem(project, file):
    """Steps, pages, mock and templates of a stem choose all its scenarios, new files too."""
    write(project / file, "x = 1")

    found = changes("then", project)

    assert [found.touch(stem, "三") for stem in ("甲", "乙")] == [True, False]
    assert str(found) == "甲 的代码变了，选它的全部场景"


@pytest.mark.parametrize("file", ["fixtures/甲.py", "pages/screen.py", "conftest.py"])
def test_change_of_what_is_shared_chooses_everything(project, file):
    """What every scenario uses chooses every scenario."""
    write(project / file, "x = 1")

    assert changes("then", project).touch("乙", "三")


def test_nothing_changed_chooses_nothing(project):
    """Without a change no scenario is chosen; a revision that is none is refused."""
    assert not changes("then", project).touch("甲", "一")
    with pytest.raises(NoSuchRevision, match="没有 now 这个版本"):
        changes("now", project)


def test_feature_that_cannot_be_read_has_no_scenarios():
    """Collection tells what is wrong with it; the comparison goes on."""
    assert scenarios("# language: zh-CN\n乱七八糟\n".encode()) == {}


ARGUMENTS = [
    (["TITLE=他说“好”（a，b） 'c' \"d\""], ["--title=他说“好”（a，b） 'c' \"d\""]),
    (["FILE=features/一 二.feature:5"], ["features/一 二.feature:5"]),
    (["TAG=guide-2.4 and not refused"], ["features", "-m", "guide-2.4 and not refused"]),
    (["TITLES=a b.txt", "SINCE=main"], ["--titles-from=a b.txt", "--since=main"]),
    (["LAST_FAILED=1"], ["features", "--last-failed", "--last-failed-no-failures=none"]),
]


@pytest.mark.parametrize(("given", "wanted"), ARGUMENTS)
def test_make_hands_on_what_is_typed(tmp_path, given, wanted):
    """Blanks, quotes and brackets reach pytest as they were typed."""
    shown = tmp_path / "pytest"
    shown.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n', "utf-8")
    shown.chmod(0o755)
    command = ["make", "-s", "-C", str(ROOT), "-o", "setup", "features", f"PYTEST={shown}", *given]

    done = subprocess.run(command, capture_output=True, text=True, check=True, env=bare())

    assert [one for one in done.stdout.splitlines() if one in wanted] == wanted


def bare():
    """Give the environment without what a surrounding `make` leaves in it."""
    return {name: value for name, value in os.environ.items() if "MAKE" not in name}


def test_nothing_is_left_where_the_run_begins(tmp_path):
    """A run that begins elsewhere writes into the project alone."""
    code, _ = run(str(ROOT / "tests/seeded/night.py"), "-k一直通过", folder=tmp_path)

    assert code == 0
    assert list(tmp_path.iterdir()) == []


def test_only_a_test_module_binds_a_feature_of_the_project():
    """In features/ pytest collects test_*.py alone; a seeded feature is run by its own module."""
    seeded = ROOT / "tests/seeded/night.feature"

    assert binders_of(FEATURES / "x.feature") == [FEATURES / "test_x.py"]
    assert binders_of(seeded) == [seeded.with_name("test_night.py"), seeded.with_suffix(".py")]
