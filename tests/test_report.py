"""The report stays at home, and reads well."""

import hashlib
import json
import zipfile
from datetime import datetime

import pytest

from fixtures.guide import clauses
from reports import build, front, history, prepare, traces

PAGE = """<!DOCTYPE html>
<html dir="ltr" lang="en">
<head><meta charset="utf-8"></head>
<body><script src="data:text/javascript;base64,YQ=="></script>
<script async src="https://www.example.com/tag/js?id=1"></script>
<script>
  function gtag(){dataLayer.push(arguments);}
  gtag('js', new Date());
</script>
<script defer>start("https://in.a.text/is/fine")</script></body>
</html>"""


def test_page_reports_to_nobody():
    """The scripts of others are gone, our own are kept, and the browser is told to stay."""
    page = build.keep_at_home(PAGE, build.IN_FILE)

    assert "example.com" not in page
    assert "gtag" not in page
    assert page.count("<script") == 2
    assert page.index(build.IN_FILE) < page.index("<script")
    assert 'lang="zh-CN"' in page
    assert build.foreign_addresses(page, build.IN_FILE) == []


@pytest.mark.parametrize(
    ("page", "found"),
    [
        (PAGE, ['src="https://www.example.com/tag/js?id=1', "no policy in the page"]),
        (f"{build.IN_FILE}<link href='//example.com/a.css'>", ["href='//example.com/a.css"]),
        (f'{build.IN_FILE}<img src = "http://example.com/a">', ['src = "http://example.com/a']),
    ],
)
def test_foreign_address_is_found(page, found):
    """A page that would fetch something from elsewhere is not taken for a report."""
    assert build.foreign_addresses(page, build.IN_FILE) == found


def test_rows_of_an_outline_can_be_told_apart():
    """A row of 例子 is shown in the title and as parameters; other parameters stay."""
    result = {
        "name": "不能登录",
        "parameters": [
            {"name": "_pytest_bdd_example", "value": "{'项目': '密码', '提示': '不允许为空'}"},
            {"name": "browser", "value": "chromium"},
        ],
    }

    shown = prepare.with_readable_example(result)

    assert shown["name"] == "不能登录（密码，不允许为空）"
    assert [one["name"] for one in shown["parameters"]] == ["项目", "提示", "browser"]


def test_plumbing_is_left_out():
    """Of the set-up only what failed, or has something to show, is in the report."""
    quiet = [{"name": "browser", "status": "passed"}, {"name": "browser::<lambda>"}]
    failed = {"name": "portal_url", "status": "broken"}
    telling = {"name": "desk", "status": "passed", "attachments": [{"source": "a.png"}]}

    shown = prepare.without_plumbing({"uuid": "1", "befores": [*quiet, failed, telling]})

    assert shown == {"uuid": "1", "befores": [failed, telling], "afters": []}


def test_preparing_leaves_the_results_as_they_are(tmp_path):
    """The report is made from a copy; attachments come along."""
    results, prepared = tmp_path / "results", tmp_path / "prepared"
    results.mkdir()
    raw = json.dumps({"uuid": "1", "name": "一", "parameters": []})
    (results / "1-result.json").write_text(raw, "utf-8")
    (results / "2-attachment.png").write_bytes(b"picture")

    prepare.prepare([results], prepared)

    assert (results / "1-result.json").read_text("utf-8") == raw
    assert json.loads((prepared / "1-result.json").read_text("utf-8"))["name"] == "一"
    assert (prepared / "2-attachment.png").read_bytes() == b"picture"


def test_without_results_the_next_step_is_told(tmp_path):
    """Nobody ran the tests yet: one sentence, exit code 2."""
    with pytest.raises(build.CannotBuild, match="make test") as reason:
        build.build([tmp_path])

    assert reason.value.exit_code == 2


def test_report_needs_no_node_of_the_system(tmp_path, monkeypatch):
    """Node and npm are those that set-up has installed, whatever the machine has."""
    results = tmp_path / "results"
    results.mkdir()
    result = {"uuid": "1", "name": "一", "fullName": "一", "status": "passed", "parameters": []}
    (results / "1-result.json").write_text(json.dumps(result), "utf-8")
    for name in ("REPORT", "SITE", "JUNIT", "MARKDOWN", "SUMMARY"):
        monkeypatch.setattr(build, name, tmp_path / name)
    monkeypatch.setattr(history, "FILE", tmp_path / "history.jsonl")
    monkeypatch.setenv("PATH", "")

    build.build([results])

    assert "<html" in (tmp_path / "REPORT").read_text("utf-8")


