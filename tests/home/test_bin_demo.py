"""`make demo`, as a newcomer starts, visits, stops and starts it again."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path

import psutil
import pytest

from tests.installation import ROOT, free_port, wait_until

pytestmark = pytest.mark.once

LINK = re.compile(r"^(.+) — (.+) — (.+) — (http://127\.0\.0\.1:\d+/dev/sign-in/\S+)$", re.M)
TOLD = "Ctrl-C stops it."


class Demo:
    """`bin/demo` in a folder of its own, its words in a file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.log = folder / "said"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> str:
        """Start it and wait until it has told how to get in; what it said."""
        env = os.environ | {
            "PORT": str(self.port),
            "DEMO_DIR": str(self.folder / "demo"),
            # Variables of a real installation: the demo must leave them alone.
            "DATABASE_URL": "postgres://nobody@127.0.0.1:1/real",
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": "1",
            "DEBUG": "0",
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "bin/demo"],
                cwd=ROOT,
                env=env,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_until(self._has_told_or_ended, f"the demo: {self.log.read_text()}", seconds=300)
        assert self.process.poll() is None, self.log.read_text()
        return self.log.read_text()

    def _has_told_or_ended(self) -> bool:
        assert self.process is not None
        return TOLD in self.log.read_text() or self.process.poll() is not None

    def stop(self) -> int | None:
        """Ctrl-C; its exit code."""
        if self.process is None or self.process.poll() is not None:
            return None
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)

    def children(self) -> list[psutil.Process]:
        assert self.process is not None
        return psutil.Process(self.process.pid).children(recursive=True)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    made = Demo(tmp_path)
    yield made
    made.stop()


def visit(url: str) -> tuple[int, str]:
    """Open a page with a browser that nobody used before."""
    jar = urllib.request.HTTPCookieProcessor(CookieJar())
    try:
        with urllib.request.build_opener(jar).open(url, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def links_in(said: str) -> dict[str, str]:
    return {f"{role}: {name}": link for role, name, _sees, link in LINK.findall(said)}


def test_the_demo_starts_shows_itself_stops_and_goes_on_with_what_is_there(demo: Demo) -> None:
    said = demo.start()
    assert f"Coalitions runs at http://127.0.0.1:{demo.port}" in said
    links = links_in(said)
    assert len(links) == 7
    roles = {who.split(":")[0] for who in links}
    assert roles == {
        "Administrator",
        "Program lead",
        "Facilitator",
        "Coach",
        "Team lead",
        "Member",
    }

    lead = next(link for who, link in links.items() if who.startswith("Program lead"))
    status, page = visit(lead)
    assert status == 200
    assert "Leading with Coalitions" in page
    status, page = visit(lead)
    assert status == 410
    assert "does not sign in any more" in page
    status, page = visit(f"http://127.0.0.1:{demo.port}/dev/mail/")
    assert status == 200
    assert "kenya.lead@demo.example" in page

    started = demo.children()
    assert demo.stop() == 0
    _gone, alive = psutil.wait_procs(started, timeout=10)
    assert not alive

    again = demo.start()
    status, page = visit(links_in(again)["Member: Emmanuel Gbowee"])
    assert status == 200
    assert "Liberia" in page
    # The link that was used stays used; one that was not still works.
    assert visit(lead)[0] == 410
    facilitator = next(link for who, link in links.items() if who.startswith("Facilitator"))
    assert visit(facilitator)[0] == 200


def test_where_the_port_is_taken_it_says_how_to_choose_another(demo: Demo) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", demo.port))
        other.listen()
        done = subprocess.run(
            [sys.executable, "bin/demo"],
            cwd=ROOT,
            env=os.environ | {"PORT": str(demo.port), "DEMO_DIR": str(demo.folder / "demo")},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert f"Port {demo.port} is taken by another program." in done.stderr
    assert "make demo" in done.stderr
    assert not (demo.folder / "demo").exists()
