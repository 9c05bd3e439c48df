"""Faults: each is met by the enterprise it is on for, and by nobody else."""

import html
import time
from pathlib import Path

import pytest

from fixtures.guide import clauses
from mock_portal.faults import FAULTS, LOSSES, NO_ANSWER
from tests.mock_portal.conftest import CONTACT

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


@pytest.mark.parametrize(
    ("how", "status", "is_answered"),
    [
        ("reset", NO_ANSWER, False),
        ("close", NO_ANSWER, False),
        ("headers", NO_ANSWER, False),
        ("garbage", NO_ANSWER, False),
        ("hang", NO_ANSWER, False),
        ("408", 408, True),
        ("empty", 200, True),
    ],
)
@pytest.mark.parametrize("phase", ["before", "after"])
def test_answer_is_lost_in_several_manners(
    visitor, enterprise, number, monkeypatch, phase, how, status, is_answered
):
    """Whatever comes back says nothing of what became of the confirmation."""
    pauses = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    params = {"how": how, "seconds": 20}
    visitor.set_faults(enterprise, {"id": f"answer_lost_{phase}_commit", "params": params})

    answer = visitor.confirm(number)

    (arrival,) = visitor.confirmations(enterprise)
    assert (answer.status_code, answer.data) == (status, b"")
    assert (arrival["accepted"], arrival["answered"]) == (phase == "after", is_answered)
    assert pauses == ([20] if how == "hang" else [])


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


@pytest.mark.parametrize("status", [500, 503, 504])
def test_error_page_has_the_status_that_was_asked_for(visitor, enterprise, number, status):
    """Before the commit and after it, the same page comes with another status."""
    params = {"status": status}
    visitor.set_faults(enterprise, {"id": "server_error", "params": params})
    before = visitor.confirm(number).status_code
    visitor.set_faults(enterprise, {"id": "server_error_after_commit", "params": params})
    after = visitor.confirm(number).status_code

    assert (before, after) == (status, status)
    assert [one["accepted"] for one in visitor.confirmations(enterprise)] == [False, True]


@pytest.mark.parametrize("how", ["truncated", "empty", "charset", "html"])
def test_spoilt_answer_is_of_no_use(visitor, enterprise, number, how):
    """The status is 200, the confirmation is stored, and the answer cannot be read."""
    fault = {"id": "answer_spoilt", "params": {"how": how, "times": 1}}
    visitor.set_faults(enterprise, fault)

    spoilt, told = visitor.confirm(number), visitor.confirm(number)

    assert spoilt.status_code == 200
    assert "确认投保成功".encode() not in spoilt.data
    assert spoilt.get_json(silent=True) is None
    assert told.get_json()["message"] == "该保单已确认，请勿重复提交"
    assert [one["accepted"] for one in visitor.confirmations(enterprise)] == [True, False]


@pytest.mark.parametrize(
    ("fault", "status"),
    [("server_error", 500), ("bad_gateway", 502), ("connection_reset", NO_ANSWER)],
)
def test_trouble_is_met_so_often_and_no_more(visitor, enterprise, fault, status):
    """It spoils requests under the path, as many as it was told to."""
    params = {"path": "/swProxy/xwtbserver/sw/pending/query", "times": 2}
    visitor.set_faults(enterprise, {"id": fault, "params": params})

    assert visitor.get("pending/list").status_code == 200
    statuses = [visitor.get("pending/query").status_code for _ in range(3)]
    assert statuses == [status, status, 200]
    assert visitor.client.get("/__mock__/crashes").get_json() == []


@pytest.mark.parametrize(
    ("fault", "status", "sentence"),
    [("maintenance", 503, "系统维护中，请稍后再访问"), ("challenge", 412, "正在检查您的浏览器")],
)
def test_notice_stands_in_place_of_the_page(visitor, enterprise, fault, status, sentence):
    """A maintenance page and a firewall's page carry their own status."""
    visitor.set_faults(enterprise, {"id": fault})

    answer = visitor.get("pending/list")

    assert (answer.status_code, sentence in answer.text) == (status, True)


@pytest.mark.parametrize("fault", ["server_error", "bad_gateway", "maintenance", "challenge"])
def test_page_of_a_trouble_says_that_it_is_the_mock(visitor, enterprise, fault):
    """The banner stands on whatever comes in place of a page, too."""
    visitor.set_faults(enterprise, {"id": fault})

    assert "模拟门户 · 非真实业务" in visitor.get("pending/list").text


def test_server_error_at_the_confirmation_stores_nothing(visitor, enterprise, number):
    """The arrival is in the ledger, not accepted."""
    visitor.set_faults(enterprise, {"id": "server_error"})

    assert visitor.confirm(number).status_code == 500
    assert [one["accepted"] for one in visitor.confirmations(enterprise)] == [False]


