"""Serve the report's folder on loopback, so that a browser shows all of it."""

import argparse
import functools
import sys
import webbrowser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from reports.build import SITE

NOT_FIT, WRONG_USAGE = 4, 2


class Quiet(SimpleHTTPRequestHandler):
    """Serves files, and says nothing about it."""

    def log_message(self, format: str, *args: object) -> None:
        """Keep the terminal clean."""


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
    handler = functools.partial(Quiet, directory=options.folder)
    try:
        server = ThreadingHTTPServer(("127.0.0.1", options.port), handler)
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
