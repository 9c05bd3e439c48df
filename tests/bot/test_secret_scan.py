"""What a run leaves behind holds no secret; the scanner finds whatever is planted."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from playwright.sync_api import Browser

from bot.evidence.seal import is_seal
from bot.secret_scan import SecretScanner, quarantine_files, tokens
from pages.models import Secret

TYPED = 'Mock"密&<码>/+1'
# written down by hand, so that the test does not encode as the scanner does
ENCODED = {
    "plain": TYPED.encode(),
    "GB18030": b'Mock"\xc3\xdc&<\xc2\xeb>/+1',
    "URL": b"Mock%22%E5%AF%86%26%3C%E7%A0%81%3E%2F%2B1",
    "JSON ASCII": rb"Mock\"\u5bc6&<\u7801>/+1",
    "JSON": r"Mock\"密&<码>/+1".encode(),
    "HTML": "Mock&quot;密&amp;&lt;码&gt;/+1".encode(),
    "Base64": b"TW9jayLlr4YmPOeggT4vKzE=",
    "hex": b"4d6f636b22e5af86263ce7a0813e2f2b31",
    "UTF-16": TYPED.encode("utf-16-le"),
    "MD5": b"35eafa33e4455ad373f004881eb84bb2",
    "SHA-1": b"0669ea59b566799ec85ccae6d4871cd79d4c09c6",
    "SHA-256": b"8e220b60241a498fb821d7c12a06b156fc4f4020c7de9c99e37ab764e8d4878c",
}


def zipped(name: str, content: bytes) -> bytes:
    """Return an archive with one entry."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr(name, content)
    return archive.getvalue()


def workbook(content: bytes) -> bytes:
    """Return an .xlsx file with this in one of its parts."""
    book, file = Workbook(), io.BytesIO()
    book.save(file)
    with zipfile.ZipFile(file, "a") as target:
        target.writestr("xl/comments1.xml", b"<t>" + content + b"</t>")
    return file.getvalue()


# where a run or a test session writes: the name of the file, and what surrounds the secret
SINKS: dict[str, Callable[[bytes], bytes]] = {
    "trace.zip": lambda it: zipped("trace.network", b'{"text":"' + it + b'"}\n'),
    "trace-of-trace.zip": lambda it: zipped("inner.zip", zipped("0-trace.trace", b"log " + it)),
    "session.har": lambda it: b'{"log":{"entries":[{"postData":{"text":"swm=' + it + b'&x=1"}}]}}',
    "junit.xml": lambda it: b"<testsuite><failure>" + it + b"</failure></testsuite>",
    "1-result.json": lambda it: b'{"statusDetails":{"message":"' + it + b'"}}',
    "run.log": lambda it: b"2031-01-01 WARNING " + it + b"\n",
    "results.html": lambda it: b"<p>" + it + b"</p>",
    "results.xlsx": workbook,
}


@pytest.fixture
def scanner() -> SecretScanner:
    """The scanner for one awkward password among others."""
    return SecretScanner(
        [Secret(TYPED), Secret("88888888"), *(Secret(f"Mock-{n:06d}") for n in range(50))]
    )


@pytest.mark.parametrize("sink", SINKS)
@pytest.mark.parametrize("encoding", ENCODED)
def test_what_is_planted_is_found_and_starred(
    scanner: SecretScanner, tmp_path: Path, sink: str, encoding: str
):
    """Twelve encodings in eight sinks: each is found before the rewrite, and none after it."""
    file = tmp_path / sink
    file.write_bytes(SINKS[sink](ENCODED[encoding]))

    before = {hit.file for hit in scanner.search([tmp_path])}
    scanner.redact([tmp_path])

    assert before == {file}
    assert scanner.search([tmp_path]) == []
    assert len(file.read_bytes()) > 0


KEYS = [r"\"", "密", "k", r"\u7801"]


