"""Jenkins as far as the project's file uses it; whatever else is in the file is an error."""

import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.pipelines.jenkinsfile import Statement, parse
from tests.pipelines.machine import Machine, Night, copy_declared

PIPELINE = ("agent", "triggers", "options", "environment", "stages")
PIPELINE_OPTIONS = ("timestamps", "buildDiscarder", "disableConcurrentBuilds")
STAGE = ("agent", "options", "environment", "steps", "post")
OPTIONS = ("timeout", "catchError")
MATRIX = ("axes", "agent", "options", "stages")
CONDITIONS = ("always", "success", "cleanup")  # in the order in which Jenkins comes to them
CAUGHT = {"buildResult": "FAILURE", "stageResult": "FAILURE"}


class Jenkins:
    """A job with the pipeline, on two nodes that keep their workspaces."""

    def __init__(self, pipeline: str, repository: Path, folder: Path, notify: str) -> None:
        self._pipeline = parse(pipeline).one("pipeline")
        self._repository = repository
        self._folder = folder
        self._notify = notify
        self._runs = 0

    def night(self, *lost: str) -> Night:
        """Run the pipeline once; the nodes of the cells that are lost break down at once."""
        self._runs += 1
        build = Build(self, self._folder / f"build-{self._runs}", lost)
        build.run(self._pipeline, self._runs)
        pages = build.archive / "reports"
        return Night(build.is_green, pages, pages, build.junit, "", build.machines)

    def allocate(self, agent: Statement, number: int) -> Machine:
        """Return a workspace with the last commit; only what the file names is no chance."""
        chance = (self._runs + number) % 2
        node, workspace = f"node-{chance}", f"suite@{chance}"
        if agent.rest != "any":
            [asked] = agent.only("node")
            for one in asked.only("label", "customWorkspace"):
                [name] = one.texts()
                node, workspace = (name, workspace) if one.word == "label" else (node, name)
        machine = Machine(self._folder / node / workspace)
        machine.check_out(self._repository)
        return machine

    def environment(self, block: Statement) -> dict[str, str]:
        """Return the variables that the pipeline, or one of its stages, adds."""
        added = [one for found in block.every("environment") for one in found.body]
        return {one.word: self._value(one.rest) for one in added}

    def _value(self, given: str) -> str:
        if given == "= credentials('single-window-notify')":
            return self._notify
        assert given.startswith("= '"), f"nobody has acted out: {given}"
        return given[3:-1]


