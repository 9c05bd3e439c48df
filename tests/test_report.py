"""The report stays at home, and reads well."""

import hashlib
import json
import zipfile

import pytest

from fixtures.guide import clauses
from fixtures.verdict import ScenarioState, by_scenario, state
from reports import build, front, history, prepare, traces
from reports.account import NightAccount, account_of

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


def test_without_results_the_next_step_is_told(tmp_path, monkeypatch, capsys):
    """Nobody ran the tests yet: one sentence, exit code 2."""
    monkeypatch.setattr("sys.argv", ["build", str(tmp_path)])

    with pytest.raises(SystemExit) as ended:
        build.main()

    assert ended.value.code == 2
    assert "make test" in capsys.readouterr().err


@pytest.fixture
def outputs(tmp_path, monkeypatch):
    """The places that a report is written to, in a folder of their own."""
    for name in ("REPORT", "SITE", "JUNIT", "MARKDOWN", "SUMMARY", "EARLIER"):
        monkeypatch.setattr(build, name, tmp_path / name)
    return tmp_path


def test_report_needs_no_node_of_the_system(outputs, monkeypatch):
    """Node and npm are those that set-up has installed, whatever the machine has."""
    results = outputs / "results"
    results.mkdir()
    result = {"uuid": "1", "name": "一", "fullName": "一", "status": "passed", "parameters": []}
    (results / "1-result.json").write_text(json.dumps(result), "utf-8")
    monkeypatch.setenv("PATH", "")

    build.build([results], account_of([results]))

    assert "<html" in (outputs / "REPORT").read_text("utf-8")


def test_plain_report_shows_what_happened_without_a_generator(outputs):
    """The front page and the guide need no Node, and the page says what it lacks."""
    build.write_plain(account(attempt("好了", "passed", 1), attempt("新的", "failed", 3)))

    page = (outputs / "REPORT").read_text("utf-8")

    assert "1 项失败" in page
    assert page.count('class="clause') == len(clauses())
    assert build.foreign_addresses(page, build.IN_FILE) == []


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


def test_memory_of_the_generator_stays_small(tmp_path):
    """Of a night only names and outcomes are kept, and of nights the last thirty."""
    file = tmp_path / "history.jsonl"
    test = {"fullName": "甲", "status": "failed", "trace": "x" * 9999, "labels": [{"name": "a"}]}
    line = json.dumps({"timestamp": 1000, "testResults": {"1": test}})
    file.write_text(f"{line}\n" * 40, "utf-8")

    build.slim(file)

    assert file.stat().st_size < 40 * 400
    assert len(file.read_text("utf-8").splitlines()) == history.NIGHTS


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


def account(*lines, nights=()):
    """Return the account of these attempts, after these nights."""
    tries = by_scenario(lines)
    states = {name: state(found) for name, found in tries.items()}
    return NightAccount(tries, states, nights=nights)


def night(day, *failed):
    """Return a night of January in which these scenarios failed, and the others passed."""
    states = {
        f"功能 › 规则 › {one}": ScenarioState.FAILED if one in failed else ScenarioState.PASSED
        for one in ("旧的", "新的", "好了")
    }
    return history.Night(f"2026-01-{day:02}T02:00:00+08:00", f"c{day}", "", states, {}, False)


def test_front_page_tells_what_is_new_and_what_is_mended():
    """What failed last night is old or mended, with its first bad commit; the rest is new."""
    nights = [night(1), night(2, "旧的"), night(3, "旧的", "好了")]
    lines = [
        attempt("好了", "passed", 1),
        attempt("新的", "failed", 2),
        attempt("旧的", "failed", 3),
        attempt("旧的", "failed", 3),
    ]

    shown = front.Front(account(*lines, nights=nights))
    page = shown.html()

    assert [(one.name, one.is_new, one.since_words) for one in shown.failures()] == [
        ("新的", True, "新失败"),
        ("旧的", False, "自 01-02 02:00（提交 c2，c1 还好）"),
    ]
    assert shown.fixed() == ["功能 › 规则 › 好了"]
    assert "2 项失败，其中 1 项是新的" in page
    assert "再试一次，仍然失败" in page
    assert shown.guide().count('class="clause') == len(clauses())


def test_every_clause_is_in_the_guide_page_with_its_proofs():
    """A clause whose scenarios all passed says so; the others were not run."""
    guide = front.Front(account(attempt("好了", "passed", 1))).guide()

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
