"""Faults: each is met by the enterprise it is on for, and by nobody else."""

import html
import time
from pathlib import Path

import pytest

from mock_portal.faults import FAULTS, NO_ANSWER

PAGE = Path(__file__).parents[2] / "docs" / "mock-portal.md"


def test_slow_makes_an_address_wait(visitor, enterprise):
    """A request under the path waits that long, others do not."""
    fault = {"id": "slow", "params": {"seconds": 0.3, "path": "/swProxy/xwtbserver/sw/pending"}}
    visitor.set_faults(enterprise, fault)

    def seconds(path):
        begin = time.monotonic()
        visitor.get(path)
        return time.monotonic() - begin

    assert seconds("pending/query") >= 0.3
    assert seconds("policies/query") < 0.3


def test_slow_holds_before_log_in_too(visitor):
    """Before log-in the scope cookie tells whose fault it is."""
    enterprise = visitor.create()
    visitor.set_faults(enterprise, {"id": "slow", "params": {"seconds": 0.3}})

    begin = time.monotonic()
    visitor.client.get("/index.action")

    assert time.monotonic() - begin >= 0.3


def test_slow_confirmation_is_in_the_ledger_while_it_waits(
    visitor, enterprise, number, monkeypatch
):
    """An arrival is written down before the waiting begins."""
    visitor.set_faults(enterprise, {"id": "slow", "params": {"path": "/swProxy/"}})
    seen = []
    monkeypatch.setattr(time, "sleep", lambda _: seen.append(visitor.confirmations(enterprise)))

    visitor.confirm(number)

    assert [(each["accepted"], each["answered"]) for each in seen[0]] == [(False, False)]
    assert visitor.confirmations(enterprise)[0]["accepted"] is True


def test_session_is_lost_once(visitor, enterprise):
    """The next request to the path finds no session; after a new log-in all is well."""
    fault = {"id": "session_lost", "params": {"path": "/swProxy/xwtbserver/sw/pending/query"}}
    visitor.set_faults(enterprise, fault)

    assert visitor.get("pending/list").status_code == 200
    assert visitor.get("pending/query").location == "/index.action"
    assert visitor.get("pending/list").location == "/index.action"
    assert visitor.state(enterprise)["faults"] == []

    visitor.enter(enterprise)
    assert visitor.get("pending/query").status_code == 200


def test_session_lost_at_the_confirmation_changes_nothing(visitor, enterprise, number):
    """The arrival is in the ledger, not accepted; the policy stays pending."""
    fault = {"id": "session_lost", "params": {"path": "/swProxy/xwtbserver/sw/pending/confirm"}}
    visitor.set_faults(enterprise, fault)

    answer = visitor.confirm(number)

    (arrival,) = visitor.confirmations(enterprise)
    assert answer.location == "/index.action"
    assert arrival["accepted"] is False
    assert visitor.state(enterprise)["policies"][0]["status"] == "pending"


def test_list_is_reordered_from_the_second_query_on(visitor):
    """The first query is in order, the later ones are reversed before they are paged."""
    enterprise = visitor.create(pending=12)
    visitor.enter(enterprise)
    numbers = [policy["application_no"] for policy in enterprise["policies"]]
    visitor.set_faults(enterprise, {"id": "list_reordered"})

    assert visitor.numbers("pending/query") == numbers[:10]
    assert visitor.numbers("pending/query") == numbers[:1:-1]
    assert visitor.numbers("pending/query", offset=10) == numbers[1::-1]


def test_person_confirms_when_the_form_is_open(visitor, enterprise, number):
    """The form opens, and then the policy is confirmed by a person of the enterprise."""
    visitor.set_faults(enterprise, {"id": "confirmed_by_a_person"})

    page = visitor.get("pending/form", applNo=number).text
    answer = visitor.confirm(number).get_json()

    by_person, by_request = visitor.confirmations(enterprise)
    assert "确认投保</button>" in page
    assert answer["message"] == "该保单已确认，请勿重复提交"
    assert (by_person["by"], by_person["accepted"]) == ("person", True)
    assert (by_request["by"], by_request["accepted"]) == ("request", False)


def test_declaration_is_reworded_in_its_second_clause(visitor, enterprise, number):
    """Only the second clause differs, and only at its end."""
    usual = html.unescape(visitor.get("pending/form", applNo=number).text)
    visitor.set_faults(enterprise, {"id": "declaration_reworded"})
    changed = html.unescape(visitor.get("pending/form", applNo=number).text)

    clause = "<li>我公司已查看以上投保信息，并对以上投保信息确认无误。</li>"
    reworded = "<li>我公司已查看以上投保信息，并对以上投保信息及保险费金额确认无误。</li>"
    assert clause in usual
    assert changed == usual.replace(clause, reworded)


