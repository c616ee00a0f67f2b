"""A cohort made from an earlier one, or from a template of its program."""

from __future__ import annotations

from datetime import date, time
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from cohorts.models import AgendaTemplate, Cohort, Program, Session
from tests.cohorts.setting_up import post_cohort
from tests.factories import (
    NOON,
    make_cohort,
    make_member,
    make_program,
    make_session,
    make_team,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def earlier(program: Program) -> Cohort:
    """Monday to Wednesday in June 2026, with a session on its first and on its last day."""
    cohort = make_cohort(
        program,
        name="Nairobi 2026",
        venue="Kenya School",
        time_zone="Africa/Nairobi",
        ends_on=date(2026, 6, 3),
    )
    make_session(
        cohort, title="Welcome", presenter="Amara", room="Blue", objectives="Know all", track="A"
    )
    make_session(cohort, day=date(2026, 6, 3), title="Goodbye", starts_at="15:00", ends_at="16:30")
    make_session(cohort, title="Taken off", removed_at=NOON)
    cohort.facilitators.add(make_user("Moses"))
    make_member(make_team(cohort, name="Liberia"))
    return cohort


def begin(client: Client, program: Program, key: str, **typed: object) -> Cohort:
    answer = post_cohort(client, program, begin_from=key, **typed)
    assert answer.status_code == 302, answer.content.decode()
    return Cohort.objects.latest("pk")


def agenda_of(cohort: Cohort) -> list[tuple]:
    told = cohort.sessions.values_list("title", "day", "starts_at", "ends_at")
    return list(told)


def test_on_the_same_weekday_each_session_keeps_its_weekday(client, program, earlier) -> None:
    cohort = begin(client, program, f"cohort-{earlier.pk}", starts_on="2027-03-01")
    assert (cohort.starts_on, cohort.ends_on) == (date(2027, 3, 1), date(2027, 3, 3))
    assert agenda_of(cohort) == [
        ("Welcome", date(2027, 3, 1), time(9), time(10)),
        ("Goodbye", date(2027, 3, 3), time(15), time(16, 30)),
    ]
    weekdays = [day.weekday() for _title, day, *_times in agenda_of(cohort)]
    assert weekdays == [0, 2]
    page = client.get(cohort.get_absolute_url()).content.decode()
    assert "each session keeps its weekday" in page


def test_on_another_weekday_the_days_are_counted_and_the_page_says_so(
    client, program, earlier
) -> None:
    cohort = begin(client, program, f"cohort-{earlier.pk}", starts_on="2027-03-04")
    assert [day for _title, day, *_times in agenda_of(cohort)] == [
        date(2027, 3, 4),
        date(2027, 3, 6),
    ]
    page = client.get(cohort.get_absolute_url()).content.decode()
    assert "which began on a Monday" in page
    assert "counted day by day from Thursday 4 March 2027 to Saturday 6 March 2027" in page


def test_the_agenda_comes_with_words_and_presenters_but_no_teams_and_no_people(
    client, program, earlier
) -> None:
    cohort = begin(client, program, f"cohort-{earlier.pk}")
    welcome = cohort.sessions.get(title="Welcome")
    assert (welcome.presenter, welcome.objectives, welcome.track) == ("Amara", "Know all", "A")
    assert not cohort.teams.exists()
    assert not cohort.facilitators.exists()
    assert cohort.state == Cohort.State.DRAFT
    assert earlier.sessions.count() == 3
    # It is the new cohort's own: changing one leaves the other.
    assert welcome.pk != earlier.sessions.get(title="Welcome").pk


def test_the_facilitators_come_along_if_wished(client, program, earlier) -> None:
    cohort = begin(client, program, f"cohort-{earlier.pk}", with_staff="on")
    assert [str(person) for person in cohort.facilitators.all()] == ["Moses"]


@pytest.mark.parametrize(("venue", "room"), [("kenya school", "Blue"), ("Lima", "")])
def test_rooms_come_along_only_to_the_same_venue(client, program, earlier, venue, room) -> None:
    cohort = begin(client, program, f"cohort-{earlier.pk}", venue=venue)
    assert cohort.sessions.get(title="Welcome").room == room


def test_a_cohort_of_another_program_cannot_be_cloned(client, program) -> None:
    foreign = make_cohort(make_program())
    answer = post_cohort(client, program, begin_from=f"cohort-{foreign.pk}")
    assert answer.status_code == 422
    assert Cohort.objects.count() == 1
    for nonsense in ("cohort-", "cohort-x", "template-9", "team-1", "week-1", "cohort-²"):
        assert post_cohort(client, program, begin_from=nonsense).status_code == 422


def test_the_same_form_twice_is_one_cohort_with_one_agenda(client, program, earlier) -> None:
    form_id = str(uuid4())
    for _ in range(2):
        cohort = begin(client, program, f"cohort-{earlier.pk}", form_id=form_id)
    assert Cohort.objects.count() == 2
    assert cohort.sessions.count() == 2


def test_the_next_offering_is_proposed_with_venue_zone_and_the_same_weekday_a_year_later(
    client, program, earlier
) -> None:
    page = client.get(earlier.get_absolute_url()).content.decode()
    url = f"{reverse('cohort_new', args=[program.pk])}?from=cohort-{earlier.pk}"
    assert f'href="{url}"' in page
    with time_machine.travel(NOON, tick=False):
        form = client.get(url).content.decode()
    assert 'value="2027-05-31"' in form
    assert date(2027, 5, 31).weekday() == earlier.starts_on.weekday()
    assert 'value="Kenya School"' in form
    assert 'value="Africa/Nairobi"' in form
    assert f'value="cohort-{earlier.pk}" selected' in form
    # A year after this one is over long since: the next Monday that is to come.
    Cohort.objects.filter(pk=earlier.pk).update(starts_on=date(2010, 6, 7))
    with time_machine.travel(NOON, tick=False):
        assert 'value="2026-06-08"' in client.get(url).content.decode()


# Templates ---------------------------------------------------------------------------------------


def keep(client: Client, cohort: Cohort, name: str = "Short week", **typed: object):
    url = reverse("template_keep", args=[cohort.pk])
    return client.post(url, {"form_id": str(uuid4()), "name": name} | typed)


def test_an_agenda_is_kept_as_a_template_and_a_cohort_begins_from_it(
    client, program, earlier
) -> None:
    agenda = client.get(reverse("agenda", args=[earlier.pk])).content.decode()
    assert reverse("template_keep", args=[earlier.pk]) in agenda
    answer = keep(client, earlier)
    page = client.get(answer.url).content.decode()
    template = AgendaTemplate.objects.get()
    assert template.get_absolute_url() in page
    assert "3 days" in page
    cohort = begin(client, program, f"template-{template.pk}", starts_on="2027-03-04")
    assert cohort.ends_on == date(2027, 3, 6)
    welcome = cohort.sessions.get(title="Welcome")
    assert (welcome.objectives, welcome.presenter, welcome.room) == ("Know all", "", "")
    assert cohort.sessions.get(title="Goodbye").day == date(2027, 3, 6)


def test_a_template_stays_as_it_was_when_the_cohort_changes(client, earlier) -> None:
    keep(client, earlier)
    earlier.sessions.update(title="Otherwise")
    page = client.get(AgendaTemplate.objects.get().get_absolute_url()).content.decode()
    assert "Welcome" in page
    assert "Otherwise" not in page


def test_a_template_is_renamed_removed_and_brought_back(client, program, earlier) -> None:
    keep(client, earlier)
    template = AgendaTemplate.objects.get()
    url, new = template.get_absolute_url(), reverse("cohort_new", args=[program.pk])
    client.post(url, {"do": "rename", "name": "Three days", "form_id": str(uuid4())})
    assert "Three days" in client.get(new).content.decode()
    client.post(url, {"do": "remove"})
    assert "Three days" not in client.get(new).content.decode()
    assert url not in client.get(program.get_absolute_url()).content.decode()
    answer = post_cohort(client, program, begin_from=f"template-{template.pk}")
    assert answer.status_code == 422
    assert "It is removed" in client.get(url).content.decode()
    client.post(url, {"do": "restore"})
    assert "Three days" in client.get(new).content.decode()


def test_a_name_is_taken_once_until_its_template_is_removed(client, earlier) -> None:
    keep(client, earlier)
    answer = keep(client, earlier, "SHORT week")
    assert answer.status_code == 422
    assert "This program has a template named" in answer.content.decode()
    first = AgendaTemplate.objects.get()
    client.post(first.get_absolute_url(), {"do": "remove"})
    assert keep(client, earlier).status_code == 302
    answer = client.post(first.get_absolute_url(), {"do": "restore"})
    assert answer.status_code == 422
    keep(client, earlier, "Other")
    other = AgendaTemplate.objects.get(name="Other")
    typed = {"do": "rename", "name": "Short Week", "form_id": str(uuid4())}
    answer = client.post(other.get_absolute_url(), typed)
    assert answer.status_code == 422
    assert 'value="Short Week"' in answer.content.decode()


def test_a_template_without_a_name_gets_a_sentence(client, earlier) -> None:
    answer = keep(client, earlier, " \u200f ")
    assert answer.status_code == 422
    assert "This field is required." in answer.content.decode()


def test_the_same_form_twice_keeps_one_template(client, earlier) -> None:
    form_id = str(uuid4())
    assert keep(client, earlier, form_id=form_id).status_code == 302
    assert keep(client, earlier, form_id=form_id).status_code == 302
    assert AgendaTemplate.objects.count() == 1


def test_a_facilitator_reads_the_agenda_without_the_way_to_templates(earlier, sign_in) -> None:
    browser = sign_in(earlier.facilitators.get())
    url = reverse("template_keep", args=[earlier.pk])
    assert url not in browser.get(reverse("agenda", args=[earlier.pk])).content.decode()
    assert browser.get(url).status_code == 404


# Rooms -------------------------------------------------------------------------------------------


def test_the_checklist_counts_sessions_without_a_room(client, program) -> None:
    cohort = make_cohort(program, state=Cohort.State.DRAFT)
    make_session(cohort)
    make_session(cohort, kind=Session.Kind.BREAK)
    make_session(cohort, removed_at=NOON)
    page = client.get(cohort.get_absolute_url()).content.decode()
    assert "1 session has no room." in page
    assert reverse("agenda_builder", args=[cohort.pk]) in page


def test_a_running_week_that_names_no_room_is_not_asked_for_them(client, program) -> None:
    cohort = make_cohort(program)
    make_session(cohort)
    assert "no room" not in client.get(cohort.get_absolute_url()).content.decode()
    make_session(cohort, room="Blue")
    assert "1 session has no room." in client.get(cohort.get_absolute_url()).content.decode()
