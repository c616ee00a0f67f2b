"""The processes below a worker: which there are, and which one speaks with the mail server."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

import psutil


def children(pid: int) -> list[int]:
    """The processes that `pid` started and that still run."""
    with suppress(psutil.Error):
        return [child.pid for child in psutil.Process(pid).children()]
    return []


def talking_to(port: int, among: Iterable[int]) -> list[int]:
    """Those of the processes that have a connection open to `port`."""
    return [pid for pid in among if port in _far_ports(pid)]


def _far_ports(pid: int) -> set[int]:
    with suppress(psutil.Error):
        lines = psutil.Process(pid).net_connections("tcp")
        return {line.raddr.port for line in lines if line.raddr and line.status == "ESTABLISHED"}
    return set()
