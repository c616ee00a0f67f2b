"""The bytes of a mail: complete, the same in each copy, and nobody can smuggle headers in."""

import email
import email.policy
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outbox import letter, mails
from outbox.delivery import deliver
from outbox.kinds import Content
from outbox.models import Message
from tests.outbox.conftest import NOW, put

URL = "https://follow-up.coalitions-for-development.example.org/u/3kT9vYx0aLq2mNb7cWz4Rg"


def a_message(**fields) -> Message:
    return Message(
        **{
            "address": "amara@example.org",
            "language": "en",
            "message_id": "<1@example.org>",
            "dated_at": NOW,
        }
        | fields
    )


def parsed(raw: bytes) -> email.message.EmailMessage:
    return email.message_from_bytes(raw, policy=email.policy.default)


def lines(part: email.message.MIMEPart | None) -> str:
    """A part's text, with the line ends of Python in place of those of mail."""
    assert part
    return part.get_content().replace("\r\n", "\n")


@pytest.mark.django_db
def test_the_unsubscribe_header_reaches_the_server_on_one_line(sink, make_kind):
    headers = {
        "List-Unsubscribe": f"<{URL}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    make_kind("reminder", compose=lambda message: Content("…", "…", "<p>…</p>", headers))
    put()
    deliver(NOW)
    head = sink.taken[0].raw.split(b"\r\n\r\n")[0].split(b"\r\n")
    assert b"List-Unsubscribe: <" + URL.encode() + b">" in head
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in head


def test_a_letter_holds_text_and_html_in_ascii_lines_that_every_server_takes():
    raw = letter.write(a_message(), Content("كيف الحال؟", "نص طويل " * 200, "<p>أهلاً</p>"))
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)
    assert raw.endswith(b"\r\n")
    mail = parsed(raw)
    assert mail["Subject"] == "كيف الحال؟"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert lines(mail.get_body(("plain",))) == "نص طويل " * 200 + "\n"
    assert lines(mail.get_body(("html",))) == "<p>أهلاً</p>\n"


def test_the_same_mail_has_the_same_bytes():
    content = Content("How does it go?", "…", "<p>…</p>")
    assert letter.write(a_message(), content) == letter.write(a_message(), content)


def test_a_line_with_a_single_dot_arrives_as_it_was(db, sink, make_kind):
    text = "one\n.\n..two\n.three\n"
    make_kind("reminder", compose=lambda message: Content("…", text))
    put()
    assert deliver(NOW) == 1
    assert lines(parsed(sink.taken[0].raw)) == text


def test_a_name_of_a_team_cannot_add_headers():
    content = Content("Team\r\nBcc: all@example.org", "…", headers={"X-Team": "a\r\nBcc: b@c.org"})
    mail = parsed(letter.write(a_message(), content))
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Team Bcc: all@example.org"


def test_an_address_cannot_add_headers_or_readers():
    for address in ("a@example.org\r\nBcc: b@example.org", "ä@example.org"):
        with pytest.raises(ValueError, match=r".+"):
            letter.write(a_message(address=address), Content("…", "…"))


@pytest.mark.django_db
def test_a_domain_beyond_ascii_is_spelled_for_the_mail_system(sink, reminder):
    put(address="amara@bücher.example")
    assert deliver(NOW) == 1
    assert sink.taken[0].to == "amara@xn--bcher-kva.example"


@pytest.mark.django_db
def test_an_address_that_cannot_be_written_keeps_nobodys_mail(sink, reminder):
    bad, _good = put(address="ämara@example.org"), put()
    assert deliver(NOW) == 1
    bad.refresh_from_db()
    assert (bad.state, bad.attempts) == ("queued", 1)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=400), st.text(max_size=400).filter(lambda text: "\x00" not in text))
def test_any_text_becomes_a_letter_that_can_be_read(subject, text):
    text = text.encode(errors="ignore").decode()
    subject = subject.encode(errors="ignore").decode()
    raw = letter.write(a_message(), Content(subject, text))
    assert raw.isascii()
    assert raw.endswith(b"\r\n")
    assert parsed(raw)["To"] == "amara@example.org"
    assert parsed(raw)["Message-ID"] == "<1@example.org>"


def test_text_is_plain_and_html_is_escaped(tmp_path, settings):
    (tmp_path / "hello.txt").write_text(
        '{% extends "outbox/mail/base.txt" %}{% block body %}Hello {{ name }}{% endblock %}'
    )
    (tmp_path / "hello.html").write_text(
        '{% extends "outbox/mail/base.html" %}{% block body %}<p>{{ name }}</p>{% endblock %}'
    )
    settings.TEMPLATES[0]["DIRS"] = [tmp_path, *settings.TEMPLATES[0]["DIRS"]]
    from django.test.signals import setting_changed

    setting_changed.send(sender=None, setting="TEMPLATES", value=settings.TEMPLATES, enter=True)
    name = "O'Neill <b> & Daughters"
    content = mails.compose("Hello", "hello", {"name": name}, List_Id="<x.example>")
    assert f"Hello {name}" in content.text
    assert name not in content.html
    assert "O&#x27;Neill &lt;b&gt; &amp; Daughters" in content.html
    assert 'lang="en"' in content.html
    assert 'dir="ltr"' in content.html
    assert content.headers == {"List-Id": "<x.example>"}
