"""F20 to F23, F26 to F31, F36 and F39: what the portal, or somebody at it, does meanwhile."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from pages.errors import ScreenNotReached
from pages.pending import PendingPage
from tests.bot.matrix.conftest import Lived
from tests.bot.matrix.day import Came, Day, Story

pytestmark = pytest.mark.timeout(900)  # the day is lived in the first of these tests

PENDING = "/swProxy/xwtbserver/sw/pending"
QUERY = "/swProxy/xwtbserver/sw/policies/query"
CAPTCHA = "/cas/plat_cas_verifycode_gen"
SIGNING_IN = "before BrowserThread.sign_in"
OPENED = "after Session.form"
FIELDS = ("contactPhone", "contactMobile", "contactEmail", "remarks")  # longer than is left of it
SHIFTS = ("list_reordered", "list_repaged")
MANY = 12  # two pages of 待确认


def lost(path: str, times: int = 1) -> dict[str, Any]:
    """Return the fault that ends the session at this address."""
    return {"id": "session_lost", "params": {"path": f"{PENDING}/{path}", "times": times}}


def a_day_at_the_portal(day: Day) -> Came:
    """Give each enterprise another trouble; those that look technical stand apart."""
    chance = day.chance
    moment = chance.choice(("list", "query", "form", "document"))
    day.add_trouble("session lost", lost(moment))
    day.add_trouble("session lost at the press", lost("confirm"))
    day.add_trouble("session lost at the look", {"id": "session_lost", "params": {"path": QUERY}})
    day.add_trouble("kicked out", lost(chance.choice(("list", "form")), times=0))
    stale = chance.choice((True, False))
    once = [[SIGNING_IN, "misread once"]]
    stale_picture = [{"id": "captcha_stale"}] if stale else []
    day.add_trouble("one captcha", *stale_picture, acts=[] if stale else once)
    day.add_trouble("no captcha", acts=[[SIGNING_IN, "misread always"]])
    day.add_trouble("challenge", {"id": "challenge"})
    day.add_trouble("wrong password", password="wrong")
    day.add_trouble("no real name", {"id": "real_name_required"})
    day.add_trouble("no captcha picture", {"id": "server_error", "params": {"path": CAPTCHA}})
    day.add_trouble("national edition", wishes={"edition": "national"})
    day.add_trouble("first entry", wishes={"bound": False})
    day.add_trouble("shifting list", {"id": chance.choice(SHIFTS)}, wishes={"pending": MANY})
    day.add_trouble("maintenance", {"id": "maintenance"})
    day.add_trouble("somebody was faster", is_confirmed=True)
    day.add_trouble("somebody is faster", {"id": "confirmed_by_a_person"})
    day.add_trouble("changed at the portal", {"id": "values_changed"})
    day.add_trouble("changed in the form", {"id": "form_refreshed"})
    rewriting = {"field": chance.choice(FIELDS), "how": chance.choice(("cut", "mask"))}
    day.add_trouble("rewritten", {"id": "input_rewritten", "params": rewriting})
    day.add_trouble("alert", acts=[[OPENED, "alert"]])
    asking = {"how": chance.choice(("native", "twice", "layer"))}
    day.add_trouble("asks again", {"id": "confirmation_asked", "params": asking})
    day.add_trouble("withdrawn", number=f"XW{chance.randrange(10**12, 10**13)}")
    nowhere = f"XW{chance.randrange(10**12, 10**13)}"
    day.add_trouble("miscounted list", {"id": "list_miscounted"}, number=nowhere)
    day.add_trouble("withdrawn meanwhile", {"id": "record_withdrawn"})
    seconds = chance.choice((0.0, 0.5))
    day.add_trouble("announcement", {"id": "announcement", "params": {"seconds": seconds}})
    day.add_trouble("another name", 企业名称="别的企业有限公司")
    day.add_trouble("another document", 预期单证名称="别的单证")
    day.add_trouble("none")
    return day.work_off()


Tell = Callable[[str], Story]


@pytest.fixture
def story(lived: Lived) -> Tell:
    """What came of each trouble at the portal."""
    return lived(a_day_at_the_portal).of


def test_f20_a_session_that_ends_is_regained_and_the_form_opened_anew(story: Tell):
    """F20: before the press all of it is done again, after it the look; at it, it is in doubt."""
    before, after = story("session lost"), story("session lost at the look")
    at_the_press = story("session lost at the press")

    assert (before.states, before.requests, before.sign_ins) == (["confirmed"], [True], 2)
    assert (after.states, after.requests, after.sign_ins) == (["confirmed"], [True], 2)
    assert (at_the_press.states, at_the_press.requests) == (["in_doubt"], [False])
    assert "仍在“待确认”中" in at_the_press.told


def test_f21_a_war_of_log_ins_is_left_to_a_person(story: Tell):
    """F21: one new sign-in after a lost session; the second loss ends this enterprise's turn."""
    told = story("kicked out")

    assert (told.states, told.requests, told.sign_ins) == (["needs_person"], [], 2)
    assert "有人在别处使用同一账号" in told.told


def test_f22_a_captcha_is_tried_with_three_pictures(story: Tell):
    """F22: a stale or misread picture is followed by another; the fourth is for a person."""
    once, always = story("one captcha"), story("no captcha")

    assert (once.states, once.sign_ins) == (["confirmed"], 2)
    assert (always.states, always.sign_ins, always.requests) == (["needs_person"], 3, [])
    assert "验证码连续 3 次不对" in always.told