def test_dribble_hands_an_answer_out_in_pieces(visitor, enterprise, monkeypatch):
    """The answer is whole in the end, and took that long."""
    whole = visitor.get("pending/list").data
    fault = {"id": "dribble", "params": {"seconds": 3.0, "path": "/swProxy/"}}
    visitor.set_faults(enterprise, fault)
    pauses = []
    monkeypatch.setattr(time, "sleep", pauses.append)

    assert visitor.get("pending/list").data == whole
    assert sum(pauses) == pytest.approx(3.0)
    assert visitor.client.get("/index.action").status_code == 200
    assert sum(pauses) == pytest.approx(3.0)


def test_list_is_repaged_once(visitor):
    """After the first look one more policy stands at the top."""
    enterprise = visitor.create(pending=2)
    visitor.enter(enterprise)
    visitor.set_faults(enterprise, {"id": "list_repaged"})

    first, second, third = (visitor.numbers("pending/query") for _ in range(3))

    assert second[1:] == first
    assert third == second


def test_list_counts_one_too_many(visitor):
    """The total says more than the rows of all pages."""
    enterprise = visitor.create(pending=12)
    visitor.enter(enterprise)
    visitor.set_faults(enterprise, {"id": "list_miscounted"})
    pages = [visitor.get("pending/query", offset=offset).get_json() for offset in (0, 10)]

    assert [page["total"] for page in pages] == [13, 13]
    assert [len(page["rows"]) for page in pages] == [10, 2]


def test_record_is_withdrawn_once_its_form_is_open(visitor, enterprise, number):
    """It can neither be confirmed nor opened again, and is in no list."""
    visitor.set_faults(enterprise, {"id": "record_withdrawn"})
    opened = visitor.get("pending/form", applNo=number).text

    assert "确认投保</button>" in opened
    assert visitor.confirm(number).get_json()["message"] == "该申请不在待确认状态"
    assert "该申请不在待确认状态" in visitor.get("pending/form", applNo=number).text
    assert visitor.numbers("pending/query") == visitor.numbers("policies/query") == []


def test_changed_values_must_be_read_again(visitor, enterprise, number):
    """A form that is out of date confirms nothing; opened again it shows the new value."""
    visitor.set_faults(enterprise, {"id": "values_changed"})
    old = visitor.get("pending/form", applNo=number).text
    refused = visitor.confirm(number).get_json()
    new = visitor.get("pending/form", applNo=number).text

    assert refused["message"] == "投保信息已变更，请重新核对"
    assert ("变更版" in old, "变更版" in new) == (False, True)
    assert visitor.confirm(number).get_json()["code"] == 0


@pytest.mark.parametrize(
    ("fault", "link"),
    [
        (None, 'href="/swProxy/xwtbserver/sw/pending/document'),
        ("document_in_window", "window.open("),
        ("document_in_same_tab", 'href="/swProxy/xwtbserver/sw/pending/view'),
    ],
)
def test_document_is_shown_in_three_ways(visitor, enterprise, number, fault, link):
    """The link hands out the file, opens a window, or leaves the form."""
    visitor.set_faults(enterprise, *([{"id": fault}] if fault else []))

    assert link in visitor.get("pending/form", applNo=number).text
    assert "查看单证" in visitor.get("pending/view", applNo=number).text


def test_changed_document_differs_each_time(visitor, enterprise, number):
    """Without the fault the bytes are always the same."""
    same = {visitor.get("pending/document", applNo=number).data for _ in range(2)}
    visitor.set_faults(enterprise, {"id": "document_changed"})
    changed = {visitor.get("pending/document", applNo=number).data for _ in range(2)}

    assert (len(same), len(changed)) == (1, 2)


def test_late_commit_is_stored_when_its_time_has_come(visitor, enterprise, number):
    """The answer is lost, nothing is stored; later it is, whoever looks."""
    visitor.set_faults(enterprise, {"id": "late_commit", "params": {"seconds": 60}})
    lost = visitor.confirm(number)
    before = visitor.confirmations(enterprise)
    visitor.forward(enterprise, 61)
    after = visitor.confirmations(enterprise)

    assert lost.status_code == NO_ANSWER
    assert [one["accepted"] for one in before] == [False]
    assert [one["accepted"] for one in after] == [True]
    assert visitor.numbers("policies/query") == [number]


def test_late_commit_may_come_after_a_no(visitor, enterprise, number):
    """The portal says that it is busy, and saves all the same."""
    fault = {"id": "late_commit", "params": {"seconds": 60, "how": "busy"}}
    visitor.set_faults(enterprise, fault)
    answer = visitor.confirm(number)
    visitor.forward(enterprise, 61)

    assert answer.get_json() == {"code": -1, "message": "系统繁忙，请稍后再试", "data": None}
    assert [one["accepted"] for one in visitor.confirmations(enterprise)] == [True]


