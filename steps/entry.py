"""From 地方特色应用 to 小微企业在线投保 (guide-1.8)."""

from playwright.sync_api import Page, expect
from pytest_bdd import given, parsers, then, when

from fixtures.account_forms import AccountForms
from fixtures.faults import fault
from fixtures.portal import FillIn, MadeEnterprise, MockState
from fixtures.refusals import AnswerTo, PortalAnswer
from fixtures.words import containing, expect_each, lacking
from pages.desk import DeskPage
from pages.entry import HomePage
from pages.errors import ScreenNotReached, SessionLost
from pages.login import LoginPage
from pages.pending import ConfirmationPage, PendingPage
from pages.profile import NATIONAL

SW = "/swProxy/xwtbserver/sw"
PENDING_QUERY = f"{SW}/pending/query"
DESK_ADDRESSES = (
    *("deskIndex", "welcome", "binding/bind", "binding/quick"),
    *("pending/list", "pending/query", "pending/form", "pending/view", "pending/document"),
    *("policies/list", "policies/query"),
)


@given("企业已进入“小微企业在线投保”", target_fixture="desk")
@when("企业按指引走到“小微企业在线投保”", target_fixture="desk")
def open_desk(home: HomePage) -> DeskPage:
    return home.open_desk()


@given("企业的会话已失效")
def session_ended(mock_state: MockState) -> None:
    mock_state.set_faults({"id": "session_lost"})


@when("企业在国标版的首页登录", target_fixture="outcome")
def log_in_at_the_national_home_as_due(
    page: Page,
    base_url: str,
    mock_state: MockState,
    enterprise: MadeEnterprise,
    answer_to: AnswerTo,
) -> PortalAnswer:
    return answer_to(log_in_at_the_national_home, page, base_url, mock_state, enterprise)


@given("企业在国标版的首页登录", target_fixture="home")
def log_in_at_the_national_home(
    page: Page, base_url: str, mock_state: MockState, enterprise: MadeEnterprise
) -> HomePage:
    login_page = LoginPage.open(page, base_url, NATIONAL)
    captcha = mock_state.read_captcha(login_page.captcha)
    return login_page.log_in(enterprise.account, enterprise.password, captcha)


@given("投保界面会弹出公告")
def announcement(mock_state: MockState) -> None:
    mock_state.set_faults({"id": "announcement"})


@given("投保界面1秒后弹出公告，“待确认”2秒后才列出")
def late_announcement(mock_state: MockState) -> None:
    slow = {"id": "slow", "params": {"seconds": 2.0, "path": PENDING_QUERY}}
    mock_state.set_faults({"id": "announcement", "params": {"seconds": 1.0}}, slow)


@given("企业又有1张待确认的保单")
def one_more_policy(mock_state: MockState) -> None:
    mock_state.add_policies(1)


@given(parsers.parse("门户查询“待确认”时发生“{words}”"))
def query_meets(mock_state: MockState, words: str) -> None:
    mock_state.set_faults(fault(words, path=PENDING_QUERY))


@given("门户正在维护")
def maintenance(mock_state: MockState) -> None:
    mock_state.set_faults({"id": "maintenance"})


@when("企业打开门户却打不开", target_fixture="answer")
def open_portal_in_vain(page: Page, base_url: str, answer_to: AnswerTo) -> PortalAnswer:
    page.set_default_timeout(1000)
    return answer_to(LoginPage.open, page, base_url)


@when("企业先后打开两张保单", target_fixture="form")
def open_two(desk: DeskPage, application_nos: list[str]) -> ConfirmationPage:
    desk.open_pending().process(application_nos[0])
    return desk.open_pending().process(application_nos[1])


@then("眼前是第二张保单，第一张的标签还在")
def second_is_in_front(desk: DeskPage, application_nos: list[str]) -> None:
    first, second = application_nos

    assert ConfirmationPage(desk.active_frame).read().application_no == second
    expect_each(desk.tabs, "首页", "待确认", f"处理-{first}", f"处理-{second}")


@then("切换回第一张的标签，眼前是第一张保单")
def first_is_in_front(desk: DeskPage, application_nos: list[str]) -> None:
    screen = desk.switch_to(f"处理-{application_nos[0]}")

    assert ConfirmationPage(screen.surface).read().application_no == application_nos[0]


@then(parsers.parse("“待确认”列出{count:d}张保单"))
def pending_lists(pending: PendingPage, count: int) -> None:
    assert len(pending.read()) == count


@then("“待确认”的标签只有一个")
def one_tab_of_pending(desk: DeskPage) -> None:
    expect_each(desk.tabs, "首页", "待确认")


