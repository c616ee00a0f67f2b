"""Help that a team asks for: asked, brought to someone, done, confirmed; overdue it goes up."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from followups import support, support_planner
from followups.models import Holiday, Preference, SupportMove, SupportRequest
from outbox.models import Message
from tests.factories import make_cohort, make_member, make_team, make_user
from tests.followups.conftest import DAY, HOUR, World, day, utc
from tests.followups.pages import Browser, text_of

MONDAY = date(2026, 6, 22)


def browser_of(person: User, moment: Any = None) -> Browser:
    browser = Browser(moment or utc(MONDAY), Client())
    browser.sign_in(person)
    return browser


def post(person: User, path: str, moment: Any = None, **fields: Any) -> HttpResponse:
    """What the person's form sends; then the page it leads to, or the form again."""
    browser = browser_of(person, moment)
    answer = browser.post(path, {"form_id": uuid4()} | fields)
    return browser.get(answer["Location"]) if answer.status_code == 302 else answer


@pytest.fixture
def lead(year: World) -> User:
    """The program's lead."""
    lead = make_user("Lea Lead", time_zone="Europe/Berlin")
    year.cohort.program.leads.add(lead)
    return lead


@pytest.fixture
def wish(year: World) -> SupportRequest:
    return support.ask(
        year.team,
        text="A lawyer for a day",
        from_whom="The bank",
        wanted_by=date(2026, 6, 26),
        form_id=uuid4(),
        by=year.amara,
        now=utc(MONDAY),
    )


def page(wish: SupportRequest, *more: str) -> str:
    return f"/teams/{wish.team_id}/support/{wish.pk}/" + "".join(f"{one}/" for one in more)


def state(wish: SupportRequest) -> str:
    wish.refresh_from_db()
    return wish.state


def mails(year: World, person: User) -> list[str]:
    return [letter["Subject"] for letter in year.letters(person)]


# Asking ------------------------------------------------------------------------------------------


def test_a_member_asks_on_the_teams_page_and_staff_find_it_by_a_link(year: World) -> None:
    home = browser_of(year.amara).get(f"/teams/{year.team.pk}/").content.decode()
    path = re.search(rf'href="(/teams/{year.team.pk}/support/)"', home)[1]  # type: ignore[index]
    answer = post(year.amara, path, text="A lawyer", from_whom="The bank", wanted_by="2026-07-01")
    assert "on record" in text_of(answer)
    wish = SupportRequest.objects.get()
    assert (wish.text, wish.raised_by, wish.due_on) == ("A lawyer", year.amara, date(2026, 7, 1))
    listed = browser_of(year.coach).get(f"/cohorts/{year.cohort.pk}/follow-up/")
    assert page(wish) in listed.content.decode()
    assert "nobody sees to it yet" in text_of(listed)


def test_the_same_form_sent_twice_asks_once_and_an_empty_one_is_shown_again(year: World) -> None:
    path, once = f"/teams/{year.team.pk}/support/", uuid4()
    for _ in range(2):
        post(year.amara, path, form_id=once, text="A lawyer")
    assert SupportRequest.objects.count() == 1
    answer = post(year.amara, path, from_whom="The minister of finance")
    assert answer.status_code == 422
    assert "The minister of finance" in answer.content.decode()
    assert SupportRequest.objects.count() == 1


def test_other_words_in_a_form_that_was_sent_before_are_another_request(year: World) -> None:
    path, once = f"/teams/{year.team.pk}/support/", uuid4()
    for text in ("A lawyer", "A car", "A car"):
        post(year.amara, path, form_id=once, text=text)
    assert sorted(SupportRequest.objects.values_list("text", flat=True)) == ["A car", "A lawyer"]


def test_no_day_that_is_over_can_be_asked_for_or_promised(
    year: World, wish: SupportRequest
) -> None:
    asked = post(
        year.amara, f"/teams/{year.team.pk}/support/", text="A car", wanted_by="2026-06-21"
    )
    fields = {"do": "route", "to": year.coach.pk, "due_on": "2026-06-21"}
    for answer in (asked, post(year.coach, page(wish), **fields)):
        assert answer.status_code == 422
        assert "That day is over: choose today or a later one." in text_of(answer)
    assert SupportRequest.objects.count() == 1
    assert not wish.moves.exists()


