"""The bad line does what it says: cuts the reply of what was passed on, and sends twice."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.client import HTTPConnection, RemoteDisconnected
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.together.proxy import HURT, Proxy


class Web(BaseHTTPRequestHandler):
    seen: list[str]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.seen.append(f"{self.path} {body}")  # type: ignore[attr-defined]
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def web() -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), Web)
    server.seen = []  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def send(proxy: Proxy, path: str = HURT) -> bytes:
    line = HTTPConnection("127.0.0.1", proxy.server_port, timeout=10)
    try:
        line.request("POST", path, b"words")
        return line.getresponse().read()
    finally:
        line.close()


def test_a_reply_is_cut_after_the_request_arrived(web: HTTPServer) -> None:
    with Proxy(web.server_port, 1, cut=1, doubled=0) as proxy:
        with pytest.raises((RemoteDisconnected, ConnectionResetError)):
            send(proxy)
        assert send(proxy, "/teams/1/plan/") == b"words"
    assert web.seen == ["/cells/ words", "/teams/1/plan/ words"]  # type: ignore[attr-defined]
    assert proxy.struck == {"cut": 1}


def test_a_doubled_request_arrives_twice_and_is_answered_once(web: HTTPServer) -> None:
    with Proxy(web.server_port, 1, cut=0, doubled=1) as proxy:
        assert send(proxy) == b"words"
    assert web.seen == ["/cells/ words"] * 2  # type: ignore[attr-defined]
    assert proxy.struck == {"doubled": 1}


def test_a_web_that_is_gone_is_a_broken_line() -> None:
    with Proxy(1, 1) as proxy, pytest.raises((RemoteDisconnected, ConnectionResetError)):
        send(proxy, "/")
    assert proxy.struck == {"broken_lines": 1}
