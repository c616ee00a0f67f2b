"""Comments beside sheets, plan and check-ins: who says what, and what becomes of it."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.urls import reverse

from cohorts.models import Cohort, Membership
from conversations.models import Comment
from tests.factories import make_member, make_team, make_user
from tests.home.test_home import make_check_in

HTMX = {"HX-Request": "true"}


def test_a_coach_comments_on_the_plan_and_the_team_reads_it_there(world) -> None:
    answer = world.say(world.coach, "Who pays for the printing?\nAsk the bank.")
    comment = Comment.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == f"{world.page()}#comment-{comment.pk}"
    page = world.reads(world.member)
    assert "Who pays for the printing?" in page
    assert "Carla Coach" in page
    assert "1 open comment" in page


def test_each_page_of_a_teams_work_leads_to_its_own_comments(world) -> None:
    check_in = make_check_in(world.team)
    day = world.cohort.starts_on.isoformat()
    places = {
        reverse("plan", args=[world.team.pk]): world.page(),
        reverse("sheet", args=[world.team.pk, day]): world.page("sheet", day),
        f"{reverse('check_in', args=[world.team.pk, check_in.pk])}?step=send": world.page(
            "check-in", str(check_in.pk)
        ),
    }
    for place, there in places.items():
        world.say(world.coach, f"About {place}", there)
    for place, there in places.items():
        for reader in (world.member, world.coach):
            page = world.reads(reader, place)
            assert f'data-there="{there}"' in page
            assert f'<a href="{there}">Comments</a>' in page
        said = world.reads(world.member, there)
        assert "1 open comment" in said
        assert [other for other in places if f"About {other}" in said] == [place]


def test_htmx_gets_the_section_alone_with_what_was_said_in_focus(world) -> None:
    client = world.sign_in(world.member)
    sent = {"form_id": str(uuid4()), "text": "Well said"}
    page = client.post(world.page(), sent, headers=HTMX).content.decode()
    assert page.lstrip().startswith("<section")
    assert "<html" not in page
    focused = re.search(r'id="comment-(\d+)"[^>]*autofocus', page)
    assert focused
    assert int(focused[1]) == Comment.objects.get().pk


def test_a_reply_to_a_reply_joins_the_thread_and_goes_no_deeper(world) -> None:
    world.say(world.coach, "First")
    first = Comment.objects.get()
    world.say(world.member, "Second", parent=first.pk)
    second = Comment.objects.get(text="Second")
    world.say(world.lead, "Third", parent=second.pk)
    third = Comment.objects.get(text="Third")
    assert (second.parent, third.parent) == (first, first)
    page = world.reads(world.coach)
    assert page.count("<article") == 1
    assert page.index("First") < page.index("Second") < page.index("Third")


def test_posting_the_form_twice_is_once(world) -> None:
    form_id = str(uuid4())
    for _ in range(2):
        answer = world.say(world.coach, "Once", form_id=form_id)
        assert answer.status_code == 302
    assert Comment.objects.count() == 1


def test_a_program_lead_replies_but_begins_nothing_on_a_plan(world) -> None:
    assert world.say(world.program_lead, "A thread").status_code == 404
    world.say(world.coach, "First")
    first = Comment.objects.get()
    assert world.say(world.program_lead, "An answer", parent=first.pk).status_code == 302
    page = world.reads(world.program_lead)
    assert "Your reply" in page
    assert "Your comment" not in page


def test_a_check_in_is_answered_by_the_program_lead_and_only_read_by_facilitators(world) -> None:
    there = world.page("check-in", str(make_check_in(world.team).pk))
    assert world.say(world.program_lead, "Well done", there).status_code == 302
    assert world.say(world.facilitator, "Me too", there).status_code == 404
    page = world.reads(world.facilitator, there)
    assert "Well done" in page
    assert "<textarea" not in page


def test_administrators_read_only(world) -> None:
    admin = make_user(is_admin=True)
    world.say(world.coach, "First")
    assert "First" in world.reads(admin)
    assert world.say(admin, "Me", parent=Comment.objects.get().pk).status_code == 404


def test_people_without_the_team_see_nothing(world) -> None:
    stranger = make_member(make_team(world.cohort))
    assert world.sign_in(stranger).get(world.page()).status_code == 404
    assert world.say(stranger, "Hello").status_code == 404


@pytest.mark.parametrize(
    ("page", "which"),
    [
        ("plan", "2026-06-01"),
        ("sheet", "2026-07-01"),
        ("sheet", "20260601"),
        ("sheet", "monday"),
        ("check-in", "999999"),
        ("check-in", "x"),
        ("portfolio", "1"),
    ],
)
def test_a_page_that_is_not_there_has_no_comments(world, page, which) -> None:
    assert world.sign_in(world.member).get(world.page(page, which)).status_code == 404


def test_another_teams_check_in_is_no_page_of_this_team(world) -> None:
    foreign = make_check_in(make_team())
    there = world.page("check-in", str(foreign.pk))
    assert world.sign_in(world.member).get(there).status_code == 404


def test_an_empty_comment_is_refused_with_a_sentence_and_a_long_one_loses_nothing(world) -> None:
    answer = world.say(world.coach, "  ")
    assert answer.status_code == 422
    assert "Write a few words first." in answer.content.decode()
    answer = world.say(world.coach, "long " * 1001)
    assert answer.status_code == 422
    assert answer.content.decode().count("long ") >= 1000
    assert not Comment.objects.exists()


def test_a_refused_reply_stays_open_below_its_thread(world) -> None:
    world.say(world.coach, "First")
    answer = world.say(world.member, "", parent=Comment.objects.get().pk)
    assert answer.status_code == 422
    page = " ".join(answer.content.decode().split())
    assert "<details open>" in page
    assert page.count("Write a few words first.") == 1


@pytest.mark.parametrize("typed", ["Femi Facilitator", " @femi  FACILITATOR\u200f", "{email}"])
def test_someone_who_may_read_the_page_is_mentioned_by_name_or_address(world, typed) -> None:
    typed = typed.format(email=world.facilitator.email)
    assert world.say(world.member, "Can you look?", mention=typed).status_code == 302
    assert Comment.objects.get().mentioned == world.facilitator
    assert "@Femi Facilitator</bdi>" in world.reads(world.coach)


def test_the_names_of_those_who_can_read_the_page_are_offered(world) -> None:
    make_user("Stranger")
    page = world.reads(world.member)
    offered = re.findall(r'<option value="([^"]+)">', page[page.index('id="mentionable"') :])
    circle = (world.lead, world.member, world.coach, world.facilitator, world.program_lead)
    assert offered == sorted(person.name for person in circle)


def test_of_two_with_one_name_the_address_tells_which(world) -> None:
    other = make_user("boima tarr")
    world.cohort.facilitators.add(other)
    answer = world.say(world.coach, "You?", mention="Boima Tarr")
    assert answer.status_code == 422
    assert 'value="Boima Tarr"' in answer.content.decode()
    world.say(world.coach, "You!", mention=f"boima tarr ({other.email})")
    assert Comment.objects.get().mentioned == other


def test_someone_who_may_not_read_the_page_is_not_mentioned(world) -> None:
    stranger = make_member(make_team(world.cohort))
    for typed in (stranger.name, stranger.email, stranger.pk):
        answer = world.say(world.member, "Look!", mention=typed)
        assert answer.status_code == 422
        assert "is nobody who can read this page." in answer.content.decode()
    assert not Comment.objects.exists()


def test_a_thread_is_resolved_and_opens_again_by_hand_or_by_an_answer(world) -> None:
    world.say(world.coach, "Name an A")
    first = Comment.objects.get()
    world.act(world.member, "resolve", first)
    page = world.reads(world.coach)
    assert "resolved by <bdi>Boima Tarr</bdi>" in page
    assert "open comment" not in page
    world.act(world.coach, "reopen", first)
    assert "1 open comment" in world.reads(world.coach)
    world.act(world.member, "resolve", first)
    world.say(world.coach, "Not yet", parent=first.pk)
    assert "1 open comment" in world.reads(world.coach)


def test_a_reply_is_not_resolved_by_itself(world) -> None:
    world.say(world.coach, "First")
    world.say(world.member, "Second", parent=Comment.objects.get().pk)
    reply = Comment.objects.get(text="Second")
    world.act(world.member, "resolve", reply)
    reply.refresh_from_db()
    assert reply.resolved_at is None


def test_ones_own_comment_is_taken_back_and_kept(world) -> None:
    world.say(world.coach, "Too harsh")
    comment = Comment.objects.get()
    assert world.act(world.member, "take-back", comment).status_code == 404
    world.act(world.coach, "take-back", comment)
    page = world.reads(world.member)
    assert "Too harsh" not in page
    assert "<article" not in page
    comment.refresh_from_db()
    assert comment.text == "Too harsh"


def test_what_was_answered_leaves_its_place_when_it_is_taken_back(world) -> None:
    world.say(world.coach, "Too harsh")
    comment = Comment.objects.get()
    world.say(world.member, "Indeed", parent=comment.pk)
    world.act(world.coach, "take-back", comment)
    page = world.reads(world.member)
    assert "This comment was taken back." in page
    assert "Too harsh" not in page
    assert "Indeed" in page
    assert world.say(world.member, "More", parent=comment.pk).status_code == 404


def test_a_comment_of_another_page_is_not_touched_from_here(world) -> None:
    day = world.cohort.starts_on.isoformat()
    world.say(world.coach, "On the sheet", world.page("sheet", day))
    comment = Comment.objects.get()
    assert world.act(world.member, "resolve", comment).status_code == 404
    assert world.say(world.member, "Reply", parent=comment.pk).status_code == 404


def test_a_closed_cohorts_comments_are_there_to_read(world) -> None:
    world.say(world.coach, "First")
    Cohort.objects.update(state=Cohort.State.CLOSED)
    refused = world.say(world.coach, "Second")
    assert refused.status_code == 422
    assert "Second</textarea>" in refused.content.decode()
    page = world.reads(world.coach)
    assert "First" in page
    assert "This cohort is closed" in page
    assert "<textarea" not in page
    assert Comment.objects.count() == 1


def test_what_someone_wrote_stays_when_they_leave_the_team(world) -> None:
    world.say(world.member, "My last word")
    Membership.objects.filter(user=world.member).delete()
    assert "My last word" in world.reads(world.coach)
    assert world.sign_in(world.member).get(world.page()).status_code == 404


def test_markup_in_a_comment_is_text(world) -> None:
    world.say(world.coach, "<script>alert(1)</script>")
    assert "&lt;script&gt;alert(1)" in world.reads(world.member)
