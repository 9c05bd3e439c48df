"""测试报告: turn the last run into one web page, in Chinese, that needs no network."""

import ast
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RESULTS = HERE / "allure-results"
REPORT = HERE / "allure.html"

OLDEST_NODE = 20
TITLE = "单一窗口测试报告"
GROUPS = "parentSuite,feature,story"
HIDDEN_LABELS = ("framework", "host", "language", "package", "suite", "thread")

SCRIPT = re.compile(r"<script\b[^>]*>.*?</script>", re.DOTALL)
FOREIGN = re.compile(r"""\b(?:src|href)\s*=\s*["'](?:https?:)?//[^"']*""")
# Whatever the generator brings one day: the browser lets this page reach nothing but itself.
POLICY = (
    '<meta http-equiv="Content-Security-Policy" content="default-src data: blob:;'
    " script-src 'unsafe-inline' data: blob:; style-src 'unsafe-inline' data: blob:\">"
)


class CannotBuild(Exception):
    """The report cannot be made; says why, and what to do next."""

    def __init__(self, exit_code: int, message: str) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def main() -> None:
    """Build the report and say where it lies."""
    try:
        build()
    except CannotBuild as reason:
        print(reason, file=sys.stderr)
        sys.exit(reason.exit_code)
    print(f"测试报告 · report: {REPORT.relative_to(Path.cwd())}")


def build() -> None:
    """Make reports/allure.html from reports/allure-results.

    Raises:
        CannotBuild: there are no results, no Node, or no generator; or the page would call out.
    """
    if not any(RESULTS.glob("*-result.json")):
        raise CannotBuild(
            2, "还没有测试结果：请先运行 make test · No test results yet: run make test first."
        )
    node = _node()
    _install_generator()
    with tempfile.TemporaryDirectory() as folder:
        prepared, generated = Path(folder, "results"), Path(folder, "report")
        prepare(RESULTS, prepared)
        _generate(node, prepared, generated)
        page = keep_at_home((generated / "index.html").read_text(encoding="utf-8"))
    if addresses := foreign_addresses(page):
        raise CannotBuild(
            3, f"报告会访问外部地址，没有保存 · The report would call out: {addresses}"
        )
    REPORT.write_text(page, encoding="utf-8")


def prepare(results: Path, prepared: Path) -> None:
    """Copy the results, without pytest's plumbing, and with the rows of 例子 readable."""
    shutil.copytree(results, prepared)
    for path in prepared.glob("*-result.json"):
        _rewrite(path, with_readable_example)
    for path in prepared.glob("*-container.json"):
        _rewrite(path, without_plumbing)


def with_readable_example(result: dict[str, Any]) -> dict[str, Any]:
    """Show a row of 例子 as one parameter a column, and its values in the title."""
    parameters = []
    for parameter in result.get("parameters", []):
        if parameter["name"] != "_pytest_bdd_example":
            parameters.append(parameter)
            continue
        row = ast.literal_eval(parameter["value"])
        parameters += [{"name": name, "value": value} for name, value in row.items()]
        result["name"] += f"（{'，'.join(row.values())}）"
    return {**result, "parameters": parameters}


def without_plumbing(container: dict[str, Any]) -> dict[str, Any]:
    """Drop the fixtures that passed and have nothing to show."""
    phases = {
        phase: [fixture for fixture in container.get(phase, []) if _tells_something(fixture)]
        for phase in ("befores", "afters")
    }
    return {**container, **phases}


def keep_at_home(page: str) -> str:
    """Remove the scripts that report to others, and forbid the page to reach anything."""
    page = SCRIPT.sub(lambda script: "" if _reports_to_others(script[0]) else script[0], page)
    page = page.replace('<html dir="ltr" lang="en">', '<html dir="ltr" lang="zh-CN">', 1)
    return page.replace("<head>", f"<head>{POLICY}", 1)


def foreign_addresses(page: str) -> list[str]:
    """Return what a browser would fetch from elsewhere when it opens this page."""
    found = FOREIGN.findall(page)
    if POLICY not in page:
        found.append("no policy in the page")
    return found


def _reports_to_others(script: str) -> bool:
    return bool(FOREIGN.search(script)) or "gtag(" in script


def _tells_something(fixture: dict[str, Any]) -> bool:
    has_passed = fixture.get("status", "passed") == "passed"
    return not has_passed or "steps" in fixture or "attachments" in fixture


def _rewrite(path: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    content = change(json.loads(path.read_text(encoding="utf-8")))
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def _node() -> str:
    node = shutil.which("node")
    if node and shutil.which("npm"):
        version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True)
        if int(version.stdout.lstrip("v").split(".")[0]) >= OLDEST_NODE:
            return node
    raise CannotBuild(
        4,
        f"生成报告需要 Node.js {OLDEST_NODE} 或更新的版本，请安装后再运行 make report · "
        f"The report needs Node.js {OLDEST_NODE} or newer: install it, then run make report.",
    )


def _install_generator() -> None:
    installed, wanted = HERE / "node_modules/.package-lock.json", HERE / "package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= wanted.stat().st_mtime:
        return
    print("安装报告工具，只做一次 · installing the report generator, once", flush=True)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    if subprocess.run(command, cwd=HERE, stdout=subprocess.DEVNULL, check=False).returncode:
        raise CannotBuild(
            3,
            "报告工具没有装上：请检查网络后再运行 make report · "
            "The report generator could not be installed: check the network, then try again.",
        )


def _generate(node: str, results: Path, target: Path) -> None:
    command = [node, str(HERE / "node_modules/allure/cli.js"), "awesome", "--single-file"]
    command += ["--lang", "zh", "--name", TITLE, "--group-by", GROUPS, "--output", str(target)]
    command += [word for label in HIDDEN_LABELS for word in ("--hide-labels", label)]
    done = subprocess.run([*command, str(results)], capture_output=True, text=True, check=False)
    if done.returncode or not (target / "index.html").exists():
        raise CannotBuild(3, f"报告没有生成 · The report was not made:\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    main()
