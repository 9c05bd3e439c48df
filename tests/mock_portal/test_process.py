"""The portal as a process: python -m mock_portal."""

import http.client
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from urllib.parse import urlencode, urlsplit

import pytest

from mock_portal.faults import LOSSES

SECONDS = 60
CONFIRM = "/swProxy/xwtbserver/sw/pending/confirm"
STATUS_OF = {"before": "pending", "after": "confirmed"}


@contextmanager
def started(*arguments: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """Start a portal; whatever happens, it does not outlive the test."""
    process = subprocess.Popen(
        [sys.executable, "-m", "mock_portal", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def port_of(process: subprocess.Popen[str]) -> int:
    """Read the first line and take the port from it."""
    line = process.stdout.readline()
    found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)\n", line)
    assert found, line
    return int(found[1])


class Caller(http.client.HTTPConnection):
    """A client on one connection that is kept open, as a browser keeps it."""

    def __init__(self, port: int) -> None:
        super().__init__("127.0.0.1", port, timeout=SECONDS)

    def door(self, method, path, body=None):
        """Call a door."""
        headers = {"Content-Type": "application/json"}
        self.request(method, f"/__mock__{path}", json.dumps(body), headers)
        return json.load(self.getresponse())

    def page(self, method, path, form=None, cookie=""):
        """Ask for a page, with a form if there is one."""
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
        self.request(method, path, urlencode(form or {}), headers)
        answer = self.getresponse()
        answer.read()
        return answer


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_signal_ends_the_portal_cleanly(number):
    """The first line is the address, it answers, and a signal ends it with 0 and no trace."""
    with started("--port", "0") as process:
        with closing(Caller(port_of(process))) as caller:
            status = caller.page("GET", "/index.action").status
        process.send_signal(number)
        rest, errors = process.communicate(timeout=SECONDS)

    assert (status, process.returncode) == (200, 0)
    assert (rest, errors) == ("", "")


def test_waiting_request_does_not_hold_up_the_end():
    """A request that a fault keeps waiting is given up when the portal is told to stop."""
    with started("--port", "0") as process, closing(Caller(port_of(process))) as caller:
        uscc = caller.door("POST", "/enterprises", {})["uscc"]
        slow = [{"id": "slow", "params": {"seconds": 3600}}]
        caller.door("PUT", f"/enterprises/{uscc}/faults", slow)
        caller.request("GET", "/index.action", headers={"Cookie": f"mock_scope={uscc}"})
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=SECONDS)

    assert (process.returncode, errors) == (0, "")


def test_lifeline_ends_the_portal_with_its_starter():
    """With a lifeline the portal ends when its standard input is closed."""
    with started("--port", "0", "--lifeline") as process:
        port_of(process)
        rest, errors = process.communicate(timeout=SECONDS)

    assert (process.returncode, rest, errors) == (0, "", "")


def test_without_a_lifeline_the_input_does_not_matter():
    """Without the option a closed standard input changes nothing."""
    with started("--port", "0") as process:
        port = port_of(process)
        process.stdin.close()

        with closing(Caller(port)) as caller:
            assert caller.page("GET", "/index.action").status == 200


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--host", "0.0.0.0"], "不是本机地址"),
        (["--host", "portal.example"], "不是本机地址"),
        (["--defect", "typhoon"], "没有这些缺陷：typhoon。可用的有：binding_asked_again、"),
    ],
)
def test_wrong_usage_is_told_in_one_sentence(arguments, sentence):
    """A refused start ends with 2 and one Chinese line, before anything is opened."""
    with started(*arguments, "--port", "0", SINGLE_WINDOW_DOORS_TOKEN="") as process:
        output, errors = process.communicate(timeout=SECONDS)

    assert (process.returncode, output) == (2, "")
    assert sentence in errors
    assert errors.count("\n") == 1


def test_portal_serves_https_with_a_certificate_of_its_own():
    """With --https the first line says so, and the certificate is good for this host alone."""
    with started("--port", "0", "--https") as process:
        address = urlsplit(process.stdout.readline().strip())
        pem = ssl.get_server_certificate((address.hostname, address.port))

    assert address.scheme == "https"
    assert pem.startswith("-----BEGIN CERTIFICATE")


@pytest.mark.parametrize(("options", "status"), [([], 403), (["--name", "portal.test"], 302)])
def test_portal_answers_to_a_name_that_it_was_given(options, status):
    """Any other name than that of this machine is refused unless it was named at the start."""
    with (
        started("--port", "0", *options) as process,
        closing(Caller(port_of(process))) as caller,
    ):
        caller.request("GET", "/", headers={"Host": f"portal.test:{caller.port}"})
        answer = caller.getresponse()

    assert answer.status == status


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_port_that_is_none_is_told(port):
    """What cannot be a port is refused with 2 and no trace."""
    with started(f"--port={port}") as process:
        output, errors = process.communicate(timeout=SECONDS)

    assert (process.returncode, output) == (2, "")
    assert "端口是 0 到 65535 的整数" in errors
    assert "Traceback" not in errors


