"""A runner's machine: a fresh clone of the project, and no program beyond those of its image."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOOLS = "reports/node_modules"
FEATURE = """\
# language: zh-CN
功能: 流水线里的一夜
  @guide-1.1
  规则: 每一片都有场景
{scenarios}"""
SCENARIO = """
    场景: 第{number}个场景
      当 这一夜到了
      那么 第{number}个场景通过
"""
STEPS = '''\
"""Scenarios without a browser."""

from pathlib import Path

from pytest_bdd import parsers, scenarios, then, when

scenarios("night.feature", features_base_dir=str(Path(__file__).parent))


@when("这一夜到了")
def night_comes() -> None:
    """Do nothing."""


@then(parsers.parse("第{number:d}个场景通过"))
def passes(number: int) -> None:
    assert number not in FAILING, "种下的失败"


FAILING: set[int] = set()
'''
SCENARIOS = 4
PYTHON = """\
#!/bin/sh
if [ "$*" = "-m venv --clear .venv" ]; then exec '{python}' '{environment}'; fi
exec '{python}' "$@"
"""
ALARM = """\
#!/bin/sh
echo "$(basename "$0") $*" >> "{calls}"
exit 1
"""
NOT_OF_THE_IMAGE = ("node", "npm", "npx", "apt-get", "sudo")


def git(*arguments: str | Path, cwd: Path) -> str:
    """Run git, and return what it printed."""
    done = subprocess.run(["git", *arguments], cwd=cwd, capture_output=True, text=True, check=True)
    return done.stdout


def repository(folder: Path, files: Mapping[str, str]) -> Path:
    """Make a repository of the files."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    git("init", "-q", "-b", "main", cwd=folder)
    commit(folder)
    return folder


def project(folder: Path) -> Path:
    """Make a repository of the project as it lies here, with a few scenarios of its own."""
    listed = git("ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT)
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file() and not name.startswith("features/"):
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
    shutil.copytree(ROOT / "features", folder / "features", ignore=_scenarios_of_the_suite)
    numbered = (SCENARIO.format(number=number) for number in range(1, SCENARIOS + 1))
    feature = FEATURE.format(scenarios="".join(numbered))
    return repository(folder, {"features/test_night.py": STEPS, "features/night.feature": feature})


def _scenarios_of_the_suite(_: str, names: Sequence[str]) -> list[str]:
    return [one for one in names if one.endswith(".feature") or one.startswith(("test_", "__py"))]


def replace(repository: Path, name: str, old: str, new: str) -> None:
    """Replace a text in a file that holds it, and commit that."""
    text = (repository / name).read_text("utf-8")
    assert old in text, f"{name} has no {old!r}"
    (repository / name).write_text(text.replace(old, new), "utf-8")
    commit(repository)


def commit(repository: Path) -> None:
    """Commit everything."""
    git("add", "-A", cwd=repository)
    who = ("-c", "user.name=night", "-c", "user.email=night@example.com")
    git(*who, "commit", "-q", "-m", "night", cwd=repository)


@dataclass
class Machine:
    """Where one job runs: its workspace, its variables, and whatever should not be called."""

    workspace: Path
    variables: dict[str, str] = field(default_factory=dict)
    said: str = ""

    @property
    def _image(self) -> Path:
        return self.workspace.with_name(f"{self.workspace.name}-image")

    @property
    def calls(self) -> str:
        """What was called of that which no image has, or a runner must not wait for."""
        calls = self._image / "calls"
        return calls.read_text("utf-8") if calls.exists() else ""

    def check_out(self, repository: Path) -> None:
        """Bring the workspace to the last commit, as a runner does; other files stay."""
        if (self.workspace / ".git").exists():
            git("fetch", "-q", "origin", cwd=self.workspace)
            git("reset", "-q", "--hard", "origin/main", cwd=self.workspace)
        else:
            git("clone", "-q", repository, self.workspace, cwd=repository)
            self._start()
        lock = self.workspace / "reports/package-lock.json"
        if lock.exists():  # what it names is installed here already
            os.utime(lock, (0, 0))
            if not (tools := self.workspace / TOOLS).exists():
                tools.symlink_to(ROOT / TOOLS)

    def _start(self) -> None:
        self._image.mkdir(parents=True)
        environment = Path(__file__).with_name("environment.py")
        programs = {"python3": PYTHON.format(python=sys.executable, environment=environment)}
        alarm = ALARM.format(calls=self._image / "calls")
        programs |= dict.fromkeys(NOT_OF_THE_IMAGE, alarm)
        for name, text in programs.items():
            (self._image / name).write_text(text, "utf-8")
            (self._image / name).chmod(0o755)

    def run(self, shell: Sequence[str], script: str, **variables: str) -> bool:
        """Run a script in a new shell, and tell whether it ended well."""
        environment = {
            "PATH": f"{self._image}:{os.environ['PATH']}",
            "HOME": str(self._image),
            "PYTHONPATH": "",
            "PIP_NO_INDEX": "1",  # a job that needs another package fails, and changes none here
            **_of_this_machine(),
            **self.variables,
            **variables,
        }
        command = [*shell, script]
        done = subprocess.run(
            command,
            cwd=self.workspace,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        self.said += f"$ {script}\n{done.stdout}{done.stderr}"
        return done.returncode == 0


def _of_this_machine() -> dict[str, str]:
    """Return what a browser needs to be found here as elsewhere."""
    own = Path.home() / ".cache/ms-playwright"
    named = os.environ.get("PLAYWRIGHT_BROWSERS_PATH", str(own))
    return {"PLAYWRIGHT_BROWSERS_PATH": named}


def check_known(found: Iterable[str], known: set[str]) -> None:
    """Stop at what a system may do and no test here does."""
    assert set(found) <= known, f"nobody has acted out: {set(found) - known}"


def copy_declared(source: Path, target: Path, names: Iterable[str]) -> list[str]:
    """Copy exactly the declared paths, and return those that were there."""
    there = [name for name in names if (source / name).exists()]
    for name in there:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        if (source / name).is_dir():
            shutil.copytree(source / name, target / name, dirs_exist_ok=True)
        else:
            shutil.copy2(source / name, target / name)
    return there


@dataclass(frozen=True)
class Night:
    """What people find when a pipeline is over."""

    is_green: bool
    report: Path  # the folder with allure.html
    scores: Path  # the folder with the pages of the scores
    junit: Path  # where the system reads the results of each scenario
    page: str  # what the page of the run shows
    machines: Sequence[Machine]

    @property
    def said(self) -> str:
        """The output of every job."""
        return "\n".join(one.said for one in self.machines)

    @property
    def calls(self) -> str:
        """What was called of that which no image has."""
        return "".join(one.calls for one in self.machines)
