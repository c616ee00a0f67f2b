"""The coach: a digest each week, a page that says the same, calls, and rounds that are excused."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from actionplans.cells import save_cell
from cohorts.models import Team
from followups import coach_digest, coaching, commitments, support
from followups.answering import Said, submit
from followups.models import Call, CheckIn, CoachDigest, Excuse, Preference
from outbox.models import Message
from tests.factories import make_cohort, make_member, make_team, make_user
from tests.followups.conftest import DAY, HOUR, World, day, utc
from tests.followups.pages import Browser, text_of

MONDAY = date(2026, 6, 22)
SUBJECT = "Your teams this week"


def browser_of(person: User, moment: datetime) -> Browser:
    browser = Browser(moment, Client())
    browser.sign_in(person)
    return browser


def post(person: User, path: str, moment: datetime, **fields: Any) -> HttpResponse:
    """What the person's form sends; then the page it leads to, or the form again."""
    browser = browser_of(person, moment)
    answer = browser.post(path, {"form_id": uuid4()} | fields)
    return browser.get(answer["Location"]) if answer.status_code == 302 else answer


def digests(year: World, person: User) -> list[str]:
    return [
        letter.as_string() for letter in year.letters(person) if SUBJECT in str(letter["Subject"])
    ]


def much_happens(year: World) -> None:
    """A member answers, an activity is stuck, help is asked for, a promise made."""
    activity, now = year.activity("Pay the teachers"), day(1)
    save_cell(
        year.team,
        table="activity",
        row_id=activity.pk,
        field="due_on",
        value="2026-08-01",
        seen="",
        edit_id=UUID(int=1),
        by=year.amara,
        now=now,
    )
    told = {activity.pk: {"status": "stuck", "line": "No car"}}
    said = Said({"did": "We met"}, told, help="A secret lawyer")
    once = UUID(int=2)
    submit(year.check_in(), said, by=year.amara, submission_id=once, by_link=False, now=now)
    words = commitments.Words("Boima", "A secret promise", MONDAY, "", MONDAY, None)
    commitments.promise(year.team, words, form_id=UUID(int=3), by=year.boima, now=now)


TOLD = (
    "Answered check-in 1 on 20 June: Amara Kollie.",
    "1 activity is stuck.",
    "1 activity has another status or date.",
    "1 request for help is open.",
    "1 promise is late or due.",
    "1 promise was made or changed.",
)


# The digest --------------------------------------------------------------------------------------


def test_on_monday_morning_the_coach_reads_of_all_teams_and_no_word_of_a_plan(
    opened: World,
) -> None:
    kenya = make_team(opened.cohort, name="Kenya", coach=opened.coach)
    make_member(kenya)
    CheckIn.objects.create(
        team=kenya, round=opened.check_in().round, state="open", next_step="nudge", next_at=day(9)
    )
    much_happens(opened)
    opened.live_until(utc(MONDAY, 18), step=2 * HOUR)
    (letter,) = digests(opened, opened.coach)
    for words in (*TOLD, "Nobody has answered check-in 1 yet; it is due on 28 June."):
        assert words in letter
    # Whoever is silent stands first.
    assert letter.index("Kenya") < letter.index("Liberia")
    for words in ("teachers", "secret", "No car"):
        assert words not in letter
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in letter
    sent = Message.objects.get(kind="coach digest")
    assert sent.sent_at
    local = sent.sent_at.astimezone(opened.coach.zone)
    assert (local.date(), 9 <= local.hour < 13) == (MONDAY, True)


def test_each_week_is_told_once(opened: World) -> None:
    opened.live_until(utc(MONDAY) + 7 * DAY, step=3 * HOUR)
    assert len(digests(opened, opened.coach)) == 2
    assert "Silent: check-in 1 was due on 28 June." in digests(opened, opened.coach)[1]
    assert not coach_digest._make(opened.coach, opened.coach.zone, opened.clock)
    assert list(CoachDigest.objects.values_list("week", flat=True)) == ["2026-W26", "2026-W27"]


