"""GitLab CI as far as the project's file uses it; whatever else is in the file is an error."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from tests.pipelines.machine import Machine, Night, check_known, copy_declared

GLOBAL_KEYS = {"image", "stages", "variables"}
JOB_KEYS = {"stage", "timeout", "rules", "parallel", "cache", "script", "after_script"}
JOB_KEYS |= {"artifacts", "resource_group", "variables"}
SHELL = ("bash", "-c")
SOURCE = re.compile(r'\$CI_PIPELINE_SOURCE == "(\w+)"')


class GitLab:
    """A project with the pipeline: its runs leave caches behind."""

    def __init__(self, pipeline: str, repository: Path, folder: Path, notify: str) -> None:
        self._pipeline = yaml.safe_load(pipeline)
        self._repository = repository
        self._folder = folder
        self._notify = notify
        self._runs = 0

    def night(self, *lost: str) -> Night:
        """Run the pipeline once; the machines of the jobs that are lost break down at once."""
        self._runs += 1
        folder = self._folder / f"pipeline-{self._runs}"
        names = [name for name in self._pipeline if name not in GLOBAL_KEYS and name[0] != "."]
        machines: list[Machine] = []
        is_green = True
        for stage in self._pipeline["stages"]:
            earlier = sorted(folder.glob("artifacts-*"))
            for name in names:
                job = self._pipeline[name]
                check_known(job, JOB_KEYS)
                if job["stage"] == stage and (is_green or _when(job) == "always"):
                    for index in range(1, job.get("parallel", 1) + 1):
                        number = f"{name}-{index}"
                        machine = Machine(folder / number)
                        is_green &= number not in lost and self._job(job, index, machine, earlier)
                        machines += [machine] if number not in lost else []
        report, scores = (folder / f"artifacts-{job}-1/reports" for job in ("report", "scores"))
        return Night(is_green, report, scores, folder / "junit-report-1.xml", "", machines)

    def _job(self, job: Any, index: int, machine: Machine, earlier: Sequence[Path]) -> bool:
        machine.check_out(self._repository)
        machine.variables = self._variables(job, index, machine)
        caches = job["cache"] if isinstance(job["cache"], list) else [job["cache"]]
        for cache in caches:
            copy_declared(self._kept(cache), machine.workspace, cache["paths"])
        for artifacts in earlier:
            copy_declared(artifacts, machine.workspace, [one.name for one in artifacts.iterdir()])
        is_good = machine.run(SHELL, _script(job["script"]))
        machine.run(SHELL, _script(job.get("after_script", [])))
        for cache in caches:
            if is_good or cache.get("when") == "always":
                copy_declared(machine.workspace, self._kept(cache), cache["paths"])
        if is_good or job["artifacts"].get("when") == "always":
            self._upload(job["artifacts"], machine)
        return is_good

    def _upload(self, artifacts: Any, machine: Machine) -> None:
        folder, name = machine.workspace.parent, machine.workspace.name
        copy_declared(machine.workspace, folder / f"artifacts-{name}", artifacts["paths"])
        junit = machine.workspace / artifacts.get("reports", {}).get("junit", "none")
        if junit.is_file():
            (folder / f"junit-{name}.xml").write_bytes(junit.read_bytes())

    def _kept(self, cache: Any) -> Path:
        key = cache["key"]
        return self._folder / "caches" / (key if isinstance(key, str) else "-".join(key["files"]))

    def _variables(self, job: Any, index: int, machine: Machine) -> dict[str, str]:
        known = {
            "CI": "true",
            "LANG": "C.UTF-8",
            "CI_PROJECT_DIR": str(machine.workspace),
            "CI_PIPELINE_IID": str(self._runs),
            "CI_PIPELINE_URL": f"https://gitlab.example.com/team/suite/-/pipelines/{self._runs}",
            "CI_JOB_URL": "https://gitlab.example.com/team/suite/-/jobs/1",
            "CI_NODE_INDEX": str(index),
            "CI_NODE_TOTAL": str(job.get("parallel", 1)),
            "SINGLE_WINDOW_NOTIFY": self._notify,
        }
        own = {
            name: str(value).replace("$CI_PROJECT_DIR", known["CI_PROJECT_DIR"])
            for name, value in {**self._pipeline["variables"], **job.get("variables", {})}.items()
        }
        return known | own


def _script(lines: Sequence[str]) -> str:
    return "\n".join(["set -eo pipefail", *lines])


def _when(job: Any) -> str:
    """Return when a scheduled pipeline has this job."""
    [rule] = job["rules"]
    assert "schedule" in SOURCE.findall(rule["if"])
    return str(rule.get("when", "on_success"))