def test_f22_without_a_picture_no_password_is_sent(story: Tell):
    """F22: the portal fails to draw the captcha; a technical failure, and nothing was typed."""
    told = story("no captcha picture")

    assert (told.states, told.sign_ins) == (["failed"], 0)
    assert "确认没有发出" in told.told


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ("wrong password", "请核对登录账号；密码不对时"),
        ("no real name", "本次运行不再尝试"),
        ("national edition", "地方（广东）版本"),
        ("first entry", "请先登录门户"),
    ],
)
def test_f23_an_account_that_is_not_let_in_is_tried_once(story: Tell, trouble: str, words: str):
    """F23: one attempt, what to do next, and the other enterprises go on."""
    told = story(trouble)

    assert (told.states, told.requests, told.sign_ins) == (["needs_person"], [], 1)
    assert words in told.told
    assert story("none").states == ["confirmed"]


def test_f26_the_right_policy_of_a_list_that_shifts(story: Tell):
    """F26: the list turns or grows between look and click; none but the one in the list is sent."""
    told = story("shifting list")

    assert (told.states, told.requests, told.others) == (["confirmed"], [True], [])


def test_f27_what_somebody_else_has_confirmed_is_not_our_success(story: Tell):
    """F27: before the look nothing is sent; in the form the portal's no settles it by looking."""
    before, meanwhile = story("somebody was faster"), story("somebody is faster")

    assert (before.states, before.requests) == (["already_confirmed"], [])
    assert (meanwhile.states, meanwhile.requests) == (["already_confirmed"], [False])
    assert "不是本机确认的" in before.told


def test_f28_what_changed_since_it_was_seen_is_not_confirmed(story: Tell):
    """F28: the bot sees it in the open form, the portal in its own; neither is confirmed."""
    seen, refused = story("changed in the form"), story("changed at the portal")

    assert (seen.states, seen.requests) == (["changed"], [])
    assert "资料变了" in seen.told
    assert (refused.states, refused.requests) == (["refused"], [False])


def test_f29_a_field_that_the_portal_rewrites_is_not_sent(story: Tell):
    """F29: each field is read back before the press."""
    told = story("rewritten")

    assert (told.states, told.requests) == (["changed"], [])
    assert "门户改写了填写的联系方式" in told.told


def test_f30_a_dialog_that_nobody_expects_is_not_agreed_to(story: Tell):
    """F30: before the press it stops the item; at the press it is refused, so nothing was sent."""
    alert, asked = story("alert"), story("asks again")

    assert (alert.states, alert.requests) == (["needs_person"], [])
    assert "系统将于今晚维护" in alert.told
    assert (asked.states, asked.requests) == (["failed"], [])
    assert "确认没有发出" in asked.told


def test_f31_a_withdrawn_policy_is_refused_with_the_reason(story: Tell):
    """F31: what neither list knows is not pressed; one withdrawn in the form is not saved."""
    before, meanwhile = story("withdrawn"), story("withdrawn meanwhile")

    assert (before.states, before.requests) == (["refused"], [])
    assert "是否已撤回" in before.told
    assert (meanwhile.states, meanwhile.requests) == (["in_doubt"], [False])


ROW = "<tr data-index={}><td>XW{}</td><td>企业</td><td>产品</td><td>待确认</td></tr>"
HEADINGS = "<th>申请编号</th><th>企业名称</th><th>产品名称</th><th>状态</th>"
LIST = (
    "<div class=bootstrap-table><table><thead><tr>" + HEADINGS + "</tr></thead>"
    "<tbody>{rows}</tbody></table><span class=pagination-info>{told}</span></div>"
)
NOTHING = "<tr class=no-records-found><td>没有找到匹配的记录</td></tr>"


def test_f31_an_empty_list_is_believed_only_if_the_portal_says_so(page: Page):
    """F31: a table without rows is not yet an empty list."""
    page.set_default_timeout(500)

    page.set_content(LIST.format(rows="<tr><td></td></tr>", told=""))
    with pytest.raises(ScreenNotReached):
        PendingPage(page).ready()
    page.set_content(LIST.format(rows=NOTHING, told=""))

    assert PendingPage(page).ready().read() == ()


def test_f31_who_is_missing_from_a_miscounted_list_is_not_taken_for_withdrawn(story: Tell):
    """F31: the portal counts one more than it shows; that is technical, and nothing was sent."""
    told = story("miscounted list")

    assert (told.states, told.requests, told.others) == (["failed"], [], [])


def test_f31_a_list_that_shows_less_than_it_counts_is_not_believed(page: Page):
    """F31: what is not on the pages of such a list may be there all the same."""
    rows = "".join(ROW.format(index, index) for index in range(2))

    page.set_content(LIST.format(rows=rows, told="显示第 1 到第 3 条记录，总共 3 条记录"))
    with pytest.raises(ScreenNotReached):
        PendingPage(page).find("XW2")
    page.set_content(LIST.format(rows=rows, told="显示第 1 到第 2 条记录，总共 2 条记录"))

    assert PendingPage(page).find("XW2") is None


def test_f39_a_portal_that_shows_something_else_stops_the_item(story: Tell):
    """F39: maintenance and the firewall's check fail the item; an announcement is closed."""
    maintenance, challenge, announcement = map(story, ("maintenance", "challenge", "announcement"))

    assert (maintenance.states, maintenance.requests) == (["failed"], [])
    assert (challenge.states, challenge.requests) == (["failed"], [])
    assert "请稍后再运行一次" in maintenance.told
    assert (announcement.states, announcement.requests) == (["confirmed"], [True])


@pytest.mark.parametrize(
    ("trouble", "state"), [("another name", "needs_person"), ("another document", "refused")]
)
def test_a_record_that_is_not_the_lists_is_not_opened(story: Tell, trouble: str, state: str):
    """Name and documents are compared with the list before anything else."""
    told = story(trouble)

    assert (told.states, told.requests) == ([state], [])
