"""Every screen keeps its structure, and gets no new barrier."""

import json
from pathlib import Path

import pytest

from fixtures.looks import barriers, structure
from fixtures.portal import running_portal
from reports.build import install_tools
from reports.screens import CAPTIONS, visit
from reports.walks import WALKS

LOOKS = Path(__file__).parent / "looks"
ACCEPTED = LOOKS / "accepted.json"  # axe's findings that are known, by screen


@pytest.fixture(scope="session")
def axe():
    """axe-core, installed."""
    install_tools()


@pytest.mark.parametrize(("walk", "wishes"), WALKS, ids=lambda one: getattr(one, "__name__", ""))
def test_screens_look_the_same_to_those_who_do_not_see(walk, wishes, browser, axe, pytestconfig):
    """Structure and barriers of each screen are those of the files; options rewrite them."""
    seen, found = {}, {}
    # a portal of its own: the insurer's page lists the policies of everybody
    with running_portal() as portal_url, visit(browser, portal_url, wishes) as one:
        for name, screen in walk(one):
            seen[name] = structure(screen)
            found[name] = barriers(screen)
    if pytestconfig.getoption("update_aria"):
        for name, text in seen.items():
            (LOOKS / f"{name}.aria.yaml").write_text(text, "utf-8")
    if pytestconfig.getoption("accept_axe"):
        everything = {**json.loads(ACCEPTED.read_text("utf-8")), **found}
        text = json.dumps(everything, ensure_ascii=False, indent=1, sort_keys=True)
        ACCEPTED.write_text(f"{text}\n", "utf-8")
    accepted = json.loads(ACCEPTED.read_text("utf-8"))

    assert {name: (LOOKS / f"{name}.aria.yaml").read_text("utf-8") for name in seen} == seen
    assert {name: accepted[name] for name in found} == found


def test_every_screen_has_its_files():
    """Each screen of the gallery has a structure and a list of accepted findings, and no other."""
    structures = {path.name.removesuffix(".aria.yaml") for path in LOOKS.glob("*.aria.yaml")}

    assert structures == set(json.loads(ACCEPTED.read_text("utf-8"))) == set(CAPTIONS)
