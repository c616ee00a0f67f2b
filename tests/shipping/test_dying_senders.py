"""The process that sends for a worker dies at the worst moment: with a ring in its hand."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.conf import settings

from tests import processes
from tests.installation import Installation, wait_until
from tests.servers import own_servers, redis
from tests.tables import make_tables

# What a worker writes when it begins, when it takes a ring, and when the tick is done.
READY, RECEIVED, DONE = " ready.", "] received", "] succeeded"
RING = "from outbox.tasks import tick; tick.delay()"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Installation]:
    """An installation with a worker that has one sender; without Redis it would have none."""
    with ExitStack() as stack:
        env = stack.enter_context(own_servers()) | {"STATIC_ROOT": str(settings.STATIC_ROOT)}
        env["REDIS_URL"] = stack.enter_context(redis()).url
        own = Installation(tmp_path, **env)
        stack.callback(own.stop)
        make_tables(own)
        own.start("worker", "worker")
        yield own


def test_the_worker_goes_on(house: Installation) -> None:
    log = house.log / "worker.log"
    wait_until(lambda: READY in log.read_text(), f"the worker (see {log})")
    for _death in range(2):
        let_a_sender_die(house, log)
    ring_until(house, log, DONE)


def let_a_sender_die(house: Installation, log: Path) -> None:
    """Kill the worker's sender after a ring was given to it, and before it took it."""
    worker = house.processes["worker"].pid
    # One that never did anything would be ended by its worker.
    ring_until(house, log, DONE)
    [sender] = processes.children(worker)
    os.kill(sender, signal.SIGSTOP)
    ring_until(house, log, RECEIVED)
    os.kill(sender, signal.SIGKILL)
    wait_until(lambda: sender not in processes.children(worker), "the sender to be gone")


def ring_until(house: Installation, log: Path, said: str) -> None:
    """Ring, and wait until the worker says so."""
    before = log.read_text().count(said)
    house.manage("shell", "--no-imports", "--command", RING)
    wait_until(lambda: log.read_text().count(said) > before, f"{said} in {log}")
