"""Celery's broker in a folder, for the embedded default: kombu's own, with letters that are whole.

kombu's `filesystem` transport makes a file and writes into it afterwards; a worker that takes it in
between finds nothing to read and ends. Here a file gets its name when it is written.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from time import monotonic_ns
from typing import Any
from uuid import uuid4

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps

SCHEME = "folder"


class Channel(filesystem.Channel):
    """A channel whose files appear whole."""

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{monotonic_ns() // 1_000_000}_{uuid4()}.{queue}.msg"
        letter = Path(self.data_folder_out, name)
        draft = letter.with_suffix(".draft")
        try:
            draft.write_text(dumps(payload))
            draft.replace(letter)
        except OSError as error:
            raise ChannelError(f"Cannot put {letter} into its folder") from error

    def _queue_bind(self, exchange: str, *args: Any) -> None:
        table: Path = self._exchange_file(exchange)  # type: ignore[attr-defined]
        if not table.exists():
            draft = table.with_suffix(f".{uuid4()}")
            draft.write_text("[]")
            # Whoever starts at the same moment may have made it first; theirs is as good.
            with suppress(FileExistsError):
                os.link(draft, table)
            draft.unlink()
        super()._queue_bind(exchange, *args)


class Transport(filesystem.Transport):
    """The transport of `folder://`, with the options of kombu's `filesystem`."""

    Channel = Channel


TRANSPORT_ALIASES[SCHEME] = f"{__name__}:{Transport.__name__}"
