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
from followups import answering, schedule
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


def test_one_page_takes_statuses_the_four_questions_and_a_request_for_help(opened, phone):
    pay, audit = opened.activity("Pay on the 25th"), opened.activity("Audit")
    page = phone.follow(opened.link())
    answer = phone.send(
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
    assert "Thank you. What you said is kept." in thanks
    assert "We ask again on Friday 17 July 2026" in thanks


@pytest.mark.parametrize("status", ["done", "on_track", "stuck", "dropped"])
def test_a_status_goes_to_the_plan_through_its_ledger(opened, phone, status):
    activity = opened.activity()
    phone.send(phone.follow(opened.link()), **{f"status-{activity.pk}": status})
    activity.refresh_from_db()
    assert activity.status == status
    edit = Edit.objects.get(row_id=activity.pk)
    assert (edit.field, edit.actor, edit.outcome) == ("status", opened.amara, "applied")
    assert (edit.seen, edit.value) == ("not_started", status)


@pytest.mark.parametrize("status", ["not_started", "finished", "DONE"])
def test_a_status_that_is_no_answer_is_refused_with_everything_still_there(opened, phone, status):
    activity = opened.activity()
    page = phone.send(phone.follow(opened.link()), **told(**{f"status-{activity.pk}": status}))
    assert page.status_code == 422
    assert Form(page.content.decode()).fields["did"] == told()["did"]
    assert not Answer.objects.exists()


def test_a_removed_activity_or_milestone_is_not_asked_about(opened, phone):
    activity = opened.activity(removed_at=NOON)
    done = opened.activity("Done before", status="done")
    page = phone.follow(opened.link())
    names = Form(page.content.decode()).names
    assert f"status-{activity.pk}" not in names
    assert f"status-{done.pk}" not in names


def test_another_teams_activity_is_not_touched_by_a_forged_form(opened, phone):
    other = World(**vars(opened) | {"team": make_team(opened.cohort, name="Kenya")})
    theirs = other.activity("Theirs")
    page = phone.follow(opened.link())
    fields = Form(page.content.decode()).fields
    answer = phone.post("/c/", fields | {f"status-{theirs.pk}": "dropped", "did": "x"})
    assert answer.status_code == 303
    theirs.refresh_from_db()
    assert theirs.status == "not_started"
    assert Answer.objects.get().activities == {}
    assert "Theirs" not in text_of(phone.get("/c/"))


def test_an_empty_form_and_help_without_words_are_refused_in_a_sentence(opened, phone):
    page = phone.follow(opened.link())
    empty = phone.send(page)
    assert (empty.status_code, "Nothing is filled in yet" in text_of(empty)) == (422, True)
    half = phone.send(page, help_from="The ministry", did="We met.")
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
    phone.send(phone.follow(opened.link()), did=words)
    assert Answer.objects.get().did == words.strip()
    assert "<script>alert" not in phone.get("/c/").content.decode()


def test_words_that_are_too_long_come_back_whole(opened, phone):
    page = phone.send(phone.follow(opened.link()), did="x" * 5001)
    assert page.status_code == 422
    assert Form(page.content.decode()).fields["did"] == "x" * 5001


def test_the_same_form_sent_twice_is_one_answer(opened, phone):
    page = phone.follow(opened.link())
    for _ in range(2):
        assert phone.send(page, **told(help="A lawyer")).status_code == 303
    assert Answer.objects.count() == SupportRequest.objects.count() == 1


def test_someone_who_went_back_and_wrote_on_adds_to_what_they_said(opened, phone):
    page = phone.follow(opened.link())
    phone.send(page, did="We met.")
    for _ in range(2):
        assert phone.send(page, did="We met and agreed.").status_code == 303
    assert list(Answer.objects.values_list("did", flat=True)) == ["We met.", "We met and agreed."]


def test_a_form_that_someone_else_sent_before_under_the_same_id_keeps_both(opened, phone):
    page = phone.follow(opened.link())
    fields = Form(page.content.decode()).fields
    phone.post("/c/", fields | {"did": "Same words"})
    other = Browser(opened.clock)
    theirs = Form(other.follow(opened.link(opened.boima)).content.decode()).fields
    other.post("/c/", theirs | {"submission_id": fields["submission_id"], "did": "Same words"})
    people = Answer.objects.values_list("person", flat=True)
    assert set(people) == {opened.amara.pk, opened.boima.pk}


def test_two_members_who_both_answer_both_are_heard_and_the_first_stands(opened, phone):
    activity = opened.activity()
    other = Browser(opened.clock + timedelta(minutes=5))
    first, second = phone.follow(opened.link()), other.follow(opened.link(opened.boima))
    phone.send(first, **{"did": "Amara's", f"status-{activity.pk}": "done"})
    other.send(second, **{"did": "Boima's", f"status-{activity.pk}": "stuck"})
    assert Answer.objects.count() == 2
    check_in = opened.check_in()
    assert (check_in.submitted_by, check_in.submitted_at) == (opened.amara, phone.now)
    # The newest word on an activity counts, and the ledger holds both.
    activity.refresh_from_db()
    assert activity.status == "stuck"
    assert Edit.objects.filter(row_id=activity.pk, field="status").count() == 2
    page = text_of(other.get("/c/"))
    assert "added to what others of your team said" in page
    assert "Amara's" in page
    assert "Amara Kollie answered on" in page


def test_a_status_can_be_taken_back_in_the_same_check_in(opened, phone):
    activity = opened.activity()
    phone.send(phone.follow(opened.link()), **{f"status-{activity.pk}": "done"})
    again = phone.get("/c/")
    assert f"status-{activity.pk}" in Form(again.content.decode()).names
    phone.send(again, **{f"status-{activity.pk}": "on_track"})
    activity.refresh_from_db()
    assert activity.status == "on_track"


def test_an_activity_that_someone_closed_meanwhile_keeps_what_was_said_of_it(opened, phone):
    activity = opened.activity()
    page = phone.follow(opened.link())
    Activity.objects.filter(pk=activity.pk).update(status="done")
    phone.send(page, **{f"status-{activity.pk}": "stuck", f"line-{activity.pk}": "It is not."})
    assert Answer.objects.get().activities == {
        str(activity.pk): {"status": "stuck", "line": "It is not."}
    }


def test_an_activity_that_someone_removed_meanwhile_keeps_what_was_said_of_it(opened, phone):
    activity = opened.activity("Pay on the 25th")
    page = phone.follow(opened.link())
    Activity.objects.filter(pk=activity.pk).update(removed_at=opened.clock)
    sent = phone.send(page, **{f"status-{activity.pk}": "stuck", f"line-{activity.pk}": "No list."})
    assert sent.status_code == 303
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
    assert "a late answer is still an answer" in text_of(page)
    assert phone.send(page, did="At last.").status_code == 303
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
    waiting = Message.objects.filter(state="queued", about=opened.check_in().pk)
    assert waiting.count() == 2
    phone.send(phone.follow(opened.link()), did="We met.")
    assert not waiting.exists()
    opened.live_until(day(26), step=timedelta(hours=6))
    assert len(opened.letters()) == 2
    assert opened.letters(opened.coach) == []


def test_what_was_said_before_stands_beside_the_next_rounds_questions(opened, phone):
    activity = opened.activity()
    phone.send(
        phone.follow(opened.link()), **told(**{f"line-{activity.pk}": "The office has moved."})
    )
    opened.clock = day(27)
    opened.live_until(day(28), step=timedelta(hours=6))
    page = Browser(opened.clock).follow(opened.link())
    for words in ("The office has moved.", "They have no list."):
        assert words in text_of(page)


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
    phone.send(phone.follow(opened.link()), did="We met.")
    assert opened.check_in(team=other).state == "open"
