"""Scenarios that need the portal but no browser (tests/test_bad_nights.py runs them)."""

from pathlib import Path

from pytest_bdd import scenarios, then, when

from fixtures.portal import MadeEnterprise, MockState
from tests.seeded_portal import kill_portal

scenarios("doors.feature", features_base_dir=str(Path(__file__).parent))


@when("企业在门户有账号")
def has_an_account(enterprise: MadeEnterprise) -> None:
    assert enterprise.account


@when("门户退出")
def portal_exits() -> None:
    kill_portal()


@then("账号的名字不空")
def account_has_a_name(enterprise: MadeEnterprise) -> None:
    assert enterprise.name


@then("账号的名字不空，门户答得上来")
def portal_answers(enterprise: MadeEnterprise, mock_state: MockState) -> None:
    assert enterprise.name
    assert mock_state.now()
