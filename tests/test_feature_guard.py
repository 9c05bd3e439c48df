"""A badly written feature stops collection, in whatever way the suite is started."""

import json
import re
import subprocess
import sys

import pytest

from tests.pipelines.environment import link_packages
from tests.small_project import ROOT, small_project

GOOD = (ROOT / "tests/seeded/night.feature").read_text("utf-8")
BINDING = 'from pytest_bdd import scenarios\n\nscenarios("{}.feature")\n'
# The content of the feature file, the module beside it, the message; None: there is none.
BAD = {
    "colon": (GOOD.replace("场景: 一直", "场景：一直"), BINDING, "colon.feature:5 .*场景: 一直"),
    "step": (GOOD.replace("那么 第2次", "则 第2次"), BINDING, "step.feature:9 .*那么 第2次才通过"),
    "title": (GOOD.replace("第二次才", "一直"), BINDING, "title.feature:8 .*第 5 行.*换一个标题"),
    "tag": (GOOD.replace("@guide-1.1", "@guide-1.99"), BINDING, "tag.feature:3 .*guide.toml"),
    "unreadable": (GOOD.replace("功能: ", "功能"), BINDING, "unreadable.feature:2 .*功能: 植入"),
    "nothing": ("", BINDING, "nothing.feature:1 .*功能: 标题"),
    "chinese": (GOOD.encode("gb18030"), BINDING, "chinese.feature:2 .*GB18030.*UTF-8"),
    "marked": (GOOD.encode("utf-8-sig"), BINDING, "marked.feature:1 .*BOM"),
    "alone": (GOOD, None, r"alone.feature 没有模块绑定.*test_alone.py"),
    "notepad.feature.txt": (GOOD, None, r"notepad.feature.txt 没有模块绑定.*notepad.feature"),
    "gone": (None, BINDING, r"test_gone.py 绑定的 features/gone.feature 不存在"),
    "another": (GOOD, BINDING.format("night"), r"test_another.py 没有绑定 another.feature"),
    "part": (
        GOOD,
        'from pytest_bdd import scenario\n\ntest_one = scenario("part.feature", "一直通过")\n',
        "part.feature 有场景没有绑定.*第二次才通过",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project with a good feature, and one for each mistake."""
    root = small_project(tmp_path_factory.mktemp("guard"), "night")
    for stem, (feature, module, _) in BAD.items():
        if feature is not None:
            content = feature if isinstance(feature, bytes) else feature.encode()
            name = stem if stem.endswith(".txt") else f"{stem}.feature"
            (root / "features" / name).write_bytes(content)
        if module is not None:
            (root / f"features/test_{stem}.py").write_text(module.format(stem), "utf-8")
    link_packages(root / ".venv")
    for stamp in ("set-up-in", "has-a-browser"):
        (root / ".venv" / stamp).write_text(f"{root.resolve()}\n", "utf-8")
    return root


def run(root, *command):
    """Run a command in the project; give its exit code and what it said."""
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def run_pytest(root, *options):
    """Run pytest in the project, with temporary files of its own."""
    own = ("-p", "no:randomly", f"--basetemp={root / 'temporary'}")
    return run(root, sys.executable, "-m", "pytest", *own, *options)


def told_times(output):
    """Count how often the output names each mistake, apart from the short summary."""
    output = output.partition("short test summary")[0]
    return {stem: len(re.findall(f"{told}", output)) for stem, (_, _, told) in BAD.items()}


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(["-n0"], id="pytest", marks=pytest.mark.slow),
        pytest.param(["-n0", "features"], id="features"),
        pytest.param(["-n2", "features"], id="parallel"),
    ],
)
def test_each_mistake_is_told_once_and_nothing_runs(project, options):
    """Every mistake is an error with place and advice, without a traceback; no scenario runs."""
    code, output = run_pytest(project, *options)

    assert code == 2
    assert told_times(output) == dict.fromkeys(BAD, 1)
    assert "Traceback" not in output
    assert " passed" not in output


@pytest.mark.parametrize("place", ["test_colon.py", "colon.feature", "colon.feature:9"])
def test_one_file_tells_its_own_mistakes(project, place):
    """Who runs one feature hears of that one alone."""
    code, output = run_pytest(project, f"features/{place}", "-n0")

    assert code == 2
    assert [stem for stem, times in told_times(output).items() if times] == ["colon"]


def test_other_features_run_when_a_night_goes_on(project):
    """A run that continues is red, runs what is in order, and records each mistake once."""
    options = ("-n2", "--continue-on-collection-errors", "--alluredir=reports/allure-results")
    code, output = run_pytest(project, "features", *options)
    record = (project / "reports/allure-results/attempts.jsonl").read_text("utf-8")
    lines = [json.loads(line) for line in record.splitlines()]
    errors = [line["message"] for line in lines if line["kind"] == "error"]

    assert code == 1
    assert told_times(output) == told_times("\n".join(errors)) == dict.fromkeys(BAD, 1)
    assert re.search(rf"[1-9]\d* passed, {len(BAD)} errors", output)


@pytest.mark.slow
@pytest.mark.parametrize(("target", "code"), [("features", 2), ("nightly", 1)])
def test_make_is_red(project, target, code):
    """`make` fails, and shows each mistake."""
    ended, output = run(project, "make", target)

    assert ended == 2, output  # make's own word for a failed command
    assert f"Error {code}" in output
    assert all(told_times(output).values())


def test_run_of_a_good_feature_is_not_disturbed(project):
    """The mistakes of other files do not stop a run of one that is in order."""
    code, output = run_pytest(project, "features/night.feature", "-n0", "--title=一直通过")

    assert code == 0, output
