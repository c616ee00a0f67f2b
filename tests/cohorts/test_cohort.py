"""A cohort, from the form that makes it to the first morning of its week."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse

from cohorts import agenda, beginnings, weeks
from cohorts.models import Cohort, Session
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


def test_a_cohort_comes_with_the_five_days_of_the_coalition_week(client, program) -> None:
    answer = post_cohort(client, program)
    cohort = Cohort.objects.get()
    assert answer.url == reverse("cohort", args=[cohort.pk])
    assert (cohort.program, cohort.state) == (program, Cohort.State.DRAFT)
    assert (cohort.starts_on, cohort.ends_on) == (date(2027, 3, 1), date(2027, 3, 5))
    sessions = cohort.sessions.exclude(kind=Session.Kind.BREAK)
    by_day = [sessions.filter(day=day).count() for day in cohort.days]
    # Day by day as DOMAIN.md §7 lists them.
    assert by_day == [5, 5, 4, 5, 4]


def test_the_sessions_have_the_times_of_the_template_and_follow_each_other(client, program) -> None:
    post_cohort(client, program)
    cohort = Cohort.objects.get()
    first, last = cohort.sessions.first(), cohort.sessions.last()
    assert (first.day, first.starts_at, first.ends_at) == (
        date(2027, 3, 1),
        time(9),
        time(10, 15),
    )
    assert (last.day, last.starts_at, last.ends_at) == (date(2027, 3, 5), time(15, 45), time(17))
    for day in cohort.days:
        of_day = list(cohort.sessions.filter(day=day))
        for before, after in pairwise(of_day):
            assert before.ends_at == after.starts_at, (before, after)
        assert any(session.kind == Session.Kind.BREAK for session in of_day)


def test_the_week_is_shifted_to_the_chosen_start_across_a_years_end(client, program) -> None:
    post_cohort(client, program, starts_on="2027-12-29")
    cohort = Cohort.objects.get()
    assert cohort.ends_on == date(2028, 1, 2)
    days = cohort.sessions.order_by("day").values_list("day", flat=True).distinct()
    assert list(days) == cohort.days


def test_the_sessions_titles_are_in_the_language_of_who_makes_the_cohort() -> None:
    cohort = make_cohort()
    beginnings.fill(cohort, beginnings.coalition_week())
    assert cohort.sessions.filter(title="The listening interview").exists()


@pytest.mark.parametrize(
    ("moment", "zone", "status"),
    [
        ("2026-06-05 12:00+00:00", "Pacific/Auckland", 422),
        # It is the last day in Washington, when Auckland has the day after.
        ("2026-06-05 12:00+00:00", "America/New_York", 302),
        ("2026-06-06 03:59+00:00", "America/New_York", 302),
        ("2026-06-06 04:00+00:00", "America/New_York", 422),
    ],
)
def test_a_week_that_is_over_at_its_venue_is_not_made(
    client, program, moment, zone, status
) -> None:
    now = datetime.fromisoformat(moment)
    answer = post_cohort(client, program, now=now, starts_on="2026-06-01", time_zone=zone)
    assert answer.status_code == status
    assert program.cohorts.exists() == (status == 302)
    if status == 422:
        page = answer.content.decode()
        assert "This week would have ended on 5 June 2026 already" in page
        assert 'value="2026-06-01"' in page


def test_how_long_the_week_is_tells_whether_it_is_over(client, program) -> None:
    earlier = make_cohort(program, starts_on=date(2026, 5, 4), ends_on=date(2026, 5, 6))
    begin = {"begin_from": f"cohort-{earlier.pk}", "starts_on": "2026-05-28"}
    # The coalition week would last until today.
    assert post_cohort(client, program, **begin).status_code == 422
    assert post_cohort(client, program, starts_on="2026-05-28").status_code == 302


def test_a_name_is_taken_once_in_its_program_whatever_its_capitals(client, program) -> None:
    make_cohort(name="Nairobi 2027")
    assert post_cohort(client, program).status_code == 302
    # As after going back: the same words on a fresh form.
    again = post_cohort(client, program, name="NAIROBI 2027")
    assert again.status_code == 422
    page = again.content.decode()
    assert "This program has a cohort named" in page
    assert 'value="NAIROBI 2027"' in page
    assert program.cohorts.count() == 1


def test_of_two_forms_with_one_name_at_once_the_database_takes_one(program) -> None:
    told = {"venue": "", "time_zone": "UTC", "starts_on": date(2027, 3, 1)}
    told |= {"by": None, "now": NOON}
    weeks.make_cohort(program, name="Lima", form_id=uuid4(), **told)
    with pytest.raises(ValidationError, match="has a cohort named"):
        weeks.make_cohort(program, name="lima", form_id=uuid4(), **told)
    assert program.cohorts.count() == 1


def test_the_same_form_posted_twice_makes_one_cohort(client, program) -> None:
    form_id = str(uuid4())
    first = post_cohort(client, program, form_id=form_id)
    second = post_cohort(client, program, form_id=form_id)
    assert first.url == second.url
    assert Cohort.objects.count() == 1
    assert Session.objects.exclude(kind="break").count() == agenda.SESSIONS == 23


def test_two_forms_make_two_cohorts(client, program) -> None:
    post_cohort(client, program)
    post_cohort(client, program, name="Lima 2027")
    assert Cohort.objects.count() == 2


def test_the_empty_form_offers_the_readers_own_zone_and_says_what_one_gets(client, program) -> None:
    page = client.get(reverse("cohort_new", args=[program.pk])).content.decode()
    assert 'value="Europe/Paris"' in page
    assert "The coalition week: 5 days, 23 sessions" in page


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": " \u200f\u202e "}, "This field is required."),
        ({"name": "x" * 301}, "at most 300 characters (it has 301)"),
        ({"starts_on": "soon"}, "Enter a valid date."),
        ({"starts_on": "2027-02-30"}, "Enter a valid date."),
        ({"starts_on": "0207-03-01"}, "Is the year right?"),
        ({"starts_on": "9999-12-31"}, "Is the year right?"),
        ({"time_zone": "Nairobi"}, "“Nairobi” is not a time zone we know."),
        ({"time_zone": "../../etc/passwd"}, "is not a time zone we know."),
    ],
)
def test_a_mistake_gets_a_sentence_and_keeps_everything_typed(
    client, program, typed, sentence
) -> None:
    answer = post_cohort(client, program, **{"venue": "Hôtel <des> Mille 🌍"} | typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert "Something needs your attention" in page
    assert "Hôtel &lt;des&gt; Mille 🌍" in page
    assert all(f'value="{text}"' in page for text in typed.values() if text.strip(" \u200f\u202e"))
    assert not Cohort.objects.exists()


def test_a_name_of_three_hundred_letters_from_right_to_left_with_an_emoji_is_kept(
    client, program
) -> None:
    name = "ا" * 299 + "🌍"
    post_cohort(client, program, name=name)
    assert Cohort.objects.get().name == name
    page = client.get(reverse("program", args=[program.pk])).content.decode()
    assert f"<bdi>{name}</bdi>" in page


def test_marks_that_turn_a_page_round_are_taken_out_of_a_name(client, program) -> None:
    post_cohort(client, program, name="\u202eNairobi\u202c  2027\t")
    assert Cohort.objects.get().name == "Nairobi 2027"


def test_a_program_without_cohorts_says_what_to_do_next(client, program) -> None:
    page = client.get(program.get_absolute_url()).content.decode()
    assert "No cohort yet" in page
    assert page.count(reverse("cohort_new", args=[program.pk])) == 2


def test_a_program_lists_its_cohorts_newest_first_and_no_others(client, program) -> None:
    old = make_cohort(program, name="The older", starts_on=date(2025, 6, 2))
    make_cohort(program, name="The newer")
    make_team(old)
    make_cohort(name="Of another program")
    page = client.get(program.get_absolute_url()).content.decode()
    assert page.index("The newer") < page.index("The older")
    assert "Of another program" not in page
    assert '<td role="cell" class="num" data-label="Teams">1</td>' in page


def test_the_agenda_shows_five_days_on_the_venues_clock(client, program, sign_in) -> None:
    post_cohort(client, program)
    cohort = Cohort.objects.get()
    with time_machine.travel("2027-03-02 06:00+00:00", tick=False):
        client = sign_in(program.leads.get())
        page = client.get(reverse("agenda", args=[cohort.pk])).content.decode()
    assert page.count('<section class="day"') == 5
    assert "Monday 1 March" in page
    assert "16:30–17:30" in page
    assert "(Africa/Nairobi)" in page
    today = page[page.index('aria-current="date"') :]
    assert today.index("Tuesday 2 March") < today.index("</h2>")


def test_today_on_the_agenda_is_the_venues_today(client, program, sign_in) -> None:
    post_cohort(client, program, time_zone="Pacific/Auckland")
    url = reverse("agenda", args=[Cohort.objects.get().pk])
    with time_machine.travel("2027-03-01 22:00+00:00", tick=False):
        page = sign_in(program.leads.get()).get(url).content.decode()
    today = page[page.index('aria-current="date"') :]
    assert today.index("Tuesday 2 March") < today.index("</h2>")


def test_a_day_without_sessions_says_so(client, cohort) -> None:
    make_session(cohort, title="The only one")
    page = client.get(reverse("agenda", args=[cohort.pk])).content.decode()
    assert "The only one" in page
    assert page.count("Nothing is planned for this day.") == 4


def test_a_cohort_without_anything_names_what_is_missing(client, cohort) -> None:
    page = client.get(cohort.get_absolute_url()).content.decode()
    assert "Before the first day" in page
    assert "There is no team yet." in page
    assert "No facilitator is named." in page
    assert "No team yet" in page


def test_each_gap_is_named_until_it_is_mended(client, cohort) -> None:
    empty = make_team(cohort, name="Empty")
    headless = make_team(cohort, name="Headless", coach=make_user())
    make_member(headless)
    waiting = make_team(cohort, name="Waiting", coach=make_user())
    for role in ("lead", "member"):
        make_member(waiting, role=role, joined_at=None)
    ready = make_team(cohort, name="Ready", coach=make_user())
    make_member(ready, role="lead")
    cohort.facilitators.add(make_user())
    page = client.get(cohort.get_absolute_url()).content.decode()
    gaps = page[page.index('id="gaps"') : page.index('id="teams"')]
    assert "Empty has no members." in gaps
    assert "Empty has no coach for the year after." in gaps
    assert reverse("team_setup", args=[cohort.pk, empty.pk]) in gaps
    assert "Headless has no lead, so nobody can sign off." in gaps
    assert "Waiting: 2 people have not joined yet." in gaps
    assert "Ready" not in gaps
    assert "facilitator" not in gaps


def test_where_nothing_is_missing_nothing_is_asked(client, cohort) -> None:
    make_member(make_team(cohort, coach=make_user()), role="lead")
    cohort.facilitators.add(make_user())
    client.post(reverse("cohort_schedule", args=[cohort.pk]), {"weeks": "2, 6"})
    assert "Before the first day" not in client.get(cohort.get_absolute_url()).content.decode()


def test_the_teams_stand_in_the_order_of_their_names(client, cohort) -> None:
    for name in ("Vietnam", "Kenya", "Liberia"):
        make_member(make_team(cohort, name=name))
    page = client.get(cohort.get_absolute_url()).content.decode()
    table = page[page.index("<tbody") :]
    assert table.index("Kenya") < table.index("Liberia") < table.index("Vietnam")


def test_a_member_sees_their_own_team_and_no_gaps(cohort, sign_in) -> None:
    team, other = make_team(cohort, name="Ours"), make_team(cohort, name="Theirs")
    page = sign_in(make_member(team)).get(cohort.get_absolute_url()).content.decode()
    assert "Ours" in page
    assert other.name not in page
    assert "Before the first day" not in page


def test_a_coach_sees_the_teams_they_coach(cohort, sign_in) -> None:
    coach = make_user()
    make_team(cohort, name="Coached", coach=coach)
    make_team(cohort, name="Another")
    page = sign_in(coach).get(cohort.get_absolute_url()).content.decode()
    assert "Coached" in page
    assert "Another" not in page


def test_the_week_begins_by_a_button_once(client, cohort) -> None:
    url = reverse("start_week", args=[cohort.pk])
    page = client.post(url, follow=True).content.decode()
    assert "The week has begun" in page
    cohort.refresh_from_db()
    assert cohort.state == Cohort.State.RUNNING
    assert "The week has begun" not in client.post(url, follow=True).content.decode()


def test_a_week_that_was_closed_does_not_begin_again(client, program) -> None:
    cohort = make_cohort(program, state=Cohort.State.FOLLOW_UP)
    client.post(reverse("start_week", args=[cohort.pk]))
    cohort.refresh_from_db()
    assert cohort.state == Cohort.State.FOLLOW_UP


@pytest.mark.parametrize(
    ("moment", "begun"),
    [
        # The first day begins in Auckland while it is still Sunday in Washington.
        ("2026-05-31 11:59+00:00", set()),
        ("2026-05-31 12:00+00:00", {"Pacific/Auckland"}),
        ("2026-06-01 04:00+00:00", {"Pacific/Auckland", "America/New_York"}),
    ],
)
def test_the_week_begins_by_itself_on_the_venues_first_day(moment, begun) -> None:
    for zone in ("Pacific/Auckland", "America/New_York"):
        make_cohort(time_zone=zone, state=Cohort.State.DRAFT)
    assert weeks.start_due_weeks(datetime.fromisoformat(moment)) == len(begun)
    running = Cohort.objects.filter(state=Cohort.State.RUNNING)
    assert set(running.values_list("time_zone", flat=True)) == begun


def test_a_running_week_is_left_alone_by_the_clock() -> None:
    make_cohort(state=Cohort.State.RUNNING)
    assert weeks.start_due_weeks(NOON + timedelta(days=400)) == 0


def test_a_program_of_others_is_not_to_be_found(client) -> None:
    other = make_program(make_user())
    assert client.get(reverse("cohort_new", args=[other.pk])).status_code == 404
    assert post_cohort(client, other).status_code == 404
    assert not Cohort.objects.exists()


@pytest.mark.parametrize("state", [Cohort.State.DRAFT, Cohort.State.RUNNING])
def test_a_cohort_without_a_team_offers_the_roster_first(client, program, state) -> None:
    cohort = make_cohort(program, state=state)
    page = client.get(reverse("cohort", args=[cohort.pk])).content.decode()
    first = page[page.index("btn primary") :]
    assert first.index("Bring in a roster") < first.index("Week board")
