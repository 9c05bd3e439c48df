"""A mock is never taken for the real portal, nor the real one for a mock."""

from pathlib import Path

import pytest

from bot.doctor import check_portal
from bot.errors import NotFit
from bot.settings import load_settings


def test_the_mock_portal_is_fit_for_a_rehearsal(tmp_path: Path, portal_url: str):
    """It says by a header of its own what it is."""
    check_portal(load_settings(tmp_path, portal_url=portal_url))


def test_the_mock_portal_is_refused_as_a_real_one(tmp_path: Path, portal_url: str):
    """Nobody believes that a rehearsal was real."""
    settings = load_settings(tmp_path, portal_url=portal_url, live=True, allow_http=("127.0.0.1",))

    with pytest.raises(NotFit, match="是模拟门户"):
        check_portal(settings)


def test_a_real_portal_without_https_must_be_accepted_by_name(tmp_path: Path):
    """A password would go over the line in clear; nothing is asked of the portal before."""
    settings = load_settings(tmp_path, portal_url="http://portal.example", live=True)

    with pytest.raises(NotFit, match="allow_http"):
        check_portal(settings)


def test_any_other_server_is_refused_without_live(tmp_path: Path, httpserver_url: str):
    """What does not say that it is the mock is taken for real."""
    with pytest.raises(NotFit, match="不是模拟门户"):
        check_portal(load_settings(tmp_path, portal_url=httpserver_url))


@pytest.fixture
def httpserver_url():
    """A web server that knows nothing of us."""
    from http.server import HTTPServer, SimpleHTTPRequestHandler
    from threading import Thread

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Quiet) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
