"""The doors under /__mock__/ (docs/mock-portal.md, doors)."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from stdnum.cn import uscc as uscc_number

from mock_portal import create_app
from mock_portal.doors import WISHES
from mock_portal.store import synthetic_uscc
from mock_portal.wording import ASSUMED, Wording

PAGE = Path(__file__).parents[2] / "docs" / "mock-portal.md"
ENTERPRISES = "/__mock__/enterprises"


def doors(app: Flask) -> list[str]:
    """List the doors as the app knows them."""
    unknown = app.test_client().get("/__mock__/nothing")
    return unknown.get_json()["known"]


def test_enterprise_is_made_up_when_nothing_is_given(visitor):
    """A created enterprise has a plainly invented name, a valid code, an account."""
    answer = visitor.client.post(ENTERPRISES, json={"pending": 2})

    enterprise = answer.get_json()
    assert answer.status_code == 201
    assert re.fullmatch(r"模拟出口企业\d{4}有限公司", enterprise["name"])
    assert uscc_number.is_valid(enterprise["uscc"])
    assert enterprise["org_code"] == enterprise["uscc"][8:17]
    assert re.fullmatch(r"Mock-[0-9A-Za-z]{8}", enterprise["password"])
    assert [policy["status"] for policy in enterprise["policies"]] == ["pending"] * 2


def test_made_up_enterprises_differ(visitor):
    """No two enterprises share a code, a name, an account, a password or a number."""
    created = [visitor.create(pending=1) for _ in range(12)]

    for key in ("uscc", "name", "account", "password"):
        assert len({enterprise[key] for enterprise in created}) == 12
    numbers = {enterprise["policies"][0]["application_no"] for enterprise in created}
    assert len(numbers) == 12


def test_name_and_code_can_be_given(visitor):
    """A given name and a given valid code are kept."""
    code = synthetic_uscc(4711)

    enterprise = visitor.create(name="模拟指定企业", uscc=code)

    assert (enterprise["name"], enterprise["uscc"]) == ("模拟指定企业", code)
    assert enterprise["policies"] == []


def test_given_code_is_not_made_up_again(visitor):
    """Codes that are made up step around those that were given."""
    given = visitor.create(uscc=synthetic_uscc(2))["uscc"]

    assert visitor.create()["uscc"] != given


def test_state_of_an_enterprise_has_no_password(visitor, enterprise):
    """The look at an enterprise tells all but the passwords."""
    state = visitor.state(enterprise)

    secret = {"password", "local_password", "card_pin"}
    assert state == {key: value for key, value in enterprise.items() if key not in secret}
    assert state["faults"] == []


@pytest.mark.parametrize(
    ("method", "door", "body", "status", "known"),
    [
        ("POST", "enterprises", {"city": "广州"}, 400, list(WISHES)),
        ("POST", "enterprises", {"edition": "foreign"}, 400, ["guangdong", "national"]),
        ("POST", "enterprises", {"pending": "2"}, 400, list(WISHES)),
        ("POST", "enterprises", {"pending": True}, 400, list(WISHES)),
        ("POST", "enterprises", {"pending": -1}, 400, []),
        ("POST", "enterprises", {"uscc": "914401019550018901"}, 400, []),
        ("POST", "enterprises", {"uscc": "OWN"}, 409, ["OWN"]),
        ("POST", "enterprises", [], 400, list(WISHES)),
        ("POST", "enterprises", {"card_pin": "123456"}, 400, ["88888888", "00000000"]),
        ("GET", "enterprises/unknown", None, 404, ["OWN"]),
        ("POST", "enterprises/unknown/policies", {"count": 1}, 404, ["OWN"]),
        ("POST", "enterprises/OWN/policies", {}, 400, ["application_nos", "count"]),
        ("POST", "enterprises/OWN/policies", {"count": 0}, 400, []),
        ("POST", "enterprises/OWN/policies", {"application_nos": []}, 400, []),
        ("POST", "enterprises/OWN/policies", {"application_nos": ["a b"]}, 400, []),
        ("POST", "enterprises/OWN/policies", {"application_nos": ["NUMBER"]}, 409, ["NUMBER"]),
        ("POST", "enterprises/OWN/policies", {"application_nos": ["A", "A"]}, 409, []),
        ("POST", "enterprises/OWN/policies/none/decision", {}, 404, ["NUMBER"]),
        (
            *("POST", "enterprises/OWN/policies/NUMBER/decision", {"decision": "confirmed"}),
            *(400, ["underwritten", "returned", "refused"]),
        ),
        (
            *("POST", "enterprises/OWN/policies/NUMBER/decision"),
            *({"decision": "underwritten", "effective_date": "soon"}, 400, []),
        ),
        (
            *("POST", "enterprises/OWN/policies/NUMBER/decision", {"decision": "refused"}),
            *(409, []),
        ),
        ("POST", "enterprises/OWN/clock", {"forward_seconds": 0}, 400, ["forward_seconds"]),
        ("POST", "enterprises/OWN/clock", {"forward_seconds": -5}, 400, ["forward_seconds"]),
        ("POST", "enterprises/OWN/clock", {"forward_seconds": 1e12}, 400, ["forward_seconds"]),
        ("GET", "captchas/none", None, 404, []),
        ("GET", "requests?uscc=unknown", None, 404, ["OWN"]),
        ("GET", "crashes?uscc=unknown", None, 404, ["OWN"]),
    ],
)
def test_door_refuses_what_it_does_not_know(
    visitor, enterprise, number, method, door, body, status, known
):
    """A wrong name or value is answered with 4xx, a sentence and what exists."""

    def real(value):
        words = {"OWN": enterprise["uscc"], "NUMBER": number}
        if isinstance(value, dict):
            return {key: real(each) for key, each in value.items()}
        return (
            [real(each) for each in value] if isinstance(value, list) else words.get(value, value)
        )

    path = door.replace("OWN", enterprise["uscc"]).replace("NUMBER", number)
    answer = visitor.client.open(f"/__mock__/{path}", method=method, json=real(body))

    assert answer.status_code == status
    assert answer.get_json()["error"]
    assert answer.get_json()["known"] == real(known)


def test_body_must_be_declared_as_json(visitor):
    """A body of another content type, as any web page can send it, is refused."""
    answer = visitor.client.post(ENTERPRISES, data="{}", content_type="text/plain")

    assert answer.status_code == 400


def test_unknown_door_says_which_there_are(visitor):
    """An unknown door is 404 with the list of doors, and no crash of the portal."""
    answer = visitor.client.delete("/__mock__/enterprises")

    assert answer.status_code == 404
    assert "POST /__mock__/enterprises" in answer.get_json()["known"]
    assert visitor.client.get("/__mock__/crashes").get_json() == []


def test_policies_are_pushed_by_count_or_by_number(visitor, enterprise):
    """New policies get numbers, or the numbers that were given, and are pending."""
    door = f"{ENTERPRISES}/{enterprise['uscc']}/policies"

    counted = visitor.client.post(door, json={"count": 2}).get_json()
    named = visitor.client.post(door, json={"application_nos": ["GD-0001"]}).get_json()

    assert all(re.fullmatch(r"XW\d{14}", policy["application_no"]) for policy in counted)
    assert [policy["application_no"] for policy in named] == ["GD-0001"]
    assert visitor.numbers("pending/query")[1:] == [
        policy["application_no"] for policy in (*counted, *named)
    ]


def test_decision_is_taken_once(visitor, enterprise, number):
    """The insurer decides about confirmed policies only, and does not decide again."""
    visitor.confirm(number)

    first = visitor.decide(enterprise, number, decision="returned", reason="资料不齐")
    second = visitor.decide(enterprise, number, decision="underwritten")

    assert (first.status_code, first.get_json()["status"]) == (200, "returned")
    assert second.status_code == 409


def test_clock_belongs_to_its_enterprise(visitor, stranger):
    """Moving one enterprise's time forward leaves the others' alone; all are Beijing time."""
    own, other = visitor.create(), stranger.create()
    clock = f"{ENTERPRISES}/{own['uscc']}/clock"
    before = datetime.fromisoformat(visitor.client.get(clock).get_json()["now"])

    moved = visitor.client.post(clock, json={"forward_seconds": 3600.5}).get_json()["now"]

    other_now = visitor.client.get(f"{ENTERPRISES}/{other['uscc']}/clock").get_json()["now"]
    assert datetime.fromisoformat(moved) - before >= timedelta(hours=1)
    assert datetime.fromisoformat(other_now) - before < timedelta(minutes=30)
    assert before.utcoffset() == timedelta(hours=8)


def test_clock_stays_within_ten_years(visitor, enterprise):
    """However often it is moved, the time stays one that can be told."""
    clock = f"{ENTERPRISES}/{enterprise['uscc']}/clock"
    moves = [
        visitor.client.post(clock, json={"forward_seconds": 6 * 366 * 86400}).status_code
        for _ in range(2)
    ]

    assert moves == [200, 400]
    assert visitor.client.get(clock).status_code == 200


@pytest.mark.parametrize(
    "body", ["[" * 100_000, '{"name": "\\ud800"}'], ids=["nested too deep", "half a character"]
)
def test_body_that_cannot_be_read_is_refused(visitor, body):
    """What no JSON reader can make sense of is no crash of the portal."""
    answer = visitor.client.post(ENTERPRISES, data=body, content_type="application/json")

    assert answer.status_code == 400
    assert visitor.client.get("/__mock__/crashes").get_json() == []


def test_visit_begins_at_the_log_in_box(visitor, enterprise):
    """Whoever was logged in with this browser is out; the cookie tells who comes next."""
    other = visitor.client.post("/__mock__/enterprises", json={}).get_json()
    visitor.client.get(f"{ENTERPRISES}/{other['uscc']}/visit")
    visitor.client.get("/index.action")

    assert "您好，请登录" in visitor.client.get("/index.action").text
    journal = visitor.client.get(f"/__mock__/requests?uscc={other['uscc']}").get_json()
    assert [line["path"] for line in journal] == ["/index.action"] * 2


def test_journal_tells_the_requests_of_an_enterprise(visitor, stranger, enterprise):
    """Requests are told with method, path, query and status, for each enterprise apart."""
    stranger.create()
    stranger.client.get("/index.action")
    visitor.get("pending/query", limit=10, offset=0)

    journal = visitor.client.get(f"/__mock__/requests?uscc={enterprise['uscc']}").get_json()

    assert {line["uscc"] for line in journal} == {enterprise["uscc"]}
    assert [line["path"] for line in journal if line["method"] == "POST"] == ["/cas/login"]
    last = journal[-1]
    assert last["path"] == "/swProxy/xwtbserver/sw/pending/query"
    assert (last["query"], last["status"]) == ("limit=10&offset=0", 200)


def test_journal_leaves_doors_out(visitor, enterprise):
    """Doors are not part of the portal's journal."""
    journal = visitor.client.get("/__mock__/requests").get_json()

    assert not [line for line in journal if line["path"].startswith("/__mock__/")]


