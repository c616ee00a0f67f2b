"""`make image-check`: build the image, run its parts as docker-compose.yml says, and use them.

    python -m tests.image [--engine podman|docker] [--base IMAGE]

PostgreSQL, Redis and the mail server are private ones of this machine, whose network the containers
share. Not part of `make test`: it wants a container engine.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import yaml

from tests.installation import ROOT, free_port, wait_until
from tests.outbox.sink import Sink
from tests.servers import postgresql, redis
from tests.shipping.raw import ask

NAME = "coalitions.example"
LEAD = "grace@example.org"
SAFELY = {"Host": NAME, "X-Forwarded-Proto": "https"}
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
PARTS = ("web", "worker", "beat")


class Containers:
    """The services of docker-compose.yml as containers of one engine, with our servers."""

    def __init__(self, engine: str, env: dict[str, str]) -> None:
        self.engine = engine
        self.env = env
        self.tag = f"coalitions-check-{os.getpid()}"

    def __call__(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        command = [self.engine, *arguments]
        done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=False)
        if check and done.returncode:
            raise RuntimeError(f"{' '.join(command)}\n{done.stdout}\n{done.stderr}")
        return done

    def build(self, base: str | None) -> None:
        chosen = ["--build-arg", f"BASE={base}"] if base else []
        command = [self.engine, "build", *chosen, "-t", self.tag, "."]
        subprocess.run(command, cwd=ROOT, check=True, stdout=sys.stderr)

    def options(self, part: str) -> list[str]:
        """What compose gives to the containers of `part`."""
        service = SERVICES[part]
        given = ["--network", "host", "--no-healthcheck", "--read-only"]
        given += [f"--tmpfs={folder}" for folder in service["tmpfs"]]
        given += [f"--volume={self.tag}-{volume}" for volume in service["volumes"]]
        given += [f"--cap-drop={name}" for name in service["cap_drop"]]
        given += [f"--security-opt={option}" for option in service["security_opt"]]
        env = {name: str(value) for name, value in service["environment"].items()} | self.env
        return given + [f"--env={name}={value}" for name, value in env.items()]

    def once(self, part: str, *command: str) -> str:
        """Run a command to its end in a container of `part`; its output."""
        words = command or SERVICES[part]["command"]
        return self("run", "--rm", *self.options(part), self.tag, *words).stdout

    @contextmanager
    def running(self, part: str) -> Iterator[str]:
        """The container of `part`, until told to stop; says how long stopping took."""
        name = f"{self.tag}-{part}"
        command = SERVICES[part]["command"]
        self("run", "--detach", "--init", "--name", name, *self.options(part), self.tag, *command)
        try:
            yield name
            began = time.monotonic()
            self("stop", "--time", "45", name)
            code = self("inspect", "--format", "{{.State.ExitCode}}", name).stdout.strip()
            print(f"{part} stopped in {time.monotonic() - began:.1f} s with code {code}")
        except BaseException:
            print(self("logs", name, check=False).stderr[-4000:], file=sys.stderr)
            raise
        finally:
            self("rm", "--force", name, check=False)

    def is_well(self, part: str, name: str) -> bool:
        """What the health check of compose says in this container."""
        _, *command = SERVICES[part]["healthcheck"]["test"]
        return self("exec", name, *command, check=False).returncode == 0


def ask_for_a_code(port: int) -> None:
    form = ask(port, "/accounts/login/", **SAFELY)
    token = TOKEN.search(form.text)
    assert form.status == 200
    assert token
    fields = {"csrfmiddlewaretoken": token[1], "login": LEAD}
    cookie = form.cookies[0].split(";")[0]
    sent = SAFELY | {"Cookie": cookie, "Origin": f"https://{NAME}"}
    assert ask(port, "/accounts/login/", fields, **sent).status == 302


def files_are_shared(containers: Containers) -> None:
    """What web keeps in the folder of files, a worker finds there."""
    told = "from materials.models import private_files as f; from io import BytesIO as b; "
    shell = ("python", "manage.py", "shell", "--no-imports", "--command")
    containers.once("web", *shell, told + "f().save('kept', b(b'x'))")
    assert "kept" in containers.once("worker", *shell, told + "print(f().listdir('')[1])")
    print("web and worker share their files")


def walk(containers: Containers, sink: Sink, port: int) -> None:
    """Set the installation up, start it, sign in as far as the mailed code."""
    user = containers.once("web", "id").strip()
    assert "uid=0" not in user
    print(f"runs as {user}")
    files_are_shared(containers)
    containers.once("migrate")
    containers.once("web", "python", "manage.py", "make_program", "A program", "--lead", LEAD)
    with ExitStack() as stack:
        began = time.monotonic()
        names = {part: stack.enter_context(containers.running(part)) for part in PARTS}
        for part, name in names.items():
            wait_until(lambda p=part, n=name: containers.is_well(p, n), f"{part} to be well", 120)
        print(f"web, worker and beat were well after {time.monotonic() - began:.1f} s")
        for path in ("/readyz", "/healthz", "/", "/accounts/login/"):
            status = ask(port, path, **SAFELY).status
            print(f"{path} {status}")
            assert status == 200
        ask_for_a_code(port)
        wait_until(lambda: sink.taken, "the mail with the code", 30)
        print(f"a code went to {sink.taken[0].to}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=["podman", "docker"], default="podman")
    parser.add_argument("--base", help="the image that the Dockerfile builds on")
    chosen = parser.parse_args()
    with ExitStack() as stack:
        sink = Sink()
        stack.callback(sink.close)
        port = free_port()
        env = {
            "SECRET_KEY": "the-secret-of-an-image-that-is-only-looked-at-0123456789-abcdefgh",
            "BASE_URL": f"https://{NAME}",
            "TRUSTED_PROXIES": "1",
            "DATABASE_URL": stack.enter_context(postgresql()).url,
            "REDIS_URL": stack.enter_context(redis()).url,
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(sink.port),
            "SMTP_TLS": "none",
            "TICK_SECONDS": "5",
            "HOST": "127.0.0.1",
            "PORT": str(port),
        }
        containers = Containers(chosen.engine, env)
        containers.build(chosen.base)
        for volume in SERVICES["web"]["volumes"]:
            name = f"{containers.tag}-{volume.partition(':')[0]}"
            stack.callback(containers, "volume", "rm", "--force", name, check=False)
        stack.callback(containers, "rmi", "--force", containers.tag, check=False)
        walk(containers, sink, port)
    print("The image is as it should be.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