def test_a_round_that_closed_without_an_answer_is_told_until_one_comes(year: World) -> None:
    year.live_until(day(26), step=6 * HOUR)
    (report,) = coaching.reports(year.coach, year.clock - 7 * DAY, year.clock)
    assert report.sentences[0] == "Silent: check-in 1 closed on 13 July without an answer."
    assert report.is_late
    CheckIn.objects.filter(pk=year.check_in().pk).update(state="submitted", submitted_at=year.clock)
    (report,) = coaching.reports(year.coach, year.clock - 7 * DAY, year.clock)
    assert (report.missed, report.is_late) == (None, False)


def test_nothing_to_say_is_not_said(year: World) -> None:
    CheckIn.objects.filter(team=year.team, round__number=1).update(
        state="submitted", submitted_at=day(-30), next_at=None, next_step="none"
    )
    year.live_until(utc(MONDAY, 18), step=3 * HOUR)
    assert digests(year, year.coach) == []
    assert CoachDigest.objects.count() == 1


def test_who_opted_out_gets_none_and_who_coaches_nobody_now_gets_none(opened: World) -> None:
    Preference.objects.create(person=opened.coach, wants_reminders=False, changed_at=day(0))
    opened.live_until(utc(MONDAY, 18), step=3 * HOUR)
    assert digests(opened, opened.coach) == []
    Preference.objects.update(wants_reminders=True)
    Team.objects.update(coach=None)
    opened.live_until(utc(MONDAY, 23), step=3 * HOUR)
    assert not CoachDigest.objects.exists()


def test_one_click_in_the_digest_ends_it(opened: World) -> None:
    opened.live_until(utc(MONDAY, 18), step=3 * HOUR)
    browser = Browser(opened.clock)
    link = opened.link(opened.coach, "u")
    assert browser.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
    opened.live_until(utc(MONDAY, 18) + 7 * DAY, step=3 * HOUR)
    assert len(digests(opened, opened.coach)) == 1


def test_where_the_week_begins_on_sunday_it_comes_on_sunday(opened: World) -> None:
    User.objects.filter(pk=opened.coach.pk).update(time_zone="Africa/Cairo")
    opened.live_until(utc(MONDAY, 18), step=2 * HOUR)
    sent = Message.objects.get(kind="coach digest").sent_at
    assert sent
    assert sent.date() == date(2026, 6, 21)
    assert CoachDigest.objects.get().week == "2026-W26"


def test_who_never_signed_in_reads_it_in_the_morning_of_their_team(opened: World) -> None:
    User.objects.filter(pk=opened.coach.pk).update(time_zone="")
    Team.objects.filter(pk=opened.team.pk).update(time_zone="America/Havana")
    opened.live_until(utc(MONDAY, 23), step=HOUR)
    sent = Message.objects.get(kind="coach digest").sent_at
    assert sent
    local = sent.astimezone(ZoneInfo("America/Havana"))
    assert (local.date(), 9 <= local.hour < 12) == (MONDAY, True)


def test_after_a_day_without_a_clock_it_comes_late_and_after_three_not_at_all(
    opened: World,
) -> None:
    opened.clock = utc(MONDAY, 12) + DAY
    assert coach_digest.plan_due(opened.clock) == 1
    assert coach_digest.plan_due(utc(MONDAY, 12) + 10 * DAY) == 0


# The page ----------------------------------------------------------------------------------------


def test_the_coachs_page_says_the_same_at_any_time_and_more(opened: World) -> None:
    much_happens(opened)
    start = browser_of(opened.coach, day(2)).get("/")
    assert "/me/teams/" in start.content.decode()
    shown = text_of(browser_of(opened.coach, day(2)).get("/me/teams/"))
    for words in (*TOLD, "Pay the teachers", "Reply to check-in 1"):
        assert words in shown
    # Members coach nobody.
    assert "Liberia" not in text_of(browser_of(opened.amara, day(2)).get("/me/teams/"))


