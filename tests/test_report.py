"""The report stays at home, and reads well."""

import json

import pytest

from reports import build, prepare

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


def test_without_node_the_next_step_is_told(tmp_path, monkeypatch):
    """Node is missing: one sentence, exit code 4."""
    (tmp_path / "1-result.json").touch()
    monkeypatch.setenv("PATH", "")

    with pytest.raises(build.CannotBuild, match=r"Node\.js") as reason:
        build.build([tmp_path])

    assert reason.value.exit_code == 4
