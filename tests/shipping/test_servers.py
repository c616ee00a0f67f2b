"""The private servers of the tests leave nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from tests.servers import Server, postgresql, redis

pytestmark = pytest.mark.once


def fail_with(server: Callable[[], AbstractContextManager[Server]], met: list[Server]) -> None:
    with server() as running:
        met.append(running)
        raise ZeroDivisionError


@pytest.mark.parametrize("server", [postgresql, redis])
def test_a_server_ends_with_the_test_that_failed(server) -> None:
    met: list[Server] = []
    with pytest.raises(ZeroDivisionError):
        fail_with(server, met)
    [ended] = met
    assert ended.process
    assert ended.process.poll() is not None
    assert not ended.log.parent.exists()