def test_a_reply_is_read_by_the_team_and_mailed_to_it(opened: World) -> None:
    much_happens(opened)
    check_in = opened.check_in()
    path = f"/teams/{opened.team.pk}/comments/check-in/{check_in.pk}/"
    assert path in browser_of(opened.coach, day(2)).get("/me/teams/").content.decode()
    post(opened.coach, path, day(2), text="I know a driver")
    shown = browser_of(opened.amara, day(2)).get(path)
    assert "I know a driver" in text_of(shown)
    opened.live_until(day(2) + HOUR)
    assert "1 new comment" in [letter["Subject"] for letter in opened.letters(opened.amara)]


def test_the_page_asks_the_same_of_three_teams_and_of_twelve(opened: World) -> None:
    asked = []
    for count in (3, 9):
        for _ in range(count):
            team = make_team(opened.cohort, coach=opened.coach)
            wish = {"text": "A car", "from_whom": "", "wanted_by": None}
            member = make_member(team)
            support.ask(team, **wish, form_id=uuid4(), by=member, now=day(1))  # type: ignore[arg-type]
            words = commitments.Words("Boima", "Call", MONDAY, "", MONDAY, None)
            commitments.promise(team, words, form_id=uuid4(), by=member, now=day(1))
        browser = browser_of(opened.coach, day(2))
        browser.get("/me/teams/")
        with CaptureQueriesContext(connection) as queries:
            browser.get("/me/teams/")
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 14


# Calls -------------------------------------------------------------------------------------------


def test_a_calls_notes_are_for_staff_until_they_are_shared(opened: World) -> None:
    path, once = f"/teams/{opened.team.pk}/calls/", uuid4()
    femi = make_user("Femi Facilitator")
    opened.cohort.facilitators.add(femi)
    call = {"held_on": "2026-06-22", "notes": "The minister wavers"}
    for _ in range(2):
        answer = post(opened.coach, path, utc(MONDAY), form_id=once, **call)
    assert "The team reads those that are shared with it." in text_of(answer)
    assert Call.objects.count() == 1
    assert "The minister wavers" in text_of(browser_of(femi, utc(MONDAY)).get(path))
    assert "wavers" not in text_of(browser_of(opened.amara, utc(MONDAY)).get(path))
    post(opened.coach, path, utc(MONDAY), do="share", call=Call.objects.get().pk)
    assert "The minister wavers" in text_of(browser_of(opened.amara, utc(MONDAY)).get(path))


def test_a_call_to_come_is_refused_and_what_was_typed_stays(opened: World) -> None:
    path = f"/teams/{opened.team.pk}/calls/"
    call = {"held_on": "2026-06-23", "notes": "The minister wavers"}
    answer = post(opened.coach, path, utc(MONDAY), **call)
    assert answer.status_code == 422
    assert "The minister wavers" in answer.content.decode()
    assert not Call.objects.exists()


def test_only_coach_and_program_lead_note_calls_and_nobody_shares_another_teams(
    opened: World,
) -> None:
    path = f"/teams/{opened.team.pk}/calls/"
    femi = make_user()
    opened.cohort.facilitators.add(femi)
    call = {"held_on": "2026-06-22", "notes": "We spoke"}
    for person in (opened.amara, opened.boima, femi, make_user()):
        assert post(person, path, utc(MONDAY), **call).status_code == 404
    post(opened.coach, path, utc(MONDAY), **call)
    other = make_team(make_cohort(), coach=make_user())
    assert other.coach
    theirs = {"do": "share", "call": Call.objects.get().pk}
    answer = post(other.coach, f"/teams/{other.pk}/calls/", utc(MONDAY), **theirs)
    assert answer.status_code == 404
    assert Call.objects.get().shared_at is None


# Excused rounds ----------------------------------------------------------------------------------


