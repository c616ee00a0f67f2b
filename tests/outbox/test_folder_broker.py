"""The embedded default's broker: what is read from its folder is whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection

from coalitions import folder_broker

pytestmark = pytest.mark.once

QUEUE = "bell"


@pytest.fixture
def channel(tmp_path: Path) -> Iterator[Any]:
    options = {"data_folder_in": str(tmp_path), "data_folder_out": str(tmp_path)}
    options |= {"control_folder": str(tmp_path / "control")}
    (tmp_path / "control").mkdir()
    with Connection(f"{folder_broker.SCHEME}://", transport_options=options) as connection:
        yield connection.default_channel


class LookedForWhileItIsWritten:
    """Something to send; whoever writes it down looks into the queue meanwhile, as a worker may."""

    def __init__(self, channel: Any) -> None:
        self.channel = channel

    def __json__(self) -> str:
        with pytest.raises(Empty):
            self.channel._get(QUEUE)
        return "rung"


def test_a_letter_is_found_when_it_is_whole_and_not_before(channel: Any) -> None:
    channel._put(QUEUE, {"body": LookedForWhileItIsWritten(channel)})
    assert channel._get(QUEUE) == {"body": "rung"}
    with pytest.raises(Empty):
        channel._get(QUEUE)


def test_letters_come_in_their_order_and_to_their_queue(channel: Any) -> None:
    channel._put("other", {"body": "not ours"})
    channel._put(QUEUE, {"body": "ours"})
    assert channel._get(QUEUE) == {"body": "ours"}
    assert channel._size(QUEUE) == 0
    assert channel._size("other") == 1


def test_whoever_binds_first_makes_the_table_and_the_others_stand_in_it_too(channel: Any) -> None:
    for queue in (QUEUE, "other", QUEUE):
        channel._queue_bind("office", queue, "", queue)
    assert {line.queue for line in channel.get_table("office")} == {QUEUE, "other"}


def test_a_folder_that_is_gone_is_an_error_of_the_channel(channel: Any, tmp_path: Path) -> None:
    channel.transport_options["data_folder_out"] = str(tmp_path / "nowhere")
    with pytest.raises(channel.connection.client.channel_errors):
        channel._put(QUEUE, {"body": "lost"})
