"""Whatever a mail server does, at whatever stage, becomes the right state of the mail."""

import pytest

from outbox import breaker, verdicts
from outbox.delivery import deliver
from outbox.kinds import Content
from outbox.models import MailServer, Message, Suppression
from tests.factories import make_user
from tests.outbox.conftest import DAY, HOUR, MINUTE, NOW, outcomes, put
from tests.outbox.sink import CUT, HANG

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr("outbox.transport.OPERATION_SECONDS", 0.3)


# What the server does at a stage, and what then stands in the database: state of the message,
# outcome of the attempt, tries that count, is the server left alone, is the address suppressed.
REFUSALS = [
    ("CONNECT", CUT, "queued", None, 0, True, False),
    ("CONNECT", "421 4.3.2 closed", "queued", None, 0, True, False),
    ("CONNECT", "554 5.7.1 not you", "queued", None, 0, True, False),
    ("EHLO", CUT, "queued", None, 0, True, False),
    ("MAIL", CUT, "queued", "aborted", 0, True, False),
    ("MAIL", HANG, "queued", "aborted", 0, True, False),
    ("MAIL", "421 4.3.2 closed", "queued", "aborted", 0, True, False),
    ("MAIL", "451 4.3.0 later", "queued", "aborted", 0, True, False),
    ("MAIL", "550 5.1.8 sender unknown", "queued", "aborted", 0, True, False),
    ("MAIL", "530 5.7.0 sign in first", "queued", "aborted", 0, True, False),
    ("RCPT", CUT, "queued", "temporary", 1, False, False),
    ("RCPT", HANG, "queued", "temporary", 1, False, False),
    ("RCPT", "421 4.3.2 closed", "queued", "aborted", 0, True, False),
    ("RCPT", "450 4.2.1 greylisted", "queued", "temporary", 1, False, False),
    ("RCPT", "550 no such person", "failed", "permanent", 0, False, True),
    ("RCPT", "550 5.1.1 no such person", "failed", "permanent", 0, False, True),
    ("RCPT", "550 5.2.1 mailbox is off", "failed", "permanent", 0, False, True),
    ("RCPT", "553 5.1.3 bad address", "failed", "permanent", 0, False, True),
    ("RCPT", "550 5.7.1 relaying denied", "queued", "temporary", 1, False, False),
    ("RCPT", "550 5.1.8 sender unknown", "queued", "temporary", 1, False, False),
    ("RCPT", "552 5.2.2 mailbox is full", "queued", "temporary", 1, False, False),
    ("DATA", CUT, "queued", "temporary", 1, False, False),
    ("DATA", HANG, "queued", "temporary", 1, False, False),
    ("DATA", "451 4.3.0 later", "queued", "temporary", 1, False, False),
    ("DATA", "554 5.5.1 no valid recipients", "queued", "temporary", 1, False, False),
    ("DOT", "421 4.3.2 closed", "queued", "aborted", 0, True, False),
    ("DOT", "451 4.3.0 later", "queued", "temporary", 1, False, False),
    ("DOT", "550 5.1.1 no such person", "failed", "permanent", 0, False, True),
    ("DOT", "550 we think it is spam", "queued", "temporary", 1, False, False),
    ("DOT", "554 5.7.1 spam", "queued", "temporary", 1, False, False),
]


@pytest.mark.parametrize(
    ("stage", "answer", "state", "outcome", "tries", "paused", "suppressed"),
    REFUSALS,
    ids=[f"{stage} {answer}" for stage, answer, *_ in REFUSALS],
)
def test_a_refusal_at_any_stage_is_understood(
    sink, reminder, stage, answer, state, outcome, tries, paused, suppressed
):
    message = put()
    sink.says = {stage: [answer]}
    assert deliver(NOW) == 0
    message.refresh_from_db()
    assert (message.state, outcomes(message), message.attempts) == (
        state,
        [outcome] if outcome else [],
        tries,
    )
    assert breaker.is_paused(NOW + MINUTE / 6) is paused
    assert Suppression.objects.filter(address=message.address).exists() is suppressed
    assert sink.taken == []
    if outcome and state == "queued":
        assert message.next_attempt_at > NOW
        assert message.handed_over_at is None


