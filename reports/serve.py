"""Serve the report's folder on loopback, so that a browser shows all of it."""

import argparse
import functools
import os
import sys
import webbrowser
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from reports.build import SITE

NOT_FIT, WRONG_USAGE = 4, 2
LOOPBACK = ("127.0.0.1", "localhost")  # as a browser may name it; a page can name it otherwise


class ReportHandler(SimpleHTTPRequestHandler):
    """Serves the files of a report to this computer's own browser, and says nothing about it."""

    def log_message(self, format: str, *args: object) -> None:
        """Keep the terminal clean."""

    def send_head(self) -> BytesIO | BinaryIO | None:
        """Answer for a file of the report; a foreign name that leads here is turned away."""
        port = self.connection.getsockname()[1]
        if self.headers.get("Host", "").lower() not in {f"{one}:{port}" for one in LOOPBACK}:
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
            return None
        file = Path(self.translate_path(self.path))
        wanted = file / "index.html" if file.is_dir() else file
        if not wanted.resolve().is_relative_to(Path(self.directory).resolve()):
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        return super().send_head()

    def list_directory(self, path: str | os.PathLike[str]) -> None:
        """List no folder."""
        self.send_error(HTTPStatus.NOT_FOUND)


def server_of(folder: Path, port: int = 0) -> ThreadingHTTPServer:
    """Return a server of this folder on loopback; with 0, on any free port.

    Raises:
        OSError: the port is in use.
    """
    handler = functools.partial(ReportHandler, directory=folder)
    return ThreadingHTTPServer(("127.0.0.1", port), handler)


def main() -> int:
    """Serve until Ctrl-C, and return the exit code."""
    parser = argparse.ArgumentParser(prog="reports.serve", description="在本机打开测试报告")
    parser.add_argument("folder", nargs="?", type=Path, default=SITE, help="报告文件夹")
    parser.add_argument("--port", type=int, default=0, help="端口，0 为自动选择")
    parser.add_argument("--no-browser", action="store_true", help="只服务，不打开浏览器")
    options = parser.parse_args()
    if not (options.folder / "index.html").exists():
        print("还没有报告：请先运行 make report · No report yet: run make report.", file=sys.stderr)
        return WRONG_USAGE
    try:
        server = server_of(options.folder, options.port)
    except OSError:
        print(f"端口 {options.port} 已被占用：请换一个，或不写 --port。", file=sys.stderr)
        return NOT_FIT
    url = f"http://127.0.0.1:{server.server_port}/"
    print(f"{url}\n测试报告在这个地址，只有本机能打开；按 Ctrl-C 结束。", flush=True)
    if not options.no_browser:
        webbrowser.open(url)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
