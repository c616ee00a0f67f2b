"""Beat has the mailboxes read: answers and undelivered mails, whatever hangs or is away."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import DataError, OperationalError

from outbox import mailbox, mailboxes
from outbox.models import MailEvent, Suppression
from outbox.tasks import read_mailboxes
from tests.coalitions.test_settings import setting
from tests.followups.imap import Imap
from tests.outbox.test_bounces import report, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def bounced(sink: Any, reminder: Any) -> Iterator[tuple[str, Imap]]:
    """An address whose mail came back, and the mailbox in which the report lies."""
    message, raw = sent(sink)
    server = Imap({3: report(raw, message.address).encode()}, "s3cret")
    yield message.address, server
    server.close()


@pytest.fixture
def hanging() -> Iterator[int]:
    """The port of a server that takes the call and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        yield silent.getsockname()[1]


def url(server: Imap) -> str:
    return f"imap://box:s3cret@127.0.0.1:{server.port}/INBOX"


def test_the_task_of_beat_reads_what_came_back_once(bounced, settings):
    address, server = bounced
    settings.BOUNCES_MAILBOX = url(server)
    for _ in range(2):
        read_mailboxes()
    assert Suppression.objects.get().address == address
    assert server.seen == {3}
    assert MailEvent.objects.count() == 1


def test_a_mailbox_that_hangs_is_left_and_the_other_one_read(
    bounced, hanging, settings, monkeypatch, caplog
):
    address, server = bounced
    monkeypatch.setattr(mailbox, "TIMEOUT", 0.3)
    settings.REPLY_MAILBOX = f"imap://box:hunter2@127.0.0.1:{hanging}/INBOX"
    settings.BOUNCES_MAILBOX = url(server)
    began = time.monotonic()
    read_mailboxes()
    assert time.monotonic() - began < 3
    assert "The mailbox of REPLY_MAILBOX could not be read: 127.0.0.1: timed out" in caplog.text
    assert "hunter2" not in caplog.text
    assert Suppression.objects.get().address == address


def test_a_letter_over_which_we_stumble_keeps_no_other_and_an_outage_keeps_all_unread(
    bounced, settings, monkeypatch
):
    _address, server = bounced
    server.mails[1] = b"Subject: odd\n\n"
    settings.BOUNCES_MAILBOX = url(server)
    real = mailboxes._takers["BOUNCES_MAILBOX"]

    def take(letter: mailbox.Letter) -> int:
        if b"odd" in letter.raw:
            raise problem
        return real(letter)

    monkeypatch.setitem(mailboxes._takers, "BOUNCES_MAILBOX", take)
    problem: Exception = OperationalError("away")
    with pytest.raises(OperationalError):
        read_mailboxes()
    assert server.seen == set()
    problem = DataError("too long")
    read_mailboxes()
    assert server.seen == {1, 3}
    assert Suppression.objects.count() == 1


@pytest.mark.parametrize(
    ("env", "is_read"),
    [
        ({}, False),
        ({"BOUNCES_MAILBOX": "maildir:///var/mail/back"}, True),
        ({"REPLY_MAILBOX": "imaps://a:b@c/", "REPLY_ADDRESS": "answers@x.example"}, True),
    ],
)
def test_beat_reads_the_mailboxes_where_one_is_configured(tmp_path: Path, env, is_read):
    schedule = setting(tmp_path, "CELERY_BEAT_SCHEDULE", **env)
    assert ("'outbox.mailboxes'" in schedule) == is_read
