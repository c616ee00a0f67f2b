"""Noting who is there: one tap a person, on bad lines and by several people at once."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from attendance.models import Attendance
from cohorts.models import Cohort, Membership
from tests.factories import make_cohort, make_member, make_program, make_team, make_user

pytestmark = pytest.mark.django_db

# Ten in the morning of Monday 1 June 2026 in Washington.
MORNING = datetime(2026, 6, 1, 14, tzinfo=UTC)
KEY = "2026-06-01.morning"
SCRIPT = {"X-Requested-With": "fetch"}


@pytest.fixture(autouse=True)
def _on_monday_morning(settings):
    settings.MFA_REQUIRED = False
    with time_machine.travel(MORNING, tick=False) as clock:
        yield clock


@pytest.fixture
def facilitator():
    return make_user("Fatou")


@pytest.fixture
def cohort(facilitator) -> Cohort:
    cohort = make_cohort()
    cohort.facilitators.add(facilitator)
    return cohort


@pytest.fixture
def amara(cohort):
    return make_member(make_team(cohort, name="Liberia"), make_user("Amara"))


@pytest.fixture
def room(cohort, facilitator, sign_in) -> Client:
    return sign_in(facilitator)


def address(cohort: Cohort, at: str = "") -> str:
    return f"/cohorts/{cohort.pk}/attendance/" + (f"?at={at}" if at else "")


def tap(client: Client, cohort: Cohort, *taps: str):
    return client.post(address(cohort), {"taps": " ".join(taps)}, headers=SCRIPT)


def ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def there(person) -> list[tuple[str, bool]]:
    rows = Attendance.objects.filter(person=person).order_by("day", "half")
    return [(f"{row.day}.{row.half}", row.is_present) for row in rows]


def test_the_page_lists_the_people_by_team_for_the_half_day_it_is(room, cohort, amara) -> None:
    page = room.get(address(cohort)).content.decode()
    assert "Attendance: morning" in page
    assert page.index("Liberia") < page.index("Amara")
    assert f'value="{amara.pk}.{KEY}.1"' in page


def test_one_o_clock_at_the_venue_begins_the_afternoon(room, cohort, amara) -> None:
    with time_machine.travel(MORNING + timedelta(hours=3), tick=False):
        page = room.get(address(cohort)).content.decode()
    assert "Attendance: afternoon" in page


@pytest.mark.parametrize(("days", "key"), [(-9, KEY), (20, "2026-06-05.afternoon")])
def test_out_of_the_week_it_is_the_nearest_half_day(room, cohort, amara, days, key) -> None:
    with time_machine.travel(MORNING + timedelta(days=days), tick=False):
        page = room.get(address(cohort)).content.decode()
    assert f'value="{amara.pk}.{key}.1"' in page


def test_without_script_a_press_notes_and_leads_back_to_the_person(room, cohort, amara) -> None:
    answer = room.post(address(cohort, KEY), {"taps": f"{amara.pk}.{KEY}.1"})
    assert answer.url == f"/cohorts/{cohort.pk}/attendance/?at={KEY}#person-{amara.pk}"
    row = Attendance.objects.get()
    assert (row.person, row.is_present, row.by.name, row.at) == (amara, True, "Fatou", MORNING)
    page = room.get(address(cohort)).content.decode()
    assert f'value="{amara.pk}.{KEY}.0"' in page
    assert "10:00 · Fatou" in page


def test_a_second_press_takes_it_back_and_keeps_whose_word_it_is(room, cohort, amara) -> None:
    tap(room, cohort, f"{amara.pk}.{KEY}.1")
    with time_machine.travel(MORNING + timedelta(minutes=1), tick=False):
        tap(room, cohort, f"{amara.pk}.{KEY}.0")
    assert there(amara) == [(KEY, False)]


def test_a_script_learns_how_the_half_day_stands(room, cohort, amara) -> None:
    answer = tap(room, cohort, f"{amara.pk}.{KEY}.1").json()
    assert answer["people"] == {f"{amara.pk}.{KEY}": [True, "10:00 · Fatou"]}
    assert answer["counts"] == {KEY: 1, "2026-06-01.afternoon": 0}


def test_the_same_tap_sent_twice_is_once(room, cohort, amara) -> None:
    kept = f"{amara.pk}.{KEY}.1.{ms(MORNING - timedelta(minutes=5))}"
    tap(room, cohort, kept)
    before = Attendance.objects.values().get()
    tap(room, cohort, kept)
    assert Attendance.objects.values().get() == before


def test_a_tap_kept_without_a_line_does_not_undo_what_was_said_after_it(
    room, cohort, amara, sign_in
) -> None:
    other = make_user("Kofi")
    cohort.facilitators.add(other)
    tap(sign_in(other), cohort, f"{amara.pk}.{KEY}.0")
    tap(room, cohort, f"{amara.pk}.{KEY}.1.{ms(MORNING - timedelta(minutes=5))}")
    row = Attendance.objects.get()
    assert (row.is_present, row.by) == (False, other)


def test_two_facilitators_note_different_people_at_once(room, cohort, amara, sign_in) -> None:
    other, moses = make_user("Kofi"), make_member(amara.memberships.get().team)
    cohort.facilitators.add(other)
    tap(sign_in(other), cohort, f"{moses.pk}.{KEY}.1")
    tap(room, cohort, f"{amara.pk}.{KEY}.1")
    assert there(amara) == there(moses) == [(KEY, True)]
    assert {row.by for row in Attendance.objects.all()} == {
        other,
        cohort.facilitators.get(name="Fatou"),
    }


def test_of_many_taps_on_one_person_the_last_one_counts(room, cohort, amara) -> None:
    early, late = (ms(MORNING - timedelta(minutes=n)) for n in (9, 2))
    tap(room, cohort, f"{amara.pk}.{KEY}.0.{late}", f"{amara.pk}.{KEY}.1.{early}")
    assert there(amara) == [(KEY, False)]


def test_a_clock_that_runs_ahead_does_not_win_for_ever(room, cohort, amara) -> None:
    tap(room, cohort, f"{amara.pk}.{KEY}.1.{ms(MORNING + timedelta(days=900))}")
    with time_machine.travel(MORNING + timedelta(minutes=1), tick=False):
        tap(room, cohort, f"{amara.pk}.{KEY}.0")
    assert there(amara) == [(KEY, False)]


def test_what_names_nobody_of_the_cohort_is_left_out_and_the_rest_kept(room, cohort, amara) -> None:
    stranger = make_member(make_team())
    nonsense = ["", "x", f"{amara.pk}", f"{amara.pk}.{KEY}", f"{amara.pk}.{KEY}.2", "٣.x.1"]
    nonsense += [f"{amara.pk}.{KEY}.1.{'9' * 14}x", f"{amara.pk}.2027-01-01.morning.1"]
    nonsense += [f"{amara.pk}.{KEY}.1.{'9' * 30}", f"{stranger.pk}.{KEY}.1"]
    answer = tap(room, cohort, *nonsense, f"{amara.pk}.2026-06-02.afternoon.1")
    assert answer.status_code == 200
    assert there(amara) == [("2026-06-02.afternoon", True)]
    assert there(stranger) == []


def test_a_half_day_of_another_week_is_not_found(room, cohort) -> None:
    assert room.get(address(cohort, "2027-01-01.morning")).status_code == 404


def test_counts_are_of_people_who_are_still_in_the_cohort(room, cohort, amara) -> None:
    moses = make_member(amara.memberships.get().team)
    tap(room, cohort, f"{amara.pk}.{KEY}.1", f"{moses.pk}.{KEY}.1")
    Membership.objects.filter(user=moses).delete()
    assert room.get(address(cohort), headers=SCRIPT).json()["counts"][KEY] == 1


def test_a_closed_cohorts_register_stays_as_it_is(room, cohort, amara) -> None:
    Cohort.objects.update(state=Cohort.State.CLOSED)
    answer = room.post(address(cohort), {"taps": f"{amara.pk}.{KEY}.1"}, follow=True)
    assert "its register stays as it is" in answer.content.decode()
    assert there(amara) == []


@pytest.mark.parametrize("who", ["coach", "member"])
def test_coaches_and_members_do_not_keep_the_register(cohort, amara, sign_in, who) -> None:
    coach = make_user()
    cohort.teams.update(coach=coach)
    client = sign_in(coach if who == "coach" else amara)
    assert client.get(address(cohort)).status_code == 404
    assert tap(client, cohort, f"{amara.pk}.{KEY}.1").status_code == 404
    assert there(amara) == []


def test_the_list_shows_everybody_every_half_day_and_how_many(room, cohort, amara) -> None:
    tap(room, cohort, f"{amara.pk}.{KEY}.1")
    page = room.get(f"/cohorts/{cohort.pk}/attendance/list/").content.decode()
    assert page.count("<td") == 2 * 10
    assert page.count("✓") == 1
    foot = page[page.index("<tfoot>") :]
    assert '<td class="pad">1</td>' in foot


def test_badges_name_person_organisation_team_and_country(room, cohort, amara) -> None:
    amara.person_set.update(organisation="Ministry of Finance")
    page = room.get(f"/cohorts/{cohort.pk}/badges/").content.decode()
    badge = page[page.index('<li class="badge">') :]
    for word in ("Amara", "Ministry of Finance", "Liberia", "Fatou", "Facilitator"):
        assert word in badge


def test_an_empty_cohort_is_told_what_to_do_next(client) -> None:
    lead = make_user()
    cohort = make_cohort(make_program(lead))
    client.force_login(lead)
    for page in ("attendance", "badges", "blank-sheets"):
        answer = client.get(f"/cohorts/{cohort.pk}/{page}/").content.decode()
        assert f"/cohorts/{cohort.pk}/roster/" in answer


def test_the_cohorts_page_leads_to_register_and_papers(room, cohort) -> None:
    page = room.get(cohort.get_absolute_url()).content.decode()
    for path in ("attendance/", "attendance/list/", "badges/", "blank-sheets/", "certificates/"):
        assert f'href="/cohorts/{cohort.pk}/{path}"' in page
