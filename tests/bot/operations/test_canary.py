"""The canary: reads its way through the portal, and tells what would break a batch."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.portal import running_portal
from pages.models import Contact
from tests.bot.conftest import Workplace

SCREENS = ["登录框", "首页", "投保界面", "待确认", "处理", "保单查询"]
LIVE = ("--live", "--json")


@pytest.fixture(scope="module")
def changed_portal() -> Iterator[str]:
    """A portal whose form has no 查看单证."""
    with running_portal("--defect", "document_link_missing") as url:
        yield url


@pytest.fixture
def changed(tmp_path: Path, changed_portal: str, contact: Contact) -> Workplace:
    """An operator's folder at the portal that has changed."""
    workplace = Workplace(tmp_path, changed_portal, contact)
    workplace.add()
    return workplace


def test_a_portal_as_it_is_known_is_walked_through_and_left_as_it_was(workplace: Workplace):
    """Every screen keeps its contract; nothing but the log-in was sent."""
    enterprise = workplace.add()

    ended = workplace.call("canary", str(workplace.work_list), "--json")
    told = json.loads(ended.stdout)

    assert (ended.returncode, told["is_whole"]) == (0, True), told
    assert [look["name"] for look in told["looks"]] == SCREENS
    assert enterprise.requests("POST", "/swProxy/xwtbserver/sw/pending/confirm") == []
    assert list(workplace.arrivals().values()) == [[]]


def test_a_broken_contract_is_told_with_what_it_would_break(changed: Workplace):
    """Screen, need, clause, step, a picture and what a screen reader sees; exit code 4."""
    ended = changed.call("canary", str(changed.work_list), "--json")
    (broken,) = [look for look in json.loads(ended.stdout)["looks"] if look["breaches"]]
    picture, snapshot = map(Path, broken["files"])

    assert ended.returncode == 4
    assert (broken["name"], broken["clause"]) == ("处理", "guide-2.2")
    assert "inspect" in broken["step"]
    assert [one["need"] for one in broken["breaches"]] == ["document_links"]
    assert picture.read_bytes().startswith(b"\xff\xd8")
    assert "确认投保" in snapshot.read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("is_changed", [True, False])
def test_a_live_batch_begins_only_where_the_contract_is_kept(
    workplace: Workplace, changed: Workplace, is_changed: bool
):
    """A changed portal is refused before anything is begun; the known one is worked at."""
    here = changed if is_changed else workplace
    enterprise = here.enterprises[0] if is_changed else here.add()
    here.write_settings(allow_http=["127.0.0.1"])
    command = ("run", str(here.work_list), *LIVE)

    ended = here.call(*command, program="tests.bot.live_at_mock")
    (arrived,) = here.arrivals().values()

    assert (ended.returncode, len(arrived)) == ((4, 0) if is_changed else (0, 1)), ended.stderr
    assert ("门户的页面和程序所知的不同：处理" in ended.stderr) == is_changed
    assert len(enterprise.requests("POST", "/cas/login")) == 1  # the batch goes on as signed in
