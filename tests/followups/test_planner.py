"""What falls due in a year, who gets a mail of it and when, and what an outage does to that."""

from __future__ import annotations

import threading
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, connections

from accounts.models import User
from cohorts import invitations
from cohorts.models import Cohort, Membership
from followups import planner, reminders, schedule
from followups.models import CheckIn
from outbox import ticking
from outbox.models import Message
from tests.factories import make_cohort, make_member, make_team, make_user
from tests.followups.conftest import DAY, HOUR, OPENS, WEEK_ENDED, World, day, utc


def sent(world: World, to: User) -> list[str]:
    """The steps whose mails someone got, in order; a coach's weekly digest is none."""
    keys = dict(Message.objects.values_list("message_id", "key"))
    found = [keys[letter["Message-ID"]] for letter in world.letters(to)]
    return [key.rsplit("/", 1)[1] for key in found if key.startswith("checkin/")]


def local_hours(world: World, to: User, zone: str) -> list[str]:
    """The local day of each hand-over of a step's mail to someone."""
    moments = Message.objects.filter(
        person=to, sent_at__isnull=False, key__startswith="checkin/"
    ).order_by("sent_at")
    return [
        f"{moment.astimezone(ZoneInfo(zone)):%a %d %b}"
        for moment in moments.values_list("handed_over_at", flat=True)
    ]


def test_closing_the_week_makes_eight_rounds_with_a_check_in_of_each_team_once(world):
    make_team(world.cohort)
    assert planner.close_week(world.cohort, by=None, now=world.clock)
    assert not planner.close_week(world.cohort, by=None, now=world.clock)
    world.cohort.refresh_from_db()
    assert world.cohort.state == Cohort.State.FOLLOW_UP
    assert world.cohort.rounds.count() == 8
    assert CheckIn.objects.filter(round__cohort=world.cohort).count() == 16


def test_a_week_that_nobody_closes_is_closed_seven_days_after_its_last_day(world):
    planner.plan_due(utc(WEEK_ENDED) + 7 * DAY)
    world.cohort.refresh_from_db()
    assert world.cohort.state == Cohort.State.RUNNING
    planner.plan_due(utc(WEEK_ENDED) + 8 * DAY)
    world.cohort.refresh_from_db()
    assert world.cohort.state == Cohort.State.FOLLOW_UP


def test_a_week_without_teams_is_closed_by_a_person_alone(world):
    empty = make_cohort(world.cohort.program, ends_on=WEEK_ENDED)
    planner.plan_due(utc(WEEK_ENDED) + 100 * DAY)
    empty.refresh_from_db()
    assert empty.state == Cohort.State.RUNNING
    assert not empty.rounds.exists()
    assert planner.close_week(empty, by=None, now=world.clock)


def test_a_silent_team_is_asked_and_reminded_and_coach_and_lead_are_told_until_it_closes(year):
    year.cohort.program.leads.add(lead := make_user("Lena", time_zone="Africa/Cairo"))
    year.live_until(day(26))
    assert sent(year, year.amara) == ["opens", "nudge", "due", "overdue", "closes"]
    assert local_hours(year, year.amara, "Africa/Monrovia") == [
        "Fri 19 Jun",
        "Tue 23 Jun",
        # It is due on a Sunday.
        "Mon 29 Jun",
        "Wed 01 Jul",
        "Mon 13 Jul",
    ]
    assert sent(year, year.boima) == ["opens", "nudge", "due", "overdue", "closes"]
    assert sent(year, year.coach) == ["coach"]
    # The fifteenth day is a Saturday.
    assert local_hours(year, year.coach, "Europe/Berlin") == ["Mon 06 Jul"]
    assert sent(year, lead) == ["lead"]
    assert local_hours(year, lead, "Africa/Cairo") == ["Tue 07 Jul"]
    closed = year.letters(year.amara)[-1].get_body(("plain",)).get_content()
    assert "closed without an answer of Liberia" in closed
    assert "The next one opens on 17 July 2026." in " ".join(closed.split())
    check_in = year.check_in()
    assert (check_in.state, check_in.next_step) == ("missed", "none")
    assert check_in.skipped_steps == []


def test_before_its_day_nothing_of_a_round_is_sent(year):
    year.live_until(utc(OPENS, 8))
    assert year.letters() == []


