"""卡控件: what it says on its WebSocket (docs/mock-portal.md, card control)."""

import json
import time
from datetime import datetime, timedelta

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from mock_portal.card_control import TRIES, Card, CardControl
from mock_portal.faults import FAULTS

ORIGIN = "http://127.0.0.1:8765"
NOW = datetime(2030, 1, 1, 12, 0)
STATES = [fault for fault in FAULTS if fault.startswith("card_")]


class Desk:
    """A computer with a control and a card, and what is wrong with it."""

    def __init__(self) -> None:
        self.faults: dict[str, dict] = {}
        self.card = Card("8000000000001", NOW + timedelta(days=700))
        self.control = CardControl(
            self.card, lambda: NOW, lambda: self.faults, origin=ORIGIN, tls=None
        )

    def connect(self, origin=ORIGIN):
        """Connect as a page does."""
        return connect(f"ws://{self.control.host}", origin=origin)

    def call(self, method, **args):
        """Ask one thing; return what is in `_args`."""
        with self.connect() as page:
            page.recv()
            page.send(json.dumps({"_method": method, "_id": 7, "args": args}))
            answer = json.loads(page.recv())
        assert (answer["_id"], answer["_method"], answer["_status"]) == (7, method, "00")
        return answer["_args"]

    def sign(self, pin=None):
        """Ask for a signature."""
        return self.call("security_SpcSignRandom", passwd=pin or self.card.pin, random="r")


@pytest.fixture
def desk():
    """A computer on which all is well."""
    return Desk()


def test_control_greets_whoever_connects(desk):
    """The first message is the greeting."""
    with desk.connect() as page:
        assert json.loads(page.recv()) == {"_method": "open"}


def test_control_lets_no_other_page_in(desk):
    """A page of another origin is refused."""
    with pytest.raises(InvalidStatus):
        desk.connect(origin="http://portal.example")


def test_card_signs_with_the_right_pin(desk):
    """The first datum is the signature, the second the number of the certificate."""
    signed = desk.sign()

    assert signed["Result"] is True
    assert signed["Data"] == [desk.card.sign("r"), desk.card.certificate_no]


def test_wrong_pins_lock_the_card(desk):
    """Each wrong PIN tells how many are left; after the last the right one is refused too."""
    left = [desk.sign("00000000")["Error"][0] for _ in range(TRIES)]

    assert left[0] == "IC卡/Key密码错误，还可以输入4次"
    assert left[-1] == "IC卡/Key密码错误，还可以输入0次"
    assert desk.sign()["Error"][0] == "IC卡/Key已锁定"


def test_right_pin_begins_the_count_anew(desk):
    """Wrong PINs count only in a row."""
    desk.sign("00000000")
    desk.sign()

    assert desk.sign("00000000")["Error"][0] == "IC卡/Key密码错误，还可以输入4次"


@pytest.mark.parametrize(
    ("method", "data"),
    [("ra_Is903Reader", ["0"]), ("cus-sec_SpcGetCardID", ["8000000000001"])],
)
def test_control_tells_about_the_card(desk, method, data):
    """Reader and card number are told without a PIN."""
    assert desk.call(method)["Data"] == data


def test_unknown_method_is_refused(desk):
    """A method that the control does not have is a bad call."""
    assert desk.call("cus-sec_Nothing")["Error"] == ["参数错误", "Err:Base50000"]


@pytest.mark.parametrize(
    "message",
    ["", "{", "[]", "{}", '{"_method": []}', '{"_method": "security_SpcSignRandom", "args": 1}'],
)
def test_what_is_no_call_is_refused(desk, message):
    """The control goes on whatever it is sent, and no PIN is counted."""
    with desk.connect() as page:
        page.recv()
        page.send(message)

        assert json.loads(page.recv())["_args"]["Error"] == ["参数错误", "Err:Base50000"]
    assert desk.card.tries_left == TRIES


@pytest.mark.parametrize(
    ("fault", "params", "end"),
    [
        (None, {}, "20311202120000"),
        ("card_expiring", {"days": 20}, "20300121120000"),
        ("card_expired", {}, "20291231120000"),
    ],
)
def test_validity_is_fourteen_digits(desk, fault, params, end):
    """The end of the certificate is written yyyyMMddHHmmss."""
    desk.faults = {fault: params} if fault else {}

    (validity,) = desk.call("cus-sec_SpcGetValidTimeFromCert")["Data"]

    assert validity["szEndTime"] == end


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("card_no_reader", "Err:Custom50200"),
        ("card_missing", "Err:Custom51590"),
        ("card_reader_not_reset", "Err:Custom50070"),
        ("card_needs_restart", "Err:Base60408"),
    ],
)
def test_trouble_answers_every_call_until_it_is_over(desk, fault, code):
    """Each trouble has its code; when it is over the control works on."""
    desk.faults = {fault: {}}
    troubled = desk.sign()
    desk.faults = {}

    assert (troubled["Result"], troubled["Error"][1]) == (False, code)
    assert desk.sign()["Result"] is True


def test_locked_card_signs_nothing(desk):
    """The lock is the card's, not the count's."""
    desk.faults = {"card_locked": {}}

    assert desk.sign()["Error"][0] == "IC卡/Key已锁定"


def test_unknown_card_signs_for_somebody_else(desk):
    """Its signature is none that the portal expects."""
    desk.faults = {"card_unknown": {}}

    assert desk.sign()["Data"][0] != desk.card.sign("r")


def test_control_that_is_not_installed_lets_nobody_in(desk):
    """To a page it is as if nobody was there."""
    desk.faults = {"card_not_installed": {}}

    with pytest.raises(InvalidStatus):
        desk.connect()


def test_control_that_starts_late_is_there_after_three_knocks(desk):
    """The page knocks three times, asks for a restart, and then finds it; so does the next page."""
    desk.faults = {"card_starts_late": {}}
    for _ in range(2):
        desk.control.page_opened()
        for _ in range(3):
            with pytest.raises(InvalidStatus):
                desk.connect()

        with desk.connect() as page:
            assert page.recv()


def test_control_that_dies_gives_no_answer(desk):
    """The connection ends in the middle of the call."""
    desk.faults = {"card_dies": {}}

    with pytest.raises(ConnectionClosed):
        desk.sign()


def test_garbled_answer_is_no_json(desk):
    """What comes does not begin as a message does."""
    desk.faults = {"card_garbled": {}}
    with desk.connect() as page:
        page.recv()
        page.send(json.dumps({"_method": "ra_Is903Reader", "_id": 1, "args": {}}))

        assert not page.recv().startswith("{")


def test_slow_control_takes_its_time(desk):
    """Every answer is that late."""
    desk.faults = {"card_slow": {"seconds": 0.2}}
    begin = time.monotonic()
    desk.call("ra_Is903Reader")

    assert time.monotonic() - begin >= 0.2


def test_every_state_is_a_wish(visitor):
    """An enterprise can be created with its card or control in any of the states."""
    for state in STATES:
        assert [fault["id"] for fault in visitor.create(card=state)["faults"]] == [state]
