"""The daily sheet as people meet it over HTTP."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from actionplans.models import DailySheet, Edit, SheetRow
from cohorts.models import Cohort, Person, Team
from tests.actionplans.sheeting import SCRIPT, make_row, save, url
from tests.factories import (
    MONDAY,
    make_cohort,
    make_member,
    make_outsider,
    make_program,
    make_session,
    make_team,
    make_user,
)


def test_a_sheet_shows_its_rows_in_the_columns_of_the_template(
    team: Team, amara: User, client: Client
) -> None:
    session = make_session(team.cohort, title="Why coalitions")
    make_row(
        team,
        amara,
        session=str(session.pk),
        milestone_kind="challenge",
        milestone="Payroll",
        action_kind="stakeholders",
        action="Meet the union",
        by_whom="Amara Kollie; Hon. Weah",
        by_when="2026-07-01",
    )
    page = client.get(url(team)).content.decode()
    for text in (
        "Why coalitions",
        "a challenge we have identified",
        "Payroll",
        "engage with stakeholders",
        "Meet the union",
        "Hon. Weah",
        "1 Jul 2026",
    ):
        assert text in page


def test_looking_at_a_day_begins_nothing(team: Team, client: Client) -> None:
    assert client.get(url(team)).status_code == 200
    assert client.get(url(team, "changes/")).status_code == 200
    assert not DailySheet.objects.exists()


@pytest.mark.parametrize("day", ["2026-05-31", "2026-06-06", "2026-02-30", "today"])
def test_a_day_outside_the_week_is_not_there(team: Team, client: Client, day: str) -> None:
    assert client.get(f"/teams/{team.pk}/sheets/{day}/").status_code == 404


def test_a_cell_is_saved_and_tells_so(team: Team, amara: User, client: Client) -> None:
    row = make_row(team, amara)
    answer = save(client, team, row=row.pk, field="action", value="Meet the union")
    assert answer.status_code == 200
    assert answer.json()["outcome"] == "applied"
    row.refresh_from_db()
    assert row.action == "Meet the union"


def test_the_first_cell_of_a_new_row_makes_the_row_and_the_next_one_finds_it(
    team: Team, client: Client
) -> None:
    new = {"row": "new", "key": str(uuid4()), "day": str(MONDAY)}
    first = save(client, team, **new, field="action", value="Meet the union").json()
    second = save(client, team, **new, field="milestone", value="Payroll").json()
    row = SheetRow.objects.get()
    assert first["row"] == second["row"] == row.pk
    assert (row.action, row.milestone) == ("Meet the union", "Payroll")


def test_the_days_takeaways_begin_its_sheet(team: Team, client: Client) -> None:
    save(client, team, table="sheet", row=str(MONDAY), field="takeaways", value="Trust first")
    assert DailySheet.objects.get().takeaways == "Trust first"


def test_a_conflict_comes_with_both_texts_author_and_time(
    team: Team, amara: User, client: Client, sign_in
) -> None:
    row = make_row(team, amara)
    other = make_member(team, make_user("Joseph"))
    save(client, team, row=row.pk, field="action", value="First")
    answer = save(sign_in(other), team, row=row.pk, field="action", value="Second")
    assert answer.status_code == 409
    told = answer.json()
    assert told["text"] == "First"
    assert "Second" in told["box"]
    assert "First" in told["box"]
    assert "Amara Kollie" in told["box"]


def test_a_row_that_was_removed_answers_so_and_keeps_the_text(
    team: Team, amara: User, client: Client
) -> None:
    row = make_row(team, amara)
    client.post(f"/teams/{team.pk}/rows/{row.pk}/", {"do": "remove"}, **SCRIPT)
    answer = save(client, team, row=row.pk, field="action", value="Too late")
    assert answer.status_code == 410
    assert "Too late" in answer.json()["box"]
    conflict = Edit.objects.get(outcome="conflict")
    client.post(
        f"/teams/{team.pk}/conflicts/",
        {"conflict": str(conflict.edit_id), "seen": "", "choice": "mine"},
    )
    row.refresh_from_db()
    assert (row.action, row.removed_at) == ("Too late", None)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("by_when", "2026-05-01", "before your week began"),
        ("by_when", "soon", "not understand this as a date"),
        ("by_whom", "x" * 301, "300 letters"),
        ("session", "12345", "no longer in the day"),
        ("action", "x" * 10_001, "too long"),
    ],
)
def test_what_a_cell_cannot_hold_gets_a_sentence(
    team: Team, amara: User, client: Client, field: str, value: str, sentence: str
) -> None:
    row = make_row(team, amara)
    answer = save(client, team, row=row.pk, field=field, value=value)
    assert answer.status_code == 422
    assert sentence in answer.json()["message"]


@pytest.mark.parametrize(
    "sent",
    [
        {"field": "version"},
        {"field": "sheet"},
        {"table": "user"},
        {"row": "-1"},
        {"row": "9" * 30},
        {"edit_id": "1"},
        {"row": "new"},
        {"row": "new", "key": str(uuid4()), "day": "2026-12-24"},
    ],
)
def test_what_no_page_of_ours_would_send_is_not_there(
    team: Team, amara: User, client: Client, sent: dict
) -> None:
    row = make_row(team, amara)
    fields = {"row": row.pk, "field": "action", "value": "x"} | sent
    assert save(client, team, **fields).status_code == 404
    assert SheetRow.objects.count() == 1


def test_an_edit_id_of_another_team_gives_nothing_away(
    team: Team, amara: User, client: Client, sign_in
) -> None:
    foreign = make_team()
    their_row = make_row(foreign, make_member(foreign), action="Secret")
    theirs = Edit.objects.get(row_id=their_row.pk, field="action")
    row = make_row(team, amara)
    answer = save(
        client, team, row=row.pk, field="action", value="Mine", edit_id=str(theirs.edit_id)
    )
    assert answer.status_code == 422
    assert "Secret" not in answer.content.decode()


def test_signed_out_a_script_is_told_so(team: Team, amara: User) -> None:
    row = make_row(team, amara)
    assert save(Client(), team, row=row.pk, field="action", value="x").status_code == 401


def test_staff_read_the_same_page_without_anything_to_write(team: Team, amara: User, sign_in):
    team.coach = make_user()
    team.save()
    row = make_row(team, amara, action="Meet the union")
    coach = sign_in(team.coach)
    page = coach.get(url(team)).content.decode()
    assert "Meet the union" in page
    assert "data-grid" not in page
    assert "<textarea" not in page
    assert save(coach, team, row=row.pk, field="action", value="x").status_code == 404


def test_in_a_closed_cohort_a_sheet_is_read_only_and_says_why(
    team: Team, amara: User, client: Client
) -> None:
    row = make_row(team, amara, action="Meet the union")
    Cohort.objects.update(state="closed")
    page = client.get(url(team)).content.decode()
    assert "This cohort is closed" in page
    assert "data-grid" not in page
    answer = save(client, team, row=row.pk, field="action", value="x", seen="Meet the union")
    assert answer.status_code == 422
    assert "closed" in answer.json()["message"]


def test_what_changed_is_sent_and_304_when_nothing_did(
    team: Team, amara: User, client: Client
) -> None:
    row = make_row(team, amara, action="Meet the union", by_whom="Amara Kollie")
    first = client.get(url(team, "changes/"), **SCRIPT)
    part = first.json()["parts"][0]
    assert part["id"] == f"row-{row.pk}"
    assert part["by"] == "Amara Kollie"
    assert part["cells"]["action"] == "Meet the union"
    again = {"headers": {"X-Requested-With": "fetch", "If-None-Match": first["ETag"]}}
    assert client.get(url(team, "changes/"), **again).status_code == 304
    save(client, team, row=row.pk, field="by_whom", value="Joseph", seen="Amara Kollie")
    second = client.get(url(team, "changes/"), **again)
    assert second.json()["parts"][0]["cells"]["by_whom"] == "Joseph"
    for do in ("remove", "restore"):
        client.post(f"/teams/{team.pk}/rows/{row.pk}/", {"do": do}, **SCRIPT)
        again["headers"]["If-None-Match"] = second["ETag"]
        second = client.get(url(team, "changes/"), **again)
        assert second.status_code == 200
        assert len(second.json()["parts"]) == (2 if do == "remove" else 3)


@pytest.mark.parametrize(("choice", "text"), [("mine", "Mine"), ("theirs", "Theirs")])
def test_keeping_one_of_two_texts_ends_the_conflict(
    team: Team, amara: User, client: Client, sign_in, choice: str, text: str
) -> None:
    row = make_row(team, amara)
    save(sign_in(make_member(team)), team, row=row.pk, field="action", value="Theirs")
    save(client, team, row=row.pk, field="action", value="Mine")
    conflict = str(Edit.objects.get(outcome="conflict").edit_id)
    sent = {"conflict": conflict, "seen": "Theirs", "choice": choice}
    client.post(f"/teams/{team.pk}/conflicts/", sent)
    row.refresh_from_db()
    assert row.action == text
    assert not Edit.objects.filter(outcome="conflict", settled_by=None).exists()


def test_nobody_settles_the_conflict_of_another(
    team: Team, amara: User, client: Client, sign_in
) -> None:
    row = make_row(team, amara)
    other = sign_in(make_member(team))
    save(other, team, row=row.pk, field="action", value="Theirs")
    save(client, team, row=row.pk, field="action", value="Mine")
    conflict = str(Edit.objects.get(outcome="conflict").edit_id)
    sent = {"conflict": conflict, "seen": "Theirs", "choice": "theirs"}
    assert other.post(f"/teams/{team.pk}/conflicts/", sent).status_code == 404


def test_a_sheet_is_handed_in_once_and_stays_open(team: Team, amara: User, client: Client, sign_in):
    row = make_row(team, amara)
    client.post(url(team, "hand-in/"))
    sign_in(make_member(team)).post(url(team, "hand-in/"))
    sheet = DailySheet.objects.get()
    assert sheet.handed_in_by == amara
    assert sheet.handed_in_at <= timezone.now()
    assert "Handed in by" in client.get(url(team)).content.decode()
    assert save(client, team, row=row.pk, field="action", value="More").status_code == 200


def test_a_removed_row_can_come_back_at_once(team: Team, amara: User, client: Client) -> None:
    row = make_row(team, amara, action="Meet")
    answer = client.post(f"/teams/{team.pk}/rows/{row.pk}/", {"do": "remove"}, follow=True)
    page = answer.content.decode()
    assert "Row removed." in page
    client.post(f"/teams/{team.pk}/rows/{row.pk}/", {"do": "restore"})
    row.refresh_from_db()
    assert row.removed_at is None


def test_names_of_every_script_stand_as_they_were_typed(
    team: Team, amara: User, client: Client
) -> None:
    row = make_row(team, amara)
    names = "<b>Bo</b>; Ọláyínká 🤝; عمر"
    save(client, team, row=row.pk, field="by_whom", value=names)
    page = client.get(url(team)).content.decode()
    assert "&lt;b&gt;Bo&lt;/b&gt;" in page
    assert "<bdi>عمر</bdi>" in page
    assert Person.objects.filter(team=team).count() == 4


def test_a_people_cell_of_the_week_names_outsiders_of_this_team_only(
    team: Team, amara: User, client: Client
) -> None:
    foreign = make_outsider(make_team(), "Hon. Weah")
    row = make_row(team, amara)
    save(client, team, row=row.pk, field="by_whom", value="hon. weah")
    assert row.by_whom.get() != foreign


def test_the_answer_of_a_save_is_plain_data(team: Team, amara: User, client: Client) -> None:
    row = make_row(team, amara)
    told = json.loads(save(client, team, row=row.pk, field="action", value="Meet").content)
    assert set(told) == {"outcome", "text", "row", "version", "at"}


def test_other_weeks_and_teams_do_not_mix(sign_in, db: None) -> None:
    program = make_program()
    team = make_team(make_cohort(program))
    later = make_team(
        make_cohort(
            program, starts_on=MONDAY + timedelta(days=7), ends_on=MONDAY + timedelta(days=11)
        )
    )
    user = make_member(team)
    make_member(later, user)
    row = make_row(team, user, action="Only here")
    client = sign_in(user)
    assert client.get(url(later)).status_code == 404
    assert client.get(f"/teams/{later.pk}/rows/{row.pk}/").status_code == 404
    assert save(client, later, row=row.pk, field="action", value="x").status_code == 404