def test_unknown_address_is_kept_as_a_crash(visitor, enterprise):
    """A 404 of the portal is kept, for the enterprise that met it."""
    answer = visitor.client.get("/no-such-page")

    (crash,) = visitor.client.get(f"/__mock__/crashes?uscc={enterprise['uscc']}").get_json()
    assert answer.status_code == 404
    assert (crash["method"], crash["path"]) == ("GET", "/no-such-page")


def test_error_of_the_portal_is_kept_as_a_crash(app, visitor, enterprise, monkeypatch):
    """An unhandled error answers 500 and is kept with its trace."""
    monkeypatch.setitem(app.view_functions, "entry.welcome", lambda: 1 // 0)

    answer = visitor.get("welcome")

    (crash,) = visitor.client.get("/__mock__/crashes").get_json()
    assert answer.status_code == 500
    assert "<h3>系统错误</h3>" in answer.text
    assert "服务器暂时无法处理您的请求。" in answer.text
    assert "ZeroDivisionError" in crash["error"]
    assert "Traceback" in crash["trace"]


def test_crashes_of_others_are_not_told(visitor, stranger, enterprise):
    """The crashes of one enterprise are not mixed with another's."""
    stranger.create()
    stranger.client.get("/no-such-page")

    assert visitor.client.get(f"/__mock__/crashes?uscc={enterprise['uscc']}").get_json() == []


def test_favicon_is_no_crash(visitor):
    """The browser's own question for an icon is answered with nothing."""
    assert visitor.client.get("/favicon.ico").status_code == 204
    assert visitor.client.get("/__mock__/crashes").get_json() == []


@pytest.mark.parametrize(("token", "status"), [("right", 200), ("wrong", 403), (None, 403)])
def test_doors_demand_the_token(token, status):
    """With a doors token every door, also an unknown one, demands it."""
    client = create_app(doors_token="right").test_client()
    headers = {"X-Doors-Token": token} if token else {}

    answers = {
        client.get(f"/__mock__/{door}", headers=headers).status_code
        for door in ("catalogue", "crashes", "requests")
    }
    unknown = client.get("/__mock__/nothing", headers=headers)

    assert answers == {status}
    assert unknown.status_code == (404 if status == 200 else 403)


def test_pages_do_not_demand_the_token():
    """The doors token does not close the portal itself."""
    assert create_app(doors_token="right").test_client().get("/index.action").status_code == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [
        *(("127.0.0.1:8765", 200), ("localhost", 200), ("[::1]:8765", 200)),
        *(("portal.example", 403), ("127.0.0.1.example:8765", 403)),
    ],
)
def test_foreign_host_names_are_refused(visitor, host, status):
    """On loopback only loopback names are answered, pages and doors alike."""
    for path in ("/index.action", "/__mock__/catalogue"):
        assert visitor.client.get(path, headers={"Host": host}).status_code == status


def test_any_host_name_is_answered_elsewhere():
    """Away from loopback the name of the host does not matter."""
    client = create_app(only_loopback_names=False).test_client()

    assert client.get("/index.action", headers={"Host": "portal.example"}).status_code == 200


def test_every_door_is_documented(app):
    """docs/mock-portal.md names every door, and has a curl example for each."""
    page = PAGE.read_text(encoding="utf-8")
    examples = re.sub(r"\$\w+", "<>", "\n".join(re.findall(r"^curl .*$", page, re.MULTILINE)))

    for door in doors(app):
        method, path = door.split()
        assert f"`{method} {path}`" in page
        assert re.search(
            rf"-X {method} .*{re.escape(re.sub('<.*?>', '<>', path))}(?=[\"'?\s]|$)", examples
        ), door


def test_every_assumed_text_is_documented():
    """docs/mock-portal.md lists every on-screen text that was assumed."""
    page = PAGE.read_text(encoding="utf-8")

    assumed = [text for text in Wording if text.source == ASSUMED]
    assert assumed
    assert [text for text in assumed if text not in page] == []
