"""A mail that is due goes out once, when it is wanted, and only then."""

import email
import email.policy

import pytest

from outbox import breaker
from outbox.delivery import deliver
from outbox.kinds import Content
from outbox.models import Message, Suppression
from tests.factories import make_user
from tests.outbox.conftest import DAY, HOUR, MINUTE, NOW, outcomes, put

pytestmark = pytest.mark.django_db


def test_a_due_mail_is_taken_by_the_server_once(sink, reminder):
    message = put(context={"code": "Liberia"})
    assert deliver(NOW) == 1
    message.refresh_from_db()
    assert (message.state, message.claim, message.smtp_code) == ("sent", None, 250)
    assert message.sent_at
    assert NOW <= message.sent_at < NOW + MINUTE
    assert outcomes(message) == ["ok"]
    [taken] = sink.taken
    assert (taken.sender, taken.to) == ("coalitions@example.org", message.address)
    letter = email.message_from_bytes(taken.raw, policy=email.policy.default)
    assert letter["To"] == message.address
    assert letter["Message-ID"] == message.message_id
    assert letter["Date"].datetime == NOW
    assert "Liberia" in letter.get_content()
    assert deliver(NOW + HOUR) == 0
    assert len(sink.taken) == 1


def test_a_chunk_goes_over_one_connection(sink, reminder):
    for _ in range(5):
        put()
    assert deliver(NOW) == 5
    assert sink.connections == 1
    assert len({taken.to for taken in sink.taken}) == 5


def test_what_is_needed_no_more_is_forgotten_when_it_was_sent(sink, reminder):
    message = put(context={"code": "493 211"})
    deliver(NOW)
    message.refresh_from_db()
    assert message.context == {}


def test_a_mail_waits_for_its_moment(sink, reminder):
    put(not_before=NOW + HOUR)
    assert deliver(NOW) == 0
    assert deliver(NOW + HOUR) == 1


def test_the_oldest_mail_is_not_overtaken_by_a_new_chunk(sink, reminder):
    late = put(not_before=NOW + MINUTE)
    early = put(not_before=NOW)
    deliver(NOW + MINUTE)
    assert {taken.to for taken in sink.taken} == {late.address, early.address}


def test_a_mail_that_nobody_could_send_in_time_expires(sink, reminder):
    message = put(context={"code": "493 211"})
    assert deliver(message.expires_at) == 0
    message.refresh_from_db()
    assert (message.state, message.context) == ("expired", {})


def test_a_mail_that_nobody_wants_any_more_is_cancelled(sink, reminder):
    person = make_user()
    message = put(person)
    person.is_active = False
    person.save()
    assert deliver(NOW) == 0
    message.refresh_from_db()
    assert (message.state, message.reason) == ("cancelled", "no longer owed")
    assert outcomes(message) == ["aborted"]
    assert sink.taken == []


def test_a_suppressed_address_gets_no_reminder_however_it_is_written(sink, reminder):
    message = put(address="Amara@Example.org")
    Suppression.objects.create(address="amara@example.org", reason="550", since=NOW)
    assert deliver(NOW) == 0
    message.refresh_from_db()
    assert message.state == "suppressed"


def test_what_people_ask_for_goes_to_a_suppressed_address_and_lifts_it(sink, reminder, make_kind):
    make_kind("sign-in", asked_for=True)
    person = make_user()
    Suppression.objects.create(address=person.email, reason="550", since=NOW)
    put(person, kind="sign-in")
    assert deliver(NOW) == 1
    put(person)
    assert deliver(NOW) == 1


def test_outside_the_readers_hours_a_mail_waits_and_costs_no_attempt(sink, make_kind):
    make_kind("reminder", opens=lambda message, now: max(now, NOW + 9 * HOUR))
    message = put()
    assert deliver(NOW) == 0
    message.refresh_from_db()
    assert (message.state, message.next_attempt_at) == ("queued", NOW + 9 * HOUR)
    assert message.attempts == 0
    assert deliver(NOW + 9 * HOUR) == 1


def test_a_mail_that_finds_no_decent_hour_expires(sink, make_kind):
    make_kind("reminder", opens=lambda message, now: now + 7 * DAY)
    message = put()
    assert deliver(NOW) == 0
    message.refresh_from_db()
    assert message.state == "expired"


@pytest.mark.parametrize("broken", ["compose", "opens", "owed"])
def test_a_broken_kind_does_not_keep_everyones_mail(sink, reminder, make_kind, broken):
    def fails(*args):
        raise LookupError("a mistake in an app")

    make_kind("broken", **{broken: fails})
    bad, good = put(kind="broken"), put()
    assert deliver(NOW) == 1
    assert [taken.to for taken in sink.taken] == [good.address]
    bad.refresh_from_db()
    assert (bad.state, bad.attempts) == ("queued", 1)
    assert "a mistake in an app" in bad.error
    assert bad.next_attempt_at > NOW


def test_a_kind_that_no_app_knows_any_more_keeps_nobodys_mail(sink, reminder):
    gone, good = put(kind="gone"), put()
    assert deliver(NOW) == 1
    assert [taken.to for taken in sink.taken] == [good.address]
    gone.refresh_from_db()
    assert gone.state == "queued"


def test_the_reader_is_written_to_in_their_language(sink, make_kind):
    from django.utils.translation import get_language

    make_kind("reminder", compose=lambda message: Content("…", get_language() or ""))
    put(language="ar")
    deliver(NOW)
    assert b"\r\nar\r\n" in sink.taken[0].raw


def test_a_tick_is_bounded(sink, reminder, monkeypatch):
    monkeypatch.setattr("outbox.delivery.CHUNK", 2)
    monkeypatch.setattr("outbox.delivery.MOST_A_TICK", 4)
    for _ in range(7):
        put()
    assert deliver(NOW) == 4
    assert Message.objects.filter(state="queued").count() == 3


def test_mails_that_a_turn_does_not_reach_wait_unharmed(sink, reminder, monkeypatch):
    monkeypatch.setattr("outbox.delivery.LONGEST_TICK_SECONDS", 0.3)
    for _ in range(3):
        put()
    sink.on_dot = lambda: sink.over.wait(0.31)
    assert deliver(NOW) == 1
    waiting = Message.objects.filter(state="queued", attempts=0, claim=None)
    assert waiting.count() == 2
    assert deliver(NOW + MINUTE) == 1


def test_the_embedded_default_writes_whole_mails_into_a_folder(settings, tmp_path, reminder):
    folder = tmp_path / "mail"
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": str(folder)},
        }
    }
    messages = [put(), put()]
    assert deliver(NOW) == 2
    files = sorted(folder.iterdir())
    letters = [email.message_from_bytes(file.read_bytes()) for file in files]
    assert {letter["Message-ID"] for letter in letters} == {m.message_id for m in messages}
    assert all(file.suffix == ".eml" for file in files)


def test_a_folder_that_is_gone_costs_no_attempt(settings, tmp_path, make_kind):
    folder = tmp_path / "mail"
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": str(folder)},
        }
    }

    def compose_while_the_disk_fails(message):
        folder.rmdir()
        folder.write_text("no folder any more")
        return Content("…", "…")

    make_kind("reminder", compose=compose_while_the_disk_fails)
    message = put()
    assert deliver(NOW) == 0
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("queued", 0)
    assert breaker.is_paused(NOW + MINUTE / 2)
