"""A team that is added while the year runs is asked from the next round on."""

from __future__ import annotations

from datetime import datetime
from functools import partial

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cohorts.models import Cohort, Team
from followups import joining, planner, schedule
from followups.models import CheckIn, Pause
from outbox.models import Message
from tests.cohorts.setting_up import post_team
from tests.factories import make_member, make_team, make_user
from tests.followups.conftest import DAY, HOUR, OPENS, World, day
from tests.followups.pages import Browser
from tests.followups.test_planner import at_once, sent


@pytest.fixture
def laptop(opened: World) -> Browser:
    """The program lead's, the day after round 1 was closed."""
    opened.cohort.program.leads.add(lead := make_user("Lea Lead"))
    opened.clock = day(25)
    planner.plan_due(opened.clock)
    browser = Browser(opened.clock, Client())
    browser.sign_in(lead)
    return browser


def numbers(team: Team) -> list[int]:
    return sorted(team.check_ins.values_list("round__number", flat=True))


def next_round(world: World) -> datetime:
    """Noon of the day on which round 2 opens."""
    opens_on = world.check_in(2).round.opens_on
    return day((opens_on - OPENS).days)


def test_a_team_added_on_the_page_is_asked_with_all_from_the_next_round_on(opened, laptop):
    with time_machine.travel(laptop.now, tick=False):
        assert post_team(laptop.client, opened.cohort, name="Kenya").status_code == 302
    opened.live_until(next_round(opened))
    kenya = Team.objects.get(name="Kenya")
    assert numbers(kenya) == [2, 3, 4, 5, 6, 7, 8]
    for reader in (kenya.memberships.get(role="lead").user, opened.amara):
        assert sent(opened, reader)[-1] == "opens"
    opened.live_until(next_round(opened) + 5 * DAY)
    theirs, others = opened.check_in(2, kenya), opened.check_in(2)
    assert (theirs.state, theirs.next_step, theirs.next_at) == ("open", "due", others.next_at)


def test_a_team_of_a_roster_is_asked_with_all_from_the_next_round_on(opened, laptop):
    roster = "Team\tCountry\tChallenge\tName\tE-mail\nKenya\tKenya\tPay\tAnn\tann@example.org"
    answer = laptop.post(reverse("roster", args=[opened.cohort.pk]), {"pasted": roster})
    assert laptop.post(answer["Location"], {"do": "write"}).status_code == 302
    planner.plan_due(laptop.now + HOUR)
    assert numbers(Team.objects.get(name="Kenya")) == [2, 3, 4, 5, 6, 7, 8]


@pytest.mark.parametrize(
    ("moment", "first", "told"),
    [
        (schedule.begins(OPENS) - HOUR, 1, ["opens"]),
        # It opened a day ago: there is time to answer, and no reminder has begun.
        (day(1), 1, ["opens"]),
        (schedule.begins(OPENS + 4 * DAY) - HOUR, 1, ["opens"]),
        # Its first mail would be a reminder of what nobody was asked.
        (schedule.begins(OPENS + 4 * DAY), 2, []),
        (day(10), 2, []),
    ],
)
def test_an_open_round_is_asked_only_while_its_first_mail_is_true(year, moment, first, told):
    year.live_until(moment - HOUR, step=6 * HOUR)
    team = make_team(year.cohort, name="Kenya")
    reader = make_member(team, make_user(time_zone="Africa/Nairobi"))
    planner.plan_due(moment)
    assert numbers(team) == list(range(first, 9))
    queued = Message.objects.filter(person=reader, key__startswith="checkin/")
    year.clock = moment
    year.live_until(day(3) + 12 * HOUR)
    assert [mail.key.rsplit("/", 1)[1] for mail in queued.filter(state="sent")] == told


def test_its_pauses_hold_for_it(opened):
    team = make_team(opened.cohort, name="Kenya")
    skipped, moved = opened.check_in(2).round, opened.check_in(4).round
    for round_, moves in ((skipped, False), (moved, True)):
        Pause.objects.create(
            team=team,
            first_day=round_.opens_on,
            last_day=round_.opens_on + DAY,
            reason="Elections",
            moves=moves,
            made_at=opened.clock,
        )
    for _ in range(2):
        planner.plan_due(opened.clock + 10 * DAY)
    of_second = opened.check_in(2, team)
    assert (of_second.state, of_second.skip_reason) == ("skipped", "Elections")
    of_fourth = opened.check_in(4, team)
    assert of_fourth.round.opens_on == moved.opens_on + 2 * DAY
    assert of_fourth.next_at == schedule.begins(of_fourth.round.opens_on)
    # What a pause moved is not missing: the second tick gave it nothing more.
    assert numbers(team) == [2, 3, 4, 5, 6, 7, 8]


@pytest.mark.parametrize("state", [Cohort.State.RUNNING, Cohort.State.CLOSED])
def test_only_a_year_that_runs_asks_who_joins(year, state):
    Cohort.objects.filter(pk=year.cohort.pk).update(state=state)
    team = make_team(year.cohort)
    joining.ask_who_joined(year.clock)
    assert numbers(team) == []


def test_where_nobody_joined_a_tick_asks_one_statement_of_it(year):
    with CaptureQueriesContext(connection) as asked:
        joining.ask_who_joined(year.clock)
    assert len(asked) == 1


@pytest.mark.django_db(transaction=True)
def test_ticks_at_once_give_each_check_in_once(year):
    teams = [make_team(year.cohort) for _ in range(3)]
    at_once(*[partial(planner.plan_due, year.clock)] * 4)
    assert [numbers(team) for team in teams] == [[1, 2, 3, 4, 5, 6, 7, 8]] * 3
    assert CheckIn.objects.count() == 4 * 8
