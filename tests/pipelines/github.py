"""GitHub Actions as far as the project's file uses it; whatever else is in the file is an error."""

import re
import shutil
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import yaml

from tests.pipelines.machine import Machine, Night, check_known, copy_declared

EXPRESSION = re.compile(r"\$\{\{ *([\w.-]+) *\}\}")
JOB_KEYS = {"runs-on", "timeout-minutes", "strategy", "steps", "needs", "if"}
STEP_KEYS = {"uses", "run", "with", "if", "env", "timeout-minutes", "continue-on-error"}


class GitHub:
    """A repository with the workflow: its runs leave caches behind."""

    def __init__(self, workflow: str, repository: Path, folder: Path, notify: str) -> None:
        self._workflow = yaml.safe_load(workflow)
        self._repository = repository
        self._folder = folder
        self._notify = notify
        self._caches: dict[str, Path] = {}  # the newest last
        self._runs = 0

    def night(self, *lost: str) -> Night:
        """Run the workflow once; the machines of the jobs that are lost break down at once."""
        self._runs += 1
        run = Run(self, self._folder / f"run-{self._runs}", self._runs)
        results: dict[str, bool] = {}
        for name, job in self._workflow["jobs"].items():
            check_known(job, JOB_KEYS)
            needed = [job["needs"]] if "needs" in job else []
            if _is_due(job, all(results[one] for one in needed)):
                done = [
                    run.job(f"{name}-{number}", job, matrix, lost)
                    for number, matrix in enumerate(_matrices(job), start=1)
                ]
                results[name] = all(done)
        return run.over(all(results.values()))

    @property
    def variables(self) -> Mapping[str, Any]:
        """The variables that the workflow gives to each job."""
        return self._workflow["env"]

    def check_out(self, machine: Machine) -> None:
        """Bring a fresh clone onto a machine."""
        machine.check_out(self._repository)

    def secret(self, name: str) -> str:
        """Return a secret of the repository."""
        return {"SINGLE_WINDOW_NOTIFY": self._notify}[name]

    def save(self, key: str, content: Path) -> None:
        """Keep a folder under a key; a key is written once."""
        self._caches.setdefault(key, content)

    def restore(self, key: str, prefix: str) -> Path | None:
        """Return the folder under the key, or the newest whose key begins with the prefix."""
        fitting = [one for one in self._caches if prefix and one.startswith(prefix)]
        return self._caches.get(key) or next((self._caches[one] for one in reversed(fitting)), None)