def test_trace_forgets_where_it_was_recorded(tmp_path):
    """Paths become the project's own, and the viewer still finds each source by its digest."""
    trace, root = tmp_path / "trace.zip", "/somewhere/else"
    old = hashlib.sha1(f"{root}/pages/a.py".encode()).hexdigest()
    new = hashlib.sha1(b"pages/a.py").hexdigest()
    with zipfile.ZipFile(trace, "w") as archive:
        archive.writestr("trace.stacks", f'{{"files":["{root}/pages/a.py"]}}')
        archive.writestr(f"src/{old}.py", "x = 1")
        archive.writestr("resources/b.png", b"picture")

    traces.without_root(trace, root)

    with zipfile.ZipFile(trace) as archive:
        assert archive.read("trace.stacks") == b'{"files":["pages/a.py"]}'
        assert archive.read(f"src/{new}.py") == b"x = 1"
        assert archive.read("resources/b.png") == b"picture"


def test_history_stays_small(tmp_path):
    """Of a night only names and outcomes are kept, and of nights the last thirty."""
    file = tmp_path / "history.jsonl"
    test = {"fullName": "甲", "status": "failed", "trace": "x" * 9999, "labels": [{"name": "a"}]}
    line = json.dumps({"timestamp": 1000, "testResults": {"1": test}})
    file.write_text(f"{line}\n" * 40, "utf-8")

    history.slim(file)

    assert file.stat().st_size < 40 * 400
    assert [night.failed for night in history.read(file)] == [frozenset({"甲"})] * history.NIGHTS


def attempt(scenario, outcome, line):
    """Return a line of the record."""
    about = {"kind": "attempt", "feature": "功能", "rule": "规则", "scenario": scenario}
    about |= {"example": [], "place": f"login.feature:{line}", "clauses": ["guide-1.2"]}
    return about | {
        "outcome": outcome,
        "quarantined": False,
        "step": "当 甲",
        "message": "AssertionError: 乙",
        "browser": "chromium 1",
        "nodeid": scenario,
        "seconds": 1.0,
    }


def test_front_page_tells_what_is_new_and_what_is_mended(tmp_path):
    """What failed last night is old or mended; what did not is new."""
    names = {one: f"功能 › 规则 › {one}" for one in ("旧的", "新的", "好了")}
    nights = [
        history.Night(datetime(2026, 1, day), frozenset(names.values()), frozenset(failed))
        for day, failed in ((1, []), (2, [names["旧的"]]), (3, [names["旧的"], names["好了"]]))
    ]
    lines = [
        attempt("好了", "passed", 1),
        attempt("新的", "failed", 2),
        attempt("旧的", "failed", 3),
    ]

    shown = front.Front(tmp_path, lines, nights)

    assert [(one.name, one.is_new, one.since) for one in shown.failures()] == [
        ("新的", True, ""),
        ("旧的", False, "01-02"),
    ]
    assert shown.fixed() == [names["好了"]]
    assert "2 项失败，其中 1 项是新的" in shown.html()
    assert shown.guide().count('class="clause') == len(clauses())


def test_every_clause_is_in_the_guide_page_with_its_proofs(tmp_path):
    """A clause whose scenarios all passed says so; the others were not run."""
    guide = front.Front(tmp_path, [attempt("好了", "passed", 1)], []).guide()

    assert guide.count("1 个场景全部通过") == 1
    assert guide.count("这一次没有运行") == len(clauses()) - 1


def test_path_of_the_machine_is_left_out():
    """Neither the project's folder nor Python's is told."""
    text = (
        "/a/b/pages/x.py /home/c/.venv/lib/python3.11/site-packages/p.py /usr/lib/python3.11/q.py"
    )

    assert prepare.without_paths(text, ["/a/b"]) == "pages/x.py p.py q.py"


def test_check_shows_its_fact():
    """What is no scenario is shown by its docstring, under a heading of its own."""
    labels = [{"name": "parentSuite", "value": "tests.bot"}, {"name": "suite", "value": "test_a"}]

    shown = prepare.readable({"name": "test_b", "description": "It is so.\n", "labels": labels})

    assert shown["fullName"] == f"{prepare.CHECKS} › tests.bot.test_a › It is so."