class Build:
    """One run of the pipeline, and what it leaves behind."""

    def __init__(self, jenkins: Jenkins, folder: Path, lost: Sequence[str]) -> None:
        self._jenkins = jenkins
        self._lost = lost
        self._began = time.time()
        self._stashes = folder / "stashes"
        self.archive = folder / "archive"
        self.junit = folder / "junit.xml"
        self.machines: list[Machine] = []
        self.is_green = True

    def run(self, pipeline: Statement, number: int) -> None:
        """Run the whole pipeline."""
        pipeline.only(*PIPELINE)
        pipeline.one("options").only(*PIPELINE_OPTIONS)
        assert pipeline.one("agent").rest == "none"
        assert all(one.named in ({}, CAUGHT) for one in pipeline.within("catchError"))
        variables = {
            "LANG": "C",
            "BUILD_NUMBER": str(number),
            "BUILD_URL": f"https://jenkins.example.com/job/suite/{number}/",
            **self._jenkins.environment(pipeline),
        }
        self._note(self._stages(pipeline.one("stages"), variables))

    def _note(self, is_good: bool) -> bool:
        """Note what failed, and go on as if it had not."""
        self.is_green = self.is_green and is_good
        return True

    def _stages(
        self, stages: Statement, variables: Mapping[str, str], machine: Machine | None = None
    ) -> bool:
        """Run one stage after the other until one fails; tell whether all went well."""
        return all(self._stage(one, variables, machine) for one in stages.only("stage"))

    def _stage(
        self, stage: Statement, variables: Mapping[str, str], machine: Machine | None
    ) -> bool:
        """Run a stage; its options hold for all of it, also where its node is lost."""
        if stage.every("matrix"):
            is_good = self._matrix(stage, variables)
        else:
            is_good = self._work(stage, variables, machine)
        options = [one.word for found in stage.every("options") for one in found.only(*OPTIONS)]
        return self._note(is_good) if "catchError" in options else is_good

    def _matrix(self, stage: Statement, variables: Mapping[str, str]) -> bool:
        """Run every cell on a node of its own; one that fails does not stop the others."""
        stage.only("options", "matrix")
        matrix = stage.one("matrix")
        matrix.only(*MATRIX)
        matrix.one("options").only("timeout")
        [axis] = matrix.one("axes").only("axis")
        [name] = axis.one("name").texts()
        results = []
        for number, value in enumerate(axis.one("values").texts()):
            if f"{name}-{value}" in self._lost:
                results.append(False)
            else:
                machine = self._allocate(matrix, number)
                given = {**variables, name: value}
                results.append(self._stages(matrix.one("stages"), given, machine))
        return all(results)

    def _work(
        self, stage: Statement, variables: Mapping[str, str], machine: Machine | None
    ) -> bool:
        """Do the steps of a stage, and then, whatever came of them, its post."""
        stage.only(*STAGE)
        machine = self._allocate(stage, 0) if stage.every("agent") else machine
        assert machine, "a stage without a node"
        machine.variables = {**variables, **self._jenkins.environment(stage)}
        is_good = self._steps(stage.one("steps"), machine, machine.workspace)
        blocks = [one for post in stage.every("post") for one in post.only(*CONDITIONS)]
        for block in sorted(blocks, key=lambda one: CONDITIONS.index(one.word)):
            if is_good or block.word != "success":
                is_good = self._steps(block, machine, machine.workspace) and is_good
        return is_good

    def _allocate(self, block: Statement, number: int) -> Machine:
        machine = self._jenkins.allocate(block.one("agent"), number)
        self.machines.append(machine)
        return machine

    def _steps(self, block: Statement, machine: Machine, folder: Path) -> bool:
        """Do one step after the other until one fails; tell whether all went well."""
        return all(self._step(one, machine, folder) for one in block.body)

    def _step(self, step: Statement, machine: Machine, folder: Path) -> bool:
        texts = step.texts(machine.variables)
        match step.word:
            case "sh":
                assert folder == machine.workspace, "nobody has acted out another folder"
                return machine.run(["sh", "-xec"], texts[0])
            case "timeout":
                return self._steps(step, machine, folder)
            case "catchError":
                return self._note(self._steps(step, machine, folder))
            case "dir":
                return self._steps(step, machine, folder / texts[0])
            case "stash":
                return _copied(folder, self._stashes / texts[0])
            case "unstash":
                return _copied(self._stashes / texts[0], folder)
            case "junit":
                return self._publish_junit(machine.workspace / texts[0])
            case "publishHTML":
                page = Path(step.named["reportDir"], step.named["reportFiles"])
                return (machine.workspace / page).exists() or "allowMissing: true" in step.rest
            case "archiveArtifacts":
                names = step.named["artifacts"].split(", ")
                paths = [name.removesuffix("/**") for name in names]
                there = copy_declared(machine.workspace, self.archive, paths)
                return bool(there) or "allowEmptyArchive: true" in step.rest
        raise AssertionError(f"nobody has acted out: {step.word}")

    def _publish_junit(self, results: Path) -> bool:
        """Keep the results; none, or those of an earlier build, are an error."""
        if not results.exists():
            return False
        self.junit.parent.mkdir(parents=True, exist_ok=True)
        self.junit.write_bytes(results.read_bytes())
        return results.stat().st_mtime >= self._began - 1


def _copied(source: Path, target: Path) -> bool:
    """Copy what is in a folder; nothing at all is an error."""
    is_there = source.is_dir() and any(source.iterdir())
    if is_there:
        shutil.copytree(source, target, dirs_exist_ok=True)
    return is_there
