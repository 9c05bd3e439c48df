"""A portal without a browser, and a visitor who does what the pages' scripts do."""

import hashlib
import itertools
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from fixtures.artifacts import remember
from fixtures.portal import CREDENTIALS
from mock_portal import create_app
from pages.models import Secret

SW = "/swProxy/xwtbserver/sw"
CONTACT = {
    "contactName": "模拟联系人",
    "contactPhone": "020-80000001",
    "contactMobile": "13800000001",
    "contactEmail": "contact@example.com",
    "remarks": "",
}


class Visitor:
    """One browser in front of the portal."""

    serial = itertools.count(1)

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()

    def create(self, **wishes: object) -> dict[str, Any]:
        """Create an enterprise by the door, and carry its scope cookie."""
        enterprise = self.client.post("/__mock__/enterprises", json=wishes).get_json()
        self.client.set_cookie("mock_scope", enterprise["uscc"])
        remember(*(Secret(enterprise[name] or "") for name in CREDENTIALS))
        return enterprise

    def see_captcha(self, box: str = "") -> str:
        """Fetch the picture of a box, and ask the door what it says."""
        number = f"0.{next(self.serial)}"
        self.client.get(f"/cas/plat_cas_verifycode_gen?box={box}&r={number}")
        return self.client.get(f"/__mock__/captchas/{number}").get_json()["text"]

    def log_in(self, account: str, password: str, captcha: str | None = None) -> TestResponse:
        """Press 登录."""
        form = {
            "swy": account,
            "swm": hashlib.md5(password.encode()).hexdigest(),
            "swm2": "",
            "verifyCode": self.see_captcha() if captcha is None else captcha,
        }
        return self.client.post("/cas/login", data=form)

    def log_in_locally(self, account: str, password: str) -> TestResponse:
        """Press 登录 of 本地登录."""
        form = {
            "swy": account,
            "swm": hashlib.md5(password.encode()).hexdigest(),
            "verifyCode": self.see_captcha("local"),
        }
        return self.client.post("/pub/login/local", data=form)

    def enter(self, enterprise: dict[str, Any]) -> None:
        """Log in and follow the ticket to a session."""
        answer = self.log_in(enterprise["account"], enterprise["password"])
        self.client.get(answer.headers["Location"])

    def forward(self, enterprise: dict[str, Any], seconds: float) -> None:
        """Move the enterprise's time forward."""
        door = f"/__mock__/enterprises/{enterprise['uscc']}/clock"
        self.client.post(door, json={"forward_seconds": seconds})

    def get(self, path: str, **query: object) -> TestResponse:
        """Open a page of the desk."""
        return self.client.get(f"{SW}/{path}", query_string=query)

    def confirm(self, application_no: str, **changes: str) -> TestResponse:
        """Press 确认投保 with a good form, but for the changes."""
        form = {"applNo": application_no, "agree": "1", **CONTACT, **changes}
        return self.client.post(f"{SW}/pending/confirm", data=form)

    def numbers(self, path: str, **query: object) -> list[str]:
        """List the application numbers of 待确认 or 保单查询."""
        return [row["applNo"] for row in self.get(path, **query).get_json()["rows"]]

    def state(self, enterprise: dict[str, Any]) -> dict[str, Any]:
        """Look at an enterprise by the door."""
        return self.client.get(f"/__mock__/enterprises/{enterprise['uscc']}").get_json()

    def confirmations(self, enterprise: dict[str, Any], index: int = 0) -> list[dict[str, Any]]:
        """Read the confirm ledger of one policy."""
        return self.state(enterprise)["policies"][index]["confirmations"]

    def set_faults(self, enterprise: dict[str, Any], *faults: dict[str, Any]) -> TestResponse:
        """Replace the faults of an enterprise."""
        door = f"/__mock__/enterprises/{enterprise['uscc']}/faults"
        return self.client.put(door, json=list(faults))

    def decide(self, enterprise: dict[str, Any], number: str, **decision: str) -> TestResponse:
        """Let the insurer decide."""
        door = f"/__mock__/enterprises/{enterprise['uscc']}/policies/{number}/decision"
        return self.client.post(door, json=decision)


@pytest.fixture
def app() -> Flask:
    """A portal of its own for each test."""
    return create_app()


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """Somebody who is not signed in."""
    return Visitor(app)


@pytest.fixture
def stranger(app: Flask) -> Visitor:
    """Somebody else, in another browser."""
    return Visitor(app)


@pytest.fixture
def enterprise(visitor: Visitor) -> dict[str, Any]:
    """An enterprise with one pending policy, signed in with the visitor's browser."""
    created = visitor.create(pending=1)
    visitor.enter(created)
    return created


@pytest.fixture
def number(enterprise: dict[str, Any]) -> str:
    """The application number of its policy."""
    return enterprise["policies"][0]["application_no"]
