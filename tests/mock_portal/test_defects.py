"""Seeded defects: each makes the portal wrong in one place, in the page and in the server."""

from pathlib import Path

import pytest

from mock_portal import create_app
from mock_portal.defects import DEFECTS
from tests.mock_portal.test_registration import register

PAGE = Path(__file__).parents[2] / "docs" / "mock-portal.md"


@pytest.fixture
def seed(visitor):
    """A way to switch defects on."""
    return lambda *ids: visitor.client.put("/__mock__/defects", json=list(ids))


def test_wrong_password_is_accepted(visitor, seed):
    """With the defect any password leads in; without it none but the right one."""
    account = visitor.create()["account"]

    sound = visitor.log_in(account, "wrong")
    seed("wrong_password_accepted")
    broken = visitor.log_in(account, "wrong")

    assert (sound.status_code, broken.status_code) == (200, 302)


def test_unknown_user_is_refused_all_the_same(visitor, seed):
    """The defect is about passwords: who has no account stays outside."""
    seed("wrong_password_accepted")

    assert "1用户名或密码错误" in visitor.log_in("nobody", "wrong").text


def test_captcha_is_not_checked(visitor, seed):
    """With the defect any captcha will do."""
    enterprise = visitor.create()
    seed("captcha_not_checked")

    assert visitor.log_in(enterprise["account"], enterprise["password"], "").status_code == 302


def test_contact_mobile_is_not_enforced(visitor, number, seed):
    """With the defect page and server let 主要联系人手机 be empty, and nothing else."""
    sound = visitor.get("pending/form", applNo=number).text
    seed("contact_mobile_not_enforced")
    broken = visitor.get("pending/form", applNo=number).text

    assert (sound.count("data-required="), broken.count("data-required=")) == (4, 3)
    assert visitor.confirm(number, contactName="").get_json()["code"] == -1
    assert visitor.confirm(number, contactMobile="").get_json()["code"] == 0


def test_declaration_is_not_demanded(visitor, number, seed):
    """With the defect page and server do without the tick."""
    sound = visitor.get("pending/form", applNo=number).text
    seed("declaration_not_demanded")
    broken = visitor.get("pending/form", applNo=number).text

    assert 'data-declaration="请先阅读并同意投保声明"' in sound
    assert "data-declaration=" not in broken
    assert visitor.confirm(number, agree="").get_json()["code"] == 0


def test_document_link_is_missing(visitor, number, seed):
    """With the defect 单证列表 names the document without 查看单证."""
    sound = visitor.get("pending/form", applNo=number).text
    seed("document_link_missing")
    broken = visitor.get("pending/form", applNo=number).text

    assert ("查看单证" in sound, "查看单证" in broken) == (True, False)
    assert "中小企业综合保险续转单证(小微企业适用)" in broken


def test_status_is_not_updated(visitor, enterprise, number, seed):
    """With the defect a confirmed policy stays in 待确认 and is missing in 保单查询."""
    seed("status_not_updated")

    answer = visitor.confirm(number).get_json()

    assert answer["code"] == 0
    assert visitor.numbers("pending/query") == [number]
    assert visitor.numbers("policies/query") == []
    assert visitor.confirmations(enterprise)[0]["accepted"] is True


def test_effective_date_is_shown_from_the_confirmation(visitor, number, seed):
    """With the defect a policy that is only confirmed already shows an effective date."""
    visitor.confirm(number)

    def effective_date():
        (row,) = visitor.get("policies/query").get_json()["rows"]
        return row["effectiveDate"], row["confirmTime"][:10]

    sound, _ = effective_date()
    seed("effective_date_from_confirmation")
    broken, confirmed_on = effective_date()

    assert (sound, broken) == ("", confirmed_on)


def test_defects_are_replaced_as_a_set(visitor, seed):
    """The door answers what is on now; an empty list switches all off."""
    assert seed("captcha_not_checked").get_json() == ["captcha_not_checked"]
    assert seed().get_json() == []


@pytest.mark.parametrize("ids", [["typhoon"], [1], [["captcha_not_checked"]]])
def test_unknown_defect_is_refused(visitor, seed, ids):
    """A defect that does not exist is refused with the list of those that do."""
    answer = seed(*ids)

    assert answer.status_code == 400
    assert answer.get_json()["known"] == list(DEFECTS)


def test_defects_can_be_on_from_the_start():
    """A portal can be made with defects."""
    client = create_app(defects=["captcha_not_checked"]).test_client()
    account = client.post("/__mock__/enterprises", json={}).get_json()["account"]

    assert "1用户名或密码错误" in client.post("/cas/login", data={"swy": account}).text


def test_day_of_confirmation_is_ignored(visitor, number, seed):
    """With the defect 保单查询 lists whatever day is asked for."""
    visitor.confirm(number)
    sound = visitor.numbers("policies/query", beginDate="2100-01-01")
    seed("search_by_date_ignored")

    assert (sound, visitor.numbers("policies/query", beginDate="2100-01-01")) == ([], [number])


def test_binding_is_asked_again(visitor, enterprise, seed):
    """With the defect an enterprise that is bound is asked once more."""
    sound = visitor.get("deskIndex").status_code
    seed("binding_asked_again")

    assert (sound, visitor.get("deskIndex").status_code) == (200, 302)


def test_registered_code_is_accepted(visitor, seed):
    """With the defect an enterprise can register twice."""
    enterprise = visitor.create()
    sound = register(visitor, enterprise)["code"]
    seed("registered_code_accepted")

    assert (sound, register(visitor, enterprise)["code"]) == (-1, 0)


def test_catalogue_lists_every_defect(visitor):
    """The catalogue tells each defect's id, sentence and clause."""
    listed = visitor.client.get("/__mock__/catalogue").get_json()["defects"]

    assert listed == [
        {"id": id_, "sentence": defect.sentence, "clause": defect.clause}
        for id_, defect in DEFECTS.items()
    ]


def test_every_defect_is_documented():
    """docs/mock-portal.md lists every defect with its sentence and clause."""
    page = PAGE.read_text(encoding="utf-8")

    for id_, defect in DEFECTS.items():
        assert f"| `{id_}` | {defect.sentence} | {defect.clause} |" in page