@pytest.fixture
def path(opened: World) -> str:
    return f"/teams/{opened.team.pk}/check-ins/{opened.check_in().pk}/"


def asked(year: World) -> list[str]:
    """The mails that asked a member for an answer, by their step."""
    sent = Message.objects.filter(person=year.amara, kind__startswith="check-in", state="sent")
    return [key.rsplit("/", 1)[1] for key in sent.order_by("sent_at").values_list("key", flat=True)]


def test_a_round_is_excused_the_team_reads_why_and_gets_no_more_mails(
    opened: World, path: str
) -> None:
    read = browser_of(opened.coach, day(1)).get(path)
    assert f"{path}excuse/" in read.content.decode()
    for _ in range(2):
        answer = post(opened.coach, f"{path}excuse/", day(1), reason="Elections")
        assert "Carla Coach excused this round" in text_of(answer)
    assert Excuse.objects.count() == 1
    shown = text_of(browser_of(opened.amara, day(1)).get(path))
    assert "excused this round on 20 June, so nobody is reminded of it: Elections" in shown
    opened.live_until(day(25), step=6 * HOUR)
    assert asked(opened) == ["opens"]
    assert opened.check_in().state == "excused"


def test_it_can_be_taken_back_while_the_round_is_open_and_the_next_step_comes(
    opened: World, path: str
) -> None:
    post(opened.coach, f"{path}excuse/", day(1), reason="Elections")
    for _ in range(2):
        answer = post(opened.coach, f"{path}excuse/", day(6), do="take-back")
        assert "The team is asked after all." in text_of(answer)
    assert opened.check_in().state == "open"
    opened.clock = day(6)
    opened.live_until(day(14), step=6 * HOUR)
    # The nudge of day 4 is not made up for.
    assert asked(opened) == ["opens", "due", "overdue"]
    excuse = Excuse.objects.get()
    assert (excuse.taken_back_by, excuse.taken_back_at) == (opened.coach, day(6))


def test_a_round_to_come_is_excused_and_taken_back_before_it_opens(year: World) -> None:
    check_in = year.check_in(2)
    path = f"/teams/{year.team.pk}/check-ins/{check_in.pk}/excuse/"
    post(year.coach, path, day(1), reason="Leave")
    post(year.coach, path, day(2), do="take-back")
    again = year.check_in(2)
    assert (again.state, again.next_step, again.next_at) == (
        check_in.state,
        check_in.next_step,
        check_in.next_at,
    )


def test_what_was_answered_is_not_excused_and_what_is_over_stays_excused(
    opened: World, path: str
) -> None:
    post(opened.coach, f"{path}excuse/", day(1), reason="Elections")
    answer = post(opened.coach, f"{path}excuse/", day(30), do="take-back")
    assert "This round is over: it stays excused." in text_of(answer)
    assert opened.check_in().state == "excused"
    post(opened.coach, f"{path}excuse/", day(2), do="take-back")
    much_happens(opened)
    answer = post(opened.coach, f"{path}excuse/", day(2), reason="Typed for nothing")
    assert answer.status_code == 422
    assert "Typed for nothing" in answer.content.decode()
    assert opened.check_in().state == "submitted"


def test_only_coach_and_program_lead_excuse_and_only_their_own_teams_rounds(
    opened: World, path: str
) -> None:
    femi = make_user()
    opened.cohort.facilitators.add(femi)
    other = make_team(opened.cohort, coach=make_user())
    assert other.coach
    for person in (opened.amara, opened.boima, femi, other.coach):
        assert post(person, f"{path}excuse/", day(1), reason="No").status_code == 404
    foreign = f"/teams/{other.pk}/check-ins/{opened.check_in().pk}/excuse/"
    assert post(other.coach, foreign, day(1), reason="No").status_code == 404
    lead = make_user()
    opened.cohort.program.leads.add(lead)
    post(lead, f"{path}excuse/", day(1), reason="Elections")
    assert opened.check_in().state == "excused"
