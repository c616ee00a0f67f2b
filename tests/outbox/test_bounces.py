"""Mails that come back, and readers who call them unwanted: noted once, and acted on."""

from __future__ import annotations

import base64
import json
import mailbox
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from coalitions import clock
from outbox import events, hosted, ticking
from outbox.delivery import deliver
from outbox.models import MailEvent, Message, Suppression
from outbox.verdicts import suppressed_among
from tests.outbox.conftest import DAY, NOW, put

pytestmark = pytest.mark.django_db
SECRET = "provider:a-long-random-text"

REPORT = """\
From: Mail Delivery System <MAILER-DAEMON@mail.example.org>
To: coalitions@example.org
Subject: Undelivered Mail Returned to Sender
Message-ID: <{id}@mail.example.org>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="cut"

--cut
Content-Type: text/plain; charset=us-ascii

It did not arrive.

--cut
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.org

Final-Recipient: rfc822; {to}
Original-Recipient: rfc822;{to}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} no such user here

--cut
Content-Type: text/rfc822-headers

{headers}

--cut--
"""
COMPLAINT = """\
From: <feedback@isp.example>
To: coalitions@example.org
Subject: complaint
Message-ID: <complaint@isp.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="cut"

--cut
Content-Type: text/plain

This is an abuse report.

--cut
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: ISP/1.0
Version: 1

--cut
Content-Type: message/rfc822

{mail}

--cut--
"""


@pytest.fixture
def box(tmp_path: Path) -> mailbox.Maildir:
    return mailbox.Maildir(tmp_path / "Maildir")


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("outbox", *arguments, stdout=out)
    return out.getvalue()


def read(box: mailbox.Maildir) -> str:
    return run("bounces", "--mailbox", f"maildir:{box._path}")


def sent(sink: Any) -> tuple[Message, bytes]:
    """A mail that its server took a moment ago, and its bytes."""
    message = put(now=clock.now())
    ticking.tick(clock.now())
    return message, sink.taken[-1].raw


def report(
    raw: bytes, to: str, *, action: str = "failed", status: str = "5.1.1", id: str = "1"
) -> str:
    headers = raw.decode().replace("\r\n", "\n").split("\n\n")[0]
    return REPORT.format(to=to, action=action, status=status, headers=headers, id=id)


def test_a_mail_that_came_back_for_good_suppresses_its_address(sink, reminder, box):
    message, raw = sent(sink)
    box.add(report(raw, message.address))
    assert read(box) == "1 letters read, 1 bounces or complaints noted.\n"
    told = Suppression.objects.get()
    assert (told.address, told.why, told.message) == (message.address, "bounced", message)
    assert "no such user here" in told.reason
    after = put(message.person)
    assert deliver(NOW) == 0
    after.refresh_from_db()
    assert after.state == "suppressed"


def test_a_letter_is_read_once_and_told_twice_it_counts_once(sink, reminder, box):
    message, raw = sent(sink)
    for _ in range(2):
        box.add(report(raw, message.address))
    assert "2 letters read, 1 bounces" in read(box)
    assert "0 letters read" in read(box)
    assert MailEvent.objects.count() == 1


def test_bounces_that_may_pass_suppress_at_the_third_within_a_month(sink, reminder, box):
    message, raw = sent(sink)
    for n in range(3):
        assert not Suppression.objects.exists()
        box.add(report(raw, message.address, status="4.2.2", action="delayed", id=str(n)))
        read(box)
        if n == 0:
            MailEvent.objects.update(at=clock.now() - 31 * DAY)
    assert not Suppression.objects.exists()
    box.add(report(raw, message.address, status="4.2.2", action="delayed", id="last"))
    read(box)
    assert Suppression.objects.get().why == "bounced"


def test_whoever_calls_our_mail_unwanted_gets_no_more(sink, reminder, box):
    message, raw = sent(sink)
    box.add(COMPLAINT.format(mail=raw.decode().replace("\r\n", "\n")))
    read(box)
    assert Suppression.objects.get(address=message.address).why == "complained"


def test_a_report_about_somebody_we_never_wrote_to_changes_nothing(sink, reminder, box):
    _message, raw = sent(sink)
    box.add(report(raw, "minister@elsewhere.example"))
    box.add("Subject: hello\n\nNot a report at all.\n")
    assert read(box) == "2 letters read, 0 bounces or complaints noted.\n"
    assert not Suppression.objects.exists()


def test_the_id_of_one_persons_mail_does_not_shut_anothers_address(sink, reminder):
    mine, _ = sent(sink)
    other, _ = sent(sink)
    events.note(
        "bounced",
        other.address,
        source="mailbox",
        event_id="x",
        now=clock.now(),
        message_id=mine.message_id,
    )
    assert not MailEvent.objects.exists()
    assert not Suppression.objects.exists()