@pytest.mark.parametrize("method", ["keyboardPress", "keyboardDown", "press", "keyboardInsertText"])
def test_keys_pressed_one_by_one_are_put_together(tmp_path: Path, method: str):
    """No line holds the secret, and still anybody can read it."""
    name = "text" if method == "keyboardInsertText" else "key"
    keys = ["Shift", "a", *KEYS, "Enter"]
    lines = [
        f'{{"type":"before","method":"{method}","params":{{"selector":"#a","{name}":"{key}"}}}}'
        for key in keys
    ]
    (tmp_path / "trace.zip").write_bytes(zipped("trace.trace", "\n".join(lines).encode()))
    scanner = SecretScanner([Secret('"密k码')])

    before = [hit.form for hit in scanner.search([tmp_path])]
    scanner.redact([tmp_path])
    with zipfile.ZipFile(tmp_path / "trace.zip") as archive:
        text = archive.read("trace.trace").decode()

    assert before == ["key presses"]
    assert scanner.search([tmp_path]) == []
    assert [key for key in keys if f':"{key}"' in text] == ["Shift", "a", "Enter"]


def test_a_secret_typed_key_by_key_is_found_in_a_real_trace(browser: Browser, tmp_path: Path):
    """What the tracer itself writes today, with the pictures and snapshots of a careless test."""
    context = browser.new_context()
    context.tracing.start(screenshots=True, snapshots=True)
    tab = context.new_page()
    tab.set_content("<input id=pin type=password><input id=other type=password>")
    tab.locator("#pin").focus()
    for key in "Mock-7z":
        tab.keyboard.press(key)
    tab.locator("#other").fill(TYPED)
    context.tracing.stop(path=tmp_path / "trace.zip")
    context.close()
    scanner = SecretScanner([Secret("Mock-7z"), Secret(TYPED)])

    before = {hit.form for hit in scanner.search([tmp_path])}
    scanner.redact([tmp_path])
    with zipfile.ZipFile(tmp_path / "trace.zip") as archive:
        lines = archive.read("trace.trace").splitlines()

    assert before >= {"key presses", "JSON"}
    assert scanner.search([tmp_path]) == []
    assert all(line.startswith(b"{") and line.endswith(b"}") for line in lines)


def test_names_are_searched_and_starred_too(scanner: SecretScanner, tmp_path: Path):
    """A screenshot that is named after what was typed, in a folder that is too."""
    (tmp_path / "Mock-000001").mkdir()
    (tmp_path / "Mock-000001" / "page-Mock-000002.png").touch()
    (tmp_path / "a.zip").write_bytes(zipped("Mock-000003.txt", b""))

    before = {hit.file.name for hit in scanner.search([tmp_path])}
    scanner.redact([tmp_path])

    assert before == {"Mock-000001", "page-Mock-000002.png", "a.zip"}
    assert scanner.search([tmp_path]) == []
    assert sorted(path.name for path in tmp_path.rglob("*")) == [
        "___________",
        "a.zip",
        "page-___________.png",
    ]


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("PIN 88888888.", True),
        ("1888888880", False),
        ("XW88888888", False),
        ("Mock-000001", True),
        ("aMock-000001b", True),
        ("Mock-000099", False),
    ],
    ids=["alone", "within a number", "behind letters", "a password", "within a word", "unknown"],
)
def test_a_number_counts_where_it_stands_alone(scanner: SecretScanner, text: str, is_found: bool):
    """Else every time stamp and every amount would hold somebody's PIN."""
    assert (scanner.redacted(text) != text) == is_found


def test_a_workbook_stays_a_workbook(scanner: SecretScanner, tmp_path: Path):
    """Only the cell that held a secret is different."""
    book = Workbook()
    book.worksheets[0].append(["已确认", "Mock-000007"])
    book.save(tmp_path / "结果.xlsx")

    scanner.redact([tmp_path])

    assert [cell.value for cell in load_workbook(tmp_path / "结果.xlsx").worksheets[0][1]] == [
        "已确认",
        "***********",
    ]


@pytest.mark.parametrize("content", ["PK\x03\x04 and nothing more", ""])
def test_an_archive_that_cannot_be_opened_is_told(
    scanner: SecretScanner, tmp_path: Path, content: str
):
    """What cannot be searched is not clean; an empty file is no archive."""
    (tmp_path / "broken.zip").write_text(content)
    scanner.redact([tmp_path])

    assert [hit.form for hit in scanner.search([tmp_path])] == ["打不开的压缩包"] * bool(content)


