"""Reading the mails that really arrived."""

from __future__ import annotations

import email
import email.policy
import re
from email.message import EmailMessage

from tests.installation import wait_until
from tests.outbox.sink import Sink

CODE = re.compile(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", re.MULTILINE)


class Mailbox:
    """Everybody's mail: each mail is handed out once, in the order of its arrival."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self.read: set[int] = set()

    def next(self, to: str, about: str) -> EmailMessage:
        """The next unread mail to an address with `about` in its subject; waits for it."""
        found: list[tuple[int, EmailMessage]] = []

        def arrived() -> bool:
            found[:] = self.unread(to, about)
            return bool(found)

        wait_until(arrived, f"a mail to {to} about “{about}”", 30)
        number, mail = found[0]
        self.read.add(number)
        return mail

    def unread(self, to: str, about: str) -> list[tuple[int, EmailMessage]]:
        """Mails to an address that no one has read, with `about` in the subject."""
        return [
            (number, mail)
            for number, taken in enumerate(list(self.sink.taken))
            if taken.to == to and number not in self.read
            for mail in [_parsed(taken.raw)]
            if about in mail["Subject"]
        ]

    def code(self, to: str) -> str:
        """The code of the next sign-in mail."""
        found = CODE.search(text_of(self.next(to, "is your code")))
        assert found
        return found[1]

    def link(self, to: str, about: str, path: str) -> str:
        """The address below `/path/` in the text of the next mail about it."""
        text = text_of(self.next(to, about))
        found = re.search(rf"http://[^\s]+/{path}/[\w-]{{22}}/?", text)
        assert found, text
        return found.group()


def _parsed(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, policy=email.policy.default)


def text_of(mail: EmailMessage) -> str:
    """The plain text of a mail."""
    body = mail.get_body(("plain",))
    assert body
    return body.get_content()
