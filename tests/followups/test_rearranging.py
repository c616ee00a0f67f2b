"""Changing a year that runs: shown first, never into the past, and one change at a time."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from cohorts.models import Team
from followups import pauses, planner, schedule
from followups.models import CheckIn, Holiday, Pause, Round
from outbox.models import Message
from tests.factories import make_member, make_team, make_user
from tests.followups.conftest import DAY, HOUR, OPENS, WEEK_ENDED, World, day
from tests.followups.pages import Browser, text_of

# The rounds of the world open 2, 6, 10, 16, 22, 30, 38 and 48 weeks after 5 June 2026.
ROUNDS = [WEEK_ENDED + timedelta(weeks=n) for n in schedule.ROUND_WEEKS]


def browser_of(world: World, role: str = "lead") -> Browser:
    person = make_user(role)
    if role == "lead":
        world.cohort.program.leads.add(person)
    elif role == "facilitator":
        world.cohort.facilitators.add(person)
    browser = Browser(world.clock)
    browser.sign_in(person)
    browser.client.handler.enforce_csrf_checks = False
    return browser


def address(world: World) -> str:
    return reverse("cohort_schedule", args=[world.cohort.pk])


def seen_in(page) -> str:
    return re.search(r'name="seen" value="(\w+)"', page.content.decode())[1]


def typed(days: list[date]) -> str:
    return ", ".join(day.isoformat() for day in days)


def change(browser: Browser, path: str, fields: dict, do: str = "apply"):
    """See what it would do, and do it as a person would: with what the page said."""
    shown = browser.post(path, fields | {"do": "show"})
    assert shown.status_code == 200, text_of(shown)
    return browser.post(path, fields | {"do": do, "seen": seen_in(shown)})


def openings(world: World, team: Team | None = None) -> list[date]:
    found = CheckIn.objects.filter(team=team or world.team).exclude(state="skipped")
    return list(found.order_by("round__opens_on").values_list("round__opens_on", flat=True))


def test_a_change_is_shown_first_and_nothing_is_changed_by_showing_it(opened):
    browser = browser_of(opened)
    days = [*ROUNDS[1:3], ROUNDS[3] + 7 * DAY, *ROUNDS[4:7]]
    page = browser.post(address(opened), {"do": "show", "openings": typed(days)})
    said = text_of(page)
    assert "All teams: the round of 25 September 2026 opens on 2 October 2026" in said
    assert "All teams: the round of 7 May 2027 is left out" in said
    # Two rounds less or elsewhere of two members (5 mails) and a coach and a lead.
    assert "12 reminders are sent besides" in said
    assert "24 reminders are no longer sent" in said
    assert openings(opened) == ROUNDS


def test_what_was_shown_is_what_is_done(opened):
    days = [ROUNDS[1] + 14 * DAY, *ROUNDS[3:7], ROUNDS[7] + 28 * DAY]
    assert change(browser_of(opened), address(opened), {"openings": typed(days)}).status_code == 302
    assert openings(opened) == [ROUNDS[0], *days]
    rounds = list(opened.cohort.rounds.all())
    assert [round_.number for round_ in rounds] == list(range(1, 8))
    opened.clock = day(0) + 41 * DAY
    opened.live_until(day(0) + 43 * DAY)
    assert "Check-in 2" in opened.letters(opened.amara)[-1]["Subject"]


def test_rounds_can_be_added_and_their_mails_go(opened):
    days = [*ROUNDS[1:3], ROUNDS[2] + 28 * DAY, *ROUNDS[4:]]
    change(browser_of(opened), address(opened), {"openings": typed(days)})
    assert openings(opened) == [ROUNDS[0], *days]
    waiting = CheckIn.objects.filter(team=opened.team, state="scheduled").select_related("round")
    assert all(one.next_at == schedule.begins(one.round.opens_on) for one in waiting)


@pytest.mark.parametrize(
    ("days", "why"),
    [
        ([OPENS], "has begun somewhere"),
        ([OPENS + 10 * DAY], "are too close"),
        ([ROUNDS[1], ROUNDS[1] + 27 * DAY], "are too close"),
        ([WEEK_ENDED + 800 * DAY], "within two years"),
    ],
)
def test_days_that_do_not_fit_are_refused_and_what_was_typed_stays(opened, days, why):
    page = browser_of(opened).post(address(opened), {"do": "show", "openings": typed(days)})
    assert page.status_code == 422
    assert why in text_of(page)
    assert typed(days) in page.content.decode()
    assert openings(opened) == ROUNDS


def test_what_has_opened_is_never_dropped(opened):
    assert change(browser_of(opened), address(opened), {"openings": ""}).status_code == 302
    assert openings(opened) == ROUNDS[:1]
    opened.live_until(day(5))
    assert len(opened.letters(opened.amara)) == 2


def test_the_second_of_two_who_change_at_once_sees_it_anew(opened):
    first, second = browser_of(opened), browser_of(opened)
    one, other = {"openings": typed(ROUNDS[1:5])}, {"openings": typed(ROUNDS[1:7])}
    before = seen_in(second.post(address(opened), other | {"do": "show"}))
    change(first, address(opened), one)
    page = second.post(address(opened), other | {"do": "apply", "seen": before})
    assert page.status_code == 200
    assert "Someone changed this year meanwhile" in text_of(page)
    assert openings(opened) == ROUNDS[:5]
    again = second.post(address(opened), other | {"do": "apply", "seen": seen_in(page)})
    assert again.status_code == 302
    assert openings(opened) == ROUNDS[:7]


def test_a_facilitator_reads_and_only_the_program_lead_changes(opened):
    browser = browser_of(opened, "facilitator")
    assert browser.get(address(opened)).status_code == 200
    assert browser.post(address(opened), {"do": "show", "openings": ""}).status_code == 404
    named = reverse("cohort_holidays", args=[opened.cohort.pk])
    assert named not in browser.get(address(opened)).content.decode()
    assert browser.get(named).status_code == 404
    assert browser.post(named, {"do": "show"}).status_code == 404
    path = reverse("team_pauses", args=[opened.team.pk])
    assert browser.get(path).status_code == 200
    assert browser.post(path, pause(OPENS, OPENS)).status_code == 404


def test_a_facilitator_is_told_who_changes_the_year_and_sees_holidays_and_pauses(opened):
    Holiday.objects.create(cohort=opened.cohort, day=day(9).date(), name="Flag day")
    page = browser_of(opened, "facilitator").get(address(opened))
    assert "added by the program lead" in text_of(page)
    assert "Flag day" in text_of(page)
    assert reverse("team_pauses", args=[opened.team.pk]) in page.content.decode()


def pause(first: date, last: date, **more: str) -> dict[str, str]:
    told = {"first_day": first.isoformat(), "last_day": last.isoformat(), "reason": "Elections"}
    return {"form_id": str(uuid4())} | told | more


def test_a_pause_leaves_a_round_of_that_team_out_and_says_why(opened):
    other = make_team(opened.cohort, name="Kenya")
    CheckIn.objects.create(
        team=other, round=opened.check_in(2).round, next_at=opened.check_in(2).next_at
    )
    path = reverse("team_pauses", args=[opened.team.pk])
    browser = browser_of(opened)
    told = pause(ROUNDS[1] - 3 * DAY, ROUNDS[1] + 3 * DAY)
    shown = text_of(browser.post(path, told | {"do": "show"}))
    assert "Liberia : the round of 17 July 2026 is left out" in shown
    assert "no longer sent" in shown
    assert not Pause.objects.exists()
    assert change(browser, path, told).status_code == 302
    assert openings(opened) == [ROUNDS[0], *ROUNDS[2:]]
    assert openings(opened, other) == [ROUNDS[1]]
    skipped = CheckIn.objects.get(team=opened.team, state="skipped")
    assert skipped.skip_reason == "Elections"
    opened.clock = day(0) + 27 * DAY
    opened.live_until(day(0) + 33 * DAY, step=3 * HOUR)
    assert not Message.objects.filter(about=skipped.pk).exists()


def test_a_pause_moves_a_round_where_there_is_time_and_lifting_it_puts_it_back(opened):
    path = reverse("team_pauses", args=[opened.team.pk])
    browser = browser_of(opened)
    # Round 4 opens on 25 September, round 5 six weeks later.
    told = pause(ROUNDS[3] - DAY, ROUNDS[3] + 6 * DAY, moves="on")
    change(browser, path, told)
    moved = ROUNDS[3] + 7 * DAY
    assert openings(opened)[3] == moved
    check_in = opened.check_in(4)
    assert check_in.next_at == schedule.begins(moved)
    assert check_in.round.due_on == moved + 9 * DAY
    # The dates of all are as before.
    assert opened.cohort.rounds.of_all()[3].opens_on == ROUNDS[3]
    lift = {"lift": str(Pause.objects.get().pk)}
    change(browser, path, lift)
    assert openings(opened) == ROUNDS
    assert not Round.objects.filter(team__isnull=False).exists()


def test_a_pause_sent_twice_is_one(opened):
    path, browser = reverse("team_pauses", args=[opened.team.pk]), browser_of(opened)
    told = pause(ROUNDS[1], ROUNDS[1])
    change(browser, path, told)
    again = browser.post(path, told | {"do": "show"})
    assert "Nothing: no round would move" in text_of(again)
    change(browser, path, told)
    assert Pause.objects.count() == 1


def test_a_lifted_pause_brings_nothing_back_that_would_lie_in_the_past(opened):
    path, browser = reverse("team_pauses", args=[opened.team.pk]), browser_of(opened)
    change(browser, path, pause(ROUNDS[1] - DAY, ROUNDS[1] + 20 * DAY))
    opened.clock = day(0) + 32 * DAY
    browser = browser_of(opened)
    change(browser, path, {"lift": str(Pause.objects.get().pk)})
    assert opened.check_in(2).state == "skipped"
    opened.live_until(day(0) + 34 * DAY, step=6 * HOUR)
    assert len(opened.letters(opened.boima)) == 1


def test_a_pause_made_before_the_year_holds_when_it_begins(world):
    path = reverse("team_pauses", args=[world.team.pk])
    change(browser_of(world), path, pause(OPENS, OPENS + 30 * DAY))
    world.close_week()
    assert openings(world) == ROUNDS[2:]
    assert CheckIn.objects.filter(team=world.team, state="skipped").count() == 2


def test_a_pause_survives_a_change_of_the_schedule(opened):
    path, browser = reverse("team_pauses", args=[opened.team.pk]), browser_of(opened)
    change(browser, path, pause(ROUNDS[1], ROUNDS[1] + DAY))
    days = [ROUNDS[1] + 14 * DAY, *ROUNDS[3:]]
    change(browser, address(opened), {"openings": typed(days)})
    assert openings(opened) == [ROUNDS[0], *days]


def test_a_cohort_may_ask_on_dates(world):
    browser = browser_of(world)
    browser.post(address(world), {"weeks": "2, 2026-09-14, 30"})
    world.close_week()
    assert openings(world) == [ROUNDS[0], date(2026, 9, 14), ROUNDS[5]]
    page = browser_of(world).get(address(world))
    assert "2026-09-14" in page.content.decode()


def test_the_calendar_shows_each_mail_before_the_year_begins(world):
    make_member(world.team, make_user("Nour", time_zone="Africa/Cairo", language="ar"))
    path = reverse("mail_calendar", args=[world.cohort.pk])
    page = browser_of(world, "facilitator").get(path)
    said = text_of(page)
    assert "Jun 2026" in said
    assert "Amara Kollie English Liberia 1: opens" in said
    assert "Africa/Cairo Nour Arabic Liberia 1: opens" in said
    assert not Round.objects.exists()


def test_the_calendar_of_one_person_shows_theirs_alone(world):
    path = reverse("mail_calendar", args=[world.cohort.pk])
    page = browser_of(world).get(path, data={"person": str(world.coach.pk)})
    assert {mail.person for mail in page.context["chosen"].mails} == {world.coach}
    assert len(page.context["chosen"].mails) == 8


def test_the_calendar_folds_what_one_person_is_due_at_once(world):
    for name in ("Kenya", "Vietnam"):
        make_team(world.cohort, name=name, coach=world.coach)
    path = reverse("mail_calendar", args=[world.cohort.pk])
    page = browser_of(world).get(path, data={"person": str(world.coach.pk)})
    mails = page.context["chosen"].mails
    assert [len(mail.told) for mail in mails] == [3] * 8


def told_of(world: World, number: int) -> list[str]:
    """The steps of a round that the calendar shows to Amara."""
    path = reverse("mail_calendar", args=[world.cohort.pk])
    page = browser_of(world).get(path, data={"person": str(world.amara.pk)})
    mails = page.context["chosen"].mails
    return [one.step for mail in mails for one in mail.told if one.number == number]


def test_the_calendar_of_a_running_year_ends_a_round_with_its_answer(opened):
    assert told_of(opened, 1) == ["opens", "nudge", "due", "overdue", "closes"]
    opened.live_until(day(5))
    CheckIn.objects.filter(pk=opened.check_in().pk).update(
        state="submitted", submitted_at=opened.clock, next_at=None, next_step="none"
    )
    assert told_of(opened, 1) == ["opens", "nudge"]
    assert told_of(opened, 2) == ["opens", "nudge", "due", "overdue", "closes"]


def test_the_calendar_of_a_round_that_nobody_answered_shows_what_was_sent(opened):
    opened.live_until(day(26))
    assert opened.check_in().state == "missed"
    assert told_of(opened, 1) == ["opens", "nudge", "due", "overdue", "closes"]


def test_the_calendar_does_not_show_mails_of_the_past_that_never_went(opened):
    make_member(opened.team, late := make_user("Zoe"))
    opened.live_until(day(5))
    Message.objects.filter(person=opened.amara, kind="check-in nudge").update(state="expired")
    path = reverse("mail_calendar", args=[opened.cohort.pk])
    page = browser_of(opened).get(path)
    told = {
        (mail.person, one.step)
        for mail in page.context["chosen"].mails
        for one in mail.told
        if one.number == 1
    }
    assert (opened.amara, "opens") in told
    assert (opened.amara, "nudge") not in told
    assert (opened.boima, "nudge") in told
    assert (late, "opens") not in told
    assert (late, "due") in told


days_of_rounds = st.lists(st.integers(28, 90), min_size=1, max_size=8).map(
    lambda gaps: [OPENS + timedelta(days=sum(gaps[:n])) for n in range(1, len(gaps) + 1)]
)
held = st.lists(
    st.builds(
        lambda first, length, moves: Pause(
            first_day=OPENS + timedelta(days=first),
            last_day=OPENS + timedelta(days=first + length),
            reason="Leave",
            moves=moves,
        ),
        st.integers(0, 500),
        st.integers(0, 60),
        st.booleans(),
    ),
    max_size=4,
)


@given(openings=days_of_rounds, held=held)
def test_moved_rounds_keep_their_order_their_time_and_clear_of_every_pause(openings, held):
    found = pauses.places(openings, held)
    assert len(found) == len(openings)
    asked = [place.opens for place in found if place.opens]
    assert all((after - before).days >= 28 for before, after in pairwise(asked))
    for before, place in zip(openings, found, strict=True):
        if place.opens is None:
            assert place.why == "Leave"
            continue
        assert place.opens >= before
        assert not any(
            pause.first_day <= place.opens + timedelta(days=9) and place.opens <= pause.last_day
            for pause in held
        )
    assert [place.opens for place in pauses.places(openings, [])] == openings


def test_a_tick_between_the_look_and_the_change_keeps_what_it_opened(opened):
    browser = browser_of(opened)
    fields = {"openings": typed([ROUNDS[1] + 7 * DAY, *ROUNDS[3:]])}
    shown = browser.post(address(opened), fields | {"do": "show"})
    opened.clock = schedule.begins(ROUNDS[1]) + HOUR
    planner.plan_due(opened.clock)
    browser = browser_of(opened)
    page = browser.post(address(opened), fields | {"do": "apply", "seen": seen_in(shown)})
    # Round 2 is open: the new day is too close to it.
    assert page.status_code == 422
    assert opened.check_in(2).state == "open"
