"""A mail server in a process of its own that notes each mail it accepts.

    python -m benchmarks.mail_sink PORT FILE

Each accepted mail becomes one line of FILE: the seconds of the machine's monotonic clock, who it
is for, and its Message-ID.
"""

from __future__ import annotations

import asyncio
import logging
import re
import sys
import time
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

logging.getLogger("mail.log").setLevel(logging.ERROR)
MESSAGE_ID = re.compile(rb"^message-id:\s*(\S+)", re.IGNORECASE | re.MULTILINE)


class Notes:
    """Takes every mail and writes a line about it."""

    def __init__(self, path: Path) -> None:
        self.file = path.open("a", buffering=1)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        found = MESSAGE_ID.search(envelope.original_content or b"")
        message_id = found[1].decode() if found else "-"
        self.file.write(f"{time.monotonic():.6f} {envelope.rcpt_tos[0]} {message_id}\n")
        return "250 2.0.0 taken"


async def serve(port: int, path: Path) -> None:
    notes = Notes(path)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(notes, loop=loop), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