def test_without_a_day_help_is_due_in_two_weeks_and_the_page_says_for_how_long_it_is_open(
    year: World,
) -> None:
    post(year.amara, f"/teams/{year.team.pk}/support/", text="A lawyer")
    wish = SupportRequest.objects.get()
    assert wish.due_on == MONDAY + 14 * DAY
    assert "open since today" in text_of(browser_of(year.coach).get(page(wish)))
    later = browser_of(year.coach, utc(MONDAY) + 12 * DAY)
    assert "open for 12 days" in text_of(later.get(page(wish)))


# Bringing it to someone --------------------------------------------------------------------------


def test_a_coach_brings_it_to_the_program_lead_who_gets_one_mail(
    year: World, wish: SupportRequest, lead: User
) -> None:
    once = uuid4()
    fields = {"do": "route", "to": lead.pk, "due_on": "2026-06-30", "note": "You know the bank"}
    for _ in range(2):
        answer = post(year.coach, page(wish), utc(MONDAY), form_id=once, **fields)
    assert "Lea Lead sees to it from now on" in text_of(answer)
    assert "You know the bank" in text_of(answer)
    wish.refresh_from_db()
    assert (wish.holder, wish.due_on) == (lead, date(2026, 6, 30))
    assert SupportMove.objects.count() == 1
    year.clock = utc(MONDAY)
    year.live_until(utc(MONDAY) + 2 * DAY)
    assert mails(year, lead) == [
        "Liberia asks for help, and it is with you: please bring it by 30 June"
    ]
    body = year.letters(lead)[0].as_string()
    assert page(wish) in body
    assert "lawyer" not in body


def test_nobody_is_told_of_what_they_took_themselves_nor_of_what_was_taken_from_them(
    year: World, wish: SupportRequest, lead: User
) -> None:
    night = utc(MONDAY, 22)
    fields = {"do": "route", "due_on": "2026-06-30"}
    post(year.coach, page(wish), night, to=lead.pk, **fields)
    post(year.coach, page(wish), night, to=year.coach.pk, **fields)
    year.clock = night
    year.live_until(night + DAY)
    assert mails(year, lead) == []
    assert set(mails(year, year.coach)) <= {"Your teams this week"}


def test_it_cannot_be_brought_to_someone_who_may_not_read_it(
    year: World, wish: SupportRequest
) -> None:
    other = make_team(year.cohort, coach=make_user("Other coach")).coach
    assert other
    for person in (other, year.amara, make_user()):
        answer = post(year.coach, page(wish), do="route", to=person.pk, due_on="2026-06-30")
        assert answer.status_code == 422
    assert not SupportMove.objects.exists()


# What was done, and whether it helped ------------------------------------------------------------


def test_help_is_noted_and_confirmed_by_the_teams_lead_who_was_asked_by_mail(
    year: World, wish: SupportRequest
) -> None:
    year.clock = utc(MONDAY)
    post(year.coach, page(wish), note="Mrs. Toe took the case.")
    assert state(wish) == "helped"
    year.live_until(utc(MONDAY) + DAY)
    assert "Liberia: did the help come?" in mails(year, year.amara)
    answer = browser_of(year.amara).get(page(wish))
    assert "Mrs. Toe took the case." in text_of(answer)
    post(year.amara, page(wish, "confirm"), do="confirm")
    assert state(wish) == "confirmed"
    assert [move.kind for move in wish.moves.all()] == ["helped", "confirmed"]


def test_what_did_not_help_is_opened_again_with_why_and_its_time_begins_anew(
    year: World, wish: SupportRequest
) -> None:
    later = utc(MONDAY) + 30 * DAY
    post(year.coach, page(wish), note="Called.")
    answer = post(year.amara, page(wish, "confirm"), later, do="reopen")
    assert answer.status_code == 422
    assert state(wish) == "helped"
    answer = post(year.amara, page(wish, "confirm"), later, do="reopen", note="Nobody called back")
    assert "Nobody called back" in text_of(answer)
    assert state(wish) == "open"
    assert wish.due_on == MONDAY + 37 * DAY


