"""Several people write one check-in, page by page: nothing is lost, and one of them sends it."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connections
from django.test import Client

from cohorts.models import Membership
from followups import answering, drafts, reminders
from followups.models import Answer, Briefing, CheckIn, DraftEdit, DraftField, Outlook
from outbox.models import Suppression
from tests.factories import make_outsider
from tests.followups.conftest import DAY, HOUR, World, day
from tests.followups.pages import Browser, Form, text_of

MINUTE = timedelta(minutes=1)


@pytest.fixture
def amaras(opened: World) -> Browser:
    return Browser(opened.clock)


@pytest.fixture
def boimas(opened: World) -> Browser:
    return Browser(opened.clock + MINUTE)


def test_a_page_asks_one_thing_says_how_far_one_is_and_leads_on_and_back(opened, amaras):
    activity = opened.activity("Pay on the 25th")
    page = amaras.follow(opened.link())
    assert "Pay on the 25th" in text_of(page)
    assert "1 of 9" in text_of(page)
    on = amaras.send(page, **{f"status-{activity.pk}": "done"})
    assert on["Location"] == "/c/?step=did"
    back = amaras.send(amaras.get("/c/?step=did"), "back", did="We met.")
    assert back["Location"] == f"/c/?step=activity-{activity.pk}"
    # Going back kept what was typed.
    assert Form(amaras.get("/c/?step=did").content.decode()).fields["did"] == "We met."


def test_what_was_begun_on_a_phone_goes_on_at_a_laptop(opened, amaras):
    amaras.write(amaras.follow(opened.link()), did="We met.")
    laptop = Browser(opened.clock)
    laptop.sign_in(opened.amara)
    page = laptop.get(f"/teams/{opened.team.pk}/check-ins/{opened.check_in().pk}/")
    assert "We met." in text_of(page)
    assert "written by Amara Kollie" in text_of(page)
    assert "?step=learned" in page.content.decode()


def test_two_people_on_two_pages_do_not_meet_and_each_is_named(opened, amaras, boimas):
    first, second = amaras.follow(opened.link()), boimas.follow(opened.link(opened.boima))
    amaras.write(first, did="We met.")
    boimas.write(second, learned="They have no list.")
    page = text_of(amaras.get("/c/"))
    for words in ("We met.", "written by Amara Kollie", "They have no list.", "written by Boima"):
        assert words in page


def test_who_comes_second_sees_both_texts_and_both_are_on_record(opened, amaras, boimas):
    first, second = amaras.follow(opened.link()), boimas.follow(opened.link(opened.boima))
    amaras.send(first, did="Amara's words")
    clash = boimas.send(second, did="Boima's words")
    assert clash.status_code == 409
    assert "Amara's words" in text_of(clash)
    assert Form(clash.content.decode()).fields["did"] == "Boima's words"
    assert DraftField.objects.get().text == "Amara's words"
    assert set(DraftEdit.objects.values_list("text", "kept")) == {
        ("Amara's words", True),
        ("Boima's words", False),
    }
    # Pressing Next again puts one's own in place of theirs; it knew them.
    assert boimas.send(clash, did="Both of us").status_code == 303
    field = DraftField.objects.get()
    assert (field.text, field.by) == ("Both of us", opened.boima)


@pytest.mark.django_db(transaction=True)
def test_of_four_who_write_at_the_same_moment_one_stands_and_all_are_on_record(opened):
    gate, clashes = threading.Barrier(4), []

    def write(text: str) -> None:
        try:
            gate.wait(10)
            told = {"seen": "", "by": opened.amara, "now": opened.clock}
            clashes.append(drafts.write(opened.check_in(), "did", text, **told))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write, args=[f"Text {n}"]) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stands = DraftField.objects.get().text
    # Each of the others was handed the text that stands.
    assert sorted(field.text for field in clashes if field) == [stands] * 3
    assert DraftEdit.objects.get(kept=True).text == stands
    assert set(DraftEdit.objects.values_list("text", flat=True)) == {f"Text {n}" for n in range(4)}


def test_theirs_can_be_kept(opened, amaras, boimas):
    first, second = amaras.follow(opened.link()), boimas.follow(opened.link(opened.boima))
    amaras.send(first, did="Amara's words")
    clash = boimas.send(second, did="Boima's words")
    assert boimas.send(clash, "theirs").status_code == 303
    assert DraftField.objects.get().text == "Amara's words"


def test_the_same_page_sent_twice_and_a_page_that_nobody_touched_are_no_clash(opened, amaras):
    page = amaras.follow(opened.link())
    for _ in range(2):
        assert amaras.send(page, did="We met.").status_code == 303
    assert amaras.send(amaras.get("/c/?step=did")).status_code == 303
    assert DraftEdit.objects.count() == 1


def test_one_press_says_that_no_activity_changed(opened, amaras):
    pay, audit = opened.activity(status="on_track"), opened.activity("Audit", status="stuck")
    page = amaras.follow(opened.link())
    # What was said last stands there.
    assert Form(page.content.decode()).fields[f"status-{pay.pk}"] == "on_track"
    assert amaras.send(page, "unchanged")["Location"] == "/c/?step=did"
    amaras.send_off(amaras.get("/c/"))
    assert Answer.objects.get().activities == {
        str(pay.pk): {"status": "on_track", "line": ""},
        str(audit.pk): {"status": "stuck", "line": ""},
    }


def test_how_likely_milestones_are_and_who_was_briefed_are_rows_that_readers_see(opened, amaras):
    activity = opened.activity()
    minister = make_outsider(opened.team, "Hon. Minister")
    said = {
        f"likely-{activity.milestone_id}": "doubtful",
        f"met-{minister.pk}": "on",
        "met_others": "The auditor; the auditor’s wife, The auditor",
    }
    amaras.answer(amaras.follow(opened.link()), **said)
    assert Outlook.objects.get().likely == "doubtful"
    assert dict(Briefing.objects.values_list("name", "person")) == {
        "Hon. Minister": minister.pk,
        "The auditor": None,
        "the auditor’s wife": None,
    }
    coach = Browser(opened.clock)
    coach.sign_in(opened.coach)
    page = text_of(coach.get(f"/teams/{opened.team.pk}/check-ins/{opened.check_in().pk}/"))
    for words in ("Salaries arrive : in doubt", "Hon. Minister", "The auditor"):
        assert words in page
    year = text_of(coach.get(f"/cohorts/{opened.cohort.pk}/follow-up/"))
    assert "Milestones: 1 in doubt" in year


def test_a_draft_is_the_teams_alone(opened, amaras):
    amaras.write(amaras.follow(opened.link()), did="Not sent yet.")
    coach = Browser(opened.clock)
    coach.sign_in(opened.coach)
    page = coach.get(f"/teams/{opened.team.pk}/check-ins/{opened.check_in().pk}/")
    assert "Not sent yet." not in text_of(page)


def test_a_member_leaves_the_sending_to_the_lead_who_is_told_once(opened, boimas):
    page = boimas.follow(opened.link(opened.boima))
    boimas.write(page, did="We met.")
    last = boimas.turn_to(page, "send")
    assert "Amara Kollie leads your team and sends the answer." in text_of(last)
    forged = Form(last.content.decode()).fields | {"do": "send", "agreed": "yes"}
    refused = boimas.post("/c/", forged)
    assert (refused.status_code, "lead sends the answer" in text_of(refused)) == (422, True)
    assert not Answer.objects.exists()
    for _ in range(2):
        boimas.send(last, "hand")
    told = text_of(boimas.get("/c/?step=send"))
    assert "We write to Amara Kollie" in told
    assert "We wrote to Amara Kollie today already." in told
    opened.live_until(opened.clock + 4 * DAY)
    told = [m for m in opened.letters(opened.amara) if "waits for you to send it" in m["Subject"]]
    assert len(told) == 1
    amara = Browser(opened.clock)
    amara.send_off(amara.follow(opened.link(opened.amara)))
    assert Answer.objects.get().person == opened.amara


def test_what_is_new_since_the_answer_is_told_to_the_lead_too(opened, amaras, boimas):
    amaras.answer(amaras.follow(opened.link()), did="We met.")
    boimas.wait(HOUR)
    page = boimas.follow(opened.link(opened.boima))
    assert "Tell them that it is ready" not in text_of(boimas.turn_to(page, "send"))
    boimas.write(page, learned="They have no list.")
    boimas.send(boimas.turn_to(page, "send"), "hand")
    opened.live_until(opened.clock + 4 * HOUR)
    told = [m for m in opened.letters(opened.amara) if "waits for you to send it" in m["Subject"]]
    assert len(told) == 1


def test_what_one_wrote_oneself_in_another_tab_is_said_to_be_ones_own(opened, amaras):
    first = amaras.turn_to(amaras.follow(opened.link()), "did")
    amaras.send(first, did="We met.")
    clash = amaras.send(first, did="We met, and they agreed.")
    assert clash.status_code == 409
    assert "You wrote something else here before" in text_of(clash)
    assert "Someone of your team" not in text_of(clash)


def test_words_of_last_time_that_were_taken_out_do_not_come_back(opened, amaras):
    activity = opened.activity("Pay on the 25th", status="on_track")
    answering.submit(
        opened.check_in(),
        answering.Said(
            activities={activity.pk: {"status": "on_track", "line": "The chief is out"}}
        ),
        by=opened.amara,
        submission_id=uuid4(),
        by_link=False,
        now=opened.clock,
    )
    second = opened.check_in(2)
    CheckIn.objects.filter(pk=second.pk).update(state="open", next_step="nudge")
    amaras.sign_in(opened.amara)
    here, line = f"/teams/{opened.team.pk}/check-ins/{second.pk}/", f"line-{activity.pk}"
    page = amaras.get(f"{here}?step=activity-{activity.pk}")
    assert Form(page.content.decode()).fields[line] == "The chief is out"
    amaras.send(page, **{line: ""})
    again = amaras.get(f"{here}?step=activity-{activity.pk}")
    assert Form(again.content.decode()).fields[line] == ""


def nobody_leads(world: World) -> None:
    Membership.objects.filter(user=world.amara).update(role="member")


def lead_opted_out(world: World) -> None:
    reminders.stop(world.amara, world.clock)


def lead_has_a_dead_address(world: World) -> None:
    Suppression.objects.create(address=world.amara.email, reason="gone", since=world.clock)


def date_has_passed(world: World) -> None:
    world.clock = day(10)


@pytest.mark.parametrize(
    "why", [nobody_leads, lead_opted_out, lead_has_a_dead_address, date_has_passed]
)
def test_without_a_lead_to_reach_or_after_its_date_any_member_sends(opened, why):
    link = opened.link(opened.boima)
    why(opened)
    browser = Browser(opened.clock)
    assert browser.answer(browser.follow(link), did="We met.").status_code == 303
    assert Answer.objects.get().person == opened.boima


def test_what_someone_changed_meanwhile_is_looked_at_before_it_is_sent(opened, amaras, boimas):
    page = amaras.follow(opened.link())
    amaras.write(page, did="We met.")
    last = amaras.turn_to(page, "send")
    boimas.write(boimas.follow(opened.link(opened.boima)), learned="No list.")
    again = amaras.send_off(last)
    assert (again.status_code, "wrote meanwhile" in text_of(again)) == (422, True)
    assert not Answer.objects.exists()
    assert amaras.send_off(again).status_code == 303
    assert Answer.objects.get().learned == "No list."


def test_links_are_closed_by_their_reader_and_by_the_lead_for_all(opened):
    mine, theirs = opened.link(), opened.link(opened.boima)
    boima, amara = Client(), Client()
    boima.force_login(opened.boima)
    amara.force_login(opened.amara)
    path = f"/teams/{opened.team.pk}/check-ins/{opened.check_in().pk}/links/"
    # A member closes their own, whatever they ask for.
    boima.post(path, {"whose": "all"})
    browser = Browser(opened.clock)
    assert (browser.get(theirs).status_code, browser.get(mine).status_code) == (410, 303)
    amara.post(path, {"whose": "all"})
    assert browser.get(mine).status_code == 410


def test_the_rest_can_be_left_out_and_what_was_typed_is_kept(opened, amaras):
    page = amaras.turn_to(amaras.follow(opened.link()), "did")
    assert amaras.send(page, "last", did="We met.")["Location"] == "/c/?step=send"
    assert "We met." in text_of(amaras.get("/c/?step=send"))


def test_the_last_page_leads_to_the_first_question_while_nothing_is_written(opened, amaras):
    amaras.follow(opened.link())
    page = amaras.get("/c/?step=send")
    assert "Answer the check-in" in text_of(page)
    assert page.content.count(b'class="btn primary"') == 1