def test_late_commit_is_judged_like_any_other(visitor, enterprise, number):
    """A broken rule is answered at once; what a person has done meanwhile is not done again."""
    visitor.set_faults(enterprise, {"id": "late_commit", "params": {"seconds": 60}})
    refused = visitor.confirm(number, contactName="").get_json()
    visitor.confirm(number)
    visitor.set_faults(enterprise)
    visitor.confirm(number)
    visitor.forward(enterprise, 61)

    assert refused["message"] == "此项为必填项"
    arrivals = visitor.confirmations(enterprise)
    assert [one["accepted"] for one in arrivals] == [False, False, True]
    assert arrivals[1]["message"] == "该保单已确认，请勿重复提交"


def test_replayed_confirmation_arrives_twice(visitor, enterprise, number):
    """The first is accepted, and the answer is that to the second."""
    visitor.set_faults(enterprise, {"id": "confirmation_replayed"})

    said = visitor.confirm(number).get_json()

    assert said["message"] == "该保单已确认，请勿重复提交"
    assert [one["accepted"] for one in visitor.confirmations(enterprise)] == [True, False]


def test_lagging_query_shows_a_policy_later(visitor, enterprise, number):
    """In between the policy is in neither list."""
    visitor.set_faults(enterprise, {"id": "policies_lag", "params": {"seconds": 600}})
    visitor.confirm(number)

    assert visitor.numbers("pending/query") == visitor.numbers("policies/query") == []
    visitor.forward(enterprise, 600)
    assert visitor.numbers("policies/query") == [number]


@pytest.mark.parametrize(
    ("fault", "params", "words"),
    [
        ("form_refreshed", {}, 'data-refreshed="中小企业综合保险(小微企业适用)变更版"'),
        ("input_rewritten", {"field": "remarks", "how": "mask"}, 'data-rewrite="mask"'),
        ("confirmation_asked", {"how": "layer"}, 'data-asks="layer"'),
        ("desk_closes", {"at": "answer"}, 'data-closes-at="answer"'),
    ],
)
def test_page_of_the_form_is_told_what_to_do(visitor, enterprise, number, fault, params, words):
    """What the page itself does wrong, it does only with the fault."""
    usual = visitor.get("pending/form", applNo=number).text
    visitor.set_faults(enterprise, {"id": fault, "params": params})

    assert words not in usual
    assert words in visitor.get("pending/form", applNo=number).text


def test_announcement_is_in_the_desk(visitor, enterprise):
    """The layer comes after so many milliseconds, and only with the fault."""
    without = visitor.get("deskIndex").text
    visitor.set_faults(enterprise, {"id": "announcement", "params": {"seconds": 1.5}})

    assert "layers.page(" not in without
    assert "}, 1500.0);" in visitor.get("deskIndex").text


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
        ({"id": "answer_lost_after_commit", "params": {"how": "mail"}}, list(LOSSES)),
        ({"id": "answer_lost_after_commit", "params": {"how": None}}, ["how", "seconds"]),
        ({"id": "server_error", "params": {"status": 200}}, [500, 502, 503, 504]),
        ({"id": "input_rewritten", "params": {"field": "etpsName"}}, list(CONTACT)),
        ({"id": "card_expiring", "params": {"days": 10**12}}, ["days"]),
        ({"id": "account_locks", "params": {"attempts": -1}}, ["attempts"]),
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
    assert all(fault["sentence"] for fault in listed)
    assert {fault["clause"] for fault in listed} <= {clause.id for clause in clauses()}
    assert listed[0]["params"] == {"seconds": 2.0, "path": ""}
    (lost,) = (fault for fault in listed if fault["id"] == "answer_lost_after_commit")
    assert lost["allowed"] == {"how": list(LOSSES)}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_is_put_to_use(fault):
    """Each fault is switched on by a scenario, or by a test of its own."""
    root = PAGE.parents[1]
    users = [*root.glob("features/*.feature"), *root.glob("steps/*.py"), *root.glob("tests/*/*.py")]

    assert [path.name for path in users if f'"{fault}"' in path.read_text("utf-8")] or [
        path.name for path in users if f"| {fault} " in path.read_text("utf-8")
    ]


def test_every_fault_is_documented():
    """docs/mock-portal.md lists every fault with its sentence, clause and params."""
    page = PAGE.read_text(encoding="utf-8")

    for id_, fault in FAULTS.items():
        params = "、".join(f"`{name}`（{default!r}）" for name, default in fault.params.items())
        assert f"| `{id_}` | {fault.sentence} | {params or '—'} | {fault.clause} |" in page
    for how, loss in LOSSES.items():
        assert f"| `{how}` | {loss.sentence} |" in page