def test_a_second_person_who_helped_adds_their_words_and_the_lead_is_asked_once(
    year: World, wish: SupportRequest, lead: User
) -> None:
    post(year.coach, page(wish), note="Mrs. Toe took the case.")
    answer = post(lead, page(wish), note="I called the ministry.")
    for words in ("Mrs. Toe took the case.", "I called the ministry."):
        assert words in text_of(answer)
    assert Message.objects.filter(kind="support helped").count() == 1


def test_what_comes_too_late_is_refused_and_stays_in_the_form(
    year: World, wish: SupportRequest
) -> None:
    answer = post(year.amara, page(wish, "confirm"), do="confirm")
    assert answer.status_code == 422
    assert "Nobody has said yet what was done" in text_of(answer)
    post(year.amara, page(wish, "confirm"), do="confirm", note="We found one ourselves")
    assert state(wish) == "confirmed"
    answer = post(year.coach, page(wish), note="I wrote to three lawyers")
    assert answer.status_code == 422
    assert "I wrote to three lawyers" in answer.content.decode()
    assert "The team has confirmed meanwhile" in text_of(answer)
    assert wish.moves.count() == 1


def test_only_staff_bring_and_help_only_the_lead_confirms_and_other_teams_find_nothing(
    year: World, wish: SupportRequest
) -> None:
    other = make_team(year.cohort, name="Kenya", coach=make_user())
    assert other.coach
    stranger = make_member(other, role="lead")
    for person in (year.boima, stranger, other.coach):
        assert post(person, page(wish), note="Done").status_code == 404
        assert post(person, page(wish, "confirm"), note="Done").status_code == 404
    assert post(year.amara, page(wish), note="Done").status_code == 404
    assert post(year.coach, page(wish, "confirm"), note="Done").status_code == 404
    path = f"/teams/{other.pk}/support/{wish.pk}/"
    assert browser_of(stranger).get(path).status_code == 404
    assert post(other.coach, path, note="Done").status_code == 404
    assert state(wish) == "open"


# Lists -------------------------------------------------------------------------------------------


def test_the_lead_filters_the_requests_of_a_cohort_and_of_the_program(
    year: World, wish: SupportRequest, lead: User
) -> None:
    elsewhere = make_team(make_cohort(year.cohort.program), name="Ghana")
    now = utc(MONDAY) + 10 * DAY
    told = {"from_whom": "", "form_id": uuid4(), "by": year.amara, "now": now}
    support.ask(elsewhere, text="Something new", wanted_by=None, **told)  # type: ignore[arg-type]
    post(year.coach, page(wish), do="route", to=lead.pk, due_on="2026-06-26")
    browser = browser_of(lead, now)

    def shown(path: str) -> str:
        return text_of(browser.get(path))

    cohort, program = f"/cohorts/{year.cohort.pk}/support/", "/programs/%d/support/"
    program %= year.cohort.program_id
    assert "A lawyer for a day" in shown(cohort)
    assert "Something new" not in shown(cohort)
    assert "Something new" in shown(program)
    overdue = shown(f"{program}?show=overdue")
    assert "A lawyer for a day" in overdue
    assert "overdue" in overdue
    assert "Something new" not in overdue
    assert "A lawyer for a day" in shown(f"{program}?show=mine")
    assert "None of these" in shown(f"{program}?show=helped")
    other_coach = browser_of(year.coach, now).get(f"{cohort}?show=mine")
    assert "None of these" in text_of(other_coach)


# Overdue -----------------------------------------------------------------------------------------


def route_to(wish: SupportRequest, holder: User, by: User) -> None:
    kind, due = SupportMove.Kind.ROUTED, date(2026, 6, 26)
    support.move(wish, support.Move(kind, "", uuid4(), holder, due), by=by, now=utc(MONDAY))


def overdue_mails(year: World, person: User) -> list[date]:
    """On which days someone was told that help is overdue."""
    sent = Message.objects.filter(kind="support overdue", person=person, state="sent")
    return [at.date() for at in sent.order_by("sent_at").values_list("sent_at", flat=True) if at]


