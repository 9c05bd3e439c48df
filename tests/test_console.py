"""A failing scenario says at the terminal which it is, at which sentence, why, and where."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SEEDED = "tests/seeded/console"
FRAMES = re.compile(r"site-packages|_pytest|pluggy/|pytest_bdd|self = <|^>  ", re.MULTILINE)


def run(*options, folder=ROOT, module=f"{SEEDED}.py"):
    """Run the scenarios that fail; give what the terminal showed."""
    command = [sys.executable, "-m", "pytest", "-p", "no:randomly", str(ROOT / module), *options]
    environment = os.environ | {"COLUMNS": "200"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def blocks(told):
    """Give the text of each failure by its title."""
    parts = re.split(r"^_+ (?:ERROR at \w+ of )?场景 (.+?) _+$", told, flags=re.MULTILINE)[1:]
    texts = [re.split(r"^(?:场景：|=+)", part, flags=re.MULTILINE)[0] for part in parts[1::2]]
    return {name: text.strip() for name, text in zip(parts[::2], texts, strict=True)}


def place(words, file=f"{SEEDED}.py"):
    """Give file and line of the last line with these words."""
    lines = (ROOT / file).read_text("utf-8").splitlines()
    return f"{file}:{max(n for n, line in enumerate(lines, start=1) if words in line)}"


@pytest.fixture(scope="module")
def told():
    """Give what the terminal shows, of two workers."""
    return run("-n2")


def test_failure_begins_with_its_scenario(told):
    """功能, 规则, 场景 with its row and the sentence with its place come first, then the cause."""
    feature = place("那么 看到“<看到的>”", f"{SEEDED}.feature")

    assert blocks(told)["看到的与写的不同（已确认）"].splitlines() == [
        "功能  植入的说明",
        "规则  失败时先说是哪一句",
        "场景  看到的与写的不同（已确认）",
        f"句子  那么 看到“已确认”  {feature}",
        "",
        "AssertionError: assert '已确认' == '待确认'",
        "  ",
        "  - 待确认",
        "  + 已确认",
        "",
        f'{place(chr(34) + "待确认" + chr(34))}  sees  assert seen == "待确认"',
    ]


def test_no_frame_of_the_runner_is_shown(told):
    """Of the code only our own is shown, for failures and for errors."""
    assert len(blocks(told)) == 7
    assert FRAMES.findall(told) == []


def test_origin_of_an_error_is_told(told):
    """An error that was raised from another tells both, by the names of their classes alone."""
    text = blocks(told)["画面没有来"]

    assert "\nScreenNotReached: PendingPage was not reached" in text
    assert "起因\nTimeoutError: Locator.wait_for: Timeout 10000ms exceeded." in text
    assert place("raise ScreenNotReached") in text


def test_long_cause_is_cut(told):
    """What is left out is counted, with the option that shows it."""
    text = blocks(told)["原因很长"]

    assert "第20行\n（还有 20 行，加 --tb=long 显示全部）" in text
    assert "第21行" not in text


def test_soft_failures_are_told_one_by_one(told):
    """A group of errors names each."""
    assert "AssertionError: 甲\n\nAssertionError: 乙" in blocks(told)["检查是软的"]


def test_errors_around_the_sentences_are_told_alike(told):
    """What a sentence lacks, and what fails when all sentences are over, say so."""
    lacking, ending = (blocks(told)[one] for one in ("用到不存在的准备", "收尾才失败"))

    assert "fixture 'no_such_fixture' not found" in lacking
    assert "句子  （收尾时，句子都走完了）" in ending
    assert "RuntimeError: 收不了尾" in ending


def test_summary_names_the_sentence(told):
    """The short summary leads to the sentence, and says why."""
    summary = told.partition("short test summary")[2]

    sentence = place("那么 看到“<看到的>”", f"{SEEDED}.feature")
    assert f"FAILED {sentence} 场景 看到的与写的不同（已确认） - Assert" in summary
    assert re.search(rf"^ERROR {SEEDED}.feature:\d+ 场景 收尾才失败 - RuntimeError", summary, re.M)
    assert "::" not in summary


def test_secret_is_starred_and_the_cause_stays(told):
    """Stars take the place of the secret alone."""
    assert "geheim" not in told
    assert "AssertionError: assert '***************' == ''" in blocks(told)["失败里有秘密"]
    assert "失败里有秘密 - AssertionError" in told


def test_places_are_as_seen_from_where_the_run_begins():
    """From another folder the places still lead to the files."""
    told = run("-n0", "-k", "看到的", folder=ROOT / "docs")

    assert "../tests/seeded/console.feature:7\n" in told
    assert "FAILED ../tests/seeded/console.feature:7 场景" in told
    assert "\n../tests/seeded/console.py:" in told


@pytest.mark.parametrize("option", ["--tb=long", "-vv", "--showlocals"])
def test_an_option_for_more_shows_more(option):
    """What pytest itself would tell is one option away."""
    told = run("-n0", "-k", "画面没有来", option)

    assert "_pytest" in told or "    def screen_does_not_come" in told
    assert "句子  " not in told


def test_module_that_cannot_be_imported_is_told(tmp_path):
    """A broken module shows its cause, without the frames of the importer."""
    folder = tmp_path / "features"
    folder.mkdir()
    (tmp_path / "conftest.py").write_text((ROOT / "conftest.py").read_text("utf-8"), "utf-8")
    (folder / "test_a.py").write_text("import no_such_module\n", "utf-8")

    told = run("-n0", "-c", str(ROOT / "pyproject.toml"), module=folder / "test_a.py")

    assert "时出错\n\nModuleNotFoundError: No module named 'no_such_module'" in told
    assert FRAMES.findall(told) == []
