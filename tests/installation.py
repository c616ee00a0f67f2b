"""A whole installation of the product in a temporary folder: its processes, mail and clock.

Used by the tests that need real processes (the story in the browser, `make year`). Runs the very
scripts of `bin/` that production runs.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(true: Callable[[], object], what: str, seconds: float = 60) -> None:
    """Return once `true()` is; raise TimeoutError naming `what` when it does not come."""
    deadline = time.monotonic() + seconds
    patience, pause = threading.Event(), 0.01
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:.0f} s for {what}")
        patience.wait(pause)
        pause = min(pause * 1.5, 0.2)


class Installation:
    """Environment, processes and clock of one installation below `folder`."""

    def __init__(self, folder: Path, *, python: str = sys.executable, **env: str) -> None:
        self.folder = folder
        self.log = folder / "log"
        self.log.mkdir(parents=True, exist_ok=True)
        self.clock_file = folder / "clock"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.commands: dict[str, list[str]] = {}
        self.env = {
            "PATH": f"{Path(python).parent}:{os.environ['PATH']}",
            "LANG": "C.UTF-8",
            "DJANGO_SETTINGS_MODULE": "coalitions.settings",
            "SECRET_KEY": "the-secret-of-an-installation-that-lives-for-one-test-only-0123456789",
            "BASE_URL": self.url,
            "ALLOWED_HOSTS": "127.0.0.1",
            "VAR_DIR": str(folder / "var"),
            "STATIC_ROOT": str(folder / "static-root"),
            "MFA_REQUIRED": "0",
            "TEST_CLOCK_FILE": str(self.clock_file),
            "TICK_SECONDS": "0.3",
            # Tests move the clock as they like.
            "CLOCK_TOLERANCE_HOURS": "1000000",
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "WEB_PROCESSES": "1",
            "WORKER_CONCURRENCY": "1",
        } | env
        self.move_clock(0)

    def move_clock(self, seconds: float) -> None:
        """Let every process's clock run `seconds` ahead of the real one."""
        draft = self.clock_file.with_suffix(".new")
        draft.write_text(f"{seconds:.3f}")
        draft.replace(self.clock_file)

    def manage(self, *arguments: str, stdin: str | None = None) -> str:
        """Run a management command; its output. Raises RuntimeError with both streams."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.env,
            input=stdin,
            text=True,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"manage.py {' '.join(arguments)}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def start(self, name: str, script: str, **env: str) -> None:
        """Start `bin/<script>` under `name`, in a process group of its own."""
        self.commands[name] = [script, *(f"{key}={value}" for key, value in env.items())]
        with (self.log / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [ROOT / "bin" / script],
                cwd=ROOT,
                env=self.env | env,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """SIGKILL the process and all its children, as a power cut would."""
        process = self.processes[name]
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def restart(self, name: str) -> None:
        """Start again what was killed, with the same command."""
        script, *env = self.commands[name]
        self.start(name, script, **dict(pair.split("=", 1) for pair in env))

    def wait_for_web(self) -> None:
        wait_until(self.web_serves, f"the web server at {self.url} (see {self.log})")

    def web_serves(self) -> bool:
        """What the container's health check says."""
        asked = subprocess.run(
            [ROOT / "bin" / "ask-ready"], env=self.env, capture_output=True, check=False
        )
        return asked.returncode == 0

    def stop(self) -> None:
        """End every process that was started."""
        for name in list(self.processes):
            self.kill(name)