def test_a_stranger_who_writes_a_report_shuts_nobodys_address(sink, reminder, box):
    """Who knows an address, but no mail of ours to it; a complaint likewise."""
    message, _raw = sent(sink)
    forged = f"From: us\nTo: {message.address}\nMessage-ID: <guessed@example.org>"
    box.add(report(forged.encode(), message.address))
    box.add(report(b"Subject: no id", message.address, id="2"))
    box.add(COMPLAINT.format(mail=f"{forged}\n\nWords"))
    assert read(box) == "3 letters read, 0 bounces or complaints noted.\n"
    assert not Suppression.objects.exists()


def test_a_code_that_was_taken_does_not_reopen_what_came_back_later(sink, make_kind):
    make_kind("code", asked_for=True)
    message = put(kind="code")
    for why in ("bounced", "refused"):
        Suppression.objects.update_or_create(
            address=message.address, defaults={"why": why, "reason": "-", "since": NOW}
        )
        put(message.person, kind="code")
        deliver(NOW)
        assert bool(suppressed_among([message.address])) == (why == "bounced")


def test_a_mailbox_that_cannot_be_opened_says_why_and_no_password(tmp_path):
    for url, why in (
        (f"maildir:{tmp_path}", "no Maildir"),
        ("imap://bob:hunter2@127.0.0.1:1/INBOX", "refused"),
        ("ftp://x", "A mailbox is"),
        ("", "Which mailbox"),
    ):
        with pytest.raises(CommandError, match=why) as caught:
            run("bounces", "--mailbox", url)
        assert "hunter2" not in str(caught.value)


# What a hosted sender tells ----------------------------------------------------------------------


@pytest.fixture
def hook(settings: Any) -> Any:
    settings.MAIL_PROVIDER, settings.MAIL_PROVIDER_SECRET = "postmark", SECRET
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}
    settings.ROOT_URLCONF = type("Hooked", (), {"urlpatterns": hosted.doors()})

    def tell(secret: str = SECRET, raw: bytes | None = None, **event: Any) -> int:
        credentials = base64.b64encode(secret.encode()).decode()
        headers = {"Authorization": f"Basic {credentials}"}
        told = json.dumps({"RecordType": "Bounce", "Type": "HardBounce", "ID": 42} | event)
        body = told if raw is None else raw
        client = Client()
        return client.post(
            "/hooks/mail/", body, content_type="application/json", headers=headers
        ).status_code

    return tell


def test_a_providers_bounce_is_noted_once(sink, reminder, hook):
    message, _raw = sent(sink)
    for _ in range(2):
        assert hook(Email=message.address, Description="The server was unable to deliver") == 200
    assert Suppression.objects.get().address == message.address
    assert MailEvent.objects.get().source == "Postmark"


def test_a_providers_soft_bounce_only_counts(sink, reminder, hook):
    message, _raw = sent(sink)
    assert hook(Email=message.address, Type="SoftBounce") == 200
    assert MailEvent.objects.get().what == "soft"
    assert not Suppression.objects.exists()


def test_a_webhook_without_the_secret_changes_nothing(sink, reminder, hook):
    message, _raw = sent(sink)
    assert hook("provider:guessed", Email=message.address) == 400
    assert not MailEvent.objects.exists()


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"null", b"3", b"{", b"\xff", b"[" * 100_000], ids=lambda raw: repr(raw[:9])
)
def test_a_webhook_with_a_body_that_is_none_changes_nothing(sink, reminder, hook, raw):
    sent(sink)
    assert hook(raw=raw) == 400
    assert not MailEvent.objects.exists()


def test_a_webhook_that_names_no_address_but_something_else_changes_nothing(sink, reminder, hook):
    message, _raw = sent(sink)
    for wrong in ([message.address], {"a": 1}, 3, f"{message.address}\0"):
        assert hook(Email=wrong) == 400
    assert hook(Email=message.address, Description=["no", "text"]) == 400
    assert hook(Email=message.address, MessageID=[1]) == 400
    assert hook(Email=message.address, MessageID="\0") == 400
    assert not MailEvent.objects.exists()
    assert not Suppression.objects.exists()


def test_a_provider_that_numbers_its_mails_is_understood(sink, reminder, hook):
    message, _raw = sent(sink)
    assert hook(Email=message.address, MessageID=12) == 200
    assert MailEvent.objects.get().message == message


def test_what_fails_on_our_side_is_no_fault_of_the_providers(sink, reminder, hook, monkeypatch):
    """It tries again after a 500, and not after a 400."""
    message, _raw = sent(sink)

    def stumble(*_args: Any, **_more: Any) -> None:
        raise ValueError("a mistake of ours")

    monkeypatch.setattr(events, "note", stumble)
    with pytest.raises(ValueError, match="of ours"):
        hook(Email=message.address)


def test_without_a_provider_there_is_no_webhook(client):
    assert client.post("/hooks/mail/").status_code == 404
    assert hosted.doors() == []