@when("企业点开首页的下列栏目", target_fixture="answers")
def open_other_services(
    home: HomePage, datatable: list[list[str]], answer_to: AnswerTo
) -> list[PortalAnswer]:
    return [answer_to(home.open_another, service) for (service,) in datatable]


@then("企业能进入“小微企业在线投保”")
def can_open_desk(entered: HomePage) -> None:
    expect_each(entered.open_desk().menu, "待确认", "保单查询")


@then(parsers.parse("每次都弹窗提示“{message}”"))
def each_time_pops_up(answers: list[PortalAnswer], message: str) -> None:
    assert [answer.refusal().messages for answer in answers] == [(message,)] * len(answers)


@then("没有打开新窗口")
def no_new_window(home: HomePage) -> None:
    assert len(home.tab.context.pages) == 1


@given("另一家企业只能在一处登录")
def another_single_session(another_mock_state: MockState) -> None:
    another_mock_state.set_faults({"id": "single_session"})


@given("另一家企业在别处登录")
def another_logs_in(another_tab: Page, another_mock_state: MockState, base_url: str) -> None:
    forms = AccountForms(another_tab.context, another_mock_state, base_url)
    other = another_mock_state.enterprise
    forms.use_ticket(forms.log_in(other.account, other.password, forms.draw_captcha()))


@when("没有登录的人打开投保界面的每一个地址", target_fixture="addresses")
def open_each_address(account_forms: AccountForms) -> list[str]:
    return [account_forms.open(f"{SW}/{one}").url for one in DESK_ADDRESSES]


@then("每一个地址都只给出门户首页")
def only_the_home_page_comes(addresses: list[str], base_url: str) -> None:
    assert addresses == [f"{base_url}/index.action"] * len(DESK_ADDRESSES)


@when("企业关掉“待确认”的标签")
def close_pending(desk: DeskPage) -> None:
    desk.close_tab("待确认")


@then("只剩“首页”的标签，眼前是投保界面的首页")
def welcome_is_in_front(desk: DeskPage, enterprise: MadeEnterprise) -> None:
    expect(desk.tabs).to_have_text(["首页"])
    expect(desk.active_tab).to_have_text("首页")
    assert not lacking(desk.active_screen().words(), ["欢迎使用小微企业在线投保"])


@when("企业指回“金融服务”")
def point_back(home: HomePage) -> None:
    home.point_back()


@then("刚登录的首页，栏目是")
def entries_are_at_first(entered: HomePage, docstring: str) -> None:
    entries_are(entered, docstring)


@then("首页的栏目是")
def entries_are(home: HomePage, docstring: str) -> None:
    words = home.words()
    local_apps, notices = words.index("地方特色应用"), len(words) - words[::-1].index("通知公告")
    assert words[local_apps : notices - 1] == tuple(docstring.splitlines())


@given("企业已展开到“服务小微”")
@when("企业展开到“服务小微”")
def expand_local_apps(home: HomePage) -> None:
    home.expand_local_apps()


@then("首页上写着")
def home_page_says(home: HomePage, docstring: str, fill_in: FillIn) -> None:
    assert not lacking(home.words(), fill_in(docstring))


@then(parsers.parse("新窗口的标题是“{title}”"))
def desk_title_is(desk: DeskPage, title: str) -> None:
    expect(desk.tab).to_have_title(containing(title))


@then("投保界面上写着")
def desk_says(desk: DeskPage, docstring: str, fill_in: FillIn) -> None:
    assert not lacking(desk.words(), fill_in(docstring))


@then("投保界面的首页写着")
def desk_welcomes(desk: DeskPage, docstring: str, fill_in: FillIn) -> None:
    assert not lacking(desk.active_screen().words(), fill_in(docstring))


@then("首页仍在原来的窗口")
def home_page_stays(home: HomePage) -> None:
    expect(home.log_out_link).to_be_visible()


@then("首页没有“地方特色应用”")
def no_local_apps(login_page: LoginPage) -> None:
    expect(HomePage(login_page.surface).local_apps).to_be_hidden()


@then("门户又显示登录框")
def login_box_is_back(answer: PortalAnswer, desk: DeskPage) -> None:
    assert answer.ended_by(SessionLost)
    expect(desk.active_screen().login_box).to_be_visible()


@then(parsers.parse("公告写着“{text}”"))
def announcement_says(account_forms: AccountForms, text: str) -> None:
    assert f'"公告", "{text}"' in account_forms.open(f"{SW}/deskIndex").text()


@then("门户没有给出登录框")
def no_login_box(answer: PortalAnswer) -> None:
    assert answer.ended_by(ScreenNotReached)