def test_answer_lost_before_commit_stores_nothing(visitor, enterprise, number):
    """The arrival is known, without an answer, and the policy is still pending."""
    visitor.set_faults(enterprise, {"id": "answer_lost_before_commit"})

    answer = visitor.confirm(number)

    (arrival,) = visitor.confirmations(enterprise)
    assert answer.status_code == NO_ANSWER
    assert (arrival["accepted"], arrival["answered"]) == (False, False)
    assert visitor.numbers("pending/query") == [number]


def test_answer_lost_after_commit_stores_the_confirmation(visitor, enterprise, number):
    """The confirmation is accepted without an answer; a second one is answered."""
    visitor.set_faults(enterprise, {"id": "answer_lost_after_commit"})

    lost, told = visitor.confirm(number), visitor.confirm(number)

    ledger = visitor.confirmations(enterprise)
    assert lost.status_code == NO_ANSWER
    assert told.get_json()["message"] == "该保单已确认，请勿重复提交"
    assert [(each["accepted"], each["answered"]) for each in ledger] == [
        (True, False),
        (False, True),
    ]
    assert visitor.numbers("policies/query") == [number]


def test_refused_confirmation_does_not_lose_its_answer(visitor, enterprise, number):
    """What is lost after the commit is the answer to a commit, not to a refusal."""
    visitor.set_faults(
        enterprise, {"id": "answer_lost_after_commit"}, {"id": "server_error_after_commit"}
    )

    assert visitor.confirm(number, contactName="").get_json()["message"] == "此项为必填项"


def test_server_error_after_commit_stores_the_confirmation(visitor, enterprise, number):
    """The confirmation is accepted, the answer is an error page, and it is no crash."""
    visitor.set_faults(enterprise, {"id": "server_error_after_commit"})

    answer = visitor.confirm(number)

    (arrival,) = visitor.confirmations(enterprise)
    assert (answer.status_code, answer.mimetype) == (500, "text/html")
    assert (arrival["accepted"], arrival["answered"]) == (True, True)
    assert visitor.numbers("policies/query") == [number]
    assert visitor.client.get("/__mock__/crashes").get_json() == []


def test_fault_is_on_for_one_enterprise_alone(visitor, stranger, enterprise):
    """Another enterprise on the same portal meets nothing."""
    other = stranger.create(pending=1)
    stranger.enter(other)
    visitor.set_faults(enterprise, {"id": "answer_lost_before_commit"})

    answer = stranger.confirm(other["policies"][0]["application_no"])

    assert answer.get_json()["code"] == 0


def test_faults_are_replaced_as_a_set(visitor, enterprise, number):
    """The door answers what is on now, defaults included; an empty list switches all off."""
    on = visitor.set_faults(enterprise, {"id": "slow", "params": {"seconds": 1}}).get_json()
    off = visitor.set_faults(enterprise).get_json()

    assert on == [{"id": "slow", "params": {"seconds": 1, "path": ""}}]
    assert off == []
    assert visitor.state(enterprise)["faults"] == []


@pytest.mark.parametrize(
    ("wish", "known"),
    [
        ({"id": "earthquake"}, list(FAULTS)),
        ({"id": ["slow"]}, list(FAULTS)),
        ({"id": "slow", "params": {"minutes": 1}}, ["seconds", "path"]),
        ({"id": "slow", "params": {"seconds": "2"}}, ["seconds", "path"]),
        ({"id": "slow", "params": {"seconds": -1}}, ["seconds", "path"]),
        ({"id": "slow", "params": {"seconds": float("nan")}}, ["seconds", "path"]),
        ({"id": "list_reordered", "params": {"seconds": 2}}, []),
        ({"params": {}}, ["id", "params"]),
        ({"id": "slow", "clause": "guide-1.1"}, ["id", "params"]),
        ("slow", ["id", "params"]),
    ],
)
def test_unknown_faults_and_params_are_refused(visitor, enterprise, wish, known):
    """A fault or param that does not exist is refused, and the faults stay as they were."""
    answer = visitor.set_faults(enterprise, wish)

    assert answer.status_code == 400
    assert answer.get_json()["known"] == known
    assert visitor.state(enterprise)["faults"] == []


def test_catalogue_lists_every_fault(visitor):
    """The catalogue tells each fault's id, sentence, clause and params."""
    listed = visitor.client.get("/__mock__/catalogue").get_json()["faults"]

    assert [fault["id"] for fault in listed] == list(FAULTS)
    assert all(fault["sentence"] and fault["clause"].startswith("guide-") for fault in listed)
    assert listed[0]["params"] == {"seconds": 2.0, "path": ""}


def test_every_fault_is_documented():
    """docs/mock-portal.md lists every fault with its sentence, clause and params."""
    page = PAGE.read_text(encoding="utf-8")

    for id_, fault in FAULTS.items():
        params = "、".join(f"`{name}`（{default!r}）" for name, default in fault.params.items())
        assert f"| `{id_}` | {fault.sentence} | {params or '—'} | {fault.clause} |" in page