@pytest.mark.parametrize(
    ("stage", "answer", "copies"),
    [("BODY", CUT, 0), ("DOT", CUT, 1), ("DOT", HANG, 1), ("DOT", "what?", 1)],
)
def test_without_a_verdict_on_the_final_dot_nobody_knows(sink, make_kind, stage, answer, copies):
    make_kind("announcement", resend_unknown=False)
    message = put(kind="announcement")
    sink.says = {stage: [answer]}
    assert deliver(NOW) == 0
    message.refresh_from_db()
    assert (message.state, message.reason) == ("dead", "nobody knows whether it arrived")
    assert outcomes(message) == ["unknown"]
    assert len(sink.taken) == copies


def test_a_drop_before_the_final_dot_has_certainly_not_sent(sink, make_kind):
    # So long that the cut is felt while the text is still on its way.
    make_kind("reminder", compose=lambda message: Content("…", "a long line\n" * 1_000_000))
    message = put()
    sink.says = {"BODY": [CUT]}
    assert deliver(NOW) == 0
    message.refresh_from_db()
    assert (message.state, outcomes(message)) == ("queued", ["temporary"])
    assert message.next_attempt_at > NOW


@pytest.mark.parametrize("answer", ["250 sink", "502 5.5.1 never heard of it"])
def test_a_server_is_greeted_before_it_is_given_mail(sink, reminder, answer):
    put()
    sink.says = {"EHLO": [answer]}
    assert deliver(NOW) == 1
    greeted = [words[:4].upper() for words in sink.heard[: sink.heard.index("data")]]
    assert greeted == (["EHLO"] if answer[0] == "2" else ["EHLO", "HELO"]) + ["MAIL", "RCPT"]


def test_after_a_refusal_that_passes_the_mail_goes(sink, reminder):
    message = put()
    sink.says = {"RCPT": ["450 4.2.1 greylisted"]}
    deliver(NOW)
    assert deliver(NOW + 2 * MINUTE) == 1
    message.refresh_from_db()
    assert message.state == "sent"
    assert outcomes(message) == ["temporary", "ok"]


def test_a_drop_after_the_final_dot_sends_the_same_bytes_once_more(sink, reminder):
    message = put(context={"code": "the same"})
    sink.says = {"DOT": [CUT]}
    assert deliver(NOW) == 1
    message.refresh_from_db()
    assert message.state == "sent"
    assert outcomes(message) == ["unknown", "ok"]
    first, second = sink.taken
    assert first == second


def test_two_doubts_are_the_end_so_nobody_gets_a_third_copy(sink, reminder):
    message = put()
    sink.says = {"DOT": CUT}
    deliver(NOW)
    deliver(NOW + DAY)
    message.refresh_from_db()
    assert message.state == "dead"
    assert outcomes(message) == ["unknown", "unknown"]
    assert len(sink.taken) == 2


def test_an_announcement_in_doubt_is_not_sent_again(sink, make_kind):
    make_kind("announcement", resend_unknown=False)
    message = put(kind="announcement")
    sink.says = {"DOT": [CUT]}
    deliver(NOW)
    deliver(NOW + DAY)
    message.refresh_from_db()
    assert message.state == "dead"
    assert len(sink.taken) == 1


def test_a_line_that_breaks_with_one_mail_is_opened_again_for_the_others(sink, reminder):
    messages = [put() for _ in range(5)]
    sink.says = {"RCPT": [CUT]}
    assert deliver(NOW) == 4
    assert sink.connections == 2
    assert sorted(outcomes(message)[0] for message in messages) == ["ok"] * 4 + ["temporary"]


def test_a_server_that_takes_few_mails_a_line_gets_them_over_several(sink, reminder):
    messages = [put() for _ in range(4)]
    sink.says = {"MAIL": ["250 fine", "250 fine", "421 4.7.0 enough on this line"]}
    assert deliver(NOW) == 3
    assert deliver(NOW + 2 * MINUTE) == 1
    assert all(message.attempts == 0 for message in messages)
    assert not MailServer.objects.filter(refusals__gt=0).exists()


