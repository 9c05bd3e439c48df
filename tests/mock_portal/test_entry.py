"""地方特色应用 and the desk (guide-1.8)."""

import re

import pytest

DESK_PAGES = [
    *("deskIndex", "welcome", "pending/list", "pending/form"),
    *("pending/query", "pending/document", "policies/list", "policies/query"),
]


def test_local_apps_are_for_those_signed_in(visitor):
    """Without a session the home page does not show 地方特色应用."""
    assert "地方特色应用" not in visitor.client.get("/index.action").text


def test_home_page_leads_level_by_level_to_the_desk(visitor, enterprise):
    """地方特色应用 holds the four levels of the guide, none of them a link."""
    page = visitor.client.get("/index.action").text

    assert "地方特色应用" in page
    for name in ("金融服务", "出口信用", "服务小微"):
        assert re.search(rf'<li onmouseenter="[^"]+"><div>{name}</div></li>', page)
    desk = "openDesk('/swProxy/xwtbserver/sw/deskIndex?menu_id=xwtb001')"
    assert f'<li><div onclick="{desk}">小微企业在线投保</div></li>' in page


def test_national_home_page_has_entries_of_its_own(visitor, enterprise):
    """The same account enters by the national edition, whose names are others."""
    page = visitor.client.get("/standard/index.action").text

    assert "<title>中国国际贸易单一窗口</title>" in page
    for name in ("标准版应用", "普惠平台", "普惠平台在线投保"):
        assert name in page
    assert "地方特色应用" not in page
    assert "<title>普惠平台在线投保</title>" in visitor.get("deskIndex", menu_id="phtb001").text


def test_desk_of_another_business_is_unknown(visitor, enterprise):
    """A menu that the portal does not have is an address that does not exist."""
    assert visitor.get("deskIndex", menu_id="xwtb002").status_code == 404


@pytest.mark.parametrize("path", DESK_PAGES)
def test_no_page_of_the_desk_opens_without_a_session(visitor, path):
    """Every address of the desk, JSON too, leads home without a session."""
    answer = visitor.get(path)

    assert (answer.status_code, answer.location) == (302, "/index.action")


def test_confirming_without_a_session_leads_home(visitor):
    """确认投保 without a session is sent home like everything else."""
    assert visitor.confirm("x").location == "/index.action"


def test_desk_has_the_menu_of_the_guide(visitor, enterprise):
    """The menu on the left offers 待确认 and 保单查询, in this order."""
    page = visitor.get("deskIndex", menu_id="xwtb001").text

    items = re.findall(
        r'<li><a class="J_menuItem" href="javascript:;" data-id="([^"]+)" data-index="(\d)">'
        r"<span>(.+?)</span></a></li>",
        page,
    )
    assert "<title>小微企业在线投保</title>" in page
    assert '<div id="menu_li">' in page
    assert [(index, text) for _url, index, text in items] == [("1", "待确认"), ("2", "保单查询")]


def test_desk_opens_with_a_first_tab_that_cannot_be_closed(visitor, enterprise):
    """The first tab is 首页, active, without a close icon, with its frame."""
    page = visitor.get("deskIndex").text

    tabs = re.findall(r'class="J_menuTab active" data-id="[^"]+">(.*?)</a>', page)
    assert tabs == ["首页"]
    assert 'class="J_iframe" name="iframe0"' in page


def test_every_frame_address_carries_the_base_path(visitor, enterprise):
    """Menu, tabs and frames name addresses with ngBasePath."""
    page = visitor.get("deskIndex").text

    addresses = re.findall(r'(?:data-id|src)="(/swProxy[^"]+)"', page)
    assert len(addresses) == 5
    assert all("ngBasePath=%2FswProxy%2Fxwtbserver%2F" in address for address in addresses)


def test_first_tab_names_the_enterprise(visitor, enterprise):
    """The welcome frame shows who is signed in."""
    page = visitor.get("welcome").text

    assert enterprise["name"] in page
    assert enterprise["uscc"] in page
    assert "欢迎使用小微企业在线投保" in page
    assert "欢迎使用普惠平台在线投保" in visitor.get("welcome", menu_id="phtb001").text
