"""The three systems, and the file that each of them reads."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.pipelines.github import GitHub
from tests.pipelines.gitlab import GitLab
from tests.pipelines.jenkins import Jenkins
from tests.pipelines.machine import ROOT

SYSTEMS: dict[str, tuple[Callable[..., Any], str]] = {
    "GitHub": (GitHub, "github-actions.yml"),
    "GitLab": (GitLab, "gitlab-ci.yml"),
    "Jenkins": (Jenkins, "Jenkinsfile"),
}
SHARDS = {"GitHub": "shard-2", "GitLab": "night-2", "Jenkins": "GROUP-2"}  # the second of two


def pipeline(name: str) -> str:
    """Return the text of a system's file."""
    return (ROOT / "docs/ci" / SYSTEMS[name][1]).read_text("utf-8")


def system(name: str, repository: Path, folder: Path, *, notify: str = "", text: str = "") -> Any:
    """Set a system up with the project's file for it, or with another text."""
    return SYSTEMS[name][0](text or pipeline(name), repository, folder, notify)
