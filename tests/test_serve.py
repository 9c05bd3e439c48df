"""The report is served to this computer's own browser, and nothing beside it."""

from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread

import pytest

from reports.serve import server_of


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """The port of a server with a page, a folder without one, and links out of the report."""
    site, secret = tmp_path / "site", tmp_path / "secret.txt"
    (site / "data").mkdir(parents=True)
    (site / "linked").mkdir()
    secret.write_text("secret")
    (site / "index.html").write_text("report")
    (site / "data" / "one.json").write_text("{}")
    (site / "inside.html").symlink_to(site / "index.html")
    (site / "out.txt").symlink_to(secret)
    (site / "above").symlink_to(tmp_path)
    (site / "linked" / "index.html").symlink_to(secret)
    server = server_of(site)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def get(port: int, path: str, host: str = "127.0.0.1:{port}") -> tuple[int, bytes]:
    line = HTTPConnection("127.0.0.1", port, timeout=5)
    line.putrequest("GET", path, skip_host=True)
    if host:
        line.putheader("Host", host.format(port=port))
    line.endheaders()
    answer = line.getresponse()
    return answer.status, answer.read()


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "LOCALHOST:{port}"])
def test_own_browser_gets_the_report(port: int, host: str):
    """By each name that a person types."""
    assert get(port, "/", host) == (200, b"report")
    assert get(port, "/data/one.json", host) == (200, b"{}")
    assert get(port, "/inside.html", host) == (200, b"report")


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:{port}",
        "evil.example",
        "127.0.0.1",
        "127.0.0.1:1",
        "localhost.evil.example",
        "",
    ],
)
def test_foreign_name_is_turned_away(port: int, host: str):
    """A site whose name is made to lead to this computer reads nothing through a browser here."""
    assert get(port, "/", host)[0] == 421


@pytest.mark.parametrize(
    "path",
    ["/data/", "/out.txt", "/above/secret.txt", "/linked/", "/../secret.txt", "/%2e%2e/secret.txt"],
)
def test_nothing_else_is_shown(port: int, path: str):
    """No folder is listed, and no link leads out."""
    status, said = get(port, path)

    assert status == 404
    assert b"secret" not in said
    assert b"one.json" not in said
