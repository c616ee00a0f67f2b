"""The agenda in calendar programs: parsed by two that know nothing of each other."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import icalendar
import ics
import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from cohorts import agenda_changes, calendar_feed, invitations
from cohorts.agenda_changes import Author
from cohorts.models import Cohort, Membership, Session
from tests.factories import make_cohort, make_member, make_session, make_team

# The clocks of New York go back on Sunday 1 November 2026.
FRIDAY = date(2026, 10, 30)


@pytest.fixture
def cohort(db: None) -> Cohort:
    return make_cohort(
        name="Autumn", starts_on=FRIDAY, ends_on=FRIDAY + timedelta(days=4), venue="Georgetown"
    )


@pytest.fixture
def amara(cohort: Cohort) -> User:
    return make_member(make_team(cohort))


@pytest.fixture
def client(amara: User, sign_in) -> Client:
    return sign_in(amara)


def subscribe(client: Client, cohort: Cohort | None) -> str:
    """The path of a new feed, as the page tells it."""
    page = f"/cohorts/{cohort.pk}/calendar/" if cohort else "/me/calendar/"
    client.post(page, {"do": "make"})
    found = re.search(r'value="http://testserver(/calendar/[\w-]{22}\.ics)"', client.get(page).text)
    assert found
    return found[1]


def read(path: str) -> icalendar.Calendar:
    answer = Client().get(path)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    return icalendar.Calendar.from_ical(answer.content)


# The second parser is older than the warning.
@pytest.mark.filterwarnings("ignore:'maxsplit' is passed:DeprecationWarning")
def test_both_parsers_read_the_same_moments_across_a_change_of_the_clocks(cohort, client) -> None:
    for days in (0, 3):
        make_session(cohort, day=FRIDAY + timedelta(days=days), title=f"Day {days}")
    path = subscribe(client, cohort)
    # Nine in the morning in New York: 13:00 in summer time, 14:00 UTC after it.
    wanted = {
        "Day 0": datetime(2026, 10, 30, 13, tzinfo=UTC),
        "Day 3": datetime(2026, 11, 2, 14, tzinfo=UTC),
    }
    events = read(path).walk("VEVENT")
    assert {str(e["SUMMARY"]): e.decoded("DTSTART").astimezone(UTC) for e in events} == wanted
    second = ics.Calendar(Client().get(path).text)
    assert {e.name: e.begin.datetime.astimezone(UTC) for e in second.events} == wanted


def test_the_feed_carries_the_zone_that_its_times_need(cohort, client) -> None:
    make_session(cohort)
    calendar = read(subscribe(client, cohort))
    [zone] = calendar.walk("VTIMEZONE")
    assert zone["TZID"] == "America/New_York"
    assert not calendar.get_missing_tzids()
    told = zone.to_tz()
    for day, hours in ((FRIDAY, -4), (FRIDAY + timedelta(days=3), -5)):
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=told)
        assert noon.utcoffset() == timedelta(hours=hours)


def test_a_moved_session_keeps_its_uid_and_raises_its_sequence(cohort, client, amara) -> None:
    session = make_session(cohort)
    session.refresh_from_db()
    path = subscribe(client, cohort)
    [before] = read(path).walk("VEVENT")
    later = timezone.now() + timedelta(hours=1)
    author = Author(amara, later, uuid4())
    agenda_changes.shift(session, author, seen=0, minutes=30)
    [after] = read(path).walk("VEVENT")
    assert after["UID"] == before["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)
    assert after.decoded("LAST-MODIFIED") > before.decoded("LAST-MODIFIED")
    assert after.decoded("DTSTART") - before.decoded("DTSTART") == timedelta(minutes=30)


def test_a_session_taken_off_stays_as_a_cancelled_event(cohort, client, amara) -> None:
    session = make_session(cohort)
    session.refresh_from_db()
    author = Author(amara, timezone.now(), uuid4())
    agenda_changes.remove(session, author, seen=0)
    [event] = read(subscribe(client, cohort)).walk("VEVENT")
    assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", 1)


def test_a_new_address_ends_the_old_one(cohort, client) -> None:
    first = subscribe(client, cohort)
    second = subscribe(client, cohort)
    assert first != second
    assert Client().get(first).status_code == 410
    assert Client().get(second).status_code == 200
    client.post(f"/cohorts/{cohort.pk}/calendar/", {"do": "end"})
    assert Client().get(second).status_code == 410


def test_an_altered_address_opens_nothing(cohort, client) -> None:
    path = subscribe(client, cohort)
    assert Client().get(path.replace(path[10:14], "AAAA")).status_code == 404


def test_the_feed_ends_with_the_membership_and_with_the_account(cohort, client, amara) -> None:
    make_session(cohort)
    of_cohort, of_all = subscribe(client, cohort), subscribe(client, None)
    invitations.remove(Membership.objects.get(user=amara), now=timezone.now())
    assert Client().get(of_cohort).status_code == 404
    assert read(of_all).walk("VEVENT") == []
    User.objects.filter(pk=amara.pk).update(is_active=False)
    assert Client().get(of_all).status_code == 404


def test_ones_own_feed_holds_all_ones_cohorts_and_no_other(cohort, client, amara) -> None:
    make_session(cohort, title="Mine")
    other = make_cohort(time_zone="Africa/Cairo")
    make_session(other, title="Also mine")
    make_member(make_team(other), amara)
    make_session(make_cohort(), title="Foreign")
    calendar = read(subscribe(client, None))
    assert {str(e["SUMMARY"]) for e in calendar.walk("VEVENT")} == {"Mine", "Also mine"}
    assert {str(z["TZID"]) for z in calendar.walk("VTIMEZONE")} == {
        "America/New_York",
        "Africa/Cairo",
    }


def test_reading_a_feed_changes_nothing_and_needs_no_cookie(cohort, client) -> None:
    path = subscribe(client, cohort)
    answer = Client().get(path)
    assert not answer.cookies
    assert answer.content == Client().get(path).content


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_any_words_come_out_as_they_went_in(words: str) -> None:
    line = " ".join(words.split()) or "x"
    cohort = Cohort(name=line, time_zone="UTC", starts_on=FRIDAY, ends_on=FRIDAY, venue="")
    session = Session(
        pk=1,
        cohort_id=1,
        day=FRIDAY,
        starts_at=datetime(2026, 1, 1, 9).time(),  # noqa: DTZ001 a wall clock
        ends_at=datetime(2026, 1, 1, 10).time(),  # noqa: DTZ001 a wall clock
        title=line,
        kind="lecture",
        changed_at=datetime(2026, 1, 1, tzinfo=ZoneInfo("UTC")),
    )
    event = calendar_feed._event(cohort, session)
    [read_back] = icalendar.Calendar.from_ical(
        b"BEGIN:VCALENDAR\r\n" + event.to_ical() + b"END:VCALENDAR\r\n"
    ).walk("VEVENT")
    assert str(read_back["SUMMARY"]) == line
