"""探针: walks through the portal reading only, and tells which page contract is broken.

It signs in, opens what the menu opens and one pending policy, and presses nothing else. It names
the clause and the step of the workflow that a broken contract would break.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from playwright.sync_api import Error as PlaywrightError

from bot.errors import NotFit, SignInRefused, WorkItemError
from bot.ledger.lock import only_worker
from bot.ledger.opening import existing_ledger
from bot.operations.job import Job
from bot.portal.session import Session
from bot.portal.sessions import Sessions
from bot.portal.sign_in import Attendant
from bot.private_files import make_private, write_private
from bot.scratch import private_folder
from bot.settings import Settings
from bot.work_item import WorkItem
from pages.contract import Breach, breaches, digest
from pages.entry import HomePage
from pages.errors import PortalError
from pages.login import LoginPage
from pages.parts import DialogLog
from pages.screen import Screen

FOLDER = "canary"


@dataclass(frozen=True, slots=True)
class Waypoint:
    """A screen of the walk, and what would break with it."""

    name: str
    clause: str  # of the guide; the tag of its scenarios
    step: str  # of the workflow

    def __str__(self) -> str:
        return f"{self.name}（场景 @{self.clause}，步骤：{self.step}）"


LOGIN = Waypoint("登录框", "guide-1.2", "登录")
HOME = Waypoint("首页", "guide-1.8", "登录")
DESK = Waypoint("投保界面", "guide-2.1", "登录")
PENDING = Waypoint("待确认", "guide-2.1", "打开核对 inspect")
FORM = Waypoint("处理", "guide-2.2", "打开核对 inspect、填写 prepare、按下 press")
POLICIES = Waypoint("保单查询", "guide-2.6", "结果核验 read_back、查询审批 follow_up")


@dataclass(frozen=True, slots=True)
class Look:
    """What was found at one stop, with the files that show it if something is broken."""

    stop: Waypoint
    breaches: tuple[Breach, ...]
    files: tuple[Path, ...] = ()

    @property
    def is_hindrance(self) -> bool:
        """Whether a run cannot go on; a reworded 投保声明 concerns those who see it alone."""
        return any(not one.is_of_words for one in self.breaches)


@dataclass(slots=True)
class Walk:
    """What the canary has seen so far."""

    settings: Settings
    folder: Path
    looks: list[Look] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def broken(self) -> list[Look]:
        """The stops whose contract is broken."""
        return [look for look in self.looks if look.breaches]

    def visit(self, stop: Waypoint, reach: Callable[[], Screen]) -> Screen | None:
        """Reach a screen and compare it with its contract; return it unless it is not reached."""
        try:
            screen = reach().loaded()
            self._note(stop, self._breaches(screen), screen)
        except (PortalError, PlaywrightError) as error:
            reason = str(error).splitlines()[0]
            self.looks.append(Look(stop, (Breach(stop.name, "landmark", reason),)))
            return None
        return screen

    def _breaches(self, screen: Screen) -> list[Breach]:
        accepted = {
            "clauses": digest(self.settings.declaration_clauses),
            "declaration_label": digest([self.settings.declaration_label]),
        }
        due = {need: accepted.get(need, own) for need, own in screen.wordings.items()}
        return breaches(screen, due)

    def _note(self, stop: Waypoint, found: list[Breach], screen: Screen) -> None:
        files = self._show(stop, screen) if found else ()
        self.looks.append(Look(stop, tuple(found), files))

    def _show(self, stop: Waypoint, screen: Screen) -> tuple[Path, ...]:
        make_private(self.folder)
        picture, snapshot = (self.folder / f"{stop.name}{end}" for end in (".jpg", ".yaml"))
        write_private(picture, screen.picture())
        write_private(snapshot, screen.accessible().encode())
        return picture, snapshot


def probe(job: Job, attendant: Attendant) -> Walk:
    """Walk through the portal, reading only, as the first enterprise of a list or of the ledger.

    Raises:
        NotFit: there is no enterprise, or another process works at this portal.
        WorkItemError: the enterprise cannot sign in.
    """
    with only_worker(job.settings), private_folder(job.settings.store):
        items = _items(job)
        if not items:
            raise NotFit("台账里还没有企业", "请给出一份工作清单，用其中第一家企业登录")
        sessions = Sessions(job.settings, job.passwords, attendant)
        try:
            return walk(job.settings, sessions, items[0])
        finally:
            sessions.close()


def _items(job: Job) -> list[WorkItem]:
    if job.work_list:
        return list(job.work_list.items)
    with existing_ledger(job.settings) as ledger:
        return job.items(ledger)


def walk(settings: Settings, sessions: Sessions, item: WorkItem) -> Walk:
    """Walk through the portal as the enterprise of this item.

    Raises:
        WorkItemError: the enterprise cannot sign in.
    """
    seen = Walk(settings, settings.store / FOLDER / f"{datetime.now():%Y%m%d-%H%M%S}")
    sessions.do(item, lambda session: _walk(seen, session))
    return seen


def expect_whole(settings: Settings, sessions: Sessions, items: Iterable[WorkItem]) -> None:
    """See before a batch that the portal is as the screen objects know it.

    The first enterprise that can sign in walks; the run reports the others in their turn.

    Raises:
        NotFit: a contract is broken; nothing was begun.
    """
    for item in items:
        try:
            seen = walk(settings, sessions, item)
        except SignInRefused:
            continue
        except WorkItemError:  # the run has its own ways with a portal that fails
            return
        broken = [look for look in seen.broken if look.is_hindrance]
        if broken:
            told = "；".join(str(look.stop) for look in broken)
            raise NotFit(
                f"门户的页面和程序所知的不同：{told}",
                "没有办理任何一张；请运行 single-window canary 查看，并联系维护人员更新程序",
            )
        return


def _walk(seen: Walk, session: Session) -> None:
    profile = seen.settings.profile
    if browser := session.context.browser:
        with browser.new_context(service_workers="block") as outside:  # and not signed in
            DialogLog.install(outside)
            tab, origin = outside.new_page(), seen.settings.origin
            seen.visit(LOGIN, lambda: LoginPage.open(tab, origin, profile))
    home = HomePage(session.context.pages[0], profile)
    seen.visit(HOME, home.expand_local_apps)
    seen.visit(DESK, session.desk.ready)
    session.leave_form()
    if seen.visit(PENDING, session.desk.open_pending):
        _look_at_a_form(seen, session)
    seen.visit(POLICIES, session.desk.open_policies)
    DialogLog.of(session.desk.tab).take()  # what came up on the walk is not the first item's


def _look_at_a_form(seen: Walk, session: Session) -> None:
    first = next(iter(session.desk.open_pending().read()), None)
    if first is None:
        seen.notes.append("“待确认”是空的，没有看到表单")
        return
    seen.visit(FORM, lambda: session.desk.open_pending().process(first.application_no))
