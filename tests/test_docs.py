"""The documents tell the truth about the project."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from bot.cli.commands import COMMANDS
from bot.errors import Reason
from bot.settings import Settings
from fixtures.guide import clauses
from reports import screens, states

ROOT = Path(__file__).parent.parent
GENERATED = {".git", ".venv", "node_modules"}
DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix()
    for path in ROOT.rglob("*.md")
    if not GENERATED & set(path.relative_to(ROOT).parts)
)
CODE = ("bot", "fixtures", "mock_portal", "pages", "reports", "steps")
LOCKS = ["requirements.lock", "reports/package-lock.json"]

MAKE = re.compile(r"(?:^[ $]*|`)make ([a-z-]+)", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s#]+)")
IDENTIFIER = re.compile(r"`([a-z_]+)`")
HELP = re.compile(r"^```\w*\n\$ single-window --help\n(.*?)^```$", re.DOTALL | re.MULTILINE)
REQUIREMENT = re.compile(r"^([a-z0-9._-]+)==", re.MULTILINE)
# where a lock says that a package lies; the addresses of its project and its donors are no matter
ADDRESS = re.compile(r'(?:"resolved": |--(?:extra-)?index-url|--find-links| @ )\S*')


def read(path: str) -> str:
    """Return the text of one file of the project."""
    return (ROOT / path).read_text(encoding="utf-8")


def broken_links(document: Path) -> list[str]:
    """Return the relative links of a document that lead nowhere."""
    links = LINK.findall(document.read_text(encoding="utf-8"))
    return [one for one in links if ":" not in one and not (document.parent / one).exists()]


def names_in(source: str) -> set[str]:
    """Return every name of a module, in lower case with underscores."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        for field in ("name", "id", "attr", "arg"):
            if isinstance(name := getattr(node, field, None), str):
                names.add(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower())
    return names


def occurs(word: str, names: set[str]) -> bool:
    """Tell whether a word is a name, or a part of a name."""
    return any(f"_{word}_" in f"_{name}_" for name in names)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document):
    """Every relative link of a document leads to a file or a folder."""
    assert broken_links(ROOT / document) == []


def test_broken_link_is_found(tmp_path):
    """A link to a file that is not there is reported, one to the web is not looked at."""
    document = tmp_path / "page.md"
    document.write_text("[a](page.md) [b](gone.md#part) [c](https://example.com)", "utf-8")

    assert broken_links(document) == ["gone.md"]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_make_targets_exist(document):
    """Every `make` command of a document is a target."""
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))

    assert set(MAKE.findall(read(document))) - targets == set()


PIPELINES = {
    "docs/ci/github-actions.yml": "vendor.github-workflows",
    "docs/ci/gitlab-ci.yml": "vendor.gitlab-ci",
    "docs/ci/Jenkinsfile": "",
}


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_pipeline_runs_the_commands_of_the_project(pipeline):
    """A pipeline does what a person can do too: it calls targets of the Makefile."""
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    called = set(re.findall(r"\bmake ([a-z-]+)", read(pipeline)))

    assert {"nightly", "notify"} <= called <= targets


@pytest.mark.parametrize("pipeline", [path for path, schema in PIPELINES.items() if schema])
def test_pipeline_fits_its_schema(pipeline):
    """GitHub and GitLab would accept the file."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", PIPELINES[pipeline]]

    done = subprocess.run([*command, ROOT / pipeline], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("target", ["demo", "test"])
@pytest.mark.parametrize("document", ["README.md", "README.zh-CN.md"])
def test_readme_names_the_two_commands(document, target):
    """A newcomer finds the two commands in either language."""
    assert target in MAKE.findall(read(document))


def test_readme_shows_the_real_help():
    """The block under `$ single-window --help` is what the command prints."""
    command = [str(Path(sys.executable).with_name("single-window")), "--help"]
    environment = os.environ | {"COLUMNS": "80", "NO_COLOR": "1", "TERM": "dumb"}
    shown = HELP.findall(read("README.md"))

    real = subprocess.run(command, env=environment, capture_output=True, check=True).stdout

    assert [_stripped(block) for block in shown] == [_stripped(real.decode())]


def _stripped(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip().splitlines()]


def test_glossary_words_occur_in_the_code():
    """Every identifier of the glossary that is not reserved names something."""
    in_use = read("docs/glossary.md").partition("## Reserved")[0]
    modules = [path for layer in CODE for path in (ROOT / layer).rglob("*.py")]
    names = {path.stem for path in modules}.union(
        *(names_in(path.read_text(encoding="utf-8")) for path in modules)
    )

    words = IDENTIFIER.findall(in_use)

    assert len(words) > 40
    assert [word for word in words if not occurs(word, names)] == []


def test_part_of_a_name_counts_only_whole():
    """A word is looked for between underscores, and in class names."""
    names = names_in("class WorkItem: ...\ndef press(self, desk_frame): self.uscc.strip()")

    assert [occurs(word, names) for word in ("work_item", "desk", "uscc", "press")] == [True] * 4
    assert not occurs("item_press", names)
    assert not occurs("des", names)


def test_gallery_shows_the_pictures_that_are_there():
    """The portal's page shows every picture of docs/screens under its caption, and no other."""
    shown = screens.GALLERY.findall(read("docs/mock-portal.md"))
    links = LINK.findall("".join(shown))

    assert [Path(link).stem for link in links] == list(screens.CAPTIONS)
    assert sorted(links) == sorted(f"screens/{path.name}" for path in screens.FOLDER.iterdir())
    assert shown == [screens.gallery()]


