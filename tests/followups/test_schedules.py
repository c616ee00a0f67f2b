"""Follow-up schedules: kept by a program, given to its cohorts, made into rounds at the close."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from cohorts.models import Cohort, Program
from followups import planner, schedules
from followups.models import Schedule, ScheduleTemplate
from followups.schedule import ROUND_WEEKS
from tests.cohorts.setting_up import post_cohort
from tests.factories import NOON, make_cohort, make_program, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def program() -> Program:
    return make_program(make_user("Catherine"), name="Leading with Coalitions")


@pytest.fixture
def client(program: Program, sign_in) -> Client:
    return sign_in(program.leads.get())


def keep(client: Client, program: Program, weeks: str = "4, 12", name: str = "Short", **typed):
    url = reverse("schedules", args=[program.pk])
    return client.post(url, {"form_id": str(uuid4()), "name": name, "weeks": weeks} | typed)


def chosen(client: Client, program: Program, weeks: str = "4, 12") -> ScheduleTemplate:
    assert keep(client, program, weeks).status_code == 302
    template = program.schedule_templates.get()
    client.post(template.get_absolute_url(), {"do": "default"})
    return template


def begin(client: Client, program: Program, key: str = "week", **typed) -> Cohort:
    answer = post_cohort(client, program, begin_from=key, **typed)
    assert answer.status_code == 302, answer.content.decode()
    return Cohort.objects.latest("pk")


def choose(client: Client, cohort: Cohort, weeks: str):
    return client.post(reverse("cohort_schedule", args=[cohort.pk]), {"weeks": weeks})


def weeks_to_rounds(cohort: Cohort) -> list[int]:
    return [(round_.opens_on - cohort.ends_on).days // 7 for round_ in cohort.rounds.all()]


def test_a_new_cohort_gets_the_built_in_schedule(client, program) -> None:
    cohort = begin(client, program)
    assert cohort.schedule.weeks == list(ROUND_WEEKS)
    page = client.get(cohort.get_absolute_url()).content.decode()
    assert "No follow-up schedule" not in page


def test_a_new_cohort_gets_the_schedule_that_its_program_chose(client, program) -> None:
    chosen(client, program)
    cohort = begin(client, program)
    assert cohort.schedule.weeks == [4, 12]
    page = client.get(reverse("follow_up", args=[cohort.pk])).content.decode()
    assert "asked in 2 rounds" in " ".join(page.split())
    planner.close_week(cohort, by=None, now=NOON)
    assert weeks_to_rounds(cohort) == [4, 12]
    first = cohort.rounds.get(number=1)
    assert first.due_on - first.opens_on == timedelta(days=9)
    assert first.closes_on - first.opens_on == timedelta(days=24)


def test_the_next_offering_gets_the_schedule_of_the_earlier_cohort(client, program) -> None:
    chosen(client, program)
    earlier = begin(client, program)
    choose(client, earlier, "3 9 20")
    later = begin(client, program, f"cohort-{earlier.pk}", name="Later", starts_on="2028-03-06")
    assert later.schedule.weeks == [3, 9, 20]
    choose(client, later, "5")
    earlier.schedule.refresh_from_db()
    assert earlier.schedule.weeks == [3, 9, 20]


def test_an_earlier_cohort_without_one_leaves_the_programs(client, program) -> None:
    chosen(client, program)
    earlier = make_cohort(program)
    assert begin(client, program, f"cohort-{earlier.pk}").schedule.weeks == [4, 12]


def test_a_cohort_without_a_schedule_is_told_so_and_has_its_year_all_the_same(
    client, program
) -> None:
    chosen(client, program)
    cohort = make_cohort(program)
    page = client.get(cohort.get_absolute_url()).content.decode()
    assert "No follow-up schedule is chosen." in page
    assert reverse("cohort_schedule", args=[cohort.pk]) in page
    planner.close_week(cohort, by=None, now=NOON)
    assert weeks_to_rounds(cohort) == [4, 12]


def test_a_facilitator_changes_it_until_the_week_is_closed(client, program, sign_in) -> None:
    cohort = begin(client, program)
    facilitator = make_user()
    cohort.facilitators.add(facilitator)
    browser = sign_in(facilitator)
    assert choose(browser, cohort, "6; 2").status_code == 302
    page = browser.get(reverse("close_week", args=[cohort.pk]))
    assert [shown["number"] for shown in page.context["rounds"]] == [1, 2]
    browser.post(reverse("close_week", args=[cohort.pk]))
    assert weeks_to_rounds(cohort) == [2, 6]
    assert choose(browser, cohort, "10").status_code == 404
    assert browser.get(reverse("cohort_schedule", args=[cohort.pk])).status_code == 200
    with pytest.raises(ValidationError, match="The week is closed"):
        schedules.choose(cohort, [10])
    assert Schedule.objects.get(cohort=cohort).weeks == [2, 6]


def test_a_kept_schedule_is_changed_removed_and_brought_back(client, program) -> None:
    template = chosen(client, program)
    url, offered = template.get_absolute_url(), reverse("schedules", args=[program.pk])
    took = begin(client, program)
    typed = {"do": "change", "form_id": str(uuid4()), "name": "Long", "weeks": "4, 8, 60"}
    assert client.post(url, typed).status_code == 302
    assert "4, 8, 60" in client.get(offered).content.decode()
    # Who took it keeps what they took.
    assert Schedule.objects.get(cohort=took).weeks == [4, 12]
    client.post(url, {"do": "remove"})
    assert "Long" not in client.get(offered).content.decode()
    assert schedules.default_weeks(program) == list(ROUND_WEEKS)
    assert "It is removed" in client.get(url).content.decode()
    client.post(url, {"do": "restore"})
    assert "Long" in client.get(offered).content.decode()


def test_one_schedule_is_for_new_cohorts_and_the_built_in_one_can_be_again(client, program) -> None:
    chosen(client, program)
    keep(client, program, "5, 10", name="Other")
    client.post(program.schedule_templates.get(name="Other").get_absolute_url(), {"do": "default"})
    assert schedules.default_weeks(program) == [5, 10]
    assert program.schedule_templates.filter(is_default=True).count() == 1
    client.post(reverse("schedules", args=[program.pk]), {"do": "built_in"})
    assert schedules.default_weeks(program) == list(ROUND_WEEKS)


def test_a_name_is_taken_once_until_its_schedule_is_removed(client, program) -> None:
    form_id = str(uuid4())
    for _ in range(2):
        assert keep(client, program, form_id=form_id).status_code == 302
    answer = keep(client, program, name="SHORT")
    assert answer.status_code == 422
    assert "has a schedule named" in answer.content.decode()
    first = program.schedule_templates.get()
    client.post(first.get_absolute_url(), {"do": "remove"})
    assert keep(client, program).status_code == 302
    assert client.post(first.get_absolute_url(), {"do": "restore"}).status_code == 422


@pytest.mark.parametrize(
    ("weeks", "sentence"),
    [
        ("", "This field is required."),
        (" , ", "Name at least one week"),
        ("2, soon", "is no week from 1 to 104"),
        ("0, 4", "is no week from 1 to 104"),
        ("105", "is no week from 1 to 104"),
        ("²", "is no week from 1 to 104"),
        ("2, 5", "Weeks 2 and 5 are too close"),
        ("2, 2", "Weeks 2 and 2 are too close"),
        (",".join(["9"] * 27), "There can be 26 rounds at most."),
    ],
)
def test_weeks_that_are_no_schedule_get_a_sentence_and_stay_in_the_field(
    client, program, weeks, sentence
) -> None:
    answer = keep(client, program, weeks)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not ScheduleTemplate.objects.exists()
    assert choose(client, make_cohort(program), weeks).status_code == 422


@settings(max_examples=30, deadline=None)
@given(
    steps=st.lists(st.integers(4, 30), min_size=1, max_size=3),
    between=st.sampled_from([",", " ", "; ", "، ", "؛", "\n"]),
    arabic=st.booleans(),
)
def test_weeks_are_read_as_they_are_written_anywhere(steps, between, arabic) -> None:
    weeks = [sum(steps[: n + 1]) for n in range(len(steps))]
    text = between.join(str(week) for week in reversed(weeks))
    if arabic:
        text = text.translate(dict(zip(map(ord, "0123456789"), "٠١٢٣٤٥٦٧٨٩", strict=True)))
    assert schedules.read_weeks(text) == weeks


def test_the_database_refuses_a_schedule_without_rounds_and_two_defaults(program) -> None:
    cohort = make_cohort(program)
    with pytest.raises(IntegrityError), transaction.atomic():
        Schedule.objects.create(cohort=cohort, weeks=[])
    words = {"program": program, "weeks": [4], "is_default": True, "made_at": NOON}
    ScheduleTemplate.objects.create(name="One", **words)
    with pytest.raises(IntegrityError), transaction.atomic():
        ScheduleTemplate.objects.create(name="Two", **words)
    with pytest.raises(IntegrityError), transaction.atomic():
        ScheduleTemplate.objects.update(removed_at=NOON)
