"""The page contract: every screen object says what it needs, and the mock portal has it."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest
from playwright.sync_api import Browser, Page

from fixtures.portal import running_portal
from pages.contract import Breach, breaches, digest
from pages.locators import Surface
from pages.parts import Table
from pages.screen import Screen
from reports.screens import visit
from reports.walks import WALKS, Walk, confirm

PAGES = Path(__file__).parent.parent.parent / "pages"
NEEDS = {"controls", "lists", "columns", "wordings"}
SITE = "<button>查询</button><table><thead><tr><th>申请编号</th></tr></thead></table><p>第一 条</p>"


class Sample(Screen):
    """A screen with one need of each kind."""

    controls = ("search_button",)
    lists = ("clauses",)
    columns: ClassVar = {"table": ("申请编号",)}
    wordings: ClassVar = {"clauses": digest(["第一 条"])}

    def __init__(self, surface: Surface) -> None:
        super().__init__(surface)
        self.search_button = surface.get_by_role("button", name="查询")
        self.clauses = surface.locator("p")
        self.table = Table(surface, ("申请编号",))
        self.landmark = self.search_button


@pytest.mark.parametrize(("walk", "wishes"), WALKS, ids=lambda one: getattr(one, "__name__", ""))
def test_the_mock_portal_keeps_every_contract(
    browser: Browser, portal_url: str, walk: Walk, wishes: Mapping[str, Any]
):
    """The guide's whole way, stopped at each screen: nothing that is needed there is amiss."""
    with visit(browser, portal_url, wishes) as one:
        found = [breach for _, screen in walk(one) for breach in breaches(screen.loaded())]

    assert found == []


def test_a_seeded_defect_breaks_a_contract(browser: Browser):
    """A form whose documents cannot be viewed is not the form that the screen object knows."""
    with (
        running_portal("--defect", "document_link_missing") as portal_url,
        visit(browser, portal_url, {"pending": 2}) as one,
    ):
        found = {name: breaches(screen) for name, screen in confirm(one)}

    assert found["pending"] == []
    assert found["form"] == [
        Breach("ConfirmationPage", "document_links", "应至少有一个，页面上没有")
    ]


@pytest.mark.parametrize(
    ("was", "becomes", "need"),
    [
        ("查询</button>", "查找</button>", "search_button"),
        ("<table>", "<button>查询</button><table>", "search_button"),
        ("<button>", "<button hidden>", "search_button"),
        ("申请编号", "编号", "table.申请编号"),
        ("第一 条", "第一条", "clauses"),
    ],
)
def test_each_kind_of_breach_is_named(page: Page, was: str, becomes: str, need: str):
    """Missing, twice, hidden, another heading, another wording: each is told by its need."""
    page.set_content(SITE)
    whole = breaches(Sample(page))
    page.set_content(SITE.replace(was, becomes))

    found = [one.need for one in breaches(Sample(page))]

    assert (whole, found) == ([], [need])


def test_a_list_that_is_empty_breaks_the_contract(page: Page):
    """Where there is at least one, none is a breach."""
    page.set_content(SITE.replace("<p>第一 条</p>", ""))

    assert "clauses" in [one.need for one in breaches(Sample(page))]


def test_an_accepted_wording_holds_in_place_of_the_screens_own(page: Page):
    """Whoever has accepted other words expects those."""
    page.set_content(SITE.replace("第一 条", "新的一条"))

    assert breaches(Sample(page), {"clauses": digest(["新的一条"])}) == []


def screens() -> Iterator[ast.ClassDef]:
    """Return every screen class of the pages."""
    for path in sorted(PAGES.glob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and any(
                ast.unparse(base) in {"Screen", "ListScreen", "LoginPage"} for base in node.bases
            ):
                yield node


def declared(screen: ast.ClassDef) -> set[str]:
    """Return the kinds of needs that a class declares."""
    targets = [
        target
        for node in screen.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
    ]
    return {ast.unparse(target) for target in targets} & NEEDS


def controls(screen: ast.ClassDef) -> list[str]:
    """Return the attributes that a class finds on the page beside its landmark."""
    found = [
        ast.unparse(node.targets[0]).removeprefix("self.")
        for node in ast.walk(screen)
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).startswith("self.")
    ]
    return [name for name in found if name not in {"landmark", "refusal", "binding", "profile"}]


def test_every_screen_object_declares_what_it_needs():
    """Whoever looks for more than a landmark says so in the contract."""
    silent = [one.name for one in screens() if controls(one) and not declared(one)]

    assert len(list(screens())) > 20
    assert silent == []
