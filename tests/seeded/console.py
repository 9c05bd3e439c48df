"""Scenarios that fail without a browser, each in a way of its own (tests/test_console.py)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_bdd import given, parsers, scenarios, then, when

from fixtures.artifacts import remember
from pages.errors import ScreenNotReached
from pages.models import Secret

scenarios("console.feature", features_base_dir=str(Path(__file__).parent))


@given("一切正常")
@then("一切正常")
def fine() -> None: ...


@then(parsers.parse("看到“{seen}”"))
def sees(seen: str) -> None:
    assert seen == "待确认"


@when("画面没有来")
def screen_does_not_come() -> None:
    try:
        raise TimeoutError("Locator.wait_for: Timeout 10000ms exceeded.")
    except TimeoutError as error:
        raise ScreenNotReached("PendingPage", "http://a") from error


@then("原因有40行")
def long_cause() -> None:
    raise AssertionError("\n".join(f"第{number}行" for number in range(1, 41)))


@then("软的检查有两处不对")
def soft() -> None:
    raise ExceptionGroup("Soft assertion failures", [AssertionError("甲"), AssertionError("乙")])


@then("用到不存在的准备")
def needs_nothing_there(no_such_fixture: None) -> None: ...


@pytest.fixture
def breaks_at_the_end() -> Iterator[None]:
    yield
    raise RuntimeError("收不了尾")


@given("收尾会失败")
def ends_badly(breaks_at_the_end: None) -> None: ...


@then("看到一个秘密")
def sees_a_secret() -> None:
    remember(Secret("geheim-31415926"))
    assert "geheim-31415926" == ""
