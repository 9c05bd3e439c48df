"""The portal as a process: `python -m mock_portal` (docs/mock-portal.md, start)."""

import argparse
import importlib
import ipaddress
import os
import signal
import socket
import struct
import sys
import threading
from typing import NoReturn

import trustme
from cheroot import wsgi
from cheroot.server import HTTPRequest
from cheroot.ssl.builtin import BuiltinSSLAdapter

from mock_portal import create_app, defects, redesigns
from mock_portal.edits import Change, DoesNotFit, importable

WRONG_USAGE, NOT_FIT = 2, 4
# A browser opens connections ahead of need; each holds a thread until it is used or times out.
THREADS, IDLE_SECONDS, KEPT_CONNECTIONS = 48, 30, 1000
SECONDS_TO_NOTICE = 0.2  # how soon it notices a call to stop
SECONDS_TO_END = 3.0


class Gateway(wsgi.Gateway_10):
    """The gateway between cheroot and the app; it hands the app a way to cut the connection."""

    def __init__(self, req: HTTPRequest) -> None:
        super().__init__(req)
        self.env["mock_portal.cut_connection"] = self.cut_connection

    def cut_connection(self, last_words: bytes, *, reset: bool) -> None:
        """End the connection after these bytes, with a reset or without."""
        connection = self.req.conn
        connection.linger = True  # cheroot then leaves the closing to us
        connection.socket.sendall(last_words)
        if reset:
            no_lingering = struct.pack("ii", 1, 0)
            connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, no_lingering)
        socket.close(connection.socket.detach())


def main() -> int:
    """Run the portal, or a copy of it with the changes asked for, and return the exit code."""
    options = _options()
    changes: list[Change] = [
        *(defects.catalogue()[id_] for id_ in options.defect),
        *(redesigns.catalogue()[id_] for id_ in options.redesign),
    ]
    if not changes:
        return run(options)
    try:
        with importable(changes):
            code: int = importlib.import_module("mock_portal.__main__").run(options)
            return code
    except DoesNotFit as reason:
        print(f"这些改动放不进门户：{reason}。", file=sys.stderr)
        return NOT_FIT


def run(options: argparse.Namespace) -> int:
    """Serve until a call to stop comes, and return the exit code."""
    server = _server(options)
    try:
        server.prepare()
    except OSError:
        host, port = server.bind_addr
        print(
            f"不能在 {host}:{port} 上启动：端口已被占用，或这个地址不属于本机。"
            "请换一个端口，或用 --port 0 自动选择。",
            file=sys.stderr,
        )
        return NOT_FIT
    _serve(server, lifeline=options.lifeline)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="mock_portal", description="模拟门户 · 非真实业务")
    parser.add_argument("--host", default="127.0.0.1", help="监听地址")
    parser.add_argument("--port", type=_port, default=8765, help="监听端口，0 为自动选择")
    parser.add_argument("--doors-token", help="访问 /__mock__/ 须带的 X-Doors-Token")
    parser.add_argument("--defect", nargs="+", action="extend", default=[], help="植入的缺陷")
    parser.add_argument("--redesign", nargs="+", action="extend", default=[], help="改版的样子")
    parser.add_argument("--https", action="store_true", help="用临时的自签证书，以 https 提供服务")
    parser.add_argument("--name", help="除本机地址外，也应答这个主机名")
    parser.add_argument("--lifeline", action="store_true", help="标准输入关闭时也退出")
    options = parser.parse_args()
    options.doors_token = options.doors_token or os.environ.get("SINGLE_WINDOW_DOORS_TOKEN")
    if not _is_loopback(options.host) and not options.doors_token:
        _refuse(f"{options.host} 不是本机地址：请用 --doors-token 设置口令，或只监听 127.0.0.1。")
    for what, asked, known in (
        ("缺陷", options.defect, defects.catalogue()),
        ("改版", options.redesign, redesigns.catalogue()),
    ):
        if names := [id_ for id_ in asked if id_ not in known]:
            _refuse(f"没有这些{what}：{'、'.join(names)}。可用的有：{'、'.join(known)}。")
    return options


def _port(written: str) -> int:
    if not written.isdecimal() or int(written) > 65535:
        raise argparse.ArgumentTypeError("端口是 0 到 65535 的整数")
    return int(written)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _refuse(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr)
    sys.exit(WRONG_USAGE)


def _server(options: argparse.Namespace) -> wsgi.Server:
    tls = _tls_adapter() if options.https else None
    app = create_app(
        doors_token=options.doors_token,
        defects=options.defect,
        redesigns=options.redesign,
        only_loopback_names=_is_loopback(options.host),
        name=options.name,
        tls=tls.context if tls else None,
    )
    server = wsgi.Server(
        (options.host, options.port),
        app,
        numthreads=THREADS,
        request_queue_size=128,
        timeout=IDLE_SECONDS,
        shutdown_timeout=1,
    )
    server.gateway = Gateway
    server.ssl_adapter = tls
    server.keep_alive_conn_limit = KEPT_CONNECTIONS
    return server


def _tls_adapter() -> BuiltinSSLAdapter:
    """Make a certificate that is good as long as this process lives."""
    certificate = trustme.CA().issue_cert("localhost", "127.0.0.1", "::1")
    with certificate.private_key_and_cert_chain_pem.tempfile() as file:
        return BuiltinSSLAdapter(file, file)


def _serve(server: wsgi.Server, *, lifeline: bool) -> None:
    """Serve in a thread of its own: a signal must not cut into cheroot's bookkeeping."""
    calls_to_stop: list[object] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *call: calls_to_stop.append(call))
    if lifeline:
        watch = threading.Thread(target=_wait_for_end_of_input, args=[calls_to_stop], daemon=True)
        watch.start()
    serving = threading.Thread(target=server.serve)
    serving.start()
    host, port = server.bind_addr
    scheme = "https" if server.ssl_adapter else "http"
    print(f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}", flush=True)
    while serving.is_alive() and not calls_to_stop:
        serving.join(SECONDS_TO_NOTICE)
    stopping = threading.Thread(target=server.stop)
    stopping.start()
    stopping.join(SECONDS_TO_END)
    if not stopping.is_alive():  # or a fault keeps a request and its thread waiting
        serving.join()


def _wait_for_end_of_input(calls_to_stop: list[object]) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    calls_to_stop.append("end of input")


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # without waiting for threads that a fault keeps