def test_a_member_who_was_invited_and_never_came_is_asked_by_the_teams_clock(year):
    make_member(year.team, far := make_user("Far", time_zone=""), joined_at=None)
    year.team.time_zone = "Asia/Ho_Chi_Minh"
    year.team.save(update_fields=["time_zone"])
    year.live_until(day(0), step=HOUR)
    handed_over = Message.objects.get(person=far).handed_over_at
    assert handed_over is not None
    assert 9 <= handed_over.astimezone(ZoneInfo("Asia/Ho_Chi_Minh")).hour <= 11


def test_a_reader_who_moved_is_asked_at_a_decent_hour_of_where_they_are_now(year):
    year.live_until(utc(OPENS, 8, 55))
    User.objects.filter(pk=year.amara.pk).update(time_zone="Pacific/Apia")
    year.live_until(day(3), step=HOUR)
    moment = Message.objects.get(person=year.amara, key__endswith="/opens").handed_over_at
    assert moment is not None
    local = moment.astimezone(ZoneInfo("Pacific/Apia"))
    # In Apia it was Friday evening, and the weekend lies before the next decent hour.
    assert (f"{local:%a}", local.hour in (9, 10, 11)) == ("Mon", True)


def test_disabled_accounts_get_nothing(year):
    User.objects.filter(pk=year.boima.pk).update(is_active=False)
    year.live_until(day(5))
    assert sent(year, year.boima) == []
    assert sent(year, year.amara) == ["opens", "nudge"]


@pytest.mark.parametrize(
    "end",
    [
        lambda year: CheckIn.objects.filter(pk=year.check_in().pk).update(
            state="submitted", submitted_at=year.clock, next_at=None, next_step="none"
        ),
        lambda year: reminders.stop(year.amara, year.clock),
        lambda year: invitations.remove(Membership.objects.get(user=year.amara), now=year.clock),
        lambda year: User.objects.filter(pk=year.amara.pk).update(is_active=False),
    ],
    ids=["answered", "opted out", "removed", "disabled"],
)
def test_nothing_is_handed_over_once_the_reader_owes_nothing(year, end):
    ticking.tick(schedule.begins(OPENS))
    assert Message.objects.filter(person=year.amara, state="queued").exists()
    end(year)
    year.live_until(day(4))
    assert sent(year, year.amara) == []
    assert set(Message.objects.filter(person=year.amara).values_list("state", flat=True)) == {
        "cancelled"
    }


def test_a_coach_who_no_longer_coaches_or_opted_out_is_not_told(year):
    year.live_until(day(14))
    ticking.tick(day(15))
    assert Message.objects.filter(person=year.coach, state="queued").exists()
    reminders.stop(year.coach, year.clock)
    year.live_until(day(20))
    assert sent(year, year.coach) == []


def test_an_earlier_reminder_that_was_held_up_never_comes_beside_the_next(year):
    year.sink.says["CONNECT"] = "421 later"
    year.live_until(day(4) - 14 * HOUR)
    year.sink.says.clear()
    year.live_until(day(6))
    assert sent(year, year.amara) == ["nudge"]
    opens = Message.objects.get(person=year.amara, key__endswith="/opens")
    assert opens.state == "expired"


def test_a_reminder_held_up_for_two_days_still_comes(year):
    year.sink.says["CONNECT"] = "421 later"
    year.live_until(day(2))
    year.sink.says.clear()
    year.live_until(day(5))
    assert sent(year, year.amara) == ["opens", "nudge"]
    # Held up over the weekend, it comes on Monday, a day before the nudge.
    assert local_hours(year, year.amara, "Africa/Monrovia") == ["Mon 22 Jun", "Tue 23 Jun"]


def test_after_an_outage_only_what_is_still_true_is_sent_and_the_rest_is_recorded(year):
    year.live_until(day(1))
    year.clock = day(16)
    year.live_until(day(20))
    # Members hear the last reminder, and the coach is told; nobody hears what was overtaken.
    assert sent(year, year.amara) == ["opens", "overdue"]
    assert sent(year, year.coach) == ["coach"]
    check_in = year.check_in()
    assert [skipped["step"] for skipped in check_in.skipped_steps] == ["nudge", "due"]
    assert check_in.next_step == "closes"


