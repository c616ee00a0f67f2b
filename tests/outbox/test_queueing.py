"""Putting mails into the outbox, and taking them back."""

import pytest
from django.db import DatabaseError, transaction

from outbox.delivery import claim_due, deliver, hand_over
from outbox.models import Message
from outbox.queueing import cancel, queue
from tests.factories import make_user
from tests.outbox.conftest import DAY, HOUR, NOW, outcomes, put

pytestmark = pytest.mark.django_db


def test_the_same_key_is_the_same_mail(sink, reminder):
    person = make_user()
    for address in ("first@example.org", "second@example.org"):
        put(person, key="checkin/1/1/opens", address=address)
    assert Message.objects.get().address == "first@example.org"
    assert deliver(NOW) == 1
    put(person, key="checkin/1/1/opens")
    assert deliver(NOW + HOUR) == 0
    assert Message.objects.get().state == "sent"


def test_a_repeated_mail_leaves_the_transaction_around_it_whole():
    with transaction.atomic():
        put(key="one")
        put(key="one")
        put(key="two")
    assert Message.objects.count() == 2


def test_a_mail_is_due_only_if_its_cause_was_committed():
    with transaction.atomic():
        put()
        transaction.set_rollback(True)
    assert not Message.objects.exists()


@pytest.mark.parametrize("wrong", [{"address": None}, {"language": None}, {"expires_at": None}])
def test_a_mail_that_lacks_something_is_refused_and_not_swallowed(wrong):
    person = make_user()
    with pytest.raises(DatabaseError), transaction.atomic():
        put(person, **{"address": person.email} | wrong)


def test_a_mail_says_when_it_began_and_who_sends_it(settings):
    settings.BASE_URL = "https://coalitions.example:8443"
    message = put(not_before=NOW + HOUR)
    assert message.message_id.endswith("@coalitions.example>")
    assert message.dated_at == message.next_attempt_at == NOW + HOUR
    assert message.created_at == NOW


def test_a_moment_that_has_passed_means_now():
    assert put(not_before=NOW - DAY).not_before == NOW


def test_what_waits_can_be_taken_back(sink, reminder):
    message, other = put(about=7, context={"code": "1"}), put(about=8)
    assert cancel(["reminder"], about=7, reason="answered") == 1
    assert deliver(NOW) == 1
    assert [taken.to for taken in sink.taken] == [other.address]
    message.refresh_from_db()
    assert (message.state, message.reason, message.context) == ("cancelled", "answered", {})


def test_another_kind_and_another_person_keep_their_mails(make_kind):
    person = make_user()
    mine, theirs = put(person), put()
    put(person, kind="sign-in")
    assert cancel(["reminder"], person=person, reason="opted out") == 1
    assert set(Message.objects.filter(state="queued").values_list("kind", flat=True)) == {
        "sign-in",
        "reminder",
    }
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert (mine.state, theirs.state) == ("cancelled", "queued")


def test_what_is_claimed_can_be_taken_back_until_it_is_handed_over(reminder):
    put()
    [claimed] = claim_due(NOW)
    assert cancel(["reminder"], person=claimed.person, reason="answered") == 1
    assert not hand_over(claimed, NOW)
    deliver_nothing(claimed)


def deliver_nothing(message: Message) -> None:
    from outbox.verdicts import reap

    reap(NOW)
    message.refresh_from_db()
    assert (message.state, message.claim) == ("cancelled", None)
    assert outcomes(message) == ["aborted"]


def test_what_is_handed_over_cannot_be_taken_back(reminder):
    put()
    [claimed] = claim_due(NOW)
    assert hand_over(claimed, NOW)
    assert cancel(["reminder"], person=claimed.person, reason="answered") == 0


def test_a_refused_mail_is_not_tried_again_after_the_answer(sink, reminder):
    person = make_user()
    message = put(person)
    sink.says = {"RCPT": ["450 4.2.1 later"]}
    deliver(NOW)
    cancel(["reminder"], person=person, reason="answered")
    assert deliver(NOW + DAY) == 0
    message.refresh_from_db()
    assert message.state == "cancelled"
    assert outcomes(message) == ["temporary"]


def test_queueing_needs_no_more_queries_for_many_mails_than_one_each(
    django_assert_max_num_queries,
):
    person = make_user()
    with django_assert_max_num_queries(10):
        for n in range(10):
            queue(
                "reminder",
                f"k/{n}",
                person=person,
                address=person.email,
                language="en",
                now=NOW,
                expires_at=NOW + DAY,
            )