def test_what_is_overdue_goes_to_its_holder_then_the_coach_then_the_lead_once_each(
    year: World, wish: SupportRequest, lead: User
) -> None:
    femi = make_user("Femi Facilitator", time_zone="Europe/Berlin")
    year.cohort.facilitators.add(femi)
    route_to(wish, femi, femi)
    year.clock = utc(MONDAY)
    year.live_until(utc(MONDAY) + 21 * DAY, step=3 * HOUR)
    # Due on Friday 26 June: late on Saturday, so told on the next working day; then every third.
    assert overdue_mails(year, femi) == [date(2026, 6, 29)]
    assert overdue_mails(year, year.coach) == [date(2026, 6, 30)]
    assert overdue_mails(year, lead) == [date(2026, 7, 3)]
    letter = next(one for one in year.letters(lead) if "still waits" in one["Subject"])
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "lawyer" not in letter.as_string()
    for told in Message.objects.filter(kind="support overdue"):
        assert told.sent_at
        local = told.sent_at.astimezone(lead.zone)
        assert 9 <= local.hour < 14
        assert local.weekday() < 5


def test_on_a_holiday_that_was_named_since_nobody_is_told_of_it(
    year: World, wish: SupportRequest, lead: User
) -> None:
    year.clock = utc(date(2026, 6, 27))
    support_planner.plan_due(year.clock)
    Holiday.objects.create(cohort=year.cohort, day=date(2026, 6, 29), name="Flag day")
    year.live_until(utc(date(2026, 6, 30), 15))
    assert overdue_mails(year, year.coach) == [date(2026, 6, 30)]


def test_nobody_waits_for_whoever_is_not_there(
    year: World, wish: SupportRequest, lead: User
) -> None:
    year.team.coach = None
    year.team.save()
    year.clock = utc(MONDAY)
    year.live_until(utc(MONDAY) + 21 * DAY, step=3 * HOUR)
    assert overdue_mails(year, lead) == [date(2026, 6, 29)]


def test_what_was_helped_or_got_another_day_does_not_go_up(
    year: World, wish: SupportRequest, lead: User
) -> None:
    year.clock = utc(date(2026, 6, 27), 12)
    support_planner.plan_due(year.clock)
    waiting = Message.objects.filter(kind="support overdue", state="queued")
    assert waiting.count() == 1
    post(year.coach, page(wish), year.clock, do="route", to=lead.pk, due_on="2026-07-31")
    assert waiting.count() == 0
    post(lead, page(wish), year.clock, note="Done")
    year.live_until(utc(MONDAY) + 21 * DAY, step=3 * HOUR)
    assert overdue_mails(year, lead) == overdue_mails(year, year.coach) == []


def test_whoever_opted_out_is_not_told_and_the_next_one_is(
    year: World, wish: SupportRequest, lead: User
) -> None:
    Preference.objects.create(person=year.coach, wants_reminders=False, changed_at=utc(MONDAY))
    year.clock = utc(MONDAY)
    year.live_until(utc(MONDAY) + 21 * DAY, step=3 * HOUR)
    assert overdue_mails(year, year.coach) == []
    assert len(overdue_mails(year, lead)) == 1


def test_two_ticks_at_once_take_one_step(year: World, wish: SupportRequest) -> None:
    now = utc(date(2026, 6, 27), 12)
    seen = SupportRequest.objects.select_related("team__cohort__program", "team__coach", "holder")
    two = [seen.get(pk=wish.pk) for _ in range(2)]
    assert [support_planner._go_up(one, now) for one in two] == [True, False]
    assert Message.objects.filter(kind="support overdue").count() == 1


def test_after_an_outage_each_still_has_time_to_act(
    year: World, wish: SupportRequest, lead: User
) -> None:
    route_to(wish, lead, lead)
    year.clock = utc(MONDAY) + 30 * DAY
    year.live_until(year.clock + timedelta(hours=30))
    assert len(overdue_mails(year, lead)) == 1
    assert overdue_mails(year, year.coach) == []


def test_the_database_refuses_help_without_words(year: World, wish: SupportRequest) -> None:
    for kind in ("helped", "reopened"):
        with pytest.raises(IntegrityError), transaction.atomic():
            SupportMove.objects.create(
                request=wish, form_id=uuid4(), kind=kind, by=year.coach, at=day(0)
            )
