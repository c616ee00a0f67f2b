"""Role cards: for those alone to whom they are handed, and not before their time."""

from __future__ import annotations

from datetime import UTC, datetime, time
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse

from cohorts.fields import apart
from cohorts.models import Session
from materials.models import Handing, RoleCard
from tests.factories import NOON, make_cohort, make_member, make_team, make_user
from tests.materials.conftest import World

# The session begins at nine in Washington.
NINE = datetime(2026, 6, 1, 13, tzinfo=UTC)
BEFORE, AFTER = NINE.replace(hour=12, minute=59), NINE.replace(minute=1)


def test_a_card_waits_for_its_holder_and_opens_when_the_session_begins(world: World) -> None:
    card = world.card()
    with time_machine.travel(BEFORE, tick=False):
        page = world.reads(world.amara)
        assert "A role card waits for you" in page
        assert "It opens on Monday 1 June, 09:00, on the venue's clock." in page
        for where in (world.session.get_absolute_url(), world.mine(card)):
            told = world.reads(world.amara, where)
            assert "The minister" not in told
            assert "Say no twice." not in told
        world.browser(world.amara).post(world.mine(card))
        assert "Say no twice." not in world.reads(world.amara, world.mine(card))
    with time_machine.travel(NINE, tick=False):
        assert "The minister" in world.reads(world.amara)
        assert "Say no twice." not in world.reads(world.amara, world.mine(card))
        assert world.browser(world.amara).post(world.mine(card)).status_code == 302
        assert "Say no twice." in world.reads(world.amara, world.mine(card))


def test_looking_opens_nothing(world: World) -> None:
    card = world.card()
    with time_machine.travel(AFTER, tick=False):
        for _ in range(2):
            assert "Open my card" in world.reads(world.amara, world.mine(card))
    assert Handing.objects.get().opened_at is None


@pytest.mark.parametrize(
    "who", ["boima", "coach", "facilitator", "program_lead", "stranger", "of another cohort"]
)
def test_nobody_else_sees_a_card_or_learns_who_has_it(world: World, who: str) -> None:
    card = world.card()
    person = getattr(world, who, None) or make_user("Somebody")
    if who == "of another cohort":
        make_member(make_team(make_cohort()), person)
    with time_machine.travel(AFTER, tick=False):
        world.browser(world.amara).post(world.mine(card))
        assert world.browser(person).get(world.mine(card)).status_code == 404
        assert world.browser(person).post(world.mine(card)).status_code == 404
        if who not in {"facilitator", "program_lead"}:
            edit = reverse("role_card", args=[world.cohort.pk, world.session.pk, card.pk])
            for url in (world.cards, edit):
                assert world.browser(person).get(url).status_code == 404
                assert world.browser(person).post(url, {}).status_code == 404
        if who in {"boima", "coach"}:
            page = world.reads(person)
            for word in ("The minister", "Say no twice.", "Amara", "Your role", world.mine(card)):
                assert word not in page
    assert Handing.objects.get().person == world.amara


def test_who_left_the_team_has_the_card_no_more(world: World) -> None:
    card = world.card()
    world.team.coach = world.amara
    world.team.save()
    world.amara.memberships.all().delete()
    with time_machine.travel(AFTER, tick=False):
        assert world.browser(world.amara).get(world.mine(card)).status_code == 404
        assert "Your role" not in world.reads(world.amara)


def test_staff_see_who_has_which_card_and_who_opened_it(world: World) -> None:
    card = world.card(people=[world.amara.pk, world.boima.pk])
    with time_machine.travel(AFTER, tick=False):
        world.browser(world.amara).post(world.mine(card))
    with time_machine.travel(NINE.replace(hour=15), tick=False):
        world.browser(world.amara).post(world.mine(card))
        for who in (world.facilitator, world.program_lead):
            page = world.reads(who, world.cards)
            assert '<bdi>Amara Kollie</bdi> <span class="pill good"> opened 1 Jun, 09:01' in page
            assert '<bdi>Boima Tarr</bdi> <span class="pill">not opened' in page
            assert "open since Monday 1 June, 09:00 at the venue" in page


def test_a_time_of_its_own_is_the_venues_clock(world: World) -> None:
    card = world.card(day="2026-06-02", time="14:30")
    assert card.reveal_at == datetime(2026, 6, 2, 18, 30, tzinfo=UTC)
    with time_machine.travel(AFTER, tick=False):
        assert "opens on Tuesday 2 June, 14:30" in world.reads(world.facilitator, world.cards)
        assert "Say no twice." not in world.reads(world.amara, world.mine(card))
        edit = reverse("role_card", args=[world.cohort.pk, world.session.pk, card.pk])
        page = world.reads(world.facilitator, edit)
    assert 'value="2026-06-02"' in page
    assert 'value="14:30"' in page