class Run:
    """One run of the workflow: its artifacts, and what stands on its page."""

    def __init__(self, github: GitHub, folder: Path, number: int) -> None:
        self._github = github
        self._folder = folder
        self._number = number
        self._artifacts = folder / "artifacts"
        self._page = ""
        self._machines: list[Machine] = []

    def over(self, is_green: bool) -> Night:
        """Return what the run has left behind."""
        report = self._artifacts / "report"
        scores = self._artifacts / "scores"
        return Night(is_green, report, scores, report / "scenarios.xml", self._page, self._machines)

    def job(self, name: str, job: Any, matrix: Mapping[str, Any], lost: tuple[str, ...]) -> bool:
        """Run the steps of a job on a machine of its own, and tell whether it succeeded."""
        if name in lost:
            return False
        machine = Machine(self._folder / name)
        self._machines.append(machine)
        machine.variables = {
            "CI": "true",
            "LANG": "C.UTF-8",
            "GITHUB_SERVER_URL": "https://github.example.com",
            "GITHUB_REPOSITORY": "team/suite",
            "GITHUB_RUN_ID": str(100 + self._number),
            **{key: self._filled(text, matrix) for key, text in self._github.variables.items()},
        }
        is_good = True
        after: list[Any] = []
        for step in job["steps"]:
            check_known(step, STEP_KEYS)
            if not _is_due(step, is_good):
                continue
            has_worked = self._step(step, machine, matrix, after)
            is_good = is_good and (has_worked or step.get("continue-on-error", False))
        for path, key in after if is_good else ():  # actions/cache saves what succeeded alone
            self._keep(machine, path, key)
        return is_good

    def _step(
        self, step: Any, machine: Machine, matrix: Mapping[str, Any], after: list[Any]
    ) -> bool:
        values = {key: self._filled(text, matrix) for key, text in step.get("with", {}).items()}
        if "run" in step:
            return self._run(step, machine, matrix)
        action = step["uses"].partition("@")[0]
        match action:
            case "actions/checkout":
                self._github.check_out(machine)
            case "actions/setup-python":  # the machine has a python3
                assert (machine.workspace / values["cache-dependency-path"]).exists()
            case "actions/cache/restore" | "actions/cache":
                self._restore(machine, values)
                if action == "actions/cache":
                    after.append((values["path"], values["key"]))
            case "actions/cache/save":
                self._keep(machine, values["path"], values["key"])
            case "actions/upload-artifact":
                return self._upload(machine, values)
            case "actions/download-artifact":
                self._download(machine, values)
            case _:
                raise AssertionError(f"nobody has acted out: {action}")
        return True

    def _run(self, step: Any, machine: Machine, matrix: Mapping[str, Any]) -> bool:
        page = machine.workspace.with_name(f"{machine.workspace.name}-summary.md")
        page.write_text("", "utf-8")
        given = {key: self._filled(text, matrix) for key, text in step.get("env", {}).items()}
        script = self._filled(step["run"], matrix)
        has_worked = machine.run(["bash", "-ec"], script, GITHUB_STEP_SUMMARY=str(page), **given)
        self._page += page.read_text("utf-8")
        return has_worked

    def _restore(self, machine: Machine, values: Mapping[str, str]) -> None:
        if found := self._github.restore(values["key"], values.get("restore-keys", "")):
            copy_declared(found, machine.workspace, values["path"].split())

    def _keep(self, machine: Machine, path: str, key: str) -> None:
        kept = self._folder / f"cache-{key}"
        if copy_declared(machine.workspace, kept, path.split()):
            self._github.save(key, kept)

    def _upload(self, machine: Machine, values: Mapping[str, str]) -> bool:
        """Keep the declared paths, less the folders that all of them share."""
        target = self._artifacts / values["name"]
        if target.exists():
            assert values.get("overwrite") == "True", f"there is an artifact {values['name']}"
            shutil.rmtree(target)
        passing = self._folder / "passing"
        there = copy_declared(machine.workspace, passing, values["path"].split())
        if there:
            folders = {Path(one) if len(there) == 1 else Path(one).parent for one in there}
            assert len(folders) == 1, "paths of several folders"
            self._artifacts.mkdir(exist_ok=True)
            (passing / folders.pop()).rename(target)
            shutil.rmtree(passing)
        return True

    def _download(self, machine: Machine, values: Mapping[str, str]) -> None:
        for artifact in self._artifacts.glob("*"):
            if fnmatch(artifact.name, values.get("pattern", "*")):
                shutil.copytree(artifact, machine.workspace / values["path"] / artifact.name)

    def _filled(self, text: object, matrix: Mapping[str, Any]) -> str:
        return EXPRESSION.sub(lambda found: self._value(found[1], matrix), str(text))

    def _value(self, expression: str, matrix: Mapping[str, Any]) -> str:
        kind, _, name = expression.partition(".")
        match kind:
            case "github":
                known = {"run_id": 100 + self._number, "run_attempt": 1, "run_number": self._number}
                return str(known[name])
            case "matrix":
                return str(matrix[name])
            case "secrets":
                return self._github.secret(name)
            case "vars":
                return ""  # as where nobody has set it
        raise AssertionError(f"nobody has acted out: {expression}")


def _is_due(job_or_step: Mapping[str, Any], is_good: bool) -> bool:
    condition = job_or_step.get("if", "success()")
    assert condition in {"success()", "always()"}, f"nobody has acted out: {condition}"
    return is_good or condition == "always()"


def _matrices(job: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    matrix = job.get("strategy", {}).get("matrix", {"": [None]})
    [(name, values)] = matrix.items()
    for value in values:
        yield {name: value}
