"""A bad line: between browsers and the web, it cuts replies and sends requests twice.

Only what saves a cell is hurt, and only after it was passed on: whoever sent it cannot know whether
it arrived, and sends it again.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HURT = "/cells/"
OWN_HEADERS = {"connection", "transfer-encoding", "content-length", "date", "server"}

type Answer = tuple[int, list[tuple[str, str]], bytes]


class Proxy(ThreadingHTTPServer):
    """Listens on a free port and passes on to the port `upstream`; `struck` counts the faults."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self, upstream: int, seed: int, *, cut: float = 0.1, doubled: float = 0.05
    ) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.upstream = upstream
        self.fates = {"cut": cut, "doubled": doubled}
        self.chance = random.Random(f"line {seed}")
        self.struck: Counter[str] = Counter()
        self.answered = 0
        self.twice = ThreadPoolExecutor(4)
        self.thread = threading.Thread(target=self.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def __enter__(self) -> Proxy:
        self.thread.start()
        return self

    def __exit__(self, *_why: object) -> None:
        self.shutdown()
        self.twice.shutdown()
        self.server_close()

    def fate(self, method: str, path: str) -> str:
        """What befalls a request."""
        if method != "POST" or not path.endswith(HURT):
            return ""
        drawn = self.chance.random()
        for fate, share in self.fates.items():
            if drawn < share:
                self.struck[fate] += 1
                return fate
            drawn -= share
        return ""

    def pass_on(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """What the web answers. Raises OSError or HTTPException when it was killed meanwhile."""
        with closing(HTTPConnection("127.0.0.1", self.upstream, timeout=60)) as line:
            line.request(method, path, body, headers)
            answer = line.getresponse()
            return answer.status, answer.getheaders(), answer.read()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that hangs up is no event."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Proxy

    def do_GET(self) -> None:
        self.relay()

    def do_POST(self) -> None:
        self.relay()

    def relay(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = dict(self.headers.items()) | {"Connection": "close"}
        request = (self.command, self.path, headers, body)
        fate = self.server.fate(self.command, self.path)
        other = (
            self.server.twice.submit(self.server.pass_on, *request) if fate == "doubled" else None
        )
        try:
            answer = self.server.pass_on(*request)
        except (OSError, HTTPException):
            self.server.struck["broken_lines"] += 1
            self.close_connection = True
            return
        finally:
            if other:
                other.exception()
        self.server.answered += 1
        if fate == "cut":
            self.close_connection = True
            return
        self.reply(*answer)

    def reply(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in OWN_HEADERS:
                self.send_header(name, value)
        if status not in {204, 304}:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """The report says what matters."""