def test_without_a_time_of_its_own_it_moves_with_the_session(world: World) -> None:
    card = world.card()
    Session.objects.update(starts_at=time(15), ends_at=time(16))
    with time_machine.travel(AFTER, tick=False):
        assert "It opens on Monday 1 June, 15:00" in world.reads(world.amara)
        assert "Open my card" not in world.reads(world.amara, world.mine(card))


def change(world: World, card: RoleCard, **typed):
    url = reverse("role_card", args=[world.cohort.pk, world.session.pk, card.pk])
    words = {"title": card.title, "text": card.text, "version": card.version}
    words |= {"form_id": str(uuid4()), "people": [world.amara.pk]}
    return world.browser(world.facilitator).post(url, words | typed)


def test_a_card_that_was_put_off_closes_again(world: World) -> None:
    card = world.card()
    with time_machine.travel(AFTER, tick=False):
        world.browser(world.amara).post(world.mine(card))
        assert change(world, card, day="2026-06-03", time="09:00").status_code == 302
        assert "Say no twice." not in world.reads(world.amara, world.mine(card))


def test_a_card_is_handed_to_others_and_whoever_keeps_it_keeps_when_they_opened_it(
    world: World,
) -> None:
    card = world.card()
    with time_machine.travel(AFTER, tick=False):
        world.browser(world.amara).post(world.mine(card))
        both = [world.amara.pk, world.boima.pk]
        assert change(world, card, people=both, text="Say no thrice.").status_code == 302
        assert "Say no thrice." in world.reads(world.amara, world.mine(card))
        card.refresh_from_db()
        assert change(world, card, people=[world.boima.pk]).status_code == 302
        assert world.browser(world.amara).get(world.mine(card)).status_code == 404


def test_two_who_change_a_card_at_once_lose_no_word(world: World) -> None:
    card = world.card()
    assert change(world, card, text="First").status_code == 302
    assert change(world, card, text="First").status_code == 302, "the same again is no quarrel"
    answer = change(world, card, text="Second")
    assert answer.status_code == 422
    assert "Someone else changed this card meanwhile." in answer.content.decode()
    assert "Second" in answer.content.decode()
    assert RoleCard.objects.get().text == "First"


def test_a_card_is_taken_off_and_comes_back_with_its_holders(world: World) -> None:
    card = world.card()
    browser = world.browser(world.facilitator)
    browser.post(world.cards, {"do": "take-off", "card": card.pk})
    assert "A role card waits" not in world.reads(world.amara)
    assert world.browser(world.amara).get(world.mine(card)).status_code == 404
    assert "It can come back, below." in world.reads(world.facilitator, world.cards)
    browser.post(world.cards, {"do": "bring-back", "card": card.pk})
    assert world.browser(world.amara).get(world.mine(card)).status_code == 200


def test_only_people_of_the_cohorts_teams_can_be_given_a_card(world: World) -> None:
    stranger = make_member(make_team(make_cohort(world.cohort.program)))
    for person in (stranger, world.coach, world.facilitator):
        answer = world.write(people=[person.pk])
        assert answer.status_code == 422
        assert "Say no twice." in answer.content.decode()
    assert not RoleCard.objects.exists()
    assert f"{apart(world.amara)} · {apart(world.team)}" in world.reads(
        world.facilitator, world.cards
    )


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"title": " \u200f "}, "This field is required."),
        ({"text": "\u200b"}, "Write what the card says."),
        ({"day": "2026-06-02"}, "Give both a day and a time, or neither."),
        ({"time": "09:00"}, "Give both a day and a time, or neither."),
        ({"day": "0001-01-01", "time": "23:00"}, "Is the year right?"),
        ({"day": "9999-12-31", "time": "23:59"}, "Is the year right?"),
    ],
)
def test_what_makes_no_sense_is_said_and_what_was_typed_stays(world, typed, sentence) -> None:
    answer = world.write(**typed)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert "Say no twice." in answer.content.decode() or "text" in typed


def test_the_same_form_twice_writes_one_card(world: World) -> None:
    form_id = str(uuid4())
    for _ in range(2):
        assert world.write(form_id=form_id, people=[world.amara.pk]).status_code == 302
    assert RoleCard.objects.count() == Handing.objects.count() == 1


def test_the_way_to_the_cards_stands_where_roles_are_played_or_cards_are(world: World) -> None:
    Session.objects.update(kind=Session.Kind.LECTURE)
    assert world.cards not in world.reads(world.facilitator)
    assert "No card yet." in world.reads(world.facilitator, world.cards)
    world.card()
    assert world.cards in world.reads(world.facilitator)


def test_a_card_is_handed_once(world: World) -> None:
    card = world.card()
    with pytest.raises(IntegrityError), transaction.atomic():
        Handing.objects.create(card=card, person=world.amara)
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleCard.objects.create(session=world.session, title="x", text="", made_at=NOON)
