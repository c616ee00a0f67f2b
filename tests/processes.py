"""The processes below a worker: which there are, and which one speaks with the mail server."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

ESTABLISHED = "01"


def children(pid: int) -> list[int]:
    """The processes that `pid` started and that still run."""
    with suppress(OSError):
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def talking_to(port: int, among: list[int]) -> list[int]:
    """Those of the processes that have a connection open to `port` of this machine."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    sockets = {
        f"socket:[{line[9]}]"
        for line in lines
        if line[3] == ESTABLISHED and int(line[2].partition(":")[2], 16) == port
    }
    return [pid for pid in among if sockets & _open_files(pid)]


def _open_files(pid: int) -> set[str]:
    found = set()
    with suppress(OSError):
        for entry in os.scandir(f"/proc/{pid}/fd"):
            with suppress(OSError):
                found.add(os.readlink(entry.path))
    return found