@pytest.mark.parametrize("late", [15, 16, 18])
def test_of_a_round_that_nobody_was_asked_in_neither_coach_nor_lead_hears_of_silence(year, late):
    year.cohort.program.leads.add(lead := make_user("Lena", time_zone="Africa/Cairo"))
    year.clock = day(late)
    year.live_until(day(26))
    # The first mail that members get is a reminder, and the last says that the round is closed.
    assert sent(year, year.amara) == ["overdue", "closes"]
    assert sent(year, year.coach) == sent(year, lead) == []
    skipped = [skipped["step"] for skipped in year.check_in().skipped_steps]
    assert skipped == ["opens", "nudge", "due", "coach", "lead"]
    year.live_until(year.clock + 30 * DAY, step=6 * HOUR)
    # In the next round all is as ever.
    assert (sent(year, year.coach), sent(year, lead)) == (["coach"], ["lead"])


def test_of_a_round_that_was_asked_late_coach_and_lead_hear_in_their_turn(year):
    year.cohort.program.leads.add(lead := make_user("Lena", time_zone="Africa/Cairo"))
    year.clock = day(13)
    year.live_until(day(20))
    assert sent(year, year.amara) == ["overdue"]
    assert (sent(year, year.coach), sent(year, lead)) == (["coach"], ["lead"])


def test_after_an_outage_of_a_whole_round_it_is_missed_without_a_mail(year):
    year.clock = day(25)
    year.live_until(day(25) + HOUR)
    assert year.letters() == []
    assert year.check_in().state == "missed"
    assert len(year.check_in().skipped_steps) == 6


def test_a_team_whose_row_breaks_the_planner_does_not_keep_the_others(year, monkeypatch, caplog):
    other = make_team(make_cohort(ends_on=WEEK_ENDED), name="Kenya")
    reader = make_member(other)
    planner.close_week(other.cohort, by=None, now=year.clock)
    real = planner.queue_step

    def breaks(check_in: CheckIn, *args: Any) -> None:
        if check_in.team_id == year.team.pk:
            raise ValueError("a broken row")
        real(check_in, *args)

    monkeypatch.setattr(planner, "queue_step", breaks)
    year.live_until(day(0), step=6 * HOUR)
    assert sent(year, reader) == ["opens"]
    assert year.check_in().state == "scheduled"
    assert "could not be planned" in caplog.text


def test_a_prepared_week_begins_on_its_first_day_where_it_takes_place(db):
    cohort = make_cohort(time_zone="Pacific/Apia", state=Cohort.State.DRAFT)
    before = utc(cohort.starts_on - DAY, 10, 30)
    planner.plan_due(before)
    cohort.refresh_from_db()
    assert cohort.state == Cohort.State.DRAFT
    planner.plan_due(before + HOUR)
    cohort.refresh_from_db()
    assert cohort.state == Cohort.State.RUNNING


def test_after_the_last_round_the_cohort_is_closed(year):
    CheckIn.objects.exclude(round__number=8).update(state="missed", next_at=None, next_step="none")
    last = year.check_in(8).round
    year.clock = utc(last.closes_on - 2 * DAY)
    year.live_until(utc(last.closes_on - DAY, 9))
    year.cohort.refresh_from_db()
    assert year.cohort.state == Cohort.State.FOLLOW_UP
    year.live_until(utc(last.closes_on + DAY), step=6 * HOUR)
    year.cohort.refresh_from_db()
    assert year.cohort.state == Cohort.State.CLOSED


def at_once(*calls: Any) -> None:
    """Run the calls in threads that start together, each with a connection of its own."""
    gate, errors = threading.Barrier(len(calls)), []

    def run(call: Any) -> None:
        try:
            gate.wait(10)
            call()
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors


@pytest.mark.django_db(transaction=True)
def test_four_planners_at_once_queue_each_mail_once(year):
    for _ in range(6):
        team = make_team(year.cohort)
        make_member(team)
        CheckIn.objects.create(
            team=team, round=year.check_in().round, next_at=schedule.begins(OPENS)
        )
    for step, readers in (("opens", 8), ("nudge", 8), ("due", 8), ("overdue", 8), ("coach", 1)):
        moment = day(schedule.STEP_DAYS[step])
        taken: list[int] = []
        at_once(*[partial(_plan_into, taken, moment)] * 4)
        assert sum(taken) == 7
        assert Message.objects.filter(key__endswith=f"/{step}").count() == readers


@pytest.mark.django_db(transaction=True)
def test_two_hands_that_close_a_week_at_once_make_one_year(world):
    at_once(*[lambda: planner.close_week(world.cohort, by=None, now=world.clock)] * 3)
    assert world.cohort.rounds.count() == 8
    assert connection.vendor in {"sqlite", "postgresql"}


def _plan_into(taken: list[int], moment: datetime) -> None:
    taken.append(planner.plan_due(moment))
