"""Results of a test run as the report shows them: no plumbing, no code names, no paths."""

import ast
import json
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from fixtures.attempts import FILE
from fixtures.verdict import Json
from reports.files import lines_of
from reports.traces import without_root

TRACE = "application/vnd.allure.playwright-trace"
CHECKS = "项目自身的检查"  # the tests that are no scenarios
PACKAGES = re.compile(r"/[^\s\"']*?/site-packages/")
PYTHON = re.compile(r"/[^\s\"']*?/lib/python3\.\d+/")


def prepare(folders: Iterable[Path], prepared: Path) -> None:
    """Copy results into one folder, and make them readable."""
    prepared.mkdir()
    for folder in folders:
        roots = [line["root"] for line in attempts(folder) if line["kind"] == "run"]
        for path in folder.iterdir():
            shutil.copy(path, prepared)
            _clean(prepared / path.name, roots)
    _join(prepared)


def attempts(folder: Path) -> list[Json]:
    """Return the lines that the recorder wrote beside these results."""
    lines = [_line(line) for line in lines_of(folder / FILE)]
    roots = [line["root"] for line in lines if line["kind"] == "run"]
    for line in lines:
        if "message" in line:
            line["message"] = without_paths(line["message"], roots)
    return lines


def _line(text: str) -> Json:
    """Return a line of the record; a full disk or a kill may have cut it off."""
    try:
        return dict(json.loads(text))
    except ValueError:
        return {"kind": "error", "place": FILE, "message": "记录里有一行只写了一半"}


def without_paths(text: str, roots: Iterable[str]) -> str:
    """Return a text without the paths of the machine on which it was written."""
    for root in roots:
        text = text.replace(f"{root}/", "")
    return PYTHON.sub("", PACKAGES.sub("", text))


def _clean(path: Path, roots: Iterable[str]) -> None:
    """Remove the paths of the machine from one file."""
    for root in roots:
        if path.suffix == ".zip":
            without_root(path, root)
        elif path.suffix in {".json", ".txt", ".csv"}:
            text = path.read_text(encoding="utf-8")
            path.write_text(without_paths(text, [root]), encoding="utf-8")


def _join(prepared: Path) -> None:
    """Move the attachments of fixtures to the tests they served, and rewrite the tests."""
    shown: dict[str, list[Json]] = {}
    for path in prepared.glob("*-container.json"):
        container = _read(path)
        found = list(_attachments(container.get("afters", ())))
        for child in container.get("children", ()):
            shown.setdefault(child, []).extend(found)
        _write(path, without_plumbing(container))
    for path in prepared.glob("*-result.json"):
        result = readable(_read(path))
        more = shown.get(result["uuid"], [])
        _write(path, {**result, "attachments": [*result.get("attachments", ()), *more]})


def readable(result: Json) -> Json:
    """Show a scenario by the guide's words, and a check by the fact that it states."""
    labels = {label["name"]: label["value"] for label in result.get("labels", ())}
    result = with_readable_example(result)
    if "feature" not in labels:
        fact = (result.get("description") or "").strip().partition("\n")[0]
        module = ".".join(filter(None, (labels.get("parentSuite"), labels.get("suite"))))
        new = [{"name": "feature", "value": CHECKS}, {"name": "story", "value": module}]
        result = {**result, "labels": [*result.get("labels", ()), *new]}
        result["name"] = fact or result["name"]
        labels |= {"feature": CHECKS, "story": module}
    path = [labels["feature"], *([labels["story"]] if "story" in labels else [])]
    return {**result, "titlePath": path, "fullName": " › ".join([*path, result["name"]])}


def with_readable_example(result: Json) -> Json:
    """Show a row of 例子 as one parameter a column, and its values in the title."""
    parameters = []
    for parameter in result.get("parameters", []):
        if parameter["name"] != "_pytest_bdd_example":
            if not parameter["name"].startswith("_"):
                parameters.append(parameter)
            continue
        row = ast.literal_eval(parameter["value"])
        parameters += [{"name": name, "value": value} for name, value in row.items()]
        result = {**result, "name": f"{result['name']}（{'，'.join(row.values())}）"}
    return {**result, "parameters": parameters}


def without_plumbing(container: Json) -> Json:
    """Drop the fixtures that passed and have nothing to show."""
    return {
        **container,
        "befores": [one for one in container.get("befores", []) if _tells_something(one)],
        "afters": [
            {name: value for name, value in one.items() if name != "attachments"}
            for one in container.get("afters", [])
            if one.get("status", "passed") != "passed"
        ],
    }


def _tells_something(fixture: Json) -> bool:
    has_passed = fixture.get("status", "passed") == "passed"
    return not has_passed or "steps" in fixture or "attachments" in fixture


def _attachments(fixtures: Iterable[Json]) -> Iterator[Json]:
    for fixture in fixtures:
        yield from fixture.get("attachments", ())


def _read(path: Path) -> Json:
    return dict(json.loads(path.read_text(encoding="utf-8")))


def _write(path: Path, content: Json) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