def test_port_in_use_is_told_in_one_sentence():
    """A port that is taken ends the start with 4 and one Chinese line."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with started("--port", str(port)) as process:
            output, errors = process.communicate(timeout=SECONDS)

    assert (process.returncode, output) == (4, "")
    assert f"不能在 127.0.0.1:{port} 上启动" in errors
    assert errors.count("\n") == 1


def test_doors_token_comes_from_the_environment():
    """The token of the environment closes the doors."""
    with (
        started("--port", "0", SINGLE_WINDOW_DOORS_TOKEN="secret") as process,
        closing(Caller(port_of(process))) as caller,
    ):
        answer = caller.page("GET", "/__mock__/catalogue")

    assert answer.status == 403


def test_defects_of_the_command_line_are_on(tmp_path):
    """--defect seeds defects, several at once; the edited copy is gone when the portal is."""
    ids = ["captcha_not_checked", "wrong_password_accepted"]
    with started("--port", "0", "--defect", *ids, TMPDIR=str(tmp_path)) as process:
        with closing(Caller(port_of(process))) as caller:
            account = caller.door("POST", "/enterprises", {})["account"]
            answer = caller.page("POST", "/cas/login", {"swy": account})
            told = caller.door("GET", "/defects")
        copies = list(tmp_path.iterdir())
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=SECONDS)

    assert (answer.status, told, len(copies)) == (302, ids, 1)
    assert list(tmp_path.iterdir()) == []


def test_defects_that_do_not_fit_together_are_told():
    """Two edits of one place end the start with 4 and one Chinese line."""
    with started("--port", "0", "--defect", "binding_not_asked", "binding_asked_again") as process:
        output, errors = process.communicate(timeout=SECONDS)

    assert (process.returncode, output) == (4, "")
    assert "这些改动放不进门户" in errors
    assert errors.count("\n") == 1


@pytest.mark.parametrize("phase", ["before", "after"])
def test_lost_answer_is_lost_on_the_wire(phase):
    """The client sees how the connection ends, the ledger the arrival; the portal goes on."""
    ids = ["captcha_not_checked", "wrong_password_accepted"]
    with started("--port", "0", "--defect", *ids) as process:
        with closing(Caller(port_of(process))) as caller:
            enterprise = caller.door("POST", "/enterprises", {"pending": len(LOSSES)})
            numbers = [policy["application_no"] for policy in enterprise["policies"]]
            door = f"/enterprises/{enterprise['uscc']}"
            cookie = _session(caller, enterprise["account"])
            ends = {}
            for how, number in zip(LOSSES, numbers, strict=True):
                params = {"how": how, "seconds": 0.1}
                fault = {"id": f"answer_lost_{phase}_commit", "params": params}
                caller.door("PUT", f"{door}/faults", [fault])
                ends[how] = _end(caller, number, cookie)
            policies = caller.door("GET", door)["policies"]
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=SECONDS)

    arrivals = [arrival for policy in policies for arrival in policy["confirmations"]]
    assert ends == {
        "reset": ConnectionResetError,
        "close": http.client.RemoteDisconnected,
        "headers": ConnectionResetError,
        "408": 408,
        "garbage": http.client.BadStatusLine,
        "empty": 200,
        "hang": http.client.RemoteDisconnected,
    }
    assert [one["accepted"] for one in arrivals] == [phase == "after"] * len(LOSSES)
    assert {policy["status"] for policy in policies} == {STATUS_OF[phase]}
    assert (process.returncode, errors) == (0, "")


def _end(caller: Caller, number: str, cookie: str) -> object:
    """Press 确认投保; return what came back, or the kind of end that the connection had."""
    try:
        return caller.page("POST", CONFIRM, _good_form(number), cookie).status
    except (OSError, http.client.HTTPException) as end:
        caller.close()
        return type(end)


def _session(caller: Caller, account: str) -> str:
    ticket = caller.page("POST", "/cas/login", {"swy": account}).headers["Location"]
    return caller.page("GET", ticket).headers["Set-Cookie"].partition(";")[0]


def _good_form(number: str) -> dict[str, str]:
    return {
        "applNo": number,
        "contactName": "模拟联系人",
        "contactPhone": "020-80000001",
        "contactMobile": "13800000001",
        "contactEmail": "contact@example.com",
        "agree": "1",
    }
