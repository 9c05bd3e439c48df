"""Redesigns: each fits the portal, and leaves it able to start."""

import ast
import importlib

import pytest
from jinja2 import Environment

from mock_portal import create_app
from mock_portal.edits import PACKAGE, DoesNotFit, Rewrite, edited, importable
from mock_portal.redesigns import HERE, KINDS, Redesign, catalogue
from tests.mock_portal.conftest import Visitor

NAMES = ("contactName", "contactPhone", "contactMobile", "contactEmail", "agree")
READERS = {"py": ast.parse, "html": Environment().parse}


def texts(package) -> dict[str, str]:
    """Every file of the portal that a redesign may edit."""
    files = [*package.rglob("*.py"), *package.rglob("*.html"), *package.glob("static/*")]
    return {str(file.relative_to(package)): file.read_text("utf-8") for file in files}


BEFORE = texts(PACKAGE)


@pytest.mark.parametrize("id_", catalogue())
def test_every_redesign_fits(id_):
    """Its edits have a place, each file can be read, and the form's fields keep their names."""
    with edited([catalogue()[id_]]) as package:
        after = texts(package)

    assert after != BEFORE
    for name in (name for name, text in after.items() if text != BEFORE[name]):
        READERS.get(name.rpartition(".")[2], str)(after[name])
    assert all(f'"{name}"' in after["templates/pending/form.html"] for name in NAMES)


def test_every_kind_has_its_file():
    """The kinds are those of the files, and no file is empty."""
    assert {file.stem for file in HERE.glob("*.toml")} == set(KINDS)
    assert {one.kind for one in catalogue().values()} == set(KINDS)


def test_no_sentence_stands_twice():
    """A person can tell the redesigns apart."""
    sentences = [one.sentence for one in catalogue().values()]

    assert len(set(sentences)) == len(sentences) >= 45


def test_rewrite_without_a_place_is_an_error():
    """A pattern that fits nowhere is refused, with the redesign that asks for it."""
    redesign = Redesign("一处", "ids", (Rewrite(("static/*.js",), "nowhere at all", ""),))

    with pytest.raises(DoesNotFit, match=r"“一处”：static/\*\.js 里没有 nowhere at all"):
        redesign.apply(PACKAGE)


def test_door_tells_the_redesigns_of_this_process():
    """The door tells what the process was started with."""
    redesigned = create_app(redesigns=["menu_by_click"]).test_client()

    assert redesigned.get("/__mock__/redesigns").get_json() == ["menu_by_click"]


def test_redesigned_portal_shows_the_other_look():
    """A visitor gets the redesigned page, and the healthy portal is as it was."""
    with importable([catalogue()["placeholders_shorter"]]):
        visitor = Visitor(importlib.import_module("mock_portal").create_app())
        redesigned = visitor.client.get("/cas/login").get_data(as_text=True)

    assert 'placeholder="用户名"' in redesigned
