"""Closing a week: the year is shown before it begins, and its mails before any is sent."""

from __future__ import annotations

import json
from io import StringIO
from itertools import pairwise

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from cohorts.models import Cohort
from followups.models import CheckIn, Round
from outbox.models import Message
from tests.factories import make_cohort, make_team, make_user
from tests.followups.conftest import World, day
from tests.followups.pages import Browser, text_of


@pytest.fixture
def laptop(world: World) -> Browser:
    lead = make_user("Lea Lead")
    world.cohort.program.leads.add(lead)
    browser = Browser(world.clock, Client())
    browser.sign_in(lead)
    return browser


def address(world: World) -> str:
    return f"/cohorts/{world.cohort.pk}/close-week/"


def test_the_page_shows_the_eight_rounds_and_who_has_not_signed_and_begins_nothing(world, laptop):
    page = laptop.get(address(world))
    words = text_of(page)
    for date in ("19 Jun 2026", "23 Jun", "28 Jun", "1 Jul", "4 Jul", "13 Jul 2026"):
        assert date in words
    assert "7 May 2027" in words
    assert len(page.context["rounds"]) == 8
    assert "Not signed off yet: Liberia ." in words
    world.cohort.refresh_from_db()
    assert world.cohort.state == Cohort.State.RUNNING
    assert not Round.objects.exists()


def test_closing_makes_the_rounds_that_the_page_showed_once(world, laptop):
    shown = [round_["opens"] for round_ in laptop.get(address(world)).context["rounds"]]
    for _ in range(2):
        answer = laptop.post(address(world), {})
        assert answer["Location"] == f"/cohorts/{world.cohort.pk}/follow-up/"
    assert list(world.cohort.rounds.values_list("opens_on", flat=True)) == shown
    assert CheckIn.objects.count() == 8
    assert "The week is closed" in text_of(laptop.get(answer["Location"]))
    # What is closed is not offered again.
    assert laptop.get(address(world)).status_code == 302


def test_only_those_who_manage_the_cohort_close_its_week(world):
    for person, status in (
        (world.coach, 404),
        (world.boima, 404),
        (make_user(), 404),
        (make_user(is_admin=True), 302),
    ):
        browser = Browser(world.clock, Client())
        browser.sign_in(person)
        assert browser.post(address(world), {}).status_code == status
        assert Round.objects.exists() == (status == 302)


def preview(cohort: Cohort, *more: str) -> str:
    out = StringIO()
    call_command("followups", "preview", "--cohort", str(cohort.pk), *more, stdout=out)
    return out.getvalue()


def test_the_preview_shows_every_mail_of_the_year_on_its_readers_clock(world):
    User.objects.filter(pk=world.boima.pk).update(time_zone="Africa/Cairo", language="ar")
    rows = json.loads(preview(world.cohort, "--json"))
    assert len(rows) == 8 * (5 * 2 + 1)
    first = [row for row in rows if row["round"] == "1"]
    assert [(row["step"], row["date"], row["person"]) for row in first] == [
        ("opens", "2026-06-19", "Amara Kollie"),
        # Friday is a day off in Egypt, and so is Saturday.
        ("opens", "2026-06-21", "Boima"),
        ("nudge", "2026-06-23", "Boima"),
        ("nudge", "2026-06-23", "Amara Kollie"),
        ("due", "2026-06-28", "Boima"),
        # A Sunday, which is a day off in Liberia.
        ("due", "2026-06-29", "Amara Kollie"),
        ("overdue", "2026-07-01", "Boima"),
        ("overdue", "2026-07-01", "Amara Kollie"),
        ("coach", "2026-07-06", "Carla Coach"),
        ("closes", "2026-07-13", "Boima"),
        ("closes", "2026-07-13", "Amara Kollie"),
    ]
    assert all("09:00" <= row["time"] < "10:30" for row in rows)
    assert {row["zone"] for row in first if row["person"] == "Boima"} == {"Africa/Cairo"}
    assert not Round.objects.exists()
    assert not Message.objects.exists()


def test_once_the_week_is_closed_the_preview_is_to_the_minute_what_is_sent(year):
    planned = {
        (row["step"], row["address"], row["date"], row["time"])
        for row in json.loads(preview(year.cohort, "--json"))
        if row["round"] == "1"
    }
    year.live_until(day(25))
    sent = set()
    steps = Message.objects.filter(state="sent", key__startswith="checkin/")
    for message in steps.select_related("person"):
        reader = message.person
        assert reader is not None
        zone = reader.zone if reader.time_zone else year.team.zone
        local = message.not_before.astimezone(zone)
        step = message.key.rsplit("/", 1)[1]
        sent.add((step, message.address, f"{local:%Y-%m-%d}", f"{local:%H:%M}"))
    assert sent == planned


def test_what_the_preview_tells_one_person_at_once_counts_as_one_mail(world):
    make_team(world.cohort, name="Kenya", coach=world.coach)
    lines = preview(world.cohort).strip().splitlines()
    assert len([line for line in lines if "Carla Coach" in line]) == 16
    assert lines[-1] == "88 mails if nobody answers."


def test_the_preview_as_a_table_has_a_line_a_thing_and_the_number_of_mails(world):
    lines = preview(world.cohort).strip().splitlines()
    assert lines[0].split()[:4] == ["date", "time", "zone", "round"]
    assert lines[-1] == "88 mails if nobody answers."
    body = lines[1:-2]
    assert len(body) == 88
    assert all(earlier[:10] <= later[:10] for earlier, later in pairwise(body))


def test_disabled_accounts_and_absent_coaches_are_not_previewed(world):
    User.objects.filter(pk=world.boima.pk).update(is_active=False)
    make_team(world.cohort, name="Empty")
    world.team.coach = None
    world.team.save(update_fields=["coach"])
    rows = json.loads(preview(world.cohort, "--json"))
    assert {row["person"] for row in rows} == {"Amara Kollie"}
    assert len(rows) == 8 * 5


def test_an_unknown_cohort_is_named_with_the_known_ones(db):
    cohort = make_cohort(name="Spring")
    with pytest.raises(CommandError, match=rf"no cohort 999. Known: {cohort.pk} Spring"):
        call_command("followups", "preview", "--cohort", "999")
