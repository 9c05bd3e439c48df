"""卡介质: what the portal makes of a card's signature (guide-1.3)."""

import re

import pytest


def open_box(visitor):
    """Open the card box; return what the card is given to sign."""
    address = visitor.client.post("/pub/login/swcardloginurl").get_json()["data"]
    page = visitor.client.get(address).text
    return re.search(r'name="random" value="(\w+)"', page)[1]


def card_of(app, enterprise):
    """Reach into the portal for the card."""
    return app.extensions["mock_portal"].enterprises[enterprise["uscc"]].card


def log_in(visitor, card, random, **changes):
    """Send what the page sends when the card has signed."""
    form = {"icCard": card.no, "certNo": card.certificate_no, "signData": card.sign(random)}
    return visitor.client.post("/cas/login?_swCardF=1", data=form | changes)


def test_signature_of_a_known_card_leads_in(app, visitor):
    """The ticket is as good as that of 账号登录."""
    enterprise = visitor.create()
    answer = log_in(visitor, card_of(app, enterprise), open_box(visitor))
    visitor.client.get(answer.location)

    assert enterprise["name"] in visitor.client.get("/index.action").text


@pytest.mark.parametrize("changes", [{"signData": "0" * 64}, {"icCard": "8999999999999"}])
def test_card_that_the_portal_does_not_know_is_refused(app, visitor, changes):
    """Another card and another signature are answered with the box again."""
    enterprise = visitor.create()
    answer = log_in(visitor, card_of(app, enterprise), open_box(visitor), **changes)

    assert answer.status_code == 200
    assert "卡信息异常，请尝试用证书延期方式更正!" in answer.text


def test_signature_works_once(app, visitor):
    """What was signed once cannot be sent again."""
    card, random = card_of(app, visitor.create()), open_box(visitor)
    first, second = log_in(visitor, card, random), log_in(visitor, card, random)

    assert (first.status_code, second.status_code) == (302, 200)


def test_signature_belongs_to_its_visit(app, visitor, stranger):
    """What one browser was given to sign is worth nothing in another."""
    card, random = card_of(app, visitor.create()), open_box(visitor)
    open_box(stranger)

    assert log_in(stranger, card, random).status_code == 200


def test_card_of_an_enterprise_that_is_not_registered_is_refused(app, visitor):
    """A card alone is no account."""
    card = card_of(app, visitor.create(registered=False))

    assert log_in(visitor, card, open_box(visitor)).status_code == 200


def test_page_is_told_where_the_control_of_its_enterprise_listens(visitor, stranger):
    """Each enterprise has a control of its own; a visitor without a name has none."""
    visitor.create()
    stranger_page = stranger.client.get("/cas/login?_swCardF=1").text
    page = visitor.client.get("/cas/login?_swCardF=1").text

    assert re.search(r'data-control="ws://127\.0\.0\.1:\d+"', page)
    assert 'data-control=""' in stranger_page


def test_offer_of_the_control_is_a_page(visitor):
    """What the page opens after 安装 says that the mock hands nothing out."""
    assert "模拟门户不提供下载" in visitor.client.get("/sat/ikey").text


def test_outdated_script_is_given_once_and_kept_by_the_browser(visitor):
    """A request past the cache gets the script that knows the control's answers."""
    visitor.create(card="card_script_outdated")
    old = visitor.client.get("/static/card.js")
    with visitor.client.get("/static/card.js") as new:
        assert 'charAt(0) !== "{"' in new.text

    assert 'charAt(0) !== "<"' in old.text
    assert old.headers["Cache-Control"] == "max-age=86400"