def test_what_still_holds_a_secret_is_quarantine_files(scanner: SecretScanner, tmp_path: Path):
    """A database is not rewritten; a ledger stays where it is, since it prevents what is worse."""
    run, quarantine = tmp_path / "run", tmp_path / "quarantine"
    run.mkdir()
    (run / "ledger.sqlite").write_bytes(b"Mock-000001")
    (run / "trace.zip").write_bytes(b"PK\x03\x04 Mock-000001")
    scanner.redact([run])

    left = quarantine_files(scanner.search([run]), quarantine)

    assert left == [run / "ledger.sqlite"]
    assert [path.name for path in quarantine.iterdir()] == ["002-trace.zip"]
    assert quarantine.stat().st_mode & 0o777 == 0o700


def test_a_seal_that_holds_a_secret_stays_where_it_is(scanner: SecretScanner, tmp_path: Path):
    """Without it, all evidence would look as if somebody had changed it."""
    chain, pack = tmp_path / "chain", tmp_path / "pack"
    for folder, names in ((chain, ("1.json", "1.sig")), (pack, ("manifest.json", "manifest.sig"))):
        folder.mkdir()
        for name in names:
            (folder / name).write_bytes(b"Mock-000001")

    left = quarantine_files(scanner.search([chain, pack]), tmp_path / "quarantine", is_seal)

    assert len(left) == 4
    assert all(file.exists() for file in left)


def test_without_secrets_nothing_is_found(tmp_path: Path):
    """Too short a secret is none, or every page would be full of it."""
    (tmp_path / "run.log").write_text("abc 123")

    assert SecretScanner([]).search([tmp_path]) == []
    assert SecretScanner([Secret("123"), Secret("")]).search([tmp_path]) == []


TOKENS = [
    "5f4dcc3b5aa765d61d8327deb882cf99",
    "9B2C41F0D7A65E83",
    "aB3xK9_pQ2mZ7-tR5wY1cV",
    "2f1c0a9e-7b6d-4e58-9a3c-5d0e8f7b6a41",
    "s5u1l9m3q0c7r2v8k4n6p1t0x3",
    "0000kQ7vX2mZpL9:1a2b3c4d5",
    "eyJhbGciOiJIUzI1NiJ9.eyJ1IjoxfQ.3Xk9Zq1Lm7Pv2Rt8",
    "QmFzZTY0K3Nlc3Npb24vMTIz%2BA9d%3D",
    "83719504628175930462817593",
    *("k7Qm2Z.pX9vB1.tR5wY3.cN8sD4", "9f2.c41.7ae.b03.5d8", "Xk9Zq1.Lm7Pv2.Rt8Wy4"),
    *("1234567890abcdef", "00000000deadbeef", "abcdefabcdef1234", "20261129a1b00000"),
]
WORDS = [
    *("zh-CN", "guangdong", "GuangDong", "dark", "1", "true", "utf-8", "guangzhou440100"),
    *("91440101000000019F", "XW20260101000001", "13800138000", "1732867200123", "mock0001"),
    *("2026-11-29T10:00:00Z", "20261129T100000Z", "192.168.100.100:8080", "v2.14.3-release"),
    *("%E5%B9%BF%E4%B8%9C", "/sw/pending/list?page=1", '{"lang":"zh","theme":"dark"}'),
    *("GuangdongInternationalTradeSingleWindow", "zhongshan-city-district-office"),
    "Mozilla/5.0 (X11; Linux x86_64)",
    *("www.singlewindow.gd.cn", "web1.app2.portal.gd.cn", "node01.rack02.dc3.example.com"),
    *("GA1.2.123456789.1732867200", "10.0.19045.3324", "deadbeefdeadbeef"),
    *("4417328672001232", "2026.11.29.10.30.00", "91440101000000027A", "91440101000000086D"),
]


def cookie(value: str, is_hidden: bool = True) -> dict[str, object]:
    """Return a cookie as a browser context gives it."""
    return {"name": "any", "value": value, "httpOnly": is_hidden}


@pytest.mark.parametrize("value", TOKENS)
def test_cookie_of_a_session_is_a_secret(value: str):
    """Whatever made it, it is random; scripts may read the others, so no session is in them."""
    assert [one.reveal() for one in tokens([cookie(value), cookie(value, False)])] == [value]


@pytest.mark.parametrize("value", WORDS)
def test_cookie_of_a_word_is_none(value: str):
    """A language, a region, a code or a time stands in ordinary pages and records."""
    assert list(tokens([cookie(value)])) == []