def test_every_picture_is_taken_somewhere():
    """The walks stop once for each picture that has a caption, and for no other."""
    stops = [node for node in ast.walk(ast.parse(read("reports/walks.py"))) if is_stop(node)]

    assert sorted(stop.value.elts[0].value for stop in stops) == sorted(screens.CAPTIONS)


def is_stop(node: ast.AST) -> bool:
    """Tell whether a part of a walk yields a picture's name and its screen."""
    return isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple)


def test_captions_name_clauses_of_the_guide():
    """Every picture shows a clause that exists."""
    named = {clause for clause, _ in screens.CAPTIONS.values()}

    assert named - {clause.id for clause in clauses()} == set()


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_names_no_index(lock):
    """A lock pins packages by version and digest, and leaves it to the machine where they lie."""
    assert ADDRESS.findall(read(lock)) == []


def test_index_in_a_lock_is_found():
    """An address of a package in either kind of lock is reported."""
    text = '--extra-index-url https://example.com/simple\n"resolved": "https://example.com/a.tgz"'

    assert len(ADDRESS.findall(text)) == 2


def test_lock_is_in_step_with_the_project():
    """Every direct dependency is pinned, and every pin carries digests."""
    project = tomllib.loads(read("pyproject.toml"))
    wanted = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    names = {re.split(r"[~=<>\[ ]", one)[0].lower() for one in wanted}
    lock = read("requirements.lock")
    pinned = REQUIREMENT.findall(lock)

    assert names - set(pinned) == set()
    assert lock.count(" \\\n    --hash=") >= len(pinned)


def test_the_diagram_of_states_is_drawn_from_the_code():
    """The page shows the moves that the ledger allows."""
    assert states.DIAGRAM.findall(read("docs/reliability.md")) == [states.diagram()]


def test_files_of_the_architecture_are_there():
    """Each step names a file that takes it, and every room of the bot takes a step."""
    rows = re.findall(r"\| `([^`]+)` \|$", read("docs/architecture.md"), re.M)
    rooms = {path.parent.name for path in ROOT.glob("bot/*/__init__.py")}

    assert [path for path in rows if not (ROOT / path).is_file()] == []
    assert rooms - {path.split("/")[1] for path in rows} == {"cli", "credentials"}


def test_every_setting_is_explained():
    """The operations page has a row for each setting, and none for one that is not."""
    rows = re.findall(r"^\| (`[^|]+`) \|", read("docs/operations.md").split("## 设置")[1], re.M)
    explained = {name for row in rows for name in IDENTIFIER.findall(row)}

    assert explained == set(Settings.model_fields)


def test_every_reason_is_explained():
    """The operations page has the table of reasons as the program has it."""
    table = read("docs/operations.md").split("## 原因代码")[1].split("## ")[0]
    rows = re.findall(r"^\| `([^`]+)` \| (.+?) \| ?(.*?) ?\|$", table, re.M)

    assert rows == [(reason.value, reason.sentence, reason.who) for reason in Reason]


def test_every_command_is_in_the_operations_page():
    """An operator finds each command of the day there."""
    commands = set(COMMANDS)
    shown = set(re.findall(r"single-window ([a-z-]+)", read("docs/operations.md")))

    assert commands - shown == {"demo"}
    assert shown <= commands
