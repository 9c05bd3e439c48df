"""Jenkins as far as the project's file uses it; whatever else is in the file is an error."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

from tests.pipelines.machine import Machine, Night, copy_declared

STEP = re.compile(
    r"sh '(?P<sh>[^'\n]*)'"
    r"|junit (?P<junit>[^\n]*)"
    r"|publishHTML target: \[(?P<html>[^\]]*)\]"
    r"|archiveArtifacts (?P<archive>[^\n]*)"
    r"|timeout\([^)]*\) \{|\}|//[^\n]*|\s+"
)
TEXT = re.compile(r"(?:(\w+): )?'([^']*)'")


class Jenkins:
    """A job with the pipeline: its workspace stays from night to night."""

    def __init__(self, pipeline: str, repository: Path, folder: Path, notify: str) -> None:
        self._pipeline = pipeline
        self._repository = repository
        self._folder = folder
        self._machine = Machine(folder / "workspace")
        self._notify = notify
        self._runs = 0

    def night(self) -> Night:
        """Run the pipeline once."""
        self._runs += 1
        machine = self._machine
        machine.check_out(self._repository)
        machine.variables = {
            "LANG": "C",
            "BUILD_NUMBER": str(self._runs),
            "BUILD_URL": f"https://jenkins.example.com/job/suite/{self._runs}/",
            "SINGLE_WINDOW_NOTIFY": self._notify,
        }
        build = Build(machine, self._folder / f"build-{self._runs}")
        stages = block(block(self._pipeline, "pipeline"), "stages")
        is_green = all(build.steps(block(one, "steps")) for one in blocks(stages, r"stage\(.*?\)"))
        post = block(self._pipeline, "post")
        for condition in ("always", "cleanup"):
            is_green &= build.steps(block(post, condition))
        return Night(is_green, build.archive / "reports", build.junit, "", [machine])


class Build:
    """One run of the pipeline, and what it leaves behind."""

    def __init__(self, machine: Machine, folder: Path) -> None:
        self._machine = machine
        self._began = time.time()
        self.archive = folder / "archive"
        self.junit = folder / "junit.xml"

    def steps(self, text: str) -> bool:
        """Do one step after the other until one fails; tell whether all went well."""
        return all(self._step(found) for found in _steps(text))

    def _step(self, found: re.Match[str]) -> bool:
        workspace = self._machine.workspace
        match found.lastgroup:
            case "sh":
                return self._machine.run(["sh", "-xec"], found["sh"])
            case "junit":
                return self._publish_junit(found["junit"])
            case "html":
                given = dict(TEXT.findall(found["html"]))
                is_there = (workspace / given["reportDir"] / given["reportFiles"]).exists()
                return is_there or "allowMissing: true" in found["html"]
            case "archive":
                names = dict(TEXT.findall(found["archive"]))["artifacts"].split(", ")
                paths = [name.removesuffix("/**") for name in names]
                there = copy_declared(workspace, self.archive, paths)
                return bool(there) or "allowEmptyArchive: true" in found["archive"]
        return True

    def _publish_junit(self, arguments: str) -> bool:
        """Keep the results; none, or those of an earlier build, are an error."""
        [(_, name)] = TEXT.findall(arguments)
        results = self._machine.workspace / name
        if not results.exists():
            return "allowEmptyResults: true" in arguments
        self.junit.parent.mkdir(parents=True, exist_ok=True)
        self.junit.write_bytes(results.read_bytes())
        return results.stat().st_mtime >= self._began - 1


def block(text: str, name: str) -> str:
    """Return what stands between the braces after a name."""
    [found] = blocks(text, name)
    return found


def blocks(text: str, pattern: str) -> list[str]:
    """Return what stands between the braces after each match of the pattern."""
    return [_braced(text, found.end()) for found in re.finditer(rf"\b{pattern} \{{", text)]


def _braced(text: str, start: int) -> str:
    depth = 1
    for place in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if not depth:
            return text[start:place]
    raise AssertionError("a brace is left open")


def _steps(text: str) -> Iterator[re.Match[str]]:
    """Yield the steps of a block, which holds nothing else."""
    place = 0
    while place < len(text):
        found = STEP.match(text, place)
        assert found, f"nobody has acted out: {text[place:].strip()}"
        place = found.end()
        if found.lastgroup:
            yield found
