"""Seeded defects: each is one edit that fits the portal, and the portal with it is wrong."""

import ast
import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fixtures.guide import clauses
from mock_portal import create_app
from mock_portal.defects import KINDS, Defect, applied, catalogue
from mock_portal.defects.__main__ import table
from mock_portal.edits import PACKAGE, DoesNotFit, importable
from tests.mock_portal.conftest import Visitor
from tests.mock_portal.test_registration import register

PAGE = Path(__file__).parents[2] / "docs" / "mock-portal.md"


@contextmanager
def visitor_of(*ids: str) -> Iterator[Visitor]:
    """A visitor of a portal with these defects."""
    with importable(catalogue()[id_] for id_ in ids):
        yield Visitor(importlib.import_module("mock_portal").create_app(defects=ids))


@pytest.mark.parametrize("id_", catalogue())
def test_every_defect_fits(id_, tmp_path):
    """Its old text is found once, its new text differs, and the file can still be read."""
    defect = catalogue()[id_]
    file = tmp_path / defect.file
    file.parent.mkdir(parents=True, exist_ok=True)
    healthy = (PACKAGE / defect.file).read_text(encoding="utf-8")
    file.write_text(healthy, encoding="utf-8")

    defect.apply(tmp_path)

    edited = file.read_text(encoding="utf-8")
    assert edited != healthy
    assert file.suffix != ".py" or ast.parse(edited)


def test_catalogue_meets_every_kind_and_clause():
    """No kind is without a defect, and each clause that a scenario can break has one."""
    defects = catalogue().values()

    assert {one.kind for one in defects} == set(KINDS)
    assert {one.clause for one in defects} == {one.id for one in clauses()}


def test_no_sentence_stands_twice():
    """A person can tell the defects apart."""
    sentences = [one.sentence for one in catalogue().values()]

    assert len(set(sentences)) == len(sentences) >= 80


@pytest.mark.parametrize("old", ["text that is nowhere", "import"])
def test_edit_that_does_not_fit_is_an_error(old):
    """A text that is missing, or stands more than once, is refused."""
    defect = Defect("一处", "guide-1.1", "words", "store.py", old, "")

    with pytest.raises(DoesNotFit, match=r"store\.py 里的原文出现了"):
        defect.apply(PACKAGE)


def test_copy_is_removed_at_the_end():
    """The edited copy lives as long as its portal, and the portal itself is not touched."""
    before = (PACKAGE / "rules.py").read_bytes()
    with applied(["wrong_password_accepted"]) as package:
        assert (package / "rules.py").read_bytes() != before

    assert not package.exists()
    assert (PACKAGE / "rules.py").read_bytes() == before


def test_healthy_modules_are_back_afterwards():
    """An import after a seeded portal gives the healthy portal."""
    healthy = sys.modules["mock_portal.rules"]
    with importable([catalogue()["wrong_password_accepted"]]):
        assert importlib.import_module("mock_portal.rules") is not healthy

    assert sys.modules["mock_portal.rules"] is healthy


def test_wrong_password_is_accepted():
    """With the defect any password leads in, but who has no account stays outside."""
    with visitor_of("wrong_password_accepted") as visitor:
        answer = visitor.log_in(visitor.create()["account"], "wrong")
        refused = visitor.log_in("nobody", "wrong").text

    assert answer.status_code == 302
    assert "1用户名或密码错误" in refused


def test_healthy_portal_refuses_it(visitor):
    """Without the defect none but the right password leads in."""
    assert visitor.log_in(visitor.create()["account"], "wrong").status_code == 200


def test_several_defects_at_once():
    """A portal may be wrong in several places."""
    with visitor_of("captcha_not_checked", "registered_code_accepted") as visitor:
        enterprise = visitor.create()
        answer = visitor.log_in(enterprise["account"], enterprise["password"], "")
        registered = register(visitor, enterprise)["code"]

    assert (answer.status_code, registered) == (302, 0)


def test_door_tells_the_defects_of_this_process(visitor):
    """The door tells what the process was started with; nothing can be switched on later."""
    assert visitor.client.get("/__mock__/defects").get_json() == []
    assert visitor.client.put("/__mock__/defects", json=["hotline_wrong"]).status_code == 404
    seeded_one = create_app(defects=["hotline_wrong"]).test_client()
    assert seeded_one.get("/__mock__/defects").get_json() == ["hotline_wrong"]


def test_catalogue_lists_every_defect(visitor):
    """The door tells each defect's id, sentence, clause and kind."""
    listed = visitor.client.get("/__mock__/catalogue").get_json()["defects"]

    assert listed == [
        {"id": id_, "sentence": one.sentence, "clause": one.clause, "kind": KINDS[one.kind]}
        for id_, one in catalogue().items()
    ]


def test_every_defect_is_documented():
    """docs/mock-portal.md shows what `python -m mock_portal.defects` prints."""
    assert table() in PAGE.read_text(encoding="utf-8")