def test_a_day_without_a_server_costs_no_mail_a_try(sink, reminder):
    message = put()
    sink.says = {"CONNECT": "421 4.3.2 closed for the day"}
    for minutes in range(0, 24 * 60, 10):
        deliver(NOW + minutes * MINUTE)
    assert sink.connections < 24 * 60 / 15 + 5
    message.refresh_from_db()
    assert (message.state, message.attempts, outcomes(message)) == ("queued", 0, [])
    sink.says = {}
    assert deliver(NOW + DAY + 15 * MINUTE) == 1
    assert MailServer.objects.get().refusals == 0


def test_while_the_server_rests_nobody_knocks(sink, reminder):
    put()
    sink.says = {"CONNECT": ["421 4.3.2 closed"]}
    deliver(NOW)
    assert deliver(NOW + MINUTE / 2) == 0
    assert sink.connections == 1
    assert deliver(NOW + 2 * MINUTE) == 1


def test_pauses_grow_and_workers_that_fail_together_make_one_pause(reminder):
    for minutes in (1, 2, 5, 15, 15):
        breaker.pause(NOW, "away")
        breaker.pause(NOW, "away")
        assert MailServer.objects.get().paused_until == NOW + minutes * MINUTE
        MailServer.objects.update(paused_until=NOW)
    assert MailServer.objects.get().refusals == 5


def test_a_pause_set_by_a_clock_that_went_back_does_not_last(sink, reminder):
    put()
    breaker.pause(NOW + 3 * HOUR, "away")
    assert deliver(NOW) == 1


def test_a_5xx_that_does_not_speak_of_the_address_is_final_the_third_time(sink, reminder):
    message = put(context={"code": "493 211"})
    sink.says = {"DOT": "554 5.7.1 we do not like it"}
    for n in range(5):
        deliver(NOW + n * 6 * HOUR)
    message.refresh_from_db()
    assert (message.state, message.reason) == ("failed", "refused each time")
    assert outcomes(message) == ["temporary"] * 3
    assert not Suppression.objects.exists()


def test_waits_grow_to_six_hours_with_half_of_jitter(monkeypatch):
    for n, minutes in enumerate([1, 5, 15, 60, 180, 360, 360, 360], start=1):
        waits = [verdicts.back_off(n) for _ in range(50)]
        assert minutes * MINUTE / 2 <= min(waits) < max(waits) <= minutes * MINUTE * 3 / 2
        assert len(set(waits)) > 10


def test_a_wait_that_would_outlast_the_mail_becomes_a_last_try(sink, reminder):
    message = put(expires_at=NOW + 10 * HOUR)
    Message.objects.filter(pk=message.pk).update(attempts=8, next_attempt_at=NOW + 9 * HOUR)
    sink.says = {"RCPT": "450 4.2.1 later"}
    deliver(NOW + 9 * HOUR)
    message.refresh_from_db()
    assert (message.state, message.next_attempt_at) == ("queued", NOW + 10 * HOUR - 2 * MINUTE)
    deliver(NOW + 10 * HOUR - 2 * MINUTE)
    message.refresh_from_db()
    assert (message.state, message.reason) == ("dead", "never taken")


def test_a_bad_address_ends_its_other_mails_too(sink, reminder):
    person = make_user()
    first, second = put(person), put(person, not_before=NOW + HOUR)
    sink.says = {"RCPT": ["550 5.1.1 no such person"]}
    deliver(NOW)
    deliver(NOW + HOUR)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("failed", "suppressed")
    assert Suppression.objects.get().message == first


def test_what_a_failed_mail_needed_is_kept_for_a_retry_and_forgotten_when_it_expires(
    sink, reminder
):
    message = put(context={"code": "493 211"})
    sink.says = {"RCPT": ["550 5.1.1 no such person"]}
    deliver(NOW)
    message.refresh_from_db()
    assert message.context == {"code": "493 211"}
    deliver(message.expires_at)
    message.refresh_from_db()
    assert (message.state, message.context) == ("failed", {})


def test_a_mail_that_takes_too_long_is_given_up_before_its_final_dot(
    sink, reminder, settings, monkeypatch
):
    monkeypatch.setattr("outbox.transport.OPERATION_SECONDS", 5)
    settings.OUTBOX_LEASE_SECONDS = 0.6
    message = put()
    # Slower than half a lease, the time of one mail.
    sink.says = {"DATA": [HANG]}
    deliver(NOW)
    assert sink.taken == []
    assert outcomes(message) == ["temporary"]
