"""Answering a check-in from the mail, without signing in: nothing that was typed is ever lost."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections

from accounts.models import User
from actionplans.models import Activity, Edit
from followups import answering, mails, schedule
from followups.answering import Said
from followups.models import Answer, CheckIn, SupportRequest
from outbox import ticking
from outbox.models import Message
from tests.factories import NOON, make_member, make_outsider, make_team
from tests.followups.conftest import World, day
from tests.followups.pages import Browser, Form, text_of


@pytest.fixture
def phone(opened: World) -> Browser:
    return Browser(opened.clock)


def told(**more: str) -> dict[str, str]:
    return {
        "did": "We met the payroll office.",
        "learned": "They have no list.",
        "struggling": "The list of posts.",
        "next": "Write the list.",
    } | more


def test_a_check_in_takes_statuses_the_four_questions_and_a_request_for_help(opened, phone):
    pay, audit = opened.activity("Pay on the 25th"), opened.activity("Audit")
    page = phone.follow(opened.link())
    answer = phone.answer(
        page,
        **told(
            **{f"status-{pay.pk}": "done", f"line-{pay.pk}": "Since May."},
            help="A lawyer",
            help_from="The ministry of justice",
            help_by="2026-08-01",
        ),
    )
    assert (answer.status_code, answer["Location"]) == (303, "/c/")
    kept = Answer.objects.get()
    assert (kept.check_in, kept.person, kept.by_link, kept.at) == (
        opened.check_in(),
        opened.amara,
        True,
        phone.now,
    )
    assert {name: getattr(kept, name) for name in answering.QUESTIONS} == told()
    # What nobody spoke of is not there.
    assert kept.activities == {str(pay.pk): {"status": "done", "line": "Since May."}}
    request = SupportRequest.objects.get()
    assert (request.team, request.answer, request.state) == (opened.team, kept, "open")
    assert (request.text, request.from_whom, request.wanted_by) == (
        "A lawyer",
        "The ministry of justice",
        date(2026, 8, 1),
    )
    check_in = opened.check_in()
    assert (check_in.state, check_in.submitted_by, check_in.submitted_at) == (
        "submitted",
        opened.amara,
        phone.now,
    )
    audit.refresh_from_db()
    assert audit.status == Activity.Status.NOT_STARTED
    thanks = text_of(phone.get("/c/"))
    assert "Thank you. What your team said is kept." in thanks
    assert "We ask again on Friday 17 July 2026" in thanks


@pytest.mark.parametrize("status", ["done", "on_track", "stuck", "dropped"])
def test_a_status_goes_to_the_plan_through_its_ledger(opened, phone, status):
    activity = opened.activity()
    phone.answer(phone.follow(opened.link()), **{f"status-{activity.pk}": status})
    activity.refresh_from_db()
    assert activity.status == status
    edit = Edit.objects.get(row_id=activity.pk)
    assert (edit.field, edit.actor, edit.outcome) == ("status", opened.amara, "applied")
    assert (edit.seen, edit.value) == ("not_started", status)


@pytest.mark.parametrize("status", ["not_started", "finished", "DONE"])
def test_a_status_that_is_no_answer_is_refused_with_everything_still_there(opened, phone, status):
    activity = opened.activity()
    said = {f"status-{activity.pk}": status, f"line-{activity.pk}": "No list."}
    page = phone.send(phone.follow(opened.link()), **said)
    assert page.status_code == 422
    assert Form(page.content.decode()).fields[f"line-{activity.pk}"] == "No list."
    assert not Answer.objects.exists()


def test_a_removed_activity_or_milestone_is_not_asked_about(opened, phone):
    opened.activity("Gone", removed_at=NOON)
    opened.activity("Done before", status="done")
    page = phone.follow(opened.link())
    assert "What did you do?" in text_of(page)
    last = text_of(phone.turn_to(page, "send"))
    assert "Gone" not in last
    assert "Done before" not in last


def test_another_teams_activity_is_not_touched_by_a_forged_form(opened, phone):
    other = World(**vars(opened) | {"team": make_team(opened.cohort, name="Kenya")})
    theirs = other.activity("Theirs")
    page = phone.follow(opened.link())
    fields = Form(page.content.decode()).fields
    forged = {"step": f"activity-{theirs.pk}", f"status-{theirs.pk}": "dropped"}
    answer = phone.post("/c/", fields | forged | {f"line-{theirs.pk}": "Typed anyway."})
    assert answer.status_code == 422
    assert "Typed anyway." in text_of(answer)
    assert "Theirs" not in text_of(answer)
    # Nor as a field of another page.
    phone.post("/c/", fields | forged | {"step": "did", "did": "x"})
    phone.send_off(phone.get("/c/?step=send"))
    theirs.refresh_from_db()
    assert theirs.status == "not_started"
    assert Answer.objects.get().activities == {}


def test_an_empty_form_and_help_without_words_are_refused_in_a_sentence(opened, phone):
    page = phone.follow(opened.link())
    empty = phone.send(phone.turn_to(page, "send"), "send")
    assert (empty.status_code, "Nothing is filled in yet" in text_of(empty)) == (422, True)
    half = phone.send(phone.turn_to(page, "help"), help_from="The ministry")
    assert (half.status_code, "Say what help you need" in text_of(half)) == (422, True)
    assert Form(half.content.decode()).fields["help_from"] == "The ministry"
    assert not Answer.objects.exists()
    assert opened.check_in().state == "open"


@pytest.mark.parametrize(
    "words",
    [
        "ليبيريا " * 40,
        "👩🏽‍⚕️" * 300,
        "a‮b",
        "<script>alert(1)</script>",
        "{{ 7|add:7 }}",
        "x" * 5000,
    ],
)
def test_words_of_any_kind_are_kept_as_they_are(opened, phone, words):
    phone.answer(phone.follow(opened.link()), did=words)
    assert Answer.objects.get().did == words.strip()
    assert "<script>alert" not in phone.get("/c/").content.decode()


def test_words_that_are_too_long_come_back_whole(opened, phone):
    page = phone.send(phone.follow(opened.link()), did="x" * 5001)
    assert page.status_code == 422
    assert Form(page.content.decode()).fields["did"] == "x" * 5001


def test_the_same_form_sent_twice_is_one_answer(opened, phone):
    page = phone.follow(opened.link())
    phone.write(page, **told(help="A lawyer"))
    last = phone.turn_to(page, "send")
    for _ in range(2):
        assert phone.send_off(last).status_code == 303
    assert Answer.objects.count() == SupportRequest.objects.count() == 1


def test_who_changes_what_was_sent_sends_it_again_and_both_stay_on_record(opened, phone):
    page = phone.follow(opened.link())
    phone.answer(page, did="We met.", help="A lawyer")
    assert 'name="agreed"' not in phone.get("/c/").content.decode()
    phone.wait(timedelta(minutes=1))
    phone.write(page, did="We met and agreed.")
    last = phone.get("/c/")
    assert "It counts once it is sent again" in text_of(last)
    phone.send_off(last)
    assert list(Answer.objects.values_list("did", flat=True)) == ["We met.", "We met and agreed."]
    # The help was asked for once.
    assert SupportRequest.objects.count() == 1


def test_a_status_can_be_taken_back_in_the_same_check_in(opened, phone):
    activity = opened.activity()
    page = phone.follow(opened.link())
    phone.answer(page, **{f"status-{activity.pk}": "done"})
    phone.wait(timedelta(minutes=1))
    phone.answer(page, **{f"status-{activity.pk}": "on_track"})
    activity.refresh_from_db()
    assert activity.status == "on_track"


def test_an_activity_that_someone_closed_meanwhile_keeps_what_was_said_of_it(opened, phone):
    activity = opened.activity()
    page = phone.follow(opened.link())
    Activity.objects.filter(pk=activity.pk).update(status="done")
    phone.send(page, **{f"status-{activity.pk}": "stuck", f"line-{activity.pk}": "It is not."})
    phone.send_off(phone.get("/c/?step=send"))
    assert Answer.objects.get().activities == {
        str(activity.pk): {"status": "stuck", "line": "It is not."}
    }


def test_an_activity_that_someone_removed_meanwhile_keeps_what_was_said_of_it(opened, phone):
    activity = opened.activity("Pay on the 25th")
    page = phone.follow(opened.link())
    Activity.objects.filter(pk=activity.pk).update(removed_at=opened.clock)
    sent = phone.send(page, **{f"status-{activity.pk}": "stuck", f"line-{activity.pk}": "No list."})
    assert sent.status_code == 303
    phone.send_off(phone.get("/c/?step=send"))
    activity.refresh_from_db()
    assert activity.status == "not_started"
    page = text_of(phone.get("/c/"))
    assert "Pay on the 25th" in page
    assert "No list." in page


def test_what_is_said_of_another_teams_activity_changes_nothing_there(opened):
    other = World(**vars(opened) | {"team": make_team(opened.cohort, name="Kenya")})
    theirs = other.activity("Theirs")
    answering.submit(
        opened.check_in(),
        Said(texts={"did": "We met."}, activities={theirs.pk: {"status": "dropped", "line": ""}}),
        by=opened.amara,
        submission_id=uuid4(),
        by_link=True,
        now=opened.clock,
    )
    theirs.refresh_from_db()
    assert theirs.status == "not_started"


def test_a_late_answer_is_still_an_answer(opened):
    CheckIn.objects.filter(pk=opened.check_in().pk).update(
        state="missed", next_at=None, next_step="none"
    )
    phone = Browser(day(26))
    page = phone.follow(opened.link())
    assert "a late answer is still an answer" in text_of(phone.turn_to(page, "send"))
    assert phone.answer(page, did="At last.").status_code == 303
    check_in = opened.check_in()
    assert (check_in.state, check_in.submitted_at) == ("submitted", phone.now)


@pytest.mark.parametrize("state", ["excused", "skipped"])
def test_a_round_that_takes_no_answers_says_so_and_keeps_the_words_on_the_page(
    opened, phone, state
):
    page = phone.follow(opened.link())
    CheckIn.objects.filter(pk=opened.check_in().pk).update(
        state=state, next_at=None, next_step="none"
    )
    answer = phone.send(page, did="We met.")
    assert answer.status_code == 422
    assert "takes no answers now" in text_of(answer)
    assert Form(answer.content.decode()).fields["did"] == "We met."
    assert not Answer.objects.exists()


def test_an_answer_takes_back_every_reminder_that_waits_at_once(opened, phone):
    opened.clock = phone.now = schedule.begins(day(4).date())
    ticking.tick(opened.clock)
    about = {"kind__in": mails.ALL, "about": opened.check_in().pk}
    waiting = Message.objects.filter(state="queued", **about)
    assert waiting.count() == 2
    phone.answer(phone.follow(opened.link()), did="We met.")
    assert not waiting.exists()
    opened.live_until(day(26), step=timedelta(hours=6))
    subjects = [letter["Subject"] for letter in opened.letters()]
    assert {subject for subject in subjects[2:] if "was sent" not in subject} <= {
        "Your teams this week"
    }


def test_what_was_said_before_stands_beside_the_next_rounds_questions(opened, phone):
    activity = opened.activity()
    phone.answer(
        phone.follow(opened.link()), **told(**{f"line-{activity.pk}": "The office has moved."})
    )
    opened.clock = day(27)
    opened.live_until(day(28), step=timedelta(hours=6))
    phone = Browser(opened.clock)
    page = phone.follow(opened.link())
    assert Form(page.content.decode()).fields[f"line-{activity.pk}"] == "The office has moved."
    assert "They have no list." in text_of(phone.turn_to(page, "learned"))
    assert "Write the list." in text_of(phone.turn_to(page, "did"))


def test_the_page_speaks_the_readers_language_and_clock(opened, phone):
    User.objects.filter(pk=opened.amara.pk).update(language="fr", time_zone="Asia/Kathmandu")
    page = phone.follow(opened.link())
    assert page["Content-Language"] == "fr"
    phone.send(page, did="Nous nous sommes vus.")
    # Noon in UTC is 17:45 in Kathmandu.
    assert "17:45" in text_of(phone.get("/c/"))


@pytest.mark.django_db(transaction=True)
def test_the_same_form_sent_at_the_same_moment_is_kept_once(opened):
    activity = opened.activity()
    make_outsider(opened.team)
    said = Said(texts={"did": "We met."}, activities={activity.pk: {"status": "done", "line": ""}})
    submission, gate, errors = uuid4(), threading.Barrier(4), []

    def send() -> None:
        try:
            gate.wait(10)
            answering.submit(
                opened.check_in(),
                said,
                by=opened.amara,
                submission_id=submission,
                by_link=True,
                now=opened.clock,
            )
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads: list[Any] = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert Answer.objects.count() == 1
    assert Edit.objects.filter(row_id=activity.pk).count() == 1


def test_an_answer_of_one_team_leaves_the_others_of_its_reader_open(opened, phone):
    other = make_team(opened.cohort, name="Kenya")
    make_member(other, opened.amara)
    CheckIn.objects.create(
        team=other, round=opened.check_in().round, state="open", next_step="nudge", next_at=day(4)
    )
    phone.answer(phone.follow(opened.link()), did="We met.")
    assert opened.check_in(team=other).state == "open"
