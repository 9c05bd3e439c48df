"""Eleven seeded failures: the report tells the cause of each, and calls nobody."""

import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from pages.browser import launch
from reports import build
from reports.account import account_of

ROOT = Path(__file__).parent.parent
SEEDED = Path("tests/seeded")

# Each failure by its title: whose it is, the sentence it happened in, words that tell the cause.
FAILURES = {
    "文字不对": ("门户缺陷", "那么 登录框提示“验证码错误”", "1用户名或密码错误"),
    "门户没有拒绝": ("门户缺陷", "那么 登录框提示“1用户名或密码错误”", "门户接受了本该拒绝的操作"),
    "缺少一个按钮": ("门户缺陷", "那么 首页上有按钮“一键投保”", "element(s) not found"),
    "门户太慢": ("门户缺陷", "当 企业打开门户", "Timeout 1000ms exceeded"),
    "门户答500": ("门户缺陷", "当 企业到“待确认”", "HTTP 500"),
    "没有料到的弹窗": ("门户缺陷", "", "系统将于今晚维护"),
    "两处软失败": ("门户缺陷", "那么 首页的标题是“甲”，热线是“乙”", "服务热线：95198"),
    "准备失败": ("用例缺陷", "假如 企业带着不存在的故障", "没有这个故障"),
    "门户退出": ("环境问题", "而且 企业打开门户", "门户没有应答，可能已经退出"),
    "浏览器崩溃": ("环境问题", "当 浏览器崩溃", "浏览器或窗口已经关闭"),
}
WITHOUT_PICTURE = {"门户太慢", "准备失败", "浏览器崩溃"}
WITHOUT_TRACE = {"准备失败", "浏览器崩溃"}


def run(results, *modules):
    """Run seeded scenarios, leave their results, and give the exit code."""
    command = [sys.executable, "-m", "pytest", "-n0", "-p", "no:randomly", "--record", "-q"]
    command += ["--continue-on-collection-errors", f"--alluredir={results}"]
    command += [str(SEEDED / module) for module in modules]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode


@contextmanager
def served(folder):
    """Serve a report as `make open-report` does; give its address."""
    command = [sys.executable, "-m", "reports.serve", "--no-browser", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_report_tells_the_cause_of_each_failure_and_calls_nobody(tmp_path, monkeypatch, playwright):
    """Front page, details, guide and player show eleven causes, with no request to elsewhere."""
    shards = [tmp_path / "one", tmp_path / "two"]
    modules = [("undefined.py", "failures.py"), ("crash.py",)]
    ended = [run(shard, *names) for shard, names in zip(shards, modules, strict=True)]
    assert ended == [1, 1]
    for name, place in (("REPORT", "report.html"), ("SITE", "site")):
        monkeypatch.setattr(build, name, tmp_path / place)
    monkeypatch.setattr(build, "EARLIER", tmp_path / "generator.jsonl")
    build.build(shards, account_of(shards))

    with served(tmp_path / "site") as url, closing(launch(playwright)) as browser:
        context = browser.new_context()
        context.set_default_timeout(20_000)
        asked = []
        context.on("response", lambda response: asked.append(response))
        context.on("requestfailed", lambda request: asked.append(request))
        tab = context.new_page()
        tab.goto(url)
        cards = {name: read_card(tab, name) for name in FAILURES}
        errors = tab.locator(".card.bare").first.inner_text()
        log = read_portal_log(tab, "门户答500")
        groups, source = play(tab, "文字不对")
        tab.goto((tmp_path / "report.html").as_uri())
        titles = tab.locator("#front .card h3").all_inner_texts()
        browser.close()

    for name, (whose, sentence, words) in FAILURES.items():
        text, has_picture, has_trace = cards[name]
        assert whose in text, name
        assert sentence in text, name
        assert words in text, name
        assert has_picture is (name not in WITHOUT_PICTURE), name
        assert has_trace is (name not in WITHOUT_TRACE), name
    assert "没有定义的句子：那么 门户放起了音乐" in errors
    assert '@then("门户放起了音乐")' in errors
    assert "/swProxy/xwtbserver/sw/pending" in log
    assert "→ 500" in log
    assert groups == ["当 企业用错误的密码登录", "那么 登录框提示“验证码错误”"]
    assert "场景: 文字不对" in source
    assert set(FAILURES) <= set(titles)
    assert [one.url for one in asked if not stays_at_home(one, url)] == []
    assert_no_paths(tmp_path / "site", str(ROOT))


def read_card(tab, name):
    """Return what the front page says of a failure, and whether it has a picture and a trace."""
    card = tab.locator("#front .card", has=tab.get_by_role("heading", name=name, exact=True))
    return (
        card.inner_text(),
        card.get_by_role("img").count() == 1,
        card.get_by_role("link", name="回放").count() == 1,
    )


def read_portal_log(tab, name):
    """Go from the front page to the failing step, and return the portal's log in it."""
    tab.locator("#front").get_by_role("button", name=name).first.click()
    tab.get_by_text("门户日志").first.click()
    log = tab.locator("#app pre", has_text="GET /index.action").first.inner_text()
    tab.locator(".report-tabs").get_by_role("button", name="概览").click()
    return log


def play(tab, name):
    """Open the trace of a failure; return its groups, and the source of the second."""
    card = tab.locator("#front .card", has=tab.get_by_role("heading", name=name, exact=True))
    with tab.context.expect_page() as window:
        card.get_by_role("link", name="回放").click()
    player = window.value
    actions = player.locator(".action-title")
    actions.filter(has_text="那么").first.click()
    player.get_by_role("tab", name="Source").click()
    source = player.locator(".CodeMirror")
    source.filter(has_text="场景").wait_for()
    sentences = [text for text in actions.all_inner_texts() if text[:1] in "当那"]
    return [text.splitlines()[0] for text in sentences], source.inner_text()


def stays_at_home(one, url):
    """Tell whether a request went to the report itself, or was answered without the network."""
    if one.url.startswith((url, "data:", "blob:", "file:")):
        return True
    return getattr(one, "from_service_worker", False)


def assert_no_paths(folder, root):
    """Look for the machine's path in every text of the report."""
    texts = [path for path in folder.rglob("*") if path.suffix in {".html", ".json", ".txt"}]
    assert [path.name for path in texts if root in path.read_text("utf-8")] == []
