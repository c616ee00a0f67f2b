"""Building the agenda: what each change does, and what becomes of two changes at once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from actionplans.models import DailySheet, SheetRow
from cohorts import agenda_plan
from cohorts.models import AgendaChange, Cohort, Session
from tests.factories import (
    MONDAY,
    make_cohort,
    make_member,
    make_program,
    make_session,
    make_team,
    make_user,
)

SCRIPT: dict[str, Any] = {"headers": {"X-Requested-With": "fetch"}}


@pytest.fixture
def cohort(db: None) -> Cohort:
    return make_cohort(make_program(make_user("Lead")), state="draft")


@pytest.fixture
def facilitator(cohort: Cohort) -> User:
    user = make_user("Tomás")
    cohort.facilitators.add(user)
    return user


@pytest.fixture
def client(facilitator: User, sign_in) -> Client:
    return sign_in(facilitator)


def url(cohort: Cohort, rest: str = "") -> str:
    return f"/cohorts/{cohort.pk}/agenda/{rest}"


def act(client: Client, session: Session, what: str, **fields: object):
    session.refresh_from_db()
    sent = {"do": what, "version": session.version} | fields
    return client.post(url(session.cohort, f"{session.pk}/edit/"), sent, **SCRIPT)


def undo(client: Client, cohort: Cohort):
    return client.post(url(cohort, "undo/"), **SCRIPT)


def form(**changed: object) -> dict[str, object]:
    return {
        "change_id": str(uuid4()),
        "version": "",
        "title": "Listening",
        "kind": "role_play",
        "day": MONDAY.isoformat(),
        "starts_at": "14:00",
        "ends_at": "15:30",
    } | changed


def state(session: Session) -> tuple[date, str]:
    session.refresh_from_db()
    return session.day, f"{session.starts_at:%H:%M}–{session.ends_at:%H:%M}"


def test_a_session_is_added_once_however_often_the_form_is_sent(cohort, client) -> None:
    sent = form(presenter="Amara Kollie", room="Blue", track="Water")
    for _ in range(2):
        answer = client.post(url(cohort, "new/"), sent)
        assert answer.status_code == 302
    session = cohort.sessions.get()
    assert (session.title, session.room, session.track) == ("Listening", "Blue", "Water")
    assert "Listening" in client.get(url(cohort, "edit/")).content.decode()


def test_the_link_of_a_day_opens_the_form_where_the_day_is_free(cohort, client) -> None:
    make_session(cohort, starts_at="09:00", ends_at="10:15")
    page = client.get(url(cohort, "edit/")).content.decode()
    assert f"?day={MONDAY}&amp;starts_at=10:15" in page
    page = client.get(url(cohort, f"new/?day={MONDAY}&starts_at=10:15")).content.decode()
    assert 'value="10:15"' in page


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"ends_at": "13:00"}, "It ends before it begins."),
        ({"day": "2026-06-09"}, "Select a valid choice."),
        ({"title": "​"}, "This field is required."),
        ({"title": "x" * 301}, "at most 300"),
    ],
)
def test_what_cannot_be_a_session_comes_back_with_a_sentence(
    cohort, client, changed: dict[str, str], words: str
) -> None:
    answer = client.post(url(cohort, "new/"), form(room="Kept <b>", **changed))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    assert "Kept &lt;b&gt;" in page
    assert not cohort.sessions.exists()


def test_a_session_moves_by_minutes_and_days_and_becomes_longer(cohort, client) -> None:
    session = make_session(cohort)
    act(client, session, "shift", minutes=5)
    assert state(session) == (MONDAY, "09:05–10:05")
    act(client, session, "shift", days=1, minutes=-35)
    assert state(session) == (MONDAY + timedelta(days=1), "08:30–09:30")
    answer = act(client, session, "shift", longer=30)
    assert state(session)[1] == "08:30–10:00"
    assert "08:30–10:00, day 2." in answer.content.decode()


def test_a_session_stays_inside_its_day_its_week_and_five_minutes(cohort, client) -> None:
    session = make_session(cohort)
    act(client, session, "shift", minutes=-600, days=-3)
    assert state(session) == (MONDAY, "00:00–01:00")
    act(client, session, "shift", minutes=5000, days=99)
    assert state(session) == (MONDAY + timedelta(days=4), "22:55–23:55")
    act(client, session, "shift", longer=-500)
    assert state(session)[1] == "22:55–23:00"
    act(client, session, "shift", longer=5000)
    assert state(session)[1] == "22:55–23:55"


def test_a_duplicate_stands_after_the_first(cohort, client) -> None:
    session = make_session(cohort, title="Plenary", presenter="Amara")
    act(client, session, "duplicate")
    second = cohort.sessions.exclude(pk=session.pk).get()
    assert (second.title, second.presenter, f"{second.starts_at:%H:%M}") == (
        "Plenary",
        "Amara",
        "10:00",
    )


def test_what_was_taken_off_is_nowhere_and_what_was_written_about_it_stays(
    cohort, client, sign_in
) -> None:
    session, team = make_session(cohort, title="Plenary"), make_team(cohort)
    member = sign_in(make_member(team))
    sheet = DailySheet.objects.create(team=team, day=MONDAY)
    row = SheetRow.objects.create(sheet=sheet, session=session, action="Meet")
    act(client, session, "remove")
    for page in (url(cohort), url(cohort, "edit/")):
        assert "Plenary" not in client.get(page).content.decode()
    assert client.get(url(cohort, f"{session.pk}/")).status_code == 404
    row.refresh_from_db()
    assert row.session == session
    page = member.get(f"/teams/{team.pk}/sheets/{MONDAY}/").content.decode()
    assert page.count("Plenary") == 1


def test_undo_takes_back_ones_own_changes_one_by_one(cohort, client) -> None:
    session = make_session(cohort)
    for _ in range(3):
        act(client, session, "shift", minutes=15)
    act(client, session, "remove")
    undo(client, cohort)
    assert Session.objects.live().filter(pk=session.pk).exists()
    seen = []
    for _ in range(4):
        answer = undo(client, cohort)
        seen.append(state(session)[1])
    assert seen == ["09:30–10:30", "09:15–10:15", "09:00–10:00", "09:00–10:00"]
    assert "nothing of yours" in answer.content.decode()


def test_undoing_an_added_session_takes_it_off(cohort, client) -> None:
    client.post(url(cohort, "new/"), form())
    undo(client, cohort)
    assert not cohort.sessions.live().exists()


def test_after_an_undo_one_goes_on_and_can_undo_again(cohort, client) -> None:
    session = make_session(cohort)
    act(client, session, "shift", minutes=15)
    act(client, session, "shift", minutes=15)
    undo(client, cohort)
    act(client, session, "shift", days=1)
    undo(client, cohort)
    undo(client, cohort)
    assert state(session) == (MONDAY, "09:00–10:00")


def test_who_saw_an_older_version_changes_nothing_and_hears_who_was_faster(
    cohort, client, sign_in
) -> None:
    session = make_session(cohort)
    other = make_user("Ingrid")
    cohort.facilitators.add(other)
    act(sign_in(other), session, "shift", minutes=30)
    answer = act(client, session, "shift", minutes=-30, version=0)
    assert answer.status_code == 409
    assert "Ingrid" in answer.content.decode()
    assert state(session)[1] == "09:30–10:30"
    sent = form(title="Mine", version="0")
    answer = client.post(url(cohort, f"{session.pk}/edit/"), sent)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Ingrid" in page
    assert "Mine" in page


def test_nobody_undoes_what_someone_else_changed_since(cohort, client, sign_in) -> None:
    session = make_session(cohort)
    other = make_user("Ingrid")
    cohort.facilitators.add(other)
    act(client, session, "shift", minutes=30)
    act(sign_in(other), session, "shift", minutes=30)
    assert undo(client, cohort).status_code == 409
    assert state(session)[1] == "10:00–11:00"


def test_a_change_sent_twice_is_made_once(cohort, client) -> None:
    session, once = make_session(cohort), str(uuid4())
    for _ in range(2):
        act(client, session, "shift", minutes=10, change_id=once, version=0)
    assert state(session)[1] == "09:10–10:10"
    assert AgendaChange.objects.count() == 1


def clashes(cohort: Cohort) -> list[str]:
    plan = agenda_plan.draw(cohort, cohort.sessions.live())
    return [words for _session, words in plan.clashes]


def test_overlaps_presenters_and_rooms_in_two_places_are_pointed_out(cohort) -> None:
    make_session(cohort, title="One", presenter="Amara Kollie; Boima", room="Blue")
    make_session(cohort, title="Two", presenter="amara kollie", room="blue", starts_at="09:30")
    found = clashes(cohort)
    assert len(found) == 3
    assert any("Overlaps" in words for words in found)
    assert any("Amara Kollie" in words for words in found)
    assert any("same room" in words for words in found)


def test_sessions_in_two_tracks_or_one_after_the_other_are_no_clash(cohort) -> None:
    make_session(cohort, track="Water", presenter="Amara")
    make_session(cohort, track="Power", presenter="Boima")
    make_session(cohort, starts_at="10:00", ends_at="11:00", presenter="Amara")
    assert clashes(cohort) == []


def test_parallel_sessions_stand_side_by_side(cohort) -> None:
    for track in ("A", "B", "C"):
        make_session(cohort, track=track)
    make_session(cohort, starts_at="10:00", ends_at="11:00")
    [monday, *_rest] = agenda_plan.draw(cohort, cohort.sessions.live()).days
    assert [(block.lane, block.lanes) for block in monday.blocks] == [
        (0, 3),
        (1, 3),
        (2, 3),
        (0, 1),
    ]


def test_the_axis_grows_with_what_stands_on_it(cohort) -> None:
    make_session(cohort, starts_at="07:15", ends_at="21:30")
    plan = agenda_plan.draw(cohort, cohort.sessions.all())
    assert (plan.first_hour, plan.last_hour) == (7, 22)


def test_members_read_a_session_and_find_no_way_to_change_it(cohort, sign_in) -> None:
    session = make_session(cohort, title="Why", objectives="Know why", description="Talk")
    member = sign_in(make_member(make_team(cohort)))
    page = member.get(session.get_absolute_url()).content.decode()
    assert "Know why" in page
    assert "Talk" in page
    assert "/edit/" not in page
    assert "/edit/" not in member.get(url(cohort)).content.decode()


def test_without_script_a_button_leads_back_to_the_page_with_a_sentence(cohort, client) -> None:
    session = make_session(cohort, title="Why")
    sent = {"do": "remove", "version": "0"}
    answer = client.post(url(cohort, f"{session.pk}/edit/"), sent, follow=True)
    assert "Why is off the agenda" in answer.content.decode()


@pytest.mark.parametrize(
    "sent",
    [
        {"do": "explode", "version": "0"},
        {"do": "shift", "version": "0", "minutes": "soon"},
        {"do": "shift", "version": "x"},
        {"do": "shift", "version": "0", "days": "9" * 30},
    ],
)
def test_what_no_page_of_ours_would_send_is_not_there(cohort, client, sent) -> None:
    session = make_session(cohort)
    answer = client.post(url(cohort, f"{session.pk}/edit/"), sent, **SCRIPT)
    assert answer.status_code == 404


def test_another_cohorts_session_is_not_there(cohort, client) -> None:
    session = make_session(make_cohort())
    for rest in (f"{session.pk}/", f"{session.pk}/edit/"):
        assert client.get(url(cohort, rest)).status_code == 404
